/**
 * The swap device: page-sized slots, and one queue of transfers that each take virtual time.
 *
 * A slot belongs to exactly one owner: to the PTEs that say "my page is in this slot" (`references`), or to the frame
 * that holds the same bytes (`frame`), from the start of a write until the frame is taken, or from the start of a read
 * until the page is written to. A frame that has a slot is the swap cache: the page can be had from either. Bytes are
 * copied when a transfer starts; what takes time is until the kernel hears of its end. Transfers are served one by one in
 * the order in which they came, each for as long as swap-timing.ts says.
 *
 * Slots are given out lowest first, so that a run is easy to follow; a transfer of several pages takes neighbouring ones.
 * A slot on which a transfer has failed is bad and is never given out again. One that could not be read stays with its
 * owners, who get an error for it, until the last of them lets go.
 */
import type { DeviceTiming } from "../costs.ts";
import { KernelPanic } from "../panic.ts";
import { type ReferenceSnapshot, References } from "./references.ts";
import { serviceTime, totalCycles } from "./swap-timing.ts";

export interface Transfer {
  readonly direction: "in" | "out";
  /** The first slot; page i of the transfer goes to or comes from slot + i … */
  readonly slot: number;
  /** … and from or to this frame. */
  readonly pfns: readonly number[];
  /** The slot that a process asked for; −1: none, the pages are fetched in advance. */
  readonly wantedSlot: number;
  /** Cycle at which the device reports that it is done. */
  readonly dueCycles: number;
  /** It will report an error. */
  readonly isFailed: boolean;
}

/** What a slot is. */
const Slot = { Free: 0, Used: 1, Unreadable: 2, Bad: 3 } as const;

export interface SwapSnapshot {
  readonly used: Uint8Array;
  readonly frame: Int32Array;
  readonly references: ReferenceSnapshot;
  readonly data: ReadonlyMap<number, Uint8Array>;
  readonly queue: readonly Transfer[];
  readonly usedSlots: number;
  readonly badSlots: number;
  readonly lowestFree: number;
  readonly track: number;
  readonly transfersIn: number;
  readonly transfersOut: number;
  readonly requests: number;
  readonly errors: number;
}

export class SwapDevice {
  readonly slots: number;
  /** Frame that holds a slot's bytes too, or −1. */
  readonly frame: Int32Array;
  readonly references: References;
  /** Slots in use, and slots that are bad. */
  usedSlots = 0;
  badSlots = 0;
  /** Pages read and written since boot. */
  transfersIn = 0;
  transfersOut = 0;
  /** Requests that carried them (each of one page or several), and how many of these failed. */
  requests = 0;
  errors = 0;

  readonly #used: Uint8Array;
  #lowestFree = 0;
  /** Where the arm of a disk stands after the last request of the queue. */
  #track = 0;
  #data = new Map<number, Uint8Array>();
  #queue: Transfer[] = [];
  readonly #timing: DeviceTiming;

  constructor(slots: number, timing: DeviceTiming) {
    this.slots = slots;
    this.frame = new Int32Array(slots).fill(-1);
    this.references = new References(slots);
    this.#used = new Uint8Array(slots);
    this.#timing = timing;
  }

  /** Slots that can still be given out. */
  get freeSlots(): number {
    return this.slots - this.usedSlots - this.badSlots;
  }

  /** Takes the lowest free slot for a frame; −1 when the device is full. */
  allocate(pfn: number): number {
    const slot = this.#nextFree(this.#lowestFree);
    this.#lowestFree = slot < 0 ? this.slots : slot + 1;
    if (slot >= 0) this.#take(slot, pfn);
    return slot;
  }

  /**
   * Takes neighbouring slots, one for each frame in order: the lowest run that holds them all, or the longest there is.
   * Returns the first slot and how many frames got one (0: the device is full).
   */
  allocateRun(pfns: readonly number[]): { slot: number; pages: number } {
    const found = pfns.length === 1 ? this.#single() : this.#findRun(pfns.length);
    for (let i = 0; i < found.pages; i++) this.#take(found.slot + i, pfns[i]);
    this.#lowestFree = this.#nextFree(this.#lowestFree);
    if (this.#lowestFree < 0) this.#lowestFree = this.slots;
    return found;
  }

  #single(): { slot: number; pages: number } {
    const slot = this.#nextFree(this.#lowestFree);
    return { slot, pages: slot < 0 ? 0 : 1 };
  }

  #findRun(pages: number): { slot: number; pages: number } {
    let best = { slot: -1, pages: 0 };
    for (let slot = this.#nextFree(this.#lowestFree); slot >= 0; ) {
      let end = slot + 1;
      while (end < this.slots && end - slot < pages && this.#used[end] === Slot.Free) end++;
      if (end - slot > best.pages) best = { slot, pages: end - slot };
      if (best.pages === pages) break;
      slot = this.#nextFree(end);
    }
    return best;
  }

