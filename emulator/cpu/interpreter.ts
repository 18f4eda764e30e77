/**
 * The reference engine: fetch, decode, execute, one instruction after the other, with the TLB consulted on every access.
 *
 * What makes it fast enough, and why each part stays exact:
 *
 * - Decoded instructions are cached by pc, and the bits just fetched are compared with the bits that were decoded. Code
 *   that changes, by whatever hand, is therefore decoded afresh: no invalidation exists that could be forgotten.
 * - `predicted` remembers for each of 256 page numbers which TLB entry answered last. The entry itself is checked (tag
 *   and rights) before it is believed, so the prediction may be stale and a TLB hit costs one comparison instead of a
 *   search. Everything that is not a plain hit on a 4 KiB entry goes through Mmu.translate.
 * - The page that instructions come from is remembered until anything goes through Mmu.translate, so that a fetch is a
 *   comparison too. It counts as the TLB hit that it is.
 * - Retired instructions and TLB hits are counted in small integers and settled into the hart and the TLB before anyone
 *   can look: before a walk, an event, a counter read, and on return.
 * - Stop points have a loop of their own, so that the one without pays nothing for them.
 *
 * Longer than other files because the two loops and the memory accesses share fields that have to stay private to be fast.
 */
import { PAGE_BYTES, PAGE_MASK } from "../bits.ts";
import { type Engine, Stop, type StopPoints } from "../engine.ts";
import type { EventSink } from "../events.ts";
import { accessOf } from "../isa/access.ts";
import { decode } from "../isa/decode.ts";
import { Csr } from "../isa/registers.ts";
import type { Mmu } from "../mmu/mmu.ts";
import { tlbTag } from "../mmu/tlb.ts";
import { PTE_D, PTE_R, PTE_U, PTE_W } from "../pte.ts";
import type { Ram } from "../ram.ts";
import { type Access, Cause } from "../trap.ts";
import { type Cpu, type Fields, illegal, SEMANTICS, type Semantics, TRAPPED } from "./execute.ts";
import { CYCLES_PER_TICK, type Hart, SATP_BARE } from "./state.ts";
import { StopTables } from "./stop-points.ts";

/** Slots of the decode cache: code that lies within 32 KiB never collides with itself. */
const DECODE_SLOTS = 16384;
/** Slots of the TLB prediction. */
const PREDICTION_SLOTS = 256;
/** A "tag" that no TLB entry has: translation is off, every access takes the slow path. */
const NO_TAG = 1 << 30;
/** Most instructions run before the counters are settled; keeps them small integers. */
const MAX_BATCH = 1 << 26;
/** `fetchPage` when no page is remembered: no page begins at an odd address. */
const NO_PAGE = 1;

/** How a batch has ended. */
const BatchEnd = { Bound: 0, Trap: 1, Point: 2 } as const;
type BatchEnd = (typeof BatchEnd)[keyof typeof BatchEnd];

const LOAD_RIGHTS = PTE_R | PTE_U;
const STORE_RIGHTS = PTE_W | PTE_U | PTE_D;

/** A decoded instruction in the cache. One shape for all, so that field reads stay fast. */
class CachedInstruction implements Fields {
  readonly word: number;
  readonly bytes: number;
  readonly rd: number;
  readonly rs1: number;
  readonly rs2: number;
  readonly imm: number;
  readonly execute: Semantics;
  /** What it does to memory (isa/access.ts). */
  readonly access: number;

  /** @param word the instruction's bits, signed: 32 of them, or 16 */
  constructor(word: number) {
    const decoded = decode(word);
    this.word = word;
    this.bytes = (word & 3) === 3 ? 4 : 2;
    this.rd = decoded?.rd ?? 0;
    this.rs1 = decoded?.rs1 ?? 0;
    this.rs2 = decoded?.rs2 ?? 0;
    this.imm = decoded?.imm ?? 0;
    this.execute = decoded === null ? illegal : SEMANTICS[decoded.row.mnemonic];
    this.access = decoded === null ? 0 : accessOf(decoded.row.mnemonic);
  }
}

