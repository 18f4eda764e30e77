/** System calls on open files: open, close, read, write, seek, duplicate, fcntl, truncate. */
import { Errno, type SyscallName } from "../abi.ts";
import type { Core } from "../core.ts";
import { MAX_FILE_BYTES, nextStored } from "../fs/content.ts";
import { Fcntl, isWritable, OPENING_FLAGS, Open, PATH_BYTES_MAX, SETTABLE_FLAGS, Seek } from "../fs/flags.ts";
import {
  type DeviceInode,
  type DirectoryInode,
  type FifoInode,
  type FileInode,
  type Inode,
  isDirectory,
  isSymlink,
  sizeBytes,
} from "../fs/inode.ts";
import { isSeekable, readFile, writeFile } from "../fs/input-output.ts";
import { recordLock } from "../fs/locks.ts";
import { openPipe } from "../fs/named-pipe.ts";
import {
  closeDescriptor,
  descriptorLimit,
  descriptorOf,
  forkFiles,
  freeDescriptor,
  installDescriptor,
  notify,
  openInode,
  pipeChannel,
  putDescriptor,
} from "../fs/open-file.ts";
import { directoryForNames, type Place, pathOfPlace, walk } from "../fs/path.ts";
import { isControl, procNode } from "../fs/proc/nodes.ts";
import { openProcFile } from "../fs/proc/open.ts";
import { sealsOf } from "../fs/seals.ts";
import { type Span, spanOf } from "../fs/transfer.ts";
import { flushFile } from "../mm/page-cache.ts";
import { truncateFile } from "../mm/truncate.ts";
import { readUserString, readUserWords, writeUserWords } from "../mm/user-memory.ts";
import { permitsFileBytes } from "../proc/limits.ts";
import type { OpenFile, Process } from "../proc/process.ts";
import { acquireTerminal } from "../tty/device.ts";
import type { SyscallHandler } from "./handler.ts";
import { addSeals } from "./memory-files.ts";

/** Greatest byte count of one transfer: Linux's MAX_RW_COUNT. */
const TRANSFER_MAX = 0x7ffff000;
/** Most segments of readv and writev (IOV_MAX). */
const SEGMENTS_MAX = 1024;

// ---- open and close ----

const openat: SyscallHandler = (core, p, a) => {
  const path = readUserString(core, p, a[1], PATH_BYTES_MAX);
  if (typeof path === "number") return path;
  const flags = a[2];
  if ((flags & Open.Temporary) !== 0 && (flags & Open.Path) === 0) return temporary(core, p, a[0], path, flags, a[3]);
  const creates = (flags & Open.Create) !== 0;
  const follow = (flags & Open.NoFollow) === 0 && !(creates && flags & Open.Exclusive);
  const fd = freeDescriptor(p);
  if (fd < 0) return fd;
  const place = walk(core, p, a[0], path, follow);
  if (typeof place === "number") return place;
  const inode = place.inode >= 0 ? existing(core, p, place, flags) : created(core, p, place, flags, a[3]);
  if (typeof inode === "number") return inode;
  if (inode.kind === "fifo" && (flags & Open.Path) === 0)
    return openPipe(core, p, inode, flags, pathOfPlace(core, place));
  const file = openInode(core, inode.number, flags & ~OPENING_FLAGS, pathOfPlace(core, place));
  return installDescriptor(p, file, (flags & Open.CloseOnExec) !== 0);
};

/** O_TMPFILE: a file without a name in the directory that the path means; it lives as long as it is open. */
function temporary(core: Core, p: Process, dirfd: number, path: string, flags: number, mode: number): number {
  if ((flags & Open.Directory) === 0 || !isWritable(flags)) return -Errno.EINVAL;
  const fd = freeDescriptor(p);
  if (fd < 0) return fd;
  const place = walk(core, p, dirfd, path, true);
  if (typeof place === "number") return place;
  const directory = place.inode < 0 ? undefined : core.fs.inode(place.inode);
  if (!directory) return -Errno.ENOENT;
  if (!isDirectory(directory)) return -Errno.ENOTDIR;
  if (directory.kind !== "directory") return -Errno.ENOTSUP;
  if (!core.fs.canAdd()) return -Errno.ENOSPC;
  if (core.fs.folder.isReadOnly && core.fs.folder.has(directory.number)) return -Errno.EROFS;
  const inode = core.fs.makeNameless(mode & 0o7777 & ~p.fs.umask, core.hart.cycles);
  if ((flags & Open.Exclusive) === 0) inode.isLinkable = true;
  const kept = flags & ~(Open.Temporary | Open.Directory | Open.Create | Open.Exclusive | Open.CloseOnExec);
  const file = openInode(core, inode.number, kept, `${pathOfPlace(core, place)}/#${inode.number} (deleted)`);
  return installDescriptor(p, file, (flags & Open.CloseOnExec) !== 0);
}

