/**
 * The end of a thread, and of a process with its last thread: its memory is thrown away at once (every PTE goes, its frames drain to the dirty list), its files
 * are closed, its children become pid 1's, and what remains is a zombie that its parent reads with waitid.
 */
import type { Pid } from "../../emulator/bits.ts";
import { Signal } from "../abi.ts";
import type { Core } from "../core.ts";
import { charge } from "../counters.ts";
import { releaseFiles } from "../fs/open-file.ts";
import { leaveTerminal } from "../tty/device.ts";
import type { Process, ProcessCounts } from "./process.ts";
import { account, removeReady, wake } from "./scheduler.ts";
import { ActionFlag, childChannel, Handler, postSignal, postThreadSignal, SignalCode } from "./signals.ts";
import { leaveSpace, noSpace } from "./space-users.ts";
import { semaphoreChannel } from "./system-v.ts";
import { isLeader, isOver, leaderOf, threadsOf } from "./threads.ts";
import { disarmTimers } from "./timers.ts";

/** The first process: inherits orphans; when it ends, the machine halts. */
export const INIT_PID = 1 as Pid;

/**
 * Ends the process of `p` with all its threads, in whatever state they are: with `status` (0 … 255), or by a signal (then
 * status does not count).
 */
export function exitProcess(core: Core, p: Process, status: number, signal: number): void {
  if (p.group.users === 0) return;
  const leader = leaderOf(core, p);
  endOtherThreads(core, p);
  // A leader that ended earlier did so with a status of its own; that of the whole process counts.
  leader.exitCode = signal === 0 ? status & 0xff : 0;
  leader.exitSignal = signal;
  endThread(core, p);
}

/** Ends all threads of a process but one (exec). */
export function endOtherThreads(core: Core, p: Process): void {
  if (p.group.users === 1) return;
  for (const other of threadsOf(core, p.tgid)) if (other !== p) endThread(core, other);
}

/** Ends one thread. With the last of its process the process ends, with what its leader's exit status is by then. */
export function exitThread(core: Core, p: Process, status: number): void {
  if (p.state === "zombie") return;
  if (isLeader(p) || p.group.users === 1) {
    const leader = leaderOf(core, p);
    leader.exitCode = status & 0xff;
    leader.exitSignal = 0;
  }
  endThread(core, p);
}

/** Takes a thread out of everything that it uses. Its record goes, unless it is a leader's: that stays as a zombie. */
function endThread(core: Core, p: Process): void {
  if (p.state === "zombie") return;
  charge(core, core.costs.exit);
  removeReady(core, p.pid);
  const channel = p.channel;
  p.state = "zombie";
  p.channel = "";
  p.wakeAtCycles = -1;
  p.pending = [];
  p.restart = null;
  if (channel !== "" && core.sink.enabled) core.sink.emit({ kind: "process-wake", pid: p.pid, channel });

  const isLast = --p.group.users === 0;
  if (isLast) disarmTimers(p.group);
  const leader = leaderOf(core, p);
  if (isLast && leader.sid === leader.pid && leader.tty >= 0) leaveTerminal(core, leader);
  releaseFiles(core, p.files);
  p.fs.users--;
  p.signalActions.users--;
  leader.peakResidentPages = Math.max(leader.peakResidentPages, p.space.peakResidentPages);
  const { space } = p;
  if (core.variables.currentPid === p.pid) core.mmu.setBare();
  p.space = noSpace();
  leaveSpace(core, p, space);
  if (core.sink.enabled) {
    const { exitCode, exitSignal } = leader;
    core.sink.emit({ kind: "process-exit", pid: p.pid, name: p.name, status: exitCode, signal: exitSignal });
  }
  if (!isLeader(p)) forgetThread(core, p, leader);
  if (isLast) endProcess(core, leader);
}

/** A thread other than the leader leaves no zombie; what it used is booked as its process's. */
function forgetThread(core: Core, p: Process, leader: Process): void {
  if (core.variables.currentPid === p.pid) {
    account(core, p, "systemCycles");
    core.variables.currentPid = 0;
  }
  core.processes.delete(p.pid);
  const { counts, group } = p;
  group.endedUserCycles += counts.userCycles;
  group.endedSystemCycles += counts.systemCycles;
  const total = leader.counts;
  for (const name of ADDED_COUNTS) total[name] += counts[name];
}

