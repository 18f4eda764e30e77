/** Where control can and cannot go on: what the warnings about paths through a function share. */
import { truthOf } from "../constant.ts";
import type { Expr, Stmt } from "../tree.ts";

/** Can control leave a statement at its end? */
export class Ends {
  private readonly facts: { isNoreturnCall(e: Expr): boolean };

  constructor(facts: { isNoreturnCall(e: Expr): boolean }) {
    this.facts = facts;
  }

  falls(s: Stmt): boolean {
    switch (s.kind) {
      case "expr":
        return !this.stops(s.expr);
      case "block":
        return this.list(s.body);
      case "if": {
        const truth = truthOf(s.test);
        if (truth === true)
          return this.falls(s.then) || (s.otherwise !== null && hasLabel(s.otherwise) && this.falls(s.otherwise));
        if (truth === false) return s.otherwise === null || this.falls(s.otherwise);
        return this.falls(s.then) || s.otherwise === null || this.falls(s.otherwise);
      }
      case "while":
        return truthOf(s.test) !== true || breaks(s.body);
      case "do":
        return (truthOf(s.test) !== true && (this.falls(s.body) || continues(s.body))) || breaks(s.body);
      case "for":
        return (s.test !== null && truthOf(s.test) !== true) || breaks(s.body);
      case "switch":
        return s.defaultLabel === null || breaks(s.body) || this.falls(s.body);
      case "return":
      case "goto":
      case "goto-computed":
      case "break":
      case "continue":
        return false;
      default:
        return true;
    }
  }

  private list(body: readonly Stmt[]): boolean {
    let falls = true;
    for (const s of body) {
      // A label or a case can be reached from elsewhere.
      if (!falls && !hasLabel(s)) continue;
      falls = this.falls(s);
    }
    return falls;
  }

  /** Does control certainly not come back from an expression? */
  stops(e: Expr): boolean {
    if (e.kind === "comma") return this.stops(e.left) || this.stops(e.right);
    if (e.kind === "convert") return this.stops(e.operand);
    if (e.kind === "statement-expr") return !this.list(e.body);
    return this.facts.isNoreturnCall(e);
  }
}

export function some(s: Stmt, test: (s: Stmt) => boolean, enters: (s: Stmt) => boolean): boolean {
  if (test(s)) return true;
  if (!enters(s)) return false;
  switch (s.kind) {
    case "block":
      return s.body.some((inner) => some(inner, test, enters));
    case "if":
      return some(s.then, test, enters) || (s.otherwise !== null && some(s.otherwise, test, enters));
    case "while":
    case "do":
    case "for":
    case "switch":
      return some(s.body, test, enters);
    default:
      return false;
  }
}

const isLoop = (s: Stmt): boolean => s.kind === "while" || s.kind === "do" || s.kind === "for";
const breaks = (s: Stmt): boolean =>
  some(
    s,
    (x) => x.kind === "break",
    (x) => !isLoop(x) && x.kind !== "switch",
  );
const continues = (s: Stmt): boolean =>
  some(
    s,
    (x) => x.kind === "continue",
    (x) => !isLoop(x),
  );
export const hasLabel = (s: Stmt): boolean =>
  some(
    s,
    (x) => x.kind === "label" || x.kind === "case",
    () => true,
  );
