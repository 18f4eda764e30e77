/** FIFO: the page that has been resident longest goes, used or not. Shows Belady's anomaly. */
import { oldestCandidate } from "./oldest.ts";
import { FrameOrder, type OrderSnapshot } from "./order.ts";
import type { FrameView, ReplacementPolicy } from "./policy.ts";

export class FifoPolicy implements ReplacementPolicy {
  readonly name = "fifo";
  readonly description = "FIFO: the page that was loaded first goes first; A bits are not looked at";
  readonly sampleCycles = 0;
  scanned = 0;
  readonly reason = "loaded longest ago";
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
    return oldestCandidate(this, this.#queue, view, space);
  }

  sample(): void {}

  snapshot(): OrderSnapshot {
    return this.#queue.snapshot();
  }

  restore(snapshot: OrderSnapshot): void {
    this.#queue.restore(snapshot);
  }
}
