/**
 * ARC, adaptive replacement: two LRU lists of resident pages, T1 (seen once lately) and T2 (seen at least twice), and behind
 * each a list of ghosts, B1 and B2, of pages that have gone from it. How many pages T1 ought to have (`target`, the paper's
 * p) is learned: a page that comes back out of B1 says that T1 is too short, one out of B2 that it is too long.
 *
 * Let c be the most pages that were ever resident. T1 and B1 together never hold more than c, all four never more than 2c.
 * A use is seen by the A bit, sampled like LRU's; the use that loaded a page is not a second one. Where the kernel picks
 * victims ahead of any fault it does not know which page will come, and the paper's one case that depends on it is left out.
 *
 * Source: N. Megiddo, D. S. Modha, ARC: A Self-Tuning, Low Overhead Replacement Cache, FAST 2003, figure 4.
 */
import { Ghosts } from "./ghosts.ts";
import { oldestCandidate } from "./oldest.ts";
import { FrameOrder, type OrderSnapshot } from "./order.ts";
import { type FrameView, NO_PAGE, type ReplacementPolicy, SAMPLE_CYCLES } from "./policy.ts";

interface ArcSnapshot {
  readonly recent: OrderSnapshot;
  readonly frequent: OrderSnapshot;
  readonly recentGhosts: readonly number[];
  readonly frequentGhosts: readonly number[];
  readonly fresh: Uint8Array;
  readonly target: number;
  readonly capacity: number;
  readonly learnedFrom: number;
}

export class ArcPolicy implements ReplacementPolicy {
  readonly name = "arc";
  readonly description =
    "ARC: LRU lists of pages seen once and seen again, their lengths learned from pages that come back";
  readonly sampleCycles = SAMPLE_CYCLES;
  scanned = 0;
  reason = "";
  /** T1, T2: oldest first. */
  readonly #recent: FrameOrder;
  readonly #frequent: FrameOrder;
  /** B1, B2. */
  readonly #recentGhosts = new Ghosts();
  readonly #frequentGhosts = new Ghosts();
  /** 1: loaded since the last sample, so that its A bit tells of no second use. */
  readonly #fresh: Uint8Array;
  #target = 0;
  #capacity = 0;
  /** The page whose return the target has been changed for, until it is loaded. */
  #learnedFrom = NO_PAGE;

  constructor(frames: number) {
    this.#recent = new FrameOrder(frames);
    this.#frequent = new FrameOrder(frames);
    this.#fresh = new Uint8Array(frames);
  }

  loaded(pfn: number, view: FrameView): void {
    const page = view.pageOf(pfn);
    this.#learn(page);
    const isBack = page === this.#learnedFrom;
    if (isBack) this.#learnedFrom = NO_PAGE;
    this.#recentGhosts.delete(page);
    this.#frequentGhosts.delete(page);
    this.#fresh[pfn] = 1;
    (isBack ? this.#frequent : this.#recent).append(pfn);
    const resident = this.#recent.length + this.#frequent.length;
    this.#capacity = Math.max(this.#capacity, resident);
    this.#recentGhosts.shorten(Math.max(0, this.#capacity - this.#recent.length));
    this.#frequentGhosts.shorten(Math.max(0, 2 * this.#capacity - resident - this.#recentGhosts.length));
  }

  removed(pfn: number, page: number): void {
    if (page !== NO_PAGE) (this.#recent.has(pfn) ? this.#recentGhosts : this.#frequentGhosts).add(page);
    this.#recent.remove(pfn);
    this.#frequent.remove(pfn);
  }

  /** A page that is among the ghosts comes back: changes the target, once. */
  #learn(page: number): void {
    if (page === this.#learnedFrom) return;
    const [recent, frequent] = [this.#recentGhosts.length, this.#frequentGhosts.length];
    if (this.#recentGhosts.has(page))
      this.#target = Math.min(this.#capacity, this.#target + Math.max(1, frequent / recent));
    else if (this.#frequentGhosts.has(page)) this.#target = Math.max(0, this.#target - Math.max(1, recent / frequent));
    else return;
    this.#learnedFrom = page;
  }

  /** The paper's REPLACE. */
  choose(view: FrameView, space: number, incoming = NO_PAGE): number {
    this.sample(view);
    this.scanned = 0;
    this.#learn(incoming);
    const { length } = this.#recent;
    const isLong =
      length > this.#target || (length > 0 && length === this.#target && this.#frequentGhosts.has(incoming));
    const [first, second] = isLong ? [this.#recent, this.#frequent] : [this.#frequent, this.#recent];
    let victim = oldestCandidate(this, first, view, space);
    if (victim < 0) victim = oldestCandidate(this, second, view, space);
    const list = victim >= 0 && this.#recent.has(victim) ? "seen once lately (T1)" : "seen twice or more (T2)";
    this.reason = `used longest ago of those ${list}; ${length} pages seen once, target ${this.#target.toFixed(1)}`;
    return victim;
  }

  sample(view: FrameView): void {
    this.#harvest(this.#frequent, view);
    this.#harvest(this.#recent, view);
  }

  /** Pages of a list that have been used go to the end of T2. */
  #harvest(order: FrameOrder, view: FrameView): void {
    let pfn = order.first;
    for (let left = order.length; left > 0; left--) {
      const next = order.after(pfn);
      const isFresh = this.#fresh[pfn] !== 0;
      this.#fresh[pfn] = 0;
      if (view.isAccessed(pfn)) {
        view.clearAccessed(pfn);
        if (!isFresh) {
          order.remove(pfn);
          this.#frequent.append(pfn);
        }
      }
      pfn = next;
    }
  }

  snapshot(): ArcSnapshot {
    return {
      recent: this.#recent.snapshot(),
      frequent: this.#frequent.snapshot(),
      recentGhosts: this.#recentGhosts.snapshot(),
      frequentGhosts: this.#frequentGhosts.snapshot(),
      fresh: this.#fresh.slice(),
      target: this.#target,
      capacity: this.#capacity,
      learnedFrom: this.#learnedFrom,
    };
  }

  restore(snapshot: ArcSnapshot): void {
    this.#recent.restore(snapshot.recent);
    this.#frequent.restore(snapshot.frequent);
    this.#recentGhosts.restore(snapshot.recentGhosts);
    this.#frequentGhosts.restore(snapshot.frequentGhosts);
    this.#fresh.set(snapshot.fresh);
    this.#target = snapshot.target;
    this.#capacity = snapshot.capacity;
    this.#learnedFrom = snapshot.learnedFrom;
  }
}
