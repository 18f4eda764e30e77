/**
 * Virtual cycles that the kernel charges for what it does (1 cycle = 10 ns). The kernel is TypeScript behind the trap, so
 * its own instructions cost nothing by themselves; these figures stand for the instructions that a kernel in machine code
 * would have executed on this 100 MHz, single-issue hart. They are chosen in the right proportions, not measured: each
 * line says what it stands for. Cycles are only ever added to hart.cycles by `charge` in counters.ts.
 */
export const COSTS = {
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
  /** Looking at one candidate in a replacement scan: reverse map, PTE, bit test. */
  victimScan: 12,
  /** Preparing a transfer and starting the device. */
  ioStart: 200,
  /** Finishing a transfer: interrupt, queue, waking who waits. */
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
} as const;

/** The swap device: one request at a time; a seek-free transfer of a page (an SSD of the 2010s, 100 µs). */
export const SWAP_TRANSFER_CYCLES = 10_000;
