/**
 * Random programs over the whole user-mode instruction set, for engines that are to be compared: straight pieces of
 * code with forward branches, jumps and calls, loads and stores of any alignment around a page boundary, atomics, and the
 * compressed forms. A program ends by storing x1 … x30 into its buffer, writing the buffer to standard output (Linux's
 * write) and exiting with 0.
 *
 *     CODE_VADDR   the code
 *     BASE         x31 all the time: the middle of the buffer, and a page boundary
 *     BASE ± 1024  what loads, stores and atomics use; filled with random bytes at the start
 *     BASE + 1024  x1 … x30 at the end
 *
 * Counters are left out (they differ between machines by nature), and so is whatever traps.
 */
import { decode } from "../../emulator/isa/decode.ts";
import { encode, type Operands } from "../../emulator/isa/encode.ts";
import { IMMEDIATES, packImmediate } from "../../emulator/isa/formats.ts";
import { COMPRESSED, type CompressedRow, INSTRUCTIONS, type Mnemonic } from "../../emulator/isa/table.ts";
import type { Random } from "../emulator/oracle.ts";

export const CODE_VADDR = 0x10000;
export const BASE = 0x40000;
export const BUFFER_START = BASE - 2048;
export const BUFFER_BYTES = 4096;
const BASE_REGISTER = 31;
const REGISTERS_OFFSET = 1024;

/** Operands at which arithmetic changes its behaviour. */
const EDGES = [0, 1, -1, 2, -2, 31, 32, 33, 63, 0x7f, 0x80, 0xff, 0xffff, 0x8000, 0x7fff, 0x7fffffff, -0x80000000];

export interface RandomProgram {
  code: Uint8Array;
  buffer: Uint8Array;
  /** Every mnemonic that stands in the code. */
  mnemonics: Set<string>;
}

/** A piece of code that branches only to the start of a later piece. `emit` gets its own place and its target's. */
interface Piece {
  bytes: number;
  /** How many pieces further the target lies; 1 is the next one. */
  skip: number;
  emit(pc: number, target: number): number[];
}

const asm = (mnemonic: Mnemonic, operands: Operands = {}): number => {
  const word = encode(mnemonic, operands);
  if (typeof word !== "number") throw new Error(`${mnemonic}: ${word.message}`);
  return word;
};

const loadConstant = (rd: number, value: number): number[] => {
  const low = (value << 20) >> 20;
  return [asm("lui", { rd, imm: (value - low) | 0 }), asm("addi", { rd, rs1: rd, imm: low })];
};

const BASE_ROWS = INSTRUCTIONS.filter(
  (row) => !["Zicsr", "privileged"].includes(row.extension) && row.mnemonic !== "ecall" && row.mnemonic !== "ebreak",
);
const COMPRESSED_ROWS = COMPRESSED.filter((row) => row.mnemonic !== "c.ebreak");
/** The names that a set of programs has to cover. */
export const COVERED = [...BASE_ROWS, ...COMPRESSED_ROWS].map((row) => row.mnemonic);

class Generator {
  readonly mnemonics = new Set<string>();
  private readonly random: Random;
  constructor(random: Random) {
    this.random = random;
  }

  register = (): number => this.random.below(BASE_REGISTER);
  value = (): number => (this.random.below(2) === 0 ? this.random.pick(EDGES) : this.random.word() | 0);
  /** A signed 12-bit number, small ones more often. */
  small = (): number => (this.random.below(2) === 0 ? this.random.below(64) - 32 : this.random.below(4096) - 2048);

  plain(words: number[]): Piece {
    return { bytes: words.reduce((sum, word) => sum + ((word & 3) === 3 ? 4 : 2), 0), skip: 1, emit: () => words };
  }

  piece(): Piece {
    const row = this.random.pick([...BASE_ROWS, ...COMPRESSED_ROWS]);
    this.mnemonics.add(row.mnemonic);
    return "expansion" in row ? this.compressed(row) : this.base(row.mnemonic);
  }

