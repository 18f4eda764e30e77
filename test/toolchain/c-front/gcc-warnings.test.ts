/**
 * Warnings about order, indentation and conversions stand on the same lines as GCC's. The sources leave out where we differ on purpose:
 * `c = i & 0xff` is quiet (the value fits), a case after a loop that ends by `break` is reported, array elements are not compared in
 * -Wsequence-point, and the width of a bit-field that is assigned to does not count.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { missingTools } from "../c-run/toolchain.ts";
import { check, lines } from "./check-c.ts";

const folder = join(import.meta.dirname, "warnings");

/** "line option" of every warning. */
const places = (messages: readonly string[]): string[] =>
  messages.flatMap((message) => {
    const match = /^(?:.*\.c:)?(\d+):\d+: warning: .*?\[-W([a-z-]+)=?\d*\]/.exec(message);
    return match === null ? [] : [`${match[1]} ${match[2]}`];
  });

describe.skipIf(missingTools !== undefined)("warnings on the lines of GCC's", () => {
  for (const name of ["sequence-point", "implicit-fallthrough", "misleading-indentation", "conversion"]) {
    test(`-W${name}`, () => {
      const source = join(folder, `${name}.c`);
      const flags = ["-march=rv32ima", "-mabi=ilp32", "-ffreestanding", "-c", "-o", "/dev/null"];
      const { stderr } = spawnSync("riscv64-unknown-elf-gcc", [...flags, `-W${name}`, source], { encoding: "utf8" });
      const expected = [...new Set(places(stderr.split("\n")))];
      expect(expected.length).toBeGreaterThan(3);

      const { diagnostics } = check(readFileSync(source, "utf8"), [`W${name}`]);
      const own = lines(diagnostics);

      expect([...new Set(places(own))].sort()).toEqual(expected.sort());
    });
  }
});

test("-Wunreachable-code reports the first statement that nothing leads to", () => {
  const text = `void f(int); void e(void) __attribute__((noreturn));
int t(int x) {
  if (x == 1) { return 1; f(1); }
  if (x == 2) { e(); f(2); f(3); }
  while (1) { f(3); if (x) break; continue; f(4); }
  for (;;) { if (x) goto out; }
  f(5);
out:
  switch (x) { case 1: return 1; break; case 2: f(1); break; }
  return 7;
}
int main(void) { for (;;) f(1); }
`;
  const { diagnostics } = check(text, ["Wunreachable-code"]);

  expect(lines(diagnostics)).toEqual(
    [3, 4, 5, 7].map(
      (line, i) => `${line}:${[27, 22, 45, 3][i]}: warning: this is never executed [-Wunreachable-code]`,
    ),
  );
});

test("an attribute alone is a statement wherever one can stand", () => {
  const text =
    "void f(int); void t(int x) { switch (x) { case 1: f(1); __attribute__((fallthrough)); case 2: f(2); } }";

  expect(check(text, ["Wall", "Wextra"]).diagnostics).toEqual([]);
});
