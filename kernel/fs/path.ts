/**
 * From a path to an inode: component by component, through symbolic links, "." and "..", and into /proc.
 *
 * Every process is root, so no directory refuses to be searched; only executing a file needs an execute bit. A negative
 * result is −errno.
 */
import { Errno } from "../abi.ts";
import type { Core } from "../core.ts";
import type { Process } from "../proc/process.ts";
import { ROOT_INODE } from "./file-system.ts";
import { AT_FDCWD, NAME_BYTES_MAX, PATH_BYTES_MAX, SYMLINKS_MAX } from "./flags.ts";
import { type DirectoryInode, type Inode, isDirectory, isExecutable, isSymlink, utf8Bytes } from "./inode.ts";
import { descriptorOf } from "./open-file.ts";
import { PROC_FIRST, procNode } from "./proc/nodes.ts";
import { procLink, procLookup, procParent } from "./proc/tree.ts";

/** Where a walk ended. */
export interface Place {
  /** Directory that holds (or would hold) the last name; for "/" and magic links the inode itself. */
  readonly parent: number;
  /** The last name, or "" when the path ended in "/", "." or "..", or by a jump through /proc. */
  readonly name: string;
  /** What the name refers to, or −1: the directory has no such name. */
  readonly inode: number;
  /** The path demands a directory: it ended in a slash, "." or "..". */
  readonly mustBeDirectory: boolean;
  /** Where the link of /proc that the walk ended in says that it leads. */
  readonly path?: string;
}

/** The directory that a relative path starts at. */
function startOf(core: Core, p: Process, dirfd: number, path: string): number {
  if (path.startsWith("/")) return ROOT_INODE;
  if (dirfd === AT_FDCWD) return p.fs.cwd;
  const descriptor = descriptorOf(p, dirfd);
  if (!descriptor) return -Errno.EBADF;
  const inode = core.fs.inode(descriptor.file.inode);
  return inode && isDirectory(inode) ? inode.number : -Errno.ENOTDIR;
}

/** Walks `path`. With `follow` a symbolic link as last component is followed, too (always, if a slash follows it). */
export function walk(core: Core, p: Process, dirfd: number, path: string, follow: boolean): Place | number {
  if (path === "") return -Errno.ENOENT;
  if (path.length >= PATH_BYTES_MAX) return -Errno.ENAMETOOLONG;
  let at = startOf(core, p, dirfd, path);
  if (at < 0) return at;
  // Components still to walk, the next one last.
  let rest = components(path).reverse();
  let mustBeDirectory = endsInDirectory(path);
  let place: Place = { parent: at, name: "", inode: at, mustBeDirectory: true };
  for (let links = 0; rest.length > 0; ) {
    const name = rest.pop()!;
    const isLast = rest.length === 0;
    const directory = core.fs.inode(at);
    if (!directory) return -Errno.ENOENT;
    if (!isDirectory(directory)) return -Errno.ENOTDIR;
    if (name === "." || name === "..") {
      at = name === "." ? at : parentOf(core, directory);
      place = { parent: at, name: "", inode: at, mustBeDirectory: true };
      continue;
    }
    if (utf8Bytes(name) > NAME_BYTES_MAX) return -Errno.ENAMETOOLONG;
    const child = childOf(core, directory, name);
    const inode = child < 0 ? undefined : core.fs.inode(child);
    if (!inode) {
      if (!isLast) return -Errno.ENOENT;
      return { parent: at, name, inode: -1, mustBeDirectory };
    }
    if (!isSymlink(inode) || (isLast && !follow && !mustBeDirectory)) {
      place = { parent: at, name, inode: child, mustBeDirectory };
      at = child;
      continue;
    }
    if (++links > SYMLINKS_MAX) return -Errno.ELOOP;
    const link = inode.kind === "symlink" ? { target: inode.target, inode: -1 } : procLink(core, p, child);
    if (!link || (link.target === "" && link.inode < 0)) return -Errno.ENOENT;
    if (link.inode >= 0) {
      at = link.inode;
      place = { parent: at, name: "", inode: at, mustBeDirectory, path: link.target };
      continue;
    }
    if (isLast) mustBeDirectory ||= endsInDirectory(link.target);
    if (link.target.startsWith("/")) {
      at = ROOT_INODE;
      place = { parent: at, name: "", inode: at, mustBeDirectory: true };
    }
    const inner = components(link.target).reverse();
    if (rest.length + inner.length > PATH_BYTES_MAX) return -Errno.ENAMETOOLONG;
    rest = rest.concat(inner);
  }
  return checked(core, place);
}

