/**
 * What a step back costs, in milliseconds of CPU time, at places all over long runs and at their live end, and what memory the
 * checkpoints take. Three
 * programs: one that computes, one whose every turn misses the TLB, and one that lives on page faults and swap. Recording
 * without a timeline is the peer: the ratio says what keeping time costs.
 *
 * FAULTLINE_BENCH_INSTRUCTIONS sets the length of the first run (a billion unless smoke).
 */
import type { Machine } from "../../system/machine.ts";
import { Timeline } from "../../system/timeline.ts";
import { Program } from "../kernel/support/program.ts";
import { boot } from "../system/timeline/support.ts";

const HEAP = 0x21000;

/** Touches `pages` pages round and round, `inner` instructions of arithmetic between two touches. */
function walker(pages: number, inner: number): Program {
  const p = new Program().words("data", 1).li("s3", 0).label("round").li("s0", HEAP).li("s1", pages).label("page");
  p.load("lw", "t1", "s0").op("addi", "t1", "t1", 1).store("sw", "t1", "s0").li("t0", inner).label("inner");
  p.op("add", "s3", "s3", "t1")
    .op("xor", "t1", "t1", "s3")
    .op("addi", "t0", "t0", -1)
    .branch("bne", "t0", "zero", "inner");
  p.li("t2", 4096)
    .op("add", "s0", "s0", "t2")
    .op("addi", "s1", "s1", -1)
    .branch("bne", "s1", "zero", "page")
    .jump("round");
  return p.bss(0x1000 + pages * 4096);
}

interface Case {
  readonly name: string;
  readonly program: Program;
  readonly instructions: number;
  readonly frames: number;
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];

/** CPU time of this process in milliseconds: what others do on the machine does not count. */
const cpuTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

function runPlain(machine: Machine, instructions: number): number {
  const begun = cpuTime();
  while (machine.hart.instret < instructions) {
    const status = machine.run(1e9, instructions);
    if (status.kind === "asleep") machine.skipTo(status.untilCycles);
  }
  return cpuTime() - begun;
}

function runTimed(timeline: Timeline, instructions: number): number {
  const begun = cpuTime();
  while (timeline.position < instructions) {
    const status = timeline.record(1e9, instructions);
    if (status.kind === "asleep") timeline.skipTo(status.untilCycles);
  }
  return cpuTime() - begun;
}

function measure({ name, program, instructions, frames }: Case, places: number): void {
  const config = { frames, swapSlots: 4096 };
  const sample = Math.min(instructions, 20_000_000);
  const plain = runPlain(boot(program, config), sample);
  const timeline = new Timeline(boot(program, config));
  const timed = (runTimed(timeline, instructions) * sample) / instructions;
  const steps: number[] = [];
  const live: number[] = [];
  const jumps: number[] = [];
  const step = (list: number[]): void => {
    const begun = cpuTime();
    timeline.stepBack();
    list.push(cpuTime() - begun);
  };
  // At the live end: the program runs on for a while, and then one wants to see what it did last.
  for (let i = 0; i < places; i++) {
    runTimed(timeline, timeline.end.instret + Math.ceil(instructions / 997));
    step(live);
  }
  for (let place = 0; place < places; place++) {
    const begun = cpuTime();
    timeline.goTo(Math.floor(((place * 0.618034) % 1) * instructions));
    jumps.push(cpuTime() - begun);
    for (let i = 0; i < 12; i++) step(steps);
  }
  steps.sort((a, b) => a - b);
  live.sort((a, b) => a - b);
  jumps.sort((a, b) => a - b);
  const f = (ms: number): string => `${ms.toFixed(1)} ms`;
  console.log(
    `${name}: ${instructions / 1e6} M instructions, ${frames} frames\n` +
      `  step back    median ${f(quantile(steps, 0.5))}, 99 % ${f(quantile(steps, 0.99))}, worst ${f(steps[steps.length - 1])} (target 16 and 50 ms)\n` +
      `  from the live end  median ${f(quantile(live, 0.5))}, worst ${f(live[live.length - 1])}\n` +
      `  jump         median ${f(quantile(jumps, 0.5))}, worst ${f(jumps[jumps.length - 1])}\n` +
      `  checkpoints  ${timeline.checkpointCount}, ${(timeline.bytes / 2 ** 20).toFixed(0)} MiB (target 256)\n` +
      `  recording    ${(timed / plain).toFixed(2)} times the machine alone`,
  );
}

export async function run(smoke: boolean): Promise<void> {
  const long = Number(process.env["FAULTLINE_BENCH_INSTRUCTIONS"] ?? (smoke ? 5_000_000 : 1_000_000_000));
  const places = smoke ? 3 : 25;
  measure({ name: "computing, 200 pages", program: walker(200, 300), instructions: long, frames: 1024 }, places);
  measure(
    { name: "a TLB miss every 11 instructions", program: walker(900, 1), instructions: long / 10, frames: 1024 },
    places,
  );
  measure({ name: "more pages than frames", program: walker(900, 1), instructions: long / 500, frames: 512 }, places);
}
