/** Names that other languages have, and what C has instead. */
import type { Span } from "../../diagnostics.ts";

const REPLACEMENTS: ReadonlyMap<string, string> = new Map(
  Object.entries({ null: "NULL", Null: "NULL", nullptr: "NULL", nil: "NULL", None: "NULL", TRUE: "1", True: "1", FALSE: "0", False: "0" }),
); // biome-ignore format: a table
const HINTS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    cout: "that is C++; print with printf, from <stdio.h>",
    cerr: "that is C++; print with fprintf(stderr, …), from <stdio.h>",
    cin: "that is C++; read with scanf or fgets, from <stdio.h>",
    endl: 'that is C++; a line ends with "\\n"',
    this: "that is C++; a function gets the object as a pointer argument",
    self: "a function gets the object as a pointer argument",
    length: "C keeps no lengths: of an array it is sizeof a / sizeof a[0], of a string strlen(s)",
    atomic_fetch_add: "it is declared in <stdatomic.h>: add #include <stdatomic.h>",
    atomic_load: "it is declared in <stdatomic.h>: add #include <stdatomic.h>",
    atomic_store: "it is declared in <stdatomic.h>: add #include <stdatomic.h>",
  }),
); // biome-ignore format: a table

/** The advice for such a name; null for any other. */
export function foreignName(
  name: string,
  span: Span,
): { hint: string; fix?: { span: Span; replacement: string } } | null {
  const replacement = REPLACEMENTS.get(name);
  if (replacement !== undefined) return { hint: `C writes '${replacement}'`, fix: { span, replacement } };
  const hint = HINTS.get(name);
  return hint === undefined ? null : { hint };
}
