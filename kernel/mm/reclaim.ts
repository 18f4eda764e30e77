/**
 * Where frames come from when somebody needs one, and how the kernel gets them back.
 *
 * A frame that must be zero comes, in this order, from the zeroed list; from the dirty list, zeroed on the spot; from the
 * standby list, whose oldest page loses its contents; or by evicting a page that the replacement policy picks. A clean
 * victim can be had at once. A modified one is written to swap first: its frame is in transition meanwhile, and who needs
 * it sleeps on the channel "frames" while others run. A frame that will be overwritten anyway prefers the dirty list.
 *
 * The page daemon (daemon.ts) keeps frames available between the watermarks, so that faults seldom have to evict themselves.
 */
import { PAGE_BYTES, type Pid } from "../../emulator/bits.ts";
import { isValid, ptePfn } from "../../emulator/pte.ts";
import type { Core } from "../core.ts";
import { charge, count } from "../counters.ts";
import type { FrameSource } from "../events.ts";
import { isFailing } from "../failing.ts";
import type { Process } from "../proc/process.ts";
import { sleepUninterruptible } from "../proc/scheduler.ts";
import { Copy, Flight, Frame, Priority, Source } from "./frames.ts";
import { forEachPte, readPte } from "./page-table.ts";
import { takeStandby, tellFreed, trimFrame, trimMapping } from "./pages.ts";
import { shouldAwaitWrites } from "./progress.ts";
import { pageNumber, pageNumberOf } from "./references.ts";
import { NO_PAGE } from "./replacement/policy.ts";
import { SoftwarePte, softwareKind, softwareValue } from "./software-pte.ts";
import { isOfFile, nextKind, type PageKind, viewOf } from "./swappiness.ts";
import { writeCluster } from "./transfers.ts";
import { type AddressSpace, SMALLEST_LIMIT } from "./vma.ts";

/** allocateFrame: nothing now, but a transfer under way will give a frame. */
export const WAIT = -1;
/** allocateFrame: nothing now, and nothing left to reclaim. */
export const OUT_OF_MEMORY = -2;

export type Purpose = "user" | "page-table" | "file";

/**
 * Takes a frame for a page of process `pid`. Its state is active, it is in the kernel's hand, and no PTE refers to it yet.
 * `zeros`: it has to be full of zeros (unless the dangerous mode is on and it is not for a page table).
 * Returns the frame, WAIT or OUT_OF_MEMORY.
 */
export function allocateFrame(core: Core, pid: number, vpn: number, purpose: Purpose, zeros: boolean): number {
  const { frames } = core;
  const waits = shouldAwaitWrites(core, pid);
  if (frames.availableFrames < core.watermarks.min && purpose !== "page-table" && !waits)
    reclaimDirectly(core, scopeOf(core, pid));
  const zeroed = frames.oldest(Frame.Zeroed);
  const dirty = frames.newest(Frame.Dirty);
  let pfn = zeros ? (zeroed >= 0 ? zeroed : dirty) : dirty >= 0 ? dirty : zeroed;
  let source: FrameSource = pfn >= 0 && pfn === zeroed ? "zeroed" : "dirty";
  if (pfn >= 0) {
    frames.move(pfn, Frame.Active);
    frames.inHand.push(pfn);
  } else {
    source = "standby";
    pfn = frames.oldest(Frame.Standby);
    if (pfn < 0 && waits) return WAIT;
    if (pfn >= 0) frames.repurposed[frames.priority[pfn]]++;
    else {
      source = "evicted";
      pfn = evict(core, scopeOf(core, pid), incomingPage(core, pid, vpn), "no frame is free");
      if (pfn < 0) return pfn;
    }
    takeStandby(core, pfn);
  }
  charge(core, core.costs.frameAllocate);
  if (purpose !== "page-table") frames.lastSource = SOURCE_NUMBERS[source];
  core.counters[SOURCE_COUNTERS[source]] = (core.counters[SOURCE_COUNTERS[source]] ?? 0) + 1;
  if (core.sink.enabled) core.sink.emit({ kind: "frame-allocated", pfn, source, pid, vpn, purpose });
  if (zeros && source !== "zeroed" && (core.config.zeroing !== "off" || purpose === "page-table")) {
    zeroFrame(core, pfn, "demand");
  }
  return pfn;
}

const SOURCE_COUNTERS = {
  zeroed: "frames.zeroed",
  dirty: "frames.dirty",
  standby: "frames.standby",
  evicted: "frames.evicted",
} as const;

