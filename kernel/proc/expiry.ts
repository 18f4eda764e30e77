/** When timers go off, for the scheduler, which must not let the machine wait beyond it. */
import { CYCLES_PER_SECOND } from "../config.ts";
import type { IntervalTimer, PosixTimer, ThreadGroup } from "./process.ts";

/** Linux's clock tick (HZ=250). */
export const TICK_CYCLES = CYCLES_PER_SECOND / 250;

/**
 * When a timer by CPU time goes off that is due at `dueCycles`: at the next tick, as on Linux, which looks at these clocks then. So a timer
 * of a microsecond leaves its program time to get on.
 */
export const atTick = (dueCycles: number): number => Math.ceil(dueCycles / TICK_CYCLES) * TICK_CYCLES;

/** When a timer of timer_create goes off by its clock; Infinity: not before something else has happened. */
export const upcomingCycles = ({ dueCycles, isQueued, signal }: PosixTimer): number =>
  dueCycles < 0 || isQueued || signal === 0 ? Number.POSITIVE_INFINITY : dueCycles;

/** The first cycle at which one of a process's timers by the clock goes off, or Infinity. */
export function nextExpiryCycles({ timers, posixTimers }: ThreadGroup): number {
  const alarm: IntervalTimer = timers[0];
  let next = alarm.dueCycles < 0 ? Number.POSITIVE_INFINITY : alarm.dueCycles;
  for (const timer of posixTimers) if (timer.clock === "real") next = Math.min(next, upcomingCycles(timer));
  return next;
}
