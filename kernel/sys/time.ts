/** System calls about time. Virtual time only: cycle 0 is noon of a fixed day, so that every run has the same dates. */

import { Errno, type SyscallName } from "../abi.ts";
import { CYCLES_PER_SECOND, NANOSECONDS_PER_CYCLE } from "../config.ts";
import type { Core } from "../core.ts";
import { readUserWords, writeUserWords } from "../mm/user-memory.ts";
import type { Process } from "../proc/process.ts";
import { sleepUnlessSignalled } from "../proc/signals.ts";
import { cpuCycles, leaderOf } from "../proc/threads.ts";
import { armTimer, TIMERS, timerClock } from "../proc/timers.ts";
import { deadlineAfter, readTimespec, TIMER_ABSTIME, timespecOf } from "../timespec.ts";
import { Clock, epochSecondsOf, isRealtime, readClock } from "./clocks.ts";
import type { SyscallHandler } from "./handler.ts";

const clock_gettime64: SyscallHandler = (core, p, a) => {
  const cycles = readClock(core, p, a[0]);
  if (cycles < 0) return -Errno.EINVAL;
  return writeUserWords(core, p, a[1], timespecOf(cycles, epochSecondsOf(a[0])));
};

/** The deadline is fixed at the first execution and kept in p.restart, so that waking early does not lengthen the sleep. */
const clock_nanosleep_time64: SyscallHandler = (core, p, a) => {
  const [clock, flags, request] = a;
  const isSleepable = isRealtime(clock) || clock === Clock.Monotonic || clock === Clock.Boottime;
  if (!isSleepable) return clock === Clock.ProcessCpu || clock === Clock.ThreadCpu ? -Errno.ENOTSUP : -Errno.EINVAL;
  if (p.restart === null) {
    const isAbsolute = (flags & TIMER_ABSTIME) !== 0;
    const cycles = readTimespec(core, p, request, isAbsolute ? epochSecondsOf(clock) : 0);
    if (cycles < 0) return cycles;
    const deadlineCycles = isAbsolute ? cycles : deadlineAfter(core, cycles);
    p.restart = { number: core.hart.x[17], progress: 0, deadlineCycles };
  }
  if (core.hart.cycles >= p.restart.deadlineCycles) return 0;
  return sleepUnlessSignalled(core, p, "nanosleep", p.restart.deadlineCycles);
};

/** Cycles are 10 ns long. The coarse clocks are as fine as the others here. */
const clock_getres_time64: SyscallHandler = (core, p, a) => {
  if (readClock(core, p, a[0]) < 0) return -Errno.EINVAL;
  return a[1] === 0 ? 0 : writeUserWords(core, p, a[1], Int32Array.of(0, 0, NANOSECONDS_PER_CYCLE, 0));
};

/** Time is the machine's own and the same in every run: nobody may set it. */
const clock_settime64: SyscallHandler = (core, p, a) => {
  if (!isRealtime(a[0])) return -Errno.EINVAL;
  const cycles = readTimespec(core, p, a[1]);
  return cycles < 0 ? cycles : -Errno.EPERM;
};

/** struct itimerval travels as four longs: interval and value, each seconds and microseconds. */
const MICROSECONDS_PER_SECOND = 1_000_000;
const CYCLES_PER_MICROSECOND = CYCLES_PER_SECOND / MICROSECONDS_PER_SECOND;

function itimerval(core: Core, p: Process, which: number): Int32Array {
  const { dueCycles, intervalCycles } = p.group.timers[which];
  // A timer that runs never shows 0, however little is left.
  const left = dueCycles < 0 ? 0 : Math.max(CYCLES_PER_MICROSECOND, dueCycles - timerClock(core, p, which));
  const words = (cycles: number): number[] => [
    Math.floor(cycles / CYCLES_PER_SECOND),
    Math.floor((cycles % CYCLES_PER_SECOND) / CYCLES_PER_MICROSECOND),
  ];
  return Int32Array.from([...words(intervalCycles), ...words(left)]);
}

const getitimer: SyscallHandler = (core, p, a) =>
  a[0] < 0 || a[0] >= TIMERS ? -Errno.EINVAL : writeUserWords(core, p, a[1], itimerval(core, p, a[0]));

const setitimer: SyscallHandler = (core, p, a) => {
  if (a[0] < 0 || a[0] >= TIMERS) return -Errno.EINVAL;
  const wanted = new Int32Array(4);
  if (a[1] !== 0) {
    const outcome = readUserWords(core, p, a[1], wanted);
    if (outcome !== 0) return outcome;
  }
  const isTime = (at: number): boolean =>
    wanted[at] >= 0 && wanted[at + 1] >= 0 && wanted[at + 1] < MICROSECONDS_PER_SECOND;
  if (!isTime(0) || !isTime(2)) return -Errno.EINVAL;
  if (a[2] !== 0) {
    const outcome = writeUserWords(core, p, a[2], itimerval(core, p, a[0]));
    if (outcome !== 0) return outcome;
  }
  const cycles = (at: number): number => wanted[at] * CYCLES_PER_SECOND + wanted[at + 1] * CYCLES_PER_MICROSECOND;
  armTimer(core, p, a[0], cycles(2), cycles(0));
  return 0;
};

/** Clock ticks of times(), 100 a second. */
const CYCLES_PER_CLOCK_TICK = CYCLES_PER_SECOND / 100;

const times: SyscallHandler = (core, p, a) => {
  const ticks = (cycles: number): number => Math.floor(cycles / CYCLES_PER_CLOCK_TICK);
  if (a[0] !== 0) {
    const { user, system } = cpuCycles(core, p);
    const { childUserCycles, childSystemCycles } = leaderOf(core, p).counts;
    const words = Int32Array.of(ticks(user), ticks(system), ticks(childUserCycles), ticks(childSystemCycles));
    const written = writeUserWords(core, p, a[0], words);
    if (written !== 0) return written;
  }
  return ticks(core.hart.cycles) & 0x7fffffff;
};

export const timeCalls = {
  clock_getres_time64,
  clock_gettime64,
  clock_nanosleep_time64,
  clock_settime64,
  getitimer,
  setitimer,
  times,
} satisfies Partial<Record<SyscallName, SyscallHandler>>;
