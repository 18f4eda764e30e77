/**
 * C's scalar types as the debugger computes with them: the number that bytes stand for, and what a number becomes in another
 * type. Integers of 64 bits beyond 2^53 are exact as text only.
 */
import type { DebugType } from "../../toolchain/dwarf/read.ts";

/** Without qualifiers and typedefs. */
export function bare(type: DebugType | null): DebugType | null {
  let at = type;
  while (at !== null && (at.kind === "typedef" || at.kind === "qualified")) at = at.of;
  return at;
}

/** Size in bytes; 0 for void and functions. */
export function sizeOf(type: DebugType | null): number {
  const t = bare(type);
  switch (t?.kind) {
    case "base":
    case "struct":
    case "union":
    case "enum":
      return t.bytes;
    case "pointer":
      return 4;
    case "array":
      return t.counts.reduce<number>((product, count) => product * (count ?? 0), sizeOf(t.of));
    default:
      return type === null ? 4 : 0;
  }
}

export const isFloat = (type: DebugType | null): boolean => {
  const t = bare(type);
  return t?.kind === "base" && t.encoding === "float";
};

/** Plain numbers count as int. */
export const isSigned = (type: DebugType | null): boolean => {
  const t = bare(type);
  return t?.kind === "base" ? t.encoding === "signed" || t.encoding === "char" : t === null || t.kind === "enum";
};

const base = (name: string, bytes: number, encoding: "signed" | "unsigned" | "char" | "bool" | "float"): DebugType => ({
  kind: "base",
  name,
  bytes,
  encoding,
});
export const DOUBLE: DebugType = base("double", 8, "float");

/** The arithmetic type that keywords in any order mean, or null when they mean none. */
export function basicType(words: readonly string[]): DebugType | null {
  const has = (word: string): boolean => words.includes(word);
  const longs = words.filter((word) => word === "long").length;
  const sign = has("unsigned") ? "unsigned" : "signed";
  const name = words.join(" ");
  if (has("float")) return base(name, 4, "float");
  if (has("double")) return base(name, longs > 0 ? 16 : 8, "float");
  if (has("_Bool") || has("bool")) return base(name, 1, "bool");
  // Plain char is unsigned on RISC-V.
  if (has("char")) return base(name, 1, has("signed") ? "signed" : "unsigned");
  if (has("short")) return base(name, 2, sign);
  if (longs > 0 || has("int") || has("signed") || has("unsigned")) return base(name, longs > 1 ? 8 : 4, sign);
  return null;
}

/** IEEE 754 binary128, the long double of RISC-V, to the nearest double. */
function quadruple(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const high = view.getBigUint64(8, true);
  const fraction = Number(((high & 0xffff_ffff_ffffn) << 64n) | view.getBigUint64(0, true)) / 2 ** 112;
  const sign = high >> 63n === 1n ? -1 : 1;
  const exponent = Number((high >> 48n) & 0x7fffn);
  if (exponent === 0x7fff) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * 0 : sign * (1 + fraction) * 2 ** (exponent - 16383);
}

/** The integer that little-endian bytes (1 to 8) stand for. */
export function integerOf(bytes: Uint8Array, signed: boolean): bigint {
  const value = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return signed ? BigInt.asIntN(8 * bytes.length, value) : value;
}

/** The number that the bytes of a scalar stand for. */
export function scalarOf(bytes: Uint8Array, type: DebugType | null): number {
  if (!isFloat(type)) return Number(integerOf(bytes, isSigned(type)));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) return view.getFloat32(0, true);
  return bytes.length === 8 ? view.getFloat64(0, true) : quadruple(bytes);
}

/** What a bit field holds; `bit` counts from the least significant bit of the bytes. */
export function bitsOf(bytes: Uint8Array, bit: number, width: number, signed: boolean): number {
  const value = (integerOf(bytes, false) >> BigInt(bit)) & ((1n << BigInt(width)) - 1n);
  return Number(signed ? BigInt.asIntN(width, value) : value);
}

/** A number as C's conversion to a type makes it. */
export function converted(number: number, type: DebugType | null): number {
  const t = bare(type);
  if (isFloat(type)) return sizeOf(type) === 4 ? Math.fround(number) : number;
  if (t?.kind === "base" && t.encoding === "bool") return number === 0 ? 0 : 1;
  if (!Number.isFinite(number)) return 0;
  const bits = 8 * (sizeOf(type) || 4);
  const whole = BigInt(Math.trunc(number));
  return Number(isSigned(type) ? BigInt.asIntN(bits, whole) : BigInt.asUintN(bits, whole));
}

/** As C's printf("%g") with all digits that count. */
export function floatText(number: number, bytes: number): string {
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  if (Object.is(number, -0)) return "-0";
  return bytes === 4 ? String(Number(number.toPrecision(9))) : String(number);
}