/** A place whose inode must be there and, if the path says so, be a directory. */
function checked(core: Core, place: Place): Place | number {
  const inode = core.fs.inode(place.inode);
  if (!inode) return -Errno.ENOENT;
  if (place.mustBeDirectory && !isDirectory(inode)) return -Errno.ENOTDIR;
  return place;
}

const components = (path: string): string[] => path.split("/").filter((part) => part !== "");
const endsInDirectory = (path: string): boolean => /(^|\/)\.{0,2}$/.test(path);

function parentOf(core: Core, directory: Inode): number {
  if (directory.kind === "proc") return procParent(core, directory.number);
  return directory.kind === "directory" ? directory.parent : directory.number;
}

function childOf(core: Core, directory: Inode, name: string): number {
  if (directory.kind === "proc") return procLookup(core, directory.number, name);
  return directory.kind === "directory" ? (directory.entries.get(name)?.inode ?? -1) : -1;
}

/** Walks to an inode that must exist. */
export function lookup(core: Core, p: Process, dirfd: number, path: string, follow: boolean): Inode | number {
  const place = walk(core, p, dirfd, path, follow);
  if (typeof place === "number") return place;
  return place.inode < 0 ? -Errno.ENOENT : core.fs.inode(place.inode)!;
}

/** The directory in which a new name may be made, or −errno: /proc is not for writing, a removed directory takes nothing. */
export function directoryForNames(core: Core, place: Place): DirectoryInode | number {
  const parent = core.fs.inode(place.parent);
  if (!parent || (parent.kind === "directory" && parent.links === 0)) return -Errno.ENOENT;
  if (parent.kind === "proc") return -Errno.EACCES;
  return parent.kind === "directory" ? parent : -Errno.ENOTDIR;
}

/** The absolute path of a directory, or −ENOENT when it has been removed. */
export function pathOfDirectory(core: Core, number: number): string | number {
  const names: string[] = [];
  let at = number;
  while (at !== ROOT_INODE) {
    const inode = core.fs.inode(at);
    if (inode?.kind === "proc") {
      const node = procNode(at);
      names.push(at === PROC_FIRST ? "proc" : node.inside === "" ? String(node.pid) : node.name);
      at = procParent(core, at);
      continue;
    }
    if (inode?.kind !== "directory" || inode.links === 0) return -Errno.ENOENT;
    const parent = core.fs.inode(inode.parent);
    if (parent?.kind !== "directory") return -Errno.ENOENT;
    const name = nameIn(parent, at);
    if (name === undefined) return -Errno.ENOENT;
    names.push(name);
    at = parent.number;
  }
  return "/" + names.reverse().join("/");
}

function nameIn(parent: DirectoryInode, child: number): string | undefined {
  for (const [name, entry] of parent.entries) if (entry.inode === child) return name;
  return undefined;
}

/** The absolute path of what a walk found, for /proc and messages. */
export function pathOfPlace(core: Core, place: Place): string {
  if (place.path !== undefined) return place.path;
  const directory = pathOfDirectory(core, place.parent);
  if (typeof directory === "number") return place.name;
  return place.name === "" ? directory : directory === "/" ? "/" + place.name : `${directory}/${place.name}`;
}

/** A program's file, as execve needs it. */
export interface ExecFile {
  readonly inode: number;
  readonly path: string;
  /** Not to be changed. */
  readonly bytes: Uint8Array;
}

/** Finds the file that execve names: −EACCES when it is no regular file or no execute bit is set. */
export function readFileForExec(core: Core, p: Process, path: string): ExecFile | number {
  const place = walk(core, p, AT_FDCWD, path, true);
  if (typeof place === "number") return place;
  const inode = place.inode < 0 ? undefined : core.fs.inode(place.inode);
  if (!inode) return -Errno.ENOENT;
  if (inode.kind !== "file" || !isExecutable(inode)) return -Errno.EACCES;
  return { inode: inode.number, path: pathOfPlace(core, place), bytes: core.fs.inodeBytes(inode.number)! };
}
