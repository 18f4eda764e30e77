/** Page priorities: the standby list in eight parts, as Windows has it (Windows Internals, part 1, chapter 5). */
import { describe, expect, test } from "vitest";
import { Errno } from "../../../kernel/abi.ts";
import { faultlineText } from "../../../kernel/fs/proc/faultline.ts";
import { processText } from "../../../kernel/fs/proc/process.ts";
import { setProcessControl } from "../../../kernel/fs/proc/process-controls.ts";
import { Frame } from "../../../kernel/mm/frames.ts";
import { readPte } from "../../../kernel/mm/page-table.ts";
import { allocateFrame } from "../../../kernel/mm/reclaim.ts";
import { Sanitizer } from "../../../kernel/sanitizer.ts";
import { type MachineOptions, TestMachine } from "../support/machine.ts";
import { DATA, Program } from "../support/program.ts";

const PAGE = 4096;
/** Page `n` of bss, from 1. */
const at = (n: number): number => DATA + n * PAGE;
const yields = (machine: TestMachine) => machine.of("syscall-exit").filter(({ name }) => name === "sched_yield").length;
const upTo = (machine: TestMachine, count: number): void => machine.runUntil(() => yields(machine) === count);
const load = (p: Program, vaddr: number): Program => p.li("t0", vaddr).load("lw", "t1", "t0");
const stop = (p: Program): Program => p.call("sched_yield");
const start = (): Program => new Program().words("data", 1);
const boot = (p: Program, options: MachineOptions = {}): TestMachine =>
  new TestMachine(options).boot(p.exit().bss(20 * PAGE));
const set = (machine: TestMachine, text: string, pid = 1) =>
  setProcessControl(machine.core, machine.process(pid), "page_priority", text);
const pfnOf = (machine: TestMachine, vaddr: number): number =>
  readPte(machine.ram, machine.process().space.rootPfn, vaddr / PAGE) >>> 10;
/** Frames of the standby list in the order in which they will be taken. */
const standby = ({ core: { frames } }: TestMachine): number[] => {
  const found: number[] = [];
  for (let pfn = frames.oldest(Frame.Standby); pfn >= 0; pfn = frames.following(pfn)) found.push(pfn);
  return found;
};
const lengths = (machine: TestMachine): number[] => [...machine.core.frames.standby];

/** Reads pages 1, 2, 3, each with another page priority; then all three are trimmed in this order. */
function three(priorities: readonly number[], options: MachineOptions = {}): { machine: TestMachine; pfns: number[] } {
  const p = start();
  stop(p);
  for (let page = 1; page <= 3; page++) stop(load(p, at(page)));
  const machine = boot(p, options);
  for (const [i, priority] of priorities.entries()) {
    upTo(machine, 1 + i);
    expect(set(machine, `${priority}\n`)).toBe(0);
  }
  upTo(machine, 4);
  const pfns = [1, 2, 3].map((page) => pfnOf(machine, at(page)));
  for (let page = 1; page <= 3; page++) machine.trim(at(page));
  machine.check();
  return { machine, pfns };
}

