/**
 * The port that every execution engine stands behind. The reference interpreter is one; faster ones are held equal to
 * it in registers, memory, counters, TLB contents and events.
 */

/** Why `run` returned. */
export const Stop = {
  /** `hart.cycles` has reached the bound: time for the timer or a device. */
  Cycles: 0,
  /** `hart.instret` has reached the bound. */
  Instructions: 1,
  /** A trap: sepc, scause and stval are set in the hart; pc still stands at the trapping instruction. */
  Trap: 2,
} as const;
export type Stop = (typeof Stop)[keyof typeof Stop];

/**
 * Runs user code on a hart. Between two instructions nothing but the hart, the TLB and RAM holds state.
 */
export interface Engine {
  readonly name: string;
  /**
   * Runs until `hart.cycles >= untilCycles`, `hart.instret >= untilInstret`, or a trap, whichever comes first, all
   * checked between instructions. Each retired instruction adds one to both counters; a page-table walk adds cycles
   * only. An instruction that traps does not retire (its walk is still charged).
   */
  run(untilCycles: number, untilInstret: number): Stop;
}
