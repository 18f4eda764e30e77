/**
 * The sanitizer names the event that broke the books. Each test lets a sound kernel run and spoils one step of it, as a bug
 * would: a fence that does nothing, a list move that is lost, a slot that is given out twice.
 */
import { describe, expect, test } from "vitest";
import type { FaultlineEvent } from "../../../kernel/events.ts";
import { Frame } from "../../../kernel/mm/frames.ts";
import { pteAddress } from "../../../kernel/mm/page-table.ts";
import { freeFrame, tellFreed } from "../../../kernel/mm/pages.ts";
import { DEMAND_ZERO_PTE } from "../../../kernel/mm/software-pte.ts";
import type { Violation } from "../../../kernel/sanitizer.ts";
import { type MachineOptions, SanitizerError, TestMachine } from "../support/machine.ts";
import { DATA, Program } from "../support/program.ts";

const PAGE = 0x3000_0000;

/** Maps two pages at PAGE, writes both, then meets mark 999, where a test may spoil something; `rest` follows. */
const program = (rest: (p: Program) => void): Program => {
  const p = new Program().words("data", 0).call("mmap2", PAGE, 8192, 3, 0x32, -1, 0).li("s0", PAGE).li("t1", 4096);
  p.store("sw", "s0", "s0").op("add", "t0", "s0", "t1").store("sw", "s0", "t0").li("a7", 999).ecall();
  rest(p);
  return p.exit(0).bss(16 * 4096);
};

const atMark = (rest: (p: Program) => void, options: MachineOptions = {}): TestMachine => {
  const machine = new TestMachine({ sanitize: 1_000_000, ...options }).boot(program(rest));
  machine.runUntil(() => machine.of("message").length > 0);
  return machine;
};

const pfnAt = (machine: TestMachine, vaddr: number): number =>
  machine.ram.readWord(pteAddress(machine.ram, machine.process().space.rootPfn, vaddr >>> 12)) >>> 10;

/** Replaces a method until it has been called once with arguments that `when` accepts; that call does `instead`. */
function spoil<T extends object, K extends keyof T>(
  object: T,
  name: K,
  when: (...args: never[]) => boolean,
  instead: (...args: never[]) => unknown,
): void {
  const original = object[name] as (...args: never[]) => unknown;
  object[name] = function (this: T, ...args: never[]) {
    if (!when(...args)) return original.apply(this, args);
    object[name] = original as T[K];
    return instead(...args);
  } as T[K];
}

const violationOf = (run: () => void): Violation => {
  try {
    run();
  } catch (error) {
    if (error instanceof SanitizerError) return error.violation;
    throw error;
  }
  throw new Error("nothing was found");
};

/** The event that the sanitizer blames must be the machine's event of that number. */
const culprit = (machine: TestMachine, violation: Violation): FaultlineEvent => {
  const { cause } = violation;
  if (cause === null) throw new Error("no event is blamed");
  expect(machine.events[cause.number - 1]).toBe(cause.event);
  return cause.event;
};

test("a sound kernel passes: fork, copy-on-write, swap in clusters with read-ahead, exit, checked in full all along", () => {
  const p = new Program().words("data", 0).li("t1", 4096);
  p.call("clone", 17, 0, 0, 0, 0).mv("s5", "a0");
  for (const round of [1, 2]) {
    p.li("s0", DATA + 4096).li("s1", 30);
    p.label(`touch${round}`).store("sw", "s1", "s0").op("add", "s0", "s0", "t1");
    p.op("addi", "s1", "s1", -1).branch("bne", "s1", "zero", `touch${round}`);
  }
  p.branch("beq", "s5", "zero", "end")
    .call("waitid", 0, 0, 0, 4, 0)
    .label("end")
    .exit(0)
    .bss(31 * 4096);
  const machine = new TestMachine({ frames: 64, swapCluster: 4, swapReadAhead: 4, sanitize: 50 }).boot(p);
  expect(machine.run()).toBe(0);
  expect(machine.kernel.report().swap.out).toBeGreaterThan(10);
});

describe("a stale TLB entry", () => {
  test("is blamed on the store to the PTE that no fence followed, when the hart goes back to the program", () => {
    const machine = atMark((p) => p.call("mprotect", PAGE, 4096, 1).load("lw", "t0", "s0"));
    spoil(
      machine.mmu,
      "fence",
      () => true,
      () => 0,
    );
    const violation = violationOf(() => machine.run());
    expect(violation.message).toMatch(/stale TLB entry: the PTE of page 0x30000000 .* without a fence/);
    expect(culprit(machine, violation)).toMatchObject({ kind: "pte-write", vpn: PAGE >>> 12 });
    expect(violation.found.event.kind).toBe("trap-return");
  });

  test("is none when the store gives rights only", () => {
    const machine = atMark((p) =>
      p.call("mprotect", PAGE, 4096, 1).call("mprotect", PAGE, 4096, 3).store("sw", "s0", "s0"),
    );
    expect(machine.run()).toBe(0);
  });
});

