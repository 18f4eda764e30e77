/**
 * The search for room in an address space, from the top down, as mmap has it: the highest gap that is large enough.
 *
 * A program may have tens of thousands of areas, and a search that looks at each makes the n-th mmap cost n. So a space with
 * many areas gets an index: for each region of 256 KiB the largest gap that ends in it, that is, lies below an area that starts
 * there; and the largest of each group of 64 regions. A region has at most 64 areas. A search then looks at no more than
 * 128 groups, 64 regions and 128 areas, whatever their number. What changes the list tells the index which
 * regions it no longer knows; they are looked at again when somebody asks. (Linux keeps the largest gap of each subtree in its
 * maple tree, for the same purpose.)
 *
 * The index follows from the list and is no state of the kernel: a snapshot has none, and a space that comes from one begins anew.
 */
import { PAGE_BYTES } from "../../emulator/bits.ts";
import { areaAt, areaBefore, type Place, placeAbove, stepDown, stepUp } from "./area-list.ts";
import type { AddressSpace, AreaList, Vma } from "./vma.ts";

const REGION_BYTES = 64 * PAGE_BYTES;
const GROUP_REGIONS = 64;
/** Regions of the lower half of the address space, which is the user's. */
const REGIONS = 0x8000_0000 / REGION_BYTES;
const UNKNOWN = -1;
/** Up to so many areas are looked at one by one. */
const FEW = 64;

/** Largest gaps in bytes; UNKNOWN where the list has changed since. */
interface GapIndex {
  readonly regions: Int32Array;
  readonly groups: Int32Array;
}

const indices = new WeakMap<AddressSpace, GapIndex>();

/** Areas in [start, end) have come, gone or changed their ends, and so may the gap have that ends at the area above. */
export function forgetGaps(space: AddressSpace, start: number, end: number): void {
  const index = indices.get(space);
  if (index === undefined) return;
  const above = areaAt(space.areas, firstFrom(space.areas, end));
  forgetRegions(index, Math.floor(start / REGION_BYTES), Math.floor(Math.min(end, 0x7fff_ffff) / REGION_BYTES));
  if (above !== undefined) {
    const region = Math.floor(above.start / REGION_BYTES);
    forgetRegions(index, region, region);
  }
}

function forgetRegions({ regions, groups }: GapIndex, first: number, last: number): void {
  regions.fill(UNKNOWN, first, last + 1);
  groups.fill(UNKNOWN, Math.floor(first / GROUP_REGIONS), Math.floor(last / GROUP_REGIONS) + 1);
}

/** Place of the first area that starts at or above `vaddr`. */
function firstFrom(areas: AreaList, vaddr: number): Place {
  const place = placeAbove(areas, vaddr);
  const vma = areaAt(areas, place);
  if (vma !== undefined && vma.start < vaddr) stepUp(areas, place);
  return place;
}

/**
 * Start of the highest free range of `bytes` that ends at or below `top`, or −1. Bottom is the first page that may ever be
 * given out.
 */
export function findGap(space: AddressSpace, bytes: number, top: number, bottom: number): number {
  const { areas } = space;
  const last = areaBefore(areas, firstFrom(areas, top));
  const highestEnd = Math.max(bottom, last?.end ?? 0);
  if (top - highestEnd >= bytes) return top - bytes;
  if (last === undefined) return -1;
  const start =
    areas.length <= FEW ? searchAreas(areas, 0, top, bytes, bottom) : searchIndex(space, last, top, bytes, bottom);
  return start < 0 ? -1 : start - bytes;
}

/** Start of the highest area in [from, to) with so much room below it, or −1. Areas are in a range that they start in. */
function searchAreas(areas: AreaList, from: number, to: number, bytes: number, bottom: number): number {
  const place = firstFrom(areas, to);
  while (stepDown(areas, place)) {
    const { start } = areaAt(areas, place)!;
    if (start < from) break;
    if (start - Math.max(bottom, areaBefore(areas, place)?.end ?? 0) >= bytes) return start;
  }
  return -1;
}

/** The same in all of the space below `top`, by the index. */
function searchIndex(space: AddressSpace, last: Vma, top: number, bytes: number, bottom: number): number {
  const { areas } = space;
  const index = indexOf(space);
  const topRegion = Math.floor(last.start / REGION_BYTES);
  // Of the highest region only the part below the top counts.
  const found = searchAreas(areas, topRegion * REGION_BYTES, top, bytes, bottom);
  if (found >= 0) return found;
  for (let region = topRegion - 1; region >= 0; ) {
    if (region % GROUP_REGIONS === GROUP_REGIONS - 1 && groupGap(space, index, region) < bytes) {
      region -= GROUP_REGIONS;
      continue;
    }
    if (regionGap(space, index, region) >= bytes) {
      const inside = searchAreas(areas, region * REGION_BYTES, (region + 1) * REGION_BYTES, bytes, bottom);
      if (inside >= 0) return inside;
    }
    region--;
  }
  return -1;
}

function indexOf(space: AddressSpace): GapIndex {
  const known = indices.get(space);
  if (known !== undefined) return known;
  const index = { regions: new Int32Array(REGIONS), groups: new Int32Array(REGIONS / GROUP_REGIONS) };
  forgetRegions(index, 0, REGIONS - 1);
  indices.set(space, index);
  return index;
}

/** The largest gap that ends in a region. Below the lowest area of all it counts from address 0. */
function regionGap({ areas }: AddressSpace, { regions }: GapIndex, region: number): number {
  if (regions[region] !== UNKNOWN) return regions[region];
  const end = (region + 1) * REGION_BYTES;
  const place = firstFrom(areas, region * REGION_BYTES);
  let below = areaBefore(areas, place)?.end ?? 0;
  let largest = 0;
  for (let vma = areaAt(areas, place); vma !== undefined && vma.start < end; vma = areaAt(areas, place)) {
    largest = Math.max(largest, vma.start - below);
    below = vma.end;
    stepUp(areas, place);
  }
  regions[region] = largest;
  return largest;
}

/** The largest gap that ends in the group whose highest region is `highest`. */
function groupGap(space: AddressSpace, index: GapIndex, highest: number): number {
  const { groups } = index;
  const group = Math.floor(highest / GROUP_REGIONS);
  if (groups[group] !== UNKNOWN) return groups[group];
  let largest = 0;
  for (let region = highest; region > highest - GROUP_REGIONS; region--)
    largest = Math.max(largest, regionGap(space, index, region));
  groups[group] = largest;
  return largest;
}
