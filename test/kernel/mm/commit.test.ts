/** The commit charge and Linux's overcommit modes (Documentation/mm/overcommit-accounting.rst), and working-set limits. */

import { describe, expect, test } from "vitest";
import { Errno } from "../../../kernel/abi.ts";
import { commitLimitPages, committedPages, Overcommit, physicalPages } from "../../../kernel/mm/commit.ts";
import { Frame } from "../../../kernel/mm/frames.ts";
import { writeModified } from "../../../kernel/mm/reclaim.ts";
import { faultline } from "../../system/cli/faultline.ts";
import { TestMachine } from "../support/machine.ts";
import { DATA, Program } from "../support/program.ts";

const PLACE = 0x4000_0000;
const PAGE = 4096;
const NORESERVE = 0x4000;

type Call = [Parameters<Program["call"]>[0], ...number[]];

/** Runs calls in one overcommit mode, on 256 frames (8 the kernel's) and 100 slots. */
function run(mode: number, calls: Call[]) {
  const p = new Program();
  for (const [name, ...args] of calls) p.call(name, ...args);
  const machine = new TestMachine({ frames: 256, swapSlots: 100 }).boot(p.call("sched_yield").exit());
  machine.core.variables.overcommitMode = mode;
  machine.runUntil(() => machine.of("syscall-enter").some((event) => event.name === "sched_yield"));
  return {
    machine,
    results: machine
      .of("syscall-exit")
      .map((event) => event.result)
      .slice(0, calls.length),
  };
}

const map = (pages: number, prot = 3, flags = 0x32): Call => ["mmap2", PLACE, pages * PAGE, prot, flags, -1, 0];

describe("overcommit", () => {
  test("RAM without the kernel's 8 frames and swap are what there is; CommitLimit counts half of RAM", () => {
    const { core } = run(Overcommit.Always, []).machine;
    expect(core.frames.count[Frame.Kernel]).toBe(8);
    expect(physicalPages(core)).toBe(248 + 100);
    expect(commitLimitPages(core)).toBe(124 + 100);
  });

  test.each([
    ["always grants what can never be kept", Overcommit.Always, 5000, PLACE],
    ["heuristic refuses one request larger than everything", Overcommit.Heuristic, 349, -Errno.ENOMEM],
    ["heuristic grants one as large as everything", Overcommit.Heuristic, 348, PLACE],
    ["never refuses beyond the limit", Overcommit.Never, 225, -Errno.ENOMEM],
  ])("%s", (_, mode, pages, result) => {
    expect(run(mode, [map(pages)]).results).toEqual([result]);
  });

  test("never counts the sum, to the page", () => {
    const used = committedPages(run(Overcommit.Never, []).machine.core);
    const room = 224 - used;
    const second: Call = ["mmap2", PLACE + 0x1000_0000, PAGE, 3, 0x32, -1, 0];
    expect(run(Overcommit.Never, [map(room), second]).results[1]).toBe(-Errno.ENOMEM);
    expect(run(Overcommit.Never, [map(room - 1), second]).results[1]).toBe(PLACE + 0x1000_0000);
    expect(run(Overcommit.Never, [map(room), ["munmap", PLACE, PAGE], second]).results[2]).toBe(PLACE + 0x1000_0000);
  });

  test("read-only and inaccessible memory is free until mprotect makes it writable", () => {
    for (const prot of [0, 1]) {
      expect(run(Overcommit.Never, [map(5000, prot), ["mprotect", PLACE, 5000 * PAGE, 3]]).results).toEqual([
        PLACE,
        -Errno.ENOMEM,
      ]);
    }
  });

  test("MAP_NORESERVE is not charged, except in mode never", () => {
    expect(run(Overcommit.Heuristic, [map(5000, 3, 0x32 | NORESERVE)]).results).toEqual([PLACE]);
    expect(run(Overcommit.Never, [map(5000, 3, 0x32 | NORESERVE)]).results).toEqual([-Errno.ENOMEM]);
  });

  test("fork, brk and shared memory are charged; shared memory once for all who map it", () => {
    const { machine, results } = run(Overcommit.Never, [map(120), ["clone", 17, 0, 0, 0, 0]]);
    expect(results).toEqual([PLACE, -Errno.ENOMEM]);
    const heap = machine.process().space.brk;
    expect(run(Overcommit.Never, [map(200), ["brk", heap + 100 * PAGE]]).results[1]).toBe(heap);
    const shared = run(Overcommit.Never, [map(100, 3, 0x31), ["clone", 17, 0, 0, 0, 0]]);
    expect(shared.results[1]).toBe(2);
    expect(committedPages(shared.machine.core)).toBe(100 + 2 * committedPages(run(Overcommit.Never, []).machine.core));
  });
});

/**
 * A scripted run, counted by hand: eight pages a … h are written in order with a limit that leaves room for six of them
 * beside code and stack, FIFO. So the seventh and eighth push out a and b, which are dirty, to the modified list.
 */
