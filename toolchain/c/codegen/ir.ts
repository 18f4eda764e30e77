/**
 * The generator's intermediate code: a list of RV32IM instructions whose registers may still be virtual.
 *
 * Numbers 0 … 31 are the machine's registers, from 32 on virtual ones. Memory operands may stand on a frame slot whose offset is not
 * known before registers have been allocated. There is no SSA form: the virtual register of a C variable is assigned many
 * times, an expression's temporary once. Leaves out: any notion of types; a 64-bit value is two registers.
 */
import type { Span } from "../../diagnostics.ts";

export const NONE = -1;
export const ZERO = 0;
export const RA = 1;
export const SP = 2;
export const TP = 4;
export const S0 = 8;
export const A0 = 10;
export const A1 = 11;
/** Registers that the allocator never hands out: spill code and far frame offsets use them. */
export const SCRATCH_A = 30;
export const SCRATCH_B = 31;
export const FIRST_VIRTUAL = 32;

/** The area for outgoing stack arguments, at sp + 0, written as a slot. */
export const OUTGOING_SLOT = -2;

/** Lost by a call under the psABI: ra, t0 … t6, a0 … a7. */
export const CALLER_SAVED: readonly number[] = [1, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31];
/** s0 … s11 */
export const CALLEE_SAVED: readonly number[] = [8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27];

export type Alu =
  | "add" | "sub" | "and" | "or" | "xor" | "sll" | "srl" | "sra" | "slt" | "sltu"
  | "mul" | "mulh" | "mulhu" | "mulhsu" | "div" | "divu" | "rem" | "remu"; // biome-ignore format: a list of operators
export type AluImmediate = "addi" | "andi" | "ori" | "xori" | "slti" | "sltiu" | "slli" | "srli" | "srai";
export type LoadOp = "lb" | "lbu" | "lh" | "lhu" | "lw";
export type StoreOp = "sb" | "sh" | "sw";
export type BranchOp = "beq" | "bne" | "blt" | "bge" | "bltu" | "bgeu";
export type Op =
  | Alu
  | AluImmediate
  | LoadOp
  | StoreOp
  | BranchOp
  | "mv"
  | "li"
  /** d = %hi(sym + imm) */
  | "hi"
  /** d = a + %lo(sym + imm) */
  | "lo"
  /** d = address of the thread-local sym + imm: its place in the block that tp points to (local-exec model) */
  | "tls"
  /** d = address of slot + imm */
  | "slot"
  /** d = the canonical frame address (sp at entry) */
  | "cfa"
  /** d = lowest address above the outgoing arguments: what alloca returns after sp has been moved */
  | "dynamic"
  | "label"
  | "j"
  /** Jump to the address in a; info.targets lists where it may go. */
  | "jr"
  | "call"
  | "callr"
  | "ret"
  | "asm"
  | "ebreak";

/** What an instruction reads, writes and destroys beyond its fields. */
export interface Effects {
  readonly uses: readonly number[];
  readonly defs: readonly number[];
  /** Machine registers whose content is lost. */
  readonly clobbers: readonly number[];
  /** Labels that a `jr` may reach. */
  readonly targets?: readonly number[];
  readonly asm?: AsmTemplate;
  /** Written before all inputs were read: these outputs may share no register with an input. */
  readonly earlyDefs?: readonly number[];
}

export type AsmPiece =
  | string
  | { readonly register: number }
  | { readonly memory: MemoryPlace }
  | { readonly symbol: string; readonly addend: number };
export interface AsmTemplate {
  readonly pieces: readonly AsmPiece[];
}
export interface MemoryPlace {
  readonly base: number;
  readonly slot: number;
  readonly offset: number;
}

export interface Ins {
  op: Op;
  /** Destination register, or NONE. */
  d: number;
  /** First source, or base of a memory operand, or NONE. */
  a: number;
  /** Second source, or the value that a store writes, or NONE. */
  b: number;
  imm: number;
  /** Symbol of hi, lo, tls, call; of a memory operand: its offset is %lo(sym + imm). */
  sym: string | null;
  /** Frame slot that stands in the place of `a`, or NONE. */
  slot: number;
  /** The label's number, or the branch's target; NONE. */
  label: number;
  info: Effects | null;
  /** Must not be removed or merged: volatile access. */
  pinned: boolean;
  /** Loops around it, as a weight for register allocation. */
  depth: number;
  /** The C scope that it was made in: index in the function's list. */
  scope: number;
  span: Span | null;
}

/** A piece of the frame. `cfaOffset` is set for incoming stack arguments and filled in by the frame's layout for the others. */
export interface Slot {
  readonly bytes: number;
  readonly align: number;
  /** Offset from the canonical frame address, once known. */
  cfaOffset: number | null;
  readonly isIncoming: boolean;
}

const LOADS = new Set<string>(["lb", "lbu", "lh", "lhu", "lw"]);
const STORES = new Set<string>(["sb", "sh", "sw"]);
const BRANCHES = new Set<string>(["beq", "bne", "blt", "bge", "bltu", "bgeu"]);
const EFFECTFUL = new Set<string>([
  "sb", "sh", "sw", "beq", "bne", "blt", "bge", "bltu", "bgeu", "label", "j", "jr", "call", "callr", "ret", "asm", "ebreak",
]); // biome-ignore format: a list of operators

export const isLoad = (op: Op): op is LoadOp => LOADS.has(op);
export const isStore = (op: Op): op is StoreOp => STORES.has(op);
export const isBranch = (op: Op): op is BranchOp => BRANCHES.has(op);
/** Nothing but `d` changes: may be dropped when d is not wanted. */
export const isPure = (ins: Ins): boolean => !EFFECTFUL.has(ins.op) && !ins.pinned;
/** Control never falls through to the next instruction. */
export const endsFlow = (op: Op): boolean => op === "j" || op === "jr" || op === "ret" || op === "ebreak";

const INVERSE: Readonly<Record<BranchOp, BranchOp>> = {
  beq: "bne",
  bne: "beq",
  blt: "bge",
  bge: "blt",
  bltu: "bgeu",
  bgeu: "bltu",
};
export const inverseBranch = (op: BranchOp): BranchOp => INVERSE[op];

/** Fits the 12-bit signed immediate of most instructions. */
export const isImm12 = (value: number): boolean => value >= -2048 && value <= 2047;
