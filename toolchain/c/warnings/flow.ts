/**
 * Warnings that need the order of execution: a missing return, a local that is read and never given a value before, a pointer used
 * after free. Only the provable: loops, gotos and addresses make the analysis hold back rather than guess.
 */
import type { Span } from "../../diagnostics.ts";
import { truthOf } from "../constant.ts";
import type { Expr, FunctionDefinition, LocalVar, LValue, Stmt } from "../tree.ts";

import { Ends, some } from "./ends.ts";
import { checkAllocation } from "./library-calls.ts";
import { checkLoopBounds } from "./loop-bounds.ts";
import { checkOrder } from "./order.ts";
import { checkRecursion } from "./recursion.ts";
import type { FlowReporter } from "./reporter.ts";
import { checkSequence } from "./sequence.ts";
import { operands } from "./walk.ts";

export interface FlowFacts {
  readonly isNoreturn: boolean;
  readonly isMain: boolean;
  /** The closing brace of the body. */
  readonly end: Span;
  isNoreturnCall(e: Expr): boolean;
}

export function checkFlow(reporter: FlowReporter, fn: FunctionDefinition, facts: FlowFacts): void {
  const ends = new Ends(facts);
  const returns = fn.type.returns.type;
  if (returns.kind !== "void" && !facts.isMain && ends.falls(fn.body)) {
    if (facts.isNoreturn)
      reporter.warn(
        "Winvalid-noreturn",
        `'${fn.symbol.name}' is declared never to return, and it can reach its end`,
        facts.end,
      );
    else reporter.warn("Wreturn-type", `'${fn.symbol.name}' can reach its end without returning a value`, facts.end);
  }
  checkOrder(reporter, fn.body, ends);
  checkSequence(reporter, fn.body);
  checkLoopBounds(reporter, fn, ends);
  checkRecursion(reporter, fn);
  new Uses(reporter, fn, ends).run();
}

/** Walks a function in the order of its text. */
class Uses {
  private readonly reporter: FlowReporter;
  private readonly fn: FunctionDefinition;
  /** Locals that may hold a value. */
  private set = new Set<LocalVar>();
  private readonly reported = new Set<LocalVar>();
  private freed = new Map<LocalVar, Span>();
  /** Locals that an `if` just above sets on one of its ways only: nothing has branched off since. */
  private partly = new Map<LocalVar, Span>();
  private readonly ends: Ends;

  constructor(reporter: FlowReporter, fn: FunctionDefinition, ends: Ends) {
    this.reporter = reporter;
    this.fn = fn;
    this.ends = ends;
  }

  run(): void {
    // With labels the order of the text is not the order of execution.
    if (
      some(
        this.fn.body,
        (s) => s.kind === "label" || s.kind === "asm",
        () => true,
      )
    )
      return;
    for (const param of this.fn.params) this.set.add(param);
    this.stmt(this.fn.body);
  }

  private stmt(s: Stmt): void {
    switch (s.kind) {
      case "expr":
        this.expr(s.expr);
        this.noteFree(s.expr);
        return;
      case "block":
        for (const inner of s.body) this.stmt(inner);
        return;
      case "if":
        this.choice(s);
        return;
      case "while":
        this.loop([s.body], [s.test]);
        return;
      case "do":
        this.loop([s.body], [s.test]);
        return;
      case "for":
        for (const init of s.init) this.stmt(init);
        this.loop([s.body], [...(s.test === null ? [] : [s.test]), ...(s.step === null ? [] : [s.step])]);
        return;
      case "switch":
        this.expr(s.value);
        this.loop([s.body], []);
        return;
      case "return":
        if (s.value === null) return;
        this.expr(s.value);
        this.checkFreed(s.value);
        return;
      case "zero":
      case "vla":
        this.set.add(s.local);
        return;
      case "case":
        // Reached from the switch, not from what stands above it.
        this.freed.clear();
        return;
      case "goto-computed":
        this.expr(s.target);
    }
  }

