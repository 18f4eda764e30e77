/**
 * System calls about what is in memory now: mincore, the mlock family, msync, and Faultline's own working_set, which sets
 * a process's working-set limits as SetProcessWorkingSetSize does.
 */

import { PAGE_BYTES, type Pid, pageCeil, pageFloor } from "../../emulator/bits.ts";
import { isValid } from "../../emulator/pte.ts";
import { Errno, SYSCALLS, type SyscallName } from "../abi.ts";
import type { Core } from "../core.ts";
import { mayDivide, replaceArea, USER_END } from "../mm/address-space.ts";
import { areasOf, isCovered, overlapping } from "../mm/areas.ts";
import { exceedsLocks } from "../mm/commit.ts";
import { Flight } from "../mm/frames.ts";
import { fileObject, flushFile } from "../mm/page-cache.ts";
import { readPte } from "../mm/page-table.ts";
import { populateRange } from "../mm/populate.ts";
import { SoftwarePte, softwareKind, softwareValue } from "../mm/software-pte.ts";
import { writeUser } from "../mm/user-memory.ts";
import type { AddressSpace, SharedObject, Vma } from "../mm/vma.ts";
import { setWorkingSet, trimToLimit } from "../mm/working-set.ts";
import type { Process } from "../proc/process.ts";
import type { SyscallHandler } from "./handler.ts";

/** In a frame, its contents intact, or on its way out. A page on its way in is not there yet. */
const isInFrame = (core: Core, pte: number): boolean =>
  softwareKind(pte) === SoftwarePte.Transition && core.frames.flight[softwareValue(pte)] !== Flight.In;

function isMapped(core: Core, space: AddressSpace, vpn: number): boolean {
  const pte = readPte(core.ram, space.rootPfn, vpn);
  return isValid(pte) || isInFrame(core, pte);
}

/** Does the object have the page in a frame, whoever has touched it? */
function isHeld(core: Core, object: SharedObject | undefined, index: number): boolean {
  const held = object?.pages.get(index);
  return held !== undefined && isInFrame(core, held);
}

/** A private area that shows a file, in some space. */
interface FileView {
  readonly space: AddressSpace;
  readonly vma: Vma;
  /** What to add to a page's place in the file to get its place in the space. */
  readonly shift: number;
}

/** Every private area that shows a file; where one has a page, the file has been read there. */
function viewsOf(core: Core, inode: number): FileView[] {
  return [...core.spaces.values()].flatMap((space) =>
    areasOf(space).flatMap((vma) => {
      const { backing } = vma;
      if (backing.kind !== "file" || backing.inode !== inode) return [];
      return [{ space, vma, shift: (vma.start - backing.offset) / PAGE_BYTES }];
    }),
  );
}

/**
 * Which pages of an area are in memory: mapped here, or in a frame; of shared memory and of files also what only another space
 * has touched, as it would be in the page cache.
 */
function residentIn(core: Core, space: AddressSpace, { backing, start }: Vma): (vpn: number) => boolean {
  if (backing.kind === "anonymous") return (vpn) => isMapped(core, space, vpn);
  const page = (vpn: number): number => (backing.offset - start) / PAGE_BYTES + vpn;
  if (backing.kind === "shared") {
    const object = core.sharedObjects.get(backing.object);
    return (vpn) => isMapped(core, space, vpn) || isHeld(core, object, page(vpn));
  }
  const object = fileObject(core, backing.inode);
  const views = viewsOf(core, backing.inode);
  return (vpn) => isHeld(core, object, page(vpn)) || views.some((view) => isSeen(core, view, page(vpn)));
}

function isSeen(core: Core, { space, vma, shift }: FileView, page: number): boolean {
  const vpn = page + shift;
  return vpn >= vma.start / PAGE_BYTES && vpn < vma.end / PAGE_BYTES && isMapped(core, space, vpn);
}

