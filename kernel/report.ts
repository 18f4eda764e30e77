/** The figures of `--report`: one plain object about a whole run. Fields and units: docs/report.md. */
import type { Core, ProcessReport } from "./core.ts";
import { counted } from "./counters.ts";
import { Frame, SOURCE_ROWS, SOURCES } from "./mm/frames.ts";
import type { Process } from "./proc/process.ts";

export interface KernelReport {
  readonly instructions: number;
  readonly cycles: number;
  readonly faults: {
    readonly total: number;
    readonly zeroFill: number;
    readonly cow: number;
    readonly soft: number;
    readonly hard: number;
    readonly file: number;
    readonly guard: number;
    readonly segv: number;
  };
  readonly tlb: { readonly hits: number; readonly misses: number; readonly flushes: number };
  readonly frames: {
    readonly total: number;
    readonly kernel: number;
    readonly pageTables: number;
    readonly resident: number;
    readonly zeroed: number;
    readonly dirty: number;
    readonly standby: number;
    readonly modified: number;
    readonly transition: number;
    readonly peakResident: number;
  };
  /** By page priority, 0 … 7: pages on the standby list, and pages that it has lost to another use since boot. */
  readonly standby: { readonly frames: readonly number[]; readonly repurposed: readonly number[] };
  /** Faults by kind, each by where its frame came from. */
  readonly frameSources: Readonly<Record<SourceRow, Readonly<Record<SourceName, number>>>>;
  readonly zeroing: { readonly idle: number; readonly background: number; readonly onDemand: number };
  readonly reclaim: {
    readonly victims: number;
    readonly daemon: number;
    readonly direct: number;
    readonly stalls: number;
    readonly writer: number;
  };
  readonly swap: {
    readonly slots: number;
    readonly used: number;
    readonly bad: number;
    readonly in: number;
    readonly out: number;
    readonly ahead: number;
    readonly requests: number;
    readonly errors: number;
  };
  readonly syscalls: Readonly<Record<string, number>>;
  readonly processes: readonly ProcessReport[];
}

export function reportOf(core: Core): KernelReport {
  const { frames, swap, hart, mmu } = core;
  const fault = (kind: string): number => counted(core, `fault.${kind}`);
  const segv = fault("segv") + fault("bus");
  const faults = {
    zeroFill: fault("zero-fill"),
    cow: fault("cow"),
    soft: fault("soft"),
    hard: fault("hard"),
    file: fault("file"),
    guard: fault("guard"),
    segv,
  };
  const syscalls: Record<string, number> = {};
  for (const name of Object.keys(core.counters).sort()) {
    if (name.startsWith("syscall.")) syscalls[name.slice("syscall.".length)] = core.counters[name];
  }
  return {
    instructions: hart.instret,
    cycles: hart.cycles,
    faults: { total: Object.values(faults).reduce((sum, count) => sum + count, 0), ...faults },
    tlb: { hits: mmu.tlb.hits, misses: mmu.tlb.misses, flushes: mmu.tlb.flushes },
    frames: {
      total: frames.frames,
      kernel: frames.count[Frame.Kernel],
      pageTables: frames.count[Frame.PageTable],
      resident: frames.count[Frame.Active],
      zeroed: frames.count[Frame.Zeroed],
      dirty: frames.count[Frame.Dirty],
      standby: frames.count[Frame.Standby],
      modified: frames.count[Frame.Modified],
      transition: frames.count[Frame.Transition],
      peakResident: frames.peakActive,
    },
    standby: { frames: [...frames.standby], repurposed: [...frames.repurposed] },
    frameSources: frameSources(core),
    zeroing: {
      idle: counted(core, "zeroing.idle"),
      background: counted(core, "zeroing.background"),
      onDemand: counted(core, "zeroing.demand"),
    },
    reclaim: {
      victims: counted(core, "replacement.victims"),
      daemon: counted(core, "task.daemon.pages"),
      direct: counted(core, "reclaim.direct"),
      stalls: counted(core, "reclaim.stalls"),
      writer: counted(core, "task.writer.pages"),
    },
    swap: {
      slots: swap.slots,
      used: swap.usedSlots,
      bad: swap.badSlots,
      in: swap.transfersIn,
      out: swap.transfersOut,
      ahead: counted(core, "swap.ahead"),
      requests: swap.requests,
      errors: swap.errors,
    },
    syscalls,
    processes: [...core.reaped, ...[...core.processes.values()].map(processReport)],
  };
}

type SourceRow = (typeof SOURCE_ROWS)[number];
type SourceName = (typeof SOURCES)[number];

/** The table of kernel/mm/frames.ts by name. */
export function frameSources(core: Core): KernelReport["frameSources"] {
  const { sources } = core.frames;
  const row = (at: number) =>
    Object.fromEntries(SOURCES.map((name, column) => [name, sources[at * SOURCES.length + column]]));
  return Object.fromEntries(SOURCE_ROWS.map((name, at) => [name, row(at)])) as KernelReport["frameSources"];
}

function processReport(p: Process): ProcessReport {
  return {
    pid: p.pid,
    name: p.name,
    exit: p.state !== "zombie" ? -1 : p.exitSignal === 0 ? p.exitCode : 128 + p.exitSignal,
    instructions: p.counts.instructions,
    faults: p.counts.faults,
    peakResident: Math.max(p.peakResidentPages, p.space.peakResidentPages),
  };
}
