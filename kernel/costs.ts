/**
 * Virtual cycles that the kernel and its devices charge for what they do (1 cycle = 10 ns). The kernel is TypeScript behind
 * the trap, so its own instructions cost nothing by themselves; these figures stand for the instructions that a kernel in
 * machine code would have executed on this 100 MHz, single-issue hart. Cycles are only ever added to hart.cycles by
 * `charge` in counters.ts (kernel) and by the walker (emulator/mmu/walk.ts).
 *
 * A *profile* is one set of figures, chosen at boot by name; docs/costs.md explains them with their sources. The kernel's
 * part is the same in all profiles but "nyu": what differs between 1990 and today, seen from a hart of one speed, is the
 * device.
 */
import { DEFAULT_WALK_CYCLES } from "../emulator/mmu/walk.ts";
import { CYCLES_PER_SECOND } from "./config.ts";

/** What each action costs, in cycles. */
export interface Costs {
  /** One PTE read by the hardware walker. */
  readonly walkRead: number;
  readonly trap: number;
  readonly syscall: number;
  readonly vmaLookup: number;
  readonly frameAllocate: number;
  readonly frameZero: number;
  readonly frameCopy: number;
  readonly pteWrite: number;
  readonly fence: number;
  /** A page and a frame come together, and part, besides the stores and fences that this takes. */
  readonly pageMap: number;
  readonly pageUnmap: number;
  /** A page's bytes from a file and to one. */
  readonly fileIn: number;
  readonly fileOut: number;
  /** An access that no area covers, and one that the area forbids, besides the trap and the signal. */
  readonly segv: number;
  readonly segvProtection: number;
  readonly victimScan: number;
  readonly ioStart: number;
  readonly ioFinish: number;
  readonly contextSwitch: number;
  readonly fork: number;
  readonly exec: number;
  readonly exit: number;
  readonly copyLine: number;
  readonly hostTool: number;
  readonly signal: number;
  readonly idleStep: number;
}

/** Without moving parts: a request takes a fixed time, and each page after its first a little more. */
export interface SolidTiming {
  readonly kind: "solid";
  readonly readCycles: number;
  readonly writeCycles: number;
  readonly nextReadCycles: number;
  readonly nextWriteCycles: number;
}

/** A disk with one arm: a request costs overhead, seek, the wait until its first sector comes round, and transfer. */
export interface DiskTiming {
  readonly kind: "disk";
  readonly overheadCycles: number;
  readonly revolutionCycles: number;
  readonly sectorBytes: number;
  readonly sectorsPerTrack: number;
  readonly tracksPerCylinder: number;
  readonly cylinders: number;
  /** Sectors by which a track begins later than the one before it, so that a switch of heads (of cylinders) is in time. */
  readonly trackSkewSectors: number;
  readonly cylinderSkewSectors: number;
  /** Another track of the same cylinder. */
  readonly headSwitchCycles: number;
  /** Seek over d cylinders: below `longSeek`, short[0] + short[1] × √d; from there on, long[0] + long[1] × d. */
  readonly longSeekCylinders: number;
  readonly shortSeekCycles: readonly [number, number];
  readonly longSeekCycles: readonly [number, number];
}

export type DeviceTiming = SolidTiming | DiskTiming;

export interface CostProfile {
  /** One line for people. */
  readonly meaning: string;
  readonly kernel: Costs;
  readonly device: DeviceTiming;
}

/** In the right proportions, not measured: each line says what it stands for. */
const KERNEL: Costs = {
  walkRead: DEFAULT_WALK_CYCLES,
  /** Saving and restoring 31 registers on the way in and out, and finding out why: about 40 + 40 instructions. */
  trap: 100,
  /** Table lookup, argument checks and the return of a system call that does nothing else. */
  syscall: 60,
  /** Finding the VMA in a sorted list. */
  vmaLookup: 20,
  /** Taking a frame off a list and putting its books right. */
  frameAllocate: 20,
  /** Storing 4096 bytes of zeros, one word an instruction with the loop unrolled: 1024 stores and a few branches. */
  frameZero: 1100,
  /** Loading and storing 4096 bytes: 2 × 1024 accesses. */
  frameCopy: 2100,
  /** Writing one PTE, its address computed. */
  pteWrite: 4,
  /** sfence.vma of one page: the pipeline drains. */
  fence: 10,
  /** Nothing: the stores and the fence are charged one by one. */
  pageMap: 0,
  pageUnmap: 0,
  /** Files live in memory: a copy of the page. */
  fileIn: 2100,
  fileOut: 2100,
  /** Nothing: trap, lookup and signal are charged one by one. */
  segv: 0,
  segvProtection: 0,
  /** Looking at one candidate in a replacement scan: reverse map, PTE, bit test. */
  victimScan: 12,
  /** Preparing a request and starting the device. */
  ioStart: 200,
  /** Finishing a request: interrupt, queue, waking who waits. */
  ioFinish: 200,
  /** Switching registers, satp and kernel stacks, and a cold first-level cache. */
  contextSwitch: 400,
  /** A process record, its copy of the tables of files and signals. */
  fork: 2000,
  /** Reading and checking ELF headers and throwing the old space away, pages aside. */
  exec: 5000,
  /** Exit's bookkeeping, pages aside. */
  exit: 1000,
  /** Copying 64 bytes between kernel and user memory. */
  copyLine: 34,
  /** A tool of the host: a fifth of a second, about what a small compiler would need here for a page of C. */
  hostTool: 20_000_000,
  /** Delivering a signal: choosing it, building the frame. */
  signal: 300,
  /** One pass of the idle loop that finds nothing to zero. */
  idleStep: 10,
};

