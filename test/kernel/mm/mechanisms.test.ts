/** The mechanisms of the mission that are about whole lists and whole lives: M5, M7, M13, M14, M15. */
import { describe, expect, test } from "vitest";
import { CYCLES_PER_SECOND } from "../../../kernel/config.ts";
import { COST_PROFILES } from "../../../kernel/costs.ts";
import { counted } from "../../../kernel/counters.ts";
import { Frame } from "../../../kernel/mm/frames.ts";
import { readPte } from "../../../kernel/mm/page-table.ts";
import { SoftwarePte, softwareKind } from "../../../kernel/mm/software-pte.ts";
import { TestMachine } from "../support/machine.ts";
import { DATA, Program } from "../support/program.ts";

/** Stops at an ecall number that does not exist, where the test looks around. */
const MARK = 999;
const mark = (p: Program): Program => p.li("a7", MARK).ecall();

const marks = (machine: TestMachine): number => counted(machine.core, `unknown-call.${MARK}`);

const free = (machine: TestMachine): number => machine.core.frames.availableFrames;

test("M5: a reservation takes no frame, and its PTEs appear with V = 0 and a software kind", () => {
  const place = 0x30000; // under the leaf table of the program itself
  const p = mark(new Program()).call("mmap2", place, 64 * 4096, 3, 0x32, -1, 0);
  mark(p).exit();
  const machine = new TestMachine().boot(p);
  machine.runUntil(() => marks(machine) === 1);
  const [available, resident] = [free(machine), machine.process().space.residentPages];

  machine.runUntil(() => marks(machine) === 2);

  expect(free(machine)).toBe(available);
  expect(machine.process().space.residentPages).toBe(resident);
  const { rootPfn } = machine.process().space;
  for (let page = 0; page < 64; page++) {
    const pte = readPte(machine.ram, rootPfn, place / 4096 + page);
    expect(pte & 1).toBe(0);
    expect(softwareKind(pte)).toBe(SoftwarePte.DemandZero);
  }
  expect(machine.run()).toBe(0);
});

test("M5: 512 MiB may be reserved on a machine of 1 MiB, and each first touch takes one frame", () => {
  const p = new Program().call("mmap2", 0, 512 << 20, 3, 0x4022, -1, 0).mv("s0", "a0");
  mark(p).store("sw", "s0", "s0");
  mark(p).li("t0", 4096).op("add", "t0", "t0", "s0").store("sw", "s0", "t0");
  mark(p).exit();
  const machine = new TestMachine({ frames: 256 }).boot(p);
  const levels = [1, 2, 3].map((count) => {
    machine.runUntil(() => marks(machine) === count);
    return free(machine);
  });

  expect(levels[0] - levels[1]).toBe(2); // the page and the first leaf table of the region
  expect(levels[1] - levels[2]).toBe(1);
});

describe("M7: the idle task", () => {
  /** A child dirties pages and exits while the parent sleeps for `microseconds` after having reaped it. */
  const sleeper = (microseconds: number): Program => {
    const p = new Program().words("time", 0, 0, microseconds * 1000, 0);
    p.call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent");
    p.li("s0", DATA + 4096)
      .li("s1", 20)
      .li("t1", 4096);
    p.label("touch")
      .store("sw", "s1", "s0")
      .op("add", "s0", "s0", "t1")
      .op("addi", "s1", "s1", -1)
      .branch("bne", "s1", "zero", "touch");
    p.exit();
    // The page with the time is loaded before the count begins.
    p.label("parent").li("t0", "time").load("lw", "t0", "t0").call("waitid", 0, 0, 0, 4, 0);
    mark(p).call("clock_nanosleep_time64", 1, 0, "time", 0);
    return mark(p)
      .exit()
      .bss(21 * 4096);
  };

  test("zeroes one frame after the other while nothing else is ready, each for the cost of one frame", () => {
    const microseconds = 100;
    const machine = new TestMachine().boot(sleeper(microseconds));
    machine.runUntil(() => marks(machine) === 1);
    const before = machine.kernel.report().frames;
    expect(before.dirty).toBeGreaterThan(20);
    const start = machine.of("process-block").length;

    machine.runUntil(() => marks(machine) === 2);

    // The sleep ends at the first look at the clock after its deadline: the frame then being zeroed is finished.
    const deadlineCycles = (microseconds * CYCLES_PER_SECOND) / 1e6;
    const zeroed = Math.ceil(
      deadlineCycles / (COST_PROFILES.textbook.kernel.frameZero + COST_PROFILES.textbook.kernel.idleStep),
    );
    const after = machine.kernel.report().frames;
    expect(machine.of("process-block").length).toBe(start + 1);
    expect(before.dirty - after.dirty).toBe(zeroed);
    expect(after.zeroed - before.zeroed).toBe(zeroed);
    expect(machine.kernel.report().zeroing).toEqual({ idle: zeroed, background: 0, onDemand: 0 });
  });

  test("does nothing with zeroing on demand", () => {
    const machine = new TestMachine({ zeroing: "on-demand" }).boot(sleeper(1000));
    expect(machine.run()).toBe(0);
    expect(machine.kernel.report().zeroing.idle).toBe(0);
  });

  test("zeroes nothing while a program wants the CPU", () => {
    const p = new Program().call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent").exit();
    p.label("parent")
      .call("waitid", 0, 0, 0, 4, 0)
      .li("t0", 100_000)
      .label("spin")
      .op("addi", "t0", "t0", -1)
      .branch("bne", "t0", "zero", "spin");
    const machine = new TestMachine().boot(mark(p).exit());
    machine.runUntil(() => marks(machine) === 1);
    expect(machine.kernel.report().zeroing.idle).toBe(0);
    expect(machine.core.frames.count[Frame.Dirty]).toBeGreaterThan(0);
  });
});

