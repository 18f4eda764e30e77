/**
 * Atomic builtins and `_Atomic` objects: every operation prints what the same program prints when GCC has compiled it, both linked with
 * our libc, which has the functions that GCC's code calls. Threads lose nothing, under qemu-riscv32 and on our machine.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { compileFile } from "../../../system/cli/compile.ts";
import { cc } from "../../../toolchain/driver.ts";
import { rootEntries, runStory } from "../../story/support.ts";
import { diskHost, missingTools, Workshop } from "../c-run/toolchain.ts";
import { builtinTable, qualifierTable } from "./table.ts";

const here = import.meta.dirname;
const sysroot = join(here, "../../../dist/sysroot");
const workshop = new Workshop();
afterAll(() => workshop.dispose());

/** Compiles by our compiler or links an object with our libc. */
function withLibc(input: string, flags: readonly string[] = []): string {
  const program = workshop.path("program");
  const result = cc([...flags, "-w", input, "-o", program], diskHost(sysroot));
  if (result.status !== 0) throw new Error(result.stderr);
  return workshop.run(program);
}

describe.skipIf(missingTools !== undefined)("atomic objects", () => {
  for (const [what, make] of [
    ["builtins", builtinTable],
    ["operators on _Atomic objects", qualifierTable],
  ] as const) {
    test(`${what} do what GCC's do on every type`, { timeout: 120_000 }, () => {
      const source = workshop.write("table.c", make());
      const flags = ["-O1", "-nostdinc", `-isystem${join(sysroot, "include")}`, "-fno-strict-aliasing"];
      const expected = withLibc(workshop.reference(source, "reference.o", flags)).split("\n");
      expect(expected.length).toBeGreaterThan(400);

      for (const level of ["-O0", "-O1"]) {
        const actual = withLibc(source, [level]).split("\n");
        expect(actual.length).toBe(expected.length);
        expect(actual.filter((line, at) => line !== expected[at])).toEqual([]);
      }
    });
  }

  test("threads that count together lose nothing under qemu-riscv32", () => {
    expect(withLibc(join(here, "threads.c"))).toMatch(/exit 0$/);
  });

  test("operations on words are single instructions of the A extension, parts of words lr.w and sc.w", () => {
    const source = workshop.write(
      "ops.c",
      `int a(_Atomic int *p) { return *p += 2; }
       int b(int *p) { return __atomic_exchange_n(p, 3, __ATOMIC_RELAXED); }
       int c(unsigned char *p) { return __atomic_fetch_add(p, 1, __ATOMIC_ACQUIRE); }`,
    );
    const out = workshop.path("ops.s");
    expect(cc(["-O1", "-S", source, "-o", out], diskHost(sysroot)).stderr).toBe("");
    const text = readFileSync(out, "utf8");

    expect(text).toMatch(/amoadd\.w\.aqrl/);
    expect(text).toMatch(/amoswap\.w\s/);
    expect(text).toMatch(/lr\.w\.aq\s[\s\S]*sc\.w\s/);
    expect(text).not.toMatch(/call|jal\s+ra/);
  });
});

test("threads that count together lose nothing on our machine, however often they are preempted", () => {
  const bytes = compileFile(join(here, "threads.c"), rootEntries());
  const { stdout, status } = runStory(["/tmp/threads"], { withoutEvents: true }, [
    { path: "/tmp/threads", type: "file", mode: 0o755, bytes },
  ]);

  expect(stdout).toMatch(/^12000 2ee000002ee0 /);
  expect(status).toBe(0);
});
