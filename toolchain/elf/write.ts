/** Writes a relocatable object: ELF32, little-endian, RISC-V. Executables are written by the linker (link/output.ts). */

import {
  Binding,
  FileType,
  GRP_COMDAT,
  RELA_BYTES,
  SectionFlag,
  SectionIndex,
  SectionType,
  SYM_BYTES,
} from "./constants.ts";
import { type ImageSection, StringTable, writeImage } from "./image.ts";
import {
  NO_SYMBOL,
  type ObjectFile,
  type ObjectSymbol,
  SECTION_ABSOLUTE,
  SECTION_COMMON,
  SECTION_UNDEFINED,
} from "./object.ts";

/** The bytes of a `.o` file. Section order: null, groups, contents each followed by its .rela, symbol table, strings. */
export function writeObject(object: ObjectFile): Uint8Array {
  const order = symbolOrder(object.symbols);
  const sections: ImageSection[] = [blankSection("", SectionType.NULL)];
  const sectionNumber: number[] = [];
  const groupSections = object.groups.map((group) => {
    const section = blankSection(".group", SectionType.GROUP);
    section.alignBytes = 4;
    section.entryBytes = 4;
    section.info = group.symbol === NO_SYMBOL ? 0 : order.number[group.symbol]!;
    sections.push(section);
    return { section, members: [GRP_COMDAT] };
  });
  const relocationSections: ImageSection[] = [];
  for (const source of object.sections) {
    sectionNumber.push(sections.length);
    const group = groupSections[source.group];
    group?.members.push(sections.length);
    sections.push({
      name: source.name,
      type: source.type,
      flags: source.flags | (group !== undefined ? SectionFlag.GROUP : 0),
      vaddr: 0,
      bytes: source.type === SectionType.NOBITS ? null : source.bytes,
      sizeBytes: source.sizeBytes,
      link: 0,
      info: 0,
      alignBytes: source.alignBytes,
      entryBytes: source.entryBytes,
    });
    if (source.relocations.length === 0) continue;
    const rela = blankSection(`.rela${source.name}`, SectionType.RELA);
    rela.flags = SectionFlag.INFO_LINK | (group !== undefined ? SectionFlag.GROUP : 0);
    rela.info = sections.length - 1;
    rela.alignBytes = 4;
    rela.entryBytes = RELA_BYTES;
    rela.bytes = relocationBytes(source.relocations, order.number);
    rela.sizeBytes = rela.bytes.length;
    group?.members.push(sections.length);
    relocationSections.push(rela);
    sections.push(rela);
  }
  for (const { section, members } of groupSections) {
    section.bytes = new Uint8Array(Uint32Array.from(members).buffer);
    section.sizeBytes = section.bytes.length;
  }

  const symtabNumber = sections.length;
  for (const section of [...relocationSections, ...groupSections.map((group) => group.section)])
    section.link = symtabNumber;
  const strings = new StringTable();
  const symtab = blankSection(".symtab", SectionType.SYMTAB);
  symtab.bytes = symbolBytes(order.symbols, strings, (section) => fileSectionIndex(section, sectionNumber));
  symtab.sizeBytes = symtab.bytes.length;
  symtab.link = symtabNumber + 1;
  symtab.info = order.firstGlobal;
  symtab.alignBytes = 4;
  symtab.entryBytes = SYM_BYTES;
  const strtab = blankSection(".strtab", SectionType.STRTAB);
  strtab.bytes = strings.bytes();
  strtab.sizeBytes = strtab.bytes.length;
  sections.push(symtab, strtab, blankSection(".shstrtab", SectionType.STRTAB));
  return writeImage({ type: FileType.REL, entry: 0, flags: object.flags, segments: [], sections });
}

export const blankSection = (name: string, type: number): ImageSection => ({
  name,
  type,
  flags: 0,
  vaddr: 0,
  bytes: type === SectionType.NULL ? null : new Uint8Array(0),
  sizeBytes: 0,
  link: 0,
  info: 0,
  alignBytes: type === SectionType.NULL ? 0 : 1,
  entryBytes: 0,
});

/** Locals come first, as the format demands; number 0 is the null symbol. */
function symbolOrder(symbols: readonly ObjectSymbol[]): {
  symbols: ObjectSymbol[];
  number: number[];
  firstGlobal: number;
} {
  const locals = symbols.filter((symbol) => symbol.binding === Binding.LOCAL);
  const globals = symbols.filter((symbol) => symbol.binding !== Binding.LOCAL);
  const ordered = [...locals, ...globals];
  const position = new Map(ordered.map((symbol, index) => [symbol, index + 1]));
  return {
    symbols: ordered,
    number: symbols.map((symbol) => position.get(symbol)!),
    firstGlobal: locals.length + 1,
  };
}

/** The contents of a symbol table, null symbol included. `indexOf` maps `ObjectSymbol.section` to st_shndx. */
export function symbolBytes(
  symbols: readonly ObjectSymbol[],
  strings: StringTable,
  indexOf: (section: number) => number,
): Uint8Array {
  const bytes = new Uint8Array(SYM_BYTES * (symbols.length + 1));
  const view = new DataView(bytes.buffer);
  symbols.forEach((symbol, index) => {
    const at = SYM_BYTES * (index + 1);
    view.setUint32(at, strings.add(symbol.name), true);
    view.setUint32(at + 4, symbol.value >>> 0, true);
    view.setUint32(at + 8, symbol.sizeBytes >>> 0, true);
    view.setUint8(at + 12, (symbol.binding << 4) | symbol.type);
    view.setUint8(at + 13, symbol.visibility);
    view.setUint16(at + 14, indexOf(symbol.section), true);
  });
  return bytes;
}

function fileSectionIndex(section: number, sectionNumber: readonly number[]): number {
  if (section === SECTION_UNDEFINED) return SectionIndex.UNDEF;
  if (section === SECTION_ABSOLUTE) return SectionIndex.ABS;
  if (section === SECTION_COMMON) return SectionIndex.COMMON;
  return sectionNumber[section]!;
}

function relocationBytes(
  relocations: ObjectFile["sections"][number]["relocations"],
  number: readonly number[],
): Uint8Array {
  const bytes = new Uint8Array(RELA_BYTES * relocations.length);
  const view = new DataView(bytes.buffer);
  relocations.forEach((relocation, index) => {
    const symbol = relocation.symbol === NO_SYMBOL ? 0 : number[relocation.symbol]!;
    view.setUint32(RELA_BYTES * index, relocation.offset, true);
    view.setUint32(RELA_BYTES * index + 4, ((symbol << 8) | relocation.type) >>> 0, true);
    view.setInt32(RELA_BYTES * index + 8, relocation.addend | 0, true);
  });
  return bytes;
}
