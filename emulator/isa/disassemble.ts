/**
 * Instructions as text, the way GNU objdump writes them: with aliases and compressed instructions under their long
 * names, or (`aliases: false`) each under its own name with all its operands.
 */
import { findAlias } from "./aliases.ts";
import { type DecodedInstruction, decode } from "./decode.ts";
import { lengthOf } from "./formats.ts";
import { csrName, registerName } from "./registers.ts";

export interface DisassembleOptions {
  /** Show aliases (`ret`, `li`, `add a0,a0,1`) and compressed instructions as what they are short for. Default true. */
  aliases?: boolean;
  /** Name of an address, added to branch targets as `<name>`. */
  symbolOf?: (vaddr: number) => string | undefined;
}

export interface Disassembly {
  /** `addi`, or `.4byte` / `.2byte` where there is no instruction. */
  readonly mnemonic: string;
  /** `a0,a1,1`; empty when there are none. */
  readonly operands: string;
  /** Both, with a space between. */
  readonly text: string;
  /** Length of the instruction in memory: 2 or 4. */
  readonly bytes: 2 | 4;
}

/** The instruction that begins with these bits, standing at `pc`. Never fails: what is no instruction is shown as data. */
export function disassemble(bits: number, pc: number, options: DisassembleOptions = {}): Disassembly {
  const { aliases = true } = options;
  const special = specialText(bits, aliases);
  if (special !== null) return special;
  const instruction = decode(bits);
  if (instruction === null) {
    return lengthOf(bits) === 4 ? show(".4byte", `0x${(bits >>> 0).toString(16)}`, 4) : data16(bits & 0xffff);
  }
  const { row, compressed, bytes } = instruction;
  if (compressed !== null && (!aliases || isHint(instruction))) {
    const name = aliases && compressed.mnemonic === "c.addi" && instruction.rd === 0 ? "c.nop" : compressed.mnemonic;
    const operands = name === "c.nop" ? "imm" : compressed.operands;
    return show(name, writeOperands(operands, instruction, pc, options), bytes);
  }
  if (aliases) {
    if (compressed?.mnemonic === "c.mv") return show("mv", writeOperands("rd,rs2", instruction, pc, options), bytes);
    const found = findAlias(instruction);
    // `mv` and `li` are shown for a compressed instruction only where it is c.mv or c.li.
    if (
      found !== null &&
      !(compressed !== null && IMMEDIATE_FORMS.has(row.mnemonic) && compressed.mnemonic !== "c.li")
    ) {
      return show(found.alias, writeOperands(found.operands, instruction, pc, options), bytes);
    }
  }
  const name = aliases && IMMEDIATE_FORMS.has(row.mnemonic) ? row.mnemonic.slice(0, -1) : row.mnemonic;
  return show(name + ordering(instruction), writeOperands(row.operands, instruction, pc, options), bytes);
}

const show = (mnemonic: string, operands: string, bytes: 2 | 4): Disassembly => ({
  mnemonic,
  operands,
  text: operands === "" ? mnemonic : `${mnemonic} ${operands}`,
  bytes,
});

const data16 = (half: number): Disassembly => show(".2byte", `0x${half.toString(16)}`, 2);

/** Instructions that the alias form writes without their final i, as assemblers accept them: `add a0,a0,1`. */
const IMMEDIATE_FORMS: ReadonlySet<string> = new Set(
  "addi andi ori xori slli srli srai csrrwi csrrsi csrrci".split(" "),
);

/** Words with a name that no row gives them. */
function specialText(bits: number, aliases: boolean): Disassembly | null {
  if (lengthOf(bits) === 4) {
    if (bits >>> 0 === 0x8330000f) return show("fence.tso", "", 4);
    if (bits >>> 0 === 0xc0001073) return show("unimp", "", 4);
    return null;
  }
  const half = bits & 0xffff;
  if (half === 0) return show(aliases ? "unimp" : "c.unimp", "", 2);
  if (half === 1) return aliases ? show("nop", "", 2) : show("c.addi", "zero,0", 2);
  // A shift by 0: reserved for RV128's shift by 64, a hint here.
  if ((half & 0xf07f) === 0x0002) return show("c.slli64", registerName((half >>> 7) & 31), 2);
  if ((half & 0xfc7f) === 0x8001) return show("c.srli64", registerName(8 + ((half >>> 7) & 7)), 2);
  if ((half & 0xfc7f) === 0x8401) return show("c.srai64", registerName(8 + ((half >>> 7) & 7)), 2);
  return null;
}

/** A compressed instruction without effect, which objdump leaves under its own name. */
function isHint({ compressed, rd }: DecodedInstruction): boolean {
  return (
    rd === 0 &&
    compressed !== null &&
    ["c.addi", "c.li", "c.lui", "c.mv", "c.add", "c.slli"].includes(compressed.mnemonic)
  );
}

/** `.aq`, `.rl` or `.aqrl` of an atomic instruction. */
function ordering({ row, word }: DecodedInstruction): string {
  if (row.extension !== "A") return "";
  const aq = (word & (1 << 26)) !== 0 ? "aq" : "";
  const rl = (word & (1 << 25)) !== 0 ? "rl" : "";
  return aq + rl === "" ? "" : `.${aq}${rl}`;
}

/** Replaces each field name of an operand list by its value. */
function writeOperands(
  operands: string,
  instruction: DecodedInstruction,
  pc: number,
  options: DisassembleOptions,
): string {
  return operands.replace(/[a-z]+[12]?/g, (field) => writeOperand(field, instruction, pc, options));
}

function writeOperand(field: string, instruction: DecodedInstruction, pc: number, options: DisassembleOptions): string {
  const { rd, rs1, rs2, imm } = instruction;
  switch (field) {
    case "rd":
      return registerName(rd);
    case "rs1":
      return registerName(rs1);
    case "rs2":
      return registerName(rs2);
    case "zimm":
      return String(rs1);
    case "csr":
      return csrName(imm);
    case "upper":
      return `0x${(imm >>> 12).toString(16)}`;
    case "shamt":
      return `0x${imm.toString(16)}`;
    case "pred":
      return fenceSet(imm >>> 4);
    case "succ":
      return fenceSet(imm & 15);
    case "target": {
      const target = (pc + imm) >>> 0;
      const symbol = options.symbolOf?.(target);
      return `0x${target.toString(16)}${symbol === undefined ? "" : ` <${symbol}>`}`;
    }
    default:
      return String(imm);
  }
}

/** The four letters of a fence's set; objdump calls the empty set unknown. */
const fenceSet = (set: number): string =>
  set === 0 ? "unknown" : ["i", "o", "r", "w"].filter((_, n) => (set & (8 >> n)) !== 0).join("");
