import { describe, expect, test } from "vitest";
import { Stop } from "../../emulator/engine.ts";
import { encode, type Operands } from "../../emulator/isa/encode.ts";
import { Csr } from "../../emulator/isa/registers.ts";
import type { Mnemonic } from "../../emulator/isa/table.ts";
import type { TlbOptions } from "../../emulator/mmu/tlb.ts";
import { PTE_R, PTE_U, PTE_V, PTE_W, PTE_X } from "../../emulator/pte.ts";
import { Cause } from "../../emulator/trap.ts";
import { type BareMetal, bareMetal, RWXU } from "./bare-metal.ts";

const asm = (mnemonic: Mnemonic, operands: Operands = {}): number => encode(mnemonic, operands) as number;
const FOREVER = Number.POSITIVE_INFINITY;
const CODE = 0x10000;
const DATA = 0x20000;
const CODE_PFN = 30;
const DATA_PFN = 40;
const [a0, a1, a2] = [10, 11, 12];
const NOP = asm("addi");
const ECALL = asm("ecall");

/** Two pages of code at CODE, two of data at DATA (their frames in reverse order), pc at CODE. */
function machineWith(words: number[], tlb: Partial<TlbOptions> = {}): BareMetal {
  const machine = bareMetal(64, tlb);
  machine.map(CODE >>> 12, CODE_PFN, PTE_V | PTE_R | PTE_X | PTE_U);
  machine.map((CODE >>> 12) + 1, CODE_PFN - 1, PTE_V | PTE_R | PTE_X | PTE_U);
  machine.map(DATA >>> 12, DATA_PFN, PTE_V | PTE_R | PTE_W | PTE_U);
  machine.map((DATA >>> 12) + 1, DATA_PFN - 1, PTE_V | PTE_R | PTE_W | PTE_U);
  machine.load(CODE_PFN * 4096, words);
  machine.hart.pc = CODE;
  return machine;
}

/** Runs until the trap and checks that there is one. */
function runToTrap(machine: BareMetal): { cause: number; stval: number; sepc: number } {
  expect(machine.engine.run(FOREVER, machine.hart.instret + 100_000)).toBe(Stop.Trap);
  const { scause, stval, sepc, pc } = machine.hart;
  expect(pc).toBe(sepc);
  return { cause: scause, stval, sepc };
}

