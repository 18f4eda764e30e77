/**
 * The order of events for the faults that fault-events.test.ts and swap-events.test.ts do not follow: every source of a frame,
 * every list that a page can come back from, clean victims, files, stacks, guards, signals, and memory that runs out. The
 * expected lists are the kernel's story as docs/events.md tells it.
 */
import { describe, expect, test } from "vitest";
import type { FaultlineEvent } from "../../../kernel/events.ts";
import { Frame } from "../../../kernel/mm/frames.ts";
import { pteAddress } from "../../../kernel/mm/page-table.ts";
import { type MachineOptions, TestMachine } from "../support/machine.ts";
import { CODE, DATA, Program } from "../support/program.ts";

/** Kinds, with the details that tell one case from another. */
const story = (events: readonly FaultlineEvent[]): string[] =>
  events.map((event) => {
    switch (event.kind) {
      case "frame-allocated":
        return `frame-allocated ${event.source}`;
      case "frame-zeroed":
        return `frame-zeroed ${event.by}`;
      case "frame-reclaimed":
        return `frame-reclaimed ${event.from}`;
      case "frame-freed":
        return `frame-freed ${event.to}`;
      case "victim-chosen":
        return `victim-chosen ${event.modified ? "modified" : "clean"}`;
      case "fault-end":
        return `fault-end ${event.resolved}`;
      case "vma-lookup":
        return event.start < 0 ? "vma-lookup none" : "vma-lookup";
      case "vma-change":
        return `vma-change ${event.change}`;
      case "signal":
        return `signal ${event.signal}`;
      case "process-exit":
        return `process-exit ${event.signal}`;
      default:
        return event.kind;
    }
  });

/** The handler's part of the first fault on an address, from `fault-begin` to `fault-end`, among events from `from` on. */
function handled(machine: TestMachine, vaddr: number, from = 0): FaultlineEvent[] {
  const begin = machine.events.findIndex((e, i) => i >= from && e.kind === "fault-begin" && e.vaddr === vaddr);
  if (begin < 0) throw new Error(`no fault on 0x${vaddr.toString(16)}`);
  const end = machine.events.findIndex((e, i) => i > begin && e.kind === "fault-end");
  return machine.events.slice(begin, end + 1);
}

const FRESH = DATA + 4096;
const quiet: MachineOptions = { availableTargetFrames: 0, zeroing: "on-demand" };

/** Meets mark 999, then stores to a page of bss that nobody has touched. */
const toucher = (): Program => {
  const p = new Program().words("data", 5).li("t0", DATA).load("lw", "t1", "t0").li("a7", 999).ecall();
  return p
    .li("t0", FRESH)
    .store("sw", "t1", "t0")
    .exit(0)
    .bss(8 * 4096);
};

const atMark = (program: Program, options: MachineOptions = quiet): TestMachine => {
  const machine = new TestMachine(options).boot(program);
  machine.runUntil(() => machine.of("message").length > 0);
  return machine;
};

describe("a zero-fill fault takes its frame", () => {
  test("from the standby list when nothing is free: the page there loses its frame, then it is zeroed", () => {
    const machine = atMark(toucher());
    machine.trim(DATA); // clean: a page of the program file
    machine.leaveFrames(0);
    machine.run();
    expect(story(handled(machine, FRESH))).toEqual([
      "fault-begin",
      "vma-lookup",
      "pte-write", // the page on standby: transition back to "file"
      "frame-allocated standby",
      "frame-zeroed demand",
      "pte-write",
      "tlb-flush",
      "fault-end zero-fill",
    ]);
  });

  test("from a clean victim when there is no standby page either: at once, without any wait", () => {
    const machine = atMark(toucher(), { ...quiet, replacement: "fifo" });
    machine.leaveFrames(0);
    // Only the data page, which is clean, is left to be chosen: the others are in the kernel's own hand.
    const keep = machine.ram.readWord(pteAddress(machine.ram, machine.process().space.rootPfn, DATA >>> 12)) >>> 10;
    const { view } = machine.core;
    const { isCandidate } = view;
    Object.assign(view, { isCandidate: (pfn: number, space: number) => pfn === keep && isCandidate(pfn, space) });
    machine.runUntil(() => machine.of("fault-end").some((event) => event.vaddr === FRESH));
    expect(story(handled(machine, FRESH))).toEqual([
      "fault-begin",
      "vma-lookup",
      "victim-chosen clean",
      "pte-write", // the victim: valid to transition
      "tlb-flush",
      "frame-freed standby",
      "pte-write", // the victim: transition to "file"
      "frame-allocated evicted",
      "frame-zeroed demand",
      "pte-write",
      "tlb-flush",
      "fault-end zero-fill",
    ]);
  });
});

