/**
 * Who runs, who waits for what, and what a change of process does to the hart.
 *
 * Round robin over one queue; how long a turn is, in virtual time, says the nice value (nice.ts). A blocked process names what it waits for by a
 * channel, a string such as "pipe:7" or "frames"; wake(channel) makes all who wait there ready, and each of them finds
 * out for itself, by executing its ecall or its faulting instruction again, whether it can go on. Each address space has
 * its own ASID, so a change of process writes satp and flushes nothing.
 *
 * Left out: real-time priorities, several harts.
 */
import type { Pid } from "../../emulator/bits.ts";
import { RESTART, Signal } from "../abi.ts";
import type { Core } from "../core.ts";
import { charge } from "../counters.ts";
import { firstToRun } from "../mm/progress.ts";
import { nextExpiryCycles } from "./expiry.ts";
import { quantumOf } from "./nice.ts";
import type { PendingSignal, Process } from "./process.ts";

/**
 * Puts `p` to sleep until wake(channel), until the clock reaches `wakeAtCycles` (−1: no deadline), or until a signal
 * arrives. Returns RESTART for the caller to return: the system call is executed again when the process runs next.
 */
export function sleep(core: Core, p: Process, channel: string, wakeAtCycles = -1): typeof RESTART {
  return block(core, p, channel, wakeAtCycles, true);
}

/** As `sleep`, but signals wait until it wakes: for waits that end by themselves (devices, frames). */
export function sleepUninterruptible(core: Core, p: Process, channel: string, wakeAtCycles = -1): typeof RESTART {
  return block(core, p, channel, wakeAtCycles, false);
}

function block(core: Core, p: Process, channel: string, wakeAtCycles: number, interruptible: boolean): typeof RESTART {
  if (p.state === "running" || p.state === "ready") {
    if (p.state === "ready") removeReady(core, p.pid);
    p.state = "blocked";
    p.channel = channel;
    p.wakeAtCycles = wakeAtCycles;
    p.interruptible = interruptible;
    p.counts.voluntarySwitches++;
    if (wakeAtCycles >= 0 && wakeAtCycles < core.variables.timerCycles) core.variables.timerCycles = wakeAtCycles;
    if (core.sink.enabled) core.sink.emit({ kind: "process-block", pid: p.pid, channel });
  }
  return RESTART;
}

/** Makes every process that sleeps on a channel ready, in order of pid. Returns how many. */
export function wake(core: Core, channel: string): number {
  let woken = 0;
  for (const p of core.processes.values()) {
    if (p.state !== "blocked" || p.channel !== channel) continue;
    makeReady(core, p);
    woken++;
  }
  return woken;
}

/** A signal has come for `p`: ends an interruptible sleep. Returns whether it did. */
export function interruptSleep(core: Core, p: Process): boolean {
  if (p.state !== "blocked" || !p.interruptible) return false;
  makeReady(core, p);
  return true;
}

/** Puts a blocked, stopped or new process at the end of the queue. */
export function makeReady(core: Core, p: Process): void {
  if (p.state === "ready" || p.state === "running" || p.state === "zombie") return;
  const channel = p.channel;
  p.state = "ready";
  p.channel = "";
  p.wakeAtCycles = -1;
  core.variables.readyQueue.push(p.pid);
  if (channel !== "" && core.sink.enabled) core.sink.emit({ kind: "process-wake", pid: p.pid, channel });
}

/** Takes a process out of the queue, if it stands there (it is being stopped or ended). */
export function removeReady(core: Core, pid: Pid): void {
  const queue = core.variables.readyQueue;
  const index = queue.indexOf(pid);
  if (index >= 0) queue.splice(index, 1);
}

/** A signal waits that `p` does not block. SIGKILL and SIGSTOP cannot be blocked. */
export function hasPendingSignal(p: Process): boolean {
  return isAnyUnblocked(p, p.pending) || isAnyUnblocked(p, p.group.pending);
}

