/**
 * Threads: processes with one tgid that share a ThreadGroup. The first is the leader, whose pid is the tgid; waitid, kill,
 * /proc and the terminal know the process by it. A leader that ends before the others stays, as a zombie that nobody
 * may reap yet, until the last of them has ended.
 */
import type { Pid } from "../../emulator/bits.ts";
import type { Core } from "../core.ts";
import type { IntervalTimer, Process, ThreadGroup } from "./process.ts";

/** The group of a process with one thread. */
export function freshGroup(): ThreadGroup {
  const unarmed = (): IntervalTimer => ({ dueCycles: -1, intervalCycles: 0 });
  return {
    users: 1,
    pending: [],
    isStopped: false,
    isSuspended: false,
    resumedCycles: -1,
    timers: [unarmed(), unarmed(), unarmed()],
    posixTimers: [],
    nextTimerId: 0,
    endedUserCycles: 0,
    endedSystemCycles: 0,
  };
}

/** All threads of a process that are in the process table, the leader (even if it has ended) included. */
export function threadsOf(core: Core, tgid: number): Process[] {
  const found: Process[] = [];
  for (const p of core.processes.values()) if (p.tgid === tgid) found.push(p);
  return found;
}

export const isLeader = (p: Process): boolean => p.pid === p.tgid;

/** The first thread of a process; there is one as long as any thread is. */
export const leaderOf = (core: Core, p: Process): Process => core.processes.get(p.tgid) ?? p;

/** The process has ended with all its threads: a zombie in the sense of waitid. */
export const isOver = (leader: Process): boolean => leader.state === "zombie" && leader.group.users === 0;

/** A process by its pid, as kill and setpgid name it: a leader. */
export function processByPid(core: Core, pid: number): Process | undefined {
  const p = core.processes.get(pid as Pid);
  return p !== undefined && isLeader(p) ? p : undefined;
}

/** CPU time of a process: all its threads, those that have ended included, up to now. */
export function cpuCycles(core: Core, p: Process): { readonly user: number; readonly system: number } {
  let { endedUserCycles: user, endedSystemCycles: system } = p.group;
  for (const thread of core.processes.values()) {
    if (thread.group !== p.group) continue;
    user += thread.counts.userCycles;
    system += thread.counts.systemCycles;
  }
  if (core.variables.currentPid === p.pid) system += core.hart.cycles - p.sinceCycles;
  return { user, system };
}

/** The same in one number. */
export function processCpuCycles(core: Core, p: Process): number {
  const { user, system } = cpuCycles(core, p);
  return user + system;
}

/** CPU time of a thread, up to now; 0 for one that has ended. */
export function threadCpuCycles(core: Core, tid: number): number {
  const thread = core.processes.get(tid as Process["pid"]);
  if (thread === undefined) return 0;
  const { userCycles, systemCycles } = thread.counts;
  const present = core.variables.currentPid === tid ? core.hart.cycles - thread.sinceCycles : 0;
  return userCycles + systemCycles + present;
}
