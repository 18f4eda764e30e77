/** Arithmetic on one register: all integers up to 32 bits and pointers. Operand registers may be the zero register. */
import type { BinaryOp, Expr } from "../tree.ts";
import { timesConstant } from "./address.ts";
import type { FunctionBuilder } from "./builder.ts";
import { type Alu, type AluImmediate, isImm12, ZERO } from "./ir.ts";
import { isSigned } from "./layout.ts";

/** The constant behind an integer expression as a signed 32-bit number, or null. */
export const constantOf = (expr: Expr): number | null =>
  expr.kind === "const-int" ? Number(BigInt.asIntN(32, expr.value)) : null;

/** left op right where both are words and neither is floating. */
export function wordBinary(g: FunctionBuilder, op: BinaryOp, left: Expr, right: Expr): number {
  const signed = isSigned(left.type);
  const leftConstant = constantOf(left);
  if (leftConstant !== null && COMMUTATIVE.has(op) && constantOf(right) === null) return wordBinary(g, op, right, left);
  const constant = constantOf(right);
  const a = g.gen.word(g, left);
  if (constant !== null) {
    const short = wordByConstant(g, op, a, constant, signed);
    if (short !== null) return short;
  }
  return combineWords(g, op, a, g.gen.word(g, right), signed);
}

const COMMUTATIVE = new Set<BinaryOp>(["add", "mul", "and", "or", "xor", "eq", "ne"]);

/** a op b for any registers. */
export function combineWords(g: FunctionBuilder, op: BinaryOp, a: number, b: number, signed: boolean): number {
  switch (op) {
    case "add":
      return b === ZERO ? a : a === ZERO ? b : g.alu("add", a, b);
    case "sub":
      return b === ZERO ? a : g.alu("sub", a, b);
    case "mul":
    case "and":
    case "or":
    case "xor":
      return g.alu(op as Alu, a, b);
    case "div":
      return g.alu(signed ? "div" : "divu", a, b);
    case "rem":
      return g.alu(signed ? "rem" : "remu", a, b);
    case "shl":
      return g.alu("sll", a, b);
    case "shr":
      return g.alu(signed ? "sra" : "srl", a, b);
    case "eq":
      return isZero(g, b === ZERO ? a : a === ZERO ? b : g.alu("xor", a, b));
    case "ne":
      return isNonZero(g, b === ZERO ? a : a === ZERO ? b : g.alu("xor", a, b));
    case "lt":
      return g.alu(signed ? "slt" : "sltu", a, b);
    case "gt":
      return g.alu(signed ? "slt" : "sltu", b, a);
    case "le":
      return invert(g, g.alu(signed ? "slt" : "sltu", b, a));
    case "ge":
      return invert(g, g.alu(signed ? "slt" : "sltu", a, b));
  }
}

export const isZero = (g: FunctionBuilder, a: number): number => g.aluImmediate("sltiu", a, 1);
export const isNonZero = (g: FunctionBuilder, a: number): number => g.alu("sltu", ZERO, a);
/** 0 becomes 1 and 1 becomes 0. */
export const invert = (g: FunctionBuilder, a: number): number => g.aluImmediate("xori", a, 1);

/** Forms with a constant right operand that are shorter than the general ones; null when there is none. */
export function wordByConstant(g: FunctionBuilder, op: BinaryOp, a: number, c: number, signed: boolean): number | null {
  if (a === ZERO) return null;
  switch (op) {
    case "add":
      return isImm12(c) ? g.addImmediate(a, c) : null;
    case "sub":
      return isImm12(-c) ? g.addImmediate(a, -c) : null;
    case "and":
    case "or":
    case "xor":
      return isImm12(c) ? g.aluImmediate(`${op}i` as AluImmediate, a, c) : null;
    case "shl":
      return (c & 31) === 0 ? a : g.aluImmediate("slli", a, c & 31);
    case "shr":
      return (c & 31) === 0 ? a : g.aluImmediate(signed ? "srai" : "srli", a, c & 31);
    case "mul":
      return timesConstant(g, a, c);
    case "div":
      return signed ? signedDivide(g, a, c) : unsignedDivide(g, a, c);
    case "rem":
      return signed ? signedRemainder(g, a, c) : unsignedRemainder(g, a, c);
    default:
      return compareConstant(g, op, a, c, signed);
  }
}

