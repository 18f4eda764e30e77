/**
 * How long requests to the swap device take. Expected figures are worked out by hand from the published ones: the HP 97560
 * turns 4002 times a minute (14.993 ms), has 72 sectors of 512 bytes a track, so 9 pages; 19 tracks a cylinder, so 171 pages.
 */
import { describe, expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../../kernel/config.ts";
import { configProblem } from "../../../kernel/config-check.ts";
import { COST_PROFILES } from "../../../kernel/costs.ts";
import { SwapDevice } from "../../../kernel/mm/swap.ts";
import { capacitySlots, serviceTime, totalCycles } from "../../../kernel/mm/swap-timing.ts";

const MS = 100_000; // cycles of 10 ns
const disk = COST_PROFILES["1990-disk"].device;
const PAGE_MS = (14.9925 * 8) / 72; // 1.666 ms under the head

describe("the disk of 1990", () => {
  // Hewlett-Packard's manual (5960-0116): 1962 cylinders, 19 heads, 72 sectors of 512 bytes, 1374 MB, an average seek of 13.5 ms.
  test("has the capacity that its manual states, and about its average seek", () => {
    if (disk.kind !== "disk") throw new Error("no disk");
    const { cylinders, tracksPerCylinder } = disk;
    expect(Math.floor((capacitySlots(disk) * 4096) / 1e6)).toBe(1374);
    let sum = 0;
    for (let distance = 1; distance < cylinders; distance++) {
      const slot = Math.ceil((distance * tracksPerCylinder * 72) / 8);
      sum += 2 * (cylinders - distance) * serviceTime(disk, "in", slot, 1, 0, 0).seek;
    }
    expect(Math.abs(sum / cylinders ** 2 / MS / 13.5 - 1)).toBeLessThan(0.06);
  });

  test("a page under the arm costs overhead, the rest of the turn, and 8 sectors", () => {
    // At cycle 0 sector 0 is under the head; 2.2 ms of overhead later it has 12.79 ms to come round again.
    const time = serviceTime(disk, "in", 0, 1, 0, 0);
    expect(time.seek).toBe(0);
    expect(time.rotation / MS).toBeCloseTo(14.9925 - 2.2, 3);
    expect(time.transfer / MS).toBeCloseTo(PAGE_MS, 3);
  });

  test("nine neighbouring pages are one track: one seek and one wait, and one turn of transfer", () => {
    const time = serviceTime(disk, "in", 0, 9, 0, 0);
    expect(time.rotation).toBe(serviceTime(disk, "in", 0, 1, 0, 0).rotation);
    expect(time.transfer / MS).toBeCloseTo(14.9925, 3);
  });

  test("a transfer across a track pays its skew of 8 sectors, across a cylinder 18", () => {
    const across = serviceTime(disk, "in", 8, 2, 0, 0);
    expect(across.transfer / MS).toBeCloseTo(2 * PAGE_MS + (14.9925 * 8) / 72, 2);
    expect(across.track).toBe(1);
    const cylinder = serviceTime(disk, "in", 170, 2, 0, 18);
    expect(cylinder.transfer / MS).toBeCloseTo(2 * PAGE_MS + (14.9925 * 18) / 72, 2);
  });

  test("seeks follow the published curve: 3.24 + 0.4 √d ms below 383 cylinders, 8 + 0.008 d from there", () => {
    const seekMs = (slot: number, track: number) => serviceTime(disk, "in", slot, 1, 0, track).seek / MS;
    expect(seekMs(9, 0)).toBeCloseTo(1.6, 4); // another head
    expect(seekMs(171, 0)).toBeCloseTo(3.64, 4);
    expect(seekMs(171 * 100, 0)).toBeCloseTo(3.24 + 4, 4);
    expect(seekMs(171 * 1000, 0)).toBeCloseTo(16, 4);
    expect(seekMs(0, 19 * 1000)).toBeCloseTo(16, 4); // the same way back
  });

  test("the order of requests matters: far, near, far is dearer than near, far, far", () => {
    const seeks = (slots: number[]): number => {
      let [track, sum] = [0, 0];
      for (const slot of slots) {
        const time = serviceTime(disk, "out", slot, 1, 0, track);
        [track, sum] = [time.track, sum + time.seek];
      }
      return sum / MS;
    };
    // 4104 is 24 cylinders away: 3.24 + 0.4 √24 = 5.2 ms each way.
    expect(seeks([4104, 0, 4104])).toBeCloseTo(3 * (3.24 + 0.4 * Math.sqrt(24)), 3);
    expect(seeks([0, 4104, 4104])).toBeCloseTo(3.24 + 0.4 * Math.sqrt(24), 3);
  });

  test("has room for 1962 × 19 × 9 pages and no more", () => {
    const config = { ...DEFAULT_CONFIG, costs: "1990-disk" };
    expect(configProblem({ ...config, swapSlots: 1962 * 19 * 9 })).toBeNull();
    expect(configProblem({ ...config, swapSlots: 1962 * 19 * 9 + 1 })).toMatch(/room for 335502 slots/);
  });
});

test("solid devices: a request of one page, and what each page after it adds", () => {
  const cycles = (name: keyof typeof COST_PROFILES, direction: "in" | "out", pages: number) =>
    totalCycles(serviceTime(COST_PROFILES[name].device, direction, 7, pages, 123, 0));
  expect(cycles("textbook", "in", 1)).toBe(10_000);
  expect(cycles("textbook", "out", 8)).toBe(17_000);
  expect(cycles("modern-ssd", "in", 1)).toBe(5263); // 19,000 a second
  expect(cycles("modern-ssd", "out", 1)).toBe(1667); // 60,000 a second
  expect(cycles("modern-ssd", "in", 2) - 5263).toBe(117); // 4096 bytes at 3.5 GB/s: 1.17 µs
  expect(cycles("nyu", "in", 1)).toBe(3200);
  expect(cycles("nyu", "out", 2)).toBe(5500);
});

test("requests queue: each begins when the one before it has ended", () => {
  const device = new SwapDevice(8, COST_PROFILES.textbook.device);
  const zeros = () => new Uint8Array(4096);
  for (const pfn of [1, 2, 3]) device.startOut(device.allocate(pfn), [pfn], zeros, 500, false);
  expect(device.queue.map(({ dueCycles }) => dueCycles)).toEqual([10_500, 20_500, 30_500]);
});

test("a run of slots is the lowest that fits, or the longest there is", () => {
  const device = new SwapDevice(8, COST_PROFILES.textbook.device);
  for (let pfn = 0; pfn < 8; pfn++) device.allocate(pfn);
  for (const slot of [1, 3, 4, 6, 7]) device.release(slot); // free: 1, 3-4, 6-7
  expect(device.allocateRun([10, 11])).toEqual({ slot: 3, pages: 2 });
  expect(device.allocateRun([12, 13, 14])).toEqual({ slot: 6, pages: 2 });
  expect(device.allocateRun([15, 16])).toEqual({ slot: 1, pages: 1 });
  expect(device.allocateRun([17])).toEqual({ slot: -1, pages: 0 });
  expect([...device.frame]).toEqual([0, 15, 2, 10, 11, 5, 12, 13]);
});
