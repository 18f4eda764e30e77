/** Runs programs for the tests of exports: small ones built from the ISA table, and our own through the machine's shell. */

import { Machine } from "../../../system/machine.ts";
import type { MachineConfig } from "../../../system/options.ts";
import type { RootEntry } from "../../../system/root-file-system.ts";
import type { Program } from "../../kernel/support/program.ts";

export interface Prepared {
  readonly machine: Machine;
  /** Boots and runs to the end; the exit status. */
  run(): number;
}

/** A machine with a file system, ready to boot `argv`. */
export function prepare(
  root: readonly RootEntry[],
  argv: readonly string[],
  config: Partial<MachineConfig> = {},
): Prepared {
  const machine = new Machine(config, root, () => {});
  const run = (): number => {
    const problem = machine.boot({ argv, environment: ["PATH=/bin", "HOME=/root"], stdio: "streams" });
    if (problem !== null) throw new Error(problem);
    machine.closeInput("stdin");
    for (let slice = 0; slice < 4000; slice++) {
      const status = machine.run(5_000_000);
      if (status.kind === "halted") return status.status;
      if (status.kind === "asleep") machine.skipTo(status.untilCycles);
      else if (status.kind !== "slice") throw new Error(`the run stopped: ${status.kind}`);
    }
    throw new Error("the program does not end");
  };
  return { machine, run };
}

export const fileOf = (program: Program): RootEntry[] => [
  { path: "/bin/test", type: "file", mode: 0o755, bytes: program.elf() },
];
