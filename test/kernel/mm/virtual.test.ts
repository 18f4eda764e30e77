/** VirtualAlloc, VirtualFree, VirtualProtect and VirtualQuery as Win32 documents them (memoryapi.h), with its values. */

import { describe, expect, test } from "vitest";
import { Errno } from "../../../kernel/abi.ts";
import { MAX_AREAS } from "../../../kernel/mm/address-space.ts";
import { areasOf, insertVma } from "../../../kernel/mm/areas.ts";
import { committedPages, physicalPages } from "../../../kernel/mm/commit.ts";
import { Copy, Frame } from "../../../kernel/mm/frames.ts";
import { readPte } from "../../../kernel/mm/page-table.ts";
import { forgetReset } from "../../../kernel/mm/reset.ts";
import type { AddressSpace } from "../../../kernel/mm/vma.ts";
import { faultline } from "../../system/cli/faultline.ts";
import { anonymousArea } from "../support/areas.ts";
import { TestMachine } from "../support/machine.ts";
import { DATA, Program } from "../support/program.ts";

const MEM = { commit: 0x1000, reserve: 0x2000, decommit: 0x4000, release: 0x8000, free: 0x10000, reset: 0x80000 };
const PAGE = { noAccess: 1, readOnly: 2, readWrite: 4, executeRead: 0x20 };
const PLACE = 0x4000_0000;
const MiB = 1 << 20;

type Call = [Parameters<Program["call"]>[0], ...number[]];

/** Runs calls in order; returns the machine, stopped just before its exit, and the calls' results. */
function run(calls: Call[], touch: (p: Program) => Program = (p) => p): { machine: TestMachine; results: number[] } {
  const p = new Program().words("buffer", 0, 0, 0, 0, 0, 0, 0, 0);
  for (const [name, ...args] of calls) p.call(name, ...args);
  const machine = new TestMachine().boot(touch(p).call("sched_yield").exit());
  machine.runUntil(() => machine.of("syscall-enter").some((event) => event.name === "sched_yield"));
  const results = machine.of("syscall-exit").slice(0, calls.length);
  return { machine, results: results.map((event) => event.result) };
}

const store = (vaddr: number) => (p: Program) => p.li("t0", vaddr).li("t1", 7).store("sw", "t1", "t0");
const words = (machine: TestMachine, count: number): number[] => {
  const paddr = machine.mmu.peek(DATA).paddr;
  return Array.from({ length: count }, (_, i) => machine.ram.readWord(paddr + 4 * i));
};
const maps = (machine: TestMachine) =>
  areasOf(machine.process().space)
    .filter((vma) => vma.allocation !== null)
    .map((vma) => [vma.start - PLACE, vma.end - PLACE, vma.name, vma.prot]);