/** Pages whose answers are written at a time. */
const MINCORE_PIECE = 4096;

const mincore: SyscallHandler = (core, p, a) => {
  const start = a[0] >>> 0;
  const pages = pageCeil(a[1] >>> 0) / PAGE_BYTES;
  if (start % PAGE_BYTES !== 0) return -Errno.EINVAL;
  const end = start + pages * PAGE_BYTES;
  if (end > USER_END || !isCovered(p.space, start, end)) return -Errno.ENOMEM;
  for (let done = 0; done < pages; done += MINCORE_PIECE) {
    const length = Math.min(MINCORE_PIECE, pages - done);
    const first = start / PAGE_BYTES + done;
    const answers = new Uint8Array(length);
    for (const vma of overlapping(p.space, first * PAGE_BYTES, (first + length) * PAGE_BYTES)) {
      const from = Math.max(first, vma.start / PAGE_BYTES);
      const to = Math.min(first + length, vma.end / PAGE_BYTES);
      const isResident = residentIn(core, p.space, vma);
      for (let vpn = from; vpn < to; vpn++) if (isResident(vpn)) answers[vpn - first] = 1;
    }
    const written = writeUser(core, p, (a[2] >>> 0) + done, answers);
    if (written !== 0) return written;
  }
  return 0;
};

// ---- locking ----

/** Sets or clears the lock of everything mapped in [start, end). 0, or −ENOMEM when there would be too many areas. */
function setLocks(core: Core, space: AddressSpace, start: number, end: number, locked: boolean): number {
  const isChange = overlapping(space, start, end).some((vma) => vma.locked !== locked);
  if (isChange && !mayDivide(space, start, end)) return -Errno.ENOMEM;
  for (const vma of overlapping(space, start, end)) {
    if (vma.locked === locked) continue;
    replaceArea(core, space, Math.max(vma.start, start), Math.min(vma.end, end), (part) => ({ ...part, locked }));
  }
  return 0;
}

function unlockedPages(space: AddressSpace, start: number, end: number): number {
  let pages = 0;
  for (const vma of overlapping(space, start, end)) {
    if (!vma.locked) pages += (Math.min(vma.end, end) - Math.max(vma.start, start)) / PAGE_BYTES;
  }
  return pages;
}

/** MLOCK_ONFAULT: pages are locked when they come, and not fetched now. */
const LOCK_ON_FAULT = 1;

function lock(core: Core, p: Process, vaddr: number, bytes: number, flags: number, number: number): number {
  const start = pageFloor(vaddr);
  const end = pageCeil(vaddr + bytes);
  if (end === start) return 0;
  if (end >= 2 ** 32) return -Errno.EINVAL;
  if (end > USER_END || !isCovered(p.space, start, end)) return -Errno.ENOMEM;
  if (exceedsLocks(core, unlockedPages(p.space, start, end))) return -Errno.ENOMEM;
  const outcome = setLocks(core, p.space, start, end, true);
  if (outcome !== 0) return outcome;
  if ((flags & LOCK_ON_FAULT) !== 0) return 0;
  const result = populateRange(core, p, start, end - start, number);
  return result === (start | 0) ? 0 : result;
}

const mlock: SyscallHandler = (core, p, a) => lock(core, p, a[0] >>> 0, a[1] >>> 0, 0, SYSCALLS.mlock.number);

const mlock2: SyscallHandler = (core, p, a) =>
  (a[2] & ~LOCK_ON_FAULT) !== 0 ? -Errno.EINVAL : lock(core, p, a[0] >>> 0, a[1] >>> 0, a[2], SYSCALLS.mlock2.number);

const munlock: SyscallHandler = (core, p, a) => {
  const start = pageFloor(a[0] >>> 0);
  const end = pageCeil((a[0] >>> 0) + (a[1] >>> 0));
  if (end >= 2 ** 32) return -Errno.EINVAL;
  if (end > USER_END || !isCovered(p.space, start, end)) return -Errno.ENOMEM;
  return setLocks(core, p.space, start, end, false);
};

