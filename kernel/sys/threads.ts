/** System calls that threads are made of: futex, robust lists, thread ids. */
import { Errno, type SyscallName } from "../abi.ts";
import { BOOT_EPOCH_SECONDS } from "../config.ts";
import type { Core } from "../core.ts";
import { prepareUser, readUserWord, writeUserWord } from "../mm/user-memory.ts";
import { FutexWord, futexKey, requeueFutex, waiters, wakeFutex } from "../proc/futex.ts";
import type { Process } from "../proc/process.ts";
import { sleepUnlessSignalled } from "../proc/signals.ts";
import { deadlineAt, deadlineIn, NO_DEADLINE } from "./deadlines.ts";
import type { SyscallHandler } from "./handler.ts";

/** Operations of futex(2), without those that requeue onto a priority-inheriting one (ENOSYS). */
const Operation = {
  Wait: 0,
  Wake: 1,
  Requeue: 3,
  CompareRequeue: 4,
  WakeOp: 5,
  LockPi: 6,
  UnlockPi: 7,
  TryLockPi: 8,
  WaitBitset: 9,
  WakeBitset: 10,
} as const;
/** Operations that may name their clock. */
const CLOCKED: readonly number[] = [Operation.Wait, Operation.WaitBitset, Operation.LockPi];
const PRIVATE = 128;
const CLOCK_REALTIME = 256;

const futex_time64: SyscallHandler = (core, p, a) => {
  const [vaddr, vaddr2] = [a[0] >>> 0, a[4] >>> 0];
  const operation = a[1] & ~(PRIVATE | CLOCK_REALTIME);
  const isPrivate = (a[1] & PRIVATE) !== 0;
  const isRealtime = (a[1] & CLOCK_REALTIME) !== 0;
  if (isRealtime && !CLOCKED.includes(operation)) return -Errno.ENOSYS;
  if (vaddr % 4 !== 0) return -Errno.EINVAL;
  // Words in shared memory are known by their page, so it has to be there.
  const reachable = isPrivate ? 0 : prepareUser(core, p, vaddr, 4, "load");
  if (reachable !== 0) return reachable;
  const key = futexKey(p, vaddr, isPrivate);
  switch (operation) {
    case Operation.Wait:
      return wait(core, p, a, key, -1, deadlineIn(core, p, a[3]));
    case Operation.WaitBitset:
      if (a[5] === 0) return -Errno.EINVAL;
      return wait(core, p, a, key, a[5], deadlineAt(core, p, a[3], isRealtime ? BOOT_EPOCH_SECONDS : 0));
    case Operation.Wake:
      return wakeFutex(core, key, atLeastOne(a[2]));
    case Operation.WakeBitset:
      return a[5] === 0 ? -Errno.EINVAL : wakeFutex(core, key, atLeastOne(a[2]), a[5]);
    case Operation.Requeue:
    case Operation.CompareRequeue: {
      if (vaddr2 % 4 !== 0 || a[2] < 0 || a[3] < 0) return -Errno.EINVAL;
      const otherReachable = isPrivate ? 0 : prepareUser(core, p, vaddr2, 4, "load");
      if (otherReachable !== 0) return otherReachable;
      const same = operation === Operation.Requeue ? 0 : compare(core, p, vaddr, a[5]);
      if (same !== 0) return same;
      const woken = wakeFutex(core, key, a[2]);
      return woken + requeueFutex(core, key, futexKey(p, vaddr2, isPrivate), a[3]);
    }
    case Operation.LockPi:
    case Operation.TryLockPi:
      return lock(core, p, a, key, operation === Operation.LockPi);
    case Operation.UnlockPi:
      return unlock(core, p, vaddr, key);
    case Operation.WakeOp:
      return wakeAndChange(core, p, a, key, vaddr2, isPrivate);
    default:
      return -Errno.ENOSYS;
  }
};

/**
 * A mutex whose word holds its owner's thread id. All threads have the same priority, so there is none to inherit: what is
 * left is that the kernel hands the mutex to who has waited longest.
 */
function lock(core: Core, p: Process, a: Int32Array, key: string, mayWait: boolean): number {
  const word = new Int32Array(1);
  const outcome = readUserWord(core, p, a[0], word);
  if (outcome !== 0) return outcome;
  const owner = word[0] & FutexWord.TidMask;
  if (owner === 0) return writeUserWord(core, p, a[0], p.pid | (word[0] & ~FutexWord.TidMask));
  if (owner === p.pid) return -Errno.EDEADLK;
  if (!mayWait) return -Errno.EAGAIN;
  if (!core.processes.has(owner as Process["pid"])) return -Errno.ESRCH;
  const deadlineCycles = deadlineAt(core, p, a[3], BOOT_EPOCH_SECONDS);
  if (deadlineCycles < NO_DEADLINE) return deadlineCycles + 1;
  if (deadlineCycles >= 0 && core.hart.cycles >= deadlineCycles) return -Errno.ETIMEDOUT;
  const written = writeUserWord(core, p, a[0], word[0] | FutexWord.Waiters);
  if (written !== 0) return written;
  p.restart = { number: core.hart.x[17], progress: 0, deadlineCycles };
  return sleepUnlessSignalled(core, p, key, deadlineCycles);
}

