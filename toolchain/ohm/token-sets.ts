/**
 * Sets of tokens in generated code: which tokens can begin a choice. One table tells for each token the sets that it is in, as bits of a
 * small integer, and the parser looks it up once for each token.
 */

/** Bits of a small integer, the sign left out. */
const SET_LIMIT = 31;

export class TokenSets {
  private readonly sets: string[] = [];

  /** The bit of the set of these codes, given in order; null when there are too many sets already. */
  bitOf(codes: readonly number[]): number | null {
    const key = codes.join(",");
    let index = this.sets.indexOf(key);
    if (index < 0) {
      if (this.sets.length === SET_LIMIT) return null;
      index = this.sets.push(key) - 1;
    }
    return 2 ** index;
  }

  /** The table, once the whole parser is written. */
  source(): string {
    const lists = this.sets.map((key) => key.split(",").map(Number));
    const base = lists.length === 0 ? 0 : Math.min(...lists.flat());
    const rows = lists.length === 0 ? [] : new Array<number>(Math.max(...lists.flat()) - base + 1).fill(0);
    lists.forEach((codes, index) => {
      for (const code of codes) rows[code - base]! |= 2 ** index;
    });
    return `/** For each token from FIRST_CODE on, the sets of tokens that it is in: those that can begin a certain choice. */
const FIRST_CODE = ${base};
const FIRST = new Int32Array([${rows.join(",")}]);
`;
  }
}

/** Source of the function that goes to a token. It needs the variables `input`, `pos`, `code` and `sets`. */
export const SEEK_SOURCE = `
function seek(to: number): void {
  pos = to;
  code = input.charCodeAt(to);
  sets = to < input.length ? FIRST[code - FIRST_CODE]! : 0;
}
`;
