/**
 * CLOCK: the frames in a ring, a hand, and one A bit for each. The hand passes over a page that has been used since it
 * last came by, clearing its A bit, and stops at the first that has not. A page comes into the ring just behind the hand,
 * where the hand will arrive last. Because the fault handler sets A when it maps a page, this is the CLOCK whose bit is
 * set on load.
 *
 * Source: F. J. Corbató, A Paging Experiment with the Multics System, MIT, 1968.
 */
import { FrameOrder, type OrderSnapshot } from "./order.ts";
import type { FrameView, ReplacementPolicy } from "./policy.ts";

interface ClockSnapshot {
  readonly ring: OrderSnapshot;
  readonly hand: number;
}

export class ClockPolicy implements ReplacementPolicy {
  readonly name = "clock";
  readonly description =
    "CLOCK: a hand goes round and takes the first page whose A bit is clear, clearing bits as it passes";
  readonly sampleCycles = 0;
  scanned = 0;
  reason = "";
  readonly #ring: FrameOrder;
  #hand = -1;

  constructor(frames: number) {
    this.#ring = new FrameOrder(frames);
  }

  loaded(pfn: number): void {
    this.#ring.insertBefore(pfn, this.#hand);
    if (this.#hand < 0) this.#hand = pfn;
  }

  removed(pfn: number): void {
    if (this.#hand === pfn) this.#hand = this.#ring.length > 1 ? this.#ring.afterInRing(pfn) : -1;
    this.#ring.remove(pfn);
  }

  choose(view: FrameView, space: number): number {
    this.scanned = 0;
    // Two rounds are enough: the first clears every A bit that it meets.
    for (let left = 2 * this.#ring.length; left > 0; left--) {
      const pfn = this.#hand;
      if (view.isCandidate(pfn, space)) {
        this.scanned++;
        if (!view.isAccessed(pfn)) {
          this.reason = "A = 0: not used since the hand last passed";
          return pfn;
        }
        view.clearAccessed(pfn);
      }
      this.#hand = this.#ring.afterInRing(pfn);
    }
    return -1;
  }

  sample(): void {}

  snapshot(): ClockSnapshot {
    return { ring: this.#ring.snapshot(), hand: this.#hand };
  }

  restore(snapshot: ClockSnapshot): void {
    this.#ring.restore(snapshot.ring);
    this.#hand = snapshot.hand;
  }
}
