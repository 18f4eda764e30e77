/**
 * The values of numbers, characters and strings (C11 §6.4.4, §6.4.5) with GNU's binary integers and \e.
 *
 * Floating literals are correctly rounded to their own type: a `float` is rounded once, not by way of double.
 */
import { escapedByte } from "../source-text.ts";
import { quadFromText } from "./quad.ts";

export type LiteralResult<T> =
  | { readonly ok: true; readonly value: T; readonly warning?: string }
  | { readonly ok: false; readonly message: string };

export interface IntegerLiteral {
  readonly value: bigint;
  readonly isUnsigned: boolean;
  /** 0 none, 1 `l`, 2 `ll`. */
  readonly longs: 0 | 1 | 2;
  readonly isDecimal: boolean;
}
export interface FloatLiteral {
  readonly value: number;
  /** The bits, when the suffix makes it a long double. */
  readonly quad: bigint | null;
  readonly suffix: "" | "f" | "l";
}

const bad = (message: string): { readonly ok: false; readonly message: string } => ({ ok: false, message });

export const isFloatText = (text: string): boolean =>
  /^0[xX]/.test(text) ? /[.pP]/.test(text) : /[.eE]/.test(text) && !/^0[bB]/.test(text);

export function parseInteger(text: string): LiteralResult<IntegerLiteral> {
  const match = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)([a-zA-Z]*)$/.exec(text);
  if (match === null) {
    if (/^0[0-9]+[uUlL]*$/.test(text)) return bad(`invalid digit in the octal constant ${text}`);
    return bad(`'${text}' is not a valid number`);
  }
  const digits = match[1]!;
  const suffix = match[2]!;
  if (!/^(?:[uU](?:l|L|ll|LL)?|(?:l|L|ll|LL)[uU]?)?$/.test(suffix))
    return bad(`invalid suffix '${suffix}' on an integer constant`);
  if (digits.length > 4096) return bad("this integer constant is too long");
  const isOctal = /^0[0-7]+$/.test(digits);
  const value = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  if (value > 0xffff_ffff_ffff_ffffn) return bad("this integer constant does not fit in 64 bits");
  const longs = (suffix.match(/l/gi) ?? []).length as 0 | 1 | 2;
  return { ok: true, value: { value, isUnsigned: /u/i.test(suffix), longs, isDecimal: /^[1-9]/.test(digits) } };
}

export function parseFloating(text: string): LiteralResult<FloatLiteral> {
  const match =
    /^(0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?\d+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([fFlL]?)$/.exec(
      text,
    );
  if (match === null) {
    if (/^0[xX]/.test(text) && !/[pP]/.test(text)) return bad("a hexadecimal floating constant needs an exponent (p)");
    return bad(`'${text}' is not a valid floating constant`);
  }
  if (text.length > 4096) return bad("this floating constant is too long");
  const suffix = match[2]!.toLowerCase() as "" | "f" | "l";
  const digits = match[1]!;
  const value = /^0[xX]/.test(digits)
    ? hexFloat(digits, suffix === "f" ? 24 : 53)
    : decimalFloat(digits, suffix === "f");
  return { ok: true, value: { value, quad: suffix === "l" ? quadFromText(digits) : null, suffix } };
}

/** Decimal digits to the nearest double or float, ties to even. */
function decimalFloat(digits: string, isFloat: boolean): number {
  const double = Number(digits);
  if (!isFloat) return double;
  const single = Math.fround(double);
  if (single === double || !Number.isFinite(double)) return single;
  // Rounding twice goes wrong only when the double lies exactly between two floats: then the digits decide.
  const towards = nextFloat(single, double > single);
  if ((single + towards) / 2 !== double) return single;
  const order = compareDecimal(digits, double);
  if (order === 0) return single;
  const [low, high] = single < towards ? [single, towards] : [towards, single];
  return order < 0 ? low : high;
}

/** The float next to `value` in a direction. */
function nextFloat(value: number, up: boolean): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  const bits = view.getInt32(0);
  view.setInt32(0, value >= 0 === up ? bits + 1 : bits - 1);
  return view.getFloat32(0);
}