describe("traps", () => {
  test("ecall stops with pc at itself, stval 0, and does not retire", () => {
    const machine = machineWith([NOP, ECALL]);
    expect(runToTrap(machine)).toEqual({ cause: Cause.EcallFromUser, stval: 0, sepc: CODE + 4 });
    expect(machine.hart.instret).toBe(1);
    expect(machine.events.at(-1)).toEqual({ kind: "trap", cause: 8, stval: 0, sepc: CODE + 4 });
  });

  test("ebreak carries its own address, in both lengths", () => {
    expect(runToTrap(machineWith([asm("ebreak")]))).toEqual({ cause: Cause.Breakpoint, stval: CODE, sepc: CODE });
    expect(runToTrap(machineWith([0x9002]))).toEqual({ cause: Cause.Breakpoint, stval: CODE, sepc: CODE });
  });

  test.each([
    ["zeros: 16 bits of them", 0x0000, 0x0000],
    ["all ones", 0xffffffff, 0xffffffff],
    ["a reserved funct7", 0x04000033, 0x04000033],
    ["sret", asm("sret"), 0x10200073],
    ["mret", asm("mret"), 0x30200073],
    ["wfi", asm("wfi"), 0x10500073],
    ["sfence.vma", asm("sfence.vma"), 0x12000073],
    ["a floating-point load", 0x00052507, 0x00052507],
    ["c.lwsp to x0", 0x4002, 0x4002],
    ["c.addi16sp by 0", 0x6101, 0x6101],
    ["c.lui by 0", 0x6501, 0x6501],
    ["c.slli by 32, which RV32 lacks", 0x1502, 0x1502],
    ["c.jr x0", 0x8002, 0x8002],
    ["csrr of a supervisor register", asm("csrrs", { rd: a0, csr: Csr.satp }), 0x18002573],
    ["csrr of an unknown register", asm("csrrs", { rd: a0, csr: 0x7ff }), 0x7ff02573],
    ["csrw of a counter", asm("csrrw", { rd: 0, csr: Csr.cycle, rs1: a0 }), 0xc0051073],
    ["csrs of a counter, though the register holds 0", asm("csrrs", { rd: a0, csr: Csr.cycle, rs1: a1 }), 0xc005a573],
    ["csrci of a counter with 1", asm("csrrci", { rd: a0, csr: Csr.time, zimm: 1 }), 0xc010f573],
  ])("%s is an illegal instruction, its bits in stval", (_, word, stval) => {
    const machine = machineWith([word, word]);
    expect(runToTrap(machine)).toEqual({ cause: Cause.IllegalInstruction, stval, sepc: CODE });
    expect(machine.hart.x[a0]).toBe(0);
  });

  test.each([
    ["load", asm("lw", { rd: a0, rs1: a1, imm: 8 }), Cause.LoadPageFault, Cause.LoadAccess],
    ["store", asm("sw", { rs2: a0, rs1: a1, imm: 8 }), Cause.StorePageFault, Cause.StoreAccess],
    ["atomic", asm("amoadd.w", { rd: a0, rs2: a0, rs1: a2 }), Cause.StorePageFault, Cause.StoreAccess],
    ["lr.w", asm("lr.w", { rd: a0, rs1: a2 }), Cause.LoadPageFault, Cause.LoadAccess],
  ])("a %s faults with its address in stval and leaves rd alone", (_, word, pageFault, accessFault) => {
    for (const [vaddr, cause] of [
      [0xdeadb000, pageFault],
      [0x30000, accessFault],
    ]) {
      const machine = machineWith([word]);
      machine.map(0x30, 64, RWXU);
      machine.hart.x[a0] = 7;
      machine.hart.x[a1] = vaddr - 8;
      machine.hart.x[a2] = vaddr;
      expect(runToTrap(machine)).toEqual({ cause, stval: vaddr, sepc: CODE });
      expect(machine.hart.x[a0]).toBe(7);
      expect(machine.hart.instret).toBe(0);
    }
  });

  test("a jump to an unmapped page faults there, after the jump has retired", () => {
    const machine = machineWith([asm("jalr", { rd: a0, rs1: a1, imm: 1 })]);
    machine.hart.x[a1] = 0x7ffff000;
    expect(runToTrap(machine)).toEqual({ cause: Cause.InstructionPageFault, stval: 0x7ffff000, sepc: 0x7ffff000 });
    expect([machine.hart.instret, machine.hart.x[a0]]).toEqual([1, CODE + 4]);
  });

  test("a faulting instruction runs when it is tried again after the cause is gone", () => {
    const machine = machineWith([asm("lw", { rd: a0, rs1: a1 }), ECALL]);
    machine.hart.x[a1] = 0x30000;
    expect(runToTrap(machine).cause).toBe(Cause.LoadPageFault);
    machine.map(0x30, 41, RWXU);
    machine.ram.writeWord(41 * 4096, 99);
    expect(runToTrap(machine).cause).toBe(Cause.EcallFromUser);
    expect(machine.hart.x[a0]).toBe(99);
  });
});

describe("misaligned accesses", () => {
  test("loads and stores succeed, also across a page boundary", () => {
    const machine = machineWith([
      asm("sw", { rs2: a0, rs1: a1, imm: -2 }),
      asm("lw", { rd: a2, rs1: a1, imm: -3 }),
      asm("lhu", { rd: 13, rs1: a1, imm: -1 }),
      asm("lh", { rd: 14, rs1: a1, imm: 1 }),
      ECALL,
    ]);
    machine.hart.x[a0] = 0x88776655;
    machine.hart.x[a1] = DATA + 4096;
    runToTrap(machine);
    // Bytes from DATA + 4094 on: 55 66 | 77 88, in two frames that do not follow each other.
    expect([...machine.ram.u8.subarray(DATA_PFN * 4096 + 4093, DATA_PFN * 4096 + 4096)]).toEqual([0, 0x55, 0x66]);
    expect([...machine.ram.u8.subarray((DATA_PFN - 1) * 4096, (DATA_PFN - 1) * 4096 + 3)]).toEqual([0x77, 0x88, 0]);
    expect([machine.hart.x[a2], machine.hart.x[13], machine.hart.x[14]]).toEqual([0x77665500, 0x7766, 0x0088]);
  });

  test("a store whose second page is missing writes nothing and names the second page", () => {
    const machine = machineWith([asm("sw", { rs2: a0, rs1: a1 })]);
    machine.hart.x[a0] = -1;
    machine.hart.x[a1] = DATA + 0x1ffe;
    expect(runToTrap(machine)).toEqual({ cause: Cause.StorePageFault, stval: DATA + 0x2000, sepc: CODE });
    expect(machine.ram.u16[((DATA_PFN - 1) * 4096 + 4094) / 2]).toBe(0);
  });

  test("an atomic does not: cause 6, and 4 for lr.w", () => {
    const causes = (["amoadd.w", "sc.w", "lr.w"] as const).map((mnemonic) => {
      const machine = machineWith([asm(mnemonic, { rd: a0, rs1: a1 })]);
      machine.hart.x[a1] = DATA + 2;
      return runToTrap(machine);
    });
    expect(causes.map(({ cause }) => cause)).toEqual([6, 6, 4]);
    expect(causes.map(({ stval }) => stval)).toEqual([DATA + 2, DATA + 2, DATA + 2]);
  });
});

