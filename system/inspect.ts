/**
 * Looking at a machine without changing it: processes and their registers, memory wherever its bytes are just now, page
 * tables, areas, frames, lists, the TLB. Everything here can be called at any moment of a run, inside an event too.
 */

import { PAGE_BYTES, PAGE_MASK, type Pid } from "../emulator/bits.ts";
import type { PteRead } from "../emulator/mmu/mmu.ts";
import type { TlbEntry } from "../emulator/mmu/tlb.ts";
import { isValid, ptePfn } from "../emulator/pte.ts";
import type { FrameState } from "../kernel/events.ts";
import { allAreas } from "../kernel/mm/area-list.ts";
import { findVma, permissionsOf } from "../kernel/mm/areas.ts";
import { FRAME_STATES, Priority } from "../kernel/mm/frames.ts";
import { readPte } from "../kernel/mm/page-table.ts";
import { SoftwarePte, softwareKind, softwareValue } from "../kernel/mm/software-pte.ts";
import { workingSetPages } from "../kernel/mm/working-set.ts";
import type { Process } from "../kernel/proc/process.ts";
import type { Machine } from "./machine.ts";

/** The process on the CPU, or 0 while the kernel idles. */
export const currentPid = (machine: Machine): number => machine.kernel.core.variables.currentPid;

export const processOf = (machine: Machine, pid: number): Process | undefined =>
  machine.kernel.core.processes.get(pid as Pid);

/** Every process, zombies included, by pid. */
export const processes = (machine: Machine): Process[] =>
  [...machine.kernel.core.processes.values()].sort((a, b) => a.pid - b.pid);

export interface RegisterView {
  /** x0 … x31, signed; a copy. */
  readonly x: Int32Array;
  readonly pc: number;
}

/** User registers of a process: the hart's while it runs, else those saved in its record. */
export function registersOf(machine: Machine, pid: number): RegisterView | undefined {
  if (currentPid(machine) === pid) return { x: machine.hart.x.slice(), pc: machine.hart.pc };
  const p = processOf(machine, pid);
  return p === undefined ? undefined : { x: p.x.slice(), pc: p.pc };
}

/** The program whose code or data stands at an address of a process, or null when no file backs it. */
export function programAt(machine: Machine, pid: number, vaddr: number): string | null {
  const p = processOf(machine, pid);
  const backing = p === undefined || p.state === "zombie" ? undefined : findVma(p.space, vaddr)?.backing;
  return backing?.kind === "file" ? backing.path : null;
}

/** Where a page's bytes are. */
export type PagePlace =
  | { readonly kind: "frame"; readonly pfn: number }
  /** In a frame that no valid PTE maps: standby, modified or under transfer. */
  | { readonly kind: "transition"; readonly pfn: number }
  | { readonly kind: "swap"; readonly slot: number }
  | { readonly kind: "file"; readonly path: string; readonly offset: number }
  /** Never touched: would be zeros. */
  | { readonly kind: "zero" }
  /** Reserved without access. */
  | { readonly kind: "guard" }
  /** No area covers it. */
  | { readonly kind: "nothing" };

/** Where the bytes of a page of a process are now. */
export function placeOf(machine: Machine, pid: number, vpn: number): PagePlace {
  const p = processOf(machine, pid);
  const vma = p === undefined || p.state === "zombie" ? undefined : findVma(p.space, vpn * PAGE_BYTES);
  if (p === undefined || vma === undefined) return { kind: "nothing" };
  const pte = readPte(machine.ram, p.space.rootPfn, vpn);
  if (isValid(pte)) return { kind: "frame", pfn: ptePfn(pte) };
  switch (softwareKind(pte)) {
    case SoftwarePte.Transition:
      return { kind: "transition", pfn: softwareValue(pte) };
    case SoftwarePte.Swap:
      return { kind: "swap", slot: softwareValue(pte) };
    default:
      if (vma.prot === 0) return { kind: "guard" };
      if (vma.backing.kind !== "file") return { kind: "zero" };
      return { kind: "file", path: vma.backing.path, offset: vma.backing.offset + vpn * PAGE_BYTES - vma.start };
  }
}

/** Bytes of a page, wherever they are; null where nothing is mapped or access is never allowed. */
export function readPage(machine: Machine, pid: number, vpn: number): Uint8Array | null {
  const place = placeOf(machine, pid, vpn);
  switch (place.kind) {
    case "frame":
    case "transition":
      return machine.ram.frame(place.pfn);
    case "swap":
      return machine.kernel.core.swap.bytes(place.slot) ?? new Uint8Array(PAGE_BYTES);
    case "zero":
      return new Uint8Array(PAGE_BYTES);
    case "file": {
      const page = new Uint8Array(PAGE_BYTES);
      const p = processOf(machine, pid)!;
      const vma = findVma(p.space, vpn * PAGE_BYTES)!;
      if (vma.backing.kind !== "file") return page;
      const left = vma.backing.fileBytes - (vpn * PAGE_BYTES - vma.start);
      if (left > 0)
        machine.kernel.core.fs.readInode(vma.backing.inode, place.offset, page.subarray(0, Math.min(PAGE_BYTES, left)));
      return page;
    }
    default:
      return null;
  }
}

