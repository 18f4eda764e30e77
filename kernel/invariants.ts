/**
 * The kernel sanitizer: do all the books agree? May be called after any event. Throws KernelPanic with what is wrong.
 *
 *   - every frame is on exactly one list or owned, and the lists hold exactly the frames of their state; standby by priority
 *   - every PTE that names a frame or slot is in that frame's or slot's reverse map, and nothing else is
 *   - `mapped` is the number of valid PTEs; an active frame is mapped (or in the kernel's hand)
 *   - a page has a software PTE exactly where an area covers it, of the kind that fits
 *   - every used swap slot has one owner: PTEs, or a frame
 *   - TLB entries agree with PTEs unless a fence is due
 *   - zeroed frames are zero
 *   - per-space counts are right, the commit charge and locked pages among them
 */

import { PAGE_BYTES } from "../emulator/bits.ts";
import { isLeaf, isValid, PTE_D, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X, PTES_PER_TABLE, ptePfn } from "../emulator/pte.ts";
import type { Core } from "./core.ts";
import { areasOf } from "./mm/areas.ts";
import { Copy, Flight, FRAME_STATES, Frame, PRIORITIES } from "./mm/frames.ts";
import { dueTag, readPte } from "./mm/page-table.ts";
import { reservedPte } from "./mm/pages.ts";
import { PTE_SOFT_CLEAN, SoftwarePte, softwareKind, softwareValue } from "./mm/software-pte.ts";
import type { AddressSpace } from "./mm/vma.ts";
import { KernelPanic } from "./panic.ts";

export interface InvariantOptions {
  /** Also look at every byte of every zeroed frame; slow. */
  readonly checkZeroes?: boolean;
}

const fail = (message: string, dump: unknown = null): never => {
  throw new KernelPanic(message, dump);
};

/** Throws KernelPanic at the first disagreement. */
export function checkInvariants(core: Core, options: InvariantOptions = {}): void {
  const seen = new Counts(core);
  for (const space of core.spaces.values()) countSpace(core, space, seen);
  for (const object of core.sharedObjects.values()) {
    for (const [index, pte] of object.pages) countReference(core, seen, -object.id, index, pte);
  }
  checkFrames(core, seen);
  checkSlots(core, seen);
  checkLists(core);
  checkTlb(core);
  checkAreas(core);
  if (options.checkZeroes === true) checkZeroes(core);
}

/** What the page tables say. */
class Counts {
  readonly references: Int32Array;
  readonly mapped: Int32Array;
  readonly tables: Uint8Array;
  readonly slots: Int32Array;

  constructor(core: Core) {
    this.references = new Int32Array(core.config.frames);
    this.mapped = new Int32Array(core.config.frames);
    this.tables = new Uint8Array(core.config.frames);
    this.slots = new Int32Array(core.config.swapSlots);
  }
}

function countSpace(core: Core, space: AddressSpace, seen: Counts): void {
  const { ram, frames } = core;
  const table = (pfn: number, what: string): void => {
    if (pfn >= frames.frames || frames.state[pfn] !== Frame.PageTable)
      fail(`${what} of space ${space.id} in frame ${pfn} is no page-table frame`);
    if (seen.tables[pfn]++ !== 0) fail(`page-table frame ${pfn} is used twice`);
  };
  table(space.rootPfn, "the root");
  let tables = 1;
  let resident = 0;
  let swapped = 0;
  for (let index = 0; index < PTES_PER_TABLE; index++) {
    const pointer = ram.i32[(space.rootPfn * PAGE_BYTES) / 4 + index] >>> 0;
    if (pointer === 0) continue;
    if (!isValid(pointer) || isLeaf(pointer))
      fail(`root PTE ${index} of space ${space.id} is 0x${pointer.toString(16)}, no pointer`);
    table(ptePfn(pointer), "a leaf table");
    tables++;
    for (let at = 0; at < PTES_PER_TABLE; at++) {
      const pte = ram.i32[(ptePfn(pointer) * PAGE_BYTES) / 4 + at] >>> 0;
      if (pte === 0) continue;
      const vpn = index * PTES_PER_TABLE + at;
      if (isValid(pte)) resident++;
      else if (softwareKind(pte) === SoftwarePte.Swap) swapped++;
      countReference(core, seen, space.id, vpn, pte);
    }
  }
  if (tables !== space.pageTablePages)
    fail(`space ${space.id} has ${tables} page tables and counts ${space.pageTablePages}`);
  if (resident !== space.residentPages)
    fail(`space ${space.id} has ${resident} resident pages and counts ${space.residentPages}`);
  if (swapped !== space.swappedPages)
    fail(`space ${space.id} has ${swapped} swapped pages and counts ${space.swappedPages}`);
}

