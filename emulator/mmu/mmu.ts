/**
 * The memory-management unit: a TLB in front of the walker, for one hart in user mode.
 *
 * A lookup that finds an entry with too few rights faults at once, without looking at RAM: a kernel that has widened a
 * mapping and forgotten the fence sees the fault again, as on real hardware. A store through an entry whose D bit is clear
 * walks again, because D has to reach RAM.
 */
import { PAGE_BYTES, PAGE_MASK } from "../bits.ts";
import { type Hart, SATP_BARE, SATP_SV32 } from "../cpu/state.ts";
import type { EventSink } from "../events.ts";
import * as Pte from "../pte.ts";
import type { Ram } from "../ram.ts";
import type { Access } from "../trap.ts";
import { EMPTY_TAG, TLB_SUPERPAGE, type Tlb } from "./tlb.ts";
import { accessFault, DEFAULT_WALK_CYCLES, neededBit, pageFault, WALK_OK, Walker } from "./walk.ts";

export interface MmuOptions {
  /** Cycles charged for each PTE the walker reads. */
  walkCyclesPerRead: number;
}

/** One PTE on the way from the root to the leaf. */
export interface PteRead {
  readonly level: 0 | 1;
  readonly paddr: number;
  readonly pte: number;
}

/** A translation looked at from outside. */
export interface Peek {
  /** Physical address, or −1 when there is none (see `fault`). */
  readonly paddr: number;
  /** The PTEs that a walk would read, root first. */
  readonly reads: readonly PteRead[];
  /** null, or why a user-mode access of this kind would fault, as scause. */
  readonly fault: number | null;
}

export class Mmu {
  readonly ram: Ram;
  readonly hart: Hart;
  readonly tlb: Tlb;
  private readonly sink: EventSink;
  private readonly walker: Walker;

  constructor(ram: Ram, hart: Hart, tlb: Tlb, sink: EventSink, options: Partial<MmuOptions> = {}) {
    this.ram = ram;
    this.hart = hart;
    this.tlb = tlb;
    this.sink = sink;
    this.walker = new Walker(ram, hart, sink, options.walkCyclesPerRead ?? DEFAULT_WALK_CYCLES);
  }

  /** Writes satp: translation by the Sv32 tables at `rootPfn`, as address space `asid` (0 … 511). Flushes nothing. */
  setSatp(asid: number, rootPfn: number): void {
    if (!(asid >= 0 && asid < 512)) throw new RangeError(`an ASID of Sv32 has 9 bits; ${asid} does not fit`);
    this.hart.satpMode = SATP_SV32;
    this.hart.satpAsid = asid;
    this.hart.satpPfn = rootPfn;
  }

  /** Writes satp with MODE = Bare: physical address = virtual address. */
  setBare(): void {
    this.hart.satpMode = SATP_BARE;
    this.hart.satpAsid = 0;
    this.hart.satpPfn = 0;
  }

  /** sfence.vma of a page and an address space; −1 stands for all. Returns the number of entries dropped. */
  fence(vpn: number, asid: number): number {
    const dropped = this.tlb.flush(vpn, asid);
    if (this.sink.enabled) this.sink.emit({ kind: "tlb-flush", vpn, asid, dropped });
    return dropped;
  }

  /**
   * Translates one user-mode access, with every effect it has: counters, cycles, A and D bits, TLB contents, events.
   * Returns the physical address (inside RAM), or `~cause`, a negative number.
   */
  translate(vaddr: number, access: Access): number {
    const { hart, tlb } = this;
    if (hart.satpMode === SATP_BARE) {
      return vaddr >>> 0 < this.ram.bytes ? vaddr >>> 0 : ~accessFault(access);
    }
    const index = tlb.find(hart.satpAsid, vaddr >>> 12);
    if (index < 0) return this.miss(vaddr, access);

    const flags = tlb.flags[index];
    const needed = neededBit(access) | Pte.PTE_U;
    if ((flags & needed) === needed && access === "store" && (flags & Pte.PTE_D) === 0) return this.miss(vaddr, access);
    tlb.hits++;
    tlb.touch(index);
    if ((flags & needed) !== needed) return ~pageFault(access);
    const offset = (flags & TLB_SUPERPAGE) !== 0 ? vaddr & 0x3fffff : vaddr & PAGE_MASK;
    const paddr = tlb.bases[index] + offset;
    return paddr < this.ram.bytes ? paddr : ~accessFault(access);
  }

