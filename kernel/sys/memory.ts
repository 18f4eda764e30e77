/**
 * System calls about memory: brk, mmap2, munmap, mprotect, mremap, madvise. They reserve and give up; frames come with
 * faults, except where a call asks for them (MAP_POPULATE, MAP_LOCKED, MADV_WILLNEED, MADV_POPULATE_*).
 */
import { PAGE_BYTES, pageCeil } from "../../emulator/bits.ts";
import { Errno, SYSCALLS, type SyscallName } from "../abi.ts";
import type { Core } from "../core.ts";
import { isReadable, isWritable } from "../fs/flags.ts";
import { descriptorOf } from "../fs/open-file.ts";
import { isSealed, Seal } from "../fs/seals.ts";
import {
  dropRange,
  MAX_AREAS,
  MMAP_TOP,
  mayDivide,
  protectRange,
  replaceArea,
  reserve,
  resizeHeap,
  USER_END,
  USER_START,
  unmapRange,
} from "../mm/address-space.ts";
import { findVma, isCovered, overlapping, slice } from "../mm/areas.ts";
import { exceedsLocks, isAccountable, mayCommit, Overcommit } from "../mm/commit.ts";
import { permits } from "../mm/fault.ts";
import { findGap } from "../mm/gaps.ts";
import { fileObject } from "../mm/page-cache.ts";
import { reservedPte } from "../mm/pages.ts";
import { populateRange, prefetchRange, prepareInSteps } from "../mm/populate.ts";
import { trimRange, writeModified } from "../mm/reclaim.ts";
import { moveRange } from "../mm/remap.ts";
import { type AddressSpace, AtFork, type Backing, type NewVma, Prot, type Vma } from "../mm/vma.ts";
import { exceedsData, exceedsSpace, isData } from "../proc/limits.ts";
import type { Process } from "../proc/process.ts";
import type { SyscallHandler } from "./handler.ts";

/** mmap flags (Linux mman-common.h). */
const MapFlag = {
  Shared: 0x01,
  Private: 0x02,
  SharedValidate: 0x03,
  Locked: 0x2000,
  NoReserve: 0x4000,
  Populate: 0x8000,
  TypeMask: 0x0f,
  Fixed: 0x10,
  Anonymous: 0x20,
  GrowsDown: 0x100,
  FixedNoReplace: 0x100000,
} as const;

const ALL_PROT = Prot.Read | Prot.Write | Prot.Execute;
/** mprotect: from the address down to the start of an area that grows so, or up to the end of one that grows upwards. */
const ProtGrows = { Down: 0x0100_0000, Up: 0x0200_0000 } as const;
/** PROT_SEM: a hint that other machines give meaning to. */
const IGNORED_PROT = 0x8;

const isPageAligned = (vaddr: number): boolean => vaddr % PAGE_BYTES === 0;

const HEAP: Omit<NewVma, "start" | "end" | "backing"> = {
  prot: Prot.Read | Prot.Write,
  shared: false,
  name: "[heap]",
  growsDown: false,
};

/** Returns the break as it now stands; an impossible request changes nothing. */
const brk: SyscallHandler = (core, p, a) => {
  const { space } = p;
  const wanted = a[0] >>> 0;
  if (wanted < space.brkStart || wanted > MMAP_TOP) return space.brk | 0;
  const from = pageCeil(space.brk);
  const to = pageCeil(wanted);
  if (to > from) {
    const isFree = overlapping(space, from, to).length === 0;
    const pages = (to - from) / PAGE_BYTES;
    const isTooMuch = exceedsSpace(p, pages) || exceedsData(p, pages);
    if (!isFree || isTooMuch || !mayCommit(core, pages)) return space.brk | 0;
    if (space.locksFuture && exceedsLocks(core, pages)) return space.brk | 0;
  }
  resizeHeap(core, space, from, to, { ...HEAP, backing: { kind: "anonymous" }, start: from, end: to });
  space.brk = wanted;
  return wanted | 0;
};

