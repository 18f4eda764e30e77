/** The account of a run: what `--report` writes (docs/report.md documents every field) and what the page shows live. */
import type { KernelReport } from "../kernel/report.ts";
import type { Machine } from "./machine.ts";

export type Report = KernelReport;

/** The whole report, as of now. */
export const report = (machine: Machine): Report => machine.kernel.report();

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
