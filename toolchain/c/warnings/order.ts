/**
 * -Wimplicit-fallthrough: control runs from one case of a switch into the next, as in GCC. -Wunreachable-code: a statement that nothing leads
 * to, as in Clang.
 */
import type { Span } from "../../diagnostics.ts";
import type { Stmt } from "../tree.ts";
import { type Ends, hasLabel, some } from "./ends.ts";
import { isWarningEnabled } from "./options.ts";
import type { FlowReporter } from "./reporter.ts";

/** `fall through` in a comment, an attribute or a macro's name says that it is meant. */
const MARK = /fall(?:s|ing)?[\s_-]*thr(?:ough|u)/i;

export function checkOrder(reporter: FlowReporter, body: Stmt, ends: Ends): void {
  const wanted = ["Wimplicit-fallthrough", "Wunreachable-code"].some((name) =>
    isWarningEnabled(reporter.warnings, name),
  );
  if (wanted) new Order(reporter, ends).visit(body);
}

class Order {
  private readonly reporter: FlowReporter;
  private readonly ends: Ends;

  constructor(reporter: FlowReporter, ends: Ends) {
    this.reporter = reporter;
    this.ends = ends;
  }

  visit(s: Stmt): void {
    switch (s.kind) {
      case "block":
        this.list(s.body);
        return;
      case "if":
        this.visit(s.then);
        if (s.otherwise !== null) this.visit(s.otherwise);
        return;
      case "while":
      case "do":
      case "for":
      case "switch":
        this.visit(s.body);
    }
  }

  private list(body: readonly Stmt[]): void {
    let falls = true;
    let isReported = false;
    /** The statement that control comes from, labels left out. */
    let last: Stmt | null = null;
    body.forEach((s, at) => {
      if (s.kind === "case" && falls && last !== null && this.isMore(body, at)) this.fallthrough(last, s.span);
      if (falls || hasLabel(s)) {
        falls = this.ends.falls(s);
        isReported = false;
      } else if (!isReported && s.kind !== "break" && s.kind !== "block" && !isImplied(s)) {
        isReported = true;
        this.reporter.warn("Wunreachable-code", "this is never executed", s.span);
      }
      if (s.kind === "case" || s.kind === "label") last = null;
      else if (!isEmpty(s)) last = s;
      this.visit(s);
    });
  }

  /** Falling into a case that only leaves the switch does no harm. */
  private isMore(body: readonly Stmt[], at: number): boolean {
    const next = body.slice(at).find((s) => s.kind !== "case" && s.kind !== "label" && !isEmpty(s));
    if (next === undefined) return false;
    return !["break", "continue", "goto"].includes(next.kind) && !(next.kind === "return" && next.value === null);
  }

  private fallthrough(from: Stmt, label: Span): void {
    const isTogether = from.span.file === label.file && from.span.end <= label.start;
    if (!isTogether || MARK.test(label.file.text.slice(Math.max(from.span.start, from.span.end - 80), label.start)))
      return;
    this.reporter.warn("Wimplicit-fallthrough", "this may run on into the next case", lastOf(from).span, {
      hint: "write 'break;' here, or __attribute__((fallthrough)); if it is meant",
      notes: [this.reporter.note("the next case is here", label)],
    });
  }
}

/** The return that ends `main` stands at its brace. */
const isImplied = (s: Stmt): boolean => s.kind === "return" && s.span.file.text[s.span.start] === "}";

/** The statement that ends last. */
function lastOf(s: Stmt): Stmt {
  if (s.kind !== "block") return s;
  const last = s.body[s.body.length - 1];
  return last === undefined ? s : lastOf(last);
}

const isEmpty = (s: Stmt): boolean =>
  s.kind === "block" &&
  !some(
    s,
    (inner) => inner.kind !== "block",
    (inner) => inner.kind === "block",
  );
