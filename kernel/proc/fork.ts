/**
 * clone: a new process as a copy of another. What is shared and what is copied follows Linux's flags; the memory of a copy is
 * shared page by page until someone writes (copy-on-write).
 *
 * Supported: fork (SIGCHLD), vfork and posix_spawn (CLONE_VM | CLONE_VFORK), threads (CLONE_THREAD), shared files, working
 * directory and signal actions, SETTLS and the four TID flags. Left out: namespaces, CLONE_PARENT, CLONE_PIDFD: EINVAL.
 */
import type { Pid } from "../../emulator/bits.ts";
import { Errno } from "../abi.ts";
import type { Core } from "../core.ts";
import { charge } from "../counters.ts";
import { forkFiles } from "../fs/open-file.ts";
import { copySpace, createSpace } from "../mm/address-space.ts";
import { mayCommit } from "../mm/commit.ts";
import { awaitFrames, reserveFrames, WAIT } from "../mm/reclaim.ts";
import { keepResetPages } from "../mm/reset.ts";
import { prepareUser, writeUserWord } from "../mm/user-memory.ts";
import type { AddressSpace } from "../mm/vma.ts";
import { KernelPanic } from "../panic.ts";
import { quantumOf } from "./nice.ts";
import type { Process, ProcessCounts } from "./process.ts";
import { makeReady, sleepUninterruptible } from "./scheduler.ts";
import { forkSignals } from "./signals.ts";
import { freshGroup } from "./threads.ts";

/** Linux clone flags (sched.h). The low byte is the signal for the parent at exit. */
export const Clone = {
  SignalMask: 0xff,
  Vm: 0x100,
  Fs: 0x200,
  Files: 0x400,
  Sighand: 0x800,
  Vfork: 0x4000,
  Thread: 0x10000,
  SysvSem: 0x40000,
  SetTls: 0x80000,
  ParentSetTid: 0x100000,
  ChildClearTid: 0x200000,
  Detached: 0x400000,
  ChildSetTid: 0x1000000,
} as const;

const SUPPORTED =
  Clone.SignalMask |
  Clone.Vm |
  Clone.Fs |
  Clone.Files |
  Clone.Sighand |
  Clone.Vfork |
  Clone.Thread |
  Clone.SysvSem |
  Clone.SetTls |
  Clone.ParentSetTid |
  Clone.ChildClearTid |
  Clone.Detached |
  Clone.ChildSetTid;

export interface CloneRequest {
  readonly flags: number;
  /** Stack pointer of the child, or 0: the parent's value. */
  readonly stack: number;
  readonly parentTid: number;
  readonly tls: number;
  readonly childTid: number;
}

/** Fresh counters. */
export const zeroCounts = (): ProcessCounts => ({
  instructions: 0,
  userCycles: 0,
  systemCycles: 0,
  faults: 0,
  zeroFill: 0,
  cow: 0,
  soft: 0,
  hard: 0,
  file: 0,
  guard: 0,
  segv: 0,
  voluntarySwitches: 0,
  involuntarySwitches: 0,
  syscalls: 0,
  childMinorFaults: 0,
  childMajorFaults: 0,
  childUserCycles: 0,
  childSystemCycles: 0,
  childPeakResidentPages: 0,
});

/** The child's pid, −errno, or RESTART. `parent` is on the CPU, its pc at the ecall. */
export function cloneProcess(core: Core, parent: Process, request: CloneRequest): number {
  const { flags } = request;
  if (parent.restart !== null && parent.restart.progress > 0) return finishVfork(core, parent);
  const refused = check(core, flags);
  if (refused !== 0) return refused;
  if ((flags & Clone.ParentSetTid) !== 0) {
    const writable = prepareUser(core, parent, request.parentTid, 4, "store");
    if (writable !== 0) return writable;
  }
  const space = cloneSpace(core, parent, flags);
  if (typeof space === "number") return space;

  const child = makeChild(core, parent, request, space);
  core.processes.set(child.pid, child);
  charge(core, core.costs.fork);
  core.variables.forks++;
  if ((flags & Clone.ParentSetTid) !== 0) writeUserWord(core, parent, request.parentTid, child.pid);
  // The child's own memory: with a copied space the page is write-protected now, and writing it may need a frame; a
  // child that starts without its tid in memory would break its C library, so it is left to the child's first run.
  if ((flags & Clone.ChildSetTid) !== 0) child.setChildTid = request.childTid;
  if (core.sink.enabled)
    core.sink.emit({ kind: "process-start", pid: child.pid, parent: parent.pid, name: child.name });
  makeReady(core, child);
  if ((flags & Clone.Vfork) === 0) return child.pid;
  parent.restart = { number: core.hart.x[17], progress: child.pid, deadlineCycles: 0 };
  return sleepUninterruptible(core, parent, `vfork:${child.pid}`);
}