  #nextFree(from: number): number {
    return from >= this.slots ? -1 : this.#used.indexOf(Slot.Free, from);
  }

  #take(slot: number, pfn: number): void {
    this.#used[slot] = Slot.Used;
    this.frame[slot] = pfn;
    this.usedSlots++;
  }

  /** Gives a slot back. Nothing may refer to it any more. */
  release(slot: number): void {
    if (!this.isUsed(slot) || this.references.count[slot] !== 0) {
      throw new KernelPanic(`swap slot ${slot} released while ${this.isUsed(slot) ? "referred to" : "free"}`);
    }
    const isBad = this.#used[slot] === Slot.Unreadable;
    this.#used[slot] = isBad ? Slot.Bad : Slot.Free;
    this.frame[slot] = -1;
    this.#data.delete(slot);
    this.usedSlots--;
    if (isBad) this.badSlots++;
    else if (slot < this.#lowestFree) this.#lowestFree = slot;
  }

  /** A transfer of this slot has failed: its bytes cannot be had, and when it is released it will be bad. */
  spoil(slot: number): void {
    this.#used[slot] = Slot.Unreadable;
  }

  isUsed(slot: number): boolean {
    return this.#used[slot] === Slot.Used || this.#used[slot] === Slot.Unreadable;
  }

  /** In use, but what was written there cannot be read. */
  isUnreadable(slot: number): boolean {
    return this.#used[slot] === Slot.Unreadable;
  }

  isBad(slot: number): boolean {
    return this.#used[slot] === Slot.Bad;
  }

  /** Could a transfer bring this slot's page in: a page that is nowhere else? */
  isFetchable(slot: number): boolean {
    return this.#used[slot] === Slot.Used && this.frame[slot] < 0 && this.references.count[slot] > 0;
  }

  /** Bytes in a slot, as /proc and the inspector may show them; undefined when it has never been written. */
  bytes(slot: number): Uint8Array | undefined {
    return this.#data.get(slot);
  }

  /** Puts other bytes into a slot at once, for a file whose page is there. */
  replaceBytes(slot: number, bytes: Uint8Array): void {
    this.#data.set(slot, bytes);
  }

  /** Starts writing frames to neighbouring slots from `slot` on. `bytes(i)` are those of page i. */
  startOut(slot: number, pfns: readonly number[], bytes: (i: number) => Uint8Array, now: number, fails: boolean): void {
    for (let i = 0; i < pfns.length; i++) this.#data.set(slot + i, bytes(i).slice());
    this.transfersOut += pfns.length;
    this.#enqueue("out", slot, pfns, -1, now, fails);
  }

  /** Starts reading neighbouring slots from `slot` on into frames. `bytes(i)` are those of page i. */
  startIn(
    slot: number,
    pfns: readonly number[],
    wantedSlot: number,
    bytes: (i: number) => Uint8Array,
    now: number,
    fails: boolean,
  ): void {
    for (let i = 0; i < pfns.length; i++) {
      const data = this.#data.get(slot + i);
      if (data === undefined) throw new KernelPanic(`swap slot ${slot + i} is read but was never written`);
      if (!fails) bytes(i).set(data);
    }
    this.transfersIn += pfns.length;
    this.#enqueue("in", slot, pfns, wantedSlot, now, fails);
  }

  #enqueue(
    direction: "in" | "out",
    slot: number,
    pfns: readonly number[],
    wantedSlot: number,
    nowCycles: number,
    isFailed: boolean,
  ): void {
    const last = this.#queue[this.#queue.length - 1];
    const begun = Math.max(nowCycles, last?.dueCycles ?? 0);
    const time = serviceTime(this.#timing, direction, slot, pfns.length, begun, this.#track);
    this.#track = time.track;
    this.requests++;
    if (isFailed) this.errors++;
    this.#queue.push({ direction, slot, pfns, wantedSlot, isFailed, dueCycles: begun + totalCycles(time) });
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
      badSlots: this.badSlots,
      lowestFree: this.#lowestFree,
      track: this.#track,
      transfersIn: this.transfersIn,
      transfersOut: this.transfersOut,
      requests: this.requests,
      errors: this.errors,
    };
  }

  restore(snapshot: SwapSnapshot): void {
    this.#used.set(snapshot.used);
    this.frame.set(snapshot.frame);
    this.references.restore(snapshot.references);
    this.#data = new Map(snapshot.data);
    this.#queue = [...snapshot.queue];
    this.usedSlots = snapshot.usedSlots;
    this.badSlots = snapshot.badSlots;
    this.#lowestFree = snapshot.lowestFree;
    this.#track = snapshot.track;
    this.transfersIn = snapshot.transfersIn;
    this.transfersOut = snapshot.transfersOut;
    this.requests = snapshot.requests;
    this.errors = snapshot.errors;
  }
}
