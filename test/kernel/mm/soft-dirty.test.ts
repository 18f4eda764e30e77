/** Soft-dirty: bit 55 of pagemap, clear_refs 4, VmFlags sd. What is expected is Linux's soft-dirty.rst, line by line. */
import { describe, expect, test } from "vitest";
import { Errno } from "../../../kernel/abi.ts";
import { processText, readPagemap } from "../../../kernel/fs/proc/process.ts";
import { setProcessControl } from "../../../kernel/fs/proc/process-controls.ts";
import { readPte } from "../../../kernel/mm/page-table.ts";
import { TestMachine } from "../support/machine.ts";
import { DATA, Program } from "../support/program.ts";

const PAGE = 4096;
/** Page `n` of bss, from 1. */
const at = (n: number): number => DATA + n * PAGE;
const PLACE = 0x3000_0000;

const isSoftDirty = (machine: TestMachine, vaddr: number, pid = 1): boolean => {
  const entry = new Uint8Array(8);
  readPagemap(machine.core, machine.process(pid), (vaddr / PAGE) * 8, entry);
  return (new DataView(entry.buffer).getUint32(4, true) & 0x80_0000) !== 0;
};
const dirty = (machine: TestMachine, vaddrs: number[], pid = 1) =>
  vaddrs.map((vaddr) => isSoftDirty(machine, vaddr, pid));
const clear = (machine: TestMachine, pid = 1) =>
  setProcessControl(machine.core, machine.process(pid), "clear_refs", "4\n");
const yields = (machine: TestMachine) => machine.of("syscall-exit").filter(({ name }) => name === "sched_yield").length;
const upTo = (machine: TestMachine, count: number): void => machine.runUntil(() => yields(machine) === count);

const store = (p: Program, vaddr: number): Program => p.li("t0", vaddr).store("sw", "t0", "t0");
const load = (p: Program, vaddr: number): Program => p.li("t0", vaddr).load("lw", "t1", "t0");
const stop = (p: Program): Program => p.call("sched_yield");
const start = (): Program => new Program().words("data", 1);
const boot = (p: Program, pages = 6): TestMachine =>
  new TestMachine({ replacement: "fifo" }).boot(p.exit().bss(pages * PAGE));

