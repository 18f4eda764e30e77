/**
 * Speed of the compiler: C source to a linked ELF, with the C library, as `cc -O1` does it.
 *
 *   npm run bench -- compiler-speed
 *
 * Targets: 500 lines in 100 ms cold and 30 ms warm, 5,000 lines in 500 ms warm. Cold is the first compilation of a process, so a fresh
 * Node process is started for each sample and tells its CPU time.
 *
 *   cold500          from the call of the command line's `cc` to the ELF, in the program that the build ships with its code cache
 *   cold500 plain    the same of the driver alone, as any module is loaded: V8 parses and compiles it on the way, with its own settings
 *   warm…            in a process that has compiled before
 *
 * Then what a person waits for: whole processes, with Node's own start, beside a process that does nothing.
 * Needs what the build makes (node build/build.mjs).
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { DriverHost } from "../../toolchain/driver.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const sysroot = join(root, "dist/sysroot");

/** 25 lines of ordinary C whose names end in `n`. */
const part = (n: number): string => `
struct entry_${n} { const char *key; int value; struct entry_${n} *next; };
static struct entry_${n} *table_${n}[64];
static unsigned hash_${n}(const char *text) {
  unsigned hash = 2166136261u;
  for (; *text != 0; text++) hash = (hash ^ (unsigned char)*text) * 16777619u;
  return hash;
}
struct entry_${n} *find_${n}(const char *key) {
  struct entry_${n} *entry = table_${n}[hash_${n}(key) % 64];
  while (entry != NULL && strcmp(entry->key, key) != 0) entry = entry->next;
  return entry;
}
int insert_${n}(const char *key, int value) {
  struct entry_${n} *entry = find_${n}(key);
  if (entry == NULL) {
    entry = malloc(sizeof *entry);
    if (entry == NULL) return -1;
    entry->key = key;
    entry->next = table_${n}[hash_${n}(key) % 64];
    table_${n}[hash_${n}(key) % 64] = entry;
  }
  entry->value = value;
  return printf("%s = %d (%u)\\n", key, value, hash_${n}(key));
}`;

