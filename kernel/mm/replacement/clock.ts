/**
 * CLOCK: the frames in a ring, a hand, and one A bit for each. The hand passes over a page that has been used since it
 * last came by, clearing its A bit, and stops at the first that has not. A page comes into the ring just behind the hand,
 * where the hand will arrive last. Because the fault handler sets A when it maps a page, `clock` is the CLOCK whose bit is
 * set on load. In `clock-hit` only a later use sets it: the A bit that a page was loaded with is cleared at the first sample
 * after that. Books differ in which of the two they mean, and the counts of faults differ too.
 *
 * Source: F. J. Corbató, A Paging Experiment with the Multics System, MIT, 1968.
 */
import { ClockRing } from "./clock-ring.ts";
import type { OrderSnapshot } from "./order.ts";
import { type FrameView, type ReplacementPolicy, SAMPLE_CYCLES } from "./policy.ts";

interface ClockSnapshot {
  readonly ring: OrderSnapshot;
  readonly hand: number;
  readonly fresh: readonly number[];
}

export class ClockPolicy implements ReplacementPolicy {
  readonly name: string;
  readonly description: string;
  readonly sampleCycles: number;
  scanned = 0;
  reason = "";
  readonly #ring: ClockRing;
  readonly #isSetOnLoad: boolean;
  /** Unless the bit is set on load: frames loaded since the last sample. */
  readonly #fresh = new Set<number>();

  constructor(frames: number, isSetOnLoad: boolean) {
    this.#ring = new ClockRing(frames);
    this.#isSetOnLoad = isSetOnLoad;
    this.name = isSetOnLoad ? "clock" : "clock-hit";
    this.description = isSetOnLoad
      ? "CLOCK: a hand goes round and takes the first page whose A bit is clear, clearing bits as it passes"
      : "CLOCK whose bit is set only by a use after the one that loaded the page (as exact as A bits are sampled)";
    this.sampleCycles = isSetOnLoad ? 0 : SAMPLE_CYCLES;
  }

  loaded(pfn: number): void {
    this.#ring.insert(pfn);
    if (!this.#isSetOnLoad) this.#fresh.add(pfn);
  }

  removed(pfn: number): void {
    this.#ring.remove(pfn);
    this.#fresh.delete(pfn);
  }

  choose(view: FrameView, space: number): number {
    this.scanned = 0;
    // Two rounds are enough: the first clears every A bit that it meets.
    for (let left = 2 * this.#ring.length; left > 0; left--) {
      const pfn = this.#ring.hand;
      if (view.isCandidate(pfn, space)) {
        this.scanned++;
        if (!view.isAccessed(pfn)) {
          this.reason = "A = 0: not used since the hand last passed";
          return pfn;
        }
        view.clearAccessed(pfn);
      }
      this.#ring.turn();
    }
    return -1;
  }

  sample(view: FrameView): void {
    for (const pfn of this.#fresh) if (view.isAccessed(pfn)) view.clearAccessed(pfn);
    this.#fresh.clear();
  }

  snapshot(): ClockSnapshot {
    return { ring: this.#ring.order.snapshot(), hand: this.#ring.hand, fresh: [...this.#fresh] };
  }

  restore(snapshot: ClockSnapshot): void {
    this.#ring.order.restore(snapshot.ring);
    this.#ring.hand = snapshot.hand;
    this.#fresh.clear();
    for (const pfn of snapshot.fresh) this.#fresh.add(pfn);
  }
}
