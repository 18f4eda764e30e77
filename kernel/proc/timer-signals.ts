/** timer_create's timers go off: who is due, and who gets the signal. posix-timers.ts has the rest of their life. */
import type { Core } from "../core.ts";
import { atTick, TICK_CYCLES, upcomingCycles } from "./expiry.ts";
import { clockOf, FROM_TIMER, forward } from "./posix-timers.ts";
import type { PendingSignal, PosixTimer, Process } from "./process.ts";
import { currentProcess } from "./scheduler.ts";
import { isBlocked, isIgnored, postSignal, postThreadSignal, type SignalInfo } from "./signals.ts";
import { isLeader, threadsOf } from "./threads.ts";

/**
 * Sends the signals of timers that are due. Called on every way out of the kernel, before deadlines are looked at; timers by CPU time are those
 * of the process that runs.
 */
export function firePosixTimers(core: Core): void {
  const { hart, variables } = core;
  if (hart.cycles >= variables.timerCycles) {
    for (const p of core.processes.values()) {
      if (!isLeader(p)) continue;
      for (const timer of p.group.posixTimers) if (timer.clock === "real") fire(core, p, timer);
    }
  }
  const p = currentProcess(core);
  if (p === null) return;
  for (const timer of p.group.posixTimers) if (timer.clock !== "real") fire(core, p, timer);
}

function fire(core: Core, p: Process, timer: PosixTimer): void {
  const dueCycles = upcomingCycles(timer);
  if ((timer.clock === "real" ? dueCycles : atTick(dueCycles)) > clockOf(core, p, timer)) return;
  const thread = timer.tid === 0 ? undefined : threadsOf(core, p.tgid).find(({ pid }) => pid === timer.tid);
  const target = thread ?? p;
  // One that is blocked waits: who unblocks it may have a handler by then.
  if (!isBlocked(target, timer.signal) && isIgnored(target, timer.signal)) {
    skip(core, p, timer);
    return;
  }
  timer.isQueued = true;
  const info: SignalInfo = {
    code: FROM_TIMER,
    senderPid: timer.id,
    status: timer.value,
    timer: { generation: timer.generation, overrun: 0 },
  };
  if (timer.tid === 0) postSignal(core, target, timer.signal, info);
  else if (thread !== undefined) postThreadSignal(core, thread, timer.signal, info);
  // A standard signal that already waits swallows this one, and a thread that has ended takes none.
  if (waits(core, p, timer)) return;
  timer.isQueued = false;
  skip(core, p, timer);
}

function waits(core: Core, p: Process, { id, generation }: PosixTimer): boolean {
  const isIts = ({ code, senderPid, timer }: PendingSignal): boolean =>
    code === FROM_TIMER && senderPid === id && timer?.generation === generation;
  return p.group.pending.some(isIts) || threadsOf(core, p.tgid).some(({ pending }) => pending.some(isIts));
}

/** Nobody wants the signal: as on Linux, the next time is a tick from now, or later. */
function skip(core: Core, p: Process, timer: PosixTimer): void {
  if (timer.intervalCycles === 0) timer.dueCycles = -1;
  else timer.dueCycles = forward(timer, clockOf(core, p, timer) + TICK_CYCLES).dueCycles;
}
