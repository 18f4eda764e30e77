/** What a simulated run costs: prices for what a policy makes happen, for people who grade policies by cost. */
import type { Simulation } from "./simulate.ts";

export interface CostProfile {
  /** Each reference. */
  readonly access: number;
  /** A page gets a frame; a page loses it. */
  readonly map: number;
  readonly unmap: number;
  /** A page that had been written out is read back; a page is written out. */
  readonly pageIn: number;
  readonly pageOut: number;
  /** A page that was never written out starts as zeros. */
  readonly zero: number;
  /** The next reference is another process's. */
  readonly contextSwitch: number;
}

/**
 * `nyu`: the prices of a known assignment (Operating Systems, New York University, lab 3). Its prices for files, segmentation
 * violations and exits do not occur here: a reference string has none.
 */
export const COST_PROFILES = {
  nyu: { access: 1, map: 350, unmap: 410, pageIn: 3200, pageOut: 2750, zero: 150, contextSwitch: 130 },
} as const satisfies Record<string, CostProfile>;

/** The price of a whole run. `accesses` counts repeated references to the same page, too. */
export function costOf(
  { misses, evictions, pageIns, pageOuts }: Simulation,
  profile: CostProfile,
  { accesses, contextSwitches }: { readonly accesses: number; readonly contextSwitches: number },
): number {
  return (
    accesses * profile.access +
    misses * profile.map +
    evictions * profile.unmap +
    pageIns * profile.pageIn +
    pageOuts * profile.pageOut +
    (misses - pageIns) * profile.zero +
    contextSwitches * profile.contextSwitch
  );
}
