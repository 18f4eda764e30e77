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
  /** pc stands at a stop point, and nothing of that instruction has been done. */
  Point: 3,
} as const;
export type Stop = (typeof Stop)[keyof typeof Stop];

/** Bytes whose loads or stores are of interest. */
export interface WatchedBytes {
  /** `virtual`: of whichever address space runs. `physical`: through whatever page they are reached. */
  readonly space: "virtual" | "physical";
  /** Address of the first byte, unsigned. */
  readonly start: number;
  /** 1 or more. */
  readonly bytes: number;
  readonly loads: boolean;
  readonly stores: boolean;
}

/**
 * Where a debugger wants to look before an instruction is tried: at certain instructions, and at those that are about to
 * load or store certain bytes (whether or not the access will fault; what the kernel does to memory is not seen here).
 */
export interface StopPoints {
  /** Addresses of instructions, unsigned, in whichever address space runs. */
  readonly code: ReadonlySet<number>;
  readonly data: readonly WatchedBytes[];
}

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
  /**
   * From now on `run` also returns (Stop.Point) before the second or a later instruction that it comes to is tried and is
   * a stop point. The first is the caller's affair, see `isAtStopPoint`: a stop point is left by running on. null, as at
   * power-on: no stop points, and no cost. They are the watcher's, not the machine's: no part of a snapshot.
   */
  setStopPoints(points: StopPoints | null): void;
  /** Whether the instruction at hart.pc is a stop point as registers, TLB and tables are now. Has no effect. */
  isAtStopPoint(): boolean;
}
