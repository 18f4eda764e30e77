/**
 * The idle task: what the kernel does when nothing is ready. It turns dirty frames into zeroed ones, one at a time and no
 * faster than its rate, so that faults to come find a clean frame at once.
 *
 * Zeroing in the background goes further: the task then has the lowest priority that still runs under load, a hundredth
 * of the CPU, taken at the end of a process's quantum.
 */
import { CYCLES_PER_SECOND } from "../config.ts";
import type { Core } from "../core.ts";
import { charge } from "../counters.ts";
import { FRAME_STATES, Frame } from "../mm/frames.ts";
import { zeroFrame } from "../mm/reclaim.ts";

/** When the idle task has something to do: now or in the past, or by its rate later; Infinity: never, as things are. */
export function idleWorkCycles(core: Core): number {
  const zeroesAhead = core.config.zeroing === "idle" || core.config.zeroing === "background";
  if (!zeroesAhead || core.frames.count[Frame.Dirty] === 0) return Number.POSITIVE_INFINITY;
  return core.variables.zeroDueCycles;
}

/** Zeroes the frame that has been dirty longest and moves it to the zeroed list. Costs the cycles of one frame. */
export function idleStep(core: Core): void {
  const { variables, hart } = core;
  const begun = hart.cycles;
  charge(core, core.costs.idleStep);
  zeroOldest(core, "idle");
  variables.idleCycles += hart.cycles - begun;
}

/** Part of a quantum that zeroing in the background may take. */
const SHARE = 1 / 100;

/** The end of a process's quantum: the background share. Returns the cycles spent, which are not the process's own. */
export function zeroUnderLoad(core: Core): number {
  if (core.config.zeroing !== "background") return 0;
  const { hart, config } = core;
  const begun = hart.cycles;
  const most = Math.max(1, Math.floor((config.quantumCycles * SHARE) / core.costs.frameZero));
  for (let zeroed = 0; zeroed < most && idleWorkCycles(core) <= hart.cycles; zeroed++) zeroOldest(core, "background");
  return hart.cycles - begun;
}

function zeroOldest(core: Core, by: "idle" | "background"): void {
  const { frames, sink, variables, hart, config } = core;
  const pfn = frames.oldest(Frame.Dirty);
  if (pfn < 0) return;
  if (config.zeroingRate > 0) variables.zeroDueCycles = hart.cycles + Math.ceil(CYCLES_PER_SECOND / config.zeroingRate);
  frames.move(pfn, Frame.Zeroed);
  zeroFrame(core, pfn, by);
  if (sink.enabled) sink.emit({ kind: "frame-freed", pfn, to: FRAME_STATES[Frame.Zeroed] });
}
