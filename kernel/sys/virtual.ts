/**
 * VirtualAlloc and its family: Faultline's own calls, after the Win32 functions of those names, with their flag and
 * protection values. A range is first reserved (addresses only, no charge), then committed page by page (counts in the
 * commit charge, which RAM + swap bound), decommitted (contents and charge go, addresses stay) and released as a whole.
 *
 * Reservations begin at multiples of 64 KiB. Committed parts are "[committed]" in /proc/PID/maps and reserved ones
 * "[reserved]". The calls return −errno; libc turns these into GetLastError's numbers:
 *
 *     EINVAL     a flag, size or protection that is none           ERROR_INVALID_PARAMETER
 *     EEXIST     occupied, not reserved, or not an allocation      ERROR_INVALID_ADDRESS
 *     ENOMEM     the commit charge would pass RAM + swap,          ERROR_COMMITMENT_LIMIT
 *                or the space has vm.max_map_count areas
 *     EOVERFLOW  no room in the address space                      ERROR_NOT_ENOUGH_MEMORY
 *     EFAULT     a pointer for results that is none                ERROR_NOACCESS
 *
 * The first access to a page with PAGE_GUARD is refused, with SIGSEGV of si_code SEGV_GUARD (a call gets EFAULT), and takes the
 * guard from that page (mm/fault.ts). MEM_RESET and MEM_RESET_UNDO: mm/reset.ts.
 *
 * Left out: PAGE_NOCACHE, PAGE_WRITECOMBINE, large pages, write watches, physical pages (EINVAL).
 * Source: learn.microsoft.com, memoryapi.h: VirtualAlloc, VirtualFree, VirtualProtect, VirtualQuery.
 */
import { PAGE_BYTES, pageCeil, pageFloor } from "../../emulator/bits.ts";
import { Errno, RESTART, type SyscallName } from "../abi.ts";
import type { Core } from "../core.ts";
import {
  dropRange,
  MAX_AREAS,
  mayDivide,
  protectRange,
  replaceArea,
  reserve,
  USER_END,
  USER_START,
  unmapRange,
} from "../mm/address-space.ts";
import { areaAbove, areasOf, findVma, overlapping } from "../mm/areas.ts";
import { mayCommitVirtual } from "../mm/commit.ts";
import { findGap } from "../mm/gaps.ts";
import { reservedPte } from "../mm/pages.ts";
import { forgetReset, resetRange, undoReset } from "../mm/reset.ts";
import { prepareUser, writeUserWord, writeUserWords } from "../mm/user-memory.ts";
import { type AddressSpace, Prot, type Vma } from "../mm/vma.ts";
import { exceedsSpace } from "../proc/limits.ts";
import type { Process } from "../proc/process.ts";
import type { SyscallHandler } from "./handler.ts";

/** MEM_* (winnt.h). */
const Mem = {
  Commit: 0x1000,
  Reserve: 0x2000,
  Decommit: 0x4000,
  Release: 0x8000,
  Free: 0x10000,
  Private: 0x20000,
  Mapped: 0x40000,
  Image: 0x1000000,
  Reset: 0x80000,
  /** Our search goes from the top in any case. */
  TopDown: 0x100000,
  ResetUndo: 0x1000000,
} as const;

/** PAGE_* and the access that each gives. */
const PROTECTIONS: ReadonlyMap<number, number> = new Map([
  [0x01, 0],
  [0x02, Prot.Read],
  [0x04, Prot.Read | Prot.Write],
  [0x10, Prot.Execute],
  [0x20, Prot.Read | Prot.Execute],
  [0x40, Prot.Read | Prot.Write | Prot.Execute],
]);

const PAGE_NO_ACCESS = 0x01;
const PAGE_GUARD = 0x100;

/** What a PAGE_* value asks for: rights, and whether the first access is refused. Null for a value that is none. */
function rightsFor(protect: number): { readonly prot: number; readonly guarded: number | null } | null {
  const prot = PROTECTIONS.get(protect & ~PAGE_GUARD);
  if (prot === undefined || protect === (PAGE_NO_ACCESS | PAGE_GUARD)) return null;
  return { prot, guarded: (protect & PAGE_GUARD) === 0 ? null : prot };
}

/** PAGE_* of an area; PAGE_WRITECOPY for a private mapping of a file. */
function protectionOf(vma: Vma): number {
  const isCopied = vma.backing.kind === "file" && !vma.shared && (vma.prot & Prot.Write) !== 0;
  const page = [0x01, 0x02, 0x04, 0x04, 0x10, 0x20, 0x40, 0x40][(vma.guarded ?? vma.prot) & 7];
  if (vma.guarded !== null) return page | PAGE_GUARD;
  return isCopied ? page * 2 : page;
}

/** Bytes to whose multiples reservations are aligned (dwAllocationGranularity). */
export const ALLOCATION_GRANULARITY_BYTES = 0x10000;

const isCommitted = (vma: Vma): boolean => vma.charge === "charged";

type Rights = NonNullable<ReturnType<typeof rightsFor>>;

