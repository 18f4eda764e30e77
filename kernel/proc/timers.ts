/**
 * setitimer's timers: by the clock (SIGALRM), by a process's user time (SIGVTALRM), by its user and system time (SIGPROF).
 * The first ends the machine's waiting at the very cycle; the others go off at a tick of their clock, as on Linux, when the
 * kernel is entered next, so that they are late by at most a quantum more.
 */
import { Signal } from "../abi.ts";
import type { Core } from "../core.ts";
import { atTick } from "./expiry.ts";
import type { IntervalTimer, Process, ThreadGroup } from "./process.ts";
import { currentProcess } from "./scheduler.ts";
import { postSignal, SignalCode } from "./signals.ts";
import { cpuCycles, isLeader } from "./threads.ts";

/** ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF. */
export const Timer = { Real: 0, Virtual: 1, Profile: 2 } as const;
export const TIMERS = 3;

const SIGNALS = [Signal.SIGALRM, Signal.SIGVTALRM, Signal.SIGPROF] as const;

/** What a timer's clock says now, in cycles. */
export function timerClock(core: Core, p: Process, which: number): number {
  if (which === Timer.Real) return core.hart.cycles;
  const { user, system } = cpuCycles(core, p);
  return which === Timer.Virtual ? user : user + system;
}

/** Sets a timer to go off in `delayCycles` (0: never), then every `intervalCycles` (0: once). */
export function armTimer(core: Core, p: Process, which: number, delayCycles: number, intervalCycles: number): void {
  const timer = p.group.timers[which];
  timer.dueCycles = delayCycles === 0 ? -1 : timerClock(core, p, which) + delayCycles;
  timer.intervalCycles = intervalCycles;
  const { variables } = core;
  if (which === Timer.Real && timer.dueCycles >= 0 && timer.dueCycles < variables.timerCycles) {
    variables.timerCycles = timer.dueCycles;
  }
}

export function disarmTimers(group: ThreadGroup): void {
  for (const timer of group.timers) timer.dueCycles = -1;
  group.posixTimers = [];
}

/** Sends the signals of timers that are due. Called on every way out of the kernel, before deadlines are looked at. */
export function fireIntervalTimers(core: Core): void {
  const { hart, variables } = core;
  if (hart.cycles >= variables.timerCycles) {
    for (const p of core.processes.values()) {
      if (isLeader(p)) fire(core, p, Timer.Real, hart.cycles);
    }
  }
  const p = currentProcess(core);
  if (p === null) return;
  for (const which of [Timer.Virtual, Timer.Profile]) {
    if (p.group.timers[which].dueCycles >= 0) fire(core, p, which, timerClock(core, p, which));
  }
}

function fire(core: Core, p: Process, which: 0 | 1 | 2, nowCycles: number): void {
  const timer: IntervalTimer = p.group.timers[which];
  if (timer.dueCycles < 0) return;
  if ((which === Timer.Real ? timer.dueCycles : atTick(timer.dueCycles)) > nowCycles) return;
  // Signals that came while one was pending would have been dropped: the next one is the first after now.
  const missed = timer.intervalCycles === 0 ? 0 : Math.floor((nowCycles - timer.dueCycles) / timer.intervalCycles) + 1;
  timer.dueCycles = timer.intervalCycles === 0 ? -1 : timer.dueCycles + missed * timer.intervalCycles;
  postSignal(core, p, SIGNALS[which], { code: SignalCode.Kernel });
}
