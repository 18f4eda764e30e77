/**
 * The LRU stack: at which depth does each reference find its page? A reference at depth d hits with d frames or more, so
 * one pass gives the miss ratio of LRU for every number of frames. Takes time proportional to references × pages.
 *
 * Source: R. L. Mattson, J. Gecsei, D. R. Slutz, I. L. Traiger, Evaluation Techniques for Storage Hierarchies, IBM
 * Systems Journal 9(2), 1970.
 */

/** Miss ratio of LRU with 1, 2, … frames, up to the number of distinct pages. */
export function missRatioCurve(references: readonly number[]): number[] {
  const stack: number[] = [];
  /** hits[d]: references that found their page at depth d, from 0. */
  const hits: number[] = [];
  for (const page of references) {
    const depth = stack.indexOf(page);
    if (depth >= 0) {
      hits[depth]++;
      stack.splice(depth, 1);
    } else hits.push(0);
    stack.unshift(page);
  }
  let misses = references.length;
  return hits.map((count) => {
    misses -= count;
    return misses / references.length;
  });
}
