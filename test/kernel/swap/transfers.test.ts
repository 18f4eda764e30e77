/** Clusters, read-ahead, the swap cache, and transfers that fail. */
import { describe, expect, test } from "vitest";
import { type MachineOptions, TestMachine } from "../support/machine.ts";
import { CODE, DATA, Program } from "../support/program.ts";

const PAGES = 24;
const first = DATA + 4096;

/** Writes PAGES pages, each with its number (counted down); `rest` follows. */
const writer = (rest: (p: Program) => void): Program => {
  const p = new Program().words("data", 0);
  p.li("s0", first).li("s1", PAGES).li("t1", 4096);
  p.label("write")
    .store("sw", "s1", "s0")
    .op("add", "s0", "s0", "t1")
    .op("addi", "s1", "s1", -1)
    .branch("bne", "s1", "zero", "write");
  rest(p);
  return p.bss((PAGES + 1) * 4096);
};

/** Reads all pages back and exits with how many were wrong. */
const readBack = (p: Program): Program => {
  p.li("s0", first).li("s1", PAGES).li("s2", 0);
  p.label("read")
    .load("lw", "t0", "s0")
    .op("sub", "t0", "t0", "s1")
    .op("sltu", "t0", "zero", "t0")
    .op("add", "s2", "s2", "t0");
  p.op("add", "s0", "s0", "t1").op("addi", "s1", "s1", -1).branch("bne", "s1", "zero", "read");
  return p.mv("a0", "s2").li("a7", 94).ecall();
};

const starved = (options: MachineOptions, program = writer(readBack)): TestMachine => {
  const machine = new TestMachine({ frames: 64, replacement: "fifo", availableTargetFrames: 0, ...options }).boot(
    program,
  );
  machine.leaveFrames(14);
  return machine;
};

describe("clusters", () => {
  test("victims leave in one transfer, to neighbouring slots, and all of them come back whole", () => {
    const alone = starved({ swapCluster: 1 });
    const clustered = starved({ swapCluster: 3 });
    expect(alone.run()).toBe(0);
    expect(clustered.run()).toBe(0);

    const outs = clustered.of("swap-out");
    const three = outs.filter(({ pages }) => pages === 3);
    expect(three.length).toBeGreaterThanOrEqual(9);
    for (let i = 0; i < three.length; i += 3)
      expect(three.slice(i, i + 3).map(({ slot }) => slot - three[i].slot)).toEqual([0, 1, 2]);
    const { swap } = clustered.kernel.report();
    expect(swap.out).toBe(outs.length);
    // Requests are fewer than pages, and so the machine waits less.
    expect(swap.requests).toBeLessThan(swap.in + swap.out);
    expect(alone.kernel.report().swap.requests).toBe(alone.kernel.report().swap.in + alone.kernel.report().swap.out);
    expect(clustered.core.variables.idleCycles).toBeLessThan(alone.core.variables.idleCycles);
  });

  test("all pages of a cluster are done at the same cycle, 10,000 + 2 × 1,000 after it began", () => {
    const machine = starved({ swapCluster: 3 });
    machine.runUntil(() => machine.core.swap.queue.some(({ pfns }) => pfns.length === 3));
    const [transfer] = machine.core.swap.queue;
    // ioStart is charged before the device starts.
    expect(transfer.dueCycles - machine.hart.cycles).toBeLessThanOrEqual(12_000);
    machine.runUntil(() => machine.of("swap-done").length > 0);
    expect(
      machine
        .of("swap-done")
        .slice(0, 3)
        .map(({ slot }) => slot),
    ).toEqual([0, 1, 2]);
    expect(machine.hart.cycles).toBeGreaterThanOrEqual(transfer.dueCycles);
  });
});

