/**
 * The modelled TLB: unified (instructions and data), set-associative, tagged with ASIDs, holding 4 KiB and 4 MiB
 * entries side by side.
 *
 * A 4 KiB page lives in set `vpn mod sets`, a superpage in set `(vpn >> 10) mod sets`; a lookup probes both. An empty way
 * is filled first, the lowest-numbered one; when there is none the policy picks the victim: `fifo` the entry filled
 * longest ago, `lru` the one used longest ago, `random` by a seeded generator. Left out: separate instruction and data
 * TLBs, a second level, prefetching.
 *
 * An entry is four numbers at the same index of four arrays:
 *
 *     tags    −1 empty, else   28        20 19            0
 *                             │   ASID     │     VPN       │   (of a superpage: its first page)
 *     flags   PTE bits R W X U G A D where pte.ts has them, and bit 8 for a superpage
 *     bases   physical address of the page's first byte
 *     stamps  when it was filled (fifo) or last used (lru), in ticks of `clock`
 */
import { PAGE_BYTES } from "../bits.ts";
import { PTE_G } from "../pte.ts";

export type TlbReplacement = "fifo" | "lru" | "random";

export interface TlbOptions {
  /** Number of sets, a power of two. */
  sets: number;
  /** Entries in a set, 1 or more. */
  ways: number;
  replacement: TlbReplacement;
  /** Seed of `random`; any integer. */
  seed: number;
}

/** 64 entries, 4-way: the size of a small core's unified TLB. */
export const DEFAULT_TLB: TlbOptions = { sets: 16, ways: 4, replacement: "fifo", seed: 1 };

/** In `flags`: the entry maps 4 MiB. */
export const TLB_SUPERPAGE = 1 << 8;
/** In `tags`: nothing here. */
export const EMPTY_TAG = -1;
/** Low bits of a tag: the VPN. */
const TAG_VPN = 0xfffff;
/** Low bits of a VPN that choose the page within a superpage. */
const SUPERPAGE_VPN = 0x3ff;

/** One entry as people and tests see it. */
export interface TlbEntry {
  readonly set: number;
  readonly way: number;
  readonly vpn: number;
  readonly pfn: number;
  readonly asid: number;
  readonly flags: number;
  readonly superpage: boolean;
  readonly global: boolean;
}

export interface TlbSnapshot {
  readonly tags: Int32Array;
  readonly flags: Int32Array;
  readonly bases: Float64Array;
  readonly stamps: Float64Array;
  readonly clock: number;
  readonly random: number;
  readonly hits: number;
  readonly misses: number;
  readonly flushes: number;
}

/** The tag of a 4 KiB page. */
export const tlbTag = (asid: number, vpn: number): number => (asid << 20) | vpn;

export class Tlb {
  readonly sets: number;
  readonly ways: number;
  readonly replacement: TlbReplacement;
  readonly tags: Int32Array;
  readonly flags: Int32Array;
  readonly bases: Float64Array;
  readonly stamps: Float64Array;

  /** Lookups answered by an entry. */
  hits = 0;
  /** Lookups that started a walk: no entry, or a store through an entry whose D bit is clear. */
  misses = 0;
  /** Fences executed, whatever they dropped. */
  flushes = 0;

  private clock = 0;
  private random: number;

  constructor(options: Partial<TlbOptions> = {}) {
    const { sets, ways, replacement, seed } = { ...DEFAULT_TLB, ...options };
    if (!Number.isInteger(sets) || sets < 1 || sets > 65536 || (sets & (sets - 1)) !== 0) {
      throw new RangeError(`the TLB's sets must be a power of two from 1 to 65536, not ${sets}`);
    }
    if (!Number.isInteger(ways) || ways < 1 || ways > 1024) {
      throw new RangeError(`the TLB's ways must be from 1 to 1024, not ${ways}`);
    }
    this.sets = sets;
    this.ways = ways;
    this.replacement = replacement;
    const entries = sets * ways;
    this.tags = new Int32Array(entries).fill(EMPTY_TAG);
    this.flags = new Int32Array(entries);
    this.bases = new Float64Array(entries);
    this.stamps = new Float64Array(entries);
    this.random = seed | 0 || 1;
  }

  /** The set in which a 4 KiB page lives. */
  setOf(vpn: number): number {
    return vpn & (this.sets - 1);
  }

  /** Index of the entry that maps a page, or −1. Counts nothing and touches nothing. */
  find(asid: number, vpn: number): number {
    const small = this.findIn(vpn & (this.sets - 1), asid, vpn, 0);
    return small >= 0 ? small : this.findIn((vpn >>> 10) & (this.sets - 1), asid, vpn & ~SUPERPAGE_VPN, TLB_SUPERPAGE);
  }

  private findIn(set: number, asid: number, vpn: number, size: number): number {
    const tag = tlbTag(asid, vpn);
    for (let index = set * this.ways, end = index + this.ways; index < end; index++) {
      const found = this.tags[index];
      if (found === EMPTY_TAG || (this.flags[index] & TLB_SUPERPAGE) !== size) continue;
      if (found === tag || ((this.flags[index] & PTE_G) !== 0 && (found & TAG_VPN) === vpn)) return index;
    }
    return -1;
  }

  /** Tells `lru` that an entry has been used. */
  touch(index: number): void {
    if (this.replacement === "lru") this.stamps[index] = ++this.clock;
  }

