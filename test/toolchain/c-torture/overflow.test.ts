/**
 * __builtin_add_overflow, sub and mul with every combination of operand and result types that matters, on values at the edges. The
 * reference compiler says what is right: results and verdicts are hashed by combination.
 */
import { afterAll, expect, test } from "vitest";
import { HERE, missingTools, Workshop } from "../c-run/toolchain.ts";

const workshop = new Workshop();
afterAll(() => workshop.dispose());

const TYPES: Readonly<Record<string, string>> = {
  uc: "unsigned char",
  s: "short",
  i: "int",
  u: "unsigned",
  x: "long long",
  ux: "unsigned long long",
};
const VALUES =
  "0, 1, -1, 2, -3, 127, 128, -32768, 65535, 0x7fffffff, -0x80000000LL, 0xffffffffLL, 0x100000000LL, 0x7fffffffffffffffLL, " +
  "-0x7fffffffffffffffLL - 1, -0x7fffffffffffffffLL, 0x4000000000000000LL, 0xb504f334LL, 0x100000001LL, 0x5555555555555555LL";

/** A program that prints a line for each combination. */
function table(op: string): string {
  const names = Object.keys(TYPES);
  const combinations = names.flatMap((a) => names.flatMap((b) => names.map((r) => [a, b, r] as const)));
  const functions = combinations.map(
    ([a, b, r]) => `__attribute__((noinline)) static void ${a}_${b}_${r}(${TYPES[a]} a, ${TYPES[b]} b) {
      ${TYPES[r]} out = 0;
      int lost = __builtin_${op}_overflow(a, b, &out);
      note(out, lost * 2 + __builtin_${op}_overflow_p(a, b, (${TYPES[r]})0));
    }`,
  );
  const runs = combinations.map(
    ([a, b, r]) => `hash = 2166136261u;
      for (int i = 0; i < COUNT; i++) for (int j = 0; j < COUNT; j++) ${a}_${b}_${r}(values[i], values[j]);
      show("${a} ${b} ${r}", hash);`,
  );
  return `#include "support.h"
    static unsigned hash;
    static void note(unsigned long long value, int lost) {
      hash = (hash ^ (unsigned)value) * 16777619u;
      hash = (hash ^ (unsigned)(value >> 32)) * 16777619u;
      hash = (hash ^ lost) * 16777619u;
    }
    static const long long values[] = {${VALUES}};
    enum { COUNT = sizeof values / sizeof *values };
    ${functions.join("\n")}
    int main(void) { ${runs.join("\n")} return 0; }`;
}

for (const op of ["add", "sub", "mul"]) {
  test.skipIf(missingTools !== undefined)(
    `__builtin_${op}_overflow agrees with GCC for all types of operands and results`,
    { timeout: 120_000 },
    () => {
      const source = workshop.write("table.c", table(op));
      const flags = [`-I${HERE}`];
      const expected = workshop.run(
        workshop.linkByGnu([workshop.reference(source, "reference.o", flags)], "reference"),
      );

      const actual = workshop.run(workshop.link([workshop.ours(source, "ours.o", ["-O1"])], "ours"));

      expect(expected.split("\n").length).toBeGreaterThan(6 ** 3);
      expect(actual).toBe(expected);
    },
  );
}
