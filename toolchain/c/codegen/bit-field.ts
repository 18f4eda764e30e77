/**
 * Reading and writing bit-fields. A field is accessed through the smallest naturally aligned unit that holds it and lies within
 * its struct; where packing leaves none, through its bytes.
 */
import type { LValue } from "../tree.ts";
import type { BitField, CType } from "../types.ts";
import { addressOf, loadWord, storeWord } from "./address.ts";
import { type Address, addressAt, type FunctionBuilder, type Wide } from "./builder.ts";
import { isImm12, ZERO } from "./ir.ts";
import { bytesOf, classOf, isBool, isSigned } from "./layout.ts";

export type MemberLValue = Extract<LValue, { kind: "member" }>;

/** A field inside one accessible unit. */
interface UnitPlace {
  readonly address: Address;
  readonly bytes: number;
  readonly bit: number;
  readonly width: number;
}

export const isBitField = (lvalue: LValue): lvalue is MemberLValue =>
  lvalue.kind === "member" && lvalue.member.bitField !== null;

/** A bit-field that has been located: read and write it any number of times. */
export interface FieldPlace {
  /** Parts in order of significance; a packed field may be spread over bytes. */
  readonly parts: readonly UnitPlace[];
  readonly width: number;
  readonly signed: boolean;
  readonly type: CType;
  readonly pinned: boolean;
}

export function locateField(g: FunctionBuilder, lvalue: MemberLValue): FieldPlace {
  const field = lvalue.member.bitField as BitField;
  const record = lvalue.object.type.type;
  const start = addressOf(g, lvalue.object);
  const firstBit = lvalue.member.offset * 8 + field.bit;
  const place = (bit: number, width: number): UnitPlace | null => {
    for (const bytes of [1, 2, 4]) {
      const unitStart = Math.floor(bit / 8 / bytes) * bytes;
      const fits = bit + width <= (unitStart + bytes) * 8 && unitStart + bytes <= bytesOf(record);
      if (fits && start.align >= bytes) {
        const address = { ...addressAt(start, unitStart), align: bytes };
        return { address, bytes, bit: bit - unitStart * 8, width };
      }
    }
    return null;
  };
  const parts: UnitPlace[] = [];
  const whole = place(firstBit, field.width);
  if (whole !== null) parts.push(whole);
  else {
    for (let bit = firstBit; bit < firstBit + field.width; ) {
      const width = Math.min(8 - (bit % 8), firstBit + field.width - bit);
      const address = { ...addressAt(start, Math.floor(bit / 8)), align: 1 };
      parts.push({ address, bytes: 1, bit: bit % 8, width });
      bit += width;
    }
  }
  const type = lvalue.type.type;
  const pinned = lvalue.type.isVolatile || lvalue.object.type.isVolatile;
  return { parts, width: field.width, signed: isSigned(type) && !isBool(type), type, pinned };
}

/** The field's value, widened to one register; fields of more than 32 bits need `readWideField`. */
export function readField(g: FunctionBuilder, place: FieldPlace): number {
  return place.parts.length === 1
    ? readUnit(g, place.parts[0]!, place.signed, place.pinned)
    : extendWord(g, readWideBits(g, place)[0], Math.min(32, place.width), place.signed);
}

export function readWideField(g: FunctionBuilder, place: FieldPlace): Wide {
  if (place.width <= 32) {
    const low = readField(g, place);
    return [low, place.signed ? g.aluImmediate("srai", low, 31) : ZERO];
  }
  const [low, high] = readWideBits(g, place);
  return [low, extendWord(g, high, place.width - 32, place.signed)];
}

/** Collects the parts of a scattered field; bits above its width are zero. */
function readWideBits(g: FunctionBuilder, place: FieldPlace): Wide {
  let low = ZERO;
  let high = ZERO;
  let at = 0;
  const merge = (register: number, bits: number): number => (register === ZERO ? bits : g.alu("or", register, bits));
  for (const part of place.parts) {
    const bits = readUnit(g, part, false, place.pinned);
    if (at < 32) low = merge(low, at === 0 ? bits : g.aluImmediate("slli", bits, at));
    if (at >= 32) high = merge(high, at === 32 ? bits : g.aluImmediate("slli", bits, at - 32));
    else if (at + part.width > 32) high = merge(high, g.aluImmediate("srli", bits, 32 - at));
    at += part.width;
  }
  return [low, high];
}

/** Keeps the low `width` bits, extended to a register. */
export function extendWord(g: FunctionBuilder, value: number, width: number, signed: boolean): number {
  if (width >= 32 || value === ZERO) return value;
  if (!signed && isImm12(2 ** width - 1)) return g.aluImmediate("andi", value, 2 ** width - 1);
  const up = g.aluImmediate("slli", value, 32 - width);
  return g.aluImmediate(signed ? "srai" : "srli", up, 32 - width);
}

function readUnit(g: FunctionBuilder, part: UnitPlace, signed: boolean, pinned: boolean): number {
  const unitBits = part.bytes * 8;
  if (part.width === unitBits) return loadWord(g, part.address, part.bytes, signed, pinned);
  const unit = loadWord(g, part.address, part.bytes, false, pinned);
  if (!signed && isImm12(2 ** part.width - 1)) {
    const moved = part.bit === 0 ? unit : g.aluImmediate("srli", unit, part.bit);
    return part.bit + part.width === unitBits ? moved : g.aluImmediate("andi", moved, 2 ** part.width - 1);
  }
  const left = 32 - part.bit - part.width;
  const up = left === 0 ? unit : g.aluImmediate("slli", unit, left);
  return g.aluImmediate(signed ? "srai" : "srli", up, 32 - part.width);
}

/** Stores the low bits of a value and returns the value that the field now has, as a register or pair of its type's class. */
export function writeField(g: FunctionBuilder, place: FieldPlace, value: Wide): Wide {
  let at = 0;
  for (const part of place.parts) {
    let bits: number;
    if (at === 0) bits = value[0];
    else if (at >= 32) bits = at === 32 ? value[1] : g.aluImmediate("srli", value[1], at - 32);
    else {
      bits = g.aluImmediate("srli", value[0], at);
      if (at + part.width > 32) bits = g.alu("or", bits, g.aluImmediate("slli", value[1], 32 - at));
    }
    writeUnit(g, part, bits, place.pinned);
    at += part.width;
  }
  if (classOf(place.type) === "wide") {
    if (place.width > 32) return [value[0], extendWord(g, value[1], place.width - 32, place.signed)];
    const low = extendWord(g, value[0], place.width, place.signed);
    return [low, place.signed ? g.aluImmediate("srai", low, 31) : ZERO];
  }
  return [extendWord(g, value[0], place.width, place.signed), ZERO];
}

function writeUnit(g: FunctionBuilder, part: UnitPlace, value: number, pinned: boolean): void {
  const unitBits = part.bytes * 8;
  if (part.width === unitBits) {
    storeWord(g, part.address, part.bytes, value);
    return;
  }
  const mask = part.width === 32 ? -1 : ((2 ** part.width - 1) << part.bit) | 0;
  const unit = loadWord(g, part.address, part.bytes, false, pinned);
  const kept = isImm12(~mask) ? g.aluImmediate("andi", unit, ~mask) : g.alu("and", unit, g.constant(~mask));
  let bits = ZERO;
  if (value !== ZERO) {
    bits = extendWord(g, value, part.width, false);
    if (part.bit !== 0) bits = g.aluImmediate("slli", bits, part.bit);
  }
  storeWord(g, part.address, part.bytes, bits === ZERO ? kept : g.alu("or", kept, bits));
}
