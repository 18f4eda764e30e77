/**
 * Archives of object files (`.a`), in the System V / GNU variant: an index of symbols in the member "/", long member
 * names in "//". Thin archives are not read.
 */

import { Diagnostics } from "./diagnostics.ts";
import { Binding } from "./elf/constants.ts";
import { isDefined, type ObjectFile } from "./elf/object.ts";
import { looksLikeElf, type Result } from "./elf/read.ts";
import { readObject } from "./elf/read-object.ts";

const MAGIC = "!<arch>\n";
const HEADER_BYTES = 60;
const ascii = new TextDecoder("latin1");

export interface ArchiveMember {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** An archive as the linker uses it. Members are read on demand and once. */
export interface Archive {
  readonly name: string;
  readonly members: readonly ArchiveMember[];
  /** Which member defines a symbol. */
  readonly index: ReadonlyMap<string, number>;
  /** Members that have been read already, by number. */
  readonly cache: Map<number, Result<ObjectFile>>;
}

/** True when the bytes begin like an archive. */
export const looksLikeArchive = (bytes: Uint8Array): boolean =>
  bytes.length >= 8 &&
  (ascii.decode(bytes.subarray(0, 8)) === MAGIC || ascii.decode(bytes.subarray(0, 8)) === "!<thin>\n");

/** Reads an archive; builds the index itself when the file has none. */
export function readArchive(bytes: Uint8Array, name: string): Result<Archive> {
  const problems = new Diagnostics(5);
  const fail = (message: string, at: number): Result<Archive> => {
    problems.error(message, null, {
      place: `${name}: byte ${at}`,
      hint: "the archive is damaged or was cut short: build it again",
    });
    return { ok: false, diagnostics: problems.list };
  };
  if (!looksLikeArchive(bytes)) return fail('not an archive (it does not begin with "!<arch>")', 0);
  if (bytes[2] === 0x74) {
    problems.error("a thin archive, which only names its members", null, {
      place: name,
      hint: "build it without the T option of ar",
    });
    return { ok: false, diagnostics: problems.list };
  }
  const members: ArchiveMember[] = [];
  const memberAt = new Map<number, number>();
  let symbolTable: Uint8Array | null = null;
  let longNames: Uint8Array = new Uint8Array(0);
  for (let at = 8; at + 1 < bytes.length; ) {
    if (at + HEADER_BYTES > bytes.length) return fail("the member header is cut short", at);
    const header = ascii.decode(bytes.subarray(at, at + HEADER_BYTES));
    const sizeText = header.slice(48, 58).trim();
    if (header.slice(58) !== "`\n" || !/^\d+$/.test(sizeText)) return fail("not a member header", at);
    const start = at + HEADER_BYTES;
    const end = start + Number(sizeText);
    if (end > bytes.length) return fail(`a member of ${sizeText} bytes reaches past the end of the file`, at);
    const content = bytes.subarray(start, end);
    const rawName = header.slice(0, 16).trimEnd();
    if (rawName === "/") symbolTable = content;
    else if (rawName === "//") longNames = content;
    else if (rawName !== "/SYM64/") {
      memberAt.set(at, members.length);
      members.push({ name: memberName(rawName, longNames), bytes: content });
    }
    at = end + (end & 1);
  }
  const cache = new Map<number, Result<ObjectFile>>();
  const index = symbolTable === null ? null : parseIndex(symbolTable, memberAt);
  const archive = { name, members, index: index ?? new Map<string, number>(), cache };
  return { ok: true, value: index === null ? { ...archive, index: buildIndex(archive) } : archive };
}

/** The object in a member; its name reads `libc.a(malloc.o)`. */
export function archiveObject(archive: Archive, number: number): Result<ObjectFile> {
  const known = archive.cache.get(number);
  if (known !== undefined) return known;
  const member = archive.members[number]!;
  const result = readObject(member.bytes, `${archive.name}(${member.name})`);
  archive.cache.set(number, result);
  return result;
}

/** Writes an archive with a symbol index. Time stamps and owners are zero, so equal members give equal bytes. */
export function writeArchive(members: readonly ArchiveMember[]): Uint8Array {
  let longNames = "";
  const nameFields = members.map(({ name }) => {
    if (name.length <= 15 && /^[\x21-\x7e]+$/.test(name) && !name.includes("/")) return `${name}/`;
    const at = longNames.length;
    longNames += `${name}/\n`;
    return `/${at}`;
  });
  const symbols = members.map((member) => definedNames(member));
  const indexStrings = symbols
    .flat()
    .map((name) => `${name}\0`)
    .join("");
  const encoder = new TextEncoder();
  const indexText = encoder.encode(indexStrings);
  const symbolCount = symbols.reduce((sum, names) => sum + names.length, 0);
  const indexBytes = new Uint8Array(4 + 4 * symbolCount + indexText.length);
  const longBytes = encoder.encode(longNames);
  const even = (count: number): number => count + (count & 1);
  let at = 8 + HEADER_BYTES + even(indexBytes.length);
  if (longBytes.length > 0) at += HEADER_BYTES + even(longBytes.length);
  const starts = members.map((member) => {
    const start = at;
    at += HEADER_BYTES + even(member.bytes.length);
    return start;
  });
  const view = new DataView(indexBytes.buffer);
  view.setUint32(0, symbolCount, false);
  let entry = 4;
  symbols.forEach((names, member) => {
    for (let i = 0; i < names.length; i++, entry += 4) view.setUint32(entry, starts[member]!, false);
  });
  indexBytes.set(indexText, entry);

  const out = new Uint8Array(at).fill(0x0a);
  out.set(encoder.encode(MAGIC));
  let cursor = 8;
  const put = (field: string, content: Uint8Array, mode: string): void => {
    const header = `${field.padEnd(16)}${"0".padEnd(12)}${"0".padEnd(6)}${"0".padEnd(6)}${mode.padEnd(8)}${String(content.length).padEnd(10)}\`\n`;
    out.set(encoder.encode(header), cursor);
    out.set(content, cursor + HEADER_BYTES);
    cursor += HEADER_BYTES + even(content.length);
  };
  put("/", indexBytes, "0");
  if (longBytes.length > 0) put("//", longBytes, "0");
  for (const [number, member] of members.entries()) put(nameFields[number]!, member.bytes, "644");
  return out;
}

function memberName(raw: string, longNames: Uint8Array): string {
  const long = /^\/(\d+)$/.exec(raw);
  if (long === null) return raw.replace(/\/$/, "");
  const start = Number(long[1]);
  let end = start;
  while (end < longNames.length && longNames[end] !== 0x0a) end++;
  return ascii.decode(longNames.subarray(start, end)).replace(/\/$/, "");
}

/** The index of the "/" member: count, offsets (big-endian), then names; null when it is damaged. */
function parseIndex(bytes: Uint8Array, memberAt: ReadonlyMap<number, number>): Map<string, number> | null {
  if (bytes.length < 4) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(0, false);
  if (4 + 4 * count > bytes.length) return null;
  const names = ascii.decode(bytes.subarray(4 + 4 * count)).split("\0");
  const index = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const member = memberAt.get(view.getUint32(4 + 4 * i, false));
    const name = names[i];
    if (member === undefined || name === undefined) return null;
    if (!index.has(name)) index.set(name, member);
  }
  return index;
}

function buildIndex(archive: Archive): Map<string, number> {
  const index = new Map<string, number>();
  archive.members.forEach((member, number) => {
    for (const name of definedNames(member)) if (!index.has(name)) index.set(name, number);
  });
  return index;
}

/** Names that a member defines for other objects; none when it is not a readable object. */
function definedNames(member: ArchiveMember): string[] {
  if (!looksLikeElf(member.bytes)) return [];
  const object = readObject(member.bytes, member.name);
  if (!object.ok) return [];
  return object.value.symbols
    .filter((symbol) => symbol.binding !== Binding.LOCAL && isDefined(symbol) && symbol.name !== "")
    .map((symbol) => symbol.name);
}
