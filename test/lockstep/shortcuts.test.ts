import { expect, test } from "vitest";
import { type Engine, Stop } from "../../emulator/engine.ts";
import type { TlbOptions, TlbReplacement } from "../../emulator/mmu/tlb.ts";
import { makePte, PTE_D, PTE_G } from "../../emulator/pte.ts";
import { type BareMetal, bareMetal, ROOT, RWXU } from "../emulator/bare-metal.ts";
import { Random, testSeed } from "../emulator/oracle.ts";
import { NaiveEngine } from "./naive-engine.ts";
import { BASE, CODE_VADDR, type RandomProgram, randomProgram } from "./random-program.ts";

/** The program in memory, its data in a 4 KiB page and (half of the time) the code in a superpage. */
function boot(program: RandomProgram, tlb: Partial<TlbOptions>, isSuperpage: boolean): BareMetal {
  const machine = bareMetal(2048, tlb);
  const codePaddr = 1024 * 4096 + CODE_VADDR;
  machine.ram.u8.set(program.code, codePaddr);
  for (let page = 0; page * 4096 < program.code.length; page++) {
    machine.map((CODE_VADDR >>> 12) + page, codePaddr / 4096 + page, RWXU);
  }
  machine.map((BASE >>> 12) - 1, 90, RWXU);
  machine.map(BASE >>> 12, 80, RWXU | PTE_G);
  machine.ram.u8.set(program.buffer.subarray(0, 2048), 90 * 4096 + 2048);
  machine.ram.u8.set(program.buffer.subarray(2048), 80 * 4096);
  if (isSuperpage) machine.ram.writeWord(ROOT * 4096, makePte(1024, RWXU));
  if (isSuperpage) machine.ram.u8.set(program.buffer, 1024 * 4096 + BASE - 2048);
  machine.hart.pc = CODE_VADDR;
  return machine;
}

/** One step of the comparison: run a while, then do what a kernel may do in between. */
function advance(machine: BareMetal, engine: Engine, random: Random): Stop {
  const { hart, mmu, ram } = machine;
  const stop = engine.run(hart.cycles + 1 + random.below(200), hart.instret + 1 + random.below(150));
  const action = random.below(8);
  if (action === 0) mmu.fence(-1, -1);
  if (action === 1) mmu.fence(BASE >>> 12, 1);
  if (action === 2) mmu.setSatp(1 + random.below(2), ROOT);
  // Takes the D bit away, as a kernel does that has written the page to swap.
  if (action === 3 && ram.readWord(ROOT * 4096) % 4 === 1) {
    const paddr = machine.pteAddress(BASE >>> 12);
    ram.writeWord(paddr, (ram.readWord(paddr) & ~PTE_D) >>> 0);
    mmu.fence(BASE >>> 12, -1);
  }
  return stop;
}

test.each(["fifo", "lru", "random"] as TlbReplacement[])(
  "the interpreter's shortcuts change nothing: hart, TLB, RAM and events equal an engine without any (%s)",
  (replacement) => {
    const seed = testSeed(`shortcuts, ${replacement}`);
    for (let n = 0; n < 24; n++) {
      const random = new Random(seed + n);
      const program = randomProgram(random, 150);
      const tlb = { sets: random.pick([1, 2, 4]), ways: random.pick([1, 2, 3]), replacement, seed };
      const isSuperpage = random.below(2) === 0;
      const fast = boot(program, tlb, isSuperpage);
      const slow = boot(program, tlb, isSuperpage);
      const naive = new NaiveEngine(slow);
      const actions = [new Random(seed + n), new Random(seed + n)];
      const where = `FAULTLINE_SEED=${seed}, program ${n}`;
      for (let stop: Stop = Stop.Cycles, step = 0; stop !== Stop.Trap && step < 10_000; step++) {
        stop = advance(fast, fast.engine, actions[0]);
        expect(advance(slow, naive, actions[1]), where).toBe(stop);
        expect(fast.hart.snapshot(), where).toEqual(slow.hart.snapshot());
        expect(fast.tlb.snapshot(), where).toEqual(slow.tlb.snapshot());
      }
      expect(fast.hart.scause, where).toBe(8);
      expect(fast.events, where).toEqual(slow.events);
      expect(Buffer.compare(fast.ram.u8, slow.ram.u8), where).toBe(0);
    }
  },
);
