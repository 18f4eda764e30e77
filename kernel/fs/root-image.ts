/** The initial root: what an archive or a folder of the host brings, put into the tree before the machine starts. */
import { contentOf } from "./content.ts";
import type { FileSystem } from "./file-system.ts";
import type { DirectoryInode } from "./inode.ts";

/** One object of the initial root, as it comes out of an archive. Paths are absolute or relative to the root. */
export interface RootEntry {
  readonly path: string;
  readonly type: "file" | "directory" | "symlink" | "link";
  /** Permission bits. */
  readonly mode: number;
  /** A file's bytes, which must not change afterwards: they are used in place. */
  readonly bytes?: Uint8Array;
  /** What a symbolic link refers to; of a `link`, the path of the file that it is another name of. */
  readonly target?: string;
  /** It is one of the folder's that the machine has as its root (folder.ts). */
  readonly isOfFolder?: boolean;
}

/** Loads the initial root. Missing parent directories are made; a later entry of the same path wins. */
export function populate(fs: FileSystem, entries: Iterable<RootEntry>): void {
  for (const entry of entries) {
    const parts = entry.path.split("/").filter((part) => part !== "" && part !== ".");
    const name = parts.pop();
    if (name === undefined) continue;
    const parent = directoryAt(fs, parts);
    if (entry.type === "directory") directoryAt(fs, [...parts, name]).permissions = entry.mode & 0o7777;
    else {
      if (parent.entries.has(name)) fs.unlink(parent, name, 0);
      if (entry.type === "symlink") fs.makeSymlink(parent, name, entry.target ?? "", 0);
      else if (entry.type === "link") linkTo(fs, parent, name, entry.target ?? "");
      else fs.makeFile(parent, name, entry.mode, 0, contentOf(entry.bytes ?? new Uint8Array(0)));
    }
    const made = parent.entries.get(name);
    if (entry.isOfFolder && made !== undefined) fs.folder.adopt(made.inode, parent.number, name);
  }
  fs.leaveRoom();
}

/** Another name of a file that the image has. */
function linkTo(fs: FileSystem, parent: DirectoryInode, name: string, target: string): void {
  const parts = target.split("/").filter((part) => part !== "");
  const entry = directoryAt(fs, parts.slice(0, -1)).entries.get(parts[parts.length - 1] ?? "");
  const inode = entry && fs.inode(entry.inode);
  if (inode?.kind !== "file") throw new Error(`the root image has a link to ${target}, which is no file in it`);
  fs.link(parent, name, inode, 0);
}

function directoryAt(fs: FileSystem, parts: readonly string[]): DirectoryInode {
  let at = fs.root;
  for (const part of parts) {
    const entry = at.entries.get(part);
    const child = entry ? fs.inode(entry.inode) : fs.makeDirectory(at, part, 0o755, 0);
    if (child?.kind !== "directory") throw new Error(`the root image puts a file below ${part}, which is no directory`);
    at = child;
  }
  return at;
}