/** An area of an allocation in one of its two states. */
function stateArea(vma: Vma, rights: Rights | null): Vma {
  if (rights === null) return { ...vma, prot: 0, guarded: null, charge: "none", name: "[reserved]" };
  const { prot, guarded } = rights;
  return { ...vma, prot: guarded === null ? prot : 0, guarded, charge: "charged", name: "[committed]" };
}

/** The pages that hold a byte of [vaddr, vaddr + bytes). */
function pagesAround(vaddr: number, bytes: number): { start: number; end: number } {
  return { start: pageFloor(vaddr), end: pageCeil(vaddr + bytes) };
}

/** The parts of one allocation that cover [start, end) without a gap, or null. */
function partsOf(space: AddressSpace, start: number, end: number): Vma[] | null {
  const parts = overlapping(space, start, end);
  const id = parts[0]?.allocation?.id;
  let at = start;
  for (const vma of parts) {
    if (vma.start > at || vma.allocation === null || vma.allocation.id !== id) return null;
    at = vma.end;
  }
  return at >= end ? parts : null;
}

const virtual_alloc: SyscallHandler = (core, p, a) => {
  const [vaddr, bytes, type, protect] = [a[0] >>> 0, a[1] >>> 0, a[2] & ~Mem.TopDown, a[3]];
  const rights = rightsFor(protect);
  if (bytes === 0 || rights === null) return -Errno.EINVAL;
  if (type === Mem.Reset || type === Mem.ResetUndo) return reset(core, p.space, vaddr, bytes, type);
  if (type === 0 || (type & ~(Mem.Commit | Mem.Reserve)) !== 0) return -Errno.EINVAL;
  const commits = (type & Mem.Commit) !== 0;
  if (vaddr + bytes > USER_END) return vaddr === 0 ? -Errno.EOVERFLOW : -Errno.EINVAL;
  if ((type & Mem.Reserve) === 0 && vaddr !== 0) return commit(core, p.space, vaddr, bytes, rights);

  const start = vaddr - (vaddr % ALLOCATION_GRANULARITY_BYTES);
  const length = pageCeil(vaddr + bytes) - start;
  const place = vaddr === 0 ? alignedGap(p.space, length) : start;
  if (place < 0 || exceedsSpace(p, length / PAGE_BYTES)) return -Errno.EOVERFLOW;
  if (place < USER_START) return -Errno.EINVAL;
  if (overlapping(p.space, place, place + length).length > 0) return -Errno.EEXIST;
  if (p.space.areas.length >= MAX_AREAS) return -Errno.ENOMEM;
  if (commits && !mayCommitVirtual(core, length / PAGE_BYTES)) return -Errno.ENOMEM;
  const allocation = { id: core.variables.nextObjectId++, base: place, protect };
  const area: Vma = {
    start: place,
    end: place + length,
    prot: 0,
    shared: false,
    backing: { kind: "anonymous" },
    name: "",
    growsDown: false,
    charge: "none",
    locked: false,
    allocation,
    guarded: null,
    atFork: 0,
    softDirty: true,
  };
  reserve(core, p.space, stateArea(area, commits ? rights : null));
  return place | 0;
};

/** The highest gap that begins at a multiple of the granularity, or −1. */
function alignedGap(space: AddressSpace, bytes: number): number {
  const slack = ALLOCATION_GRANULARITY_BYTES - PAGE_BYTES;
  const gap = findGap(space, bytes + slack, space.mmapTop, ALLOCATION_GRANULARITY_BYTES);
  if (gap < 0) return -1;
  const top = gap + slack;
  return top - (top % ALLOCATION_GRANULARITY_BYTES);
}

/** MEM_COMMIT of what has been reserved. Pages that are committed already keep their contents and take the new protection. */
function commit(core: Core, space: AddressSpace, vaddr: number, bytes: number, rights: Rights): number {
  const { start, end } = pagesAround(vaddr, bytes);
  const parts = partsOf(space, start, end);
  if (parts === null) return -Errno.EEXIST;
  let missing = 0;
  for (const vma of parts) {
    if (!isCommitted(vma)) missing += (Math.min(vma.end, end) - Math.max(vma.start, start)) / PAGE_BYTES;
  }
  if (missing > 0 && !mayCommitVirtual(core, missing)) return -Errno.ENOMEM;
  if (!mayDivide(space, start, end)) return -Errno.ENOMEM;
  for (const vma of parts) {
    const [from, to] = [Math.max(vma.start, start), Math.min(vma.end, end)];
    if (isCommitted(vma)) protectRange(core, space, from, to, rights.prot, rights.guarded);
    else replaceArea(core, space, from, to, (part) => stateArea(part, rights));
  }
  return start | 0;
}

