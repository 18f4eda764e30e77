/** The ELF reader on foreign, damaged and mutated files; the listings against binutils. */

import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readArchive, writeArchive } from "../../../toolchain/ar.ts";
import { assembleText } from "../../../toolchain/asm/assemble.ts";
import { renderDiagnostics } from "../../../toolchain/diagnostics.ts";
import { checkExecutable, readElf } from "../../../toolchain/elf/read.ts";
import { readObject } from "../../../toolchain/elf/read-object.ts";
import { writeObject } from "../../../toolchain/elf/write.ts";
import { link } from "../../../toolchain/link.ts";
import { disassembleFile } from "../../../toolchain/objdump/disassembly.ts";
import { listSizes, listSymbols } from "../../../toolchain/objdump/listings.ts";
import { hasBinutils, hasGcc, path, run } from "../asm/gnu.ts";

const seed = Number(process.env["FAULTLINE_SEED"] ?? 20261123);
const SOURCE = `.text\n.globl _start\n.type _start,@function\n_start: la a0, msg\n bnez a0, 1f\n1: call f\n li a7, 93\n ecall\n.size _start,.-_start\n.globl f\nf: ret\n.section .rodata\nmsg: .asciz "hi"\n.data\nx: .word msg, f\n.comm c, 8, 4\n.section .text.g,"axG",@progbits,g,comdat\n.weak g\ng: ret\n`;

function objectBytes(source = SOURCE): Uint8Array {
  const result = assembleText(source);
  if (!result.ok) throw new Error(renderDiagnostics(result.diagnostics));
  return writeObject(result.object);
}

function executableBytes(): Uint8Array {
  const result = link([{ kind: "file", name: "a.o", bytes: objectBytes() }]);
  if (!result.ok) throw new Error(renderDiagnostics(result.diagnostics));
  return result.executable;
}

const messageOf = (bytes: Uint8Array): string => {
  const file = readElf(bytes, "prog");
  return renderDiagnostics(file.ok ? checkExecutable(file.value) : file.diagnostics);
};

/** A copy with some bytes replaced. */
function patched(bytes: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
}

describe("a file that cannot run here is told by name", () => {
  const program = executableBytes();
  it.each([
    ["x86-64", patched(program, 18, 62, 0), "another machine: x86-64"],
    ["AArch64", patched(program, 18, 183, 0), "another machine: AArch64"],
    ["riscv64", patched(program, 4, 2), "riscv64"],
    ["big-endian", patched(program, 5, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 243), "big-endian"],
    ["a script", new TextEncoder().encode("#!/bin/sh\necho hi\n"), "script"],
    ["an empty file", new Uint8Array(0), "empty"],
    ["text", new TextEncoder().encode("hello"), "not an ELF file"],
    ["a cut header", program.slice(0, 30), "cut short: 30 of 52"],
    ["a cut file", program.slice(0, 4200), "past the end of the file"],
    ["an object", objectBytes(), "an object file, not an executable"],
    ["a shared object", patched(program, 16, 3), "shared object"],
    ["no entry", patched(program, 24, 0, 0, 0, 0), "entry point 0x0"],
  ])("%s", (_what, bytes, cause) => {
    const text = messageOf(bytes);
    expect(text).toContain(cause);
    expect(text).toMatch(/^prog.*error: /);
    expect(text).toContain("help: ");
  });

  it("and a good program has nothing against it", () => {
    expect(messageOf(program)).toBe("");
  });
});

