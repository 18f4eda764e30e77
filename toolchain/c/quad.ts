/**
 * binary128 arithmetic on constants (IEEE 754-2019 §3.4): the type `long double`. A number is its 128 bits as a bigint; everything
 * is computed exactly and rounded once, to nearest, ties to even.
 *
 *     127   126 … 112   111 … 0
 *     sign  exponent    fraction        value: (−1)^sign × 1.fraction × 2^(exponent − 16383)
 */

const FRACTION_BITS = 112n;
const BIAS = 16383n;
const INFINITE = 0x7fffn << FRACTION_BITS;
const NOT_A_NUMBER = INFINITE | (1n << 111n);
const SIGN = 1n << 127n;
const FRACTION = (1n << FRACTION_BITS) - 1n;
/** Exponent of the last place of the smallest numbers. */
const LOWEST = -16494;

const bitLength = (value: bigint): number => value.toString(2).length;
const isNegative = (bits: bigint): boolean => (bits & SIGN) !== 0n;
export const isQuadNan = (bits: bigint): boolean => (bits & ~SIGN) > INFINITE;
const isInfinite = (bits: bigint): boolean => (bits & ~SIGN) === INFINITE;
export const isQuadZero = (bits: bigint): boolean => (bits & ~SIGN) === 0n;

/** numerator / denominator × 2^exponent, rounded to `precision` binary digits with the last place at 2^lowest or above. */
function round(numerator: bigint, denominator: bigint, exponent: number, precision: number, lowest: number) {
  // Enough digits that the quotient has precision + 2 of them; what is left over only matters as "not zero".
  const shift = precision + 2 - (bitLength(numerator) - bitLength(denominator));
  let scaled = shift > 0 ? numerator << BigInt(shift) : numerator;
  const divisor = shift < 0 ? denominator << BigInt(-shift) : denominator;
  let quotient = scaled / divisor;
  scaled -= quotient * divisor;
  let place = exponent - shift;
  const drop = Math.max(bitLength(quotient) - precision, lowest - place);
  if (drop > precision + 4) return { mantissa: 0n, place };
  if (drop > 0) {
    const half = 1n << BigInt(drop - 1);
    const rest = quotient & ((1n << BigInt(drop)) - 1n);
    quotient >>= BigInt(drop);
    place += drop;
    if (rest > half || (rest === half && (scaled !== 0n || (quotient & 1n) === 1n))) quotient++;
  }
  return { mantissa: quotient, place };
}

/** numerator / denominator × 2^exponent as binary128; both positive or the numerator 0. */
export function quadFromRatio(numerator: bigint, denominator: bigint, exponent: number, negative: boolean): bigint {
  const sign = negative ? SIGN : 0n;
  if (numerator === 0n) return sign;
  const { mantissa, place } = round(numerator, denominator, exponent, 113, LOWEST);
  if (mantissa === 0n) return sign;
  const length = bitLength(mantissa);
  const power = place + length - 1;
  if (power > 16383) return sign | INFINITE;
  if (power < -16382) return sign | (mantissa << BigInt(place - LOWEST));
  const fraction = (mantissa << BigInt(113 - length)) & FRACTION;
  return sign | ((BigInt(power) + BIAS) << FRACTION_BITS) | fraction;
}

export const quadFromInteger = (value: bigint): bigint => quadFromRatio(value < 0n ? -value : value, 1n, 0, value < 0n);

/** binary64 → binary128, exactly. */
export function quadFromNumber(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const sign = (bits >> 63n) << 127n;
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & ((1n << 52n) - 1n);
  if (exponent === 0x7ff) return sign | INFINITE | (fraction << 60n);
  return exponent === 0
    ? quadFromRatio(fraction, 1n, -1074, sign !== 0n)
    : quadFromRatio(fraction | (1n << 52n), 1n, exponent - 1075, sign !== 0n);
}

/** magnitude × 2^place of a finite number. */
function unpack(bits: bigint): { magnitude: bigint; place: number } {
  const exponent = Number((bits >> FRACTION_BITS) & 0x7fffn);
  const fraction = bits & FRACTION;
  return exponent === 0
    ? { magnitude: fraction, place: LOWEST }
    : { magnitude: fraction | (1n << FRACTION_BITS), place: exponent - 16383 - 112 };
}

