/**
 * Reads any ELF32 little-endian RISC-V file: objects and executables, ours and GCC's. Whatever the bytes are, the answer
 * is a file or diagnostics with place, cause and remedy; nothing here throws. Every offset and count is checked against the
 * file's length before it is used, so that memory stays in proportion to the input.
 */

import { type Diagnostic, Diagnostics } from "../diagnostics.ts";
import {
  EHDR_BYTES,
  EM_RISCV,
  FileType,
  MACHINE_NAMES,
  PHDR_BYTES,
  SectionFlag,
  SectionIndex,
  SectionType,
  SegmentType,
  SHDR_BYTES,
  SYM_BYTES,
} from "./constants.ts";

export interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly vaddr: number;
  readonly fileOffset: number;
  readonly sizeBytes: number;
  readonly link: number;
  readonly info: number;
  readonly alignBytes: number;
  readonly entryBytes: number;
  /** A view into the file; empty for NOBITS. */
  readonly bytes: Uint8Array;
}

export interface ElfSegment {
  readonly type: number;
  readonly flags: number;
  readonly fileOffset: number;
  readonly vaddr: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
  readonly alignBytes: number;
}

export interface ElfSymbol {
  readonly name: string;
  readonly value: number;
  readonly sizeBytes: number;
  readonly type: number;
  readonly binding: number;
  readonly visibility: number;
  /** Index in `ElfFile.sections`; or a reserved `SectionIndex`, told apart by `reserved`. */
  readonly section: number;
  readonly reserved: boolean;
}

