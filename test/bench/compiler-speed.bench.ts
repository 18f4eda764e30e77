/**
 * Speed of the compiler: C source to a linked ELF, with the C library, as `cc -O1` does it.
 *
 *   npx vitest bench test/bench/compiler-speed.bench.ts
 *
 * Targets: 500 lines in 100 ms cold and 30 ms warm, 5,000 lines in 500 ms warm. Cold is the first compilation of a process, which
 * vitest cannot repeat: a fresh Node process is started for each sample and tells its CPU time, without Node's own start. The driver is
 * bundled as the build does it. Needs dist/sysroot (node build/build.mjs).
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, bench, describe } from "vitest";
import type { DriverHost } from "../../toolchain/driver.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const sysroot = join(root, "dist/sysroot");
const COLD_SAMPLES = 7;

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

const folder = mkdtempSync(join(tmpdir(), "compiler-speed-"));
const driver = join(folder, "driver.mjs");
const options = { absWorkingDir: root, entryPoints: ["toolchain/driver.ts"], outfile: driver, bundle: true } as const;
await build({ ...options, format: "esm", platform: "neutral", mainFields: ["module", "main"], target: "node20" });
// The bundle, not the modules: vitest's own module loader makes every call between modules slower.
const { cc } = (await import(
  /* @vite-ignore */ pathToFileURL(driver).href
)) as typeof import("../../toolchain/driver.ts");
afterAll(() => rmSync(folder, { recursive: true }));
const source = (lines: number): string => {
  const path = join(folder, `${lines}.c`);
  writeFileSync(path, program(lines));
  return path;
};

/** Milliseconds of CPU of the first compilation in a fresh process: the median of some. */
function coldMilliseconds(path: string): number {
  const script = `
    import { existsSync, readFileSync } from "node:fs";
    import { cc } from ${JSON.stringify(driver)};
    const readFile = (path) => (existsSync(path) ? new Uint8Array(readFileSync(path)) : null);
    const before = process.cpuUsage();
    const { status } = cc(["-O1", ${JSON.stringify(path)}, "-o", "x"], { readFile, writeFile: () => null, sysroot: ${JSON.stringify(sysroot)} });
    const { user, system } = process.cpuUsage(before);
    console.log(status === 0 ? (user + system) / 1000 : "failed");`;
  const samples = Array.from({ length: COLD_SAMPLES }, () =>
    Number(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" })),
  );
  return samples.sort((a, b) => a - b)[COLD_SAMPLES >> 1]!;
}

const isBuilt = existsSync(join(sysroot, "lib/libc.a"));
if (!isBuilt) console.log("no dist/sysroot: run `node build/build.mjs` first");
else console.log(`500 lines, cold: ${coldMilliseconds(source(500)).toFixed(0)} ms of CPU`);

describe.skipIf(!isBuilt)("C to a linked ELF, warm", () => {
  const host: DriverHost = {
    readFile: (path) => (existsSync(path) ? new Uint8Array(readFileSync(path)) : null),
    writeFile: () => null,
    sysroot,
  };
  for (const lines of [500, 5000]) {
    const path = source(lines);
    bench(`${lines} lines`, () => {
      const result = cc(["-O1", path, "-o", "x"], host);
      if (result.status !== 0) throw new Error(result.stderr);
    });
  }
});
