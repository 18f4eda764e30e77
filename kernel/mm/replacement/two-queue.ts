/**
 * 2Q: a page that is used once should not drive out pages that are used again and again. New pages wait in a FIFO (A1in);
 * whoever leaves it is remembered by number only (A1out). A page that comes back while it is remembered has shown that it
 * is used again, and joins the LRU list Am. A1in may hold a quarter of the resident pages, A1out remembers half as many as
 * are resident; the number of resident pages is the most that there ever were.
 *
 * A use of a page in A1in changes nothing (it is probably the same piece of work), one of a page in Am is seen by its A bit,
 * sampled like LRU's.
 *
 * Source: T. Johnson, D. Shasha, 2Q: A Low Overhead High Performance Buffer Management Replacement Algorithm, VLDB 1994
 * (the full version, with Kin = 25 % and Kout = 50 %).
 */
import { Ghosts } from "./ghosts.ts";
import { oldestCandidate } from "./oldest.ts";
import { FrameOrder, type OrderSnapshot } from "./order.ts";
import { type FrameView, NO_PAGE, type ReplacementPolicy, SAMPLE_CYCLES } from "./policy.ts";

interface TwoQueueSnapshot {
  readonly in: OrderSnapshot;
  readonly main: OrderSnapshot;
  readonly out: readonly number[];
  readonly capacity: number;
  readonly returning: number;
}

export class TwoQueuePolicy implements ReplacementPolicy {
  readonly name = "2q";
  readonly description =
    "2Q: new pages in a FIFO of a quarter of memory; those that come back soon after it, in an LRU list";
  readonly sampleCycles = SAMPLE_CYCLES;
  scanned = 0;
  reason = "";
  /** A1in and Am, oldest first. */
  readonly #in: FrameOrder;
  readonly #main: FrameOrder;
  /** A1out. */
  readonly #out = new Ghosts();
  /** Most pages that were ever resident. */
  #capacity = 0;
  /** The page that a victim was chosen for, if it was remembered then: choosing may make A1out forget it. */
  #returning = NO_PAGE;

  constructor(frames: number) {
    this.#in = new FrameOrder(frames);
    this.#main = new FrameOrder(frames);
  }

  loaded(pfn: number, view: FrameView): void {
    const page = view.pageOf(pfn);
    const isBack = page === this.#returning || this.#out.has(page);
    this.#out.delete(page);
    if (page === this.#returning) this.#returning = NO_PAGE;
    (isBack ? this.#main : this.#in).append(pfn);
    this.#capacity = Math.max(this.#capacity, this.#in.length + this.#main.length);
  }

  removed(pfn: number, page: number): void {
    if (this.#in.has(pfn) && page !== NO_PAGE) {
      this.#out.add(page);
      this.#out.shorten(Math.max(1, this.#capacity >>> 1));
    }
    this.#in.remove(pfn);
    this.#main.remove(pfn);
  }

  choose(view: FrameView, space: number, incoming = NO_PAGE): number {
    this.sample(view);
    this.scanned = 0;
    if (this.#out.has(incoming)) this.#returning = incoming;
    const isFull = this.#in.length > Math.max(1, this.#capacity >>> 2);
    const [first, second] = isFull ? [this.#in, this.#main] : [this.#main, this.#in];
    let victim = oldestCandidate(this, first, view, space);
    const isFirst = victim >= 0;
    if (!isFirst) victim = oldestCandidate(this, second, view, space);
    this.reason =
      isFull === isFirst
        ? `oldest of ${this.#in.length} new pages (A1in)`
        : `used longest ago of ${this.#main.length} pages that had come back (Am)`;
    return victim;
  }

  sample(view: FrameView): void {
    let pfn = this.#main.first;
    for (let left = this.#main.length; left > 0; left--) {
      const next = this.#main.after(pfn);
      if (view.isAccessed(pfn)) {
        view.clearAccessed(pfn);
        this.#main.remove(pfn);
        this.#main.append(pfn);
      }
      pfn = next;
    }
  }

  snapshot(): TwoQueueSnapshot {
    return {
      in: this.#in.snapshot(),
      main: this.#main.snapshot(),
      out: this.#out.snapshot(),
      capacity: this.#capacity,
      returning: this.#returning,
    };
  }

  restore(snapshot: TwoQueueSnapshot): void {
    this.#in.restore(snapshot.in);
    this.#main.restore(snapshot.main);
    this.#out.restore(snapshot.out);
    this.#capacity = snapshot.capacity;
    this.#returning = snapshot.returning;
  }
}