/** Up to `bytes` bytes from a virtual address; fewer when an unmapped page comes in between. Nothing is paged in. */
export function readMemory(machine: Machine, pid: number, vaddr: number, bytes: number): Uint8Array {
  const found = new Uint8Array(bytes);
  let done = 0;
  while (done < bytes) {
    const at = (vaddr + done) >>> 0;
    const page = readPage(machine, pid, at >>> 12);
    if (page === null) break;
    const part = page.subarray(at & PAGE_MASK, Math.min(PAGE_BYTES, (at & PAGE_MASK) + bytes - done));
    found.set(part, done);
    done += part.length;
  }
  return found.subarray(0, done);
}

/** A little-endian number of 1, 2 or 4 bytes, unsigned; null where nothing is mapped. */
export function readNumber(machine: Machine, pid: number, vaddr: number, bytes: 1 | 2 | 4 = 4): number | null {
  const found = readMemory(machine, pid, vaddr, bytes);
  if (found.length < bytes) return null;
  let value = 0;
  for (let i = bytes - 1; i >= 0; i--) value = value * 256 + found[i];
  return value;
}

/** Frames on each list. */
export type ListCounts = Readonly<Record<FrameState, number>>;

export function listCounts(machine: Machine): ListCounts {
  const { count } = machine.kernel.core.frames;
  return Object.fromEntries(FRAME_STATES.map((name, state) => [name, count[state]])) as unknown as ListCounts;
}

/** Frames on the standby list of each page priority, 0 … 7. */
export const standbyCounts = (machine: Machine): number[] => [...machine.kernel.core.frames.standby];

/** Frames on each list, and behind standby, as `standby-P`, those of each page priority that has any but the usual. */
export function listRows(machine: Machine): [name: string, frames: number][] {
  const priorities = standbyCounts(machine).flatMap((frames, priority): [string, number][] =>
    frames === 0 || priority === Priority.Default ? [] : [[`standby-${priority}`, frames]],
  );
  return Object.entries(listCounts(machine)).flatMap((row): [string, number][] =>
    row[0] === "standby" ? [row, ...priorities] : [row],
  );
}

export interface FrameView {
  readonly pfn: number;
  readonly state: FrameState;
  /** Valid PTEs that map it. */
  readonly mapped: number;
  /** All PTEs that refer to it; `pid` is that of the process that the space was made for, 0 for shared memory itself. */
  readonly references: readonly { readonly pid: number; readonly vpn: number }[];
  /** Swap slot that holds the same bytes, or −1. */
  readonly slot: number;
}

export function frameView(machine: Machine, pfn: number): FrameView {
  const { frames, spaces } = machine.kernel.core;
  if (!(pfn >= 0 && pfn < frames.frames))
    throw new RangeError(`there is no frame ${pfn}; RAM has frames 0 to ${frames.frames - 1}`);
  const references = frames.references
    .list(pfn)
    .map(({ space, vpn }) => ({ pid: spaces.get(space)?.ownerPid ?? 0, vpn }));
  return {
    pfn,
    state: FRAME_STATES[frames.state[pfn]],
    mapped: frames.mapped[pfn],
    references,
    slot: frames.slot[pfn],
  };
}

export interface AreaView {
  readonly start: number;
  readonly end: number;
  readonly permissions: string;
  readonly name: string;
  /** Pages present, in transition or in swap. */
  readonly resident: number;
  readonly swapped: number;
}

/** The areas of a process, ascending, with what stands behind them. */
export function areasOf(machine: Machine, pid: number): AreaView[] {
  const p = processOf(machine, pid);
  if (p === undefined) return [];
  return allAreas(p.space.areas).map((vma) => {
    let resident = 0;
    let swapped = 0;
    for (let vpn = vma.start / PAGE_BYTES; vpn < vma.end / PAGE_BYTES; vpn++) {
      const pte = readPte(machine.ram, p.space.rootPfn, vpn);
      if (isValid(pte)) resident++;
      else if (softwareKind(pte) === SoftwarePte.Swap) swapped++;
    }
    return { start: vma.start, end: vma.end, permissions: permissionsOf(vma), name: vma.name, resident, swapped };
  });
}

export interface WorkingSetView {
  /** Limits in pages; no maximum is Infinity. */
  readonly minimum: number;
  readonly maximum: number;
  readonly resident: number;
  readonly peak: number;
  /** Its virtual time: cycles in user mode. */
  readonly cpuCycles: number;
  /** Denning's W(τ) by vpn, as exact as A bits are sampled; null when no books are kept (--ws-sample). */
  readonly pages: readonly number[] | null;
}

/** The working set of a process, by a window τ of its own, or the machine's. Undefined for a process without memory. */
export function workingSetOf(machine: Machine, pid: number, tauCycles?: number): WorkingSetView | undefined {
  const { variables } = machine.kernel.core;
  const space = processOf(machine, pid)?.space;
  if (space === undefined || space.id === 0) return undefined;
  return {
    minimum: space.residentMinimumPages,
    maximum: space.residentLimitPages,
    resident: space.residentPages,
    peak: space.peakResidentPages,
    cpuCycles: space.cpuCycles,
    pages: variables.wsSampleCycles === 0 ? null : workingSetPages(space, tauCycles ?? variables.tauCycles),
  };
}

/** The PTEs on the way to a page, root first. */
export function walkOf(machine: Machine, pid: number, vaddr: number): readonly PteRead[] {
  const p = processOf(machine, pid);
  return p === undefined ? [] : machine.mmu.peek(vaddr, "load", p.space.rootPfn).reads;
}

/** The ways of one set of the TLB, null for an empty one. */
export function tlbSet(machine: Machine, set: number): (TlbEntry | null)[] {
  const { tlb } = machine.mmu;
  return Array.from({ length: tlb.ways }, (_, way) => tlb.entry(set * tlb.ways + way));
}
