/**
 * From mnemonic and operands to the instruction word, and from a word to its 16-bit form. What does not fit is
 * answered with a value that says which operand, so that an assembler can point at it.
 */

import { expand } from "./decode.ts";
import { extractImmediate, fits, IMMEDIATES, packImmediate } from "./formats.ts";
import { COMPRESSED, type CompressedRegister, type CompressedRow, type Mnemonic, rowOf } from "./table.ts";

export interface Operands {
  /** Register numbers 0 … 31; absent ones are 0. */
  rd?: number;
  rs1?: number;
  rs2?: number;
  /** Immediate as a value: a byte offset for branches and jumps, all 32 bits (low 12 zero) for lui and auipc. */
  imm?: number;
  shamt?: number;
  csr?: number;
  /** The 5-bit immediate of csrrwi and its kin. */
  zimm?: number;
  /** Sets of fence: bits 8 i, 4 o, 2 r, 1 w. Default 15. */
  pred?: number;
  succ?: number;
  /** Ordering bits of the A extension. */
  aq?: boolean;
  rl?: boolean;
}

/** An operand that the encoding cannot hold. */
export interface EncodeError {
  readonly operand: keyof Operands;
  readonly value: number;
  /** Inclusive bounds, and what the value must be a multiple of. */
  readonly min: number;
  readonly max: number;
  readonly multiple: number;
  /** One sentence for people. */
  readonly message: string;
}

const problem = (operand: keyof Operands, value: number, min: number, max: number, multiple = 1): EncodeError => ({
  operand,
  value,
  min,
  max,
  multiple,
  message:
    `${operand} = ${value} does not fit: it must be from ${min} to ${max}` +
    (multiple > 1 ? ` and a multiple of ${multiple}` : ""),
});

/** Places of the register operands (zimm stands where rs1 does). */
const FIELDS = { rd: 7, rs1: 15, zimm: 15, rs2: 20 } as const;

/**
 * The 32-bit word of an instruction as an unsigned number, or the first operand that does not fit. Operands that the
 * instruction does not have are ignored.
 */
export function encode(mnemonic: Mnemonic, operands: Operands = {}): number | EncodeError {
  const row = rowOf(mnemonic);
  let word = row.match;
  for (const field of ["rd", "rs1", "zimm", "rs2"] as const) {
    if (!has(row.operands, field)) continue;
    const value = operands[field] ?? 0;
    if (!(Number.isInteger(value) && value >= 0 && value < 32)) return problem(field, value, 0, 31);
    word |= value << FIELDS[field];
  }
  if (row.extension === "A") word |= (operands.aq ? 1 << 26 : 0) | (operands.rl ? 1 << 25 : 0);
  if (row.immediate === "fence") {
    const { pred = 15, succ = 15 } = operands;
    if (!(pred >= 0 && pred < 16)) return problem("pred", pred, 0, 15);
    if (!(succ >= 0 && succ < 16)) return problem("succ", succ, 0, 15);
    return (word | (pred << 24) | (succ << 20)) >>> 0;
  }
  if (row.immediate === null) return word >>> 0;
  const operand = row.immediate === "shamt" ? "shamt" : row.immediate === "csr" ? "csr" : "imm";
  const layout = IMMEDIATES[row.immediate];
  let value = operands[operand] ?? (operand === "shamt" ? operands.imm : undefined) ?? 0;
  if (row.immediate === "U") value |= 0;
  if (!fits(value, layout)) return problem(operand, value, layout.min, layout.max, layout.multiple);
  return (word | packImmediate(value, layout)) >>> 0;
}

/** Whether an operand text names a field. */
const has = (operands: string, field: string): boolean => operands.split(/[,()]/).includes(field);

/** The 16-bit form of a 32-bit instruction, or null when it has none. Hints are never produced. */
export function compress(word: number): number | null {
  for (const row of COMPRESSED) {
    const half = attempt(row, word >>> 0);
    if (half !== null && expand(half) === word >>> 0 && !isHint(row, half)) return half;
  }
  return null;
}

/** Writes x0, or adds or shifts by 0, and is not c.nop: an encoding set aside for hints. */
function isHint({ expansion, mnemonic }: CompressedRow, half: number): boolean {
  if (expansion.rd === "hi" && expansion.base !== "lw" && ((half >>> 7) & 31) === 0) return true;
  return ["c.addi", "c.slli", "c.srli", "c.srai"].includes(mnemonic) && (half & 0x107c) === 0;
}

/** Fills a compressed row's fields from the word; the caller checks that the result means the same. */
function attempt(row: CompressedRow, word: number): number | null {
  const { expansion } = row;
  const base = rowOf(expansion.base);
  if ((word & base.mask) >>> 0 !== base.match) return null;
  let half = row.match;
  const registers: [CompressedRegister | undefined, number][] = [
    [expansion.rd, (word >>> 7) & 31],
    [expansion.rs1, (word >>> 15) & 31],
    [expansion.rs2, (word >>> 20) & 31],
  ];
  for (const [place, number] of registers) {
    if (place === "hi") half |= number << 7;
    else if (place === "lo") half |= number << 2;
    else if (place === "hi'" || place === "lo'") {
      if (number < 8 || number > 15) return null;
      half |= (number - 8) << (place === "hi'" ? 7 : 2);
    }
  }
  if (expansion.imm !== undefined && base.immediate !== null) {
    const value = extractImmediate(word, IMMEDIATES[base.immediate]);
    const layout = IMMEDIATES[expansion.imm];
    if (!fits(value, layout)) return null;
    half |= packImmediate(value, layout);
  }
  return half & 0xffff;
}
