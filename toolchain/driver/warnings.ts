/** Which warnings are shown, and which count as errors: -Wall, -Wextra, -Wname, -Werror and their opposites. */
import type { Diagnostic } from "../diagnostics.ts";
import type { CcOptions } from "./options.ts";

/** Warnings of -Wall; all that stand in neither group are on by default. */
const ALL = new Set([
  "address", "array-bounds", "bool-compare", "char-subscripts", "comment", "dangling-else", "empty-body", "enum-compare", "format",
  "format-extra-args", "implicit", "int-in-bool-context", "logical-not-parentheses", "main", "maybe-uninitialized",
  "memset-transposed-args", "misleading-indentation", "missing-braces", "multistatement-macros", "nonnull", "parentheses",
  "pointer-sign", "restrict", "return-type", "sequence-point", "sizeof-pointer-div", "sizeof-pointer-memaccess",
  "strict-aliasing", "switch", "tautological-compare", "uninitialized", "unknown-pragmas", "unused", "unused-but-set-variable",
  "unused-function", "unused-label", "unused-local-typedefs", "unused-value", "unused-variable", "use-after-free",
]); // biome-ignore format: a list of names
const EXTRA = new Set([
  "cast-function-type", "clobbered", "ignored-qualifiers", "implicit-fallthrough", "missing-field-initializers",
  "missing-parameter-type", "old-style-declaration", "override-init", "shift-negative-value", "sign-compare",
  "string-compare", "type-limits", "unused-but-set-parameter", "unused-parameter",
]); // biome-ignore format: a list of names
/** Only when asked for by name. */
const ON_REQUEST = new Set([
  "cast-align", "cast-qual", "conversion", "declaration-after-statement", "double-promotion", "float-conversion", "float-equal",
  "missing-declarations", "missing-prototypes", "pedantic", "shadow", "sign-conversion", "strict-prototypes", "switch-default",
  "switch-enum", "undef", "unused-macros", "vla", "write-strings", "redundant-decls", "nested-externs", "bad-function-cast",
]); // biome-ignore format: a list of names
/** Named groups inside -Wall. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  unused: [
    "unused-but-set-variable",
    "unused-function",
    "unused-label",
    "unused-local-typedefs",
    "unused-value",
    "unused-variable",
  ],
};
/** Worth a warning even without -Wall: what they find is almost always a mistake. */
const ALWAYS = new Set(["format", "return-type", "parentheses", "uninitialized", "use-after-free"]);

const bare = (option: string): string => option.replace(/^-?W/, "").replace(/=.*$/, "");

/** Drops what is switched off and turns into errors what is asked to be. Errors and notes pass unchanged. */
export function chooseWarnings(list: readonly Diagnostic[], options: CcOptions): Diagnostic[] {
  return list.flatMap((diagnostic) => {
    if (diagnostic.severity !== "warning") return [diagnostic];
    const name = bare(diagnostic.option ?? "");
    if (options.noWarnings || !isOn(name, options)) return [];
    return isError(name, options)
      ? [{ ...diagnostic, severity: "error" as const, option: `Werror=${name}` }]
      : [diagnostic];
  });
}

const names = (choice: string, name: string): boolean =>
  choice === name || bare(choice) === name || (GROUPS[choice]?.includes(name) ?? false);

function isOn(name: string, options: CcOptions): boolean {
  let on = ALWAYS.has(name) || !(ALL.has(name) || EXTRA.has(name) || ON_REQUEST.has(name));
  for (const choice of options.warnings) {
    if (choice.state === "no-error") continue;
    const wanted = choice.state !== "off";
    if (choice.name === "all" && ALL.has(name)) on = wanted;
    else if (choice.name === "extra" && EXTRA.has(name)) on = wanted;
    else if (choice.name === "everything") on = wanted;
    else if (names(choice.name, name)) on = wanted;
  }
  return on;
}

function isError(name: string, options: CcOptions): boolean {
  let error = options.warningsAreErrors;
  for (const choice of options.warnings) {
    if (choice.state === "error" && names(choice.name, name)) error = true;
    else if (choice.state === "no-error" && names(choice.name, name)) error = false;
  }
  return error;
}
