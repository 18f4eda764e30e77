/** The last stage of the assembler: final bytes, relocations and the symbol table. */

import { IMMEDIATES, packImmediate } from "../../emulator/isa/formats.ts";
import { rowOf } from "../../emulator/isa/table.ts";
import { Binding, EF_RISCV_RVC, Reloc, SectionFlag, SectionType, SymType } from "../elf/constants.ts";
import {
  makeSymbol,
  NO_SYMBOL,
  type ObjectFile,
  type ObjectSection,
  type ObjectSymbol,
  SECTION_ABSOLUTE,
  SECTION_COMMON,
  SECTION_UNDEFINED,
} from "../elf/object.ts";
import type { Assembly } from "./assembly.ts";
import { expand } from "./expressions.ts";
import { lebBytes } from "./leb128.ts";
import { branchTarget, finalValue, localValue, shortBranch } from "./relax.ts";
import {
  type AsmSymbol,
  type BranchPoint,
  emptyObjectSection,
  type Fixup,
  type Point,
  type Resolved,
  type SectionBuilder,
  writeFill,
  writeNumber,
} from "./section-builder.ts";

/** Builds the object; errors go to the assembler's list. */
export function finishObject(assembler: Assembly): ObjectFile {
  return new Finisher(assembler).run();
}

const NOP = rowOf("addi").match;
const C_NOP = 0x0001;

class Finisher {
  private readonly assembler: Assembly;
  private readonly object: ObjectFile;
  private readonly symbolNumber = new Map<AsmSymbol, number>();
  private readonly sectionSymbol = new Map<SectionBuilder, number>();

  constructor(assembler: Assembly) {
    this.assembler = assembler;
    this.object = {
      name: assembler.name,
      flags: assembler.usesCompressed ? EF_RISCV_RVC : 0,
      sections: [],
      symbols: [],
      groups: [],
    };
  }

  run(): ObjectFile {
    const { assembler, object } = this;
    if (assembler.fileName !== "")
      object.symbols.push({ ...makeSymbol(assembler.fileName, SECTION_ABSOLUTE), type: SymType.FILE });
    for (const symbol of assembler.symbols.values()) this.addSymbol(symbol);
    for (const symbol of assembler.anonymous) if (symbol.isNeeded) this.addSymbol(symbol);
    const groups = new Map<string, number>();
    for (const section of assembler.sections)
      object.sections.push(emptyObjectSection(section, this.groupOf(section, groups)));
    for (const section of assembler.sections) this.fillSection(section, object.sections[section.index]!);
    const address = (symbol: AsmSymbol): { section: number; offset: number } => ({
      section: symbol.section!.index,
      offset: symbol.section!.offsetOf(symbol.raw, symbol.points),
    });
    const sectionSymbolOf = (section: number): number => this.symbolOfSection(assembler.sections[section]!);
    assembler.lines.finish(object, assembler.sections, sectionSymbolOf);
    assembler.frames.finish(object, address, sectionSymbolOf);
    return object;
  }

  private groupOf(section: SectionBuilder, groups: Map<string, number>): number {
    if (section.group === null) return -1;
    const known = groups.get(section.group);
    if (known !== undefined) return known;
    const number = this.object.groups.length;
    groups.set(section.group, number);
    this.object.groups.push({ signature: section.group, symbol: this.numberOf(this.assembler.use(section.group)) });
    return number;
  }

  // ---- symbols ---------------------------------------------------------------------------------------------------------

  /** Enters a symbol in the table, unless it is a local label that nothing needs there. */
  private addSymbol(symbol: AsmSymbol): void {
    const isTemporary = symbol.name.startsWith(".L") || symbol.name.includes("\u0002");
    const isDefined = symbol.section !== null || symbol.set !== null || symbol.common !== null;
    if (isTemporary && !symbol.isNeeded) return;
    // Undefined names enter the table when a relocation asks for them.
    if (!isDefined && !symbol.isNeeded) return;
    this.numberOf(symbol);
  }

