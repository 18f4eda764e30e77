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

/** Unit of vm.watermark_scale_factor: parts of 10,000 of RAM. */
export const SCALE_PARTS = 10_000;

/**
 * The watermarks after a program has written vm.min_free_kbytes or vm.watermark_scale_factor, as Linux derives them
 * (mm/page_alloc.c, __setup_per_zone_wmarks): low and high each lie a quarter of min above the one below, or so many
 * ten-thousandths of RAM if that is more. `scale` below 0: nobody has written that; the configuration's distances stand for it.
 */
export function watermarksFrom(config: KernelConfig, min: number, scale: number): Watermarks {
  const configured = watermarksOf(config);
  const wanted = Math.floor((config.frames * scale) / SCALE_PARTS);
  const step = (given: number): number => Math.max(min >>> 2, scale < 0 ? given : wanted);
  const low = min + step(configured.low - configured.min);
  return { min, low, high: low + step(configured.high - configured.low) };
}

/** vm.watermark_scale_factor that stands for the configuration's distance between min and low. */
export function scaleOf(config: KernelConfig): number {
  const { min, low } = watermarksOf(config);
  return Math.round(((low - min) * SCALE_PARTS) / config.frames);
}
