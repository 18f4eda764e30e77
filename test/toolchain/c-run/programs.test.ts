/**
 * Programs by language feature, compiled by us, linked by us and run under qemu-riscv32. What they must print is what the same program
 * prints when the reference compiler has built it; none of them depends on anything that the standard leaves open.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { HERE, missingTools, Workshop } from "./toolchain.ts";

const workshop = new Workshop();
afterAll(() => workshop.dispose());
const folder = join(HERE, "programs");

for (const name of readdirSync(folder)) {
  test.skipIf(missingTools !== undefined)(
    `${name} behaves at -O0 and at -O1 as when the reference compiler built it`,
    () => {
      const source = join(folder, name);
      const expected = workshop.run(workshop.linkByGnu([workshop.reference(source, "reference.o")], "reference"));

      for (const level of ["-O0", "-O1"]) {
        const program = workshop.link([workshop.ours(source, "ours.o", [level])], "ours");
        expect(workshop.run(program), level).toBe(expected);
      }
    },
  );

  test.skipIf(missingTools !== undefined)(`${name} as an object of ours links with GNU ld and behaves the same`, () => {
    const source = join(folder, name);
    const expected = workshop.run(workshop.linkByGnu([workshop.reference(source, "reference.o")], "reference"));
    const program = workshop.linkByGnu([workshop.ours(source, "ours.o", ["-O1", "-g"])], "ours");

    expect(workshop.run(program)).toBe(expected);
  });
}
