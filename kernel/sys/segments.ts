/**
 * System V shared memory: shmget, shmat, shmdt, shmctl. A segment is a SharedObject that lives without being mapped until
 * IPC_RMID, and from then on until its last attachment goes. Layouts: asm-generic shmbuf.h for 32 bits.
 */

import { PAGE_BYTES, pageCeil } from "../../emulator/bits.ts";
import { Errno, type SyscallName } from "../abi.ts";
import type { Core } from "../core.ts";
import { releaseObject, reserve, USER_END, USER_START, unmapRange } from "../mm/address-space.ts";
import { areasOf, overlapping } from "../mm/areas.ts";
import { exceedsLocks, mayCommit, physicalPages } from "../mm/commit.ts";
import { findGap } from "../mm/gaps.ts";
import { readUserWords, writeUserWords } from "../mm/user-memory.ts";
import { Prot, type SharedSegment, type Vma } from "../mm/vma.ts";
import { exceedsSpace } from "../proc/limits.ts";
import { attachments, type Segmented, segments } from "../proc/shared-segments.ts";
import {
  findKey,
  Ipc,
  IpcLimit,
  MODE_WORD,
  NEVER,
  PERMISSION_WORDS,
  permissionWords,
  secondsOf,
} from "../proc/system-v.ts";
import type { SyscallHandler } from "./handler.ts";

const Attach = { ReadOnly: 0o10000, Round: 0o20000, Remap: 0o40000, Execute: 0o100000 } as const;
const HUGE_PAGES = 0o4000;
/** Bit of shm_perm.mode (linux/shm.h). */
const SHM_LOCKED = 0o2000;
const Command = { Info: 3, Lock: 11, Unlock: 12, SegmentStat: 13, SegmentInfo: 14, SegmentStatAny: 15 } as const;

const segmentOf = (core: Core, id: number): Segmented | undefined => {
  const object = core.sharedObjects.get(id);
  return object?.segment ? (object as Segmented) : undefined;
};

const shmget: SyscallHandler = (core, p, a) => {
  const [key, flags] = [a[0], a[2]];
  const bytes = a[1] >>> 0;
  if ((flags & HUGE_PAGES) !== 0 && key === 0) return -Errno.EINVAL;
  const identities = [...segments(core)].map(({ segment }) => segment);
  const found = findKey(identities, key, flags, { exists: -Errno.EEXIST, missing: -Errno.ENOENT });
  if (typeof found !== "number") return bytes > found.bytes ? -Errno.EINVAL : found.id;
  if (found < 0) return found;
  const pages = pageCeil(bytes) / PAGE_BYTES;
  if (bytes === 0 || bytes > USER_END) return -Errno.EINVAL;
  if (identities.length >= IpcLimit.SHMMNI) return -Errno.ENOSPC;
  if (!mayCommit(core, pages)) return -Errno.ENOMEM;
  const id = core.variables.nextObjectId++;
  const segment: SharedSegment = {
    id,
    key,
    bytes,
    mode: flags & 0o777,
    creatorPid: p.tgid,
    lastPid: 0,
    attachCycles: NEVER,
    detachCycles: NEVER,
    changeCycles: core.hart.cycles,
    isRemoved: false,
  };
  // The segment itself counts as one user, until it is removed.
  core.sharedObjects.set(id, { id, inode: -1, users: 1, pages: new Map(), committedPages: pages, segment });
  return id;
};

const shmat: SyscallHandler = (core, p, a) => {
  const object = a[0] < 0 ? undefined : segmentOf(core, a[0]);
  const flags = a[2];
  if (object === undefined) return -Errno.EINVAL;
  const { segment } = object;
  const bytes = pageCeil(segment.bytes);
  let start = a[1] >>> 0;
  if (start % PAGE_BYTES !== 0) {
    if ((flags & Attach.Round) === 0) return -Errno.EINVAL;
    start -= start % PAGE_BYTES;
  }
  if (start === 0 && (flags & Attach.Remap) !== 0) return -Errno.EINVAL;
  if (exceedsSpace(p, bytes / PAGE_BYTES)) return -Errno.ENOMEM;
  if (p.space.locksFuture && exceedsLocks(core, bytes / PAGE_BYTES)) return -Errno.EAGAIN;
  if (start === 0) {
    start = findGap(p.space, bytes, p.space.mmapTop, USER_START);
    if (start < 0) return -Errno.ENOMEM;
  } else {
    if (start + bytes > USER_END || start < USER_START) return -Errno.EINVAL;
    if ((flags & Attach.Remap) === 0 && overlapping(p.space, start, start + bytes).length > 0) return -Errno.EINVAL;
    // Counted first: what stood there may have been this segment's last attachment.
    object.users++;
    unmapRange(core, p.space, start, start + bytes);
    object.users--;
  }
  const isReadOnly = (flags & Attach.ReadOnly) !== 0;
  reserve(core, p.space, {
    start,
    end: start + bytes,
    prot: Prot.Read | (isReadOnly ? 0 : Prot.Write) | ((flags & Attach.Execute) !== 0 ? Prot.Execute : 0),
    shared: true,
    backing: { kind: "shared", object: object.id, offset: 0, isReadOnly },
    name: `/SYSV${(segment.key >>> 0).toString(16).padStart(8, "0")}`,
    growsDown: false,
  });
  segment.lastPid = p.tgid;
  segment.attachCycles = core.hart.cycles;
  return start | 0;
};

