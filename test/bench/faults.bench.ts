/**
 * What the kernel's paths cost in host time, with nobody listening: zero-fill faults, fork of a 1,000-page process,
 * eviction with swap-in, and context switches. Run it through the bench runner, or bundle it and call run(false).
 */
import { TestMachine } from "../kernel/support/machine.ts";
import { DATA, Program } from "../kernel/support/program.ts";

interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target?: string;
}

/** Touches `pages` of bss `rounds` times, giving them back in between. */
function toucher(pages: number, rounds: number): Program {
  const p = new Program().words("data", 0).li("s2", rounds).li("t1", 4096);
  p.label("round")
    .li("s0", DATA + 4096)
    .li("s1", pages);
  p.label("touch")
    .store("sw", "s1", "s0")
    .op("add", "s0", "s0", "t1")
    .op("addi", "s1", "s1", -1)
    .branch("bne", "s1", "zero", "touch");
  p.call("madvise", DATA + 4096, pages * 4096, 4).li("t1", 4096);
  p.op("addi", "s2", "s2", -1).branch("bne", "s2", "zero", "round");
  return p.exit().bss((pages + 1) * 4096);
}

/** Forks and waits, `rounds` times, with `pages` pages resident. */
function forker(pages: number, rounds: number): Program {
  const p = new Program()
    .words("data", 0)
    .li("s0", DATA + 4096)
    .li("s1", pages)
    .li("t1", 4096)
    .li("s2", rounds);
  p.label("touch")
    .store("sw", "s1", "s0")
    .op("add", "s0", "s0", "t1")
    .op("addi", "s1", "s1", -1)
    .branch("bne", "s1", "zero", "touch");
  p.label("again").call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent").exit();
  p.label("parent").call("waitid", 0, 0, 0, 4, 0).op("addi", "s2", "s2", -1).branch("bne", "s2", "zero", "again");
  return p.exit().bss((pages + 1) * 4096);
}

/** Writes `pages` pages in a circle. */
function thrasher(pages: number, rounds: number): Program {
  const p = new Program().words("data", 0).li("s2", rounds).li("t1", 4096);
  p.label("round")
    .li("s0", DATA + 4096)
    .li("s1", pages);
  p.label("touch")
    .store("sw", "s1", "s0")
    .op("add", "s0", "s0", "t1")
    .op("addi", "s1", "s1", -1)
    .branch("bne", "s1", "zero", "touch");
  p.op("addi", "s2", "s2", -1).branch("bne", "s2", "zero", "round");
  return p.exit().bss((pages + 1) * 4096);
}

function yielder(rounds: number): Program {
  const p = new Program().call("clone", 17, 0, 0, 0, 0).li("s2", rounds);
  p.label("again").call("sched_yield").op("addi", "s2", "s2", -1).branch("bne", "s2", "zero", "again");
  return p.exit();
}

/** Microseconds of host time for each `count(machine)` things. The first run warms the compiler up. */
function measure(
  program: () => Program,
  options: { frames: number; swapSlots?: number },
  count: (machine: TestMachine) => number,
): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 4; round++) {
    const machine = new TestMachine({ ...options, record: false, check: "end" }).boot(program());
    const started = performance.now();
    machine.run(1e9);
    const elapsed = performance.now() - started;
    if (round > 0) best = Math.min(best, (elapsed * 1000) / count(machine));
  }
  return best;
}

/** `smoke`: a few rounds, only to see that it runs. */
export async function run(smoke: boolean): Promise<void> {
  console.log("what                                          host time   target");
  for (const { name, value, unit, target } of rows(smoke)) {
    console.log(`${name.padEnd(44)} ${value.toFixed(2).padStart(7)} ${unit}   ${target ?? ""}`.trimEnd());
  }
}

function rows(smoke: boolean): Row[] {
  const rounds = smoke ? 2 : 100;
  const faults = (machine: TestMachine) => machine.kernel.report().faults.zeroFill;
  return [
    {
      name: "zero-fill fault",
      value: measure(() => toucher(900, rounds), { frames: 2048 }, faults),
      unit: "µs",
      target: "< 2 µs",
    },
    {
      name: "fork and exit of a 1,000-page process",
      value: measure(
        () => forker(1000, rounds),
        { frames: 2048 },
        () => rounds,
      ),
      unit: "µs",
    },
    {
      name: "eviction, swap-out and swap-in of a page",
      value: measure(
        () => thrasher(400, Math.max(2, rounds / 10)),
        { frames: 256 },
        (machine) => machine.kernel.report().swap.in || 1,
      ),
      unit: "µs",
    },
    {
      name: "context switch with its system call",
      value: measure(
        () => yielder(rounds * 100),
        { frames: 256 },
        (m) => m.core.variables.contextSwitches,
      ),
      unit: "µs",
    },
  ];
}
