/**
 * Soft-dirty: which pages a process has written since somebody last asked (bit 55 of /proc/PID/pagemap), apart from the D bits,
 * which belong to replacement. Writing 4 to /proc/PID/clear_refs takes W from every PTE; the next store to a page faults, and
 * that it did is the mark. What a fork copies, what goes to swap and comes back, keeps it.
 *
 * An area that has been mapped since then counts as written as a whole, touched or not: what was there before is gone. mremap
 * marks what it moves. As on Linux the mark is lost with the PTE: when a page is given up by MADV_DONTNEED, and when a page of a
 * file that is mapped shared has gone back to the file and its frame has been taken.
 *
 * Source: Documentation/admin-guide/mm/soft-dirty.rst; fs/proc/task_mmu.c, clear_soft_dirty and pte_to_pagemap_entry (6.1).
 */
import { isValid, PTE_W } from "../../emulator/pte.ts";
import type { Core } from "../core.ts";
import { areasOf, findVma } from "./areas.ts";
import { fencePage, forEachPte, writePte } from "./page-table.ts";
import { PTE_SOFT_CLEAN, SoftwarePte, softwareKind } from "./software-pte.ts";
import type { AddressSpace } from "./vma.ts";

/** From now on no page of the space counts as written. */
export function clearSoftDirty(core: Core, space: AddressSpace): void {
  for (const vma of areasOf(space)) vma.softDirty = false;
  forEachPte(core.ram, space.rootPfn, 0, USER_PAGES, (vpn, paddr, pte) => {
    const isMapped = isValid(pte);
    const kind = softwareKind(pte);
    if (!isMapped && kind !== SoftwarePte.Swap && kind !== SoftwarePte.Transition) return;
    const after = ((isMapped ? pte & ~PTE_W : pte) | PTE_SOFT_CLEAN) >>> 0;
    if (after === pte) return;
    writePte(core, space, vpn, paddr, after);
    if (isMapped) fencePage(core, space, vpn);
  });
}

/** Pages of the user's half. */
const USER_PAGES = 0x80000;

/** Does a page count as written? `pte` is its PTE, 0 where there is none. */
export function isSoftDirty(space: AddressSpace, vpn: number, pte: number): boolean {
  const vma = findVma(space, vpn * 4096);
  if (vma === undefined) return false;
  if (vma.softDirty) return true;
  const kind = softwareKind(pte);
  const isPage = isValid(pte) || kind === SoftwarePte.Swap || kind === SoftwarePte.Transition;
  return isPage && (pte & PTE_SOFT_CLEAN) === 0;
}
