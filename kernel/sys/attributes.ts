/** System calls on what a file is rather than what is in it: statx, access, modes, owners, times, statfs. */
import { Errno, type SyscallName } from "../abi.ts";
import { BOOT_EPOCH_SECONDS } from "../config.ts";
import type { Core } from "../core.ts";
import { MAX_INODES } from "../fs/file-system.ts";
import { AT_FDCWD, At, NAME_BYTES_MAX, Open, PATH_BYTES_MAX } from "../fs/flags.ts";
import type { FolderTime } from "../fs/folder.ts";
import { DEVICE_NUMBERS, type Inode, isDirectory, isExecutable, isSymlink, modeType, sizeBytes } from "../fs/inode.ts";
import { descriptorOf } from "../fs/open-file.ts";
import { lookup } from "../fs/path.ts";
import { PROC_FIRST } from "../fs/proc/nodes.ts";
import { readUserString, readUserWords, writeUser } from "../mm/user-memory.ts";
import type { Process } from "../proc/process.ts";
import { cycleOfDate, timespecOf } from "../timespec.ts";
import type { SyscallHandler } from "./handler.ts";

const STATX_BYTES = 256;
/** stx_mask: the basic attributes and the time of birth. */
const STATX_GIVEN = 0xfff;
const BLOCK_BYTES = 4096;
/** Device numbers of the tree in memory and of /proc. */
const DEV_MINOR_ROOT = 1;
const DEV_MINOR_PROC = 2;
/** The host's folder, when the machine has one as its root. */
const DEV_MINOR_FOLDER = 3;

/** AT_STATX_FORCE_SYNC and DONT_SYNC: one or the other; nothing here is ever out of date. */
const STATX_SYNC = 0x6000;
const STATX_RESERVED = 0x80000000 | 0;
const AT_NO_AUTOMOUNT = 0x800;

const statx: SyscallHandler = (core, p, a) => {
  const known = At.SymlinkNoFollow | At.EmptyPath | AT_NO_AUTOMOUNT | STATX_SYNC;
  if ((a[2] & ~known) !== 0 || (a[2] & STATX_SYNC) === STATX_SYNC || (a[3] & STATX_RESERVED) !== 0)
    return -Errno.EINVAL;
  const path = readUserString(core, p, a[1], PATH_BYTES_MAX);
  if (typeof path === "number") return path;
  const inode = inodeByPathOrFd(core, p, a[0], path, a[2]);
  if (typeof inode === "number") return inode;
  return writeUser(core, p, a[4], statxOf(core, inode));
};

/** The inode that (dirfd, path, flags) means: with AT_EMPTY_PATH and "" the descriptor itself. */
function inodeByPathOrFd(core: Core, p: Process, dirfd: number, path: string, flags: number): Inode | number {
  if (path !== "" || (flags & At.EmptyPath) === 0)
    return lookup(core, p, dirfd, path, (flags & At.SymlinkNoFollow) === 0);
  const number = dirfd === AT_FDCWD ? p.fs.cwd : descriptorOf(p, dirfd)?.file.inode;
  if (number === undefined) return -Errno.EBADF;
  return core.fs.inode(number) ?? -Errno.ENOENT;
}

/** struct statx (include/uapi/linux/stat.h). */
function statxOf(core: Core, inode: Inode): Uint8Array {
  const view = new DataView(new ArrayBuffer(STATX_BYTES));
  const u32 = (offset: number, value: number) => view.setUint32(offset, value, true);
  const u64 = (offset: number, value: number) => {
    u32(offset, value % 2 ** 32);
    u32(offset + 4, Math.floor(value / 2 ** 32));
  };
  const time = (offset: number, cycles: number) => {
    const [low, high, nanoseconds] = timespecOf(cycles, BOOT_EPOCH_SECONDS);
    u32(offset, low);
    u32(offset + 4, high);
    u32(offset + 8, nanoseconds);
  };
  const [major, minor] = inode.kind === "device" ? DEVICE_NUMBERS[inode.device] : [0, 0];
  u32(0, STATX_GIVEN);
  u32(4, BLOCK_BYTES);
  u32(16, inode.links || (inode.kind === "generated" ? 1 : 0));
  view.setUint16(28, modeType(inode) | inode.permissions, true);
  u64(32, inode.kind === "generated" ? inode.node : inode.number);
  u64(40, sizeBytes(inode));
  u64(48, inode.kind === "file" ? inode.content.chunks.size * (BLOCK_BYTES / 512) : 0);
  time(64, inode.atimeCycles);
  time(80, inode.btimeCycles);
  time(96, inode.ctimeCycles);
  time(112, inode.mtimeCycles);
  u32(128, major);
  u32(132, minor);
  u32(140, deviceMinor(core, inode));
  return new Uint8Array(view.buffer);
}

/** Minor number of the file system that an inode is on; two with different ones cannot be linked or renamed across. */
function deviceMinor(core: Core, inode: Inode): number {
  if (inode.kind === "proc" || inode.kind === "generated") return DEV_MINOR_PROC;
  return core.fs.folder.has(inode.number) ? DEV_MINOR_FOLDER : DEV_MINOR_ROOT;
}

