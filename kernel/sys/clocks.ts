/** The clocks of clock_gettime, and what they say. All but those of CPU time are the machine's cycles. */
import { BOOT_EPOCH_SECONDS } from "../config.ts";
import type { Core } from "../core.ts";
import type { Process } from "../proc/process.ts";
import { processCpuCycles, threadCpuCycles } from "../proc/threads.ts";

export const Clock = {
  Realtime: 0,
  Monotonic: 1,
  ProcessCpu: 2,
  ThreadCpu: 3,
  MonotonicRaw: 4,
  RealtimeCoarse: 5,
  MonotonicCoarse: 6,
  Boottime: 7,
} as const;

/** A clock's reading in cycles, or −1 for an unknown clock. Realtime counts from BOOT_EPOCH_SECONDS. */
export function readClock(core: Core, p: Process, clock: number): number {
  switch (clock) {
    case Clock.Realtime:
    case Clock.RealtimeCoarse:
    case Clock.Monotonic:
    case Clock.MonotonicRaw:
    case Clock.MonotonicCoarse:
    case Clock.Boottime:
      return core.hart.cycles;
    case Clock.ProcessCpu:
      return processCpuCycles(core, p);
    case Clock.ThreadCpu:
      return threadCpuCycles(core, p.pid);
    default:
      return clock < 0 ? readProcessClock(core, p, clock) : -1;
  }
}

/** The thread that a negative clock is about (clock_getcpuclockid): −8 × (pid + 1) + 2 for all its process's time; pid 0: the caller. Null: no such clock. */
export function clockOwner(core: Core, p: Process, clock: number): Process | null {
  const tid = ~(clock >> 3);
  const thread = tid === 0 ? p : core.processes.get(tid as Process["pid"]);
  return thread === undefined || (clock & 3) === 3 ? null : thread;
}

/** A negative clock with bit 2 is that of one thread. */
export const isThreadClock = (clock: number): boolean => (clock & 4) !== 0;

function readProcessClock(core: Core, p: Process, clock: number): number {
  const thread = clockOwner(core, p, clock);
  if (thread === null) return -1;
  return isThreadClock(clock) ? threadCpuCycles(core, thread.pid) : processCpuCycles(core, thread);
}

export const isRealtime = (clock: number): boolean => clock === Clock.Realtime || clock === Clock.RealtimeCoarse;

/** The date that a clock counts from, in seconds since 1970; those that are no calendar count from the machine's start. */
export const epochSecondsOf = (clock: number): number => (isRealtime(clock) ? BOOT_EPOCH_SECONDS : 0);
