/** switch: a jump table where the labels are dense, otherwise a binary search of compares. */
import type { Stmt, SwitchCase } from "../tree.ts";
import type { FunctionBuilder, Wide } from "./builder.ts";
import { NONE, ZERO } from "./ir.ts";
import { classOf, isSigned } from "./layout.ts";
import { differenceOf, wideConstant } from "./wide.ts";

type SwitchStmt = Extract<Stmt, { kind: "switch" }>;

/** A table pays from here on. */
const TABLE_CASES = 5;
const TABLE_LIMIT = 1024n;

export function generateSwitch(g: FunctionBuilder, stmt: SwitchStmt): void {
  const end = g.newLabel();
  const otherwise = stmt.defaultLabel === null ? end : g.caseLabel(stmt.defaultLabel);
  const cases = [...stmt.cases].sort((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0));
  if (classOf(stmt.value.type) === "wide") {
    searchWide(g, g.gen.wide(g, stmt.value), cases, otherwise, isSigned(stmt.value.type));
  } else {
    const value = g.gen.word(g, stmt.value);
    const signed = isSigned(stmt.value.type);
    if (isDense(cases)) jumpThroughTable(g, value, cases, otherwise);
    else searchWord(g, value, cases, otherwise, signed);
  }
  const { breakTarget } = g;
  g.breakTarget = { label: end, scope: g.lifetime };
  g.gen.statement(g, stmt.body);
  g.breakTarget = breakTarget;
  g.label(end);
}

function isDense(cases: readonly SwitchCase[]): boolean {
  if (cases.length < TABLE_CASES) return false;
  const span = cases[cases.length - 1]!.high - cases[0]!.low + 1n;
  const covered = cases.reduce((sum, item) => sum + (item.high - item.low + 1n), 0n);
  return span <= TABLE_LIMIT && covered * 5n >= span * 2n;
}

function jumpThroughTable(g: FunctionBuilder, value: number, cases: readonly SwitchCase[], otherwise: number): void {
  const low = cases[0]!.low;
  const count = Number(cases[cases.length - 1]!.high - low + 1n);
  const labels = Array.from({ length: count }, () => otherwise);
  for (const item of cases) {
    for (let at = item.low; at <= item.high; at++) labels[Number(at - low)] = g.caseLabel(item.label);
  }
  const index = g.addImmediate(value, -Number(BigInt.asIntN(32, low)));
  g.branchIf("bgeu", index, g.constant(count), otherwise);
  const table = g.unit.addTable(labels);
  const entry = g.alu("add", g.symbolHigh(table, 0), g.aluImmediate("slli", index, 2));
  const target = g.newRegister();
  const load = g.emit("lw", target, entry, NONE, 0);
  load.sym = table;
  g.emit("jr", NONE, target, NONE, 0).info = { uses: [], defs: [], clobbers: [], targets: [...new Set(labels)] };
}

function searchWord(
  g: FunctionBuilder,
  value: number,
  cases: readonly SwitchCase[],
  otherwise: number,
  signed: boolean,
): void {
  const number = (of: bigint): number => g.constant(Number(BigInt.asIntN(32, of)));
  if (cases.length <= 3) {
    for (const item of cases) {
      const target = g.caseLabel(item.label);
      if (item.low === item.high) g.branchIf("beq", value, number(item.low), target);
      else {
        // low ≤ value ≤ high as one unsigned compare
        const offset = g.addImmediate(value, -Number(BigInt.asIntN(32, item.low)));
        g.branchIf("bgeu", number(item.high - item.low), offset, target);
      }
    }
    g.jump(otherwise);
    return;
  }
  const middle = cases.length >> 1;
  const upper = g.newLabel();
  g.branchIf(signed ? "bge" : "bgeu", value, number(cases[middle]!.low), upper);
  searchWord(g, value, cases.slice(0, middle), otherwise, signed);
  g.label(upper);
  searchWord(g, value, cases.slice(middle), otherwise, signed);
}

function searchWide(
  g: FunctionBuilder,
  value: Wide,
  cases: readonly SwitchCase[],
  otherwise: number,
  signed: boolean,
): void {
  const less = signed ? "blt" : "bltu";
  for (const item of cases) {
    const target = g.caseLabel(item.label);
    const low = wideConstant(g, item.low);
    if (item.low === item.high) {
      g.branchIf("beq", differenceOf(g, value, low), ZERO, target);
      continue;
    }
    const next = g.newLabel();
    const high = wideConstant(g, item.high);
    const notBelow = g.newLabel();
    g.branchIf(less, value[1], low[1], next);
    g.branchIf("bne", value[1], low[1], notBelow);
    g.branchIf("bltu", value[0], low[0], next);
    g.label(notBelow);
    g.branchIf(less, high[1], value[1], next);
    g.branchIf("bne", value[1], high[1], target);
    g.branchIf("bgeu", high[0], value[0], target);
    g.label(next);
  }
  g.jump(otherwise);
}
