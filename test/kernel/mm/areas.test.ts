import { describe, expect, it } from "vitest";
import { cutVmas, overlapping } from "../../../kernel/mm/areas.ts";
import type { AddressSpace, Vma } from "../../../kernel/mm/vma.ts";

const area = (start: number, end: number): Vma => ({
  start,
  end,
  prot: 3,
  shared: false,
  backing: { kind: "anonymous" },
  name: "",
  growsDown: false,
  charge: "none",
  locked: false,
  allocation: null,
  guarded: null,
});

/** As much of a space as its list of areas needs. */
const spaceOf = (...vmas: Vma[]): AddressSpace =>
  ({ vmas, reservedPages: 0, committedPages: 0, lockedPages: 0 }) as unknown as AddressSpace;

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
