/** When memory and swap are both used up: whom to end, and how to say so. */
import type { Core } from "../core.ts";
import type { Process } from "../proc/process.ts";

/** Pages that ending a process would give back, about. */
const weightPages = (p: Process): number => p.space.residentPages + p.space.swappedPages + p.space.pageTablePages;

/**
 * The process whose end gives most back. Pid 1 (the shell, usually) only when there is no other; ties go to the youngest.
 */
export function chooseOomVictim(core: Core): Process | null {
  let victim: Process | null = null;
  for (const p of core.processes.values()) {
    if (p.state === "zombie" || p.space.id === 0) continue;
    const isBetter = victim === null || victim.pid === 1 || (p.pid !== 1 && weightPages(p) >= weightPages(victim));
    if (isBetter) victim = p;
  }
  return victim;
}

/** The reason, with the figures that led to it. */
export function explainOom(core: Core, victim: Process): string {
  const { frames, swap } = core;
  return (
    `no frame is left: all ${frames.frames} are in use and ${swap.usedSlots} of ${swap.slots} swap slots are full; ` +
    `${victim.name} used most (${weightPages(victim)} pages). Give the machine more frames or more swap, or run less at once`
  );
}
