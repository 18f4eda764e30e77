/**
 * A bits with several readers. The replacement policy, the books of working sets, page-fault-frequency control and smaps all learn
 * from A bits that pages are in use, and all must clear them to learn more. So whoever clears one leaves a note for the
 * others: one bit for each reader in `frames.used`, which counts as an A bit until that reader has taken it. (Linux keeps
 * "young" and "idle" flags of a page for the same reason.)
 *
 * A shared frame counts as used for all its users.
 */
import { isValid, PTE_A } from "../../emulator/pte.ts";
import type { Core } from "../core.ts";
import { fencePage, pteAddress, writePte } from "./page-table.ts";
import type { AddressSpace } from "./vma.ts";

/** Referenced: a person with /proc/PID/smaps and clear_refs. */
export const Reader = { Policy: 1, WorkingSet: 2, Frequency: 4, Referenced: 8 } as const;
const EVERYONE = Reader.Policy | Reader.WorkingSet | Reader.Frequency | Reader.Referenced;

/** Has the page been used since this reader last took note of it? */
export function isUsed(core: Core, pfn: number, reader: number): boolean {
  if ((core.frames.used[pfn] & reader) !== 0) return true;
  const { references } = core.frames;
  for (let node = references.head[pfn]; node >= 0; node = references.next(node)) {
    const space = core.spaces.get(references.spaceAt(node));
    if (space === undefined) continue;
    const pte = core.ram.i32[pteAddress(core.ram, space.rootPfn, references.vpnAt(node)) / 4];
    if (isValid(pte) && (pte & PTE_A) !== 0) return true;
  }
  return false;
}

/** The reader has taken note: every A bit of the page is cleared and fenced out of the TLB; others can still learn of it. */
export function clearUsed(core: Core, pfn: number, reader: number): void {
  const { references, used } = core.frames;
  for (let node = references.head[pfn]; node >= 0; node = references.next(node)) {
    const space = core.spaces.get(references.spaceAt(node));
    if (space === undefined) continue;
    const vpn = references.vpnAt(node);
    takeAccessed(core, space, vpn, pteAddress(core.ram, space.rootPfn, vpn), pfn);
  }
  used[pfn] &= ~reader;
}

/** Clears the A bit of one valid PTE, for all readers to learn of. Returns whether it was set. */
export function takeAccessed(core: Core, space: AddressSpace, vpn: number, paddr: number, pfn: number): boolean {
  const pte = core.ram.readWord(paddr);
  if (!isValid(pte) || (pte & PTE_A) === 0) return false;
  core.frames.used[pfn] |= EVERYONE;
  writePte(core, space, vpn, paddr, (pte & ~PTE_A) >>> 0);
  fencePage(core, space, vpn);
  return true;
}
