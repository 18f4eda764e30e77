/**
 * What the emulator's tests share: seeded randomness that can be rerun, and access to reference programs.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether a program can be started here. Says what to install when not. */
export function isInstalled(command: string, debianPackage: string): boolean {
  if (spawnSync(command, ["--version"]).error === undefined) return true;
  console.warn(`skipped: ${command} is not installed; on Debian: apt-get install ${debianPackage}`);
  return false;
}

/** The seed of this run: FAULTLINE_SEED, or a fresh one. Printed so that a failure can be rerun. */
export function testSeed(what: string): number {
  const seed =
    process.env.FAULTLINE_SEED === undefined ? (Date.now() & 0x7fffffff) | 1 : Number(process.env.FAULTLINE_SEED);
  console.info(`${what}: FAULTLINE_SEED=${seed}`);
  return seed;
}

/** xorshift32; `below(n)` is uniform enough for tests. */
export class Random {
  private state: number;
  constructor(seed: number) {
    this.state = Math.imul(seed, 0x9e3779b1) | 0 || 1;
  }
  /** A word, unsigned. */
  word(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return this.state >>> 0;
  }
  below(bound: number): number {
    return Math.floor((this.word() / 2 ** 32) * bound);
  }
  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)];
  }
}

/** Runs `body` with a fresh folder and removes it afterwards. */
export function inFolder<T>(body: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "faultline-test-"));
  try {
    return body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface ObjdumpLine {
  vaddr: number;
  text: string;
}

/** objdump's text for raw bytes placed at address 0, one entry for each instruction, with comments taken off. */
export function objdump(bytes: Uint8Array, aliases: boolean): ObjdumpLine[] {
  return inFolder((folder) => {
    const file = join(folder, "code.bin");
    writeFileSync(file, bytes);
    const args = ["-b", "binary", "-m", "riscv:rv32", "-z", "-D", ...(aliases ? [] : ["-M", "no-aliases"]), file];
    const { stdout } = spawnSync("riscv64-unknown-elf-objdump", args, { encoding: "utf8", maxBuffer: 1 << 28 });
    return [...stdout.matchAll(/^\s*([0-9a-f]+):\t[0-9a-f ]+\t(.*)$/gm)].map(([, vaddr, text]) => ({
      vaddr: Number.parseInt(vaddr, 16),
      text: text
        .replace(/\s+# 0x.*$/, "")
        .replace(/\s+/g, " ")
        .trim(),
    }));
  });
}

/** Reads a file as bytes. */
export const readBytes = (path: string): Uint8Array => readFileSync(path);