describe("a soft fault gets its own frame back, contents intact,", () => {
  /** Stores to the data page, meets mark 999, and exits with what it finds there. */
  const rereader = (): Program =>
    new Program()
      .words("data", 5)
      .li("t0", DATA)
      .li("t1", 66)
      .store("sw", "t1", "t0")
      .li("a7", 999)
      .ecall()
      .li("t0", DATA)
      .load("lw", "a0", "t0")
      .li("a7", 94)
      .ecall();
  const SOFT = (from: string): string[] => [
    "fault-begin",
    "vma-lookup",
    `frame-reclaimed ${from}`,
    "pte-write",
    "tlb-flush",
    "fault-end soft",
  ];

  test("from the modified list", () => {
    const machine = atMark(rereader());
    const from = machine.events.length;
    machine.trim(DATA);
    expect(machine.run()).toBe(66);
    expect(story(handled(machine, DATA, from))).toEqual(SOFT("modified"));
  });

  test("from the standby list, after it was written to swap: no read is needed", () => {
    const machine = atMark(rereader());
    const from = machine.events.length;
    machine.trim(DATA);
    machine.write(1);
    machine.hart.cycles = machine.core.swap.dueCycles;
    machine.finishTransfers();
    expect(machine.run()).toBe(66);
    expect(story(handled(machine, DATA, from))).toEqual(SOFT("standby"));
    expect(machine.kernel.report().swap).toMatchObject({ in: 0, out: 1 });
  });

  test("from a write that is still under way: the page does not wait for its own transfer", () => {
    const machine = atMark(rereader());
    const from = machine.events.length;
    machine.trim(DATA);
    machine.write(1);
    expect(machine.run()).toBe(66);
    expect(story(handled(machine, DATA, from))).toEqual(SOFT("transition"));
    const begin = machine.events.findIndex((e, i) => i >= from && e.kind === "fault-begin");
    const done = machine.events.findIndex((e) => e.kind === "swap-done");
    expect(done === -1 || done > begin).toBe(true);
  });
});

test("eviction of a dirty page: victim, PTE and fence, modified list, write, and only then its frame", () => {
  const machine = atMark(toucher(), { ...quiet, replacement: "fifo" });
  machine.leaveFrames(0);
  machine.run();
  const first = handled(machine, FRESH);
  const at = machine.events.indexOf(first[0]);
  expect(story(first)).toEqual([
    "fault-begin",
    "vma-lookup",
    "victim-chosen modified", // the stack page, which the kernel has written
    "pte-write",
    "tlb-flush",
    "frame-freed modified",
    "swap-out",
    "process-block",
    "fault-end waiting",
  ]);
  const done = machine.events.findIndex((e, i) => i > at && e.kind === "swap-done");
  expect(story(machine.events.slice(done, done + 3))).toEqual(["swap-done", "frame-freed standby", "process-wake"]);
  expect(story(handled(machine, FRESH, done)).slice(0, 4)).toEqual([
    "fault-begin",
    "vma-lookup",
    "pte-write",
    "frame-allocated standby",
  ]);
});

test("a fault on a page of a file fills a frame from it; no zeros are needed", () => {
  const machine = new TestMachine().boot(new Program().words("data", 5).li("t0", DATA).load("lw", "t0", "t0").exit(0));
  machine.run();
  expect(story(handled(machine, DATA))).toEqual([
    "fault-begin",
    "vma-lookup",
    "frame-allocated zeroed", // there is no dirty frame at power-on
    "pte-write",
    "tlb-flush",
    "fault-end file",
  ]);
  expect(machine.of("frame-allocated").at(-1)).toMatchObject({ purpose: "file" });
  // The program's own text came the same way.
  expect(story(handled(machine, CODE)).at(-1)).toBe("fault-end file");
});

test("a stack grows by the fault on the page below it: the area first, then a frame", () => {
  const machine = new TestMachine().boot(
    new Program()
      .li("t0", -5 * 4096)
      .op("add", "t0", "sp", "t0")
      .store("sw", "t0", "t0")
      .exit(0),
  );
  const sp = machine.process().x[2] >>> 0;
  machine.run();
  expect(story(handled(machine, sp - 5 * 4096))).toEqual([
    "fault-begin",
    "pte-fill", // five pages are reserved: all that lie between the stack and the address
    "vma-change grow",
    "vma-lookup",
    "frame-allocated zeroed",
    "pte-write",
    "tlb-flush",
    "fault-end zero-fill",
  ]);
  expect(machine.of("vma-change").find(({ change }) => change === "grow")).toMatchObject({
    start: (sp - 5 * 4096) & ~0xfff,
    name: "[stack]",
  });
});