export class Interpreter implements Engine, Cpu {
  readonly name = "interpreter";
  readonly x: Int32Array;
  trapped = false;

  private readonly hart: Hart;
  private readonly mmu: Mmu;
  private readonly ram: Ram;
  private readonly sink: EventSink;
  private readonly tags: Int32Array;
  private readonly flags: Int32Array;
  private readonly bases: Float64Array;
  private readonly isLru: boolean;

  private readonly decoded: CachedInstruction[];
  private readonly predicted = new Int32Array(PREDICTION_SLOTS);
  /** ASID part of the tag of every page of the running address space, or NO_TAG. */
  private tagBase = NO_TAG;

  /** Virtual address of the page that instructions come from, its place in RAM and its TLB entry. */
  private fetchPage = NO_PAGE;
  private fetchBase = 0;
  private fetchEntry = 0;

  /** pc of the instruction being executed, signed. */
  private pc = 0;
  /** Since the last settlement: instructions retired and TLB hits. */
  private retired = 0;
  private hits = 0;
  /** The value of `retired` at which a bound is reached. */
  private batch = 0;
  private untilCycles = 0;
  private untilInstret = 0;
  private stops: StopTables | null = null;

  private cause = 0;
  private stval = 0;

  constructor(hart: Hart, mmu: Mmu, ram: Ram, sink: EventSink) {
    this.hart = hart;
    this.mmu = mmu;
    this.ram = ram;
    this.sink = sink;
    this.x = hart.x;
    this.tags = mmu.tlb.tags;
    this.flags = mmu.tlb.flags;
    this.bases = mmu.tlb.bases;
    this.isLru = mmu.tlb.replacement === "lru";
    this.decoded = new Array(DECODE_SLOTS).fill(new CachedInstruction(0));
  }

  get reservation(): number {
    return this.hart.reservation;
  }
  set reservation(paddr: number) {
    this.hart.reservation = paddr;
  }

  run(untilCycles: number, untilInstret: number): Stop {
    const { hart } = this;
    this.untilCycles = untilCycles;
    this.untilInstret = untilInstret;
    this.tagBase = hart.satpMode === SATP_BARE ? NO_TAG : tlbTag(hart.satpAsid, 0);
    this.fetchPage = NO_PAGE;
    this.pc = hart.pc | 0;
    const begun = hart.instret;
    for (;;) {
      // With stop points, the first instruction runs alone and unwatched.
      const watches = this.stops !== null && hart.instret > begun;
      if (this.stops !== null) this.untilInstret = watches ? untilInstret : Math.min(untilInstret, begun + 1);
      this.planBatch();
      if (hart.cycles >= untilCycles) return Stop.Cycles;
      if (hart.instret >= untilInstret) return Stop.Instructions;
      const ended = watches ? this.runWatched(this.stops!) : this.runBatch();
      this.settle();
      if (ended === BatchEnd.Trap) return this.enterTrap();
      if (ended === BatchEnd.Point) return Stop.Point;
    }
  }

  setStopPoints(points: StopPoints | null): void {
    const isEmpty = points === null || (points.code.size === 0 && points.data.length === 0);
    this.stops = isEmpty ? null : new StopTables(points, this.mmu);
  }

  isAtStopPoint(): boolean {
    return this.stops?.isAt(this.hart.pc, this.x) === true;
  }

