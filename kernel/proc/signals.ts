/**
 * Signals: posting them, and delivering them before a process goes back to user code.
 *
 * A posted signal waits in `pending`; it ends an interruptible sleep unless it is blocked or would be ignored.
 * `deliverSignals` runs before every return to user code and carries out the actions, by default or by a handler with
 * the frame that Linux builds on riscv32 (signal-frame.ts). A sleeping system call that a handler interrupts is executed
 * again afterwards (SA_RESTART) or returns −EINTR; stopped and continued processes execute theirs again.
 *
 * A signal for a process waits in its group, and whichever thread does not block it takes it; one for a thread waits with
 * the thread.
 *
 * Left out: queues of more than one standard signal (as POSIX allows), core files (the "core" actions end the process like
 * the others).
 */
import { RESTART, Signal, SYSCALLS } from "../abi.ts";
import type { Core } from "../core.ts";
import { charge } from "../counters.ts";
import { interruptedResult } from "./interrupted.ts";
import { releaseKilled } from "./load-control.ts";
import { noteTaken } from "./posix-timers.ts";
import type { PendingSignal, Process, SignalAction, SignalActions } from "./process.ts";
import { hasPendingSignal, interruptSleep, makeReady, removeReady, sleep, wake } from "./scheduler.ts";
import { pushSignalFrame } from "./signal-frame.ts";
import { leaderOf, threadsOf } from "./threads.ts";

/** Signals are numbered 1 … 64; from 32 on they are the real-time signals. */
export const SIGNALS = 64;
const FIRST_REALTIME = 32;
/** Signals that may wait for one process; further real-time signals are dropped (RLIMIT_SIGPENDING). */
const MAX_PENDING = 128;

/** SignalAction.handler. */
export const Handler = { Default: 0, Ignore: 1 } as const;
/** SignalAction.flags. */
export const ActionFlag = {
  NoChildStop: 1,
  NoChildWait: 2,
  SigInfo: 4,
  OnStack: 0x08000000,
  Restart: 0x10000000,
  NoDefer: 0x40000000,
  ResetHandler: 0x80000000,
} as const;

/** siginfo's si_code, as far as the kernel sends them. */
export const SignalCode = {
  User: 0,
  Queue: -1,
  Tkill: -6,
  Kernel: 0x80,
  ChildExited: 1,
  ChildKilled: 2,
  ChildDumped: 3,
  ChildStopped: 5,
  ChildContinued: 6,
  SegvMapError: 1,
  SegvAccessError: 2,
  /** Faultline's own: STATUS_GUARD_PAGE_VIOLATION; Linux has no such code. */
  SegvGuardPage: 64,
  BusAlignment: 1,
  BusAddress: 2,
  IllegalOpcode: 1,
  TrapBreakpoint: 1,
} as const;

export type DefaultAction = "terminate" | "ignore" | "stop" | "continue";

export function defaultAction(signal: number): DefaultAction {
  switch (signal) {
    case Signal.SIGCHLD:
    case Signal.SIGWINCH:
    case Signal.SIGURG:
      return "ignore";
    case Signal.SIGCONT:
      return "continue";
    case Signal.SIGSTOP:
    case Signal.SIGTSTP:
    case Signal.SIGTTIN:
    case Signal.SIGTTOU:
      return "stop";
    default:
      return "terminate";
  }
}

/** What siginfo will say; what is left out is 0. */
export type SignalInfo = Partial<Omit<PendingSignal, "signal">>;

/** Channel on which a parent waits for news of its children. */
export const childChannel = (parentPid: number): string => `child:${parentPid}`;

export function freshSignalActions(): SignalActions {
  const none = (): SignalAction => ({ handler: Handler.Default, flags: 0, maskLow: 0, maskHigh: 0 });
  return { users: 1, actions: Array.from({ length: SIGNALS + 1 }, none) };
}

/** Fork: a copy of the actions, for one process. */
export function forkSignals(actions: SignalActions): SignalActions {
  return { users: 1, actions: actions.actions.map((action) => ({ ...action })) };
}

/** Exec: handlers are gone with the program that they were in; what was ignored stays ignored. */
export function resetSignalsOnExec(p: Process): void {
  const kept = freshSignalActions();
  p.signalActions.actions.forEach((action, signal) => {
    if (action.handler === Handler.Ignore) kept.actions[signal].handler = Handler.Ignore;
  });
  p.signalActions.users--;
  p.signalActions = kept;
  p.altStack = { vaddr: 0, bytes: 0, flags: 0 };
}

export function isBlocked(p: Process, signal: number): boolean {
  if (signal === Signal.SIGKILL || signal === Signal.SIGSTOP) return false;
  const bit = signal - 1;
  return (((bit < 32 ? p.sigmaskLow : p.sigmaskHigh) >>> (bit & 31)) & 1) === 1;
}

