/**
 * The kernel sanitizer: a listener that finds broken books at the event that broke them.
 *
 * After each event it checks what that event speaks of (a frame, a slot, a PTE, a translation), which costs about as much as
 * the event itself; every so many events it checks everything (invariants.ts). It keeps books of its own only where the
 * kernel's cannot tell: which frames have been handed out and not come back, which frame last had a slot, and which PTE
 * stores have left a stale translation in the TLB.
 *
 *     stale TLB entry          a PTE lost rights or its frame, and the hart goes back to user code with the old translation
 *     frame freed twice        frame-freed for a frame that is free
 *     frame leaked             mapped by nobody, on no list, in nobody's hand
 *     frame not zeroed         one from the zeroed list, a new page table, or a zero-filled page with other bytes in it
 *     wrong reference count    a frame's reverse map, mapping count and PTEs do not agree
 *     slot owned twice         by two frames, or by a frame and PTEs
 *     out of turn              a standby page was taken although one of lower page priority waited
 *
 * Every event is told after all it speaks of has been done, so that looking is allowed at any of them.
 */
import { PAGE_BYTES } from "../emulator/bits.ts";
import { isValid, PTE_D, PTE_R, PTE_U, PTE_W, PTE_X, ptePfn } from "../emulator/pte.ts";
import type { Core } from "./core.ts";
import type { FaultlineEvent } from "./events.ts";
import { checkInvariants } from "./invariants.ts";
import { FRAME_STATES, Frame } from "./mm/frames.ts";
import { pteAddress, readPte } from "./mm/page-table.ts";
import { SoftwarePte, softwareKind, softwareValue } from "./mm/software-pte.ts";
import type { AddressSpace } from "./mm/vma.ts";
import { KernelPanic } from "./panic.ts";

/** An event with its place in the run: the n-th that the sanitizer has seen, virtual time, and instructions retired. */
export interface SeenEvent {
  readonly number: number;
  readonly cycles: number;
  readonly instret: number;
  readonly event: FaultlineEvent;
}

export interface Violation {
  readonly message: string;
  /** The event that broke the books; null when only the check of everything noticed, some time later. */
  readonly cause: SeenEvent | null;
  /** The event at which it was noticed. */
  readonly found: SeenEvent;
  /** The last event after which everything was known to be right. */
  readonly intactSince: number;
  /** The last events up to `found`, oldest first. */
  readonly recent: readonly SeenEvent[];
}

/** Events that are kept for the report. */
const RECENT = 24;

/** What the sanitizer believes of a frame. */
const Home = { InUse: 0, Free: 1, Standby: 2, Modified: 3 } as const;

const RIGHTS = PTE_R | PTE_W | PTE_X | PTE_U | PTE_D;

export class Sanitizer {
  /** Events seen. */
  events = 0;
  private readonly core: Core;
  private readonly interval: number;
  private readonly home: Uint8Array;
  /** Frame that a slot was last given to, or −1. */
  private readonly holder: Int32Array;
  /** PTE stores after which the TLB knew more than the PTE. */
  private stale: { space: AddressSpace; vpn: number; at: SeenEvent }[] = [];
  private readonly recent: SeenEvent[] = [];
  private intactSince = 0;

  /** @param interval events between two checks of everything; 1: after each event */
  constructor(core: Core, interval: number) {
    this.core = core;
    this.interval = interval;
    this.home = new Uint8Array(core.frames.frames);
    this.holder = new Int32Array(core.swap.slots);
    this.synchronize();
  }

  /** Takes the kernel's books as they stand for right: at the beginning, and after a jump in time. */
  synchronize(): void {
    const { frames, swap } = this.core;
    for (let pfn = 0; pfn < frames.frames; pfn++) this.home[pfn] = homeOf(frames.state[pfn]);
    this.holder.set(swap.frame);
    this.stale = [];
    this.recent.length = 0;
    this.intactSince = this.events;
  }

  /** Looks at one event. Null: all is well. */
  see(event: FaultlineEvent, cycles: number, instret: number): Violation | null {
    const seen: SeenEvent = { number: ++this.events, cycles, instret, event };
    if (this.recent.length === RECENT) this.recent.shift();
    this.recent.push(seen);
    const found = this.check(event, seen);
    if (found !== null) return this.violation(found.message, found.cause ?? seen, seen);
    if (this.events % this.interval !== 0) return null;
    try {
      checkInvariants(this.core, { checkZeroes: this.core.config.zeroing !== "off" });
    } catch (error) {
      if (!(error instanceof KernelPanic)) throw error;
      const message = error.message.replace("kernel panic: ", "");
      return this.violation(message, this.interval === 1 ? seen : null, seen);
    }
    this.intactSince = this.events;
    return null;
  }

  private violation(message: string, cause: SeenEvent | null, found: SeenEvent): Violation {
    return { message, cause, found, intactSince: this.intactSince, recent: this.recent.slice() };
  }