function isAnyUnblocked(p: Process, queue: readonly PendingSignal[]): boolean {
  for (const { signal } of queue) {
    if (signal === Signal.SIGKILL || signal === Signal.SIGSTOP) return true;
    const bit = signal - 1;
    const mask = bit < 32 ? p.sigmaskLow : p.sigmaskHigh;
    if (((mask >>> (bit & 31)) & 1) === 0) return true;
  }
  return false;
}

/** The process on the CPU, or null while the kernel idles. */
export function currentProcess(core: Core): Process | null {
  const pid = core.variables.currentPid;
  return pid === 0 ? null : (core.processes.get(pid as Pid) ?? null);
}

/**
 * Takes the process off the CPU: its registers move from the hart into its record, and it goes to the end of the queue
 * if it could go on. Nobody is current afterwards.
 */
export function leaveCpu(core: Core): void {
  const p = currentProcess(core);
  if (p === null) return;
  account(core, p, "systemCycles");
  p.x.set(core.hart.x);
  p.pc = core.hart.pc;
  if (p.state === "running") {
    p.state = "ready";
    core.variables.readyQueue.push(p.pid);
    p.counts.involuntarySwitches++;
  }
  core.variables.currentPid = 0;
}

/** Puts the first ready process on the CPU; nobody may be current. Returns it, or null when none is ready. */
export function enterNext(core: Core): Process | null {
  const { variables, hart } = core;
  const [next] = variables.readyQueue;
  if (next === undefined) return null;
  const pid = firstToRun(core) ?? next;
  removeReady(core, pid);
  const p = core.processes.get(pid)!;
  p.state = "running";
  p.quantumCycles = quantumOf(core, p);
  hart.x.set(p.x);
  hart.pc = p.pc;
  hart.clearReservation();
  core.mmu.setSatp(p.space.asid, p.space.rootPfn);
  variables.currentPid = pid;
  variables.enteredInstret = hart.instret;
  if (variables.lastPid !== pid) {
    charge(core, core.costs.contextSwitch);
    variables.contextSwitches++;
    if (core.sink.enabled) core.sink.emit({ kind: "context-switch", from: variables.lastPid, to: pid });
    variables.lastPid = pid;
  }
  p.sinceInstret = hart.instret;
  p.sinceCycles = hart.cycles;
  return p;
}

/** Books the time since the last call as the process's own or as the kernel's on its behalf. */
export function account(core: Core, p: Process, to: "userCycles" | "systemCycles"): void {
  const { hart } = core;
  const cycles = hart.cycles - p.sinceCycles;
  p.counts.instructions += hart.instret - p.sinceInstret;
  p.counts[to] += cycles;
  if (to === "userCycles") p.space.cpuCycles += cycles;
  p.quantumCycles -= cycles;
  p.sinceInstret = hart.instret;
  p.sinceCycles = hart.cycles;
}

/**
 * For a system call with much to do, between two pieces of it: is the quantum over? The call then returns RESTART with its
 * progress remembered. It is executed again, so that others get their turn, SIGKILL ends it, and the host is not kept waiting.
 */
export function isTurnOver(core: Core, p: Process): boolean {
  account(core, p, "systemCycles");
  if (p.quantumCycles > 0 || core.variables.currentPid !== p.pid) return false;
  p.interruptible = false;
  return true;
}

/** Makes ready every process whose deadline has come, and finds the next deadline. */
export function fireTimers(core: Core): void {
  const { variables, hart } = core;
  if (hart.cycles < variables.timerCycles) return;
  let next = Number.POSITIVE_INFINITY;
  for (const p of core.processes.values()) {
    next = Math.min(next, nextExpiryCycles(p.group));
    if (p.state !== "blocked" || p.wakeAtCycles < 0) continue;
    if (p.wakeAtCycles <= hart.cycles) makeReady(core, p);
    else if (p.wakeAtCycles < next) next = p.wakeAtCycles;
  }
  variables.timerCycles = next;
}
