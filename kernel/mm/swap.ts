/**
 * The swap device: page-sized slots, and one queue of transfers that each take virtual time.
 *
 * A slot belongs to exactly one owner: to the PTEs that say "my page is in this slot" (`references`), or to the frame
 * that holds the same bytes (`frame`), from the start of a write until the frame is taken, or from the start of a read
 * until the page is written to. Bytes are copied when a transfer starts; what takes time is until the kernel hears of its
 * end. Slots are given out lowest first, so that a run is easy to follow.
 *
 * Left out: clustering, read-ahead, errors of the device.
 */
import { KernelPanic } from "../panic.ts";
import { type ReferenceSnapshot, References } from "./references.ts";

export interface Transfer {
  readonly direction: "in" | "out";
  readonly pfn: number;
  readonly slot: number;
  /** Cycle at which the device reports that it is done. */
  readonly dueCycles: number;
}

export interface SwapSnapshot {
  readonly used: Uint8Array;
  readonly frame: Int32Array;
  readonly references: ReferenceSnapshot;
  readonly data: ReadonlyMap<number, Uint8Array>;
  readonly queue: readonly Transfer[];
  readonly usedSlots: number;
  readonly lowestFree: number;
  readonly transfersIn: number;
  readonly transfersOut: number;
}

export class SwapDevice {
  readonly slots: number;
  /** Frame that holds a slot's bytes too, or −1. */
  readonly frame: Int32Array;
  readonly references: References;
  /** Slots in use. */
  usedSlots = 0;
  /** Pages read and written since boot. */
  transfersIn = 0;
  transfersOut = 0;

  readonly #used: Uint8Array;
  #lowestFree = 0;
  #data = new Map<number, Uint8Array>();
  #queue: Transfer[] = [];
  readonly #transferCycles: number;

  constructor(slots: number, transferCycles: number) {
    this.slots = slots;
    this.frame = new Int32Array(slots).fill(-1);
    this.references = new References(slots);
    this.#used = new Uint8Array(slots);
    this.#transferCycles = transferCycles;
  }

  /** Takes the lowest free slot for a frame; −1 when the device is full. */
  allocate(pfn: number): number {
    let slot = this.#lowestFree;
    while (slot < this.slots && this.#used[slot] !== 0) slot++;
    if (slot >= this.slots) {
      this.#lowestFree = this.slots;
      return -1;
    }
    this.#lowestFree = slot + 1;
    this.#used[slot] = 1;
    this.frame[slot] = pfn;
    this.usedSlots++;
    return slot;
  }

  /** Gives a slot back. Nothing may refer to it any more. */
  release(slot: number): void {
    if (this.#used[slot] === 0 || this.references.count[slot] !== 0) {
      throw new KernelPanic(`swap slot ${slot} released while ${this.#used[slot] === 0 ? "free" : "referred to"}`);
    }
    this.#used[slot] = 0;
    this.frame[slot] = -1;
    this.#data.delete(slot);
    this.usedSlots--;
    if (slot < this.#lowestFree) this.#lowestFree = slot;
  }

  isUsed(slot: number): boolean {
    return this.#used[slot] !== 0;
  }

  /** Bytes in a slot, as /proc and the inspector may show them; undefined when it has never been written. */
  bytes(slot: number): Uint8Array | undefined {
    return this.#data.get(slot);
  }

  /** Starts writing a frame's bytes to its slot. Returns the cycle at which it will be done. */
  startOut(slot: number, pfn: number, bytes: Uint8Array, nowCycles: number): number {
    this.#data.set(slot, bytes.slice());
    this.transfersOut++;
    return this.#enqueue("out", pfn, slot, nowCycles);
  }

  /** Starts reading a slot into a frame's bytes. */
  startIn(slot: number, pfn: number, bytes: Uint8Array, nowCycles: number): number {
    const data = this.#data.get(slot);
    if (data === undefined) throw new KernelPanic(`swap slot ${slot} is read but was never written`);
    bytes.set(data);
    this.transfersIn++;
    return this.#enqueue("in", pfn, slot, nowCycles);
  }

  #enqueue(direction: "in" | "out", pfn: number, slot: number, nowCycles: number): number {
    const last = this.#queue[this.#queue.length - 1];
    const dueCycles = Math.max(nowCycles, last?.dueCycles ?? 0) + this.#transferCycles;
    this.#queue.push({ direction, pfn, slot, dueCycles });
    return dueCycles;
  }

  /** When the transfer in front will be done; Infinity when the device is idle. */
  get dueCycles(): number {
    return this.#queue.length === 0 ? Number.POSITIVE_INFINITY : this.#queue[0].dueCycles;
  }

  /** Transfers under way. */
  get queue(): readonly Transfer[] {
    return this.#queue;
  }

  /** Takes the transfer in front off the queue if it is done by `nowCycles`. */
  takeDone(nowCycles: number): Transfer | undefined {
    return this.dueCycles <= nowCycles ? this.#queue.shift() : undefined;
  }

  snapshot(): SwapSnapshot {
    return {
      used: this.#used.slice(),
      frame: this.frame.slice(),
      references: this.references.snapshot(),
      // The bytes of a slot are replaced as a whole, never changed in place: sharing them is safe.
      data: new Map(this.#data),
      queue: [...this.#queue],
      usedSlots: this.usedSlots,
      lowestFree: this.#lowestFree,
      transfersIn: this.transfersIn,
      transfersOut: this.transfersOut,
    };
  }

  restore(snapshot: SwapSnapshot): void {
    this.#used.set(snapshot.used);
    this.frame.set(snapshot.frame);
    this.references.restore(snapshot.references);
    this.#data = new Map(snapshot.data);
    this.#queue = [...snapshot.queue];
    this.usedSlots = snapshot.usedSlots;
    this.#lowestFree = snapshot.lowestFree;
    this.transfersIn = snapshot.transfersIn;
    this.transfersOut = snapshot.transfersOut;
  }
}
