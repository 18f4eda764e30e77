/** The options for swap, costs, failures and the sanitizer: what they set, and what is said to a mistake. */
import { describe, expect, test } from "vitest";
import { configProblem } from "../../../kernel/config-check.ts";
import { POLICY_NAMES } from "../../../kernel/mm/replacement/policies.ts";
import { DEFAULT_MACHINE_CONFIG, optionRows } from "../../../system/options.ts";
import { faultline } from "./faultline.ts";

const parse = (name: string, text: string) => {
  const row = optionRows(POLICY_NAMES).find((candidate) => candidate.name === name);
  if (row === undefined) throw new Error(`no option ${name}`);
  const parsed = row.parse(text);
  if (!parsed.ok) return parsed.message;
  expect(configProblem({ ...DEFAULT_MACHINE_CONFIG, ...parsed.fields })).toBeNull();
  return parsed.fields;
};

describe("options of the command line, the page's settings and share links", () => {
  test.each([
    ["swap-cluster", "16", { swapCluster: 16 }],
    ["swap-read-ahead", "8", { swapReadAhead: 8 }],
    ["costs", "1990-disk", { costs: "1990-disk" }],
    ["costs", "nyu", { costs: "nyu" }],
    ["swappiness", "200", { swappiness: 200 }],
    ["fail", "frame:12", { failKind: "frame", failAt: 12 }],
    ["fail", " copy:1 ", { failKind: "copy", failAt: 1 }],
  ])("--%s %s", (name, text, fields) => {
    expect(parse(name, text)).toEqual(fields);
  });

  test.each([
    ["swap-cluster", "0", /takes 1 to 64 pages/],
    ["swap-read-ahead", "65", /takes 1 to 64 slots/],
    ["costs", "cheap", /takes one of textbook, modern-ssd, 1990-disk, nyu; "cheap" is none/],
    ["swappiness", "201", /takes 0 to 200/],
    ["swappiness", "much", /takes a whole number .* not "much"/],
    ["fail", "frame", /for example --fail frame:12/],
    ["fail", "frame:0", /for example --fail frame:12/],
    ["fail", "none:3", /for example --fail frame:12/],
    ["fail", "disk:3", /takes frame, slot, transfer or copy/],
  ])("--%s %s is explained", (name, text, message) => {
    expect(parse(name, text)).toMatch(message);
  });
});

test("--sanitize changes nothing about a sound run; a wrong interval is explained", () => {
  const plain = faultline(["run", "--frames", "100", "thrash"]);
  const watched = faultline(["run", "--frames", "100", "--sanitize-every", "300", "thrash"]);
  expect(watched).toEqual(plain);
  const wrong = faultline(["run", "--sanitize-every", "0", "hello"]);
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toMatch(/takes a number of events from 1, not "0".*\n {2}--sanitize-every 1 checks/);
});

test("a frame that is refused on request ends the program with the reason", () => {
  const { status, stderr } = faultline(["run", "--fail", "frame:5", "hello"]);
  expect(status).toBe(137);
  expect(stderr).toMatch(/attempt 5 of kind frame fails\n.*hello \(pid 1\) is ended: a frame was refused on request/);
});