/** One PTE (or prototype PTE): it must be in the reverse map of what it names. */
function countReference(core: Core, seen: Counts, space: number, vpn: number, pte: number): void {
  const { frames, swap } = core;
  const page = `page 0x${(vpn * PAGE_BYTES).toString(16)} of space ${space}`;
  const kind = softwareKind(pte);
  if (!isValid(pte) && kind !== SoftwarePte.Transition && kind !== SoftwarePte.Swap) return;
  const value = isValid(pte) ? ptePfn(pte) : softwareValue(pte);
  if (!isValid(pte) && kind === SoftwarePte.Swap) {
    if (value >= swap.slots || !swap.isUsed(value)) fail(`${page} names swap slot ${value}, which is free`);
    if (!swap.references.has(value, space, vpn)) fail(`${page} is missing from the owners of swap slot ${value}`);
    seen.slots[value]++;
    return;
  }
  if (value >= frames.frames) fail(`${page} names frame ${value}, which does not exist`);
  if (!frames.references.has(value, space, vpn)) fail(`${page} is missing from the reverse map of frame ${value}`);
  seen.references[value]++;
  if (isValid(pte)) {
    seen.mapped[value]++;
    if ((pte & PTE_SOFT_CLEAN) !== 0 && (pte & PTE_W) !== 0)
      fail(`${page} is soft-clean and writable: 0x${pte.toString(16)}`);
    if (frames.state[value] !== Frame.Active)
      fail(`${page} maps frame ${value}, which is ${FRAME_STATES[frames.state[value]]}`);
  }
}

function checkFrames(core: Core, seen: Counts): void {
  const { frames, swap } = core;
  for (let pfn = 0; pfn < frames.frames; pfn++) {
    const state = frames.state[pfn];
    const name = `frame ${pfn} (${FRAME_STATES[state]})`;
    const inHand = frames.inHand.includes(pfn);
    if (frames.references.count[pfn] !== seen.references[pfn] && !inHand) {
      fail(`${name} counts ${frames.references.count[pfn]} references, the page tables have ${seen.references[pfn]}`);
    }
    if (frames.mapped[pfn] !== seen.mapped[pfn])
      fail(`${name} counts ${frames.mapped[pfn]} mappings, the page tables have ${seen.mapped[pfn]}`);
    if (state === Frame.PageTable && seen.tables[pfn] === 0 && !inHand)
      fail(`${name} belongs to no address space: it has leaked`);
    if (state === Frame.Active && frames.mapped[pfn] === 0 && !inHand)
      fail(`${name} is mapped by nobody: it has leaked`);
    if ((state === Frame.Standby || state === Frame.Modified) && frames.references.count[pfn] === 0)
      fail(`${name} belongs to no page`);
    if (state === Frame.Standby && frames.copy[pfn] === Copy.None) fail(`${name} has no copy anywhere`);
    if (state === Frame.Transition && frames.flight[pfn] === Flight.None && frames.references.count[pfn] === 0)
      fail(`${name} has leaked`);
    if ((state === Frame.Dirty || state === Frame.Zeroed) && frames.references.count[pfn] !== 0)
      fail(`${name} is free and still referred to`);
    const slot = frames.slot[pfn];
    if (slot >= 0 && swap.frame[slot] !== pfn)
      fail(`${name} claims swap slot ${slot}, which belongs to frame ${swap.frame[slot]}`);
    if (slot < 0 && frames.copy[pfn] === Copy.Swap) fail(`${name} says that its copy is in swap and names no slot`);
  }
}

