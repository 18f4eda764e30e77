/**
 * Address spaces as a whole: making one, reserving and giving up ranges, changing rights, copying for fork, throwing away.
 *
 * Reserving costs no frame: an area enters the list, and where a leaf table happens to exist its PTEs say what a first
 * touch would get. Leaf tables are made by faults (ensureTable) and given back when no area is left in their 4 MiB.
 */
import { type Asid, PAGE_BYTES, type Pfn } from "../../emulator/bits.ts";
import { isValid, PTE_W, PTES_PER_TABLE, ptePfn } from "../../emulator/pte.ts";
import type { Core } from "../core.ts";
import { charge } from "../counters.ts";
import { areaList } from "./area-list.ts";
import {
  areaAbove,
  areasOf,
  completeVma,
  cutVmas,
  insertVma,
  overlapping,
  permissionsOf,
  slice,
  splitsAt,
} from "./areas.ts";
import { exceedsLocks, isAccountable, mayCommit } from "./commit.ts";
import { Frame, Priority } from "./frames.ts";
import {
  fencePage,
  fenceSpace,
  forEachPte,
  type PteStore,
  pteAddress,
  storePointer,
  storePte,
  tellPte,
  writePte,
} from "./page-table.ts";
import {
  dropPage,
  dropSlot,
  freeFrame,
  mayLetStores,
  release,
  reservedPte,
  rights,
  tellFreed,
  trimMapping,
} from "./pages.ts";
import { allocateFrame } from "./reclaim.ts";
import { forgetReset } from "./reset.ts";
import { PTE_SOFT_CLEAN, SoftwarePte, softwareKind, softwareValue } from "./software-pte.ts";
import { type AddressSpace, AtFork, type NewVma, type SharedObject, type Vma } from "./vma.ts";

/** User space is [USER_START, USER_END): the lower half, so that no user address looks negative in a register. */
export const USER_START = 0x1000;
export const USER_END = 0x8000_0000;
/** The topmost page holds the signal trampoline (TRAMPOLINE_VADDR), the one below it stays empty, then comes the stack. */
export const STACK_TOP = USER_END - 2 * PAGE_BYTES;
/** mmap searches downwards from here: 32 MiB below the stack's top are the stack's. */
export const MMAP_TOP = STACK_TOP - 0x200_0000;
/** Empty bytes that a growing stack leaves above the area below it. */
export const STACK_GAP_BYTES = 16 * PAGE_BYTES;

/** Areas that one space may have (vm.max_map_count). */
export const MAX_AREAS = 65530;

/** May the areas at `start` and `end` be split there, because one part is to differ? Else there would be too many. */
export const mayDivide = (space: AddressSpace, start: number, end: number): boolean =>
  space.areas.length + splitsAt(space, start, end) <= MAX_AREAS;

/** Largest ASID; 0 is left to "no address space". */
const MAX_ASID = 511;

/** A free ASID, or −1. */
function freeAsid(core: Core): number {
  const used = new Set<number>();
  for (const space of core.spaces.values()) used.add(space.asid);
  for (let asid = 1; asid <= MAX_ASID; asid++) if (!used.has(asid)) return asid;
  return -1;
}

/** A new, empty address space; needs one frame. Negative as allocateFrame; −3: no ASID is free. */
export function createSpace(core: Core, ownerPid: number): AddressSpace | number {
  const asid = freeAsid(core);
  if (asid < 0) return -3;
  const rootPfn = allocateFrame(core, ownerPid, 0, "page-table", true);
  if (rootPfn < 0) return rootPfn;
  const space: AddressSpace = {
    id: core.variables.nextSpaceId++,
    ownerPid,
    users: 1,
    asid: asid as Asid,
    rootPfn: rootPfn as Pfn,
    areas: areaList(),
    brkStart: 0,
    brk: 0,
    mmapTop: MMAP_TOP,
    stackTop: STACK_TOP,
    stackLimitBytes: 0,
    residentPages: 0,
    peakResidentPages: 0,
    residentLimitPages: Number.POSITIVE_INFINITY,
    pageTablePages: 1,
    reservedPages: 0,
    committedPages: 0,
    lockedPages: 0,
    locksFuture: false,
    residentMinimumPages: 0,
    pagePriority: Priority.Default,
    swappedPages: 0,
    cpuCycles: 0,
    lastUse: new Map(),
    resetPages: new Map(),
    faultCycles: 0,
    faultVpn: -1,
    sampledCycles: 0,
  };
  core.frames.move(rootPfn, Frame.PageTable);
  core.spaces.set(space.id, space);
  release(core, rootPfn);
  return space;
}

