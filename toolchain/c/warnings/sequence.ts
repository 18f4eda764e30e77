/**
 * -Wsequence-point: a variable that is changed twice in one expression, or changed and read, with nothing to say in which order (C11
 * §6.5p2): `i = i++`, `a[i] = i++`, `f(i, i++)`. Only variables by name; what is behind pointers is not compared.
 */
import type { Span } from "../../diagnostics.ts";
import type { Expr, GlobalSymbol, LocalVar, LValue, Stmt } from "../tree.ts";
import { isWarningEnabled } from "./options.ts";
import type { FlowReporter } from "./reporter.ts";

type Variable = LocalVar | GlobalSymbol;
type Places = Map<Variable, Span>;

/** What evaluating an expression does to variables. */
interface Effects {
  readonly reads: Places;
  /** Changes that may still be outstanding when the expression's value is known. */
  readonly pending: Places;
  /** Changes that are over by then. */
  readonly done: Places;
}

export function checkSequence(reporter: FlowReporter, body: Stmt): void {
  if (isWarningEnabled(reporter.warnings, "Wsequence-point")) new Sequence(reporter).stmt(body);
}

class Sequence {
  private readonly reporter: FlowReporter;
  private readonly reported = new Set<string>();

  constructor(reporter: FlowReporter) {
    this.reporter = reporter;
  }

  stmt(s: Stmt): void {
    switch (s.kind) {
      case "expr":
        this.whole(s.expr);
        return;
      case "block":
        for (const inner of s.body) this.stmt(inner);
        return;
      case "if":
        this.whole(s.test);
        this.stmt(s.then);
        if (s.otherwise !== null) this.stmt(s.otherwise);
        return;
      case "while":
      case "do":
        this.whole(s.test);
        this.stmt(s.body);
        return;
      case "for":
        for (const init of s.init) this.stmt(init);
        if (s.test !== null) this.whole(s.test);
        if (s.step !== null) this.whole(s.step);
        this.stmt(s.body);
        return;
      case "switch":
        this.whole(s.value);
        this.stmt(s.body);
        return;
      case "return":
        if (s.value !== null) this.whole(s.value);
    }
  }

  /** A full expression. Most change nothing, or one thing last of all: those need no look. */
  private whole(e: Expr): void {
    const inner = e.kind === "assign" || e.kind === "update" ? e.value : e;
    const target = inner === e ? null : (e as Extract<Expr, { kind: "assign" }>).target;
    if (changes(inner) || (target !== null && target.kind !== "var" && placeChanges(target))) this.expr(e);
  }

  private expr(e: Expr): Effects {
    switch (e.kind) {
      case "load":
        return e.from.kind === "var" ? read(e.from) : this.place(e.from);
      case "address":
        return e.of.kind === "var" ? none() : this.place(e.of);
      case "pointer-add":
        return this.apart([this.expr(e.pointer), this.expr(e.index)]);
      case "pointer-diff":
      case "binary":
        return this.apart([this.expr(e.left), this.expr(e.right)]);
      case "logical":
      case "comma":
        return inOrder([this.expr(e.left), this.expr(e.right)]);
      case "conditional": {
        const test = this.expr(e.test);
        return inOrder([test, union([this.expr(e.then), this.expr(e.otherwise)])]);
      }
      case "unary":
      case "convert":
        return this.expr(e.operand);
      case "call": {
        const all = this.apart([this.expr(e.callee), ...e.args.map((arg) => this.expr(arg))]);
        return inOrder([all, none()]);
      }
      case "assign":
        return this.change(e.target, this.expr(e.value), false);
      case "update":
        return this.change(e.target, this.expr(e.value), true);
      case "statement-expr":
        for (const inner of e.body) this.stmt(inner);
        if (e.value !== null) this.expr(e.value);
        return none();
      default:
        return none();
    }
  }

  private change(target: LValue, value: Effects, isRead: boolean): Effects {
    if (target.kind !== "var") return this.apart([this.place(target), value]);
    const before = isRead ? this.apart([read(target), value]) : value;
    const variable = target.var;
    if (variable.storage === "string" || variable.name === "") return before;
    const clash = before.pending.get(variable);
    if (clash !== undefined) this.report(variable, clash);
    return { ...before, pending: new Map([...before.pending, [variable, target.span]]) };
  }

  private place(place: LValue): Effects {
    if (place.kind === "deref") return this.expr(place.pointer);
    if (place.kind === "member") return place.object.kind === "var" ? none() : this.place(place.object);
    return none();
  }

  /** Parts that may be evaluated in any order, or at once. */
  private apart(parts: readonly Effects[]): Effects {
    parts.forEach((part, at) => {
      for (const [variable, span] of [...part.pending, ...part.done])
        parts.forEach((other, index) => {
          if (index === at) return;
          const changes = other.pending.get(variable) ?? other.done.get(variable);
          if (changes !== undefined ? index > at : other.reads.has(variable)) this.report(variable, span);
        });
    });
    return union(parts);
  }

  private report(variable: Variable, span: Span): void {
    const key = `${variable.name}:${span.file.placeOf(span.start).line}`;
    if (variable.name === "" || this.reported.has(key)) return;
    this.reported.add(key);
    this.reporter.warn(
      "Wsequence-point",
      `'${variable.name}' is changed and used in one expression, and nothing says in which order`,
      span,
      { hint: "make two statements of it" },
    );
  }
}

const none = (): Effects => ({ reads: new Map(), pending: new Map(), done: new Map() });

function read(place: Extract<LValue, { kind: "var" }>): Effects {
  const effects = none();
  if (place.var.storage !== "string") effects.reads.set(place.var, place.span);
  return effects;
}

const union = (parts: readonly Effects[]): Effects => ({
  reads: new Map(parts.flatMap((part) => [...part.reads])),
  pending: new Map(parts.flatMap((part) => [...part.pending])),
  done: new Map(parts.flatMap((part) => [...part.done])),
});

/** The first parts are over before the last begins. */
function inOrder(parts: readonly Effects[]): Effects {
  const last = parts[parts.length - 1]!;
  const whole = union(parts);
  return {
    reads: whole.reads,
    pending: last.pending,
    done: new Map([...parts.slice(0, -1).flatMap((part) => [...part.pending]), ...whole.done]),
  };
}

/** Is a variable changed anywhere inside? */
function changes(e: Expr): boolean {
  switch (e.kind) {
    case "assign":
    case "update":
    case "statement-expr":
      return true;
    case "load":
      return placeChanges(e.from);
    case "address":
      return placeChanges(e.of);
    case "pointer-add":
      return changes(e.pointer) || changes(e.index);
    case "pointer-diff":
    case "binary":
    case "logical":
    case "comma":
      return changes(e.left) || changes(e.right);
    case "conditional":
      return changes(e.test) || changes(e.then) || changes(e.otherwise);
    case "unary":
    case "convert":
      return changes(e.operand);
    case "call":
      return changes(e.callee) || e.args.some(changes);
    default:
      return false;
  }
}

const placeChanges = (place: LValue): boolean =>
  place.kind === "deref" ? changes(place.pointer) : place.kind === "member" && placeChanges(place.object);
