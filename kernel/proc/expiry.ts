/** When timers go off, for the scheduler, which must not let the machine wait beyond it. */
import type { IntervalTimer, PosixTimer, ThreadGroup } from "./process.ts";

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
