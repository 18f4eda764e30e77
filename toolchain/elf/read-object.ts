/** Turns a relocatable ELF file into an `ObjectFile`: resolves section numbers, relocations and COMDAT groups, and checks all of them. */

import { Diagnostics } from "../diagnostics.ts";
import { FileType, GRP_COMDAT, RELA_BYTES, SectionIndex, SectionType, SymType } from "./constants.ts";
import {
  NO_SYMBOL,
  type ObjectFile,
  type ObjectSection,
  type Relocation,
  SECTION_ABSOLUTE,
  SECTION_COMMON,
  SECTION_UNDEFINED,
} from "./object.ts";
import { type ElfFile, type ElfSymbol, type Result, readElf } from "./read.ts";

/** Sections that the object keeps in another form, or that only the file format needs. */
const FORM_ONLY: ReadonlySet<number> = new Set([
  SectionType.NULL,
  SectionType.SYMTAB,
  SectionType.STRTAB,
  SectionType.RELA,
  SectionType.GROUP,
  SectionType.SYMTAB_SHNDX,
]);

/** Reads a `.o` file. */
export function readObject(bytes: Uint8Array, name: string): Result<ObjectFile> {
  const file = readElf(bytes, name);
  if (!file.ok) return file;
  const problems = new Diagnostics(20);
  if (file.value.type !== FileType.REL) {
    const what =
      file.value.type === FileType.EXEC
        ? "an executable"
        : file.value.type === FileType.DYN
          ? "a shared object"
          : "not an object file";
    problems.error(`${what}, and an object file is needed here`, null, {
      place: name,
      hint: "give the .o or .a file that it was linked from",
    });
    return { ok: false, diagnostics: problems.list };
  }
  const object = convert(file.value, problems);
  return problems.failed ? { ok: false, diagnostics: problems.list } : { ok: true, value: object };
}

function convert(file: ElfFile, problems: Diagnostics): ObjectFile {
  const damaged = (message: string): void =>
    problems.error(message, null, { place: file.name, hint: "the object is damaged: build it again" });
  const numberOf = new Map<number, number>();
  const sections: ObjectSection[] = [];
  for (let index = 0; index < file.sections.length; index++) {
    const source = file.sections[index]!;
    if (FORM_ONLY.has(source.type)) continue;
    const alignBytes = Math.max(1, source.alignBytes);
    if ((alignBytes & (alignBytes - 1)) !== 0 || alignBytes > 1 << 24) {
      damaged(
        `section "${source.name}" has an alignment of ${alignBytes} bytes, which is no power of two up to 16 MiB`,
      );
    }
    if (source.type === SectionType.REL)
      damaged(`section "${source.name}" holds relocations without addends, which RISC-V does not use`);
    numberOf.set(index, sections.length);
    sections.push({
      name: source.name,
      type: source.type,
      flags: source.flags & ~0x200,
      alignBytes,
      entryBytes: source.entryBytes,
      bytes: source.bytes,
      sizeBytes: source.sizeBytes,
      relocations: [],
      group: -1,
    });
  }
  const object: ObjectFile = {
    name: file.name,
    flags: file.flags,
    sections,
    symbols: file.symbols.slice(1).map((symbol) => convertSymbol(symbol, file, numberOf)),
    groups: [],
  };
  file.sections.forEach((source) => {
    if (source.type === SectionType.GROUP) readGroup(source.bytes, source.info, object, numberOf, damaged);
    if (source.type !== SectionType.RELA) return;
    const target = sections[numberOf.get(source.info) ?? -1];
    if (target === undefined) damaged(`"${source.name}" relocates section ${source.info}, which holds no contents`);
    else target.relocations = readRelocations(source.bytes, source.name, target, object.symbols.length, damaged);
  });
  return object;
}

function convertSymbol(
  symbol: ElfSymbol,
  file: ElfFile,
  numberOf: ReadonlyMap<number, number>,
): ObjectFile["symbols"][number] {
  const section = sectionOf(symbol, numberOf);
  const name =
    symbol.type === SymType.SECTION && symbol.name === "" ? (file.sections[symbol.section]?.name ?? "") : symbol.name;
  const { value, sizeBytes, type, binding, visibility } = symbol;
  return { name, value, sizeBytes, type, binding, visibility, section };
}

function sectionOf(symbol: ElfSymbol, numberOf: ReadonlyMap<number, number>): number {
  if (!symbol.reserved) return numberOf.get(symbol.section) ?? SECTION_ABSOLUTE;
  if (symbol.section === SectionIndex.UNDEF) return SECTION_UNDEFINED;
  return symbol.section === SectionIndex.COMMON ? SECTION_COMMON : SECTION_ABSOLUTE;
}

function readRelocations(
  bytes: Uint8Array,
  name: string,
  target: ObjectSection,
  symbolCount: number,
  damaged: (message: string) => void,
): Relocation[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const relocations: Relocation[] = [];
  for (let at = 0; at + RELA_BYTES <= bytes.length; at += RELA_BYTES) {
    const offset = view.getUint32(at, true);
    const info = view.getUint32(at + 4, true);
    const symbol = info >>> 8;
    if (offset > target.bytes.length || symbol > symbolCount) {
      damaged(
        `relocation ${at / RELA_BYTES} of "${name}" has offset ${offset} and symbol ${symbol}: outside of its section or of the symbol table`,
      );
      return relocations;
    }
    relocations.push({
      offset,
      type: info & 0xff,
      symbol: symbol === 0 ? NO_SYMBOL : symbol - 1,
      addend: view.getInt32(at + 8, true),
    });
  }
  return relocations;
}

function readGroup(
  bytes: Uint8Array,
  signature: number,
  object: ObjectFile,
  numberOf: ReadonlyMap<number, number>,
  damaged: (message: string) => void,
): void {
  if (bytes.length < 4) {
    damaged("a section group without members");
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if ((view.getUint32(0, true) & GRP_COMDAT) === 0) return;
  const symbol = object.symbols[signature - 1];
  if (symbol === undefined) {
    damaged(`a section group's signature is symbol ${signature}, which does not exist`);
    return;
  }
  const group = object.groups.length;
  object.groups.push({ signature: symbol.name, symbol: signature - 1 });
  for (let at = 4; at + 4 <= bytes.length; at += 4) {
    const member = object.sections[numberOf.get(view.getUint32(at, true)) ?? -1];
    if (member !== undefined) member.group = group;
  }
}
