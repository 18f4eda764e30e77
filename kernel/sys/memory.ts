/** System calls about memory: brk, mmap2, munmap, mprotect, madvise. They reserve and give up; frames come with faults. */
import { PAGE_BYTES, pageCeil } from "../../emulator/bits.ts";
import { Errno, type SyscallName } from "../abi.ts";
import type { Core } from "../core.ts";
import { isReadable, isWritable } from "../fs/flags.ts";
import { sizeBytes } from "../fs/inode.ts";
import { descriptorOf } from "../fs/open-file.ts";
import {
  dropRange,
  MMAP_TOP,
  protectRange,
  reserve,
  resizeHeap,
  USER_END,
  USER_START,
  unmapRange,
} from "../mm/address-space.ts";
import { findGap, isCovered, overlapping } from "../mm/areas.ts";
import { reservedPte } from "../mm/pages.ts";
import { type AddressSpace, type Backing, Prot, type Vma } from "../mm/vma.ts";
import type { Process } from "../proc/process.ts";
import type { SyscallHandler } from "./handler.ts";

/** mmap flags (Linux mman-common.h). */
const MapFlag = {
  Shared: 0x01,
  Private: 0x02,
  SharedValidate: 0x03,
  TypeMask: 0x0f,
  Fixed: 0x10,
  Anonymous: 0x20,
  GrowsDown: 0x100,
  FixedNoReplace: 0x100000,
} as const;

const ALL_PROT = Prot.Read | Prot.Write | Prot.Execute;
/** PROT_SEM, PROT_GROWSDOWN and PROT_GROWSUP: hints that other machines give meaning to. */
const IGNORED_PROT = 0x8 | 0x0100_0000 | 0x0200_0000;

/** Areas that one space may have (vm.max_map_count). */
const MAX_AREAS = 65530;

const isPageAligned = (vaddr: number): boolean => vaddr % PAGE_BYTES === 0;

/** Would `pages` more break the limit on the size of the address space? */
const exceedsLimit = (p: Process, pages: number): boolean =>
  (p.space.reservedPages + pages) * PAGE_BYTES > p.limits.addressSpaceBytes.soft;

const HEAP: Omit<Vma, "start" | "end"> = {
  prot: Prot.Read | Prot.Write,
  shared: false,
  backing: { kind: "anonymous" },
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
    if (!isFree || exceedsLimit(p, (to - from) / PAGE_BYTES)) return space.brk | 0;
  }
  resizeHeap(core, space, from, to, { ...HEAP, start: from, end: to });
  space.brk = wanted;
  return wanted | 0;
};

const mmap2: SyscallHandler = (core, p, a) => {
  const [prot, flags, fd] = [a[2] & ~IGNORED_PROT, a[3], a[4]];
  const hint = a[0] >>> 0;
  const bytes = pageCeil(a[1] >>> 0);
  const offset = (a[5] >>> 0) * PAGE_BYTES;
  if (bytes === 0 || (prot & ~ALL_PROT) !== 0) return -Errno.EINVAL;
  if (bytes > USER_END) return -Errno.ENOMEM;
  const type = flags & MapFlag.TypeMask;
  if (type !== MapFlag.Shared && type !== MapFlag.Private && type !== MapFlag.SharedValidate) return -Errno.EINVAL;
  if (p.space.vmas.length >= MAX_AREAS || exceedsLimit(p, bytes / PAGE_BYTES)) return -Errno.ENOMEM;

  const start = choosePlace(p.space, hint, bytes, flags);
  if (start < 0) return start;
  const shared = type !== MapFlag.Private;
  const backing =
    (flags & MapFlag.Anonymous) !== 0 ? anonymous(core, shared) : fileBacking(core, p, fd, prot, shared, offset);
  if (typeof backing === "number") return backing;
  if ((flags & MapFlag.Fixed) !== 0) unmapRange(core, p.space, start, start + bytes);
  const name = backing.kind === "file" ? backing.path : "";
  const growsDown = (flags & MapFlag.GrowsDown) !== 0 && !shared;
  reserve(core, p.space, { start, end: start + bytes, prot, shared, backing, name, growsDown });
  return start | 0;
};

