/**
 * The page-fault handler: the middle of the whole story.
 *
 *     find the area ─▶ allowed? ─▶ leaf table there? ─▶ what does the PTE say?
 *         demand-zero   a frame of zeros                          "zero-fill"
 *         file          a frame with the file's page              "file"
 *         transition    the frame is still there: map it again    "soft"
 *         swap          fetch it; sleep; the retry maps it        "hard"
 *         valid, no W   copy-on-write, or the last owner          "cow"
 *
 * then write the PTE, fence that page, and go back: the instruction is executed again. A fault that has to wait for a
 * frame or for the swap device puts the process to sleep and ends as "waiting"; the instruction faults again when the
 * process wakes. Reads and writes by the kernel on a program's behalf (user-memory.ts) come this way too.
 *
 * Guest mistakes are results ("segv", "bus"); the caller turns them into a signal or −EFAULT.
 */
import { PAGE_BYTES, pageCeil } from "../../emulator/bits.ts";
import { isValid, makePte, PTE_A, PTE_D, PTE_R, PTE_V, PTE_W, PTE_X, ptePfn } from "../../emulator/pte.ts";
import { type Access, Cause } from "../../emulator/trap.ts";
import type { Core } from "../core.ts";
import { charge } from "../counters.ts";
import type { FaultKind, FrameState } from "../events.ts";
import { isFailing } from "../failing.ts";
import type { Process } from "../proc/process.ts";
import { sleepUninterruptible } from "../proc/scheduler.ts";
import { ensureTable, growStack, mayDivide, protectRange } from "./address-space.ts";
import { findVma, permissionsOf } from "./areas.ts";
import { adaptToFaults } from "./fault-frequency.ts";
import { Copy, Flight, FRAME_STATES, Frame, SOURCE_ROWS, Source } from "./frames.ts";
import { fileBytes as bytesOfFile, flushFile, isBeyondFile } from "./page-cache.ts";
import { fencePage, pteAddress, storePte, tellPte, writePte } from "./page-table.ts";
import { mapPage, mayWrite, noteWritten, release, rights, settleUnmapped, tellFreed } from "./pages.ts";
import { mayReplaceOwn, noteFault } from "./progress.ts";
import { awaitFrames, OUT_OF_MEMORY, requestFrame } from "./reclaim.ts";
import { PTE_SOFT_CLEAN, SoftwarePte, softwareKind, softwarePte, softwareValue } from "./software-pte.ts";
import { startSwapIn } from "./swap-in.ts";
import { type AddressSpace, Prot, type Vma } from "./vma.ts";
import { trimToLimit } from "./working-set.ts";

/** What came of a fault. "guard": a first access to a guard page, which is an ordinary page from now on. */
export type FaultOutcome = FaultKind | "waiting";

/** Does the area allow this? Write implies read: the hardware has no write-only pages. */
export function permits(vma: Vma, access: Access): boolean {
  switch (access) {
    case "load":
      return (vma.prot & (Prot.Read | Prot.Write)) !== 0;
    case "store":
      return (vma.prot & Prot.Write) !== 0;
    case "execute":
      return (vma.prot & Prot.Execute) !== 0;
  }
}

/**
 * Handles a fault of `p` at `vaddr`. Anything but "segv", "bus" and "waiting" means: try the access again.
 */
export function handlePageFault(core: Core, p: Process, vaddr: number, access: Access): FaultOutcome {
  const { sink, hart, ram } = core;
  const { space } = p;
  const begun = hart.cycles;
  const vpn = vaddr >>> 12;
  if (sink.enabled) {
    const table = pteAddress(ram, space.rootPfn, vpn);
    const pte = table < 0 ? 0 : ram.readWord(table);
    sink.emit({ kind: "fault-begin", pid: p.pid, vaddr, access, pc: hart.pc, pte });
  }
  const isCall = hart.scause === Cause.EcallFromUser;
  if (!isCall) noteFault(core, p);
  charge(core, core.costs.vmaLookup);
  const vma = findVma(space, vaddr) ?? growStack(core, space, vaddr);
  if (sink.enabled) {
    if (vma === undefined)
      sink.emit({ kind: "vma-lookup", pid: p.pid, vaddr, start: -1, end: -1, permissions: "", name: "" });
    else {
      const { start, end, name } = vma;
      sink.emit({ kind: "vma-lookup", pid: p.pid, vaddr, start, end, permissions: permissionsOf(vma), name });
    }
  }
  let outcome: FaultOutcome = "segv";
  if (vma === undefined) charge(core, core.costs.segv);
  else if (vma.guarded !== null && tripGuard(core, space, vma, vpn)) outcome = "guard";
  else if (!permits(vma, access)) charge(core, core.costs.segvProtection);
  else outcome = resolveFault(core, p, vma, vpn, access);
  countFault(core, p, outcome);
  // A fault that a system call could deal with is progress of the call.
  if (isCall && outcome === "waiting") noteFault(core, p);
  if (sink.enabled) sink.emit({ kind: "fault-end", pid: p.pid, vaddr, resolved: outcome, cycles: hart.cycles - begun });
  return outcome;
}

