/**
 * MEM_RESET and MEM_RESET_UNDO: pages whose contents are of no interest for the time being. They stay where they are, but nothing
 * is written to swap for them: such a page counts as never written, so that its frame may be taken at any time and the page is
 * one of zeros again. UNDO makes ordinary pages of those that are still there, and says whether all are.
 *
 * A store makes a page ordinary again by itself, as its D bit does for any page. What had gone to swap already is given up at
 * once; a page that is on its way there, or that a fork's other side shares, keeps its contents and is not marked; a fork ends what is marked.
 */
import { PAGE_BYTES } from "../../emulator/bits.ts";
import { isValid, PTE_D, ptePfn } from "../../emulator/pte.ts";
import type { Core } from "../core.ts";
import { Copy, Flight, Frame } from "./frames.ts";
import { fencePage, forEachPte, writePte } from "./page-table.ts";
import { dropPage, tellFreed } from "./pages.ts";
import { SoftwarePte, softwareKind, softwareValue } from "./software-pte.ts";
import type { AddressSpace } from "./vma.ts";

/** Marks the pages of [start, end), all of one space's private anonymous memory; `after` is the PTE of one that is dropped. */
export function resetRange(core: Core, space: AddressSpace, start: number, end: number, after: number): void {
  forEachPte(core.ram, space.rootPfn, start / PAGE_BYTES, end / PAGE_BYTES, (vpn, paddr, pte) => {
    const kind = isValid(pte) ? -1 : softwareKind(pte);
    if (kind === SoftwarePte.Swap) {
      dropPage(core, space, vpn, paddr, after);
      space.resetPages.set(vpn, "lost");
    } else if (kind === -1) resetFrame(core, space, vpn, paddr, ptePfn(pte));
    else if (kind === SoftwarePte.Transition) resetFrame(core, space, vpn, -1, softwareValue(pte));
  });
}

function resetFrame(core: Core, space: AddressSpace, vpn: number, paddr: number, pfn: number): void {
  const { frames, swap } = core;
  if (frames.flight[pfn] !== Flight.None || frames.references.count[pfn] !== 1) return;
  if (frames.slot[pfn] >= 0) swap.release(frames.slot[pfn]);
  frames.slot[pfn] = -1;
  frames.copy[pfn] = Copy.Zero;
  space.resetPages.set(vpn, "kept");
  if (frames.state[pfn] === Frame.Modified) {
    frames.move(pfn, Frame.Standby);
    tellFreed(core, pfn);
  }
  if (paddr < 0) return;
  const pte = core.ram.readWord(paddr);
  if ((pte & PTE_D) === 0) return;
  writePte(core, space, vpn, paddr, (pte & ~PTE_D) >>> 0);
  fencePage(core, space, vpn);
}

/** Pages of [start, end) are ordinary again. False: at least one has been replaced by zeros meanwhile. */
export function undoReset(core: Core, space: AddressSpace, start: number, end: number): boolean {
  const { frames } = core;
  let isIntact = true;
  forEachPte(core.ram, space.rootPfn, start / PAGE_BYTES, end / PAGE_BYTES, (vpn, _paddr, pte) => {
    const mark = space.resetPages.get(vpn);
    if (mark === "lost") isIntact = false;
    if (mark !== "kept") return;
    const isMapped = isValid(pte);
    if (!isMapped && softwareKind(pte) !== SoftwarePte.Transition) return;
    const pfn = isMapped ? ptePfn(pte) : softwareValue(pte);
    if (frames.copy[pfn] !== Copy.Zero) return;
    frames.copy[pfn] = Copy.None;
    if (frames.state[pfn] !== Frame.Standby) return;
    frames.move(pfn, Frame.Modified);
    tellFreed(core, pfn);
  });
  forgetReset(space, start, end);
  return isIntact;
}

/** What was to be remembered of the pages of [start, end) is over: they have been given up, or are wanted again. */
export function forgetReset(space: AddressSpace, start: number, end: number): void {
  const { resetPages } = space;
  if (resetPages.size === 0) return;
  const [first, last] = [start / PAGE_BYTES, end / PAGE_BYTES];
  if (last - first < resetPages.size) for (let vpn = first; vpn < last; vpn++) resetPages.delete(vpn);
  else for (const vpn of resetPages.keys()) if (vpn >= first && vpn < last) resetPages.delete(vpn);
}

/**
 * A fork is about to share the pages. What one side does with a mark must not touch the other, and a shared page cannot be marked:
 * so those that are still there are ordinary again, on both sides. That others have been lost stays known.
 */
export function keepResetPages(core: Core, space: AddressSpace): void {
  for (const [vpn, mark] of space.resetPages) {
    if (mark === "kept") undoReset(core, space, vpn * PAGE_BYTES, (vpn + 1) * PAGE_BYTES);
  }
}