/**
 * The table of NYU's operating-systems course, Lab 3 (a pager simulated over reference strings): map 350, unmap 410, in 3200,
 * out 2750, fin 2350, fout 2800, zero 150, segv 440, segprot 410, context switch 130, exit 1230, access 1 (an instruction).
 * What that table does not price is free. IN and OUT are the device's; a process that waits leaves the CPU to others here.
 */
const NYU: Costs = {
  ...KERNEL,
  walkRead: 0,
  trap: 0,
  syscall: 0,
  vmaLookup: 0,
  frameAllocate: 0,
  frameZero: 150,
  frameCopy: 0,
  pteWrite: 0,
  fence: 0,
  pageMap: 350,
  pageUnmap: 410,
  fileIn: 2350,
  fileOut: 2800,
  segv: 440,
  segvProtection: 410,
  victimScan: 0,
  ioStart: 0,
  ioFinish: 0,
  contextSwitch: 130,
  fork: 0,
  exec: 0,
  exit: 1230,
  copyLine: 0,
  signal: 0,
  idleStep: 0,
};

/** Cycles in so many milliseconds and microseconds of the outside world. */
const ms = (milliseconds: number): number => (milliseconds * CYCLES_PER_SECOND) / 1e3;
const us = (microseconds: number): number => Math.round((microseconds * CYCLES_PER_SECOND) / 1e6);

/**
 * The HP 97560 of 1990 (1.3 GB, 5¼ inches, 4002 revolutions a minute), the disk that simulations of paging and file
 * systems have used ever since: C. Ruemmler and J. Wilkes, "An introduction to disk drive modeling", IEEE Computer 27(3),
 * 1994; D. Kotz, S. Toh and S. Radhakrishnan, "A detailed simulation model of the HP 97560 disk drive", Dartmouth
 * PCS-TR94-220, 1994. Left out: its 128 KB cache, and any use of the arm by files.
 */
const HP_97560: DiskTiming = {
  kind: "disk",
  overheadCycles: ms(2.2),
  revolutionCycles: Math.round((60 * CYCLES_PER_SECOND) / 4002),
  sectorBytes: 512,
  sectorsPerTrack: 72,
  tracksPerCylinder: 19,
  cylinders: 1962,
  trackSkewSectors: 8,
  cylinderSkewSectors: 18,
  headSwitchCycles: ms(1.6),
  longSeekCylinders: 383,
  shortSeekCycles: [ms(3.24), ms(0.4)],
  longSeekCycles: [ms(8), ms(0.008)],
};

export const COST_PROFILES = {
  textbook: {
    meaning: "round figures: a page from or to the device takes 100 µs",
    kernel: KERNEL,
    // A request of one page: 10,000 cycles. Pages after the first are a tenth, so that clustering shows.
    device: { kind: "solid", readCycles: 10_000, writeCycles: 10_000, nextReadCycles: 1_000, nextWriteCycles: 1_000 },
  },
  "modern-ssd": {
    meaning: "an NVMe drive of 2019: 53 µs to read a page, 17 µs to write one",
    kernel: KERNEL,
    // Samsung's data sheet of the 970 EVO Plus, 1 TB: 4 KiB at random, one at a time, 19,000 reads or 60,000 writes a
    // second; in sequence 3,500 and 3,300 MB/s, which is 1.17 and 1.24 µs a page.
    device: {
      kind: "solid",
      readCycles: us(1e6 / 19_000),
      writeCycles: us(1e6 / 60_000),
      nextReadCycles: us(4096 / 3500),
      nextWriteCycles: us(4096 / 3300),
    },
  },
  "1990-disk": {
    meaning: "a disk with an arm (HP 97560): seek, rotation and transfer, about 15 ms a page",
    kernel: KERNEL,
    device: HP_97560,
  },
  nyu: {
    meaning: "the table of NYU's operating-systems Lab 3; what it does not price is free",
    kernel: NYU,
    device: { kind: "solid", readCycles: 3200, writeCycles: 2750, nextReadCycles: 3200, nextWriteCycles: 2750 },
  },
} as const satisfies Record<string, CostProfile>;

export const COST_PROFILE_NAMES: readonly string[] = Object.keys(COST_PROFILES);

/** The profile of that name, if there is one. */
export const costProfile = (name: string): CostProfile | undefined =>
  Object.hasOwn(COST_PROFILES, name) ? COST_PROFILES[name as keyof typeof COST_PROFILES] : undefined;