export function isIgnored(p: Process, signal: number): boolean {
  const { handler } = p.signalActions.actions[signal];
  if (handler !== Handler.Default) return handler === Handler.Ignore;
  // Going on is done when SIGCONT is sent, not when it would be taken.
  const action = defaultAction(signal);
  return action === "ignore" || action === "continue";
}

/** The signals whose default action ends a process with a core file (signal(7)). */
const WITH_CORE: ReadonlySet<number> = new Set([
  Signal.SIGQUIT,
  Signal.SIGILL,
  Signal.SIGTRAP,
  Signal.SIGABRT,
  Signal.SIGBUS,
  Signal.SIGFPE,
  Signal.SIGSEGV,
  Signal.SIGXCPU,
  Signal.SIGXFSZ,
  Signal.SIGSYS,
]);

/** Does it end the process at once, also one of which a thread waits for it? Not with a core file to be written first (Linux, complete_signal). */
export function isFatal(p: Process, signal: number): boolean {
  const { handler } = p.signalActions.actions[signal];
  return handler === Handler.Default && defaultAction(signal) === "terminate" && !WITH_CORE.has(signal);
}

/** Channel of a thread in rt_sigtimedwait. */
export const SIGWAIT_CHANNEL = "sigwait";

/**
 * Sends a signal to the process of which `target` is a thread. Nothing happens when the process has ended, for signal 0, or
 * when it would be ignored; of a standard signal that already waits there is no second one.
 */
export function postSignal(core: Core, target: Process, signal: number, info: SignalInfo = {}): void {
  if (target.group.users === 0) return;
  if (!enqueue(core, target, target.group.pending, signal, info)) return;
  const takes = (p: Process): boolean => p.state !== "zombie" && (!isBlocked(p, signal) || isAwaited(p, signal));
  if (takes(target)) {
    rouse(core, target, signal);
    return;
  }
  const others = threadsOf(core, target.tgid);
  const taker = others.find(takes);
  if (taker) rouse(core, taker, signal);
  else for (const p of others) wakeSigwait(core, p);
}

/** Sends a signal to one thread. */
export function postThreadSignal(core: Core, target: Process, signal: number, info: SignalInfo = {}): void {
  if (target.state === "zombie" || !enqueue(core, target, target.pending, signal, info)) return;
  if (isBlocked(target, signal)) wakeSigwait(core, target);
  else rouse(core, target, signal);
}

/** Puts a signal where it waits. False when there is nothing to be done about it (any more). */
function enqueue(core: Core, target: Process, pending: PendingSignal[], signal: number, info: SignalInfo): boolean {
  if (signal < 1 || signal > SIGNALS) return false;
  if (core.sink.enabled) core.sink.emit({ kind: "signal", pid: target.pid, signal, from: info.senderPid ?? 0 });
  const action = defaultAction(signal);
  if (action === "stop") dropPending(core, target, (other) => other === Signal.SIGCONT);
  if (action === "continue") {
    dropPending(core, target, (other) => defaultAction(other) === "stop");
    continueProcess(core, target);
  }
  if (!isBlocked(target, signal) && isIgnored(target, signal)) return false;
  const waitsAlready = pending.some((other) => other.signal === signal);
  if (signal < FIRST_REALTIME ? waitsAlready : pending.length >= MAX_PENDING) return false;
  pending.push({ signal, code: 0, senderPid: 0, faultVaddr: 0, status: 0, ...info });
  return true;
}

/** Is it blocked only because the thread waits for it in rt_sigtimedwait? */
function isAwaited(p: Process, signal: number): boolean {
  if (p.state !== "blocked" || p.channel !== SIGWAIT_CHANNEL || p.savedSigmask === null) return false;
  const bit = signal - 1;
  return (((bit < 32 ? p.savedSigmask.low : p.savedSigmask.high) >>> (bit & 31)) & 1) === 0;
}

/** A signal that `p` does not block waits for it. */
function rouse(core: Core, p: Process, signal: number): void {
  if (isAwaited(p, signal)) wakeSigwait(core, p);
  if (signal === Signal.SIGKILL && p.group.isSuspended) releaseKilled(core, p);
  if (signal === Signal.SIGKILL && p.group.isStopped) {
    p.group.isStopped = false;
    makeReady(core, p);
  } else if (signal === Signal.SIGKILL && p.state === "blocked") makeReady(core, p);
  else interruptSleep(core, p);
}

/** A thread in rt_sigtimedwait looks for itself whether the signal is one that it waits for. */
function wakeSigwait(core: Core, p: Process): void {
  if (p.state === "blocked" && p.channel === SIGWAIT_CHANNEL) makeReady(core, p);
}

/**
 * Sends a signal that the process has brought upon itself by an instruction. It cannot be put off: if it is blocked or
 * ignored, its default action is taken.
 */