/** binary128 → binary64 (or binary32), rounded once. */
export function quadToNumber(bits: bigint, bytes: 4 | 8 = 8): number {
  if (isQuadNan(bits)) return Number.NaN;
  const sign = isNegative(bits) ? -1 : 1;
  if (isInfinite(bits)) return sign * Number.POSITIVE_INFINITY;
  const { magnitude, place: start } = unpack(bits);
  if (magnitude === 0n) return sign * 0;
  const { mantissa, place } = round(magnitude, 1n, start, bytes === 4 ? 24 : 53, bytes === 4 ? -149 : -1074);
  if (place + bitLength(mantissa || 1n) > 1100) return sign * Number.POSITIVE_INFINITY;
  // Two factors, because 2^place alone may leave the range of a double.
  const half = Math.trunc(place / 2);
  const value = sign * Number(mantissa) * 2 ** half * 2 ** (place - half);
  return bytes === 4 ? Math.fround(value) : value;
}

/** Truncated towards 0; null for infinities and for what is no number. */
export function quadToInteger(bits: bigint): bigint | null {
  if ((bits & ~SIGN) >= INFINITE) return null;
  const { magnitude, place } = unpack(bits);
  const whole = place >= 0 ? magnitude << BigInt(place) : magnitude >> BigInt(-place);
  return isNegative(bits) ? -whole : whole;
}

export const quadNegate = (bits: bigint): bigint => bits ^ SIGN;

/** −1, 0, 1, or null when one of them is no number. */
export function quadCompare(a: bigint, b: bigint): number | null {
  if (isQuadNan(a) || isQuadNan(b)) return null;
  const key = (bits: bigint): bigint => (isNegative(bits) ? -(bits & ~SIGN) : bits);
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
}

export function quadArithmetic(op: "add" | "sub" | "mul" | "div", a: bigint, b: bigint): bigint {
  if (op === "sub") return quadArithmetic("add", a, quadNegate(b));
  if (isQuadNan(a) || isQuadNan(b)) return NOT_A_NUMBER;
  const negative = isNegative(a) !== isNegative(b);
  const sign = negative ? SIGN : 0n;
  if (op === "add") {
    if (isInfinite(a)) return isInfinite(b) && negative ? NOT_A_NUMBER : a;
    if (isInfinite(b)) return b;
    return addFinite(a, b);
  }
  if (op === "mul") {
    if (isInfinite(a) || isInfinite(b)) return isQuadZero(a) || isQuadZero(b) ? NOT_A_NUMBER : sign | INFINITE;
    const [x, y] = [unpack(a), unpack(b)];
    return quadFromRatio(x.magnitude * y.magnitude, 1n, x.place + y.place, negative);
  }
  if (isInfinite(a)) return isInfinite(b) ? NOT_A_NUMBER : sign | INFINITE;
  if (isInfinite(b)) return sign;
  if (isQuadZero(b)) return isQuadZero(a) ? NOT_A_NUMBER : sign | INFINITE;
  const [x, y] = [unpack(a), unpack(b)];
  return quadFromRatio(x.magnitude, y.magnitude, x.place - y.place, negative);
}

function addFinite(a: bigint, b: bigint): bigint {
  const [x, y] = [unpack(a), unpack(b)];
  const place = Math.min(x.place, y.place);
  const aligned = (bits: bigint, part: { magnitude: bigint; place: number }): bigint => {
    const magnitude = part.magnitude << BigInt(part.place - place);
    return isNegative(bits) ? -magnitude : magnitude;
  };
  const sum = aligned(a, x) + aligned(b, y);
  if (sum === 0n) return isNegative(a) && isNegative(b) ? SIGN : 0n;
  return quadFromRatio(sum < 0n ? -sum : sum, 1n, place, sum < 0n);
}

/** The value of a constant's digits, decimal or hexadecimal, without suffix; the text is well formed. */
export function quadFromText(text: string): bigint {
  const isHex = /^0[xX]/.test(text);
  const match = isHex
    ? /^0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/.exec(text)!
    : /^(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text)!;
  const digits = `${match[1]}${match[2]}`;
  const mantissa = BigInt(isHex ? `0x${digits}` : digits);
  const power = Number(match[3] ?? "0") - match[2]!.length * (isHex ? 4 : 1);
  // Far outside the range: no need to compute powers of that size.
  const size = power + digits.length * (isHex ? 4 : 1);
  if (mantissa === 0n || size < -20_000) return 0n;
  if (power > 20_000) return INFINITE;
  if (isHex) return quadFromRatio(mantissa, 1n, power, false);
  return power >= 0
    ? quadFromRatio(mantissa * 10n ** BigInt(power), 1n, 0, false)
    : quadFromRatio(mantissa, 10n ** BigInt(-power), 0, false);
}