const mmap2: SyscallHandler = (core, p, a) => {
  // Executed again after a sleep: the mapping exists, its pages are still being made present.
  const isPopulating = p.restart !== null && p.restart.number === SYSCALLS.mmap2.number;
  if (isPopulating) return populateRange(core, p, p.restart?.vaddr ?? 0, pageCeil(a[1] >>> 0), SYSCALLS.mmap2.number);
  // Linux looks at no other bits of prot here; mprotect does.
  const [prot, flags, fd] = [a[2] & ALL_PROT, a[3], a[4]];
  const hint = a[0] >>> 0;
  const bytes = pageCeil(a[1] >>> 0);
  const offset = (a[5] >>> 0) * PAGE_BYTES;
  if (bytes === 0) return -Errno.EINVAL;
  if (bytes > USER_END) return -Errno.ENOMEM;
  const type = flags & MapFlag.TypeMask;
  if (type !== MapFlag.Shared && type !== MapFlag.Private && type !== MapFlag.SharedValidate) return -Errno.EINVAL;
  const isAnonymous = (flags & MapFlag.Anonymous) !== 0;
  // SHARED_VALIDATE is for files alone, and only private anonymous memory grows.
  if (type === MapFlag.SharedValidate && isAnonymous) return -Errno.EINVAL;
  if ((flags & MapFlag.GrowsDown) !== 0 && (type !== MapFlag.Private || !isAnonymous)) return -Errno.EINVAL;
  if (p.space.areas.length >= MAX_AREAS || exceedsSpace(p, bytes / PAGE_BYTES)) return -Errno.ENOMEM;
  const growsDown = (flags & MapFlag.GrowsDown) !== 0;
  if (isData({ prot, shared: type !== MapFlag.Private, growsDown }) && exceedsData(p, bytes / PAGE_BYTES))
    return -Errno.ENOMEM;

  const exempt = (flags & MapFlag.NoReserve) !== 0 && core.variables.overcommitMode !== Overcommit.Never;
  const isCharged = !exempt && isAccountable({ prot, shared: type !== MapFlag.Private });
  const isSharedAnonymous = type !== MapFlag.Private && (flags & MapFlag.Anonymous) !== 0;
  if ((isCharged || isSharedAnonymous) && !mayCommit(core, bytes / PAGE_BYTES)) return -Errno.ENOMEM;
  const locked = (flags & MapFlag.Locked) !== 0 || p.space.locksFuture;
  if (locked && exceedsLocks(core, bytes / PAGE_BYTES)) return -Errno.EAGAIN;

  const start = choosePlace(p.space, hint, bytes, flags);
  if (start < 0) return start;
  const shared = type !== MapFlag.Private;
  const makeBacking = (): Backing | number =>
    (flags & MapFlag.Anonymous) !== 0
      ? anonymous(core, shared, bytes / PAGE_BYTES)
      : fileBacking(core, p, fd, prot, shared, offset, bytes);
  let backing = makeBacking();
  if (typeof backing === "number") return backing;
  if ((flags & MapFlag.Fixed) !== 0) {
    unmapRange(core, p.space, start, start + bytes);
    // What stood there may have been the last mapping of the same file, and the file's object has gone with it.
    if (backing.kind === "shared" && !core.sharedObjects.has(backing.object)) backing = makeBacking();
    if (typeof backing === "number") return backing;
  }
  const name = (flags & MapFlag.Anonymous) === 0 ? descriptorOf(p, fd)!.file.path : "";
  const area = { start, end: start + bytes, prot, shared, backing, name, growsDown, locked };
  reserve(core, p.space, exempt ? { ...area, charge: "exempt" } : area);
  if (prot === 0 || (!locked && (flags & MapFlag.Populate) === 0)) return start | 0;
  return populateRange(core, p, start, bytes, SYSCALLS.mmap2.number);
};

/** Where the mapping goes, or −errno. */
function choosePlace(space: AddressSpace, hint: number, bytes: number, flags: number): number {
  const fixed = (flags & (MapFlag.Fixed | MapFlag.FixedNoReplace)) !== 0;
  const fits = hint >= USER_START && hint + bytes <= USER_END;
  if (fixed) {
    if (hint + bytes > USER_END) return -Errno.ENOMEM;
    if (!isPageAligned(hint)) return -Errno.EINVAL;
    if (!fits) return hint < USER_START ? -Errno.EPERM : -Errno.ENOMEM;
    if ((flags & MapFlag.FixedNoReplace) !== 0 && overlapping(space, hint, hint + bytes).length > 0)
      return -Errno.EEXIST;
    return hint;
  }
  const wish = pageCeil(hint);
  if (wish >= USER_START && wish + bytes <= space.mmapTop && overlapping(space, wish, wish + bytes).length === 0)
    return wish;
  const gap = findGap(space, bytes, space.mmapTop, USER_START);
  return gap < 0 ? -Errno.ENOMEM : gap;
}

