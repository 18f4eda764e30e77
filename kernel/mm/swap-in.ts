/**
 * Fetching pages from swap, with read-ahead: when a page is fetched, its neighbours on the device come along in the same
 * transfer, because pages that left together are often wanted together, and the next slots cost a fraction of a request.
 *
 * The window is the block of so many slots, aligned, in which the wanted slot lies: `--swap-read-ahead` of them, or two to the power
 * of vm.page-cluster once that has been written. Of it come the slots next to the wanted one, without a gap, whose pages are nowhere else, as long as
 * more frames are available than the page daemon insists on. A page that came ahead waits on the standby list: the first
 * touch is a soft fault, and when nobody touches it, its frame can be taken at no cost.
 */
import type { Pid } from "../../emulator/bits.ts";
import type { Core } from "../core.ts";
import { charge, count } from "../counters.ts";
import { isFailing } from "../failing.ts";
import { Copy, Flight, Frame, Priority } from "./frames.ts";
import { type PteStore, tellPte } from "./page-table.ts";
import { release, rewriteReferences } from "./pages.ts";
import { allocateFrame, OUT_OF_MEMORY } from "./reclaim.ts";
import { SoftwarePte, softwarePte } from "./software-pte.ts";

/**
 * Starts fetching the page in `slot`. Its frame is in transition; all PTEs that said "swap" say so. `isWanted`: a process
 * will wait for it; else it is fetched in advance. Returns the frame; negative: WAIT, OUT_OF_MEMORY.
 */
export function startSwapIn(core: Core, pid: number, vpn: number, slot: number, isWanted = true): number {
  const { swap } = core;
  if (isWanted && isFailing(core, "frame")) return OUT_OF_MEMORY;
  const pfn = allocateFrame(core, pid, vpn, "user", false);
  if (pfn < 0) return pfn;
  const { lastSource } = core.frames;
  const ahead = readAhead(core, slot);
  core.frames.lastSource = lastSource; // of the wanted page's frame
  const first = ahead.length > 0 ? Math.min(slot, ahead[0].slot) : slot;
  const pfns = [...ahead.map((page) => page), { slot, pfn, pid, vpn }].sort((a, b) => a.slot - b.slot);
  const stores: PteStore[] = [];
  const priority = core.processes.get(pid as Pid)?.space.pagePriority ?? Priority.Default;
  for (const page of pfns) {
    stores.push(...attach(core, page.slot, page.pfn));
    const isAhead = page.slot !== slot || !isWanted;
    core.frames.setPriority(page.pfn, isAhead ? Math.min(priority, Priority.Ahead) : priority);
  }
  charge(core, core.costs.ioStart);
  const fails = isFailing(core, "transfer");
  swap.startIn(
    first,
    pfns.map((page) => page.pfn),
    isWanted ? slot : -1,
    (i) => core.ram.frame(pfns[i].pfn),
    core.hart.cycles,
    fails,
  );
  for (const store of stores) tellPte(core, store);
  if (core.sink.enabled) {
    for (const page of pfns) {
      const isAhead = page.slot !== slot || !isWanted;
      core.sink.emit({ kind: "swap-in", ...page, pages: pfns.length, ahead: isAhead });
    }
  }
  return pfn;
}

/** The page's references move from slot to frame; the frame leaves the kernel's hand, in transition. */
function attach(core: Core, slot: number, pfn: number): PteStore[] {
  const { frames, swap } = core;
  const references = swap.references.list(slot);
  swap.references.moveTo(slot, frames.references, pfn);
  const stores = rewriteReferences(core, references, (space) => {
    if (space !== null) space.swappedPages--;
    return softwarePte(SoftwarePte.Transition, pfn);
  });
  release(core, pfn);
  frames.slot[pfn] = slot;
  frames.copy[pfn] = Copy.Swap;
  frames.flight[pfn] = Flight.In;
  frames.move(pfn, Frame.Transition);
  swap.frame[slot] = pfn;
  return stores;
}

interface AheadPage {
  readonly slot: number;
  readonly pfn: number;
  readonly pid: number;
  readonly vpn: number;
}

/** The largest window, whatever vm.page-cluster says. */
const MOST_AHEAD_SLOTS = 64;

/** Takes frames for the neighbours that come along, each in the kernel's hand. Sorted by slot. */
function readAhead(core: Core, slot: number): AheadPage[] {
  const { swap } = core;
  const window = Math.min(core.variables.swapReadAhead, MOST_AHEAD_SLOTS);
  const pages: AheadPage[] = [];
  if (window <= 1) return pages;
  const start = slot - (slot % window);
  const end = Math.min(start + window, swap.slots);
  for (let at = slot + 1; at < end && take(core, at, pages); at++);
  for (let at = slot - 1; at >= start && take(core, at, pages); at--);
  if (pages.length > 0) count(core, "swap.ahead", pages.length);
  return pages.sort((a, b) => a.slot - b.slot);
}

/** Takes a frame for one neighbour; false when it cannot come along. */
function take(core: Core, slot: number, pages: AheadPage[]): boolean {
  const { swap, frames } = core;
  if (!swap.isFetchable(slot) || frames.availableFrames <= core.watermarks.low) return false;
  const node = swap.references.head[slot];
  const vpn = swap.references.vpnAt(node);
  const pid = core.spaces.get(swap.references.spaceAt(node))?.ownerPid ?? 0;
  const pfn = allocateFrame(core, pid, vpn, "user", false);
  if (pfn < 0) return false;
  pages.push({ slot, pfn, pid, vpn });
  return true;
}
