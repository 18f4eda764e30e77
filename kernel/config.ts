/** What can be chosen at boot. The same configuration, program, seed and input give the same run. */
import { POLICY_NAMES } from "./mm/replacement/policies.ts";


export type Zeroing =
  /** The idle task zeroes freed frames in the background; a fault zeroes one itself only when the list is empty. */
  | "idle"
  /** No background zeroing: every zero-fill fault zeroes its own frame. */
  | "on-demand"
  /** DANGEROUS, for demonstration: frames are handed over with their old bytes. */
  | "off";

export interface KernelConfig {
  /** RAM in frames of 4 KiB, 64 … 131072. */
  readonly frames: number;
  /** Page-sized slots on the swap device, 0 … 2^20. */
  readonly swapSlots: number;
  /** Name of a policy in kernel/mm/replacement. */
  readonly replacement: string;
  readonly zeroing: Zeroing;
  /** Seed of everything random (getrandom, AT_RANDOM, random replacement). */
  readonly seed: number;
  /** Cycles a process may run before the next one's turn, ≥ 1000. */
  readonly quantumCycles: number;
  /**
   * Frames that the page daemon tries to keep available (zeroed, dirty or standby); it starts below half of that.
   * 0 switches it off: pages are then replaced only when a fault finds no frame. −1: a 32nd of RAM.
   */
  readonly availableTargetFrames: number;
  /** Most processes alive at once; fork fails with EAGAIN beyond. */
  readonly maxProcesses: number;
}

export const DEFAULT_CONFIG: KernelConfig = {
  frames: 1024,
  swapSlots: 4096,
  replacement: "clock",
  zeroing: "idle",
  seed: 1,
  quantumCycles: 200_000,
  availableTargetFrames: -1,
  maxProcesses: 64,
};

/** 1 cycle is 10 ns of virtual time: a 100 MHz machine. */
export const CYCLES_PER_SECOND = 100_000_000;
export const NANOSECONDS_PER_CYCLE = 10;

/** What the clock says at power-on, in seconds since 1970: the start of 2026, so that runs are repeatable. */
export const BOOT_EPOCH_SECONDS = 1_767_225_600;

/** Says what is wrong with a configuration and what would be right, or null. */
export function configProblem(config: KernelConfig): string | null {
  const { frames, swapSlots, quantumCycles, maxProcesses, availableTargetFrames: target } = config;
  const within = (value: number, low: number, high: number): boolean => Number.isInteger(value) && value >= low && value <= high;
  if (!within(frames, 64, 131072)) return `frames must be a whole number from 64 to 131072, not ${frames}`;
  if (!within(swapSlots, 0, 1 << 20)) return `swap must be a whole number of slots from 0 to ${1 << 20}, not ${swapSlots}`;
  if (!within(quantumCycles, 1000, 1e12)) return `the quantum must be at least 1000 cycles, not ${quantumCycles}`;
  if (!within(maxProcesses, 1, 400)) return `processes must be a whole number from 1 to 400, not ${maxProcesses}`;
  if (!within(target, -1, frames)) return `the daemon's target must be from -1 to ${frames} frames, not ${target}`;
  if (!["idle", "on-demand", "off"].includes(config.zeroing)) {
    return `zeroing must be idle, on-demand or off, not ${config.zeroing}`;
  }
  if (!(POLICY_NAMES as string[]).includes(config.replacement)) {
    return `no replacement policy is called ${config.replacement}; there are ${POLICY_NAMES.join(", ")}`;
  }
  return null;
}
