/** System calls about time. Virtual time only: cycle 0 is noon of a fixed day, so that every run has the same dates. */

import { Errno, type SyscallName } from "../abi.ts";
import { BOOT_EPOCH_SECONDS, CYCLES_PER_SECOND, NANOSECONDS_PER_CYCLE } from "../config.ts";
import type { Core } from "../core.ts";
import { readUserWords, writeUserWords } from "../mm/user-memory.ts";
import type { Process } from "../proc/process.ts";
import { sleepUnlessSignalled } from "../proc/signals.ts";
import type { SyscallHandler } from "./handler.ts";

const Clock = {
  Realtime: 0,
  Monotonic: 1,
  ProcessCpu: 2,
  ThreadCpu: 3,
  MonotonicRaw: 4,
  RealtimeCoarse: 5,
  MonotonicCoarse: 6,
  Boottime: 7,
} as const;
const TIMER_ABSTIME = 1;

/** A clock's reading in cycles, or −1 for an unknown clock. Realtime counts from BOOT_EPOCH_SECONDS. */
function readClock(core: Core, p: Process, clock: number): number {
  switch (clock) {
    case Clock.Realtime:
    case Clock.RealtimeCoarse:
    case Clock.Monotonic:
    case Clock.MonotonicRaw:
    case Clock.MonotonicCoarse:
    case Clock.Boottime:
      return core.hart.cycles;
    case Clock.ProcessCpu:
    case Clock.ThreadCpu:
      return p.counts.userCycles + p.counts.systemCycles + core.hart.cycles - p.sinceCycles;
    default:
      return -1;
  }
}

const isRealtime = (clock: number): boolean => clock === Clock.Realtime || clock === Clock.RealtimeCoarse;

/** struct __kernel_timespec: 64-bit seconds and nanoseconds. */
function timespec(cycles: number, epochSeconds: number): Int32Array {
  const seconds = epochSeconds + Math.floor(cycles / CYCLES_PER_SECOND);
  const nanoseconds = Math.floor(cycles % CYCLES_PER_SECOND) * NANOSECONDS_PER_CYCLE;
  return Int32Array.of(seconds | 0, Math.floor(seconds / 2 ** 32), nanoseconds, 0);
}

const clock_gettime64: SyscallHandler = (core, p, a) => {
  const cycles = readClock(core, p, a[0]);
  if (cycles < 0) return -Errno.EINVAL;
  return writeUserWords(core, p, a[1], timespec(cycles, isRealtime(a[0]) ? BOOT_EPOCH_SECONDS : 0));
};

/** The deadline is fixed at the first execution and kept in p.restart, so that waking early does not lengthen the sleep. */
const clock_nanosleep_time64: SyscallHandler = (core, p, a) => {
  const [clock, flags, request] = a;
  const isSleepable = isRealtime(clock) || clock === Clock.Monotonic || clock === Clock.Boottime;
  if (!isSleepable) return clock === Clock.ProcessCpu ? -Errno.ENOTSUP : -Errno.EINVAL;
  if (p.restart === null) {
    const words = new Int32Array(4);
    const read = readUserWords(core, p, request, words);
    if (read !== 0) return read;
    const seconds = words[1] * 2 ** 32 + (words[0] >>> 0);
    const nanoseconds = words[2] >>> 0;
    if (seconds < 0 || words[2] < 0 || nanoseconds >= 1_000_000_000) return -Errno.EINVAL;
    const cycles = seconds * CYCLES_PER_SECOND + Math.ceil(nanoseconds / NANOSECONDS_PER_CYCLE);
    const absolute = (flags & TIMER_ABSTIME) !== 0;
    const start = absolute ? (isRealtime(clock) ? -BOOT_EPOCH_SECONDS * CYCLES_PER_SECOND : 0) : core.hart.cycles;
    p.restart = { number: core.hart.x[17], progress: 0, deadlineCycles: start + cycles };
  }
  if (core.hart.cycles >= p.restart.deadlineCycles) return 0;
  return sleepUnlessSignalled(core, p, "nanosleep", p.restart.deadlineCycles);
};

/** Clock ticks of times(), 100 a second. */
const CYCLES_PER_CLOCK_TICK = CYCLES_PER_SECOND / 100;

const times: SyscallHandler = (core, p, a) => {
  const ticks = (cycles: number): number => Math.floor(cycles / CYCLES_PER_CLOCK_TICK);
  if (a[0] !== 0) {
    const { userCycles, systemCycles, childUserCycles, childSystemCycles } = p.counts;
    const words = Int32Array.of(
      ticks(userCycles),
      ticks(systemCycles),
      ticks(childUserCycles),
      ticks(childSystemCycles),
    );
    const written = writeUserWords(core, p, a[0], words);
    if (written !== 0) return written;
  }
  return ticks(core.hart.cycles) & 0x7fffffff;
};

export const timeCalls = { clock_gettime64, clock_nanosleep_time64, times } satisfies Partial<
  Record<SyscallName, SyscallHandler>
>;
