/**
 * The sorted list of areas of an address space: finding, inserting, cutting, merging. Only lists and arithmetic; page
 * tables and frames are address-space.ts's concern.
 */
import { PAGE_BYTES } from "../../emulator/bits.ts";
import { allAreas, areaAt, areaBefore, firstAbove, placeAbove, replaceAreas, stepDown, stepUp } from "./area-list.ts";
import { isAccountable } from "./commit.ts";
import { forgetGaps } from "./gaps.ts";
import type { AddressSpace, Backing, NewVma, Vma } from "./vma.ts";

/** All areas of a space in order, as an array of the caller's own. */
export const areasOf = (space: AddressSpace): Vma[] => allAreas(space.areas);

/** The first area that ends above `vaddr`, or undefined. */
export const areaAbove = ({ areas }: AddressSpace, vaddr: number): Vma | undefined => firstAbove(areas, vaddr);

/** The area that covers an address, or undefined. */
export function findVma(space: AddressSpace, vaddr: number): Vma | undefined {
  const vma = areaAbove(space, vaddr);
  return vma !== undefined && vma.start <= vaddr ? vma : undefined;
}

/** Areas that overlap [start, end), in order. Nothing overlaps an empty range. */
export function overlapping({ areas }: AddressSpace, start: number, end: number): Vma[] {
  const found: Vma[] = [];
  if (start >= end) return found;
  const place = placeAbove(areas, start);
  for (let vma = areaAt(areas, place); vma !== undefined && vma.start < end; vma = areaAt(areas, place)) {
    found.push(vma);
    stepUp(areas, place);
  }
  return found;
}

/** How many areas more there are when those at `start` and `end` have been split there. */
export function splitsAt(space: AddressSpace, start: number, end: number): number {
  const isInside = (vaddr: number): boolean => (findVma(space, vaddr)?.start ?? vaddr) < vaddr;
  return Number(isInside(start)) + Number(isInside(end));
}

/** Every byte of [start, end) is covered by some area. */
export function isCovered(space: AddressSpace, start: number, end: number): boolean {
  let at = start;
  for (const vma of overlapping(space, start, end)) {
    if (vma.start > at) return false;
    at = vma.end;
  }
  return at >= end;
}

/** An area as it enters the list: charged when it has to be, unless that has been decided. */
export function completeVma(space: AddressSpace, vma: NewVma): Vma {
  return {
    ...vma,
    charge: vma.charge ?? (isAccountable(vma) ? "charged" : "none"),
    locked: vma.locked ?? space.locksFuture,
    allocation: vma.allocation ?? null,
    guarded: vma.guarded ?? null,
    atFork: vma.atFork ?? 0,
    softDirty: vma.softDirty ?? true,
  };
}

/** The books of a space that sum over its areas. */
function countPages(space: AddressSpace, vma: Vma, pages: number): void {
  space.reservedPages += pages;
  if (vma.charge === "charged") space.committedPages += pages;
  if (vma.locked) space.lockedPages += pages;
}

/** The part of an area in [start, end), which lies within it, with other rights if given. */
export function slice(vma: Vma, start: number, end: number, prot = vma.prot): Vma {
  return { ...vma, start, end, prot, backing: shiftBacking(vma.backing, start - vma.start) };
}

function shiftBacking(backing: Backing, bytes: number): Backing {
  switch (backing.kind) {
    case "anonymous":
      return backing;
    case "shared":
      return { ...backing, offset: backing.offset + bytes };
    case "file":
      return { ...backing, offset: backing.offset + bytes, fileBytes: Math.max(0, backing.fileBytes - bytes) };
  }
}

/** Puts an area into the list, where nothing overlaps it, and merges it with equal neighbours. Returns what covers it now. */
export function insertVma(space: AddressSpace, vma: Vma): Vma {
  const { areas } = space;
  const place = placeAbove(areas, vma.start);
  const after = areaAt(areas, place);
  const before = areaBefore(areas, place);
  let merged = vma;
  let removed = 0;
  if (after !== undefined && isContinuedBy(merged, after)) {
    merged = { ...merged, end: after.end, softDirty: merged.softDirty || after.softDirty };
    removed++;
  }
  if (before !== undefined && isContinuedBy(before, merged)) {
    merged = { ...before, end: merged.end, softDirty: before.softDirty || merged.softDirty };
    stepDown(areas, place);
    removed++;
  }
  replaceAreas(areas, place, removed, merged);
  forgetGaps(space, merged.start, merged.end);
  countPages(space, vma, (vma.end - vma.start) / PAGE_BYTES);
  return merged;
}

/** `b` begins where `a` ends and means the same. A file's area is never merged when its last page is partly beyond the file. */
function isContinuedBy(a: Vma, b: Vma): boolean {
  if (a.end !== b.start || a.prot !== b.prot || a.shared !== b.shared || a.name !== b.name) return false;
  if (
    a.guarded !== b.guarded ||
    a.charge !== b.charge ||
    a.locked !== b.locked ||
    a.atFork !== b.atFork ||
    a.allocation?.id !== b.allocation?.id
  )
    return false;
  if (a.growsDown !== b.growsDown || a.backing.kind !== b.backing.kind) return false;
  const bytes = a.end - a.start;
  switch (a.backing.kind) {
    case "anonymous":
      return true;
    case "shared":
      return (
        b.backing.kind === "shared" &&
        b.backing.object === a.backing.object &&
        b.backing.isReadOnly === a.backing.isReadOnly &&
        b.backing.offset === a.backing.offset + bytes
      );
    case "file":
      return (
        b.backing.kind === "file" &&
        b.backing.inode === a.backing.inode &&
        b.backing.offset === a.backing.offset + bytes &&
        b.backing.fileBytes === a.backing.fileBytes - bytes
      );
  }
}

/**
 * Cuts [start, end) out of the list, splitting areas at its ends. Returns the pieces that lay within, in order: none for
 * an empty range, which splits nothing.
 */
export function cutVmas(space: AddressSpace, start: number, end: number): Vma[] {
  const inside: Vma[] = [];
  const kept: Vma[] = [];
  const found = overlapping(space, start, end);
  for (const vma of found) {
    const from = Math.max(vma.start, start);
    const to = Math.min(vma.end, end);
    if (vma.start < from) kept.push(slice(vma, vma.start, from));
    inside.push(slice(vma, from, to));
    if (vma.end > to) kept.push(slice(vma, to, vma.end));
    countPages(space, vma, (from - to) / PAGE_BYTES);
  }
  if (found.length === 0) return inside;
  replaceAreas(space.areas, placeAbove(space.areas, start), found.length, ...kept);
  forgetGaps(space, start, end);
  return inside;
}

/** "rw-p" as in /proc/PID/maps. */
export const permissionsOf = (vma: Vma): string =>
  ((vma.prot & 1) !== 0 ? "r" : "-") +
  ((vma.prot & 2) !== 0 ? "w" : "-") +
  ((vma.prot & 4) !== 0 ? "x" : "-") +
  (vma.shared ? "s" : "p");