describe("soft-dirty", () => {
  test("all that has been mapped is, until clear_refs gets 4; then what is written, and not what is only read", () => {
    const p = stop(load(store(store(start(), at(1)), at(2)), at(3)));
    stop(load(load(store(p, at(1)), at(2)), at(4)));
    const machine = boot(p);
    upTo(machine, 1);
    expect(dirty(machine, [at(1), at(2), at(3), at(4)])).toEqual([true, true, true, true]); // a new area is dirty as a whole
    expect(isSoftDirty(machine, PLACE)).toBe(false);
    expect(processText(machine.core, machine.process(), "smaps")).toMatch(/VmFlags: rd wr mr mw me ac sd /);

    expect(clear(machine)).toBe(0);
    machine.check();
    expect(dirty(machine, [at(1), at(2), at(3), at(4)])).toEqual([false, false, false, false]);
    expect(processText(machine.core, machine.process(), "smaps")).not.toMatch(/ sd /);

    const before = machine.of("fault-end").length;
    upTo(machine, 2);
    expect(dirty(machine, [at(1), at(2), at(3), at(4)])).toEqual([true, false, false, false]);
    // The store to page 1 faulted although the page was there; page 4 came by its own fault.
    expect(machine.of("fault-end").slice(before)).toMatchObject([
      { vaddr: at(1), resolved: "soft" },
      { vaddr: at(4), resolved: "zero-fill" },
    ]);
  });

  test("a page that was only read since is noticed when it is written later", () => {
    const p = stop(start());
    stop(load(p, at(1)));
    stop(store(p, at(1)));
    const machine = boot(p);
    upTo(machine, 1);
    clear(machine);
    upTo(machine, 2);
    expect(isSoftDirty(machine, at(1))).toBe(false);
    upTo(machine, 3);
    expect(isSoftDirty(machine, at(1))).toBe(true);
  });

  test("A and D bits are not touched, and a store by a system call counts", () => {
    const p = stop(store(start(), at(1)));
    stop(p.call("getcwd", at(1), 64));
    const machine = boot(p);
    upTo(machine, 1);
    const bits = () => readPte(machine.ram, machine.process().space.rootPfn, at(1) / PAGE) & 0xc0;
    expect(bits()).toBe(0xc0);
    clear(machine);
    expect(bits()).toBe(0xc0);
    upTo(machine, 2);
    expect(isSoftDirty(machine, at(1))).toBe(true);
  });

  test("goes with a page to the lists, to swap and back, and both ways", () => {
    const p = stop(store(store(start(), at(1)), at(2)));
    stop(store(p, at(1)));
    stop(load(load(p, at(1)), at(2)));
    stop(store(p, at(2)));
    const machine = boot(p);
    upTo(machine, 1);
    clear(machine);
    upTo(machine, 2);
    for (const page of [1, 2]) machine.trim(at(page));
    expect(dirty(machine, [at(1), at(2)])).toEqual([true, false]);
    machine.write(2);
    machine.hart.cycles = machine.core.swap.dueCycles + 1e6;
    machine.finishTransfers();
    machine.check();
    expect(dirty(machine, [at(1), at(2)])).toEqual([true, false]);
    upTo(machine, 3);
    expect(dirty(machine, [at(1), at(2)])).toEqual([true, false]);
    for (const page of [1, 2]) machine.pageOut(at(page));
    expect(dirty(machine, [at(1), at(2)])).toEqual([true, false]);
    clear(machine);
    expect(dirty(machine, [at(1), at(2)])).toEqual([false, false]);
    upTo(machine, 4);
    expect(dirty(machine, [at(1), at(2)])).toEqual([false, true]);
  });

  test("a fork's child has its parent's; each side notices its own stores", () => {
    const p = stop(store(store(start(), at(1)), at(2)));
    store(p, at(2)).call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent");
    stop(store(p, at(1)))
      .label("child")
      .call("sched_yield")
      .jump("child");
    stop(p.label("parent"));
    const machine = boot(p.call("kill", 2, 9));
    upTo(machine, 1);
    clear(machine);
    machine.runUntil(() => machine.of("process-start").length === 2);
    expect(dirty(machine, [at(1), at(2)], 2)).toEqual([false, true]);
    machine.runUntil(() => machine.of("syscall-exit").some(({ pid, name }) => pid === 2 && name === "sched_yield"));
    expect(dirty(machine, [at(1), at(2)], 2)).toEqual([true, true]);
    expect(dirty(machine, [at(1), at(2)])).toEqual([false, true]);
  });

  test("mremap marks what it moves; mmap's new areas are, also when they merge with a neighbour", () => {
    const p = start().call("mmap2", PLACE, 2 * PAGE, 3, 0x32, -1, 0);
    stop(store(store(p, PLACE), PLACE + PAGE));
    stop(p.call("mremap", PLACE, PAGE, PAGE, 3, PLACE + 0x10000));
    stop(p.call("mmap2", PLACE + 2 * PAGE, PAGE, 3, 0x32, -1, 0));
    const machine = boot(p);
    upTo(machine, 1);
    clear(machine);
    upTo(machine, 2);
    expect(dirty(machine, [PLACE + PAGE, PLACE + 0x10000])).toEqual([false, true]);
    upTo(machine, 3);
    expect(dirty(machine, [PLACE + PAGE, PLACE + 2 * PAGE])).toEqual([true, true]);
    machine.check();
  });

  test("memory that several processes map is noticed for each mapping alone, mprotect forgets nothing", () => {
    const p = start().call("mmap2", PLACE, 2 * PAGE, 3, 0x31, -1, 0);
    stop(store(store(p, PLACE), PLACE + PAGE));
    stop(load(store(p.call("mprotect", PLACE, 2 * PAGE, 1).call("mprotect", PLACE, 2 * PAGE, 3), PLACE), PLACE + PAGE));
    const machine = boot(p);
    upTo(machine, 1);
    clear(machine);
    upTo(machine, 2);
    expect(dirty(machine, [PLACE, PLACE + PAGE])).toEqual([true, false]);
  });

  test("a snapshot has it", () => {
    const p = stop(store(store(start(), at(1)), at(2)));
    stop(store(p, at(1)));
    const machine = boot(p);
    upTo(machine, 1);
    clear(machine);
    const [kernel, words] = [machine.kernel.snapshot(), machine.ram.i32.slice()];
    upTo(machine, 2);
    machine.kernel.restore(kernel);
    machine.ram.i32.set(words);
    expect(dirty(machine, [at(1), at(2), at(3)])).toEqual([false, false, false]);
  });

  test("5 forgets the peak, 6 is refused", () => {
    const machine = boot(stop(store(store(start(), at(1)), at(2)).call("madvise", at(1), 2 * PAGE, 4)));
    upTo(machine, 1);
    const { space } = machine.process();
    const set = (text: string) => setProcessControl(machine.core, machine.process(), "clear_refs", text);
    expect(space.peakResidentPages).toBe(space.residentPages + 2);
    expect(set("5\n")).toBe(0);
    expect(space.peakResidentPages).toBe(space.residentPages);
    expect([set("6\n"), set("0\n")]).toEqual([-Errno.EINVAL, -Errno.EINVAL]);
  });
});
