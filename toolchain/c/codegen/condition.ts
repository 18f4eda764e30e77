/** Conditions as control flow: comparisons fused with branches, && and || without materialising 0 or 1. */
import type { BinaryOp, Expr } from "../tree.ts";
import type { FunctionBuilder, Wide } from "./builder.ts";
import { truthOf } from "./convert.ts";
import { floatCompare } from "./float.ts";
import { type BranchOp, inverseBranch, ZERO } from "./ir.ts";
import { classOf, isFloat, isSigned } from "./layout.ts";
import { differenceOf } from "./wide.ts";

const COMPARISONS = new Set<BinaryOp>(["eq", "ne", "lt", "le", "gt", "ge"]);
export const isComparison = (op: BinaryOp): boolean => COMPARISONS.has(op);

/** Jumps to `target` when the truth of `expr` is `sense`, falls through otherwise. */
export function branch(g: FunctionBuilder, expr: Expr, target: number, sense: boolean): void {
  switch (expr.kind) {
    case "const-int":
      if ((expr.value !== 0n) === sense) g.jump(target);
      return;
    case "unary":
      if (expr.op !== "lognot") break;
      branch(g, expr.operand, target, !sense);
      return;
    case "logical":
      branchLogical(g, expr, target, sense);
      return;
    case "comma":
      g.gen.effect(g, expr.left);
      branch(g, expr.right, target, sense);
      return;
    case "convert":
      if (!isTruthPreserving(expr)) break;
      branch(g, expr.operand, target, sense);
      return;
    case "binary":
      if (!isComparison(expr.op)) break;
      g.span = expr.span;
      branchComparison(g, expr.op, expr.left, expr.right, target, sense);
      return;
  }
  g.branchIf(sense ? "bne" : "beq", truthOf(g, expr), ZERO, target);
}

/** The converted value is zero exactly when the operand is. */
function isTruthPreserving(expr: Extract<Expr, { kind: "convert" }>): boolean {
  const from = expr.operand.type;
  if (from.kind === "void" || classOf(from) === "memory") return false;
  if (expr.type.kind === "int" && expr.type.name === "_Bool") return true;
  if (isFloat(from) || isFloat(expr.type)) return false;
  return classOf(expr.type) === "wide" || (classOf(from) === "word" && widthOf(expr) >= widthOf(expr.operand));
}

const widthOf = (expr: Expr): number => (expr.type.kind === "int" ? expr.type.bytes : 4);

function branchLogical(
  g: FunctionBuilder,
  expr: Extract<Expr, { kind: "logical" }>,
  target: number,
  sense: boolean,
): void {
  // `a && b` jumps on false from either operand; `a || b` on true.
  const shortSense = expr.op === "or";
  if (sense === shortSense) {
    branch(g, expr.left, target, sense);
    branch(g, expr.right, target, sense);
  } else {
    const skip = g.newLabel();
    branch(g, expr.left, skip, shortSense);
    branch(g, expr.right, target, sense);
    g.label(skip);
  }
}

function branchComparison(
  g: FunctionBuilder,
  op: BinaryOp,
  left: Expr,
  right: Expr,
  target: number,
  sense: boolean,
): void {
  if (isFloat(left.type)) {
    const order = floatCompare(g, op, left, right);
    branchWords(g, op, order, ZERO, true, target, sense);
    return;
  }
  const signed = isSigned(left.type);
  if (classOf(left.type) === "wide") {
    const a = g.gen.wide(g, left);
    branchWide(g, op, a, g.gen.wide(g, right), signed, target, sense);
    return;
  }
  const a = g.gen.word(g, left);
  branchWords(g, op, a, g.gen.word(g, right), signed, target, sense);
}

function branchWords(
  g: FunctionBuilder,
  op: BinaryOp,
  a: number,
  b: number,
  signed: boolean,
  target: number,
  sense: boolean,
): void {
  const swapped = op === "gt" || op === "le";
  const name = branchName(op, signed);
  g.branchIf(sense ? name : inverseBranch(name), swapped ? b : a, swapped ? a : b, target);
}

function branchName(op: BinaryOp, signed: boolean): BranchOp {
  switch (op) {
    case "eq":
      return "beq";
    case "ne":
      return "bne";
    case "lt":
    case "gt":
      return signed ? "blt" : "bltu";
    default:
      return signed ? "bge" : "bgeu";
  }
}

function branchWide(
  g: FunctionBuilder,
  op: BinaryOp,
  a: Wide,
  b: Wide,
  signed: boolean,
  target: number,
  sense: boolean,
): void {
  if (op === "eq" || op === "ne") {
    g.branchIf((op === "eq") === sense ? "beq" : "bne", differenceOf(g, a, b), ZERO, target);
    return;
  }
  // Everything is "x < y" or its negation.
  const swapped = op === "gt" || op === "le";
  const [x, y] = swapped ? [b, a] : [a, b];
  const wantsLess = (op === "lt" || op === "gt") === sense;
  const less: BranchOp = signed ? "blt" : "bltu";
  if (signed && y[0] === ZERO && y[1] === ZERO) {
    g.branchIf(wantsLess ? "blt" : "bge", x[1], ZERO, target);
    return;
  }
  const skip = g.newLabel();
  if (wantsLess) {
    g.branchIf(less, x[1], y[1], target);
    g.branchIf("bne", x[1], y[1], skip);
    g.branchIf("bltu", x[0], y[0], target);
  } else {
    g.branchIf(less, x[1], y[1], skip);
    g.branchIf("bne", x[1], y[1], target);
    g.branchIf("bgeu", x[0], y[0], target);
  }
  g.label(skip);
}
