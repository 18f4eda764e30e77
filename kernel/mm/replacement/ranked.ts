/**
 * What LRU, LFU and aging have in common: a number for each frame, brought up to date from the A bits at every sample
 * and before every choice; the lowest number goes, the longest loaded among equals.
 *
 * Hardware gives one bit of use a page, so these are approximations as good as the sampling is frequent. Sampled after
 * every reference, as the policy simulator does, LRU and LFU are exact.
 */
import { FrameOrder, type OrderSnapshot } from "./order.ts";
import { type FrameView, type ReplacementPolicy, SAMPLE_CYCLES } from "./policy.ts";

/** How one kind of rank is kept. */
export interface Ranking {
  readonly name: string;
  readonly description: string;
  readonly reason: string;
  /** Rank of a page that has just been loaded; `now` grows by one at each load and use that is seen. */
  initial(now: number): number;
  /** New rank at a sample. */
  update(rank: number, used: boolean, now: number): number;
}

interface RankedSnapshot {
  readonly order: OrderSnapshot;
  readonly rank: Float64Array;
  readonly now: number;
}

export class RankedPolicy implements ReplacementPolicy {
  readonly name: string;
  readonly description: string;
  readonly reason: string;
  readonly sampleCycles = SAMPLE_CYCLES;
  scanned = 0;
  readonly #ranking: Ranking;
  readonly #order: FrameOrder;
  readonly #rank: Float64Array;
  #now = 0;

  constructor(frames: number, ranking: Ranking) {
    this.name = ranking.name;
    this.description = ranking.description;
    this.reason = ranking.reason;
    this.#ranking = ranking;
    this.#order = new FrameOrder(frames);
    this.#rank = new Float64Array(frames);
  }

  loaded(pfn: number): void {
    this.#order.append(pfn);
    this.#rank[pfn] = this.#ranking.initial(++this.#now);
  }

  removed(pfn: number): void {
    this.#order.remove(pfn);
  }

  choose(view: FrameView, space: number): number {
    this.sample(view);
    this.scanned = 0;
    let victim = -1;
    for (let pfn = this.#order.first; pfn >= 0; pfn = this.#order.after(pfn)) {
      this.scanned++;
      if (!view.isCandidate(pfn, space)) continue;
      if (victim < 0 || this.#rank[pfn] < this.#rank[victim]) victim = pfn;
    }
    return victim;
  }

  sample(view: FrameView): void {
    for (let pfn = this.#order.first; pfn >= 0; pfn = this.#order.after(pfn)) {
      const used = view.isAccessed(pfn);
      if (used) {
        view.clearAccessed(pfn);
        this.#now++;
      }
      this.#rank[pfn] = this.#ranking.update(this.#rank[pfn], used, this.#now);
    }
  }

  snapshot(): RankedSnapshot {
    return { order: this.#order.snapshot(), rank: this.#rank.slice(), now: this.#now };
  }

  restore(snapshot: RankedSnapshot): void {
    this.#order.restore(snapshot.order);
    this.#rank.set(snapshot.rank);
    this.#now = snapshot.now;
  }
}
