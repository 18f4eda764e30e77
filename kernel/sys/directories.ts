/** System calls on names: directories, links, renaming, and the working directory. */
import { Errno, type SyscallName } from "../abi.ts";
import type { Core } from "../core.ts";
import { AT_FDCWD, At, PATH_BYTES_MAX, Rename } from "../fs/flags.ts";
import { type DirectoryInode, type Inode, isDirectory, isSymlink, ModeType, modeType, utf8Bytes } from "../fs/inode.ts";
import { descriptorOf } from "../fs/open-file.ts";
import { directoryForNames, lookup, type Place, pathOfDirectory, pathOfPlace, walk } from "../fs/path.ts";
import { PROC_FIRST } from "../fs/proc/nodes.ts";
import { procChildren, procLink, procParent } from "../fs/proc/tree.ts";
import { encodeUtf8, readUserString, writeUser } from "../mm/user-memory.ts";
import type { Process } from "../proc/process.ts";
import { makeFile } from "./files.ts";
import type { SyscallHandler } from "./handler.ts";

/** Types of st_mode that mknod knows of, but for directories. */
const MADE_TYPES: readonly number[] = [
  ModeType.File,
  ModeType.Fifo,
  ModeType.CharacterDevice,
  ModeType.BlockDevice,
  ModeType.Socket,
];
/** Names that one inode may have. */
const LINKS_MAX = 65000;

/** A path argument and where it leads, the last symbolic link not followed unless asked. */
function placeOf(core: Core, p: Process, dirfd: number, vaddr: number, follow = false): Place | number {
  const path = readUserString(core, p, vaddr, PATH_BYTES_MAX);
  return typeof path === "number" ? path : walk(core, p, dirfd, path, follow);
}

/** The directory for a name that must be new. */
function directoryForNewName(core: Core, place: Place): DirectoryInode | number {
  if (place.inode >= 0) return -Errno.EEXIST;
  const parent = directoryForNames(core, place);
  if (typeof parent === "number") return parent;
  return core.fs.canAdd() ? parent : -Errno.ENOSPC;
}

const mkdirat: SyscallHandler = (core, p, a) => {
  const place = placeOf(core, p, a[0], a[1]);
  if (typeof place === "number") return place;
  const parent = directoryForNewName(core, place);
  if (typeof parent === "number") return parent;
  if (parent.links >= LINKS_MAX) return -Errno.EMLINK;
  const permissions = a[2] & 0o1777 & ~p.fs.umask;
  const { folder, nextInode } = core.fs;
  const refusal = folder.askNew(parent.number, place.name, nextInode, { kind: "make-directory", permissions });
  if (refusal === 0) core.fs.makeDirectory(parent, place.name, permissions, core.hart.cycles);
  return refusal;
};

/** Named pipes and plain files. Devices are made by nobody but the host's own root, as in a user namespace. */
const mknodat: SyscallHandler = (core, p, a) => {
  const type = a[2] & ModeType.Mask;
  if (type === ModeType.Directory) return -Errno.EPERM;
  if (type !== 0 && !MADE_TYPES.includes(type)) return -Errno.EINVAL;
  const place = placeOf(core, p, a[0], a[1]);
  if (typeof place === "number") return place;
  if (place.mustBeDirectory && place.inode < 0) return -Errno.ENOENT;
  const parent = directoryForNewName(core, place);
  if (typeof parent === "number") return parent;
  const permissions = a[2] & 0o7777 & ~p.fs.umask;
  if (type === 0 || type === ModeType.File) {
    const made = makeFile(core, parent, place.name, permissions);
    return typeof made === "number" ? made : 0;
  }
  if (type !== ModeType.Fifo) return -Errno.EPERM;
  const refusal = core.fs.folder.askPipe(parent.number);
  if (refusal !== 0) return refusal;
  return core.fs.makeFifo(parent, place.name, permissions, core.hart.cycles) ? 0 : -Errno.ENOSPC;
};

const symlinkat: SyscallHandler = (core, p, a) => {
  const target = readUserString(core, p, a[0], PATH_BYTES_MAX);
  if (typeof target === "number") return target;
  if (target === "") return -Errno.ENOENT;
  const place = placeOf(core, p, a[1], a[2]);
  if (typeof place === "number") return place;
  if (place.mustBeDirectory && place.inode < 0) return -Errno.ENOENT;
  const parent = directoryForNewName(core, place);
  if (typeof parent === "number") return parent;
  const { folder, nextInode } = core.fs;
  const refusal = folder.askNew(parent.number, place.name, nextInode, { kind: "make-symlink", target });
  if (refusal === 0) core.fs.makeSymlink(parent, place.name, target, core.hart.cycles);
  return refusal;
};

