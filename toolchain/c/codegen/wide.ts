/** 64-bit integers in register pairs. Division and remainder call the support library; everything else is inline. */
import type { BinaryOp, Expr } from "../tree.ts";
import type { CType } from "../types.ts";
import type { FunctionBuilder, Wide } from "./builder.ts";
import { ZERO } from "./ir.ts";
import { classOf, isFloat, isSigned } from "./layout.ts";
import { invert, isNonZero, isZero } from "./word.ts";

/** Both words of a 64-bit constant. */
export const wideConstant = (g: FunctionBuilder, value: bigint): Wide => [
  g.constant(Number(BigInt.asIntN(32, value))),
  g.constant(Number(BigInt.asIntN(32, value >> 32n))),
];

/** left op right with a 64-bit result; comparisons are `compareWide`. The right operand of a shift may be a word. */
export function wideBinary(g: FunctionBuilder, op: BinaryOp, left: Expr, right: Expr, type: CType): Wide {
  if (op === "shl" || op === "shr") {
    const value = g.gen.wide(g, left);
    const signed = isSigned(type);
    if (right.kind === "const-int") return shiftByConstant(g, op, value, Number(right.value & 63n), signed);
    const amount = classOf(right.type) === "wide" ? g.gen.wide(g, right)[0] : g.gen.word(g, right);
    return shiftByRegister(g, op, value, amount, signed);
  }
  if (op === "mul") {
    const short = shortMultiply(g, left, right);
    if (short !== null) return short;
  }
  const a = g.gen.wide(g, left);
  return combineWide(g, op, a, g.gen.wide(g, right), isSigned(type));
}

/** a op b on registers, for all operators that are neither shifts nor comparisons. */
export function combineWide(g: FunctionBuilder, op: BinaryOp, a: Wide, b: Wide, signed: boolean): Wide {
  switch (op) {
    case "add":
      return addWide(g, a, b);
    case "sub":
      return subtractWide(g, a, b);
    case "and":
    case "or":
    case "xor":
      return [logic(g, op, a[0], b[0]), logic(g, op, a[1], b[1])];
    case "mul":
      return multiplyWide(g, a, b);
    case "div":
    case "rem": {
      const name = op === "div" ? (signed ? "__divdi3" : "__udivdi3") : signed ? "__moddi3" : "__umoddi3";
      const [low, high] = g.supportCall(name, [a[0], a[1], b[0], b[1]], 2);
      return [low!, high!];
    }
    case "shl":
    case "shr":
      return shiftByRegister(g, op, a, b[0], signed);
    default:
      throw new Error(`not a 64-bit operator: ${op}`);
  }
}

function logic(g: FunctionBuilder, op: "and" | "or" | "xor", a: number, b: number): number {
  if (op === "and") return a === ZERO || b === ZERO ? ZERO : g.alu("and", a, b);
  if (a === ZERO) return b;
  return b === ZERO ? a : g.alu(op, a, b);
}

export function addWide(g: FunctionBuilder, a: Wide, b: Wide): Wide {
  if (b[0] === ZERO) return [a[0], b[1] === ZERO ? a[1] : g.alu("add", a[1], b[1])];
  if (a[0] === ZERO) return [b[0], a[1] === ZERO ? b[1] : g.alu("add", a[1], b[1])];
  const low = g.alu("add", a[0], b[0]);
  const carry = g.alu("sltu", low, b[0]);
  const high = b[1] === ZERO ? a[1] : a[1] === ZERO ? b[1] : g.alu("add", a[1], b[1]);
  return [low, high === ZERO ? carry : g.alu("add", high, carry)];
}

export function subtractWide(g: FunctionBuilder, a: Wide, b: Wide): Wide {
  if (b[0] === ZERO) return [a[0], b[1] === ZERO ? a[1] : g.alu("sub", a[1], b[1])];
  const borrow = g.alu("sltu", a[0], b[0]);
  const low = g.alu("sub", a[0], b[0]);
  const high = b[1] === ZERO ? a[1] : g.alu("sub", a[1], b[1]);
  return [low, g.alu("sub", high, borrow)];
}

export const negateWide = (g: FunctionBuilder, a: Wide): Wide => subtractWide(g, [ZERO, ZERO], a);

function multiplyWide(g: FunctionBuilder, a: Wide, b: Wide): Wide {
  if (a[0] === ZERO && a[1] === ZERO) return a;
  if (b[0] === ZERO && b[1] === ZERO) return b;
  const low = g.alu("mul", a[0], b[0]);
  let high = g.alu("mulhu", a[0], b[0]);
  if (b[1] !== ZERO) high = g.alu("add", high, g.alu("mul", a[0], b[1]));
  if (a[1] !== ZERO) high = g.alu("add", high, g.alu("mul", a[1], b[0]));
  return [low, high];
}

