/** What can be chosen at boot. The same configuration, program, seed and input give the same run. */
/** What can be made to fail: failing.ts. */
export const FAIL_KINDS = ["none", "frame", "slot", "transfer", "copy"] as const;
export type FailKind = (typeof FAIL_KINDS)[number];

/** vm.swappiness (mm/swappiness.ts): the value that leaves the choice of a victim to the policy, and the most. */
export const SWAPPINESS_DEFAULT = 60;
export const SWAPPINESS_MOST = 200;

export type Zeroing =
  /** The idle task zeroes freed frames in the background; a fault zeroes one itself only when the list is empty. */
  | "idle"
  /** As idle, and besides a hundredth of the CPU under load: one frame at the end of each quantum of 2 ms. */
  | "background"
  /** No background zeroing: every zero-fill fault zeroes its own frame. */
  | "on-demand"
  /** DANGEROUS, for demonstration: frames are handed over with their old bytes. */
  | "off";

export interface KernelConfig {
  /** RAM in frames of 4 KiB, 64 … 131072. */
  readonly frames: number;
  /** Page-sized slots on the swap device, 0 … 2^20. */
  readonly swapSlots: number;
  /** Most pages that one transfer writes to neighbouring slots, 1 … 64. 1: each page is a transfer of its own. */
  readonly swapCluster: number;
  /** Slots of the aligned window that is read when one page of it is fetched, 1 … 64. 1: no read-ahead. */
  readonly swapReadAhead: number;
  /** Name of a profile in kernel/costs.ts. */
  readonly costs: string;
  /** What fails, and which attempt at it from 1 on: kernel/failing.ts. */
  readonly failKind: FailKind;
  readonly failAt: number;
  /** Name of a policy in kernel/mm/replacement. */
  readonly replacement: string;
  readonly zeroing: Zeroing;
  /**
   * τ: a page belongs to its process's working set when it has been used within so many cycles of the process's CPU time
   * (Denning 1968). WSClock goes by it.
   */
  readonly tauCycles: number;
  /** Whose pages a fault without a free frame takes: anybody's, or only those of its own process. */
  readonly replacementScope: "global" | "local";
  /** What the page daemon trims: what the policy says, or the pages not used for longest by their own process's time. */
  readonly trimming: "policy" | "age";
  /** Cycles between two looks at the A bits for the working sets' books; 0: never (but with trimming by age). */
  readonly workingSetSampleCycles: number;
  /** Limits of the first process's working set in pages, which others inherit; a maximum of 0 is none. */
  readonly workingSetMinimumPages: number;
  readonly workingSetMaximumPages: number;
  /**
   * Page-fault-frequency control: virtual cycles between two faults of a process below which its maximum grows, and above
   * which what it has not used is trimmed. 0, 0: maxima stay as they are set.
   */
  readonly pffLowCycles: number;
  readonly pffHighCycles: number;
  /** Suspend processes while the machine thrashes. */
  readonly loadControl: boolean;
  /** Seed of everything random (getrandom, AT_RANDOM, random replacement). */
  readonly seed: number;
  /** Cycles a process may run before the next one's turn, ≥ 1000. */
  readonly quantumCycles: number;
  /** Most frames a second that the idle task zeroes; 0: as many as it can. */
  readonly zeroingRate: number;
  /**
   * The high watermark: frames that the page daemon tries to keep available (zeroed, dirty or standby). 0 switches it off:
   * pages are then replaced only when a fault finds no frame. −1: a 32nd of RAM.
   */
  readonly availableTargetFrames: number;
  /** The low watermark: below it the page daemon starts. −1: half of the high one. */
  readonly lowWatermarkFrames: number;
  /** The min watermark: below it each fault that takes a frame first gives up a page itself. −1: a quarter of the high one. */
  readonly minWatermarkFrames: number;
  /** The modified-page writer starts when so many pages are on the modified list. −1: a 16th of RAM. */
  readonly writerThresholdPages: number;
  /** Most pages that it has on their way to swap at once. */
  readonly writerBatchPages: number;
  /** vm.swappiness to begin with, 0 … 200. */
  readonly swappiness: number;
  /** Most processes alive at once; fork fails with EAGAIN beyond. */
  readonly maxProcesses: number;
}

export const DEFAULT_CONFIG: KernelConfig = {
  frames: 1024,
  swapSlots: 4096,
  swapCluster: 1,
  swapReadAhead: 1,
  costs: "textbook",
  failKind: "none",
  failAt: 0,
  replacement: "clock",
  zeroing: "idle",
  tauCycles: 1_000_000,
  replacementScope: "global",
  trimming: "policy",
  workingSetSampleCycles: 0,
  workingSetMinimumPages: 0,
  workingSetMaximumPages: 0,
  pffLowCycles: 0,
  pffHighCycles: 0,
  loadControl: false,
  seed: 1,
  quantumCycles: 200_000,
  zeroingRate: 0,
  availableTargetFrames: -1,
  lowWatermarkFrames: -1,
  minWatermarkFrames: -1,
  writerThresholdPages: -1,
  writerBatchPages: 16,
  swappiness: SWAPPINESS_DEFAULT,
  maxProcesses: 128,
};

/** 1 cycle is 10 ns of virtual time: a 100 MHz machine. */
export const CYCLES_PER_SECOND = 100_000_000;
export const NANOSECONDS_PER_CYCLE = 10;

/** What the clock says at power-on, in seconds since 1970: noon UTC of 2026-01-01, so that every run has the same dates. */
export const BOOT_EPOCH_SECONDS = 1_767_268_800;
