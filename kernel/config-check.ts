/** Is a configuration possible? Apart from config.ts, which everything may import, because this needs the policies. */
import { FAIL_KINDS, type KernelConfig, SWAPPINESS_MOST } from "./config.ts";
import { COST_PROFILE_NAMES, costProfile } from "./costs.ts";
import { POLICY_NAMES } from "./mm/replacement/policies.ts";
import { capacitySlots } from "./mm/swap-timing.ts";
import { SMALLEST_LIMIT } from "./mm/vma.ts";
import { watermarksOf } from "./mm/watermarks.ts";

/** Says what is wrong with a configuration and what would be right, or null. */
export function configProblem(config: KernelConfig): string | null {
  const { frames, swapSlots, quantumCycles, maxProcesses, availableTargetFrames: target } = config;
  const within = (value: number, low: number, high: number): boolean =>
    Number.isInteger(value) && value >= low && value <= high;
  if (!within(frames, 64, 131072)) return `frames must be a whole number from 64 to 131072, not ${frames}`;
  if (!within(swapSlots, 0, 1 << 20))
    return `swap must be a whole number of slots from 0 to ${1 << 20}, not ${swapSlots}`;
  if (!within(quantumCycles, 1000, 1e12)) return `the quantum must be at least 1000 cycles, not ${quantumCycles}`;
  if (!within(maxProcesses, 1, 400)) return `processes must be a whole number from 1 to 400, not ${maxProcesses}`;
  if (!within(target, -1, frames)) return `the high watermark must be from -1 to ${frames} frames, not ${target}`;
  const { lowWatermarkFrames, minWatermarkFrames } = config;
  if (!within(lowWatermarkFrames, -1, frames) || !within(minWatermarkFrames, -1, frames))
    return `watermarks must be from -1 to ${frames} frames, not ${minWatermarkFrames} and ${lowWatermarkFrames}`;
  const { min, low, high } = watermarksOf(config);
  if (min > low || low > high)
    return `the watermarks must rise: min ${min}, low ${low}, high ${high} frames; give them as MIN,LOW,HIGH`;
  if (!within(config.zeroingRate, 0, 1e6))
    return `the zeroing rate must be 0 to 1000000 frames a second, not ${config.zeroingRate}`;
  if (!within(config.writerThresholdPages, -1, frames))
    return `the modified-page writer's threshold must be from -1 to ${frames} pages, not ${config.writerThresholdPages}`;
  if (!within(config.writerBatchPages, 1, 1024))
    return `the modified-page writer's batch must be 1 to 1024 pages, not ${config.writerBatchPages}`;
  if (!within(config.swappiness, 0, SWAPPINESS_MOST))
    return `swappiness must be a whole number from 0 to ${SWAPPINESS_MOST}, not ${config.swappiness}`;
  if (!within(config.tauCycles, 1, 1e12)) return `tau must be at least 1 cycle, not ${config.tauCycles}`;
  if (!within(config.swapCluster, 1, 64)) return `a swap cluster must be 1 to 64 pages, not ${config.swapCluster}`;
  if (!within(config.swapReadAhead, 1, 64))
    return `the read-ahead window must be 1 to 64 slots, not ${config.swapReadAhead}`;
  const profile = costProfile(config.costs);
  if (profile === undefined)
    return `no cost profile is called ${config.costs}; there are ${COST_PROFILE_NAMES.join(", ")}`;
  const capacity = capacitySlots(profile.device);
  if (swapSlots > capacity)
    return `the disk of profile ${config.costs} has room for ${capacity} slots, not ${swapSlots}`;
  if (!FAIL_KINDS.includes(config.failKind)) return `what fails must be one of ${FAIL_KINDS.join(", ")}`;
  if (!within(config.failAt, 0, Number.MAX_SAFE_INTEGER)) return "the attempt that fails must be a whole number";
  if (!["global", "local"].includes(config.replacementScope))
    return `replacement is global or local, not ${config.replacementScope}`;
  if (!["policy", "age"].includes(config.trimming)) return `trimming is by policy or by age, not ${config.trimming}`;
  const { workingSetSampleCycles: sample, workingSetMinimumPages: least, workingSetMaximumPages: most } = config;
  if (sample !== 0 && !within(sample, 1000, 1e12))
    return `working sets are sampled every 1000 cycles or more, or never (0), not every ${sample}`;
  const { pffLowCycles, pffHighCycles } = config;
  if (!within(pffLowCycles, 0, 1e12) || !within(pffHighCycles, pffLowCycles, 1e12))
    return `page-fault-frequency control takes two rising intervals in cycles, not ${pffLowCycles} and ${pffHighCycles}`;
  if (!within(least, 0, frames / 2)) return `a working set's minimum is 0 to half of RAM, not ${least} pages`;
  if (most !== 0 && !within(most, Math.max(SMALLEST_LIMIT, least), 1 << 20))
    return `a working set's maximum is at least ${SMALLEST_LIMIT} pages and its minimum, or 0 for none, not ${most}`;
  if (!["idle", "background", "on-demand", "off"].includes(config.zeroing)) {
    return `zeroing must be idle, background, on-demand or off, not ${config.zeroing}`;
  }
  if (!(POLICY_NAMES as string[]).includes(config.replacement)) {
    return `no replacement policy is called ${config.replacement}; there are ${POLICY_NAMES.join(", ")}`;
  }
  return null;
}
