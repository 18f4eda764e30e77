/** The pieces that both ELF writers are made of: string tables, headers and a growing list of sections. Little-endian ELF32 only. */

import { EHDR_BYTES, EM_RISCV, PHDR_BYTES, SHDR_BYTES } from "./constants.ts";

/** A string table under construction. Equal strings share an entry; suffixes are not shared. */
export class StringTable {
  private readonly offsets = new Map<string, number>([["", 0]]);
  private readonly strings: string[] = [""];
  private length = 1;

  /** Offset of `text` in the table. */
  add(text: string): number {
    const known = this.offsets.get(text);
    if (known !== undefined) return known;
    const at = this.length;
    this.offsets.set(text, at);
    this.strings.push(text);
    this.length += utf8Length(text) + 1;
    return at;
  }

  bytes(): Uint8Array {
    return new TextEncoder().encode(this.strings.join("\0") + "\0");
  }
}

function utf8Length(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return new TextEncoder().encode(text).length;
  return text.length;
}

/** A section header with its contents, before offsets in the file are known. */
export interface ImageSection {
  name: string;
  type: number;
  flags: number;
  vaddr: number;
  /** Contents; null for NOBITS. */
  bytes: Uint8Array | null;
  sizeBytes: number;
  link: number;
  info: number;
  alignBytes: number;
  entryBytes: number;
  /** Offset in the file when the caller has laid it out; undefined: appended where there is room. */
  fileOffset?: number;
}

export interface ImageSegment {
  type: number;
  flags: number;
  fileOffset: number;
  vaddr: number;
  fileBytes: number;
  memoryBytes: number;
  alignBytes: number;
}

/**
 * Writes a whole ELF32 file: header, program headers, section contents, section headers. `sections[0]` must be the null section and the
 * last one is taken as the section-name table and filled in here.
 */
export function writeImage(image: {
  type: number;
  entry: number;
  flags: number;
  segments: readonly ImageSegment[];
  sections: readonly ImageSection[];
}): Uint8Array {
  const { sections, segments } = image;
  const names = new StringTable();
  const nameOffsets = sections.map((section) => names.add(section.name));
  const nameTable = sections[sections.length - 1]!;
  nameTable.bytes = names.bytes();
  nameTable.sizeBytes = nameTable.bytes.length;

  const offsets = layOut(sections, EHDR_BYTES + PHDR_BYTES * segments.length);
  const headersAt = alignUp(offsets.end, 4);
  const out = new Uint8Array(headersAt + SHDR_BYTES * sections.length);
  const view = new DataView(out.buffer);
  writeHeader(view, image, headersAt);
  for (const [index, segment] of segments.entries()) writeSegment(view, EHDR_BYTES + PHDR_BYTES * index, segment);
  sections.forEach((section, index) => {
    if (section.bytes !== null && index > 0) out.set(section.bytes, offsets.starts[index]!);
    const at = headersAt + SHDR_BYTES * index;
    const words = [
      nameOffsets[index]!,
      section.type,
      section.flags,
      section.vaddr,
      index === 0 ? 0 : offsets.starts[index]!,
      section.sizeBytes,
      section.link,
      section.info,
      section.alignBytes,
      section.entryBytes,
    ];
    putWords(view, at, words);
  });
  return out;
}

function layOut(sections: readonly ImageSection[], headerBytes: number): { starts: number[]; end: number } {
  let end = headerBytes;
  for (const section of sections) {
    if (section.fileOffset !== undefined && section.bytes !== null) {
      end = Math.max(end, section.fileOffset + section.bytes.length);
    }
  }
  const starts = sections.map((section, index) => {
    if (section.fileOffset !== undefined) return section.fileOffset;
    if (index === 0 || section.bytes === null) return end;
    const start = alignUp(end, Math.max(1, section.alignBytes));
    end = start + section.bytes.length;
    return start;
  });
  return { starts, end };
}

function writeHeader(
  view: DataView,
  image: { type: number; entry: number; flags: number; segments: readonly unknown[]; sections: readonly unknown[] },
  sectionHeadersAt: number,
): void {
  for (const [at, byte] of [0x7f, 0x45, 0x4c, 0x46, 1, 1, 1].entries()) view.setUint8(at, byte);
  view.setUint16(16, image.type, true);
  view.setUint16(18, EM_RISCV, true);
  view.setUint32(20, 1, true);
  view.setUint32(24, image.entry, true);
  view.setUint32(28, image.segments.length > 0 ? EHDR_BYTES : 0, true);
  view.setUint32(32, sectionHeadersAt, true);
  view.setUint32(36, image.flags, true);
  view.setUint16(40, EHDR_BYTES, true);
  view.setUint16(42, image.segments.length > 0 ? PHDR_BYTES : 0, true);
  view.setUint16(44, image.segments.length, true);
  view.setUint16(46, SHDR_BYTES, true);
  view.setUint16(48, image.sections.length, true);
  view.setUint16(50, image.sections.length - 1, true);
}

function writeSegment(view: DataView, at: number, segment: ImageSegment): void {
  const { type, fileOffset, vaddr, fileBytes, memoryBytes, flags, alignBytes } = segment;
  putWords(view, at, [type, fileOffset, vaddr, vaddr, fileBytes, memoryBytes, flags, alignBytes]);
}

/** Rounds up to a multiple of `alignBytes`, a power of two or 1. */
export const alignUp = (value: number, alignBytes: number): number =>
  alignBytes <= 1 ? value : Math.ceil(value / alignBytes) * alignBytes;

function putWords(view: DataView, at: number, words: readonly number[]): void {
  for (const [index, word] of words.entries()) view.setUint32(at + 4 * index, word >>> 0, true);
}