/** CPU time is not among them: it stands in the group. */
const ADDED_COUNTS = [
  "instructions",
  "faults",
  "zeroFill",
  "cow",
  "soft",
  "hard",
  "file",
  "guard",
  "segv",
  "voluntarySwitches",
  "involuntarySwitches",
  "syscalls",
] as const satisfies readonly (keyof ProcessCounts)[];

/** The last thread has ended: orphans find a new parent, and the parent hears of it. */
function endProcess(core: Core, leader: Process): void {
  leader.group.pending = [];
  undoSemaphores(core, leader.tgid);
  adoptChildren(core, leader);
  if (leader.pid === INIT_PID) {
    core.variables.haltStatus = leader.exitSignal === 0 ? leader.exitCode : 128 + leader.exitSignal;
  }
  tellParent(core, leader);
}

/** Orphans become children of init; init is told of those that are zombies already. */
/** SEM_UNDO: what the process has taken from semaphores it gives back. No value falls below 0. */
function undoSemaphores(core: Core, pid: number): void {
  for (const set of core.systemV.semaphores.values()) {
    const owed = set.undo.get(pid);
    if (owed === undefined) continue;
    set.undo.delete(pid);
    owed.forEach((change, number) => {
      if (change === 0) return;
      set.values[number] = Math.min(32767, Math.max(0, set.values[number] + change));
      set.lastPids[number] = pid;
    });
    wake(core, semaphoreChannel(set.id));
  }
}

function adoptChildren(core: Core, parent: Process): void {
  for (const child of [...core.processes.values()]) {
    if (child.ppid !== parent.pid) continue;
    child.ppid = INIT_PID;
    if (child.parentDeathSignal !== 0 && !isOver(child))
      postThreadSignal(core, child, child.parentDeathSignal, { code: SignalCode.User, senderPid: parent.pid });
    if (isLeader(child) && isOver(child)) tellParent(core, child);
  }
}

/** SIGCHLD and a wake-up for the parent; a parent that ignores SIGCHLD wants no zombie. */
function tellParent(core: Core, p: Process): void {
  const parent = core.processes.get(p.ppid);
  if (parent === undefined || parent.group.users === 0) {
    if (p.pid !== INIT_PID) reap(core, p, null);
    return;
  }
  const action = parent.signalActions.actions[Signal.SIGCHLD];
  const unwanted = action.handler === Handler.Ignore || (action.flags & ActionFlag.NoChildWait) !== 0;
  if (p.parentSignal !== 0) {
    const code = p.exitSignal === 0 ? SignalCode.ChildExited : SignalCode.ChildKilled;
    const childStatus = p.exitSignal === 0 ? p.exitCode : p.exitSignal;
    postSignal(core, parent, p.parentSignal, { code, senderPid: p.pid, status: childStatus });
  }
  if (unwanted) reap(core, p, parent);
  wake(core, childChannel(parent.pid));
}

/** Removes a zombie for good; its parent inherits its counts. `p` and `parent` are leaders. */
export function reap(core: Core, p: Process, parent: Process | null): void {
  core.processes.delete(p.pid);
  core.reaped.push({
    pid: p.pid,
    name: p.name,
    exit: p.exitSignal === 0 ? p.exitCode : 128 + p.exitSignal,
    instructions: p.counts.instructions,
    faults: p.counts.faults,
    peakResident: p.peakResidentPages,
  });
  if (core.reaped.length > MAX_REAPED) core.reaped.shift();
  if (parent === null) return;
  const { counts } = parent;
  counts.childMinorFaults += p.counts.faults - p.counts.hard + p.counts.childMinorFaults;
  counts.childMajorFaults += p.counts.hard + p.counts.childMajorFaults;
  counts.childUserCycles += p.counts.userCycles + p.group.endedUserCycles + p.counts.childUserCycles;
  counts.childSystemCycles += p.counts.systemCycles + p.group.endedSystemCycles + p.counts.childSystemCycles;
  counts.childPeakResidentPages = Math.max(
    counts.childPeakResidentPages,
    p.peakResidentPages,
    p.counts.childPeakResidentPages,
  );
}

/** Processes that the report remembers after they are gone. */
const MAX_REAPED = 1000;