function anonymous(core: Core, shared: boolean, pages: number): Backing {
  if (!shared) return { kind: "anonymous" };
  return { kind: "shared", object: makeObject(core, -1, pages), offset: 0, isReadOnly: false };
}

function makeObject(core: Core, inode: number, committedPages: number): number {
  const id = core.variables.nextObjectId++;
  core.sharedObjects.set(id, { id, inode, users: 0, pages: new Map(), committedPages });
  return id;
}

/** A mapping of a regular file (or of /dev/zero): private, or shared by way of the file's object, which the first mapping makes. */
function fileBacking(
  core: Core,
  p: Process,
  fd: number,
  prot: number,
  shared: boolean,
  offset: number,
  bytes: number,
): Backing | number {
  const descriptor = descriptorOf(p, fd);
  if (descriptor === null) return -Errno.EBADF;
  const { file } = descriptor;
  if (!isReadable(file.flags)) return -Errno.EACCES;
  if (shared && (prot & Prot.Write) !== 0 && !isWritable(file.flags)) return -Errno.EACCES;
  const inode = core.fs.inode(file.inode);
  // A mapping of /dev/zero is anonymous memory, as it was before there was MAP_ANONYMOUS.
  if (inode?.kind === "device" && inode.device === "zero") return anonymous(core, shared, bytes / PAGE_BYTES);
  if (inode?.kind !== "file") return -Errno.ENODEV;
  const isWriteSealed = isSealed(inode, Seal.Write | Seal.FutureWrite);
  if (shared && isWriteSealed && (prot & Prot.Write) !== 0) return -Errno.EPERM;
  inode.atimeCycles = core.hart.cycles;
  if (shared) {
    let object = fileObject(core, inode.number)?.id;
    if (object === undefined) {
      object = makeObject(core, inode.number, 0);
      core.fs.hold(inode.number);
    }
    return { kind: "shared", object, offset, isReadOnly: isWriteSealed || !isWritable(file.flags) };
  }
  // As far as the file reaches at the time of the fault; beyond it there is nothing (SIGBUS).
  return { kind: "file", inode: file.inode, path: file.path, offset, fileBytes: Number.POSITIVE_INFINITY };
}

const munmap: SyscallHandler = (core, p, a) => {
  const start = a[0] >>> 0;
  const bytes = pageCeil(a[1] >>> 0);
  if (!isPageAligned(start) || bytes === 0 || start + bytes > USER_END) return -Errno.EINVAL;
  if (!mayPunch(p.space, start, start + bytes)) return -Errno.ENOMEM;
  unmapRange(core, p.space, start, start + bytes);
  return 0;
};

/** A hole in the middle of an area makes two of it: may there be one more? */
function mayPunch(space: AddressSpace, start: number, end: number): boolean {
  const vma = findVma(space, start);
  const isHole = vma !== undefined && vma.start < start && vma.end > end;
  return !isHole || space.areas.length < MAX_AREAS;
}

const mprotect: SyscallHandler = (core, p, a) => {
  const from = a[0] >>> 0;
  const prot = a[2] & ALL_PROT;
  const grows = a[2] & (ProtGrows.Down | ProtGrows.Up);
  if (!isPageAligned(from) || (a[2] & ~(ALL_PROT | IGNORED_PROT | grows)) !== 0) return -Errno.EINVAL;
  if (grows === (ProtGrows.Down | ProtGrows.Up)) return -Errno.EINVAL;
  if (a[1] === 0) return 0;
  let [start, bytes] = [from, pageCeil(a[1] >>> 0)];
  if (grows !== 0) {
    const grown = overlapping(p.space, start, start + bytes)[0];
    if (grown === undefined) return -Errno.ENOMEM;
    if (grows === ProtGrows.Up || !grown.growsDown) return -Errno.EINVAL;
    [start, bytes] = [grown.start, start + bytes - grown.start];
  }
  if (start + bytes > USER_END || !isCovered(p.space, start, start + bytes)) return -Errno.ENOMEM;
  const parts = overlapping(p.space, start, start + bytes);
  const isChange = parts.some((vma) => vma.prot !== prot);
  if (isChange && !mayDivide(p.space, start, start + bytes)) return -Errno.ENOMEM;
  let [charged, data] = [0, 0];
  for (const vma of parts) {
    if (vma.allocation !== null && vma.charge !== "charged") return -Errno.EACCES; // only reserved: VirtualAlloc commits
    if (vma.backing.kind === "shared" && vma.backing.isReadOnly && (prot & Prot.Write) !== 0) return -Errno.EACCES;
    const pages = (Math.min(vma.end, start + bytes) - Math.max(vma.start, start)) / PAGE_BYTES;
    if (vma.charge === "none" && isAccountable({ prot, shared: vma.shared })) charged += pages;
    if (!isData(vma) && isData({ ...vma, prot })) data += pages;
  }
  if (exceedsData(p, data)) return -Errno.ENOMEM;
  if (charged > 0 && !mayCommit(core, charged)) return -Errno.ENOMEM;
  protectRange(core, p.space, start, start + bytes, prot);
  return 0;
};

