/**
 * Arithmetic on constants exactly as the target would do it, and the folding of typed expressions.
 *
 * Integers wrap to the width of their type; float arithmetic is rounded to single by Math.fround (correct, because double has
 * more than twice the digits), double arithmetic is JavaScript's own IEEE arithmetic, `long double` arithmetic is quad.ts.
 */

import type { Span } from "../diagnostics.ts";
import { sizeOf } from "./layout.ts";
import {
  isQuadZero,
  quadArithmetic,
  quadCompare,
  quadFromInteger,
  quadFromNumber,
  quadNegate,
  quadToInteger,
  quadToNumber,
} from "./quad.ts";
import type { BinaryOp, Expr, GlobalSymbol, LocalVar, LValue, StringObject } from "./tree.ts";
import { type CType, INT, integerOf, isInteger } from "./types.ts";

export type ConstInt = Extract<Expr, { kind: "const-int" }>;
export type ConstFloat = Extract<Expr, { kind: "const-float" }>;

/** The value as the type holds it: pointers and unsigned types count from 0, signed ones wrap, _Bool is 0 or 1. */
export function wrapTo(value: bigint, type: CType): bigint {
  if (isInteger(type)) {
    const plain = integerOf(type);
    if (plain.name === "_Bool") return value === 0n ? 0n : 1n;
    const bits = plain.bytes * 8;
    // Small values are the common case and need no BigInt arithmetic.
    return plain.signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  }
  return BigInt.asUintN(32, value);
}

export const isConstInt = (e: Expr): e is ConstInt => e.kind === "const-int";
export const isConst = (e: Expr): e is ConstInt | ConstFloat => e.kind === "const-int" || e.kind === "const-float";

const roundFloat = (value: number, type: CType): number =>
  type.kind === "float" && type.bytes === 4 ? Math.fround(value) : value;

/** The bits of a constant as a long double. */
export const quadOf = (e: ConstFloat): bigint => e.quad ?? quadFromNumber(e.value);

/** A constant of type long double. */
export const quadConstant = (quad: bigint, type: CType, span: Span): ConstFloat => ({
  kind: "const-float",
  value: quadToNumber(quad),
  quad,
  type,
  span,
});

const isZeroFloat = (e: ConstFloat): boolean => (e.quad === undefined ? e.value === 0 : isQuadZero(e.quad));

/** Converts a constant; null when the type holds no number. */
export function convertConstant(e: ConstInt | ConstFloat, type: CType): Expr | null {
  const { span } = e;
  if (e.kind === "const-int") {
    if (type.kind === "float" && type.bytes === 16) return quadConstant(quadFromInteger(e.value), type, span);
    if (type.kind === "float") return { kind: "const-float", value: roundInteger(e.value, type.bytes), type, span };
    if (isInteger(type) || type.kind === "pointer")
      return { kind: "const-int", value: wrapTo(e.value, type), type, span };
    return null;
  }
  if (type.kind === "float" && type.bytes === 16) return quadConstant(quadOf(e), type, span);
  if (type.kind === "float") {
    const value = e.quad === undefined ? roundFloat(e.value, type) : quadToNumber(e.quad, type.bytes === 4 ? 4 : 8);
    return { kind: "const-float", value, type, span };
  }
  if (!isInteger(type)) return null;
  const plain = integerOf(type);
  if (plain.name === "_Bool") return { kind: "const-int", value: isZeroFloat(e) ? 0n : 1n, type, span };
  const value = quadToInteger(quadOf(e)) ?? infiniteInteger(e.value);
  return { kind: "const-int", value: saturate(value, plain.bytes * 8, plain.signed), type, span };
}

/** Stands for an infinity; what is no number becomes 0. */
const infiniteInteger = (value: number): bigint => (Number.isNaN(value) ? 0n : value < 0 ? -(1n << 64n) : 1n << 64n);

/** A floating number out of the type's range has no defined value (C11 §6.3.1.4p1); the nearest one is taken, as in GCC. */
function saturate(value: bigint, bits: number, isSigned: boolean): bigint {
  const low = isSigned ? -(1n << BigInt(bits - 1)) : 0n;
  const high = (1n << BigInt(isSigned ? bits - 1 : bits)) - 1n;
  return value < low ? low : value > high ? high : value;
}

