/** mremap, mincore, mlock, msync, MAP_POPULATE and shared file mappings as Linux documents them (man 2 of each). */

import { describe, expect, test } from "vitest";
import { Errno } from "../../../kernel/abi.ts";
import { areasOf } from "../../../kernel/mm/areas.ts";
import { type MachineOptions, TestMachine } from "../support/machine.ts";
import { DATA, Program } from "../support/program.ts";

const PLACE = 0x4000_0000;
const RW = 3;
const ANONYMOUS = 0x32; // private, fixed
const PAGE = 4096;

type Call = [Parameters<Program["call"]>[0], ...(number | string)[]];

/** Runs calls up to a sched_yield behind them; returns the machine as it then stands and the calls' results. */
function run(calls: Call[], options: MachineOptions = {}) {
  const p = new Program().words("buffer", 0, 0, 0, 0, 0, 0, 0, 0);
  for (const [name, ...args] of calls) p.call(name, ...args);
  const machine = new TestMachine(options).boot(p.call("sched_yield").exit());
  machine.runUntil(() => machine.of("syscall-enter").some((event) => event.name === "sched_yield"));
  const all = machine.of("syscall-exit").map((event) => event.result);
  return { machine, results: all.slice(0, calls.length) };
}

const store = (p: Program, vaddr: number, value: number) => p.li("t0", vaddr).li("t1", value).store("sw", "t1", "t0");
const exitWith = (p: Program, vaddr: number) => p.li("t0", vaddr).load("lw", "a0", "t0").li("a7", 94).ecall();
const mmap = (vaddr: number, pages: number, flags = ANONYMOUS): Call => [
  "mmap2",
  vaddr,
  pages * PAGE,
  RW,
  flags,
  -1,
  0,
];
const vmas = (machine: TestMachine, from = PLACE) =>
  areasOf(machine.process().space)
    .filter((vma) => vma.start >= from && vma.end < 0x7000_0000)
    .map((vma) => [(vma.start - from) / PAGE, (vma.end - from) / PAGE]);

describe("mremap", () => {
  test("moves a page with its contents and without copying it", () => {
    const p = new Program().call("mmap2", PLACE, 2 * PAGE, RW, ANONYMOUS, -1, 0);
    store(p, PLACE + PAGE, 42).call("mremap", PLACE, 2 * PAGE, 8 * PAGE, 3, PLACE + 0x80_0000);
    const machine = new TestMachine().boot(exitWith(p, PLACE + 0x80_0000 + PAGE));
    expect(machine.run()).toBe(42);
    expect(machine.of("page-copied")).toEqual([]);
  });

  test("moves pages that are in swap", () => {
    const p = new Program().call("mmap2", PLACE, PAGE, RW, ANONYMOUS, -1, 0);
    store(p, PLACE, 42)
      .call("sched_yield")
      .call("mremap", PLACE, PAGE, 2 * PAGE, 3, PLACE + 0x80_0000);
    const machine = new TestMachine().boot(exitWith(p, PLACE + 0x80_0000));
    machine.runUntil(() => machine.of("syscall-enter").some((event) => event.name === "sched_yield"));
    machine.pageOut(PLACE);
    expect(machine.run()).toBe(42);
    expect(machine.kernel.report().faults.hard).toBe(1);
  });

  test("grows in place when nothing follows, moves only if it may, shrinks by unmapping", () => {
    const { results, machine } = run([
      mmap(PLACE, 2),
      ["mremap", PLACE, 2 * PAGE, 4 * PAGE, 0, 0],
      mmap(PLACE + 4 * PAGE, 1, 0x31),
      ["mremap", PLACE, 4 * PAGE, 8 * PAGE, 0, 0],
      ["mremap", PLACE, 4 * PAGE, PAGE, 0, 0],
      ["mremap", PLACE, PAGE, PAGE, 3, PLACE],
      ["mremap", PLACE, PAGE, 0, 1, 0],
      ["mremap", PLACE + 0x10_0000, PAGE, 2 * PAGE, 1, 0],
    ]);
    expect(results.slice(1)).toEqual([
      PLACE,
      PLACE + 4 * PAGE,
      -Errno.ENOMEM,
      PLACE,
      -Errno.EINVAL,
      -Errno.EINVAL,
      -Errno.EFAULT,
    ]);
    expect(vmas(machine)).toEqual([
      [0, 1],
      [4, 5],
    ]);
  });

  test("length 0 of shared memory makes a second view of the same page", () => {
    const p = new Program()
      .call("mmap2", PLACE, PAGE, RW, 0x31, -1, 0)
      .call("mremap", PLACE, 0, PAGE, 3, PLACE + 0x10_0000);
    store(p, PLACE, 9);
    expect(new TestMachine().boot(exitWith(p, PLACE + 0x10_0000)).run()).toBe(9);
  });

  test("a second view in place of the first finds nothing to show; a later part of the first may give way", () => {
    // As Linux 6.18 answers on x86-64.
    const { results, machine } = run([
      mmap(PLACE, 8, 0x31),
      ["mremap", PLACE, 0, 4 * PAGE, 3, PLACE],
      ["mremap", PLACE + 5 * PAGE, 0, 4 * PAGE, 3, PLACE + 4 * PAGE],
      ["mremap", PLACE + 4 * PAGE, 0, 4 * PAGE, 3, PLACE + 5 * PAGE],
      ["mremap", PLACE + 4 * PAGE, 0, 5 * PAGE, 3, PLACE + 4 * PAGE],
    ]);
    expect(results.slice(1)).toEqual([-Errno.EFAULT, -Errno.EINVAL, PLACE + 5 * PAGE, -Errno.EFAULT]);
    expect(vmas(machine)).toEqual([]);
    expect(machine.core.sharedObjects.size).toBe(0);
  });
});

