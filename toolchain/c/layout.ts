/**
 * Sizes, alignments and the placing of members, by the RISC-V ILP32 psABI as GCC carries it out.
 *
 * Bit-fields: a field starts at the next free bit unless it would cross a boundary of its declared type, then at that boundary;
 * a named field gives the record its type's alignment; a field of width 0 moves to the next boundary; in packed records
 * fields follow each other bit by bit. The storage unit recorded for a field is the smallest naturally aligned one (1, 2, 4 or 8
 * bytes) that holds it; only packed fields may need an unaligned one.
 */
import { type BitField, type CType, integerOf, isInteger, type Member, type QualType } from "./types.ts";

/** Size in bytes. Incomplete types and functions have GNU's 1 for void and functions, 0 otherwise; a VLA has 0. */
export function sizeOf(t: CType): number {
  switch (t.kind) {
    case "int":
    case "float":
      return t.bytes;
    case "enum":
      return t.underlying.bytes;
    case "pointer":
      return 4;
    case "array":
      return t.vla !== null ? 0 : (t.length ?? 0) * sizeOf(t.of.type);
    case "struct":
    case "union":
      return t.bytes;
    default:
      return 1;
  }
}

export function alignOf(t: CType): number {
  switch (t.kind) {
    case "array":
      return alignOf(t.of.type);
    case "struct":
    case "union":
      return t.align;
    case "void":
    case "function":
      return 1;
    default:
      return sizeOf(t);
  }
}

export const roundUp = (value: number, align: number): number => Math.ceil(value / align) * align;

/** A member before it is placed. */
export interface MemberPlan {
  readonly name: string;
  readonly type: QualType;
  /** Width of a bit-field, or null. */
  readonly width: number | null;
  /** Alignment asked for by _Alignas or aligned, or 0. */
  readonly alignAs: number;
  readonly isPacked: boolean;
}

export interface Placement {
  readonly members: readonly Member[];
  readonly bytes: number;
  readonly align: number;
}

/**
 * Places members. `pack` is the limit of `#pragma pack` in bytes (0: none), `alignAs` the alignment asked for the record.
 * Unnamed bit-fields take room but are not members.
 */
export function layoutRecord(
  kind: "struct" | "union",
  plans: readonly MemberPlan[],
  isPacked: boolean,
  pack: number,
  alignAs: number,
): Placement {
  const members: Member[] = [];
  let bits = 0; // of a struct: the next free bit; of a union: the largest size
  let align = 1;
  for (const plan of plans) {
    const type = plan.type.type;
    const packed = isPacked || plan.isPacked;
    let natural = packed ? 1 : alignOf(type);
    if (pack > 0) natural = Math.min(natural, pack);
    // As in GCC, #pragma pack limits what is asked for a bit-field, but not for other members.
    const asked = plan.width !== null && pack > 0 ? Math.min(plan.alignAs, pack) : plan.alignAs;
    natural = Math.max(natural, asked);
    let start = kind === "union" ? 0 : bits;
    if (plan.width === null) {
      if (kind === "struct") start = roundUp(bits, natural * 8);
      align = Math.max(align, natural);
      members.push({ name: plan.name, type: plan.type, offset: start / 8, bitField: null, alignAs: plan.alignAs });
      bits = kind === "union" ? Math.max(bits, sizeOf(type) * 8) : start + sizeOf(type) * 8;
      continue;
    }
    const unitBits = sizeOf(type) * 8;
    if (plan.width === 0) {
      if (kind === "struct") bits = roundUp(bits, Math.max(alignOf(type), plan.alignAs) * 8);
      continue;
    }
    if (asked > 0) start = roundUp(start, asked * 8);
    else if (!packed && pack === 0 && (start % unitBits) + plan.width > unitBits) start = roundUp(start, unitBits);
    if (plan.name !== "") {
      align = Math.max(align, natural);
      const unit = storageUnit(start, plan.width);
      members.push({
        name: plan.name,
        type: plan.type,
        offset: unit.offset,
        bitField: unit.bitField,
        alignAs: plan.alignAs,
      });
    }
    bits = kind === "union" ? Math.max(bits, roundUp(plan.width, 8)) : start + plan.width;
  }
  align = Math.max(align, alignAs);
  return { members, bytes: roundUp(Math.ceil(bits / 8), align), align };
}

function storageUnit(start: number, width: number): { offset: number; bitField: BitField } {
  for (const unitBytes of [1, 2, 4, 8] as const) {
    const bit = start % (unitBytes * 8);
    if (bit + width <= unitBytes * 8) return { offset: (start - bit) / 8, bitField: { width, bit, unitBytes } };
  }
  const bit = start % 8;
  const unitBytes = bit + width <= 16 ? 2 : bit + width <= 32 ? 4 : 8;
  return { offset: (start - bit) / 8, bitField: { width, bit, unitBytes } };
}

/** A member found by name, with the anonymous members that lead to it. */
export function findMember(t: CType, name: string): readonly Member[] | null {
  if (t.kind !== "struct" && t.kind !== "union") return null;
  for (const member of t.members) {
    if (member.name === name && name !== "") return [member];
    if (member.name === "") {
      const path = findMember(member.type.type, name);
      if (path !== null) return [member, ...path];
    }
  }
  return null;
}

/** Names of all members that can be written after a dot. */
export function memberNames(t: CType): string[] {
  if (t.kind !== "struct" && t.kind !== "union") return [];
  return t.members.flatMap((member) => (member.name === "" ? memberNames(member.type.type) : [member.name]));
}

/** The type that the value of a bit-field is promoted to starts from this: int when it fits, else its own type. */
export function bitFieldPromotion(type: CType, width: number): "int" | "unsigned int" | null {
  if (!isInteger(type)) return null;
  const plain = integerOf(type);
  if (width < 32 || (width === 32 && plain.signed)) return "int";
  return width === 32 ? "unsigned int" : null;
}
