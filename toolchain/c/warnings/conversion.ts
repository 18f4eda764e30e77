/**
 * -Wconversion, -Wsign-conversion and -Wfloat-conversion: implicit conversions that may change a value, as GCC sees them. Arithmetic on
 * values that were only promoted counts in their own type (`c = c + d` with three chars is fine), casts are believed, and so are masks that
 * leave no more than fits. Leaves out: the width of a bit-field that is assigned to.
 */
import { isConst, quadOf, wrapTo } from "../constant.ts";
import { quadFromInteger, quadFromNumber, quadToInteger, quadToNumber } from "../quad.ts";
import type { Expr } from "../tree.ts";
import { type CType, type FloatType, type IntType, integerOf, isInteger, qual, typeName } from "../types.ts";

export interface Loss {
  readonly option: "Wconversion" | "Wsign-conversion" | "Wfloat-conversion";
  readonly message: string;
}

/** Bits of value, and whether it may be negative. */
interface Shape {
  readonly bits: number;
  readonly signed: boolean;
}

const shapeOf = (type: IntType): Shape =>
  type.name === "_Bool" ? { bits: 1, signed: false } : { bits: type.bytes * 8, signed: type.signed };

/** The type whose range the operands say an integer has, promotions taken away; its value may lie outside (`c - d` with two chars is a char). */
function valueShape(e: Expr): Shape {
  const own = shapeOf(integerOf(e.type as IntType));
  switch (e.kind) {
    case "convert":
      if (!isInteger(e.operand.type)) return own;
      return narrower(valueShape(e.operand), own);
    case "logical":
      return { bits: 1, signed: false };
    case "unary":
      return e.op === "lognot" ? { bits: 1, signed: false } : narrower(valueShape(e.operand), own);
    case "binary": {
      if (!isInteger(e.left.type) || ["eq", "ne", "lt", "le", "gt", "ge"].includes(e.op))
        return { bits: 1, signed: false };
      if (e.op === "shl" || e.op === "shr") return narrower(valueShape(e.left), own);
      if (e.op === "and") {
        const mask = [e.left, e.right].find((side) => side.kind === "const-int" && side.value >= 0n);
        if (mask?.kind === "const-int") return { bits: mask.value.toString(2).length, signed: false };
      }
      if (e.op === "rem" && !own.signed && e.right.kind === "const-int" && e.right.value > 0n)
        return { bits: Math.max(1, (e.right.value - 1n).toString(2).length), signed: false };
      return narrower(wider(e.left, e.right), own);
    }
    case "comma":
      return valueShape(e.right);
    case "load": {
      const field = e.from.kind === "member" ? e.from.member.bitField : null;
      return field === null ? own : { bits: field.width, signed: own.signed };
    }
    default:
      return own;
  }
}

/** A value widened keeps its shape; one that is made smaller, or loses its sign, takes the type's. */
const narrower = (value: Shape, type: Shape): Shape =>
  value.bits < type.bits && (type.signed || !value.signed)
    ? value
    : value.bits === type.bits && value.signed === type.signed
      ? value
      : type;

/** The operand that decides; a constant that fits the other one does not count. */
function wider(left: Expr, right: Expr): Shape {
  const [a, b] = [valueShape(left), valueShape(right)];
  if (right.kind === "const-int" && holds(a, right.value)) return a;
  if (left.kind === "const-int" && holds(b, left.value)) return b;
  if (a.bits !== b.bits) return a.bits > b.bits ? a : b;
  return a.signed ? b : a;
}

function holds({ bits, signed }: Shape, value: bigint): boolean {
  const low = signed ? -(1n << BigInt(bits - 1)) : 0n;
  const high = 1n << BigInt(signed ? bits - 1 : bits);
  return low <= value && value < high;
}

