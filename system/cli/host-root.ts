/**
 * A folder of the host as a machine's file system: everything in it is copied in before the machine starts. What becomes of
 * changes is asked for after the folder's name (`:copy`, `:ro`, `:rw`); host-folder.ts writes them. Symbolic links stay links, which the machine follows in its own tree; so no path leads out of
 * the folder. The machine's own /dev and /proc take the place of those in the folder. Sockets, pipes and devices are passed over.
 */
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";
import { MAX_INODES } from "../../kernel/fs/file-system.ts";
import type { RootEntry } from "../root-file-system.ts";
import { CommandFailure } from "./failure.ts";
import { identityOf } from "./host-folder.ts";

const MIB = 1 << 20;
/** Most bytes of files; they are all in memory while the machine runs. */
const MOST_MIB = 512;
/** Room for what the machine itself puts in its file system, and for what programs make. */
const SPARE_INODES = 1024;
const OWN_FOLDERS: ReadonlySet<string> = new Set(["/dev", "/proc"]);

/** What becomes of changes: they stay in the machine's copy, are refused, or are made in the folder, too. */
export type RootMode = "copy" | "ro" | "rw";

/** The value of --root: a folder, and what is to become of changes. */
export function parseRoot(text: string): { readonly folder: string; readonly mode: RootMode } {
  const [, folder, mode] = /^(.+):(copy|ro|rw)$/s.exec(text) ?? [];
  return folder === undefined ? { folder: text, mode: "copy" } : { folder, mode: mode as RootMode };
}

/** The entries of a folder, parents before what is in them. Throws CommandFailure when it cannot be read or is too large. */
export function readHostRoot(folder: string, mode: RootMode = "copy"): RootEntry[] {
  const entries: RootEntry[] = [];
  const firstNames = new Map<string, string>();
  let bytes = 0;
  const add = (entry: RootEntry): void => {
    entries.push(mode === "copy" ? entry : { ...entry, isOfFolder: true });
    bytes += entry.bytes?.length ?? 0;
    if (entries.length > MAX_INODES - SPARE_INODES)
      throw tooLarge(folder, `more than ${MAX_INODES - SPARE_INODES} files and folders`);
  };
  const visit = (path: string): void => {
    for (const name of readdirSync(join(folder, path)).sort()) {
      const inside = `${path}/${name}`;
      if (name.includes("\ufffd"))
        throw new CommandFailure(
          `${folder} cannot be the machine's file system: the name ${inside} in it is not UTF-8.`,
          "Rename that file, or name another folder.",
        );
      if (OWN_FOLDERS.has(inside)) continue;
      const hostPath = join(folder, inside);
      const stats = lstatSync(hostPath);
      // Before it is read: one file may be larger than the host's memory.
      if (stats.isFile() && bytes + stats.size > MOST_MIB * MIB)
        throw tooLarge(folder, `more than ${MOST_MIB} MiB of files`);
      const entry = entryOf(hostPath, stats, inside, firstNames);
      if (entry === null) continue;
      add(entry);
      if (entry.type === "directory") visit(inside);
    }
  };
  try {
    if (!lstatSync(join(folder, ".")).isDirectory())
      throw Object.assign(new Error("is no folder"), { code: "ENOTDIR" });
    visit("");
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(
      `${folder} cannot be the machine's file system: ${(error as Error).message}.`,
      "Name a folder whose files you may read.",
    );
  }
  return entries;
}

const tooLarge = (folder: string, what: string): CommandFailure =>
  new CommandFailure(
    `${folder} cannot be the machine's file system: it holds ${what}, and that is the most that a machine takes in.`,
    "Name a smaller folder.",
  );

/**
 * One file, folder or link; null for what a machine cannot have.
 * @param firstNames of files that have several names, the one that was met first
 */
function entryOf(hostPath: string, stats: Stats, path: string, firstNames: Map<string, string>): RootEntry | null {
  const mode = stats.mode & 0o7777;
  if (stats.isDirectory()) return { path, type: "directory", mode };
  if (stats.isSymbolicLink()) return { path, type: "symlink", mode: 0o777, target: readlinkSync(hostPath) };
  if (!stats.isFile()) return null;
  if (stats.nlink > 1) {
    const first = firstNames.get(identityOf(stats));
    if (first !== undefined) return { path, type: "link", mode, target: first };
    firstNames.set(identityOf(stats), path);
  }
  // Should it have become a link since, it is not followed.
  const fd = openSync(hostPath, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return { path, type: "file", mode, bytes: readFileSync(fd) };
  } finally {
    closeSync(fd);
  }
}
