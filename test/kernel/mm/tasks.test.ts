/** The kernel's own tasks about memory, and where frames come from: rates, watermarks, the modified-page writer, sources. */
import { describe, expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../../kernel/config.ts";
import { configProblem } from "../../../kernel/config-check.ts";
import { counted } from "../../../kernel/counters.ts";
import { Frame } from "../../../kernel/mm/frames.ts";
import { watermarksOf } from "../../../kernel/mm/watermarks.ts";
import { TestMachine } from "../support/machine.ts";
import { DATA, Program } from "../support/program.ts";

const PAGE = 4096;

/** Stores into each of `pages` pages of bss, from the first on. */
const touch = (p: Program, pages: number, name: string): Program =>
  p
    .li("s0", DATA + PAGE)
    .li("s1", pages)
    .li("t1", PAGE)
    .label(name)
    .store("sw", "s1", "s0")
    .op("add", "s0", "s0", "t1")
    .op("addi", "s1", "s1", -1)
    .branch("bne", "s1", "zero", name);

/** A child leaves twenty dirty frames; the parent has reaped it when it comes to `rest`. */
const afterChild = (rest: (p: Program) => Program): Program => {
  const p = new Program().words("time", 0, 0, 100_000, 0);
  p.call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent");
  touch(p, 20, "child").exit();
  p.label("parent").li("t0", "time").load("lw", "t0", "t0").call("waitid", 0, 0, 0, 4, 0).call("sched_yield");
  return rest(p).bss(21 * PAGE);
};
const yields = (machine: TestMachine) => machine.of("syscall-exit").filter(({ name }) => name === "sched_yield").length;

describe("zeroing", () => {
  test("keeps to its rate while the machine idles, and sleeps between two frames", () => {
    // 100 µs are 10,000 cycles; at 20,000 frames a second there are 5,000 from one start to the next, and 10 for the step: the
    // third would start after the deadline.
    const machine = new TestMachine({ zeroingRate: 20_000 }).boot(
      afterChild((p) => p.call("clock_nanosleep_time64", 1, 0, "time", 0).exit()),
    );
    machine.runUntil(() => yields(machine) === 1);
    const from = machine.events.length;
    machine.run();
    expect(machine.of("frame-zeroed")).toMatchObject([{ by: "idle" }, { by: "idle" }]);
    expect(machine.kinds(from).filter((kind) => ["frame-zeroed", "idle-wait"].includes(kind))).toEqual([
      "frame-zeroed",
      "idle-wait",
      "frame-zeroed",
      "idle-wait",
    ]);
  });

  test.each([
    ["idle", 0],
    ["background", 5],
  ] as const)("with zeroing %s, five quanta under load zero %i frames", (zeroing, expected) => {
    const machine = new TestMachine({ zeroing, quantumCycles: 20_000 }).boot(
      afterChild((p) => p.label("spin").jump("spin")),
    );
    machine.runUntil(() => yields(machine) === 1);
    const timerTraps = () => machine.of("trap").filter(({ cause }) => cause < 0 || cause >= 0x8000_0000).length;
    const before = timerTraps();
    machine.runUntil(() => timerTraps() === before + 5);
    expect(machine.kernel.report().zeroing).toEqual({ idle: 0, background: expected, onDemand: 0 });
    if (expected > 0) expect(machine.of("frame-zeroed").at(-1)).toMatchObject({ by: "background" });
  });
});

describe("watermarks", () => {
  test("follow from RAM unless given, and have to rise", () => {
    expect(watermarksOf({ ...DEFAULT_CONFIG, frames: 1024 })).toEqual({ min: 8, low: 16, high: 32 });
    const given = { ...DEFAULT_CONFIG, minWatermarkFrames: 1, lowWatermarkFrames: 2, availableTargetFrames: 3 };
    expect(watermarksOf(given)).toEqual({ min: 1, low: 2, high: 3 });
    expect(configProblem(given)).toBe(null);
    expect(configProblem({ ...given, minWatermarkFrames: 4 })).toMatch(/must rise/);
  });

  test("below min a fault gives up a page itself; when it has to wait, the daemon trims up to high and the writer writes", () => {
    // Ten frames are available when the program starts to touch. Nine touches leave 1, fewer than 2, and from then on every
    // fault gives up a page first, in FIFO order: the tenth the stack (written: its way out takes time), the eleventh the code
    // (clean: its frame serves at once), the code's return the data page (likewise), and the twelfth page 1, written. Nothing
    // is left then, so it evicts page 2 as well and waits. Three writes are under way: the daemon trims 8 − 3 = 5 more, and the
    // writer sends all five.
    const p = new Program().words("data", 0).li("t0", "data").load("lw", "t0", "t0").call("sched_yield");
    touch(p, 14, "touch")
      .exit()
      .bss(15 * PAGE);
    const machine = new TestMachine({
      frames: 64,
      replacement: "fifo",
      minWatermarkFrames: 2,
      lowWatermarkFrames: 4,
      availableTargetFrames: 8,
      writerThresholdPages: 64,
    }).boot(p);
    machine.runUntil(() => yields(machine) === 1);
    machine.leaveFrames(10);
    const from = machine.events.length;

    machine.runUntil(() => machine.of("modified-writer").length === 1);

    const reasons = machine.of("victim-chosen").map(({ reason }) => reason.replace(/;.*/, ""));
    const direct = "fewer frames than the min watermark are available";
    const daemon = "fewer frames than the low watermark are available";
    expect(reasons).toEqual([
      direct,
      direct,
      direct,
      direct,
      "no frame is free",
      daemon,
      daemon,
      daemon,
      daemon,
      daemon,
    ]);
    expect(machine.of("modified-writer")).toEqual([
      {
        kind: "modified-writer",
        started: 5,
        waiting: 5,
        reason: "0 frames are available, fewer than the low watermark 4",
      },
    ]);
    const kinds = machine.kinds(from);
    expect(kinds.slice(kinds.lastIndexOf("process-block"))).toEqual([
      "process-block",
      "fault-end",
      ...Array.from({ length: 5 }, () => ["victim-chosen", "pte-write", "tlb-flush", "frame-freed"]).flat(),
      ...new Array<string>(5).fill("swap-out"),
      "modified-writer",
    ]);
    expect(machine.run()).toBe(0);
  });
});

test("the modified-page writer starts at its threshold, and has no more than a batch under way", () => {
  const p = new Program().words("data", 0);
  touch(p, 6, "touch").call("sched_yield").li("t0", 20_000).label("spin").op("addi", "t0", "t0", -1);
  p.branch("bne", "t0", "zero", "spin")
    .exit()
    .bss(7 * PAGE);
  const machine = new TestMachine({ writerThresholdPages: 6, writerBatchPages: 4, quantumCycles: 1000 }).boot(p);
  machine.runUntil(() => yields(machine) === 1);
  for (let page = 1; page <= 5; page++) machine.trim(DATA + page * PAGE);
  const spun = machine.hart.instret + 10_000;
  machine.runUntil(() => machine.hart.instret >= spun);
  expect(machine.of("modified-writer")).toEqual([]);
  machine.trim(DATA + 6 * PAGE);
  machine.runUntil(() => machine.of("modified-writer").length === 1);
  expect(machine.of("modified-writer")[0]).toMatchObject({
    started: 4,
    waiting: 6,
    reason: "6 pages are on the modified list, the threshold is 6",
  });
  expect(machine.core.frames.count[Frame.Modified]).toBe(2);
  expect(machine.of("swap-out").map(({ vpn }) => vpn - DATA / PAGE)).toEqual([1, 2, 3, 4]); // those that waited longest
  expect(machine.run()).toBe(0);
});

test("every fault is counted under the place that its frame came from", () => {
  const p = new Program().words("data", 0);
  touch(p, 3, "first").call("sched_yield");
  touch(p, 4, "again")
    .exit()
    .bss(5 * PAGE);
  const machine = new TestMachine({ frames: 64, availableTargetFrames: 0 }).boot(p);
  machine.runUntil(() => yields(machine) === 1);
  const before = machine.kernel.report().frameSources;
  machine.pageOut(DATA + 2 * PAGE); // on swap; its frame is the newest dirty one
  machine.trim(DATA + PAGE); // modified: comes back from there
  const { frames } = machine.core;
  while (frames.count[Frame.Zeroed] > 0) frames.move(frames.oldest(Frame.Zeroed), Frame.Kernel);
  expect(frames.count[Frame.Dirty]).toBe(1);
  // Page 1 soft; page 2 hard, in the dirty frame; page 3 is there; page 4 zero-fill: nothing is left, someone is evicted. The
  // cleanest victim is a page of the file.
  machine.run();
  const { frameSources, faults } = machine.kernel.report();
  expect(frameSources.soft.modified - before.soft.modified).toBe(1);
  expect(frameSources.hard).toMatchObject({ dirty: 1, zeroed: 0 });
  expect(frameSources["zero-fill"].dirty).toBe(0);
  expect(frameSources["zero-fill"].evicted + frameSources["zero-fill"].standby).toBe(1);
  const sum = (kind: keyof typeof frameSources) => Object.values(frameSources[kind]).reduce((a, b) => a + b, 0);
  expect([sum("zero-fill"), sum("file"), sum("hard"), sum("soft")]).toEqual([
    faults.zeroFill,
    faults.file,
    faults.hard,
    faults.soft,
  ]);
  expect(counted(machine.core, "frames.evicted")).toBe(frameSources["zero-fill"].evicted + frameSources.file.evicted);
});
