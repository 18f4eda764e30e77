/**
 * Denning's working set of a reference string: W(t, τ) are the pages that the last τ references have touched. Its mean size
 * and its miss ratio, for each τ, from one pass over the gaps between two references to the same page.
 *
 * A reference misses when its page was not touched by the τ references before it. A reference keeps its page in the working
 * set for τ references, or until the page is touched again, or until the end.
 *
 * Source: P. J. Denning, The Working Set Model for Program Behavior, CACM 11(5), 1968; P. J. Denning, S. C. Schwartz,
 * Properties of the Working-Set Model, CACM 15(3), 1972.
 */
export interface WorkingSetPoint {
  readonly tau: number;
  /** Pages in the working set, mean over all references. */
  readonly meanPages: number;
  readonly missRatio: number;
}

/** One point for each τ. */
export function workingSetCurve(references: readonly number[], taus: readonly number[]): WorkingSetPoint[] {
  const length = references.length;
  /** References until the page is touched again, and to the end of the string for those that are the last of their page. */
  const gaps: number[] = [];
  const tails: number[] = [];
  const last = new Map<number, number>();
  references.forEach((page, at) => {
    const before = last.get(page);
    if (before !== undefined) gaps.push(at - before);
    last.set(page, at);
  });
  for (const at of last.values()) tails.push(length - at);
  return taus.map((tau) => {
    let [kept, hits] = [0, 0];
    for (const gap of gaps) {
      kept += Math.min(gap, tau);
      if (gap <= tau) hits++;
    }
    for (const tail of tails) kept += Math.min(tail, tau);
    return { tau, meanPages: kept / length, missRatio: (length - hits) / length };
  });
}
