/** Statements as control flow. Loops test at the bottom, with a copy of a cheap test in front. */
import type { Expr, LocalVar, Stmt } from "../tree.ts";
import { addressOf, addressRegister } from "./address.ts";
import { clearMemory, copyMemory, loadWords } from "./aggregate.ts";
import { generateAsm } from "./asm-statement.ts";
import { type FunctionBuilder, type JumpTarget, registerAddress, slotAddress } from "./builder.ts";
import { allocate } from "./builtin.ts";
import { NONE, SP } from "./ir.ts";
import { alignOf, bytesOf, classOf } from "./layout.ts";
import { generateSwitch } from "./switch.ts";

export function statement(g: FunctionBuilder, stmt: Stmt): void {
  g.span = stmt.span;
  switch (stmt.kind) {
    case "expr":
      g.gen.effect(g, stmt.expr);
      return;
    case "block":
      g.inScope(stmt.locals, () => generateBlock(g, stmt));
      return;
    case "if":
      generateIf(g, stmt);
      return;
    case "while":
      generateLoop(g, stmt.test, stmt.body, null, stmt);
      return;
    case "for":
      g.inScope(stmt.locals, () => {
        const outer = g.lifetime;
        for (const init of stmt.init) statement(g, init);
        generateLoop(g, stmt.test, stmt.body, stmt.step, stmt);
        g.endLifetimes(outer);
      });
      return;
    case "do":
      generateDo(g, stmt);
      return;
    case "switch":
      generateSwitch(g, stmt);
      return;
    case "case":
      g.label(g.caseLabel(stmt.label));
      return;
    case "label":
      g.label(g.namedLabel(stmt.name));
      return;
    case "goto":
      g.leaveTo({ label: g.namedLabel(stmt.name), scope: scopeOfLabel(g, stmt.name) });
      return;
    case "goto-computed": {
      const address = g.gen.word(g, stmt.target);
      // The targets are filled in when all labels are known: see function.ts.
      g.emit("jr", NONE, address, NONE, 0).info = { uses: [], defs: [], clobbers: [], targets: [] };
      return;
    }
    case "break":
      if (g.breakTarget !== null) g.leaveTo(g.breakTarget);
      return;
    case "continue":
      if (g.continueTarget !== null) g.leaveTo(g.continueTarget);
      return;
    case "return":
      generateReturn(g, stmt.value);
      return;
    case "zero":
      generateZero(g, stmt.local);
      return;
    case "vla": {
      const home = g.homes.get(stmt.local.id)!;
      g.lifetime = { outer: g.lifetime, opener: stmt, savedSp: g.copy(SP), cleanup: null };
      const align = Math.max(alignOf(stmt.local.type.type), stmt.local.alignAs);
      const start = allocate(g, g.gen.word(g, stmt.bytes), align);
      if (home.kind === "pointer") g.move(home.reg, start);
      else if (home.kind === "pointer-slot") g.store("sw", start, slotAddress(home.slot, 0, 4));
      return;
    }
    case "cleanup":
      g.lifetime = { outer: g.lifetime, opener: stmt, savedSp: NONE, cleanup: stmt.call };
      return;
    case "asm":
      generateAsm(g, stmt);
      return;
  }
}

/** The innermost lifetime around the present place that the label also stands in. */
function scopeOfLabel(g: FunctionBuilder, name: string): FunctionBuilder["lifetime"] {
  const opener = g.labelLifetimes.get(name) ?? null;
  let scope = g.lifetime;
  while (scope !== null && scope.opener !== opener) scope = scope.outer;
  return scope;
}

function generateBlock(g: FunctionBuilder, stmt: Extract<Stmt, { kind: "block" }>): void {
  const outer = g.lifetime;
  for (const inner of stmt.body) statement(g, inner);
  g.endLifetimes(outer);
}

function generateIf(g: FunctionBuilder, stmt: Extract<Stmt, { kind: "if" }>): void {
  const otherwise = g.newLabel();
  g.gen.branch(g, stmt.test, otherwise, false);
  statement(g, stmt.then);
  if (stmt.otherwise === null) {
    g.label(otherwise);
    return;
  }
  const end = g.newLabel();
  g.jump(end);
  g.label(otherwise);
  statement(g, stmt.otherwise);
  g.label(end);
}

/** Runs `body` with break and continue bound to the labels. */
function inLoop(g: FunctionBuilder, breakLabel: number, continueLabel: number, body: () => void): void {
  const { breakTarget, continueTarget } = g;
  g.breakTarget = { label: breakLabel, scope: g.lifetime } satisfies JumpTarget;
  g.continueTarget = { label: continueLabel, scope: g.lifetime };
  body();
  g.breakTarget = breakTarget;
  g.continueTarget = continueTarget;
}

