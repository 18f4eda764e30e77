/** The bytes of a static object while its initialiser is written into it: sparse, so that `int a[1000000] = {1}` stays small. */
import type { GlobalSymbol, LabelTarget, StaticPart, StringObject } from "../tree.ts";

const CHUNK_BYTES = 256;

type Target = GlobalSymbol | StringObject | LabelTarget;

export class StaticImage {
  private readonly chunks = new Map<number, Uint8Array>();
  private readonly addresses = new Map<number, { target: Target; addend: number; minus: LabelTarget | null }>();
  /** One past the last byte written. */
  end = 0;

  write(offset: number, bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) this.writeByte(offset + i, bytes[i]!);
  }

  private writeByte(offset: number, byte: number): void {
    this.addresses.delete(offset & ~3);
    this.end = Math.max(this.end, offset + 1);
    const chunk = Math.floor(offset / CHUNK_BYTES);
    let bytes = this.chunks.get(chunk);
    if (bytes === undefined) this.chunks.set(chunk, (bytes = new Uint8Array(CHUNK_BYTES)));
    bytes[offset % CHUNK_BYTES] = byte;
  }

  private readByte(offset: number): number {
    return this.chunks.get(Math.floor(offset / CHUNK_BYTES))?.[offset % CHUNK_BYTES] ?? 0;
  }

  writeInteger(offset: number, size: number, value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    for (let i = 0; i < size; i++) {
      this.writeByte(offset + i, Number(rest & 0xffn));
      rest >>= 8n;
    }
  }

  /** Writes `width` bits from bit `bit` of the byte at `offset` on, and touches no byte besides theirs. */
  writeBits(offset: number, bit: number, width: number, value: bigint): void {
    for (let i = 0; i < width; i++) {
      const at = offset + ((bit + i) >> 3);
      const mask = 1 << ((bit + i) & 7);
      const isSet = ((value >> BigInt(i)) & 1n) === 1n;
      this.writeByte(at, isSet ? this.readByte(at) | mask : this.readByte(at) & ~mask);
    }
  }

  /** The bits of a long double. */
  writeQuad(offset: number, bits: bigint): void {
    const view = new DataView(new ArrayBuffer(16));
    view.setBigUint64(0, BigInt.asUintN(64, bits), true);
    view.setBigUint64(8, bits >> 64n, true);
    this.write(offset, new Uint8Array(view.buffer));
  }

  writeFloat(offset: number, size: 4 | 8, value: number): void {
    const view = new DataView(new ArrayBuffer(16));
    if (size === 4) view.setFloat32(0, value, true);
    else view.setFloat64(0, value, true);
    this.write(offset, new Uint8Array(view.buffer, 0, size));
  }

  writeAddress(offset: number, target: Target, addend: number, minus: LabelTarget | null = null): void {
    this.writeInteger(offset, 4, 0n);
    this.addresses.set(offset, { target, addend, minus });
  }

  /** The parts in ascending order; runs of zeros at chunk ends are left out. */
  parts(): StaticPart[] {
    const parts: StaticPart[] = [];
    for (const [chunk, bytes] of this.chunks) {
      let start = 0;
      let end = CHUNK_BYTES;
      while (start < end && bytes[start] === 0) start++;
      while (end > start && bytes[end - 1] === 0) end--;
      if (end > start)
        parts.push({ kind: "bytes", offset: chunk * CHUNK_BYTES + start, bytes: bytes.slice(start, end) });
    }
    for (const [offset, { target, addend, minus }] of this.addresses)
      parts.push({ kind: "address", offset, bytes: 4, target, addend, minus });
    return this.split(parts.sort((a, b) => a.offset - b.offset));
  }

  /** Cuts byte runs where an address stands inside them. */
  private split(parts: readonly StaticPart[]): StaticPart[] {
    const out: StaticPart[] = [];
    const holes = [...this.addresses.keys()].sort((a, b) => a - b);
    for (const part of parts) {
      if (part.kind === "address") {
        out.push(part);
        continue;
      }
      let from = part.offset;
      const end = part.offset + part.bytes.length;
      for (const hole of holes) {
        if (hole + 4 <= from || hole >= end) continue;
        if (hole > from)
          out.push({ kind: "bytes", offset: from, bytes: part.bytes.slice(from - part.offset, hole - part.offset) });
        from = hole + 4;
      }
      if (from < end) out.push({ kind: "bytes", offset: from, bytes: part.bytes.slice(from - part.offset) });
    }
    return out.sort((a, b) => a.offset - b.offset);
  }
}
