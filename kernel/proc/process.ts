/**
 * The process record: plain data, every field of it, so that a snapshot of the kernel is a copy. What several threads
 * of a process would share (address space, open files, signal actions, working directory) hangs off it as objects with
 * a `users` count, as in Linux, so that clone() can share or copy each.
 */

import type { Pid } from "../../emulator/bits.ts";
import type { AddressSpace } from "../mm/vma.ts";
import type { ResourceLimit } from "./resources.ts";

/** One slot of the descriptor table: an open file description (shared after dup and fork) and the per-slot flag. */
export interface Descriptor {
  readonly file: OpenFile;
  closeOnExec: boolean;
}

/** An open file description: what fork and dup share. `inode` and `pipe` objects belong to kernel/fs. */
export interface OpenFile {
  /** Number of descriptors (over all processes) that refer to it. */
  users: number;
  /** Linux open flags: access mode, O_APPEND, O_NONBLOCK. */
  flags: number;
  /** Byte offset for files; entry index for directories. */
  offset: number;
  /** Index of the inode in the file system's inode table. */
  readonly inode: number;
  /** Path it was opened by, for /proc and messages. */
  readonly path: string;
  /** flock's lock on it. */
  lock?: "shared" | "exclusive";
  /** Locks on ranges of its file that are its own (F_OFD_SETLK); from the first one on, or the first question. */
  ranges?: LockHolder;
  /**
   * Of a named pipe that was opened for reading while nobody had it open for writing: how often somebody had until then.
   * As long as nobody has since, there is nothing that has hung up (Linux, pipe_poll).
   */
  writerOpensBefore?: number;
}

/** fcntl's lock on the bytes [start, end) of a file; end may be Infinity. `pid` is −1 for one that belongs to an open file. */
export interface RecordLock {
  readonly inode: number;
  readonly start: number;
  readonly end: number;
  readonly isWrite: boolean;
  readonly pid: number;
}

/** What locks on ranges belong to: a descriptor table, or an open file. */
export interface LockHolder {
  /** In order of inode and start. */
  locks: RecordLock[];
}

export interface FileTable extends LockHolder {
  users: number;
  slots: (Descriptor | null)[];
}

export interface FsContext {
  users: number;
  cwd: number;
  cwdPath: string;
  umask: number;
}

/** Action for one signal: handler 0 default, 1 ignore, else the address of a function. Masks are 64 bits as two words. */
export interface SignalAction {
  handler: number;
  flags: number;
  maskLow: number;
  maskHigh: number;
}
export interface SignalActions {
  users: number;
  actions: SignalAction[];
}

/** Signal waiting to be delivered, with what siginfo needs. */
export interface PendingSignal {
  signal: number;
  code: number;
  senderPid: number;
  faultVaddr: number;
  /** SIGCHLD's status, or the value that rt_sigqueueinfo or a timer sends along. */
  status: number;
  /** From a timer of timer_create, whose id stands in senderPid: which setting of it; and what si_overrun will say, once the signal is taken. */
  timer?: { readonly generation: number; overrun: number };
}

/** One of setitimer's timers. Both are cycles of its clock; `dueCycles` −1: not armed; `intervalCycles` 0: once. */
export interface IntervalTimer {
  dueCycles: number;
  intervalCycles: number;
}

/** One of timer_create's timers (posix-timers.ts). */
export interface PosixTimer extends IntervalTimer {
  readonly id: number;
  /** What it counts: the machine's time, CPU time of its process, or that of one thread. */
  readonly clock: "real" | "process" | Pid;
  /** Dates that it is set to (TIMER_ABSTIME) count from 1970, the clock from here; 0 for clocks that are no calendar. */
  readonly epochSeconds: number;
  /** The signal that it sends; 0: none. */
  readonly signal: number;
  /** The thread that gets it; 0: the process. */
  readonly tid: number;
  /** What the signal carries. */
  readonly value: number;
  /** Counts how often it has been set. */
  generation: number;
  /** It has gone off, and its signal still waits: `dueCycles` has passed. */
  isQueued: boolean;
  /** Expirations that had no signal of their own before the latest signal was taken. */
  overrun: number;
}

/** What the threads of one process have in common beyond what clone could share by itself: exactly CLONE_THREAD. */
export interface ThreadGroup {
  /** Threads that have not ended. */
  users: number;
  /** Signals for the process as a whole; whichever thread does not block one takes it. */
  pending: PendingSignal[];
  /** The load controller has suspended the process: its threads sleep on their way to user code. */
  isSuspended: boolean;
  /** When it was last let go on; −1: it has never been suspended. */
  resumedCycles: number;
  /** A stop signal has been carried out and no SIGCONT has come since: threads stop on their way to user code. */
  isStopped: boolean;
  /** setitimer: ITIMER_REAL by the clock, ITIMER_VIRTUAL by user time, ITIMER_PROF by user and system time. */
  readonly timers: readonly [real: IntervalTimer, virtual: IntervalTimer, profile: IntervalTimer];
  /** timer_create's, and the id of the next. */
  posixTimers: PosixTimer[];
  nextTimerId: number;
  /** CPU time of threads that have ended. */
  endedUserCycles: number;
  endedSystemCycles: number;
}

/** A stack of its own for signal handlers (sigaltstack). `bytes` 0: none. */
export interface AlternateStack {
  vaddr: number;
  bytes: number;
  /** SS_AUTODISARM, or 0. */
  flags: number;
}

