/** GNU binutils as an oracle: assembles with riscv64-unknown-elf-as and answers the bytes of .text. */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "faultline-asm-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const present = (tool: string, flag = "--version"): boolean => spawnSync(tool, [flag]).status === 0;
export const hasBinutils = present("riscv64-unknown-elf-as");
export const hasGcc = present("riscv64-unknown-elf-gcc");
export const hasQemu = present("qemu-riscv32");
if (!hasBinutils) console.warn("skipped: install binutils-riscv64-unknown-elf to compare with GNU's assembler");
if (!hasGcc) console.warn("skipped: install gcc-riscv64-unknown-elf to link with GCC's objects");
if (!hasQemu) console.warn("skipped: install qemu-user to run the programs");

export const path = (name: string): string => join(folder, name);

/** Runs a tool; returns its output, throws with its messages when it fails. */
export function run(tool: string, ...args: string[]): string {
  return execFileSync(tool, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 26 });
}

export function gnuObject(source: string, name: string, march = "rv32ima_zicsr_zifencei_zihintpause"): string {
  writeFileSync(path(`${name}.s`), source);
  run(
    "riscv64-unknown-elf-as",
    `-march=${march}`,
    "-mabi=ilp32",
    "-mno-relax",
    "-o",
    path(`${name}.o`),
    path(`${name}.s`),
  );
  return path(`${name}.o`);
}

/** The bytes of one section of an ELF file, by objcopy. */
export function sectionBytes(file: string, section = ".text"): Buffer {
  run("riscv64-unknown-elf-objcopy", "-O", "binary", "-j", section, file, `${file}.bin`);
  return readFileSync(`${file}.bin`);
}

/** Links with GNU ld at fixed addresses and answers .text: relocations have then become bytes. */
export function linkedText(object: string, out: string): Buffer {
  run(
    "riscv64-unknown-elf-ld",
    "-m",
    "elf32lriscv",
    "--no-relax",
    "-Ttext=0x10000",
    "-Tdata=0x40000",
    "-e",
    "0",
    "--defsym=outside=0x60000",
    "--defsym=__dso_handle=0",
    object,
    "-o",
    path(out),
  );
  return sectionBytes(path(out));
}
