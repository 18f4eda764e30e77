/** Eviction and swap: the order of events, and that other processes run while one waits. */
import { expect, test } from "vitest";
import type { FaultlineEvent } from "../../../kernel/events.ts";
import { TestMachine } from "../support/machine.ts";
import { DATA, Program } from "../support/program.ts";

const PAGES = 12;

/** Writes `PAGES` pages of bss, each with its number, then reads them all back and exits with how many were wrong. */
const writeAndReadBack = (): Program => {
  const p = new Program().words("data", 0);
  p.li("s0", DATA + 4096)
    .li("s1", PAGES)
    .li("t1", 4096);
  p.label("write")
    .store("sw", "s1", "s0")
    .op("add", "s0", "s0", "t1")
    .op("addi", "s1", "s1", -1)
    .branch("bne", "s1", "zero", "write");
  p.li("s0", DATA + 4096)
    .li("s1", PAGES)
    .li("s2", 0);
  p.label("read")
    .load("lw", "t0", "s0")
    .op("sub", "t0", "t0", "s1")
    .op("sltu", "t0", "zero", "t0")
    .op("add", "s2", "s2", "t0");
  p.op("add", "s0", "s0", "t1").op("addi", "s1", "s1", -1).branch("bne", "s1", "zero", "read");
  return p
    .mv("a0", "s2")
    .li("a7", 94)
    .ecall()
    .bss((PAGES + 1) * 4096);
};

/** With `available` frames for the program beyond what its start took. */
const starved = (available: number): TestMachine => {
  const machine = new TestMachine({ frames: 64, replacement: "fifo", availableTargetFrames: 0 }).boot(
    writeAndReadBack(),
  );
  machine.leaveFrames(available);
  return machine;
};

const from = (events: FaultlineEvent[], kind: string, start = 0): number =>
  events.findIndex((event, i) => i >= start && event.kind === kind);

test("with no frame left, a modified victim goes to swap, and the fault is tried again on its frame when that is done", () => {
  const machine = starved(6);

  expect(machine.run()).toBe(0);

  const { events } = machine;
  const victim = from(events, "victim-chosen");
  const chosen = events[victim];
  if (chosen.kind !== "victim-chosen" || !chosen.modified)
    throw new Error("the first FIFO victim should be the written stack page");
  const kinds = events
    .slice(events.slice(0, victim).findLastIndex((event) => event.kind === "fault-begin"))
    .map((event) => event.kind);
  expect(kinds.slice(0, 10)).toEqual([
    "fault-begin",
    "vma-lookup",
    "victim-chosen",
    "pte-write", // the victim's PTE: valid to transition
    "tlb-flush",
    "frame-freed", // to the modified list
    "swap-out",
    "process-block",
    "fault-end", // "waiting"
    "idle-wait",
  ]);
  const done = from(events, "swap-done", victim);
  expect(events.slice(done, done + 3).map((event) => event.kind)).toEqual(["swap-done", "frame-freed", "process-wake"]);
  const again = from(events, "fault-begin", done);
  expect(events.slice(again, again + 7).map((event) => event.kind)).toEqual([
    "fault-begin",
    "vma-lookup",
    "pte-write", // the victim's PTE: transition to swap
    "frame-allocated",
    "frame-zeroed",
    "pte-write",
    "tlb-flush",
  ]);
  expect(events[again + 3]).toMatchObject({ source: "standby", pfn: chosen.pfn });
});

test("a page that was paged out comes back by a hard fault with its bytes, and is not written again while it stays clean", () => {
  const machine = starved(6);

  expect(machine.run()).toBe(0);

  const { faults, swap } = machine.kernel.report();
  expect(faults.hard).toBeGreaterThan(0);
  expect(swap.in).toBe(faults.hard);
  // In the second half pages are only read: what is evicted then is clean and costs no write. Each of the 12 pages and the
  // stack page is written to swap at most once.
  expect(swap.out).toBeLessThanOrEqual(PAGES + 1);
  const { events } = machine;
  const swapIn = from(events, "swap-in");
  const begin = events.slice(0, swapIn).findLastIndex((event) => event.kind === "fault-begin");
  const end = from(events, "fault-end", swapIn);
  expect(events[end]).toMatchObject({ resolved: "waiting" });
  expect(events[end - 1]).toMatchObject({ kind: "process-block" });
  expect(events[begin]).toMatchObject({ kind: "fault-begin" });
  const done = events.findIndex((event, i) => i > swapIn && event.kind === "swap-done" && event.direction === "in");
  const again = from(events, "fault-begin", done);
  expect(events.slice(again, again + 6).map((event) => event.kind)).toEqual([
    "fault-begin",
    "vma-lookup",
    "frame-reclaimed",
    "pte-write",
    "tlb-flush",
    "fault-end",
  ]);
  expect(events[again + 5]).toMatchObject({ resolved: "hard" });
});

test("another process runs while one waits for the swap device", () => {
  const p = new Program().words("data", 0).call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent");
  p.label("spin").jump("spin");
  p.label("parent")
    .mv("s3", "a0")
    .li("s0", DATA + 4096)
    .li("t1", 7)
    .store("sw", "t1", "s0")
    .label("touched")
    .call("sched_yield");
  p.load("lw", "s4", "s0")
    .mv("a0", "s3")
    .li("a1", 9)
    .li("a7", 129)
    .ecall()
    .mv("a0", "s4")
    .li("a7", 94)
    .ecall()
    .bss(8192);
  const machine = new TestMachine().boot(p);
  machine.runUntil(() => machine.of("fault-end").some((event) => event.pid === 1 && event.vaddr === DATA + 4096));
  machine.pageOut(DATA + 4096);
  const before = machine.process(2).counts.instructions;

  expect(machine.run()).toBe(7);

  const wait = machine.events.findIndex((event) => event.kind === "swap-in");
  const done = machine.events.findIndex((event) => event.kind === "swap-done" && event.direction === "in");
  const between = machine.events.slice(wait, done).filter((event) => event.kind === "context-switch");
  expect(between).toMatchObject([{ from: 1, to: 2 }]);
  const child = machine.kernel.report().processes.find((process) => process.pid === 2)!;
  expect(child.instructions - before).toBeGreaterThan(1000); // 100 µs of device time are 10,000 cycles
});

test("when swap is full and memory too, the biggest process is ended with a reason, and the machine goes on", () => {
  const p = new Program().words("data", 0).call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent");
  p.li("s0", DATA + 4096)
    .li("t1", 4096)
    .label("grow")
    .store("sw", "s0", "s0")
    .op("add", "s0", "s0", "t1")
    .jump("grow");
  p.label("parent").call("waitid", 0, 0, "info", 4, 0).li("t0", "info").load("lw", "a0", "t0", 20).li("a7", 94).ecall();
  p.words("info", ...new Array<number>(32).fill(0)).bss(400 * 4096);
  const machine = new TestMachine({ frames: 64, swapSlots: 20 }).boot(p);

  expect(machine.run()).toBe(9); // si_status: SIGKILL

  expect(machine.of("out-of-memory")).toMatchObject([{ pid: 2, name: "test" }]);
  expect(machine.of("out-of-memory")[0].reason).toMatch(/20 of 20 swap slots.*Give the machine more/);
});