test("M13: munmap gives frames and page tables back; shrinking the heap gives back its top", () => {
  const p = mark(new Program()).call("mmap2", 0x4000_0000, 8 * 4096, 3, 0x32, -1, 0);
  for (let page = 0; page < 8; page++) p.li("t0", 0x4000_0000 + page * 4096).store("sw", "t0", "t0");
  mark(p).call("munmap", 0x4000_2000, 4 * 4096);
  mark(p).call("munmap", 0x4000_0000, 8 * 4096);
  mark(p).exit();
  const machine = new TestMachine().boot(p);
  const levels = [1, 2, 3, 4].map((count) => {
    machine.runUntil(() => marks(machine) === count);
    return free(machine);
  });
  expect(levels.map((level) => levels[0] - level)).toEqual([0, 9, 5, 0]);
});

describe("M14: exit", () => {
  test("throws every PTE away; the frames of the dead process are on the dirty list, none lost and none twice", () => {
    const p = new Program().words("data", 0).call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent");
    p.li("s0", DATA + 4096)
      .li("s1", 30)
      .li("t1", 4096);
    p.label("touch")
      .store("sw", "s1", "s0")
      .op("add", "s0", "s0", "t1")
      .op("addi", "s1", "s1", -1)
      .branch("bne", "s1", "zero", "touch");
    mark(p).exit();
    p.label("parent").call("waitid", 0, 0, 0, 4, 0);
    const machine = new TestMachine().boot(
      mark(p)
        .exit()
        .bss(31 * 4096),
    );
    machine.runUntil(() => marks(machine) === 1);
    const child = machine.process(2).space;
    const own = machine.kernel.report().frames;
    // Pages that it shares with its parent stay with the parent.
    const shared = [...Array(machine.core.config.frames).keys()].filter(
      (pfn) => machine.core.frames.mapped[pfn] === 2,
    ).length;
    const dirtied = child.residentPages - shared + child.pageTablePages;

    machine.runUntil(() => marks(machine) === 2);

    const after = machine.kernel.report().frames;
    expect(after.dirty - own.dirty).toBe(dirtied);
    expect(machine.core.spaces.size).toBe(1);
    machine.check();
  });

  test("after the last process every frame but the kernel's is free again", () => {
    const machine = new TestMachine({ zeroing: "on-demand" }).boot(new Program().print("x").exit());
    machine.run();
    const { total, kernel, dirty, zeroed } = machine.kernel.report().frames;
    expect(kernel + dirty + zeroed).toBe(total);
  });
});

describe("M15: the next process", () => {
  const SECRET = 0x5ec2e7;
  /** A child fills 40 pages with a secret and exits; the parent then looks for it in 40 fresh pages and counts. */
  const spy = (): Program => {
    const p = new Program().words("data", 0).li("t2", SECRET).li("t1", 4096);
    p.call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent");
    p.li("s0", DATA + 4096)
      .li("s1", 40)
      .li("t2", SECRET)
      .li("t1", 4096);
    p.label("fill")
      .store("sw", "t2", "s0", 8)
      .op("add", "s0", "s0", "t1")
      .op("addi", "s1", "s1", -1)
      .branch("bne", "s1", "zero", "fill")
      .exit();
    p.label("parent")
      .call("waitid", 0, 0, 0, 4, 0)
      .li("s0", DATA + 4096)
      .li("s1", 40)
      .li("s2", 0)
      .li("t2", SECRET)
      .li("t1", 4096);
    p.label("look").load("lw", "t0", "s0", 8).branch("bne", "t0", "t2", "no").op("addi", "s2", "s2", 1);
    p.label("no").op("add", "s0", "s0", "t1").op("addi", "s1", "s1", -1).branch("bne", "s1", "zero", "look");
    return p
      .mv("a0", "s2")
      .li("a7", 94)
      .ecall()
      .bss(41 * 4096);
  };

  test("reads its predecessor's secret when zeroing is off", () => {
    expect(new TestMachine({ zeroing: "off", check: "end" }).boot(spy()).run()).toBeGreaterThan(0);
  });

  for (const zeroing of ["idle", "on-demand"] as const) {
    test(`never sees old bytes with zeroing ${zeroing}, even when every frame has been used before`, () => {
      const machine = new TestMachine({ zeroing, frames: 96, check: "end" }).boot(spy());
      expect(machine.run()).toBe(0);
      machine.kernel.checkInvariants();
    });
  }
});