/** Checks that what a path leads to may be opened so, and truncates it if asked. */
function existing(core: Core, p: Process, place: Place, flags: number): Inode | number {
  const inode = core.fs.inode(place.inode)!;
  const creates = (flags & Open.Create) !== 0;
  const isForPath = (flags & Open.Path) !== 0;
  if (creates && flags & Open.Exclusive) return -Errno.EEXIST;
  if (isSymlink(inode) && !isForPath) return -Errno.ELOOP;
  if (flags & Open.Directory && !isDirectory(inode)) return -Errno.ENOTDIR;
  if (isDirectory(inode)) return creates || isWritable(flags) ? -Errno.EISDIR : inode;
  if (isForPath) return inode;
  if (inode.kind === "proc") {
    if (!isWritable(flags)) return openProcFile(core, inode.number);
    return isControl(procNode(inode.number)) ? inode : -Errno.EACCES;
  }
  if (inode.kind === "generated" && isWritable(flags)) return -Errno.EACCES;
  if (inode.kind === "device") return openDevice(core, p, inode, flags);
  if (!isWritable(flags)) return inode;
  const refusal = core.fs.folder.ask(inode.number, { kind: "open" });
  if (refusal !== 0) return refusal;
  const outcome = inode.kind === "file" && flags & Open.Truncate ? truncateFile(core, inode, 0) : 0;
  return outcome === 0 ? inode : outcome;
}

/** /dev/tty is the controlling terminal, if there is one; a session's leader gets one by opening /dev/console. */
function openDevice(core: Core, p: Process, inode: DeviceInode, flags: number): Inode | number {
  if (inode.device === "tty" && p.tty < 0) return -Errno.ENXIO;
  if (inode.device === "console" && (flags & Open.NoControllingTerminal) === 0) acquireTerminal(core, p);
  return inode;
}

function created(core: Core, p: Process, place: Place, flags: number, mode: number): Inode | number {
  if ((flags & Open.Create) === 0) return -Errno.ENOENT;
  if (place.mustBeDirectory) return -Errno.EISDIR;
  if (flags & Open.Directory) return -Errno.EINVAL;
  const parent = directoryForNames(core, place);
  if (typeof parent === "number") return parent;
  if (!core.fs.canAdd()) return -Errno.ENOSPC;
  return makeFile(core, parent, place.name, mode & 0o7777 & ~p.fs.umask);
}

/** A new, empty file in a directory that has room, or −errno. */
export function makeFile(core: Core, parent: DirectoryInode, name: string, permissions: number): FileInode | number {
  const { folder, nextInode } = core.fs;
  const refusal = folder.askNew(parent.number, name, nextInode, { kind: "create", permissions });
  return refusal === 0 ? core.fs.makeFile(parent, name, permissions, core.hart.cycles) : refusal;
}

const close: SyscallHandler = (core, p, a) => {
  if (!descriptorOf(p, a[0])) return -Errno.EBADF;
  closeDescriptor(core, p.files, a[0]);
  return 0;
};

/** CLOSE_RANGE_* (include/uapi/linux/close_range.h). */
const CloseRange = { Unshare: 2, CloseOnExec: 4 } as const;

/** All descriptors of a range at once, which exec is to close, or now; with Unshare in a table of the caller's own. */
const close_range: SyscallHandler = (core, p, a) => {
  const [first, last, flags] = [a[0] >>> 0, a[1] >>> 0, a[2]];
  if ((flags & ~(CloseRange.Unshare | CloseRange.CloseOnExec)) !== 0 || first > last) return -Errno.EINVAL;
  if ((flags & CloseRange.Unshare) !== 0 && p.files.users > 1) {
    const shared = p.files;
    p.files = forkFiles(shared);
    shared.users--;
  }
  const { files } = p;
  const end = Math.min(last + 1, files.slots.length);
  for (let fd = first; fd < end; fd++) {
    const descriptor = files.slots[fd];
    if (descriptor && (flags & CloseRange.CloseOnExec) !== 0) descriptor.closeOnExec = true;
    else closeDescriptor(core, files, fd);
  }
  return 0;
};

// ---- read and write ----

export const transferBytes = (count: number): number => Math.min(count >>> 0, TRANSFER_MAX);

