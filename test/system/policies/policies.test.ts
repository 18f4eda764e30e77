/** `faultline policies`: the counts of the literature, both input formats, and mistakes. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { missRatioCurve } from "../../../kernel/mm/replacement/stack-distance.ts";
import { CommandFailure } from "../../../system/cli/failure.ts";
import { policiesText, referenceString } from "../../../system/cli/policies.ts";

const BELADY = "1,2,3,4,1,2,5,1,2,3,4,5";
const SILBERSCHATZ = "7,0,1,2,0,3,0,4,2,3,0,3,2,1,2,0,1,7,0,1";
const LOOP = Array(4).fill("0,1,2,3,4").join(",");

const rows = (text: string) =>
  new Map(
    text
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .map(([name, ...rest]) => [name, rest.map(Number)]),
  );

describe("the table", () => {
  test.each<[string, string, Record<string, number[]>]>([
    ["Belady's string", BELADY, { fifo: [9, 10], lru: [10, 8], opt: [7, 6], clock: [9, 10] }],
    ["Silberschatz's string", SILBERSCHATZ, { fifo: [15, 10], lru: [12, 8], opt: [9, 8], clock: [14, 9] }],
    ["a loop of five", LOOP, { fifo: [20, 20], lru: [20, 20], opt: [12, 8], clock: [20, 20] }],
  ])("has the known counts for %s with 3 and 4 frames", (_, trace, expected) => {
    const found = rows(policiesText(trace, { frames: "3,4" }));
    for (const [policy, counts] of Object.entries(expected)) expect(found.get(policy), policy).toEqual(counts);
  });

  test("as CSV has a line for each policy and number of frames, and the whole LRU curve", () => {
    const lines = policiesText(BELADY, { frames: "3,4", csv: true }).split("\n");
    expect(lines[0]).toBe("policy,frames,misses,miss_ratio");
    expect(lines).toContain("fifo,4,10,0.833333");
    expect(lines).toContain("lru-stack,3,10,0.833333");
    expect(lines.filter((line) => line.startsWith("lru-stack,")).length).toBe(5);
  });
});

test("the stack-distance curve is LRU's miss ratio for every number of frames", () => {
  // By hand: a b a c b: a and b miss, a at depth 2, c misses, b at depth 3.
  expect(missRatioCurve([1, 2, 1, 3, 2])).toEqual([5 / 5, 4 / 5, 3 / 5]);
});

test("a recorded trace counts each change of page of each process once", () => {
  const file = join(mkdtempSync(join(tmpdir(), "faultline-")), "trace");
  writeFileSync(file, "# faultline reference trace, version 1\n1 10 x 5\n1 20 w 1\n1 20 r 2\n2 10 x 1\n1 10 x 1\n");
  expect(referenceString(file)).toEqual([0x100010, 0x100020, 0x200010, 0x100010]);
});

test.each([
  ["no-such-file", {}],
  ["1,2", { frames: "0" }],
  ["1,2", { frames: "three" }],
  [",", {}],
])("%s with %j is refused with a remedy", (trace, options) => {
  expect(() => policiesText(trace, options)).toThrow(CommandFailure);
});
