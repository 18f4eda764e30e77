/** What riscv64-unknown-elf-gcc puts into memory for the objects of a C file: the oracle for layout and constants. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const hasGcc = spawnSync("riscv64-unknown-elf-gcc", ["--version"]).status === 0;
export const GCC_ABSENT = "needs riscv64-unknown-elf-gcc: apt-get install gcc-riscv64-unknown-elf";
const TARGET = [
  "-march=rv32ima",
  "-mabi=ilp32",
  "-msmall-data-limit=0",
  "-fno-common",
  "-fno-zero-initialized-in-bss",
  "-std=gnu11",
  "-w",
];

/** Bytes of every initialised object by name, or the compiler's messages when it refuses the source. */
export function gccImage(source: string): Map<string, Uint8Array> | string {
  const folder = mkdtempSync(join(tmpdir(), "faultline-gcc-"));
  try {
    const [c, o, bin] = [join(folder, "a.c"), join(folder, "a.o"), join(folder, "a.bin")];
    writeFileSync(c, source);
    const run = spawnSync("riscv64-unknown-elf-gcc", [...TARGET, "-c", c, "-o", o], { encoding: "utf8" });
    if (run.status !== 0) return run.stderr;
    execFileSync("riscv64-unknown-elf-objcopy", ["-O", "binary", "--only-section=.data", o, bin]);
    const data = readFileSync(bin);
    const table = execFileSync("riscv64-unknown-elf-objdump", ["-t", o], { encoding: "utf8" });
    const image = new Map<string, Uint8Array>();
    for (const line of table.split("\n")) {
      const match = /^([0-9a-f]{8}) .{7} \.data\s+([0-9a-f]{8}) (\S+)$/.exec(line);
      if (match === null) continue;
      const start = Number.parseInt(match[1]!, 16);
      image.set(match[3]!, new Uint8Array(data.subarray(start, start + Number.parseInt(match[2]!, 16))));
    }
    return image;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