function compareConstant(g: FunctionBuilder, op: BinaryOp, a: number, c: number, signed: boolean): number | null {
  const less: AluImmediate = signed ? "slti" : "sltiu";
  const next = (c + 1) | 0;
  const nextWraps = signed ? c === 0x7fffffff : c === -1;
  switch (op) {
    case "eq":
      if (c === 0) return isZero(g, a);
      return isImm12(-c) ? isZero(g, g.aluImmediate("addi", a, -c)) : null;
    case "ne":
      if (c === 0) return isNonZero(g, a);
      return isImm12(-c) ? isNonZero(g, g.aluImmediate("addi", a, -c)) : null;
    case "lt":
      return isImm12(c) ? g.aluImmediate(less, a, c) : null;
    case "ge":
      return isImm12(c) ? invert(g, g.aluImmediate(less, a, c)) : null;
    case "le":
      return isImm12(next) && !nextWraps ? g.aluImmediate(less, a, next) : null;
    case "gt":
      return isImm12(next) && !nextWraps ? invert(g, g.aluImmediate(less, a, next)) : null;
    default:
      return null;
  }
}

const isPowerOfTwo = (c: number): boolean => c > 0 && (c & (c - 1)) === 0;
const log2 = (c: number): number => 31 - Math.clz32(c);

function unsignedDivide(g: FunctionBuilder, a: number, c: number): number | null {
  if (c === 1) return a;
  if (c === -2147483648) return g.aluImmediate("srli", a, 31);
  return isPowerOfTwo(c) ? g.aluImmediate("srli", a, log2(c)) : null;
}

function unsignedRemainder(g: FunctionBuilder, a: number, c: number): number | null {
  if (c === 1) return ZERO;
  if (!isPowerOfTwo(c)) return null;
  return isImm12(c - 1) ? g.aluImmediate("andi", a, c - 1) : g.alu("and", a, g.constant(c - 1));
}

/** a plus 2^power − 1 when a is negative: makes an arithmetic shift round towards zero. */
function biased(g: FunctionBuilder, a: number, power: number): number {
  const sign = power === 1 ? a : g.aluImmediate("srai", a, 31);
  return g.alu("add", a, g.aluImmediate("srli", sign, 32 - power));
}

function signedDivide(g: FunctionBuilder, a: number, c: number): number | null {
  if (c === 1) return a;
  if (c === -1) return g.alu("sub", ZERO, a);
  if (!isPowerOfTwo(c)) return null;
  return g.aluImmediate("srai", biased(g, a, log2(c)), log2(c));
}

function signedRemainder(g: FunctionBuilder, a: number, c: number): number | null {
  if (c === 1 || c === -1) return ZERO;
  if (!isPowerOfTwo(c)) return null;
  const power = log2(c);
  const sign = power === 1 ? a : g.aluImmediate("srai", a, 31);
  const bias = g.aluImmediate("srli", sign, 32 - power);
  const sum = g.alu("add", a, bias);
  const low = isImm12(c - 1) ? g.aluImmediate("andi", sum, c - 1) : g.alu("and", sum, g.constant(c - 1));
  return g.alu("sub", low, bias);
}

/** a − b over a constant scale in bytes, exact by definition. */
export function divideExact(g: FunctionBuilder, difference: number, scale: number): number {
  if (scale <= 1) return difference;
  const power = log2(scale & -scale);
  const shifted = power === 0 ? difference : g.aluImmediate("srai", difference, power);
  const odd = scale >> power;
  return odd === 1 ? shifted : g.alu("mul", shifted, g.constant(inverseModulo(odd)));
}

/** The inverse of an odd number modulo 2^32 (Newton): multiplying by it divides exactly. */
function inverseModulo(odd: number): number {
  let inverse = odd;
  for (let step = 0; step < 4; step++) inverse = Math.imul(inverse, 2 - Math.imul(odd, inverse));
  return inverse;
}