/** (long long)x * y of two words that were widened alike: mul and mulh. */
function shortMultiply(g: FunctionBuilder, left: Expr, right: Expr): Wide | null {
  const a = narrowSource(left);
  const b = narrowSource(right);
  if (a === null || b === null) return null;
  const signedA = isSigned(a.type);
  const signedB = isSigned(b.type);
  const x = g.gen.word(g, a);
  const y = g.gen.word(g, b);
  const low = g.alu("mul", x, y);
  if (signedA && !signedB) return [low, g.alu("mulhsu", x, y)];
  if (!signedA && signedB) return [low, g.alu("mulhsu", y, x)];
  return [low, g.alu(signedA ? "mulh" : "mulhu", x, y)];
}

/** The word that was widened to make this 64-bit value, or null. */
const narrowSource = (expr: Expr): Expr | null =>
  expr.kind === "convert" && classOf(expr.operand.type) === "word" && !isFloat(expr.operand.type) ? expr.operand : null;

export function shiftByConstant(
  g: FunctionBuilder,
  op: "shl" | "shr",
  value: Wide,
  amount: number,
  signed: boolean,
): Wide {
  const [low, high] = value;
  if (amount === 0) return value;
  if (op === "shl") {
    if (amount >= 32) return [ZERO, amount === 32 ? low : g.aluImmediate("slli", low, amount - 32)];
    const carried = g.aluImmediate("srli", low, 32 - amount);
    const up = high === ZERO ? carried : g.alu("or", g.aluImmediate("slli", high, amount), carried);
    return [g.aluImmediate("slli", low, amount), up];
  }
  if (amount >= 32) {
    const moved = amount === 32 ? high : g.aluImmediate(signed ? "srai" : "srli", high, amount - 32);
    return [moved, signed ? g.aluImmediate("srai", high, 31) : ZERO];
  }
  const down = g.aluImmediate("srli", low, amount);
  const result = high === ZERO ? down : g.alu("or", down, g.aluImmediate("slli", high, 32 - amount));
  return [result, high === ZERO ? ZERO : g.aluImmediate(signed ? "srai" : "srli", high, amount)];
}

/** Shift by 0 … 63 in a register: bit 5 of the amount chooses between moving whole words and carrying bits across. */
export function shiftByRegister(
  g: FunctionBuilder,
  op: "shl" | "shr",
  value: Wide,
  amount: number,
  signed: boolean,
): Wide {
  const isLeft = op === "shl";
  const [low, high] = value;
  const far = isLeft ? "sll" : signed ? "sra" : "srl";
  const whole = isLeft ? low : high;
  const moved = g.alu(far, whole, amount);
  const resultLow = g.newRegister();
  const resultHigh = g.newRegister();
  const isSmall = g.newLabel();
  const end = g.newLabel();
  g.branchIf("beq", g.aluImmediate("andi", amount, 32), ZERO, isSmall);
  g.move(isLeft ? resultHigh : resultLow, moved);
  if (isLeft) g.move(resultLow, ZERO);
  else g.move(resultHigh, signed ? g.aluImmediate("srai", high, 31) : ZERO);
  g.jump(end);
  g.label(isSmall);
  const rest = g.aluImmediate("xori", amount, -1);
  if (isLeft) {
    const carried = g.alu("srl", g.aluImmediate("srli", low, 1), rest);
    g.move(resultHigh, g.alu("or", g.alu("sll", high, amount), carried));
    g.move(resultLow, moved);
  } else {
    const carried = g.alu("sll", g.aluImmediate("slli", high, 1), rest);
    g.move(resultLow, g.alu("or", g.alu("srl", low, amount), carried));
    g.move(resultHigh, moved);
  }
  g.label(end);
  return [resultLow, resultHigh];
}

/** 0 or 1 */
export function compareWide(g: FunctionBuilder, op: BinaryOp, a: Wide, b: Wide, signed: boolean): number {
  switch (op) {
    case "eq":
      return isZero(g, differenceOf(g, a, b));
    case "ne":
      return isNonZero(g, differenceOf(g, a, b));
    case "lt":
      return lessWide(g, a, b, signed);
    case "gt":
      return lessWide(g, b, a, signed);
    case "le":
      return invert(g, lessWide(g, b, a, signed));
    case "ge":
      return invert(g, lessWide(g, a, b, signed));
    default:
      throw new Error(`not a comparison: ${op}`);
  }
}

/** Zero exactly when the two are equal. */
export function differenceOf(g: FunctionBuilder, a: Wide, b: Wide): number {
  const part = (x: number, y: number): number => (y === ZERO ? x : x === ZERO ? y : g.alu("xor", x, y));
  const low = part(a[0], b[0]);
  const high = part(a[1], b[1]);
  return low === ZERO ? high : high === ZERO ? low : g.alu("or", low, high);
}

function lessWide(g: FunctionBuilder, a: Wide, b: Wide, signed: boolean): number {
  if (signed && b[0] === ZERO && b[1] === ZERO) return g.aluImmediate("slti", a[1], 0);
  const highLess = g.alu(signed ? "slt" : "sltu", a[1], b[1]);
  const highEqual = isZero(g, b[1] === ZERO ? a[1] : g.alu("xor", a[1], b[1]));
  const lowLess = g.alu("sltu", a[0], b[0]);
  return g.alu("or", highLess, g.alu("and", highEqual, lowLess));
}
