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
 *
 * The standby list is eight lists, one for each page priority, as on Windows: pages of a lower one are taken before all of a
 * higher one. A page has the priority of the process that maps it, of several the highest; one that has been fetched in advance
 * has a low one until somebody wants it (M. Russinovich and others, Windows Internals, 7th edition, part 1, chapter 5, Page
 * priority).
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

/** Page priorities, 0 … 7. */
export const PRIORITIES = 8;
export const Priority = {
  /** Of pages that MADV_COLD or MADV_PAGEOUT has given up (MEMORY_PRIORITY_VERY_LOW). */
  Cold: 1,
  /** Most that a page has that was fetched in advance (MEMORY_PRIORITY_LOW). */
  Ahead: 2,
  /** Of a process, unless it is told otherwise (MEMORY_PRIORITY_NORMAL). */
  Default: 5,
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
  readonly priority: Uint8Array;
  readonly standby: Int32Array;
  readonly repurposed: Int32Array;
  readonly references: ReferenceSnapshot;
}

const NONE = -1;
/** States below have no list. */
const FIRST_LIST = Frame.Standby;
/** Lists: one for each state, that of standby for priority 0, and behind them those for priorities 1 … 7. */
const LISTS = FRAME_STATES.length + PRIORITIES - 1;
const standbyList = (priority: number): number => (priority === 0 ? Frame.Standby : FRAME_STATES.length + priority - 1);

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
  /** Page priority of what the frame holds; change it by setPriority. */
  readonly priority: Uint8Array;
  /** Frames on the standby list of each priority, and how many pages have been taken from each for another use since boot. */
  readonly standby = new Int32Array(PRIORITIES);
  readonly repurposed = new Int32Array(PRIORITIES);
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
  readonly #head = new Int32Array(LISTS).fill(NONE);
  readonly #tail = new Int32Array(LISTS).fill(NONE);

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
    this.priority = new Uint8Array(frames).fill(Priority.Default);
    this.references = new References(frames);
    this.#next = new Int32Array(frames).fill(NONE);
    this.#prev = new Int32Array(frames).fill(NONE);
    this.count[Frame.Kernel] = frames;
    for (let pfn = kernelFrames; pfn < frames; pfn++) this.move(pfn, free);
  }

  /** Oldest frame on a list, or −1; of standby that which is taken first: the oldest of the lowest priority. */
  oldest(state: number): number {
    return state === Frame.Standby ? this.oldestStandby(0) : this.#head[state];
  }

  /** Newest frame on a list other than standby, or −1. */
  newest(state: number): number {
    return this.#tail[state];
  }

  /** The frame after `pfn` on its list, or −1. That of standby goes on with the next priority. */
  following(pfn: number): number {
    const next = this.#next[pfn];
    return next !== NONE || this.state[pfn] !== Frame.Standby ? next : this.oldestStandby(this.priority[pfn] + 1);
  }

  /** Oldest frame on the standby lists of a priority and above, or −1. */
  oldestStandby(lowest: number): number {
    for (let priority = lowest; priority < PRIORITIES; priority++)
      if (this.standby[priority] > 0) return this.#head[standbyList(priority)];
    return NONE;
  }

  /** Gives what a frame holds another priority; a frame on the standby list goes to the end of the other one. */
  setPriority(pfn: number, priority: number): void {
    if (this.priority[pfn] === priority) return;
    const isStandby = this.state[pfn] === Frame.Standby;
    if (isStandby) this.#unlink(pfn, Frame.Standby);
    this.priority[pfn] = priority;
    if (isStandby) this.#link(pfn, Frame.Standby);
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

  /** The list that a frame is on, or will be, in a state. */
  #listOf(pfn: number, state: number): number {
    return state === Frame.Standby ? standbyList(this.priority[pfn]) : state;
  }

  #link(pfn: number, state: number): void {
    const list = this.#listOf(pfn, state);
    if (state === Frame.Standby) this.standby[this.priority[pfn]]++;
    const tail = this.#tail[list];
    this.#prev[pfn] = tail;
    this.#next[pfn] = NONE;
    if (tail === NONE) this.#head[list] = pfn;
    else this.#next[tail] = pfn;
    this.#tail[list] = pfn;
  }

  #unlink(pfn: number, state: number): void {
    const list = this.#listOf(pfn, state);
    const next = this.#next[pfn];
    const prev = this.#prev[pfn];
    if (prev === NONE) {
      if (this.#head[list] !== pfn) throw new KernelPanic(`frame ${pfn} is not on the list of its state`, { state });
      this.#head[list] = next;
    } else this.#next[prev] = next;
    if (next === NONE) this.#tail[list] = prev;
    else this.#prev[next] = prev;
    if (state === Frame.Standby) this.standby[this.priority[pfn]]--;
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
      priority: this.priority.slice(),
      standby: this.standby.slice(),
      repurposed: this.repurposed.slice(),
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
    this.priority.set(snapshot.priority);
    this.standby.set(snapshot.standby);
    this.repurposed.set(snapshot.repurposed);
    this.references.restore(snapshot.references);
    this.inHand.length = 0;
    this.pinned = NONE;
  }
}