/** Makes the leaf table for a page if there is none, filled in as the areas say. 0, or negative as allocateFrame. */
export function ensureTable(core: Core, space: AddressSpace, pid: number, vpn: number): number {
  if (pteAddress(core.ram, space.rootPfn, vpn) >= 0) return 0;
  const pfn = allocateFrame(core, pid, vpn, "page-table", true);
  if (pfn < 0) return pfn;
  core.frames.move(pfn, Frame.PageTable);
  release(core, pfn);
  space.pageTablePages++;
  const first = vpn - (vpn % PTES_PER_TABLE);
  const areas = overlapping(space, first * PAGE_BYTES, (first + PTES_PER_TABLE) * PAGE_BYTES);
  const words = core.ram.i32.subarray((pfn * PAGE_BYTES) / 4, ((pfn + 1) * PAGE_BYTES) / 4);
  const runs: FilledRun[] = [];
  for (const vma of areas) {
    const start = Math.max(vma.start / PAGE_BYTES, first);
    const end = Math.min(vma.end / PAGE_BYTES, first + PTES_PER_TABLE);
    words.fill(reservedPte(vma), start - first, end - first);
    runs.push({ vpn: start, count: end - start, pte: reservedPte(vma) });
  }
  tellPte(core, storePointer(core, space, vpn, pfn));
  tellFills(core, space, runs);
  return 0;
}

interface FilledRun {
  readonly vpn: number;
  readonly count: number;
  readonly pte: number;
}

/** Stores `pte`, in silence, into every PTE of [start, end) whose leaf table exists. None of them may refer to a page. */
function fillPtes(core: Core, space: AddressSpace, start: number, end: number, pte: number): FilledRun[] {
  const runs: FilledRun[] = [];
  const last = end / PAGE_BYTES;
  for (let vpn = start / PAGE_BYTES; vpn < last; ) {
    const to = Math.min(last, vpn - (vpn % PTES_PER_TABLE) + PTES_PER_TABLE);
    const paddr = pteAddress(core.ram, space.rootPfn, vpn);
    if (paddr >= 0) {
      core.ram.i32.fill(pte, paddr / 4, paddr / 4 + (to - vpn));
      runs.push({ vpn, count: to - vpn, pte });
    }
    vpn = to;
  }
  return runs;
}

function tellFills(core: Core, space: AddressSpace, runs: readonly FilledRun[]): void {
  for (const { vpn, count, pte } of runs) {
    charge(core, count * core.costs.pteWrite);
    if (core.sink.enabled) core.sink.emit({ kind: "pte-fill", pid: space.ownerPid, vpn, count, pte });
  }
}

function tellChange(
  core: Core,
  space: AddressSpace,
  change: "map" | "unmap" | "grow" | "shrink" | "protect",
  vma: Vma,
): void {
  if (!core.sink.enabled) return;
  const { start, end, name } = vma;
  core.sink.emit({
    kind: "vma-change",
    pid: space.ownerPid,
    change,
    start,
    end,
    permissions: permissionsOf(vma),
    name,
  });
}

/** Adds an area where nothing is mapped. Uses no frame. `change`: how to tell it. */
export function reserve(core: Core, space: AddressSpace, wanted: NewVma, change: "map" | "grow" = "map"): void {
  const vma = completeVma(space, wanted);
  holdFile(core, space, vma);
  insertVma(space, vma);
  retainObject(core, vma, 1);
  tellFills(core, space, fillPtes(core, space, vma.start, vma.end, reservedPte(vma)));
  tellChange(core, space, change, vma);
}