/** Where the mapping goes, or −errno. */
function choosePlace(space: AddressSpace, hint: number, bytes: number, flags: number): number {
  const fixed = (flags & (MapFlag.Fixed | MapFlag.FixedNoReplace)) !== 0;
  const fits = hint >= USER_START && hint + bytes <= USER_END;
  if (fixed) {
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

function anonymous(core: Core, shared: boolean): Backing {
  if (!shared) return { kind: "anonymous" };
  const id = core.variables.nextObjectId++;
  core.sharedObjects.set(id, { id, users: 0, pages: new Map() });
  return { kind: "shared", object: id, offset: 0 };
}

/**
 * A private mapping of a regular file, or a shared one that cannot be written. A shared writable mapping would need a
 * page cache with write-back, which does not exist yet: ENODEV.
 */
function fileBacking(
  core: Core,
  p: Process,
  fd: number,
  prot: number,
  shared: boolean,
  offset: number,
): Backing | number {
  const descriptor = descriptorOf(p, fd);
  if (descriptor === null) return -Errno.EBADF;
  const { file } = descriptor;
  if (!isReadable(file.flags)) return -Errno.EACCES;
  if (shared && (prot & Prot.Write) !== 0) return isWritable(file.flags) ? -Errno.ENODEV : -Errno.EACCES;
  const inode = core.fs.inode(file.inode);
  if (inode?.kind !== "file") return -Errno.ENODEV;
  // Page by page to the end of the file; beyond it there is nothing (SIGBUS).
  const fileBytes = Math.max(0, pageCeil(sizeBytes(inode)) - offset);
  return { kind: "file", inode: file.inode, path: file.path, offset, fileBytes };
}

const munmap: SyscallHandler = (core, p, a) => {
  const start = a[0] >>> 0;
  const bytes = pageCeil(a[1] >>> 0);
  if (!isPageAligned(start) || bytes === 0 || start + bytes > USER_END) return -Errno.EINVAL;
  unmapRange(core, p.space, start, start + bytes);
  return 0;
};

const mprotect: SyscallHandler = (core, p, a) => {
  const start = a[0] >>> 0;
  const bytes = pageCeil(a[1] >>> 0);
  const prot = a[2] & ~IGNORED_PROT;
  if (!isPageAligned(start) || (prot & ~ALL_PROT) !== 0) return -Errno.EINVAL;
  if (bytes === 0) return 0;
  if (start + bytes > USER_END || !isCovered(p.space, start, start + bytes)) return -Errno.ENOMEM;
  for (const vma of overlapping(p.space, start, start + bytes)) {
    if (vma.shared && vma.backing.kind === "file" && (prot & Prot.Write) !== 0) return -Errno.EACCES;
  }
  protectRange(core, p.space, start, start + bytes, prot);
  return 0;
};

/** madvise's advice (Linux mman-common.h). Only DONTNEED and FREE change anything; the others are hints. */
const Advice = { DontNeed: 4, Free: 8 } as const;
/** NORMAL … DONTNEED, FREE, DONTFORK … COLD, PAGEOUT, POPULATE_READ, POPULATE_WRITE. */
const KNOWN_ADVICE = new Set([0, 1, 2, 3, 4, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]);

const madvise: SyscallHandler = (core, p, a) => {
  const start = a[0] >>> 0;
  const bytes = pageCeil(a[1] >>> 0);
  const advice = a[2];
  if (!isPageAligned(start) || !KNOWN_ADVICE.has(advice) || start + bytes > USER_END) return -Errno.EINVAL;
  if (bytes === 0) return 0;
  if (advice === Advice.DontNeed || advice === Advice.Free) {
    // FREE may drop pages at any later time; dropping them at once is one of the times.
    for (const vma of overlapping(p.space, start, start + bytes)) {
      if (advice === Advice.Free && (vma.shared || vma.backing.kind !== "anonymous")) return -Errno.EINVAL;
      dropRange(core, p.space, Math.max(start, vma.start), Math.min(start + bytes, vma.end), reservedPte(vma));
    }
  }
  return isCovered(p.space, start, start + bytes) ? 0 : -Errno.ENOMEM;
};

export const memoryCalls = { brk, mmap2, munmap, mprotect, madvise } satisfies Partial<
  Record<SyscallName, SyscallHandler>
>;
