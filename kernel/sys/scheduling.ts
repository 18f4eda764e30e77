/**
 * System calls about a thread's place in the queue. There is one class, SCHED_OTHER with nice values, and one hart; asking for
 * what there is succeeds, and real-time classes are refused as Linux refuses them to those who may not have them (EPERM).
 */
import { Errno, type SyscallName } from "../abi.ts";
import type { Core } from "../core.ts";
import { readUserWords, writeUserWord, writeUserWords } from "../mm/user-memory.ts";
import { LEAST_NICE, MOST_NICE, quantumOf } from "../proc/nice.ts";
import type { Process } from "../proc/process.ts";
import { timespecOf } from "../timespec.ts";
import type { SyscallHandler } from "./handler.ts";

/** SCHED_* (include/uapi/linux/sched.h). */
const Policy = { Other: 0, Fifo: 1, RoundRobin: 2, Batch: 3, Idle: 5, Deadline: 6 } as const;
/** A bit of the policy: children do not inherit it. */
const RESET_ON_FORK = 0x4000_0000;
const MOST_REALTIME_PRIORITY = 99;

const isRealtime = (policy: number): boolean => policy === Policy.Fifo || policy === Policy.RoundRobin;
const isOrdinary = (policy: number): boolean =>
  policy === Policy.Other || policy === Policy.Batch || policy === Policy.Idle;

/** A thread, by its own id; 0 is the caller. */
const hasThread = (core: Core, tid: number): boolean => tid === 0 || core.processes.has(tid as Process["pid"]);

const sched_getscheduler: SyscallHandler = (core, _p, a) =>
  a[0] < 0 ? -Errno.EINVAL : hasThread(core, a[0]) ? Policy.Other : -Errno.ESRCH;

const sched_getparam: SyscallHandler = (core, p, a) => {
  if (a[0] < 0 || a[1] === 0) return -Errno.EINVAL;
  return hasThread(core, a[0]) ? writeUserWord(core, p, a[1], 0) : -Errno.ESRCH;
};

/** One hart: a mask of one word with bit 0. Returns the bytes written. */
const sched_getaffinity: SyscallHandler = (core, p, a) => {
  if (a[1] >>> 0 < 4 || a[1] % 4 !== 0) return -Errno.EINVAL;
  if (!hasThread(core, a[0])) return -Errno.ESRCH;
  return writeUserWords(core, p, a[2], Int32Array.of(1)) || 4;
};

/** The caller goes to the end of the queue at once. */
const sched_yield: SyscallHandler = (core, p) => {
  if (core.variables.readyQueue.length > 0) p.quantumCycles = 0;
  return 0;
};

const sched_get_priority_max: SyscallHandler = (_core, _p, a) => {
  if (isRealtime(a[0])) return MOST_REALTIME_PRIORITY;
  return isOrdinary(a[0]) || a[0] === Policy.Deadline ? 0 : -Errno.EINVAL;
};

const sched_get_priority_min: SyscallHandler = (_core, _p, a) => {
  if (isRealtime(a[0])) return 1;
  return isOrdinary(a[0]) || a[0] === Policy.Deadline ? 0 : -Errno.EINVAL;
};

/** A policy with its priority, for a thread; what Linux checks, in its order. */
function schedule(core: Core, p: Process, tid: number, policy: number, paramVaddr: number): number {
  if (tid < 0 || paramVaddr === 0) return -Errno.EINVAL;
  const priority = new Int32Array(1);
  const outcome = readUserWords(core, p, paramVaddr, priority);
  if (outcome !== 0) return outcome;
  if (!hasThread(core, tid)) return -Errno.ESRCH;
  if (isRealtime(policy)) {
    return priority[0] >= 1 && priority[0] <= MOST_REALTIME_PRIORITY ? -Errno.EPERM : -Errno.EINVAL;
  }
  return isOrdinary(policy) && priority[0] === 0 ? 0 : -Errno.EINVAL;
}

const sched_setscheduler: SyscallHandler = (core, p, a) =>
  a[1] < 0 ? -Errno.EINVAL : schedule(core, p, a[0], a[1] & ~RESET_ON_FORK, a[2]);

const sched_setparam: SyscallHandler = (core, p, a) => schedule(core, p, a[0], Policy.Other, a[1]);

/** The mask has to name the one hart. */
const sched_setaffinity: SyscallHandler = (core, p, a) => {
  const mask = new Int32Array(1);
  if (a[1] >>> 0 >= 4) {
    const outcome = readUserWords(core, p, a[2], mask);
    if (outcome !== 0) return outcome;
  }
  if (!hasThread(core, a[0])) return -Errno.ESRCH;
  return (mask[0] & 1) === 1 ? 0 : -Errno.EINVAL;
};

/** The length of its turns, which is what Linux tells of SCHED_OTHER, too. */
const sched_rr_get_interval_time64: SyscallHandler = (core, p, a) => {
  if (a[0] < 0) return -Errno.EINVAL;
  const thread = a[0] === 0 ? p : core.processes.get(a[0] as Process["pid"]);
  if (thread === undefined) return -Errno.ESRCH;
  return writeUserWords(core, p, a[1], timespecOf(quantumOf(core, thread)));
};

// ---- nice values ----

const PrioritiesOf = { Process: 0, Group: 1, User: 2 } as const;

/** The threads that (which, who) names: one, those of a process group, or those of a user, of whom there is one. −EINVAL, −ESRCH. */
function threadsNamed(core: Core, p: Process, which: number, who: number): Process[] | number {
  if (which < PrioritiesOf.Process || which > PrioritiesOf.User) return -Errno.EINVAL;
  const isNamed = (thread: Process): boolean => {
    if (which === PrioritiesOf.Process) return thread.pid === (who || p.pid);
    return which === PrioritiesOf.Group ? thread.pgid === (who || p.pgid) : who === 0;
  };
  const threads = [...core.processes.values()].filter(isNamed);
  return threads.length > 0 ? threads : -Errno.ESRCH;
}

/** 20 less the least nice value of the threads. */
const getpriority: SyscallHandler = (core, p, a) => {
  const threads = threadsNamed(core, p, a[0], a[1]);
  return typeof threads === "number" ? threads : 20 - Math.min(...threads.map(({ nice }) => nice));
};

/** Holds from the next turn on. */
const setpriority: SyscallHandler = (core, p, a) => {
  const threads = threadsNamed(core, p, a[0], a[1]);
  if (typeof threads === "number") return threads;
  for (const thread of threads) thread.nice = Math.max(LEAST_NICE, Math.min(MOST_NICE, a[2]));
  return 0;
};

export const schedulingCalls = {
  getpriority,
  sched_get_priority_max,
  sched_get_priority_min,
  sched_getaffinity,
  sched_getparam,
  sched_getscheduler,
  sched_rr_get_interval_time64,
  sched_setaffinity,
  sched_setparam,
  sched_setscheduler,
  sched_yield,
  setpriority,
} satisfies Partial<Record<SyscallName, SyscallHandler>>;
