/**
 * The front end of the C compiler: from a source file to the typed tree and messages.
 *
 *     tokenize → preprocess → mark typedefs → parse (c.ohm) → check
 *
 * Everything that is wrong with the program comes back as diagnostics; nothing is thrown for bad input, and nesting that is too
 * deep for the machine's stack is itself a diagnostic.
 */
import { type Diagnostic, Diagnostics, type SourceFile } from "../diagnostics.ts";
import { checkUnit } from "./check/check.ts";
import { finishMessages } from "./messages.ts";
import { parseUnit } from "./parse/parse.ts";
import type { FileProvider } from "./preprocess/include.ts";
import { type PreprocessOptions, preprocess } from "./preprocess/preprocess.ts";
import { printTokens } from "./preprocess/print.ts";
import type { TranslationUnit } from "./tree.ts";
import { warningOptions } from "./warnings/options.ts";

export type { FileProvider } from "./preprocess/include.ts";

export interface FrontEndOptions extends PreprocessOptions {
  /** Flags without their dash, in the order given: "Wall", "Wextra", "Werror", "Wno-unused-variable", "w". */
  readonly warnings?: readonly string[];
}

export interface FrontEndResult {
  /** The checked unit; null when there were errors. */
  readonly unit: TranslationUnit | null;
  readonly diagnostics: readonly Diagnostic[];
  /** Every file that was read, the main file first: for dependency lists and for debug information. */
  readonly files: readonly SourceFile[];
}

/** Reads, checks and types a C program. */
export function frontEnd(source: SourceFile, options: FrontEndOptions, files: FileProvider): FrontEndResult {
  const diagnostics = new Diagnostics();
  const enabled = warningOptions(options.warnings ?? []);
  const { tokens, packs, files: readFiles } = preprocess(source, options, files, diagnostics);
  const read = (list: Diagnostics, isBrief: boolean): TranslationUnit | null =>
    checkUnit(parseUnit(tokens, packs, list, isBrief), source.name, list, enabled);
  const brief = new Diagnostics();
  let unit = diagnostics.failed ? null : read(brief, true);
  // An error or a suggestion may want names of functions that were left out.
  if (unit === null || brief.dropped > 0 || brief.list.some(({ hint, fix }) => hint !== undefined || fix !== undefined))
    unit = read(diagnostics, false);
  else for (const warning of brief.list) diagnostics.add(warning);
  const shown = finishMessages(diagnostics.list, tokens, enabled);
  const failed = diagnostics.failed || shown.some(({ severity }) => severity === "error");
  return { unit: failed ? null : unit, diagnostics: shown, files: readFiles };
}

/** Preprocesses only, as `cc -E` does. */
export function preprocessOnly(
  source: SourceFile,
  options: PreprocessOptions,
  files: FileProvider,
): { text: string; diagnostics: readonly Diagnostic[] } {
  const diagnostics = new Diagnostics();
  const { tokens } = preprocess(source, options, files, diagnostics);
  return { text: printTokens(tokens, source), diagnostics: diagnostics.list };
}
