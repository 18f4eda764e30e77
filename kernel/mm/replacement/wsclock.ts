/**
 * WSClock: a CLOCK that takes pages outside their process's working set. Each page has the virtual time (CPU time of its
 * own process) at which the hand last found it used. The hand
 *     used since           clears the A bit, notes the time, goes on
 *     used within τ        belongs to the working set: goes on
 *     older, modified      has it written, and goes on: the page is clean when the hand comes back
 *     older, clean         takes it
 * When a whole round finds none, every page is in use or on its way to swap, and the page used longest ago goes, clean or not:
 * to prefer clean ones would take the code of the running program again and again.
 *
 * Source: R. W. Carr, J. L. Hennessy, WSClock, A Simple and Effective Algorithm for Virtual Memory Management, SOSP 1981.
 */
import { ClockRing } from "./clock-ring.ts";
import type { OrderSnapshot } from "./order.ts";
import type { FrameView, ReplacementPolicy } from "./policy.ts";

interface WsClockSnapshot {
  readonly ring: OrderSnapshot;
  readonly lastUse: Float64Array;
  readonly hand: number;
}

/** Most writes that one turn of the hand may start, so that the device is not flooded by one fault. */
const MOST_WRITES = 8;

export class WsClockPolicy implements ReplacementPolicy {
  readonly name = "wsclock";
  readonly description =
    "WSClock: the hand takes a clean page not used for τ of its process's time, and has modified ones written";
  readonly sampleCycles = 0;
  scanned = 0;
  reason = "";
  readonly #tau: number;
  readonly #ring: ClockRing;
  readonly #lastUse: Float64Array;

  /** @param tau window of the working set, in the unit of the view's virtual time */
  constructor(frames: number, tau: number) {
    this.#tau = tau;
    this.#ring = new ClockRing(frames);
    this.#lastUse = new Float64Array(frames);
  }

  loaded(pfn: number, view: FrameView): void {
    this.#lastUse[pfn] = view.virtualTime(pfn);
    this.#ring.insert(pfn);
  }

  removed(pfn: number): void {
    this.#ring.remove(pfn);
  }

  choose(view: FrameView, space: number): number {
    this.scanned = 0;
    let writes = 0;
    for (let left = this.#ring.length; left > 0; left--) {
      const pfn = this.#ring.hand;
      if (view.isCandidate(pfn, space)) {
        this.scanned++;
        const now = view.virtualTime(pfn);
        if (view.isAccessed(pfn)) {
          view.clearAccessed(pfn);
          this.#lastUse[pfn] = now;
        } else if (now - this.#lastUse[pfn] > this.#tau) {
          if (!view.isModified(pfn)) {
            this.reason = `not used for ${now - this.#lastUse[pfn]} of its process's time, more than τ = ${this.#tau}`;
            return pfn;
          }
          if (writes < MOST_WRITES && view.startCleaning(pfn)) writes++;
        }
      }
      this.#ring.turn();
    }
    return this.#oldest(view, space, writes);
  }

  /** No clean page outside the working sets: the page used longest ago, the first that the hand meets among equals. */
  #oldest(view: FrameView, space: number, writes: number): number {
    let victim = -1;
    let victimAge = -1;
    let pfn = this.#ring.hand;
    for (let left = this.#ring.length; left > 0; left--, pfn = this.#ring.order.afterInRing(pfn)) {
      if (!view.isCandidate(pfn, space)) continue;
      const age = view.virtualTime(pfn) - this.#lastUse[pfn];
      if (age > victimAge) [victim, victimAge] = [pfn, age];
    }
    const started = writes === 0 ? "" : `, ${writes} being written`;
    this.reason = `no clean page outside the working sets${started}: the page used longest ago goes`;
    return victim;
  }

  sample(): void {}

  snapshot(): WsClockSnapshot {
    return { ring: this.#ring.order.snapshot(), lastUse: this.#lastUse.slice(), hand: this.#ring.hand };
  }

  restore(snapshot: WsClockSnapshot): void {
    this.#ring.order.restore(snapshot.ring);
    this.#lastUse.set(snapshot.lastUse);
    this.#ring.hand = snapshot.hand;
  }
}