/** Sign of digits − value, exactly; both are not negative. */
function compareDecimal(digits: string, value: number): number {
  const match = /^(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(digits)!;
  const exponent = Number(match[3] ?? "0") - match[2]!.length;
  if (Math.abs(exponent) > 5000) return exponent > 0 ? 1 : -1;
  let left = BigInt(`${match[1]}${match[2]}`);
  let [mantissa, power] = decompose(value);
  if (exponent >= 0) left *= 10n ** BigInt(exponent);
  else mantissa *= 10n ** BigInt(-exponent);
  if (power >= 0) mantissa <<= BigInt(power);
  else left <<= BigInt(-power);
  power = 0;
  return left < mantissa ? -1 : left > mantissa ? 1 : 0;
}

/** value = mantissa × 2^power, mantissa an integer. */
function decompose(value: number): [bigint, number] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  return biased === 0 ? [fraction, -1074] : [fraction | (1n << 52n), biased - 1075];
}

/** A hexadecimal floating constant rounded to `precision` bits, ties to even. */
function hexFloat(text: string, precision: 24 | 53): number {
  const match = /^0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/.exec(text)!;
  let mantissa = BigInt(`0x${match[1]}${match[2]}` === "0x" ? "0" : `0x${match[1]}${match[2]}`);
  if (mantissa === 0n) return 0;
  let exponent = Number(match[3]) - 4 * match[2]!.length;
  const lowest = precision === 24 ? -149 : -1074;
  const length = mantissa.toString(2).length;
  const drop = Math.max(length - precision, lowest - exponent);
  if (drop > 0) {
    if (drop > length + 1) return 0;
    const half = 1n << BigInt(drop - 1);
    const rest = mantissa & ((1n << BigInt(drop)) - 1n);
    mantissa >>= BigInt(drop);
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++;
    exponent += drop;
  }
  if (exponent + mantissa.toString(2).length > 1100) return Number.POSITIVE_INFINITY;
  // Two factors, because 2^exponent alone may leave the range of a double.
  const half = Math.trunc(exponent / 2);
  const value = Number(mantissa) * 2 ** half * 2 ** (exponent - half);
  return precision === 24 ? Math.fround(value) : value;
}

/** Encoding prefix of a character or string literal. */
export type Prefix = "" | "L" | "u8" | "u" | "U";

export interface TextLiteral {
  readonly prefix: Prefix;
  /** Code units: bytes (UTF-8) without prefix and for u8, 16-bit units for u, 32-bit for L and U. */
  readonly units: readonly number[];
}

