/** mmap, munmap, mprotect, madvise, brk and stack growth as Linux documents them (man 2 of each). */
import { describe, expect, test } from "vitest";
import { Errno, Signal } from "../../../kernel/abi.ts";
import { areasOf, permissionsOf } from "../../../kernel/mm/areas.ts";
import { TestMachine } from "../support/machine.ts";
import { DATA, Program } from "../support/program.ts";

const PLACE = 0x4000_0000;
const RW = 3;
const ANONYMOUS = 0x22;
const FIXED = 0x10;

/** Runs calls in order and returns their results, as the syscall-exit events have them. */
const results = (...calls: [Parameters<Program["call"]>[0], ...number[]][]): number[] => {
  const p = new Program();
  for (const [name, ...args] of calls) p.call(name, ...args);
  const machine = new TestMachine().boot(p.exit());
  machine.run();
  return machine
    .of("syscall-exit")
    .slice(0, calls.length)
    .map((event) => event.result);
};

describe("mmap2", () => {
  test("answers impossible requests with the errno of the manual", () => {
    expect(
      results(
        ["mmap2", 0, 0, RW, ANONYMOUS, -1, 0],
        ["mmap2", 0, 4096, RW, 0x20, -1, 0],
        ["mmap2", PLACE + 4, 4096, RW, ANONYMOUS | FIXED, -1, 0],
        ["mmap2", 0, 4096, RW, 2, 77, 0],
        ["mmap2", 0, 0x7fff_f000, RW, ANONYMOUS, -1, 0],
      ),
    ).toEqual([-Errno.EINVAL, -Errno.EINVAL, -Errno.EINVAL, -Errno.EBADF, -Errno.ENOMEM]);
  });

  test("MAP_FIXED replaces, MAP_FIXED_NOREPLACE refuses with EEXIST", () => {
    expect(
      results(
        ["mmap2", PLACE, 8192, RW, ANONYMOUS | FIXED, -1, 0],
        ["mmap2", PLACE, 4096, RW, ANONYMOUS | 0x100000, -1, 0],
        ["mmap2", PLACE, 4096, 1, ANONYMOUS | FIXED, -1, 0],
      ),
    ).toEqual([PLACE, -Errno.EEXIST, PLACE]);
  });

  test("shared anonymous memory carries a child's write to its parent, even after the child has gone", () => {
    const p = new Program()
      .call("mmap2", PLACE, 4096, RW, 0x31, -1, 0)
      .call("clone", 17, 0, 0, 0, 0)
      .branch("bne", "a0", "zero", "parent");
    p.li("t0", PLACE).li("t1", 55).store("sw", "t1", "t0").exit();
    p.label("parent").call("waitid", 0, 0, 0, 4, 0).li("t0", PLACE).load("lw", "a0", "t0").li("a7", 94).ecall();
    expect(new TestMachine().boot(p).run()).toBe(55);
  });

  test("a private mapping of a file shows its bytes, zeros after its end, and SIGBUS on pages beyond", () => {
    const open = (p: Program) => p.string("path", "/data").call("openat", -100, "path", 0, 0).mv("a4", "a0");
    const map = (p: Program) =>
      p
        .li("a0", PLACE)
        .li("a1", 8192)
        .li("a2", RW)
        .li("a3", 2 | FIXED)
        .li("a5", 0)
        .li("a7", 222)
        .ecall();
    const read = (offset: number) => {
      const p = map(open(new Program()))
        .li("t0", PLACE + offset)
        .load("lbu", "a0", "t0")
        .li("a7", 94)
        .ecall();
      return new TestMachine()
        .install("/data", Uint8Array.of(10, 20, 30))
        .boot(p)
        .run();
    };
    expect([read(1), read(3), read(4096)]).toEqual([20, 0, 128 + Signal.SIGBUS]);
  });
});

test("munmap splits an area and mprotect splits it further; equal neighbours merge again", () => {
  const p = new Program();
  p.call("mmap2", PLACE, 6 * 4096, RW, ANONYMOUS | FIXED, -1, 0).call("munmap", PLACE + 2 * 4096, 4096);
  p.call("mprotect", PLACE + 3 * 4096, 4096, 1)
    .call("mmap2", PLACE + 2 * 4096, 4096, RW, ANONYMOUS | FIXED, -1, 0)
    .call("getpid")
    .exit();
  const machine = new TestMachine().boot(p);
  machine.runUntil(() => machine.of("syscall-exit").some((event) => event.name === "getpid"));
  const areas = areasOf(machine.process().space).filter((vma) => vma.start >= PLACE && vma.start < PLACE + 0x10000);
  expect(areas.map((vma) => [(vma.start - PLACE) / 4096, (vma.end - PLACE) / 4096, permissionsOf(vma)])).toEqual([
    [0, 3, "rw-p"],
    [3, 4, "r--p"],
    [4, 6, "rw-p"],
  ]);
});