/** What an implicit conversion to a type may change; null: nothing. */
export function conversionLoss(value: Expr, target: CType): Loss | null {
  if (value.kind === "conditional")
    return conversionLoss(value.then, target) ?? conversionLoss(value.otherwise, target);
  if (value.kind === "convert" && value.span === value.operand.span && isWidening(value)) {
    const inner = conversionLoss(value.operand, target);
    if (inner === null) return null;
  }
  const from = value.type;
  if (target.kind === "int" && target.name === "_Bool") return null;
  if (from.kind === "enum" || target.kind === "enum") return null;
  if (from.kind === "float" || target.kind === "float") return floatLoss(value, from, target);
  if (from.kind !== "int" || target.kind !== "int") return null;
  return value.kind === "const-int"
    ? constantLoss(value.value, from, target)
    : integerLoss(valueShape(value), from, target);
}

const isWidening = (e: Extract<Expr, { kind: "convert" }>): boolean =>
  (e.type.kind === "int" && e.operand.type.kind === "int" && e.type.bytes >= e.operand.type.bytes) ||
  (e.type.kind === "float" && e.operand.type.kind === "float" && e.type.bytes >= e.operand.type.bytes);

const names = (from: CType, target: CType): string => `'${typeName(qual(from))}' to '${typeName(qual(target))}'`;

function integerLoss(shape: Shape, from: IntType, target: IntType): Loss | null {
  const to = shapeOf(target);
  if (shape.bits > to.bits)
    return { option: "Wconversion", message: `the conversion from ${names(from, target)} may change the value` };
  const isSignLost = shape.bits === to.bits ? shape.signed !== to.signed : shape.signed && !to.signed;
  if (!isSignLost) return null;
  return { option: "Wsign-conversion", message: `the conversion from ${names(from, target)} may change the sign` };
}

function constantLoss(value: bigint, from: IntType, target: IntType): Loss | null {
  const became = wrapTo(value, target);
  const bits = BigInt(target.bytes * 8);
  // What does not fit in either reading has a warning of its own.
  if (became === value || value < -(1n << (bits - 1n)) || value >= 1n << bits) return null;
  const isSign = value < 0n || (from.bytes === target.bytes && from.signed !== target.signed);
  const message = `the conversion from ${names(from, target)} changes the value from ${value} to ${became}`;
  return { option: isSign ? "Wsign-conversion" : "Wconversion", message };
}

const MANTISSA: Readonly<Record<number, number>> = { 4: 24, 8: 53, 16: 113 };

function floatLoss(value: Expr, from: CType, target: CType): Loss | null {
  if (isConst(value))
    return isExact(value, target)
      ? null
      : { option: "Wfloat-conversion", message: `this constant changes in the conversion from ${names(from, target)}` };
  const message = `the conversion from ${names(from, target)} may change the value`;
  if (from.kind === "float" && target.kind === "float")
    return from.bytes > target.bytes ? { option: "Wfloat-conversion", message } : null;
  if (from.kind === "float") return isInteger(target) ? { option: "Wfloat-conversion", message } : null;
  if (!isInteger(from)) return null;
  const { bits, signed } = valueShape(value);
  return bits - (signed ? 1 : 0) > MANTISSA[(target as FloatType).bytes]! ? { option: "Wconversion", message } : null;
}

/** Has a constant the same value in the type? */
function isExact(value: Expr, target: CType): boolean {
  if (value.kind === "const-int") {
    const bytes = (target as FloatType).bytes;
    const quad = quadFromInteger(value.value);
    return bytes === 16 || quadFromNumber(quadToNumber(quad, bytes === 4 ? 4 : 8)) === quad;
  }
  if (value.kind !== "const-float") return false;
  const quad = quadOf(value);
  if (target.kind === "float")
    return (
      target.bytes === 16 ||
      Number.isNaN(value.value) ||
      quadFromNumber(quadToNumber(quad, target.bytes === 4 ? 4 : 8)) === quad
    );
  const whole = quadToInteger(quad);
  return whole !== null && isInteger(target) && wrapTo(whole, target) === whole && quadFromInteger(whole) === quad;
}
