/**
 * The one door behind which every replacement policy stands. A policy is told which frames come to hold resident pages
 * and which cease to, and is asked for a victim. What it knows of use is what hardware tells: A and D bits, through the
 * view. Its state is plain data; it never changes a frame itself, except by clearing A bits through the view.
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
}

export interface ReplacementPolicy {
  readonly name: string;
  /** One line for people: what it does, and by what bits. */
  readonly description: string;
  /** Cycles between two calls of `sample`; 0 when it needs none. */
  readonly sampleCycles: number;
  /** A frame now holds a resident page (fresh, fetched, or back by a soft fault). */
  loaded(pfn: number): void;
  /** A frame holds no resident page any more. */
  removed(pfn: number): void;
  /** A victim among the candidates, or −1 when there is none. The kernel calls `removed` when it does take it. */
  choose(view: FrameView, space: number): number;
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