function generateLoop(g: FunctionBuilder, test: Expr | null, body: Stmt, step: Expr | null, loop: Stmt): void {
  const top = g.newLabel();
  const next = g.newLabel();
  const check = g.newLabel();
  const end = g.newLabel();
  g.beginLoop();
  if (test !== null) {
    if (isCheap(test, 12) && g.unit.optimize) {
      g.depth--;
      g.gen.branch(g, test, end, false);
      g.depth++;
    } else g.jump(check);
  }
  g.label(top);
  inLoop(g, end, next, () => statement(g, body));
  g.label(next);
  if (step !== null) {
    g.span = step.span;
    g.gen.effect(g, step);
  }
  g.label(check);
  if (test === null) g.jump(top);
  else {
    g.span = test.span;
    g.gen.branch(g, test, top, true);
  }
  g.endLoop();
  g.label(end);
  g.span = loop.span;
}

function generateDo(g: FunctionBuilder, stmt: Extract<Stmt, { kind: "do" }>): void {
  const top = g.newLabel();
  const next = g.newLabel();
  const end = g.newLabel();
  g.beginLoop();
  g.label(top);
  inLoop(g, end, next, () => statement(g, stmt.body));
  g.label(next);
  g.span = stmt.test.span;
  g.gen.branch(g, stmt.test, top, true);
  g.endLoop();
  g.label(end);
}

/** Small enough to be generated twice, and free of labels. */
function isCheap(expr: Expr, budget: number): boolean {
  return sizeOf(expr) <= budget;
}

function sizeOf(expr: Expr): number {
  switch (expr.kind) {
    case "const-int":
    case "const-float":
      return 1;
    case "load":
    case "address": {
      const lvalue = expr.kind === "load" ? expr.from : expr.of;
      return lvalueSize(lvalue);
    }
    case "unary":
    case "convert":
      return 1 + sizeOf(expr.operand);
    case "binary":
    case "logical":
    case "comma":
    case "pointer-diff":
      return 1 + sizeOf(expr.left) + sizeOf(expr.right);
    case "pointer-add":
      return 1 + sizeOf(expr.pointer) + sizeOf(expr.index);
    case "assign":
      return 1 + lvalueSize(expr.target) + sizeOf(expr.value);
    case "update":
      return 2 + lvalueSize(expr.target) + sizeOf(expr.value);
    default:
      return 100;
  }
}

function lvalueSize(lvalue: import("../tree.ts").LValue): number {
  if (lvalue.kind === "var") return 1;
  if (lvalue.kind === "deref") return 1 + sizeOf(lvalue.pointer);
  return lvalue.kind === "member" ? lvalueSize(lvalue.object) : 100;
}

function generateReturn(g: FunctionBuilder, value: Expr | null): void {
  if (value !== null) {
    const bytes = bytesOf(g.returnType);
    switch (classOf(g.returnType)) {
      case "word":
        g.move(g.returnRegisters[0]!, g.gen.word(g, value));
        break;
      case "wide":
        g.moveWide([g.returnRegisters[0]!, g.returnRegisters[1]!], g.gen.wide(g, value));
        break;
      case "memory": {
        const source = g.gen.memory(g, value);
        if (g.resultPointer !== NONE) {
          copyMemory(g, registerAddress(g.resultPointer, 0, alignOf(g.returnType)), source, bytes);
        } else {
          loadWords(g, source, bytes).forEach((word, index) => {
            g.move(g.returnRegisters[index]!, word);
          });
        }
        break;
      }
      default:
        g.gen.effect(g, value);
    }
  }
  for (let at = g.lifetime; at !== null; at = at.outer) if (at.cleanup !== null) g.gen.effect(g, at.cleanup);
  g.jump(g.returnLabel);
}

function generateZero(g: FunctionBuilder, local: LocalVar): void {
  const home = g.homes.get(local.id)!;
  if (home.kind === "word") g.emit("li", home.reg, NONE, NONE, 0);
  else if (home.kind === "wide") {
    g.emit("li", home.low, NONE, NONE, 0);
    g.emit("li", home.high, NONE, NONE, 0);
  } else {
    const at = addressOf(g, { kind: "var", var: local, type: local.type, span: local.span });
    clearMemory(
      g,
      at.slot === NONE ? registerAddress(addressRegister(g, at), 0, at.align) : at,
      bytesOf(local.type.type),
    );
  }
}
