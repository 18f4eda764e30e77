/**
 * Pages on their way to and from the swap device: the start of a write, and what the end of any transfer means.
 *
 * A transfer may fail. A page that could not be written is still in its frame: it goes back to the modified list, and the
 * slots are bad. A page that could not be read is lost: its PTEs say "swap" again, each access to it ends in SIGBUS, and
 * its slot is bad once the last owner has let go.
 */
import type { Core } from "../core.ts";
import { charge, count } from "../counters.ts";
import { isFailing } from "../failing.ts";
import { wake } from "../proc/scheduler.ts";
import { Copy, Flight, Frame } from "./frames.ts";
import { tellPte } from "./page-table.ts";
import { freeFrame, rewriteReferences, tellFreed } from "./pages.ts";
import { SoftwarePte, softwarePte } from "./software-pte.ts";
import type { Transfer } from "./swap.ts";

/**
 * Starts one transfer that writes up to `most` pages of the modified list, oldest first, to neighbouring slots. Returns how
 * many pages it has; 0 when the list is empty or no slot can be had.
 */
export function writeCluster(core: Core, most: number): number {
  const { frames, swap, ram, hart } = core;
  const wanted: number[] = [];
  for (let pfn = frames.oldest(Frame.Modified); pfn >= 0 && wanted.length < most; pfn = frames.following(pfn)) {
    wanted.push(pfn);
  }
  if (wanted.length === 0 || isFailing(core, "slot")) return 0;
  if (swap.freeSlots === 0) dropCachedSlots(core, wanted.length);
  const { slot, pages } = swap.allocateRun(wanted);
  const pfns = wanted.slice(0, pages);
  if (pages === 0) return 0;
  for (const [i, pfn] of pfns.entries()) {
    frames.slot[pfn] = slot + i;
    frames.flight[pfn] = Flight.Out;
    frames.move(pfn, Frame.Transition);
  }
  charge(core, core.costs.ioStart);
  swap.startOut(slot, pfns, (i) => ram.frame(pfns[i]), hart.cycles, isFailing(core, "transfer"));
  if (core.sink.enabled) {
    for (const [i, pfn] of pfns.entries()) {
      const node = frames.references.head[pfn];
      const pid = core.spaces.get(frames.references.spaceAt(node))?.ownerPid ?? 0;
      core.sink.emit({ kind: "swap-out", pid, vpn: frames.references.vpnAt(node), pfn, slot: slot + i, pages });
    }
  }
  return pages;
}

/**
 * Swap is full: up to `most` slots whose pages are mapped as well are given up. Those pages have to be written again when
 * they go, but now others can.
 */
function dropCachedSlots(core: Core, most: number): void {
  const { frames, swap } = core;
  for (let pfn = 0; pfn < frames.frames && most > 0; pfn++) {
    if (frames.state[pfn] !== Frame.Active || frames.slot[pfn] < 0 || frames.flight[pfn] !== Flight.None) continue;
    swap.release(frames.slot[pfn]);
    frames.slot[pfn] = -1;
    frames.copy[pfn] = Copy.None;
    count(core, "swap.cache-dropped");
    most--;
  }
}

/** Handles every transfer that the device has finished by now. */
export function completeTransfers(core: Core): void {
  const { swap, hart } = core;
  for (let done = swap.takeDone(hart.cycles); done !== undefined; done = swap.takeDone(hart.cycles)) {
    charge(core, core.costs.ioFinish);
    for (let i = 0; i < done.pfns.length; i++) {
      if (done.direction === "out") finishOut(core, done, done.pfns[i], done.slot + i);
      else if (done.isFailed) failIn(core, done.pfns[i], done.slot + i);
      else finishIn(core, done, done.pfns[i], done.slot + i);
    }
    if (done.direction === "out" && core.variables.framesWanted) {
      core.variables.framesWanted = false;
      wake(core, "frames");
    }
  }
}

function finishOut(core: Core, done: Transfer, pfn: number, slot: number): void {
  const { frames, swap, sink } = core;
  const isUseless = done.isFailed || frames.flight[pfn] === Flight.OutStale;
  frames.flight[pfn] = Flight.None;
  if (done.isFailed) swap.spoil(slot);
  if (isUseless || frames.references.count[pfn] === 0) {
    swap.release(slot);
    frames.slot[pfn] = -1;
  }
  let moved = false;
  if (frames.references.count[pfn] === 0) moved = freeFrame(core, pfn);
  else {
    frames.copy[pfn] = isUseless ? Copy.None : Copy.Swap;
    moved = frames.mapped[pfn] === 0;
    if (moved) frames.move(pfn, isUseless ? Frame.Modified : Frame.Standby);
  }
  if (sink.enabled) sink.emit({ kind: "swap-done", direction: "out", pfn, slot, failed: done.isFailed });
  if (moved) tellFreed(core, pfn);
}

function finishIn(core: Core, done: Transfer, pfn: number, slot: number): void {
  const { frames, swap, sink } = core;
  frames.flight[pfn] = Flight.None;
  let moved = false;
  if (frames.references.count[pfn] === 0) {
    swap.release(slot);
    frames.slot[pfn] = -1;
    moved = freeFrame(core, pfn);
  } else if (slot !== done.wantedSlot && !isAwaited(core, pfn)) {
    // Read ahead, and nobody has asked yet: it waits on the standby list, and can be taken from there.
    frames.move(pfn, Frame.Standby);
    moved = true;
  }
  if (sink.enabled) sink.emit({ kind: "swap-done", direction: "in", pfn, slot, failed: false });
  if (moved) tellFreed(core, pfn);
  wake(core, `page:${pfn}`);
}

/** The page is lost: its PTEs say again where it was. */
function failIn(core: Core, pfn: number, slot: number): void {
  const { frames, swap, sink } = core;
  const references = frames.references.list(pfn);
  frames.flight[pfn] = Flight.None;
  frames.slot[pfn] = -1;
  frames.copy[pfn] = Copy.None;
  swap.frame[slot] = -1;
  swap.spoil(slot);
  frames.references.moveTo(pfn, swap.references, slot);
  const stores = rewriteReferences(core, references, (space) => {
    if (space !== null) space.swappedPages++;
    return softwarePte(SoftwarePte.Swap, slot);
  });
  if (references.length === 0) swap.release(slot);
  freeFrame(core, pfn);
  for (const store of stores) tellPte(core, store);
  if (sink.enabled) sink.emit({ kind: "swap-done", direction: "in", pfn, slot, failed: true });
  tellFreed(core, pfn);
  wake(core, `page:${pfn}`);
}

function isAwaited(core: Core, pfn: number): boolean {
  const channel = `page:${pfn}`;
  for (const p of core.processes.values()) if (p.state === "blocked" && p.channel === channel) return true;
  return false;
}