  private numberOf(symbol: AsmSymbol): number {
    const known = this.symbolNumber.get(symbol);
    if (known !== undefined) return known;
    const number = this.object.symbols.length;
    this.symbolNumber.set(symbol, number);
    this.object.symbols.push(this.makeSymbol(symbol));
    return number;
  }

  private makeSymbol(symbol: AsmSymbol): ObjectSymbol {
    const isDefined = symbol.section !== null || symbol.set !== null;
    const binding = symbol.isWeak ? Binding.WEAK : symbol.isGlobal || !isDefined ? Binding.GLOBAL : Binding.LOCAL;
    const name = symbol.name.includes("\u0002") ? ".L0 " : symbol.name;
    const made = makeSymbol(name, SECTION_UNDEFINED, 0, binding);
    made.type = symbol.type;
    made.visibility = symbol.visibility;
    if (symbol.size !== null) made.sizeBytes = this.sizeOf(symbol);
    if (symbol.common !== null) {
      made.section = SECTION_COMMON;
      made.value = symbol.common.alignBytes;
      made.sizeBytes = symbol.common.bytes;
    } else if (symbol.section !== null) this.placeAt(made, symbol.section, symbol.raw, symbol.points, 0);
    else if (symbol.set !== null) this.placeAlias(made, symbol);
    return made;
  }

  private placeAt(made: ObjectSymbol, section: SectionBuilder, raw: number, points: number, addend: number): void {
    made.section = section.index;
    made.value = section.offsetOf(raw, points) + addend;
    if ((section.flags & SectionFlag.TLS) !== 0) made.type = SymType.TLS;
  }

  /** `.set name, expression`: an absolute number, or another symbol's place. */
  private placeAlias(made: ObjectSymbol, symbol: AsmSymbol): void {
    const value = expand(symbol.set!);
    const number = finalValue(value);
    if (number !== null) {
      made.section = SECTION_ABSOLUTE;
      made.value = number;
    } else if (value.plus !== null && value.minus === null && value.plus.section !== null) {
      this.placeAt(made, value.plus.section, value.plus.raw, value.plus.points, value.addend);
      if (made.type === SymType.NOTYPE) made.type = value.plus.type;
      if (made.sizeBytes === 0 && value.plus.size !== null) made.sizeBytes = this.sizeOf(value.plus);
    } else {
      this.assembler.error(
        `the value of "${symbol.name}" depends on symbols that are not in this file`,
        symbol.definedAt ?? undefined,
        "an alias needs a label that is defined here",
      );
    }
  }

  private sizeOf(symbol: AsmSymbol): number {
    const value = localValue(symbol.size!);
    if (value === null)
      this.assembler.error(
        `the size of "${symbol.name}" is not a number`,
        symbol.definedAt ?? undefined,
        `write \`.size ${symbol.name}, .-${symbol.name}\` right after it, in the same section`,
      );
    return value ?? 0;
  }

  private symbolOfSection(section: SectionBuilder): number {
    let number = this.sectionSymbol.get(section);
    if (number === undefined) {
      number = this.object.symbols.length;
      this.object.symbols.push({ ...makeSymbol("", section.index), type: SymType.SECTION });
      this.sectionSymbol.set(section, number);
    }
    return number;
  }

  // ---- contents --------------------------------------------------------------------------------------------------------

  private fillSection(section: SectionBuilder, out: ObjectSection): void {
    out.alignBytes = section.alignBytes;
    out.sizeBytes = section.finalBytes;
    if (section.type !== SectionType.NOBITS) {
      out.bytes = new Uint8Array(section.finalBytes);
      const view = new DataView(out.bytes.buffer);
      let from = 0;
      let to = 0;
      for (const point of section.points) {
        out.bytes.set(section.bytes.subarray(from, point.raw), to);
        to += point.raw - from;
        from = point.raw;
        this.writePoint(point, section, out, view, to);
        to += point.size;
      }
      out.bytes.set(section.bytes.subarray(from, section.length), to);
    }
    for (const fixup of section.fixups) this.applyFixup(fixup, section, out);
    out.relocations.sort((a, b) => a.offset - b.offset);
  }

