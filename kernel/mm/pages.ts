/**
 * The ways a page and a frame come together and part: mapping, trimming, letting go. Every change of a PTE that has to do
 * with a frame goes through here, so that reference counts, lists, and the policy's view change in step with it.
 *
 * A page's frame goes round like this (reclaim.ts drives the lower half):
 *
 *     free ──map──▶ active ──trim──▶ standby or modified ──map (soft fault)──▶ active
 *                      │                    │
 *                      └──last reference──▶ free (dirty list) ◀── frame taken, PTEs say "swap", "file" or "demand-zero"
 *
 * In each function all books are put right first, and events are told afterwards: a listener may check invariants.
 */
import { isValid, makePte, PTE_A, PTE_D, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X, ptePfn } from "../../emulator/pte.ts";
import type { Access } from "../../emulator/trap.ts";
import type { Core } from "../core.ts";
import { charge } from "../counters.ts";
import { KernelPanic } from "../panic.ts";
import { wake } from "../proc/scheduler.ts";
import { findVma } from "./areas.ts";
import { Copy, Flight, FRAME_STATES, Frame } from "./frames.ts";
import { writeBack } from "./page-cache.ts";
import { fencePage, type PteStore, pteAddress, storePte, tellPte } from "./page-table.ts";
import { pageNumber } from "./references.ts";
import { NO_PAGE } from "./replacement/policy.ts";
import {
  DEMAND_ZERO_PTE,
  FILE_PTE,
  GUARD_PTE,
  PTE_SOFT_CLEAN,
  SoftwarePte,
  softwareKind,
  softwarePte,
  softwareValue,
} from "./software-pte.ts";
import { type AddressSpace, Prot, type Vma } from "./vma.ts";

/** The software PTE of a page of this area that has no contents of its own yet. */
export const reservedPte = (vma: Vma): number =>
  vma.prot === 0 ? GUARD_PTE : vma.backing.kind === "file" ? FILE_PTE : DEMAND_ZERO_PTE;

/** R, W, X and U for a page of the area. W implies R, because the specification reserves W alone. */
export function rights(vma: Vma, writable: boolean): number {
  return (
    PTE_U |
    ((vma.prot & (Prot.Read | Prot.Write)) !== 0 ? PTE_R : 0) |
    ((vma.prot & Prot.Write) !== 0 && writable ? PTE_W : 0) |
    ((vma.prot & Prot.Execute) !== 0 ? PTE_X : 0)
  );
}

/** A private page may be written in place only by its last owner; a shared one by all. */
export const mayWrite = (core: Core, vma: Vma, pfn: number): boolean =>
  vma.shared || core.frames.references.count[pfn] <= 1;

/** May a PTE of the area let stores through? Not while the first store has still to be noticed (`clean`: PTE_SOFT_CLEAN, or 0). */
export const mayLetStores = (core: Core, vma: Vma, pfn: number, clean: number): boolean =>
  clean === 0 && mayWrite(core, vma, pfn);

/** PTE_SOFT_CLEAN for a page that gets mapped by something else than a store, 0 when it counts as written: `pte` is what it had. */
function cleanBit(vma: Vma, pte: number): number {
  const kind = softwareKind(pte);
  const isPage = kind === SoftwarePte.Transition || kind === SoftwarePte.Swap;
  return isPage ? pte & PTE_SOFT_CLEAN : vma.softDirty ? 0 : PTE_SOFT_CLEAN;
}

/**
 * Maps a frame at a page whose PTE is not valid. The frame's reference by this PTE must already be counted. A is set, and
 * D for a store that may go ahead, as the handler of a hardware without A/D updates would: the retry then needs no
 * PTE update.
 */
export function mapPage(
  core: Core,
  space: AddressSpace,
  vma: Vma,
  vpn: number,
  paddr: number,
  pfn: number,
  access: Access,
): void {
  const { frames } = core;
  const clean = access === "store" && mayWrite(core, vma, pfn) ? 0 : cleanBit(vma, core.ram.readWord(paddr));
  const flags = rights(vma, mayLetStores(core, vma, pfn, clean)) | PTE_V | PTE_A | clean;
  const isWritten = access === "store" && (flags & PTE_W) !== 0;
  const after = makePte(pfn, isWritten ? flags | PTE_D : flags);
  // A page that comes back to be written makes its slot stale at once.
  if (isWritten && frames.slot[pfn] >= 0) noteWritten(core, pfn, after);
  charge(core, core.costs.pageMap);
  if (frames.state[pfn] !== Frame.Active) frames.move(pfn, Frame.Active);
  // Of several that map it the highest counts.
  if (frames.mapped[pfn] === 0 || space.pagePriority > frames.priority[pfn])
    frames.setPriority(pfn, space.pagePriority);
  if (frames.mapped[pfn]++ === 0) core.policy.loaded(pfn, core.view);
  space.residentPages++;
  if (space.residentPages > space.peakResidentPages) space.peakResidentPages = space.residentPages;
  release(core, pfn);
  tellPte(core, storePte(core, space, vpn, paddr, after));
}

