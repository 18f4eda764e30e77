/** How many instructions our code executes, against the reference compiler's on the same machine with the same support functions. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { runFlat } from "../c-run/flat-machine.ts";
import { missingTools, Workshop } from "../c-run/toolchain.ts";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../../bench/programs");
const workshop = new Workshop();
afterAll(() => workshop.dispose());

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

test.skipIf(missingTools !== undefined)(
  "executes at most 0.75 of GCC -O0's and 1.8 of GCC -O1's instructions over ten programs",
  () => {
    const run = (object: string) => runFlat(new Uint8Array(readFileSync(workshop.link([object], "program"))));
    const ratios = readdirSync(folder).map((name) => {
      const source = join(folder, name);
      const ours = run(workshop.ours(source, "ours.o", ["-O1"]));
      const gcc0 = run(workshop.reference(source, "gcc0.o", ["-O0"]));
      const gcc1 = run(workshop.reference(source, "gcc1.o", ["-O1"]));
      expect(ours.output, name).toBe(gcc1.output);
      return { toO0: ours.instructions / gcc0.instructions, toO1: ours.instructions / gcc1.instructions };
    });

    expect(ratios.length).toBeGreaterThanOrEqual(8);
    expect(geometricMean(ratios.map((ratio) => ratio.toO0))).toBeLessThanOrEqual(0.75);
    expect(geometricMean(ratios.map((ratio) => ratio.toO1))).toBeLessThanOrEqual(1.8);
  },
  120_000,
);