const Access = { Execute: 1, Write: 2, Read: 4 } as const;

/** AT_EACCESS: by effective ids. Here they are the real ones. */
const AT_EACCESS = 0x200;

const faccessat: SyscallHandler = (core, p, a) => checkAccess(core, p, a, 0);

const faccessat2: SyscallHandler = (core, p, a) =>
  a[3] & ~(At.SymlinkNoFollow | At.EmptyPath | AT_EACCESS) ? -Errno.EINVAL : checkAccess(core, p, a, a[3]);

function checkAccess(core: Core, p: Process, a: Int32Array, flags: number): number {
  const mode = a[2];
  if (mode & ~(Access.Execute | Access.Write | Access.Read)) return -Errno.EINVAL;
  const path = readUserString(core, p, a[1], PATH_BYTES_MAX);
  if (typeof path === "number") return path;
  const inode = inodeByPathOrFd(core, p, a[0], path, flags);
  if (typeof inode === "number") return inode;
  if (mode & Access.Execute && !isDirectory(inode) && !isExecutable(inode)) return -Errno.EACCES;
  if ((mode & Access.Write) === 0) return 0;
  const isReadOnly = inode.number >= PROC_FIRST && (inode.permissions & 0o222) === 0;
  return isReadOnly ? -Errno.EACCES : core.fs.folder.ask(inode.number, { kind: "may-write" });
}

// ---- changing them ----

/** The inode of a descriptor that was not opened with O_PATH. */
function inodeOfFd(core: Core, p: Process, fd: number): Inode | number {
  const file = descriptorOf(p, fd)?.file;
  if (!file || file.flags & Open.Path) return -Errno.EBADF;
  return core.fs.inode(file.inode) ?? -Errno.EBADF;
}

/** The inode of a path argument. */
function inodeOfPath(core: Core, p: Process, dirfd: number, vaddr: number, flags: number): Inode | number {
  const path = readUserString(core, p, vaddr, PATH_BYTES_MAX);
  return typeof path === "number" ? path : inodeByPathOrFd(core, p, dirfd, path, flags);
}

function changeMode(core: Core, inode: Inode | number, mode: number): number {
  if (typeof inode === "number") return inode;
  if (inode.kind === "proc" || inode.kind === "generated") return -Errno.EPERM;
  if (isSymlink(inode)) return -Errno.ENOTSUP;
  const permissions = mode & 0o7777;
  const refusal = core.fs.folder.ask(inode.number, { kind: "mode", permissions });
  if (refusal !== 0) return refusal;
  inode.permissions = permissions;
  inode.ctimeCycles = core.hart.cycles;
  return 0;
}

const fchmod: SyscallHandler = (core, p, a) => changeMode(core, inodeOfFd(core, p, a[0]), a[1]);
const fchmodat: SyscallHandler = (core, p, a) => changeMode(core, inodeOfPath(core, p, a[0], a[1], 0), a[2]);

const fchmodat2: SyscallHandler = (core, p, a) =>
  a[3] & ~(At.SymlinkNoFollow | At.EmptyPath)
    ? -Errno.EINVAL
    : changeMode(core, inodeOfPath(core, p, a[0], a[1], a[3]), a[2]);

/** Everything belongs to root, and root is the only one there is: −1 and 0 change nothing, others mean nobody. */
function changeOwner(core: Core, inode: Inode | number, user: number, group: number): number {
  if (typeof inode === "number") return inode;
  if (![user, group].every((id) => id === -1 || id === 0)) return -Errno.EINVAL;
  if (inode.kind === "proc" || inode.kind === "generated") return user === -1 && group === -1 ? 0 : -Errno.EPERM;
  // Even root's chown takes these bits away (chown(2)), set-group-id only where it does not mean mandatory locking.
  const taken = isDirectory(inode) ? 0 : (inode.permissions & 0o010) !== 0 ? 0o6000 : 0o4000;
  const permissions = inode.permissions & ~taken;
  const isAsked = core.fs.folder.isReadOnly || permissions !== inode.permissions;
  const refusal = isAsked ? core.fs.folder.ask(inode.number, { kind: "mode", permissions }) : 0;
  if (refusal !== 0) return refusal;
  inode.permissions = permissions;
  inode.ctimeCycles = core.hart.cycles;
  return 0;
}

const fchown: SyscallHandler = (core, p, a) => changeOwner(core, inodeOfFd(core, p, a[0]), a[1], a[2]);

const fchownat: SyscallHandler = (core, p, a) =>
  a[4] & ~(At.SymlinkNoFollow | At.EmptyPath)
    ? -Errno.EINVAL
    : changeOwner(core, inodeOfPath(core, p, a[0], a[1], a[4]), a[2], a[3]);

/** Nanoseconds that stand for "now" and "leave it" (include/linux/stat.h). */
const Utime = { Now: 0x3fffffff, Omit: 0x3ffffffe } as const;

