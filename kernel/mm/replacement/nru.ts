/**
 * Enhanced CLOCK (NRU classes): prefers, in this order, pages that are
 *     0  not used and clean     1  not used and modified     2  used and clean     3  used and modified
 * since a modified victim costs a write to swap. The hand goes round once looking for class 0 and once for class 1,
 * clearing A bits on that second round; by then classes 2 and 3 have become 0 and 1, and both rounds are repeated.
 */
import { ClockRing } from "./clock-ring.ts";
import type { OrderSnapshot } from "./order.ts";
import type { FrameView, ReplacementPolicy } from "./policy.ts";

interface NruSnapshot {
  readonly ring: OrderSnapshot;
  readonly hand: number;
}

export class NruPolicy implements ReplacementPolicy {
  readonly name = "nru";
  readonly description =
    "Enhanced CLOCK: by classes of (A, D); an unused clean page first, an unused modified one next";
  readonly sampleCycles = 0;
  scanned = 0;
  reason = "";
  readonly #ring: ClockRing;

  constructor(frames: number) {
    this.#ring = new ClockRing(frames);
  }

  loaded(pfn: number): void {
    this.#ring.insert(pfn);
  }

  removed(pfn: number): void {
    this.#ring.remove(pfn);
  }

  choose(view: FrameView, space: number): number {
    this.scanned = 0;
    for (let round = 0; round < 4; round++) {
      const pfn = this.#goRound(view, space, round % 2 === 1);
      if (pfn < 0) continue;
      this.reason = `class (A, D) = (0, ${round % 2}), ${round < 2 ? "found so" : "after the A bits were cleared"}`;
      return pfn;
    }
    return -1;
  }

  /** One round: an unused clean page, or (`modified`) any unused page, clearing A bits on the way. */
  #goRound(view: FrameView, space: number, modified: boolean): number {
    for (let left = this.#ring.length; left > 0; left--) {
      const pfn = this.#ring.hand;
      if (view.isCandidate(pfn, space)) {
        this.scanned++;
        if (!view.isAccessed(pfn)) {
          if (modified || !view.isModified(pfn)) return pfn;
        } else if (modified) view.clearAccessed(pfn);
      }
      this.#ring.turn();
    }
    return -1;
  }

  sample(): void {}

  snapshot(): NruSnapshot {
    return { ring: this.#ring.order.snapshot(), hand: this.#ring.hand };
  }

  restore(snapshot: NruSnapshot): void {
    this.#ring.order.restore(snapshot.ring);
    this.#ring.hand = snapshot.hand;
  }
}
