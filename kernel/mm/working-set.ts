/**
 * Working sets: how many pages of an address space may be resident, and taking pages away until that holds.
 *
 * A space has a limit and a minimum (working_set in kernel/sys/resident.ts). At the limit it replaces its own pages
 * (local replacement, by the machine's policy); the page daemon and faults without a frame leave spaces at or below their
 * minimum alone as long as others have pages to give. Pages that are trimmed go to the standby or modified list with their
 * contents, so that they come back by soft faults as long as nobody has needed the frame.
 */
import { isValid } from "../../emulator/pte.ts";
import type { Core } from "../core.ts";
import { pteAddress } from "./page-table.ts";
import { trimMapping } from "./pages.ts";
import { chooseVictim } from "./reclaim.ts";
import type { AddressSpace } from "./vma.ts";

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