function checkSlots(core: Core, seen: Counts): void {
  const { swap, frames } = core;
  let used = 0;
  for (let slot = 0; slot < swap.slots; slot++) {
    const owners = swap.references.count[slot];
    if (owners !== seen.slots[slot])
      fail(`swap slot ${slot} counts ${owners} owners, the page tables have ${seen.slots[slot]}`);
    const pfn = swap.frame[slot];
    if (!swap.isUsed(slot)) {
      if (owners !== 0 || pfn >= 0) fail(`swap slot ${slot} is ${swap.isBad(slot) ? "bad" : "free"} and owned`);
      continue;
    }
    used++;
    if (owners > 0 === pfn >= 0)
      fail(`swap slot ${slot} is owned ${owners > 0 ? "twice, by pages and a frame" : "by nobody: it has leaked"}`);
    if (pfn >= 0 && frames.slot[pfn] !== slot)
      fail(`swap slot ${slot} belongs to frame ${pfn}, which names ${frames.slot[pfn]}`);
  }
  if (used !== swap.usedSlots) fail(`${used} swap slots are in use and ${swap.usedSlots} are counted`);
}

function checkLists(core: Core): void {
  const { frames } = core;
  const counts = new Int32Array(FRAME_STATES.length);
  for (let pfn = 0; pfn < frames.frames; pfn++) counts[frames.state[pfn]]++;
  for (let state = 0; state < FRAME_STATES.length; state++) {
    if (counts[state] !== frames.count[state])
      fail(`${counts[state]} frames are ${FRAME_STATES[state]} and ${frames.count[state]} are counted`);
    if (state < Frame.Standby) continue;
    let length = 0;
    for (let pfn = frames.oldest(state); pfn >= 0; pfn = frames.following(pfn)) {
      if (frames.state[pfn] !== state)
        fail(`frame ${pfn} is ${FRAME_STATES[frames.state[pfn]]} and on the ${FRAME_STATES[state]} list`);
      if (++length > frames.frames) fail(`the ${FRAME_STATES[state]} list has a loop`);
    }
    if (length !== counts[state]) fail(`the ${FRAME_STATES[state]} list has ${length} frames of ${counts[state]}`);
  }
  checkPriorities(core);
}

/** The standby list goes from the lowest page priority to the highest, and has as many frames of each as are counted. */
function checkPriorities({ frames }: Core): void {
  const counts = new Int32Array(PRIORITIES);
  let last = 0;
  for (let pfn = frames.oldest(Frame.Standby); pfn >= 0; pfn = frames.following(pfn)) {
    const priority = frames.priority[pfn];
    if (priority >= PRIORITIES || priority < last)
      fail(`frame ${pfn} of priority ${priority} comes after one of ${last}`);
    counts[priority]++;
    last = priority;
  }
  for (let priority = 0; priority < PRIORITIES; priority++)
    if (counts[priority] !== frames.standby[priority])
      fail(
        `${counts[priority]} frames of priority ${priority} are on the standby list and ${frames.standby[priority]} are counted`,
      );
}

