/**
 * The account of a run: what `--report` writes (docs/report.md documents every field with its unit) and what the live
 * strip of the page shows. Both are read from counters; nothing is computed while the machine runs.
 */
import type { KernelReport } from "../kernel/kernel.ts";
import type { Machine } from "./machine.ts";

export interface Report extends KernelReport {
  /** User instructions retired. */
  readonly instructions: number;
  /** Virtual time in cycles of 10 ns. */
  readonly cycles: number;
  readonly tlb: { readonly hits: number; readonly misses: number; readonly flushes: number };
}

/** The whole report, as of now. */
export function report(machine: Machine): Report {
  const { hits, misses, flushes } = machine.mmu.tlb;
  return { instructions: machine.hart.instret, cycles: machine.hart.cycles, tlb: { hits, misses, flushes }, ...machine.kernel.report() };
}

/** What the page draws ten times a second. */
export interface LiveFigures extends Omit<Report, "processes" | "syscalls"> {
  /** Processes alive, zombies included. */
  readonly processes: number;
}

/** A small part of the report, cheap to send. */
export function liveFigures(machine: Machine): LiveFigures {
  const { processes: _processes, syscalls: _syscalls, ...rest } = report(machine);
  return { ...rest, processes: machine.kernel.core.processes.size };
}