/** An integer rounded once to float or double, ties to even. */
function roundInteger(value: bigint, bytes: number): number {
  if (bytes !== 4) return Number(value);
  const magnitude = value < 0n ? -value : value;
  const length = magnitude.toString(2).length;
  if (length <= 24) return Number(value);
  const drop = BigInt(length - 24);
  const half = 1n << (drop - 1n);
  const rest = magnitude & ((1n << drop) - 1n);
  let kept = magnitude >> drop;
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept++;
  const rounded = Number(kept << drop);
  return value < 0n ? -rounded : rounded;
}

/** Folds a binary operation whose operands are constants of one type (shifts: any); null when it has no defined value. */
export function foldBinary(op: BinaryOp, left: Expr, right: Expr, type: CType): Expr | null {
  const { span } = left;
  if (left.kind === "const-int" && right.kind === "const-int") {
    const value = foldIntegers(op, left.value, right.value, left.type);
    return value === null ? null : { kind: "const-int", value: wrapTo(value, type), type, span };
  }
  if (left.kind !== "const-float" || right.kind !== "const-float" || left.type.kind !== "float") return null;
  return left.type.bytes === 16
    ? foldQuads(op, left, right, type)
    : foldFloats(op, left.value, right.value, type, left);
}

function foldIntegers(op: BinaryOp, a: bigint, b: bigint, type: CType): bigint | null {
  const bits = BigInt(sizeOf(type) * 8);
  switch (op) {
    case "add": return a + b;
    case "sub": return a - b;
    case "mul": return a * b;
    case "div": return b === 0n ? null : a / b;
    case "rem": return b === 0n ? null : a % b;
    case "and": return a & b;
    case "or": return a | b;
    case "xor": return a ^ b;
    case "shl": return b < 0n || b >= bits ? null : a << b;
    case "shr": return b < 0n || b >= bits ? null : a >> b;
    case "eq": return a === b ? 1n : 0n;
    case "ne": return a !== b ? 1n : 0n;
    case "lt": return a < b ? 1n : 0n;
    case "le": return a <= b ? 1n : 0n;
    case "gt": return a > b ? 1n : 0n;
    case "ge": return a >= b ? 1n : 0n;
  }
} // biome-ignore format: one operation a line

function foldFloats(op: BinaryOp, a: number, b: number, type: CType, at: ConstFloat): Expr | null {
  const real = (value: number): Expr => ({ kind: "const-float", value: roundFloat(value, at.type), type, span: at.span });
  const truth = (is: boolean): Expr => ({ kind: "const-int", value: is ? 1n : 0n, type: INT, span: at.span });
  switch (op) {
    case "add": return real(a + b);
    case "sub": return real(a - b);
    case "mul": return real(a * b);
    case "div": return real(a / b);
    case "eq": return truth(a === b);
    case "ne": return truth(a !== b);
    case "lt": return truth(a < b);
    case "le": return truth(a <= b);
    case "gt": return truth(a > b);
    case "ge": return truth(a >= b);
    default: return null;
  }
} // biome-ignore format: one operation a line

function foldQuads(op: BinaryOp, left: ConstFloat, right: ConstFloat, type: CType): Expr | null {
  const [a, b] = [quadOf(left), quadOf(right)];
  if (op === "add" || op === "sub" || op === "mul" || op === "div")
    return quadConstant(quadArithmetic(op, a, b), type, left.span);
  const order = quadCompare(a, b);
  const tests: Partial<Record<BinaryOp, boolean>> = {
    eq: order === 0,
    ne: order !== 0,
    lt: order === -1,
    le: order === -1 || order === 0,
    gt: order === 1,
    ge: order === 1 || order === 0,
  };
  const is = tests[op];
  return is === undefined ? null : { kind: "const-int", value: is ? 1n : 0n, type: INT, span: left.span };
}

export function foldUnary(op: "neg" | "not" | "lognot", operand: Expr, type: CType): Expr | null {
  const { span } = operand;
  if (operand.kind === "const-int") {
    const value = op === "neg" ? -operand.value : op === "not" ? ~operand.value : operand.value === 0n ? 1n : 0n;
    return { kind: "const-int", value: wrapTo(value, type), type, span };
  }
  if (operand.kind === "const-float") {
    if (op === "lognot") return { kind: "const-int", value: isZeroFloat(operand) ? 1n : 0n, type, span };
    if (op === "neg" && operand.quad !== undefined) return quadConstant(quadNegate(operand.quad), type, span);
    if (op === "neg") return { kind: "const-float", value: -operand.value, type, span };
  }
  return null;
}

