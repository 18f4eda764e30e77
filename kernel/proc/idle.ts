/**
 * The idle task: what the kernel does when nothing is ready. It turns dirty frames into zeroed ones, one at a time, so that
 * faults to come find a clean frame at once; and it lets the page daemon look after the free lists.
 */
import type { Core } from "../core.ts";
import { charge } from "../counters.ts";
import { FRAME_STATES, Frame } from "../mm/frames.ts";
import { zeroFrame } from "../mm/reclaim.ts";

/** Is there anything for it to do? Only when zeroing in the background is on. */
export const hasIdleWork = (core: Core): boolean =>
  core.config.zeroing === "idle" && core.frames.count[Frame.Dirty] > 0;

/** Zeroes the frame that has been dirty longest and moves it to the zeroed list. Costs the cycles of one frame. */
export function idleStep(core: Core): void {
  const { frames, sink, variables, hart } = core;
  const begun = hart.cycles;
  const pfn = frames.oldest(Frame.Dirty);
  charge(core, core.costs.idleStep);
  if (pfn >= 0) {
    frames.move(pfn, Frame.Zeroed);
    zeroFrame(core, pfn, "idle");
    if (sink.enabled) sink.emit({ kind: "frame-freed", pfn, to: FRAME_STATES[Frame.Zeroed] });
  }
  variables.idleCycles += hart.cycles - begun;
}
