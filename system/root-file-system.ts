/**
 * The root file system a machine boots from: read from the tar archive that the build makes (build/sysroot.mjs). Only what that writes is read: files
 * and folders with names of up to 100 characters in the POSIX ustar format, numbers in octal. Every start of a machine comes by here, and
 * a general reader took 20 ms for these 250 entries, most of it to decode fields that nobody asks for.
 */
import type { RootEntry } from "../kernel/fs/root-image.ts";

export type { RootEntry } from "../kernel/fs/root-image.ts";

const BLOCK_BYTES = 512;
/** Offsets and lengths of fields in a header block. */
const NAME = { at: 0, bytes: 100 };
const MODE = { at: 100, bytes: 8 };
const SIZE = { at: 124, bytes: 12 };
const TYPE = 156;
const MAGIC = { at: 257, bytes: 5 };

const decoder = new TextDecoder();

/** Entries of a tar archive, in its order. Their bytes lie in the archive. Throws an Error that says what is wrong and where. */
export function readRootArchive(archive: Uint8Array): RootEntry[] {
  const entries: RootEntry[] = [];
  for (let at = 0; at + BLOCK_BYTES <= archive.length && archive[at] !== 0; ) {
    const header = archive.subarray(at, at + BLOCK_BYTES);
    const damaged = (what: string): Error => new Error(`byte ${at} of the archive is not the header of ${what}`);
    if (textIn(header, MAGIC) !== "ustar") throw damaged("an entry (ustar)");
    const path = `/${textIn(header, NAME)
      .replace(/^\.?\//, "")
      .replace(/\/$/, "")}`;
    const mode = Number.parseInt(textIn(header, MODE), 8) & 0o7777;
    const sizeBytes = Number.parseInt(textIn(header, SIZE), 8);
    const start = at + BLOCK_BYTES;
    if (!(sizeBytes >= 0 && start + sizeBytes <= archive.length)) throw damaged(`${path} with its ${sizeBytes} bytes`);
    const type = String.fromCharCode(header[TYPE]!);
    if (type === "5") {
      if (path !== "/") entries.push({ path, mode: mode || 0o755, type: "directory" });
    } else if (type === "0") {
      entries.push({ path, mode: mode || 0o644, type: "file", bytes: archive.subarray(start, start + sizeBytes) });
    } else throw damaged(`a file or folder (type ${type})`);
    at = start + Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return entries;
}

/** A field's text, which a zero ends when it is shorter than the field. */
function textIn(header: Uint8Array, field: { readonly at: number; readonly bytes: number }): string {
  let text = "";
  for (let at = field.at; at < field.at + field.bytes && header[at] !== 0; at++) {
    if (header[at]! > 0x7f) return decodedText(header, field);
    text += String.fromCharCode(header[at]!);
  }
  return text;
}

function decodedText(header: Uint8Array, field: { readonly at: number; readonly bytes: number }): string {
  const bytes = header.subarray(field.at, field.at + field.bytes);
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}
