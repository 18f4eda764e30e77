/** WSClock, 2Q and ARC: traces worked by hand, and the papers' algorithms written down as plain lists. */
import { describe, expect, test } from "vitest";
import { simulate } from "../../../kernel/mm/replacement/simulate.ts";
import { TestMachine } from "../support/machine.ts";
import { DATA, Program } from "../support/program.ts";

const evictions = (policy: string, trace: readonly number[], frames: number, options = {}) =>
  simulate(policy, trace, frames, options)!.steps.map((step) => step.evicted);

describe("worked by hand", () => {
  test("2Q, 4 frames: Kin 1, Kout 2", () => {
    // 5 drives 1 out of A1in; 1 comes back into Am; so does 2, although its own victim pushes it out of A1out; 7 finds A1in
    // short and takes 2, the oldest of Am, which is not remembered.
    const trace = [1, 2, 3, 4, 5, 1, 6, 2, 1, 3, 7, 2];
    expect(evictions("2q", trace, 4)).toEqual([-1, -1, -1, -1, 1, 2, 3, 4, -1, 5, 2, 6]);
  });

  test("ARC, 3 frames: the target goes 0, 1, 0, 1, 0, 1, 0", () => {
    const trace = [1, 2, 1, 3, 4, 2, 5, 1, 4, 2, 6, 5, 1];
    expect(evictions("arc", trace, 3)).toEqual([-1, -1, -1, -1, 2, 3, 1, 4, 2, 5, 1, 4, 6]);
  });

  test("WSClock, 4 frames, τ 2: an old modified page is written as the hand passes, and is taken when it comes back", () => {
    // 4 finds all in use and takes the page at the hand, 2. At 5, page 1 is 3 old and modified: written; 7 is 3 old and clean:
    // taken. At 6 the hand comes to 1 again, clean now.
    const trace = [2, 1, 3, 7, 4, 3, 3, 5, 6];
    const writes = trace.map((_, at) => at === 1);
    const run = simulate("wsclock", trace, 4, { tau: 2, writes })!;
    expect(run.steps.map((step) => step.evicted)).toEqual([-1, -1, -1, -1, 2, -1, -1, 7, 1]);
    expect(run.pageOuts).toBe(1);
  });
});

/** A reproducible run of pages: a few that are used often, and scans. */
function randomTrace(seed: number, length: number): number[] {
  let x = seed;
  const random = (below: number) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
  const trace: number[] = [];
  while (trace.length < length) {
    if (random(4) === 0) for (let i = 0, from = random(20); i < 6; i++) trace.push(from + i);
    else trace.push(random(7));
  }
  return trace;
}

/** Figure 4 of the ARC paper. Lists are oldest first. */
function arcByThePaper(trace: readonly number[], c: number): number {
  let [t1, t2, b1, b2]: number[][] = [[], [], [], []];
  let [p, misses] = [0, 0];
  const without = (list: number[], x: number) => list.filter((page) => page !== x);
  const replace = (x: number) => {
    if (t1.length >= 1 && ((b2.includes(x) && t1.length === p) || t1.length > p)) b1.push(t1.shift()!);
    else b2.push(t2.shift()!);
  };
  for (const x of trace) {
    if (t1.includes(x) || t2.includes(x)) {
      t1 = without(t1, x);
      t2 = [...without(t2, x), x];
      continue;
    }
    misses++;
    if (b1.includes(x)) {
      p = Math.min(c, p + Math.max(b2.length / b1.length, 1));
      replace(x);
      b1 = without(b1, x);
      t2.push(x);
    } else if (b2.includes(x)) {
      p = Math.max(0, p - Math.max(b1.length / b2.length, 1));
      replace(x);
      b2 = without(b2, x);
      t2.push(x);
    } else {
      if (t1.length + b1.length === c) {
        if (t1.length < c) {
          b1.shift();
          replace(x);
        } else t1.shift();
      } else if (t1.length + t2.length + b1.length + b2.length >= c) {
        if (t1.length + t2.length + b1.length + b2.length === 2 * c) b2.shift();
        replace(x);
      }
      t1.push(x);
    }
  }
  return misses;
}

