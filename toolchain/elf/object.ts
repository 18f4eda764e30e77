/**
 * An object file as data: what the assembler makes, what the linker takes, and what `write.ts` and `read.ts` turn into
 * bytes and back. String tables, the symbol table's order and section numbers of the file format do not appear here.
 */

import { Binding, SectionFlag, SectionType, SymType, Visibility } from "./constants.ts";

/** `ObjectSymbol.section` for symbols that lie in no section. */
export const SECTION_UNDEFINED = -1;
export const SECTION_ABSOLUTE = -2;
/** A common symbol: `value` is then its alignment in bytes. */
export const SECTION_COMMON = -3;

/** `Relocation.symbol` of relocations that name none (ALIGN, RELAX). */
export const NO_SYMBOL = -1;

export interface Relocation {
  /** Byte offset in the section. */
  offset: number;
  /** A value of `Reloc`. */
  type: number;
  /** Index in `ObjectFile.symbols`, or NO_SYMBOL. */
  symbol: number;
  addend: number;
}

export interface ObjectSection {
  name: string;
  /** A value of `SectionType`. */
  type: number;
  /** `SectionFlag` bits. */
  flags: number;
  alignBytes: number;
  /** sh_entsize of mergeable sections, else 0. */
  entryBytes: number;
  /** Contents; empty for NOBITS. */
  bytes: Uint8Array;
  /** Equals `bytes.length` except for NOBITS. */
  sizeBytes: number;
  relocations: Relocation[];
  /** Index in `ObjectFile.groups`, or -1. */
  group: number;
}

export interface ObjectSymbol {
  name: string;
  /** Offset in the section; the value itself when absolute; the alignment when common. */
  value: number;
  sizeBytes: number;
  /** A value of `SymType`. */
  type: number;
  /** A value of `Binding`. */
  binding: number;
  /** A value of `Visibility`. */
  visibility: number;
  /** Index in `ObjectFile.sections`, or one of the SECTION_ constants. */
  section: number;
}

/** A COMDAT group: of all groups with one signature the linker keeps the first. */
export interface ComdatGroup {
  signature: string;
  /** Index in `symbols` of the signature, or NO_SYMBOL. */
  symbol: number;
}

export interface ObjectFile {
  /** How messages call it: `main.o`, `libc.a(malloc.o)`. */
  name: string;
  /** e_flags. */
  flags: number;
  sections: ObjectSection[];
  symbols: ObjectSymbol[];
  groups: ComdatGroup[];
}

/** What a section's name implies when nothing else is said (System V ABI, "Special Sections"). */
export function impliedSection(name: string): { type: number; flags: number } {
  const { ALLOC, WRITE, EXECINSTR, TLS } = SectionFlag;
  const has = (prefix: string): boolean => name === prefix || name.startsWith(prefix + ".");
  if (has(".text") || has(".init") || has(".fini")) return { type: SectionType.PROGBITS, flags: ALLOC | EXECINSTR };
  if (has(".data") || has(".sdata")) return { type: SectionType.PROGBITS, flags: ALLOC | WRITE };
  if (has(".bss") || has(".sbss")) return { type: SectionType.NOBITS, flags: ALLOC | WRITE };
  if (has(".rodata") || has(".srodata") || has(".eh_frame") || has(".gcc_except_table")) {
    return { type: SectionType.PROGBITS, flags: ALLOC };
  }
  if (has(".tdata")) return { type: SectionType.PROGBITS, flags: ALLOC | WRITE | TLS };
  if (has(".tbss")) return { type: SectionType.NOBITS, flags: ALLOC | WRITE | TLS };
  if (has(".init_array")) return { type: SectionType.INIT_ARRAY, flags: ALLOC | WRITE };
  if (has(".fini_array")) return { type: SectionType.FINI_ARRAY, flags: ALLOC | WRITE };
  if (has(".preinit_array")) return { type: SectionType.PREINIT_ARRAY, flags: ALLOC | WRITE };
  if (has(".note")) return { type: SectionType.NOTE, flags: 0 };
  return { type: SectionType.PROGBITS, flags: 0 };
}

export const isDefined = (symbol: ObjectSymbol): boolean => symbol.section !== SECTION_UNDEFINED;
export const isLocal = (symbol: ObjectSymbol): boolean => symbol.binding === Binding.LOCAL;

/** A symbol with the fields that most symbols share. */
export const makeSymbol = (
  name: string,
  section: number,
  value = 0,
  binding: number = Binding.LOCAL,
): ObjectSymbol => ({
  name,
  value,
  sizeBytes: 0,
  type: SymType.NOTYPE,
  binding,
  visibility: Visibility.DEFAULT,
  section,
});