/** A move wants room for so many areas, whether it needs it or not (Linux, move_vma). */
const MOVE_SPARE_AREAS = 3;

/** mremap's flags (Linux mman.h). */
const RemapFlag = { MayMove: 1, Fixed: 2, DontUnmap: 4 } as const;

const mremap: SyscallHandler = (core, p, a) => {
  const { space } = p;
  const [start, oldBytes, newBytes, flags] = [a[0] >>> 0, pageCeil(a[1] >>> 0), pageCeil(a[2] >>> 0), a[3]];
  const place = a[4] >>> 0;
  const isFixed = (flags & RemapFlag.Fixed) !== 0;
  const keepsOld = (flags & RemapFlag.DontUnmap) !== 0;
  if ((flags & ~7) !== 0 || !isPageAligned(start) || newBytes === 0) return -Errno.EINVAL;
  if ((isFixed || keepsOld) && (flags & RemapFlag.MayMove) === 0) return -Errno.EINVAL;
  if (keepsOld && oldBytes !== newBytes) return -Errno.EINVAL;
  if (isFixed && (!isPageAligned(place) || place < USER_START || place + newBytes > USER_END)) return -Errno.EINVAL;
  if (isFixed && place < start + oldBytes && start < place + newBytes) return -Errno.EINVAL;
  const vma = findVma(space, start);
  if (vma === undefined || start + oldBytes > vma.end) return -Errno.EFAULT;
  // Length 0 asks for a second mapping of the same pages, which only shared memory can have.
  if (oldBytes === 0 && !vma.shared) return -Errno.EINVAL;
  if (vma.allocation !== null) return -Errno.EINVAL;

  if (newBytes <= oldBytes && !isFixed && !keepsOld) {
    if (!mayPunch(space, start + newBytes, start + oldBytes)) return -Errno.ENOMEM;
    if (newBytes < oldBytes) unmapRange(core, space, start + newBytes, start + oldBytes);
    return start | 0;
  }
  const pages = Math.max(0, newBytes - (keepsOld ? 0 : oldBytes)) / PAGE_BYTES;
  if (exceedsSpace(p, pages) || (isData(vma) && exceedsData(p, pages))) return -Errno.ENOMEM;
  if (vma.charge === "charged" && !mayCommit(core, pages)) return -Errno.ENOMEM;
  if (vma.locked && exceedsLocks(core, pages)) return -Errno.EAGAIN;
  if (!isFixed && !keepsOld && canGrowInPlace(space, vma, start, oldBytes, newBytes)) {
    reserve(core, space, slice(vma, start + oldBytes, start + newBytes), "grow");
    return start | 0;
  }
  if ((flags & RemapFlag.MayMove) === 0 || space.areas.length >= MAX_AREAS - MOVE_SPARE_AREAS) return -Errno.ENOMEM;
  if (isFixed && oldBytes === 0 && place === start) {
    // What was to be shown a second time makes room for its second view: as in Linux it is gone.
    unmapRange(core, space, place, place + newBytes);
    return -Errno.EFAULT;
  }
  const target = isFixed ? place : findGap(space, newBytes, space.mmapTop, USER_START);
  if (target < 0) return -Errno.ENOMEM;
  return moveRange(core, p, vma, { start, oldBytes, target, newBytes, keepsOld });
};

/** The end of an area can grow where nothing follows. */
function canGrowInPlace(space: AddressSpace, vma: Vma, start: number, oldBytes: number, newBytes: number): boolean {
  const end = start + newBytes;
  return (
    oldBytes > 0 && start + oldBytes === vma.end && end <= MMAP_TOP && overlapping(space, vma.end, end).length === 0
  );
}