/** The full version of 2Q as in the paper's program text. Lists are oldest first. */
function twoQueueByThePaper(trace: readonly number[], slots: number): number {
  const [kin, kout] = [Math.max(1, Math.floor(slots / 4)), Math.max(1, Math.floor(slots / 2))];
  let [am, a1in, a1out]: number[][] = [[], [], []];
  let misses = 0;
  const reclaim = () => {
    if (am.length + a1in.length < slots) return;
    if (a1in.length > kin || am.length === 0) {
      a1out.push(a1in.shift()!);
      if (a1out.length > kout) a1out.shift();
    } else am.shift();
  };
  for (const x of trace) {
    if (am.includes(x)) am = [...am.filter((page) => page !== x), x];
    else if (a1out.includes(x)) {
      misses++;
      reclaim();
      a1out = a1out.filter((page) => page !== x);
      am.push(x);
    } else if (!a1in.includes(x)) {
      misses++;
      reclaim();
      a1in.push(x);
    }
  }
  return misses;
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "ARC and 2Q miss as often as their papers say on random strings (seed %i)",
  (seed) => {
    const trace = randomTrace(seed, 400);
    for (const frames of [1, 2, 3, 4, 5, 8, 12]) {
      const setting = `seed ${seed}, ${frames} frames`;
      expect(simulate("arc", trace, frames)!.misses, `arc, ${setting}`).toBe(arcByThePaper(trace, frames));
      expect(simulate("2q", trace, frames)!.misses, `2q, ${setting}`).toBe(twoQueueByThePaper(trace, frames));
    }
  },
);

test("a scan of pages used once drives a hot page out of LRU, and not out of ARC and 2Q", () => {
  const hot = [1, 2, 1, 2];
  const trace: number[] = [...hot];
  // Hot pages come back out of A1out and B1 once, then stay.
  for (let round = 0; round < 20; round++)
    trace.push(100 + 3 * round, 101 + 3 * round, 102 + 3 * round, ...hot.slice(0, 2));
  const misses = (policy: string) => simulate(policy, trace, 4)!.misses;
  const scanned = 60;
  expect(misses("lru")).toBe(2 + scanned + 2 * 20); // three pages and one hot one: the other hot one has just gone
  expect(misses("arc")).toBeLessThan(2 + scanned + 10);
  expect(misses("2q")).toBeLessThan(2 + scanned + 10);
});

describe("in the kernel", () => {
  /** Works on more pages than there are frames, with every second page hot, and exits with how many words were wrong. */
  const program = (): Program => {
    const p = new Program().words("data", 0).li("s3", 3).li("t1", 4096).li("s2", 0);
    p.li("s0", DATA + 4096).li("s1", 24);
    p.label("write").store("sw", "s1", "s0").op("add", "s0", "s0", "t1").op("addi", "s1", "s1", -1);
    p.branch("bne", "s1", "zero", "write");
    p.label("pass")
      .li("s0", DATA + 4096)
      .li("s1", 24);
    p.label("read").load("lw", "t0", "s0").op("sub", "t0", "t0", "s1").op("sltu", "t0", "zero", "t0");
    p.op("add", "s2", "s2", "t0").store("sw", "s1", "s0").op("add", "s0", "s0", "t1").op("addi", "s1", "s1", -1);
    p.branch("bne", "s1", "zero", "read").op("addi", "s3", "s3", -1).branch("bne", "s3", "zero", "pass");
    return p
      .mv("a0", "s2")
      .li("a7", 94)
      .ecall()
      .bss(25 * 4096);
  };

  test.each(["wsclock", "2q", "arc", "clock-hit"])(
    "%s keeps every page's contents, and a snapshot goes on the same way",
    (replacement) => {
      const machine = new TestMachine({ frames: 64, replacement, tauCycles: 500, check: 7 }).boot(program());
      machine.leaveFrames(14);
      machine.runUntil(() => machine.of("victim-chosen").length > 20);
      const snapshot = structuredClone(machine.core.policy.snapshot());
      machine.core.policy.restore(snapshot);
      expect(machine.core.policy.snapshot()).toEqual(snapshot);
      expect(machine.run()).toBe(0);
      expect(machine.kernel.report().faults.hard).toBeGreaterThan(20);
    },
  );

  test("WSClock has an old modified page written while it stays mapped, and takes it clean", () => {
    const machine = new TestMachine({ frames: 64, replacement: "wsclock", tauCycles: 1 }).boot(program());
    machine.leaveFrames(14);
    machine.runUntil(() => machine.core.counters["replacement.cleaned"] > 0);
    const written = machine.of("swap-out").at(-1)!;
    expect(machine.core.frames.mapped[written.pfn]).toBe(1);
    machine.runUntil(() => machine.of("victim-chosen").some(({ modified, pfn }) => !modified && pfn === written.pfn));
    expect(machine.run()).toBe(0);
  });
});
