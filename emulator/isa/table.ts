/**
 * The instruction set: one row per instruction, and nothing about encodings stands anywhere else. Decoder, encoder,
 * disassembler, assembler and the lockstep tests all read these rows.
 *
 * Base rows: a word is this instruction when `(word & mask) === match`. Compressed rows expand to a base instruction.
 * The privileged rows at the end of the base table are there to be named; in user mode they are illegal.
 *
 * `operands` is written as assembly writes it, with `rd rs1 rs2` for registers and one of these for an immediate:
 * `imm` signed, `upper` the 20 bits that U-type shows, `shamt`, `csr`, `zimm` (5 bits in the place of rs1), `target` an
 * offset from pc, `pred` and `succ` of fence.
 *
 * Source: RISC-V unprivileged specification 20240411, chapter 35 (RV32/64G instruction listings), chapter 27 (C).
 */
import type { CompressedFormat, Format, ImmediateName } from "./formats.ts";

export type Extension = "I" | "M" | "A" | "Zicsr" | "Zifencei" | "C" | "privileged";

export interface InstructionRow<M extends string = string> {
  readonly mnemonic: M;
  readonly format: Format;
  readonly match: number;
  readonly mask: number;
  readonly operands: string;
  /** Layout of the immediate, or null when there is none. */
  readonly immediate: ImmediateName | null;
  readonly extension: Extension;
  /** One line for people, in the notation of C; `x[rd] =` is understood where nothing else is assigned. */
  readonly meaning: string;
}

const IMMEDIATE_OF: Record<Format, ImmediateName | null> = { R: null, I: "I", S: "S", B: "B", U: "U", J: "J" };

/** Builds a row; the immediate's layout follows from the format unless the operands name a special one. */
function row<const M extends string>(
  mnemonic: M,
  format: Format,
  match: number,
  mask: number,
  operands: string,
  extension: Extension,
  meaning: string,
): InstructionRow<M> {
  let immediate = /imm|upper|target/.test(operands.replace("zimm", "")) ? IMMEDIATE_OF[format] : null;
  if (operands.includes("shamt")) immediate = "shamt";
  if (operands.includes("csr")) immediate = "csr";
  if (operands.includes("pred")) immediate = "fence";
  return { mnemonic, format, match: match >>> 0, mask: mask >>> 0, operands, immediate, extension, meaning };
}

