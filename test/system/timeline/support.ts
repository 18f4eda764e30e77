/**
 * A run in which everything happens that could go wrong on the way back: a fork, copy-on-write, more pages than RAM has
 * frames, signals with a handler, a pipe between two processes, sleeping, and input that comes while everyone waits.
 */
import type { Machine as MachineType, RunStatus } from "../../../system/machine.ts";
import { Machine } from "../../../system/machine.ts";
import type { MachineConfig } from "../../../system/options.ts";
import { Timeline, type TimelineOptions } from "../../../system/timeline.ts";
import { DATA, Program } from "../../kernel/support/program.ts";

const PAGES = 36;
const HEAP = DATA + 0x1000;

/** Writes `seed + i` into the first word of each page and adds the words up in s5. */
function walkPages(p: Program, name: string, seed: number): void {
  p.li("s0", HEAP).li("s1", PAGES).li("s2", seed).label(`${name}-write`);
  p.store("sw", "s2", "s0").op("addi", "s2", "s2", 1).li("t0", 4096).op("add", "s0", "s0", "t0");
  p.op("addi", "s1", "s1", -1).branch("bne", "s1", "zero", `${name}-write`);
  p.li("s0", HEAP).li("s1", PAGES).label(`${name}-read`);
  p.load("lw", "t1", "s0").op("add", "s5", "s5", "t1").li("t0", 4096).op("add", "s0", "s0", "t0");
  p.op("addi", "s1", "s1", -1).branch("bne", "s1", "zero", `${name}-read`);
}

/** Reads input until its end; on every read parent and child both write all their pages. Ends with status 7. */
export function livelyProgram(): Program {
  const p = new Program();
  p.words("act", 0, 0, 0, 0)
    .words("pipe", 0, 0)
    .words("time", 0, 0, 30_000, 0)
    .words("info", ...new Array(32).fill(0));
  p.words("buffer", 0, 0, 0, 0).words("caught", 0);
  p.li("t0", "handler").li("t1", "act").store("sw", "t0", "t1").call("rt_sigaction", 10, "act", 0, 8);
  walkPages(p, "first", 100);
  p.call("pipe2", "pipe", 0);
  p.call("clone", 17, 0, 0, 0, 0).branch("beq", "a0", "zero", "child").mv("s9", "a0");

  p.label("again")
    .call("read", 0, "buffer", 8)
    .branch("beq", "a0", "zero", "done")
    .branch("blt", "a0", "zero", "again");
  walkPages(p, "parent", 1000);
  p.li("t0", "pipe").load("lw", "t0", "t0", 4).mv("s8", "t0").call("write", "=s8", "buffer", 1);
  p.call("clock_nanosleep_time64", 1, 0, "time", 0);
  p.jump("again");
  p.label("done").li("t0", "pipe").load("lw", "s8", "t0", 4).call("close", "=s8");
  p.call("waitid", 0, 0, "info", 4, 0).branch("blt", "a0", "zero", "done");
  p.print("bye\n").exit(7);

  p.label("child").li("t0", "pipe").load("lw", "s8", "t0", 4).call("close", "=s8");
  p.label("more")
    .li("t0", "pipe")
    .load("lw", "s8", "t0", 0)
    .call("read", "=s8", "buffer", 1)
    .branch("beq", "a0", "zero", "end");
  walkPages(p, "child", 5000);
  p.call("getppid").mv("s8", "a0").call("kill", "=s8", 10).jump("more");
  p.label("end").exit(3);

  p.label("handler").li("t0", "caught").load("lw", "t1", "t0").op("addi", "t1", "t1", 1).store("sw", "t1", "t0");
  p.op("jalr", "zero", "ra", 0);
  return p.bss(0x1000 + PAGES * 4096);
}

export const TIGHT: Partial<MachineConfig> = {
  frames: 64,
  swapSlots: 512,
  quantumCycles: 1500,
  tlbSets: 4,
  tlbWays: 2,
};

/** A machine with one program as pid 1 that reads "stdin". */
export function boot(
  program: Program,
  config: Partial<MachineConfig> = TIGHT,
  print: (text: string) => void = () => {},
): MachineType {
  const root = [{ path: "/bin/test", type: "file" as const, mode: 0o755, bytes: program.elf() }];
  const machine = new Machine(config, root, (_, bytes) => print(new TextDecoder().decode(bytes)));
  const problem = machine.boot({ argv: ["/bin/test"], environment: ["HOME=/"], stdio: "streams" });
  if (problem !== null) throw new Error(problem);
  return machine;
}

/** Something to drive a machine with: a Timeline, or a Machine itself through `plain`. */
export interface Driven {
  record(cycles: number): RunStatus;
  skipTo(cycles: number): void;
  type(text: string): void;
  close(): void;
  readonly cycles: number;
}

export const timed = (timeline: Timeline): Driven => ({
  record: (cycles) => timeline.record(cycles),
  skipTo: (cycles) => timeline.skipTo(cycles),
  type: (text) => timeline.type("stdin", new TextEncoder().encode(text)),
  close: () => timeline.closeInput("stdin"),
  get cycles() {
    return timeline.machine.hart.cycles;
  },
});

export const plain = (machine: MachineType): Driven => ({
  record: (cycles) => machine.run(cycles),
  skipTo: (cycles) => machine.skipTo(cycles),
  type: (text) => machine.type("stdin", new TextEncoder().encode(text)),
  close: () => machine.closeInput("stdin"),
  get cycles() {
    return machine.hart.cycles;
  },
});

/** Runs to the end, with slices and naps of changing length, and input typed both while the machine works and while it sleeps. */
export function drive(driven: Driven, random: () => number, words = ["one ", "two ", "three "]): number {
  const waiting = [...words];
  for (let i = 0; i < 100_000; i++) {
    const status = driven.record(1 + Math.floor(random() * 9000));
    if (status.kind === "halted") return status.status;
    if (waiting.length > 0 && random() < 0.02) driven.type(waiting.shift()!);
    if (status.kind === "asleep")
      driven.skipTo(random() < 0.5 ? status.untilCycles : Math.min(status.untilCycles, driven.cycles + 1000));
    else if (status.kind === "input") {
      if (waiting.length > 0) driven.type(waiting.shift()!);
      else driven.close();
    } else if (status.kind !== "slice") throw new Error(status.kind);
  }
  throw new Error("the program does not end");
}

/** mulberry32: a small generator for tests; the seed comes from FAULTLINE_SEED or is drawn, and stands in every title. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const SEED = Number(process.env["FAULTLINE_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** A whole run under a timeline. */
export function recorded(
  seed: number,
  options: Partial<TimelineOptions> = {},
  config: Partial<MachineConfig> = TIGHT,
): Timeline {
  const timeline = new Timeline(boot(livelyProgram(), config), options);
  const status = drive(timed(timeline), generator(seed));
  if (status !== 7) throw new Error(`the program ended with ${status}, seed ${seed}`);
  return timeline;
}