describe("fetching", () => {
  test("an instruction may lie on two pages", () => {
    const machine = machineWith([]);
    machine.hart.pc = CODE + 4094;
    const word = asm("addi", { rd: a0, rs1: 0, imm: 77 });
    machine.ram.u16[(CODE_PFN * 4096 + 4094) / 2] = word & 0xffff;
    machine.load((CODE_PFN - 1) * 4096, [word >>> 16]);
    machine.load((CODE_PFN - 1) * 4096 + 2, [ECALL]);
    expect(runToTrap(machine).sepc).toBe(CODE + 4098);
    expect(machine.hart.x[a0]).toBe(77);
    // One walk for each page; the ecall is fetched from a page already known.
    expect([machine.tlb.misses, machine.tlb.hits]).toEqual([2, 1]);
  });

  test("when the second page is missing, stval is its first address and sepc the instruction's", () => {
    const machine = machineWith([]);
    machine.map((CODE >>> 12) + 1, 0, 0);
    machine.hart.pc = CODE + 4094;
    machine.ram.u16[(CODE_PFN * 4096 + 4094) / 2] = NOP & 0xffff;
    expect(runToTrap(machine)).toEqual({ cause: Cause.InstructionPageFault, stval: CODE + 4096, sepc: CODE + 4094 });
  });

  test("a 16-bit instruction at the end of a page does not look at the next", () => {
    const machine = machineWith([]);
    machine.map((CODE >>> 12) + 1, 0, 0);
    machine.hart.pc = CODE + 4094;
    machine.ram.u16[(CODE_PFN * 4096 + 4094) / 2] = 0x4515; // c.li a0,5
    expect(runToTrap(machine)).toEqual({ cause: Cause.InstructionPageFault, stval: CODE + 4096, sepc: CODE + 4096 });
    expect(machine.hart.x[a0]).toBe(5);
  });

  test("code that overwrites itself runs as overwritten, with fence.i and without", () => {
    const replacement = asm("addi", { rd: a0, rs1: a0, imm: 100 });
    const machine = machineWith([
      asm("addi", { rd: a0, rs1: a0, imm: 1 }),
      asm("sw", { rs2: a2, rs1: a1 }),
      asm("addi", { rd: 13, rs1: 13, imm: -1 }),
      asm("bne", { rs1: 13, rs2: 0, imm: -12 }),
      ECALL,
    ]);
    machine.map(DATA >>> 12, CODE_PFN, RWXU);
    machine.hart.x[a1] = DATA;
    machine.hart.x[a2] = replacement;
    machine.hart.x[13] = 3;
    runToTrap(machine);
    expect(machine.hart.x[a0]).toBe(201);
  });

  test("a write that does not go through the hart is seen too", () => {
    const machine = machineWith([asm("addi", { rd: a0, rs1: a0, imm: 1 }), ECALL]);
    runToTrap(machine);
    machine.load(CODE_PFN * 4096, [asm("addi", { rd: a0, rs1: a0, imm: 10 })]);
    machine.hart.pc = CODE;
    runToTrap(machine);
    expect(machine.hart.x[a0]).toBe(11);
  });

  test("jalr clears the lowest bit of its target, and its link may be its own base", () => {
    const machine = machineWith([asm("jalr", { rd: a1, rs1: a1, imm: 5 }), NOP, ECALL]);
    machine.hart.x[a1] = CODE + 4;
    expect(runToTrap(machine).sepc).toBe(CODE + 8);
    expect(machine.hart.x[a1]).toBe(CODE + 4);
  });
});

