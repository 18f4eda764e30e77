/**
 * Writing page tables: Sv32 tables that are words in emulated RAM, in frames of their own.
 *
 * Reading and writing a PTE here is an ordinary load or store to RAM, and every store is told as a `pte-write`. A PTE
 * that was valid leaves a fence due: until `fence` has been called the TLB may still hold the old translation. Which PTEs
 * have that outstanding stands in `fencesDue`, so that the checker can tell a due fence from a forgotten one.
 */
import { PAGE_BYTES } from "../../emulator/bits.ts";
import { isValid, makePte, PTE_V, PTES_PER_TABLE, ptePfn } from "../../emulator/pte.ts";
import type { Ram } from "../../emulator/ram.ts";
import type { Core } from "../core.ts";
import { charge } from "../counters.ts";
import type { AddressSpace } from "./vma.ts";

/** Physical address of the leaf PTE of a page, or −1 when its leaf table does not exist. */
export function pteAddress(ram: Ram, rootPfn: number, vpn: number): number {
  const pointer = ram.i32[(rootPfn * PAGE_BYTES) / 4 + (vpn >>> 10)];
  return (pointer & PTE_V) === 0 ? -1 : ptePfn(pointer) * PAGE_BYTES + (vpn & (PTES_PER_TABLE - 1)) * 4;
}

/** The leaf PTE of a page, 0 when its leaf table does not exist. */
export function readPte(ram: Ram, rootPfn: number, vpn: number): number {
  const paddr = pteAddress(ram, rootPfn, vpn);
  return paddr < 0 ? 0 : ram.i32[paddr / 4] >>> 0;
}

/** Space that has no process of its own to show in events: the pid of the process that runs. */
const pidOf = (core: Core): number => core.variables.currentPid;

/** One store to a page table that has been done and not yet told. */
export interface PteStore {
  readonly space: AddressSpace;
  readonly vpn: number;
  readonly paddr: number;
  readonly before: number;
  readonly after: number;
}

/** Stores a leaf PTE in silence, for callers that have several books to put right before anyone may look. */
export function storePte(core: Core, space: AddressSpace, vpn: number, paddr: number, after: number): PteStore {
  const before = core.ram.i32[paddr / 4] >>> 0;
  core.ram.i32[paddr / 4] = after;
  charge(core, core.costs.pteWrite);
  if (isValid(before)) core.fencesDue.push(dueTag(space.asid, vpn));
  return { space, vpn, paddr, before, after };
}

/** Tells of a store. */
export function tellPte(core: Core, { vpn, paddr, before, after }: PteStore): void {
  if (core.sink.enabled) core.sink.emit({ kind: "pte-write", pid: pidOf(core), vpn, paddr, before, after });
}

/** Stores a leaf PTE and tells it. All other books about the page must be right already. */
export function writePte(core: Core, space: AddressSpace, vpn: number, paddr: number, after: number): void {
  tellPte(core, storePte(core, space, vpn, paddr, after));
}

/** Stores the pointer to a leaf table into the root, or 0 for −1, in silence. */
export function storePointer(core: Core, space: AddressSpace, vpn: number, tablePfn: number): PteStore {
  const paddr = space.rootPfn * PAGE_BYTES + (vpn >>> 10) * 4;
  const before = core.ram.readWord(paddr);
  const after = tablePfn < 0 ? 0 : makePte(tablePfn, PTE_V);
  core.ram.writeWord(paddr, after);
  charge(core, core.costs.pteWrite);
  return { space, vpn: vpn & ~(PTES_PER_TABLE - 1), paddr, before, after };
}

/** How a fence that is due is written down: ASID and page in one number. */
export const dueTag = (asid: number, vpn: number): number => asid * 0x100000 + vpn;

/** sfence.vma for one page of one space. */
export function fencePage(core: Core, space: AddressSpace, vpn: number): void {
  charge(core, core.costs.fence);
  if (core.fencesDue.length > 0) {
    const index = core.fencesDue.indexOf(dueTag(space.asid, vpn));
    if (index >= 0) core.fencesDue.splice(index, 1);
  }
  core.mmu.fence(vpn, space.asid);
}

/** sfence.vma for a whole space. */
export function fenceSpace(core: Core, space: AddressSpace): void {
  charge(core, core.costs.fence);
  core.fencesDue = core.fencesDue.filter((tag) => Math.floor(tag / 0x100000) !== space.asid);
  core.mmu.fence(-1, space.asid);
}

/** Calls `visit` with the leaf PTE's vpn, address and value for every non-zero PTE in [startVpn, endVpn). */
export function forEachPte(
  ram: Ram,
  rootPfn: number,
  startVpn: number,
  endVpn: number,
  visit: (vpn: number, paddr: number, pte: number) => void,
): void {
  for (let vpn = startVpn; vpn < endVpn; ) {
    const tableEnd = Math.min(endVpn, vpn - (vpn % PTES_PER_TABLE) + PTES_PER_TABLE);
    const paddr = pteAddress(ram, rootPfn, vpn);
    if (paddr >= 0) {
      for (let at = paddr; vpn < tableEnd; vpn++, at += 4) {
        const pte = ram.i32[at / 4] >>> 0;
        if (pte !== 0) visit(vpn, at, pte);
      }
    }
    vpn = tableEnd;
  }
}
