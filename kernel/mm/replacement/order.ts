/** An order over frames: a doubly linked list in typed arrays, for policies that keep frames in order of loading. */

const NONE = -1;

export interface OrderSnapshot {
  readonly next: Int32Array;
  readonly prev: Int32Array;
  readonly present: Uint8Array;
  readonly first: number;
  readonly last: number;
  readonly length: number;
}

export class FrameOrder {
  /** Oldest frame, or −1. */
  first = NONE;
  last = NONE;
  length = 0;
  readonly #next: Int32Array;
  readonly #prev: Int32Array;
  readonly #present: Uint8Array;

  constructor(frames: number) {
    this.#next = new Int32Array(frames).fill(NONE);
    this.#prev = new Int32Array(frames).fill(NONE);
    this.#present = new Uint8Array(frames);
  }

  has(pfn: number): boolean {
    return this.#present[pfn] !== 0;
  }

  /** The frame after this one, or −1 at the end. */
  after(pfn: number): number {
    return this.#next[pfn];
  }

  /** The frame after this one, going round: at the end the first. */
  afterInRing(pfn: number): number {
    return this.#next[pfn] === NONE ? this.first : this.#next[pfn];
  }

  append(pfn: number): void {
    this.insertBefore(pfn, NONE);
  }

  /** Inserts before `place`, or at the end for −1. */
  insertBefore(pfn: number, place: number): void {
    const prev = place === NONE ? this.last : this.#prev[place];
    this.#prev[pfn] = prev;
    this.#next[pfn] = place;
    if (prev === NONE) this.first = pfn;
    else this.#next[prev] = pfn;
    if (place === NONE) this.last = pfn;
    else this.#prev[place] = pfn;
    this.#present[pfn] = 1;
    this.length++;
  }

  remove(pfn: number): void {
    if (this.#present[pfn] === 0) return;
    const next = this.#next[pfn];
    const prev = this.#prev[pfn];
    if (prev === NONE) this.first = next;
    else this.#next[prev] = next;
    if (next === NONE) this.last = prev;
    else this.#prev[next] = prev;
    this.#present[pfn] = 0;
    this.length--;
  }

  snapshot(): OrderSnapshot {
    const [next, prev, present] = [this.#next.slice(), this.#prev.slice(), this.#present.slice()];
    return { next, prev, present, first: this.first, last: this.last, length: this.length };
  }

  restore(snapshot: OrderSnapshot): void {
    this.#next.set(snapshot.next);
    this.#prev.set(snapshot.prev);
    this.#present.set(snapshot.present);
    this.first = snapshot.first;
    this.last = snapshot.last;
    this.length = snapshot.length;
  }
}
