import { expect, test } from "vitest";
import { type Engine, Stop, type StopPoints, type WatchedBytes } from "../../emulator/engine.ts";
import { encode } from "../../emulator/isa/encode.ts";
import { type BareMetal, bareMetal, ROOT, RWXU } from "../emulator/bare-metal.ts";
import { Random, testSeed } from "../emulator/oracle.ts";
import { NaiveEngine } from "./naive-engine.ts";
import { BASE, CODE_VADDR, type RandomProgram, randomProgram } from "./random-program.ts";

const BUFFER_PFNS = [90, 80];

/** The program in memory, its code on as many pages as it needs and its data on two that do not lie side by side. */
function boot(program: RandomProgram, sets: number): BareMetal {
  const machine = bareMetal(128, { sets, ways: 2, replacement: sets === 2 ? "lru" : "fifo" });
  machine.ram.u8.set(program.code, 100 * 4096);
  for (let page = 0; page * 4096 < program.code.length; page++) {
    machine.map((CODE_VADDR >>> 12) + page, 100 + page, RWXU);
  }
  BUFFER_PFNS.forEach((pfn, n) => {
    machine.map((BASE >>> 12) - 1 + n, pfn, RWXU);
    machine.ram.u8.set(program.buffer.subarray(2048 * n, 2048 * (n + 1)), pfn * 4096 + (n === 0 ? 2048 : 0));
  });
  machine.hart.pc = CODE_VADDR;
  return machine;
}

/** Some of each; every place that they name is one the program may come to. */
function randomPoints(random: Random, program: RandomProgram): StopPoints {
  const code = Array.from({ length: random.below(40) }, () => CODE_VADDR + 2 * random.below(program.code.length / 2));
  const data = Array.from({ length: random.below(4) }, (): WatchedBytes => {
    const offset = random.below(2048) - 1024;
    const isPhysical = random.below(2) === 0;
    const pfn = BUFFER_PFNS[offset < 0 ? 0 : 1];
    return {
      space: isPhysical ? "physical" : "virtual",
      start: isPhysical ? pfn * 4096 + ((offset + 4096) % 4096) : BASE + offset,
      bytes: 1 + random.below(random.pick([4, 16, 200])),
      loads: random.below(2) === 0,
      stores: random.below(3) > 0,
    };
  });
  return { code: new Set(code), data };
}

function advance(machine: BareMetal, engine: Engine, random: Random, program: RandomProgram): Stop {
  const { hart, mmu } = machine;
  if (random.below(3) === 0) engine.setStopPoints(random.below(4) === 0 ? null : randomPoints(random, program));
  if (random.below(10) === 0) mmu.fence(-1, -1);
  if (random.below(10) === 0) mmu.setSatp(1 + random.below(2), ROOT);
  return engine.run(hart.cycles + 1 + random.below(300), hart.instret + 1 + random.below(80));
}

test("the interpreter stops at exactly the instructions that an engine asking before each one stops at", () => {
  const seed = testSeed("stop points");
  const counts = { [Stop.Point]: 0, [Stop.Cycles]: 0, [Stop.Instructions]: 0, [Stop.Trap]: 0 };
  for (let n = 0; n < 32; n++) {
    const random = new Random(seed + n);
    const program = randomProgram(random, 400);
    const sets = random.pick([1, 2, 4]);
    const [fast, slow] = [boot(program, sets), boot(program, sets)];
    const naive = new NaiveEngine(slow);
    const actions = [new Random(seed + n), new Random(seed + n)];
    const where = `FAULTLINE_SEED=${seed}, program ${n}`;
    for (let stop: Stop = Stop.Cycles, step = 0; stop !== Stop.Trap && step < 10_000; step++) {
      stop = advance(fast, fast.engine, actions[0], program);
      expect(advance(slow, naive, actions[1], program), where).toBe(stop);
      expect(fast.engine.isAtStopPoint(), where).toBe(naive.isAtStopPoint());
      expect(fast.hart.snapshot(), where).toEqual(slow.hart.snapshot());
      expect(fast.tlb.snapshot(), where).toEqual(slow.tlb.snapshot());
      counts[stop]++;
    }
    expect(fast.hart.scause, where).toBe(8);
    expect(fast.events, where).toEqual(slow.events);
    expect(Buffer.compare(fast.ram.u8, slow.ram.u8), where).toBe(0);
  }
  expect(counts[Stop.Point]).toBeGreaterThan(100);
});

const word = (...args: Parameters<typeof encode>): number => {
  const encoded = encode(...args);
  if (typeof encoded !== "number") throw new Error(encoded.message);
  return encoded;
};
const [A0, A1] = [10, 11];

test("a run leaves the stop point that it starts at and comes back when the loop does", () => {
  const machine = bareMetal();
  machine.map(16, 20, RWXU);
  machine.load(20 * 4096, [word("addi", { rd: A0, rs1: A0, imm: 1 }), word("jal", { rd: 0, imm: -4 })]);
  machine.hart.pc = 0x10000;
  machine.engine.setStopPoints({ code: new Set([0x10000]), data: [] });

  const stops = [1, 2, 3].map(() => [machine.engine.run(Infinity, Infinity), machine.hart.x[A0], machine.hart.pc]);

  expect(stops).toEqual([1, 2, 3].map((times) => [Stop.Point, times, 0x10000]));
});

test("a store to a page that is not present is a stop point first and a fault when it goes on", () => {
  const machine = bareMetal();
  machine.map(16, 20, RWXU);
  machine.load(20 * 4096, [word("lui", { rd: A1, imm: 0x50000 }), word("sw", { rs1: A1, rs2: A0, imm: 8 })]);
  machine.hart.pc = 0x10000;
  machine.engine.setStopPoints({
    code: new Set(),
    data: [{ space: "virtual", start: 0x5000b, bytes: 1, loads: false, stores: true }],
  });

  expect(machine.engine.run(Infinity, Infinity)).toBe(Stop.Point);
  expect(machine.hart.pc).toBe(0x10004);
  expect(machine.tlb.misses).toBe(1);
  expect(machine.engine.run(Infinity, Infinity)).toBe(Stop.Trap);
  expect([machine.hart.scause, machine.hart.stval]).toEqual([15, 0x50008]);
});
