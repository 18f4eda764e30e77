import { describe, expect, it } from "vitest";
import {
  examineFault,
  type FaultReport,
  type FaultSummary,
  lookInside,
  watchFaults,
} from "../../../system/debugger/microscope.ts";
import { listRows } from "../../../system/inspect.ts";
import { Timeline } from "../../../system/timeline.ts";
import { DATA, Program } from "../../kernel/support/program.ts";
import { boot, drive, generator, timed } from "../timeline/support.ts";

const HEAP = DATA + 0x1000;

/** A run to its end, and its faults in order. */
function runOf(program: Program): { timeline: Timeline; faults: readonly FaultSummary[] } {
  const timeline = new Timeline(boot(program, {}));
  const { faults, stop } = watchFaults(timeline.machine);
  drive(timed(timeline), generator(1), []);
  stop();
  return { timeline, faults };
}

/** Reports of all faults of a run that touch a page, in order. */
function reportsOf(program: Program, vaddr: number): FaultReport[] {
  const { timeline, faults } = runOf(program);
  return faults
    .filter((fault) => fault.vaddr >>> 12 === vaddr >>> 12)
    .map((fault) => {
      const report = examineFault(timeline, fault);
      expect(report!.steps.reduce((sum, { charge }) => sum + charge, 0)).toBe(report!.totalCycles);
      return report!;
    });
}

const kinds = (report: FaultReport): string[] => report.steps.filter((s) => s.phase === "kernel").map((s) => s.kind);
const decision = (report: FaultReport): string => report.steps.find(({ kind }) => kind === "decision")!.title;