/** Gives up everything in [start, end): areas, pages, and leaf tables that serve nothing any more. */
export function unmapRange(
  core: Core,
  space: AddressSpace,
  start: number,
  end: number,
  change: "unmap" | "shrink" = "unmap",
): void {
  // Pages first: a listener that checks finds each page either still reserved or gone.
  for (const vma of overlapping(space, start, end)) {
    dropRange(core, space, Math.max(vma.start, start), Math.min(vma.end, end), reservedPte(vma));
  }
  const gone = cutVmas(space, start, end);
  tellFills(
    core,
    space,
    gone.flatMap((vma) => fillPtes(core, space, vma.start, vma.end, 0)),
  );
  for (const vma of gone) {
    retainObject(core, vma, -1);
    tellChange(core, space, change, vma);
  }
  releaseFiles(core, space, gone);
  forgetReset(space, start, end);
  freeTables(core, space, start, end);
}

/** Lets go of every page in [start, end) of one area; their PTEs become `after`. The reservation stays. */
export function dropRange(core: Core, space: AddressSpace, start: number, end: number, after: number): void {
  forEachPte(core.ram, space.rootPfn, start / PAGE_BYTES, end / PAGE_BYTES, (vpn, paddr, pte) => {
    if (pte === after) return;
    const valid = isValid(pte);
    dropPage(core, space, vpn, paddr, after);
    if (valid) fencePage(core, space, vpn);
  });
}

/** Frees the leaf tables around [start, end) in whose 4 MiB no area is left. */
function freeTables(core: Core, space: AddressSpace, start: number, end: number): void {
  const span = PTES_PER_TABLE * PAGE_BYTES;
  for (let base = start - (start % span); base < end; base += span) {
    const vpn = base / PAGE_BYTES;
    const paddr = pteAddress(core.ram, space.rootPfn, vpn);
    if (paddr < 0 || overlapping(space, base, base + span).length > 0) continue;
    const pfn = Math.floor(paddr / PAGE_BYTES);
    const store = storePointer(core, space, vpn, -1);
    space.pageTablePages--;
    freeFrame(core, pfn);
    tellPte(core, store);
    fenceSpace(core, space);
    tellFreed(core, pfn);
  }
}

/**
 * Changes the rights of [start, end), which areas cover without a gap.
 * @param guarded rights that a page has after its first access, which is refused; null: no guard
 */
export function protectRange(
  core: Core,
  space: AddressSpace,
  start: number,
  end: number,
  prot: number,
  guarded: number | null = null,
): void {
  for (const old of overlapping(space, start, end)) {
    const rights = guarded === null ? prot : 0;
    const part = { ...slice(old, Math.max(old.start, start), Math.min(old.end, end), rights), guarded };
    const vma: Vma = part.charge === "none" && isAccountable(part) ? { ...part, charge: "charged" } : part;
    const [first, last] = [vma.start / PAGE_BYTES, vma.end / PAGE_BYTES];
    forEachPte(core.ram, space.rootPfn, first, last, (vpn, paddr, pte) => {
      if (isValid(pte)) protectPage(core, space, vma, vpn, paddr, pte);
    });
    const stores: PteStore[] = [];
    forEachPte(core.ram, space.rootPfn, first, last, (vpn, paddr, pte) => {
      const kind = softwareKind(pte);
      if (isValid(pte) || kind === SoftwarePte.Swap || kind === SoftwarePte.Transition) return;
      if (pte !== reservedPte(vma)) stores.push(storePte(core, space, vpn, paddr, reservedPte(vma)));
    });
    cutVmas(space, vma.start, vma.end);
    insertVma(space, vma);
    for (const store of stores) tellPte(core, store);
    tellChange(core, space, "protect", vma);
  }
}

/**
 * Gives the parts of areas in [start, end) other properties. Where that changes what a first touch would get, no page may
 * be there: they have been dropped, or never were.
 */
export function replaceArea(
  core: Core,
  space: AddressSpace,
  start: number,
  end: number,
  change: (part: Vma) => Vma,
): void {
  for (const old of overlapping(space, start, end)) {
    const part = slice(old, Math.max(old.start, start), Math.min(old.end, end));
    const vma = change(part);
    const pte = reservedPte(vma);
    const runs = pte === reservedPte(part) ? [] : fillPtes(core, space, vma.start, vma.end, pte);
    cutVmas(space, vma.start, vma.end);
    insertVma(space, vma);
    tellFills(core, space, runs);
    tellChange(core, space, "protect", vma);
  }
}

