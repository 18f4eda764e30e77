/** Comparing moments (see Moment in machine.ts): by turns of the kernel, then instructions, then virtual time. */
import type { Moment } from "./machine.ts";

/** Negative, 0 or positive, as for sorting. */
export const compareMoments = (a: Moment, b: Moment): number =>
  a.turns - b.turns || a.instret - b.instret || a.cycles - b.cycles;

/** Strictly earlier. */
export const isBefore = (a: Moment, b: Moment): boolean => compareMoments(a, b) < 0;

export const isSameMoment = (a: Moment, b: Moment): boolean => compareMoments(a, b) === 0;

/** For people: the instruction count, and the turn when that does not say it all. */
export const momentText = (m: Moment): string => `instruction ${m.instret} (turn ${m.turns}, cycle ${m.cycles})`;
