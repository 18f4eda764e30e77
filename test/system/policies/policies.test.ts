/** `faultline policies`: the counts of the literature, both input formats, and mistakes. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { missRatioCurve } from "../../../kernel/mm/replacement/stack-distance.ts";
import { workingSetCurve } from "../../../kernel/mm/replacement/working-set-curve.ts";
import { CommandFailure } from "../../../system/cli/failure.ts";
import { policiesText } from "../../../system/cli/policies.ts";
import { referenceString } from "../../../system/cli/reference-string.ts";

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
    ["Belady's string", BELADY, { fifo: [9, 10], lru: [10, 8], opt: [7, 6], clock: [9, 10], "clock-hit": [10, 8] }],
    [
      "Silberschatz's string",
      SILBERSCHATZ,
      { fifo: [15, 10], lru: [12, 8], opt: [9, 8], clock: [14, 9], "clock-hit": [11, 8] },
    ],
    ["a loop of five", LOOP, { fifo: [20, 20], lru: [20, 20], opt: [12, 8], clock: [20, 20], "clock-hit": [20, 20] }],
  ])("has the known counts for %s with 3 and 4 frames", (_, trace, expected) => {
    const found = rows(policiesText(trace, { frames: "3,4" }));
    for (const [policy, counts] of Object.entries(expected)) expect(found.get(policy), policy).toEqual(counts);
  });

  test("as CSV has a line for each policy and number of frames, and the whole LRU curve", () => {
    const lines = policiesText(BELADY, { frames: "3,4", csv: true }).split("\n");
    expect(lines[0]).toBe("policy,frames,misses,miss_ratio,evictions,page_ins,page_outs");
    expect(lines).toContain("fifo,4,10,0.833333,6,0,0");
    expect(lines).toContain("lru-stack,3,10,0.833333,,,");
    expect(lines.filter((line) => line.startsWith("lru-stack,")).length).toBe(5);
  });
});

test("the stack-distance curve is LRU's miss ratio for every number of frames", () => {
  // By hand: a b a c b: a and b miss, a at depth 2, c misses, b at depth 3.
  expect(missRatioCurve([1, 2, 1, 3, 2])).toEqual([5 / 5, 4 / 5, 3 / 5]);
});

test("the working set of a string has the mean size and the misses that its definition gives", () => {
  // 1 2 1 3 2 with τ = 2: {1} {1 2} {2 1} {1 3} {3 2}, 9 pages in 5; only the second 1 had been used within two references.
  expect(workingSetCurve([1, 2, 1, 3, 2], [1, 2])).toEqual([
    { tau: 1, meanPages: 1, missRatio: 1 },
    { tau: 2, meanPages: 9 / 5, missRatio: 4 / 5 },
  ]);
});

test("--costs nyu prices maps, unmaps, ins, outs, zeros and accesses as the assignment does", () => {
  // FIFO, 3 frames, by hand: 9 misses, 6 evictions; 1 goes out written and comes back, 2 goes out written; 8 pages of zeros.
  const cost = 12 * 1 + 9 * 350 + 6 * 410 + 1 * 3200 + 2 * 2750 + 8 * 150;
  const text = policiesText("1w,2,3,4,1,2,5,1,2w,3,4,5", { frames: "3", costs: "nyu", only: "fifo", csv: true });
  expect(text.split("\n").slice(0, 2)).toEqual([
    "policy,frames,misses,miss_ratio,evictions,page_ins,page_outs,cost",
    `fifo,3,9,0.750000,6,1,2,${cost}`,
  ]);
});

test("a recorded trace counts each change of page of each process once", () => {
  const file = join(mkdtempSync(join(tmpdir(), "faultline-")), "trace");
  writeFileSync(file, "# faultline reference trace, version 1\n1 10 x 5\n1 20 w 1\n1 20 r 2\n2 10 x 1\n1 10 x 1\n");
  expect(referenceString(file)).toEqual({
    pages: [0x100010, 0x100020, 0x200010, 0x100010],
    writes: [false, true, false, false],
    accesses: 5 + 1 + 2 + 1 + 1,
    contextSwitches: 2,
  });
});

test.each([
  ["no-such-file", {}],
  ["1,2", { frames: "0" }],
  ["1,2", { frames: "three" }],
  [",", {}],
  ["1,2", { costs: "cheap" }],
  ["1,2", { only: "fifo,best" }],
  ["1,2", { tau: "0" }],
  ["1,w", {}],
])("%s with %j is refused with a remedy", (trace, options) => {
  expect(() => policiesText(trace, options)).toThrow(CommandFailure);
});