/** What a system call remembers while it sleeps. */
export interface CallMemory {
  /** The call it belongs to. */
  number: number;
  /** Bytes already transferred, and the like. */
  progress: number;
  /** When to give up, or −1. */
  deadlineCycles: number;
  /** The address that the call has decided on (mmap that populates). */
  vaddr?: number;
  /** FUTEX_WAIT_BITSET's bits, or which semaphore semop waits for. */
  bitset?: number;
  /** The lock that F_SETLKW waits for. */
  lock?: RecordLock;
  /** What an open that waits for the other end of a named pipe is to open. */
  opening?: { readonly flags: number; readonly path: string };
  /** Set by whoever has decided the sleeping call (futex, open): its result, whatever comes between. */
  result?: number;
}

export type ProcessState = "ready" | "running" | "blocked" | "stopped" | "zombie";

export interface Process {
  /** Of this thread. Only an exec by a thread that is no leader changes it: it takes the leader's place. */
  pid: Pid;
  /** Thread group: equals pid for the first thread. getpid() returns this. */
  readonly tgid: Pid;
  ppid: Pid;
  pgid: number;
  sid: number;
  /** Name of the program's file, at most 15 characters in /proc, whole here. */
  name: string;
  argv: string[];
  /** As given to execve, for /proc/PID/environ. */
  environment: readonly string[];
  state: ProcessState;
  /** Saved user registers while it does not run (x[0] is 0) and pc. While it runs, the hart has them. */
  readonly x: Int32Array;
  pc: number;
  /** What a blocked process waits for: wake(channel) makes it ready. "" when not blocked. */
  channel: string;
  /** Cycle at which a blocked process wakes by itself, or −1. */
  wakeAtCycles: number;
  /** A signal ends the present sleep. */
  interruptible: boolean;
  /**
   * pc stands at an ecall that has slept (RESTART) and is to be executed again. Signal delivery looks at it: a handler
   * without SA_RESTART makes the call return −EINTR instead (and clears this and `restart`).
   */
  inCall: boolean;
  /** Memory of a system call that is being restarted; cleared when the call returns. */
  restart: CallMemory | null;
  space: AddressSpace;
  files: FileTable;
  fs: FsContext;
  signalActions: SignalActions;
  /** Blocked-signal mask, 64 bits as two words. */
  sigmaskLow: number;
  sigmaskHigh: number;
  /** Mask to restore after sigsuspend/ppoll, or null. */
  savedSigmask: { low: number; high: number } | null;
  /** Signals for this thread alone: from tkill, or brought upon itself. */
  pending: PendingSignal[];
  group: ThreadGroup;
  altStack: AlternateStack;
  /** Head of the list of robust futexes that this thread holds (set_robust_list), or 0. */
  robustListVaddr: number;
  /** Address at which the thread id is zeroed on exit (set_tid_address), or 0. */
  clearChildTid: number;
  /** Address at which the child's own first run stores its thread id (CLONE_CHILD_SETTID), or 0. */
  setChildTid: number;
  /** Most resident pages it ever had; filled in at exit, when its space is gone. */
  peakResidentPages: number;
  /** waitid status once it is a zombie (or stopped/continued and not yet reported). */
  exitCode: number;
  /** Signal that ended it, or 0. */
  exitSignal: number;
  /** Signal sent to the parent at exit (SIGCHLD, or 0 for threads). */
  parentSignal: number;
  /** −1000 … 1000: how much more, or less, the out-of-memory killer shall think of it, in thousandths of all memory. */
  oomScoreAdjust: number;
  /** −20 … 19: how long its turns are (nice.ts). */
  nice: number;
  /** Signal that it gets when its parent ends (PR_SET_PDEATHSIG), or 0. A child starts with 0. */
  parentDeathSignal: number;
  /** Unreported stop or continue for waitid(WSTOPPED|WCONTINUED): signal number, or 0. */
  stopReport: number;
  continueReport: boolean;
  /** setrlimit's values by resource; threads of a process have the same object. */
  readonly limits: readonly ResourceLimit[];
  /** The fault being waited for is a hard fault: the page is on its way from swap. */
  hardFaultVpn: number;
  /** counts.instructions at the latest page fault of an instruction, and how often that instruction has faulted. */
  lastFaultInstructions: number;
  /** How far its system call had come by then. */
  lastFaultProgress: number;
  faultsInPlace: number;
  /** Controlling terminal's index, or −1. */
  tty: number;
  /** Counters, for /proc, getrusage and --report. */
  readonly counts: ProcessCounts;
  /** Cycles left of the present quantum. */
  quantumCycles: number;
  /** hart.instret and hart.cycles when it was last put on the CPU. */
  sinceInstret: number;
  sinceCycles: number;
  readonly startCycles: number;
}

/** What one process has done so far. All are totals. */
export interface ProcessCounts {
  instructions: number;
  /** Cycles in user mode / charged to the kernel on its behalf. */
  userCycles: number;
  systemCycles: number;
  faults: number;
  zeroFill: number;
  cow: number;
  soft: number;
  hard: number;
  file: number;
  guard: number;
  segv: number;
  voluntarySwitches: number;
  involuntarySwitches: number;
  syscalls: number;
  /** Of reaped children, for getrusage(RUSAGE_CHILDREN). */
  childMinorFaults: number;
  childMajorFaults: number;
  childUserCycles: number;
  childSystemCycles: number;
  childPeakResidentPages: number;
}
