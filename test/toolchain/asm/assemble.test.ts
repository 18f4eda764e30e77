/** The assembler against GNU's, byte for byte, and its messages. */

import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ABI_NAMES } from "../../../emulator/isa/registers.ts";
import { INSTRUCTIONS, type InstructionRow } from "../../../emulator/isa/table.ts";
import { assemble, assembleText } from "../../../toolchain/asm/assemble.ts";
import { parseAssembly } from "../../../toolchain/asm/parse.ts";
import { printItems } from "../../../toolchain/asm/print-items.ts";
import { PSEUDO_INSTRUCTIONS } from "../../../toolchain/asm/pseudo.ts";
import { Diagnostics, renderDiagnostics, SourceFile } from "../../../toolchain/diagnostics.ts";
import { writeObject } from "../../../toolchain/elf/write.ts";
import { gnuObject, hasBinutils, linkedText, path, run, sectionBytes } from "./gnu.ts";

const seed = Number(process.env["FAULTLINE_SEED"] ?? 20261123);

/** A small generator with a known seed (xorshift32). */
function randomFrom(start: number): (below: number) => number {
  let state = start | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function ourObject(source: string, name: string, rvc = false): string {
  const result = assembleText(new SourceFile(`${name}.s`, source), { rvc });
  if (!result.ok) throw new Error(renderDiagnostics(result.diagnostics));
  writeFileSync(path(`${name}.o`), writeObject(result.object));
  return path(`${name}.o`);
}

/** Compares line by line, so that a failure names the line. */
function expectSame(ours: Buffer, theirs: Buffer, source: string): void {
  if (ours.equals(theirs)) return;
  const at = ours.findIndex((byte, index) => byte !== theirs[index]);
  expect.fail(
    `first difference at byte ${at} of ${ours.length}/${theirs.length}: ours ${ours.subarray(at & ~3, at + 8).toString("hex")}, GNU ${theirs.subarray(at & ~3, at + 8).toString("hex")}\n${source.slice(0, 3000)}`,
  );
}

/** Random operands for the operand names of a row or pseudo-instruction. */
function operandsFor(operands: string, random: (below: number) => number): string {
  const register = (): string => (random(2) === 0 ? ABI_NAMES[random(32)]! : `x${random(32)}`);
  const signed12 = (): string => String(random(4096) - 2048);
  return operands
    .replace("imm(rs1)", () => `${signed12()}(${register()})`)
    .replace(/\b(rd|rs1|rs2)\b/g, register)
    .replace("upper", () => String(random(1 << 20)))
    .replace("shamt", () => String(random(32)))
    .replace("csr", () => ["cycle", "timeh", "0x300", "instret"][random(4)]!)
    .replace("zimm", () => String(random(32)))
    .replace("pred", () => ["rw", "r", "iorw", "o", "w"][random(5)]!)
    .replace("succ", () => ["rw", "r", "iorw", "i", "w"][random(5)]!)
    .replace("target", () => ["1f", "1b", ".+8", ".-4"][random(4)]!)
    .replace(/\bimm\b/, signed12);
}

describe.skipIf(!hasBinutils)("the assembler and GNU's give the same bytes", () => {
  it(`for every instruction with random operands (seed ${seed})`, () => {
    const random = randomFrom(seed);
    const lines = ["1:"];
    for (let round = 0; round < 12; round++) {
      for (const row of INSTRUCTIONS as readonly InstructionRow[])
        lines.push(`${row.mnemonic} ${operandsFor(row.operands, random)}`);
      for (const [mnemonic, operands] of PSEUDO_INSTRUCTIONS)
        lines.push(`${mnemonic} ${operandsFor(operands, random)}`);
      for (const suffix of [".aq", ".rl", ".aqrl"])
        lines.push(`lr.w${suffix} a0,(a1)`, `amoadd.w${suffix} a0,a1,(a2)`, `sc.w${suffix} t0,t1,(s1)`);
      lines.push("fence.tso", "1:");
    }
    const source = `${lines.join("\n")}\n`;
    expectSame(
      linkedText(ourObject(source, "every-ours"), "every-ours.elf"),
      linkedText(gnuObject(source, "every-gnu"), "every-gnu.elf"),
      source,
    );
  });

  it("for li over all its ranges", () => {
    const random = randomFrom(seed + 1);
    const values = [
      0, 1, -1, 2047, 2048, -2048, -2049, 4095, 4096, 0x7ff, 0x800, 0xfff, 0x7fffffff, -0x80000000, 0xffffffff,
      0x80000000, 0xfffff800, 0x12345fff,
    ];
    for (let i = 0; i < 200; i++) values.push((random(2 ** 31) * 2 + random(2)) | 0);
    const source = values.map((value) => `li a0, ${value}`).join("\n") + "\n";
    expectSame(sectionBytes(ourObject(source, "li-ours")), sectionBytes(gnuObject(source, "li-gnu")), source);
  });

  it("for everything that refers to symbols, once linked", () => {
    const source = `
      .globl start
start: la a0, value
      lla a1, value+4
      lw a2, value
      lb a3, value+1
      sh a4, value, t0
      sw a5, outside, t1
      call start
      call outside
      tail outside
      jump start, t2
      call t0, start
      lui a0, %hi(value)
      addi a0, a0, %lo(value)
      lw a1, %lo(value+4)(a0)
      sw a1, %lo(value+4)(a0)
2:    auipc a0, %pcrel_hi(value)
      addi a0, a0, %pcrel_lo(2b)
3:    auipc a1, %pcrel_hi(outside)
      sw a2, %pcrel_lo(3b)(a1)
      beq a0, a1, start
      bnez a0, outside
      jal start
      j outside
      .word value, value-start, outside, 4f-2b
      .half 1, 2, 4f-2b
      .byte 'a', '\\n', -1
4:    .align 4
      .set alias, start+8
      la a0, alias
      li a0, (1<<12)|7
      .equ K, 5*(3+4)
      addi a0, a0, K
      .rept 3
      addi a0, a0, 1
      .endr
      .macro twice op, r, n=3
      \\op \\r, \\r, \\n
      \\op \\r, \\r, \\n
      .endm
      twice addi, a0
      twice ori a1, 7
      .if K == 35
      nop
      .else
      ret
      .endif
      .align 4  # GNU pads the end of a code section to its alignment anyway
      .data
      .align 3
value: .word 1, 2, start
      .dword 0x123456789abcdef0, -2
      .asciz "x\\ty\\"z\\101\\x42"
      .zero 5
      .fill 3, 2, 0x1234
      .uleb128 300
      .sleb128 -300
`;
    const ours = ourObject(source, "symbols-ours");
    const gnu = gnuObject(source, "symbols-gnu");
    expectSame(linkedText(ours, "symbols-ours.elf"), linkedText(gnu, "symbols-gnu.elf"), source);
    expectSame(sectionBytes(path("symbols-ours.elf"), ".data"), sectionBytes(path("symbols-gnu.elf"), ".data"), source);
  });

  it("for conditional branches that are too far and become an inverted branch around a jump", () => {
    const source = `start: beqz a0, far\n bltu a1, a2, far\n .rept 1200\n nop\n .endr\nfar: bge a0, a1, start\n bne a0, zero, far\n`;
    expectSame(
      linkedText(ourObject(source, "far-ours"), "far-ours.elf"),
      linkedText(gnuObject(source, "far-gnu"), "far-gnu.elf"),
      source,
    );
  });

  it(`for compressed code, jal and jalr excepted, which GNU leaves long (seed ${seed})`, () => {
    const random = randomFrom(seed + 2);
    const lines: string[] = ["1:"];
    const rows = (INSTRUCTIONS as readonly InstructionRow[]).filter(
      (row) => row.extension === "I" && !row.operands.includes("target") && row.mnemonic !== "jalr",
    );
    const small = ["s0", "s1", "a0", "a1", "a5", "sp", "ra", "zero"];
    for (let i = 0; i < 1500; i++) {
      const row = rows[random(rows.length)]!;
      const near = small[random(8)]!;
      const text = row.operands
        .replace("imm(rs1)", () => `${random(40) * 4}(${small[random(8)]})`)
        .replace(/\b(rd|rs1)\b/g, near)
        .replace("rs2", () => small[random(8)]!)
        .replace("upper", () => String(random(40)))
        .replace("shamt", () => String(random(32)))
        .replace("pred", "rw")
        .replace("succ", "rw")
        .replace(/\bimm\b/, () => String(random(100) - 50));
      lines.push(`${row.mnemonic} ${text}`);
      if (i % 50 === 0) lines.push("beqz a0, 1f", "bnez s1, 1b", "j 1f", "ret", "1:");
    }
    const source = `.option rvc\n${lines.join("\n")}\n1:\n`;
    expectSame(
      linkedText(ourObject(source, "rvc-ours"), "rvc-ours.elf"),
      linkedText(gnuObject(source, "rvc-gnu", "rv32imac_zicsr_zifencei"), "rvc-gnu.elf"),
      source,
    );
  });

  it("and the text printed from items assembles to the same with either assembler", () => {
    const source =
      `.text\n.globl f\n.type f, @function\nf: addi sp, sp, -16\n sw ra, 12(sp)\n la a0, msg+2\n 1: bnez a0, 1b\n call f\n lw ra, 12(sp)\n ret\n.size f, .-f\n.section .rodata.x,"aMS",@progbits,1\nmsg: .asciz "a\\"b\\\\c\\n"\n.data\n.word msg, 5f-4b\n.zero 3\n.p2align 2\n`.replace(
        "5f-4b",
        "msg+1",
      );
    const printed = printItems(parseAssembly(new SourceFile("f.s", source), new Diagnostics()));
    const first = linkedText(ourObject(source, "print-a"), "print-a.elf");
    expectSame(linkedText(ourObject(printed, "print-b"), "print-b.elf"), first, printed);
    expectSame(linkedText(gnuObject(printed, "print-c"), "print-c.elf"), first, printed);
  });

  it("and readelf and objdump take our objects without complaint", () => {
    const source = `.file "a.c"\n.file 1 "a.c"\n.text\n.globl f\n.type f,@function\nf:\n.cfi_startproc\n.loc 1 3 5\naddi sp,sp,-16\n.cfi_def_cfa_offset 16\nsw ra,12(sp)\n.cfi_offset ra,-4\n.loc 1 4 1\nla a0,x\nret\n.cfi_endproc\n.size f,.-f\n.comm x,4,4\n.section .text.g,"axG",@progbits,g,comdat\n.weak g\ng: ret\n`;
    const object = ourObject(source, "readelf");
    expect(run("riscv64-unknown-elf-readelf", "-aW", object)).not.toMatch(/warning|error/i);
    expect(run("riscv64-unknown-elf-objdump", "-dr", object)).toContain("<f>:");
    expect(run("riscv64-unknown-elf-objdump", "--dwarf=decodedline", object)).toMatch(/a\.c\s+3\s+0/);
    expect(run("riscv64-unknown-elf-objdump", "--dwarf=frames", object)).toMatch(
      /DW_CFA_def_cfa_offset: 16[\s\S]*DW_CFA_offset: r1 \(ra\) at cfa-4/,
    );
  });
});

describe("messages", () => {
  const messageOf = (source: string): string => {
    const result = assemble(new SourceFile("t.s", source));
    return result.ok ? "" : renderDiagnostics(result.diagnostics);
  };
  it.each([
    ["adi a0, a0, 1", 't.s:1:1: error: unknown instruction "adi"', 'did you mean "addi"?'],
    ["addi a0, a0, 5000", "5000 does not fit", "-2048 to 2047"],
    ["add a0, a1", "takes 3 or 4 operands", "`add rd, rs1, rs2`"],
    ["add a0, a1, x99", "unknown", "x0"],
    ["bnez a0, 1f", "numeric label 1 is not defined", "looks forward"],
    ["j .Lnope\n.Lnopf:", 'local label ".Lnope" is not defined', 'did you mean ".Lnopf"?'],
    ["a: nop\na: nop", 't.s:2:1: error: "a" is defined twice', "the first definition is here"],
    ["fadd.s a0, a1, a2", "unknown instruction", "no floating-point unit"],
    ["slli a0, a0, 32", "32 does not fit", "0 to 31"],
    ["add a0 a1, a2", 'cannot make sense of "a1"', "separated by commas"],
    [".wrod 1", 'unknown directive ".wrod"', 'did you mean ".word"?'],
    [".macro m\nnop", "`.macro` is not closed", ".endm"],
    [".if 1\nnop", "`.if` is not closed", ".endif"],
    [".macro m\nm\n.endm\nm", "100 deep", ".if"],
    [".space 1 << 40", "would grow past", "check the count"],
    ["li a0, 0x123456789", "does not fit in a register", "32 bits"],
    ["lw a0, a1", "must be a memory operand or a symbol", "`0(a1)`"],
    ["lw a0, 4[sp]", 'cannot make sense of "["', "4(sp)"],
    ["la a0, %hi(x)", "operand 2", "`la rd, symbol`"],
    ['.asciz "open', "cannot make sense", "not closed"],
    ["lui a0, 0x100000", "0 to 1048575", "li"],
  ])("%j is answered with place, cause and remedy", (source, message, remedy) => {
    const text = messageOf(source);
    expect(text).toContain(message);
    expect(text).toContain(remedy);
    expect(text).toMatch(/\^/);
  });

  it("points with a caret at the operand that is wrong", () => {
    expect(messageOf("  addi a0, a0, 5000\n")).toContain("    1 |   addi a0, a0, 5000\n      |                ^~~~\n");
  });
});

describe("hostile text", () => {
  it(`mutated sources give an object or diagnostics, and never throw (seed ${seed})`, () => {
    const random = randomFrom(seed + 3);
    const base = `.equ N, 4\n.text\n.globl f\nf: li a0, N\n la a1, x\n1: beqz a0, 1f\n addi a0, a0, -1\n lw a2, 4(a1)\n j 1b\n1: call f\n ret\n.macro m a, b=2\n addi \\a, \\a, \\b\n.endm\n m a0\n.data\nx: .word f-1b, x, 'a'\n.asciz "hi\\n"\n.rept 2\n.byte 1\n.endr\n.if N>3\n.half 2\n.endif\n.uleb128 x-x\n.align 3\n.comm c, 4, 4\n.section .s,"aw",@progbits\n.cfi_startproc\n.cfi_endproc\n`;
    const pool = "()%,:;.\"'\\#@+-*/<>=!&|~ \n0123456789abfxzN_$\t\u0000é";
    for (let i = 0; i < 2000; i++) {
      const characters = [...base];
      for (let edits = 1 + random(6); edits > 0; edits--) {
        const at = random(characters.length);
        const kind = random(4);
        if (kind === 0) characters.splice(at, 1 + random(8));
        else if (kind === 1) characters.splice(at, 0, pool[random(pool.length)]!);
        else if (kind === 2) characters[at] = pool[random(pool.length)]!;
        else characters.splice(at, 0, ...characters.slice(random(characters.length)).slice(0, 20));
      }
      const source = characters.join("");
      try {
        const result = assembleText(source);
        if (result.ok) writeObject(result.object);
        else renderDiagnostics(result.diagnostics);
      } catch (error) {
        throw new Error(`mutation ${i} threw ${(error as Error).stack}\n${source}`);
      }
    }
  });
});