  private writePoint(point: Point, section: SectionBuilder, out: ObjectSection, view: DataView, at: number): void {
    switch (point.kind) {
      case "branch":
        return this.writeBranch(point, section, out, view, at);
      case "align":
        return writePadding(view, at, point.size, point.fill ?? (section.isCode ? null : 0));
      case "leb": {
        const value = finalValue(point.value);
        if (value === null)
          return this.assembler.error(
            "a LEB128 value must be known when the file is assembled",
            point.span,
            "both labels of a difference must lie in one section of this file",
          );
        if (value < 0 && !point.isSigned)
          return this.assembler.error(`${value} is negative, and .uleb128 is unsigned`, point.span, "use .sleb128");
        const bytes = lebBytes(value, point.isSigned);
        // A value that became shorter while sizes settled is padded with empty continuation bytes.
        for (let i = 0; i < point.size; i++)
          view.setUint8(
            at + i,
            (bytes[i] ?? (point.isSigned && value < 0 ? 0x7f : 0)) | (i < point.size - 1 ? 0x80 : 0),
          );
        return;
      }
      case "fill": {
        if (finalValue(point.repeat) === null)
          return this.assembler.error("the count must be known when the file is assembled", point.span);
        for (let i = 0; i + point.widthBytes <= point.size; i += point.widthBytes)
          writeFill(view, at + i, point.value, point.widthBytes);
        return;
      }
      case "org":
        for (let i = 0; i < point.size; i++) view.setUint8(at + i, point.value);
    }
  }

  private writeBranch(
    point: BranchPoint,
    section: SectionBuilder,
    out: ObjectSection,
    view: DataView,
    at: number,
  ): void {
    const target = branchTarget(point.target, section);
    const { size, isConditional } = point;
    const jump = rowOf("jal").match;
    const jumpAt = at + size - 4;
    if (size === 8) view.setUint32(at, (point.invertedWord | packImmediate(8, IMMEDIATES.B)) >>> 0, true);
    if (size === 6) view.setUint16(at, shortBranch(point.invertedWord, 6, true), true);
    if (size === 2) return view.setUint16(at, shortBranch(point.word, target! - at, isConditional), true);
    if (size === 4 && isConditional)
      return view.setUint32(at, (point.word | packImmediate(target! - at, IMMEDIATES.B)) >>> 0, true);
    const word = isConditional ? jump : point.word;
    if (target === null) {
      view.setUint32(jumpAt, word >>> 0, true);
      return this.relocate(out, jumpAt, Reloc.JAL, point.target, point.span);
    }
    const distance = target - jumpAt;
    if (distance < IMMEDIATES.J.min || distance > IMMEDIATES.J.max) {
      this.assembler.error(
        `the jump is ${distance} bytes long and reaches ±1 MiB`,
        point.span,
        "use `tail` or `call`, which reach everywhere",
      );
    } else if ((distance & 1) !== 0) {
      this.assembler.error(
        "the target of a jump must be at an even address",
        point.span,
        "put `.align 2` before the label",
      );
    }
    view.setUint32(jumpAt, (word | packImmediate(distance, IMMEDIATES.J)) >>> 0, true);
  }

  // ---- fixups ----------------------------------------------------------------------------------------------------------

  private applyFixup(fixup: Fixup, section: SectionBuilder, out: ObjectSection): void {
    const at = section.offsetOf(fixup.raw, fixup.points);
    const number = finalValue(fixup.value);
    if (fixup.kind === "late") {
      if (number === null) return this.needsNumber(fixup);
      const problem = fixup.write!(out.bytes, at, number);
      if (problem !== null) this.assembler.error(problem, fixup.span);
    } else if (fixup.kind === "data") this.applyData(fixup, at, number, out);
    else this.relocate(out, at, fixup.kind, fixup.value, fixup.span);
  }