/** Truth of a constant expression, or null. The address of an object is true. */
export function truthOf(e: Expr): boolean | null {
  if (e.kind === "const-int") return e.value !== 0n;
  if (e.kind === "const-float") return !isZeroFloat(e);
  if (e.kind === "convert" && (e.type.kind === "pointer" || (e.type.kind === "int" && e.type.name === "_Bool")))
    return truthOf(e.operand);
  if (e.kind === "address" && e.of.kind === "var")
    return e.of.var.storage === "global" && e.of.var.isWeak ? null : true;
  return null;
}

/** A symbol plus an offset in bytes; or the distance between two labels of a function, in which `minus` is the one subtracted. */
export interface StaticAddress {
  readonly base: GlobalSymbol | StringObject | { readonly label: string } | null;
  readonly offset: number;
  readonly minus?: string;
}

/** Of labels, the distance is known when the program is linked; of all others only inside one object. */
function distance(left: StaticAddress, right: StaticAddress): StaticAddress | null {
  const offset = left.offset - right.offset;
  if (left.minus !== undefined || right.minus !== undefined) return null;
  if (left.base === right.base) return { base: null, offset };
  const [from, to] = [labelOf(right), labelOf(left)];
  if (from === null || to === null) return null;
  return from === to ? { base: null, offset } : { base: left.base, offset, minus: from };
}

const labelOf = ({ base }: StaticAddress): string | null =>
  base !== null && "label" in base && !("storage" in base) ? base.label : null;

/** The address that an address constant stands for (C11 §6.6p9), or null. */
export function staticAddress(e: Expr): StaticAddress | null {
  switch (e.kind) {
    case "const-int":
      return { base: null, offset: Number(BigInt.asIntN(32, e.value)) };
    case "address":
      return staticPlace(e.of);
    case "label-address":
      return { base: { label: e.label }, offset: 0 };
    case "convert": {
      const size = sizeOf(e.type);
      if (e.type.kind === "int" && e.type.name === "_Bool") return null;
      return (e.type.kind === "pointer" || (isInteger(e.type) && size === 4)) && sizeOf(e.operand.type) === 4
        ? staticAddress(e.operand)
        : null;
    }
    case "pointer-add": {
      const pointer = staticAddress(e.pointer);
      if (pointer === null || e.index.kind !== "const-int" || typeof e.scale !== "number") return null;
      const bytes = Number(e.index.value) * e.scale;
      return { ...pointer, offset: pointer.offset + (e.subtract ? -bytes : bytes) };
    }
    case "binary": {
      if ((e.op !== "add" && e.op !== "sub") || sizeOf(e.type) !== 4) return null;
      const left = staticAddress(e.left);
      const right = staticAddress(e.right);
      if (left === null || right === null) return null;
      if (right.base === null)
        return { ...left, offset: e.op === "add" ? left.offset + right.offset : left.offset - right.offset };
      if (left.base === null && e.op === "add") return { ...right, offset: left.offset + right.offset };
      return e.op === "sub" ? distance(left, right) : null;
    }
    case "pointer-diff": {
      const left = staticAddress(e.left);
      const right = staticAddress(e.right);
      if (left === null || right === null || typeof e.scale !== "number" || e.scale === 0) return null;
      const bytes = distance(left, right);
      if (bytes === null || bytes.base !== null) return e.scale === 1 ? bytes : null;
      return { base: null, offset: Math.trunc(bytes.offset / e.scale) };
    }
    case "conditional": {
      const test = truthOf(e.test);
      return test === null ? null : staticAddress(test ? e.then : e.otherwise);
    }
    default:
      return null;
  }
}

/** The address of an object with static storage, or null. */
export function staticPlace(place: LValue): StaticAddress | null {
  switch (place.kind) {
    case "var": {
      const variable: LocalVar | GlobalSymbol | StringObject = place.var;
      if (variable.storage === "local" || (variable.storage === "global" && variable.isThreadLocal)) return null;
      return { base: variable, offset: 0 };
    }
    case "deref":
      return staticAddress(place.pointer);
    case "member": {
      const object = staticPlace(place.object);
      return object === null || place.member.bitField !== null
        ? null
        : { base: object.base, offset: object.offset + place.member.offset };
    }
    default:
      return null;
  }
}
