/** System calls about signals: sending, actions, masks, waiting for them, the alternate stack. */
import { Errno, RESTART, Signal, type SyscallName } from "../abi.ts";
import type { Core } from "../core.ts";
import { prepareUser, readUserWords, writeUser, writeUserWords } from "../mm/user-memory.ts";
import { noteTaken } from "../proc/posix-timers.ts";
import type { PendingSignal, Process } from "../proc/process.ts";
import {
  isOnAltStack,
  popSignalFrame,
  SIGINFO_BYTES,
  StackFlag,
  setAltStack,
  writeSigInfo,
} from "../proc/signal-frame.ts";
import {
  dropPending,
  forceSignal,
  isFatal,
  isIgnored,
  nextPending,
  postGroupSignal,
  postSignal,
  postThreadSignal,
  SIGNALS,
  SIGWAIT_CHANNEL,
  SignalCode,
  sleepUnlessSignalled,
  take,
} from "../proc/signals.ts";
import { deadlineIn, NO_DEADLINE } from "./deadlines.ts";
import { REGISTERS_SET, type SyscallHandler } from "./handler.ts";

/** sigsetsize of every call: 64 signals. */
const SIGSET_BYTES = 8;
const How = { Block: 0, Unblock: 1, SetMask: 2 } as const;
/** Bits of SIGKILL and SIGSTOP, which cannot be blocked. */
const UNBLOCKABLE = (1 << (Signal.SIGKILL - 1)) | (1 << (Signal.SIGSTOP - 1));

/** Linux takes any thread's number for its process's (kill_pid_info). */
const anyThread = (core: Core, pid: number): Process | undefined => core.processes.get(pid as Process["pid"]);

const kill: SyscallHandler = (core, p, a) => {
  const [pid, signal] = a;
  const isSignal = signal >= 0 && signal <= SIGNALS;
  const info = { code: SignalCode.User, senderPid: p.tgid };
  if (pid > 0) {
    const target = anyThread(core, pid);
    if (!target) return -Errno.ESRCH;
    if (!isSignal) return -Errno.EINVAL;
    postSignal(core, target, signal, info);
    return 0;
  }
  if (!isSignal) return -Errno.EINVAL;
  if (pid !== -1) return postGroupSignal(core, pid === 0 ? p.pgid : -pid, signal, info) > 0 ? 0 : -Errno.ESRCH;
  let found = false;
  for (const target of core.processes.values()) {
    if (target.pid === 1 || target.tgid === p.tgid || target.pid !== target.tgid) continue;
    found = true;
    postSignal(core, target, signal, info);
  }
  return found ? 0 : -Errno.ESRCH;
};

const tkill: SyscallHandler = (core, p, a) => {
  const [tid, signal] = a;
  return tid <= 0 ? -Errno.EINVAL : signalThread(core, p, 0, tid, signal);
};

const tgkill: SyscallHandler = (core, p, a) => {
  const [tgid, tid, signal] = a;
  return tgid <= 0 || tid <= 0 ? -Errno.EINVAL : signalThread(core, p, tgid, tid, signal);
};

/** `tgid` 0: whatever process the thread belongs to. */
function signalThread(core: Core, p: Process, tgid: number, tid: number, signal: number): number {
  const target = core.processes.get(tid as Process["pid"]);
  if (!target || (tgid !== 0 && target.tgid !== tgid)) return -Errno.ESRCH;
  if (signal < 0 || signal > SIGNALS) return -Errno.EINVAL;
  postThreadSignal(core, target, signal, { code: SignalCode.Tkill, senderPid: p.tgid });
  return 0;
}

/** Words of siginfo that sigqueue fills in: si_signo, si_errno, si_code, si_pid, si_uid, si_value. */
const QUEUED_WORDS = 6;

/** sigqueue: a signal with a value. Codes of the kernel and of kill may not be forged towards others. */
const rt_sigqueueinfo: SyscallHandler = (core, p, a) => {
  const [pid, signal] = a;
  const info = new Int32Array(QUEUED_WORDS);
  const outcome = readUserWords(core, p, a[2], info);
  if (outcome !== 0) return outcome;
  const code = info[2];
  if ((code >= 0 || code === SignalCode.Tkill) && pid !== p.tgid) return -Errno.EPERM;
  if (signal < 0 || signal > SIGNALS) return -Errno.EINVAL;
  const target = anyThread(core, pid);
  if (!target) return -Errno.ESRCH;
  postSignal(core, target, signal, { code, senderPid: info[3], status: info[5] });
  return 0;
};

/**
 * struct k_sigaction: handler, flags, mask low, mask high. Linux has no restorer on riscv, yet musl's riscv32 port sets
 * SA_RESTORER and puts one before the mask, and qemu-riscv32 reads it there: whoever sets the flag gets that layout.
 * The restorer itself is not needed: handlers return to the trampoline.
 */
