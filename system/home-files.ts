/** Reading files out of a machine's file system from outside, for keeping what a person made in it. */
import type { FileSystem } from "../kernel/fs/file-system.ts";
import type { DirectoryInode } from "../kernel/fs/inode.ts";

export interface OutsideFile {
  /** Absolute path in the machine. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
}

function directoryAt(fs: FileSystem, path: string): DirectoryInode | null {
  let place: DirectoryInode = fs.root;
  for (const name of path.split("/").filter((part) => part !== "")) {
    const entry = place.entries.get(name);
    const inode = entry === undefined ? undefined : fs.inode(entry.inode);
    if (inode?.kind !== "directory") return null;
    place = inode;
  }
  return place;
}

/** A copy of a regular file's bytes, or null when there is no such file. Symbolic links are not followed. */
export function fileAt(fs: FileSystem, path: string): Uint8Array | null {
  const slash = path.lastIndexOf("/");
  const entry = directoryAt(fs, path.slice(0, slash))?.entries.get(path.slice(slash + 1));
  const inode = entry === undefined ? undefined : fs.inode(entry.inode);
  if (entry === undefined || inode?.kind !== "file") return null;
  const bytes = new Uint8Array(inode.content.bytes);
  fs.readInode(entry.inode, 0, bytes);
  return bytes;
}

/** A text that changes whenever a regular file below the directory is written, made, renamed or removed. */
export function fingerprintBelow(fs: FileSystem, path: string): string {
  const parts: string[] = [];
  const visit = (directory: DirectoryInode, prefix: string): void => {
    for (const [name, { inode: number }] of directory.entries) {
      const inode = fs.inode(number);
      if (inode?.kind === "directory") visit(inode, `${prefix}/${name}`);
      else if (inode?.kind === "file")
        parts.push(`${prefix}/${name}:${number}:${inode.mtimeCycles}:${inode.ctimeCycles}:${inode.content.bytes}`);
    }
  };
  const top = directoryAt(fs, path);
  if (top !== null) visit(top, path);
  return parts.join("\n");
}

/** Every regular file below the directory, with a copy of its bytes. Nothing when there is no such directory. */
export function filesBelow(fs: FileSystem, path: string): OutsideFile[] {
  const files: OutsideFile[] = [];
  const visit = (directory: DirectoryInode, prefix: string): void => {
    for (const [name, { inode: number }] of directory.entries) {
      const inode = fs.inode(number);
      if (inode?.kind === "directory") visit(inode, `${prefix}/${name}`);
      else if (inode?.kind === "file") {
        const bytes = new Uint8Array(inode.content.bytes);
        fs.readInode(number, 0, bytes);
        files.push({ path: `${prefix}/${name}`, bytes, mode: inode.permissions });
      }
    }
  };
  const top = directoryAt(fs, path);
  if (top !== null) visit(top, path);
  return files;
}
