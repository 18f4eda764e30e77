/**
 * A section while it is being assembled: bytes whose length is known, and between them points whose size is decided later.
 *
 * A position is a pair: `raw`, the number of bytes so far without the points, and `points`, how many points lie before it. Once the points have
 * their sizes, the final offset is raw + the sum of the sizes before. Branches, alignment, LEB128 values and `.space` of
 * unknown length are points; everything else is plain bytes.
 */

import type { Span } from "../diagnostics.ts";
import type { ObjectSection } from "../elf/object.ts";

/** A symbol as the assembler sees it. */
export interface AsmSymbol {
  readonly name: string;
  /** Where a label stands; null when it is none (yet). */
  section: SectionBuilder | null;
  raw: number;
  points: number;
  /** The value of `.set name, expression`. */
  set: Resolved | null;
  definedAt: Span | null;
  firstUse: Span | null;
  isGlobal: boolean;
  isWeak: boolean;
  /** A value of `Visibility`. */
  visibility: number;
  /** A value of `SymType`. */
  type: number;
  size: Resolved | null;
  common: { bytes: number; alignBytes: number; isLocal: boolean } | null;
  /** Referred to by something that needs a relocation, or must be in the symbol table for another reason. */
  isNeeded: boolean;
}

/** What an expression comes to: plus − minus + addend. */
export interface Resolved {
  readonly plus: AsmSymbol | null;
  readonly minus: AsmSymbol | null;
  readonly addend: number;
}

/** A place that depends on symbols. */
export interface Fixup {
  readonly raw: number;
  readonly points: number;
  /**
   * A value of `Reloc`; "late": a constant that was not known yet, written by `write`; "data": `widthBytes` of data.
   */
  readonly kind: number | "late" | "data";
  readonly value: Resolved;
  readonly widthBytes: number;
  readonly write: ((bytes: Uint8Array, at: number, value: number) => string | null) | null;
  readonly span: Span | undefined;
}

/** Where a branch goes and how it can be written. */
export interface BranchPoint {
  readonly kind: "branch";
  readonly raw: number;
  size: number;
  readonly target: Resolved;
  /** Conditional branches may become an inverted branch around a jump. */
  readonly isConditional: boolean;
  /** The word without its offset, and the word with the condition inverted. */
  readonly word: number;
  readonly invertedWord: number;
  /** Whether 16-bit forms may be used. */
  readonly canCompress: boolean;
  readonly span: Span | undefined;
}
export interface AlignPoint {
  readonly kind: "align";
  readonly raw: number;
  size: number;
  readonly alignBytes: number;
  readonly fill: number | null;
  readonly maxBytes: number;
}
export interface LebPoint {
  readonly kind: "leb";
  readonly raw: number;
  size: number;
  readonly isSigned: boolean;
  readonly value: Resolved;
  readonly span: Span | undefined;
}
export interface FillPoint {
  readonly kind: "fill" | "org";
  readonly raw: number;
  size: number;
  readonly repeat: Resolved;
  readonly widthBytes: number;
  readonly value: number;
  readonly span: Span | undefined;
}
export type Point = BranchPoint | AlignPoint | LebPoint | FillPoint;

export class SectionBuilder {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly entryBytes: number;
  readonly group: string | null;
  /** Number in the object file. */
  readonly index: number;
  alignBytes = 1;
  bytes = new Uint8Array(256);
  view = new DataView(this.bytes.buffer);
  length = 0;
  readonly points: Point[] = [];
  readonly fixups: Fixup[] = [];
  /** Prefix sums of point sizes: starts[i] is the size of the points before number i. Set by relax. */
  private growth: number[] = [0];
  readonly symbol: AsmSymbol;

  constructor(index: number, name: string, type: number, flags: number, entryBytes: number, group: string | null) {
    this.index = index;
    this.name = name;
    this.type = type;
    this.flags = flags;
    this.entryBytes = entryBytes;
    this.group = group;
    this.symbol = { ...blankSymbol(name), section: this };
  }

  get isCode(): boolean {
    return (this.flags & 4) !== 0;
  }

  /** Makes room for `count` more bytes and returns where they start. */
  grow(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.bytes.length) {
      const bigger = new Uint8Array(Math.max(this.length, this.bytes.length * 2));
      bigger.set(this.bytes.subarray(0, at));
      this.bytes = bigger;
      this.view = new DataView(bigger.buffer);
    }
    return at;
  }

  /** Recomputes the prefix sums after point sizes have changed. */
  sumGrowth(): void {
    const growth = this.growth;
    growth.length = this.points.length + 1;
    let sum = 0;
    for (let i = 0; i < this.points.length; i++) {
      growth[i] = sum;
      sum += this.points[i]!.size;
    }
    growth[this.points.length] = sum;
  }

  /** Final offset of a position. Valid after sumGrowth. */
  offsetOf(raw: number, points: number): number {
    return raw + this.growth[points]!;
  }

  get finalBytes(): number {
    return this.length + this.growth[this.points.length]!;
  }
}

export const blankSymbol = (name: string): AsmSymbol => ({
  name,
  section: null,
  raw: 0,
  points: 0,
  set: null,
  definedAt: null,
  firstUse: null,
  isGlobal: false,
  isWeak: false,
  visibility: 0,
  type: 0,
  size: null,
  common: null,
  isNeeded: false,
});

/** What a finished section looks like before its relocations are known. */
export const emptyObjectSection = (builder: SectionBuilder, group: number): ObjectSection => ({
  name: builder.name,
  type: builder.type,
  flags: builder.flags,
  alignBytes: builder.alignBytes,
  entryBytes: builder.entryBytes,
  bytes: new Uint8Array(0),
  sizeBytes: builder.finalBytes,
  relocations: [],
  group,
});

/** Largest section, in bytes: a slip such as `.space 1 << 40` is a message, not an exhausted memory. */
export const SECTION_LIMIT_BYTES = 256 * 1024 * 1024;

/** Writes a number of 1, 2, 4 or 8 bytes, little-endian, cut off at its width. */
export function writeNumber(view: DataView, at: number, value: number, widthBytes: number): void {
  if (widthBytes === 1) view.setUint8(at, value & 0xff);
  else if (widthBytes === 2) view.setUint16(at, value & 0xffff, true);
  else if (widthBytes === 4) view.setUint32(at, value >>> 0, true);
  else view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), true);
}

/** One element of `.fill`: the value has at most 4 bytes, wider elements are filled up with zeros. */
export function writeFill(view: DataView, at: number, value: number, widthBytes: number): void {
  for (let i = 0; i < widthBytes; i++) view.setUint8(at + i, i < 4 ? (value >>> (8 * i)) & 0xff : 0);
}
