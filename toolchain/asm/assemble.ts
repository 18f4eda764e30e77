/**
 * The assembler: items (or text) in, an object file out.
 *
 * One pass over the items fills sections, symbols and fixups (assembler.ts); relax.ts then decides the lengths that depend on distances;
 * finish.ts turns fixups into bytes or relocations. Linker relaxation is not asked for: no R_RISCV_RELAX or R_RISCV_ALIGN is written, and
 * distances within a section are final.
 */
import { type Diagnostic, Diagnostics, SourceFile } from "../diagnostics.ts";
import type { ObjectFile } from "../elf/object.ts";
import { Assembler } from "./assembler.ts";
import type { Item } from "./items.ts";
import { parseAssembly } from "./parse.ts";

export interface AssembleOptions {
  /** How messages and the linker call the object. Default: the source's name with `.o`. */
  readonly name?: string;
  /** Start with compressed instructions allowed. Default false. */
  readonly rvc?: boolean;
}

export type AssembleResult =
  | { readonly ok: true; readonly object: ObjectFile; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Assembles text. */
export function assembleText(source: SourceFile | string, options: AssembleOptions = {}): AssembleResult {
  const file = typeof source === "string" ? new SourceFile("input.s", source) : source;
  const problems = new Diagnostics();
  const items = parseAssembly(file, problems);
  return assembleItems(items, { name: file.name.replace(/\.[sS]$/, "") + ".o", ...options }, problems);
}

/** Assembles items; `problems` may already hold the parser's findings. */
export function assembleItems(
  items: readonly Item[],
  options: AssembleOptions = {},
  problems = new Diagnostics(),
): AssembleResult {
  const assembler = new Assembler(options, problems);
  for (let at = 0; at < items.length; at++) assembler.add(items[at]!);
  const object = assembler.finish();
  if (object === null) return { ok: false, diagnostics: problems.list };
  return { ok: true, object, warnings: problems.list };
}

/** `assembleText` or `assembleItems`, by what is given. */
export const assemble = (
  source: SourceFile | string | readonly Item[],
  options: AssembleOptions = {},
): AssembleResult =>
  typeof source === "string" || source instanceof SourceFile
    ? assembleText(source, options)
    : assembleItems(source, options);