/**
 * The alarm goes off once: the page has the rights that stand behind the guard. False when its area would have to be split and there
 * may be no more of them: the page stays as it is, without access, and the fault is an ordinary violation.
 */
function tripGuard(core: Core, space: AddressSpace, vma: Vma, vpn: number): boolean {
  const [start, end] = [vpn * PAGE_BYTES, (vpn + 1) * PAGE_BYTES];
  if (!mayDivide(space, start, end)) return false;
  charge(core, core.costs.segvProtection);
  protectRange(core, space, start, end, vma.guarded ?? 0);
  return true;
}

const COUNTERS: Record<FaultKind, string> = {
  "zero-fill": "fault.zero-fill",
  cow: "fault.cow",
  soft: "fault.soft",
  hard: "fault.hard",
  file: "fault.file",
  guard: "fault.guard",
  segv: "fault.segv",
  bus: "fault.bus",
  oom: "fault.oom",
};

/** The row of SOURCE_ROWS; −1 for a fault that gets no frame, and for a hard one, which is counted when its frame is taken. */
const SOURCE_ROW_NUMBERS: Record<FaultKind, number> = {
  "zero-fill": SOURCE_ROWS.indexOf("zero-fill"),
  file: SOURCE_ROWS.indexOf("file"),
  cow: SOURCE_ROWS.indexOf("cow"),
  hard: -1,
  soft: SOURCE_ROWS.indexOf("soft"),
  guard: -1,
  segv: -1,
  bus: -1,
  oom: -1,
};
const HARD_ROW = SOURCE_ROWS.indexOf("hard");

function countFault(core: Core, p: Process, outcome: FaultOutcome): void {
  if (outcome === "waiting") return;
  const name = COUNTERS[outcome];
  core.counters[name] = (core.counters[name] ?? 0) + 1;
  p.counts.faults++;
  const row = SOURCE_ROW_NUMBERS[outcome];
  if (row >= 0) core.frames.countSource(row);
  switch (outcome) {
    case "zero-fill":
      p.counts.zeroFill++;
      break;
    case "bus":
    case "segv":
    case "oom":
      p.counts.segv++;
      break;
    default:
      p.counts[outcome]++;
  }
}

/** The area allows the access: make the page present. */
function resolveFault(core: Core, p: Process, vma: Vma, vpn: number, access: Access): FaultOutcome {
  const { space } = p;
  core.frames.lastSource = -1;
  let paddr = pteAddress(core.ram, space.rootPfn, vpn);
  if (paddr < 0) {
    const made = isFailing(core, "frame") ? OUT_OF_MEMORY : ensureTable(core, space, p.pid, vpn);
    if (made < 0) return stall(core, p, made);
    paddr = pteAddress(core.ram, space.rootPfn, vpn);
  }
  const pte = core.ram.readWord(paddr);
  if (isValid(pte)) return widen(core, p, vma, vpn, paddr, pte, access);
  if (core.config.pffHighCycles > 0) adaptToFaults(core, space, vpn);
  if (mayReplaceOwn(core, p)) keepWithinLimit(core, space);
  const kind = softwareKind(pte);
  switch (kind) {
    case SoftwarePte.Transition:
      return mapAgain(core, p, vma, vpn, paddr, softwareValue(pte), access);
    case SoftwarePte.Swap:
      return fetch(core, p, vpn, softwareValue(pte));
    case SoftwarePte.File:
      return fillFromFile(core, p, vma, vpn, paddr, access);
    default:
      return vma.backing.kind === "shared"
        ? joinShared(core, p, vma, vpn, paddr, access)
        : fillWithZeros(core, p, vma, vpn, paddr, access);
  }
}