  base(mnemonic: Mnemonic): Piece {
    const row = INSTRUCTIONS.find((each) => each.mnemonic === mnemonic)!;
    const { random } = this;
    const [rd, rs1, rs2] = [this.register(), this.register(), this.register()];
    const skip = 1 + random.below(4);
    if (mnemonic === "jal") return { bytes: 4, skip, emit: (pc, target) => [asm("jal", { rd, imm: target - pc })] };
    if (mnemonic === "jalr") return this.indirectJump(skip, (via) => [asm("jalr", { rd, rs1: via, imm: 0 })], 4);
    if (row.format === "B") {
      return { bytes: 4, skip, emit: (pc, target) => [asm(mnemonic, { rs1, rs2, imm: target - pc })] };
    }
    if (row.extension === "A") return this.atomic(mnemonic);
    if (row.operands.endsWith("imm(rs1)")) return this.memory(mnemonic);
    if (mnemonic === "fence" || mnemonic === "fence.i") return this.plain([asm(mnemonic)]);
    const imm = row.format === "U" ? random.word() & 0xfffff000 : this.small();
    const word = asm(mnemonic, { rd, rs1, rs2, imm: row.immediate === "shamt" ? 0 : imm, shamt: random.below(32) });
    const fresh = random.below(3) === 0 && rs1 !== 0 ? loadConstant(rs1, this.value()) : [];
    return this.plain([...fresh, word]);
  }

  /** auipc and addi form the target in a register; `jump` uses it. */
  private indirectJump(skip: number, jump: (via: number) => number[], jumpBytes: number): Piece {
    const via = 1 + this.random.below(BASE_REGISTER - 1);
    const emit = (pc: number, target: number): number[] => [
      asm("auipc", { rd: via, imm: 0 }),
      asm("addi", { rd: via, rs1: via, imm: target - pc }),
      ...jump(via),
    ];
    return { bytes: 8 + jumpBytes, skip, emit };
  }

  private memory(mnemonic: Mnemonic): Piece {
    const base = 1 + this.random.below(BASE_REGISTER - 1);
    const offset = this.random.below(2040) - 1020;
    const imm = this.small();
    const words = [
      ...loadConstant(base, BASE + offset - imm),
      asm(mnemonic, { rd: this.register(), rs1: base, rs2: this.register(), imm }),
    ];
    return this.plain(words);
  }

  private atomic(mnemonic: Mnemonic): Piece {
    const base = 1 + this.random.below(BASE_REGISTER - 1);
    const drawn = this.register();
    // lr.w keeps its address: the sc.w that follows uses it again.
    const rd = mnemonic === "lr.w" && drawn === base ? 0 : drawn;
    const operands = { rd, rs1: base, rs2: this.register() };
    const words = [asm("addi", { rd: base, rs1: BASE_REGISTER, imm: 4 * (this.random.below(510) - 255) })];
    // sc.w after the lr.w of the same word succeeds, without one it fails: both have to happen.
    if (mnemonic === "sc.w" && this.random.below(3) > 0) {
      const other = this.random.pick([0, 1, 2, 3].filter((each) => each !== base));
      words.push(asm("lr.w", { rd: other, rs1: base, aq: true }));
    }
    words.push(asm(mnemonic, { ...operands, aq: this.random.below(2) === 0, rl: this.random.below(2) === 0 }));
    // The reservation must not live on: stores between lr.w and sc.w are the one thing machines may differ in.
    if (mnemonic === "lr.w") words.push(asm("sc.w", { rd: 0, rs1: base, rs2: 0 }));
    return this.plain(words);
  }

