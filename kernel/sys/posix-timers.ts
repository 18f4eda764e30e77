/** timer_create and its companions (timer_create(2)); proc/posix-timers.ts has what a timer does. */
import { Errno, RESTART, Signal, type SyscallName } from "../abi.ts";
import type { Core } from "../core.ts";
import { prepareUser, writeUserWord, writeUserWords } from "../mm/user-memory.ts";
import { cyclesLeft, setTimer, stopTimer } from "../proc/posix-timers.ts";
import type { PosixTimer, Process } from "../proc/process.ts";
import { Resource } from "../proc/resources.ts";
import { SIGNALS } from "../proc/signals.ts";
import { readTimespec, TIMER_ABSTIME, TIMESPEC_BYTES, timespecOf } from "../timespec.ts";
import { Clock, clockOwner, epochSecondsOf, isThreadClock } from "./clocks.ts";
import type { SyscallHandler } from "./handler.ts";
import { Notify, readSignalEvent } from "./sigevent.ts";

/** Timers that a process may have; on Linux RLIMIT_SIGPENDING bounds them, which holds here, too. */
const MOST_TIMERS = 1024;

/** struct itimerspec: interval, then value. */
const ITIMERSPEC_BYTES = 2 * TIMESPEC_BYTES;

const timer_create: SyscallHandler = (core, p, a) => {
  const [clockId, sigevent, idVaddr] = a;
  const id = p.group.nextTimerId;
  const wanted =
    sigevent === 0
      ? { value: id, signal: Signal.SIGALRM, notify: Notify.Signal, tid: 0 }
      : readSignalEvent(core, p, sigevent);
  if (typeof wanted === "number") return wanted;
  const { value, signal, notify, tid } = wanted;
  const clock = timedClock(core, p, clockId);
  if (clock === null) return -Errno.EINVAL;
  if (clock === "unsupported") return -Errno.ENOTSUP;
  const { group } = p;
  if (group.posixTimers.length >= Math.min(MOST_TIMERS, p.limits[Resource.PendingSignals].soft)) return -Errno.EAGAIN;
  if (!isNotification(core, p, signal, notify, tid)) return -Errno.EINVAL;
  const outcome = writeUserWord(core, p, idVaddr, id);
  if (outcome !== 0) return outcome;
  do {
    group.nextTimerId = (group.nextTimerId + 1) & 0x7fff_ffff;
  } while (timerOf(p, group.nextTimerId) !== undefined);
  group.posixTimers.push({
    id,
    clock,
    epochSeconds: epochSecondsOf(clockId),
    signal: notify === Notify.None ? 0 : signal,
    tid: (notify & Notify.ThreadId) === 0 ? 0 : tid,
    value,
    generation: 0,
    isQueued: false,
    overrun: 0,
    dueCycles: -1,
    intervalCycles: 0,
  });
  return 0;
};

/** What a timer by this clock counts; null: there is no such clock, or it is the CPU time of another process, which cannot be waited for here. */
function timedClock(core: Core, p: Process, clock: number): PosixTimer["clock"] | "unsupported" | null {
  switch (clock) {
    case Clock.Realtime:
    case Clock.Monotonic:
    case Clock.Boottime:
      return "real";
    case Clock.ProcessCpu:
      return "process";
    case Clock.ThreadCpu:
      return p.pid;
    case Clock.MonotonicRaw:
    case Clock.RealtimeCoarse:
    case Clock.MonotonicCoarse:
      return "unsupported";
  }
  const owner = clock < 0 ? clockOwner(core, p, clock) : null;
  if (owner === null || owner.tgid !== p.tgid) return null;
  return isThreadClock(clock) ? owner.pid : "process";
}

function isNotification(core: Core, p: Process, signal: number, notify: number, tid: number): boolean {
  switch (notify) {
    case Notify.None:
      return true;
    case Notify.Signal | Notify.ThreadId: {
      const thread = core.processes.get(tid as Process["pid"]);
      if (thread === undefined || thread.tgid !== p.tgid) return false;
      return signal >= 1 && signal <= SIGNALS;
    }
    case Notify.Signal:
    case Notify.Thread:
      return signal >= 1 && signal <= SIGNALS;
    default:
      return false;
  }
}

const timerOf = (p: Process, id: number): PosixTimer | undefined =>
  p.group.posixTimers.find((timer) => timer.id === id);

/** Words of a struct itimerspec: what is left of a timer, and its interval. */
function itimerspec(core: Core, p: Process, timer: PosixTimer): Int32Array {
  return Int32Array.of(...timespecOf(timer.intervalCycles), ...timespecOf(cyclesLeft(core, p, timer)));
}

const timer_settime64: SyscallHandler = (core, p, a) => {
  const [id, flags, wanted, old] = a;
  if (wanted === 0) return -Errno.EINVAL;
  const interval = readTimespec(core, p, wanted);
  if (interval < 0) return interval;
  const value = readTimespec(core, p, wanted + TIMESPEC_BYTES);
  if (value < 0) return value;
  const timer = timerOf(p, id);
  if (timer === undefined) return -Errno.EINVAL;
  const isAbsolute = (flags & TIMER_ABSTIME) !== 0;
  const cycles = isAbsolute ? readTimespec(core, p, wanted + TIMESPEC_BYTES, timer.epochSeconds) : value;
  if (cycles < 0) return cycles;
  // As on Linux the timer is set even when the old setting cannot be stored.
  const ready = old === 0 ? 0 : prepareUser(core, p, old, ITIMERSPEC_BYTES, "store");
  if (ready === RESTART) return ready;
  const before = itimerspec(core, p, timer);
  if (value === 0) stopTimer(timer);
  else setTimer(core, p, timer, { cycles, isAbsolute }, interval);
  if (ready !== 0) return ready;
  return old === 0 ? 0 : writeUserWords(core, p, old, before);
};

const timer_gettime64: SyscallHandler = (core, p, a) => {
  const timer = timerOf(p, a[0]);
  return timer === undefined ? -Errno.EINVAL : writeUserWords(core, p, a[1], itimerspec(core, p, timer));
};

const timer_getoverrun: SyscallHandler = (_core, p, a) => timerOf(p, a[0])?.overrun ?? -Errno.EINVAL;

const timer_delete: SyscallHandler = (_core, p, a) => {
  const { group } = p;
  const at = group.posixTimers.findIndex(({ id }) => id === a[0]);
  if (at < 0) return -Errno.EINVAL;
  group.posixTimers.splice(at, 1);
  return 0;
};

export const posixTimerCalls = {
  timer_create,
  timer_delete,
  timer_getoverrun,
  timer_gettime64,
  timer_settime64,
} satisfies Partial<Record<SyscallName, SyscallHandler>>;