describe("residency", () => {
  test("mincore tells touched pages from untouched ones, and MAP_POPULATE touches all", () => {
    const p = new Program().words("vec", 0, 0).call("mmap2", PLACE, 4 * PAGE, RW, ANONYMOUS, -1, 0);
    store(p, PLACE, 1).call("mincore", PLACE, 4 * PAGE, "vec");
    expect(new TestMachine().boot(exitWith(p, DATA)).run()).toBe(1);
    const { machine, results } = run([mmap(PLACE, 4, ANONYMOUS | 0x8000), ["mincore", PLACE, 4 * PAGE, DATA]]);
    expect(results).toEqual([PLACE, 0]);
    expect(machine.ram.readWord(machine.mmu.peek(DATA).paddr)).toBe(0x01010101);
    expect(run([mmap(PLACE, 1), ["mincore", PLACE, 2 * PAGE, DATA]]).results[1]).toBe(-Errno.ENOMEM);
  });

  test("mincore counts a page of shared memory that only another attachment has touched (mincore(2): of the page cache)", () => {
    const segment: Call[] = [
      ["shmget", 0, 2 * PAGE, 0o600],
      ["shmat", 1, PLACE, 0],
      ["shmat", 1, PLACE + 2 * PAGE, 0],
      ["clock_gettime64", 0, PLACE + PAGE], // the kernel's copy to user memory touches the first attachment's second page
      ["mincore", PLACE + PAGE, 2 * PAGE, DATA],
      ["mincore", PLACE + 3 * PAGE, PAGE, DATA + 2],
    ];
    const { machine, results } = run(segment);
    expect(results).toEqual([1, PLACE, PLACE + 2 * PAGE, 0, 0, 0]);
    expect(machine.ram.readWord(machine.mmu.peek(DATA).paddr)).toBe(0x00010001);
  });

  test("a locked page is never chosen for replacement, an unlocked one is", () => {
    for (const [lock, kept] of [
      ["mlock", 4],
      ["munlock", 0],
    ] as const) {
      const { machine } = run([
        mmap(PLACE, 4, ANONYMOUS | 0x8000),
        [lock, PLACE, 4 * PAGE],
        ["working_set", 0, -1, -1, 1],
      ]);
      const resident = [0, 1, 2, 3].filter((page) => machine.mmu.peek(PLACE + page * PAGE).fault === null);
      expect(resident.length, lock).toBe(kept);
    }
  });

  test("mlock refuses holes and more than half of RAM; mlockall locks what is and what comes", () => {
    const { machine, results } = run(
      [
        mmap(PLACE, 200),
        ["mlock", PLACE, 200 * PAGE],
        ["mlock", PLACE + 199 * PAGE, 2 * PAGE],
        ["munmap", PLACE, 200 * PAGE],
        ["mlockall", 3 | 4],
        mmap(PLACE, 2),
        ["msync", PLACE, PAGE, 2],
        ["madvise", PLACE, PAGE, 4],
      ],
      { frames: 256 },
    );
    expect(results.slice(1)).toEqual([-Errno.ENOMEM, -Errno.ENOMEM, 0, 0, PLACE, -Errno.EBUSY, -Errno.EINVAL]);
    const { space } = machine.process();
    expect(space.lockedPages).toBe(space.reservedPages);
    expect(machine.mmu.peek(PLACE).fault).toBe(null);
  });

  test("MADV_PAGEOUT sends pages to swap, MADV_WILLNEED starts to fetch them, and both keep contents", () => {
    const p = new Program().call("mmap2", PLACE, PAGE, RW, ANONYMOUS, -1, 0);
    store(p, PLACE, 77).call("madvise", PLACE, PAGE, 21).call("madvise", PLACE, PAGE, 3);
    const machine = new TestMachine().boot(exitWith(p, PLACE));
    expect(machine.run()).toBe(77);
    expect(machine.of("swap-out").length).toBe(1);
  });
});