  /** Runs until `retired` reaches `batch` or an instruction traps. `pc` is then that of the next one. */
  private runBatch(): BatchEnd {
    const { x, decoded } = this;
    const { u16 } = this.ram;
    let pc = this.pc;
    while (this.retired < this.batch) {
      this.pc = pc;
      let word: number;
      if ((pc & ~PAGE_MASK) === this.fetchPage && (pc & PAGE_MASK) !== PAGE_BYTES - 2) {
        const half = (this.fetchBase + (pc & PAGE_MASK)) >>> 1;
        word = u16[half] | (u16[half + 1] << 16);
        this.hits++;
        if (this.isLru) this.mmu.tlb.touch(this.fetchEntry);
      } else {
        word = this.fetch(pc);
        if (this.trapped) return BatchEnd.Trap;
      }
      if ((word & 3) !== 3) word &= 0xffff;
      const slot = (pc >>> 1) & (DECODE_SLOTS - 1);
      let instruction = decoded[slot];
      if (instruction.word !== word) instruction = decoded[slot] = new CachedInstruction(word);

      const next = instruction.execute(this, instruction, pc);
      if (next === TRAPPED) return BatchEnd.Trap;
      x[0] = 0;
      this.retired++;
      pc = next === undefined ? (pc + instruction.bytes) | 0 : next;
    }
    this.pc = pc;
    return BatchEnd.Bound;
  }

  /** runBatch with a look at every instruction before anything of it is done: some 20 % slower. */
  private runWatched(stops: StopTables): BatchEnd {
    const { x, decoded } = this;
    const { u16 } = this.ram;
    const { kinds } = stops;
    let pc = this.pc;
    while (this.retired < this.batch) {
      this.pc = pc;
      if (stops.isCode(pc)) return BatchEnd.Point;
      const isOnPage = (pc & ~PAGE_MASK) === this.fetchPage && (pc & PAGE_MASK) !== PAGE_BYTES - 2;
      let word: number;
      if (isOnPage) {
        const half = (this.fetchBase + (pc & PAGE_MASK)) >>> 1;
        word = u16[half] | (u16[half + 1] << 16);
      } else {
        if (kinds !== 0 && stops.isAt(pc, x)) return BatchEnd.Point;
        word = this.fetch(pc);
        if (this.trapped) return BatchEnd.Trap;
      }
      if ((word & 3) !== 3) word &= 0xffff;
      const slot = (pc >>> 1) & (DECODE_SLOTS - 1);
      let instruction = decoded[slot];
      if (instruction.word !== word) instruction = decoded[slot] = new CachedInstruction(word);
      if (isOnPage) {
        if ((instruction.access & kinds) !== 0) {
          const vaddr = (x[instruction.rs1] + instruction.imm) | 0;
          if (stops.isWatched(instruction.access, vaddr)) return BatchEnd.Point;
        }
        this.hits++;
        if (this.isLru) this.mmu.tlb.touch(this.fetchEntry);
      }

      const next = instruction.execute(this, instruction, pc);
      if (next === TRAPPED) return BatchEnd.Trap;
      x[0] = 0;
      this.retired++;
      pc = next === undefined ? (pc + instruction.bytes) | 0 : next;
    }
    this.pc = pc;
    return BatchEnd.Bound;
  }

  /** Fetches where the remembered page does not serve: another page, or the last half-word of one. */
  private fetch(pc: number): number {
    const low = this.fetchHalf(pc);
    if (this.trapped || (low & 3) !== 3) return low;
    if ((pc & PAGE_MASK) === PAGE_BYTES - 2) return low | (this.fetchHalf((pc + 2) | 0) << 16);
    return low | (this.ram.u16[(this.fetchBase + (pc & PAGE_MASK) + 2) >>> 1] << 16);
  }

  /** One half-word through the TLB; remembers its page. */
  private fetchHalf(vaddr: number): number {
    const paddr = this.translate(vaddr, "execute");
    if (paddr < 0) return 0;
    const entry = this.mmu.tlb.find(this.hart.satpAsid, vaddr >>> 12);
    if (this.tagBase !== NO_TAG && entry >= 0) {
      this.fetchPage = vaddr & ~PAGE_MASK;
      this.fetchBase = paddr & ~PAGE_MASK;
      this.fetchEntry = entry;
    } else {
      this.fetchBase = paddr & ~PAGE_MASK;
    }
    return this.ram.u16[paddr >>> 1];
  }