describe("SIGSEGV", () => {
  const GUARD = 0x3000_0000;
  /** Maps a guard page and stores to `vaddr`; `before` may install a handler. */
  const offender = (vaddr: number, before: (p: Program) => void = () => {}): Program => {
    const p = new Program();
    before(p);
    p.call("mmap2", GUARD, 4096, 0, 0x32, -1, 0).li("t0", vaddr).label("offence").store("sw", "t0", "t0").exit(1);
    return p.label("handler").mv("a0", "a0").li("a7", 94).ecall();
  };

  test("ends a program that hits a guard: the area is found, and forbids it", () => {
    const machine = new TestMachine().boot(offender(GUARD));
    expect(machine.run()).toBe(139);
    const events = handled(machine, GUARD);
    expect(story(events)).toEqual(["fault-begin", "vma-lookup", "fault-end segv"]);
    const at = machine.events.indexOf(events[0]);
    expect(story(machine.events.slice(at - 1, at))).toEqual(["trap"]);
    const after = machine.events
      .slice(at + 3)
      .filter(({ kind }) => ["message", "signal", "process-exit"].includes(kind));
    expect(story(after)).toEqual(["message", "signal 11", "process-exit 11"]);
    expect(after[0]).toMatchObject({ text: expect.stringContaining("guard") });
  });

  test("where nothing is mapped, no area is found; nothing is allocated", () => {
    const machine = new TestMachine().boot(offender(0x5000_0000));
    expect(machine.run()).toBe(139);
    expect(story(handled(machine, 0x5000_0000))).toEqual(["fault-begin", "vma-lookup none", "fault-end segv"]);
  });

  test("reaches a handler: fault, signal, the frame on the stack, and the return to user code is into the handler", () => {
    const machine = new TestMachine().boot(
      offender(GUARD, (p) => {
        p.words("action", 0, 0x40000000, 0, 0).li("s2", "action").li("t0", "handler").store("sw", "t0", "s2");
        p.call("rt_sigaction", 11, "action", 0, 8);
      }),
    );
    expect(machine.run()).toBe(11); // the handler exits with its argument
    const events = handled(machine, GUARD);
    const from = machine.events.indexOf(events[0]);
    const end = machine.events.findIndex((e, i) => i > from && e.kind === "trap-return");
    const rest = story(machine.events.slice(from + events.length, end + 1));
    // Whether the stack's page has its bits set already is a matter of the moment.
    expect(rest.filter((kind) => kind !== "pte-update")).toEqual(["signal 11", "trap-return"]);
    // The handler is three instructions and its exit's ecall.
    const back = machine.events[end];
    const exit = machine.events.find((e, i) => i > end && e.kind === "trap" && e.cause === 8);
    if (back.kind !== "trap-return" || exit?.kind !== "trap") throw new Error("no way back, or no exit");
    expect(exit.sepc - back.pc).toBe(12);
    expect(machine.of("message")).toHaveLength(0);
  });
});

test("when memory has run out: the fault waits, the kernel says whom and why, that process ends, and the fault goes on", () => {
  const p = new Program().words("data", 0).call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent");
  p.li("s0", DATA + 4096).li("t1", 4096);
  p.label("grow").store("sw", "s0", "s0").op("add", "s0", "s0", "t1").jump("grow");
  p.label("parent")
    .call("waitid", 0, 0, 0, 4, 0)
    .exit(3)
    .bss(400 * 4096);
  const machine = new TestMachine({ frames: 64, swapSlots: 0 }).boot(p);

  expect(machine.run()).toBe(3);

  const { events } = machine;
  const oom = events.findIndex(({ kind }) => kind === "out-of-memory");
  expect(events[oom]).toMatchObject({ pid: 2, name: "test" });
  const fault = events.slice(0, oom).findLastIndex(({ kind }) => kind === "fault-begin");
  const kinds = story(events.slice(fault, oom)).filter(
    (kind) => !kind.startsWith("victim") && kind !== "context-switch",
  );
  expect(kinds[0]).toBe("fault-begin");
  expect(kinds.slice(-2)).toEqual(["process-block", "fault-end waiting"]);
  const exit = events.findIndex((e, i) => i > oom && e.kind === "process-exit");
  expect(story(events.slice(oom, exit + 1)).filter((kind) => /out-of|message|signal|exit/.test(kind))).toEqual([
    "out-of-memory",
    "message",
    "process-exit 9",
  ]);
  // Its frames come back before anyone goes on.
  const freed = events.slice(oom, exit).filter((e) => e.kind === "frame-freed" && e.to === "dirty").length;
  expect(freed).toBeGreaterThan(10);
  expect(machine.core.frames.count[Frame.Modified]).toBe(0);
});
