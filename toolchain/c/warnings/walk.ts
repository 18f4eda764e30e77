/** What stands directly inside a statement. */
import type { Expr, Stmt } from "../tree.ts";

export function innerStatements(s: Stmt): readonly Stmt[] {
  switch (s.kind) {
    case "block":
      return s.body;
    case "if":
      return s.otherwise === null ? [s.then] : [s.then, s.otherwise];
    case "while":
    case "do":
    case "switch":
      return [s.body];
    case "for":
      return [...s.init, s.body];
    default:
      return [];
  }
}

export function innerExpressions(s: Stmt): readonly Expr[] {
  switch (s.kind) {
    case "expr":
      return [s.expr];
    case "if":
    case "while":
    case "do":
      return [s.test];
    case "for":
      return [s.test, s.step].filter((e) => e !== null);
    case "switch":
      return [s.value];
    case "return":
      return s.value === null ? [] : [s.value];
    case "goto-computed":
      return [s.target];
    default:
      return [];
  }
}
