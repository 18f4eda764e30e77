/** What the linker's stages hand to one another: loaded objects, their sections, the global symbols and the output sections. */

import type { Archive } from "../ar.ts";
import type { Diagnostics } from "../diagnostics.ts";
import type { ObjectFile, ObjectSection, ObjectSymbol } from "../elf/object.ts";

/** A section of one object on its way into an output section. */
export interface InputSection {
  readonly object: LoadedObject;
  readonly section: ObjectSection;
  /** False once discarded: a COMDAT duplicate, excluded, or not reachable with gcSections. */
  live: boolean;
  output: OutputSection | null;
  /** Offset in the output section. */
  offset: number;
}

export interface LoadedObject {
  readonly file: ObjectFile;
  /** A member of the C library: the program may define its names too, and it keeps to those of the library. */
  readonly ofLibrary: boolean;
  readonly sections: InputSection[];
  /** For each symbol of the file: the global that it stands for, or null when it is local. */
  readonly globals: (GlobalSymbol | null)[];
  /** Addresses of the symbols of the file, once layout is done; DISCARDED for what lies in a section that is left out. */
  addresses: readonly number[];
}

/** One name shared by all objects, or by those of the program or of the C library where both define it. */
export interface GlobalSymbol {
  readonly name: string;
  state: "undefined" | "defined" | "common" | "absolute" | "linker";
  /** The defining object and its symbol, when state is defined, common or absolute. */
  object: LoadedObject | null;
  symbol: ObjectSymbol | null;
  /** A weak definition; while undefined: only weak references so far. */
  weak: boolean;
  hidden: boolean;
  /** The object that mentioned the name first; one of the program, when there is any. */
  firstUse: LoadedObject;
  /** What the C library's members mean by a name that the program defines for itself. */
  ofLibrary: boolean;
  /** Final address; the value itself when absolute. Set by layout. */
  vaddr: number;
  /** Where a common symbol was given its place. */
  commonSection: InputSection | null;
  /** The section that a linker-made symbol stands in, for the symbol table; null: absolute. */
  linkerSection: OutputSection | null;
}

export interface OutputSection {
  readonly name: string;
  type: number;
  flags: number;
  alignBytes: number;
  readonly inputs: InputSection[];
  sizeBytes: number;
  /** 0 when the section takes up no memory. */
  vaddr: number;
  fileOffset: number;
  bytes: Uint8Array;
}

/** A run of sections with one set of permissions. */
export interface OutputSegment {
  /** `SegmentFlag` bits. */
  readonly flags: number;
  readonly sections: OutputSection[];
  vaddr: number;
  fileOffset: number;
  fileBytes: number;
  memoryBytes: number;
}

export interface LinkOptions {
  /** Symbol at which the program starts. Default `_start`. */
  readonly entry?: string;
  /** Address of the first byte, a multiple of the page size. Default 0x10000. */
  readonly baseVaddr?: number;
  /** Leave out sections that nothing reachable refers to. */
  readonly gcSections?: boolean;
  /** Names to treat as referenced, as `-u` does. */
  readonly undefinedRoots?: readonly string[];
  /** Leave out symbols and debug sections. */
  readonly strip?: boolean;
  /** Write a map. */
  readonly map?: boolean;
}

/** State of one link. */
export interface Link {
  readonly options: LinkOptions;
  readonly problems: Diagnostics;
  readonly objects: LoadedObject[];
  /** Archives of the C library. */
  readonly library: readonly Archive[];
  /** All global symbols in the order of their first mention. */
  readonly symbols: GlobalSymbol[];
  /** What the program's objects mean by a name, and those of the C library where it is not in `libraryNames`. */
  readonly globals: Map<string, GlobalSymbol>;
  /** Names that the program and the C library both define, as the library's members mean them. */
  readonly libraryNames: Map<string, GlobalSymbol>;
  /** Why each archive member was pulled in, for the map: member, name of the symbol. */
  readonly pulled: { member: string; symbol: string; by: string }[];
  outputs: OutputSection[];
  segments: OutputSegment[];
  /** GOT slots by "kind symbol"; see link/got.ts. */
  readonly got: Map<string, GotSlot>;
  gotSection: OutputSection | null;
}

export interface GotSlot {
  readonly kind: "address" | "tprel" | "gd";
  readonly offset: number;
}

/** No address: those are not negative. */
export const DISCARDED = -1;

export const DEFAULT_BASE_VADDR = 0x10000;
