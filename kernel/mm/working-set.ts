/**
 * Working sets: how many pages of an address space may be resident, taking pages away until that holds, and books on which
 * pages are in use.
 *
 * A space has a limit and a minimum (working_set in kernel/sys/resident.ts, RLIMIT_RSS, /proc/PID/working_set). At the limit
 * it replaces its own pages (local replacement, by the machine's policy); the page daemon and faults without a frame leave
 * spaces at or below their minimum alone as long as others have pages to give. Pages that are trimmed go to the standby or
 * modified list with their contents, so that they come back by soft faults as long as nobody has needed the frame.
 *
 * The books: every `wsSampleCycles` the A bits of each space that has run are looked at and cleared, and the space's virtual
 * time is noted for the pages that were used. The working set W(τ) are the pages used in the last τ cycles of that time
 * (P. J. Denning, The Working Set Model for Program Behavior, CACM 11(5), 1968), as exact as the sampling. A page's age is
 * the time since its last use. Books are kept only where asked for, since every A bit that is cleared costs a fence.
 */
import { isValid, ptePfn } from "../../emulator/pte.ts";
import type { Core } from "../core.ts";
import { charge, count } from "../counters.ts";
import { forEachPte, pteAddress, readPte } from "./page-table.ts";
import { trimMapping } from "./pages.ts";
import { chooseVictim } from "./reclaim.ts";
import { SoftwarePte, softwareKind } from "./software-pte.ts";
import { Reader, takeAccessed } from "./use.ts";
import { type AddressSpace, SMALLEST_LIMIT } from "./vma.ts";

/** Takes pages away from a space, its own choice of victims by the policy, until at most `pages` are resident. */
export function trimToLimit(core: Core, space: AddressSpace, pages: number, reason: string): void {
  while (space.residentPages > pages) {
    const pfn = chooseVictim(core, space.id, reason);
    if (pfn < 0) return; // all that is left is locked
    for (const { space: id, vpn } of core.frames.references.list(pfn)) {
      if (id !== space.id) continue;
      const paddr = pteAddress(core.ram, space.rootPfn, vpn);
      if (isValid(core.ram.readWord(paddr))) trimMapping(core, space, vpn, paddr);
    }
  }
}

/**
 * Sets the limits of a space in pages, Infinity for no maximum, and trims it to them. False when they are impossible: a
 * maximum that a program cannot run with, a minimum above it or above half of RAM.
 */
export function setWorkingSet(core: Core, space: AddressSpace, minimum: number, maximum: number): boolean {
  if (maximum < SMALLEST_LIMIT || minimum > maximum || minimum > core.config.frames / 2) return false;
  space.residentLimitPages = maximum;
  space.residentMinimumPages = minimum;
  trimToLimit(core, space, maximum, "the limit was lowered");
  return true;
}

// ---- books ----

/** When the books are next due if they are kept every `interval` cycles; Infinity when they are not. */
export const nextSample = (core: Core, interval: number): number =>
  interval === 0 ? Number.POSITIVE_INFINITY : core.hart.cycles + interval;

/** Looks at the A bits of every space that has run since the last time. */
export function sampleWorkingSets(core: Core): void {
  count(core, "task.working-sets.runs");
  for (const space of core.spaces.values()) if (space.cpuCycles > space.sampledCycles) sampleSpace(core, space);
}

function sampleSpace(core: Core, space: AddressSpace): void {
  const { ram, frames, costs } = core;
  const now = space.cpuCycles;
  space.sampledCycles = now;
  let seen = 0;
  forEachPte(ram, space.rootPfn, 0, USER_PAGES, (vpn, paddr, pte) => {
    if (!isValid(pte)) return;
    const pfn = ptePfn(pte);
    seen++;
    const isUsed = takeAccessed(core, space, vpn, paddr, pfn) || (frames.used[pfn] & Reader.WorkingSet) !== 0;
    if (isUsed || !space.lastUse.has(vpn)) space.lastUse.set(vpn, now);
    frames.used[pfn] &= ~Reader.WorkingSet;
  });
  charge(core, seen * costs.victimScan);
  count(core, "task.working-sets.pages", seen);
  for (const [vpn, used] of space.lastUse) {
    const pte = readPte(ram, space.rootPfn, vpn);
    if (isValid(pte)) continue;
    const kind = softwareKind(pte);
    const isKept = kind === SoftwarePte.Transition || kind === SoftwarePte.Swap;
    if (!isKept || now - used > core.variables.tauCycles) space.lastUse.delete(vpn);
  }
}

/** 4 GiB in pages. */
const USER_PAGES = 0x100000;

/** Pages of W(τ) as the books have it. */
export function workingSetPages(space: AddressSpace, tauCycles: number): number[] {
  const pages: number[] = [];
  for (const [vpn, used] of space.lastUse) if (space.cpuCycles - used <= tauCycles) pages.push(vpn);
  return pages.sort((a, b) => a - b);
}

/**
 * The resident pages that may be taken, those not used for longest first: frames with the age of the youngest use by any
 * space. Call sampleWorkingSets first.
 */
export function oldestPages(core: Core): { readonly pfn: number; readonly ageCycles: number }[] {
  const ages = new Map<number, number>();
  for (const space of core.spaces.values()) {
    for (const [vpn, used] of space.lastUse) {
      const pte = readPte(core.ram, space.rootPfn, vpn);
      if (!isValid(pte)) continue;
      const pfn = ptePfn(pte);
      const age = space.cpuCycles - used;
      ages.set(pfn, Math.min(age, ages.get(pfn) ?? age));
    }
  }
  return [...ages]
    .map(([pfn, ageCycles]) => ({ pfn, ageCycles }))
    .sort((a, b) => b.ageCycles - a.ageCycles || a.pfn - b.pfn);
}