  /** Counts an instruction budget that reaches no bound too late: each instruction takes one cycle at least. */
  private planBatch(): void {
    const { hart } = this;
    this.batch = Math.max(
      0,
      Math.min(MAX_BATCH, Math.ceil(this.untilCycles - hart.cycles), Math.ceil(this.untilInstret - hart.instret)),
    );
  }

  /** Writes what has been counted since the last time into the hart and the TLB. */
  private settle(): void {
    const { hart } = this;
    hart.pc = this.pc >>> 0;
    hart.instret += this.retired;
    hart.cycles += this.retired;
    this.mmu.tlb.hits += this.hits;
    this.retired = 0;
    this.hits = 0;
  }

  /** Stands between a fault and the supervisor: sepc, scause, stval and the event. */
  private enterTrap(): Stop {
    const { hart } = this;
    this.trapped = false;
    hart.sepc = hart.pc;
    hart.scause = this.cause;
    hart.stval = this.stval;
    if (this.sink.enabled) {
      this.sink.emit({ kind: "trap", cause: hart.scause, stval: hart.stval, sepc: hart.sepc });
    }
    return Stop.Trap;
  }

  /** The whole translation, by the MMU. −1 after a trap; the physical address otherwise. */
  private translate(vaddr: number, access: Access): number {
    this.settle();
    const paddr = this.mmu.translate(vaddr >>> 0, access);
    this.planBatch();
    this.fetchPage = NO_PAGE;
    if (paddr < 0) {
      this.trap(~paddr as Cause, vaddr);
      return -1;
    }
    if (this.tagBase !== NO_TAG) {
      const entry = this.mmu.tlb.find(this.hart.satpAsid, vaddr >>> 12);
      if (entry >= 0) this.predicted[(vaddr >>> 12) & (PREDICTION_SLOTS - 1)] = entry;
    }
    return paddr;
  }

  /** Physical address for a load that a TLB entry answers at once, else −1 (which says nothing about faults). */
  private quickLoad(vaddr: number): number {
    const vpn = vaddr >>> 12;
    const entry = this.predicted[vpn & (PREDICTION_SLOTS - 1)];
    if (this.tags[entry] !== (this.tagBase | vpn) || (this.flags[entry] & LOAD_RIGHTS) !== LOAD_RIGHTS) return -1;
    this.hits++;
    if (this.isLru) this.mmu.tlb.touch(entry);
    return this.bases[entry] + (vaddr & PAGE_MASK);
  }

  /** The same for a store: the entry's D bit must be set. */
  private quickStore(vaddr: number): number {
    const vpn = vaddr >>> 12;
    const entry = this.predicted[vpn & (PREDICTION_SLOTS - 1)];
    if (this.tags[entry] !== (this.tagBase | vpn) || (this.flags[entry] & STORE_RIGHTS) !== STORE_RIGHTS) return -1;
    this.hits++;
    if (this.isLru) this.mmu.tlb.touch(entry);
    return this.bases[entry] + (vaddr & PAGE_MASK);
  }

  loadByte(vaddr: number): number {
    return (this.loadByteUnsigned(vaddr) << 24) >> 24;
  }

  loadByteUnsigned(vaddr: number): number {
    let paddr = this.quickLoad(vaddr);
    if (paddr < 0 && (paddr = this.translate(vaddr, "load")) < 0) return 0;
    return this.ram.u8[paddr];
  }

  loadHalf(vaddr: number): number {
    return (this.loadHalfUnsigned(vaddr) << 16) >> 16;
  }

  loadHalfUnsigned(vaddr: number): number {
    if ((vaddr & 1) !== 0) return this.loadMisaligned(vaddr, 2);
    let paddr = this.quickLoad(vaddr);
    if (paddr < 0 && (paddr = this.translate(vaddr, "load")) < 0) return 0;
    return this.ram.u16[paddr >>> 1];
  }

  loadWord(vaddr: number): number {
    if ((vaddr & 3) !== 0) return this.loadMisaligned(vaddr, 4);
    let paddr = this.quickLoad(vaddr);
    if (paddr < 0 && (paddr = this.translate(vaddr, "load")) < 0) return 0;
    return this.ram.i32[paddr >>> 2];
  }

