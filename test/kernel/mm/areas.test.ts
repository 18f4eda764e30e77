import { describe, expect, it } from "vitest";
import { areasOf, cutVmas, findVma, insertVma, overlapping } from "../../../kernel/mm/areas.ts";
import { anonymousArea as area, spaceOf } from "../support/areas.ts";

const PAGE = 4096;

describe("the areas of a space", () => {
  it("are not split by an empty range within one (munlock of zero bytes)", () => {
    const space = spaceOf(area(0x1000, 0x5000));

    expect(cutVmas(space, 0x3000, 0x3000)).toEqual([]);

    expect(areasOf(space)).toEqual([area(0x1000, 0x5000)]);
    expect(overlapping(space, 0x3000, 0x3000)).toEqual([]);
  });

  it("are split at both ends of a range within one", () => {
    const space = spaceOf(area(0x1000, 0x5000));

    expect(cutVmas(space, 0x2000, 0x3000)).toEqual([area(0x2000, 0x3000)]);

    expect(areasOf(space)).toEqual([area(0x1000, 0x2000), area(0x3000, 0x5000)]);
  });

  it("are in order and merged whatever has come and gone, in pieces that are neither empty nor too long", () => {
    const pages = 6000;
    const rights = new Uint8Array(pages);
    const space = spaceOf();
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    const expected = (): number[][] => {
      const runs: number[][] = [];
      for (let page = 0, from = 0; page <= pages; page++) {
        if (page < pages && rights[page] === rights[from]) continue;
        if (rights[from] !== 0) runs.push([from, page, rights[from]]);
        from = page;
      }
      return runs;
    };
    for (let step = 0; step < 12_000; step++) {
      // It grows to some thousands, shrinks to a few, and grows again.
      const isGrowing = step % 6000 < 4500;
      const from = random(pages);
      const to = Math.min(pages, from + 1 + random(isGrowing ? 2 : 30));
      cutVmas(space, from * PAGE, to * PAGE);
      rights.fill(0, from, to);
      if (isGrowing) {
        const prot = 1 + random(3);
        insertVma(space, { ...area(from * PAGE, to * PAGE), prot });
        rights.fill(prot, from, to);
      }
      if (step % 300 !== 0) continue;
      expect(areasOf(space).map(({ start, end, prot }) => [start / PAGE, end / PAGE, prot])).toEqual(expected());
      expect(space.areas.length).toBe(areasOf(space).length);
      for (const piece of space.areas.pieces) {
        expect(piece.length).toBeGreaterThan(0);
        expect(piece.length).toBeLessThanOrEqual(512);
      }
      const page = random(pages);
      expect(findVma(space, page * PAGE)?.prot ?? 0).toBe(rights[page]);
    }
  });
});
