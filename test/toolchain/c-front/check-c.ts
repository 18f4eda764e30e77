/** Runs the front end on a text in tests. */

import { type FrontEndResult, frontEnd } from "../../../toolchain/c/front-end.ts";
import type { ObjectDefinition } from "../../../toolchain/c/tree.ts";
import { type Diagnostic, SourceFile, summarize } from "../../../toolchain/diagnostics.ts";

/** Checks a program; `files` are what it can include. */
export function check(
  text: string,
  warnings: readonly string[] = [],
  files: Readonly<Record<string, string>> = {},
): FrontEndResult {
  const sources = new Map(Object.entries(files).map(([name, body]) => [name, new SourceFile(name, body)]));
  return frontEnd(
    new SourceFile("t.c", text),
    { warnings, includePaths: ["inc"] },
    { read: (path) => sources.get(path) ?? null },
  );
}

/** "line:column: severity: message" of every diagnostic. */
export const lines = (list: readonly Diagnostic[]): string[] =>
  list.map((item) => summarize(item).replace(/^t\.c:/, ""));

/** The bytes of an object as they stand in memory, addresses as zeros. */
export function imageOf(object: ObjectDefinition): Uint8Array {
  const bytes = new Uint8Array(object.bytes);
  for (const part of object.image) if (part.kind === "bytes") bytes.set(part.bytes, part.offset);
  return bytes;
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
