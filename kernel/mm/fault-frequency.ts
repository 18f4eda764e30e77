/**
 * Page-fault-frequency control: the maximum of each working set follows how often its process faults, by its own time.
 *
 *     less than `pffLowCycles` since its last fault      it has too few pages: the maximum grows by one
 *     more than `pffHighCycles`                          it has more than it needs: pages that it has not used since the
 *                                                        last such look go, and the maximum comes down to what is left
 *     in between                                         it replaces one of its own pages
 *
 * A soft fault counts as well: it says that the page was missed. The maximum never falls below the minimum. With both
 * intervals equal this is the algorithm of the paper, with the use bits reset whenever pages are discarded.
 *
 * Source: W. W. Chu, H. Opderbeck, The Page Fault Frequency Replacement Algorithm, AFIPS Fall Joint Computer Conference 1972;
 * two thresholds as in Gupta and Franklin, 1978.
 */
import { PAGE_BYTES } from "../../emulator/bits.ts";
import { isValid, ptePfn } from "../../emulator/pte.ts";
import type { Core } from "../core.ts";
import { charge, count } from "../counters.ts";
import { findVma } from "./areas.ts";
import { forEachPte } from "./page-table.ts";
import { trimMapping } from "./pages.ts";
import { clearUsed, isUsed, Reader } from "./use.ts";
import { type AddressSpace, SMALLEST_LIMIT } from "./vma.ts";

/** A page that is not resident is about to come: adapts the maximum of its space. */
export function adaptToFaults(core: Core, space: AddressSpace, vpn: number): void {
  const { pffLowCycles, pffHighCycles } = core.config;
  const now = space.cpuCycles;
  // The same fault, tried again after a wait.
  if (space.faultVpn === vpn && space.faultCycles === now) return;
  const interval = now - space.faultCycles;
  space.faultVpn = vpn;
  space.faultCycles = now;
  const before = space.residentLimitPages;
  if (before === Number.POSITIVE_INFINITY) {
    setMaximum(core, space, space.residentPages + 1, "the first fault under page-fault-frequency control");
  } else if (interval < pffLowCycles) {
    if (space.residentPages >= before)
      setMaximum(core, space, before + 1, `${interval} cycles since its last fault, fewer than ${pffLowCycles}`);
  } else if (interval > pffHighCycles) {
    discardUnused(core, space);
    setMaximum(
      core,
      space,
      space.residentPages + 1,
      `${interval} cycles since its last fault, more than ${pffHighCycles}`,
    );
  }
}

function setMaximum(core: Core, space: AddressSpace, wanted: number, reason: string): void {
  const before = space.residentLimitPages;
  const maximum = Math.max(wanted, SMALLEST_LIMIT, space.residentMinimumPages);
  if (maximum === before) return;
  space.residentLimitPages = maximum;
  count(core, maximum < before ? "fault-frequency.shrunk" : "fault-frequency.grown");
  if (core.sink.enabled) core.sink.emit({ kind: "working-set-limit", pid: space.ownerPid, pages: maximum, reason });
}

/** Trims the pages that have not been used since the last time, down to the minimum; the others' use is forgotten. */
function discardUnused(core: Core, space: AddressSpace): void {
  const unused: { vpn: number; paddr: number }[] = [];
  let seen = 0;
  forEachPte(core.ram, space.rootPfn, 0, 0x100000, (vpn, paddr, pte) => {
    if (!isValid(pte)) return;
    const pfn = ptePfn(pte);
    seen++;
    if (isUsed(core, pfn, Reader.Frequency)) clearUsed(core, pfn, Reader.Frequency);
    else unused.push({ vpn, paddr });
  });
  charge(core, seen * core.costs.victimScan);
  for (const { vpn, paddr } of unused) {
    if (space.residentPages <= Math.max(SMALLEST_LIMIT, space.residentMinimumPages) - 1) break;
    if (space.lockedPages > 0 && findVma(space, vpn * PAGE_BYTES)?.locked === true) continue;
    trimMapping(core, space, vpn, paddr);
  }
}
