/**
 * Making pages present before they are touched: MAP_POPULATE, mlock, MADV_POPULATE_*, and MADV_WILLNEED's read-ahead.
 *
 * The pages come by the fault path, one after the other, so they cost what faults cost. A call that has to sleep on the
 * way, or whose turn is over, is executed again and goes on where it was.
 */
import { PAGE_BYTES } from "../../emulator/bits.ts";
import { isValid } from "../../emulator/pte.ts";
import type { Access } from "../../emulator/trap.ts";
import { RESTART } from "../abi.ts";
import type { Core } from "../core.ts";
import type { Process } from "../proc/process.ts";
import { isTurnOver } from "../proc/scheduler.ts";
import { overlapping } from "./areas.ts";
import { permits } from "./fault.ts";
import { forEachPte, readPte } from "./page-table.ts";
import { SoftwarePte, softwareKind, softwareValue } from "./software-pte.ts";
import { startSwapIn } from "./swap-in.ts";
import { prepareUser } from "./user-memory.ts";

/**
 * Makes every page of a range present for `access`. 0; −EFAULT; RESTART, with `progress` kept in p.restart for the call
 * `number`. Pages that are evicted again meanwhile are not waited for: every page was present once.
 */
export function prepareInSteps(
  core: Core,
  p: Process,
  start: number,
  bytes: number,
  access: Access,
  number: number,
): number {
  const done = p.restart?.number === number ? p.restart.progress : 0;
  for (let at = start + done; at < start + bytes; at += PAGE_BYTES) {
    const isLate = at > start + done && isTurnOver(core, p);
    const result = isLate ? RESTART : prepareUser(core, p, at, 1, access);
    if (result === RESTART) p.restart = { number, progress: at - start, deadlineCycles: -1 };
    if (result !== 0) return result;
  }
  return 0;
}

/**
 * MAP_POPULATE and mlock: pages of a range that has been mapped, for writing where the area allows it so that no
 * copy-on-write is left to come. Failures (pages beyond a file's end) are passed over, as Linux does for MAP_POPULATE.
 * Returns the address, or RESTART; p.restart then has the address, because mmap's caller may not know it yet.
 */
export function populateRange(core: Core, p: Process, start: number, bytes: number, number: number): number {
  const done = p.restart?.number === number ? p.restart.progress : 0;
  let isFirst = true;
  for (const vma of overlapping(p.space, start, start + bytes)) {
    const access = !vma.shared && permits(vma, "store") ? "store" : permits(vma, "load") ? "load" : "execute";
    if (!permits(vma, access)) continue;
    const end = Math.min(vma.end, start + bytes);
    for (let at = Math.max(vma.start, start + done); at < end; at += PAGE_BYTES) {
      const isLate = !isFirst && isTurnOver(core, p);
      isFirst = false;
      if (!isLate && prepareUser(core, p, at, 1, access) !== RESTART) continue;
      p.restart = { number, progress: at - start, deadlineCycles: -1, vaddr: start };
      return RESTART;
    }
  }
  return start | 0;
}

/** MADV_WILLNEED: starts fetching what is in swap, without waiting, while frames are to be had. */
export function prefetchRange(core: Core, p: Process, start: number, end: number): void {
  const slots: { vpn: number; slot: number }[] = [];
  forEachPte(core.ram, p.space.rootPfn, start / PAGE_BYTES, end / PAGE_BYTES, (vpn, _paddr, pte) => {
    if (!isValid(pte) && softwareKind(pte) === SoftwarePte.Swap) slots.push({ vpn, slot: softwareValue(pte) });
  });
  for (const { vpn, slot } of slots) {
    if (core.frames.availableFrames === 0) return;
    // Read again: another area may show the same page, and its slot has then been fetched a moment ago.
    const pte = readPte(core.ram, p.space.rootPfn, vpn);
    if (isValid(pte) || softwareKind(pte) !== SoftwarePte.Swap || softwareValue(pte) !== slot) continue;
    if (core.swap.isFetchable(slot)) startSwapIn(core, p.pid, vpn, slot, false);
  }
}
