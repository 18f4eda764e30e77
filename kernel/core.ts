/**
 * What every part of the kernel is handed: the hardware, the configuration, the subsystems that own state, and the
 * process table. Only kernel.ts builds one. Subsystems that stand below (frames, swap, page tables, replacement) do not
 * know of it; those above (faults, scheduling, files, system calls) are functions over it.
 */
import type { Pid } from "../emulator/bits.ts";
import type { Hart } from "../emulator/cpu/state.ts";
import type { Mmu } from "../emulator/mmu/mmu.ts";
import type { Ram } from "../emulator/ram.ts";
import type { KernelConfig } from "./config.ts";
import type { Costs } from "./costs.ts";
import type { FaultlineSink } from "./events.ts";
import type { FileSystem } from "./fs/file-system.ts";
import type { FrameDatabase } from "./mm/frames.ts";
import type { FrameView, ReplacementPolicy } from "./mm/replacement/policy.ts";
import type { SwapDevice } from "./mm/swap.ts";
import type { TokenState } from "./mm/token-state.ts";
import type { AddressSpace, SharedObject } from "./mm/vma.ts";
import type { Watermarks } from "./mm/watermarks.ts";
import type { LoadState } from "./proc/load-state.ts";
import type { Process } from "./proc/process.ts";
import type { SystemV } from "./proc/system-v.ts";

/** The host's side of the machine's console and streams: bytes leave by it. Input comes in by kernel.deliverInput. */
export interface HostPort {
  /** Bytes written to a terminal (`tty0`) or to a host stream (`stdout`, `stderr`). Must not call back into the kernel. */
  output(stream: "tty0" | "stdout" | "stderr", bytes: Uint8Array): void;
  /**
   * Runs a tool of the host's (the compiler, say) on the machine's files, at once. Must be a function of its arguments
   * and the files, and must not throw. Absent: the machine has no such tools.
   */
  tool?(argv: readonly string[], files: ToolFiles): ToolOutcome;
  /** A message of the kernel for people about process `pid`, one line. Must not call back either. */
  message?(pid: number, text: string): void;
}

/** The machine's files as one process sees them; relative paths start at its working directory. */
export interface ToolFiles {
  readonly workingDirectory: string;
  /** Null: there is no such regular file. */
  read(path: string): Uint8Array | null;
  /** Null when it was written, else the reason. */
  write(path: string, bytes: Uint8Array, isExecutable: boolean): string | null;
}

export interface ToolOutcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Scalars of the kernel that belong to no subsystem; plain data. */
export interface KernelVariables {
  /** The process on the CPU, or 0: the idle task. */
  currentPid: number;
  /** Instructions of the hart when the process got the CPU. */
  enteredInstret: number;
  /** The process that was on the CPU last: no context switch when it comes back after an idle time. */
  lastPid: number;
  nextPid: number;
  nextSpaceId: number;
  /** Ready processes in round-robin order. */
  readyQueue: Pid[];
  /** xorshift state of the kernel's random numbers. */
  random: number;
  /** Earliest deadline of a sleeping process; Infinity when none has one. */
  timerCycles: number;
  /** Process that could get no frame although nothing is left to reclaim, or 0; kernel.ts then ends a process. */
  outOfMemoryPid: number;
  /** Why, when it is not that no frame is left: one was refused on request, or a process starves (mm/progress.ts). */
  shortage: "real" | "refused" | "starved";
  /** Attempts of the kind that is to fail so far: failing.ts. */
  attempts: number;
  /** Some process waits on channel "frames". */
  framesWanted: boolean;
  nextObjectId: number;
  /** When the replacement policy next looks at the A bits; Infinity when it never does. */
  sampleCycles: number;
  /** From when on the idle task may zero another frame, by its rate. */
  zeroDueCycles: number;
  /** Cycles between two samples for the books of working sets (0: none are kept), and when the next is due. */
  wsSampleCycles: number;
  wsDueCycles: number;
  /** τ of the working sets that are shown. */
  tauCycles: number;
  /** vm.overcommit_memory and vm.overcommit_ratio: kernel/mm/commit.ts. */
  overcommitMode: number;
  overcommitRatio: number;
  /** vm.swappiness, and how far its share of the choices has added up: kernel/mm/swappiness.ts. */
  swappiness: number;
  swappinessSum: number;
  /** vm.page-cluster as a number of slots, 2^n: kernel/mm/swap-in.ts. The configuration's may be any number. */
  swapReadAhead: number;
  /** vm.dirty_background_ratio once it has been written; before that −1: kernel/mm/writer.ts. */
  writerRatio: number;
  /** vm.watermark_scale_factor once it has been written; before that −1. */
  watermarkScale: number;
  bootCycles: number;
  idleCycles: number;
  contextSwitches: number;
  forks: number;
  /** Status with which pid 1 (or the only process) ended; the machine halts then. −1 while it runs. */
  haltStatus: number;
}

/** One process in --report: exit is its status, 128 + signal, or −1 while it lives; peakResident in pages. */
export interface ProcessReport {
  readonly pid: number;
  readonly name: string;
  readonly exit: number;
  readonly instructions: number;
  readonly faults: number;
  readonly peakResident: number;
}

export interface Core {
  readonly config: KernelConfig;
  readonly ram: Ram;
  readonly hart: Hart;
  readonly mmu: Mmu;
  readonly sink: FaultlineSink;
  readonly host: HostPort;
  readonly frames: FrameDatabase;
  /** What things cost: the profile that the configuration names. */
  readonly costs: Costs;
  readonly swap: SwapDevice;
  readonly policy: ReplacementPolicy;
  watermarks: Watermarks;
  /** What the policy may see of the frames. */
  readonly view: FrameView;
  /** Invalidated or narrowed translations whose sfence.vma has still to come (page-table.ts); empty between traps. */
  fencesDue: number[];
  load: LoadState;
  token: TokenState;
  readonly fs: FileSystem;
  processes: Map<Pid, Process>;
  /** Address spaces by id: the reverse map names them so. */
  spaces: Map<number, AddressSpace>;
  /** Shared anonymous memory by id. */
  sharedObjects: Map<number, SharedObject>;
  /** System V semaphores and message queues. */
  systemV: SystemV;
  /** Processes that are gone for good, for the report: the last thousand. */
  reaped: ProcessReport[];
  variables: KernelVariables;
  /** Totals by syscall name, fault kind and so on: kernel/counters.ts. */
  counters: Record<string, number>;
}
