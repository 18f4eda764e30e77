/** What the instruction at the pc of the process on the CPU is about to read or write, found out without any effect. */
import { PAGE_BYTES, PAGE_MASK } from "../../emulator/bits.ts";
import { type DecodedInstruction, decode } from "../../emulator/isa/decode.ts";
import type { Machine } from "../machine.ts";

export interface DataAccess {
  readonly vaddr: number;
  readonly bytes: number;
  readonly isWrite: boolean;
  /** Atomic read-modify-writes do both. */
  readonly isRead: boolean;
}

/** Width by the low two bits of funct3, which say it for loads and stores alike. */
const WIDTHS = [1, 2, 4] as const;
const LOAD = 0x03;
const STORE = 0x23;
const ATOMIC = 0x2f;

/** The instruction at an address of the running address space; null when its bytes are not in memory, or are no instruction. */
export function instructionAt(machine: Machine, pc: number): DecodedInstruction | null {
  const { mmu, ram } = machine;
  const first = mmu.peek(pc, "execute");
  if (first.fault !== null) return null;
  const low = ram.u16[first.paddr >>> 1];
  if ((low & 3) !== 3) return decode(low);
  let next = first.paddr + 2;
  if ((pc & PAGE_MASK) === PAGE_BYTES - 2) {
    const second = mmu.peek((pc + 2) >>> 0, "execute");
    if (second.fault !== null) return null;
    next = second.paddr;
  }
  return decode(low | (ram.u16[next >>> 1] << 16));
}

/** The access of the instruction at hart.pc, or null when it makes none. */
export function dataAccess(machine: Machine): DataAccess | null {
  const { hart } = machine;
  const instruction = instructionAt(machine, hart.pc);
  if (instruction === null) return null;
  const { row, rs1, imm } = instruction;
  const opcode = row.match & 0x7f;
  if (opcode !== LOAD && opcode !== STORE && opcode !== ATOMIC) return null;
  const vaddr = (hart.x[rs1] + imm) >>> 0;
  const isWrite = opcode === STORE || (opcode === ATOMIC && row.mnemonic !== "lr.w");
  const isRead = opcode === LOAD || (opcode === ATOMIC && row.mnemonic !== "sc.w");
  return { vaddr, bytes: WIDTHS[(row.match >>> 12) & 3], isWrite, isRead };
}