export interface ElfFile {
  readonly name: string;
  /** A value of `FileType`. */
  readonly type: number;
  readonly flags: number;
  readonly entry: number;
  readonly sections: readonly ElfSection[];
  readonly segments: readonly ElfSegment[];
  /** The symbol table with its null symbol, so that relocations index it directly; empty when stripped. */
  readonly symbols: readonly ElfSymbol[];
  readonly bytes: Uint8Array;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

const decoder = new TextDecoder("utf-8", { fatal: false });
const latin1 = new TextDecoder("latin1");
const REBUILD = "build it for rv32ima with the ilp32 ABI, for example with `faultline cc`";

/** True when the bytes begin like an ELF file of any kind. */
export const looksLikeElf = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;

/** Reads headers, sections, segments and symbols. */
export function readElf(bytes: Uint8Array, name: string): Result<ElfFile> {
  const problems = new Diagnostics(20);
  const fail = (message: string, hint: string, place = name): { ok: false; diagnostics: readonly Diagnostic[] } => {
    problems.error(message, null, { place, hint });
    return { ok: false, diagnostics: problems.list };
  };
  const foreign = foreignReason(bytes);
  if (foreign !== null) return fail(foreign.message, foreign.hint);

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const truncated = "the file is damaged or was cut short: copy or build it again";
  const segmentsAt = view.getUint32(28, true);
  const sectionsAt = view.getUint32(32, true);
  const segmentCount = view.getUint16(44, true);
  let sectionCount = view.getUint16(48, true);
  if (segmentCount > 0 && view.getUint16(42, true) !== PHDR_BYTES) {
    return fail(
      `program headers of ${view.getUint16(42, true)} bytes instead of ${PHDR_BYTES}`,
      truncated,
      `${name}: byte 42`,
    );
  }
  if (segmentsAt + PHDR_BYTES * segmentCount > bytes.length) {
    return fail(
      `the ${segmentCount} program headers at byte ${segmentsAt} reach past the end of the file (${bytes.length} bytes)`,
      truncated,
    );
  }
  if (sectionsAt === 0) sectionCount = 0;
  else if (sectionCount > 0 && view.getUint16(46, true) !== SHDR_BYTES) {
    return fail(
      `section headers of ${view.getUint16(46, true)} bytes instead of ${SHDR_BYTES}`,
      truncated,
      `${name}: byte 46`,
    );
  }
  if (sectionsAt + SHDR_BYTES * sectionCount > bytes.length) {
    return fail(
      `the ${sectionCount} section headers at byte ${sectionsAt} reach past the end of the file (${bytes.length} bytes)`,
      truncated,
    );
  }

  const segments = Array.from({ length: segmentCount }, (_, index) =>
    readSegment(view, segmentsAt + PHDR_BYTES * index),
  );
  segments.forEach((segment, index) => {
    if (
      segment.fileBytes > 0 &&
      segment.fileOffset + segment.fileBytes > bytes.length &&
      segment.type === SegmentType.LOAD
    ) {
      problems.error(
        `segment ${index} (bytes ${segment.fileOffset} … ${segment.fileOffset + segment.fileBytes}) reaches past the end of the file (${bytes.length} bytes)`,
        null,
        { place: name, hint: truncated },
      );
    }
  });
  const sections = readSections(
    bytes,
    view,
    { name, at: sectionsAt, count: sectionCount, names: view.getUint16(50, true) },
    problems,
  );
  const symbols = problems.failed ? [] : readSymbols(sections, name, problems);
  if (problems.failed) return { ok: false, diagnostics: problems.list };
  return {
    ok: true,
    value: {
      name,
      type: view.getUint16(16, true),
      flags: view.getUint32(36, true),
      entry: view.getUint32(24, true),
      sections,
      segments,
      symbols,
      bytes,
    },
  };
}

/** Why a file cannot be ours at all: not ELF, another class, byte order or machine; null when it can. */
function foreignReason(bytes: Uint8Array): { message: string; hint: string } | null {
  if (!looksLikeElf(bytes)) {
    if (bytes.length === 0) return { message: "the file is empty", hint: REBUILD };
    if (bytes[0] === 0x23 && bytes[1] === 0x21)
      return { message: "not an ELF file but a script (#!)", hint: "run it with a shell" };
    return { message: "not an ELF file (it does not begin with 7f 45 4c 46)", hint: REBUILD };
  }
  if (bytes.length < EHDR_BYTES) {
    return {
      message: `the ELF header is cut short: ${bytes.length} of ${EHDR_BYTES} bytes`,
      hint: "copy or build the file again",
    };
  }
  const bigEndian = bytes[5] === 2;
  const machineNumber = bigEndian ? (bytes[18]! << 8) | bytes[19]! : bytes[18]! | (bytes[19]! << 8);
  const machine = MACHINE_NAMES[machineNumber] ?? `machine number ${machineNumber}`;
  if (machineNumber === EM_RISCV && bytes[4] === 2)
    return { message: "an ELF file for riscv64, and this machine is riscv32", hint: REBUILD };
  if (machineNumber !== EM_RISCV) return { message: `an ELF file for another machine: ${machine}`, hint: REBUILD };
  if (bytes[4] !== 1) return { message: `ELF class ${bytes[4]} instead of 1 (32-bit)`, hint: REBUILD };
  if (bigEndian) return { message: "a big-endian RISC-V file, and this machine is little-endian", hint: REBUILD };
  if (bytes[5] !== 1) return { message: `ELF byte order ${bytes[5]} instead of 1 (little-endian)`, hint: REBUILD };
  if (bytes[6] !== 1) return { message: `ELF version ${bytes[6]} instead of 1`, hint: "copy or build the file again" };
  return null;
}

function readSegment(view: DataView, at: number): ElfSegment {
  const word = (field: number): number => view.getUint32(at + 4 * field, true);
  return {
    type: word(0),
    fileOffset: word(1),
    vaddr: word(2),
    fileBytes: word(4),
    memoryBytes: word(5),
    flags: word(6),
    alignBytes: word(7),
  };
}

function readSections(
  bytes: Uint8Array,
  view: DataView,
  table: { name: string; at: number; count: number; names: number },
  problems: Diagnostics,
): ElfSection[] {
  const contents = (at: number): Uint8Array => {
    const type = view.getUint32(at + 4, true);
    const start = view.getUint32(at + 16, true);
    const end = start + view.getUint32(at + 20, true);
    const hasBytes = type !== SectionType.NOBITS && type !== SectionType.NULL && end <= bytes.length;
    return hasBytes ? bytes.subarray(start, end) : NOTHING;
  };
  const nameAt = stringsOf(table.names < table.count ? contents(table.at + SHDR_BYTES * table.names) : NOTHING);
  const sections: ElfSection[] = [];
  for (let at = table.at; sections.length < table.count; at += SHDR_BYTES) {
    const type = view.getUint32(at + 4, true);
    const fileOffset = view.getUint32(at + 16, true);
    const sizeBytes = view.getUint32(at + 20, true);
    const name = nameAt(view.getUint32(at, true));
    if (type !== SectionType.NOBITS && type !== SectionType.NULL && fileOffset + sizeBytes > bytes.length) {
      problems.error(
        `section ${sections.length} "${name}" (bytes ${fileOffset} … ${fileOffset + sizeBytes}) reaches past the end of the file (${bytes.length} bytes)`,
        null,
        { place: table.name, hint: "the file is damaged or was cut short: copy or build it again" },
      );
    }
    sections.push({
      name,
      type,
      flags: view.getUint32(at + 8, true),
      vaddr: view.getUint32(at + 12, true),
      fileOffset,
      sizeBytes,
      link: view.getUint32(at + 24, true),
      info: view.getUint32(at + 28, true),
      alignBytes: view.getUint32(at + 32, true),
      entryBytes: view.getUint32(at + 36, true),
      bytes: contents(at),
    });
  }
  return sections;
}

const NOTHING = new Uint8Array(0);

function readSymbols(sections: readonly ElfSection[], name: string, problems: Diagnostics): ElfSymbol[] {
  const table = sections.find((section) => section.type === SectionType.SYMTAB);
  if (table === undefined) return [];
  const strings = sections[table.link]?.bytes;
  if (strings === undefined || sections[table.link]!.type !== SectionType.STRTAB) {
    problems.error(`the symbol table names section ${table.link} as its strings, which is none`, null, {
      place: name,
      hint: "the file is damaged: build it again",
    });
    return [];
  }
  const nameAt = stringsOf(strings);
  const view = new DataView(table.bytes.buffer, table.bytes.byteOffset, table.bytes.byteLength);
  const symbols: ElfSymbol[] = [];
  for (let at = 0; at + SYM_BYTES <= table.bytes.length; at += SYM_BYTES) {
    const info = view.getUint8(at + 12);
    const section = view.getUint16(at + 14, true);
    const reserved = section === SectionIndex.UNDEF || section >= SectionIndex.LORESERVE;
    if (!reserved && section >= sections.length) {
      problems.error(`symbol ${symbols.length} lies in section ${section}, and there are ${sections.length}`, null, {
        place: name,
        hint: "the file is damaged: build it again",
      });
    }
    symbols.push({
      name: nameAt(view.getUint32(at, true)),
      value: view.getUint32(at + 4, true),
      sizeBytes: view.getUint32(at + 8, true),
      type: info & 15,
      binding: info >> 4,
      visibility: view.getUint8(at + 13) & 3,
      section,
      reserved,
    });
  }
  return symbols;
}

/** A reader of zero-terminated strings by their offset in a string table; empty when the offset lies outside. */
function stringsOf(table: Uint8Array): (offset: number) => string {
  // Nearly every table is ASCII, and is decoded at once: a decoder's call costs more than all the characters of a name.
  const text = latin1.decode(table);
  if (/[\x80-\xff]/.test(text)) return (offset) => utf8At(table, offset);
  return (offset) => {
    const end = text.indexOf("\0", offset);
    return text.slice(offset, end < 0 ? undefined : end);
  };
}

function utf8At(table: Uint8Array, offset: number): string {
  const end = table.indexOf(0, offset);
  return decoder.decode(table.subarray(offset, end < 0 ? table.length : end));
}

/**
 * Checks that a file can be run by this machine: an executable for riscv32 with loadable segments and no interpreter.
 * Returns the reasons against; empty when there are none.
 */
export function checkExecutable(file: ElfFile): Diagnostic[] {
  const problems = new Diagnostics(20);
  const error = (message: string, hint: string): void => problems.error(message, null, { place: file.name, hint });
  if (file.type === FileType.REL)
    error("an object file, not an executable", "link it first: `faultline cc file.o -o program`");
  else if (file.type === FileType.CORE) error("a core dump, not an executable", "give the program that made it");
  else if (file.segments.some((segment) => segment.type === SegmentType.INTERP)) {
    error(
      "a dynamically linked program: it needs an interpreter (a dynamic loader), and this machine has none",
      "link it with -static",
    );
  } else if (file.type === FileType.DYN)
    error("a shared object or position-independent executable", "link it with -static -no-pie");
  else if (file.type !== FileType.EXEC) error(`ELF file type ${file.type} is not an executable`, REBUILD);
  const loads = file.segments.filter((segment) => segment.type === SegmentType.LOAD);
  if (problems.failed) return problems.list;
  if (loads.length === 0) error("no loadable segment", REBUILD);
  if ((file.flags & 6) !== 0)
    error("built for a floating-point calling convention, and this machine has no FPU", REBUILD);
  loads.forEach((segment, index) => {
    if (segment.memoryBytes < segment.fileBytes)
      error(`loadable segment ${index} is smaller in memory than in the file`, REBUILD);
    if (segment.vaddr + segment.memoryBytes > 2 ** 32) error(`loadable segment ${index} reaches past 4 GiB`, REBUILD);
  });
  if (
    loads.length > 0 &&
    !loads.some(({ vaddr, memoryBytes }) => file.entry >= vaddr && file.entry < vaddr + memoryBytes)
  ) {
    error(
      `the entry point 0x${file.entry.toString(16)} lies in no loadable segment`,
      "link with a defined _start symbol",
    );
  }
  return problems.list;
}

/** True for sections that take up memory when the program runs. */
export const isAllocated = (section: { readonly flags: number }): boolean => (section.flags & SectionFlag.ALLOC) !== 0;
