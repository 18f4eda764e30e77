/** Conversions between scalar types (C11 6.3.1), by value class of source and target. */
import type { Expr } from "../tree.ts";
import type { CType } from "../types.ts";
import { loadWide, loadWord, stableAddress } from "./address.ts";
import { extendWord } from "./bit-field.ts";
import { type Address, addressAt, type FunctionBuilder, type Wide } from "./builder.ts";
import { type FloatValue, floatArgument, floatCall, floatSuffix, floatValue } from "./float.ts";
import { ZERO } from "./ir.ts";
import { bytesOf, classOf, isBool, isFloat, isSigned } from "./layout.ts";
import { isNonZero } from "./word.ts";

/** To an integer or pointer of up to 32 bits, or float. */
export function convertToWord(g: FunctionBuilder, operand: Expr, type: CType): number {
  const from = operand.type;
  if (isFloat(type)) {
    const value = toFloat(g, operand, type);
    return value.kind === "word" ? value.reg : ZERO;
  }
  if (isBool(type)) return isBool(from) ? g.gen.word(g, operand) : isNonZero(g, truthOf(g, operand));
  if (isFloat(from)) {
    const unsigned = bytesOf(type) === 4 && !isSigned(type);
    const name = `__fix${unsigned ? "uns" : ""}${floatSuffix(from)}si`;
    const whole = g.supportCall(name, floatArgument(g, floatValue(g, operand)), 1)[0]!;
    return extendWord(g, whole, bytesOf(type) * 8, isSigned(type));
  }
  if (classOf(from) === "wide") {
    const [low] = g.gen.wide(g, operand);
    return extendWord(g, low, bytesOf(type) * 8, isSigned(type));
  }
  return narrow(g, g.gen.word(g, operand), from, type);
}

/** A register that holds a value of one integer type, made to hold it converted to another. Not for _Bool. */
export function narrow(g: FunctionBuilder, value: number, from: CType, to: CType): number {
  const fromBytes = classOf(from) === "wide" ? 4 : bytesOf(from);
  const toBytes = bytesOf(to);
  if (toBytes >= 4) return value;
  const fits = isSigned(from) === isSigned(to) ? fromBytes <= toBytes : !isSigned(from) && fromBytes < toBytes;
  return fits ? value : extendWord(g, value, toBytes * 8, isSigned(to));
}

/** To a 64-bit integer or double. */
export function convertToWide(g: FunctionBuilder, operand: Expr, type: CType): Wide {
  const from = operand.type;
  if (isFloat(type)) {
    const value = toFloat(g, operand, type);
    return value.kind === "wide" ? value.pair : [ZERO, ZERO];
  }
  if (isFloat(from)) {
    const name = `__fix${isSigned(type) ? "" : "uns"}${floatSuffix(from)}di`;
    const [low, high] = g.supportCall(name, floatArgument(g, floatValue(g, operand)), 2);
    return [low!, high!];
  }
  if (classOf(from) === "wide") return g.gen.wide(g, operand);
  return widen(g, g.gen.word(g, operand), from);
}

export const widen = (g: FunctionBuilder, value: number, from: CType): Wide => [
  value,
  isSigned(from) && value !== ZERO ? g.aluImmediate("srai", value, 31) : ZERO,
];

/** To float, double or long double. */
export function toFloat(g: FunctionBuilder, operand: Expr, type: CType): FloatValue {
  const from = operand.type;
  if (isFloat(from)) {
    const value = floatValue(g, operand);
    return changePrecision(g, value, from, type);
  }
  if (classOf(from) === "wide") return integerToFloat(g, g.gen.wide(g, operand), from, type);
  return integerToFloat(g, [g.gen.word(g, operand), ZERO], from, type);
}

/** From an integer in registers. */
export function integerToFloat(g: FunctionBuilder, value: Wide, from: CType, type: CType): FloatValue {
  const isWide = classOf(from) === "wide";
  const unsigned = isWide || bytesOf(from) === 4 ? !isSigned(from) : false;
  const name = `__float${unsigned ? "un" : ""}${isWide ? "di" : "si"}${floatSuffix(type)}`;
  return floatCall(g, name, isWide ? value : [value[0]], type);
}

export function changePrecision(g: FunctionBuilder, value: FloatValue, from: CType, to: CType): FloatValue {
  if (bytesOf(from) === bytesOf(to)) return value;
  const verb = bytesOf(to) > bytesOf(from) ? "extend" : "trunc";
  return floatCall(g, `__${verb}${floatSuffix(from)}${floatSuffix(to)}2`, floatArgument(g, value), to);
}

/** A register that is zero exactly when the scalar is (for floats: when it equals 0.0, of either sign). */
export function truthOf(g: FunctionBuilder, expr: Expr): number {
  switch (classOf(expr.type)) {
    case "word": {
      const value = g.gen.word(g, expr);
      return isFloat(expr.type) ? g.aluImmediate("slli", value, 1) : value;
    }
    case "wide": {
      const [low, high] = g.gen.wide(g, expr);
      const top = isFloat(expr.type) ? g.aluImmediate("slli", high, 1) : high;
      return low === ZERO ? top : top === ZERO ? low : g.alu("or", low, top);
    }
    default:
      return quadTruth(g, g.gen.memory(g, expr));
  }
}

function quadTruth(g: FunctionBuilder, address: Address): number {
  const at = stableAddress(g, address, 16);
  const [first, second] = loadWide(g, at, false);
  const third = loadWord(g, addressAt(at, 8), 4, false, false);
  const top = g.aluImmediate("slli", loadWord(g, addressAt(at, 12), 4, false, false), 1);
  return g.alu("or", g.alu("or", first, second), g.alu("or", third, top));
}
