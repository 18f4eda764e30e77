import { describe, expect, it } from "vitest";
import { PC_REGISTER } from "../../../system/machine.ts";
import { stateHash } from "../../../system/state-hash.ts";
import { Timeline } from "../../../system/timeline.ts";
import { CODE, Program } from "../../kernel/support/program.ts";
import { boot, drive, generator, recorded, SEED, timed } from "./support.ts";

const DENSE = { spacing: 20_000, nearest: 60, nearWork: 8_000 };

/** Counts t0 down from 1000, stores the number of rounds in memory, and ends with t1 as its status. */
function countdown(): Program {
  const p = new Program();
  p.words("rounds", 0).li("t0", 1000).li("t1", 5).li("t2", "rounds");
  p.label("loop").load("lw", "t3", "t2").op("addi", "t3", "t3", 1).store("sw", "t3", "t2");
  p.op("addi", "t0", "t0", -1).branch("bne", "t0", "zero", "loop");
  return p.mv("a0", "t1").li("a7", 94).ecall();
}
const T0 = 5;
const T1 = 6;

describe(`changing the past (FAULTLINE_SEED=${SEED})`, () => {
  it("by other input begins a branch, and both futures can be gone back to exactly", () => {
    const timeline = recorded(SEED, DENSE);
    const first = stateHash(timeline.machine);
    const firstEnd = timeline.end;
    timeline.goTo(timeline.end.instret / 2);
    timeline.type("stdin", new TextEncoder().encode("something else"));
    expect(timeline.isAtEnd).toBe(true);
    expect(timeline.branches).toHaveLength(1);
    expect(drive(timed(timeline), generator(SEED + 1), [])).toBe(7);
    const second = stateHash(timeline.machine);
    expect(second).not.toBe(first);
    for (let round = 0; round < 3; round++) {
      timeline.switchTo(0);
      expect(stateHash(timeline.machine)).toBe(first);
      expect(timeline.end).toEqual(firstEnd);
      timeline.goTo(timeline.end.instret - 20);
      timeline.goToEnd();
      expect(stateHash(timeline.machine)).toBe(first);
      timeline.switchTo(0);
      expect(stateHash(timeline.machine)).toBe(second);
    }
  });

  it("by a register changes what comes, and is there again after going back before it and forward", () => {
    const timeline = new Timeline(boot(countdown(), {}));
    expect(drive(timed(timeline), generator(1))).toBe(5);
    timeline.goTo(2000);
    timeline.edit({ kind: "register", pid: 1, register: T1, value: 9 });
    expect(drive(timed(timeline), generator(1))).toBe(9);
    timeline.goTo(1990);
    expect(timeline.machine.hart.x[T1]).toBe(5);
    timeline.goTo(2001);
    expect(timeline.machine.hart.x[T1]).toBe(9);
    timeline.switchTo(0);
    timeline.goTo(2001);
    expect(timeline.machine.hart.x[T1]).toBe(5);
  });

  it("by pc and by memory does what a debugger's user expects", () => {
    const timeline = new Timeline(boot(countdown(), {}));
    drive(timed(timeline), generator(1));
    timeline.goTo(100);
    const { mmu } = timeline.machine;
    const { paddr } = mmu.peek(timeline.machine.hart.x[7], "load");
    timeline.edit({ kind: "memory", paddr, bytes: Uint8Array.of(0, 0, 1, 0) });
    timeline.edit({ kind: "register", pid: 1, register: T0, value: 1 });
    timeline.edit({ kind: "register", pid: 1, register: PC_REGISTER, value: CODE + 6 * 4 });
    timeline.forward({ untilInstret: 103 });
    expect(timeline.machine.ram.readWord(paddr)).toBe(65537);
    expect(drive(timed(timeline), generator(1))).toBe(5);
    expect(timeline.end.instret).toBeLessThan(120);
  });

  it("at the end of the recording is no branch", () => {
    const timeline = new Timeline(boot(countdown(), {}));
    timeline.record(1000);
    timeline.type("stdin", Uint8Array.of(65));
    timeline.goTo(3);
    while (!timeline.isAtEnd) timeline.forward();
    timeline.type("stdin", Uint8Array.of(66));
    expect(timeline.branches).toEqual([]);
  });
});

describe("the memory budget", () => {
  it("is kept by dropping checkpoints, and every moment can still be reached", () => {
    const timeline = recorded(SEED, { spacing: 2_000, nearest: 60, nearWork: 8_000, budgetBytes: 3 * 1024 * 1024 });
    const hash = stateHash(timeline.machine);
    expect(timeline.bytes).toBeLessThan(3.3 * 1024 * 1024);
    const random = generator(SEED);
    for (let i = 0; i < 30; i++) {
      const target = Math.floor(random() * timeline.end.instret);
      expect(timeline.goTo(target)).toBe(target);
      expect(timeline.bytes).toBeLessThan(3.5 * 1024 * 1024);
    }
    timeline.goToEnd();
    expect(stateHash(timeline.machine)).toBe(hash);
  });
});