/** The parent of a vfork has woken: is the child out of its memory? */
function finishVfork(core: Core, parent: Process): number {
  const pid = parent.restart!.progress as Pid;
  const child = core.processes.get(pid);
  if (child !== undefined && child.state !== "zombie" && child.space === parent.space) {
    return sleepUninterruptible(core, parent, `vfork:${pid}`);
  }
  return pid;
}

function check(core: Core, flags: number): number {
  if ((flags & ~SUPPORTED) !== 0) return -Errno.EINVAL;
  if ((flags & Clone.Sighand) !== 0 && (flags & Clone.Vm) === 0) return -Errno.EINVAL;
  if ((flags & Clone.Thread) !== 0 && (flags & Clone.Sighand) === 0) return -Errno.EINVAL;
  if ((flags & Clone.SignalMask) > 64) return -Errno.EINVAL;
  return core.processes.size >= core.config.maxProcesses ? -Errno.EAGAIN : 0;
}

function cloneSpace(core: Core, parent: Process, flags: number): AddressSpace | number {
  if ((flags & Clone.Vm) !== 0) {
    parent.space.users++;
    return parent.space;
  }
  if (!mayCommit(core, parent.space.committedPages)) return -Errno.ENOMEM;
  // Before frames are counted: a page that is kept is not to be had.
  keepResetPages(core, parent.space);
  const ready = reserveFrames(core, parent.space.pageTablePages);
  if (ready < 0) return ready === WAIT ? awaitFrames(core, parent, ready) : -Errno.ENOMEM;
  const space = createSpace(core, core.variables.nextPid);
  if (typeof space !== "number") copySpace(core, parent.space, space);
  else if (space !== -3) throw new KernelPanic("frames that were reserved for a fork are gone");
  return typeof space === "number" ? -Errno.EAGAIN : space;
}

function makeChild(core: Core, parent: Process, request: CloneRequest, space: AddressSpace): Process {
  const { flags } = request;
  const { hart, variables } = core;
  const pid = variables.nextPid++ as Pid;
  const x = hart.x.slice();
  x[10] = 0;
  if (request.stack !== 0) x[2] = request.stack | 0;
  if ((flags & Clone.SetTls) !== 0) x[4] = request.tls | 0;
  const shared = <T extends { users: number }>(flag: number, object: T, copy: (object: T) => T): T => {
    if ((flags & flag) === 0) return copy(object);
    object.users++;
    return object;
  };
  const isThread = (flags & Clone.Thread) !== 0;
  if (isThread) parent.group.users++;
  // A copy of the memory has the alternate stack, too; who shares the memory must not run on the same one (vfork waits).
  const keepsAltStack = (flags & (Clone.Vm | Clone.Vfork)) !== Clone.Vm;
  return {
    pid,
    tgid: isThread ? parent.tgid : pid,
    ppid: isThread ? parent.ppid : parent.tgid,
    pgid: parent.pgid,
    sid: parent.sid,
    name: parent.name,
    argv: [...parent.argv],
    environment: parent.environment,
    state: "stopped",
    x,
    pc: (hart.pc + 4) >>> 0,
    channel: "",
    wakeAtCycles: -1,
    interruptible: false,
    inCall: false,
    lastFaultInstructions: -1,
    lastFaultProgress: 0,
    faultsInPlace: 0,
    restart: null,
    space,
    files: shared(Clone.Files, parent.files, forkFiles),
    fs: shared(Clone.Fs, parent.fs, (fs) => ({ ...fs, users: 1 })),
    signalActions: shared(Clone.Sighand, parent.signalActions, forkSignals),
    sigmaskLow: parent.sigmaskLow,
    sigmaskHigh: parent.sigmaskHigh,
    savedSigmask: null,
    pending: [],
    group: isThread ? parent.group : freshGroup(),
    altStack: keepsAltStack ? { ...parent.altStack } : { vaddr: 0, bytes: 0, flags: 0 },
    robustListVaddr: 0,
    clearChildTid: (flags & Clone.ChildClearTid) !== 0 ? request.childTid : 0,
    setChildTid: 0,
    exitCode: 0,
    exitSignal: 0,
    parentSignal: isThread ? 0 : flags & Clone.SignalMask,
    parentDeathSignal: 0,
    oomScoreAdjust: parent.oomScoreAdjust,
    nice: parent.nice,
    stopReport: 0,
    continueReport: false,
    limits: isThread ? parent.limits : structuredClone(parent.limits),
    hardFaultVpn: -1,
    peakResidentPages: 0,
    tty: parent.tty,
    counts: zeroCounts(),
    quantumCycles: quantumOf(core, parent),
    sinceInstret: hart.instret,
    sinceCycles: hart.cycles,
    startCycles: hart.cycles,
  };
}
