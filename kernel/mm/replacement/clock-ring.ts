/** The ring of frames and the hand that CLOCK and its relatives share: a page comes in just behind the hand, where it will arrive last. */
import { FrameOrder } from "./order.ts";

export class ClockRing {
  readonly order: FrameOrder;
  /** Frame at which the hand stands, or −1 when the ring is empty. */
  hand = -1;

  constructor(frames: number) {
    this.order = new FrameOrder(frames);
  }

  get length(): number {
    return this.order.length;
  }

  insert(pfn: number): void {
    this.order.insertBefore(pfn, this.hand);
    if (this.hand < 0) this.hand = pfn;
  }

  remove(pfn: number): void {
    if (this.hand === pfn) this.hand = this.order.length > 1 ? this.order.afterInRing(pfn) : -1;
    this.order.remove(pfn);
  }

  /** Moves the hand on by one. */
  turn(): void {
    this.hand = this.order.afterInRing(this.hand);
  }
}