export const INSTRUCTIONS = [
  row("lui", "U", 0x37, 0x7f, "rd,upper", "I", "imm, whose low 12 bits are zero"),
  row("auipc", "U", 0x17, 0x7f, "rd,upper", "I", "pc + imm"),
  row("jal", "J", 0x6f, 0x7f, "rd,target", "I", "the next pc; pc += imm"),
  row("jalr", "I", 0x67, 0x707f, "rd,imm(rs1)", "I", "the next pc; pc = (rs1 + imm) & ~1"),
  row("beq", "B", 0x63, 0x707f, "rs1,rs2,target", "I", "if (rs1 == rs2) pc += imm"),
  row("bne", "B", 0x1063, 0x707f, "rs1,rs2,target", "I", "if (rs1 != rs2) pc += imm"),
  row("blt", "B", 0x4063, 0x707f, "rs1,rs2,target", "I", "if (rs1 < rs2, signed) pc += imm"),
  row("bge", "B", 0x5063, 0x707f, "rs1,rs2,target", "I", "if (rs1 >= rs2, signed) pc += imm"),
  row("bltu", "B", 0x6063, 0x707f, "rs1,rs2,target", "I", "if (rs1 < rs2, unsigned) pc += imm"),
  row("bgeu", "B", 0x7063, 0x707f, "rs1,rs2,target", "I", "if (rs1 >= rs2, unsigned) pc += imm"),
  row("lb", "I", 0x03, 0x707f, "rd,imm(rs1)", "I", "the byte at rs1 + imm, sign-extended"),
  row("lh", "I", 0x1003, 0x707f, "rd,imm(rs1)", "I", "the half-word at rs1 + imm, sign-extended"),
  row("lw", "I", 0x2003, 0x707f, "rd,imm(rs1)", "I", "the word at rs1 + imm"),
  row("lbu", "I", 0x4003, 0x707f, "rd,imm(rs1)", "I", "the byte at rs1 + imm, zero-extended"),
  row("lhu", "I", 0x5003, 0x707f, "rd,imm(rs1)", "I", "the half-word at rs1 + imm, zero-extended"),
  row("sb", "S", 0x23, 0x707f, "rs2,imm(rs1)", "I", "stores the low byte of rs2 at rs1 + imm"),
  row("sh", "S", 0x1023, 0x707f, "rs2,imm(rs1)", "I", "stores the low half-word of rs2 at rs1 + imm"),
  row("sw", "S", 0x2023, 0x707f, "rs2,imm(rs1)", "I", "stores rs2 at rs1 + imm"),
  row("addi", "I", 0x13, 0x707f, "rd,rs1,imm", "I", "rs1 + imm"),
  row("slti", "I", 0x2013, 0x707f, "rd,rs1,imm", "I", "rs1 < imm, signed"),
  row("sltiu", "I", 0x3013, 0x707f, "rd,rs1,imm", "I", "rs1 < imm, both unsigned after sign extension"),
  row("xori", "I", 0x4013, 0x707f, "rd,rs1,imm", "I", "rs1 ^ imm"),
  row("ori", "I", 0x6013, 0x707f, "rd,rs1,imm", "I", "rs1 | imm"),
  row("andi", "I", 0x7013, 0x707f, "rd,rs1,imm", "I", "rs1 & imm"),
  row("slli", "I", 0x1013, 0xfe00707f, "rd,rs1,shamt", "I", "rs1 << shamt"),
  row("srli", "I", 0x5013, 0xfe00707f, "rd,rs1,shamt", "I", "rs1 >> shamt, zeros shifted in"),
  row("srai", "I", 0x40005013, 0xfe00707f, "rd,rs1,shamt", "I", "rs1 >> shamt, the sign shifted in"),
  row("add", "R", 0x33, 0xfe00707f, "rd,rs1,rs2", "I", "rs1 + rs2"),
  row("sub", "R", 0x40000033, 0xfe00707f, "rd,rs1,rs2", "I", "rs1 - rs2"),
  row("sll", "R", 0x1033, 0xfe00707f, "rd,rs1,rs2", "I", "rs1 << (rs2 & 31)"),
  row("slt", "R", 0x2033, 0xfe00707f, "rd,rs1,rs2", "I", "rs1 < rs2, signed"),
  row("sltu", "R", 0x3033, 0xfe00707f, "rd,rs1,rs2", "I", "rs1 < rs2, unsigned"),
  row("xor", "R", 0x4033, 0xfe00707f, "rd,rs1,rs2", "I", "rs1 ^ rs2"),
  row("srl", "R", 0x5033, 0xfe00707f, "rd,rs1,rs2", "I", "rs1 >> (rs2 & 31), zeros shifted in"),
  row("sra", "R", 0x40005033, 0xfe00707f, "rd,rs1,rs2", "I", "rs1 >> (rs2 & 31), the sign shifted in"),
  row("or", "R", 0x6033, 0xfe00707f, "rd,rs1,rs2", "I", "rs1 | rs2"),
  row("and", "R", 0x7033, 0xfe00707f, "rd,rs1,rs2", "I", "rs1 & rs2"),
  row("fence", "I", 0x0f, 0x707f, "pred,succ", "I", "orders memory accesses; one hart in program order needs nothing"),
  row("ecall", "I", 0x73, 0xffffffff, "", "I", "asks the kernel: trap 8"),
  row("ebreak", "I", 0x100073, 0xffffffff, "", "I", "stops for the debugger: trap 3"),
  row("fence.i", "I", 0x100f, 0x707f, "", "Zifencei", "makes stores visible to fetches; they always are here"),
  row("csrrw", "I", 0x1073, 0x707f, "rd,csr,rs1", "Zicsr", "csr; csr = rs1"),
  row("csrrs", "I", 0x2073, 0x707f, "rd,csr,rs1", "Zicsr", "csr; csr |= rs1, no write when rs1 is x0"),
  row("csrrc", "I", 0x3073, 0x707f, "rd,csr,rs1", "Zicsr", "csr; csr &= ~rs1, no write when rs1 is x0"),
  row("csrrwi", "I", 0x5073, 0x707f, "rd,csr,zimm", "Zicsr", "csr; csr = zimm"),
  row("csrrsi", "I", 0x6073, 0x707f, "rd,csr,zimm", "Zicsr", "csr; csr |= zimm, no write when zimm is 0"),
  row("csrrci", "I", 0x7073, 0x707f, "rd,csr,zimm", "Zicsr", "csr; csr &= ~zimm, no write when zimm is 0"),
  row("mul", "R", 0x2000033, 0xfe00707f, "rd,rs1,rs2", "M", "low word of rs1 * rs2"),
  row("mulh", "R", 0x2001033, 0xfe00707f, "rd,rs1,rs2", "M", "high word of rs1 * rs2, both signed"),
  row("mulhsu", "R", 0x2002033, 0xfe00707f, "rd,rs1,rs2", "M", "high word of rs1 * rs2, rs1 signed, rs2 unsigned"),
  row("mulhu", "R", 0x2003033, 0xfe00707f, "rd,rs1,rs2", "M", "high word of rs1 * rs2, both unsigned"),
  row("div", "R", 0x2004033, 0xfe00707f, "rd,rs1,rs2", "M", "rs1 / rs2, signed, towards zero; by 0: -1"),
  row("divu", "R", 0x2005033, 0xfe00707f, "rd,rs1,rs2", "M", "rs1 / rs2, unsigned; by 0: 2^32 - 1"),
  row("rem", "R", 0x2006033, 0xfe00707f, "rd,rs1,rs2", "M", "rs1 % rs2 with the sign of rs1; by 0: rs1"),
  row("remu", "R", 0x2007033, 0xfe00707f, "rd,rs1,rs2", "M", "rs1 % rs2, unsigned; by 0: rs1"),
  row("lr.w", "R", 0x1000202f, 0xf9f0707f, "rd,(rs1)", "A", "the word at rs1, and reserves it"),
  row("sc.w", "R", 0x1800202f, 0xf800707f, "rd,rs2,(rs1)", "A", "0 and stores rs2 if still reserved, else 1"),
  row("amoswap.w", "R", 0x800202f, 0xf800707f, "rd,rs2,(rs1)", "A", "the word at rs1; stores rs2"),
  row("amoadd.w", "R", 0x202f, 0xf800707f, "rd,rs2,(rs1)", "A", "the word at rs1; stores word + rs2"),
  row("amoxor.w", "R", 0x2000202f, 0xf800707f, "rd,rs2,(rs1)", "A", "the word at rs1; stores word ^ rs2"),
  row("amoand.w", "R", 0x6000202f, 0xf800707f, "rd,rs2,(rs1)", "A", "the word at rs1; stores word & rs2"),
  row("amoor.w", "R", 0x4000202f, 0xf800707f, "rd,rs2,(rs1)", "A", "the word at rs1; stores word | rs2"),
  row("amomin.w", "R", 0x8000202f, 0xf800707f, "rd,rs2,(rs1)", "A", "the word at rs1; stores the smaller, signed"),
  row("amomax.w", "R", 0xa000202f, 0xf800707f, "rd,rs2,(rs1)", "A", "the word at rs1; stores the larger, signed"),
  row("amominu.w", "R", 0xc000202f, 0xf800707f, "rd,rs2,(rs1)", "A", "the word at rs1; stores the smaller, unsigned"),
  row("amomaxu.w", "R", 0xe000202f, 0xf800707f, "rd,rs2,(rs1)", "A", "the word at rs1; stores the larger, unsigned"),
  row("sret", "I", 0x10200073, 0xffffffff, "", "privileged", "returns from a trap; illegal in user mode"),
  row("mret", "I", 0x30200073, 0xffffffff, "", "privileged", "returns from a machine trap; illegal in user mode"),
  row("wfi", "I", 0x10500073, 0xffffffff, "", "privileged", "waits for an interrupt; illegal in user mode here"),
  row("sfence.vma", "R", 0x12000073, 0xfe007fff, "rs1,rs2", "privileged", "drops TLB entries; illegal in user mode"),
] as const;