  compressed(row: CompressedRow): Piece {
    const { random } = this;
    const skip = 1 + random.below(4);
    const { expansion } = row;
    if (row.mnemonic === "c.jr" || row.mnemonic === "c.jalr") {
      return this.indirectJump(skip, (via) => [row.match | (via << 7)], 2);
    }
    if (expansion.imm === "CJ.jump" || expansion.imm === "CB.branch") {
      const layout = IMMEDIATES[expansion.imm];
      const register = expansion.imm === "CB.branch" ? random.below(8) << 7 : 0;
      return { bytes: 2, skip, emit: (pc, target) => [row.match | register | packImmediate(target - pc, layout)] };
    }
    for (;;) {
      const half = (row.match | (random.word() & ~row.mask & 0xffff)) & 0xffff;
      const decoded = decode(half);
      if (decoded?.compressed !== row || decoded.rd === BASE_REGISTER) continue;
      if (decoded.row.operands.endsWith("imm(rs1)") && decoded.rs1 !== 0) {
        const offset = random.below(1020) - 1020 - decoded.imm;
        return this.plain([...loadConstant(decoded.rs1, BASE + offset), half]);
      }
      return this.plain([half]);
    }
  }
}

/** A program of `pieces` random pieces. */
export function randomProgram(random: Random, pieces: number): RandomProgram {
  const generator = new Generator(random);
  const all: Piece[] = [generator.plain(loadConstant(BASE_REGISTER, BASE))];
  for (let rd = 1; rd < BASE_REGISTER; rd++) all.push(generator.plain(loadConstant(rd, generator.value())));
  for (let n = 0; n < pieces; n++) all.push(generator.piece());
  const body = all.length;
  for (let rs2 = 1; rs2 < BASE_REGISTER; rs2++) {
    all.push(generator.plain([asm("sw", { rs2, rs1: BASE_REGISTER, imm: REGISTERS_OFFSET + 4 * rs2 })]));
  }
  all.push(generator.plain(finish()));

  const starts: number[] = [];
  let end = CODE_VADDR;
  for (const piece of all) {
    starts.push(end);
    end += piece.bytes;
  }
  const code = new Uint8Array(end - CODE_VADDR);
  const view = new DataView(code.buffer);
  for (const [n, piece] of all.entries()) {
    let at = starts[n] - CODE_VADDR;
    const target = starts[Math.min(n + piece.skip, body)];
    for (const word of piece.emit(starts[n], target)) {
      view.setUint16(at, word & 0xffff, true);
      if ((word & 3) === 3) view.setUint16(at + 2, word >>> 16, true);
      at += (word & 3) === 3 ? 4 : 2;
    }
  }
  const buffer = Uint8Array.from({ length: BUFFER_BYTES }, () => random.below(256));
  return { code, buffer, mnemonics: generator.mnemonics };
}

/** write(1, buffer, BUFFER_BYTES); exit(0) */
const finish = (): number[] => [
  asm("addi", { rd: 10, rs1: 0, imm: 1 }),
  ...loadConstant(11, BUFFER_START),
  ...loadConstant(12, BUFFER_BYTES),
  asm("addi", { rd: 17, rs1: 0, imm: 64 }),
  asm("ecall"),
  asm("addi", { rd: 10, rs1: 0, imm: 0 }),
  asm("addi", { rd: 17, rs1: 0, imm: 93 }),
  asm("ecall"),
];

/** A static ELF of two segments: the code, and the buffer. */
export function toElf({ code, buffer }: RandomProgram): Uint8Array {
  const codeOffset = 0x1000;
  const bufferOffset = Math.ceil((codeOffset + code.length) / 4096) * 4096 + (BUFFER_START % 4096);
  const file = new Uint8Array(bufferOffset + buffer.length);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  const words = (at: number, ...values: number[]): void => {
    for (const [n, value] of values.entries()) view.setUint32(at + 4 * n, value, true);
  };
  // e_type EXEC and e_machine RISC-V; version, entry, phoff, shoff, flags RVC; ehsize, phentsize, phnum.
  words(16, (243 << 16) | 2, 1, CODE_VADDR, 52, 0, 1, (32 << 16) | 52, 2, 0);
  const segment = (at: number, offset: number, vaddr: number, bytes: number) =>
    words(at, 1, offset, vaddr, vaddr, bytes, bytes, 7, 4096);
  segment(52, codeOffset, CODE_VADDR, code.length);
  segment(84, bufferOffset, BUFFER_START, buffer.length);
  file.set(code, codeOffset);
  file.set(buffer, bufferOffset);
  return file;
}
