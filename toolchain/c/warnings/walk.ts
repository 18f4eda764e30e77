/** What stands directly inside a statement or an expression. */
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

/** The values that an expression is made of; places and statements in it are left out. */
export function operands(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case "pointer-add":
      return typeof e.scale === "number" ? [e.pointer, e.index] : [e.pointer, e.index, e.scale];
    case "pointer-diff":
    case "binary":
    case "logical":
    case "comma":
      return [e.left, e.right];
    case "unary":
    case "convert":
      return [e.operand];
    case "conditional":
      return [e.test, e.then, e.otherwise];
    case "call":
      return [e.callee].concat(e.args);
    case "builtin":
      return e.args;
    default:
      return [];
  }
}