describe("working sets", () => {
  const toucher = () => {
    const p = new Program().call("mmap2", PLACE, 8 * PAGE, 3, 0x32, -1, 0).call("sched_yield");
    for (let page = 0; page < 8; page++) p.li("t0", PLACE + page * PAGE).store("sw", "t0", "t0");
    p.call("sched_yield");
    p.li("t0", PLACE + 7 * PAGE).load("lw", "t1", "t0");
    return p
      .li("t0", PLACE + 6 * PAGE)
      .load("lw", "t1", "t0")
      .exit();
  };
  const yields = (machine: TestMachine, count: number) =>
    machine.runUntil(
      () => machine.of("syscall-enter").filter((event) => event.name === "sched_yield").length === count,
    );

  test("at its limit a process replaces its own pages, and soft and hard faults are told apart and counted", () => {
    const machine = new TestMachine({ replacement: "fifo" }).boot(toucher());
    yields(machine, 1);
    const p = machine.process();
    const code = p.space.residentPages; // one page of code, and of the stack what exec has written
    p.space.residentLimitPages = code + 6;
    const before = { ...p.counts };
    yields(machine, 2);
    expect(p.counts.zeroFill - before.zeroFill).toBe(8);
    expect(p.space.residentPages).toBe(code + 6);
    expect(p.space.peakResidentPages).toBe(code + 6);
    // Two pages had to go for good, and one more for each that came back softly (code and stack are FIFO's oldest).
    const victims = machine.of("victim-chosen");
    expect(victims.length).toBe(8 - 6 + (p.counts.soft - before.soft));
    expect(victims.every((event) => event.reason.startsWith("the working set is at its limit"))).toBe(true);
    expect(victims.every((event) => event.pid === 1)).toBe(true);

    // The youngest two are resident. One goes to the modified list, the other all the way to swap.
    const ends = (vaddr: number) =>
      machine.of("fault-end").flatMap((event) => (event.vaddr === vaddr ? [event.resolved] : []));
    while (writeModified(machine.core, 1) === 1) {
      machine.kernel.advanceTo(machine.core.swap.dueCycles);
      machine.finishTransfers();
    }
    machine.pageOut(PLACE + 6 * PAGE);
    machine.trim(PLACE + 7 * PAGE);
    expect(machine.run()).toBe(0);
    expect(ends(PLACE + 7 * PAGE)).toEqual(["zero-fill", "soft"]);
    expect(ends(PLACE + 6 * PAGE)).toEqual(["zero-fill", "waiting", "hard"]);
    const told = (kind: string) => machine.of("fault-end").filter((event) => event.resolved === kind).length;
    expect([p.counts.soft, p.counts.hard]).toEqual([told("soft"), 1]);
  });

  test("working_set sets limits, trims down to them, empties on request, and refuses nonsense", () => {
    const calls: Call[] = [
      ["mmap2", PLACE, 40 * PAGE, 3, 0x8032, -1, 0],
      ["working_set", 0, 4, 20, 0],
      ["working_set", 0, 30, 20, 0],
      ["working_set", 0, -1, 3, 0],
      ["working_set", 77, -1, -1, 0],
      ["working_set", 0, -1, -1, 2],
    ];
    const { machine, results } = run(Overcommit.Always, calls);
    expect(results.slice(1)).toEqual([0, -Errno.EINVAL, -Errno.EINVAL, -Errno.ESRCH, -Errno.EINVAL]);
    const { space } = machine.process();
    expect([space.residentMinimumPages, space.residentLimitPages]).toEqual([4, 20]);
    expect(space.residentPages).toBeLessThanOrEqual(20);
    expect(machine.core.frames.count[Frame.Modified] + machine.core.frames.count[Frame.Standby]).toBeGreaterThanOrEqual(
      20,
    );
    const emptied = run(Overcommit.Always, [calls[0], ["working_set", 0, 0, 0, 1]]).machine;
    // What came back softly since: the page of the next instruction.
    expect(emptied.process().space.residentPages).toBe(1);
  });

  test("global replacement passes over a working set at its minimum while others have pages", () => {
    const machine = new TestMachine({ replacement: "fifo" }).boot(
      new Program()
        .words("data", 0)
        .call("clone", 17, 0, 0, 0, 0)
        .li("t0", DATA)
        .store("sw", "a0", "t0")
        .label("loop")
        .call("sched_yield")
        .jump("loop"),
    );
    const storesTo = (pid: number) =>
      machine.of("fault-end").some((event) => event.pid === pid && event.resolved === "file");
    machine.runUntil(() => machine.core.processes.size === 2 && storesTo(1) && storesTo(2), 2000);
    const [parent, child] = [machine.process(1), machine.process(2)];
    parent.space.residentMinimumPages = parent.space.residentPages;
    const isParents = (pfn: number) =>
      machine.core.frames.references.list(pfn).some(({ space }) => space === parent.space.id);
    const victim = machine.core.policy.choose(machine.core.view, -1);
    expect(victim).toBeGreaterThanOrEqual(0);
    expect(isParents(victim)).toBe(false);
    child.space.residentMinimumPages = child.space.residentPages;
    expect(machine.core.policy.choose(machine.core.view, -1)).toBe(-1);
    expect(machine.core.policy.choose(machine.core.view, -2)).toBeGreaterThanOrEqual(0);
  });
});

// setrlimit(2): what RLIMIT_DATA and RLIMIT_STACK bound, and with which error.
test("RLIMIT_DATA bounds private writable memory, RLIMIT_STACK the growth of the stack from then on", () => {
  const source = new URL("./programs/limits.c", import.meta.url).pathname;
  const full = "Cannot allocate memory";
  expect(faultline(["run", source]).stdout.trim().split("\n")).toEqual([
    "limit: done",
    "private, within: done",
    `private, beyond: ${full}`,
    "only to be read: done",
    `made writable: ${full}`,
    "some of it: done",
    "shared: done",
    `sbrk: ${full}`,
    "given back: done",
    "again: done",
    "limit: done",
    "500 KiB of stack: fine",
    "2000 KiB of stack: killed",
    "limit: done",
    "2000 KiB of stack: fine",
  ]);
});
