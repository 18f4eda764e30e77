/**
 * What each instruction does: one small function per mnemonic, to be read beside the specification.
 *
 * A function gets the CPU, the decoded instruction and the pc at which it stands (as a signed 32-bit number), and
 * returns the next pc, or nothing for "the instruction that follows", or TRAPPED after having told the CPU why. Writing x0
 * is allowed here; the engine puts its zero back after every instruction. Guest faults are values: nothing throws.
 *
 * Source: RISC-V unprivileged specification 20240411, chapters 2 (I), 3 (Zifencei), 6 (Zicsr), 7 (Zicntr), 13 (M), 14 (A).
 */
import type { Mnemonic } from "../isa/table.ts";
import { Cause } from "../trap.ts";

/** What an instruction may use of the machine it runs on. */
export interface Cpu {
  /** x0 … x31. */
  readonly x: Int32Array;
  /** True once a memory access of this instruction has trapped; its value is then meaningless. */
  readonly trapped: boolean;

  /** Loads: little-endian, extended as the name says. Any alignment. Check `trapped` before using the value. */
  loadByte(vaddr: number): number;
  loadByteUnsigned(vaddr: number): number;
  loadHalf(vaddr: number): number;
  loadHalfUnsigned(vaddr: number): number;
  loadWord(vaddr: number): number;
  /** Stores of the low bits of a value. Any alignment. TRAPPED when nothing has been written, else undefined. */
  storeByte(vaddr: number, value: number): number | undefined;
  storeHalf(vaddr: number, value: number): number | undefined;
  storeWord(vaddr: number, value: number): number | undefined;

  /**
   * Physical address of an aligned word for an atomic instruction: a `load` for lr.w, a `store` for the others. −1 after
   * a trap (misaligned addresses trap here).
   */
  atomicAddress(vaddr: number, access: "load" | "store"): number;
  /** The word at a physical address that atomicAddress has returned. */
  readPhysical(paddr: number): number;
  writePhysical(paddr: number, value: number): void;
  /** Physical address of LR's reservation, −1 for none. */
  reservation: number;

  /** A counter by CSR number, as a signed word; undefined for every other CSR: user mode has no others. */
  readCounter(csr: number): number | undefined;

  /** Notes a trap of this instruction, and returns TRAPPED. */
  trap(cause: Cause, stval: number): number;
}

/** The fields that a semantic function reads. */
export interface Fields {
  readonly rd: number;
  readonly rs1: number;
  readonly rs2: number;
  readonly imm: number;
  /** Length, 2 or 4. */
  readonly bytes: number;
  /** The bits as they stand in memory. */
  readonly word: number;
}

/** Returned in place of the next pc. Unmistakable: no instruction has an odd address. */
export const TRAPPED = 1;

export type Semantics = (cpu: Cpu, i: Fields, pc: number) => number | undefined;

/** High word of a signed product; both operands as signed words. */
function multiplyHighSigned(a: number, b: number): number {
  return (multiplyHighUnsigned(a, b) - (a < 0 ? b : 0) - (b < 0 ? a : 0)) | 0;
}

/** High word of an unsigned product, from four 16-bit products, each of which a double holds exactly. */
function multiplyHighUnsigned(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + (Math.imul(aLow, bLow) >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) | 0;
}

/** x[rd] = value, of which the low 32 bits count. V8 inlines it: the same speed as writing it out. */
function put(x: Int32Array, rd: number, value: number): undefined {
  x[rd] = value;
}

/** Where a branch goes. */
const branch = (taken: boolean, i: Fields, pc: number): number | undefined => (taken ? (pc + i.imm) | 0 : undefined);

/** The address of a load or store. */
const address = ({ x }: Cpu, i: Fields): number => (x[i.rs1] + i.imm) | 0;

/** Puts what a load has brought into rd, unless it has trapped. */
function loaded(cpu: Cpu, i: Fields, value: number): number | undefined {
  if (cpu.trapped) return TRAPPED;
  cpu.x[i.rd] = value;
}

/** Loads the word at rs1, stores what `combine` makes of it and rs2, and puts the old word into rd. */
function amo(cpu: Cpu, i: Fields, combine: (old: number, operand: number) => number): number | undefined {
  const paddr = cpu.atomicAddress(cpu.x[i.rs1], "store");
  if (paddr < 0) return TRAPPED;
  const old = cpu.readPhysical(paddr);
  cpu.writePhysical(paddr, combine(old, cpu.x[i.rs2]));
  cpu.x[i.rd] = old;
}