test("mprotect answers ENOMEM over a gap and EINVAL off a page boundary", () => {
  expect(results(["mprotect", PLACE, 4096, 1], ["mprotect", PLACE + 1, 4096, 1])).toEqual([
    -Errno.ENOMEM,
    -Errno.EINVAL,
  ]);
});

test("a page without any access keeps its bytes and gives them back when access returns", () => {
  const p = new Program()
    .call("mmap2", PLACE, 4096, RW, ANONYMOUS | FIXED, -1, 0)
    .li("s0", PLACE)
    .li("t0", 66)
    .store("sw", "t0", "s0");
  p.call("mprotect", PLACE, 4096, 0).call("mprotect", PLACE, 4096, 1).load("lw", "a0", "s0").li("a7", 94).ecall();
  expect(new TestMachine().boot(p).run()).toBe(66);
});

test("after MADV_DONTNEED a private page reads as zeros", () => {
  const p = new Program()
    .call("mmap2", PLACE, 4096, RW, ANONYMOUS | FIXED, -1, 0)
    .li("s0", PLACE)
    .li("t0", 66)
    .store("sw", "t0", "s0");
  p.call("madvise", PLACE, 4096, 4).load("lw", "a0", "s0").li("a7", 94).ecall();
  expect(new TestMachine().boot(p).run()).toBe(0);
});

test("advice about merging equal pages is EINVAL, as of a Linux without KSM; about huge pages it is a hint", () => {
  const p = new Program().call("mmap2", PLACE, 4096, RW, ANONYMOUS | FIXED, -1, 0);
  for (const advice of [12, 13, 14, 15]) p.call("madvise", PLACE, 4096, advice);
  const machine = new TestMachine().boot(p.exit());
  machine.run();
  const results = machine.of("syscall-exit").filter(({ name }) => name === "madvise");
  expect(results.map(({ result }) => result)).toEqual([-Errno.EINVAL, -Errno.EINVAL, 0, 0]);
});

describe("brk", () => {
  test("grows and shrinks by bytes, and answers an impossible wish with the break as it is", () => {
    const start = DATA + 4096;
    const p = new Program().words("data", 0);
    p.call("brk", 0)
      .call("brk", start + 100)
      .call("brk", start + 50)
      .call("brk", 1)
      .call("brk", -1)
      .call("brk", start)
      .exit();
    const machine = new TestMachine().boot(p);
    machine.run();
    const breaks = machine
      .of("syscall-exit")
      .filter((event) => event.name === "brk")
      .map((event) => event.result);
    expect(breaks).toEqual([start, start + 100, start + 50, start + 50, start + 50, start]);
  });

  test("memory given back and taken again is zero", () => {
    const start = DATA + 4096;
    const p = new Program()
      .words("data", 0)
      .call("brk", start + 4096)
      .li("s0", start)
      .li("t0", 9)
      .store("sw", "t0", "s0");
    p.call("brk", start)
      .call("brk", start + 4096)
      .load("lw", "a0", "s0")
      .li("a7", 94)
      .ecall();
    expect(new TestMachine().boot(p).run()).toBe(0);
  });
});

describe("the stack", () => {
  const down = (bytes: number): Program =>
    new Program().li("t0", bytes).op("sub", "t0", "sp", "t0").store("sw", "t0", "t0").exit(3);

  test("grows down on a touch within its limit", () => {
    const machine = new TestMachine().boot(down(1 << 20));
    expect(machine.run()).toBe(3);
    expect(machine.of("vma-change").filter((event) => event.change === "grow")).toHaveLength(1);
  });

  test("ends the program with SIGSEGV and a reason past its limit of 8 MiB", () => {
    const machine = new TestMachine().boot(down((8 << 20) + 8192));
    expect(machine.run()).toBe(128 + Signal.SIGSEGV);
    expect(machine.of("message").at(-1)!.text).toMatch(
      /stack, which may not grow past 8192 KiB: look for endless recursion/,
    );
  });
});

test("mistakes of a program end it with the right signal, and say what, where and why", () => {
  const end = (p: Program): [number, string] => {
    const machine = new TestMachine().boot(p.exit());
    return [machine.run() - 128, machine.of("message").at(-1)?.text ?? ""];
  };
  const [null_, why] = end(new Program().load("lw", "t0", "zero"));
  expect(null_).toBe(Signal.SIGSEGV);
  expect(why).toMatch(/test \(pid 1\) is ended: .*read from 0x00000000 \(pc 0x00010000\): a null pointer/);
  const [code, reason] = end(new Program().li("t0", 0x10000).store("sw", "t0", "t0"));
  expect(code).toBe(Signal.SIGSEGV);
  expect(reason).toMatch(/rights r-xp; constants and code cannot be written/);
  const [data, jumped] = end(new Program().words("data", 0x13).li("t0", DATA).op("jalr", "zero", "t0"));
  expect(data).toBe(Signal.SIGSEGV);
  expect(jumped).toMatch(/jumped into data/);
  expect(end(new Program().word(0))[0]).toBe(Signal.SIGILL);
});
