/** struct __kernel_timespec, 64-bit seconds and nanoseconds, as cycles of the clock. */
import { Errno } from "./abi.ts";
import { BOOT_EPOCH_SECONDS, CYCLES_PER_SECOND, NANOSECONDS_PER_CYCLE } from "./config.ts";
import type { Core } from "./core.ts";
import { readUserWords, writeUserWords } from "./mm/user-memory.ts";
import type { Process } from "./proc/process.ts";

/** Flag of calls that take a time: it is a date of its clock, not a span from now. */
export const TIMER_ABSTIME = 1;

/** Bytes of a struct __kernel_timespec. */
export const TIMESPEC_BYTES = 16;
const NANOSECONDS_PER_SECOND = 1_000_000_000;

/**
 * A time span from the process, in cycles, rounded up, at most 2^53 − 1; or a date, as the cycles from `epochSeconds` to it, 0 when it is
 * earlier. (In cycles since 1970 a date of today would be no exact number.) −EINVAL when it is negative or its nanoseconds are no
 * fraction of a second (of which, as in a 32-bit kernel, only the low word counts); −EFAULT; RESTART.
 */
export function readTimespec(core: Core, p: Process, vaddr: number, epochSeconds = 0): number {
  const words = new Int32Array(4);
  const outcome = readUserWords(core, p, vaddr, words);
  if (outcome !== 0) return outcome;
  const seconds = words[1] * 2 ** 32 + (words[0] >>> 0);
  if (seconds < 0 || words[2] < 0 || words[2] >= NANOSECONDS_PER_SECOND) return -Errno.EINVAL;
  const cycles = (seconds - epochSeconds) * CYCLES_PER_SECOND + Math.ceil(words[2] / NANOSECONDS_PER_CYCLE);
  return Math.min(Math.max(0, cycles), Number.MAX_SAFE_INTEGER);
}

/** The words of a time: `cycles` since `epochSeconds`. Whole seconds are exact, also long before the machine's time 0. */
export function timespecOf(cycles: number, epochSeconds = 0): Int32Array {
  const whole = Math.floor(cycles / CYCLES_PER_SECOND);
  const seconds = epochSeconds + whole;
  const nanoseconds = Math.floor(cycles - whole * CYCLES_PER_SECOND) * NANOSECONDS_PER_CYCLE;
  return Int32Array.of(seconds | 0, Math.floor(seconds / 2 ** 32), nanoseconds, 0);
}

export function writeTimespec(core: Core, p: Process, vaddr: number, cycles: number): number {
  return writeUserWords(core, p, vaddr, timespecOf(cycles));
}

/** The cycle of a date, given in seconds since 1970 and nanoseconds. May be negative. */
export const cycleOfDate = (seconds: number, nanoseconds: number): number =>
  (seconds - BOOT_EPOCH_SECONDS) * CYCLES_PER_SECOND + Math.floor(nanoseconds / NANOSECONDS_PER_CYCLE);

/** The clock plus a span, as a deadline. */
export const deadlineAfter = (core: Core, cycles: number): number =>
  Math.min(core.hart.cycles + cycles, Number.MAX_SAFE_INTEGER);