  storeByte(vaddr: number, value: number): number | undefined {
    let paddr = this.quickStore(vaddr);
    if (paddr < 0 && (paddr = this.translate(vaddr, "store")) < 0) return TRAPPED;
    this.ram.u8[paddr] = value;
  }

  storeHalf(vaddr: number, value: number): number | undefined {
    if ((vaddr & 1) !== 0) return this.storeMisaligned(vaddr, 2, value);
    let paddr = this.quickStore(vaddr);
    if (paddr < 0 && (paddr = this.translate(vaddr, "store")) < 0) return TRAPPED;
    this.ram.u16[paddr >>> 1] = value;
  }

  storeWord(vaddr: number, value: number): number | undefined {
    if ((vaddr & 3) !== 0) return this.storeMisaligned(vaddr, 4, value);
    let paddr = this.quickStore(vaddr);
    if (paddr < 0 && (paddr = this.translate(vaddr, "store")) < 0) return TRAPPED;
    this.ram.i32[paddr >>> 2] = value;
  }

  /** Byte by byte; one translation, or two when the access crosses a page boundary. */
  private loadMisaligned(vaddr: number, bytes: number): number {
    const first = this.translate(vaddr, "load");
    if (first < 0) return 0;
    const onFirst = Math.min(bytes, PAGE_BYTES - (vaddr & PAGE_MASK));
    const second = onFirst < bytes ? this.translate((vaddr + onFirst) | 0, "load") : 0;
    if (second < 0) return 0;
    let value = 0;
    for (let n = 0; n < bytes; n++) {
      value |= this.ram.u8[n < onFirst ? first + n : second + n - onFirst] << (8 * n);
    }
    return value;
  }

  /** As above; both pages are translated before a byte is written. */
  private storeMisaligned(vaddr: number, bytes: number, value: number): number | undefined {
    const first = this.translate(vaddr, "store");
    if (first < 0) return TRAPPED;
    const onFirst = Math.min(bytes, PAGE_BYTES - (vaddr & PAGE_MASK));
    const second = onFirst < bytes ? this.translate((vaddr + onFirst) | 0, "store") : 0;
    if (second < 0) return TRAPPED;
    for (let n = 0; n < bytes; n++) {
      this.ram.u8[n < onFirst ? first + n : second + n - onFirst] = value >>> (8 * n);
    }
  }

  atomicAddress(vaddr: number, access: "load" | "store"): number {
    if ((vaddr & 3) !== 0) {
      this.trap(access === "load" ? Cause.LoadMisaligned : Cause.StoreMisaligned, vaddr);
      return -1;
    }
    const paddr = access === "load" ? this.quickLoad(vaddr) : this.quickStore(vaddr);
    return paddr >= 0 ? paddr : this.translate(vaddr, access);
  }

  readPhysical(paddr: number): number {
    return this.ram.i32[paddr >>> 2];
  }

  writePhysical(paddr: number, value: number): void {
    this.ram.i32[paddr >>> 2] = value;
  }

  readCounter(csr: number): number | undefined {
    const instret = this.hart.instret + this.retired;
    const cycles = this.hart.cycles + this.retired;
    const ticks = Math.floor(cycles / CYCLES_PER_TICK);
    switch (csr) {
      case Csr.cycle:
        return cycles | 0;
      case Csr.cycleh:
        return Math.floor(cycles / 2 ** 32) | 0;
      case Csr.time:
        return ticks | 0;
      case Csr.timeh:
        return Math.floor(ticks / 2 ** 32) | 0;
      case Csr.instret:
        return instret | 0;
      case Csr.instreth:
        return Math.floor(instret / 2 ** 32) | 0;
      default:
        return undefined;
    }
  }

  trap(cause: Cause, stval: number): number {
    this.trapped = true;
    this.cause = cause;
    this.stval = stval >>> 0;
    return TRAPPED;
  }
}
