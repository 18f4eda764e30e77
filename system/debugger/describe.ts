/** Words for what the debugger shows: PTEs, instructions with their operands, effective addresses. */
import { hex } from "../../emulator/bits.ts";
import { decode } from "../../emulator/isa/decode.ts";
import { type DisassembleOptions, disassemble } from "../../emulator/isa/disassemble.ts";
import { registerName } from "../../emulator/isa/registers.ts";
import { describePte, isLeaf, isValid, ptePfn } from "../../emulator/pte.ts";
import { SOFTWARE_PTE_NAMES, SoftwarePte, softwareKind, softwareValue } from "../../kernel/mm/software-pte.ts";
import type { RegisterView } from "../inspect.ts";

/** A PTE in words: where it points and what may be done, or what the kernel keeps in an invalid one. */
export function pteText(pte: number): string {
  if (isValid(pte)) {
    return isLeaf(pte)
      ? `V=1, frame ${ptePfn(pte)}, ${describePte(pte)}`
      : `V=1, points to the table in frame ${ptePfn(pte)}`;
  }
  const kind = softwareKind(pte);
  if (pte === 0) return "V=0, nothing reserved here";
  const value =
    kind === SoftwarePte.Swap
      ? `, slot ${softwareValue(pte)}`
      : kind === SoftwarePte.Transition
        ? `, frame ${softwareValue(pte)}`
        : "";
  return `V=0, software kind ${SOFTWARE_PTE_NAMES[kind] ?? kind}${value}`;
}

/** What an instruction does to memory. */
export interface MemoryAccess {
  readonly vaddr: number;
  readonly bytes: 1 | 2 | 4;
  readonly isLoad: boolean;
  readonly isStore: boolean;
}

const WIDTHS: Readonly<Record<string, 1 | 2 | 4>> = { lb: 1, lbu: 1, sb: 1, lh: 2, lhu: 2, sh: 2, lw: 4, sw: 4 };

/** The access to memory that an instruction would make with these registers, or null when it makes none. */
export function memoryAccess(word: number, x: Int32Array): MemoryAccess | null {
  const instruction = decode(word);
  if (instruction === null) return null;
  const { mnemonic } = instruction.row;
  const bytes = WIDTHS[mnemonic];
  if (bytes !== undefined) {
    const isStore = mnemonic.startsWith("s");
    return { vaddr: (x[instruction.rs1] + instruction.imm) >>> 0, bytes, isLoad: !isStore, isStore };
  }
  if (
    !mnemonic.endsWith(".w") ||
    !(mnemonic.startsWith("amo") || mnemonic.startsWith("lr") || mnemonic.startsWith("sc"))
  )
    return null;
  const isLoad = !mnemonic.startsWith("sc");
  return { vaddr: x[instruction.rs1] >>> 0, bytes: 4, isLoad, isStore: !mnemonic.startsWith("lr") };
}

/** The bits at pc, from up to four bytes; null when fewer than two are there. */
export function wordOf(bytes: Uint8Array): number | null {
  if (bytes.length < 2) return null;
  const half = bytes[0] | (bytes[1] << 8);
  if ((half & 3) !== 3) return half;
  return bytes.length < 4 ? null : (half | (bytes[2] << 16) | (bytes[3] << 24)) >>> 0;
}

/** Mnemonic and operands on one line. */
export function instructionText(word: number, pc: number, options: DisassembleOptions = {}): string {
  const { mnemonic, operands } = disassemble(word, pc, options);
  return operands === "" ? mnemonic : `${mnemonic} ${operands}`;
}

/** The registers that an instruction reads, with their values: "a0 = 0x10, s1 = 0x2". */
export function operandText(word: number, registers: RegisterView): string {
  const instruction = decode(word);
  if (instruction === null) return "";
  const { format } = instruction.row;
  const reads =
    format === "R" || format === "S" || format === "B"
      ? [instruction.rs1, instruction.rs2]
      : format === "I"
        ? [instruction.rs1]
        : [];
  return [...new Set(reads)]
    .filter((register) => register !== 0)
    .map((register) => `${registerName(register)} = ${hex(registers.x[register])}`)
    .join(", ");
}
