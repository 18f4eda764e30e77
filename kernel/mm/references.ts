/**
 * The reverse map: for each frame (or swap slot) every page-table entry that refers to it, as (space, vpn) pairs.
 *
 * One node for each reference, in singly linked lists out of a pool of parallel arrays that doubles when it is full. A
 * frame's list holds valid PTEs and transition PTEs alike; the number of references is the reference count. A space id
 * below 0 stands for a SharedObject (−id), with the page index in place of the vpn.
 */

/** End of a list. */
const NONE = -1;

/**
 * Which page an owner holds, as a number ≥ 0 that goes along when the page moves between frame and slot: the shared object's
 * page if it is one, else the page of the oldest space that refers to it. −1: nothing refers to it.
 */
export function pageNumber(references: References, owner: number): number {
  let first = Number.POSITIVE_INFINITY;
  let page = -1;
  for (let node = references.head[owner]; node !== NONE; node = references.next(node)) {
    const space = references.spaceAt(node);
    if (space >= first) continue;
    first = space;
    page = pageNumberOf(space, references.vpnAt(node));
  }
  return page;
}

/** The number of page `vpn` of a space, or (`space` below 0) of a shared object. */
export const pageNumberOf = (space: number, vpn: number): number =>
  (Math.abs(space) * 0x100000 + vpn) * 2 + (space < 0 ? 1 : 0);

export interface ReferenceSnapshot {
  readonly head: Int32Array;
  readonly count: Int32Array;
  readonly space: Int32Array;
  readonly vpn: Int32Array;
  readonly next: Int32Array;
  readonly free: number;
}

export class References {
  /** First node of each owner's list, or −1. Walk with next; read with spaceAt and vpnAt. */
  readonly head: Int32Array;
  /** Length of each owner's list. */
  readonly count: Int32Array;
  #space = new Int32Array(256);
  #vpn = new Int32Array(256);
  #next = new Int32Array(256);
  #free = NONE;

  /** @param owners frames or slots */
  constructor(owners: number) {
    this.head = new Int32Array(owners).fill(NONE);
    this.count = new Int32Array(owners);
    this.#chainFree(0);
  }

  spaceAt(node: number): number {
    return this.#space[node];
  }

  vpnAt(node: number): number {
    return this.#vpn[node];
  }

  next(node: number): number {
    return this.#next[node];
  }

  add(owner: number, space: number, vpn: number): void {
    if (this.#free === NONE) this.#grow();
    const node = this.#free;
    this.#free = this.#next[node];
    this.#space[node] = space;
    this.#vpn[node] = vpn;
    this.#next[node] = this.head[owner];
    this.head[owner] = node;
    this.count[owner]++;
  }

  /** Removes one reference; false when the owner has none such. */
  remove(owner: number, space: number, vpn: number): boolean {
    let previous = NONE;
    for (let node = this.head[owner]; node !== NONE; previous = node, node = this.#next[node]) {
      if (this.#vpn[node] !== vpn || this.#space[node] !== space) continue;
      if (previous === NONE) this.head[owner] = this.#next[node];
      else this.#next[previous] = this.#next[node];
      this.#next[node] = this.#free;
      this.#free = node;
      this.count[owner]--;
      return true;
    }
    return false;
  }

  has(owner: number, space: number, vpn: number): boolean {
    for (let node = this.head[owner]; node !== NONE; node = this.#next[node]) {
      if (this.#vpn[node] === vpn && this.#space[node] === space) return true;
    }
    return false;
  }

  /** Moves all of an owner's references to an owner of another map (a page goes to its slot, or comes back). */
  moveTo(owner: number, other: References, otherOwner: number): void {
    for (let node = this.head[owner]; node !== NONE; node = this.head[owner]) {
      const space = this.#space[node];
      const vpn = this.#vpn[node];
      this.remove(owner, space, vpn);
      other.add(otherOwner, space, vpn);
    }
  }

  /** All references of an owner as pairs, newest first: for callers that change them while looking. */
  list(owner: number): { space: number; vpn: number }[] {
    const found: { space: number; vpn: number }[] = [];
    for (let node = this.head[owner]; node !== NONE; node = this.#next[node]) {
      found.push({ space: this.#space[node], vpn: this.#vpn[node] });
    }
    return found;
  }

  snapshot(): ReferenceSnapshot {
    return {
      head: this.head.slice(),
      count: this.count.slice(),
      space: this.#space.slice(),
      vpn: this.#vpn.slice(),
      next: this.#next.slice(),
      free: this.#free,
    };
  }

  restore(snapshot: ReferenceSnapshot): void {
    this.head.set(snapshot.head);
    this.count.set(snapshot.count);
    this.#space = snapshot.space.slice();
    this.#vpn = snapshot.vpn.slice();
    this.#next = snapshot.next.slice();
    this.#free = snapshot.free;
  }

  #grow(): void {
    const nodes = this.#next.length;
    const doubled = (old: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const larger = new Int32Array(nodes * 2);
      larger.set(old);
      return larger;
    };
    this.#space = doubled(this.#space);
    this.#vpn = doubled(this.#vpn);
    this.#next = doubled(this.#next);
    this.#chainFree(nodes);
  }

  /** Makes every node from `from` on free. */
  #chainFree(from: number): void {
    for (let node = from; node < this.#next.length; node++)
      this.#next[node] = node + 1 < this.#next.length ? node + 1 : NONE;
    this.#free = from;
  }
}