/** The process sleeps until a frame may be had. */
function stall(core: Core, p: Process, result: number): "waiting" {
  awaitFrames(core, p, result);
  return "waiting";
}

/** At its limit an address space gives up a page of its own before it gets another (local replacement). */
function keepWithinLimit(core: Core, space: AddressSpace): void {
  if (space.residentPages < space.residentLimitPages) return;
  trimToLimit(core, space, space.residentLimitPages - 1, "the working set is at its limit");
}

function fillWithZeros(core: Core, p: Process, vma: Vma, vpn: number, paddr: number, access: Access): FaultOutcome {
  const { frames } = core;
  const pfn = requestFrame(core, p.pid, vpn, "user", true);
  if (pfn < 0) return stall(core, p, pfn);
  frames.copy[pfn] = Copy.Zero;
  frames.references.add(pfn, p.space.id, vpn);
  mapPage(core, p.space, vma, vpn, paddr, pfn, access);
  fencePage(core, p.space, vpn);
  return "zero-fill";
}

function fillFromFile(core: Core, p: Process, vma: Vma, vpn: number, paddr: number, access: Access): FaultOutcome {
  if (vma.backing.kind !== "file") return "segv";
  const { frames } = core;
  const { inode, offset, fileBytes } = vma.backing;
  const at = vpn * PAGE_BYTES - vma.start;
  // Beyond the last page that the file has any byte of there is nothing to show.
  if (at >= fileBytes || offset + at >= pageCeil(bytesOfFile(core, inode))) return "bus";
  const pfn = requestFrame(core, p.pid, vpn, "file", false);
  if (pfn < 0) return stall(core, p, pfn);
  flushFile(core, inode);
  readFilePage(core, inode, offset + at, Math.min(PAGE_BYTES, fileBytes - at), pfn);
  frames.copy[pfn] = Copy.File;
  frames.references.add(pfn, p.space.id, vpn);
  mapPage(core, p.space, vma, vpn, paddr, pfn, access);
  fencePage(core, p.space, vpn);
  return "file";
}

/** Fills a frame with file bytes from `offset` on, at most `wanted`, and zeros behind them. */
function readFilePage(core: Core, inode: number, offset: number, wanted: number, pfn: number): void {
  const page = core.ram.frame(pfn);
  const got = core.fs.readInode(inode, offset, page.subarray(0, wanted));
  page.fill(0, got);
  charge(core, core.costs.fileIn);
}

/** Where a page's own frame was, as a source. */
const SOFT_SOURCES: Record<FrameState, number> = {
  kernel: -1,
  "page-table": -1,
  active: Source.Shared,
  transition: Source.Transition,
  standby: Source.Standby,
  modified: Source.Modified,
  dirty: -1,
  zeroed: -1,
};

/** The page is in a frame that still has its contents: a soft fault, or the end of a hard one. */
function mapAgain(
  core: Core,
  p: Process,
  vma: Vma,
  vpn: number,
  paddr: number,
  pfn: number,
  access: Access,
): FaultOutcome {
  const { frames, sink } = core;
  if (frames.flight[pfn] === Flight.In) {
    p.hardFaultVpn = vpn;
    sleepUninterruptible(core, p, `page:${pfn}`);
    return "waiting";
  }
  const from = FRAME_STATES[frames.state[pfn]];
  frames.lastSource = SOFT_SOURCES[from];
  const hard = p.hardFaultVpn === vpn;
  p.hardFaultVpn = -1;
  const taken = frames.state[pfn] !== Frame.Active;
  if (taken) {
    frames.move(pfn, Frame.Active);
    frames.inHand.push(pfn);
    if (sink.enabled) sink.emit({ kind: "frame-reclaimed", pfn, from, pid: p.pid, vpn });
  }
  mapPage(core, p.space, vma, vpn, paddr, pfn, access);
  fencePage(core, p.space, vpn);
  return hard ? "hard" : "soft";
}

/** Starts the transfer from swap and goes to sleep until it is done. What the device could not read is lost: "bus". */
function fetch(core: Core, p: Process, vpn: number, slot: number): FaultOutcome {
  if (core.swap.isUnreadable(slot)) {
    p.hardFaultVpn = -1;
    return "bus";
  }
  const pfn = startSwapIn(core, p.pid, vpn, slot);
  if (pfn < 0) return stall(core, p, pfn);
  core.frames.countSource(HARD_ROW);
  p.hardFaultVpn = vpn;
  sleepUninterruptible(core, p, `page:${pfn}`);
  return "waiting";
}

