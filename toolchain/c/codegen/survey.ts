/** What must be known of a function's body before its code is generated. */
import type { Expr, LValue, Stmt } from "../tree.ts";

export interface Survey {
  /** A goto or case label leads into a loop from outside it: nothing may be computed once before the loop. */
  readonly entersLoops: boolean;
  /** Calls something that returns twice: variables must stay in memory. */
  readonly callsSetjmp: boolean;
  /** For each label, the innermost block with variable-length arrays around it, or null. */
  readonly labelLifetimes: ReadonlyMap<string, Stmt | null>;
}

const RETURNS_TWICE = new Set(["setjmp", "_setjmp", "sigsetjmp", "__sigsetjmp", "vfork"]);

export function surveyFunction(body: Stmt): Survey {
  const walker = new Walker();
  walker.statement(body);
  let enters = walker.entersByCase;
  for (const { name, loop } of walker.gotos) {
    const home = walker.labels.get(name);
    if (home !== undefined && home !== null && home !== loop) enters = true;
  }
  for (const name of walker.addressed) {
    const home = walker.labels.get(name);
    if (home !== undefined && home !== null && walker.computed.some((loop) => loop !== home)) enters = true;
  }
  return { entersLoops: enters, callsSetjmp: walker.callsSetjmp, labelLifetimes: walker.scopes };
}

class Walker {
  /** Outermost loop around each label. */
  readonly labels = new Map<string, Stmt | null>();
  readonly scopes = new Map<string, Stmt | null>();
  readonly gotos: { name: string; loop: Stmt | null }[] = [];
  readonly computed: (Stmt | null)[] = [];
  readonly addressed = new Set<string>();
  entersByCase = false;
  callsSetjmp = false;
  private loop: Stmt | null = null;
  /** The outermost loop that each enclosing switch stands in, innermost last. */
  private readonly switches: (Stmt | null)[] = [];
  private block: Stmt | null = null;

  statement(stmt: Stmt): void {
    switch (stmt.kind) {
      case "expr":
        this.expr(stmt.expr);
        return;
      case "block":
        this.inBlock(stmt);
        return;
      case "if":
        this.expr(stmt.test);
        this.statement(stmt.then);
        if (stmt.otherwise !== null) this.statement(stmt.otherwise);
        return;
      case "while":
      case "do":
        this.inLoop(stmt, () => {
          this.expr(stmt.test);
          this.statement(stmt.body);
        });
        return;
      case "for":
        for (const init of stmt.init) this.statement(init);
        this.inLoop(stmt, () => {
          if (stmt.test !== null) this.expr(stmt.test);
          if (stmt.step !== null) this.expr(stmt.step);
          this.statement(stmt.body);
        });
        return;
      case "switch":
        this.expr(stmt.value);
        this.switches.push(this.loop);
        this.statement(stmt.body);
        this.switches.pop();
        return;
      case "case":
        if (this.switches[this.switches.length - 1] !== this.loop) this.entersByCase = true;
        return;
      case "label":
        this.labels.set(stmt.name, this.loop);
        this.scopes.set(stmt.name, this.block);
        return;
      case "goto":
        this.gotos.push({ name: stmt.name, loop: this.loop });
        return;
      case "goto-computed":
        this.computed.push(this.loop);
        this.expr(stmt.target);
        return;
      case "return":
        if (stmt.value !== null) this.expr(stmt.value);
        return;
      case "vla":
        this.expr(stmt.bytes);
        // Until the block ends: a label further down is in this array's scope, one further up is not.
        this.block = stmt;
        return;
      case "cleanup":
        this.expr(stmt.call);
        this.block = stmt;
        return;
      case "asm":
        for (const operand of [...stmt.outputs, ...stmt.inputs]) {
          if (operand.target !== null) this.lvalue(operand.target);
          if (operand.value !== null) this.expr(operand.value);
        }
        return;
    }
  }

  private inBlock(stmt: Extract<Stmt, { kind: "block" }>): void {
    const outer = this.block;
    for (const inner of stmt.body) this.statement(inner);
    this.block = outer;
  }

  private inLoop(stmt: Stmt, body: () => void): void {
    const outer = this.loop;
    this.loop ??= stmt;
    body();
    this.loop = outer;
  }

  private expr(expr: Expr): void {
    switch (expr.kind) {
      case "load":
        this.lvalue(expr.from);
        return;
      case "address":
        this.lvalue(expr.of);
        return;
      case "pointer-add":
        this.expr(expr.pointer);
        this.expr(expr.index);
        return;
      case "pointer-diff":
      case "binary":
      case "logical":
      case "comma":
        this.expr(expr.left);
        this.expr(expr.right);
        return;
      case "unary":
      case "convert":
        this.expr(expr.operand);
        return;
      case "conditional":
        this.expr(expr.test);
        this.expr(expr.then);
        this.expr(expr.otherwise);
        return;
      case "assign":
      case "update":
        this.lvalue(expr.target);
        this.expr(expr.value);
        return;
      case "call":
        this.call(expr);
        return;
      case "statement-expr":
        for (const stmt of expr.body) this.statement(stmt);
        if (expr.value !== null) this.expr(expr.value);
        return;
      case "builtin":
        for (const arg of expr.args) this.expr(arg);
        return;
      case "label-address":
        this.addressed.add(expr.label);
        return;
    }
  }

  private call(expr: Extract<Expr, { kind: "call" }>): void {
    this.expr(expr.callee);
    for (const arg of expr.args) this.expr(arg);
    const callee = expr.callee.kind === "address" && expr.callee.of.kind === "var" ? expr.callee.of.var : null;
    if (callee?.storage === "global" && RETURNS_TWICE.has(callee.name)) this.callsSetjmp = true;
  }

  private lvalue(lvalue: LValue): void {
    if (lvalue.kind === "deref") this.expr(lvalue.pointer);
    else if (lvalue.kind === "member") this.lvalue(lvalue.object);
    else if (lvalue.kind === "temp") for (const stmt of lvalue.init) this.statement(stmt);
  }
}