/** Where an area's attachment began, or −1 for an area that is none. */
function attachedAt(core: Core, vma: Vma): number {
  const { backing } = vma;
  return backing.kind === "shared" && segmentOf(core, backing.object) ? vma.start - backing.offset : -1;
}

const shmdt: SyscallHandler = (core, p, a) => {
  const start = a[0] >>> 0;
  if (start % PAGE_BYTES !== 0) return -Errno.EINVAL;
  const first = areasOf(p.space).find((vma) => vma.start >= start && attachedAt(core, vma) === start);
  if (first?.backing.kind !== "shared") return -Errno.EINVAL;
  const object = segmentOf(core, first.backing.object)!;
  const parts = areasOf(p.space).filter(
    ({ backing, start: from }) =>
      backing.kind === "shared" && backing.object === object.id && from - backing.offset === start,
  );
  object.segment.lastPid = p.tgid;
  object.segment.detachCycles = core.hart.cycles;
  for (const part of parts) unmapRange(core, p.space, part.start, part.end);
  return 0;
};

function shmidWords(core: Core, { segment }: Segmented): Int32Array {
  const { bytes, attachCycles, detachCycles, changeCycles, creatorPid, lastPid, isRemoved } = segment;
  const SHM_DEST = 0o1000;
  const identity = { ...segment, mode: segment.mode | (isRemoved ? SHM_DEST : 0) };
  const times = [attachCycles, detachCycles, changeCycles].flatMap(secondsOf);
  return Int32Array.from([
    ...permissionWords(identity),
    bytes,
    ...times,
    creatorPid,
    lastPid,
    attachments(core, segment.id),
    0,
    0,
  ]);
}

/** struct shminfo64: the greatest size, the least, segments, segments of a process, pages in all. */
const shminfo = (core: Core): Int32Array =>
  Int32Array.of(USER_END | 0, 1, IpcLimit.SHMMNI, IpcLimit.SHMMNI, physicalPages(core), 0, 0, 0, 0);

function shmInfo(core: Core): Int32Array {
  const all = [...segments(core)];
  const pages = all.reduce((sum, { segment }) => sum + pageCeil(segment.bytes) / PAGE_BYTES, 0);
  const resident = all.reduce((sum, object) => sum + object.pages.size, 0);
  return Int32Array.of(all.length, pages, resident, 0, 0, 0);
}

const shmctl: SyscallHandler = (core, p, a) => {
  const [id, command, vaddr] = a;
  if (command === Command.Info || command === Command.SegmentInfo) {
    const words = command === Command.Info ? shminfo(core) : shmInfo(core);
    return writeUserWords(core, p, vaddr, words) || Math.max(0, ...[...segments(core)].map((object) => object.id));
  }
  if (id < 0 || command < 0) return -Errno.EINVAL;
  const object = segmentOf(core, id);
  switch (command) {
    case Ipc.Stat:
    case Command.SegmentStat:
    case Command.SegmentStatAny: {
      if (object === undefined) return -Errno.EINVAL;
      return writeUserWords(core, p, vaddr, shmidWords(core, object)) || (command === Ipc.Stat ? 0 : id);
    }
    case Ipc.Set: {
      const words = new Int32Array(PERMISSION_WORDS);
      const outcome = readUserWords(core, p, vaddr, words);
      if (outcome !== 0) return outcome;
      if (object === undefined) return -Errno.EINVAL;
      object.segment.mode = (object.segment.mode & SHM_LOCKED) | (words[MODE_WORD] & 0o777);
      object.segment.changeCycles = core.hart.cycles;
      return 0;
    }
    case Ipc.Remove:
      if (object === undefined || object.segment.isRemoved) return object === undefined ? -Errno.EINVAL : 0;
      object.segment.isRemoved = true;
      object.segment.key = 0;
      releaseObject(core, object, 1);
      return 0;
    case Command.Lock:
    case Command.Unlock:
      if (object === undefined) return -Errno.EINVAL;
      // The mark is all there is: pages of a locked segment are replaced like others.
      object.segment.mode &= ~SHM_LOCKED;
      if (command === Command.Lock) object.segment.mode |= SHM_LOCKED;
      return 0;
    default:
      return -Errno.EINVAL;
  }
};

export const segmentCalls = { shmat, shmctl, shmdt, shmget } satisfies Partial<Record<SyscallName, SyscallHandler>>;
