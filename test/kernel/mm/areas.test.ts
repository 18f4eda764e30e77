import { describe, expect, it } from "vitest";
import { cutVmas, overlapping } from "../../../kernel/mm/areas.ts";
import { anonymousArea as area, spaceOf } from "../support/areas.ts";

describe("the areas of a space", () => {
  it("are not split by an empty range within one (munlock of zero bytes)", () => {
    const space = spaceOf(area(0x1000, 0x5000));

    expect(cutVmas(space, 0x3000, 0x3000)).toEqual([]);

    expect(space.vmas).toEqual([area(0x1000, 0x5000)]);
    expect(overlapping(space, 0x3000, 0x3000)).toEqual([]);
  });

  it("are split at both ends of a range within one", () => {
    const space = spaceOf(area(0x1000, 0x5000));

    expect(cutVmas(space, 0x2000, 0x3000)).toEqual([area(0x2000, 0x3000)]);

    expect(space.vmas).toEqual([area(0x1000, 0x2000), area(0x3000, 0x5000)]);
  });
});
