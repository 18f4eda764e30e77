/** Writes the linked program: ELF32 executable with its segments, sections and the symbols of everything that is left. */

import {
  Binding,
  FileType,
  SectionFlag,
  SectionIndex,
  SectionType,
  SegmentFlag,
  SegmentType,
  SymType,
  Visibility,
} from "../elf/constants.ts";
import { type ImageSection, type ImageSegment, StringTable, writeImage } from "../elf/image.ts";
import { type ObjectSymbol, SECTION_ABSOLUTE } from "../elf/object.ts";
import { blankSection, symbolBytes } from "../elf/write.ts";
import { threadBlock } from "./layout.ts";
import type { Link, OutputSection } from "./model.ts";
import { symbolVaddr } from "./symbols.ts";

/** The bytes of the executable. */
export function writeExecutable(link: Link, entryVaddr: number): Uint8Array {
  const sections: ImageSection[] = [blankSection("", SectionType.NULL)];
  const numberOf = new Map<OutputSection, number>();
  for (const output of link.outputs) {
    numberOf.set(output, sections.length);
    sections.push(imageSection(output));
  }
  if (link.options.strip !== true) {
    const { symbols, firstGlobal } = programSymbols(link, numberOf);
    const strings = new StringTable();
    const symtab = blankSection(".symtab", SectionType.SYMTAB);
    symtab.bytes = symbolBytes(symbols, strings, (section) =>
      section === SECTION_ABSOLUTE ? SectionIndex.ABS : section,
    );
    symtab.sizeBytes = symtab.bytes.length;
    symtab.link = sections.length + 1;
    symtab.info = firstGlobal;
    symtab.alignBytes = 4;
    symtab.entryBytes = 16;
    const strtab = blankSection(".strtab", SectionType.STRTAB);
    strtab.bytes = strings.bytes();
    strtab.sizeBytes = strtab.bytes.length;
    sections.push(symtab, strtab);
  }
  sections.push(blankSection(".shstrtab", SectionType.STRTAB));
  return writeImage({
    type: FileType.EXEC,
    entry: entryVaddr,
    flags: fileFlags(link),
    segments: programSegments(link),
    sections,
  });
}

function imageSection(output: OutputSection): ImageSection {
  const isAllocated = (output.flags & SectionFlag.ALLOC) !== 0;
  return {
    name: output.name,
    type: output.type,
    flags: output.flags,
    vaddr: output.vaddr,
    bytes: output.type === SectionType.NOBITS ? null : output.bytes,
    sizeBytes: output.sizeBytes,
    link: 0,
    info: 0,
    alignBytes: output.alignBytes,
    entryBytes: 0,
    ...(isAllocated ? { fileOffset: output.fileOffset } : {}),
  };
}

/** RVC if any object has it; the calling convention is the same in all (checked when linking). */
const fileFlags = (link: Link): number => link.objects.reduce((flags, object) => flags | object.file.flags, 0);

const PAGE_BYTES = 4096;

/** Always as many as layout left room for: a missing segment is a NULL header. */
function programSegments(link: Link): ImageSegment[] {
  const none = {
    type: SegmentType.NULL,
    flags: 0,
    fileOffset: 0,
    vaddr: 0,
    fileBytes: 0,
    memoryBytes: 0,
    alignBytes: 0,
  };
  const segments: ImageSegment[] = link.segments.map(({ flags, vaddr, fileOffset, fileBytes, memoryBytes }) => ({
    type: SegmentType.LOAD,
    flags,
    fileOffset,
    vaddr,
    fileBytes,
    memoryBytes,
    alignBytes: PAGE_BYTES,
  }));
  const thread = threadBlock(link);
  if (thread !== null) segments.push({ type: SegmentType.TLS, flags: SegmentFlag.R, ...thread });
  segments.push({ ...none, type: SegmentType.GNU_STACK, flags: SegmentFlag.R | SegmentFlag.W, alignBytes: 16 });
  return segments;
}

/**
 * Local symbols object by object, with them what only the C library means by a name; then the globals. `section` is already a section number
 * of the file.
 */
function programSymbols(
  link: Link,
  numberOf: ReadonlyMap<OutputSection, number>,
): { symbols: ObjectSymbol[]; firstGlobal: number } {
  const locals: ObjectSymbol[] = [];
  for (const object of link.objects) {
    object.file.symbols.forEach((symbol, index) => {
      if (symbol.binding !== Binding.LOCAL || symbol.type === SymType.SECTION || symbol.name.startsWith(".L")) return;
      const output = symbol.section >= 0 ? object.sections[symbol.section]!.output : null;
      if (symbol.section >= 0 && output === null) return;
      const value = tlsRelative(link, symbol, symbolVaddr(object, index));
      locals.push({ ...symbol, value, section: output === null ? SECTION_ABSOLUTE : numberOf.get(output)! });
    });
  }
  const globals: ObjectSymbol[] = [];
  for (const global of link.symbols) {
    const own = global.symbol;
    const output =
      global.state === "defined"
        ? global.object!.sections[own!.section]!.output
        : global.state === "common"
          ? global.commonSection!.output
          : global.linkerSection;
    if (global.state === "defined" && output === null) continue;
    const isLocal = global.hidden || global.ofLibrary;
    if (global.state === "undefined") {
      if (!global.ofLibrary) globals.push(plainSymbol(global.name, 0, Binding.WEAK, SectionIndex.UNDEF));
      continue;
    }
    const section = output === null ? SECTION_ABSOLUTE : numberOf.get(output)!;
    const binding = isLocal ? Binding.LOCAL : global.weak && global.state === "defined" ? Binding.WEAK : Binding.GLOBAL;
    const symbol: ObjectSymbol = {
      ...plainSymbol(global.name, own === null ? global.vaddr : tlsRelative(link, own, global.vaddr), binding, section),
      sizeBytes: own?.sizeBytes ?? 0,
      type: own === null ? SymType.NOTYPE : own.type === SymType.COMMON ? SymType.OBJECT : own.type,
    };
    (isLocal ? locals : globals).push(symbol);
  }
  return { symbols: [...locals, ...globals], firstGlobal: locals.length + 1 };
}

const plainSymbol = (name: string, value: number, binding: number, section: number): ObjectSymbol => ({
  name,
  value,
  sizeBytes: 0,
  type: SymType.NOTYPE,
  binding,
  visibility: Visibility.DEFAULT,
  section,
});

/** In a program the value of a thread-local symbol is its offset in the thread-local block. */
function tlsRelative(link: Link, symbol: ObjectSymbol, vaddr: number): number {
  return symbol.type === SymType.TLS ? vaddr - (threadBlock(link)?.vaddr ?? 0) : vaddr;
}