/** The name of every base instruction. */
export type Mnemonic = (typeof INSTRUCTIONS)[number]["mnemonic"];

/**
 * Where a compressed row takes a register from: a number stands for that register, `hi` for bits 11:7, `lo` for bits 6:2,
 * `hi'` for bits 9:7 and `lo'` for bits 4:2, these two counting from x8.
 */
export type CompressedRegister = number | "hi" | "lo" | "hi'" | "lo'";

/** What a compressed instruction is short for. Fields that are absent are 0. */
export interface Expansion {
  readonly base: Mnemonic;
  readonly rd?: CompressedRegister;
  readonly rs1?: CompressedRegister;
  readonly rs2?: CompressedRegister;
  readonly imm?: ImmediateName;
}

export interface CompressedRow {
  readonly mnemonic: string;
  readonly format: CompressedFormat;
  readonly match: number;
  readonly mask: number;
  readonly operands: string;
  readonly expansion: Expansion;
  /** Fields whose zero is another instruction or reserved. */
  readonly nonzero: readonly ("rd" | "rs1" | "rs2" | "imm")[];
  readonly extension: "C";
  readonly meaning: string;
}

function short(
  mnemonic: string,
  format: CompressedFormat,
  match: number,
  mask: number,
  operands: string,
  expansion: Expansion,
  nonzero: CompressedRow["nonzero"] = [],
): CompressedRow {
  const meaning = `short for ${expansion.base}`;
  return { mnemonic, format, match, mask, operands, expansion, nonzero, extension: "C", meaning };
}

