/** The checker finds each kind of broken book. Each test breaks one by hand, as a bug in the kernel would. */

import { beforeEach, expect, test } from "vitest";
import { checkInvariants } from "../../../kernel/invariants.ts";
import { areasOf } from "../../../kernel/mm/areas.ts";
import { Frame } from "../../../kernel/mm/frames.ts";
import { pteAddress } from "../../../kernel/mm/page-table.ts";
import { KernelPanic } from "../../../kernel/panic.ts";
import { TestMachine } from "../support/machine.ts";
import { DATA, Program } from "../support/program.ts";

let machine: TestMachine;
let paddr: number;
let pfn: number;

beforeEach(() => {
  const p = new Program().words("data", 1).li("t0", DATA).store("sw", "t0", "t0").li("a7", 999).ecall().exit();
  machine = new TestMachine().boot(p);
  machine.runUntil(() => machine.of("message").length === 1);
  paddr = pteAddress(machine.ram, machine.process().space.rootPfn, DATA / 4096);
  pfn = machine.ram.readWord(paddr) >>> 10;
});

const panics = (breakIt: () => void): string => {
  machine.check();
  breakIt();
  try {
    checkInvariants(machine.core, { checkZeroes: true });
  } catch (error) {
    expect(error).toBeInstanceOf(KernelPanic);
    return (error as Error).message;
  }
  throw new Error("nothing was found");
};

test("a PTE changed without its fence is a stale TLB entry", () => {
  expect(panics(() => machine.ram.writeWord(paddr, machine.ram.readWord(paddr) & ~4))).toMatch(
    /stale TLB entry.*no fence is due/,
  );
});

test("a frame that is given away while a PTE maps it is found", () => {
  expect(panics(() => machine.core.frames.move(pfn, Frame.Dirty))).toMatch(/maps frame \d+, which is dirty/);
});

test("a frame that belongs to nobody has leaked", () => {
  const { frames } = machine.core;
  expect(panics(() => frames.move(frames.oldest(Frame.Zeroed), Frame.Active))).toMatch(
    /mapped by nobody: it has leaked/,
  );
});

test("a reference count that differs from the page tables is found", () => {
  expect(panics(() => machine.core.frames.references.add(pfn, 77, 5))).toMatch(
    /counts 2 references, the page tables have 1/,
  );
});

test("a swap slot without an owner has leaked", () => {
  const { swap } = machine.core;
  expect(panics(() => void (swap.frame[swap.allocate(pfn)] = -1))).toMatch(/owned by nobody: it has leaked/);
});

test("a frame on the zeroed list with old bytes is found", () => {
  const { frames } = machine.core;
  expect(panics(() => machine.ram.writeWord(frames.oldest(Frame.Zeroed) * 4096 + 40, 7))).toMatch(
    /on the zeroed list and not zero/,
  );
});

test("a software PTE that says something else than its area is found", () => {
  const { space } = machine.process();
  const vdso = areasOf(space).at(-1)!;
  const at = pteAddress(machine.ram, space.rootPfn, vdso.start / 4096);
  expect(panics(() => machine.ram.writeWord(at, 0b10))).toMatch(/its area says/);
});

test("a resident count that drifts is found", () => {
  expect(panics(() => void machine.process().space.residentPages++)).toMatch(/resident pages and counts/);
});
