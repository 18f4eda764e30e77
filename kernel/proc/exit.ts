/**
 * The end of a process: its memory is thrown away at once (every PTE goes, its frames drain to the dirty list), its files
 * are closed, its children become pid 1's, and what remains is a zombie that its parent reads with waitid.
 */
import type { Pid } from "../../emulator/bits.ts";
import { Signal } from "../abi.ts";
import type { Core } from "../core.ts";
import { COSTS } from "../costs.ts";
import { charge } from "../counters.ts";
import { releaseFiles } from "../fs/open-file.ts";
import { leaveTerminal } from "../tty/device.ts";
import type { Process } from "./process.ts";
import { removeReady, wake } from "./scheduler.ts";
import { ActionFlag, childChannel, Handler, postSignal, SignalCode } from "./signals.ts";
import { leaveSpace, NO_SPACE } from "./space-users.ts";

/** The first process: inherits orphans; when it ends, the machine halts. */
export const INIT_PID = 1 as Pid;

/** Ends `p`, in whatever state it is: with `status` (0 … 255), or by a signal (then status does not count). */
export function exitProcess(core: Core, p: Process, status: number, signal: number): void {
  if (p.state === "zombie") return;
  charge(core, COSTS.exit);
  removeReady(core, p.pid);
  const channel = p.channel;
  p.state = "zombie";
  p.channel = "";
  p.wakeAtCycles = -1;
  p.exitCode = signal === 0 ? status & 0xff : 0;
  p.exitSignal = signal;
  p.pending = [];
  p.restart = null;
  if (channel !== "" && core.sink.enabled) core.sink.emit({ kind: "process-wake", pid: p.pid, channel });

  if (p.sid === p.pid && p.tty >= 0) leaveTerminal(core, p);
  releaseFiles(core, p.files);
  p.fs.users--;
  p.signalActions.users--;
  p.peakResidentPages = Math.max(p.peakResidentPages, p.space.peakResidentPages);
  const { space } = p;
  if (core.variables.currentPid === p.pid) core.mmu.setBare();
  p.space = NO_SPACE;
  leaveSpace(core, p, space);
  if (core.sink.enabled) {
    core.sink.emit({ kind: "process-exit", pid: p.pid, name: p.name, status: p.exitCode, signal });
  }
  adoptChildren(core, p);
  if (p.pid === INIT_PID) core.variables.haltStatus = signal === 0 ? p.exitCode : 128 + signal;
  tellParent(core, p);
}

/** Orphans become children of init; init is told of those that are zombies already. */
function adoptChildren(core: Core, parent: Process): void {
  for (const child of [...core.processes.values()]) {
    if (child.ppid !== parent.pid) continue;
    child.ppid = INIT_PID;
    if (child.state === "zombie") tellParent(core, child);
  }
}

/** SIGCHLD and a wake-up for the parent; a parent that ignores SIGCHLD wants no zombie. */
function tellParent(core: Core, p: Process): void {
  const parent = core.processes.get(p.ppid);
  if (parent === undefined || parent.state === "zombie") {
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

/** Removes a zombie for good; its parent inherits its counts. */
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
  counts.childUserCycles += p.counts.userCycles + p.counts.childUserCycles;
  counts.childSystemCycles += p.counts.systemCycles + p.counts.childSystemCycles;
  counts.childPeakResidentPages = Math.max(
    counts.childPeakResidentPages,
    p.peakResidentPages,
    p.counts.childPeakResidentPages,
  );
}

/** Processes that the report remembers after they are gone. */
const MAX_REAPED = 1000;
