/**
 * Random programs of our own kind give what the reference compiler's give. FAULTLINE_SEED repeats a run, FAULTLINE_RANDOM_PROGRAMS
 * sets how many there are.
 */
import { expect, test } from "vitest";
import { missingTools, Workshop } from "../c-run/toolchain.ts";
import { generateProgram } from "./generate.ts";

test.skipIf(missingTools !== undefined)(
  "random programs with floats, variable arguments, structs by value, arrays of variable length and gotos agree",
  () => {
    const first = Number(process.env["FAULTLINE_SEED"] ?? 1 + (Date.now() % 1_000_000_000));
    const count = Number(process.env["FAULTLINE_RANDOM_PROGRAMS"] ?? 6);
    console.log(`random programs: FAULTLINE_SEED=${first}`);
    const workshop = new Workshop();
    try {
      const differing: string[] = [];
      for (let seed = first; seed < first + count; seed++) {
        const source = workshop.write("program.c", generateProgram(seed));
        const flags = ["-O1", "-fwrapv", "-fno-strict-aliasing"];
        const expected = workshop.run(
          workshop.linkByGnu([workshop.reference(source, "reference.o", flags)], "reference"),
        );
        for (const level of ["-O0", "-O1"]) {
          const actual = workshop.run(workshop.link([workshop.ours(source, "ours.o", [level])], "ours"));
          if (actual !== expected) differing.push(`seed ${seed} ${level}: expected ${expected}, got ${actual}`);
        }
      }
      expect(differing).toEqual([]);
    } finally {
      workshop.dispose();
    }
  },
  3_600_000,
);
