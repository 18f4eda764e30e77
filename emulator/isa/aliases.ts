/**
 * Second names: assembly's usual way to write a base instruction some of whose fields have one particular value. An alias
 * is one instruction under another name; pseudo-instructions that become several belong to the assembler.
 *
 * Where several aliases fit, the first one is shown.
 *
 * Source: RISC-V assembly programmer's manual 1.0, "A listing of standard RISC-V pseudoinstructions"; the order and the
 * names of the CSR aliases are those that GNU objdump shows.
 */
import type { DecodedInstruction } from "./decode.ts";
import { Csr } from "./registers.ts";
import type { Mnemonic } from "./table.ts";

export interface AliasRow {
  readonly alias: string;
  readonly operands: string;
  readonly base: Mnemonic;
  /** The values that make the base instruction this alias. `imm` holds a CSR number where the base has one. */
  readonly where: { readonly rd?: number; readonly rs1?: number; readonly rs2?: number; readonly imm?: number };
}

const alias = (name: string, operands: string, base: Mnemonic, where: AliasRow["where"]): AliasRow => ({
  alias: name,
  operands,
  base,
  where,
});

export const ALIASES: readonly AliasRow[] = [
  alias("nop", "", "addi", { rd: 0, rs1: 0, imm: 0 }),
  alias("li", "rd,imm", "addi", { rs1: 0 }),
  alias("mv", "rd,rs1", "addi", { imm: 0 }),
  alias("not", "rd,rs1", "xori", { imm: -1 }),
  alias("zext.b", "rd,rs1", "andi", { imm: 255 }),
  alias("neg", "rd,rs2", "sub", { rs1: 0 }),
  alias("seqz", "rd,rs1", "sltiu", { imm: 1 }),
  alias("snez", "rd,rs2", "sltu", { rs1: 0 }),
  alias("sltz", "rd,rs1", "slt", { rs2: 0 }),
  alias("sgtz", "rd,rs2", "slt", { rs1: 0 }),
  alias("beqz", "rs1,target", "beq", { rs2: 0 }),
  alias("bnez", "rs1,target", "bne", { rs2: 0 }),
  alias("blez", "rs2,target", "bge", { rs1: 0 }),
  alias("bgez", "rs1,target", "bge", { rs2: 0 }),
  alias("bltz", "rs1,target", "blt", { rs2: 0 }),
  alias("bgtz", "rs2,target", "blt", { rs1: 0 }),
  alias("j", "target", "jal", { rd: 0 }),
  alias("jal", "target", "jal", { rd: 1 }),
  alias("ret", "", "jalr", { rd: 0, rs1: 1, imm: 0 }),
  alias("jr", "rs1", "jalr", { rd: 0, imm: 0 }),
  alias("jr", "imm(rs1)", "jalr", { rd: 0 }),
  alias("jalr", "rs1", "jalr", { rd: 1, imm: 0 }),
  alias("jalr", "imm(rs1)", "jalr", { rd: 1 }),
  alias("jalr", "rd,rs1", "jalr", { imm: 0 }),
  alias("fence", "", "fence", { imm: 0xff }),
  alias("rdcycle", "rd", "csrrs", { rs1: 0, imm: Csr.cycle }),
  alias("rdtime", "rd", "csrrs", { rs1: 0, imm: Csr.time }),
  alias("rdinstret", "rd", "csrrs", { rs1: 0, imm: Csr.instret }),
  alias("rdcycleh", "rd", "csrrs", { rs1: 0, imm: Csr.cycleh }),
  alias("rdtimeh", "rd", "csrrs", { rs1: 0, imm: Csr.timeh }),
  alias("rdinstreth", "rd", "csrrs", { rs1: 0, imm: Csr.instreth }),
  alias("frcsr", "rd", "csrrs", { rs1: 0, imm: Csr.fcsr }),
  alias("frrm", "rd", "csrrs", { rs1: 0, imm: Csr.frm }),
  alias("frflags", "rd", "csrrs", { rs1: 0, imm: Csr.fflags }),
  alias("fscsr", "rs1", "csrrw", { rd: 0, imm: Csr.fcsr }),
  alias("fscsr", "rd,rs1", "csrrw", { imm: Csr.fcsr }),
  alias("fsrm", "rs1", "csrrw", { rd: 0, imm: Csr.frm }),
  alias("fsrm", "rd,rs1", "csrrw", { imm: Csr.frm }),
  alias("fsflags", "rs1", "csrrw", { rd: 0, imm: Csr.fflags }),
  alias("fsflags", "rd,rs1", "csrrw", { imm: Csr.fflags }),
  alias("fsrmi", "rd,zimm", "csrrwi", { imm: Csr.frm }),
  alias("fsflagsi", "rd,zimm", "csrrwi", { imm: Csr.fflags }),
  alias("unimp", "", "csrrw", { rd: 0, rs1: 0, imm: Csr.cycle }),
  alias("csrr", "rd,csr", "csrrs", { rs1: 0 }),
  alias("csrw", "csr,rs1", "csrrw", { rd: 0 }),
  alias("csrs", "csr,rs1", "csrrs", { rd: 0 }),
  alias("csrc", "csr,rs1", "csrrc", { rd: 0 }),
  alias("csrw", "csr,zimm", "csrrwi", { rd: 0 }),
  alias("csrs", "csr,zimm", "csrrsi", { rd: 0 }),
  alias("csrc", "csr,zimm", "csrrci", { rd: 0 }),
  alias("sfence.vma", "", "sfence.vma", { rs1: 0, rs2: 0 }),
  alias("sfence.vma", "rs1", "sfence.vma", { rs2: 0 }),
];

/** The alias under which an instruction is usually written, or null. */
export function findAlias(instruction: DecodedInstruction): AliasRow | null {
  const { row, rd, rs1, rs2, imm } = instruction;
  for (const each of ALIASES) {
    if (each.base !== row.mnemonic) continue;
    const { where } = each;
    if (
      (where.rd === undefined || where.rd === rd) &&
      (where.rs1 === undefined || where.rs1 === rs1) &&
      (where.rs2 === undefined || where.rs2 === rs2) &&
      (where.imm === undefined || where.imm === imm)
    ) {
      return each;
    }
  }
  return null;
}