  private choice(s: Extract<Stmt, { kind: "if" }>): void {
    this.expr(s.test);
    const unset = new Set(this.set);
    const truth = truthOf(s.test);
    const [then, thenPartly] = this.branch(s.then);
    const [otherwise, otherwisePartly] = s.otherwise === null ? [unset, new Map()] : this.branch(s.otherwise, unset);
    const ways = [
      { set: then, partly: thenPartly, isOpen: truth !== false && this.ends.falls(s.then) },
      {
        set: otherwise,
        partly: otherwisePartly,
        isOpen: truth !== true && (s.otherwise === null || this.ends.falls(s.otherwise)),
      },
    ].filter(({ isOpen }) => isOpen);
    this.set = new Set([...then, ...otherwise]);
    // A way that ends here may be the one that the condition goes with.
    if (ways.length < 2) {
      this.partly = ways[0]?.partly ?? new Map();
      return;
    }
    const partly = new Map([...ways[0]!.partly, ...ways[1]!.partly]);
    for (const local of this.set)
      if (!unset.has(local) && !ways.every(({ set }) => set.has(local))) partly.set(local, s.test.span);
    this.partly = partly;
  }

  /** What is set after a statement that may not be executed, and what only on some of its ways. */
  private branch(s: Stmt, set: ReadonlySet<LocalVar> = this.set): [Set<LocalVar>, Map<LocalVar, Span>] {
    const before = this.freed;
    this.freed = new Map(before);
    this.set = new Set(set);
    this.partly = new Map();
    this.stmt(s);
    this.freed = before;
    return [this.set, this.partly];
  }

  /** In a loop an assignment further down may have been made in an earlier round: what the loop sets anywhere counts as set. */
  private loop(bodies: readonly Stmt[], tests: readonly Expr[]): void {
    const before = this.freed;
    this.freed = new Map();
    this.partly = new Map();
    for (const body of bodies) collectSets(body, this.set);
    for (const test of tests) collectExprSets(test, this.set);
    for (const test of tests) this.expr(test);
    for (const body of bodies) {
      this.stmt(body);
      // The step comes after the body, whatever stands before it in the text.
      if (tests[1] !== undefined) this.expr(tests[1]);
    }
    this.freed = before;
    this.partly = new Map();
  }

  private noteFree(e: Expr): void {
    const call = e.kind === "convert" ? e.operand : e;
    if (
      call.kind !== "call" ||
      call.callee.kind !== "address" ||
      call.callee.of.kind !== "var" ||
      call.callee.of.var.storage !== "global" ||
      call.callee.of.var.name !== "free"
    )
      return;
    let arg = call.args[0];
    while (arg?.kind === "convert") arg = arg.operand;
    if (
      arg?.kind === "load" &&
      arg.from.kind === "var" &&
      arg.from.var.storage === "local" &&
      !arg.from.var.isAddressTaken
    ) {
      const local = arg.from.var;
      const first = this.freed.get(local);
      if (first !== undefined)
        this.reporter.warn("Wuse-after-free", `'${local.name}' is freed twice`, e.span, {
          notes: [this.reporter.note("it was freed here", first)],
        });
      this.freed.set(local, e.span);
    }
  }

  private use(local: LocalVar, span: Span): void {
    const choice = this.partly.get(local);
    if (
      (this.set.has(local) && choice === undefined) ||
      local.isAddressTaken ||
      local.name === "" ||
      this.reported.has(local) ||
      local.asmRegister !== null
    )
      return;
    this.reported.add(local);
    if (choice !== undefined) {
      this.reporter.warn("Wmaybe-uninitialized", `'${local.name}' may be used before it has a value`, span, {
        hint: "give it an initial value where it is declared",
        notes: [this.reporter.note("it gets one here on one of two ways only", choice)],
      });
      return;
    }
    this.reporter.warn("Wuninitialized", `'${local.name}' is used before it has a value`, span, {
      hint: "give it an initial value where it is declared",
    });
  }

  private place(at: LValue, isRead: boolean): void {
    switch (at.kind) {
      case "var":
        if (at.var.storage === "local") {
          if (isRead) this.use(at.var, at.span);
        }
        return;
      case "deref":
        this.checkFreed(at.pointer);
        this.expr(at.pointer);
        return;
      case "member":
        this.place(at.object, isRead);
        return;
      case "temp":
        for (const s of at.init) this.stmt(s);
        this.set.add(at.local);
    }
  }

