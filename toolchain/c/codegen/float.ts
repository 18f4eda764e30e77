/**
 * Floating arithmetic without a floating-point unit: calls of the support library under the names that GCC uses (GCC internals
 * manual, "Soft float library routines"). float is a word, double a pair, long double (binary128) lies in memory and travels by reference.
 */

import { type ConstFloat, quadOf } from "../constant.ts";
import type { BinaryOp, Expr } from "../tree.ts";
import type { CType } from "../types.ts";
import { addressRegister } from "./address.ts";
import { copyMemory } from "./aggregate.ts";
import { type Address, type FunctionBuilder, slotAddress, type Wide } from "./builder.ts";
import { bytesOf } from "./layout.ts";

/** A floating value in one of its three forms. */
export type FloatValue =
  | { readonly kind: "word"; readonly reg: number }
  | { readonly kind: "wide"; readonly pair: Wide }
  | { readonly kind: "memory"; readonly at: Address };

const SUFFIX: Readonly<Record<number, string>> = { 4: "sf", 8: "df", 16: "tf" };
export const floatSuffix = (type: CType): string => SUFFIX[bytesOf(type)]!;

const ARITHMETIC: Partial<Record<BinaryOp, string>> = { add: "add", sub: "sub", mul: "mul", div: "div" };
const COMPARISON: Partial<Record<BinaryOp, string>> = { eq: "eq", ne: "ne", lt: "lt", le: "le", gt: "gt", ge: "ge" };

export function floatValue(g: FunctionBuilder, expr: Expr): FloatValue {
  switch (bytesOf(expr.type)) {
    case 4:
      return { kind: "word", reg: g.gen.word(g, expr) };
    case 8:
      return { kind: "wide", pair: g.gen.wide(g, expr) };
    default:
      return { kind: "memory", at: g.gen.memory(g, expr) };
  }
}

/** The registers that pass a floating value to a support function. */
export function floatArgument(g: FunctionBuilder, value: FloatValue): readonly number[] {
  if (value.kind === "word") return [value.reg];
  if (value.kind === "wide") return value.pair;
  // By reference to a copy: the function called may change what it was given (psABI, "Integer Calling Convention").
  const copy = slotAddress(g.newSlot(16, 16), 0, 16);
  copyMemory(g, copy, value.at, 16);
  return [addressRegister(g, copy)];
}

/** Calls a support function that returns a floating value of that type. */
export function floatCall(g: FunctionBuilder, name: string, args: readonly number[], type: CType): FloatValue {
  const bytes = bytesOf(type);
  if (bytes === 4) return { kind: "word", reg: g.supportCall(name, args, 1)[0]! };
  if (bytes === 8) {
    const [low, high] = g.supportCall(name, args, 2);
    return { kind: "wide", pair: [low!, high!] };
  }
  const slot = g.newSlot(16, 16);
  g.supportCall(name, [addressRegister(g, slotAddress(slot, 0, 16)), ...args], 0);
  return { kind: "memory", at: slotAddress(slot, 0, 16) };
}

export function floatBinary(g: FunctionBuilder, op: BinaryOp, left: Expr, right: Expr, type: CType): FloatValue {
  const a = floatValue(g, left);
  return combineFloats(g, op, a, floatValue(g, right), type);
}

export function combineFloats(g: FunctionBuilder, op: BinaryOp, a: FloatValue, b: FloatValue, type: CType): FloatValue {
  const name = `__${ARITHMETIC[op]}${floatSuffix(type)}3`;
  return floatCall(g, name, [...floatArgument(g, a), ...floatArgument(g, b)], type);
}

/** An int that compares with 0 as `op` says: a < b exactly when the result is < 0, and so on; false for NaNs but for `ne`. */
export function floatCompare(g: FunctionBuilder, op: BinaryOp, left: Expr, right: Expr): number {
  const a = floatArgument(g, floatValue(g, left));
  const b = floatArgument(g, floatValue(g, right));
  return g.supportCall(`__${COMPARISON[op]}${floatSuffix(left.type)}2`, [...a, ...b], 1)[0]!;
}

/** Bits of a constant as little-endian words. */
export function floatWords(constant: ConstFloat): number[] {
  const bytes = bytesOf(constant.type);
  if (bytes === 16) {
    const quad = quadOf(constant);
    return [0n, 32n, 64n, 96n].map((shift) => Number(BigInt.asIntN(32, quad >> shift)));
  }
  const view = new DataView(new ArrayBuffer(8));
  if (bytes === 4) view.setFloat32(0, constant.value, true);
  else view.setFloat64(0, constant.value, true);
  return bytes === 4 ? [view.getInt32(0, true)] : [view.getInt32(0, true), view.getInt32(4, true)];
}