/** First touch of a page of shared memory by this space: the object may have the page already. */
function joinShared(core: Core, p: Process, vma: Vma, vpn: number, paddr: number, access: Access): FaultOutcome {
  if (vma.backing.kind !== "shared") return "segv";
  const { frames, swap } = core;
  const { space } = p;
  const object = core.sharedObjects.get(vma.backing.object)!;
  const index = (vma.backing.offset + vpn * PAGE_BYTES - vma.start) / PAGE_BYTES;
  if (isBeyondFile(core, object, index)) return "bus";
  const held = object.pages.get(index);
  if (held === undefined) {
    const isFile = object.inode >= 0;
    const pfn = requestFrame(core, p.pid, vpn, isFile ? "file" : "user", !isFile);
    if (pfn < 0) return stall(core, p, pfn);
    if (isFile) readFilePage(core, object.inode, index * PAGE_BYTES, PAGE_BYTES, pfn);
    frames.copy[pfn] = isFile ? Copy.File : Copy.Zero;
    frames.references.add(pfn, -object.id, index);
    frames.references.add(pfn, space.id, vpn);
    object.pages.set(index, softwarePte(SoftwarePte.Transition, pfn));
    mapPage(core, space, vma, vpn, paddr, pfn, access);
    fencePage(core, space, vpn);
    return isFile ? "file" : "zero-fill";
  }
  const place = softwareValue(held);
  const isSwapped = softwareKind(held) === SoftwarePte.Swap;
  if (isSwapped) {
    swap.references.add(place, space.id, vpn);
    space.swappedPages++;
  } else frames.references.add(place, space.id, vpn);
  writePte(core, space, vpn, paddr, (held | (vma.softDirty ? 0 : PTE_SOFT_CLEAN)) >>> 0);
  return isSwapped ? fetch(core, p, vpn, place) : mapAgain(core, p, vma, vpn, paddr, place, access);
}

/**
 * The PTE is valid and yet the access faulted: copy-on-write, the first store since clear_refs, or a translation that was widened
 * without a fence.
 */
function widen(
  core: Core,
  p: Process,
  vma: Vma,
  vpn: number,
  paddr: number,
  pte: number,
  access: Access,
): FaultOutcome {
  const needed = access === "store" ? PTE_W : access === "load" ? PTE_R : PTE_X;
  if ((pte & needed) !== 0) {
    fencePage(core, p.space, vpn);
    return "soft";
  }
  const pfn = ptePfn(pte);
  if (!mayWrite(core, vma, pfn)) return copyOnWrite(core, p, vma, vpn, paddr, pte);
  // The last owner keeps the frame.
  writePte(core, p.space, vpn, paddr, ((pte & ~PTE_SOFT_CLEAN) | PTE_W | PTE_A | PTE_D) >>> 0);
  fencePage(core, p.space, vpn);
  return (pte & PTE_SOFT_CLEAN) === 0 ? "cow" : "soft";
}

function copyOnWrite(core: Core, p: Process, vma: Vma, vpn: number, paddr: number, pte: number): FaultOutcome {
  const { frames, sink } = core;
  const { space } = p;
  const from = ptePfn(pte);
  frames.pinned = from;
  const to = requestFrame(core, p.pid, vpn, "user", false);
  frames.pinned = -1;
  if (to < 0) return stall(core, p, to);
  core.ram.copyFrame(from, to);
  charge(core, core.costs.frameCopy);
  if (sink.enabled) sink.emit({ kind: "page-copied", pid: p.pid, vpn, from, to });

  noteWritten(core, from, pte);
  frames.references.remove(from, space.id, vpn);
  frames.references.add(to, space.id, vpn);
  frames.copy[to] = Copy.None;
  frames.move(to, Frame.Active);
  frames.setPriority(to, space.pagePriority);
  frames.mapped[to] = 1;
  core.policy.loaded(to, core.view);
  release(core, to);
  const store = storePte(core, space, vpn, paddr, makePte(to, rights(vma, true) | PTE_V | PTE_A | PTE_D));
  const unmapped = --frames.mapped[from] === 0;
  if (unmapped) settleUnmapped(core, from);
  tellPte(core, store);
  if (unmapped) tellFreed(core, from);
  fencePage(core, space, vpn);
  return "cow";
}
