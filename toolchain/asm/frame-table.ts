/**
 * Call-frame information: `.cfi_*` directives become `.debug_frame` (DWARF 4, section 6.4), one FDE for each procedure and one
 * CIE for all: code alignment 1, data alignment −4, return address in ra, CFA = sp + 0 at the start.
 */

import type { Span } from "../diagnostics.ts";
import { Reloc, SectionType } from "../elf/constants.ts";
import type { ObjectFile, ObjectSection } from "../elf/object.ts";
import type { CfiItem } from "./items.ts";
import { lebBytes } from "./leb128.ts";
import type { AsmSymbol } from "./section-builder.ts";

interface Procedure {
  readonly start: AsmSymbol;
  end: AsmSymbol | null;
  readonly span: Span | undefined;
  readonly steps: { readonly at: AsmSymbol; readonly bytes: readonly number[] }[];
}

const Cfa = {
  advanceLoc: 0x40, offset: 0x80, restore: 0xc0, advanceLoc1: 0x02, advanceLoc2: 0x03, advanceLoc4: 0x04, offsetExtended: 0x05,
  undefined: 0x07, sameValue: 0x08, rememberState: 0x0a, restoreState: 0x0b, defCfa: 0x0c, defCfaRegister: 0x0d,
  defCfaOffset: 0x0e, offsetExtendedSf: 0x11,
} as const; // biome-ignore format: opcodes
const DATA_ALIGNMENT = -4;
/** Length field excluded: id, version 1, no augmentation, alignments 1 and −4, ra, CFA = sp + 0, padded with nops. */
const CIE = [0xff, 0xff, 0xff, 0xff, 1, 0, 1, 0x7c, 1, Cfa.defCfa, 2, 0];

export class FrameTable {
  private readonly procedures: Procedure[] = [];
  private open: Procedure | null = null;
  private cfaOffset = 0;
  private readonly remembered: number[] = [];

  /** Takes one directive at a position. Returns what is wrong with it, or null. */
  add(item: CfiItem, at: AsmSymbol): string | null {
    if (item.op === "startproc") {
      if (this.open !== null) return "`.cfi_startproc` inside a procedure: `.cfi_endproc` is missing before it";
      this.open = { start: at, end: null, span: item.span, steps: [] };
      this.procedures.push(this.open);
      this.cfaOffset = 0;
      return null;
    }
    if (this.open === null)
      return `\`.cfi_${item.op}\` outside of a procedure: \`.cfi_startproc\` is missing before it`;
    if (item.op === "endproc") {
      this.open.end = at;
      this.open = null;
    } else this.open.steps.push({ at, bytes: this.encode(item) });
    return null;
  }

  /** A procedure that is never ended. */
  check(): { message: string; span: Span | undefined } | null {
    return this.open === null ? null : { message: "`.cfi_startproc` without `.cfi_endproc`", span: this.open.span };
  }

  private encode(item: Exclude<CfiItem, { op: "startproc" }>): number[] {
    const uleb = (value: number): number[] => lebBytes(value, false);
    const saved = (register: number, offset: number): number[] =>
      offset / DATA_ALIGNMENT >= 0
        ? [Cfa.offset | register, ...uleb(offset / DATA_ALIGNMENT)]
        : [Cfa.offsetExtendedSf, register, ...lebBytes(offset / DATA_ALIGNMENT, true)];
    switch (item.op) {
      case "def_cfa":
        this.cfaOffset = item.offset;
        return [Cfa.defCfa, item.register, ...uleb(item.offset)];
      case "def_cfa_register":
        return [Cfa.defCfaRegister, item.register];
      case "def_cfa_offset":
        this.cfaOffset = item.offset;
        return [Cfa.defCfaOffset, ...uleb(item.offset)];
      case "adjust_cfa_offset":
        this.cfaOffset += item.offset;
        return [Cfa.defCfaOffset, ...uleb(this.cfaOffset)];
      case "offset":
        return saved(item.register, item.offset);
      case "rel_offset":
        return saved(item.register, item.offset - this.cfaOffset);
      case "restore":
        return [Cfa.restore | item.register];
      case "same_value":
        return [Cfa.sameValue, item.register];
      case "undefined":
        return [Cfa.undefined, item.register];
      case "remember_state":
        this.remembered.push(this.cfaOffset);
        return [Cfa.rememberState];
      case "restore_state":
        this.cfaOffset = this.remembered.pop() ?? 0;
        return [Cfa.restoreState];
      default:
        return [];
    }
  }

  /** Adds `.debug_frame` to the object, unless the source wrote one itself. */
  finish(
    object: ObjectFile,
    place: (symbol: AsmSymbol) => { section: number; offset: number },
    sectionSymbolOf: (section: number) => number,
  ): void {
    const done = this.procedures.filter((procedure) => procedure.end !== null);
    if (done.length === 0 || object.sections.some((section) => section.name === ".debug_frame")) return;
    const out: number[] = [];
    const relocations: ObjectSection["relocations"] = [];
    const section = object.sections.length;
    object.sections.push({
      name: ".debug_frame",
      type: SectionType.PROGBITS,
      flags: 0,
      alignBytes: 4,
      entryBytes: 0,
      bytes: new Uint8Array(0),
      sizeBytes: 0,
      relocations,
      group: -1,
    });
    pushWord(out, CIE.length);
    out.push(...CIE);
    const ownSymbol = object.symbols.length;
    object.symbols.push({ name: "", value: 0, sizeBytes: 0, type: 3, binding: 0, visibility: 0, section });
    for (const procedure of done) {
      const start = place(procedure.start);
      const body = bodyOf(procedure, start.offset, place);
      while ((body.length + 12) % 4 !== 0) body.push(0);
      pushWord(out, body.length + 12);
      relocations.push({ offset: out.length, type: Reloc.ABS32, symbol: ownSymbol, addend: 0 });
      pushWord(out, 0);
      relocations.push({
        offset: out.length,
        type: Reloc.ABS32,
        symbol: sectionSymbolOf(start.section),
        addend: start.offset,
      });
      pushWord(out, 0);
      pushWord(out, place(procedure.end!).offset - start.offset);
      for (const byte of body) out.push(byte);
    }
    const made = object.sections[section]!;
    made.bytes = Uint8Array.from(out);
    made.sizeBytes = out.length;
  }
}

function bodyOf(procedure: Procedure, start: number, place: (symbol: AsmSymbol) => { offset: number }): number[] {
  const body: number[] = [];
  let at = start;
  for (const step of procedure.steps) {
    const offset = place(step.at).offset;
    const advance = offset - at;
    if (advance > 0xffff)
      body.push(Cfa.advanceLoc4, advance & 0xff, (advance >>> 8) & 0xff, (advance >>> 16) & 0xff, advance >>> 24);
    else if (advance > 0xff) body.push(Cfa.advanceLoc2, advance & 0xff, advance >>> 8);
    else if (advance > 0x3f) body.push(Cfa.advanceLoc1, advance);
    else if (advance > 0) body.push(Cfa.advanceLoc | advance);
    at = offset;
    body.push(...step.bytes);
  }
  return body;
}

function pushWord(out: number[], value: number): void {
  for (let i = 0; i < 4; i++) out.push((value >>> (8 * i)) & 0xff);
}
