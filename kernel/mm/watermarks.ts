/** The three levels of available frames (zeroed, dirty or standby) at which the kernel starts to get frames back. */
import type { KernelConfig } from "../config.ts";

/** In frames; min ≤ low ≤ high. */
export interface Watermarks {
  /** Below it a fault that takes a frame first gives up a page itself. */
  readonly min: number;
  /** Below it the page daemon starts. */
  readonly low: number;
  /** The page daemon goes on until so many are available, or will be when the writes under way are done. */
  readonly high: number;
}

/** The watermarks that a configuration means; what it leaves to the kernel follows from the size of RAM. */
export function watermarksOf(config: KernelConfig): Watermarks {
  const high = config.availableTargetFrames < 0 ? config.frames >>> 5 : config.availableTargetFrames;
  const low = config.lowWatermarkFrames < 0 ? Math.ceil(high / 2) : config.lowWatermarkFrames;
  const min = config.minWatermarkFrames < 0 ? Math.min(high >>> 2, low) : config.minWatermarkFrames;
  return { min, low, high };
}