describe("reserving and committing", () => {
  test("a reservation costs neither a frame nor commit charge, however large", () => {
    const { machine, results } = run([["virtual_alloc", PLACE, 512 * MiB, MEM.reserve, PAGE.readWrite]]);
    const without = run([]).machine;
    expect(results).toEqual([PLACE]);
    expect(committedPages(machine.core)).toBe(committedPages(without.core));
    expect(machine.process().space.residentPages).toBe(without.process().space.residentPages);
  });

  test("a commit is charged page by page and takes its frame only when touched", () => {
    const calls: Call[] = [
      ["virtual_alloc", PLACE, MiB, MEM.reserve, PAGE.readWrite],
      ["virtual_alloc", PLACE + 0x3ffe, 4, MEM.commit, PAGE.readWrite],
    ];
    const before = committedPages(run([]).machine.core);
    const { machine, results } = run(calls, store(PLACE + 0x4000));
    // Bytes 0x3ffe … 0x4001 lie in two pages.
    expect(results).toEqual([PLACE, PLACE + 0x3000]);
    expect(committedPages(machine.core) - before).toBe(2);
    expect(maps(machine)).toEqual([
      [0, 0x3000, "[reserved]", 0],
      [0x3000, 0x5000, "[committed]", 3],
      [0x5000, MiB, "[reserved]", 0],
    ]);
    expect(machine.kernel.report().faults.zeroFill - run([]).machine.kernel.report().faults.zeroFill).toBe(1);
  });

  test("touching what is only reserved ends the program with SIGSEGV", () => {
    const p = new Program().call("virtual_alloc", PLACE, MiB, MEM.reserve, PAGE.readWrite);
    expect(new TestMachine().boot(store(PLACE)(p).exit()).run()).toBe(128 + 11);
  });

  test("commits beyond RAM and swap fail, the same size reserved does not", () => {
    const { physical, used } = (() => {
      const { core } = run([]).machine;
      return { physical: physicalPages(core), used: committedPages(core) };
    })();
    const room = (physical - used) * 4096;
    const { results } = run([
      ["virtual_alloc", 0x1000_0000, room + 4096, MEM.reserve, PAGE.readWrite],
      ["virtual_alloc", 0x1000_0000, room + 4096, MEM.commit, PAGE.readWrite],
      ["virtual_alloc", 0x1000_0000, room, MEM.commit, PAGE.readWrite],
      ["virtual_alloc", 0x1000_0000 + room, 4096, MEM.commit, PAGE.readWrite],
      ["virtual_free", 0x1000_0000, 4096, MEM.decommit],
      ["virtual_alloc", 0x1000_0000 + room, 4096, MEM.commit, PAGE.readWrite],
    ]);
    expect(results).toEqual([0x1000_0000, -Errno.ENOMEM, 0x1000_0000, -Errno.ENOMEM, 0, 0x1000_0000 + room]);
  });

  test("reservations begin at multiples of 64 KiB, also where the kernel chooses", () => {
    const { results } = run([
      ["virtual_alloc", PLACE + 0x12345, 4096, MEM.reserve, PAGE.readWrite],
      ["virtual_alloc", 0, 4096, MEM.reserve | MEM.commit, PAGE.readWrite],
      ["virtual_alloc", 0, 4096, MEM.commit, PAGE.readWrite],
    ]);
    expect(results[0]).toBe(PLACE + 0x10000);
    expect(results.map((vaddr) => vaddr % 0x10000)).toEqual([0, 0, 0]);
    expect(new Set(results).size).toBe(3);
  });

  test("committing again keeps contents and takes the new protection", () => {
    const calls: Call[] = [["virtual_alloc", PLACE, 0x2000, MEM.reserve | MEM.commit, PAGE.readWrite]];
    const { machine } = run(calls, (p) =>
      store(PLACE)(p)
        .call("virtual_alloc", PLACE, 0x1000, MEM.commit, PAGE.readOnly)
        .li("t0", PLACE)
        .load("lw", "t2", "t0")
        .li("t0", DATA)
        .store("sw", "t2", "t0"),
    );
    expect(words(machine, 1)).toEqual([7]);
    expect(maps(machine)).toEqual([
      [0, 0x1000, "[committed]", 1],
      [0x1000, 0x2000, "[committed]", 3],
    ]);
  });
});

describe("giving back", () => {
  const committed: Call[] = [["virtual_alloc", PLACE, 0x4000, MEM.reserve | MEM.commit, PAGE.readWrite]];

  test("decommit takes frame and charge away and keeps the addresses; a new commit shows zeros", () => {
    const before = committedPages(run([]).machine.core);
    const { machine } = run(committed, (p) =>
      store(PLACE + 0x1000)(p)
        .call("virtual_free", PLACE + 0x1000, 0x1000, MEM.decommit)
        .call("virtual_free", PLACE + 0x1000, 0x1000, MEM.decommit)
        .call("virtual_alloc", PLACE + 0x1000, 0x1000, MEM.commit, PAGE.readWrite)
        .li("t0", PLACE + 0x1000)
        .load("lw", "t2", "t0")
        .li("t0", DATA)
        .store("sw", "t2", "t0")
        .call("virtual_free", PLACE, 0, MEM.decommit),
    );
    expect(words(machine, 1)).toEqual([0]);
    expect(maps(machine)).toEqual([[0, 0x4000, "[reserved]", 0]]);
    expect(committedPages(machine.core)).toBe(before);
  });

  test("release takes the whole allocation, wants its base and size 0", () => {
    const { machine, results } = run([
      ...committed,
      ["virtual_free", PLACE, 0x1000, MEM.release],
      ["virtual_free", PLACE + 0x1000, 0, MEM.release],
      ["virtual_free", PLACE, 0, MEM.release | MEM.decommit],
      ["virtual_free", PLACE, 0, MEM.release],
      ["virtual_free", PLACE, 0, MEM.release],
    ]);
    expect(results.slice(1)).toEqual([-Errno.EINVAL, -Errno.EEXIST, -Errno.EINVAL, 0, -Errno.EEXIST]);
    expect(maps(machine)).toEqual([]);
  });

  test("reset keeps the commit, and the contents as long as nobody needs the frames", () => {
    const { machine } = run(committed, (p) =>
      store(PLACE)(p)
        .call("virtual_alloc", PLACE, 0x1000, MEM.reset, PAGE.readWrite)
        .li("t0", PLACE)
        .load("lw", "t2", "t0")
        .li("t0", DATA)
        .store("sw", "t2", "t0"),
    );
    expect(words(machine, 1)).toEqual([7]);
    expect(maps(machine)).toEqual([[0, 0x4000, "[committed]", 3]]);
  });
});

