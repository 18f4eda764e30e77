/** The fault microscope on paper: what `faultline explain-fault` and the debugger print. */
import { hex } from "../../emulator/bits.ts";
import type { FaultReport } from "./microscope.ts";
import type { Step } from "./microscope-steps.ts";

const PHASES = { try: "try", kernel: "kernel", wait: "asleep", retry: "retry" } as const;

/** One step: number, running total, charge, phase and title, with its further lines below. */
export function stepText(report: FaultReport, step: Step): string {
  const start = report.steps[0].cycles;
  const head = `${String(step.index).padStart(3)} ${String(step.cycles - start).padStart(8)} ${`+${step.charge}`.padStart(7)}  ${PHASES[step.phase].padEnd(6)}  `;
  return [head + step.title, ...step.details.map((line) => " ".repeat(head.length + 2) + line)].join("\n");
}

/** The whole fault. */
export function reportText(report: FaultReport): string {
  const { pid, processName, access, vaddr, pc, outcome, totalCycles, steps, place } = report;
  const head = `${processName} (pid ${pid}): ${access} of ${hex(vaddr)} at pc ${hex(pc)}: ${outcome}, ${totalCycles} cycles (${totalCycles * 10} ns)`;
  const where = `after instruction ${place.instret}; cycles are counted from there, "+" is what the step itself was charged`;
  return [
    head,
    where,
    "",
    "  #   cycles  charge  where   what",
    ...steps.map((step) => stepText(report, step)),
    "",
  ].join("\n");
}
