/** When memory and swap are both used up: whom to end, and how to say so. */
import type { Core, KernelVariables } from "../core.ts";
import type { Process } from "../proc/process.ts";
import { lockedPages, physicalPages } from "./commit.ts";
import { Frame } from "./frames.ts";

/** Pages that ending a process would give back, about. */
const pagesOf = (p: Process): number => p.space.residentPages + p.space.swappedPages + p.space.pageTablePages;

/** oom_score_adj of a process that must not be ended. */
const NEVER = -1000;

/**
 * Pages, and a thousandth of all pages for each point of /proc/PID/oom_score_adj. Pid 1, the shell usually, counts for a
 * quarter: its end halts the machine, so it should hardly ever be the one.
 */
function weightOf(core: Core, p: Process): number {
  const pages = p.pid === 1 ? pagesOf(p) / 4 : pagesOf(p);
  return pages + (p.oomScoreAdjust * physicalPages(core)) / 1000;
}

/** What /proc/PID/oom_score shows: 0 … 2000, 667 for a process of no size (fs/proc/base.c). */
export function oomScore(core: Core, p: Process): number {
  if (p.state === "zombie" || p.oomScoreAdjust === NEVER) return 0;
  return Math.max(0, Math.floor(((1000 + (weightOf(core, p) * 1000) / physicalPages(core)) * 2) / 3));
}

/**
 * The process whose end gives most back, or null when there is none. Ties go to the youngest. When all are exempt, none is:
 * Linux would stop the machine here.
 */
export function chooseOomVictim(core: Core): Process | null {
  const living = [...core.processes.values()].filter((p) => p.state !== "zombie" && p.space.id !== 0);
  const eligible = living.filter((p) => p.oomScoreAdjust !== NEVER);
  let victim: Process | null = null;
  for (const p of eligible.length > 0 ? eligible : living) {
    if (victim === null || weightOf(core, p) >= weightOf(core, victim)) victim = p;
  }
  return victim;
}

/** The reason, with the figures that led to it. */
export function explainOom(core: Core, victim: Process, shortage: KernelVariables["shortage"]): string {
  if (shortage === "refused") return "a frame was refused on request (--fail frame)";
  const { frames, swap } = core;
  const adjusted = victim.oomScoreAdjust === 0 ? "" : `, oom_score_adj ${victim.oomScoreAdjust}`;
  return (
    `${shortage === "starved" ? "too few frames can be taken for one instruction" : "no frame is left"}: all ${frames.frames} are in use and ${swap.usedSlots} of ${swap.slots} swap slots are full; ` +
    `${frames.count[Frame.PageTable]} frames are page tables, ${lockedPages(core)} locked, ${frames.count[Frame.Modified]} modified; ` +
    `${victim.name} used most (${pagesOf(victim)} pages${adjusted}). Give the machine more frames or more swap, or run less at once`
  );
}
