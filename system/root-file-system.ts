/** The root file system a machine boots from: read from the tar archive that the build makes. */
import { parseTar } from "nanotar";
import type { RootEntry } from "../kernel/fs/file-system.ts";

export type { RootEntry } from "../kernel/fs/file-system.ts";

/** Entries of a tar archive, in its order. Throws what nanotar throws when the archive is damaged. */
export function readRootArchive(archive: Uint8Array): RootEntry[] {
  const entries: RootEntry[] = [];
  for (const item of parseTar(archive)) {
    const path = "/" + item.name.replace(/^\.?\//, "").replace(/\/$/, "");
    if (path === "/") continue;
    const mode = Number.parseInt(item.attrs?.mode ?? "", 8) & 0o7777;
    if (item.type === "directory" || item.name.endsWith("/"))
      entries.push({ path, mode: mode || 0o755, type: "directory" });
    else entries.push({ path, mode: mode || 0o644, type: "file", bytes: item.data ?? new Uint8Array(0) });
  }
  return entries;
}
