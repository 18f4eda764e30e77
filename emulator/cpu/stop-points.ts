/**
 * Stop points made ready to be asked about before every instruction: a table of bytes answers nearly always "no" at
 * once, and only then is the exact question put. Looking has no effect: no counter moves, no TLB entry is touched.
 */
import { PAGE_MASK } from "../bits.ts";
import type { StopPoints, WatchedBytes } from "../engine.ts";
import { ACCESS_BYTES, ACCESS_LOAD, ACCESS_STORE, accessOf } from "../isa/access.ts";
import { decode } from "../isa/decode.ts";
import type { Mmu } from "../mmu/mmu.ts";
import { TLB_SUPERPAGE } from "../mmu/tlb.ts";
import { PTE_U, PTE_X } from "../pte.ts";

/** Entries of the code table, by pc / 2; and of the page table, by page number. */
const CODE_ENTRIES = 1 << 16;
const PAGE_ENTRIES = 1 << 10;

export class StopTables {
  /** Not 0 where some address with these low bits may be a stop point; see `mayStopAt`. */
  readonly code = new Uint8Array(CODE_ENTRIES);
  /** ACCESS_LOAD | ACCESS_STORE as far as anybody watches for them. */
  readonly kinds: number;
  private readonly pages = new Uint8Array(PAGE_ENTRIES);
  private readonly points: StopPoints;
  private readonly mmu: Mmu;

  constructor(points: StopPoints, mmu: Mmu) {
    this.points = points;
    this.mmu = mmu;
    for (const vaddr of points.code) this.code[(vaddr >>> 1) & (CODE_ENTRIES - 1)] = 1;
    let kinds = 0;
    for (const watched of points.data) {
      if (watched.loads) kinds |= ACCESS_LOAD;
      if (watched.stores) kinds |= ACCESS_STORE;
      this.#markPages(watched);
    }
    this.kinds = kinds;
  }

  #markPages({ space, start, bytes }: WatchedBytes): void {
    // A physical address may be seen through any page.
    const pages = space === "physical" ? PAGE_ENTRIES : (((start & PAGE_MASK) + bytes - 1) >>> 12) + 1;
    for (let n = 0; n < Math.min(pages, PAGE_ENTRIES); n++) this.pages[((start >>> 12) + n) & (PAGE_ENTRIES - 1)] = 1;
  }

  /** @param pc signed or unsigned */
  isCode(pc: number): boolean {
    return this.code[(pc >>> 1) & (CODE_ENTRIES - 1)] !== 0 && this.points.code.has(pc >>> 0);
  }

  /** Whether an access (isa/access.ts) at an address is watched. Any alignment, across the end of the address space too. */
  isWatched(access: number, vaddr: number): boolean {
    if ((access & this.kinds) === 0) return false;
    const { pages } = this;
    if ((pages[(vaddr >>> 12) & (PAGE_ENTRIES - 1)] | pages[((vaddr + 3) >>> 12) & (PAGE_ENTRIES - 1)]) === 0)
      return false;
    return this.points.data.some((watched) => this.#overlaps(watched, access, vaddr));
  }

  #overlaps({ space, start, bytes, loads, stores }: WatchedBytes, access: number, vaddr: number): boolean {
    if (!(loads && (access & ACCESS_LOAD) !== 0) && !(stores && (access & ACCESS_STORE) !== 0)) return false;
    for (let n = 0; n < (access & ACCESS_BYTES); n++) {
      const byte = (vaddr + n) >>> 0;
      if (space === "virtual") {
        if ((byte - start) >>> 0 < bytes) return true;
      } else if (((byte - start) & PAGE_MASK) < bytes) {
        const paddr = this.#paddrOf(byte);
        if (paddr >= start && paddr < start + bytes) return true;
      }
    }
    return false;
  }

  /** Where the running address space has a byte, or −1. */
  #paddrOf(vaddr: number): number {
    const entry = this.#entryOf(vaddr);
    if (entry < 0) return this.mmu.peek(vaddr).paddr;
    const { bases, flags } = this.mmu.tlb;
    return bases[entry] + ((flags[entry] & TLB_SUPERPAGE) !== 0 ? vaddr & 0x3fffff : vaddr & PAGE_MASK);
  }

  /** The TLB's entry for an address, which may know less than the tables, and is what the hart uses; −1 for none. */
  #entryOf(vaddr: number): number {
    const { hart, tlb } = this.mmu;
    return hart.satpMode === 0 ? -1 : tlb.find(hart.satpAsid, vaddr >>> 12);
  }

  /** Whether the instruction at pc is a stop point with the registers as they are. */
  isAt(pc: number, x: Int32Array): boolean {
    if (this.isCode(pc)) return true;
    if (this.kinds === 0) return false;
    const instruction = decode(this.#word(pc >>> 0));
    if (instruction === null) return false;
    return this.isWatched(accessOf(instruction.row.mnemonic), (x[instruction.rs1] + instruction.imm) | 0);
  }

  /** The bits that will be fetched at pc; 0, which is no instruction, where the fetch will fault. */
  #word(pc: number): number {
    const low = this.#half(pc);
    if (low < 0 || (low & 3) !== 3) return Math.max(0, low);
    const high = this.#half((pc + 2) >>> 0);
    return high < 0 ? 0 : low | (high << 16);
  }

  #half(vaddr: number): number {
    const entry = this.#entryOf(vaddr);
    if (entry >= 0 && (this.mmu.tlb.flags[entry] & (PTE_X | PTE_U)) !== (PTE_X | PTE_U)) return -1;
    if (entry < 0 && this.mmu.peek(vaddr, "execute").fault !== null) return -1;
    const paddr = this.#paddrOf(vaddr);
    return paddr >= 0 && paddr < this.mmu.ram.bytes ? this.mmu.ram.u16[paddr >>> 1] : -1;
  }
}