/** The frame is no longer in the kernel's hand. */
export function release(core: Core, pfn: number): void {
  const { inHand } = core.frames;
  const index = inHand.lastIndexOf(pfn);
  if (index >= 0) inHand.splice(index, 1);
}

/** A D bit has been seen on a PTE that is about to change: copies elsewhere are stale. */
export function noteWritten(core: Core, pfn: number, pte: number): void {
  const { frames, swap } = core;
  if ((pte & PTE_D) === 0) return;
  if (frames.flight[pfn] === Flight.Out) frames.flight[pfn] = Flight.OutStale;
  else if (frames.copy[pfn] !== Copy.None) {
    frames.copy[pfn] = Copy.None;
    if (frames.slot[pfn] >= 0) {
      swap.release(frames.slot[pfn]);
      frames.slot[pfn] = -1;
    }
  }
}

/**
 * Takes one mapping away from an address space; the PTE keeps the frame's number and the page can come back by a soft
 * fault. When it was the last mapping, the frame goes to the standby or the modified list.
 */
export function trimMapping(core: Core, space: AddressSpace, vpn: number, paddr: number): void {
  const pte = core.ram.readWord(paddr);
  const pfn = ptePfn(pte);
  noteWritten(core, pfn, pte);
  const store = storePte(
    core,
    space,
    vpn,
    paddr,
    (softwarePte(SoftwarePte.Transition, pfn) | (pte & PTE_SOFT_CLEAN)) >>> 0,
  );
  charge(core, core.costs.pageUnmap);
  space.residentPages--;
  const moved = --core.frames.mapped[pfn] === 0;
  if (moved) settleUnmapped(core, pfn);
  tellPte(core, store);
  fencePage(core, space, vpn);
  if (moved) tellFreed(core, pfn);
}

/** Takes every mapping of a frame away. */
export function trimFrame(core: Core, pfn: number): void {
  for (const { space: id, vpn } of core.frames.references.list(pfn)) {
    const space = core.spaces.get(id);
    if (space === undefined) continue; // a shared object's reference is never a mapping
    const paddr = pteAddress(core.ram, space.rootPfn, vpn);
    if (isValid(core.ram.readWord(paddr))) trimMapping(core, space, vpn, paddr);
  }
}

/** An unmapped frame that is still referred to goes where its copy says. */
export function settleUnmapped(core: Core, pfn: number): void {
  const { frames } = core;
  core.policy.removed(pfn, pageNumber(frames.references, pfn));
  frames.used[pfn] = 0;
  if (
    frames.copy[pfn] === Copy.None &&
    frames.flight[pfn] === Flight.None &&
    frames.slot[pfn] < 0 &&
    writeBack(core, pfn)
  )
    frames.copy[pfn] = Copy.File;
  if (frames.flight[pfn] !== Flight.None) frames.move(pfn, Frame.Transition);
  else frames.move(pfn, frames.copy[pfn] === Copy.None ? Frame.Modified : Frame.Standby);
}

/** Gives up what a PTE refers to, and stores `after` (an invalid PTE) in its place. The caller fences if it was valid. */
export function dropPage(core: Core, space: AddressSpace, vpn: number, paddr: number, after: number): void {
  const { frames } = core;
  const pte = core.ram.readWord(paddr);
  const kind = isValid(pte) ? -1 : softwareKind(pte);
  if (kind === SoftwarePte.Swap) {
    dropSlot(core, softwareValue(pte), space.id, vpn);
    space.swappedPages--;
  } else if (kind === SoftwarePte.Transition) {
    const pfn = softwareValue(pte);
    frames.references.remove(pfn, space.id, vpn);
    const store = storePte(core, space, vpn, paddr, after);
    const freed = frames.references.count[pfn] === 0 && freeFrame(core, pfn);
    tellPte(core, store);
    if (freed) tellFreed(core, pfn);
    return;
  } else if (kind === -1) {
    dropMapping(core, space, vpn, paddr, pte, after);
    return;
  }
  tellPte(core, storePte(core, space, vpn, paddr, after));
}