describe("page priorities", () => {
  test("pages of the lowest priority are taken first, and of one priority the oldest", () => {
    const { machine, pfns } = three([6, 2, 2]);
    expect(standby(machine)).toEqual([pfns[1], pfns[2], pfns[0]]);
    expect(lengths(machine)).toEqual([0, 0, 2, 0, 0, 0, 1, 0]);
    expect(machine.kernel.report().standby.frames).toEqual([0, 0, 2, 0, 0, 0, 1, 0]);
    machine.leaveFrames(0);
    const taken = [0, 0, 0].map(() => allocateFrame(machine.core, 1, 0, "page-table", false));
    expect(taken).toEqual([pfns[1], pfns[2], pfns[0]]);
    expect(machine.kernel.report().standby).toEqual({
      frames: [0, 0, 0, 0, 0, 0, 0, 0],
      repurposed: [0, 0, 2, 0, 0, 0, 1, 0],
    });
  });

  test("/proc/faultline has the eight lists and what has been taken from them", () => {
    const { machine, pfns } = three([7, 0, 5]);
    const lists = faultlineText(machine.core, "lists");
    expect(lists).toMatch(new RegExp(`^standby 3 ${pfns[1]} ${pfns[2]} ${pfns[0]}$`, "m"));
    for (const [priority, pfn] of [
      [0, pfns[1]],
      [5, pfns[2]],
      [7, pfns[0]],
    ])
      expect(lists).toMatch(new RegExp(`^standby-${priority} 1 ${pfn}$`, "m"));
    expect(lists).toMatch(/^standby-3 0 $/m);
    expect(faultlineText(machine.core, "standby")).toBe(
      "priority frames repurposed\n0 1 0\n1 0 0\n2 0 0\n3 0 0\n4 0 0\n5 1 0\n6 0 0\n7 1 0\n",
    );
    expect(faultlineText(machine.core, "frames")).toMatch(new RegExp(`^${pfns[0]} \\d+ standby 0 zero -1 7$`, "m"));
  });

  test("5 unless told otherwise: one list, oldest first", () => {
    const { machine, pfns } = three([]);
    expect(processText(machine.core, machine.process(), "page_priority")).toBe("5\n");
    expect(standby(machine)).toEqual(pfns);
    expect(lengths(machine)).toEqual([0, 0, 0, 0, 0, 3, 0, 0]);
  });

  test("a page that comes back takes the priority that its process has now", () => {
    const p = stop(load(start(), at(1)));
    stop(load(p, at(1)));
    const machine = boot(p);
    upTo(machine, 1);
    machine.trim(at(1));
    set(machine, "3");
    upTo(machine, 2);
    machine.trim(at(1));
    expect(lengths(machine)).toEqual([0, 0, 0, 1, 0, 0, 0, 0]);
  });

  test("of several processes that map a page the highest counts; a fork's child inherits", () => {
    const p = start().call("mmap2", 0x3000_0000, PAGE, 3, 0x21 | 0x10, -1, 0);
    stop(p).call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent");
    stop(load(p, 0x3000_0000)).label("child").call("sched_yield").jump("child");
    p.label("parent");
    stop(load(p, 0x3000_0000));
    const machine = boot(p);
    upTo(machine, 1);
    set(machine, "2");
    machine.runUntil(() => machine.of("process-start").length === 2);
    expect(machine.process(2).space.pagePriority).toBe(2);
    set(machine, "6", 2);
    const calls = (pid: number) =>
      machine.of("syscall-exit").filter((event) => event.pid === pid && event.name === "sched_yield").length;
    machine.runUntil(() => calls(1) === 2 && calls(2) > 0);
    const pfn = pfnOf(machine, 0x3000_0000);
    expect(machine.core.frames.mapped[pfn]).toBe(2);
    expect(machine.core.frames.priority[pfn]).toBe(6);
  });

  test("pages that come ahead have at most 2 until somebody wants them", () => {
    const p = start();
    for (let page = 1; page <= 8; page++) p.li("t0", at(page)).store("sw", "t0", "t0");
    stop(p);
    stop(load(p, at(1)));
    stop(load(p, at(2)));
    const machine = boot(p, { swapReadAhead: 4 });
    upTo(machine, 1);
    for (let page = 1; page <= 8; page++) machine.pageOut(at(page));
    upTo(machine, 2);
    expect(lengths(machine)).toEqual([0, 0, 3, 0, 0, 0, 0, 0]);
    upTo(machine, 3);
    expect(lengths(machine)).toEqual([0, 0, 2, 0, 0, 0, 0, 0]);
    expect(machine.core.frames.priority[pfnOf(machine, at(2))]).toBe(5);
    machine.check();
  });

  test("MADV_COLD makes pages the first to be taken", () => {
    const p = stop(load(load(start(), at(1)), at(2)));
    stop(p.call("madvise", at(2), PAGE, 20));
    const machine = boot(p);
    upTo(machine, 1);
    machine.trim(at(1));
    upTo(machine, 2);
    expect(lengths(machine)).toEqual([0, 1, 0, 0, 0, 1, 0, 0]);
    expect(standby(machine)[0]).toBe(pfnOf(machine, at(2)));
  });

  test("is 0 to 7", () => {
    const machine = boot(stop(start()));
    upTo(machine, 1);
    expect(["0", "7", "8", "-1", "x"].map((text) => set(machine, text))).toEqual([
      0,
      0,
      ...new Array<number>(3).fill(-Errno.EINVAL),
    ]);
  });

  test("a snapshot has lists and priorities", () => {
    const { machine, pfns } = three([6, 2, 4]);
    const [kernel, words] = [machine.kernel.snapshot(), machine.ram.i32.slice()];
    for (const pfn of pfns) machine.core.frames.setPriority(pfn, 0);
    expect(lengths(machine)).toEqual([3, 0, 0, 0, 0, 0, 0, 0]);
    machine.check();
    machine.kernel.restore(kernel);
    machine.ram.i32.set(words);
    machine.check();
    expect(standby(machine)).toEqual([pfns[1], pfns[2], pfns[0]]);
  });

  test("the checker and the sanitizer notice a list in disorder and a page that is taken out of turn", () => {
    const { machine, pfns } = three([6, 2, 4]);
    const { frames } = machine.core;
    frames.priority[pfns[1]] = 3; // behind the list's back
    expect(() => machine.kernel.checkInvariants()).toThrow(/of priority/);
    frames.priority[pfns[1]] = 2;
    machine.check();
    const sanitizer = new Sanitizer(machine.core, 1000);
    const event = {
      kind: "frame-allocated",
      pfn: pfns[0],
      source: "standby",
      pid: 1,
      vpn: 0,
      purpose: "user",
    } as const;
    expect(sanitizer.see(event, 0, 0)?.message).toMatch(/held a page of priority 6 and was taken before a lower one/);
  });
});