/** A TLB entry may know less than its PTE (a D bit set since), never more. */
function checkTlb(core: Core): void {
  const { tlb } = core.mmu;
  const spaces = new Map([...core.spaces.values()].map((space) => [space.asid as number, space]));
  const rights = PTE_R | PTE_W | PTE_X | PTE_U | PTE_D;
  for (let index = 0; index < tlb.tags.length; index++) {
    if (tlb.tags[index] < 0) continue;
    const { vpn, pfn, asid, flags } = tlb.entry(index)!;
    if (core.fencesDue.includes(dueTag(asid, vpn)) || core.fencesDue.includes(dueTag(asid, -1))) continue;
    const space = spaces.get(asid);
    const pte = space === undefined ? 0 : readPte(core.ram, space.rootPfn, vpn);
    if ((pte & PTE_V) === 0 || ptePfn(pte) !== pfn || (flags & rights & ~pte) !== 0) {
      fail(
        `stale TLB entry: ASID ${asid}, page 0x${(vpn * PAGE_BYTES).toString(16)} to frame ${pfn}, but the PTE is 0x${pte.toString(16)} and no fence is due`,
      );
    }
  }
}

/** Areas are sorted and disjoint, and software PTEs say what the areas say. */
function checkAreas(core: Core): void {
  for (const space of core.spaces.values()) {
    let end = 0;
    let pages = 0;
    let committed = 0;
    let locked = 0;
    for (const vma of areasOf(space)) {
      if (vma.start < end || vma.start >= vma.end || vma.start % PAGE_BYTES !== 0 || vma.end % PAGE_BYTES !== 0) {
        fail(`the areas of space ${space.id} are out of order at 0x${vma.start.toString(16)}`);
      }
      end = vma.end;
      const length = (vma.end - vma.start) / PAGE_BYTES;
      pages += length;
      if (vma.charge === "charged") committed += length;
      if (vma.locked) locked += length;
    }
    if (committed !== space.committedPages || locked !== space.lockedPages)
      fail(
        `space ${space.id} has ${committed} committed and ${locked} locked pages and counts ${space.committedPages} and ${space.lockedPages}`,
      );
    if (pages !== space.reservedPages)
      fail(`space ${space.id} reserves ${pages} pages and counts ${space.reservedPages}`);
    checkReservations(core, space);
  }
}

function checkReservations(core: Core, space: AddressSpace): void {
  const { ram } = core;
  const at = (vpn: number): string => `page 0x${(vpn * PAGE_BYTES).toString(16)} of space ${space.id}`;
  // Areas and PTEs are both in ascending order: one pass over both.
  const areas = areasOf(space);
  let area = 0;
  for (let index = 0; index < PTES_PER_TABLE; index++) {
    const pointer = ram.i32[(space.rootPfn * PAGE_BYTES) / 4 + index];
    if ((pointer & PTE_V) === 0) continue;
    const table = (ptePfn(pointer) * PAGE_BYTES) / 4;
    for (let vpn = index * PTES_PER_TABLE; vpn < (index + 1) * PTES_PER_TABLE; vpn++) {
      const pte = ram.i32[table + (vpn % PTES_PER_TABLE)] >>> 0;
      while (area < areas.length && areas[area].end <= vpn * PAGE_BYTES) area++;
      const vma = areas[area];
      const isCovered = vma !== undefined && vma.start <= vpn * PAGE_BYTES;
      if (!isCovered) {
        if (pte !== 0) fail(`${at(vpn)} has PTE 0x${pte.toString(16)} and no area`);
        continue;
      }
      const kind = softwareKind(pte);
      if (isValid(pte) || kind === SoftwarePte.Swap || kind === SoftwarePte.Transition) continue;
      if (pte !== reservedPte(vma)) {
        fail(`${at(vpn)} has PTE 0x${pte.toString(16)}, its area says 0x${reservedPte(vma).toString(16)}`);
      }
    }
  }
}

function checkZeroes(core: Core): void {
  const { frames, ram } = core;
  for (let pfn = frames.oldest(Frame.Zeroed); pfn >= 0; pfn = frames.following(pfn)) {
    const words = ram.i32.subarray((pfn * PAGE_BYTES) / 4, ((pfn + 1) * PAGE_BYTES) / 4);
    if (words.some((word) => word !== 0)) fail(`frame ${pfn} is on the zeroed list and not zero`);
  }
}