/** csrrs and csrrc, with register or immediate: reading is all that user mode may do. `writes`: the source is not 0. */
function readCounter(cpu: Cpu, i: Fields, writes: boolean): number | undefined {
  if (writes) return cpu.trap(Cause.IllegalInstruction, i.word);
  const value = cpu.readCounter(i.imm);
  if (value === undefined) return cpu.trap(Cause.IllegalInstruction, i.word);
  cpu.x[i.rd] = value;
}

/** Everything that user mode may not do, and every word that is no instruction. */
export const illegal: Semantics = (cpu, i) => cpu.trap(Cause.IllegalInstruction, i.word);

/** The semantics of every base instruction; a compressed one is executed as what it is short for. */
export const SEMANTICS = {
  lui: ({ x }, i) => put(x, i.rd, i.imm),
  auipc: ({ x }, i, pc) => put(x, i.rd, pc + i.imm),
  jal: ({ x }, i, pc) => {
    x[i.rd] = pc + i.bytes;
    return (pc + i.imm) | 0;
  },
  jalr: ({ x }, i, pc) => {
    const target = (x[i.rs1] + i.imm) & ~1;
    x[i.rd] = pc + i.bytes;
    return target;
  },

  beq: ({ x }, i, pc) => branch(x[i.rs1] === x[i.rs2], i, pc),
  bne: ({ x }, i, pc) => branch(x[i.rs1] !== x[i.rs2], i, pc),
  blt: ({ x }, i, pc) => branch(x[i.rs1] < x[i.rs2], i, pc),
  bge: ({ x }, i, pc) => branch(x[i.rs1] >= x[i.rs2], i, pc),
  bltu: ({ x }, i, pc) => branch(x[i.rs1] >>> 0 < x[i.rs2] >>> 0, i, pc),
  bgeu: ({ x }, i, pc) => branch(x[i.rs1] >>> 0 >= x[i.rs2] >>> 0, i, pc),

  lb: (cpu, i) => loaded(cpu, i, cpu.loadByte(address(cpu, i))),
  lbu: (cpu, i) => loaded(cpu, i, cpu.loadByteUnsigned(address(cpu, i))),
  lh: (cpu, i) => loaded(cpu, i, cpu.loadHalf(address(cpu, i))),
  lhu: (cpu, i) => loaded(cpu, i, cpu.loadHalfUnsigned(address(cpu, i))),
  lw: (cpu, i) => loaded(cpu, i, cpu.loadWord(address(cpu, i))),
  sb: (cpu, i) => cpu.storeByte(address(cpu, i), cpu.x[i.rs2]),
  sh: (cpu, i) => cpu.storeHalf(address(cpu, i), cpu.x[i.rs2]),
  sw: (cpu, i) => cpu.storeWord(address(cpu, i), cpu.x[i.rs2]),

  addi: ({ x }, i) => put(x, i.rd, x[i.rs1] + i.imm),
  slti: ({ x }, i) => put(x, i.rd, x[i.rs1] < i.imm ? 1 : 0),
  sltiu: ({ x }, i) => put(x, i.rd, x[i.rs1] >>> 0 < i.imm >>> 0 ? 1 : 0),
  xori: ({ x }, i) => put(x, i.rd, x[i.rs1] ^ i.imm),
  ori: ({ x }, i) => put(x, i.rd, x[i.rs1] | i.imm),
  andi: ({ x }, i) => put(x, i.rd, x[i.rs1] & i.imm),
  slli: ({ x }, i) => put(x, i.rd, x[i.rs1] << i.imm),
  srli: ({ x }, i) => put(x, i.rd, x[i.rs1] >>> i.imm),
  srai: ({ x }, i) => put(x, i.rd, x[i.rs1] >> i.imm),

  // JavaScript's shifts take the low five bits of the count, as RISC-V's do.
  add: ({ x }, i) => put(x, i.rd, x[i.rs1] + x[i.rs2]),
  sub: ({ x }, i) => put(x, i.rd, x[i.rs1] - x[i.rs2]),
  sll: ({ x }, i) => put(x, i.rd, x[i.rs1] << x[i.rs2]),
  slt: ({ x }, i) => put(x, i.rd, x[i.rs1] < x[i.rs2] ? 1 : 0),
  sltu: ({ x }, i) => put(x, i.rd, x[i.rs1] >>> 0 < x[i.rs2] >>> 0 ? 1 : 0),
  xor: ({ x }, i) => put(x, i.rd, x[i.rs1] ^ x[i.rs2]),
  srl: ({ x }, i) => put(x, i.rd, x[i.rs1] >>> x[i.rs2]),
  sra: ({ x }, i) => put(x, i.rd, x[i.rs1] >> x[i.rs2]),
  or: ({ x }, i) => put(x, i.rd, x[i.rs1] | x[i.rs2]),
  and: ({ x }, i) => put(x, i.rd, x[i.rs1] & x[i.rs2]),

  mul: ({ x }, i) => put(x, i.rd, Math.imul(x[i.rs1], x[i.rs2])),
  mulh: ({ x }, i) => put(x, i.rd, multiplyHighSigned(x[i.rs1], x[i.rs2])),
  mulhsu: ({ x }, i) => {
    const signed = x[i.rs1];
    const unsigned = x[i.rs2];
    x[i.rd] = multiplyHighUnsigned(signed, unsigned) - (signed < 0 ? unsigned : 0);
  },
  mulhu: ({ x }, i) => put(x, i.rd, multiplyHighUnsigned(x[i.rs1], x[i.rs2])),
  // −2^31 / −1 is 2^31 in a double, which `| 0` folds back to −2^31: the overflow rule comes for free.
  div: ({ x }, i) => put(x, i.rd, x[i.rs2] === 0 ? -1 : (x[i.rs1] / x[i.rs2]) | 0),
  divu: ({ x }, i) => put(x, i.rd, x[i.rs2] === 0 ? -1 : (x[i.rs1] >>> 0) / (x[i.rs2] >>> 0)),
  rem: ({ x }, i) => put(x, i.rd, x[i.rs2] === 0 ? x[i.rs1] : x[i.rs1] % x[i.rs2]),
  remu: ({ x }, i) => put(x, i.rd, x[i.rs2] === 0 ? x[i.rs1] : (x[i.rs1] >>> 0) % (x[i.rs2] >>> 0)),

  "lr.w": (cpu, i) => {
    const paddr = cpu.atomicAddress(cpu.x[i.rs1], "load");
    if (paddr < 0) return TRAPPED;
    cpu.reservation = paddr;
    cpu.x[i.rd] = cpu.readPhysical(paddr);
  },
  "sc.w": (cpu, i) => {
    const paddr = cpu.atomicAddress(cpu.x[i.rs1], "store");
    if (paddr < 0) return TRAPPED;
    const reserved = cpu.reservation === paddr;
    cpu.reservation = -1;
    if (reserved) cpu.writePhysical(paddr, cpu.x[i.rs2]);
    cpu.x[i.rd] = reserved ? 0 : 1;
  },
  "amoswap.w": (cpu, i) => amo(cpu, i, (_, operand) => operand),
  "amoadd.w": (cpu, i) => amo(cpu, i, (old, operand) => old + operand),
  "amoxor.w": (cpu, i) => amo(cpu, i, (old, operand) => old ^ operand),
  "amoand.w": (cpu, i) => amo(cpu, i, (old, operand) => old & operand),
  "amoor.w": (cpu, i) => amo(cpu, i, (old, operand) => old | operand),
  "amomin.w": (cpu, i) => amo(cpu, i, (old, operand) => Math.min(old, operand)),
  "amomax.w": (cpu, i) => amo(cpu, i, (old, operand) => Math.max(old, operand)),
  "amominu.w": (cpu, i) => amo(cpu, i, (old, operand) => (old >>> 0 < operand >>> 0 ? old : operand)),
  "amomaxu.w": (cpu, i) => amo(cpu, i, (old, operand) => (old >>> 0 > operand >>> 0 ? old : operand)),

  fence: () => undefined,
  "fence.i": () => undefined,
  ecall: (cpu) => cpu.trap(Cause.EcallFromUser, 0),
  ebreak: (cpu, _, pc) => cpu.trap(Cause.Breakpoint, pc),
  csrrw: illegal,
  csrrs: (cpu, i) => readCounter(cpu, i, i.rs1 !== 0),
  csrrc: (cpu, i) => readCounter(cpu, i, i.rs1 !== 0),
  csrrwi: illegal,
  csrrsi: (cpu, i) => readCounter(cpu, i, i.rs1 !== 0),
  csrrci: (cpu, i) => readCounter(cpu, i, i.rs1 !== 0),
  sret: illegal,
  mret: illegal,
  wfi: illegal,
  "sfence.vma": illegal,
} satisfies Record<Mnemonic, Semantics>;