/** madvise's advice (Linux mman-common.h). NORMAL, RANDOM, SEQUENTIAL and those about huge pages and dumps are hints. */
const Advice = {
  WillNeed: 3,
  DontNeed: 4,
  Free: 8,
  DontFork: 10,
  DoFork: 11,
  WipeOnFork: 18,
  KeepOnFork: 19,
  Cold: 20,
  PageOut: 21,
  PopulateRead: 22,
  PopulateWrite: 23,
} as const;
/** NORMAL … DONTNEED, FREE, DONTFORK, DOFORK, HUGEPAGE … POPULATE_WRITE: all but MERGEABLE, as of a Linux without KSM. */
const KNOWN_ADVICE = new Set([0, 1, 2, 3, 4, 8, 10, 11, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);

const madvise: SyscallHandler = (core, p, a) => {
  const start = a[0] >>> 0;
  const bytes = pageCeil(a[1] >>> 0);
  const advice = a[2];
  if (!isPageAligned(start) || !KNOWN_ADVICE.has(advice) || start + bytes >= 2 ** 32) return -Errno.EINVAL;
  if (bytes === 0) return 0;
  if (start + bytes > USER_END) return -Errno.ENOMEM;
  const isPopulate = advice === Advice.PopulateRead || advice === Advice.PopulateWrite;
  if (isPopulate) return populateAdvised(core, p, start, bytes, advice === Advice.PopulateWrite ? "store" : "load");
  const end = start + bytes;
  for (const vma of overlapping(p.space, start, end)) {
    const [from, to] = [Math.max(start, vma.start), Math.min(end, vma.end)];
    const result = advise(core, p, vma, from, to, advice);
    if (result !== 0) return result;
  }
  return isCovered(p.space, start, end) ? 0 : -Errno.ENOMEM;
};

/** One advice about a part of one area. */
function advise(core: Core, p: Process, vma: Vma, from: number, to: number, advice: number): number {
  switch (advice) {
    case Advice.Free:
      if (vma.shared || vma.backing.kind !== "anonymous") return -Errno.EINVAL;
      // FREE may drop pages at any later time; dropping them at once is one of the times.
      dropRange(core, p.space, from, to, reservedPte(vma));
      return 0;
    case Advice.DontNeed:
      if (vma.locked) return -Errno.EINVAL;
      dropRange(core, p.space, from, to, reservedPte(vma));
      return 0;
    case Advice.Cold:
    case Advice.PageOut:
      if (vma.locked) return -Errno.EINVAL;
      trimRange(core, p.space, from, to);
      if (advice === Advice.PageOut) writeModified(core, (to - from) / PAGE_BYTES);
      return 0;
    case Advice.DontFork:
    case Advice.DoFork:
      return setAtFork(core, p.space, from, to, AtFork.Leave, advice === Advice.DontFork);
    case Advice.WipeOnFork:
    case Advice.KeepOnFork:
      if (advice === Advice.WipeOnFork && (vma.shared || vma.backing.kind !== "anonymous")) return -Errno.EINVAL;
      return setAtFork(core, p.space, from, to, AtFork.Wipe, advice === Advice.WipeOnFork);
    case Advice.WillNeed:
      prefetchRange(core, p, from, to);
      return 0;
    default:
      return 0;
  }
}

/** What fork is to do with a part of an area. −EAGAIN, as on Linux, when there would be too many areas. */
function setAtFork(core: Core, space: AddressSpace, from: number, to: number, bit: number, isSet: boolean): number {
  const isChange = overlapping(space, from, to).some(({ atFork }) => ((atFork & bit) !== 0) !== isSet);
  if (isChange && !mayDivide(space, from, to)) return -Errno.EAGAIN;
  replaceArea(core, space, from, to, (part) => ({
    ...part,
    atFork: isSet ? part.atFork | bit : part.atFork & ~bit,
  }));
  return 0;
}

/** MADV_POPULATE_READ and _WRITE: −ENOMEM for a hole, −EFAULT where the area forbids it. */
function populateAdvised(core: Core, p: Process, start: number, bytes: number, access: "load" | "store"): number {
  if (!isCovered(p.space, start, start + bytes)) return -Errno.ENOMEM;
  for (const vma of overlapping(p.space, start, start + bytes)) if (!permits(vma, access)) return -Errno.EFAULT;
  return prepareInSteps(core, p, start, bytes, access, SYSCALLS.madvise.number);
}

export const memoryCalls = { brk, mmap2, munmap, mprotect, mremap, madvise } satisfies Partial<
  Record<SyscallName, SyscallHandler>
>;
