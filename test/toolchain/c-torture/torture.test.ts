/**
 * Corners of the language that a first version got wrong. Each program checks itself by what the standard (or GCC's manual, for
 * extensions) says and returns the line of the first check that fails; the reference compiler must agree that all hold.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { missingTools, Workshop } from "../c-run/toolchain.ts";

const workshop = new Workshop();
afterAll(() => workshop.dispose());
const folder = join(dirname(fileURLToPath(import.meta.url)), "programs");

/** The first line of a program is a comment that says what must hold. */
const claimOf = (source: string): string => /^\/\* (.*) \*\/$/m.exec(readFileSync(source, "utf8"))?.[1] ?? source;

for (const name of readdirSync(folder)) {
  const source = join(folder, name);
  test.skipIf(missingTools !== undefined)(`${claimOf(source)} (${name})`, () => {
    expect(workshop.run(workshop.linkByGnu([workshop.reference(source, "reference.o")], "reference"))).toBe("exit 0");

    for (const level of ["-O0", "-O1"]) {
      const program = workshop.link([workshop.ours(source, "ours.o", [level])], "ours");
      expect(workshop.run(program), level).toBe("exit 0");
    }
  });
}