describe("shared mappings of a file", () => {
  const open = (p: Program, flags = 2) =>
    p.string("path", "/data").call("openat", -100, "path", flags, 0).mv("s0", "a0");
  const map = (p: Program, vaddr: number, flags = 0x11, prot = RW) =>
    p
      .mv("a4", "s0")
      .li("a0", vaddr)
      .li("a1", 2 * PAGE)
      .li("a2", prot)
      .li("a3", flags)
      .li("a5", 0)
      .li("a7", 222)
      .ecall();
  const bytes = (machine: TestMachine) => [...machine.core.fs.inodeBytes(inode(machine))!.slice(0, 4)];
  const inode = (machine: TestMachine): number => {
    for (const found of machine.core.fs.storedInodes()) {
      if (found.kind === "file" && found.content.bytes === 5000) return found.number;
    }
    throw new Error("the file is gone");
  };
  const file = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);

  test.each([
    ["msync", (p: Program) => p.call("msync", PLACE, PAGE, 4)],
    ["munmap", (p: Program) => p.call("munmap", PLACE, 2 * PAGE)],
    ["the end of the process", (p: Program) => p],
  ])("a store reaches the file at %s", (_, act) => {
    const p = act(store(map(open(new Program()), PLACE), PLACE, 0x04030201)).exit();
    const machine = new TestMachine().install("/data", file).boot(p);
    expect(machine.run()).toBe(0);
    expect(bytes(machine)).toEqual([1, 2, 3, 4]);
  });

  test("read sees a store that nobody has synced, and a mapping sees a write", () => {
    const p = store(map(open(new Program().words("buffer", 0)), PLACE), PLACE, 0x55);
    p.mv("a0", "s0").li("a1", "buffer").li("a2", 4).li("a3", 0).li("a4", 0).li("a7", 67).ecall();
    p.li("t0", "buffer").li("t1", 0x77).load("lw", "s1", "t0").store("sw", "t1", "t0");
    p.mv("a0", "s0").li("a1", "buffer").li("a2", 4).li("a3", 4).li("a4", 0).li("a7", 68).ecall();
    p.li("t0", PLACE + 4)
      .load("lw", "a0", "t0")
      .op("add", "a0", "a0", "s1")
      .li("a7", 94)
      .ecall();
    expect(new TestMachine().install("/data", file).boot(p).run()).toBe(0x55 + 0x77);
  });

  test("two mappings, one private and one shared, by parent and child: the shared store shows in both shared views", () => {
    const p = map(open(new Program()), PLACE).call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent");
    store(p, PLACE + PAGE, 33).exit();
    p.label("parent").call("waitid", 0, 0, 0, 4, 0);
    expect(
      new TestMachine()
        .install("/data", file)
        .boot(exitWith(map(p, PLACE + 0x10_0000), PLACE + 0x10_0000 + PAGE))
        .run(),
    ).toBe(33);
  });

  test("a trimmed page goes back to its file and not to swap, and comes back by a file or soft fault", () => {
    const p = store(map(open(new Program()), PLACE), PLACE, 0x04030201).call("sched_yield");
    const machine = new TestMachine().install("/data", file).boot(exitWith(p, PLACE));
    machine.runUntil(() => machine.of("syscall-enter").some((event) => event.name === "sched_yield"));
    machine.trim(PLACE);
    expect(bytes(machine)).toEqual([1, 2, 3, 4]);
    machine.run();
    expect(machine.of("swap-out")).toEqual([]);
  });

  test("pages beyond the file end in SIGBUS; a file opened for reading cannot become writable", () => {
    const beyond = exitWith(map(open(new Program()), PLACE), PLACE + 2 * PAGE - 4);
    expect(new TestMachine().install("/data", file.slice(0, 100)).boot(beyond).run()).toBe(128 + 7);
    const p = map(open(new Program(), 0), PLACE, 0x11, 1).call("mprotect", PLACE, PAGE, RW);
    const machine = new TestMachine().install("/data", file).boot(p.exit());
    machine.run();
    expect(machine.of("syscall-exit").map((event) => event.result)).toContain(-Errno.EACCES);
  });
});

test("a limit filled with locked pages does not keep an instruction that needs two more from ever being done", () => {
  const p = new Program().call("mmap2", PLACE, 12 * PAGE, RW, ANONYMOUS, -1, 0);
  p.call("mlock", PLACE, 8 * PAGE).call("working_set", 0, -1, 8, 0);
  store(p, PLACE + 9 * PAGE, 5).call("munlock", PLACE, 8 * PAGE);
  store(p, PLACE + 10 * PAGE, 6);
  const machine = new TestMachine({ check: "end" }).boot(exitWith(p, PLACE + 9 * PAGE));
  machine.runUntil(() => machine.core.variables.haltStatus >= 0, 5000);
  expect(machine.core.variables.haltStatus).toBe(5);
  expect(machine.process().peakResidentPages).toBeGreaterThan(8);
});
