/** The search for room in an address space with many areas, against a map of its pages that is looked at page by page. */
import { describe, expect, it } from "vitest";
import { areasOf, cutVmas, insertVma } from "../../../kernel/mm/areas.ts";
import { findGap } from "../../../kernel/mm/gaps.ts";
import { randomSource } from "../fuzz/fuzz.ts";
import { anonymousArea, spaceOf } from "../support/areas.ts";

const PAGE = 4096;
const SEED = Number(process.env["FAULTLINE_SEED"] ?? 20261126);

/** Neighbours differ in their rights, so that they stay apart. */
const area = (startPage: number, pages: number, prot: number) =>
  anonymousArea(startPage * PAGE, (startPage + pages) * PAGE, prot);

/** The highest run of free pages, the plain way. */
function highestRun(used: Uint8Array, pages: number, top: number, bottom: number): number {
  let run = 0;
  for (let page = top - 1; page >= bottom; page--) {
    run = used[page] === 0 ? run + 1 : 0;
    if (run === pages) return page;
  }
  return -1;
}

describe(`room in an address space (FAULTLINE_SEED=${SEED})`, () => {
  // Few areas are searched one by one, many by the index; 64 MiB are four groups of regions and a part.
  for (const [name, pages, mostPages] of [
    ["a few large areas", 16384, 2000],
    ["hundreds of areas", 16384, 60],
    ["thousands of areas", 20000, 4],
  ] as const) {
    it(`is the highest there is, whatever has come and gone, among ${name}`, () => {
      const next = randomSource(SEED);
      const random = (below: number): number => next() % below;
      const space = spaceOf();
      const used = new Uint8Array(pages);
      let found = 0;
      for (let step = 0; step < 6000; step++) {
        const wanted = 1 + random(mostPages);
        const top = random(3) === 0 ? 1 + random(pages - 1) : pages;
        const bottom = 1 + random(16);
        const expected = highestRun(used, wanted, top, bottom);
        expect(findGap(space, wanted * PAGE, top * PAGE, bottom * PAGE)).toBe(expected < 0 ? -1 : expected * PAGE);
        if (expected >= 0) {
          found++;
          insertVma(space, area(expected, wanted, 1 + (step % 7)));
          used.fill(1, expected, expected + wanted);
        }
        if (random(3) > 0 && expected >= 0) continue;
        const from = random(pages);
        const to = Math.min(pages, from + 1 + random(mostPages));
        cutVmas(space, from * PAGE, to * PAGE);
        used.fill(0, from, to);
      }
      expect(found).toBeGreaterThan(1000);
    });
  }

  it("is found below 60,000 areas that touch each other", () => {
    const space = spaceOf();
    const top = 0x7dffe;
    for (let i = 0; i < 60_000; i++) {
      const at = findGap(space, PAGE, top * PAGE, PAGE);
      if (at !== (top - 1 - i) * PAGE) expect(at).toBe((top - 1 - i) * PAGE);
      insertVma(space, area(at / PAGE, 1, 1 + (i & 1)));
    }
    expect(areasOf(space)).toHaveLength(60_000);
  }, 60_000);
});
