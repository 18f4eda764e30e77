/**
 * Replacement policies on the reference strings of the literature. The counts are those of the textbooks (Belady's
 * example, Silberschatz's string, a loop) and agree with OSTEP's paging-policy.py for FIFO, LRU and OPT.
 */
import { describe, expect, test } from "vitest";
import { Cause } from "../../../emulator/trap.ts";
import { SIMULATED_POLICIES, simulate } from "../../../kernel/mm/replacement/simulate.ts";
import { prepareUser } from "../../../kernel/mm/user-memory.ts";
import { TestMachine } from "../support/machine.ts";
import { DATA, Program } from "../support/program.ts";

const BELADY = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5];
const SILBERSCHATZ = [7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1];
const LOOP = [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4];
const TRACES = { BELADY, SILBERSCHATZ, LOOP };

/** Misses with 3 and with 4 frames. */
const EXPECTED: Record<keyof typeof TRACES, Record<string, readonly [number, number]>> = {
  BELADY: { fifo: [9, 10], lru: [10, 8], opt: [7, 6], clock: [9, 10], "clock, bit on later hit": [10, 8] },
  SILBERSCHATZ: { fifo: [15, 10], lru: [12, 8], opt: [9, 8], clock: [14, 9], "clock, bit on later hit": [11, 8] },
  LOOP: { fifo: [20, 20], lru: [20, 20], opt: [12, 8], clock: [20, 20], "clock, bit on later hit": [20, 20] },
};

describe("offline", () => {
  for (const [trace, rows] of Object.entries(EXPECTED)) {
    for (const [row, misses] of Object.entries(rows)) {
      test(`${row} misses ${misses.join(" and ")} times on ${trace} with 3 and 4 frames`, () => {
        const [policy] = row.split(",");
        const setOnLoad = !row.includes("later hit");
        const found = [3, 4].map(
          (frames) => simulate(policy, TRACES[trace as keyof typeof TRACES], frames, { setOnLoad })!.misses,
        );
        expect(found).toEqual(misses);
        if (!setOnLoad)
          expect([3, 4].map((n) => simulate("clock-hit", TRACES[trace as keyof typeof TRACES], n)!.misses)).toEqual(
            misses,
          );
      });
    }
  }

  test("second chance evicts what CLOCK evicts", () => {
    for (const frames of [2, 3, 4, 5]) {
      for (const trace of Object.values(TRACES)) {
        const victims = (policy: string) => simulate(policy, trace, frames)!.steps.map((step) => step.evicted);
        expect(victims("second-chance")).toEqual(victims("clock"));
      }
    }
  });

  test("no policy beats OPT, and each misses at least once for each distinct page", () => {
    for (const trace of Object.values(TRACES)) {
      const bound = simulate("opt", trace, 3)!.misses;
      for (const policy of SIMULATED_POLICIES) {
        expect(simulate(policy, trace, 3)!.misses, policy).toBeGreaterThanOrEqual(Math.max(bound, new Set(trace).size));
      }
    }
  });

  test("NRU takes a clean page before a modified one of the same age", () => {
    const run = simulate("nru", [1, 2, 3, 4], 3, { setOnLoad: false, writes: [true, false, false, false] })!;
    expect(run.steps[3].evicted).toBe(2);
  });

  test("an unknown policy is no policy", () => {
    expect(simulate("guess", LOOP, 3)).toBeUndefined();
  });
});

/**
 * The same strings through the kernel: one process whose working set is limited to so many pages touches one page of its
 * bss for each reference, by the kernel's own path into user memory. Every reference that is not resident is a fault.
 */
describe("in the kernel, with the working set at its limit", () => {
  const faultsFor = (replacement: string, trace: readonly number[], limit: number): number => {
    const machine = new TestMachine({ replacement }).boot(
      new Program()
        .words("data", 0)
        .bss(16 * 4096)
        .exit(0),
    );
    const p = machine.process();
    machine.trimAll(p.pid);
    p.space.residentLimitPages = limit;
    machine.hart.scause = Cause.EcallFromUser;
    const before = p.counts.faults;
    for (const page of trace) {
      expect(prepareUser(machine.core, p, DATA + (page + 1) * 4096, 1, "load")).toBe(0);
      // These are as exact as their sampling: here after every reference.
      if (replacement !== "fifo" && replacement !== "clock") machine.core.policy.sample(machine.core.view);
    }
    machine.check();
    expect(p.space.residentPages).toBe(limit);
    return p.counts.faults - before;
  };

  for (const [policy, row] of [
    ["fifo", "fifo"],
    ["lru", "lru"],
    ["clock", "clock"],
    ["clock-hit", "clock, bit on later hit"],
  ]) {
    for (const [trace, rows] of Object.entries(EXPECTED)) {
      test(`${policy} faults as often on ${trace} as the books say`, () => {
        const found = [3, 4].map((limit) => faultsFor(policy, TRACES[trace as keyof typeof TRACES], limit));
        expect(found).toEqual(rows[row]);
      });
    }
  }
});
