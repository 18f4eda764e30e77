/** What the load controller (load-control.ts) knows; plain data. */

/** A process that it has suspended. */
export interface Suspended {
  readonly tgid: number;
  /** Pages that it had, in memory and in swap. */
  readonly pages: number;
  readonly sinceCycles: number;
  readonly reason: string;
}

export interface LoadState {
  /** The longest suspended first. */
  suspended: Suspended[];
  /** Where the present window began: time, idle time and pages brought by then. */
  windowCycles: number;
  windowIdleCycles: number;
  windowTransfersIn: number;
}

export const freshLoadState = (): LoadState => ({
  suspended: [],
  windowCycles: 0,
  windowIdleCycles: 0,
  windowTransfersIn: 0,
});
