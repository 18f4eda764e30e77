import { describe, expect, test } from "vitest";
import { TLB_SUPERPAGE, Tlb } from "../../emulator/mmu/tlb.ts";
import { PTE_G, PTE_R, PTE_U } from "../../emulator/pte.ts";

const FLAGS = PTE_R | PTE_U;

/** Enters a page the way the MMU does, and returns `set.way` of its entry. */
function fill(tlb: Tlb, vpn: number, { asid = 1, pfn = vpn + 100, flags = FLAGS } = {}): string {
  const index = tlb.place(asid, vpn, (flags & TLB_SUPERPAGE) !== 0);
  tlb.write(index, asid, vpn, pfn, flags);
  const { set, way } = tlb.entry(index)!;
  return `${set}.${way}`;
}

const vpns = (tlb: Tlb): number[] => tlb.entries().map((entry) => entry.vpn);

describe("placement", () => {
  test("a page lives in the set that its VPN modulo the number of sets names, lowest empty way first", () => {
    const tlb = new Tlb({ sets: 4, ways: 2 });
    expect([0, 4, 5, 7, 9].map((vpn) => fill(tlb, vpn))).toEqual(["0.0", "0.1", "1.0", "3.0", "1.1"]);
  });

  test("a superpage lives in the set of its own number and answers for each of its 1024 pages", () => {
    const tlb = new Tlb({ sets: 4, ways: 2 });
    // VPN 0xc05 lies in superpage 3 (0xc00 … 0xfff): set 3.
    expect(fill(tlb, 0xc05, { pfn: 0x805, flags: FLAGS | TLB_SUPERPAGE })).toBe("3.0");
    expect(tlb.entries()[0]).toMatchObject({ vpn: 0xc00, pfn: 0x800, superpage: true });
    expect(tlb.find(1, 0xc00)).toBe(6);
    expect(tlb.find(1, 0xfff)).toBe(6);
    expect(tlb.find(1, 0x1000)).toBe(-1);
    expect(tlb.find(1, 0xbff)).toBe(-1);
  });

  test("the same page entered again takes the place of its old entry", () => {
    const tlb = new Tlb({ sets: 1, ways: 3 });
    [1, 2, 1].forEach((vpn) => void fill(tlb, vpn));
    expect(vpns(tlb)).toEqual([1, 2]);
  });
});

describe("replacement", () => {
  // Two ways, one set: 1 and 2 fill it, 1 is used again, 3 comes in, 1 is used if it is still there, 4 comes in.
  const scenario = (replacement: "fifo" | "lru"): number[] => {
    const tlb = new Tlb({ sets: 1, ways: 2, replacement });
    fill(tlb, 1);
    fill(tlb, 2);
    tlb.touch(tlb.find(1, 1));
    fill(tlb, 3);
    if (tlb.find(1, 1) >= 0) tlb.touch(tlb.find(1, 1));
    fill(tlb, 4);
    return vpns(tlb);
  };

  test("fifo drops the entry filled longest ago, however often it was used", () => {
    // 3 replaces 1 (way 0), 4 replaces 2 (way 1).
    expect(scenario("fifo")).toEqual([3, 4]);
  });

  test("lru drops the entry used longest ago", () => {
    // 3 replaces 2 (way 1), 4 replaces 3 (way 1).
    expect(scenario("lru")).toEqual([1, 4]);
  });

  test("fifo has Belady's anomaly: 9 misses with three ways, 10 with four", () => {
    const misses = (ways: number): number => {
      const tlb = new Tlb({ sets: 1, ways });
      let count = 0;
      for (const vpn of [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5]) {
        if (tlb.find(1, vpn) < 0) {
          count++;
          fill(tlb, vpn);
        }
      }
      return count;
    };
    expect([misses(3), misses(4)]).toEqual([9, 10]);
  });

  test("random takes xorshift32 of the seed modulo the ways", () => {
    const tlb = new Tlb({ sets: 1, ways: 4, replacement: "random", seed: 1 });
    const victims = Array.from({ length: 6 }, (_, n) => fill(tlb, n));
    // xorshift32 from 1 (shifts 13, 17, 5) begins 270369, 67634689: 270369 mod 4 = 1, 67634689 mod 4 = 1.
    expect(victims).toEqual(["0.0", "0.1", "0.2", "0.3", "0.1", "0.1"]);
  });

  test("a way emptied by a flush is filled before anything is replaced", () => {
    const tlb = new Tlb({ sets: 1, ways: 3 });
    for (const vpn of [1, 2, 3]) fill(tlb, vpn);
    tlb.flush(2, -1);
    expect(fill(tlb, 4)).toBe("0.1");
    expect(fill(tlb, 5)).toBe("0.0");
  });
});