describe("refusals", () => {
  test.each<[string, Call, number]>([
    ["size 0", ["virtual_alloc", 0, 0, MEM.reserve, PAGE.readWrite], -Errno.EINVAL],
    ["a type that is none", ["virtual_alloc", 0, 4096, 0x400, PAGE.readWrite], -Errno.EINVAL],
    ["a protection that is none", ["virtual_alloc", 0, 4096, MEM.reserve, 3], -Errno.EINVAL],
    ["a guard without access", ["virtual_alloc", 0, 4096, MEM.reserve, 0x101], -Errno.EINVAL],
    ["a guard alone", ["virtual_alloc", 0, 4096, MEM.reserve, 0x100], -Errno.EINVAL],
    ["more than the address space", ["virtual_alloc", 0, 0x7ff0_0000, MEM.reserve, PAGE.readWrite], -Errno.EOVERFLOW],
    ["a place that is taken", ["virtual_alloc", 0x10000, 4096, MEM.reserve, PAGE.readWrite], -Errno.EEXIST],
    ["a commit of what is not reserved", ["virtual_alloc", PLACE, 4096, MEM.commit, PAGE.readWrite], -Errno.EEXIST],
    ["a decommit of other memory", ["virtual_free", DATA, 4096, MEM.decommit], -Errno.EEXIST],
    ["protecting other memory", ["virtual_protect", DATA, 4096, PAGE.readOnly, DATA], -Errno.EEXIST],
    ["a query into a short buffer", ["virtual_query", DATA, DATA, 27], -Errno.EINVAL],
    ["a query into nowhere", ["virtual_query", DATA, 0x1000, 28], -Errno.EFAULT],
  ])("%s", (_, call, errno) => {
    expect(run([call]).results).toEqual([errno]);
  });

  test("a range over two allocations is refused, though both are committed and adjacent", () => {
    const { results } = run([
      ["virtual_alloc", PLACE, 0x10000, MEM.reserve | MEM.commit, PAGE.readWrite],
      ["virtual_alloc", PLACE + 0x10000, 0x10000, MEM.reserve | MEM.commit, PAGE.readWrite],
      ["virtual_free", PLACE, 0x20000, MEM.decommit],
      ["virtual_protect", PLACE + 0xf000, 0x2000, PAGE.readOnly, DATA],
      ["mprotect", PLACE, 0x10000, 1],
    ]);
    expect(results.slice(2)).toEqual([-Errno.EEXIST, -Errno.EEXIST, 0]);
  });

  test("mprotect cannot turn a reservation into memory", () => {
    expect(
      run([
        ["virtual_alloc", PLACE, 4096, MEM.reserve, 4],
        ["mprotect", PLACE, 4096, 3],
      ]).results[1],
    ).toBe(-Errno.EACCES);
  });
});

describe("asking", () => {
  const calls: Call[] = [
    ["virtual_alloc", PLACE, 0x20000, MEM.reserve, PAGE.executeRead],
    ["virtual_alloc", PLACE + 0x4000, 0x2000, MEM.commit, PAGE.readWrite],
  ];

  test("VirtualQuery tells base, allocation, its first protection, size of the run, state, protection and type", () => {
    const query = (vaddr: number) => words(run([...calls, ["virtual_query", vaddr, DATA, 28]]).machine, 7);
    expect(query(PLACE + 0x4123)).toEqual([PLACE + 0x4000, PLACE, 0x20, 0x2000, MEM.commit, 4, 0x20000]);
    expect(query(PLACE + 0x1000)).toEqual([PLACE + 0x1000, PLACE, 0x20, 0x3000, MEM.reserve, 0, 0x20000]);
    expect(query(PLACE + 0x20000).slice(0, 3)).toEqual([PLACE + 0x20000, 0, 0]);
    expect(query(PLACE + 0x20000).slice(4)).toEqual([MEM.free, 1, 0]);
  });

  test("VirtualProtect changes the rights and tells the first page's old ones", () => {
    const { machine, results } = run([
      ...calls,
      ["virtual_protect", PLACE + 0x4000, 0x1000, PAGE.noAccess, DATA],
      ["virtual_protect", PLACE + 0x4000, 0x2000, PAGE.readOnly, DATA + 4],
      ["virtual_protect", PLACE + 0x3000, 0x2000, PAGE.readOnly, DATA],
    ]);
    expect(results.slice(2)).toEqual([0, 0, -Errno.EEXIST]);
    expect(words(machine, 2)).toEqual([PAGE.readWrite, PAGE.noAccess]);
    expect(maps(machine)[1]).toEqual([0x4000, 0x6000, "[committed]", 1]);
  });
});

