/**
 * The whole tool chain on damaged input: real C programs with random changes through compiler, assembler and linker, and real objects
 * and archives with random bytes through the linker and the listing tools. Repeatable with FAULTLINE_SEED.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { cc, type DriverHost, runTool, type ToolResult } from "../../../toolchain/driver.ts";
import { mutate, randomFrom, SEED } from "../c-front/mutate.ts";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../../bench/programs");
/** What the programs call, so that they link without a library. */
const SUPPORT = `void put_text(const char *text) { (void)text; } void put_int(int value) { (void)value; } void put_hex(unsigned value) { (void)value; }
void put_wide(unsigned long long value) { (void)value; } void put_line(void) {} void show(const char *name, unsigned long long value) { (void)name; (void)value; }
`;
const PROGRAMS = readdirSync(folder)
  .filter((name) => name.endsWith(".c"))
  .map((name) => readFileSync(join(folder, name), "utf8").replace(/#include .*\n/g, SUPPORT));
const FLAGS = [["-O0"], ["-O1"], ["-O0", "-g"], ["-O1", "-g", "-Wall", "-Wextra"], ["-O1", "-S"]];
/** The limits of the assembler and of the linker are 256 and 512 MiB: a damaged size field must not get past them. */
const LARGEST_OUTPUT_BYTES = 513 * 1024 * 1024;
const TIME_MS = 15_000;

function hostOf(files: Readonly<Record<string, Uint8Array>>): DriverHost & { largest: number } {
  const content = new Map(Object.entries(files));
  return {
    largest: 0,
    sysroot: "/none",
    readFile: (path) => content.get(path) ?? null,
    writeFile(path, bytes) {
      this.largest = Math.max(this.largest, bytes.length);
      content.set(path, bytes);
      return null;
    },
  };
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Fails with the seed and the round when the tool throws, says nothing about a failure, or writes far too much. */
function expectOrderly(round: number, host: { largest: number }, what: string, run: () => ToolResult): ToolResult {
  let result: ToolResult;
  try {
    result = run();
  } catch (error) {
    throw new Error(`seed ${SEED}, round ${round}: ${what}\n${(error as Error).stack}`);
  }
  const context = `seed ${SEED}, round ${round}: ${what}`;
  expect([0, 1], context).toContain(result.status);
  if (result.status !== 0) expect(result.stderr, context).toMatch(/error: /);
  expect(host.largest, context).toBeLessThan(LARGEST_OUTPUT_BYTES);
  return result;
}

test("mutated programs compile, assemble and link, or are refused with a message", { timeout: 4 * TIME_MS }, () => {
  const random = randomFrom(SEED);
  const end = performance.now() + TIME_MS;
  let compiled = 0;
  let round = 0;
  for (; round < 400 && performance.now() < end; round++) {
    const text = mutate(PROGRAMS[round % PROGRAMS.length]!, random, 3);
    const flags = FLAGS[round % FLAGS.length]!;
    const host = hostOf({ "a.c": encode(text) });
    const output = flags.includes("-S") ? "a.s" : "a.o";
    const first = expectOrderly(round, host, JSON.stringify(text), () =>
      cc([...flags, ...(output === "a.o" ? ["-c"] : []), "a.c", "-o", output], host),
    );
    if (first.status !== 0) continue;
    compiled++;
    if (output === "a.s") {
      const again = expectOrderly(round, host, JSON.stringify(text), () => cc(["-c", "a.s", "-o", "a.o"], host));
      expect(again.stderr, `seed ${SEED}, round ${round}: our own assembly`).toBe("");
    }
    expectOrderly(round, host, JSON.stringify(text), () => cc(["-nostdlib", "-e", "main", "a.o", "-o", "a"], host));
  }
  expect(round).toBeGreaterThan(20);
  expect(compiled).toBeGreaterThan(0);
});

/** Up to 8 bytes changed, most of them in the headers and tables that say where everything is; sometimes the end is cut off. */
function damage(bytes: Uint8Array, random: () => number): Uint8Array {
  const out = bytes.slice(0, random() < 0.15 ? Math.floor(random() * bytes.length) : bytes.length);
  const values = [0, 1, 0x7f, 0x80, 0xff];
  for (let count = 1 + Math.floor(random() * 8); count > 0 && out.length > 0; count--) {
    const at = Math.floor(random() * out.length);
    out[at] = random() < 0.6 ? values[Math.floor(random() * values.length)]! : Math.floor(random() * 256);
  }
  return out;
}

test("damaged objects and archives link or are refused with a message, and listings end", {
  timeout: 4 * TIME_MS,
}, () => {
  const random = randomFrom(SEED + 1);
  const source = hostOf({
    "a.c": encode(PROGRAMS[0]!),
    "b.c": encode("int twice(int a) { return a * 2; }\n"),
  });
  expect(cc(["-O1", "-g", "-c", "a.c", "-o", "a.o"], source).stderr).toBe("");
  expect(cc(["-O1", "-g", "-c", "b.c", "-o", "b.o"], source).stderr).toBe("");
  expect(runTool("ar", ["rcs", "l.a", "b.o", "a.o"], source).status).toBe(0);
  const originals = ["a.o", "l.a"].map((name) => ({ name, bytes: source.readFile(name)! }));
  const end = performance.now() + TIME_MS;
  let round = 0;
  for (; round < 1500 && performance.now() < end; round++) {
    const { name, bytes } = originals[round % 2]!;
    const host = hostOf({ [name]: damage(bytes, random), "b.o": source.readFile("b.o")! });
    const what = `damaged ${name}`;
    expectOrderly(round, host, what, () => cc(["-nostdlib", "-e", "main", "b.o", name, "-u", "main", "-o", "x"], host));
    for (const tool of ["objdump", "nm", "size"]) expectOrderly(round, host, what, () => runTool(tool, [name], host));
  }
  expect(round).toBeGreaterThan(50);
});
