/**
 * A fingerprint of everything that determines how a machine goes on: registers, counters, RAM, TLB, and all that the
 * kernel knows: processes, page lists in their order, swap slots, files, transfers and timers under way. Two machines
 * with equal hashes are in the same state (by 64 bits), on whatever host or engine they got there.
 *
 * Not a cryptographic hash: it finds mistakes and drift, it proves nothing against someone who wants it to agree.
 */
import { PAGE_BYTES } from "../emulator/bits.ts";
import type { Machine } from "./machine.ts";

/** Fields that say how a state is represented and nothing about the state: who may change a file's bytes in place. */
const REPRESENTATION = new Set(["owned", "tableShared"]);

/** Two lanes of multiply-and-rotate over 32-bit words, with the finisher of MurmurHash3's author applied at the end. */
class Hasher {
  private a = 0x9747b28c | 0;
  private b = 0x3c6ef372 | 0;
  private readonly seen = new Map<object, number>();
  private readonly double = new DataView(new ArrayBuffer(8));

  word(value: number): void {
    this.a = Math.imul(this.a ^ value, 0x01000193);
    this.a = (this.a << 13) | (this.a >>> 19);
    this.b = (Math.imul(this.b, 0x85ebca6b) + value) | 0;
    this.b ^= this.b >>> 15;
  }

  number(value: number): void {
    if ((value | 0) === value) return this.word(value);
    this.double.setFloat64(0, value);
    this.word(this.double.getInt32(0));
    this.word(this.double.getInt32(4));
  }

  text(value: string): void {
    this.word(value.length);
    for (let i = 0; i < value.length; i++) this.word(value.charCodeAt(i));
  }

  bytes(value: Uint8Array): void {
    this.word(value.length);
    for (let i = 0; i < value.length; i++) this.word(value[i]);
  }

  words(value: Int32Array): void {
    this.word(value.length);
    for (let i = 0; i < value.length; i++) this.word(value[i]);
  }

  /** Plain data of any depth. An object that is met twice counts as a reference to itself, so that sharing shows. */
  value(value: unknown): void {
    switch (typeof value) {
      case "number":
        this.word(1);
        return this.number(value);
      case "string":
        this.word(2);
        return this.text(value);
      case "boolean":
        return this.word(value ? 3 : 4);
      case "undefined":
        return this.word(5);
      case "object":
        return value === null ? this.word(6) : this.object(value);
      default:
        throw new Error(`the state holds a ${typeof value}, which is no plain data`);
    }
  }

  private object(value: object): void {
    if (value instanceof Uint8Array) {
      this.word(7);
      return this.bytes(value);
    }
    if (ArrayBuffer.isView(value)) {
      if (value instanceof Int32Array) return this.words(value);
      const numbers = value as unknown as ArrayLike<number>;
      this.word(8);
      this.word(numbers.length);
      for (let i = 0; i < numbers.length; i++) this.number(numbers[i]);
      return;
    }
    const known = this.seen.get(value);
    if (known !== undefined) {
      this.word(9);
      return this.word(known);
    }
    this.seen.set(value, this.seen.size);
    if (value instanceof Map || value instanceof Set) return this.list(value instanceof Map ? 10 : 11, [...value]);
    if (Array.isArray(value)) return this.list(12, value);
    const fields = Object.entries(value).filter(([name]) => !REPRESENTATION.has(name));
    fields.sort(([left], [right]) => (left < right ? -1 : 1));
    this.word(13);
    this.word(fields.length);
    for (const [name, field] of fields) {
      this.text(name);
      this.value(field);
    }
  }

  private list(tag: number, items: readonly unknown[]): void {
    this.word(tag);
    this.word(items.length);
    for (const item of items) {
      // The pairs of a Map are made for this loop: they are no objects of the state.
      if (tag === 10) for (const part of item as [unknown, unknown]) this.value(part);
      else this.value(item);
    }
  }

  finish(): string {
    const mix = (lane: number): string => {
      let h = lane;
      h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
      h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
      return ((h ^ (h >>> 16)) >>> 0).toString(16).padStart(8, "0");
    };
    return mix(this.a) + mix(this.b ^ this.a);
  }
}

/** Hash of plain data, 16 hexadecimal digits. */
export function hashData(data: unknown): string {
  const hasher = new Hasher();
  hasher.value(data);
  return hasher.finish();
}

/** Hash of bytes, for programs and files. */
export function hashBytes(bytes: Uint8Array): string {
  const hasher = new Hasher();
  hasher.bytes(bytes);
  return hasher.finish();
}

function isZero(words: Int32Array): boolean {
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false;
  return true;
}

/** The parts of a machine's state by name, each with its hash: to say where two states differ. */
export function stateHashes(machine: Machine): Record<string, string> {
  const { kernel, hart, mmu, ram } = machine;
  const { frames, swap, policy, files, graph } = kernel.snapshot();
  const memory = new Hasher();
  const words = PAGE_BYTES / 4;
  for (let pfn = 0; pfn < ram.frames; pfn++) {
    const page = ram.i32.subarray(pfn * words, (pfn + 1) * words);
    if (isZero(page)) continue;
    memory.word(pfn);
    memory.words(page);
  }
  return {
    machine: hashData(machine.snapshot()),
    hart: hashData(hart.snapshot()),
    tlb: hashData(mmu.tlb.snapshot()),
    ram: memory.finish(),
    frames: hashData(frames),
    swap: hashData(swap),
    policy: hashData(policy),
    files: hashData(files),
    processes: hashData(graph),
  };
}

/** Hash of the whole state, 16 hexadecimal digits. */
export const stateHash = (machine: Machine): string => hashData(stateHashes(machine));