test("a frame that is freed twice is blamed on the second time", () => {
  const machine = atMark((p) => p.call("munmap", PAGE, 4096).call("sched_yield"));
  const pfn = pfnAt(machine, PAGE);
  machine.runUntil(() => machine.of("frame-freed").some((event) => event.pfn === pfn));
  const violation = violationOf(() => {
    freeFrame(machine.core, pfn);
    tellFreed(machine.core, pfn);
  });
  expect(violation.message).toBe(`frame ${pfn} is freed twice: it was free already`);
  expect(culprit(machine, violation)).toMatchObject({ kind: "frame-freed", pfn, to: "dirty" });
  expect(violation.cause!.number).toBe(machine.events.length);
});

test("a frame that is handed out while it is in use is blamed on that", () => {
  const machine = atMark((p) => p.store("sw", "s0", "sp", -2048));
  const pfn = pfnAt(machine, PAGE);
  const { frames } = machine.core;
  spoil(
    frames,
    "oldest",
    (state) => state === Frame.Zeroed,
    () => pfn,
  );
  const violation = violationOf(() => {
    machine.core.sink.emit({
      kind: "frame-allocated",
      pfn: frames.oldest(Frame.Zeroed),
      source: "zeroed",
      pid: 1,
      vpn: 1,
      purpose: "user",
    });
  });
  expect(violation.message).toBe(`frame ${pfn} is still in use: it is handed out twice`);
});

describe("a leaked frame", () => {
  test("is blamed on the store that took its last mapping away", () => {
    const machine = atMark((p) => p.call("munmap", PAGE, 4096));
    const pfn = pfnAt(machine, PAGE);
    spoil(
      machine.core.frames,
      "move",
      (frame, to) => frame === pfn && to === Frame.Dirty,
      () => {},
    );
    const violation = violationOf(() => machine.run());
    expect(violation.message).toBe(`frame ${pfn} (active) has leaked: mapped by nobody, on no list`);
    expect(culprit(machine, violation)).toMatchObject({ kind: "pte-write", vpn: PAGE >>> 12, after: DEMAND_ZERO_PTE });
  });

  test("that was taken from its list and given to nobody is found before the program goes on", () => {
    const machine = atMark((p) => p.call("sched_yield"));
    const { frames } = machine.core;
    const pfn = frames.oldest(Frame.Zeroed);
    frames.move(pfn, Frame.Active);
    frames.inHand.push(pfn);
    const violation = violationOf(() => machine.run());
    expect(violation.message).toBe(`frame ${pfn} has leaked: it was taken from its list and given to nobody`);
    expect(violation.found.event.kind).toBe("trap-return");
  });
});

describe("a frame that is not zeroed", () => {
  test("is blamed on the event that says it has been", () => {
    // A child dirties a page and exits; the idle task "zeroes" its frames while the parent sleeps.
    const machine = atMark((p) => {
      p.words("time", 0, 0, 200_000, 0).call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent");
      p.li("t0", DATA + 4096)
        .li("t2", -1)
        .store("sw", "t2", "t0")
        .exit(0);
      p.label("parent").call("waitid", 0, 0, 0, 4, 0).call("clock_nanosleep_time64", 1, 0, "time", 0);
    });
    let skipped = -1;
    const holdsOnes = (pfn: number) => machine.ram.readWord(pfn * 4096) === 0xffff_ffff;
    spoil(machine.ram, "zeroFrame", holdsOnes, (pfn) => void (skipped = pfn));
    const violation = violationOf(() => machine.run());
    expect(skipped).toBeGreaterThan(0);
    expect(violation.message).toMatch(new RegExp(`^frame ${skipped} has just been zeroed and is not zero`));
    expect(culprit(machine, violation)).toEqual({ kind: "frame-zeroed", pfn: skipped, by: "idle" });
  });

  test("is blamed on its being handed out, when it was written to on the zeroed list", () => {
    const machine = atMark((p) => p.li("t0", DATA + 4096).store("sw", "s0", "t0"));
    const pfn = machine.core.frames.oldest(Frame.Zeroed);
    machine.ram.writeWord(pfn * 4096 + 40, 7);
    const violation = violationOf(() => machine.run());
    expect(violation.message).toBe(
      `frame ${pfn} was handed out from the zeroed list for user and is not zero: byte 40 on is 0x7`,
    );
    expect(culprit(machine, violation)).toMatchObject({ kind: "frame-allocated", pfn });
  });

  test("is blamed on the end of the fault, when a fault hands over a dirty one", () => {
    const machine = atMark((p) => p.li("t0", DATA + 4096).store("sw", "s0", "t0"), { zeroing: "on-demand" });
    const pfn = machine.core.frames.newest(Frame.Dirty);
    machine.ram.writeWord(pfn * 4096, 7);
    spoil(
      machine.ram,
      "zeroFrame",
      (frame) => frame === pfn,
      () => {},
    );
    const violation = violationOf(() => machine.run());
    expect(violation.message).toMatch(/not zero/);
    expect(culprit(machine, violation)).toMatchObject({ kind: "frame-zeroed", by: "demand" });
  });
});

