/**
 * The frame database: one record for each frame of RAM, in parallel typed arrays, and the lists that frames wait on.
 *
 *     kernel      holds the kernel's own image; taken at boot, never given back
 *     page-table  holds a page table
 *     active      a page of some process, mapped by `mapped` ≥ 1 valid PTEs (or in the kernel's hand for a moment)
 *     transition  a transfer to or from swap is under way or has just ended; on no list
 *     standby     unmapped, contents intact, a copy exists elsewhere: may come back (soft fault) or be taken
 *     modified    unmapped, contents intact, no copy elsewhere: has to be written to swap before it may be taken
 *     dirty       free, with old bytes in it
 *     zeroed      free, and filled with zeros
 *
 * The four lists at the end are doubly linked through `next` and `prev`, oldest at the head. This class keeps frames on
 * exactly one of them, and nothing more: what a change of state means for PTEs stands in pages.ts and reclaim.ts.
 */
import { KernelPanic } from "../panic.ts";
import { type ReferenceSnapshot, References } from "./references.ts";

/** States in the order of FrameState in events.ts. */
export const Frame = {
  Kernel: 0,
  PageTable: 1,
  Active: 2,
  Transition: 3,
  Standby: 4,
  Modified: 5,
  Dirty: 6,
  Zeroed: 7,
} as const;

/** Names by state number, as events and views show them. */
export const FRAME_STATES = [
  "kernel",
  "page-table",
  "active",
  "transition",
  "standby",
  "modified",
  "dirty",
  "zeroed",
] as const;

/** Where the same bytes can be had again if the frame is given away. A set D bit in any PTE overrules it. */
export const Copy = {
  /** Nowhere: the page would have to be written to swap. */
  None: 0,
  /** It has never been written: another zeroed frame is as good. */
  Zero: 1,
  /** In the file that it maps. */
  File: 2,
  /** In swap slot `slot`. */
  Swap: 3,
} as const;

/** Transfers in flight for a frame. */
export const Flight = {
  None: 0,
  /** To swap. */
  Out: 1,
  /** From swap. */
  In: 2,
  /** To swap, but the page has been written since it set out: the slot will be useless. */
  OutStale: 3,
} as const;

/** Kinds of fault that get a page a frame: the rows of the table of sources. */
export const SOURCE_ROWS = ["zero-fill", "file", "cow", "hard", "soft"] as const;
/**
 * Where the frame came from: the columns. The first four are lists and eviction, in the order in which they are tried; a soft
 * fault's own frame comes back from the states `standby` and on, `shared` being one that others have mapped.
 */
export const SOURCES = ["zeroed", "dirty", "evicted", "standby", "modified", "transition", "shared"] as const;
export const Source = { Zeroed: 0, Dirty: 1, Evicted: 2, Standby: 3, Modified: 4, Transition: 5, Shared: 6 } as const;

export interface FramesSnapshot {
  readonly state: Uint8Array;
  readonly copy: Uint8Array;
  readonly flight: Uint8Array;
  readonly slot: Int32Array;
  readonly mapped: Int32Array;
  readonly next: Int32Array;
  readonly prev: Int32Array;
  readonly head: Int32Array;
  readonly tail: Int32Array;
  readonly count: Int32Array;
  readonly peakActive: number;
  readonly sources: Int32Array;
  readonly used: Uint8Array;
  readonly references: ReferenceSnapshot;
}

const NONE = -1;
/** States below have no list. */
const FIRST_LIST = Frame.Standby;

export class FrameDatabase {
  readonly frames: number;
  readonly state: Uint8Array;
  readonly copy: Uint8Array;
  readonly flight: Uint8Array;
  /** Swap slot that belongs to the frame (its copy, or the target of a write in flight), or −1. */
  readonly slot: Int32Array;
  /** Valid PTEs that map the frame. */
  readonly mapped: Int32Array;
  /** Who has not yet been told of a use that an A bit has shown (use.ts): a bit for each reader. */
  readonly used: Uint8Array;
  /** All PTEs that refer to the frame, valid or in transition. */
  readonly references: References;
  /** Frames in each state. */
  readonly count = new Int32Array(FRAME_STATES.length);
  /** Most frames that were ever active at once. */
  peakActive = 0;
  /** Faults by kind (SOURCE_ROWS) and by where their frame came from (SOURCES), row by row. */
  readonly sources = new Int32Array(SOURCE_ROWS.length * SOURCES.length);
  /** Source of the frame that was taken last for a page, or −1; within one fault only. */
  lastSource = NONE;
  /** Frames that have left their list and have no PTE yet: the kernel holds them in its hand, within one trap only. */
  readonly inHand: number[] = [];
  /** Frame that replacement must leave alone just now (the source of a copy), or −1. */
  pinned = NONE;