export function forceSignal(core: Core, target: Process, signal: number, info: SignalInfo = {}): void {
  const action = target.signalActions.actions[signal];
  if (isBlocked(target, signal) || action.handler === Handler.Ignore) {
    action.handler = Handler.Default;
    const bit = signal - 1;
    if (bit < 32) target.sigmaskLow &= ~(1 << bit);
    else target.sigmaskHigh &= ~(1 << (bit - 32));
  }
  postThreadSignal(core, target, signal, info);
}

/** Sends a signal to every process of a group. Returns how many there are. */
export function postGroupSignal(core: Core, pgid: number, signal: number, info: SignalInfo = {}): number {
  let members = 0;
  for (const p of core.processes.values()) {
    if (p.pgid !== pgid || p.pid !== p.tgid) continue;
    members++;
    postSignal(core, p, signal, info);
  }
  return members;
}

/**
 * A group that nobody could continue: no member has a parent in the same session but another group (POSIX 3.264). The
 * terminal's stop signals do not stop its members.
 */
export function isOrphanedGroup(core: Core, pgid: number): boolean {
  for (const p of core.processes.values()) {
    if (p.pgid !== pgid || p.state === "zombie") continue;
    const parent = core.processes.get(p.ppid as Process["pid"]);
    if (parent && parent.sid === p.sid && parent.pgid !== pgid) return false;
  }
  return true;
}

/**
 * Carries out what waits for `p`, which is on the CPU and about to return to user code. Returns the signal that ends the
 * process, for the caller to end it with, or 0. Afterwards `p` may be stopped, or asleep because its stack is being
 * fetched from swap: then the signal still waits, and delivery is tried again when it runs next.
 */
export function deliverSignals(core: Core, p: Process): number {
  while (p.state === "running" && (hasPendingSignal(p) || p.group.isStopped)) {
    if (isKilled(p)) return Signal.SIGKILL;
    if (p.group.isStopped) {
      p.state = "stopped";
      return 0;
    }
    const { queue, pending } = nextPending(p, (signal) => !isBlocked(p, signal))!;
    const action = p.signalActions.actions[pending.signal];
    if (action.handler > Handler.Ignore || action.handler < 0) {
      // A call that waits for a page or a device is first finished.
      if (p.inCall && !p.interruptible) return 0;
      noteTaken(core, p, pending);
      const outcome = runHandler(core, p, pending, action);
      if (outcome === RESTART) return 0;
      take(queue, pending);
      if (outcome < 0) return Signal.SIGSEGV;
      continue;
    }
    take(queue, pending);
    noteTaken(core, p, pending);
    if (action.handler === Handler.Ignore) continue;
    const kind = defaultAction(pending.signal);
    if (kind === "terminate") return pending.signal;
    if (kind === "stop") stopProcess(core, p, pending.signal);
  }
  return 0;
}

/**
 * Sleeps until `channel`, a deadline or a signal. A signal that already waits keeps the process from falling asleep: it
 * is delivered on the way out, and the call executed again if it still has to be.
 */
export function sleepUnlessSignalled(core: Core, p: Process, channel: string, wakeAtCycles = -1): typeof RESTART {
  if (!hasPendingSignal(p)) return sleep(core, p, channel, wakeAtCycles);
  p.interruptible = true;
  return RESTART;
}

const isKilled = (p: Process): boolean =>
  [...p.pending, ...p.group.pending].some(({ signal }) => signal === Signal.SIGKILL);

/** Signals that an instruction brings about: they come before all others. */
const FROM_INSTRUCTIONS: readonly number[] = [
  Signal.SIGSEGV,
  Signal.SIGBUS,
  Signal.SIGILL,
  Signal.SIGTRAP,
  Signal.SIGFPE,
];

/** A pending signal and the queue that it waits in. */
interface Found {
  readonly queue: PendingSignal[];
  readonly pending: PendingSignal;
}

/**
 * The next signal that `p` would take of those that a predicate allows: its own before its process's, and of each the lowest
 * number first, those from instructions before the rest. Null when there is none.
 */
export function nextPending(p: Process, isWanted: (signal: number) => boolean): Found | null {
  for (const queue of [p.pending, p.group.pending]) {
    let best: PendingSignal | null = null;
    for (const pending of queue) {
      if (isWanted(pending.signal) && (best === null || rank(pending.signal) < rank(best.signal))) best = pending;
    }
    if (best !== null) return { queue, pending: best };
  }
  return null;
}

const rank = (signal: number): number => (FROM_INSTRUCTIONS.includes(signal) ? signal - SIGNALS : signal);

/** Removes a signal from the queue that it waits in. */
export function take(queue: PendingSignal[], pending: PendingSignal): void {
  queue.splice(queue.indexOf(pending), 1);
}

