import { describe, expect, test } from "vitest";
import { decode } from "../../../emulator/isa/decode.ts";
import { compress, type EncodeError, encode, type Operands } from "../../../emulator/isa/encode.ts";
import {
  extractImmediate,
  fits,
  IMMEDIATES,
  type ImmediateName,
  packImmediate,
} from "../../../emulator/isa/formats.ts";
import { csrName, csrNumber, registerName, registerNumber } from "../../../emulator/isa/registers.ts";
import { COMPRESSED, INSTRUCTIONS, type Mnemonic } from "../../../emulator/isa/table.ts";

describe("immediates", () => {
  // Words as riscv64-unknown-elf-as 2.40 assembles them; the value is what stood in the source.
  test.each([
    ["I", 0xfff00513, -1, "li a0,-1"],
    ["I", 0x7ff00513, 2047, "li a0,2047"],
    ["S", 0x80a12023, -2048, "sw a0,-2048(sp)"],
    ["S", 0x7ea12fa3, 2047, "sw a0,2047(sp)"],
    ["B", 0x80000063, -4096, "beq zero,zero,.-4096"],
    ["B", 0x7e000fe3, 4094, "beq zero,zero,.+4094"],
    ["U", 0x80000537, -0x80000000, "lui a0,0x80000"],
    ["U", 0x7ffff517, 0x7ffff000, "auipc a0,0x7ffff"],
    ["J", 0x800000ef, -1048576, "jal .-1048576"],
    ["J", 0x7ffff0ef, 1048574, "jal .+1048574"],
    ["shamt", 0x41f55513, 31, "srai a0,a0,31"],
    ["csr", 0xc8202573, 0xc82, "rdinstreth a0"],
    ["fence", 0x0310000f, 0x31, "fence rw,w"],
    ["CI.imm", 0x1501, -32, "c.addi a0,-32"],
    ["CI.lui", 0x757d, -4096, "c.lui a0,0xfffff"],
    ["CI.addi16sp", 0x713d, -32, "c.addi16sp sp,-32"],
    ["CIW.addi4spn", 0x0808, 16, "c.addi4spn a0,sp,16"],
    ["CL.w", 0x41c8, 4, "c.lw a0,4(a1)"],
    ["CSS.swsp", 0xc22a, 4, "c.swsp a0,4(sp)"],
    ["CI.lwsp", 0x4512, 4, "c.lwsp a0,4(sp)"],
  ] as [ImmediateName, number, number, string][])("%s of %i is %i (%s)", (name, word, value) => {
    expect(extractImmediate(word, IMMEDIATES[name])).toBe(value);
  });

  test("every layout gives back each value that fits, and only bits of its own", () => {
    for (const layout of Object.values(IMMEDIATES)) {
      const own = layout.pieces.reduce((mask, { at, bits }) => mask | (((1 << bits) - 1) << at), 0);
      const step = Math.max(
        layout.multiple,
        Math.floor((layout.max - layout.min) / 997 / layout.multiple) * layout.multiple,
      );
      for (let value = layout.min; value <= layout.max; value += step) {
        const packed = packImmediate(value, layout);
        expect(packed & ~own).toBe(0);
        expect(extractImmediate(packed, layout)).toBe(value);
      }
    }
  });

  test("bounds are those of the specification", () => {
    const bounds = Object.entries(IMMEDIATES).map(([name, { min, max, multiple }]) => [name, min, max, multiple]);
    expect(bounds).toEqual([
      ["I", -2048, 2047, 1],
      ["S", -2048, 2047, 1],
      ["B", -4096, 4094, 2],
      ["U", -(2 ** 31), 2 ** 31 - 4096, 4096],
      ["J", -1048576, 1048574, 2],
      ["shamt", 0, 31, 1],
      ["csr", 0, 4095, 1],
      ["fence", 0, 255, 1],
      ["CI.imm", -32, 31, 1],
      ["CI.shamt", 0, 63, 1],
      ["CI.lui", -131072, 126976, 4096],
      ["CI.addi16sp", -512, 496, 16],
      ["CI.lwsp", 0, 252, 4],
      ["CSS.swsp", 0, 252, 4],
      ["CIW.addi4spn", 0, 1020, 4],
      ["CL.w", 0, 124, 4],
      ["CB.branch", -256, 254, 2],
      ["CJ.jump", -2048, 2046, 2],
    ]);
    expect(fits(2.5, IMMEDIATES.I)).toBe(false);
  });
});

