/**
 * The last look at a unit's messages: what follows from a mistake that has been reported is left out, and text that comes out of a macro is
 * named as such.
 */
import type { Diagnostic } from "../diagnostics.ts";
import type { Token } from "./tokens.ts";
import { isWarningEnabled, type WarningOptions } from "./warnings/options.ts";

/** The messages to show, in their order. */
export function finishMessages(
  list: readonly Diagnostic[],
  tokens: readonly Token[],
  options: WarningOptions,
): Diagnostic[] {
  const shown = dropTrail(list.map((item) => governed(item, options)).filter((item) => item !== null));
  return shown.length === 0 ? shown : markExpansions(shown, tokens);
}

/** Warnings of the preprocessor do not know the command line. */
function governed(item: Diagnostic, options: WarningOptions): Diagnostic | null {
  if (item.severity !== "warning") return item;
  if (options.isSilent || (item.option !== undefined && !isWarningEnabled(options, item.option))) return null;
  const isError = options.allAsErrors || (item.option !== undefined && options.asErrors.has(item.option));
  return isError
    ? { ...item, severity: "error", option: item.option === undefined ? "Werror" : `Werror=${item.option.slice(1)}` }
    : item;
}

const place = ({ span }: Diagnostic): string => `${span?.file.name}:${span?.start}:${span?.end}`;

/** One mistake, one message: the first error at a place stands for all, and the same message is said once. */
function dropTrail(list: readonly Diagnostic[]): Diagnostic[] {
  const errors = new Set(list.filter(({ severity, span }) => severity === "error" && span !== null).map(place));
  const said = new Set<string>();
  return list.filter((item) => {
    const where = place(item);
    const isPlaced = errors.has(where);
    if (isPlaced && item.severity === "warning") return false;
    const key = isPlaced ? where : `${where}:${item.message}`;
    if (said.has(key)) return false;
    said.add(key);
    return true;
  });
}

/** Where the text comes out of a macro a change of it at its use would mend nothing: the macro is named instead. */
function markExpansions(list: readonly Diagnostic[], tokens: readonly Token[]): Diagnostic[] {
  const starts = new Set(list.map(({ span }) => span?.start));
  const macros = new Map<string, { readonly name: string; count: number }>();
  for (const token of tokens) {
    if (token.macro === null || !starts.has(token.start)) continue;
    const key = `${token.file.name}:${token.start}`;
    const known = macros.get(key);
    if (known === undefined) macros.set(key, { name: token.file.text.slice(token.start, token.end), count: 1 });
    else known.count++;
  }
  return list.map((item) => {
    const macro = item.span === null ? undefined : macros.get(`${item.span.file.name}:${item.span.start}`);
    if (macro === undefined) return item;
    const { fix: _, ...rest } = item;
    const kept = item.fix !== undefined && item.fix.span.start === item.span?.start ? rest : item;
    const isSaid =
      item.message.includes("macro") || (item.notes ?? []).some(({ message }) => message.includes("macro"));
    if (isSaid || macro.count < 4 || !/^\w+$/.test(macro.name)) return kept;
    const note: Diagnostic = {
      severity: "note",
      message: `in the expansion of macro '${macro.name}'`,
      span: item.span,
    };
    return { ...kept, notes: [...(item.notes ?? []), note] };
  });
}
