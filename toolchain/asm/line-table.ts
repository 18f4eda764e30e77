/**
 * Line information: `.file` and `.loc` become a version 4 line-number program in `.debug_line` (DWARF 4, section 6.2). If the
 * source has written a `.debug_line` of its own, that one is kept.
 */

import { Reloc, SectionType } from "../elf/constants.ts";
import type { ObjectFile, ObjectSection } from "../elf/object.ts";
import type { Item } from "./items.ts";
import { lebBytes } from "./leb128.ts";
import type { SectionBuilder } from "./section-builder.ts";

type Mark = Extract<Item, { kind: "loc" }>;

interface Row {
  readonly mark: Mark;
  readonly raw: number;
  readonly points: number;
}

const MINIMUM_ADVANCE = -5;
const LINE_RANGE = 14;
const OPCODE_BASE = 13;
/** How many operands the standard opcodes 1 … 12 take. */
const OPERAND_COUNTS = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];
const Op = {
  copy: 1,
  advancePc: 2,
  advanceLine: 3,
  setFile: 4,
  setColumn: 5,
  negateStatement: 6,
  prologueEnd: 10,
} as const;
const Extended = { endSequence: 1, setAddress: 2 } as const;

export class LineTable {
  private readonly files: string[] = [];
  private readonly rows = new Map<SectionBuilder, Row[]>();
  private pending: Mark | null = null;

  file(index: number, name: string): void {
    if (index >= 1 && index <= 10_000) this.files[index - 1] = name;
  }

  /** A `.loc`: applies to the next instruction. */
  mark(mark: Mark): void {
    this.pending = mark;
  }

  /** Called before an instruction is placed. */
  place(section: SectionBuilder): void {
    if (this.pending === null) return;
    const row = { mark: this.pending, raw: section.length, points: section.points.length };
    const rows = this.rows.get(section);
    if (rows === undefined) this.rows.set(section, [row]);
    else rows.push(row);
    this.pending = null;
  }

  /** Adds the program to the object. */
  finish(object: ObjectFile, sections: readonly SectionBuilder[], sectionSymbolOf: (section: number) => number): void {
    if (this.rows.size === 0) return;
    const existing = object.sections.find((section) => section.name === ".debug_line");
    if (existing !== undefined && existing.sizeBytes > 0) return;
    const bytes: number[] = [];
    const relocations: ObjectSection["relocations"] = [];
    const headerEnd = this.writeHeader(bytes);
    for (const section of sections) {
      const rows = this.rows.get(section);
      if (rows === undefined) continue;
      relocations.push({
        offset: bytes.length + 3,
        type: Reloc.ABS32,
        symbol: sectionSymbolOf(section.index),
        addend: section.offsetOf(rows[0]!.raw, rows[0]!.points),
      });
      writeSequence(bytes, rows, section);
    }
    setWord(bytes, 0, bytes.length - 4);
    setWord(bytes, 6, headerEnd - 10);
    const content = Uint8Array.from(bytes);
    if (existing !== undefined) Object.assign(existing, { bytes: content, sizeBytes: content.length, relocations });
    else
      object.sections.push({
        name: ".debug_line",
        type: SectionType.PROGBITS,
        flags: 0,
        alignBytes: 1,
        entryBytes: 0,
        bytes: content,
        sizeBytes: content.length,
        relocations,
        group: -1,
      });
  }

  /** Header up to the file table; lengths are filled in afterwards. */
  private writeHeader(out: number[]): number {
    out.push(0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 1, 1, 1, MINIMUM_ADVANCE & 0xff, LINE_RANGE, OPCODE_BASE, ...OPERAND_COUNTS);
    out.push(0);
    for (let i = 0; i < this.files.length; i++) {
      for (const byte of new TextEncoder().encode(this.files[i] ?? "?")) out.push(byte);
      out.push(0, 0, 0, 0);
    }
    out.push(0);
    return out.length;
  }
}

function setWord(out: number[], at: number, value: number): void {
  for (let i = 0; i < 4; i++) out[at + i] = (value >>> (8 * i)) & 0xff;
}

function writeSequence(out: number[], rows: readonly Row[], section: SectionBuilder): void {
  const uleb = (value: number): void => {
    for (const byte of lebBytes(value, false)) out.push(byte);
  };
  out.push(0, 5, Extended.setAddress, 0, 0, 0, 0);
  let [offset, file, line, column, isStatement] = [section.offsetOf(rows[0]!.raw, rows[0]!.points), 1, 1, 0, true];
  for (const { mark, raw, points } of rows) {
    const at = section.offsetOf(raw, points);
    if (mark.file !== file) {
      out.push(Op.setFile);
      uleb((file = mark.file));
    }
    if (mark.column !== column) {
      out.push(Op.setColumn);
      uleb((column = mark.column));
    }
    if ((mark.isStatement ?? true) !== isStatement) {
      out.push(Op.negateStatement);
      isStatement = !isStatement;
    }
    if (mark.prologueEnd === true) out.push(Op.prologueEnd);
    let lineAdvance = mark.line - line;
    let addressAdvance = at - offset;
    if (lineAdvance < MINIMUM_ADVANCE || lineAdvance >= MINIMUM_ADVANCE + LINE_RANGE) {
      out.push(Op.advanceLine, ...lebBytes(lineAdvance, true));
      lineAdvance = 0;
    }
    if (addressAdvance > Math.floor((255 - OPCODE_BASE - (lineAdvance - MINIMUM_ADVANCE)) / LINE_RANGE)) {
      out.push(Op.advancePc);
      uleb(addressAdvance);
      addressAdvance = 0;
    }
    out.push(lineAdvance - MINIMUM_ADVANCE + LINE_RANGE * addressAdvance + OPCODE_BASE);
    line = mark.line;
    offset = at;
  }
  out.push(Op.advancePc);
  uleb(section.finalBytes - offset);
  out.push(0, 1, Extended.endSequence);
}
