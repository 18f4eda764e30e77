/** Writing a page to swap while it stays mapped, so that it can be given up later without waiting (WSClock does so). */
import { isValid, PTE_D } from "../../emulator/pte.ts";
import type { Core } from "../core.ts";
import { charge, count } from "../counters.ts";
import { isFailing } from "../failing.ts";
import { Copy, Flight, Frame } from "./frames.ts";
import { isFilePage } from "./page-cache.ts";
import { fencePage, type PteStore, pteAddress, storePte, tellPte } from "./page-table.ts";

/**
 * Starts writing a mapped page to swap: its D bits are cleared, so that a later store shows. False when there is no slot, a
 * transfer is under way already, or the page is a shared file's (it goes back to its file when it is unmapped).
 */
export function startCleaning(core: Core, pfn: number): boolean {
  const { frames, swap, sink } = core;
  const isReady = frames.state[pfn] === Frame.Active && frames.flight[pfn] === Flight.None;
  if (!isReady || isFilePage(core, pfn) || isFailing(core, "slot")) return false;
  const slot = frames.slot[pfn] >= 0 ? frames.slot[pfn] : swap.allocate(pfn);
  if (slot < 0) return false;
  const stores: PteStore[] = [];
  for (const { space: id, vpn } of frames.references.list(pfn)) {
    const space = core.spaces.get(id);
    if (space === undefined) continue;
    const paddr = pteAddress(core.ram, space.rootPfn, vpn);
    const pte = core.ram.readWord(paddr);
    if (isValid(pte) && (pte & PTE_D) !== 0) stores.push(storePte(core, space, vpn, paddr, (pte & ~PTE_D) >>> 0));
  }
  frames.slot[pfn] = slot;
  frames.copy[pfn] = Copy.None;
  frames.flight[pfn] = Flight.Out;
  charge(core, core.costs.ioStart);
  swap.startOut(slot, [pfn], () => core.ram.frame(pfn), core.hart.cycles, isFailing(core, "transfer"));
  count(core, "replacement.cleaned");
  for (const store of stores) {
    tellPte(core, store);
    fencePage(core, store.space, store.vpn);
  }
  if (sink.enabled) {
    const node = frames.references.head[pfn];
    const owner = core.spaces.get(frames.references.spaceAt(node));
    const pid = owner?.ownerPid ?? 0;
    sink.emit({ kind: "swap-out", pid, vpn: frames.references.vpnAt(node), pfn, slot, pages: 1 });
  }
  return true;
}
