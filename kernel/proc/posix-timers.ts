/**
 * timer_create's timers: any number for each process, by the clock or by CPU time, each with a signal and a value of its own.
 *
 * As on Linux a timer that has gone off stands still until its signal is taken. Only then are the expirations counted that
 * would have come meanwhile (the overrun), and the next one is set. So a timer that is faster than its program is as fast as its signals are
 * taken. (One by the clock whose handler takes longer than its interval leaves the program no time of its own, on Linux, too.)
 * timer-signals.ts lets them go off.
 */
import type { Core } from "../core.ts";
import { upcomingCycles } from "./expiry.ts";
import type { PendingSignal, PosixTimer, Process } from "./process.ts";
import { processCpuCycles, threadCpuCycles } from "./threads.ts";

/** si_code of a timer's signal (SI_TIMER). */
export const FROM_TIMER = -2;
/** Overruns are an int (DELAYTIMER_MAX). */
const MOST_OVERRUNS = 0x7fff_ffff;

/** What a timer's clock says now, in cycles. */
export function clockOf(core: Core, p: Process, { clock }: PosixTimer): number {
  if (clock === "real") return core.hart.cycles;
  return clock === "process" ? processCpuCycles(core, p) : threadCpuCycles(core, clock);
}

/** Cycles until a timer's next expiration, at least 1; 0: it is not armed. */
export function cyclesLeft(core: Core, p: Process, timer: PosixTimer): number {
  if (timer.dueCycles < 0) return 0;
  const now = clockOf(core, p, timer);
  const hasGoneOff = timer.isQueued || (timer.signal === 0 && timer.dueCycles <= now);
  if (!hasGoneOff) return Math.max(1, timer.dueCycles - now);
  return timer.intervalCycles === 0 ? 0 : forward(timer, now).dueCycles - now;
}

/** The first expiration after `now` of a timer with an interval, and how many there have been up to then. */
export function forward({ dueCycles, intervalCycles }: PosixTimer, now: number): { dueCycles: number; passed: number } {
  const passed = Math.max(0, Math.floor((now - dueCycles) / intervalCycles) + 1);
  return { dueCycles: dueCycles + passed * intervalCycles, passed };
}

/** Sets a timer: to go off at `dueCycles` of its clock, or in so many; then every `intervalCycles`, or with 0 once. */
export function setTimer(
  core: Core,
  p: Process,
  timer: PosixTimer,
  when: { readonly cycles: number; readonly isAbsolute: boolean },
  intervalCycles: number,
): void {
  // A signal of the old setting that still waits is delivered, and moves nothing.
  timer.generation++;
  timer.isQueued = false;
  timer.overrun = 0;
  timer.intervalCycles = intervalCycles;
  timer.dueCycles = when.isAbsolute ? when.cycles : clockOf(core, p, timer) + when.cycles;
  expect(core, timer);
}

/** Stops a timer. */
export function stopTimer(timer: PosixTimer): void {
  timer.generation++;
  timer.isQueued = false;
  timer.overrun = 0;
  timer.dueCycles = -1;
  timer.intervalCycles = 0;
}

/** The machine does not wait beyond a timer's next expiration. */
function expect(core: Core, timer: PosixTimer): void {
  const dueCycles = upcomingCycles(timer);
  if (timer.clock === "real" && dueCycles < core.variables.timerCycles) core.variables.timerCycles = dueCycles;
}

/** A timer whose signal is out of the way is set again. Result: expirations since the one that the signal told of. */
function advance(core: Core, p: Process, timer: PosixTimer): number {
  timer.isQueued = false;
  if (timer.intervalCycles === 0) {
    timer.dueCycles = -1;
    return 0;
  }
  const { dueCycles, passed } = forward(timer, clockOf(core, p, timer));
  timer.dueCycles = dueCycles;
  expect(core, timer);
  return Math.min(passed - 1, MOST_OVERRUNS);
}

/** `p` takes a timer's signal: the overrun is known now, and the timer goes on. Other signals are none of its business. */
export function noteTaken(core: Core, p: Process, { code, senderPid, timer: sent }: PendingSignal): void {
  if (code !== FROM_TIMER || sent === undefined) return;
  const timer = p.group.posixTimers.find(({ id }) => id === senderPid);
  if (timer === undefined || timer.generation !== sent.generation || !timer.isQueued) return;
  timer.overrun = advance(core, p, timer);
  sent.overrun = timer.overrun;
}
