/**
 * R_RISCV_ALIGN: an assembler that expects a relaxing linker emits the worst case of alignment padding and leaves it to the
 * linker to delete the excess. We relax nothing else, yet this has to be done, or the code that asked to be aligned is not.
 * A section is at least as aligned as anything inside it asks for, so the offset alone decides how much to keep.
 * Source: RISC-V psABI, "R_RISCV_ALIGN".
 */

import { Reloc } from "../elf/constants.ts";
import type { ObjectFile, ObjectSection } from "../elf/object.ts";

/** Bytes that go: [offset, offset + count). */
interface Cut {
  offset: number;
  count: number;
}

/** The same object with excess padding deleted; the object itself when there is none. */
export function removeExcessPadding(object: ObjectFile): ObjectFile {
  if (!object.sections.some(asksForAlignment)) return object;
  const cuts = object.sections.map(cutsOf);
  return {
    ...object,
    sections: object.sections.map((section, index) => shrink(section, cuts[index]!)),
    symbols: object.symbols.map((symbol) => {
      const own = cuts[symbol.section];
      if (own === undefined || own.length === 0) return symbol;
      const value = moved(symbol.value, own);
      return { ...symbol, value, sizeBytes: moved(symbol.value + symbol.sizeBytes, own) - value };
    }),
  };
}

function asksForAlignment({ relocations }: ObjectSection): boolean {
  for (let at = 0; at < relocations.length; at++) if (relocations[at]!.type === Reloc.ALIGN) return true;
  return false;
}

function cutsOf(section: ObjectSection): Cut[] {
  const cuts: Cut[] = [];
  let removed = 0;
  for (const entry of section.relocations) {
    if (entry.type !== Reloc.ALIGN || entry.addend <= 0 || entry.offset + entry.addend > section.bytes.length) continue;
    let alignBytes = 1;
    while (alignBytes <= entry.addend) alignBytes *= 2;
    const at = entry.offset - removed;
    const needed = (alignBytes - (at % alignBytes)) % alignBytes;
    if (needed >= entry.addend) continue;
    cuts.push({ offset: entry.offset + needed, count: entry.addend - needed });
    removed += entry.addend - needed;
  }
  return cuts;
}

/** Where an offset lies once the cuts are made. */
function moved(offset: number, cuts: readonly Cut[]): number {
  let removed = 0;
  for (const cut of cuts) {
    if (cut.offset >= offset) break;
    removed += Math.min(cut.count, offset - cut.offset);
  }
  return offset - removed;
}

function shrink(section: ObjectSection, cuts: readonly Cut[]): ObjectSection {
  const relocations = section.relocations.filter((entry) => entry.type !== Reloc.ALIGN);
  if (cuts.length === 0) return { ...section, relocations };
  const bytes = new Uint8Array(section.bytes.length - cuts.reduce((sum, cut) => sum + cut.count, 0));
  let from = 0;
  let to = 0;
  for (const cut of cuts) {
    bytes.set(section.bytes.subarray(from, cut.offset), to);
    to += cut.offset - from;
    from = cut.offset + cut.count;
  }
  bytes.set(section.bytes.subarray(from), to);
  for (const entry of section.relocations) if (entry.type === Reloc.ALIGN) writeNops(bytes, entry, cuts);
  return {
    ...section,
    bytes,
    sizeBytes: bytes.length,
    relocations: relocations.map((entry) => ({ ...entry, offset: moved(entry.offset, cuts) })),
  };
}

/** Rewrites what is left of one padding, since a four-byte nop may have been cut in half. */
function writeNops(bytes: Uint8Array, entry: { offset: number; addend: number }, cuts: readonly Cut[]): void {
  let at = moved(entry.offset, cuts);
  const end = moved(entry.offset + entry.addend, cuts);
  const view = new DataView(bytes.buffer);
  for (; end - at >= 4; at += 4) view.setUint32(at, NOP, true);
  if (end - at === 2) view.setUint16(at, C_NOP, true);
}

/** `addi x0, x0, 0` and its compressed form, as the psABI names them for padding. */
const NOP = 0x00000013;
const C_NOP = 0x0001;