/** allocateFrame for a fault, which may be told to find none (`--fail frame:N`). */
export function requestFrame(core: Core, pid: number, vpn: number, purpose: Purpose, zeros: boolean): number {
  return isFailing(core, "frame") ? OUT_OF_MEMORY : allocateFrame(core, pid, vpn, purpose, zeros);
}

const SOURCE_NUMBERS = {
  zeroed: Source.Zeroed,
  dirty: Source.Dirty,
  standby: Source.Standby,
  evicted: Source.Evicted,
} as const;

const ZEROING_COUNTERS = { idle: "zeroing.idle", background: "zeroing.background", demand: "zeroing.demand" } as const;

/** Below the min watermark who takes a frame gives up a page first, so that the last frames stay for page tables. */
function reclaimDirectly(core: Core, scope: number): void {
  const { frames } = core;
  if (frames.count[Frame.Modified] === 0) {
    const victim = chooseVictim(core, scope, "fewer frames than the min watermark are available");
    if (victim < 0) return;
    trimFrame(core, victim);
  }
  count(core, "reclaim.direct");
  writeModified(core, 1);
}

/** Fills a frame with zeros and says so. */
export function zeroFrame(core: Core, pfn: number, by: "idle" | "background" | "demand"): void {
  core.ram.zeroFrame(pfn);
  charge(core, core.costs.frameZero);
  const name = ZEROING_COUNTERS[by];
  core.counters[name] = (core.counters[name] ?? 0) + 1;
  if (core.sink.enabled) core.sink.emit({ kind: "frame-zeroed", pfn, by });
}

/**
 * Makes the policy give up pages until one is on the standby list, and returns its frame; WAIT when a write to swap has to
 * end first; OUT_OF_MEMORY when nothing can be given up.
 */
function evict(core: Core, scope: number, incoming: number, reason: string): number {
  const { frames } = core;
  // A cluster of victims goes in one transfer, but never more than a quarter of what is in use.
  const cluster = Math.max(1, Math.min(core.config.swapCluster, frames.count[Frame.Active] >>> 2));
  for (;;) {
    if (frames.count[Frame.Modified] >= cluster && writeModified(core, cluster) > 0) return WAIT;
    if (isExhausted(core)) return OUT_OF_MEMORY;
    let victim = chooseVictim(core, scope, reason, incoming);
    if (victim < 0 && scope !== ANYONE) victim = chooseVictim(core, ANYONE, reason, incoming);
    if (victim < 0) break;
    trimFrame(core, victim);
    if (frames.state[victim] === Frame.Standby) return victim;
    if (frames.state[victim] === Frame.Transition) return WAIT; // its write is under way already
  }
  if (writeModified(core, cluster) > 0) return WAIT;
  if (core.swap.queue.length > 0) return WAIT;
  return claimArrived(core);
}

/**
 * Whose pages may go for a frame of process `pid`: with local replacement only its own, unless it has so few that it could
 * not go on without taking from others.
 */
function scopeOf(core: Core, pid: number): number {
  if (core.config.replacementScope === "global") return ANYONE;
  const space = core.processes.get(pid as Pid)?.space;
  return space === undefined || space.id === 0 || space.residentPages <= SMALLEST_LIMIT ? ANYONE : space.id;
}

/** The number of the page that a process is about to get, for the policy. */
function incomingPage(core: Core, pid: number, vpn: number): number {
  const space = core.processes.get(pid as Pid)?.space;
  if (space === undefined || space.id === 0) return NO_PAGE;
  const pte = readPte(core.ram, space.rootPfn, vpn);
  if (!isValid(pte) && softwareKind(pte) === SoftwarePte.Swap)
    return pageNumber(core.swap.references, softwareValue(pte));
  return pageNumberOf(space.id, vpn);
}

/**
 * Swap is full, modified pages wait for it in vain, and what could still be reclaimed is less than one instruction may
 * need at a time (two pages of code, two of data, two page tables, and two more to be safe). Going on would only move
 * the last frames from process to process, with none of them ever having all it needs.
 */
function isExhausted(core: Core): boolean {
  const { frames, swap } = core;
  if (swap.freeSlots > 0 || frames.count[Frame.Modified] === 0) return false;
  return frames.count[Frame.Active] + frames.count[Frame.Transition] + frames.availableFrames < MINIMUM_FRAMES;
}

const MINIMUM_FRAMES = 8;

/** In place of an address space: pages of all; the second passes over their working-set minima. */
export const ANYONE = -1;
const ANYONE_EVEN_AT_MINIMUM = -2;

/**
 * Pages that have come from swap and that nobody has mapped yet (their process was stopped by a signal, say) may be taken
 * as a last resort. Returns one such frame, or OUT_OF_MEMORY.
 */