describe("read-ahead", () => {
  /** Pages out the whole bss in order, so that page i is in slot i, and gives the program room. */
  const paged = (options: MachineOptions, pages: number): TestMachine => {
    const program = writer((p) => readBack(p.li("a7", 999).ecall()));
    const machine = new TestMachine({ frames: 128, ...options }).boot(program);
    machine.runUntil(() => machine.of("message").length > 0);
    for (let i = 0; i < pages; i++) machine.pageOut(first + i * 4096);
    return machine;
  };

  test("the neighbours in the aligned window come in one transfer; their first touch is a soft fault", () => {
    const machine = paged({ swapReadAhead: 8 }, 16);
    expect(machine.run()).toBe(0);
    const { faults, swap } = machine.kernel.report();
    expect(faults.hard).toBe(2); // one for each window of 8
    expect(swap).toMatchObject({ in: 16, ahead: 14, used: 0 });
    const ins = machine.of("swap-in");
    expect(ins.slice(0, 8).map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(ins.slice(0, 8).map(({ ahead }) => ahead)).toEqual([false, ...Array(7).fill(true)]);
    expect(ins[0].pages).toBe(8);
    // 16 soft faults less the two that were asked for.
    expect(machine.of("frame-reclaimed").filter(({ from }) => from === "standby")).toHaveLength(14);
  });

  test("without it every page is a hard fault", () => {
    const machine = paged({ swapReadAhead: 1 }, 16);
    expect(machine.run()).toBe(0);
    expect(machine.kernel.report().faults.hard).toBe(16);
    expect(machine.kernel.report().swap).toMatchObject({ in: 16, ahead: 0 });
  });

  test("takes no frame that the daemon wants to keep", () => {
    const machine = paged({ swapReadAhead: 8 }, 16);
    machine.leaveFrames(1); // the target is 4
    machine.runUntil(() => machine.of("swap-in").length > 0);
    expect(machine.of("swap-in")).toHaveLength(1);
  });
});

describe("the swap cache", () => {
  const paged = (rest: (p: Program) => void): TestMachine => {
    const machine = new TestMachine().boot(writer((p) => rest(p.li("a7", 999).ecall())));
    machine.runUntil(() => machine.of("message").length > 0);
    machine.pageOut(first);
    return machine;
  };
  const mark = (p: Program): Program => p.li("a7", 998).ecall();
  const stopAtMark = (machine: TestMachine): void =>
    machine.runUntil(() => machine.of("message").some(({ text }) => text.includes("998")));

  test("a page that is only read keeps its slot, and is not written again when it goes", () => {
    const machine = paged((p) => mark(p.li("t0", first).load("lw", "t0", "t0")).exit());
    stopAtMark(machine);
    expect(machine.core.swap.usedSlots).toBe(1);
    machine.trim(first);
    expect(machine.of("frame-freed").at(-1)).toMatchObject({ to: "standby" });
    expect(machine.kernel.report().swap.out).toBe(1);
  });

  test("a page that comes back to be written gives its slot up at once", () => {
    const machine = paged((p) => mark(p.li("t0", first).store("sw", "t0", "t0")).exit());
    stopAtMark(machine);
    expect(machine.core.swap.usedSlots).toBe(0);
    machine.trim(first);
    expect(machine.of("frame-freed").at(-1)).toMatchObject({ to: "modified" });
  });

  test("when swap is full, slots of pages that are in memory as well are given up for pages that have none", () => {
    // 24 pages and 12 slots on 14 frames: only if slots of resident pages are used again is there room for all.
    const machine = starved({ swapSlots: 14 });
    expect(machine.run()).toBe(0);
    expect(machine.core.counters["swap.cache-dropped"]).toBeGreaterThan(0);
    expect(machine.of("out-of-memory")).toHaveLength(0);
  });
});

describe("a transfer that fails", () => {
  test("to swap: the page stays, its slot is bad and never used again, and the page goes to another", () => {
    const machine = starved({ failKind: "transfer", failAt: 1 });
    expect(machine.run()).toBe(0);
    const failed = machine.of("swap-done").filter((event) => event.failed);
    expect(failed).toMatchObject([{ direction: "out", slot: 0 }]);
    const later = machine.of("swap-out").slice(1);
    expect(later.map(({ slot }) => slot)).not.toContain(0);
    expect(later.map(({ pfn }) => pfn)).toContain(failed[0].pfn);
    expect(machine.kernel.report().swap).toMatchObject({ bad: 1, errors: 1 });
  });

  test("from swap: the page is lost, and who uses it gets SIGBUS, each time", () => {
    const p = writer((program) => {
      program.words("action", 0, 0x40000000, 0, 0).words("tries", 0);
      program.li("s2", "action").li("t0", "handler").store("sw", "t0", "s2").call("rt_sigaction", 7, "action", 0, 8);
      program.li("a7", 999).ecall().li("t0", first).load("lw", "t0", "t0").exit(1);
      // Second time: give up, with the signal's number and the address's page told.
      program.label("handler").li("t0", "tries").load("lw", "t1", "t0").op("addi", "t2", "t1", 1);
      program.store("sw", "t2", "t0").branch("bne", "t1", "zero", "end").li("a7", 139).ecall();
      program.label("end").mv("s0", "a0").op("addi", "a0", "s0", 40).li("a7", 94).ecall();
    });
    // Transfer 1 is the write, 2 the read.
    const machine = new TestMachine({ failKind: "transfer", failAt: 2 }).boot(p);
    machine.runUntil(() => machine.of("message").length > 0);
    machine.pageOut(first);
    expect(machine.run()).toBe(47); // SIGBUS is 7
    expect(machine.of("signal").filter(({ signal }) => signal === 7)).toHaveLength(2);
    expect(machine.of("swap-done").filter((event) => event.failed)).toMatchObject([{ direction: "in" }]);
    expect(machine.kernel.report().swap).toMatchObject({ used: 0, bad: 1, errors: 1, in: 1 });
  });

  test("a program that does not catch it is ended with a message that names the slot", () => {
    const p = writer((program) => program.li("a7", 999).ecall().li("t0", first).load("lw", "t0", "t0").exit(1));
    const machine = new TestMachine({ failKind: "transfer", failAt: 2 }).boot(p);
    machine.runUntil(() => machine.of("message").length > 0);
    machine.pageOut(first);
    expect(machine.run()).toBe(128 + 7);
    expect(machine.of("message").at(-1)!.text).toMatch(/cannot read that page \(slot 0\): its contents are lost/);
  });

  test("a read by the kernel for a call gives EFAULT", () => {
    const p = writer((program) =>
      program.li("a7", 999).ecall().call("write", 1, first, 4).op("sub", "a0", "zero", "a0"),
    );
    p.li("a7", 94).ecall();
    const machine = new TestMachine({ failKind: "transfer", failAt: 2 }).boot(p);
    machine.runUntil(() => machine.of("message").length > 0);
    machine.pageOut(first);
    expect(machine.run()).toBe(14); // EFAULT
    expect(CODE).toBeLessThan(first);
  });
});

test("a swap device's state is whole in a snapshot: queue, arm, bad slots", () => {
  const machine = starved({ costs: "1990-disk", swapCluster: 3 });
  machine.runUntil(() => machine.core.swap.queue.length > 0);
  const before = machine.core.swap.snapshot();
  machine.runUntil(() => machine.core.swap.queue.length === 0);
  machine.core.swap.restore(before);
  expect(machine.core.swap.snapshot()).toEqual(before);
  expect(before.track).toBeGreaterThanOrEqual(0);
});
