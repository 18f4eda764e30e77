/** Debug information as gdb-multiarch sees it, with the program under qemu-riscv32's debug stub. */
import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { missingTools, Workshop } from "../c-run/toolchain.ts";

const source = join(dirname(fileURLToPath(import.meta.url)), "program.c");
const hasGdb = spawnSync("gdb-multiarch", ["--version"]).status === 0;
if (!hasGdb) console.warn("skipped: apt-get install gdb-multiarch");
const skip = !hasGdb || missingTools !== undefined;
const workshop = new Workshop();
afterAll(() => workshop.dispose());

/** A port that nothing listens on. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });

/** Runs gdb commands against the program and gives what gdb printed. */
async function debug(program: string, commands: readonly string[]): Promise<string> {
  const port = await freePort();
  const machine = spawn("qemu-riscv32", ["-g", String(port), program], { stdio: "ignore" });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const all = ["set architecture riscv:rv32", `file ${program}`, `target remote :${port}`, ...commands, "kill"];
  const gdb = spawn("gdb-multiarch", ["-nx", "-batch", ...all.flatMap((command) => ["-ex", command])]);
  let output = "";
  gdb.stdout.on("data", (chunk) => (output += chunk));
  gdb.stderr.on("data", (chunk) => (output += chunk));
  await new Promise((resolve) => gdb.on("close", resolve));
  machine.kill();
  return output;
}

function build(flags: readonly string[]): string {
  return workshop.link([workshop.ours(source, "program.o", flags)], "program");
}

test.skipIf(skip)(
  "gdb stops at a line, shows the stack, arguments, locals and a struct, and finishes a function",
  async () => {
    const output = await debug(build(["-O0", "-g"]), [
      ...["break program.c:10", "continue", "bt", "info args", "info locals", "print *p", "print big"],
      ...["up", "info locals", "print counter", "down", "delete", "finish"],
    ]);

    expect(output).toMatch(/Breakpoint 1, inner \(a=21, p=0x[0-9a-f]+, big=4886718345\) at .*program\.c:10/);
    expect(output).toMatch(/#1 .* in outer \(n=20\) at .*program\.c:21/);
    expect(output).toMatch(/#2 .* in main \(\) at .*program\.c:26/);
    expect(output).toMatch(/square = 0\ni = 0\nsum = 41\n/);
    expect(output).toContain('{x = 20, y = 2, name = "ab\\000", flag = 5, next = 0x0}');
    expect(output).toMatch(/c = GREEN\nw = 4886718345\nd = 1.5\n/);
    expect(output).toContain("= 7\n");
    // 41 + 0 + 1 + 4 + (int)0x123456789
    expect(output).toContain(`Value returned is $4 = ${46 + 0x23456789}`);
  },
  60_000,
);

test.skipIf(skip)(
  "gdb finds variables in registers in optimised code and never shows a wrong value",
  async () => {
    const output = await debug(build(["-O1", "-g"]), [
      "break program.c:10",
      "continue",
      "bt",
      "info locals",
      "info args",
    ]);

    expect(output).toMatch(/#1 .* in outer \(.*\) at .*program\.c:21/);
    expect(output).toMatch(/square = 0\ni = 0\nsum = 41\n/);
    expect(output).toMatch(/a = (21|<optimized out>)\n/);
  },
  60_000,
);