const read: SyscallHandler = (core, p, a) => {
  const file = descriptorOf(p, a[0])?.file;
  return file ? readFile(core, p, file, spanOf(a[1] >>> 0, transferBytes(a[2])), -1) : -Errno.EBADF;
};

const write: SyscallHandler = (core, p, a) => {
  const file = descriptorOf(p, a[0])?.file;
  return file ? writeFile(core, p, file, spanOf(a[1] >>> 0, transferBytes(a[2])), -1) : -Errno.EBADF;
};

/** Reads an array of struct iovec { base, length }. −EINVAL when there are too many or their sum does not fit. */
export function readSegments(core: Core, p: Process, vaddr: number, count: number): Span | number {
  if (count < 0 || count > SEGMENTS_MAX) return -Errno.EINVAL;
  const words = new Int32Array(2 * count);
  const outcome = readUserWords(core, p, vaddr, words);
  if (outcome !== 0) return outcome;
  const segments = Array.from({ length: count }, (_, i) => ({
    vaddr: words[2 * i] >>> 0,
    bytes: words[2 * i + 1] >>> 0,
  }));
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  return bytes > TRANSFER_MAX ? -Errno.EINVAL : { segments, bytes };
}

const readv: SyscallHandler = (core, p, a) => {
  const file = descriptorOf(p, a[0])?.file;
  if (!file) return -Errno.EBADF;
  const span = readSegments(core, p, a[1], a[2]);
  return typeof span === "number" ? span : readFile(core, p, file, span, -1);
};

const writev: SyscallHandler = (core, p, a) => {
  const file = descriptorOf(p, a[0])?.file;
  if (!file) return -Errno.EBADF;
  const span = readSegments(core, p, a[1], a[2]);
  return typeof span === "number" ? span : writeFile(core, p, file, span, -1);
};

/** A 64-bit argument from its halves, exact up to 2^53; negative when bit 63 is set. */
export const joined = (low: number, high: number): number => high * 2 ** 32 + (low >>> 0);

const pread64: SyscallHandler = (core, p, a) => {
  const position = joined(a[3], a[4]);
  if (position < 0) return -Errno.EINVAL;
  const file = descriptorOf(p, a[0])?.file;
  return file ? readFile(core, p, file, spanOf(a[1] >>> 0, transferBytes(a[2])), position) : -Errno.EBADF;
};

const pwrite64: SyscallHandler = (core, p, a) => {
  const position = joined(a[3], a[4]);
  if (position < 0) return -Errno.EINVAL;
  const file = descriptorOf(p, a[0])?.file;
  return file ? writeFile(core, p, file, spanOf(a[1] >>> 0, transferBytes(a[2])), position) : -Errno.EBADF;
};

const _llseek: SyscallHandler = (core, p, a) => {
  const file = descriptorOf(p, a[0])?.file;
  if (!file || file.flags & Open.Path) return -Errno.EBADF;
  const inode = core.fs.inode(file.inode);
  if (!inode || inode.kind === "fifo" || (inode.kind === "device" && !isSeekable(inode))) return -Errno.ESPIPE;
  if (a[4] === Seek.Data || a[4] === Seek.Hole) return seekStored(core, p, file, inode, a);
  const base = seekBase(inode, file, a[4]);
  if (base < 0) return base;
  const position = base + joined(a[2], a[1]);
  if (position < 0 || position > Number.MAX_SAFE_INTEGER) return -Errno.EINVAL;
  const outcome = writeUserWords(core, p, a[3], Int32Array.of(position, Math.floor(position / 2 ** 32)));
  if (outcome === 0) file.offset = position;
  return outcome;
};

/** SEEK_DATA and SEEK_HOLE: the next byte that is stored, or that is not; there is a hole at the end of every file. */
function seekStored(core: Core, p: Process, file: OpenFile, inode: Inode, a: Int32Array): number {
  if (inode.kind !== "file") return -Errno.EINVAL;
  flushFile(core, inode.number);
  const from = joined(a[2], a[1]);
  const { bytes } = inode.content;
  if (from < 0 || from >= bytes) return -Errno.ENXIO;
  const found = nextStored(inode.content, from, a[4] === Seek.Data);
  if (found >= bytes && a[4] === Seek.Data) return -Errno.ENXIO;
  const position = Math.min(found, bytes);
  const outcome = writeUserWords(core, p, a[3], Int32Array.of(position, 0));
  if (outcome === 0) file.offset = position;
  return outcome;
}

function seekBase(inode: Inode, file: OpenFile, whence: number): number {
  if (whence === Seek.Set) return 0;
  if (whence === Seek.Current) return file.offset;
  if (whence !== Seek.End) return -Errno.EINVAL;
  return inode.kind === "generated" ? inode.bytes.length : isDirectory(inode) ? -Errno.EINVAL : sizeBytes(inode);
}