describe("a reference count that differs from the page tables", () => {
  test("is blamed on the store of the PTE that was not counted", () => {
    const machine = atMark((p) => p.call("clone", 17, 0, 0, 0, 0));
    const pfn = pfnAt(machine, PAGE);
    spoil(
      machine.core.frames.references,
      "add",
      (owner) => owner === pfn,
      () => {},
    );
    const violation = violationOf(() => machine.run());
    expect(violation.message).toMatch(
      new RegExp(`^frame ${pfn} .* counts 2 mappings, and its reverse map leads to 1 valid`),
    );
    expect(culprit(machine, violation)).toMatchObject({ kind: "pte-write", vpn: PAGE >>> 12 });
  });

  test("is blamed on the store that ended a reference which is still counted", () => {
    const machine = atMark((p) => {
      p.call("clone", 17, 0, 0, 0, 0).branch("beq", "a0", "zero", "end").call("munmap", PAGE, 4096);
      p.label("end");
    });
    const pfn = pfnAt(machine, PAGE);
    spoil(
      machine.core.frames.references,
      "remove",
      (owner) => owner === pfn,
      () => true,
    );
    const violation = violationOf(() => machine.run());
    expect(violation.message).toMatch(
      new RegExp(`the reverse map of frame ${pfn} has page 0x30000000 of space \\d.*differs`),
    );
    expect(culprit(machine, violation)).toMatchObject({ kind: "pte-write", vpn: PAGE >>> 12, after: DEMAND_ZERO_PTE });
  });
});

describe("a swap slot that is owned twice", () => {
  test("by two frames is blamed on the second write to it", () => {
    const machine = atMark((p) => p.call("sched_yield"));
    const { swap, frames } = machine.core;
    const [one, two] = [pfnAt(machine, PAGE), pfnAt(machine, PAGE + 4096)];
    machine.trim(PAGE);
    machine.write(1);
    machine.trim(PAGE + 4096);
    spoil(
      swap,
      "allocateRun",
      () => true,
      () => {
        swap.frame[0] = two;
        return { slot: 0, pages: 1 };
      },
    );
    const violation = violationOf(() => machine.write(1));
    expect(violation.message).toBe(`swap slot 0 is owned twice: given to frame ${two} while frame ${one} still has it`);
    expect(culprit(machine, violation)).toMatchObject({ kind: "swap-out", pfn: two, slot: 0 });
    expect(frames.slot[one]).toBe(0);
  });

  test("by pages and a frame is blamed on the write", () => {
    const machine = atMark((p) => p.call("sched_yield"));
    const { swap } = machine.core;
    machine.pageOut(PAGE);
    const two = pfnAt(machine, PAGE + 4096);
    machine.trim(PAGE + 4096);
    spoil(
      swap,
      "allocateRun",
      () => true,
      () => {
        swap.frame[0] = two;
        return { slot: 0, pages: 1 };
      },
    );
    const violation = violationOf(() => machine.write(1));
    expect(violation.message).toBe(`swap slot 0 is owned twice: by 1 PTEs and by frame ${two}`);
    expect(culprit(machine, violation)).toMatchObject({ kind: "swap-out", slot: 0 });
  });
});

test("what no event tells of is found by the check of everything, which says since when all was right", () => {
  const machine = atMark((p) => p.label("spin").call("sched_yield").jump("spin"), { sanitize: 40 });
  const before = machine.events.length;
  machine.process().space.residentPages++;
  const violation = violationOf(() => machine.run());
  expect(violation.message).toMatch(/resident pages and counts/);
  expect(violation.cause).toBeNull();
  expect(violation.intactSince).toBeGreaterThan(before - 40);
  expect(violation.found.number - violation.intactSince).toBe(40);
  expect(violation.recent.at(-1)).toBe(violation.found);
});

test("checked in full after every event, it names the event for those, too", () => {
  const machine = atMark((p) => p.call("sched_yield"), { sanitize: 1 });
  machine.process().space.residentPages++;
  const violation = violationOf(() => machine.run());
  expect(violation.cause).toBe(violation.found);
});
