/**
 * Main memory: `frames` frames of 4 KiB from physical address 0, little-endian, without timing.
 *
 * One buffer with byte, half-word and word views over it. The buffer is zero when fresh and the host commits it lazily,
 * so 512 MiB cost nothing until they are written. A caller may pass the buffer in (a WebAssembly.Memory's, say). The
 * word views use the host's byte order: every host that runs Node or a browser today is little-endian, and the
 * constructor checks it.
 *
 * Left out: physical-memory attributes, parity, devices. Whatever lies outside RAM is an access fault (see mmu/).
 */
import { PAGE_BYTES } from "./bits.ts";

/** Largest RAM: 512 MiB. Keeps every physical address of RAM below 2^30, where a JS engine has its fast integers. */
export const MAX_FRAMES = 131072;

/** The frames that are not all zero, in ascending order, and their bytes one after the other. */
export interface RamSnapshot {
  readonly frames: number;
  readonly pfns: Int32Array;
  readonly bytes: Uint8Array;
}

export class Ram {
  /** Number of frames; physical addresses run from 0 to `bytes` − 1. */
  readonly frames: number;
  readonly bytes: number;
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;

  /**
   * @param frames 1 … MAX_FRAMES
   * @param buffer memory to live in; at least `byteOffset + frames * 4096` bytes. Fresh zeros when absent.
   * @param byteOffset where physical address 0 lies in the buffer; a multiple of 4
   */
  constructor(frames: number, buffer?: ArrayBufferLike, byteOffset = 0) {
    if (!Number.isInteger(frames) || frames < 1 || frames > MAX_FRAMES) {
      throw new RangeError(`RAM must have 1 … ${MAX_FRAMES} frames of 4 KiB, not ${frames}`);
    }
    if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) throw new Error("the host must be little-endian");
    this.frames = frames;
    this.bytes = frames * PAGE_BYTES;
    const memory = buffer ?? new ArrayBuffer(this.bytes);
    this.u8 = new Uint8Array(memory, byteOffset, this.bytes);
    this.u16 = new Uint16Array(memory, byteOffset, this.bytes / 2);
    this.i32 = new Int32Array(memory, byteOffset, this.bytes / 4);
  }

  /** The word at a physical address that is a multiple of 4 and inside RAM, as an unsigned number. */
  readWord(paddr: number): number {
    return this.i32[this.wordIndex(paddr)] >>> 0;
  }

  /** Stores a word at a physical address that is a multiple of 4 and inside RAM. */
  writeWord(paddr: number, value: number): void {
    this.i32[this.wordIndex(paddr)] = value;
  }

  /** A view (not a copy) of one frame's bytes. */
  frame(pfn: number): Uint8Array {
    if (!(pfn >= 0 && pfn < this.frames)) throw new RangeError(`frame ${pfn} is outside RAM (${this.frames} frames)`);
    return this.u8.subarray(pfn * PAGE_BYTES, (pfn + 1) * PAGE_BYTES);
  }

  /** Fills one frame with zeros. */
  zeroFrame(pfn: number): void {
    this.frame(pfn).fill(0);
  }

  /** Copies one frame onto another. */
  copyFrame(from: number, to: number): void {
    this.frame(to).set(this.frame(from));
  }

  /** A copy of everything that is not zero. */
  snapshot(): RamSnapshot {
    const words = PAGE_BYTES / 4;
    const used: number[] = [];
    for (let pfn = 0; pfn < this.frames; pfn++) {
      for (let at = pfn * words; at < (pfn + 1) * words; at++) {
        if (this.i32[at] !== 0) {
          used.push(pfn);
          break;
        }
      }
    }
    const bytes = new Uint8Array(used.length * PAGE_BYTES);
    for (const [index, pfn] of used.entries()) bytes.set(this.frame(pfn), index * PAGE_BYTES);
    return { frames: this.frames, pfns: Int32Array.from(used), bytes };
  }

  /** Makes memory what it was at the snapshot, byte for byte. Throws when the sizes differ. */
  restore(snapshot: RamSnapshot): void {
    if (snapshot.frames !== this.frames) {
      throw new RangeError(`a snapshot of ${snapshot.frames} frames does not fit a RAM of ${this.frames}`);
    }
    this.u8.fill(0);
    snapshot.pfns.forEach((pfn, index) => {
      this.u8.set(snapshot.bytes.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES), pfn * PAGE_BYTES);
    });
  }

  private wordIndex(paddr: number): number {
    if (!(paddr >= 0 && paddr < this.bytes) || paddr % 4 !== 0) {
      throw new RangeError(`no word at physical address 0x${paddr.toString(16)}`);
    }
    return paddr / 4;
  }
}