function program(lines: number): string {
  const count = Math.floor(lines / 25);
  const calls = Array.from({ length: count }, (_, n) => `insert_${n}("a", ${n});`).join(" ");
  const parts = Array.from({ length: count }, (_, n) => part(n)).join("");
  return `#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n${parts}\nint main(void) { ${calls} return 0; }\n`;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** What a script prints in a fresh process: the median of some samples. */
function measureScript(script: string, samples: number): number {
  return median(
    Array.from({ length: samples }, () =>
      Number(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" })),
    ),
  );
}

/** Milliseconds of CPU of the first compilation in a fresh process, by the driver as a module. */
const coldMilliseconds = (driver: string, path: string, samples: number): number =>
  measureScript(
    `
    import { existsSync, readFileSync } from "node:fs";
    import { cc } from ${JSON.stringify(driver)};
    const readFile = (path) => (existsSync(path) ? new Uint8Array(readFileSync(path)) : null);
    const before = process.cpuUsage();
    const { status } = cc(["-O1", ${JSON.stringify(path)}, "-o", "x"], { readFile, writeFile: () => null, sysroot: ${JSON.stringify(sysroot)} });
    const { user, system } = process.cpuUsage(before);
    console.log(status === 0 ? (user + system) / 1000 : "failed");`,
    samples,
  );

/** The same by the command line. */
const shippedMilliseconds = (path: string, output: string, samples: number): number =>
  measureScript(
    `
    import { createRequire } from "node:module";
    const { readProgram, startProgram } = createRequire(import.meta.url)(${JSON.stringify(join(root, "build/program.cjs"))});
    const { main } = startProgram(readProgram(${JSON.stringify(join(root, "dist/cli"))}, "tools"));
    const before = process.cpuUsage();
    await main(["node", "faultline", "cc", "-O1", ${JSON.stringify(path)}, "-o", ${JSON.stringify(output)}]);
    const { user, system } = process.cpuUsage(before);
    console.log((process.exitCode ?? 0) === 0 ? (user + system) / 1000 : "failed");`,
    samples,
  );

/** CPU and wall milliseconds of a whole Node process. A script that is loaded first has it tell its CPU time at its end. */
function wholeProcess(args: readonly string[], folder: string, samples: number): { cpu: number; wall: number } {
  const teller = join(folder, "teller.cjs");
  const told = join(folder, "told");
  writeFileSync(
    teller,
    `process.on("exit", () => { const { user, system } = process.cpuUsage();
       require("node:fs").writeFileSync(${JSON.stringify(told)}, String((user + system) / 1000)); });`,
  );
  const runs = Array.from({ length: samples }, () => {
    const started = performance.now();
    execFileSync(process.execPath, ["-r", teller, ...args], { stdio: "ignore" });
    return { wall: performance.now() - started, cpu: Number(readFileSync(told, "utf8")) };
  });
  return { cpu: median(runs.map(({ cpu }) => cpu)), wall: median(runs.map(({ wall }) => wall)) };
}

/** The same for a process that has compiled before: the best of some. */
function warmMilliseconds(cc: typeof import("../../toolchain/driver.ts").cc, path: string, rounds: number): number {
  const host: DriverHost = {
    readFile: (name) => (existsSync(name) ? new Uint8Array(readFileSync(name)) : null),
    writeFile: () => null,
    sysroot,
  };
  const once = (): number => {
    const before = process.cpuUsage();
    const result = cc(["-O1", path, "-o", "x"], host);
    if (result.status !== 0) throw new Error(result.stderr);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  return Math.min(...Array.from({ length: rounds }, once));
}

export async function run(smoke: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "compiler-speed-"));
  const driver = join(folder, "driver.mjs");
  await build({
    absWorkingDir: root,
    entryPoints: ["toolchain/driver.ts"],
    outfile: driver,
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "node20",
  });
  const { cc } = (await import(pathToFileURL(driver).href)) as typeof import("../../toolchain/driver.ts");
  const source = (lines: number): string => {
    const path = join(folder, `${lines}.c`);
    writeFileSync(path, program(lines));
    return path;
  };
  const targets = { cold500: 100, "cold500 plain": 100, warm500: 30, warm5000: 500 };
  const output = join(folder, "program");
  const measured = {
    cold500: shippedMilliseconds(source(500), output, smoke ? 1 : 9),
    "cold500 plain": coldMilliseconds(driver, source(500), smoke ? 1 : 7),
    warm500: warmMilliseconds(cc, source(500), smoke ? 5 : 40),
    warm5000: warmMilliseconds(cc, source(5000), smoke ? 2 : 12),
  };
  console.log("C to a linked ELF    CPU ms   target   ratio");
  for (const [name, target] of Object.entries(targets)) {
    const value = measured[name as keyof typeof measured];
    console.log(
      `${name.padEnd(18)} ${value.toFixed(0).padStart(8)} ${String(target).padStart(8)}   ${(value / target).toFixed(2)}`,
    );
  }
  const faultline = join(root, "bin/faultline");
  const hello = join(root, "programs/hello.c");
  const rows: readonly [string, readonly string[]][] = [
    ["node -e 0 (peer)", ["-e", "0"]],
    ["faultline cc hello.c", [faultline, "cc", hello, "-o", output]],
    ["faultline cc 500.c", [faultline, "cc", "-O1", source(500), "-o", output]],
    ["faultline run hello.c", [faultline, "run", hello]],
  ];
  const samples = rows.map(([name, args]) => ({ name, ...wholeProcess(args, folder, smoke ? 1 : 9) }));
  console.log("\nwhole process              CPU ms  wall ms   CPU of the peer");
  for (const { name, cpu, wall } of samples) {
    const columns = [cpu, wall].map((value) => value.toFixed(0).padStart(8)).join(" ");
    console.log(`${name.padEnd(24)} ${columns}   ${(cpu / samples[0]!.cpu).toFixed(2)}`);
  }
  rmSync(folder, { recursive: true });
}
