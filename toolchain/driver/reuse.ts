/**
 * What one compilation leaves for the next in the same process: the headers and archives of the sysroot as they were read.
 *
 * A header keeps its tokens, an archive the objects that were taken out of it; both are never changed after they have been read.
 * Contents are compared on every use, so that a file that was replaced is read afresh. Only the sysroot's files are kept, and at most
 * `FILE_LIMIT` of them: they are few and the same for every program, and a long-lived process stays small.
 */
import { type Archive, looksLikeArchive, readArchive } from "../ar.ts";
import { SourceFile } from "../diagnostics.ts";
import { sourceText } from "../source-text.ts";

const FILE_LIMIT = 200;

interface Kept<T> {
  readonly bytes: Uint8Array;
  readonly value: T;
}

const sources = new Map<string, Kept<SourceFile>>();
const archives = new Map<string, Kept<Archive>>();

/** A text file as a SourceFile; the same one as before when path and bytes are those of a file of the sysroot read earlier. */
export function sourceFile(path: string, bytes: Uint8Array, sysroot: string): SourceFile {
  if (!path.startsWith(`${sysroot}/`)) return new SourceFile(path, sourceText(bytes));
  return keep(sources, path, bytes, (own) => new SourceFile(path, sourceText(own), true))!;
}

/** An archive of the sysroot; null when it is none, lies elsewhere or cannot be read. */
export function sysrootArchive(path: string, bytes: Uint8Array, sysroot: string): Archive | null {
  if (!path.startsWith(`${sysroot}/`) || !looksLikeArchive(bytes)) return null;
  return keep(archives, path, bytes, (own) => {
    const archive = readArchive(own, path);
    return archive.ok ? archive.value : null;
  });
}

function keep<T>(
  kept: Map<string, Kept<T>>,
  path: string,
  bytes: Uint8Array,
  make: (own: Uint8Array) => T | null,
): T | null {
  const known = kept.get(path);
  if (known !== undefined && isSame(known.bytes, bytes)) return known.value;
  // A copy, because the caller may write into its array later, and an archive's members lie in it.
  const own = new Uint8Array(bytes);
  const value = make(own);
  if (value === null) return null;
  if (kept.size >= FILE_LIMIT) kept.clear();
  kept.set(path, { bytes: own, value });
  return value;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