describe("the fault microscope, by kind of fault", () => {
  it("copy on write: the first of two owners gets a copy, the last one keeps the frame", () => {
    const program = new Program()
      .words("info", ...new Array(32).fill(0))
      .li("s0", HEAP)
      .li("t0", 1);
    program.store("sw", "t0", "s0").call("clone", 17, 0, 0, 0, 0).branch("beq", "a0", "zero", "child");
    program.call("waitid", 0, 0, "info", 4, 0).li("t0", 3).store("sw", "t0", "s0").exit(0);
    program.label("child").li("t0", 2).store("sw", "t0", "s0").exit(0).bss(0x3000);
    const [first, child, parent] = reportsOf(program, HEAP);
    expect([first.outcome, child.outcome, parent.outcome]).toEqual(["zero-fill", "cow", "cow"]);
    expect(decision(child)).toContain("gets a copy of its own");
    expect(kinds(child)).toEqual([
      "trap",
      "handler",
      "vma",
      "decision",
      "frame",
      "copy",
      "pte-write",
      "fence",
      "resolved",
      "return",
    ]);
    expect(decision(parent)).toContain("nobody else has the frame any more");
    // No frame is taken and nothing is copied: only the W bit changes.
    expect(kinds(parent)).toEqual(["trap", "handler", "vma", "decision", "pte-write", "fence", "resolved", "return"]);
  });

  it("a wild pointer: no area, a signal, and the end of the process in one step", () => {
    const [report] = reportsOf(new Program().li("s0", 0x5000_0000).load("lw", "t0", "s0").exit(0), 0x5000_0000);
    expect(report.outcome).toBe("segv");
    expect(decision(report)).toContain("means nothing");
    const titles = report.steps.map(({ title }) => title);
    expect(titles.filter((title) => title.includes("taken apart"))).toHaveLength(1);
    expect(report.steps.length).toBeLessThan(20);
    expect(report.steps.some(({ events }) => events.some(({ kind }) => kind === "process-exit"))).toBe(true);
  });

  it("a store into text: the area is there and does not allow it", () => {
    const [report] = reportsOf(new Program().li("s0", 0x10000).store("sw", "zero", "s0").exit(0), 0x10000).slice(-1);
    expect(report.outcome).toBe("segv");
    expect(decision(report)).toContain("does not allow a store");
  });

  it("a guard page: the area is there, its rights are none, and no frame is taken", () => {
    const program = new Program().li("s0", HEAP).call("mprotect", HEAP, 0x1000, 0).store("sw", "zero", "s0").exit(0);
    const [report] = reportsOf(program.bss(0x3000), HEAP).slice(-1);
    expect(report.outcome).toBe("segv");
    expect(decision(report)).toContain("does not allow a store");
    expect(kinds(report).slice(0, 5)).toEqual(["trap", "handler", "vma", "decision", "resolved"]);
  });

  it("the standby list by page priority, when any page on it has another than 5", () => {
    const MADV_COLD = 20;
    const program = new Program().li("s0", HEAP).load("lw", "t0", "s0").call("madvise", HEAP, 0x1000, MADV_COLD);
    program
      .li("s0", HEAP + 0x1000)
      .load("lw", "t0", "s0")
      .exit(0)
      .bss(0x3000);
    const { timeline, faults } = runOf(program);
    const [before, after] = [HEAP, HEAP + 0x1000].map(
      (vaddr) => examineFault(timeline, faults.find((fault) => fault.vaddr >>> 12 === vaddr >>> 12)!)!,
    );
    const details = (report: FaultReport) => report.steps.find(({ kind }) => kind === "frame")!.details.join();
    expect(details(before)).toContain("0 standby, 0 modified");
    expect(details(after)).toContain("1 standby (1 of priority 1), 0 modified");
    expect(after.steps[0].state.standby).toEqual([0, 1, 0, 0, 0, 0, 0, 0]);
    const rows = lookInside(timeline, after, 0, listRows);
    const standby = rows.findIndex(([name]) => name === "standby");
    expect(rows.slice(standby, standby + 2)).toEqual([
      ["standby", 1],
      ["standby-1", 1],
    ]);
    expect(lookInside(timeline, before, 0, listRows).some(([name]) => name.startsWith("standby-"))).toBe(false);
  });

  it("the first access to a page with PAGE_GUARD, and a store that makes a page soft-dirty", () => {
    const alarm = new Program().call("virtual_alloc", 0x4000_0000, 4096, 0x3000, 0x104).li("s0", 0x4000_0000);
    const [report] = reportsOf(alarm.store("sw", "zero", "s0").exit(0), 0x4000_0000);
    expect(report.outcome).toBe("guard");
    expect(decision(report)).toContain("a guard page (PAGE_GUARD)");

    const p = new Program().string("path", "/proc/self/clear_refs").string("four", "4").li("s0", HEAP);
    p.store("sw", "zero", "s0").call("openat", -100, "path", 1, 0).mv("s1", "a0");
    p.li("a1", "four").li("a2", 1).li("a7", 64).ecall().store("sw", "zero", "s0").exit(0);
    const written = reportsOf(p.bss(0x3000), HEAP).at(-1)!;
    expect(written.outcome).toBe("soft");
    expect(decision(written)).toContain("first store since /proc/PID/clear_refs");
  });

  it("a mapped page beyond the end of its file: an area covers it, nothing stands behind it, SIGBUS", () => {
    const program = new Program()
      .string("path", "/tmp/f\0")
      .call("openat", -100, "path", 0o102, 0o600)
      .op("add", "s1", "a0", "zero");
    program.call("write", "=s1", "path", 1).call("mmap2", 0x5000_0000, 0x2000, 1, 0x11, "=s1", 0);
    program.li("s0", 0x5000_1000).load("lw", "t0", "s0").exit(0);
    const [report] = reportsOf(program, 0x5000_1000);
    expect(report.outcome).toBe("bus");
    expect(decision(report)).toContain("SIGBUS");
    expect(report.steps.some(({ events }) => events.some(({ kind }) => kind === "signal"))).toBe(true);
  });

  it("the stack grows by a touch below it, and the decision says what a first touch gets", () => {
    // 16 KiB below the stack pointer: beyond the pages that the kernel has made present for argv and environment.
    const program = new Program().li("t0", 16384).op("sub", "s0", "sp", "t0").store("sw", "zero", "s0").exit(0);
    const timeline = new Timeline(boot(program, {}));
    const { faults, stop } = watchFaults(timeline.machine);
    drive(timed(timeline), generator(1), []);
    stop();
    const fault = faults.find(({ vaddr, access }) => access === "store" && vaddr > 0x7000_0000)!;
    const report = examineFault(timeline, fault)!;
    expect(report.outcome).toBe("zero-fill");
    expect(report.steps.find(({ kind }) => kind === "vma")!.title).toContain("[stack]");
    expect(decision(report)).toContain("first touch");
  });
});
