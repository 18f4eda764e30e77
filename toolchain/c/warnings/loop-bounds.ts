/**
 * -Warray-bounds in counting loops: `for (i = 0; i <= 10; i++) a[i] = 0;` with ten elements. Only the certain: constant bounds, a counter that
 * nothing else changes, a loop that nothing leaves early, and an access that every round makes.
 */
import { sizeOf } from "../layout.ts";
import type { Expr, FunctionDefinition, LocalVar, LValue, Stmt } from "../tree.ts";
import { type Ends, some } from "./ends.ts";
import type { FlowReporter } from "./reporter.ts";
import { innerExpressions, innerStatements, operands } from "./walk.ts";

interface Range {
  readonly low: bigint;
  readonly high: bigint;
  /** The loop's condition, for the hint. */
  readonly isInclusive: boolean;
}

export function checkLoopBounds(reporter: FlowReporter, fn: FunctionDefinition, ends: Ends): void {
  const isLeft = some(
    fn.body,
    (s) => s.kind === "label" || s.kind === "goto-computed" || s.kind === "asm",
    () => true,
  );
  if (!isLeft) new Bounds(reporter, ends).stmt(fn.body, new Map(), true);
}

type Ranges = ReadonlyMap<LocalVar, Range>;

class Bounds {
  private readonly reporter: FlowReporter;
  private readonly ends: Ends;
  private readonly reported = new Set<LocalVar>();

  constructor(reporter: FlowReporter, ends: Ends) {
    this.reporter = reporter;
    this.ends = ends;
  }

  /** `isSure`: every round comes here. */
  stmt(s: Stmt, ranges: Ranges, isSure: boolean): void {
    switch (s.kind) {
      case "block":
        for (const inner of s.body) this.stmt(inner, ranges, isSure);
        return;
      case "expr":
        if (isSure && ranges.size > 0) this.expr(s.expr, ranges);
        return;
      case "for": {
        for (const init of s.init) this.stmt(init, ranges, isSure);
        const counter = countingLoop(s, this.ends);
        if (counter === null) this.stmt(s.body, new Map(), false);
        else this.stmt(s.body, new Map([...(isSure ? ranges : []), counter]), true);
        return;
      }
      default:
        if (isSure && ranges.size > 0)
          for (const e of innerExpressions(s)) if (s.kind !== "do" && s.kind !== "while") this.expr(e, ranges);
        for (const inner of innerStatements(s)) this.stmt(inner, new Map(), false);
    }
  }

  private expr(e: Expr, ranges: Ranges): void {
    switch (e.kind) {
      case "pointer-add":
        // A pointer may stand one past the end.
        this.expr(e.pointer, ranges);
        this.expr(e.index, ranges);
        return;
      case "load":
        this.place(e.from, ranges);
        return;
      case "address":
        this.named(e.of, ranges);
        return;
      case "assign":
      case "update":
        this.place(e.target, ranges);
        this.expr(e.value, ranges);
        return;
      case "logical":
        this.expr(e.left, ranges);
        return;
      case "conditional":
        this.expr(e.test, ranges);
        return;
      case "binary":
      case "comma":
      case "pointer-diff":
        this.expr(e.left, ranges);
        this.expr(e.right, ranges);
        return;
      case "unary":
      case "convert":
        this.expr(e.operand, ranges);
        return;
      case "call":
        for (const arg of e.args) this.expr(arg, ranges);
    }
  }

  /** A place that is read or written. */
  private place(at: LValue, ranges: Ranges): void {
    if (at.kind === "deref") this.target(at.pointer, ranges);
    else if (at.kind === "member") this.place(at.object, ranges);
  }

  /** A place of which only the address is taken: `&a[n]` may stand one past the end. */
  private named(at: LValue, ranges: Ranges): void {
    if (at.kind === "deref") this.expr(at.pointer, ranges);
    else if (at.kind === "member") this.named(at.object, ranges);
  }

  /** The pointer to a place that is read or written. With `a[i][j]` both indices count. */
  private target(e: Expr, ranges: Ranges): void {
    if (e.kind === "convert") this.target(e.operand, ranges);
    else if (e.kind === "address") this.place(e.of, ranges);
    else if (e.kind === "pointer-add") {
      this.access(e, ranges);
      this.target(e.pointer, ranges);
      this.expr(e.index, ranges);
    } else this.expr(e, ranges);
  }