describe("mutated files", () => {
  it(`2,400 mutations give a file or diagnostics from reader, linker and listings, and never throw (seed ${seed})`, () => {
    let state = seed | 1;
    const random = (below: number): number => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) % below;
    };
    const bases = [
      objectBytes(),
      executableBytes(),
      writeArchive([
        { name: "a.o", bytes: objectBytes() },
        { name: "a_member_with_a_long_name.o", bytes: objectBytes(".globl q\nq: ret\n") },
      ]),
    ];
    for (let i = 0; i < 2400; i++) {
      let bytes = bases[i % bases.length]!.slice();
      for (let edits = 1 + random(8); edits > 0; edits--) {
        // Half of the edits hit the headers and tables at either end, where structure is.
        const at =
          random(2) === 0
            ? random(bytes.length)
            : random(2) === 0
              ? random(Math.min(200, bytes.length))
              : bytes.length - 1 - random(Math.min(500, bytes.length));
        bytes[at] = random(3) === 0 ? 0xff : random(256);
      }
      if (random(4) === 0) bytes = bytes.slice(0, random(bytes.length));
      try {
        readObject(bytes, "m.o");
        disassembleFile(bytes, "m.o");
        listSymbols(bytes, "m.o");
        listSizes(bytes, "m.o");
        const file = readElf(bytes, "m.o");
        if (file.ok) checkExecutable(file.value);
        const linked = link(
          [
            { kind: "file", name: "start.o", bytes: bases[0]! },
            { kind: "file", name: "m.o", bytes },
          ],
          { gcSections: i % 2 === 0, map: true },
        );
        if (!linked.ok) renderDiagnostics(linked.diagnostics);
      } catch (error) {
        throw new Error(`mutation ${i} threw ${(error as Error).stack}`);
      }
    }
  });
});

describe.skipIf(!hasBinutils)("archives and listings agree with binutils", () => {
  it("ar lists and extracts an archive of ours, and its index names the symbols", () => {
    const members = [
      { name: "one.o", bytes: objectBytes() },
      { name: "a_member_with_quite_a_long_name.o", bytes: objectBytes(".globl q\nq: ret\n") },
    ];
    writeFileSync(path("ours.a"), writeArchive(members));
    expect(run("riscv64-unknown-elf-ar", "t", path("ours.a")).trim().split("\n")).toEqual(
      members.map((member) => member.name),
    );
    expect(run("riscv64-unknown-elf-nm", "-s", path("ours.a"))).toContain("q in a_member_with_quite_a_long_name.o");
  });

  it("we read an archive of theirs with long names", () => {
    writeFileSync(path("a_member_with_quite_a_long_name.o"), objectBytes(".globl q\nq: ret\n"));
    run("riscv64-unknown-elf-ar", "rcs", path("theirs.a"), path("a_member_with_quite_a_long_name.o"));
    const archive = readArchive(readFileSync(path("theirs.a")), "theirs.a");
    expect(archive.ok && archive.value.members.map((member) => member.name)).toEqual([
      "a_member_with_quite_a_long_name.o",
    ]);
    expect(archive.ok && archive.value.index.get("q")).toBe(0);
  });

  it("nm and size print what theirs print", () => {
    writeFileSync(path("list.o"), objectBytes());
    const ours = listSymbols(readFileSync(path("list.o")), "list.o");
    const words = (text: string): string[] =>
      text
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "")
        .sort();
    expect(words(ours.ok ? ours.value : "")).toEqual(words(run("riscv64-unknown-elf-nm", path("list.o"))));
    const sizes = listSizes(readFileSync(path("list.o")), "list.o");
    const numbers = (text: string): string[] => text.split("\n")[1]!.trim().split(/\s+/).slice(0, 5);
    expect(numbers(sizes.ok ? sizes.value : "")).toEqual(numbers(run("riscv64-unknown-elf-size", path("list.o"))));
  });
});

describe.skipIf(!hasGcc)("an object of GCC", () => {
  it("survives being read and written: readelf shows the same relocations and symbols", () => {
    writeFileSync(
      path("gcc.c"),
      "int g; static int s = 4; __attribute__((constructor)) static void c(void) { g += s; }\nint f(int x) { return x + g; }\n",
    );
    run(
      "riscv64-unknown-elf-gcc",
      "-march=rv32ima",
      "-mabi=ilp32",
      "-O1",
      "-g",
      "-c",
      path("gcc.c"),
      "-o",
      path("gcc.o"),
    );
    const object = readObject(readFileSync(path("gcc.o")), "gcc.o");
    expect(object.ok).toBe(true);
    if (!object.ok) return;
    writeFileSync(path("again.o"), writeObject(object.value));
    const relocations = (name: string): string[] =>
      run("riscv64-unknown-elf-objdump", "-r", path(name))
        .split("\n")
        .filter((line) => /R_RISCV/.test(line))
        .sort();
    expect(relocations("again.o")).toEqual(relocations("gcc.o"));
    expect(run("riscv64-unknown-elf-readelf", "-aW", path("again.o"))).not.toMatch(/warning|error/i);
  });
});