/** Compressed rows without floating point; where two rows match, the earlier one holds. */
export const COMPRESSED: readonly CompressedRow[] = [
  short("c.addi4spn", "CIW", 0x0000, 0xe003, "rd,rs1,imm", { base: "addi", rd: "lo'", rs1: 2, imm: "CIW.addi4spn" }, [
    "imm",
  ]),
  short("c.lw", "CL", 0x4000, 0xe003, "rd,imm(rs1)", { base: "lw", rd: "lo'", rs1: "hi'", imm: "CL.w" }),
  short("c.sw", "CS", 0xc000, 0xe003, "rs2,imm(rs1)", { base: "sw", rs2: "lo'", rs1: "hi'", imm: "CL.w" }),
  short("c.nop", "CI", 0x0001, 0xffff, "", { base: "addi" }),
  short("c.addi", "CI", 0x0001, 0xe003, "rd,imm", { base: "addi", rd: "hi", rs1: "hi", imm: "CI.imm" }),
  short("c.jal", "CJ", 0x2001, 0xe003, "target", { base: "jal", rd: 1, imm: "CJ.jump" }),
  short("c.li", "CI", 0x4001, 0xe003, "rd,imm", { base: "addi", rd: "hi", rs1: 0, imm: "CI.imm" }),
  short("c.addi16sp", "CI", 0x6101, 0xef83, "rd,imm", { base: "addi", rd: 2, rs1: 2, imm: "CI.addi16sp" }, ["imm"]),
  short("c.lui", "CI", 0x6001, 0xe003, "rd,upper", { base: "lui", rd: "hi", imm: "CI.lui" }, ["imm"]),
  short("c.srli", "CB", 0x8001, 0xfc03, "rd,shamt", { base: "srli", rd: "hi'", rs1: "hi'", imm: "CI.shamt" }),
  short("c.srai", "CB", 0x8401, 0xfc03, "rd,shamt", { base: "srai", rd: "hi'", rs1: "hi'", imm: "CI.shamt" }),
  short("c.andi", "CB", 0x8801, 0xec03, "rd,imm", { base: "andi", rd: "hi'", rs1: "hi'", imm: "CI.imm" }),
  short("c.sub", "CA", 0x8c01, 0xfc63, "rd,rs2", { base: "sub", rd: "hi'", rs1: "hi'", rs2: "lo'" }),
  short("c.xor", "CA", 0x8c21, 0xfc63, "rd,rs2", { base: "xor", rd: "hi'", rs1: "hi'", rs2: "lo'" }),
  short("c.or", "CA", 0x8c41, 0xfc63, "rd,rs2", { base: "or", rd: "hi'", rs1: "hi'", rs2: "lo'" }),
  short("c.and", "CA", 0x8c61, 0xfc63, "rd,rs2", { base: "and", rd: "hi'", rs1: "hi'", rs2: "lo'" }),
  short("c.j", "CJ", 0xa001, 0xe003, "target", { base: "jal", rd: 0, imm: "CJ.jump" }),
  short("c.beqz", "CB", 0xc001, 0xe003, "rs1,target", { base: "beq", rs1: "hi'", rs2: 0, imm: "CB.branch" }),
  short("c.bnez", "CB", 0xe001, 0xe003, "rs1,target", { base: "bne", rs1: "hi'", rs2: 0, imm: "CB.branch" }),
  short("c.slli", "CI", 0x0002, 0xf003, "rd,shamt", { base: "slli", rd: "hi", rs1: "hi", imm: "CI.shamt" }),
  short("c.lwsp", "CI", 0x4002, 0xe003, "rd,imm(rs1)", { base: "lw", rd: "hi", rs1: 2, imm: "CI.lwsp" }, ["rd"]),
  short("c.jr", "CR", 0x8002, 0xf07f, "rs1", { base: "jalr", rd: 0, rs1: "hi" }, ["rs1"]),
  short("c.mv", "CR", 0x8002, 0xf003, "rd,rs2", { base: "add", rd: "hi", rs1: 0, rs2: "lo" }, ["rs2"]),
  short("c.ebreak", "CR", 0x9002, 0xffff, "", { base: "ebreak" }),
  short("c.jalr", "CR", 0x9002, 0xf07f, "rs1", { base: "jalr", rd: 1, rs1: "hi" }, ["rs1"]),
  short("c.add", "CR", 0x9002, 0xf003, "rd,rs2", { base: "add", rd: "hi", rs1: "hi", rs2: "lo" }, ["rs2"]),
  short("c.swsp", "CSS", 0xc002, 0xe003, "rs2,imm(rs1)", { base: "sw", rs2: "lo", rs1: 2, imm: "CSS.swsp" }),
];

const ROWS = new Map<string, InstructionRow<Mnemonic>>(INSTRUCTIONS.map((each) => [each.mnemonic, each]));

/** The row of a base instruction. */
export const rowOf = (mnemonic: Mnemonic): InstructionRow<Mnemonic> => ROWS.get(mnemonic)!;
/** Whether a name is that of a base instruction. */
export const isMnemonic = (name: string): name is Mnemonic => ROWS.has(name);