  /** Walks, and enters what the walk has found into the TLB. */
  private miss(vaddr: number, access: Access): number {
    const { hart, tlb, sink, walker } = this;
    const vpn = vaddr >>> 12;
    const asid = hart.satpAsid;
    tlb.misses++;
    if (sink.enabled) sink.emit({ kind: "tlb-miss", vaddr: vaddr >>> 0, access, asid, set: tlb.setOf(vpn) });

    const result = walker.walk(vaddr >>> 0, access);
    if (result !== WALK_OK) return ~result;

    const superpage = walker.level === 1;
    const flags = (walker.leaf & 0xfe) | (superpage ? TLB_SUPERPAGE : 0);
    const way = tlb.place(asid, vpn, superpage);
    const victimVpn = tlb.tags[way] === EMPTY_TAG ? -1 : tlb.tags[way] & 0xfffff;
    tlb.write(way, asid, vpn, walker.pfn, flags);
    if (sink.enabled) {
      const set = Math.floor(way / tlb.ways);
      const page = superpage ? vpn & ~0x3ff : vpn;
      const pfn = superpage ? walker.pfn & ~0x3ff : walker.pfn;
      sink.emit({ kind: "tlb-fill", vpn: page, pfn, asid, set, way: way % tlb.ways, victimVpn, superpage });
    }
    return walker.pfn * PAGE_BYTES + (vaddr & PAGE_MASK);
  }

  /**
   * What a user-mode access would meet in the tables, without any effect and without looking at the TLB. `rootPfn`
   * defaults to satp's, so that the tables of a process that is not running can be looked at too.
   */
  peek(vaddr: number, access: Access = "load", rootPfn?: number): Peek {
    const reads: PteRead[] = [];
    const { ram } = this;
    if (rootPfn === undefined) {
      if (this.hart.satpMode === SATP_BARE) {
        const inside = vaddr >>> 0 < ram.bytes;
        return { paddr: inside ? vaddr >>> 0 : -1, reads, fault: inside ? null : accessFault(access) };
      }
      rootPfn = this.hart.satpPfn;
    }
    let table: number = rootPfn;
    for (let level: 0 | 1 = 1; ; level = 0) {
      if (table >= ram.frames) return { paddr: -1, reads, fault: accessFault(access) };
      const paddr = table * PAGE_BYTES + Pte.tableIndex(vaddr, level) * Pte.PTE_BYTES;
      const pte = ram.readWord(paddr);
      reads.push({ level, paddr, pte });
      if (!Pte.isValid(pte) || Pte.isReserved(pte)) return { paddr: -1, reads, fault: pageFault(access) };
      if (Pte.isLeaf(pte)) return this.peekLeaf(vaddr, access, level, pte, reads);
      if (level === 0) return { paddr: -1, reads, fault: pageFault(access) };
      table = Pte.ptePfn(pte);
    }
  }

  private peekLeaf(vaddr: number, access: Access, level: 0 | 1, pte: number, reads: PteRead[]): Peek {
    const pfn = Pte.ptePfn(pte);
    if (level === 1 && pfn % Pte.SUPERPAGE_PAGES !== 0) return { paddr: -1, reads, fault: pageFault(access) };
    const paddr = (level === 1 ? pfn + Pte.tableIndex(vaddr, 0) : pfn) * PAGE_BYTES + (vaddr & PAGE_MASK);
    if (paddr >= this.ram.bytes) return { paddr: -1, reads, fault: accessFault(access) };
    const needed = neededBit(access) | Pte.PTE_U;
    return { paddr, reads, fault: (pte & needed) === needed ? null : pageFault(access) };
  }
}
