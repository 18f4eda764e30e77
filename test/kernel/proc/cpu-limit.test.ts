/** RLIMIT_CPU. What is expected is what the program prints on Linux 6 (x86-64), where it was run by hand. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Pid } from "../../../emulator/bits.ts";
import { SUPERVISOR_TIMER_INTERRUPT } from "../../../emulator/trap.ts";
import { compileSource } from "../../../system/cli/compile.ts";
import { rootEntries } from "../../story/support.ts";
import { TestMachine } from "../support/machine.ts";

const LINUX = `soft 1, hard 3
signal 24, code 128, number 1; soft 2, hard 3
signal 24, code 128, number 2; soft 3, hard 3
killed by 9, core 0
soft 1, hard 3
killed by 24, core 0
soft 1, hard 1
killed by 9, core 0
soft 0, hard 2
signal 24, code 128, number 1; soft 1, hard 2
signal 24, code 128, number 2; soft 2, hard 2
killed by 9, core 0
soft -1, hard -1
killed by 6, core 0
`;

test("sends SIGXCPU each second from the soft limit on, SIGKILL at the hard one, and sets no core-dump bit", () => {
  const source = readFileSync(join(import.meta.dirname, "programs", "cpu-limit.c"), "utf8");
  const machine = new TestMachine({ check: "end", record: false });
  machine.boot(compileSource("cpu-limit.c", source, rootEntries()));
  // A child that spins gets a tenth of a second of CPU time on top at each quantum: so the test need not execute as much.
  for (let running = true; running; ) {
    running = machine.step();
    const current = machine.core.processes.get(machine.core.variables.currentPid as Pid);
    const isTick = machine.hart.scause === SUPERVISOR_TIMER_INTERRUPT;
    if (isTick && current !== undefined && current.pid > 1) current.counts.userCycles += 1e7;
  }
  expect(machine.output).toBe(LINUX);
  machine.check();
});