function claimArrived(core: Core): number {
  const { frames } = core;
  let found = OUT_OF_MEMORY;
  for (let pfn = 0; pfn < frames.frames; pfn++) {
    if (frames.state[pfn] !== Frame.Transition || frames.flight[pfn] !== Flight.None) continue;
    frames.move(pfn, frames.copy[pfn] === Copy.None ? Frame.Modified : Frame.Standby);
    tellFreed(core, pfn);
    if (found < 0 && frames.state[pfn] === Frame.Standby) found = pfn;
  }
  return found;
}

/**
 * Asks the policy for a victim (`space` −1: any page) for page `incoming` and tells. −1: there is none. Pages of the kind that
 * swappiness prefers come first.
 */
export function chooseVictim(core: Core, space: number, reason: string, incoming = NO_PAGE): number {
  const { policy } = core;
  const choose = (kind: PageKind, whose: number): number => {
    const pfn = policy.choose(viewOf(core, kind), whose, incoming);
    charge(core, policy.scanned * core.costs.victimScan);
    return pfn;
  };
  const kind = nextKind(core);
  let pfn = choose(kind, space);
  const isPreferred = pfn >= 0 && kind !== "any";
  if (pfn < 0 && kind !== "any") pfn = choose("any", space);
  // Only working sets at their minimum are left: a minimum is a wish, not a lock.
  if (pfn < 0 && space === ANYONE) pfn = choose("any", ANYONE_EVEN_AT_MINIMUM);
  const preference = isPreferred ? `swappiness ${core.variables.swappiness}: ${kind} pages first; ` : "";
  if (pfn >= 0) tellVictim(core, pfn, policy.name, policy.scanned, `${reason}; ${preference}${policy.reason}`);
  return pfn;
}

/** Counts a victim and tells of it. */
export function tellVictim(core: Core, pfn: number, policy: string, scanned: number, reason: string): void {
  const { view, frames } = core;
  count(core, "replacement.victims");
  count(core, isOfFile(core, pfn) ? "replacement.file" : "replacement.anonymous");
  if (core.sink.enabled) {
    const node = frames.references.head[pfn];
    const owner = core.spaces.get(frames.references.spaceAt(node));
    const event = {
      kind: "victim-chosen" as const,
      pfn,
      pid: owner?.ownerPid ?? 0,
      vpn: frames.references.vpnAt(node),
      policy,
      modified: view.isModified(pfn),
      scanned,
      reason,
    };
    core.sink.emit(event);
  }
}

/** Starts writing up to `most` pages of the modified list to swap, oldest first. Returns how many it could start. */
export function writeModified(core: Core, most: number): number {
  const { swapCluster } = core.config;
  let started = 0;
  while (started < most && core.frames.count[Frame.Modified] > 0) {
    const pages = writeCluster(core, Math.min(most - started, swapCluster));
    if (pages === 0) break;
    started += pages;
  }
  return started;
}

/** Trims every resident page of a range: MADV_COLD and MADV_PAGEOUT. What nobody else maps is among the first to be taken. */
export function trimRange(core: Core, space: AddressSpace, start: number, end: number): void {
  const { frames } = core;
  forEachPte(core.ram, space.rootPfn, start / PAGE_BYTES, end / PAGE_BYTES, (vpn, paddr, pte) => {
    if (!isValid(pte)) return;
    const pfn = ptePfn(pte);
    if (frames.mapped[pfn] === 1) frames.setPriority(pfn, Math.min(frames.priority[pfn], Priority.Cold));
    trimMapping(core, space, vpn, paddr);
  });
}

/**
 * Makes sure that `frames` frames can be allocated without waiting. Returns 0; WAIT when some are on their way;
 * OUT_OF_MEMORY.
 */
export function reserveFrames(core: Core, wanted: number): number {
  if (isFailing(core, "frame")) return OUT_OF_MEMORY;
  while (core.frames.availableFrames < wanted) {
    const pfn = evict(core, ANYONE, NO_PAGE, "several frames are needed at once");
    if (pfn < 0) return pfn;
  }
  return 0;
}

/** Puts `p` to sleep until a frame may be available; for OUT_OF_MEMORY also asks the kernel to end a process. */
export function awaitFrames(core: Core, p: Process, result: number): number {
  count(core, "reclaim.stalls");
  if (result === OUT_OF_MEMORY) core.variables.outOfMemoryPid = p.pid;
  core.variables.framesWanted = true;
  return sleepUninterruptible(core, p, "frames");
}
