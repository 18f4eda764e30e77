/** The calling convention, proven by linking our objects with the reference compiler's in both directions. */
import { afterAll, expect, test } from "vitest";
import { Random, testSeed } from "../../emulator/oracle.ts";
import { missingTools, Workshop } from "../c-run/toolchain.ts";
import { makeSignatures } from "./signatures.ts";

const workshop = new Workshop();
afterAll(() => workshop.dispose());

for (const level of ["-O0", "-O1"]) {
  test.skipIf(missingTools !== undefined)(
    `random signatures travel between our ${level} code and the reference compiler's in both directions`,
    () => {
      const random = new Random(testSeed(`abi ${level}`));
      for (let round = 0; round < 4; round++) {
        const program = makeSignatures(random, 25);
        workshop.write("header.h", program.header);
        const caller = workshop.write("caller.c", program.caller);
        const callee = workshop.write("callee.c", program.callee);
        const include = [level, `-I${workshop.folder}`];
        const objects = {
          callerOurs: workshop.ours(caller, "caller-ours.o", include),
          calleeOurs: workshop.ours(callee, "callee-ours.o", include),
          callerTheirs: workshop.reference(caller, "caller-theirs.o", include),
          calleeTheirs: workshop.reference(callee, "callee-theirs.o", include),
        };
        const expected = workshop.run(workshop.linkByGnu([objects.callerTheirs, objects.calleeTheirs], "reference"));
        const run = (a: string, b: string): string => workshop.run(workshop.link([a, b], "mixed"));

        expect(run(objects.callerOurs, objects.calleeTheirs)).toBe(expected);
        expect(run(objects.callerTheirs, objects.calleeOurs)).toBe(expected);
        expect(run(objects.callerOurs, objects.calleeOurs)).toBe(expected);
      }
    },
  );
}
