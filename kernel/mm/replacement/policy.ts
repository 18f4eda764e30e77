/**
 * The one door behind which every replacement policy stands. A policy is told which frames come to hold resident pages
 * and which cease to, and is asked for a victim. What it knows of use is what hardware tells: A and D bits, through the
 * view. Its state is plain data; it never changes a frame itself, except by clearing A bits through the view and by asking
 * for a page to be written.
 */

/** What a policy may see and do. Frames are those it has been told of by `loaded`. */
export interface FrameView {
  /** May the frame be taken now? `space` −1: by anyone whose working set stays above its minimum; −2: by anyone; else only pages that this address space maps count. */
  isCandidate(pfn: number, space: number): boolean;
  /** The A bit of any valid PTE that maps it is set. */
  isAccessed(pfn: number): boolean;
  /** Clears the A bits of every valid PTE that maps it, and fences them out of the TLB. */
  clearAccessed(pfn: number): void;
  /** Giving it away would need a write to swap: a D bit is set, or no copy exists. */
  isModified(pfn: number): boolean;
  /** Which page the frame holds: a number ≥ 0 that the page keeps while it is out of memory. */
  pageOf(pfn: number): number;
  /** CPU time in cycles (references, in the simulator) that the process whose page it is has had so far. */
  virtualTime(pfn: number): number;
  /** Starts writing a modified page out while it stays mapped. False when that cannot be done now. */
  startCleaning(pfn: number): boolean;
}

/** In place of a page's number: none, or not known. */
export const NO_PAGE = -1;

export interface ReplacementPolicy {
  readonly name: string;
  /** One line for people: what it does, and by what bits. */
  readonly description: string;
  /** Cycles between two calls of `sample`; 0 when it needs none. */
  readonly sampleCycles: number;
  /** A frame now holds a resident page (fresh, fetched, or back by a soft fault). */
  loaded(pfn: number, view: FrameView): void;
  /** A frame holds no resident page any more. `page`: which it held, if it may come back; NO_PAGE when it is gone for good. */
  removed(pfn: number, page: number): void;
  /**
   * A victim among the candidates, or −1 when there is none. The kernel calls `removed` when it does take it. `incoming` is
   * the page that the frame is wanted for, NO_PAGE (the default) when that is not known.
   */
  choose(view: FrameView, space: number, incoming?: number): number;
  /** Looks at the A bits now and then (aging, LRU). */
  sample(view: FrameView): void;
  /** Candidates looked at by the last `choose`. */
  readonly scanned: number;
  /** Why the last choice was made, for people. */
  readonly reason: string;
  /** State as plain data, and back. */
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}

/** Cycles between two looks at the A bits: half a millisecond of virtual time, four to a default quantum. */
export const SAMPLE_CYCLES = 50_000;