/** A present page gets the new rights at once; without any, it is unmapped and keeps its frame in transition. */
function protectPage(core: Core, space: AddressSpace, vma: Vma, vpn: number, paddr: number, pte: number): void {
  if (vma.prot === 0) {
    trimMapping(core, space, vpn, paddr);
    return;
  }
  const changeable = 0x1e; // R, W, X, U
  const isWritable = mayLetStores(core, vma, ptePfn(pte), pte & PTE_SOFT_CLEAN);
  const after = ((pte & ~changeable) | rights(vma, isWritable)) >>> 0;
  if (after === pte) return;
  writePte(core, space, vpn, paddr, after);
  fencePage(core, space, vpn);
}

/** True when some area of the space maps the inode. */
const mapsInode = (space: AddressSpace, inode: number): boolean =>
  areasOf(space).some((vma) => vma.backing.kind === "file" && vma.backing.inode === inode);

/** A space holds each file that it maps once, so that an unlinked program can still be paged in. */
function holdFile(core: Core, space: AddressSpace, vma: Vma): void {
  if (vma.backing.kind === "file" && !mapsInode(space, vma.backing.inode)) core.fs.hold(vma.backing.inode);
}

function releaseFiles(core: Core, space: AddressSpace, gone: readonly Vma[]): void {
  const inodes = new Set<number>();
  for (const { backing } of gone) if (backing.kind === "file") inodes.add(backing.inode);
  for (const inode of inodes) if (!mapsInode(space, inode)) core.fs.release(inode);
}

/** Counts the pages of areas that map a shared object; the last area to go takes the object's pages with it. */
function retainObject(core: Core, vma: Vma, by: 1 | -1): void {
  if (vma.backing.kind !== "shared") return;
  const object = core.sharedObjects.get(vma.backing.object)!;
  // Pages, not areas: areas are split and merged.
  const pages = (vma.end - vma.start) / PAGE_BYTES;
  if (by > 0) object.users += pages;
  else releaseObject(core, object, pages);
}

/** So many users fewer; with the last of them the object's pages go. */
export function releaseObject(core: Core, object: SharedObject, users: number): void {
  object.users -= users;
  if (object.users > 0) return;
  const freed: number[] = [];
  for (const [index, pte] of object.pages) {
    if (softwareKind(pte) === SoftwarePte.Swap) {
      dropSlot(core, softwareValue(pte), -object.id, index);
      continue;
    }
    const pfn = softwareValue(pte);
    core.frames.references.remove(pfn, -object.id, index);
    if (core.frames.references.count[pfn] === 0 && freeFrame(core, pfn)) freed.push(pfn);
  }
  core.sharedObjects.delete(object.id);
  if (object.inode >= 0) core.fs.release(object.inode);
  for (const pfn of freed) tellFreed(core, pfn);
}

/**
 * Makes `child` (fresh and empty) a copy of `parent`: same areas, but for what madvise has excepted; present pages shared, and write-protected on both sides
 * where they are private. The frames for its tables must be available (reserveFrames).
 */
export function copySpace(core: Core, parent: AddressSpace, child: AddressSpace): void {
  const areas = areasOf(parent);
  const inherited = areas.filter(({ atFork }) => (atFork & AtFork.Leave) === 0);
  for (const vma of inherited) {
    holdFile(core, child, vma);
    insertVma(child, { ...vma, locked: false }); // a child inherits no memory locks
    retainObject(core, vma, 1);
  }
  Object.assign(child, {
    brkStart: parent.brkStart,
    brk: parent.brk,
    mmapTop: parent.mmapTop,
    stackTop: parent.stackTop,
    stackLimitBytes: parent.stackLimitBytes,
    residentLimitPages: parent.residentLimitPages,
    residentMinimumPages: parent.residentMinimumPages,
    pagePriority: parent.pagePriority,
    resetPages: new Map(parent.resetPages),
  });
  for (const vma of areas) {
    if (vma.atFork === 0) copyArea(core, parent, child, vma);
    else forgetReset(child, vma.start, vma.end);
  }
  fenceSpace(core, parent);
}

