/**
 * RLIMIT_CPU: a process that has used as many seconds of CPU time (user and system, all its threads) as its soft limit gets SIGXCPU,
 * and again after each further second; at the hard limit it gets SIGKILL. As on Linux the soft limit itself moves on by a second
 * each time, and who asks for it sees that (kernel/time/posix-cpu-timers.c, check_process_timers).
 *
 * It is looked at whenever the kernel is entered, so that the signal is late by at most a quantum; Linux's is by a clock tick.
 */
import { Signal } from "../abi.ts";
import { CYCLES_PER_SECOND } from "../config.ts";
import type { Core } from "../core.ts";
import { Resource, UNLIMITED } from "./resources.ts";
import { currentProcess } from "./scheduler.ts";
import { postSignal, SignalCode } from "./signals.ts";
import { processCpuCycles } from "./threads.ts";

/** Sends the process on the CPU what its limit has in store. Called on every way out of the kernel. */
export function enforceCpuLimit(core: Core): void {
  const p = currentProcess(core);
  if (p === null) return;
  const limit = p.limits[Resource.Cpu];
  if (limit.soft >= UNLIMITED) return;
  const seconds = processCpuCycles(core, p) / CYCLES_PER_SECOND;
  if (limit.hard < UNLIMITED && seconds >= limit.hard) postSignal(core, p, Signal.SIGKILL, { code: SignalCode.Kernel });
  else if (seconds >= limit.soft) {
    postSignal(core, p, Signal.SIGXCPU, { code: SignalCode.Kernel });
    limit.soft++;
  }
}