/** MEM_RESET: the contents are of no interest for now. MEM_RESET_UNDO: they are again; are they all still there? */
function reset(core: Core, space: AddressSpace, vaddr: number, bytes: number, type: number): number {
  const { start, end } = pagesAround(vaddr, bytes);
  const parts = partsOf(space, start, end);
  if (parts === null || !parts.every(isCommitted)) return -Errno.EEXIST;
  if (type === Mem.ResetUndo) return undoReset(core, space, start, end) ? start | 0 : -Errno.EINVAL;
  for (const vma of parts)
    resetRange(core, space, Math.max(vma.start, start), Math.min(vma.end, end), reservedPte(vma));
  return start | 0;
}

const virtual_free: SyscallHandler = (core, p, a) => {
  const [vaddr, bytes, type] = [a[0] >>> 0, a[1] >>> 0, a[2]];
  const { space } = p;
  const found = findVma(space, vaddr);
  if (type === Mem.Release) {
    if (bytes !== 0) return -Errno.EINVAL;
    if (found === undefined || found.allocation === null || found.allocation.base !== vaddr) return -Errno.EEXIST;
    for (const vma of allocationParts(space, found)) unmapRange(core, space, vma.start, vma.end);
    return 0;
  }
  if (type !== Mem.Decommit) return -Errno.EINVAL;
  if (vaddr + bytes > USER_END) return -Errno.EINVAL;
  if (bytes === 0 && (found === undefined || found.allocation?.base !== vaddr)) return -Errno.EINVAL;
  const range = pagesAround(vaddr, bytes);
  const parts = bytes === 0 ? allocationParts(space, found!) : partsOf(space, range.start, range.end);
  if (parts === null) return -Errno.EEXIST;
  if (bytes !== 0 && !mayDivide(space, range.start, range.end)) return -Errno.ENOMEM;
  for (const vma of parts) {
    if (!isCommitted(vma)) continue;
    const from = bytes === 0 ? vma.start : Math.max(vma.start, range.start);
    const to = bytes === 0 ? vma.end : Math.min(vma.end, range.end);
    dropRange(core, space, from, to, reservedPte(vma));
    forgetReset(space, from, to);
    replaceArea(core, space, from, to, (part) => stateArea(part, null));
  }
  return 0;
};

const allocationParts = (space: AddressSpace, vma: Vma): Vma[] =>
  areasOf(space).filter(({ allocation }) => allocation !== null && allocation.id === vma.allocation?.id);

const virtual_protect: SyscallHandler = (core, p, a) => {
  const [vaddr, bytes, rights] = [a[0] >>> 0, a[1] >>> 0, rightsFor(a[2])];
  if (bytes === 0 || rights === null || vaddr + bytes > USER_END) return -Errno.EINVAL;
  const { start, end } = pagesAround(vaddr, bytes);
  const parts = partsOf(p.space, start, end);
  if (parts === null || !parts.every(isCommitted)) return -Errno.EEXIST;
  if (!mayDivide(p.space, start, end)) return -Errno.ENOMEM;
  const written = writeUserWord(core, p, a[3], protectionOf(parts[0]));
  if (written !== 0) return written;
  protectRange(core, p.space, start, end, rights.prot, rights.guarded);
  return 0;
};

/** Words of MEMORY_BASIC_INFORMATION on a 32-bit machine. */
const INFORMATION_WORDS = 7;

const virtual_query: SyscallHandler = (core, p, a) => {
  if (a[2] >>> 0 < INFORMATION_WORDS * 4) return -Errno.EINVAL;
  const vaddr = a[0] >>> 0;
  if (vaddr >= USER_END) return -Errno.EINVAL;
  // Made present first: the answer must not change because the buffer's own page or the stack below it appears.
  const ready = prepareUser(core, p, a[1], INFORMATION_WORDS * 4, "store");
  if (ready !== 0) return ready;
  const written = writeUserWords(core, p, a[1], Int32Array.from(information(p, vaddr)));
  return written === RESTART || written < 0 ? written : INFORMATION_WORDS * 4;
};

/** BaseAddress, AllocationBase, AllocationProtect, RegionSize, State, Protect, Type of the run of pages from vaddr's on. */
function information(p: Process, vaddr: number): number[] {
  const { space } = p;
  const base = pageFloor(vaddr);
  const vma = findVma(space, vaddr);
  if (vma === undefined) {
    const end = areaAbove(space, vaddr)?.start ?? USER_END;
    return [base, 0, 0, end - base, Mem.Free, 0x01, 0];
  }
  const { allocation, backing } = vma;
  const isReserved = allocation !== null && !isCommitted(vma);
  const isImage = backing.kind === "file" && (vma.prot & Prot.Execute) !== 0;
  const type = isImage ? Mem.Image : backing.kind === "anonymous" ? Mem.Private : Mem.Mapped;
  return [
    base,
    allocation?.base ?? vma.start,
    allocation?.protect ?? protectionOf(vma),
    vma.end - base,
    isReserved ? Mem.Reserve : Mem.Commit,
    isReserved ? 0 : protectionOf(vma),
    type,
  ];
}

export const virtualCalls = { virtual_alloc, virtual_free, virtual_protect, virtual_query } satisfies Partial<
  Record<SyscallName, SyscallHandler>
>;