function dropMapping(core: Core, space: AddressSpace, vpn: number, paddr: number, pte: number, after: number): void {
  const { frames } = core;
  const pfn = ptePfn(pte);
  if (frames.references.count[pfn] > 1) noteWritten(core, pfn, pte);
  frames.references.remove(pfn, space.id, vpn);
  charge(core, core.costs.pageUnmap);
  space.residentPages--;
  const store = storePte(core, space, vpn, paddr, after);
  let moved = false;
  if (--frames.mapped[pfn] === 0) {
    moved = true;
    if (frames.references.count[pfn] > 0) settleUnmapped(core, pfn);
    else {
      core.policy.removed(pfn, NO_PAGE);
      freeFrame(core, pfn);
    }
  }
  tellPte(core, store);
  if (moved) tellFreed(core, pfn);
}

/** One owner fewer for a swap slot; the last one frees it. */
export function dropSlot(core: Core, slot: number, spaceId: number, vpn: number): void {
  if (!core.swap.references.remove(slot, spaceId, vpn)) {
    throw new KernelPanic(`swap slot ${slot} is not owned by page ${vpn} of space ${spaceId}`);
  }
  if (core.swap.references.count[slot] === 0) core.swap.release(slot);
}

/**
 * A frame to which nothing refers any more goes to the dirty list, and its swap slot is freed. While a transfer is under
 * way it stays in transition, and completion frees it. Returns whether it has moved to the dirty list.
 */
export function freeFrame(core: Core, pfn: number): boolean {
  const { frames, swap } = core;
  if (frames.flight[pfn] !== Flight.None) {
    if (frames.state[pfn] !== Frame.Transition) frames.move(pfn, Frame.Transition);
    return false;
  }
  if (frames.slot[pfn] >= 0) {
    swap.release(frames.slot[pfn]);
    frames.slot[pfn] = -1;
  }
  frames.copy[pfn] = Copy.None;
  frames.used[pfn] = 0;
  release(core, pfn);
  frames.move(pfn, Frame.Dirty);
  return true;
}

/** Tells where a frame has gone, and wakes those who wait for one. */
export function tellFreed(core: Core, pfn: number): void {
  const { frames, sink, variables } = core;
  const state = frames.state[pfn];
  if (sink.enabled) sink.emit({ kind: "frame-freed", pfn, to: FRAME_STATES[state] });
  if (variables.framesWanted && (state === Frame.Dirty || state === Frame.Standby)) {
    variables.framesWanted = false;
    wake(core, "frames");
  }
}

/**
 * Gives the PTEs that refer to an unmapped page another software meaning: `after` says which, for each. In silence; the
 * caller tells the stores when its own books are right.
 */
export function rewriteReferences(
  core: Core,
  references: readonly { space: number; vpn: number }[],
  after: (space: AddressSpace | null, vpn: number) => number,
): PteStore[] {
  const stores: PteStore[] = [];
  for (const { space: id, vpn } of references) {
    if (id < 0) {
      const pages = core.sharedObjects.get(-id)!.pages;
      const pte = after(null, vpn);
      if (pte === DEMAND_ZERO_PTE) pages.delete(vpn);
      else pages.set(vpn, pte);
      continue;
    }
    const space = core.spaces.get(id)!;
    const paddr = pteAddress(core.ram, space.rootPfn, vpn);
    const pte = after(space, vpn);
    const isPage = softwareKind(pte) === SoftwarePte.Swap || softwareKind(pte) === SoftwarePte.Transition;
    const clean = isPage ? core.ram.readWord(paddr) & PTE_SOFT_CLEAN : 0;
    stores.push(storePte(core, space, vpn, paddr, (pte | clean) >>> 0));
  }
  return stores;
}

/**
 * Takes the contents away from a frame on the standby list: its PTEs now say where the copy is. The frame ends up in the
 * kernel's hand, belonging to nobody.
 */
export function takeStandby(core: Core, pfn: number): void {
  const { frames, swap } = core;
  const references = frames.references.list(pfn);
  let stores: PteStore[];
  if (frames.copy[pfn] === Copy.Swap) {
    const slot = frames.slot[pfn];
    frames.references.moveTo(pfn, swap.references, slot);
    swap.frame[slot] = -1;
    frames.slot[pfn] = -1;
    stores = rewriteReferences(core, references, (space) => {
      if (space !== null) space.swappedPages++;
      return softwarePte(SoftwarePte.Swap, slot);
    });
  } else {
    for (const { space, vpn } of references) frames.references.remove(pfn, space, vpn);
    stores = rewriteReferences(core, references, (space, vpn) => {
      if (space === null) return DEMAND_ZERO_PTE;
      if (space.resetPages.has(vpn)) space.resetPages.set(vpn, "lost");
      return reservedPte(findVma(space, vpn * 4096)!);
    });
  }
  frames.copy[pfn] = Copy.None;
  frames.move(pfn, Frame.Active);
  frames.inHand.push(pfn);
  for (const store of stores) tellPte(core, store);
}
