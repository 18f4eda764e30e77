/** -Winfinite-recursion: a function that calls itself before anything can make it stop, as GCC and Clang see it. */
import type { Expr, FunctionDefinition, Stmt } from "../tree.ts";
import { some } from "./ends.ts";
import type { FlowReporter } from "./reporter.ts";
import { innerExpressions } from "./walk.ts";

export function checkRecursion(reporter: FlowReporter, fn: FunctionDefinition): void {
  const calls = (e: Expr | null): boolean => {
    if (e === null) return false;
    switch (e.kind) {
      case "call":
        if (e.callee.kind === "address" && e.callee.of.kind === "var" && e.callee.of.var === fn.symbol) return true;
        return e.args.some(calls);
      case "binary":
      case "comma":
        return calls(e.left) || calls(e.right);
      case "logical":
        return calls(e.left);
      case "unary":
      case "convert":
        return calls(e.operand);
      case "assign":
      case "update":
        return calls(e.value);
      case "conditional":
        return calls(e.test) || (calls(e.then) && calls(e.otherwise));
      default:
        return false;
    }
  };
  /** True: calls itself for certain; false: may have ended before; null: goes on. */
  const follow = (s: Stmt): boolean | null => {
    switch (s.kind) {
      case "block":
        for (const inner of s.body) {
          const outcome = follow(inner);
          if (outcome !== null) return outcome;
        }
        return null;
      case "expr":
        // Another function may never come back.
        return calls(s.expr) ? true : mentionsCall(s.expr) ? false : null;
      case "return":
        return calls(s.value);
      case "if": {
        if (calls(s.test)) return true;
        const [then, otherwise] = [follow(s.then), s.otherwise === null ? null : follow(s.otherwise)];
        return then === otherwise ? then : false;
      }
      default:
        return innerExpressions(s).length === 0 &&
          !some(
            s,
            (x) => x.kind === "label" || x.kind === "asm",
            () => true,
          )
          ? null
          : false;
    }
  };
  if (follow(fn.body) !== true) return;
  reporter.warn("Winfinite-recursion", `'${fn.symbol.name}' calls itself on every way through it`, fn.symbol.span, {
    hint: "a recursion needs a case in which it does not call itself, tested before the call",
  });
}

function mentionsCall(e: Expr): boolean {
  switch (e.kind) {
    case "call":
    case "statement-expr":
      return true;
    case "binary":
    case "comma":
    case "logical":
      return mentionsCall(e.left) || mentionsCall(e.right);
    case "unary":
    case "convert":
      return mentionsCall(e.operand);
    case "assign":
    case "update":
      return mentionsCall(e.value);
    case "conditional":
      return mentionsCall(e.test) || mentionsCall(e.then) || mentionsCall(e.otherwise);
    default:
      return false;
  }
}
