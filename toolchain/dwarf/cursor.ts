/** Reads little-endian numbers, LEB128 and strings out of a section. Reading past the end throws `DwarfError`. */

/** The debug information is broken or of a kind that is not understood; `read.ts` turns it into a result. */
export class DwarfError extends Error {}

export class Cursor {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
  private readonly view: DataView;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = Math.min(end, bytes.length);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (at < 0 || at > bytes.length) throw new DwarfError(`offset ${at} lies outside of its section`);
  }

  get atEnd(): boolean {
    return this.at >= this.end;
  }

  private take(count: number): number {
    const start = this.at;
    if (count < 0 || start + count > this.end) throw new DwarfError("the debug information ends too early");
    this.at = start + count;
    return start;
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  i8(): number {
    return this.view.getInt8(this.take(1));
  }

  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  u64(): bigint {
    return this.view.getBigUint64(this.take(8), true);
  }

  /** Unsigned LEB128; past 53 bits the value loses precision. */
  uleb(): number {
    let result = 0;
    let scale = 1;
    for (;;) {
      const byte = this.u8();
      result += (byte & 0x7f) * scale;
      if ((byte & 0x80) === 0) return result;
      scale *= 128;
    }
  }

  sleb(): number {
    let result = 0;
    let scale = 1;
    for (;;) {
      const byte = this.u8();
      result += (byte & 0x7f) * scale;
      scale *= 128;
      if ((byte & 0x80) === 0) return (byte & 0x40) !== 0 ? result - scale : result;
    }
  }

  string(): string {
    const start = this.at;
    const zero = this.bytes.indexOf(0, start);
    if (zero < 0 || zero >= this.end) throw new DwarfError("a string has no end");
    this.at = zero + 1;
    return new TextDecoder().decode(this.bytes.subarray(start, zero));
  }

  block(count: number): Uint8Array {
    const start = this.take(count);
    return this.bytes.subarray(start, start + count);
  }

  /** The length that opens a unit, and a cursor over the rest of that unit. Only the 32-bit form. */
  unit(): Cursor {
    const length = this.u32();
    if (length >= 0xfffffff0) throw new DwarfError("64-bit DWARF is not supported");
    const start = this.take(length);
    return new Cursor(this.bytes, start, start + length);
  }
}

/** Looks up a section's bytes by name; null when the file has none. */
export type Sections = (name: string) => Uint8Array | null;

export const sectionOrEmpty = (sections: Sections, name: string): Uint8Array => sections(name) ?? new Uint8Array(0);

export function stringAt(bytes: Uint8Array, offset: number): string {
  return new Cursor(bytes, offset).string();
}
