/**
 * From bits to instruction: a word, or a 16-bit half, to its row and operands. Derived from the table; keeps no state.
 */
import { extractImmediate, IMMEDIATES, lengthOf, packImmediate, rdOf, rs1Of, rs2Of } from "./formats.ts";
import {
  COMPRESSED,
  type CompressedRegister,
  type CompressedRow,
  INSTRUCTIONS,
  type InstructionRow,
  type Mnemonic,
  rowOf,
} from "./table.ts";

export interface DecodedInstruction {
  readonly row: InstructionRow<Mnemonic>;
  /** The compressed row when the instruction has 16 bits, else null. */
  readonly compressed: CompressedRow | null;
  /** The bits as they stand in memory: 16 or 32 of them, unsigned. */
  readonly word: number;
  /** 2 or 4. */
  readonly bytes: 2 | 4;
  /** Register fields, whether or not the instruction uses them; rs1 is zimm for csrrwi and its kin. */
  readonly rd: number;
  readonly rs1: number;
  readonly rs2: number;
  /** Immediate, sign-extended; shamt, CSR number, or fence's pred and succ where the row says so; 0 without one. */
  readonly imm: number;
}

/** Base rows by bits 6:2. */
const BY_OPCODE: readonly InstructionRow<Mnemonic>[][] = Array.from({ length: 32 }, (_, opcode) =>
  INSTRUCTIONS.filter((row) => (row.match >>> 2) % 32 === opcode),
);

/** The row of a 32-bit word, or null when no instruction has this encoding. */
export function findRow(word: number): InstructionRow<Mnemonic> | null {
  if ((word & 3) !== 3) return null;
  for (const row of BY_OPCODE[(word >>> 2) & 31]) {
    if ((word & row.mask) >>> 0 === row.match) return row;
  }
  return null;
}

/** The row of a 16-bit instruction, or null when the encoding is reserved or of an extension that is not here. */
export function findCompressedRow(half: number): CompressedRow | null {
  for (const row of COMPRESSED) {
    if ((half & row.mask) === row.match && row.nonzero.every((field) => compressedField(half, row, field) !== 0)) {
      return row;
    }
  }
  return null;
}

function compressedField(half: number, { expansion }: CompressedRow, field: "rd" | "rs1" | "rs2" | "imm"): number {
  if (field !== "imm") return compressedRegister(half, expansion[field]);
  return expansion.imm === undefined ? 0 : extractImmediate(half, IMMEDIATES[expansion.imm]);
}

function compressedRegister(half: number, place: CompressedRegister | undefined): number {
  if (place === "hi") return (half >>> 7) & 31;
  if (place === "lo") return (half >>> 2) & 31;
  if (place === "hi'") return 8 + ((half >>> 7) & 7);
  if (place === "lo'") return 8 + ((half >>> 2) & 7);
  return place ?? 0;
}

/** The 32-bit word that a 16-bit instruction is short for, unsigned; null when it is no instruction. */
export function expand(half: number): number | null {
  const row = findCompressedRow(half);
  if (row === null) return null;
  const { expansion } = row;
  const base = rowOf(expansion.base);
  const registers =
    (compressedRegister(half, expansion.rd) << 7) |
    (compressedRegister(half, expansion.rs1) << 15) |
    (compressedRegister(half, expansion.rs2) << 20);
  const imm = compressedField(half, row, "imm");
  const packed = base.immediate === null ? 0 : packImmediate(imm, IMMEDIATES[base.immediate]);
  return (base.match | registers | packed) >>> 0;
}

/**
 * Decodes the instruction that begins with these bits. Of a 16-bit instruction only the low half is looked at. Null
 * when there is no such instruction.
 */
export function decode(bits: number): DecodedInstruction | null {
  const bytes = lengthOf(bits);
  if (bytes === 4) {
    const row = findRow(bits);
    return row === null ? null : fields(row, null, bits >>> 0, bits >>> 0, 4);
  }
  const half = bits & 0xffff;
  const compressed = findCompressedRow(half);
  if (compressed === null) return null;
  return fields(rowOf(compressed.expansion.base), compressed, half, expand(half)!, 2);
}

function fields(
  row: InstructionRow<Mnemonic>,
  compressed: CompressedRow | null,
  word: number,
  expanded: number,
  bytes: 2 | 4,
): DecodedInstruction {
  const imm = row.immediate === null ? 0 : extractImmediate(expanded, IMMEDIATES[row.immediate]);
  return { row, compressed, word, bytes, rd: rdOf(expanded), rs1: rs1Of(expanded), rs2: rs2Of(expanded), imm };
}
