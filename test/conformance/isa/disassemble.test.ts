import { describe, expect, test } from "vitest";
import { decode, expand } from "../../../emulator/isa/decode.ts";
import { disassemble } from "../../../emulator/isa/disassemble.ts";
import { compress } from "../../../emulator/isa/encode.ts";
import { ABI_NAMES, Csr } from "../../../emulator/isa/registers.ts";
import { INSTRUCTIONS, type InstructionRow } from "../../../emulator/isa/table.ts";
import { isInstalled, objdump, Random, testSeed } from "../../emulator/oracle.ts";

const hasObjdump = isInstalled("riscv64-unknown-elf-objdump", "binutils-riscv64-unknown-elf");
const CSR_NUMBERS = [...Object.values(Csr), 0x320, 0xb03, 0xc1f, 0x3a0, 0x3ef, 0x7ff, 0x8ff];

/** A word of a row with random operands; fields that the row leaves to no operand stay 0, as compilers leave them. */
function randomWord(row: InstructionRow, random: Random): number {
  if (row.mnemonic === "fence.i") return row.match;
  let free = ~row.mask >>> 0;
  if (row.mnemonic === "fence") free = 0x0ff00000;
  let word = (row.match | (random.word() & free)) >>> 0;
  if (row.immediate === "csr") word = ((word & 0xfffff) | (random.pick(CSR_NUMBERS) << 20)) >>> 0;
  // Small operands are where the aliases are.
  if (random.below(3) === 0) word = (word & ~(free & 0x000f8000)) >>> 0;
  if (random.below(3) === 0) word = (word & ~(free & 0x00000f80)) >>> 0;
  if (random.below(3) === 0 && row.immediate !== "csr") word = (word & ~(free & 0xfff00000)) >>> 0;
  return word;
}

function compareWithObjdump(words: number[], aliases: boolean): void {
  const expected = objdump(new Uint8Array(Uint32Array.from(words).buffer), aliases);
  const actual = words.map((word, n) => ({ vaddr: 4 * n, text: disassemble(word, 4 * n, { aliases }).text }));
  expect(actual).toEqual(expected);
}

describe.skipIf(!hasObjdump)("disassembly beside GNU objdump", () => {
  for (const aliases of [false, true]) {
    test(`agrees on 60 random words of every row of the table, ${aliases ? "with" : "without"} aliases`, () => {
      const random = new Random(testSeed("disassembly"));
      const words = INSTRUCTIONS.flatMap((row) => Array.from({ length: 60 }, () => randomWord(row, random)));
      compareWithObjdump(words, aliases);
    });

    test(`agrees on every 16-bit instruction, ${aliases ? "with" : "without"} aliases`, () => {
      const halves = Array.from({ length: 65536 }, (_, half) => half).filter((half) => (half & 3) !== 3);
      const expected = objdump(new Uint8Array(Uint16Array.from(halves).buffer), aliases);
      expect(expected.length).toBe(halves.length);
      const differences: string[] = [];
      for (const [n, half] of halves.entries()) {
        const theirs = expected[n].text;
        const ours = disassemble(half, 2 * n, { aliases }).text;
        // objdump also knows floating point, takes shifts by 32 and more (RV64's), and a reserved c.addi16sp and c.lui.
        const isTheirsOnly = decode(half) === null && /^(c\.)?f|0x[23].$|,0$|^c\.lui|^lui/.test(theirs);
        if (ours !== theirs && !isTheirsOnly) differences.push(`${half.toString(16)}: ${ours} | ${theirs}`);
      }
      expect(differences).toEqual([]);
    });
  }
});

describe("compressed instructions", () => {
  test("every one that is not a hint comes back from its 32-bit form", () => {
    let count = 0;
    for (let half = 0; half < 65536; half++) {
      if ((half & 3) === 3) continue;
      const word = expand(half);
      if (word === null) continue;
      const again = compress(word);
      if (again === null) {
        const { compressed, rd, imm } = decode(half)!;
        expect(["c.nop", "c.addi", "c.li", "c.lui", "c.mv", "c.add", "c.slli", "c.srli", "c.srai"]).toContain(
          compressed!.mnemonic,
        );
        expect(rd === 0 || imm === 0).toBe(true);
        continue;
      }
      expect(expand(again)).toBe(word);
      count++;
    }
    expect(count).toBeGreaterThan(20_000);
  });
});

test("a branch target carries the symbol that the caller knows", () => {
  const text = disassemble(0x008000ef, 0x10050, { symbolOf: (vaddr) => (vaddr === 0x10058 ? "main" : undefined) }).text;
  expect(text).toBe("jal 0x10058 <main>");
});

test("there are 32 register names", () => expect(ABI_NAMES.length).toBe(32));