describe("guard pages and areas", () => {
  /** Three guard pages; then, with `areas` areas more in the space, mprotect, munmap and a load of the middle one. */
  function guarded(areas: number): TestMachine {
    const p = new Program().words("buffer", 0).call("mmap2", PLACE + MiB, 3 * 4096, 3, 0x32, -1, 0);
    p.call("virtual_alloc", PLACE, 3 * 4096, MEM.reserve | MEM.commit, PAGE.readWrite | 0x100).call("sched_yield");
    p.call("mprotect", PLACE + MiB + 4096, 4096, 1).call("munmap", PLACE + MiB + 4096, 4096);
    p.li("t0", PLACE + 4096)
      .load("lw", "t1", "t0")
      .exit();
    const machine = new TestMachine({ check: "end" }).boot(p);
    machine.runUntil(() => machine.of("syscall-exit").some(({ name }) => name === "sched_yield"));
    const { space } = machine.process();
    for (let i = 0; space.areas.length < areas; i++)
      insertVma(space, { ...anonymousArea(0x1000_0000 + i * 4096, 0x1000_1000 + i * 4096), prot: i & 1 });
    return machine;
  }
  const results = (machine: TestMachine) =>
    machine
      .of("syscall-exit")
      .filter(({ name }) => name === "mprotect" || name === "munmap")
      .map(({ result }) => result);

  test("a first access is a fault of its own kind", () => {
    const machine = guarded(0);
    expect(machine.run()).toBe(139);
    expect(machine.of("fault-end").at(-1)).toMatchObject({ vaddr: PLACE + 4096, resolved: "guard" });
    expect(machine.kernel.report().faults).toMatchObject({ guard: 1, segv: 0 });
    expect(results(machine)).toEqual([0, 0]);
  });

  test("no call and no alarm makes more areas than vm.max_map_count", () => {
    const machine = guarded(MAX_AREAS);
    expect(machine.run()).toBe(139);
    expect(machine.of("fault-end").at(-1)).toMatchObject({ vaddr: PLACE + 4096, resolved: "segv" });
    expect(machine.kernel.report().faults).toMatchObject({ guard: 0, segv: 1 });
    expect(results(machine)).toEqual([-Errno.ENOMEM, -Errno.ENOMEM]);
  });
});

test("no call that makes a part of an area differ makes more areas than vm.max_map_count", () => {
  const [plain, reserved, committed] = [PLACE + MiB, PLACE + 2 * MiB, PLACE + 3 * MiB];
  const calls: [Call, atTheLimit: number][] = [
    [["mlock", plain + 4096, 4096], -Errno.ENOMEM],
    [["munlock", plain + 4096, 4096], 0], // nothing is locked, so nothing has to be split
    [["madvise", plain + 4096, 4096, 10], -Errno.EAGAIN], // as Linux 6.18 does with a space full of areas
    [["madvise", plain + 4096, 4096, 11], 0],
    [["mremap", plain + 4096, 4096, 8192, 1, 0], -Errno.ENOMEM],
    [["mremap", plain, 8192, 4096, 0, 0], -Errno.ENOMEM],
    [["virtual_alloc", reserved + 4096, 4096, MEM.commit, PAGE.readWrite], -Errno.ENOMEM],
    [["virtual_free", committed + 4096, 4096, MEM.decommit], -Errno.ENOMEM],
    [["virtual_protect", committed + 4096, 4096, PAGE.readOnly, DATA], -Errno.ENOMEM],
    [["virtual_alloc", 0, 4096, MEM.reserve, PAGE.readWrite], -Errno.ENOMEM],
  ];
  const results = (areas: number): number[] => {
    const p = new Program().words("buffer", 0).call("mmap2", plain, 3 * 4096, 3, 0x32, -1, 0);
    p.call("virtual_alloc", reserved, 3 * 4096, MEM.reserve, PAGE.readWrite);
    p.call("virtual_alloc", committed, 3 * 4096, MEM.reserve | MEM.commit, PAGE.readWrite).call("sched_yield");
    for (const [[name, ...args]] of calls) p.call(name, ...args);
    const machine = new TestMachine({ check: "end" }).boot(p.exit());
    machine.runUntil(() => machine.of("syscall-exit").some(({ name }) => name === "sched_yield"));
    const { space } = machine.process();
    for (let i = 0; space.areas.length < areas; i++)
      insertVma(space, { ...anonymousArea(0x1000_0000 + i * 4096, 0x1000_1000 + i * 4096), prot: i & 1 });
    machine.runUntil(() => machine.of("process-exit").length > 0);
    expect(space.areas.length).toBeLessThanOrEqual(MAX_AREAS);
    return machine
      .of("syscall-exit")
      .slice(-calls.length)
      .map(({ result }) => result);
  };
  expect(results(MAX_AREAS)).toEqual(calls.map(([, errno]) => errno));
  // Results of the first ones alone: the later ones find what these have left.
  expect(results(0).slice(0, 4)).toEqual([0, 0, 0, 0]);
});