  private checkFreed(pointer: Expr): void {
    let at = pointer;
    while (at.kind === "convert" || at.kind === "pointer-add") at = at.kind === "convert" ? at.operand : at.pointer;
    if (at.kind !== "load" || at.from.kind !== "var" || at.from.var.storage !== "local") return;
    const freed = this.freed.get(at.from.var);
    if (freed === undefined) return;
    this.freed.delete(at.from.var);
    this.reporter.warn("Wuse-after-free", `'${at.from.var.name}' is used after it was freed`, at.span, {
      notes: [this.reporter.note("it was freed here", freed)],
    });
  }

  private setLocal(target: LValue): void {
    if (target.kind === "var" && target.var.storage === "local") {
      this.set.add(target.var);
      this.freed.delete(target.var);
      this.partly.delete(target.var);
    }
  }

  private expr(e: Expr): void {
    switch (e.kind) {
      case "load":
        this.place(e.from, true);
        return;
      case "address":
        this.place(e.of, false);
        return;
      case "assign":
        this.expr(e.value);
        this.place(e.target, false);
        this.setLocal(e.target);
        checkAllocation(this.reporter, e.value, e.target.type.type, e.value.span);
        return;
      case "update":
        this.expr(e.value);
        this.place(e.target, true);
        this.setLocal(e.target);
        return;
      case "statement-expr":
        for (const s of e.body) this.stmt(s);
        if (e.value !== null) this.expr(e.value);
        return;
      case "convert":
        // `(void)x` says that x is not used.
        if (e.type.kind !== "void" || e.operand.kind !== "load" || e.operand.from.kind !== "var") this.expr(e.operand);
        return;
      case "logical": {
        this.expr(e.left);
        const { partly } = this;
        this.partly = new Map();
        this.expr(e.right);
        this.partly = partly;
        return;
      }
      case "conditional": {
        this.expr(e.test);
        const { partly } = this;
        this.partly = new Map();
        this.expr(e.then);
        this.expr(e.otherwise);
        this.partly = partly;
        return;
      }
      case "builtin":
        // va_start and its like set what they are given.
        for (const arg of e.args) if (arg.kind === "load") this.setLocal(arg.from);
        for (const arg of e.args) this.expr(arg);
        return;
      default: {
        const inner = operands(e);
        for (let at = 0; at < inner.length; at++) this.expr(inner[at]!);
      }
    }
  }
}

function collectSets(s: Stmt, into: Set<LocalVar>): void {
  switch (s.kind) {
    case "expr":
      collectExprSets(s.expr, into);
      return;
    case "block":
      for (const inner of s.body) collectSets(inner, into);
      return;
    case "if":
      collectExprSets(s.test, into);
      collectSets(s.then, into);
      if (s.otherwise !== null) collectSets(s.otherwise, into);
      return;
    case "while":
    case "do":
      collectExprSets(s.test, into);
      collectSets(s.body, into);
      return;
    case "for":
      for (const init of s.init) collectSets(init, into);
      if (s.test !== null) collectExprSets(s.test, into);
      if (s.step !== null) collectExprSets(s.step, into);
      collectSets(s.body, into);
      return;
    case "switch":
      collectExprSets(s.value, into);
      collectSets(s.body, into);
      return;
    case "return":
      if (s.value !== null) collectExprSets(s.value, into);
  }
}

function collectExprSets(e: Expr, into: Set<LocalVar>): void {
  if (e.kind === "assign" || e.kind === "update") {
    // `sum += x` needs a value before it gives one.
    if (e.kind === "assign" && e.target.kind === "var" && e.target.var.storage === "local") into.add(e.target.var);
    collectPlace(e.target, into);
    collectExprSets(e.value, into);
  } else if (e.kind === "statement-expr") {
    for (const s of e.body) collectSets(s, into);
    if (e.value !== null) collectExprSets(e.value, into);
  } else if (e.kind === "load") collectPlace(e.from, into);
  else if (e.kind === "address") collectPlace(e.of, into);
  else if (e.kind === "builtin") {
    for (const arg of e.args)
      if (arg.kind === "load" && arg.from.kind === "var" && arg.from.var.storage === "local") into.add(arg.from.var);
  } else for (const inner of operands(e)) collectExprSets(inner, into);
}

function collectPlace(at: LValue, into: Set<LocalVar>): void {
  if (at.kind === "deref") collectExprSets(at.pointer, into);
  else if (at.kind === "member") collectPlace(at.object, into);
  else if (at.kind === "temp") for (const s of at.init) collectSets(s, into);
}