  private check(event: FaultlineEvent, seen: SeenEvent): Finding | null {
    switch (event.kind) {
      case "frame-allocated":
        return this.allocated(event.pfn, event.source, event.purpose);
      case "frame-reclaimed":
        this.home[event.pfn] = Home.InUse;
        return this.checkFrame(event.pfn);
      case "frame-freed":
        return this.freed(event.pfn, event.to);
      case "frame-zeroed":
        return this.checkZero(event.pfn, "has just been zeroed");
      case "pte-write":
        return this.written(event.vpn, event.paddr, event.before, event.after, seen);
      case "swap-out":
      case "swap-in":
        this.home[event.pfn] = Home.InUse;
        return this.slotTaken(event.slot, event.pfn) ?? this.checkFrame(event.pfn);
      case "fault-end":
        return event.resolved === "zero-fill" ? this.zeroFilled(event.pid, event.vaddr) : null;
      case "trap-return":
        return this.returned();
      default:
        return null;
    }
  }

  private allocated(pfn: number, source: string, purpose: string): Finding | null {
    const home = this.home[pfn];
    this.home[pfn] = Home.InUse;
    const expected = source === "zeroed" || source === "dirty" ? Home.Free : Home.Standby;
    if (home !== expected && !(expected === Home.Standby && home === Home.Free)) {
      const what = home === Home.InUse ? "is still in use: it is handed out twice" : "holds the only copy of a page";
      return finding(`frame ${pfn} ${what}`);
    }
    const { frames } = this.core;
    // Its priority is still that of the page which it held.
    if (source === "standby" && frames.standby.some((waiting, lower) => lower < frames.priority[pfn] && waiting > 0))
      return finding(`frame ${pfn} held a page of priority ${frames.priority[pfn]} and was taken before a lower one`);
    if (source === "zeroed" && this.core.config.zeroing !== "off")
      return this.checkZero(pfn, `was handed out from the zeroed list for ${purpose}`);
    return null;
  }

  private freed(pfn: number, to: string): Finding | null {
    const home = this.home[pfn];
    this.home[pfn] = homeOf(FRAME_STATES.indexOf(to as (typeof FRAME_STATES)[number]));
    if (to === "dirty" && home === Home.Free) return finding(`frame ${pfn} is freed twice: it was free already`);
    return this.checkFrame(pfn);
  }

  private written(vpn: number, paddr: number, before: number, after: number, seen: SeenEvent): Finding | null {
    const space = this.spaceOf(vpn, paddr);
    if (space === null) return null;
    if (space.rootPfn === Math.floor(paddr / PAGE_BYTES)) return null;
    if (isValid(before)) {
      this.noteStale(space, vpn, seen);
      const left = this.checkFrame(ptePfn(before));
      if (left !== null) return left;
    }
    const kind = softwareKind(after);
    if (!isValid(after) && kind === SoftwarePte.Swap) return this.checkSlot(softwareValue(after));
    if (!isValid(after) && kind !== SoftwarePte.Transition) return null;
    const pfn = isValid(after) ? ptePfn(after) : softwareValue(after);
    if (isValid(after) && this.home[pfn] !== Home.InUse && this.core.frames.state[pfn] !== Frame.Active)
      return finding(`${page(space.id, vpn)} now maps frame ${pfn}, which is ${this.stateName(pfn)}`);
    if (!this.core.frames.references.has(pfn, space.id, vpn) && readPte(this.core.ram, space.rootPfn, vpn) === after)
      return finding(`${page(space.id, vpn)} refers to frame ${pfn} and is missing from its reverse map`);
    return this.checkFrame(pfn);
  }

  /** The space in whose tables a PTE stands; null when that space is gone. */
  private spaceOf(vpn: number, paddr: number): AddressSpace | null {
    for (const space of this.core.spaces.values()) {
      if (space.rootPfn === Math.floor(paddr / PAGE_BYTES)) return space;
      if (pteAddress(this.core.ram, space.rootPfn, vpn) === paddr) return space;
    }
    return null;
  }

  private noteStale(space: AddressSpace, vpn: number, at: SeenEvent): void {
    if (this.isStale(space, vpn)) this.stale.push({ space, vpn, at });
  }

  /** Does the TLB know more of a page than its PTE says? */
  private isStale(space: AddressSpace, vpn: number): boolean {
    const { tlb } = this.core.mmu;
    const index = tlb.find(space.asid, vpn);
    const entry = index < 0 ? null : tlb.entry(index);
    if (entry === null || entry.asid !== space.asid) return false;
    const pte = readPte(this.core.ram, space.rootPfn, vpn);
    return !isValid(pte) || ptePfn(pte) !== entry.pfn || (entry.flags & RIGHTS & ~pte) !== 0;
  }

  /** Back to user code: nothing may be pending. */
  private returned(): Finding | null {
    const { inHand } = this.core.frames;
    if (inHand.length > 0)
      return finding(`frame ${inHand[0]} has leaked: it was taken from its list and given to nobody`);
    if (this.stale.length === 0) return null;
    const left = this.stale.find(({ space, vpn }) => this.core.spaces.has(space.id) && this.isStale(space, vpn));
    this.stale = [];
    if (left === undefined) return null;
    const message = `stale TLB entry: the PTE of ${page(left.space.id, left.vpn)} was changed without a fence (sfence.vma), and user code goes on with the old translation`;
    return { message, cause: left.at };
  }

