/**
 * Ghosts: pages that are not resident any more and are remembered by number, oldest first. 2Q and ARC tell by them that a
 * page has come back too soon.
 */
export class Ghosts {
  /** A Set keeps its members in the order in which they were added. */
  readonly #pages = new Set<number>();

  get length(): number {
    return this.#pages.size;
  }

  has(page: number): boolean {
    return this.#pages.has(page);
  }

  /** Adds a page as the newest. */
  add(page: number): void {
    this.#pages.delete(page);
    this.#pages.add(page);
  }

  delete(page: number): void {
    this.#pages.delete(page);
  }

  /** Forgets the oldest pages until at most so many are left. */
  shorten(most: number): void {
    for (const page of this.#pages) {
      if (this.#pages.size <= most) return;
      this.#pages.delete(page);
    }
  }

  /** All pages, oldest first. */
  snapshot(): number[] {
    return [...this.#pages];
  }

  restore(pages: readonly number[]): void {
    this.#pages.clear();
    for (const page of pages) this.#pages.add(page);
  }
}
