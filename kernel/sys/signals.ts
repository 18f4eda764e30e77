/** System calls about signals: kill, tkill, rt_sigaction, rt_sigprocmask, rt_sigsuspend, rt_sigreturn. */
import { Errno, Signal, type SyscallName } from "../abi.ts";
import type { Core } from "../core.ts";
import { readUserWords, writeUserWords } from "../mm/user-memory.ts";
import type { Process } from "../proc/process.ts";
import { popSignalFrame } from "../proc/signal-frame.ts";
import {
  forceSignal,
  isIgnored,
  postGroupSignal,
  postSignal,
  SIGNALS,
  SignalCode,
  sleepUnlessSignalled,
} from "../proc/signals.ts";
import { REGISTERS_SET, type SyscallHandler } from "./handler.ts";

/** sigsetsize of every call: 64 signals. */
const SIGSET_BYTES = 8;
const How = { Block: 0, Unblock: 1, SetMask: 2 } as const;
/** Bits of SIGKILL and SIGSTOP, which cannot be blocked. */
const UNBLOCKABLE = (1 << (Signal.SIGKILL - 1)) | (1 << (Signal.SIGSTOP - 1));

const kill: SyscallHandler = (core, p, a) => {
  const [pid, signal] = a;
  if (signal < 0 || signal > SIGNALS) return -Errno.EINVAL;
  const info = { code: SignalCode.User, senderPid: p.tgid };
  if (pid > 0) {
    const target = core.processes.get(pid as Process["pid"]);
    if (!target || target.pid !== target.tgid) return -Errno.ESRCH;
    postSignal(core, target, signal, info);
    return 0;
  }
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
  if (tid <= 0 || signal < 0 || signal > SIGNALS) return -Errno.EINVAL;
  const target = core.processes.get(tid as Process["pid"]);
  if (!target) return -Errno.ESRCH;
  postSignal(core, target, signal, { code: SignalCode.Tkill, senderPid: p.tgid });
  return 0;
};

/** struct k_sigaction: handler, flags, mask low, mask high; there is no restorer on riscv. */
const rt_sigaction: SyscallHandler = (core, p, a) => {
  const [signal, act, oldact] = a;
  if (a[3] !== SIGSET_BYTES || signal < 1 || signal > SIGNALS) return -Errno.EINVAL;
  if (act !== 0 && (signal === Signal.SIGKILL || signal === Signal.SIGSTOP)) return -Errno.EINVAL;
  const action = p.signalActions.actions[signal];
  const wanted = new Int32Array(4);
  if (act !== 0) {
    const outcome = readUserWords(core, p, act, wanted);
    if (outcome !== 0) return outcome;
  }
  if (oldact !== 0) {
    const old = Int32Array.of(action.handler, action.flags, action.maskLow, action.maskHigh);
    const outcome = writeUserWords(core, p, oldact, old);
    if (outcome !== 0) return outcome;
  }
  if (act === 0) return 0;
  [action.handler, action.flags, action.maskLow, action.maskHigh] = [wanted[0] >>> 0, wanted[1], wanted[2], wanted[3]];
  action.maskLow &= ~UNBLOCKABLE;
  // POSIX: what waits is dropped when its signal becomes ignored.
  if (isIgnored(p, signal)) p.pending = p.pending.filter((pending) => pending.signal !== signal);
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

export const signalCalls = {
  kill,
  tkill,
  rt_sigaction,
  rt_sigprocmask,
  rt_sigreturn,
  rt_sigsuspend,
} satisfies Partial<Record<SyscallName, SyscallHandler>>;