const SA_RESTORER = 0x0400_0000;
const RESTORER_WORDS = 1;

const rt_sigaction: SyscallHandler = (core, p, a) => {
  const [signal, act, oldact] = a;
  if (a[3] !== SIGSET_BYTES || signal < 1 || signal > SIGNALS) return -Errno.EINVAL;
  if (act !== 0 && (signal === Signal.SIGKILL || signal === Signal.SIGSTOP)) return -Errno.EINVAL;
  const action = p.signalActions.actions[signal];
  const wanted = new Int32Array(4);
  if (act !== 0) {
    const outcome = readUserWords(core, p, act, wanted);
    if (outcome !== 0) return outcome;
    if ((wanted[1] & SA_RESTORER) !== 0) {
      const shifted = readUserWords(core, p, act + 4 * (2 + RESTORER_WORDS), wanted.subarray(2));
      if (shifted !== 0) return shifted;
    }
  }
  if (oldact !== 0) {
    const restorer = (action.flags & SA_RESTORER) !== 0 ? [0] : [];
    const old = Int32Array.of(action.handler, action.flags, ...restorer, action.maskLow, action.maskHigh);
    const outcome = writeUserWords(core, p, oldact, old);
    if (outcome !== 0) return outcome;
  }
  if (act === 0) return 0;
  [action.handler, action.flags, action.maskLow, action.maskHigh] = [wanted[0] >>> 0, wanted[1], wanted[2], wanted[3]];
  action.maskLow &= ~UNBLOCKABLE;
  // POSIX: what waits is dropped when its signal becomes ignored.
  if (isIgnored(p, signal)) dropPending(core, p, (other) => other === signal);
  return 0;
};

const rt_sigprocmask: SyscallHandler = (core, p, a) => {
  const [how, set, oldset] = a;
  if (a[3] !== SIGSET_BYTES) return -Errno.EINVAL;
  const wanted = new Int32Array(2);
  if (set !== 0) {
    const outcome = readUserWords(core, p, set, wanted);
    if (outcome !== 0) return outcome;
    if (how !== How.Block && how !== How.Unblock && how !== How.SetMask) return -Errno.EINVAL;
  }
  if (oldset !== 0) {
    const outcome = writeUserWords(core, p, oldset, Int32Array.of(p.sigmaskLow, p.sigmaskHigh));
    if (outcome !== 0) return outcome;
  }
  if (set === 0) return 0;
  const [low, high] = wanted;
  if (how === How.Block) setMask(p, p.sigmaskLow | low, p.sigmaskHigh | high);
  else if (how === How.Unblock) setMask(p, p.sigmaskLow & ~low, p.sigmaskHigh & ~high);
  else setMask(p, low, high);
  return 0;
};

/** Sets the mask of blocked signals. */
export function setMask(p: Process, low: number, high: number): void {
  p.sigmaskLow = low & ~UNBLOCKABLE;
  p.sigmaskHigh = high | 0;
}

/**
 * Replaces the mask until the call ends, once, however often the call is executed again: ppoll and rt_sigsuspend. The old
 * mask is put back by `restoreMask`, or by the handler's return. 0, −EFAULT or RESTART.
 */
export function replaceMask(core: Core, p: Process, maskVaddr: number): number {
  if (p.savedSigmask !== null) return 0;
  const mask = new Int32Array(2);
  const outcome = readUserWords(core, p, maskVaddr, mask);
  if (outcome !== 0) return outcome;
  p.savedSigmask = { low: p.sigmaskLow, high: p.sigmaskHigh };
  setMask(p, mask[0], mask[1]);
  return 0;
}

export function restoreMask(p: Process): void {
  if (p.savedSigmask === null) return;
  p.sigmaskLow = p.savedSigmask.low;
  p.sigmaskHigh = p.savedSigmask.high;
  p.savedSigmask = null;
}

const rt_sigsuspend: SyscallHandler = (core, p, a) => {
  if (a[1] !== SIGSET_BYTES) return -Errno.EINVAL;
  const outcome = replaceMask(core, p, a[0]);
  if (outcome !== 0) return outcome;
  return sleepUnlessSignalled(core, p, "signal");
};

const rt_sigreturn: SyscallHandler = (core, p) => {
  const outcome = popSignalFrame(core, p);
  if (outcome === 0) return REGISTERS_SET;
  if (outcome !== -Errno.EFAULT) return outcome;
  forceSignal(core, p, Signal.SIGSEGV, { code: SignalCode.Kernel });
  return REGISTERS_SET;
};

/** Signals that wait although they are blocked: the thread's own and its process's. */
const rt_sigpending: SyscallHandler = (core, p, a) => {
  if (a[1] >>> 0 > SIGSET_BYTES) return -Errno.EINVAL;
  const set = new Int32Array(2);
  for (const { signal } of [...p.pending, ...p.group.pending]) set[(signal - 1) >> 5] |= 1 << ((signal - 1) & 31);
  set[0] &= p.sigmaskLow;
  set[1] &= p.sigmaskHigh;
  return writeUser(core, p, a[0], new Uint8Array(set.buffer, 0, a[1] >>> 0));
};