/** What linkat gives a name: what a path means, or with AT_EMPTY_PATH and no path an open file. */
function linkedInode(core: Core, p: Process, dirfd: number, vaddr: number, flags: number): Inode | number {
  const path = readUserString(core, p, vaddr, PATH_BYTES_MAX);
  if (typeof path === "number") return path;
  if (path === "" && (flags & At.EmptyPath) !== 0 && dirfd !== AT_FDCWD) {
    const file = descriptorOf(p, dirfd)?.file;
    return (file && core.fs.inode(file.inode)) ?? -Errno.EBADF;
  }
  const place = walk(core, p, dirfd, path, (flags & At.SymlinkFollow) !== 0);
  if (typeof place === "number") return place;
  return (place.inode < 0 ? undefined : core.fs.inode(place.inode)) ?? -Errno.ENOENT;
}

const linkat: SyscallHandler = (core, p, a) => {
  if (a[4] & ~(At.SymlinkFollow | At.EmptyPath)) return -Errno.EINVAL;
  const inode = linkedInode(core, p, a[0], a[1], a[4]);
  if (typeof inode === "number") return inode;
  const to = placeOf(core, p, a[2], a[3]);
  if (typeof to === "number") return to;
  if (to.mustBeDirectory && to.inode < 0) return -Errno.ENOENT;
  const parent = directoryForNewName(core, to);
  if (typeof parent === "number") return parent;
  if (isDirectory(inode)) return -Errno.EPERM;
  // Of file systems of their own: what memfd_create and mq_open make is, too.
  const isInMemory = inode.kind === "queue" || (inode.kind === "file" && inode.seals !== undefined);
  if (inode.kind === "proc" || inode.kind === "generated" || isInMemory) return -Errno.EXDEV;
  if (inode.links >= LINKS_MAX) return -Errno.EMLINK;
  // A file whose last name is gone cannot get one back; one that has never had any can.
  const isLinkable = inode.kind === "file" && inode.isLinkable === true;
  if (inode.links === 0 && !isLinkable) return -Errno.ENOENT;
  const { folder } = core.fs;
  if (folder.has(inode.number) !== folder.has(parent.number)) return -Errno.EXDEV;
  const refusal = folder.askLink(inode.number, parent.number, to.name);
  if (refusal !== 0) return refusal;
  if (isLinkable) inode.isLinkable = false;
  core.fs.link(parent, to.name, inode, core.hart.cycles);
  return 0;
};

const unlinkat: SyscallHandler = (core, p, a) => {
  if (a[2] & ~At.RemoveDirectory) return -Errno.EINVAL;
  const removesDirectory = a[2] !== 0;
  const path = readUserString(core, p, a[1], PATH_BYTES_MAX);
  if (typeof path === "number") return path;
  const place = walk(core, p, a[0], path, false);
  if (typeof place === "number") return place;
  if (place.name === "") return removesDirectory ? undeletable(path) : -Errno.EISDIR;
  if (isReadOnly(core, place)) return -Errno.EROFS;
  const inode = place.inode < 0 ? undefined : core.fs.inode(place.inode);
  if (!inode) return -Errno.ENOENT;
  if (place.inode === PROC_FIRST) return removesDirectory ? -Errno.EBUSY : -Errno.EISDIR;
  const parent = directoryForNames(core, place);
  if (typeof parent === "number") return -Errno.EPERM;
  const { folder } = core.fs;
  if (removesDirectory) {
    if (inode.kind !== "directory") return -Errno.ENOTDIR;
    if (folder.isMountPoint(parent.number, inode.number)) return -Errno.EBUSY;
    if (inode.entries.size > 0) return -Errno.ENOTEMPTY;
  } else if (isDirectory(inode)) return -Errno.EISDIR;
  else if (place.mustBeDirectory) return -Errno.ENOTDIR;
  if (folder.isMountPoint(parent.number, inode.number)) return -Errno.EBUSY;
  const refusal = folder.askUnlink(parent.number, place.name, inode.number, removesDirectory);
  if (refusal === 0) core.fs.unlink(parent, place.name, core.hart.cycles);
  return refusal;
};

/** A name that stands in a folder of the host that is not to be changed: refused before it is even looked for. */
const isReadOnly = (core: Core, place: Place): boolean => core.fs.folder.isReadOnly && core.fs.folder.has(place.parent);

