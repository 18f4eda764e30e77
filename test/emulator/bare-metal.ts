/**
 * A hart with RAM, TLB, MMU and interpreter, and no kernel: what the emulator's tests and benchmarks run on. Page tables
 * are written by hand into RAM.
 */

import { Interpreter } from "../../emulator/cpu/interpreter.ts";
import { Hart } from "../../emulator/cpu/state.ts";
import type { EventSink, MachineEvent } from "../../emulator/events.ts";
import { Mmu, type MmuOptions } from "../../emulator/mmu/mmu.ts";
import { Tlb, type TlbOptions } from "../../emulator/mmu/tlb.ts";
import * as Pte from "../../emulator/pte.ts";
import { Ram } from "../../emulator/ram.ts";

export const RWXU = Pte.PTE_V | Pte.PTE_R | Pte.PTE_W | Pte.PTE_X | Pte.PTE_U;

export interface BareMetal {
  ram: Ram;
  hart: Hart;
  tlb: Tlb;
  mmu: Mmu;
  engine: Interpreter;
  /** Events so far; recorded while `sink.enabled`. */
  events: MachineEvent[];
  sink: EventSink;
  /** Writes the leaf PTE of a 4 KiB page of the address space rooted at frame `root`, and the table when there is none. */
  map(vpn: number, pfn: number, flags: number, root?: number): void;
  /** Physical address of the leaf PTE of a page whose table exists. */
  pteAddress(vpn: number, root?: number): number;
  /** Copies 32-bit words (or 16-bit halves, when below 0x10000 and compressed) to a physical address. */
  load(paddr: number, words: readonly number[]): void;
}

/** Root table of the first address space; tables are taken from the frames after it. */
export const ROOT = 1;

export function bareMetal(
  frames = 64,
  tlbOptions: Partial<TlbOptions> = {},
  mmuOptions: Partial<MmuOptions> = {},
): BareMetal {
  const ram = new Ram(frames);
  const hart = new Hart();
  const tlb = new Tlb(tlbOptions);
  const events: MachineEvent[] = [];
  const sink: EventSink = { enabled: true, emit: (event) => events.push(event) };
  const mmu = new Mmu(ram, hart, tlb, sink, mmuOptions);
  const engine = new Interpreter(hart, mmu, ram, sink);
  let nextTable = ROOT + 1;
  mmu.setSatp(1, ROOT);

  const pteAddress = (vpn: number, root = ROOT): number => {
    const pointer = ram.readWord(root * 4096 + (vpn >>> 10) * 4);
    return Pte.ptePfn(pointer) * 4096 + (vpn & 1023) * 4;
  };
  const map = (vpn: number, pfn: number, flags: number, root = ROOT): void => {
    const slot = root * 4096 + (vpn >>> 10) * 4;
    if (ram.readWord(slot) === 0) ram.writeWord(slot, Pte.makePte(nextTable++, Pte.PTE_V));
    ram.writeWord(pteAddress(vpn, root), Pte.makePte(pfn, flags));
  };
  const load = (paddr: number, words: readonly number[]): void => {
    let at = paddr;
    for (const word of words) {
      ram.u16[at >>> 1] = word;
      at += 2;
      if ((word & 3) === 3) {
        ram.u16[at >>> 1] = word >>> 16;
        at += 2;
      }
    }
  };
  return { ram, hart, tlb, mmu, engine, events, sink, map, pteAddress, load };
}
