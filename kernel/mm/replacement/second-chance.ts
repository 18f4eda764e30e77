/**
 * Second chance: FIFO, but a page at the front whose A bit is set has the bit cleared and goes to the back. Chooses the
 * same victims as CLOCK, by moving pages instead of a hand.
 */
import { FrameOrder, type OrderSnapshot } from "./order.ts";
import type { FrameView, ReplacementPolicy } from "./policy.ts";

export class SecondChancePolicy implements ReplacementPolicy {
  readonly name = "second-chance";
  readonly description = "Second chance: FIFO that sends a page with its A bit set to the back of the queue once";
  readonly sampleCycles = 0;
  scanned = 0;
  readonly reason = "first in the queue with A = 0";
  readonly #queue: FrameOrder;

  constructor(frames: number) {
    this.#queue = new FrameOrder(frames);
  }

  loaded(pfn: number): void {
    this.#queue.append(pfn);
  }

  removed(pfn: number): void {
    this.#queue.remove(pfn);
  }

  choose(view: FrameView, space: number): number {
    this.scanned = 0;
    let pfn = this.#queue.first;
    for (let left = 2 * this.#queue.length; left > 0 && pfn >= 0; left--) {
      const next = this.#queue.after(pfn);
      if (view.isCandidate(pfn, space)) {
        this.scanned++;
        if (!view.isAccessed(pfn)) return pfn;
        view.clearAccessed(pfn);
        this.#queue.remove(pfn);
        this.#queue.append(pfn);
      }
      pfn = next >= 0 ? next : this.#queue.first;
    }
    return -1;
  }

  sample(): void {}

  snapshot(): OrderSnapshot {
    return this.#queue.snapshot();
  }

  restore(snapshot: OrderSnapshot): void {
    this.#queue.restore(snapshot);
  }
}