  /**
   * Where a translation will be entered: the entry of the same page if there is one (its D bit was clear), else an empty
   * way, else the victim. The index still holds the old entry, so that the caller can say what is lost.
   */
  place(asid: number, vpn: number, superpage: boolean): number {
    const set = (superpage ? vpn >>> 10 : vpn) & (this.sets - 1);
    const first = superpage ? vpn & ~SUPERPAGE_VPN : vpn;
    const present = this.findIn(set, asid, first, superpage ? TLB_SUPERPAGE : 0);
    return present >= 0 ? present : this.chooseWay(set);
  }

  /**
   * Overwrites an index that `place` has returned. `vpn` and `pfn` are the page's own; for a superpage (TLB_SUPERPAGE in
   * `flags`) both are rounded down here.
   */
  write(index: number, asid: number, vpn: number, pfn: number, flags: number): void {
    const superpage = (flags & TLB_SUPERPAGE) !== 0;
    this.tags[index] = tlbTag(asid, superpage ? vpn & ~SUPERPAGE_VPN : vpn);
    this.flags[index] = flags;
    this.bases[index] = (superpage ? pfn - (pfn % 1024) : pfn) * PAGE_BYTES;
    this.stamps[index] = ++this.clock;
  }

  /** An empty way, the lowest first, else the policy's victim. */
  private chooseWay(set: number): number {
    const start = set * this.ways;
    let victim = start;
    for (let index = start; index < start + this.ways; index++) {
      if (this.tags[index] === EMPTY_TAG) return index;
      if (this.stamps[index] < this.stamps[victim]) victim = index;
    }
    return this.replacement === "random" ? start + (this.nextRandom() % this.ways) : victim;
  }

  /** Marsaglia's xorshift32 (13, 17, 5): the next value, unsigned and never 0. */
  private nextRandom(): number {
    let state = this.random;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.random = state;
    return state >>> 0;
  }

  /**
   * sfence.vma: drops the entries of one page (`vpn`) and one address space (`asid`); −1 stands for all. Global entries
   * survive when an ASID is given. A superpage entry goes when the page lies within it. Returns how many were dropped.
   */
  flush(vpn: number, asid: number): number {
    this.flushes++;
    if (vpn < 0) return this.flushIn(0, this.tags.length, vpn, asid);
    // A page can only be in its own set, or within a superpage in that one's: looking there and nowhere else took a
    // zero-fill fault from 2.05 to 1.65 µs of CPU time (test/bench/faults, 64 entries).
    const small = vpn & (this.sets - 1);
    const large = (vpn >>> 10) & (this.sets - 1);
    const dropped = this.flushIn(small * this.ways, this.ways, vpn, asid);
    return small === large ? dropped : dropped + this.flushIn(large * this.ways, this.ways, vpn, asid);
  }

  /** Drops what a fence names among `count` entries from `first` on. */
  private flushIn(first: number, count: number, vpn: number, asid: number): number {
    let dropped = 0;
    for (let index = first; index < first + count; index++) {
      const tag = this.tags[index];
      if (tag === EMPTY_TAG) continue;
      const flags = this.flags[index];
      if (asid >= 0 && ((flags & PTE_G) !== 0 || tag >>> 20 !== asid)) continue;
      const page = (flags & TLB_SUPERPAGE) !== 0 ? vpn & ~SUPERPAGE_VPN : vpn;
      if (vpn >= 0 && (tag & TAG_VPN) !== page) continue;
      this.tags[index] = EMPTY_TAG;
      this.flags[index] = 0;
      dropped++;
    }
    return dropped;
  }

  /** What one index holds, or null when it is empty. */
  entry(index: number): TlbEntry | null {
    const tag = this.tags[index];
    if (tag === EMPTY_TAG) return null;
    const flags = this.flags[index];
    return {
      set: Math.floor(index / this.ways),
      way: index % this.ways,
      vpn: tag & TAG_VPN,
      pfn: this.bases[index] / PAGE_BYTES,
      asid: tag >>> 20,
      flags,
      superpage: (flags & TLB_SUPERPAGE) !== 0,
      global: (flags & PTE_G) !== 0,
    };
  }

  /** Every entry present, by set and way. */
  entries(): TlbEntry[] {
    return Array.from(this.tags, (_, index) => this.entry(index)).filter((entry) => entry !== null);
  }

  snapshot(): TlbSnapshot {
    const { clock, random, hits, misses, flushes } = this;
    const [tags, flags, bases, stamps] = [
      this.tags.slice(),
      this.flags.slice(),
      this.bases.slice(),
      this.stamps.slice(),
    ];
    return { tags, flags, bases, stamps, clock, random, hits, misses, flushes };
  }

  /** Throws when the snapshot is of a TLB of another size. */
  restore(snapshot: TlbSnapshot): void {
    if (snapshot.tags.length !== this.tags.length) throw new RangeError("the snapshot is of a TLB of another size");
    this.tags.set(snapshot.tags);
    this.flags.set(snapshot.flags);
    this.bases.set(snapshot.bases);
    this.stamps.set(snapshot.stamps);
    this.clock = snapshot.clock;
    this.random = snapshot.random;
    this.hits = snapshot.hits;
    this.misses = snapshot.misses;
    this.flushes = snapshot.flushes;
  }
}