/** Sets the times of last access and last change. Without a path they are those of the descriptor. */
const utimensat_time64: SyscallHandler = (core, p, a) => {
  if (a[3] & ~(At.SymlinkNoFollow | At.EmptyPath)) return -Errno.EINVAL;
  const words = Int32Array.of(0, 0, Utime.Now, 0, 0, 0, Utime.Now, 0);
  const outcome = a[2] === 0 ? 0 : readUserWords(core, p, a[2], words);
  if (outcome !== 0) return outcome;
  const isTime = (at: number): boolean =>
    words[at] === Utime.Now || words[at] === Utime.Omit || (words[at] >= 0 && words[at] < 1_000_000_000);
  if (!isTime(2) || !isTime(6)) return -Errno.EINVAL;
  if (words[2] === Utime.Omit && words[6] === Utime.Omit) return 0;
  if (a[1] === 0 && a[0] === AT_FDCWD) return -Errno.EFAULT;
  const inode = a[1] === 0 ? inodeOfFd(core, p, a[0]) : inodeOfPath(core, p, a[0], a[1], a[3]);
  if (typeof inode === "number") return inode;
  if (inode.kind === "proc" || inode.kind === "generated") return -Errno.EPERM;
  const cyclesAt = (at: number, before: number): number => {
    if (words[at + 2] === Utime.Now) return core.hart.cycles;
    if (words[at + 2] === Utime.Omit) return before;
    return cycleOfDate(words[at + 1] * 2 ** 32 + (words[at] >>> 0), words[at + 2]);
  };
  const timeAt = (at: number): FolderTime => {
    if (words[at + 2] === Utime.Now) return "now";
    if (words[at + 2] === Utime.Omit) return "keep";
    return { seconds: words[at + 1] * 2 ** 32 + (words[at] >>> 0), nanoseconds: words[at + 2] };
  };
  const refusal = core.fs.folder.ask(inode.number, { kind: "times", accessed: timeAt(0), modified: timeAt(4) });
  if (refusal !== 0) return refusal;
  inode.atimeCycles = cyclesAt(0, inode.atimeCycles);
  inode.mtimeCycles = cyclesAt(4, inode.mtimeCycles);
  inode.ctimeCycles = core.hart.cycles;
  return 0;
};

// ---- the file system as a whole ----

/** struct statfs64 on riscv32, and f_type of tmpfs and proc (include/uapi/linux/magic.h). */
const STATFS_BYTES = 88;
const Magic = { Tmpfs: 0x01021994, Proc: 0x9fa0 } as const;
/** ST_VALID | ST_RELATIME, and ST_RDONLY. */
const MOUNT_FLAGS = 0x0020 | 0x1000;
const READ_ONLY_FLAG = 1;

function writeStatfs(core: Core, p: Process, inode: Inode | number, size: number, vaddr: number): number {
  if (size !== STATFS_BYTES) return -Errno.EINVAL;
  if (typeof inode === "number") return inode;
  const isProc = inode.kind === "proc" || inode.kind === "generated";
  const { usedChunks, inodes } = core.fs.usage;
  const { capacityChunks } = core.fs;
  const view = new DataView(new ArrayBuffer(STATFS_BYTES));
  view.setUint32(0, isProc ? Magic.Proc : Magic.Tmpfs, true);
  view.setUint32(4, BLOCK_BYTES, true);
  if (!isProc) {
    view.setUint32(8, capacityChunks, true);
    view.setUint32(16, capacityChunks - usedChunks, true);
    view.setUint32(24, capacityChunks - usedChunks, true);
    view.setUint32(32, MAX_INODES, true);
    view.setUint32(40, MAX_INODES - inodes, true);
  }
  view.setUint32(48, deviceMinor(core, inode), true);
  view.setUint32(56, NAME_BYTES_MAX, true);
  view.setUint32(60, BLOCK_BYTES, true);
  const isReadOnly = core.fs.folder.isReadOnly && core.fs.folder.has(inode.number);
  view.setUint32(64, isReadOnly ? MOUNT_FLAGS | READ_ONLY_FLAG : MOUNT_FLAGS, true);
  return writeUser(core, p, vaddr, new Uint8Array(view.buffer));
}

const statfs64: SyscallHandler = (core, p, a) =>
  writeStatfs(core, p, inodeOfPath(core, p, AT_FDCWD, a[0], 0), a[1] >>> 0, a[2]);

const fstatfs64: SyscallHandler = (core, p, a) => {
  const file = descriptorOf(p, a[0])?.file;
  return writeStatfs(core, p, file ? (core.fs.inode(file.inode) ?? -Errno.EBADF) : -Errno.EBADF, a[1] >>> 0, a[2]);
};

const umask: SyscallHandler = (_core, p, a) => {
  const before = p.fs.umask;
  p.fs.umask = a[0] & 0o777;
  return before;
};

export const attributeCalls = {
  faccessat,
  faccessat2,
  fchmod,
  fchmodat,
  fchmodat2,
  fchown,
  fchownat,
  fstatfs64,
  statfs64,
  statx,
  umask,
  utimensat_time64,
} satisfies Partial<Record<SyscallName, SyscallHandler>>;
