/**
 * Nice values: how much of the CPU a thread leaves to others, from −20 (nothing) to 19. They have one effect, on how long a turn
 * is. Everyone has a turn in each round, so that of threads that compute all the time each gets its share: one that is a
 * step nicer 4/5 of what the other gets, as on Linux (kernel/sched/core.c, sched_prio_to_weight, whose table this is but for rounding).
 *
 * Left out: that a thread with a small value comes before others when it wakes.
 */
import type { Core } from "../core.ts";
import type { Process } from "./process.ts";

export const LEAST_NICE = -20;
export const MOST_NICE = 19;

/** What a step of niceness divides the turn by. */
const STEP = 5 / 4;

/** Turns in quanta of nice 0, by nice value from the least. Multiplied out, which gives the same everywhere. */
const TURNS: readonly number[] = Array.from({ length: MOST_NICE - LEAST_NICE + 1 }, (_, index) => {
  let turn = 1;
  for (let nice = LEAST_NICE + index; nice < 0; nice++) turn *= STEP;
  for (let nice = LEAST_NICE + index; nice > 0; nice--) turn /= STEP;
  return turn;
});

/** Cycles of the thread's turns, at least 1. */
export function quantumOf(core: Core, { nice }: Process): number {
  return Math.max(1, Math.round(core.config.quantumCycles * TURNS[nice - LEAST_NICE]));
}
