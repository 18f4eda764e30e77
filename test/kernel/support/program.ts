/**
 * Tiny guest programs for kernel tests: a builder that encodes instructions by the ISA table, and the smallest ELF file
 * around them. Every `li` and `la` is two instructions, so that labels need no relaxation.
 */
import { encode, type Operands } from "../../../emulator/isa/encode.ts";
import { registerNumber } from "../../../emulator/isa/registers.ts";
import type { Mnemonic } from "../../../emulator/isa/table.ts";
import { SYSCALLS, type SyscallName } from "../../../kernel/abi.ts";

/** Where code is linked. */
export const CODE = 0x10000;
/** Where data is linked. */
export const DATA = 0x20000;

type Value = number | string;
interface Fixup {
  at: number;
  kind: "branch" | "jump" | "absolute";
  label: string;
}

export class Program {
  readonly #words: number[] = [];
  readonly #labels = new Map<string, number>();
  readonly #fixups: Fixup[] = [];
  #data: number[] = [];
  #bssBytes = 0;
  #strings = 0;

  get pc(): number {
    return CODE + this.#words.length * 4;
  }

  label(name: string): this {
    this.#labels.set(name, this.pc);
    return this;
  }

  op(mnemonic: Mnemonic, rd: string, rs1: string, last: string | number = 0): this {
    const operands: Operands = { rd: reg(rd), rs1: reg(rs1) };
    if (typeof last === "string") operands.rs2 = reg(last);
    else if (["slli", "srli", "srai"].includes(mnemonic)) operands.shamt = last;
    else operands.imm = last;
    return this.#emit(mnemonic, operands);
  }

  /** rd ← value, or the address of a label. */
  li(rd: string, value: Value): this {
    if (typeof value === "string") {
      this.#fixups.push({ at: this.#words.length, kind: "absolute", label: value });
      value = 0;
    }
    const upper = ((value + 0x800) & ~0xfff) | 0;
    this.#emit("lui", { rd: reg(rd), imm: upper });
    return this.#emit("addi", { rd: reg(rd), rs1: reg(rd), imm: (value - upper) | 0 });
  }

  mv(rd: string, rs: string): this {
    return this.op("addi", rd, rs, 0);
  }

  load(mnemonic: "lw" | "lb" | "lbu" | "lh" | "lhu", rd: string, base: string, offset = 0): this {
    return this.#emit(mnemonic, { rd: reg(rd), rs1: reg(base), imm: offset });
  }

  store(mnemonic: "sw" | "sb" | "sh", source: string, base: string, offset = 0): this {
    return this.#emit(mnemonic, { rs1: reg(base), rs2: reg(source), imm: offset });
  }

  branch(mnemonic: "beq" | "bne" | "blt" | "bge" | "bltu" | "bgeu", a: string, b: string, label: string): this {
    this.#fixups.push({ at: this.#words.length, kind: "branch", label });
    return this.#emit(mnemonic, { rs1: reg(a), rs2: reg(b), imm: 0 });
  }

  jump(label: string, link = "zero"): this {
    this.#fixups.push({ at: this.#words.length, kind: "jump", label });
    return this.#emit("jal", { rd: reg(link), imm: 0 });
  }

  /** Loads a0 … with numbers and labels (registers when given as "=reg") and makes the call. */
  call(name: SyscallName, ...args: Value[]): this {
    args.forEach((value, i) => {
      if (typeof value === "string" && value.startsWith("=")) this.mv(`a${i}`, value.slice(1));
      else this.li(`a${i}`, value);
    });
    this.li("a7", SYSCALLS[name].number);
    return this.ecall();
  }

  ecall(): this {
    return this.#emit("ecall", {});
  }

  exit(status: Value = 0): this {
    return this.call("exit_group", status);
  }

  /** A word that is no instruction, or any other. */
  word(value: number): this {
    this.#words.push(value);
    return this;
  }