describe("the table", () => {
  test("no two base rows claim the same word, and each row's match lies in its mask", () => {
    for (const [n, row] of INSTRUCTIONS.entries()) {
      expect((row.match & ~row.mask) >>> 0, row.mnemonic).toBe(0);
      for (const other of INSTRUCTIONS.slice(n + 1)) {
        const common = row.mask & other.mask;
        expect((row.match & common) === (other.match & common), `${row.mnemonic} and ${other.mnemonic}`).toBe(false);
      }
    }
  });

  test("holds RV32I (40), M (8), A (11), Zicsr (6), Zifencei (1), 27 compressed and 4 privileged instructions", () => {
    const counts: Record<string, number> = {};
    for (const { extension } of [...INSTRUCTIONS, ...COMPRESSED]) counts[extension] = (counts[extension] ?? 0) + 1;
    expect(counts).toEqual({ I: 40, M: 8, A: 11, Zicsr: 6, Zifencei: 1, C: 27, privileged: 4 });
  });

  test("decoding gives back what was encoded, for every row", () => {
    const operands = { rd: 10, rs1: 11, rs2: 12, zimm: 11, shamt: 13, csr: 0xc01, pred: 3, succ: 1 };
    for (const row of INSTRUCTIONS) {
      const imm = row.format === "U" ? 0x12345000 : 16;
      const word = encode(row.mnemonic, { ...operands, imm }) as number;
      const decoded = decode(word)!;
      expect(decoded.row.mnemonic).toBe(row.mnemonic);
      if (row.operands.includes("rd")) expect(decoded.rd).toBe(10);
      if (/rs1|zimm/.test(row.operands)) expect(decoded.rs1).toBe(11);
      if (row.operands.includes("rs2")) expect(decoded.rs2).toBe(12);
      const expected = { shamt: 13, csr: 0xc01, fence: 0x31 }[row.immediate as string] ?? imm;
      if (row.immediate !== null) expect(decoded.imm).toBe(expected);
    }
  });
});

describe("encoding", () => {
  test.each([
    ["addi", { rd: 1, imm: 2048 }, "imm = 2048 does not fit: it must be from -2048 to 2047"],
    ["beq", { imm: 3 }, "imm = 3 does not fit: it must be from -4096 to 4094 and a multiple of 2"],
    ["jal", { imm: 1048576 }, "imm = 1048576 does not fit: it must be from -1048576 to 1048574 and a multiple of 2"],
    ["slli", { shamt: 32 }, "shamt = 32 does not fit: it must be from 0 to 31"],
    ["add", { rs2: 32 }, "rs2 = 32 does not fit: it must be from 0 to 31"],
    ["csrrwi", { zimm: -1, csr: 1 }, "zimm = -1 does not fit: it must be from 0 to 31"],
    ["csrrw", { csr: 4096 }, "csr = 4096 does not fit: it must be from 0 to 4095"],
    ["fence", { pred: 16 }, "pred = 16 does not fit: it must be from 0 to 15"],
  ] as [Mnemonic, Operands, string][])("%s %j answers with what does not fit", (mnemonic, operands, message) => {
    expect((encode(mnemonic, operands) as EncodeError).message).toBe(message);
  });

  test("lui takes its value signed or unsigned", () => {
    expect(encode("lui", { rd: 10, imm: 0x80000000 })).toBe(0x80000537);
    expect(encode("lui", { rd: 10, imm: -0x80000000 })).toBe(0x80000537);
  });

  test("aq and rl are bits 26 and 25", () => {
    expect(encode("amoadd.w", { rd: 10, rs2: 12, rs1: 11, aq: true, rl: true })).toBe(0x06c5a52f);
  });

  test("compress finds the 16-bit form, and none where there is none", () => {
    expect(compress(0xfe010113)).toBe(0x1101); // addi sp,sp,-32: c.addi comes before c.addi16sp
    expect(compress(0x00008067)).toBe(0x8082); // ret
    expect(compress(0x00000013)).toBe(0x0001); // nop
    expect(compress(0x00500013)).toBe(null); // li zero,5 would be a hint
    expect(compress(0x02051513)).toBe(null); // no such RV32 instruction
    expect(compress(0x00c5a533)).toBe(null); // slt a0,a1,a2
  });
});

test("registers and CSRs are known by every name", () => {
  expect(["zero", "x31", "fp", "s0", "a7"].map(registerNumber)).toEqual([0, 31, 8, 8, 17]);
  expect(registerNumber("x32")).toBe(undefined);
  expect(registerName(2)).toBe("sp");
  expect([csrNumber("instreth"), csrNumber("pmpaddr63"), csrNumber("nothing")]).toEqual([0xc82, 0x3ef, undefined]);
  expect([csrName(0x180), csrName(0x7ff)]).toEqual(["satp", "0x7ff"]);
});