test("what MEM_RESET has marked is forgotten for a range, be it shorter than the marks or longer", () => {
  const space = {
    resetPages: new Map([1, 2, 3, 4, 9].map((vpn) => [vpn, "kept"] as const)),
  } as unknown as AddressSpace;
  const left = (start: number, end: number): number[] => {
    forgetReset(space, start * 4096, end * 4096);
    return [...space.resetPages.keys()];
  };
  expect(left(2, 4)).toEqual([1, 4, 9]);
  expect(left(4, 0x80000)).toEqual([1]);
});

test("a fork ends MEM_RESET on both sides: what one does then is nothing to the other", () => {
  const p = new Program().words("buffer", 0);
  p.call("virtual_alloc", PLACE, 2 * 4096, MEM.reserve | MEM.commit, PAGE.readWrite);
  for (const page of [0, 1]) p.li("t0", PLACE + page * 4096).store("sw", "t0", "t0");
  p.call("virtual_alloc", PLACE, 2 * 4096, MEM.reset, PAGE.noAccess).call("sched_yield");
  p.call("clone", 17, 0, 0, 0, 0).call("getpid").exit();
  const machine = new TestMachine().boot(p);
  const { frames } = machine.core;
  machine.runUntil(() => machine.of("syscall-exit").some(({ name }) => name === "sched_yield"));
  const { space } = machine.process();
  const pfns = [0, 1].map((page) => readPte(machine.ram, space.rootPfn, PLACE / 4096 + page) >>> 10);
  machine.trim(PLACE);
  expect(pfns.map((pfn) => frames.copy[pfn])).toEqual([Copy.Zero, Copy.Zero]);
  expect(frames.state[pfns[0]]).toBe(Frame.Standby);

  machine.runUntil(() => machine.of("process-start").length === 2);

  expect(pfns.map((pfn) => frames.copy[pfn])).toEqual([Copy.None, Copy.None]);
  expect(frames.state[pfns[0]]).toBe(Frame.Modified);
  expect([space.resetPages.size, machine.process(2).space.resetPages.size]).toEqual([0, 0]);
  machine.check();
});

// Expected: what memoryapi.h's pages and "Memory Protection Constants" say of the calls in programs/virtual.c.
describe("in a program", () => {
  const source = new URL("./programs/virtual.c", import.meta.url).pathname;
  const lines = (options: string[], ...args: string[]): string[] => {
    const { status, stdout, stderr } = faultline(["run", "--sanitize", ...options, source, ...args]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    return stdout.trim().split("\n");
  };

  test("the first access to a guard page raises an alarm, a later one does not", () => {
    expect(lines([], "guard")).toEqual([
      "committed 1 protection 104",
      "store: alarms 1 in the page 1",
      "again: alarms 1 value 3",
      "protections 104 4 104",
      "load: value 0 alarms 2",
      "read into a guard: -1 Bad address, alarms 2",
      "and again: 1 value x",
      "protect 1 old 4 value c alarms 3 protection 2",
      "guard taken away: old 104 value c alarms 3",
      "guard without access: 0 error 87",
    ]);
  });

  test("an alarm that is not handled ends the program, and says that it was a guard page", () => {
    const { status, stderr } = faultline(["run", source, "guard", "unhandled"]);
    expect(status).toBe(128 + 11);
    expect(stderr).toContain("on a guard page (PAGE_GUARD)");
  });

  test("reset pages go without being written, and undo says whether any has gone", () => {
    expect(lines(["--frames", "96"], "reset")).toEqual([
      "reset 1 undo 1 intact 1",
      "after undo the pages go to swap and come back: 1",
      "undo 0 written since 1 others zero 1",
      "undo of what was not reset 1",
      "of pages in the paging file: undo 0",
    ]);
  });
});