/** rmdir of "/", "." and "..", each with its own error (rmdir(2)). */
function undeletable(path: string): number {
  if (/(^|\/)\.\.\/*$/.test(path)) return -Errno.ENOTEMPTY;
  return /(^|\/)\.\/*$/.test(path) ? -Errno.EINVAL : -Errno.EBUSY;
}

const renameat2: SyscallHandler = (core, p, a) => {
  if (a[4] & ~(Rename.NoReplace | Rename.Exchange) || a[4] === (Rename.NoReplace | Rename.Exchange))
    return -Errno.EINVAL;
  const from = placeOf(core, p, a[0], a[1]);
  if (typeof from === "number") return from;
  const to = placeOf(core, p, a[2], a[3]);
  if (typeof to === "number") return to;
  if (from.name === "" || to.name === "") return -Errno.EBUSY;
  const { folder } = core.fs;
  if (folder.has(from.parent) !== folder.has(to.parent)) return -Errno.EXDEV;
  if (isReadOnly(core, from)) return -Errno.EROFS;
  const moved = from.inode < 0 ? undefined : core.fs.inode(from.inode);
  if (!moved) return -Errno.ENOENT;
  if (from.inode >= PROC_FIRST || to.inode >= PROC_FIRST) return -Errno.EBUSY;
  const source = directoryForNames(core, from);
  if (typeof source === "number") return source;
  const target = directoryForNames(core, to);
  if (typeof target === "number") return target === -Errno.EACCES ? -Errno.EXDEV : target;
  const replaced = to.inode < 0 ? undefined : core.fs.inode(to.inode);
  if (replaced && a[4] & Rename.NoReplace) return -Errno.EEXIST;
  const isMounted = (directory: DirectoryInode, inode: Inode | undefined): boolean =>
    inode !== undefined && folder.isMountPoint(directory.number, inode.number);
  if (isMounted(source, moved) || isMounted(target, replaced)) return -Errno.EBUSY;
  if (a[4] & Rename.Exchange) {
    if (!replaced) return -Errno.ENOENT;
    // Nothing of Node's exchanges two names at once.
    if (folder.has(source.number)) return -Errno.EINVAL;
    const isLoop = (inode: Inode, into: DirectoryInode): boolean =>
      isDirectory(inode) && isInside(core, into, inode.number);
    if (isLoop(moved, target) || isLoop(replaced, source)) return -Errno.EINVAL;
    if (from.inode !== to.inode) core.fs.exchange(source, from.name, target, to.name, core.hart.cycles);
    return 0;
  }
  const refusal = renameRefusal(core, moved, replaced, target, from.mustBeDirectory || to.mustBeDirectory);
  if (refusal !== 0) return refusal;
  // Two names of the same inode: POSIX has rename do nothing.
  if (from.inode === to.inode) return 0;
  const refused = folder.askRename(source.number, from.name, target.number, to.name, from.inode, to.inode);
  if (refused === 0) core.fs.rename(source, from.name, target, to.name, core.hart.cycles);
  return refused;
};

function renameRefusal(
  core: Core,
  moved: Inode,
  replaced: Inode | undefined,
  target: DirectoryInode,
  mustBeDirectory: boolean,
): number {
  if (isDirectory(moved)) {
    if (replaced && !isDirectory(replaced)) return -Errno.ENOTDIR;
    if (isInside(core, target, moved.number)) return -Errno.EINVAL;
    const isFull = replaced?.kind === "directory" && replaced !== moved && replaced.entries.size > 0;
    return isFull ? -Errno.ENOTEMPTY : 0;
  }
  if (replaced && isDirectory(replaced)) return -Errno.EISDIR;
  return mustBeDirectory ? -Errno.ENOTDIR : 0;
}

/** Whether `directory` is the one of number `ancestor` or lies below it. */
function isInside(core: Core, directory: DirectoryInode, ancestor: number): boolean {
  for (let at: DirectoryInode = directory; ; ) {
    if (at.number === ancestor) return true;
    const parent = core.fs.inode(at.parent);
    if (parent?.kind !== "directory" || parent === at) return false;
    at = parent;
  }
}

const readlinkat: SyscallHandler = (core, p, a) => {
  if (a[3] <= 0) return -Errno.EINVAL;
  const path = readUserString(core, p, a[1], PATH_BYTES_MAX);
  if (typeof path === "number") return path;
  // Of "" the descriptor itself, which O_PATH | O_NOFOLLOW opens; one that is no link is no name either.
  const isOwn = path === "" && a[0] !== AT_FDCWD;
  const own = isOwn ? descriptorOf(p, a[0])?.file.inode : undefined;
  if (isOwn && own === undefined) return -Errno.EBADF;
  const inode = own === undefined ? lookup(core, p, a[0], path, false) : (core.fs.inode(own) ?? -Errno.ENOENT);
  if (typeof inode === "number") return inode;
  if (!isSymlink(inode)) return path === "" ? -Errno.ENOENT : -Errno.EINVAL;
  const target = inode.kind === "symlink" ? inode.target : procLink(core, p, inode.number)?.target;
  if (target === undefined) return -Errno.ENOENT;
  const bytes = encodeUtf8(target).subarray(0, a[3]);
  return writeUser(core, p, a[2], bytes) || bytes.length;
};

const chdir: SyscallHandler = (core, p, a) => {
  const place = placeOf(core, p, AT_FDCWD, a[0], true);
  if (typeof place === "number") return place;
  const inode = place.inode < 0 ? undefined : core.fs.inode(place.inode);
  if (!inode) return -Errno.ENOENT;
  if (!isDirectory(inode)) return -Errno.ENOTDIR;
  p.fs.cwd = inode.number;
  p.fs.cwdPath = pathOfPlace(core, place);
  return 0;
};

const fchdir: SyscallHandler = (core, p, a) => {
  const file = descriptorOf(p, a[0])?.file;
  const inode = file && core.fs.inode(file.inode);
  if (!file || !inode) return -Errno.EBADF;
  if (!isDirectory(inode)) return -Errno.ENOTDIR;
  p.fs.cwd = inode.number;
  p.fs.cwdPath = file.path;
  return 0;
};

const getcwd: SyscallHandler = (core, p, a) => {
  const path = pathOfDirectory(core, p.fs.cwd);
  if (typeof path === "number") return path;
  const bytes = encodeUtf8(path + "\0");
  if (bytes.length > a[1] >>> 0) return -Errno.ERANGE;
  return writeUser(core, p, a[0], bytes) || bytes.length;
};

/** One name of a listing. `cookie` is where a listing that stops after it goes on. */
interface Listed {
  readonly name: string;
  readonly inode: number;
  readonly cookie: number;
}

/** The names of a directory from a cookie on. "." and ".." have the cookies 0 and 1. */
function list(core: Core, directory: Inode, from: number): Listed[] {
  const parent = directory.kind === "directory" ? directory.parent : procParent(core, directory.number);
  const listed: Listed[] = [
    { name: ".", inode: directory.number, cookie: 0 },
    { name: "..", inode: parent, cookie: 1 },
  ];
  if (directory.kind === "directory") {
    for (const [name, { inode, cookie }] of directory.entries) listed.push({ name, inode, cookie });
  } else {
    procChildren(core, directory.number).forEach(({ name, number }, index) => {
      listed.push({ name, inode: number, cookie: index + 2 });
    });
  }
  return listed.filter(({ cookie }) => cookie >= from);
}

/** Most bytes of a listing that one call gives: one page, so that it needs no more memory than two pages. */
const LISTING_BYTES = 4096;
/** Bytes of struct linux_dirent64 before the name: d_ino, d_off, d_reclen, d_type. */
const DIRENT_HEAD_BYTES = 19;

const getdents64: SyscallHandler = (core, p, a) => {
  const file = descriptorOf(p, a[0])?.file;
  if (!file) return -Errno.EBADF;
  const directory = core.fs.inode(file.inode);
  if (!directory || !isDirectory(directory)) return -Errno.ENOTDIR;
  if (directory.kind === "directory" && directory.links === 0) return -Errno.ENOENT;
  const view = new DataView(new ArrayBuffer(Math.min(Math.max(0, a[2]), LISTING_BYTES)));
  let end = 0;
  let next = file.offset;
  let isFull = false;
  for (const entry of list(core, directory, file.offset)) {
    const written = writeDirent(core, view, end, entry);
    isFull = written === 0;
    if (isFull) break;
    end += written;
    next = entry.cookie + 1;
  }
  if (isFull && end === 0) return -Errno.EINVAL;
  const outcome = writeUser(core, p, a[1], new Uint8Array(view.buffer, 0, end));
  if (outcome !== 0) return outcome;
  file.offset = next;
  return end;
};

/** Writes one struct linux_dirent64; 0 when it does not fit. */
function writeDirent(core: Core, view: DataView, at: number, entry: Listed): number {
  const bytes = Math.ceil((DIRENT_HEAD_BYTES + utf8Bytes(entry.name) + 1) / 8) * 8;
  if (at + bytes > view.byteLength) return 0;
  const inode = core.fs.inode(entry.inode);
  view.setUint32(at, entry.inode % 2 ** 32, true);
  view.setUint32(at + 4, Math.floor(entry.inode / 2 ** 32), true);
  view.setUint32(at + 8, entry.cookie + 1, true);
  view.setUint16(at + 16, bytes, true);
  // d_type is the type part of st_mode, moved down (DT_DIR is 4, DT_REG 8, …).
  view.setUint8(at + 18, inode ? modeType(inode) >> 12 : 0);
  new Uint8Array(view.buffer).set(encodeUtf8(entry.name), at + DIRENT_HEAD_BYTES);
  return bytes;
}

export const directoryCalls = {
  chdir,
  fchdir,
  getcwd,
  getdents64,
  linkat,
  mkdirat,
  mknodat,
  readlinkat,
  renameat2,
  symlinkat,
  unlinkat,
} satisfies Partial<Record<SyscallName, SyscallHandler>>;
