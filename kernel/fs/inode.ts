/**
 * Inodes: what a name refers to, as plain data. A directory refers to its children by number, an open file
 * (kernel/proc/process.ts) to its inode by number, so that the whole file system can be copied as it stands.
 *
 * Everything is owned by root; there are no users, access-control lists, extended attributes or file locks.
 */
import { type FileContent, shareContent } from "./content.ts";
import type { Pipe } from "./pipe.ts";
import type { PosixQueue } from "./posix-queue.ts";

/** File types in the upper bits of st_mode (Linux stat.h). */
export const ModeType = {
  Fifo: 0o010000,
  CharacterDevice: 0o020000,
  Directory: 0o040000,
  BlockDevice: 0o060000,
  File: 0o100000,
  Symlink: 0o120000,
  Socket: 0o140000,
  Mask: 0o170000,
} as const;

/** What answers a read or a write of a character device. */
export type DeviceName =
  | "null"
  | "zero"
  | "full"
  | "random"
  | "urandom"
  | "tty"
  | "console"
  | "stdin"
  | "stdout"
  | "stderr";

/** Linux device numbers (Documentation/admin-guide/devices.txt); the host streams use the local range of major 240. */
export const DEVICE_NUMBERS: Readonly<Record<DeviceName, readonly [major: number, minor: number]>> = {
  null: [1, 3],
  zero: [1, 5],
  full: [1, 7],
  random: [1, 8],
  urandom: [1, 9],
  tty: [5, 0],
  console: [5, 1],
  stdin: [240, 0],
  stdout: [240, 1],
  stderr: [240, 2],
};

interface InodeFields {
  readonly number: number;
  /** Permission bits, 0 … 0o7777. */
  permissions: number;
  /** Names that refer to it. */
  links: number;
  /** Open files and mappings that refer to it. It is gone when both counts are 0. */
  holds: number;
  /** Cycle of the last read, content change, inode change, and of its creation. */
  atimeCycles: number;
  mtimeCycles: number;
  ctimeCycles: number;
  readonly btimeCycles: number;
}

/** A child in a directory. `cookie` orders the listing and stays the same while other names come and go. */
export interface DirectoryEntry {
  readonly inode: number;
  readonly cookie: number;
}

export interface FileInode extends InodeFields {
  readonly kind: "file";
  readonly content: FileContent;
  /** It has no name and may be given one: it was made by O_TMPFILE without O_EXCL. */
  isLinkable?: boolean;
  /** What may no longer be done to it (seals.ts); of memfd_create's files alone. */
  seals?: number;
}
export interface DirectoryInode extends InodeFields {
  readonly kind: "directory";
  readonly entries: Map<string, DirectoryEntry>;
  nextCookie: number;
  /** The directory that `..` means; the root's is the root. */
  parent: number;
}
export interface SymlinkInode extends InodeFields {
  readonly kind: "symlink";
  readonly target: string;
}
export interface FifoInode extends InodeFields {
  readonly kind: "fifo";
  readonly pipe: Pipe;
}
/** A POSIX message queue. Its name is no path: FileSystem.queues has it. */
export interface QueueInode extends InodeFields {
  readonly kind: "queue";
  readonly queue: PosixQueue;
}
export interface DeviceInode extends InodeFields {
  readonly kind: "device";
  readonly device: DeviceName;
}
/** The text of a /proc file as it was when opened; never linked, gone with its open file. */
export interface GeneratedInode extends InodeFields {
  readonly kind: "generated";
  readonly bytes: Uint8Array;
  /** Number of the /proc node that it was made from. */
  readonly node: number;
}
/** A place in /proc. Not stored: made from its number whenever it is asked for (kernel/fs/proc/nodes.ts). */
export interface ProcInode extends InodeFields {
  readonly kind: "proc";
  readonly type: "directory" | "file" | "symlink";
}

export type StoredInode =
  | FileInode
  | DirectoryInode
  | SymlinkInode
  | FifoInode
  | QueueInode
  | DeviceInode
  | GeneratedInode;
export type Inode = StoredInode | ProcInode;

/** Type bits of st_mode. */
export function modeType(inode: Inode): number {
  switch (inode.kind) {
    case "file":
    case "generated":
    case "queue":
      return ModeType.File;
    case "directory":
      return ModeType.Directory;
    case "symlink":
      return ModeType.Symlink;
    case "fifo":
      return ModeType.Fifo;
    case "device":
      return ModeType.CharacterDevice;
    case "proc":
      return inode.type === "directory"
        ? ModeType.Directory
        : inode.type === "symlink"
          ? ModeType.Symlink
          : ModeType.File;
  }
}

export const isDirectory = (inode: Inode): boolean => modeType(inode) === ModeType.Directory;
export const isSymlink = (inode: Inode): boolean => modeType(inode) === ModeType.Symlink;
/** Root may run a file only if some execute bit is set (POSIX, access()). */
export const isExecutable = (inode: Inode): boolean => (inode.permissions & 0o111) !== 0;

/** What Linux says of a message queue, whatever is in it (FILENT_SIZE). */
const QUEUE_STATUS_BYTES = 80;

/** st_size as Linux gives it. */
export function sizeBytes(inode: Inode): number {
  switch (inode.kind) {
    case "file":
      return inode.content.bytes;
    case "symlink":
      return utf8Bytes(inode.target);
    case "queue":
      return QUEUE_STATUS_BYTES;
    case "directory":
      return 20 * (inode.entries.size + 2);
    default:
      return 0;
  }
}

/** Length of a string in UTF-8, in bytes. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** A copy that shares nothing that either side would change in place. */
export function copyInode(inode: StoredInode): StoredInode {
  switch (inode.kind) {
    case "file":
      return { ...inode, content: shareContent(inode.content) };
    case "directory":
      return { ...inode, entries: new Map(inode.entries) };
    case "fifo":
      return { ...inode, pipe: { ...inode.pipe, ring: inode.pipe.ring.slice() } };
    case "queue":
      return { ...inode, queue: { ...inode.queue, messages: [...inode.queue.messages] } };
    case "symlink":
    case "device":
    case "generated":
      return { ...inode };
  }
}