/** MCL_* (Linux mman.h). */
const LockAll = { Current: 1, Future: 2, OnFault: 4 } as const;

const mlockall: SyscallHandler = (core, p, a) => {
  const flags = a[0];
  const isKnown = (flags & ~7) === 0 && (flags & (LockAll.Current | LockAll.Future)) !== 0;
  if (!isKnown) return -Errno.EINVAL;
  const current = (flags & LockAll.Current) !== 0;
  if (current && exceedsLocks(core, unlockedPages(p.space, 0, USER_END))) return -Errno.ENOMEM;
  p.space.locksFuture = (flags & LockAll.Future) !== 0;
  if (!current) return 0;
  setLocks(core, p.space, 0, USER_END, true);
  if ((flags & LockAll.OnFault) !== 0) return 0;
  const result = populateRange(core, p, 0, USER_END, SYSCALLS.mlockall.number);
  return result === 0 ? 0 : result;
};

const munlockall: SyscallHandler = (core, p) => {
  p.space.locksFuture = false;
  setLocks(core, p.space, 0, USER_END, false);
  return 0;
};

// ---- msync ----

/** MS_* (Linux mman.h). */
const Sync = { Async: 1, Invalidate: 2, Sync: 4 } as const;

const msync: SyscallHandler = (core, p, a) => {
  const start = a[0] >>> 0;
  const end = start + pageCeil(a[1] >>> 0);
  const flags = a[2];
  const isBoth = (flags & Sync.Async) !== 0 && (flags & Sync.Sync) !== 0;
  if (start % PAGE_BYTES !== 0 || (flags & ~7) !== 0 || isBoth) return -Errno.EINVAL;
  if (end > USER_END) return -Errno.ENOMEM;
  for (const vma of overlapping(p.space, start, end)) {
    if ((flags & Sync.Invalidate) !== 0 && vma.locked) return -Errno.EBUSY;
    if (vma.backing.kind !== "shared") continue;
    const { inode } = core.sharedObjects.get(vma.backing.object)!;
    if (inode < 0) continue;
    const waits = (flags & Sync.Sync) !== 0;
    const outcome = flushFile(core, inode) || (waits ? core.fs.folder.ask(inode, { kind: "synchronize" }) : 0);
    if (outcome !== 0 && waits) return outcome;
  }
  return isCovered(p.space, start, end) ? 0 : -Errno.ENOMEM;
};

// ---- working set ----

/** Leaves a limit as it is. */
const KEEP = -1;
/** Takes a limit away; as the maximum. */
const UNLIMITED = 0;
/** working_set(pid, minimum, maximum, trim): pages; pid 0 is the caller. `trim` 1 empties the working set now. */
const working_set: SyscallHandler = (core, p, a) => {
  const [pid, minimum, maximum, trim] = a;
  const owner = pid === 0 ? p : core.processes.get(pid as Pid);
  if (owner === undefined || owner.space.id === 0) return -Errno.ESRCH;
  const { space } = owner;
  if (minimum < KEEP || maximum < KEEP || (trim !== 0 && trim !== 1)) return -Errno.EINVAL;
  const limit =
    maximum === KEEP ? space.residentLimitPages : maximum === UNLIMITED ? Number.POSITIVE_INFINITY : maximum;
  const least = minimum === KEEP ? space.residentMinimumPages : minimum;
  if (!setWorkingSet(core, space, least, limit)) return -Errno.EINVAL;
  if (trim === 1) trimToLimit(core, space, 0, "the working set is emptied");
  return 0;
};

export const residentCalls = {
  mincore,
  mlock,
  mlock2,
  munlock,
  mlockall,
  munlockall,
  msync,
  working_set,
} satisfies Partial<Record<SyscallName, SyscallHandler>>;
