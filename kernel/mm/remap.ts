/**
 * Moving a range of an address space (mremap): the pages keep their frames and slots, only the PTEs that name them stand
 * elsewhere. The leaf tables of the target are made first, because making them may need frames and so may sleep; from then
 * on nothing can fail.
 */
import { PAGE_BYTES } from "../../emulator/bits.ts";
import { isValid, PTES_PER_TABLE, ptePfn } from "../../emulator/pte.ts";
import { Errno } from "../abi.ts";
import type { Core } from "../core.ts";
import type { Process } from "../proc/process.ts";
import { ensureTable, reserve, unmapRange } from "./address-space.ts";
import { slice } from "./areas.ts";
import { fencePage, forEachPte, pteAddress, storePte, tellPte } from "./page-table.ts";
import { reservedPte } from "./pages.ts";
import { awaitFrames, reserveFrames, WAIT } from "./reclaim.ts";
import { PTE_SOFT_CLEAN, SoftwarePte, softwareKind, softwareValue } from "./software-pte.ts";
import type { AddressSpace, Vma } from "./vma.ts";

export interface Move {
  readonly start: number;
  readonly oldBytes: number;
  /** Where it goes: page aligned, apart from the old range. What is mapped there is replaced. */
  readonly target: number;
  readonly newBytes: number;
  /** MREMAP_DONTUNMAP: the old area stays, without its pages. */
  readonly keepsOld: boolean;
}

/** Does a PTE name a frame or a slot? */
function holdsPage(pte: number): boolean {
  const kind = softwareKind(pte);
  return isValid(pte) || kind === SoftwarePte.Swap || kind === SoftwarePte.Transition;
}

/** Moves a part of an area. Returns the new address, −ENOMEM, or RESTART. */
export function moveRange(core: Core, p: Process, vma: Vma, move: Move): number {
  const { space } = p;
  const { start, oldBytes, target, newBytes, keepsOld } = move;
  const moved = Math.min(oldBytes, newBytes);
  const tables = missingTables(core, space, start, target, moved);
  const ready = reserveFrames(core, tables.size);
  if (ready < 0) return ready === WAIT ? awaitFrames(core, p, ready) : -Errno.ENOMEM;

  unmapRange(core, space, target, target + newBytes);
  const whole = slice({ ...vma, end: Math.max(vma.end, start + newBytes) }, start, start + newBytes);
  reserve(core, space, { ...whole, start: target, end: target + newBytes });
  for (const vpn of missingTables(core, space, start, target, moved)) ensureTable(core, space, p.pid, vpn);
  const offset = (target - start) / PAGE_BYTES;
  forEachPte(core.ram, space.rootPfn, start / PAGE_BYTES, (start + moved) / PAGE_BYTES, (vpn, paddr) => {
    movePte(core, space, vpn, paddr, vpn + offset, reservedPte(vma));
  });
  if (!keepsOld && oldBytes > 0) unmapRange(core, space, start, start + oldBytes);
  return target | 0;
}

/** A page of each leaf table that the target will need and does not have. */
function missingTables(core: Core, space: AddressSpace, start: number, target: number, bytes: number): Set<number> {
  const offset = (target - start) / PAGE_BYTES;
  const missing = new Set<number>();
  forEachPte(core.ram, space.rootPfn, start / PAGE_BYTES, (start + bytes) / PAGE_BYTES, (vpn, _paddr, pte) => {
    const to = vpn + offset;
    if (holdsPage(pte) && pteAddress(core.ram, space.rootPfn, to) < 0) missing.add(to - (to % PTES_PER_TABLE));
  });
  return missing;
}

/** One page: its reverse-map entry and its PTE go together. The PTE is read here, after every allocation. */
function movePte(core: Core, space: AddressSpace, from: number, paddr: number, to: number, emptied: number): void {
  const { frames, swap, ram } = core;
  const pte = ram.readWord(paddr);
  if (!holdsPage(pte)) return;
  const isSwapped = !isValid(pte) && softwareKind(pte) === SoftwarePte.Swap;
  const references = isSwapped ? swap.references : frames.references;
  const owner = isValid(pte) ? ptePfn(pte) : softwareValue(pte);
  references.remove(owner, space.id, from);
  references.add(owner, space.id, to);
  const stores = [
    storePte(core, space, from, paddr, emptied),
    // What has been moved counts as written, as on Linux: who watches an address finds other contents there.
    storePte(core, space, to, pteAddress(ram, space.rootPfn, to), (pte & ~PTE_SOFT_CLEAN) >>> 0),
  ];
  for (const store of stores) tellPte(core, store);
  if (isValid(pte)) fencePage(core, space, from);
}