const ftruncate64: SyscallHandler = (core, p, a) => {
  const file = descriptorOf(p, a[0])?.file;
  if (!file) return -Errno.EBADF;
  const bytes = joined(a[1], a[2]);
  const inode = core.fs.inode(file.inode);
  if (bytes < 0 || inode?.kind !== "file" || !isWritable(file.flags)) return -Errno.EINVAL;
  return setLength(core, p, inode, bytes);
};

/** Truncation by a process, which its limit on the size of files may forbid. */
export function setLength(core: Core, p: Process, inode: FileInode, bytes: number): number {
  const grows = bytes > inode.content.bytes;
  if (bytes > MAX_FILE_BYTES || (grows && !permitsFileBytes(core, p, bytes))) return -Errno.EFBIG;
  return truncateFile(core, inode, bytes);
}

// ---- descriptors ----

const dup: SyscallHandler = (_core, p, a) => {
  const descriptor = descriptorOf(p, a[0]);
  return descriptor ? installDescriptor(p, descriptor.file, false) : -Errno.EBADF;
};

const dup3: SyscallHandler = (core, p, a) => {
  const [from, to, flags] = a;
  if (flags & ~Open.CloseOnExec || from === to) return -Errno.EINVAL;
  const descriptor = descriptorOf(p, from);
  if (!descriptor || to < 0 || to >= descriptorLimit(p)) return -Errno.EBADF;
  // Counted first, so that closing the old descriptor cannot end the file that is being duplicated.
  descriptor.file.users++;
  closeDescriptor(core, p.files, to);
  putDescriptor(p.files, to, { file: descriptor.file, closeOnExec: (flags & Open.CloseOnExec) !== 0 });
  descriptor.file.users--;
  return to;
};

const fcntl64: SyscallHandler = (core, p, a) => {
  const descriptor = descriptorOf(p, a[0]);
  if (!descriptor) return -Errno.EBADF;
  const { file } = descriptor;
  switch (a[1]) {
    case Fcntl.GetLock:
    case Fcntl.SetLock:
    case Fcntl.SetLockWait:
    case Fcntl.GetFileLock:
    case Fcntl.SetFileLock:
    case Fcntl.SetFileLockWait:
      return recordLock(core, p, file, a[1], a[2]);
    case Fcntl.GetPipeSize:
    case Fcntl.SetPipeSize: {
      const inode = core.fs.inode(file.inode);
      if (inode?.kind !== "fifo") return -Errno.EBADF;
      return a[1] === Fcntl.GetPipeSize ? inode.pipe.capacityBytes : setPipeSize(core, inode, a[2] >>> 0);
    }
    case Fcntl.GetSeals:
      return sealsOf(core.fs.inode(file.inode));
    case Fcntl.AddSeals:
      return addSeals(core, file, a[2]);
    case Fcntl.DuplicateFd:
    case Fcntl.DuplicateFdCloseOnExec:
      if (a[2] < 0 || a[2] >= descriptorLimit(p)) return -Errno.EINVAL;
      return installDescriptor(p, file, a[1] === Fcntl.DuplicateFdCloseOnExec, a[2]);
    case Fcntl.GetFdFlags:
      return descriptor.closeOnExec ? 1 : 0;
    case Fcntl.SetFdFlags:
      descriptor.closeOnExec = (a[2] & 1) !== 0;
      return 0;
    case Fcntl.GetFlags:
      return file.flags;
    case Fcntl.SetFlags: {
      const isPipe = core.fs.inode(file.inode)?.kind === "fifo";
      const settable = SETTABLE_FLAGS | (isPipe ? Open.Direct : 0);
      file.flags = (file.flags & ~settable) | (a[2] & settable);
      return 0;
    }
    default:
      return -Errno.EINVAL;
  }
};

/** F_SETPIPE_SZ. Who waits for room may have it now. */
function setPipeSize(core: Core, inode: FifoInode, bytes: number): number {
  if (bytes > 2 ** 31) return -Errno.EINVAL;
  const result = core.fs.resizePipe(inode, bytes);
  if (result > 0) notify(core, pipeChannel(inode.number));
  return result;
}

export const fileCalls = {
  _llseek,
  close,
  close_range,
  dup,
  dup3,
  fcntl64,
  ftruncate64,
  openat,
  pread64,
  pwrite64,
  read,
  readv,
  write,
  writev,
} satisfies Partial<Record<SyscallName, SyscallHandler>>;