export const prefixOf = (text: string): Prefix => (/^(L|u8|u|U)?["']/.exec(text)?.[1] as Prefix | undefined) ?? "";
export const unitBytesOf = (prefix: Prefix): 1 | 2 | 4 =>
  prefix === "u" ? 2 : prefix === "L" || prefix === "U" ? 4 : 1;

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  "0": 0,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  e: 27,
  E: 27,
  "\\": 92,
  "'": 39,
  '"': 34,
  "?": 63,
};

/** The code units of a literal's body. `prefix` may come from a neighbour that it is joined with. */
export function parseText(token: string, prefix: Prefix): LiteralResult<TextLiteral> {
  const open = prefixOf(token).length + 1;
  const body = token.slice(open, -1);
  const unitBytes = unitBytesOf(prefix);
  const limit = unitBytes === 1 ? 0xff : unitBytes === 2 ? 0xffff : 0xffff_ffff;
  const units: number[] = [];
  let warning: string | undefined;
  for (let at = 0; at < body.length; ) {
    const c = body.charCodeAt(at);
    if (c !== 92) {
      const point = body.codePointAt(at)!;
      at += point > 0xffff ? 2 : 1;
      encode(point, unitBytes, units);
      continue;
    }
    const next = body[at + 1] ?? "";
    const octal = /^[0-7]{1,3}/.exec(body.slice(at + 1, at + 4));
    if (octal !== null) {
      units.push(Math.min(Number.parseInt(octal[0], 8), limit) >>> 0);
      at += 1 + octal[0].length;
    } else if (next === "x") {
      const hex = /^[0-9a-fA-F]+/.exec(body.slice(at + 2));
      if (hex === null) return bad("\\x needs hexadecimal digits after it");
      const value = BigInt(`0x${hex[0]}`);
      if (value > BigInt(limit)) warning = "this hexadecimal escape does not fit in its character";
      units.push(Number(value & BigInt(limit)));
      at += 2 + hex[0].length;
    } else if (next === "u" || next === "U") {
      const digits = next === "u" ? 4 : 8;
      const hex = body.slice(at + 2, at + 2 + digits);
      if (hex.length < digits || !/^[0-9a-fA-F]+$/.test(hex))
        return bad(`\\${next} needs ${digits} hexadecimal digits after it`);
      const point = Number.parseInt(hex, 16);
      if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return bad(`\\${next}${hex} is not a character`);
      encode(point, unitBytes, units);
      at += 2 + digits;
    } else {
      const value = SIMPLE_ESCAPES[next];
      if (value === undefined) {
        warning = `unknown escape sequence '\\${next}'`;
        encode(body.codePointAt(at + 1) ?? 92, unitBytes, units);
        at += (body.codePointAt(at + 1) ?? 0) > 0xffff ? 3 : 2;
      } else {
        units.push(value);
        at += 2;
      }
    }
  }
  return { ok: true, value: { prefix, units }, ...(warning === undefined ? {} : { warning }) };
}

function encode(point: number, unitBytes: 1 | 2 | 4, out: number[]): void {
  const byte = escapedByte(point);
  if (byte !== null) out.push(byte);
  else if (unitBytes === 4) out.push(point);
  else if (unitBytes === 2) {
    if (point > 0xffff) out.push(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + ((point - 0x10000) & 0x3ff));
    else out.push(point);
  } else if (point < 0x80) out.push(point);
  else if (point < 0x800) out.push(0xc0 | (point >> 6), 0x80 | (point & 63));
  else if (point < 0x10000) out.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
  else out.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
}

/** Value of a character constant. Plain constants have type int; several characters pack big end first, as in GCC. */
export function parseCharacter(token: string): LiteralResult<{ readonly prefix: Prefix; readonly value: number }> {
  const prefix = prefixOf(token);
  const parsed = parseText(token, prefix);
  if (!parsed.ok) return parsed;
  const { units } = parsed.value;
  if (units.length === 0) return bad("empty character constant");
  let warning = parsed.warning;
  let value = units[0]!;
  if (prefix === "" && units.length > 1) {
    warning = units.length > 4 ? "character constant too long for its type" : "multi-character character constant";
    value = units.slice(-4).reduce((sum, unit) => (sum << 8) | unit, 0);
  } else if (units.length > 1) {
    warning = "character constant too long for its type";
    value = units[units.length - 1]!;
  }
  // Plain char is unsigned here, so a single byte keeps its value; wchar_t is int.
  if (prefix === "L") value |= 0;
  return { ok: true, value: { prefix, value }, ...(warning === undefined ? {} : { warning }) };
}

/** The bytes of code units, in little-endian order. */
export function unitsToBytes(units: readonly number[], unitBytes: 1 | 2 | 4): Uint8Array {
  const bytes = new Uint8Array(units.length * unitBytes);
  units.forEach((unit, i) => {
    for (let at = 0; at < unitBytes; at++) bytes[i * unitBytes + at] = (unit >>> (8 * at)) & 0xff;
  });
  return bytes;
}
