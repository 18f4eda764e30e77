/**
 * Where the fields of an instruction lie. Registers have fixed places; immediates are cut into pieces, and each layout
 * is written here once, as the specification's diagrams write it: from the highest instruction bit of the field
 * downwards, which bits of the immediate stand there. Extraction and packing are both derived from that.
 *
 *     31        25 24   20 19   15 14  12 11    7 6      0
 *    │   funct7   │  rs2  │  rs1  │funct3│   rd   │ opcode │   R
 *    │     imm[11:0]      │  rs1  │funct3│   rd   │ opcode │   I
 *    │ imm[11:5]  │  rs2  │  rs1  │funct3│imm[4:0]│ opcode │   S
 *    │imm[12|10:5]│  rs2  │  rs1  │funct3│imm[4:1|11]│    … │   B
 *    │            imm[31:12]             │   rd   │ opcode │   U
 *    │      imm[20|10:1|11|19:12]        │   rd   │ opcode │   J
 *
 * Source: RISC-V unprivileged specification 20240411, sections 2.2, 2.3 and 27 (the "C" extension).
 */

/** Instruction formats: six of 32 bits, nine of 16. */
export type Format = "R" | "I" | "S" | "B" | "U" | "J";
export type CompressedFormat = "CR" | "CI" | "CSS" | "CIW" | "CL" | "CS" | "CA" | "CB" | "CJ";

/** A contiguous piece of an immediate: `bits` bits, at `at` in the instruction and at `to` in the immediate. */
interface Piece {
  readonly at: number;
  readonly to: number;
  readonly bits: number;
}

export interface ImmediateLayout {
  readonly pieces: readonly Piece[];
  /** Width of the immediate: one more than its highest bit. */
  readonly width: number;
  /** The highest bit is a sign. */
  readonly signed: boolean;
  /** The value is a multiple of this. */
  readonly multiple: number;
  /** Smallest and largest value that can be written down. */
  readonly min: number;
  readonly max: number;
}

/**
 * Reads a layout such as `31:25=12|10:5 11:7=4:1|11`: instruction field, then the immediate's bits in it from high to low.
 */
function layout(text: string, sign: "signed" | "unsigned"): ImmediateLayout {
  const pieces: Piece[] = [];
  for (const field of text.split(" ")) {
    const [place, contents] = field.split("=");
    let at = Number(place.split(":")[0]) + 1;
    for (const run of contents.split("|")) {
      const [high, low = high] = run.split(":").map(Number);
      const bits = high - low + 1;
      at -= bits;
      pieces.push({ at, to: low, bits });
    }
  }
  const width = Math.max(...pieces.map((piece) => piece.to + piece.bits));
  const multiple = 2 ** Math.min(...pieces.map((piece) => piece.to));
  const signed = sign === "signed";
  const max = 2 ** (signed ? width - 1 : width) - multiple;
  return { pieces, width, signed, multiple, min: signed ? -(2 ** (width - 1)) : 0, max };
}

/** Every immediate layout, by the name that the rows of the ISA table use. */
export const IMMEDIATES = {
  I: layout("31:20=11:0", "signed"),
  S: layout("31:25=11:5 11:7=4:0", "signed"),
  B: layout("31:25=12|10:5 11:7=4:1|11", "signed"),
  U: layout("31:12=31:12", "signed"),
  J: layout("31:12=20|10:1|11|19:12", "signed"),
  shamt: layout("24:20=4:0", "unsigned"),
  csr: layout("31:20=11:0", "unsigned"),
  fence: layout("27:20=7:0", "unsigned"),
  "CI.imm": layout("12:12=5 6:2=4:0", "signed"),
  "CI.shamt": layout("12:12=5 6:2=4:0", "unsigned"),
  "CI.lui": layout("12:12=17 6:2=16:12", "signed"),
  "CI.addi16sp": layout("12:12=9 6:2=4|6|8:7|5", "signed"),
  "CI.lwsp": layout("12:12=5 6:2=4:2|7:6", "unsigned"),
  "CSS.swsp": layout("12:7=5:2|7:6", "unsigned"),
  "CIW.addi4spn": layout("12:5=5:4|9:6|2|3", "unsigned"),
  "CL.w": layout("12:10=5:3 6:5=2|6", "unsigned"),
  "CB.branch": layout("12:10=8|4:3 6:2=7:6|2:1|5", "signed"),
  "CJ.jump": layout("12:2=11|4|9:8|10|6|7|3:1|5", "signed"),
} as const;
export type ImmediateName = keyof typeof IMMEDIATES;

/** The immediate of an instruction, sign-extended where the layout is signed; U gives the value with its 12 zeros. */
export function extractImmediate(word: number, { pieces, width, signed }: ImmediateLayout): number {
  let value = 0;
  for (const { at, to, bits } of pieces) value |= ((word >>> at) & ((1 << bits) - 1)) << to;
  return signed && width < 32 ? (value << (32 - width)) >> (32 - width) : value;
}

/** The instruction bits of an immediate. The value must satisfy `fits`. */
export function packImmediate(value: number, { pieces }: ImmediateLayout): number {
  let word = 0;
  for (let piece = 0; piece < pieces.length; piece++) {
    const { at, to, bits } = pieces[piece]!;
    word |= ((value >>> to) & ((1 << bits) - 1)) << at;
  }
  return word;
}

/** Whether a layout can hold a value exactly. */
export const fits = (value: number, { min, max, multiple }: ImmediateLayout): boolean =>
  Number.isInteger(value) && value >= min && value <= max && value % multiple === 0;

/** Register fields of 32-bit instructions. */
export const rdOf = (word: number): number => (word >>> 7) & 31;
export const rs1Of = (word: number): number => (word >>> 15) & 31;
export const rs2Of = (word: number): number => (word >>> 20) & 31;

/** Length of the instruction that begins with this half-word: 2 or 4 bytes. */
export const lengthOf = (half: number): 2 | 4 => ((half & 3) === 3 ? 4 : 2);