  private zeroFilled(pid: number, vaddr: number): Finding | null {
    const { core } = this;
    if (core.config.zeroing === "off") return null;
    for (const p of core.processes.values()) {
      if (p.pid !== pid || p.space.id === 0) continue;
      const pte = readPte(core.ram, p.space.rootPfn, vaddr >>> 12);
      return isValid(pte)
        ? this.checkZero(ptePfn(pte), `fills page 0x${(vaddr >>> 0).toString(16)} of pid ${pid} with "zeros"`)
        : null;
    }
    return null;
  }

  private checkZero(pfn: number, what: string): Finding | null {
    const { i32 } = this.core.ram;
    for (let at = pfn * (PAGE_BYTES / 4), end = at + PAGE_BYTES / 4; at < end; at++) {
      if (i32[at] !== 0)
        return finding(
          `frame ${pfn} ${what} and is not zero: byte ${(at * 4) % PAGE_BYTES} on is 0x${(i32[at] >>> 0).toString(16)}`,
        );
    }
    return null;
  }

  /** One frame's reverse map, mapping count and PTEs. */
  private checkFrame(pfn: number): Finding | null {
    const { frames, ram, spaces, sharedObjects } = this.core;
    const { references } = frames;
    let listed = 0;
    let mapped = 0;
    for (let node = references.head[pfn]; node >= 0; node = references.next(node)) {
      listed++;
      const id = references.spaceAt(node);
      const vpn = references.vpnAt(node);
      const space = spaces.get(id);
      const pte = id < 0 ? sharedObjects.get(-id)?.pages.get(vpn) : space && readPte(ram, space.rootPfn, vpn);
      const isMapping = pte !== undefined && isValid(pte);
      if (isMapping) mapped++;
      const names = pte === undefined ? -1 : isMapping ? ptePfn(pte) : transitionFrame(pte);
      if (names !== pfn)
        return finding(
          `the reverse map of frame ${pfn} has ${page(id, vpn)}, whose PTE is 0x${(pte ?? 0).toString(16)}: the reference count of ${references.count[pfn]} differs from the page tables`,
        );
    }
    const name = `frame ${pfn} (${this.stateName(pfn)})`;
    if (listed !== references.count[pfn])
      return finding(`${name} counts ${references.count[pfn]} references, its list has ${listed}`);
    if (mapped !== frames.mapped[pfn])
      return finding(
        `${name} counts ${frames.mapped[pfn]} mappings, and its reverse map leads to ${mapped} valid PTEs`,
      );
    const state = frames.state[pfn];
    if (state === Frame.Active && mapped === 0 && !frames.inHand.includes(pfn))
      return finding(`${name} has leaked: mapped by nobody, on no list`);
    if ((state === Frame.Dirty || state === Frame.Zeroed) && listed > 0)
      return finding(`${name} is free, and ${listed} PTEs refer to it`);
    return null;
  }

  private slotTaken(slot: number, pfn: number): Finding | null {
    const { frames } = this.core;
    const before = this.holder[slot];
    this.holder[slot] = pfn;
    if (before >= 0 && before !== pfn && frames.slot[before] === slot)
      return finding(`swap slot ${slot} is owned twice: given to frame ${pfn} while frame ${before} still has it`);
    return this.checkSlot(slot);
  }

  private checkSlot(slot: number): Finding | null {
    const { swap, frames } = this.core;
    const owners = swap.references.count[slot];
    const pfn = swap.frame[slot];
    if (!swap.isUsed(slot)) return finding(`swap slot ${slot} is free and referred to`);
    if (owners > 0 && pfn >= 0)
      return finding(`swap slot ${slot} is owned twice: by ${owners} PTEs and by frame ${pfn}`);
    if (pfn >= 0 && frames.slot[pfn] !== slot)
      return finding(`swap slot ${slot} belongs to frame ${pfn}, which has slot ${frames.slot[pfn]}`);
    return null;
  }

  private stateName(pfn: number): string {
    return FRAME_STATES[this.core.frames.state[pfn]];
  }
}

interface Finding {
  readonly message: string;
  /** An earlier event than the one that is being looked at. */
  readonly cause?: SeenEvent;
}

const finding = (message: string): Finding => ({ message });

const page = (space: number, vpn: number): string =>
  space < 0 ? `page ${vpn} of shared object ${-space}` : `page 0x${(vpn * PAGE_BYTES).toString(16)} of space ${space}`;

const transitionFrame = (pte: number): number =>
  softwareKind(pte) === SoftwarePte.Transition ? softwareValue(pte) : -1;

function homeOf(state: number): number {
  if (state === Frame.Dirty || state === Frame.Zeroed) return Home.Free;
  if (state === Frame.Standby) return Home.Standby;
  return state === Frame.Modified ? Home.Modified : Home.InUse;
}
