/**
 * The modified-page writer: turns modified pages into standby ones, so that a fault seldom has to wait for a write. It starts
 * when the modified list has reached its threshold (vm.dirty_background_ratio), or when fewer frames than the low watermark are available; it writes the
 * pages that have waited longest, and never has more than a batch on their way at once. A page that is needed while it is
 * being written comes back by a soft fault.
 */
import type { Core } from "../core.ts";
import { count } from "../counters.ts";
import { Frame } from "./frames.ts";
import { writeModified } from "./reclaim.ts";

/** Pages on the modified list at which it starts: vm.dirty_background_ratio hundredths of RAM, or as the configuration says. */
export function writerThreshold({ config, variables }: Core): number {
  if (variables.writerRatio >= 0) return Math.ceil((config.frames * variables.writerRatio) / 100);
  return config.writerThresholdPages < 0 ? config.frames >>> 4 : config.writerThresholdPages;
}

/** Lets the writer look at the lists. Returns the number of pages whose write it has started. */
export function runModifiedWriter(core: Core): number {
  const { frames, swap, config, sink, watermarks } = core;
  const waiting = frames.count[Frame.Modified];
  if (waiting === 0) return 0;
  const threshold = writerThreshold(core);
  const available = frames.availableFrames;
  if (waiting < threshold && available >= watermarks.low) return 0;
  let underWay = 0;
  for (const { direction, pfns } of swap.queue) if (direction === "out") underWay += pfns.length;
  const started = writeModified(core, config.writerBatchPages - underWay);
  if (started === 0) return 0;
  count(core, "task.writer.runs");
  count(core, "task.writer.pages", started);
  if (sink.enabled) {
    const reason =
      waiting >= threshold
        ? `${waiting} pages are on the modified list, the threshold is ${threshold}`
        : `${available} frames are available, fewer than the low watermark ${watermarks.low}`;
    sink.emit({ kind: "modified-writer", started, waiting, reason });
  }
  return started;
}