  private access(e: Extract<Expr, { kind: "pointer-add" }>, ranges: Ranges): void {
    const array = e.pointer.kind === "address" ? e.pointer.of : null;
    if (array === null || e.subtract || array.type.type.kind !== "array" || !isOfKnownLength(array)) return;
    const length = array.type.type.length;
    if (typeof length !== "number" || length < 1 || e.scale !== sizeOf(array.type.type.of.type)) return;
    const index = affine(e.index);
    const range = index === null ? undefined : ranges.get(index.local);
    if (index === null || range === undefined || this.reported.has(index.local)) return;
    const [low, high] = [range.low + index.plus, range.high + index.plus];
    const worst = high >= BigInt(length) ? high : low < 0n ? low : null;
    if (worst === null) return;
    this.reported.add(index.local);
    const isByOne = high === BigInt(length) && range.isInclusive && index.plus === 0n;
    this.reporter.warn(
      "Warray-bounds",
      `the index reaches ${worst} in this loop, outside the array, which has ${length} elements`,
      e.index.span,
      { hint: `its elements are 0 to ${length - 1}${isByOne ? ": is '<' meant where the loop has '<='?" : ""}` },
    );
  }
}

/** A variable, or an array in one: what a pointer leads to may be longer than its type says. */
function isOfKnownLength(at: LValue): boolean {
  if (at.kind === "var") return at.var.storage !== "string";
  if (at.kind === "member")
    return isOfKnownLength(at.object) && at.type.type.kind === "array" && at.object.kind === "var";
  if (at.kind !== "deref") return false;
  const { pointer } = at;
  return pointer.kind === "pointer-add" && pointer.pointer.kind === "address" && isOfKnownLength(pointer.pointer.of);
}

/** `i`, `i + 1` or `i - 1`. */
function affine(e: Expr): { local: LocalVar; plus: bigint } | null {
  if (e.kind === "convert") return affine(e.operand);
  if (e.kind === "load" && e.from.kind === "var" && e.from.var.storage === "local")
    return { local: e.from.var, plus: 0n };
  if (e.kind !== "binary" || (e.op !== "add" && e.op !== "sub") || e.right.kind !== "const-int") return null;
  const left = affine(e.left);
  return left === null
    ? null
    : { local: left.local, plus: left.plus + (e.op === "add" ? e.right.value : -e.right.value) };
}

/** The counter of a loop and the values that it takes in its rounds; null when they are not certain. */
function countingLoop(s: Extract<Stmt, { kind: "for" }>, ends: Ends): [LocalVar, Range] | null {
  const { test, step } = s;
  if (test === null || step === null || test.kind !== "binary" || test.right.kind !== "const-int") return null;
  const counter = affine(test.left);
  if (counter === null || counter.plus !== 0n || counter.local.isAddressTaken) return null;
  const { local } = counter;
  const first = s.init.at(-1);
  const set = first?.kind === "expr" && first.expr.kind === "assign" ? first.expr : null;
  if (set === null || set.target.kind !== "var" || set.target.var !== local || set.value.kind !== "const-int")
    return null;
  if (step.kind !== "update" || step.target.kind !== "var" || step.target.var !== local) return null;
  if (step.value.kind !== "const-int" || step.value.value !== 1n) return null;
  const isLeft = some(
    s.body,
    (inner) =>
      ["break", "continue", "return", "goto", "asm"].includes(inner.kind) || mayLeaveOrChange(inner, local, ends),
    () => true,
  );
  if (isLeft) return null;
  const [from, limit] = [set.value.value, test.right.value];
  if (step.op === "add" && (test.op === "lt" || test.op === "le" || test.op === "ne")) {
    const high = test.op === "le" ? limit : limit - 1n;
    return high < from ? null : [local, { low: from, high, isInclusive: test.op === "le" }];
  }
  if (step.op === "sub" && (test.op === "gt" || test.op === "ge")) {
    const low = test.op === "ge" ? limit : limit + 1n;
    return low > from ? null : [local, { low, high: from, isInclusive: false }];
  }
  return null;
}

/** Does a statement itself change the counter, or leave the loop by a call that does not come back? */
function mayLeaveOrChange(s: Stmt, local: LocalVar, ends: Ends): boolean {
  const inExpression = (e: Expr): boolean => {
    if ((e.kind === "assign" || e.kind === "update") && e.target.kind === "var" && e.target.var === local) return true;
    // A statement in an expression may do either.
    if (e.kind === "statement-expr" || ((e.kind === "call" || e.kind === "builtin") && ends.stops(e))) return true;
    return operandsOf(e).some(inExpression);
  };
  return innerExpressions(s).some(inExpression);
}

function operandsOf(e: Expr): readonly Expr[] {
  const ofPlace = (at: LValue): readonly Expr[] =>
    at.kind === "deref" ? [at.pointer] : at.kind === "member" ? ofPlace(at.object) : [];
  switch (e.kind) {
    case "load":
      return ofPlace(e.from);
    case "address":
      return ofPlace(e.of);
    case "assign":
    case "update":
      return [...ofPlace(e.target), e.value];
    default:
      return operands(e);
  }
}
