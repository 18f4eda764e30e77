/** The root file system a machine boots from: read from the tar archive that the build makes. */
import { parseTar } from "nanotar";

export interface RootEntry {
  /** Absolute path, without a slash at the end. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink";
  readonly bytes?: Uint8Array;
  /** Permission bits. */
  readonly mode?: number;
  /** Of a symbolic link. */
  readonly target?: string;
}

/** Entries of a tar archive, in its order. Throws what nanotar throws when the archive is damaged. */
export function readRootArchive(archive: Uint8Array): RootEntry[] {
  const entries: RootEntry[] = [];
  for (const item of parseTar(archive)) {
    const path = "/" + item.name.replace(/^\.?\//, "").replace(/\/$/, "");
    if (path === "/") continue;
    const mode = Number.parseInt(item.attrs?.mode ?? "", 8);
    const base = { path, ...(Number.isNaN(mode) ? {} : { mode: mode & 0o7777 }) };
    if (item.type === "directory" || item.name.endsWith("/")) entries.push({ ...base, type: "directory" });
    else entries.push({ ...base, type: "file", bytes: item.data ?? new Uint8Array(0) });
  }
  return entries;
}