/**
 * Takes a signal of a set that waits, or sleeps until one comes. The signal's number, −EAGAIN when the time is over.
 *
 * Signals of the set that are not blocked are taken, too, rather than handled: while the thread sleeps they are blocked, so that
 * they wait for it. Linux does the reverse, it unblocks the whole set and keeps the mask as it was in `real_blocked`, to the same
 * effect: what would have ended the process still does, and what would have been ignored still is.
 */
const rt_sigtimedwait_time64: SyscallHandler = (core, p, a) => {
  const result = sigtimedwait(core, p, a);
  if (result !== RESTART) restoreMask(p);
  return result;
};

function sigtimedwait(core: Core, p: Process, a: Int32Array): number {
  if (a[3] !== SIGSET_BYTES) return -Errno.EINVAL;
  const set = new Int32Array(2);
  const outcome = readUserWords(core, p, a[0], set);
  if (outcome !== 0) return outcome;
  const deadline = deadlineIn(core, p, a[2]);
  if (deadline < NO_DEADLINE) return deadline + 1;
  set[0] &= ~UNBLOCKABLE;
  const found = nextPending(p, (signal) => ((set[(signal - 1) >> 5] >>> ((signal - 1) & 31)) & 1) === 1);
  if (found !== null) {
    // As on Linux the signal is used up even when its description cannot be stored.
    const ready = a[1] === 0 ? 0 : prepareUser(core, p, a[1], SIGINFO_BYTES, "store");
    if (ready === RESTART) return ready;
    take(found.queue, found.pending);
    noteTaken(core, p, found.pending);
    if (ready !== 0) return ready;
    if (a[1] !== 0) writeUser(core, p, a[1], siginfoOf(found.pending));
    return found.pending.signal;
  }
  if (deadline >= 0 && core.hart.cycles >= deadline) return -Errno.EAGAIN;
  p.restart = { number: core.hart.x[17], progress: 0, deadlineCycles: deadline };
  if (p.savedSigmask === null) blockAwaited(p, set);
  return sleepUnlessSignalled(core, p, SIGWAIT_CHANNEL, deadline);
}

/** Blocks the signals of a set that would be handled otherwise, until the call ends. */
function blockAwaited(p: Process, set: Int32Array): void {
  const added = Int32Array.of(0, 0);
  for (let signal = 1; signal <= SIGNALS; signal++) {
    const [word, bit] = [(signal - 1) >> 5, 1 << ((signal - 1) & 31)];
    if ((set[word] & bit) !== 0 && !isIgnored(p, signal) && !isFatal(p, signal)) added[word] |= bit;
  }
  p.savedSigmask = { low: p.sigmaskLow, high: p.sigmaskHigh };
  setMask(p, p.sigmaskLow | added[0], p.sigmaskHigh | added[1]);
}

function siginfoOf(pending: PendingSignal): Uint8Array {
  const view = new DataView(new ArrayBuffer(SIGINFO_BYTES));
  writeSigInfo(view, pending);
  return new Uint8Array(view.buffer);
}

/** Bytes of stack_t: ss_sp, ss_flags, ss_size. */
const STACK_BYTES = 12;

const sigaltstack: SyscallHandler = (core, p, a) => {
  const sp = core.hart.x[2] >>> 0;
  const wanted = new Int32Array(3);
  if (a[0] !== 0) {
    const outcome = readUserWords(core, p, a[0], wanted);
    if (outcome !== 0) return outcome;
  }
  const { vaddr, bytes, flags } = p.altStack;
  const mode = bytes === 0 ? StackFlag.Disable : isOnAltStack(p, sp) ? StackFlag.OnStack : 0;
  const old = Int32Array.of(vaddr, mode | flags, bytes);
  if (a[1] !== 0) {
    const ready = prepareUser(core, p, a[1], STACK_BYTES, "store");
    if (ready !== 0) return ready;
  }
  if (a[0] !== 0) {
    const refused = setAltStack(p, sp, wanted[0] >>> 0, wanted[1], wanted[2] >>> 0);
    if (refused !== 0) return refused;
  }
  return a[1] === 0 ? 0 : writeUserWords(core, p, a[1], old);
};

export const signalCalls = {
  kill,
  tkill,
  tgkill,
  sigaltstack,
  rt_sigpending,
  rt_sigqueueinfo,
  rt_sigtimedwait_time64,
  rt_sigaction,
  rt_sigprocmask,
  rt_sigreturn,
  rt_sigsuspend,
} satisfies Partial<Record<SyscallName, SyscallHandler>>;