  readonly #next: Int32Array;
  readonly #prev: Int32Array;
  readonly #head = new Int32Array(FRAME_STATES.length).fill(NONE);
  readonly #tail = new Int32Array(FRAME_STATES.length).fill(NONE);

  /**
   * @param frames all of RAM
   * @param kernelFrames the first so many are the kernel's
   * @param free where the rest starts: RAM is zero at power-on, so `Zeroed` is the truth and `Dirty` is caution
   */
  constructor(frames: number, kernelFrames: number, free: typeof Frame.Zeroed | typeof Frame.Dirty) {
    this.frames = frames;
    this.state = new Uint8Array(frames);
    this.copy = new Uint8Array(frames);
    this.flight = new Uint8Array(frames);
    this.slot = new Int32Array(frames).fill(NONE);
    this.mapped = new Int32Array(frames);
    this.used = new Uint8Array(frames);
    this.references = new References(frames);
    this.#next = new Int32Array(frames).fill(NONE);
    this.#prev = new Int32Array(frames).fill(NONE);
    this.count[Frame.Kernel] = frames;
    for (let pfn = kernelFrames; pfn < frames; pfn++) this.move(pfn, free);
  }

  /** Oldest frame on a list, or −1. */
  oldest(state: number): number {
    return this.#head[state];
  }

  /** Newest frame on a list, or −1. */
  newest(state: number): number {
    return this.#tail[state];
  }

  /** The frame after `pfn` on its list, or −1. */
  following(pfn: number): number {
    return this.#next[pfn];
  }

  /** Puts a frame into another state, at the end of that state's list if it has one. */
  move(pfn: number, to: number): void {
    const from = this.state[pfn];
    if (from >= FIRST_LIST) this.#unlink(pfn, from);
    this.count[from]--;
    this.count[to]++;
    if (to === Frame.Active && this.count[to] > this.peakActive) this.peakActive = this.count[to];
    this.state[pfn] = to;
    if (to >= FIRST_LIST) this.#link(pfn, to);
  }

  /** Frames that a fault can have without waiting for the swap device. */
  get availableFrames(): number {
    return this.count[Frame.Zeroed] + this.count[Frame.Dirty] + this.count[Frame.Standby];
  }

  /** Counts a fault of one of SOURCE_ROWS under the source of the frame that it got. */
  countSource(row: number): void {
    if (this.lastSource >= 0) this.sources[row * SOURCES.length + this.lastSource]++;
  }

  #link(pfn: number, state: number): void {
    const tail = this.#tail[state];
    this.#prev[pfn] = tail;
    this.#next[pfn] = NONE;
    if (tail === NONE) this.#head[state] = pfn;
    else this.#next[tail] = pfn;
    this.#tail[state] = pfn;
  }

  #unlink(pfn: number, state: number): void {
    const next = this.#next[pfn];
    const prev = this.#prev[pfn];
    if (prev === NONE) {
      if (this.#head[state] !== pfn) throw new KernelPanic(`frame ${pfn} is not on the list of its state`, { state });
      this.#head[state] = next;
    } else this.#next[prev] = next;
    if (next === NONE) this.#tail[state] = prev;
    else this.#prev[next] = prev;
  }

  snapshot(): FramesSnapshot {
    return {
      state: this.state.slice(),
      copy: this.copy.slice(),
      flight: this.flight.slice(),
      slot: this.slot.slice(),
      mapped: this.mapped.slice(),
      next: this.#next.slice(),
      prev: this.#prev.slice(),
      head: this.#head.slice(),
      tail: this.#tail.slice(),
      count: this.count.slice(),
      peakActive: this.peakActive,
      sources: this.sources.slice(),
      used: this.used.slice(),
      references: this.references.snapshot(),
    };
  }

  restore(snapshot: FramesSnapshot): void {
    this.state.set(snapshot.state);
    this.copy.set(snapshot.copy);
    this.flight.set(snapshot.flight);
    this.slot.set(snapshot.slot);
    this.mapped.set(snapshot.mapped);
    this.#next.set(snapshot.next);
    this.#prev.set(snapshot.prev);
    this.#head.set(snapshot.head);
    this.#tail.set(snapshot.tail);
    this.count.set(snapshot.count);
    this.peakActive = snapshot.peakActive;
    this.sources.set(snapshot.sources);
    this.used.set(snapshot.used);
    this.references.restore(snapshot.references);
    this.inHand.length = 0;
    this.pinned = NONE;
  }
}
