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
import type { AddressSpace, Vma } from "./vma.ts";

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
  const above = space.vmas[firstFrom(space, end)];
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

/** Index of the first area that starts at or above `vaddr`; vmas.length when there is none. */
function firstFrom({ vmas }: AddressSpace, vaddr: number): number {
  let low = 0;
  let high = vmas.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (vmas[middle].start >= vaddr) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The room below area `i`, as far as it lies above `bottom`. */
const gapBelow = (vmas: readonly Vma[], i: number, bottom: number): number =>
  vmas[i].start - Math.max(bottom, i === 0 ? 0 : vmas[i - 1].end);

/**
 * Start of the highest free range of `bytes` that ends at or below `top`, or −1. Bottom is the first page that may ever be
 * given out.
 */
export function findGap(space: AddressSpace, bytes: number, top: number, bottom: number): number {
  const { vmas } = space;
  const last = firstFrom(space, top) - 1;
  const highestEnd = Math.max(bottom, last < 0 ? 0 : vmas[last].end);
  if (top - highestEnd >= bytes) return top - bytes;
  if (last < 0) return -1;
  const i = vmas.length <= FEW ? searchAreas(vmas, last, 0, bytes, bottom) : searchIndex(space, last, bytes, bottom);
  return i < 0 ? -1 : vmas[i].start - bytes;
}

/** The highest area from `last` down to `first` with so much room below it, or −1. */
function searchAreas(vmas: readonly Vma[], last: number, first: number, bytes: number, bottom: number): number {
  for (let i = last; i >= first; i--) if (gapBelow(vmas, i, bottom) >= bytes) return i;
  return -1;
}

/** The same from `last` down to the lowest, by the index. */
function searchIndex(space: AddressSpace, last: number, bytes: number, bottom: number): number {
  const index = indexOf(space);
  const topRegion = Math.floor(space.vmas[last].start / REGION_BYTES);
  // Of the highest region only the part below the top counts.
  const found = searchAreas(space.vmas, last, firstFrom(space, topRegion * REGION_BYTES), bytes, bottom);
  if (found >= 0) return found;
  for (let region = topRegion - 1; region >= 0; ) {
    if (region % GROUP_REGIONS === GROUP_REGIONS - 1 && groupGap(space, index, region) < bytes) {
      region -= GROUP_REGIONS;
      continue;
    }
    if (regionGap(space, index, region) >= bytes) {
      const first = firstFrom(space, region * REGION_BYTES);
      const end = firstFrom(space, (region + 1) * REGION_BYTES);
      const inside = searchAreas(space.vmas, end - 1, first, bytes, bottom);
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
function regionGap(space: AddressSpace, { regions }: GapIndex, region: number): number {
  if (regions[region] !== UNKNOWN) return regions[region];
  const { vmas } = space;
  const end = (region + 1) * REGION_BYTES;
  let largest = 0;
  for (let i = firstFrom(space, region * REGION_BYTES); i < vmas.length && vmas[i].start < end; i++)
    largest = Math.max(largest, gapBelow(vmas, i, 0));
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
