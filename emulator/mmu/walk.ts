/**
 * The page-table walker of Sv32: two loads from RAM at most, the permission checks of user mode, and the A and D bits.
 *
 *     vaddr   31        22 21        12 11         0
 *            │  VPN[1]    │  VPN[0]    │  offset    │
 *                 │            │
 *     satp.PPN ─▶ root[VPN[1]] ─▶ table[VPN[0]] ─▶ frame
 *                     └─ leaf here: 4 MiB superpage
 *
 * A and D are set by hardware (the Svadu way, not Svade's page fault). The walker finishes all checks first and then
 * writes the PTE, and with one hart nothing comes between reading and writing: the update is atomic. The walk is done on
 * behalf of user mode always: a page without U is a page fault.
 *
 * Source: RISC-V privileged specification 20240411, section 10.3.2, steps 1 to 10.
 */
import { PAGE_BYTES } from "../bits.ts";
import type { Hart } from "../cpu/state.ts";
import type { EventSink } from "../events.ts";
import * as Pte from "../pte.ts";
import type { Ram } from "../ram.ts";
import { type Access, Cause } from "../trap.ts";

/** Cycles that one PTE read costs unless the machine is configured otherwise: about one trip to a second-level cache. */
export const DEFAULT_WALK_CYCLES = 10;

/** scause of a page fault for each kind of access. */
export const pageFault = (access: Access): Cause =>
  access === "execute" ? Cause.InstructionPageFault : access === "load" ? Cause.LoadPageFault : Cause.StorePageFault;

/** scause of an access fault for each kind of access. */
export const accessFault = (access: Access): Cause =>
  access === "execute" ? Cause.InstructionAccess : access === "load" ? Cause.LoadAccess : Cause.StoreAccess;

/** The permission bit that an access needs, besides U. */
export const neededBit = (access: Access): number =>
  access === "execute" ? Pte.PTE_X : access === "load" ? Pte.PTE_R : Pte.PTE_W;

/** What `walk` returns when it has found a translation. */
export const WALK_OK = -1;

export class Walker {
  /** After WALK_OK: the leaf as it now stands in RAM, with A (and D) set; G also when a table above it was global. */
  leaf = 0;
  /** After WALK_OK: 0, or 1 for a superpage. */
  level: 0 | 1 = 0;
  /** After WALK_OK: frame of the very page that was asked for, inside a superpage too. */
  pfn = 0;

  private readonly ram: Ram;
  private readonly hart: Hart;
  private readonly sink: EventSink;
  private readonly cyclesPerRead: number;

  constructor(ram: Ram, hart: Hart, sink: EventSink, cyclesPerRead: number) {
    this.ram = ram;
    this.hart = hart;
    this.sink = sink;
    this.cyclesPerRead = cyclesPerRead;
  }

  /** Walks satp's tables for a virtual address. Returns WALK_OK, or the cause of the fault. Charges each PTE read. */
  walk(vaddr: number, access: Access): number {
    const { ram } = this;
    let table = this.hart.satpPfn;
    let global = 0;
    for (let level: 0 | 1 = 1; ; level = 0) {
      if (table >= ram.frames) return accessFault(access);
      const paddr = table * PAGE_BYTES + Pte.tableIndex(vaddr, level) * Pte.PTE_BYTES;
      const pte = ram.i32[paddr >>> 2] >>> 0;
      this.hart.cycles += this.cyclesPerRead;
      if (this.sink.enabled) this.sink.emit({ kind: "pte-read", level, paddr, pte });
      if (!Pte.isValid(pte) || Pte.isReserved(pte)) return pageFault(access);
      global |= pte & Pte.PTE_G;
      if (Pte.isLeaf(pte)) return this.finish(vaddr, access, level, paddr, pte, global);
      if (level === 0) return pageFault(access);
      table = Pte.ptePfn(pte);
    }
  }

  private finish(vaddr: number, access: Access, level: 0 | 1, paddr: number, pte: number, global: number): number {
    const needed = neededBit(access) | Pte.PTE_U;
    if ((pte & needed) !== needed) return pageFault(access);
    let pfn: number = Pte.ptePfn(pte);
    if (level === 1) {
      if (pfn % Pte.SUPERPAGE_PAGES !== 0) return pageFault(access);
      pfn += Pte.tableIndex(vaddr, 0);
    }
    if (pfn >= this.ram.frames) return accessFault(access);

    const after = (pte | Pte.PTE_A | (access === "store" ? Pte.PTE_D : 0)) >>> 0;
    if (after !== pte) {
      this.ram.i32[paddr >>> 2] = after;
      if (this.sink.enabled) this.sink.emit({ kind: "pte-update", paddr, before: pte, after });
    }
    this.leaf = (after | global) >>> 0;
    this.level = level;
    this.pfn = pfn;
    return WALK_OK;
  }
}
