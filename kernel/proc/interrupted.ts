/**
 * What a program sees of a system call that slept when a signal handler of its own comes between (signal(7), "Interruption
 * of system calls").
 */
import { Errno, RESTART, SYSCALLS } from "../abi.ts";
import type { Core } from "../core.ts";
import { TIMER_ABSTIME, writeTimespec } from "../timespec.ts";
import type { Process } from "./process.ts";

/** Calls that return −EINTR even when the handler has SA_RESTART. */
const NEVER_RESTARTED: readonly number[] = [
  SYSCALLS.clock_nanosleep_time64.number,
  SYSCALLS.ppoll_time64.number,
  SYSCALLS.pselect6_time64.number,
  SYSCALLS.rt_sigsuspend.number,
  SYSCALLS.rt_sigtimedwait_time64.number,
  SYSCALLS.semop.number,
  SYSCALLS.semtimedop_time64.number,
  SYSCALLS.msgsnd.number,
  SYSCALLS.msgrcv.number,
];

/** Where a call wants to be told how much of its time is left: an address, or 0. `x` are the registers at the ecall. */
function remainingTimeVaddr(x: Int32Array): number {
  switch (x[17]) {
    case SYSCALLS.clock_nanosleep_time64.number:
      return (x[11] & TIMER_ABSTIME) === 0 ? x[13] >>> 0 : 0;
    case SYSCALLS.ppoll_time64.number:
      return x[12] >>> 0;
    case SYSCALLS.pselect6_time64.number:
      return x[14] >>> 0;
    default:
      return 0;
  }
}

/** A futex wait with a time limit is not begun anew: its time would begin anew, too. */
const isTimedFutexWait = (p: Process): boolean =>
  p.restart?.number === SYSCALLS.futex_time64.number && p.restart.deadlineCycles >= 0;

/**
 * What the interrupted call gives: the result that someone has already decided; else the bytes moved so far if there are any;
 * else RESTART, so that the ecall is executed again when the handler returns; else −EINTR. Writes the remaining time where
 * the call has a place for it. `isAsleep` set in the answer: the process sleeps now, and delivery has to be tried again.
 */
export function interruptedResult(
  core: Core,
  p: Process,
  restarts: boolean,
): { readonly result: number; readonly isAsleep: boolean } {
  const { x } = core.hart;
  if (p.restart?.result !== undefined) return { result: p.restart.result, isAsleep: false };
  const moved = p.restart?.progress ?? 0;
  if (moved > 0) return { result: moved, isAsleep: false };
  if (restarts && !NEVER_RESTARTED.includes(x[17]) && !isTimedFutexWait(p)) return { result: RESTART, isAsleep: false };
  const vaddr = remainingTimeVaddr(x);
  const deadline = p.restart?.deadlineCycles ?? -1;
  if (vaddr === 0 || deadline < 0) return { result: -Errno.EINTR, isAsleep: false };
  const outcome = writeTimespec(core, p, vaddr, Math.max(0, deadline - core.hart.cycles));
  if (outcome === RESTART) return { result: outcome, isAsleep: true };
  const isSleepCall = x[17] === SYSCALLS.clock_nanosleep_time64.number;
  return { result: outcome !== 0 && isSleepCall ? outcome : -Errno.EINTR, isAsleep: false };
}
