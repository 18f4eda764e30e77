/** The order of events for each kind of fault. Expected lists come from the mission's story, step by step. */
import { expect, test } from "vitest";
import { Cause } from "../../../emulator/trap.ts";
import { TestMachine } from "../support/machine.ts";
import { DATA, Program } from "../support/program.ts";

/** A program that grows its heap by a page and then runs `rest` with the page's address in s0. */
const onHeap = (rest: (program: Program) => void): Program => {
  const program = new Program().call("brk", 0).mv("s0", "a0").li("t0", 4096);
  program.op("add", "a0", "a0", "t0").li("a7", 214).ecall();
  rest(program);
  return program.exit(0);
};

const heapStart = (machine: TestMachine): number => machine.process().space.brkStart;

/** Kinds, with the details that matter in brackets. */
const story = (events: ReturnType<TestMachine["faultAt"]>): string[] =>
  events.map((event) => {
    switch (event.kind) {
      case "frame-allocated":
        return `frame-allocated from ${event.source} for ${event.purpose}`;
      case "frame-zeroed":
        return `frame-zeroed by ${event.by}`;
      case "pte-read":
        return `pte-read level ${event.level}`;
      case "fault-end":
        return `fault-end ${event.resolved}`;
      case "frame-freed":
        return `frame-freed to ${event.to}`;
      case "frame-reclaimed":
        return `frame-reclaimed from ${event.from}`;
      default:
        return event.kind;
    }
  });

test("the first store into a reserved page is one miss, one walk to V = 0, one trap, one zeroed frame, one PTE, one retry", () => {
  const machine = new TestMachine().boot(onHeap((p) => p.store("sw", "s0", "s0")));
  const heap = heapStart(machine);

  machine.run();

  expect(story(machine.faultAt(heap))).toEqual([
    "tlb-miss",
    "pte-read level 1",
    "pte-read level 0",
    "trap",
    "fault-begin",
    "vma-lookup",
    "frame-allocated from zeroed for user",
    "pte-write",
    "tlb-flush",
    "fault-end zero-fill",
    "trap-return",
    "tlb-miss",
    "pte-read level 1",
    "pte-read level 0",
    "tlb-fill",
    // The next instruction is the exit's ecall.
  ]);
  const trap = machine.of("trap").find((event) => event.stval === heap)!;
  expect(trap.cause).toBe(Cause.StorePageFault);
  const write = machine.of("pte-write").find((event) => event.vpn === heap / 4096 && (event.after & 1) !== 0)!;
  expect(write.before).toBe(0b10); // software kind 1, demand-zero, V = 0
  expect(write.after & 0x3ff).toBe(0b11010111); // D A - U - W R V
  const begin = machine.of("fault-begin").find((event) => event.vaddr === heap)!;
  expect(begin.pc).toBe(trap.sepc);
});

test("with no zeroed frame left, a fault zeroes a dirty one itself, between allocation and PTE", () => {
  const machine = new TestMachine({ zeroing: "on-demand" }).boot(onHeap((p) => p.store("sw", "s0", "s0")));
  const heap = heapStart(machine);

  machine.run();

  expect(story(machine.faultAt(heap)).slice(4, 11)).toEqual([
    "fault-begin",
    "vma-lookup",
    "frame-allocated from dirty for user",
    "frame-zeroed by demand",
    "pte-write",
    "tlb-flush",
    "fault-end zero-fill",
  ]);
});

test("a fault where no leaf table exists makes one first, and fills it with what is reserved there", () => {
  const place = 0x4000_0000;
  const program = new Program();
  program.call("mmap2", place, 8192, 3, 0x32, -1, 0).store("sw", "a0", "a0").exit(0);
  const machine = new TestMachine().boot(program);

  machine.run();

  const events = machine.faultAt(place);
  expect(story(events)).toEqual([
    "tlb-miss",
    "pte-read level 1",
    "trap",
    "fault-begin",
    "vma-lookup",
    "frame-allocated from zeroed for page-table",
    "pte-write",
    "pte-fill",
    "frame-allocated from zeroed for user",
    "pte-write",
    "tlb-flush",
    "fault-end zero-fill",
    "trap-return",
    "tlb-miss",
    "pte-read level 1",
    "pte-read level 0",
    "tlb-fill",
  ]);
  expect(events.find((event) => event.kind === "pte-fill")).toMatchObject({ vpn: place / 4096, count: 2, pte: 0b10 });
});

/** fork; the child runs `child` and exits, the parent waits for it and then runs `parent`. */
const forked = (child: (p: Program) => void, parent: (p: Program) => void): Program => {
  const program = new Program().words("shared", 1);
  program.li("s0", "shared").li("t0", 5).store("sw", "t0", "s0"); // present and writable before the fork
  program.call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent");
  child(program);
  program.exit(0).label("parent").call("waitid", 0, 0, 0, 4, 0);
  parent(program);
  return program.exit(0);
};

test("the first writer after fork gets a copy; the last owner keeps the frame", () => {
  const write = (p: Program) => p.li("t0", 9).store("sw", "t0", "s0");
  const machine = new TestMachine().boot(forked(write, write));

  machine.run();

  const cow = machine.of("fault-end").filter((event) => event.resolved === "cow" && event.vaddr === DATA);
  expect(cow.map((event) => event.pid)).toEqual([2, 1]);
  const [child, parent] = cow.map((end) => {
    const at = machine.events.indexOf(end);
    const begin = machine.events.slice(0, at).findLastIndex((event) => event.kind === "fault-begin");
    return story(machine.events.slice(begin, at + 1));
  });
  expect(child).toEqual([
    "fault-begin",
    "vma-lookup",
    "frame-allocated from zeroed for user",
    "page-copied",
    "pte-write",
    "tlb-flush",
    "fault-end cow",
  ]);
  expect(parent).toEqual(["fault-begin", "vma-lookup", "pte-write", "tlb-flush", "fault-end cow"]);
});

test("a page trimmed from the working set comes back by a soft fault, contents intact, without I/O", () => {
  const program = new Program()
    .call("brk", 0)
    .mv("s0", "a0")
    .li("t0", 8 * 4096);
  program.op("add", "a0", "a0", "t0").li("a7", 214).ecall();
  program.li("t1", 77).store("sw", "t1", "s0").label("trimmed");
  program.load("lw", "a0", "s0").li("a7", 94).ecall();
  const machine = new TestMachine().boot(program);
  const heap = heapStart(machine);
  machine.runUntil(() => machine.of("fault-end").some((event) => event.vaddr === heap));
  // At its limit the space gives up a page of its own: the heap page, when the others have their A bits cleared later.
  const before = machine.events.length;
  machine.trim(heap);

  expect(machine.run()).toBe(77);

  const later = machine.events.slice(before);
  expect(later.filter((event) => event.kind === "frame-freed")[0]).toMatchObject({ to: "modified" });
  const begin = later.findIndex((event) => event.kind === "fault-begin");
  expect(story(later.slice(begin, begin + 6))).toEqual([
    "fault-begin",
    "vma-lookup",
    "frame-reclaimed from modified",
    "pte-write",
    "tlb-flush",
    "fault-end soft",
  ]);
  expect(machine.kernel.report().swap).toMatchObject({ in: 0, out: 0 });
});