/** Makes the process enter its handler. 0, −EFAULT (no room for the frame), or RESTART. */
function runHandler(core: Core, p: Process, pending: PendingSignal, action: SignalAction): number {
  const { hart } = core;
  const before = { a0: hart.x[10], pc: hart.pc };
  const call = { isOpen: p.inCall, number: hart.x[17], result: 0 };
  if (call.isOpen) {
    const { result, isAsleep } = interruptedResult(core, p, (action.flags & ActionFlag.Restart) !== 0);
    if (isAsleep) return RESTART;
    call.result = result;
    if (result !== RESTART) {
      hart.x[10] = result;
      hart.pc = (hart.pc + 4) >>> 0;
    }
  }
  const saved = p.savedSigmask ?? { low: p.sigmaskLow, high: p.sigmaskHigh };
  const outcome = pushSignalFrame(core, p, pending, saved, (action.flags & ActionFlag.OnStack) !== 0);
  if (outcome !== 0) {
    hart.x[10] = before.a0;
    hart.pc = before.pc;
    return outcome;
  }
  charge(core, core.costs.signal);
  if (call.isOpen) tellInterrupted(core, p, call.number, call.result);
  hart.pc = (action.handler & ~1) >>> 0;
  // The mask of ppoll and sigsuspend holds for the handler; that of rt_sigtimedwait was for waiting only.
  if (call.isOpen && call.number === SYSCALLS.rt_sigtimedwait_time64.number)
    [p.sigmaskLow, p.sigmaskHigh] = [saved.low, saved.high];
  p.inCall = false;
  p.restart = null;
  p.savedSigmask = null;
  p.sigmaskLow |= action.maskLow;
  p.sigmaskHigh |= action.maskHigh;
  if ((action.flags & ActionFlag.NoDefer) === 0) blockSignal(p, pending.signal);
  if ((action.flags & ActionFlag.ResetHandler) !== 0) action.handler = Handler.Default;
  return 0;
}

function blockSignal(p: Process, signal: number): void {
  const bit = signal - 1;
  if (bit < 32) p.sigmaskLow |= 1 << bit;
  else p.sigmaskHigh |= 1 << (bit - 32);
}

const NAMES = new Map<number, string>(Object.entries(SYSCALLS).map(([name, { number }]) => [number, name]));

/** The events of a call come in pairs: this is the end of one that a handler has interrupted, RESTART if it begins anew. */
function tellInterrupted(core: Core, p: Process, number: number, result: number): void {
  const name = NAMES.get(number);
  if (core.sink.enabled && name !== undefined) core.sink.emit({ kind: "syscall-exit", pid: p.pid, name, result });
}

/** Stops the process of a thread that is on the CPU, and tells its parent. Threads that sleep stop when they wake. */
function stopProcess(core: Core, p: Process, signal: number): void {
  if (signal !== Signal.SIGSTOP && isOrphanedGroup(core, p.pgid)) return;
  p.group.isStopped = true;
  p.state = "stopped";
  for (const other of threadsOf(core, p.tgid)) {
    if (other.state !== "ready") continue;
    removeReady(core, other.pid);
    other.state = "stopped";
  }
  const leader = leaderOf(core, p);
  leader.stopReport = signal;
  leader.continueReport = false;
  tellParent(core, leader, SignalCode.ChildStopped, signal);
}

function continueProcess(core: Core, p: Process): void {
  if (!p.group.isStopped) return;
  p.group.isStopped = false;
  for (const thread of threadsOf(core, p.tgid)) if (thread.state === "stopped") makeReady(core, thread);
  const leader = leaderOf(core, p);
  leader.stopReport = 0;
  leader.continueReport = true;
  tellParent(core, leader, SignalCode.ChildContinued, Signal.SIGCONT);
}

function tellParent(core: Core, p: Process, code: number, status: number): void {
  const parent = core.processes.get(p.ppid as Process["pid"]);
  if (!parent) return;
  if ((parent.signalActions.actions[Signal.SIGCHLD].flags & ActionFlag.NoChildStop) === 0) {
    postSignal(core, parent, Signal.SIGCHLD, { code, senderPid: p.pid, status });
  }
  wake(core, childChannel(parent.pid));
}

/** Takes signals away from a process and all its threads. */
export function dropPending(core: Core, p: Process, isDropped: (signal: number) => boolean): void {
  const threads = p.group.users < 2 ? [p] : threadsOf(core, p.tgid);
  for (const queue of [p.group.pending, ...threads.map(({ pending }) => pending)]) {
    for (let i = queue.length - 1; i >= 0; i--) {
      if (!isDropped(queue[i].signal)) continue;
      const [dropped] = queue.splice(i, 1);
      noteTaken(core, p, dropped);
    }
  }
}