  private needsNumber(fixup: Fixup): void {
    const { plus, minus } = expand(fixup.value);
    const name = (plus ?? minus)!.name;
    const isHere = (plus ?? minus)!.section !== null;
    const isRegisterLike = /^[xastf]\d+$/.test(name);
    this.assembler.error(
      isHere
        ? `"${name}" is an address, and a number is needed here`
        : isRegisterLike
          ? `unknown register "${name}"`
          : `"${name}" is not defined, and a number is needed here`,
      fixup.span,
      isHere
        ? `use \`la\` to load the address, or %hi(${name}) and %lo(${name})`
        : isRegisterLike
          ? "registers are x0 … x31, or zero ra sp gp tp t0–t6 s0–s11 a0–a7"
          : `define it with \`.equ ${name}, value\``,
    );
  }

  private applyData(fixup: Fixup, at: number, number: number | null, out: ObjectSection): void {
    const { widthBytes } = fixup;
    const view = new DataView(out.bytes.buffer);
    if (number !== null) return writeNumber(view, at, number, widthBytes);
    const { plus, minus, addend } = expand(fixup.value);
    if (plus !== null && minus === null) {
      if (widthBytes !== 4)
        return this.assembler.error(`an address has 4 bytes, and this has ${widthBytes}`, fixup.span, "use .word");
      return this.relocate(out, at, Reloc.ABS32, fixup.value, fixup.span);
    }
    if (plus === null || minus === null) return this.assembler.error("an address cannot be negated", fixup.span);
    const [addType, subType] = DIFFERENCES[widthBytes]!;
    this.relocate(out, at, addType, { plus, minus: null, addend }, fixup.span);
    this.relocate(out, at, subType, { plus: minus, minus: null, addend: 0 }, fixup.span);
  }

  private relocate(out: ObjectSection, offset: number, type: number, value: Resolved, span: Fixup["span"]): void {
    const { plus, minus, addend } = expand(value);
    if (minus !== null)
      return this.assembler.error("a difference of labels cannot be used here: only one symbol can be relocated", span);
    if (plus === null) {
      out.relocations.push({ offset, type, symbol: NO_SYMBOL, addend });
      return;
    }
    const isTemporary =
      plus.section !== null &&
      !plus.isGlobal &&
      !plus.isWeak &&
      (plus.name.startsWith(".L") || plus.name.includes("\u0002"));
    const isPcrelLow = type === Reloc.PCREL_LO12_I || type === Reloc.PCREL_LO12_S;
    if (TLS_TYPES.has(type) && plus.type === SymType.NOTYPE) plus.type = SymType.TLS;
    if (isTemporary && !isPcrelLow) {
      const symbol = this.symbolOfSection(plus.section!);
      out.relocations.push({ offset, type, symbol, addend: addend + plus.section!.offsetOf(plus.raw, plus.points) });
    } else {
      const symbol = this.numberOf(plus);
      if (TLS_TYPES.has(type)) this.object.symbols[symbol]!.type = SymType.TLS;
      out.relocations.push({ offset, type, symbol, addend });
    }
  }
}

/** ADD and SUB relocation for each width. */
const DIFFERENCES: Record<number, readonly [number, number]> = {
  1: [Reloc.ADD8, Reloc.SUB8],
  2: [Reloc.ADD16, Reloc.SUB16],
  4: [Reloc.ADD32, Reloc.SUB32],
  8: [Reloc.ADD64, Reloc.SUB64],
};

/** Relocations whose symbol is thread-local by definition. */
const TLS_TYPES: ReadonlySet<number> = new Set([
  Reloc.TPREL_HI20,
  Reloc.TPREL_LO12_I,
  Reloc.TPREL_LO12_S,
  Reloc.TPREL_ADD,
  Reloc.TLS_GOT_HI20,
  Reloc.TLS_GD_HI20,
]);

/** Padding: a fill byte, or in code odd bytes of zero, then one 16-bit nop if needed, then 32-bit nops. */
function writePadding(view: DataView, start: number, count: number, fill: number | null): void {
  let at = start;
  const end = start + count;
  if (fill !== null) {
    for (; at < end; at++) view.setUint8(at, fill);
    return;
  }
  if ((end - at) % 2 !== 0) view.setUint8(at++, 0);
  if ((end - at) % 4 !== 0) {
    view.setUint16(at, C_NOP, true);
    at += 2;
  }
  for (; at < end; at += 4) view.setUint32(at, NOP, true);
}
