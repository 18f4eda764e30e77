/** Drives a machine to its end as fast as it goes: time that nobody uses is skipped, input is read when asked for. */
import type { Machine } from "../machine.ts";
import { readStandardInput } from "./host-streams.ts";

const SLICE_CYCLES = 50_000_000;

export type BatchEnd =
  | { readonly kind: "halted"; readonly status: number }
  | { readonly kind: "instruction-limit" }
  | { readonly kind: "stuck" };

/** @param isStopped asked between slices: true ends the run (the reader of our output has gone) */
export function driveBatch(machine: Machine, isStopped: () => boolean): BatchEnd {
  let inputIsOpen = true;
  for (;;) {
    const status = machine.run(SLICE_CYCLES);
    if (isStopped()) return { kind: "halted", status: 141 };
    switch (status.kind) {
      case "slice":
        if (inputIsOpen && machine.kernel.wantsInput) inputIsOpen = feed(machine);
        break;
      case "asleep":
        if (inputIsOpen && machine.kernel.wantsInput) inputIsOpen = feed(machine);
        else machine.skipTo(status.untilCycles);
        break;
      case "input":
        if (!inputIsOpen) return { kind: "stuck" };
        inputIsOpen = feed(machine);
        break;
      case "instruction-limit":
        return { kind: "instruction-limit" };
      case "halted":
        return { kind: "halted", status: status.status };
    }
  }
}

function feed(machine: Machine): boolean {
  const bytes = readStandardInput();
  if (bytes === null) machine.closeInput("stdin");
  else machine.type("stdin", bytes);
  return bytes !== null;
}
