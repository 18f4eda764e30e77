/** When memory and swap are both used up: whom to end, and how to say so. */
import type { Core } from "../core.ts";
import type { Process } from "../proc/process.ts";

/** Pages that ending a process would give back, about. */
const pagesOf = (p: Process): number => p.space.residentPages + p.space.swappedPages + p.space.pageTablePages;

/** Pid 1, the shell usually, counts for a quarter: its end halts the machine, so it should hardly ever be the one. */
const weightOf = (p: Process): number => (p.pid === 1 ? pagesOf(p) / 4 : pagesOf(p));

/** The process whose end gives most back, or null when there is none. Ties go to the youngest. */
export function chooseOomVictim(core: Core): Process | null {
  let victim: Process | null = null;
  for (const p of core.processes.values()) {
    if (p.state === "zombie" || p.space.id === 0) continue;
    if (victim === null || weightOf(p) >= weightOf(victim)) victim = p;
  }
  return victim;
}

/** The reason, with the figures that led to it. */
export function explainOom(core: Core, victim: Process): string {
  const { frames, swap } = core;
  return (
    `no frame is left: all ${frames.frames} are in use and ${swap.usedSlots} of ${swap.slots} swap slots are full; ` +
    `${victim.name} used most (${pagesOf(victim)} pages). Give the machine more frames or more swap, or run less at once`
  );
}
