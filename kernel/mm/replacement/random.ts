/** Random: any candidate, by a seeded generator (xorshift32, Marsaglia 2003), so that a run can be repeated. */
import { FrameOrder, type OrderSnapshot } from "./order.ts";
import type { FrameView, ReplacementPolicy } from "./policy.ts";

interface RandomSnapshot {
  readonly order: OrderSnapshot;
  readonly state: number;
}

export class RandomPolicy implements ReplacementPolicy {
  readonly name = "random";
  readonly description = "Random: any resident page, by a seeded generator";
  readonly sampleCycles = 0;
  scanned = 0;
  readonly reason = "drawn at random";
  readonly #order: FrameOrder;
  #state: number;

  constructor(frames: number, seed: number) {
    this.#order = new FrameOrder(frames);
    this.#state = seed | 0 || 1;
  }

  loaded(pfn: number): void {
    this.#order.append(pfn);
  }

  removed(pfn: number): void {
    this.#order.remove(pfn);
  }

  choose(view: FrameView, space: number): number {
    this.scanned = 0;
    const candidates: number[] = [];
    for (let pfn = this.#order.first; pfn >= 0; pfn = this.#order.after(pfn)) {
      this.scanned++;
      if (view.isCandidate(pfn, space)) candidates.push(pfn);
    }
    return candidates.length === 0 ? -1 : candidates[this.#next() % candidates.length];
  }

  #next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }

  sample(): void {}

  snapshot(): RandomSnapshot {
    return { order: this.#order.snapshot(), state: this.#state };
  }

  restore(snapshot: RandomSnapshot): void {
    this.#order.restore(snapshot.order);
    this.#state = snapshot.state;
  }
}