describe("bounds and counters", () => {
  const loop = [asm("addi", { rd: a0, rs1: a0, imm: 1 }), asm("jal", { rd: 0, imm: -4 })];

  test("run stops at the very instruction count asked for", () => {
    const machine = machineWith(loop);
    expect(machine.engine.run(FOREVER, 7)).toBe(Stop.Instructions);
    expect([machine.hart.instret, machine.hart.x[a0], machine.hart.pc]).toEqual([7, 4, CODE + 4]);
    // 7 instructions and one walk of two reads.
    expect(machine.hart.cycles).toBe(27);
  });

  test("run stops at the first instruction boundary at or past the cycle bound", () => {
    const machine = machineWith(loop);
    expect(machine.engine.run(5, FOREVER)).toBe(Stop.Cycles);
    // The first fetch walks: 20 cycles, and then its instruction still retires.
    expect([machine.hart.instret, machine.hart.cycles]).toEqual([1, 21]);
    expect(machine.engine.run(24, FOREVER)).toBe(Stop.Cycles);
    expect([machine.hart.instret, machine.hart.cycles]).toEqual([4, 24]);
    expect(machine.engine.run(24, FOREVER)).toBe(Stop.Cycles);
    expect(machine.hart.instret).toBe(4);
  });

  test("the walk of an instruction that traps is charged, the instruction is not", () => {
    const machine = machineWith([asm("lw", { rd: a0, rs1: a1 })]);
    machine.hart.x[a1] = 0xdeadb000 | 0;
    runToTrap(machine);
    // Two reads for the fetch, one (an empty root slot) for the load.
    expect([machine.hart.instret, machine.hart.cycles]).toEqual([0, 30]);
  });

  test("cycle, time and instret count what came before the instruction that reads them", () => {
    const machine = machineWith([
      NOP,
      asm("csrrs", { rd: 5, csr: Csr.cycle }),
      asm("csrrs", { rd: 6, csr: Csr.instret }),
      asm("csrrc", { rd: 7, csr: Csr.time }),
      asm("csrrsi", { rd: 28, csr: Csr.cycleh }),
      asm("csrrci", { rd: 29, csr: Csr.instreth }),
      asm("csrrs", { rd: 30, csr: Csr.timeh }),
      ECALL,
    ]);
    machine.hart.instret = 3 * 2 ** 32;
    machine.hart.cycles = 50 * 2 ** 32;
    runToTrap(machine);
    // 20 cycles of walk and the nop; time = cycles / 10: 5 * 2^32 and (20 + 3) / 10.
    expect([5, 6, 7, 28, 29, 30].map((each) => machine.hart.x[each])).toEqual([21, 2, 2, 50, 3, 5]);
  });

  test("each fetch and each data access is one lookup in the TLB", () => {
    const machine = machineWith([
      asm("lw", { rd: a0, rs1: a1 }),
      asm("sw", { rs2: a0, rs1: a1 }),
      asm("sb", { rs2: a0, rs1: a1, imm: 9 }),
      asm("amoadd.w", { rd: a0, rs2: a0, rs1: a1 }),
      asm("lh", { rd: a0, rs1: a1, imm: 1 }),
      ECALL,
    ]);
    machine.hart.x[a1] = DATA;
    runToTrap(machine);
    // Fetches: 1 miss, 5 hits. Data: lw misses, sw walks again for D, sb, amoadd and the misaligned lh hit.
    expect([machine.tlb.misses, machine.tlb.hits]).toEqual([3, 8]);
  });

  test("fetches count as uses for lru: data pages push each other out, the code page stays", () => {
    const words = [
      asm("lw", { rd: a0, rs1: a1 }),
      asm("lw", { rd: a0, rs1: a2 }),
      asm("lw", { rd: a0, rs1: a1 }),
      asm("lw", { rd: a0, rs1: a2 }),
      ECALL,
    ];
    const run = (replacement: "lru" | "fifo"): number[] => {
      const machine = machineWith(words, { sets: 1, ways: 2, replacement });
      machine.hart.x[a1] = DATA;
      machine.hart.x[a2] = DATA + 4096;
      runToTrap(machine);
      return [machine.tlb.misses, machine.tlb.hits];
    };
    // lru: code, then a miss for each load; the code page is always the one used last.
    expect(run("lru")).toEqual([5, 4]);
    // fifo: load 1 fills the second way; load 2 pushes the code out; the fetch of load 3 misses and pushes data 1 out;
    // load 3 misses and pushes data 2 out; load 4 misses and pushes the code out; the fetch of ecall misses.
    expect(run("fifo")).toEqual([7, 2]);
  });

  test("x0 stays 0 whatever writes it", () => {
    const machine = machineWith([
      asm("addi", { rd: 0, rs1: 0, imm: 5 }),
      asm("lw", { rd: 0, rs1: a1 }),
      asm("amoadd.w", { rd: 0, rs1: a1, rs2: 0 }),
      asm("csrrs", { rd: 0, csr: Csr.cycle }),
      asm("jal", { rd: 0, imm: 4 }),
      asm("add", { rd: a0, rs1: 0, rs2: 0 }),
      ECALL,
    ]);
    machine.ram.writeWord(DATA_PFN * 4096, 1234);
    machine.hart.x[a1] = DATA;
    machine.hart.x[a0] = 1;
    runToTrap(machine);
    expect([machine.hart.x[0], machine.hart.x[a0]]).toEqual([0, 0]);
  });
});