function copyArea(core: Core, parent: AddressSpace, child: AddressSpace, vma: Vma): void {
  const { ram } = core;
  forEachPte(ram, parent.rootPfn, vma.start / PAGE_BYTES, vma.end / PAGE_BYTES, (vpn, paddr) => {
    ensureTable(core, child, child.ownerPid, vpn);
    // Read only now: the table's frame may have come from the standby list, and may have been this very page's.
    const pte = ram.readWord(paddr);
    const target = pteAddress(ram, child.rootPfn, vpn);
    if (isValid(pte)) copyMapping(core, parent, child, vma, vpn, paddr, target, pte);
    else copySoftware(core, child, vpn, target, pte);
  });
}

function copyMapping(
  core: Core,
  parent: AddressSpace,
  child: AddressSpace,
  vma: Vma,
  vpn: number,
  paddr: number,
  target: number,
  pte: number,
): void {
  const { frames } = core;
  const pfn = ptePfn(pte);
  const shared = vma.shared ? pte : (pte & ~PTE_W) >>> 0;
  frames.references.add(pfn, child.id, vpn);
  frames.mapped[pfn]++;
  child.residentPages++;
  if (child.residentPages > child.peakResidentPages) child.peakResidentPages = child.residentPages;
  const stores = shared === pte ? [] : [storePte(core, parent, vpn, paddr, shared)];
  stores.push(storePte(core, child, vpn, target, shared));
  for (const store of stores) tellPte(core, store);
}

/** Swapped pages and pages in transition are shared like present ones; reservations stand in the child's table already. */
function copySoftware(core: Core, child: AddressSpace, vpn: number, target: number, pte: number): void {
  const kind = softwareKind(pte);
  if (kind === SoftwarePte.Swap) {
    core.swap.references.add(softwareValue(pte), child.id, vpn);
    child.swappedPages++;
  } else if (kind === SoftwarePte.Transition) core.frames.references.add(softwareValue(pte), child.id, vpn);
  else return;
  writePte(core, child, vpn, target, pte);
}

/** Throws the whole space away: every PTE, every page, every table, the root. Nobody may use it any more. */
export function destroySpace(core: Core, space: AddressSpace): void {
  for (const vma of areasOf(space)) unmapRange(core, space, vma.start, vma.end);
  fenceSpace(core, space);
  core.spaces.delete(space.id);
  freeFrame(core, space.rootPfn);
  tellFreed(core, space.rootPfn);
}

/** Moves the program break; areas only. `from` and `to` are page boundaries around the heap's end. */
export function resizeHeap(core: Core, space: AddressSpace, from: number, to: number, heap: NewVma): void {
  if (to > from) reserve(core, space, { ...heap, start: from, end: to }, "grow");
  else if (to < from) unmapRange(core, space, to, from, "shrink");
}

/** Extends a stack downwards so that it covers `vaddr`; false when limit, gap or user space forbid it. */
export function growStack(core: Core, space: AddressSpace, vaddr: number): Vma | undefined {
  const vma = areaAbove(space, vaddr);
  if (vma === undefined || !vma.growsDown || vaddr >= vma.start) return undefined;
  const start = vaddr - (vaddr % PAGE_BYTES);
  const limit = space.stackTop === vma.end ? space.stackLimitBytes : vma.end;
  if (vma.end - start > limit || start < USER_START + STACK_GAP_BYTES) return undefined;
  if (overlapping(space, start - STACK_GAP_BYTES, start).length > 0) return undefined;
  if (vma.charge === "charged" && !mayCommit(core, (vma.start - start) / PAGE_BYTES)) return undefined;
  if (vma.locked && exceedsLocks(core, (vma.start - start) / PAGE_BYTES)) return undefined;
  const growth = { ...vma, start, end: vma.start };
  reserve(core, space, growth, "grow");
  return areaAbove(space, vaddr);
}