function unlock(core: Core, p: Process, vaddr: number, key: string): number {
  const word = new Int32Array(1);
  const outcome = readUserWord(core, p, vaddr, word);
  if (outcome !== 0) return outcome;
  if ((word[0] & FutexWord.TidMask) !== p.pid) return -Errno.EPERM;
  const [next, ...others] = waiters(core, key, -1);
  const owner = next === undefined ? 0 : next.pid | (others.length > 0 ? FutexWord.Waiters : 0);
  const written = writeUserWord(core, p, vaddr, owner);
  if (written === 0 && next !== undefined) wakeFutex(core, key, 1);
  return written;
}

/** Linux wakes one even when asked for none. */
const atLeastOne = (count: number): number => Math.max(1, count);

function wait(core: Core, p: Process, a: Int32Array, key: string, bitset: number, deadlineCycles: number): number {
  if (deadlineCycles < NO_DEADLINE) return deadlineCycles + 1;
  const same = compare(core, p, a[0], a[2]);
  const isLate = deadlineCycles >= 0 && core.hart.cycles >= deadlineCycles;
  // Who has slept has compared before: then only time has passed.
  if (p.inCall && p.restart !== null && isLate) return -Errno.ETIMEDOUT;
  if (same !== 0) return same;
  if (isLate) return -Errno.ETIMEDOUT;
  p.restart = { number: core.hart.x[17], progress: 0, deadlineCycles, bitset };
  return sleepUnlessSignalled(core, p, key, deadlineCycles);
}

/** 0 when the word is as expected, −EAGAIN when not; −EFAULT, RESTART. */
function compare(core: Core, p: Process, vaddr: number, expected: number): number {
  const word = new Int32Array(1);
  const outcome = readUserWord(core, p, vaddr, word);
  if (outcome !== 0) return outcome;
  return word[0] === expected ? 0 : -Errno.EAGAIN;
}

/**
 * FUTEX_WAKE_OP: changes the second word, wakes on the first, and on the second too if its old value passes a comparison.
 * val3 is op (4 bits), cmp (4), oparg (12), cmparg (12), both arguments signed.
 */
function wakeAndChange(core: Core, p: Process, a: Int32Array, key: string, vaddr2: number, isPrivate: boolean): number {
  if (vaddr2 % 4 !== 0) return -Errno.EINVAL;
  const code = a[5];
  const [operation, comparison] = [(code >>> 28) & 7, (code >>> 24) & 15];
  const shifted = code < 0;
  const given = (code << 8) >> 20;
  const operand = shifted ? 1 << (given & 31) : given;
  if (operation > 4 || comparison > 5) return -Errno.ENOSYS;
  const word = new Int32Array(1);
  const outcome = readUserWord(core, p, vaddr2, word);
  if (outcome !== 0) return outcome;
  const old = word[0];
  const changed = [operand, old + operand, old | operand, old & ~operand, old ^ operand][operation];
  const written = writeUserWord(core, p, vaddr2, changed);
  if (written !== 0) return written;
  const limit = (code << 20) >> 20;
  const passes = [old === limit, old !== limit, old < limit, old <= limit, old > limit, old >= limit][comparison];
  const woken = wakeFutex(core, key, atLeastOne(a[2]));
  return passes ? woken + wakeFutex(core, futexKey(p, vaddr2, isPrivate), atLeastOne(a[3])) : woken;
}

/** Bytes of struct robust_list_head. */
const ROBUST_HEAD_BYTES = 12;

const set_robust_list: SyscallHandler = (_core, p, a) => {
  if (a[1] !== ROBUST_HEAD_BYTES) return -Errno.EINVAL;
  p.robustListVaddr = a[0] >>> 0;
  return 0;
};

const get_robust_list: SyscallHandler = (core, p, a) => {
  const thread = a[0] === 0 ? p : core.processes.get(a[0] as Process["pid"]);
  if (!thread) return -Errno.ESRCH;
  return writeUserWord(core, p, a[2], ROBUST_HEAD_BYTES) || writeUserWord(core, p, a[1], thread.robustListVaddr | 0);
};

const set_tid_address: SyscallHandler = (_core, p, a) => {
  p.clearChildTid = a[0] >>> 0;
  return p.pid;
};

const gettid: SyscallHandler = (_core, p) => p.pid;

export const threadCalls = {
  futex_time64,
  get_robust_list,
  gettid,
  set_robust_list,
  set_tid_address,
} satisfies Partial<Record<SyscallName, SyscallHandler>>;
