/** The checker's door: a parsed unit in, the typed tree and messages out. */
import type { Diagnostics } from "../../diagnostics.ts";
import { guardDepth } from "../parse/depth.ts";
import type { ParsedUnit } from "../parse/parse.ts";
import type { TranslationUnit } from "../tree.ts";
import { EVERY_WARNING, type WarningOptions } from "../warnings/options.ts";
import { Checker } from "./unit.ts";

/**
 * Checks a unit. Without `warnings` every warning is reported and the caller picks by `Diagnostic.option`. Null when there are errors, the
 * parser's included.
 */
export function checkUnit(
  parsed: ParsedUnit,
  fileName: string,
  diagnostics: Diagnostics,
  warnings: WarningOptions = EVERY_WARNING,
): TranslationUnit | null {
  const checker = new Checker(diagnostics, warnings);
  checker.poisoned = new Set([...parsed.poisoned, ...parsed.unknownTypes]);
  const unit = guardDepth(diagnostics, parsed.file, () => checker.checkUnit(fileName, parsed.externals));
  return diagnostics.failed ? null : unit;
}