describe("address spaces and flushes", () => {
  /** Page 7 in spaces 1 and 2, global page 8, and superpage 1 (VPN 0x400) in space 1. */
  function populated(): Tlb {
    const tlb = new Tlb({ sets: 1, ways: 8 });
    fill(tlb, 7, { asid: 1, pfn: 10 });
    fill(tlb, 7, { asid: 2, pfn: 20 });
    fill(tlb, 8, { asid: 1, pfn: 30, flags: FLAGS | PTE_G });
    fill(tlb, 0x400, { asid: 1, pfn: 0x800, flags: FLAGS | TLB_SUPERPAGE });
    return tlb;
  }
  const left = (tlb: Tlb): number[] => tlb.entries().map((entry) => entry.pfn);

  test("the same page of two address spaces has two entries, and a global one answers in every space", () => {
    const tlb = populated();
    expect([tlb.find(1, 7), tlb.find(2, 7), tlb.find(3, 7)]).toEqual([0, 1, -1]);
    expect([tlb.find(1, 8), tlb.find(5, 8)]).toEqual([2, 2]);
  });

  test.each([
    ["everything", -1, -1, 4, []],
    ["one space, sparing global entries", -1, 1, 2, [20, 30]],
    ["one page in every space", 7, -1, 2, [30, 0x800]],
    ["one page of one space", 7, 2, 1, [10, 30, 0x800]],
    ["a global page by address alone", 8, -1, 1, [10, 20, 0x800]],
    ["a global page with a space named: nothing", 8, 1, 0, [10, 20, 30, 0x800]],
    ["a superpage by any page inside it", 0x7ff, 1, 1, [10, 20, 30]],
    ["a page that is not there", 9, -1, 0, [10, 20, 30, 0x800]],
  ])("flushes %s", (_, vpn, asid, dropped, remaining) => {
    const tlb = populated();
    expect(tlb.flush(vpn, asid)).toBe(dropped);
    expect(left(tlb)).toEqual(remaining);
    expect(tlb.flushes).toBe(1);
  });
});

test("a fence of one page finds it in its own set and finds the superpage around it in that one's set", () => {
  const tlb = new Tlb({ sets: 4, ways: 2 });
  fill(tlb, 0x403, { asid: 1, pfn: 10 }); // set 3
  fill(tlb, 0x400, { asid: 1, pfn: 0x800, flags: FLAGS | TLB_SUPERPAGE }); // superpage 1: set 1
  fill(tlb, 0x401, { asid: 1, pfn: 11 }); // set 1, beside it
  fill(tlb, 0x407, { asid: 1, pfn: 12 }); // set 3, another page
  expect(tlb.flush(0x403, 1)).toBe(2);
  expect(tlb.entries().map((entry) => entry.pfn)).toEqual([11, 12]);
});

test("a snapshot restores entries, counters and the order of replacement", () => {
  const tlb = new Tlb({ sets: 1, ways: 2 });
  fill(tlb, 1);
  fill(tlb, 2);
  tlb.hits = 5;
  const saved = tlb.snapshot();
  fill(tlb, 3);
  tlb.flush(-1, -1);
  tlb.restore(saved);
  expect(vpns(tlb)).toEqual([1, 2]);
  expect([tlb.hits, tlb.flushes]).toEqual([5, 0]);
  expect(fill(tlb, 3)).toBe("0.0");
});

test.each([
  [{ sets: 3 }, /power of two/],
  [{ sets: 0 }, /power of two/],
  [{ ways: 0 }, /ways/],
])("refuses %j", (options, message) => {
  expect(() => new Tlb(options)).toThrow(message);
});
