/**
 * The load controller: when the machine thrashes, fewer processes at a time get more done. It suspends one, whose pages then
 * leave memory and serve the others, and lets it go on later.
 *
 * Thrashing: within a window of 10 ms or more in which the device has brought at least eight pages, the processor idled half
 * of the time, and at least two processes wait for pages or frames just now. The process that was let go on longest ago is
 * suspended, the youngest among equals (so that the oldest finish); never pid 1, a session leader (the shell), or the last
 * one that is left.
 *
 * It goes on, the longest suspended first, when
 *   - so many frames are available as it had pages, and the high watermark besides
 *   - no other process of that kind is left that could use the memory, or the processor has nothing at all to do
 *   - it has been suspended for half a second
 * The second rule also means that a suspended process cannot stop the others for good: when they wait for it, it goes on.
 *
 * Source: P. J. Denning, Working Sets Past and Present, IEEE TSE 6(1), 1980, on load control; which process to suspend and
 * when to let it go on is this kernel's own choice.
 */
import { Signal } from "../abi.ts";
import type { Core } from "../core.ts";
import { count } from "../counters.ts";
import { trimToLimit } from "../mm/working-set.ts";
import type { Suspended } from "./load-state.ts";
import type { Process } from "./process.ts";
import { makeReady, sleepUninterruptible } from "./scheduler.ts";
import { threadsOf } from "./threads.ts";

const WINDOW_CYCLES = 1_000_000;
const FEWEST_FAULTS = 8;
const LONGEST_CYCLES = 50_000_000;

const channelOf = (tgid: number): string => `memory:${tgid}`;

/** Between two turns of processes: lets go on who may, and suspends one if the machine thrashes. */
export function controlLoad(core: Core): void {
  if (!core.config.loadControl) return;
  const { load, hart, frames, watermarks } = core;
  const first = load.suspended[0];
  if (first !== undefined) {
    const waited = hart.cycles - first.sinceCycles;
    if (first.pages + watermarks.high <= frames.availableFrames)
      resume(core, first, `${frames.availableFrames} frames are available, enough for its ${first.pages} pages`);
    else if (candidates(core).length === 0) resume(core, first, "no other process needs the memory");
    else if (waited >= LONGEST_CYCLES) resume(core, first, "it has waited for half a second");
  }
  watch(core);
}

/** The processor has nothing to do, and no transfer is under way. Returns whether a suspended process goes on. */
export function resumeWhenIdle(core: Core): boolean {
  const first = core.load.suspended[0];
  if (first === undefined || core.swap.queue.length > 0) return false;
  resume(core, first, "the processor has nothing else to do");
  return true;
}

/** Looks whether the window shows thrashing. */
function watch(core: Core): void {
  const { load, hart, swap, variables } = core;
  const cycles = hart.cycles - load.windowCycles;
  const brought = swap.transfersIn - load.windowTransfersIn;
  if (cycles < WINDOW_CYCLES || (brought < FEWEST_FAULTS && cycles < 10 * WINDOW_CYCLES)) return;
  const idle = variables.idleCycles - load.windowIdleCycles;
  load.windowCycles = hart.cycles;
  load.windowIdleCycles = variables.idleCycles;
  load.windowTransfersIn = swap.transfersIn;
  if (brought < FEWEST_FAULTS || idle * 2 < cycles) return;
  const running = candidates(core);
  const waiting = running.filter((p) => threadsOf(core, p.tgid).some(isWaitingForMemory)).length;
  if (running.length < 2 || waiting < 2) return;
  const percent = Math.round((100 * idle) / cycles);
  suspend(
    core,
    running,
    `${brought} pages came from swap in ${cycles} cycles, and the processor idled ${percent} % of them`,
  );
}

const isWaitingForMemory = (p: Process): boolean =>
  p.state === "blocked" && !p.interruptible && (p.channel === "frames" || p.channel.startsWith("page:"));

/** Processes that may be suspended and are not: the first threads of those that live and are no shell. */
function candidates(core: Core): Process[] {
  return [...core.processes.values()].filter(
    (p) =>
      p.pid === p.tgid &&
      p.pid !== 1 &&
      p.pid !== p.sid &&
      p.state !== "zombie" &&
      p.space.id !== 0 &&
      !p.group.isStopped &&
      !p.group.isSuspended,
  );
}

function suspend(core: Core, running: readonly Process[], reason: string): void {
  const victim = running.reduce((chosen, p) => {
    const [a, b] = [p.group.resumedCycles, chosen.group.resumedCycles];
    return a < b || (a === b && p.pid > chosen.pid) ? p : chosen;
  });
  victim.group.isSuspended = true;
  const pages = victim.space.residentPages + victim.space.swappedPages;
  core.load.suspended.push({ tgid: victim.tgid, pages, sinceCycles: core.hart.cycles, reason });
  count(core, "load.suspended");
  for (const thread of threadsOf(core, victim.tgid)) if (thread.state === "ready") hold(core, thread);
  if (core.sink.enabled) core.sink.emit({ kind: "load-control", pid: victim.tgid, action: "suspend", reason });
  trimToLimit(core, victim.space, 0, "the process is suspended");
}

/** A thread of a suspended process would run: it sleeps instead. False when it is to be ended anyway. */
export function hold(core: Core, p: Process): boolean {
  const isKilled = [...p.pending, ...p.group.pending].some(({ signal }) => signal === Signal.SIGKILL);
  if (!p.group.isSuspended || isKilled) return false;
  sleepUninterruptible(core, p, channelOf(p.tgid));
  return true;
}

function resume(core: Core, entry: Suspended, reason: string): void {
  const { load, sink } = core;
  load.suspended = load.suspended.filter((other) => other !== entry);
  const threads = threadsOf(core, entry.tgid);
  for (const { group } of threads.slice(0, 1)) {
    group.isSuspended = false;
    group.resumedCycles = core.hart.cycles;
  }
  if (threads.every(({ state }) => state === "zombie")) return;
  if (sink.enabled) sink.emit({ kind: "load-control", pid: entry.tgid, action: "resume", reason });
  for (const thread of threads)
    if (thread.state === "blocked" && thread.channel === channelOf(entry.tgid)) makeReady(core, thread);
}

/** SIGKILL ends a suspended process at once, and its end ends its suspension. */
export function releaseKilled(core: Core, p: Process): void {
  const entry = core.load.suspended.find(({ tgid }) => tgid === p.tgid);
  if (entry !== undefined) resume(core, entry, "it is to be ended");
}
