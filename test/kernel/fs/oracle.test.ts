/**
 * The same static programs under the kernel's system calls and under qemu-riscv32 (that is, the host's Linux): every
 * result they print must be the same.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkFiles } from "../../../kernel/fs/check.ts";
import { TestMachine } from "../support/machine.ts";

const GCC = "riscv64-unknown-elf-gcc";
const QEMU = "qemu-riscv32";

function missing(tool: string): boolean {
  try {
    execFileSync(tool, ["--version"], { stdio: "ignore" });
    return false;
  } catch {
    console.warn(`skipped: ${tool} is not installed (Debian: gcc-riscv64-unknown-elf, qemu-user)`);
    return true;
  }
}

const directory = mkdtempSync(join(tmpdir(), "faultline-oracle-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function compile(name: string): string {
  const source = new URL(`./programs/${name}.c`, import.meta.url).pathname;
  const target = join(directory, name);
  const flags = ["-march=rv32ima", "-mabi=ilp32", "-O1", "-nostdlib", "-static", "-ffreestanding", "-w"];
  execFileSync(GCC, [...flags, source, "-o", target]);
  return target;
}

describe.skipIf(missing(GCC) || missing(QEMU))("system calls give what Linux gives", () => {
  for (const name of [
    "files",
    "signals",
    "awaited",
    "timers",
    "queues",
    "scheduling",
    "niceness",
    "limits",
    "large",
    "threads",
    "mapped",
    "named",
    "sealed",
    "dates",
    "locked",
    "shared-locks",
    "copies",
    "packets",
    "nameless",
  ]) {
    it(`for every line of ${name}.c`, () => {
      const program = compile(name);
      const scratch = mkdtempSync(join(directory, "scratch-"));
      const expected = execFileSync(QEMU, [program, scratch], { encoding: "utf8", timeout: 20_000 });
      // The least memory there is makes calls sleep for pages in their middle: it must not be seen in any result.
      for (const frames of [1024, 64]) {
        const machine = new TestMachine({ check: "end", record: false, frames });
        machine.boot(readFileSync(program), [`/bin/${name}`, "/tmp"]);
        machine.run(50_000_000);
        expect(machine.output.split("\n")).toEqual(expected.split("\n"));
        checkFiles(machine.core);
        if (frames === 64 && name === "large") expect(machine.core.swap.transfersOut).toBeGreaterThan(100);
      }
    });
  }

  it("a signal that ends a process ends it while it waits for that signal, too (Linux 6.1, complete_signal)", () => {
    const machine = new TestMachine({ check: "end", record: false, frames: 256 });
    machine.boot(readFileSync(compile("awaited")), ["/bin/awaited", "/tmp", "fatal"]);
    machine.run(50_000_000);
    // As sigtimedwait({SIGUSR1}) ends on Linux itself: si_code CLD_KILLED, si_status 10.
    expect(machine.output).toMatch(/\nended, code 2\n by 10\n$/);
  });
});