describe("load-reserved and store-conditional", () => {
  const pair = [
    asm("lr.w", { rd: a0, rs1: a1 }),
    ECALL,
    asm("sc.w", { rd: a2, rs1: a1, rs2: a1 }),
    asm("sc.w", { rd: 13, rs1: a1, rs2: 0 }),
    ECALL,
  ];
  function runPair(between: (machine: BareMetal) => void): number[] {
    const machine = machineWith(pair);
    machine.hart.x[a1] = DATA;
    runToTrap(machine);
    between(machine);
    machine.hart.pc += 4;
    runToTrap(machine);
    return [machine.hart.x[a2], machine.hart.x[13], machine.ram.readWord(DATA_PFN * 4096)];
  }

  test("the store succeeds once after lr.w", () => {
    expect(runPair(() => {})).toEqual([0, 1, DATA]);
  });

  test("it fails when the kernel has dropped the reservation", () => {
    expect(runPair(({ hart }) => hart.clearReservation())).toEqual([1, 1, 0]);
  });

  test("it fails when the page is another frame by now", () => {
    const result = runPair(({ map, mmu }) => {
      map(DATA >>> 12, 45, RWXU);
      mmu.fence(-1, -1);
    });
    expect(result).toEqual([1, 1, 0]);
  });
});

test("with translation off, virtual addresses are physical", () => {
  const machine = machineWith([asm("lw", { rd: a0, rs1: a1 }), ECALL]);
  machine.mmu.setBare();
  machine.hart.pc = CODE_PFN * 4096;
  machine.hart.x[a1] = DATA_PFN * 4096;
  machine.ram.writeWord(DATA_PFN * 4096, 7);
  expect(runToTrap(machine).sepc).toBe(CODE_PFN * 4096 + 4);
  expect([machine.hart.x[a0], machine.hart.cycles, machine.tlb.misses]).toEqual([7, 1, 0]);
  machine.hart.pc = machine.ram.bytes;
  expect(runToTrap(machine).cause).toBe(Cause.InstructionAccess);
});

test("code in a superpage runs, and each fetch hits the one entry", () => {
  const machine = bareMetal(2048);
  machine.ram.writeWord(4096, ((1024 << 10) | RWXU) >>> 0);
  machine.load(1024 * 4096 + 0x5000, [NOP, NOP, asm("lw", { rd: a0, rs1: 0, imm: 4 }), ECALL]);
  machine.ram.writeWord(1024 * 4096 + 4, 11);
  machine.hart.pc = 0x5000;
  runToTrap(machine);
  expect([machine.hart.x[a0], machine.tlb.misses, machine.tlb.hits]).toEqual([11, 1, 4]);
});