  /** Bytes in the data segment under a label. */
  data(label: string, bytes: ArrayLike<number>): this {
    while (this.#data.length % 4 !== 0) this.#data.push(0);
    this.#labels.set(label, DATA + this.#data.length);
    this.#data.push(...Array.from(bytes));
    return this;
  }

  words(label: string, ...values: number[]): this {
    return this.data(label, new Uint8Array(Int32Array.from(values).buffer));
  }

  string(label: string, text: string): this {
    return this.data(label, new TextEncoder().encode(`${text}\0`));
  }

  /** Writes a text to a descriptor. */
  print(text: string, fd = 1): this {
    const label = `string${this.#strings++}`;
    this.data(label, new TextEncoder().encode(text));
    return this.call("write", fd, label, text.length);
  }

  /** Zero bytes after the data, reachable at `bssStart()`. Call last. */
  bss(bytes: number): this {
    this.#bssBytes = bytes;
    return this;
  }

  #emit(mnemonic: Mnemonic, operands: Operands): this {
    const word = encode(mnemonic, operands);
    if (typeof word !== "number") throw new Error(`${mnemonic}: ${word.message}`);
    this.#words.push(word);
    return this;
  }

  #link(): void {
    for (const { at, kind, label } of this.#fixups) {
      const target = this.#labels.get(label);
      if (target === undefined) throw new Error(`no label ${label}`);
      const from = CODE + at * 4;
      if (kind === "absolute") {
        const upper = ((target + 0x800) & ~0xfff) | 0;
        this.#words[at] = (this.#words[at] & 0xfff) | upper;
        this.#words[at + 1] = (this.#words[at + 1] & 0xfffff) | ((target - upper) << 20);
        continue;
      }
      const old = this.#words[at];
      const operands: Operands = {
        imm: target - from,
        rd: (old >>> 7) & 31,
        rs1: (old >>> 15) & 31,
        rs2: (old >>> 20) & 31,
      };
      const branches: Mnemonic[] = ["beq", "bne", "beq", "beq", "blt", "bge", "bltu", "bgeu"];
      const word = encode(kind === "jump" ? "jal" : branches[(old >>> 12) & 7], operands);
      if (typeof word !== "number") throw new Error(word.message);
      this.#words[at] = word;
    }
  }

  /** The linked ELF file: one read-execute segment, one read-write segment with bss. */
  elf(): Uint8Array {
    this.#link();
    const text = new Uint8Array(Int32Array.from(this.#words).buffer);
    const data = Uint8Array.from(this.#data);
    const dataOffset = 0x1000 + Math.ceil(text.length / 0x1000) * 0x1000;
    if (CODE + text.length > DATA) throw new Error("the code has grown into the data");
    const segments: Segment[] = [{ vaddr: CODE, offset: 0x1000, bytes: text, memoryBytes: text.length, flags: 5 }];
    if (data.length + this.#bssBytes > 0) {
      segments.push({
        vaddr: DATA,
        offset: dataOffset,
        bytes: data,
        memoryBytes: data.length + this.#bssBytes,
        flags: 6,
      });
    }
    return elfFile(CODE, segments);
  }
}

export interface Segment {
  vaddr: number;
  offset: number;
  bytes: Uint8Array;
  memoryBytes: number;
  flags: number;
}

const reg = (name: string): number => {
  const number = registerNumber(name);
  if (number === undefined) throw new Error(`no register ${name}`);
  return number;
};

/** An ELF32 executable for RISC-V (System V ABI, chapter 4). */
export function elfFile(entry: number, segments: readonly Segment[]): Uint8Array {
  const bytes = new Uint8Array(Math.max(...segments.map((s) => s.offset + s.bytes.length), 52 + 32 * segments.length));
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 243, true);
  view.setUint32(20, 1, true);
  view.setUint32(24, entry, true);
  view.setUint32(28, 52, true);
  view.setUint16(40, 52, true);
  view.setUint16(42, 32, true);
  view.setUint16(44, segments.length, true);
  segments.forEach((s, i) => {
    const words = [1, s.offset, s.vaddr, s.vaddr, s.bytes.length, s.memoryBytes, s.flags, 0x1000];
    for (const [at, word] of words.entries()) view.setUint32(52 + 32 * i + 4 * at, word, true);
    bytes.set(s.bytes, s.offset);
  });
  return bytes;
}
