/** Slips in directives and stray characters, and what was probably meant. */
import { type Diagnostic, nearestName, type SourceFile, type Span } from "../../diagnostics.ts";
import { STANDARD_HEADERS } from "../check/headers.ts";
import { spanBetween, spanOf, type Token, TokenKind } from "../tokens.ts";
import type { TokenStream } from "./expand.ts";

type Extra = Partial<Pick<Diagnostic, "hint" | "fix" | "notes">>;

const DIRECTIVES =
  "define undef include include_next if ifdef ifndef elif else endif line error warning pragma ident import".split(" ");

/** Spellings of other languages and preprocessors. */
const FOREIGN: ReadonlyMap<string, string> = new Map(
  Object.entries({
    elseif: "elif",
    elsif: "elif",
    elsef: "else",
    endfi: "endif",
    fi: "endif",
  }),
);

/** The directive that was probably meant. */
export const nearestDirective = (name: string): string | null =>
  FOREIGN.get(name.toLowerCase()) ?? nearestName(name.toLowerCase(), DIRECTIVES, true);

/** For an #if without #endif: the directive that was probably meant to be it. */
export function misspeltEnd(open: Token, tokens: readonly Token[]): Extra {
  for (let i = tokens.indexOf(open) + 1; i > 0 && i + 1 < tokens.length; i++) {
    const [hash, name] = [tokens[i]!, tokens[i + 1]!];
    if (hash.text !== "#" || !hash.startsLine || name.kind !== TokenKind.Identifier) continue;
    if (DIRECTIVES.includes(name.text) || nearestDirective(name.text) !== "endif") continue;
    const line = name.file.placeOf(name.start).line;
    return {
      hint: `did you mean #endif where #${name.text} stands, in line ${line}?`,
      fix: { span: spanOf(name), replacement: "endif" },
    };
  }
  return {};
}

/** `#include stdio.h` and `#include <stdio.h`: the file that is meant. */
export function headerSlip(
  line: readonly Token[],
): { path: string; isQuoted: boolean; span: ReturnType<typeof spanOf>; extra: Extra } | null {
  const [first, last] = [line[0], line[line.length - 1]];
  if (first === undefined || last === undefined) return null;
  const path = line
    .map(({ text }) => text)
    .join("")
    .replace(/^[<"']+|[>"';]+$/g, "");
  if (!/^[\w./-]+\.h$/.test(path)) return null;
  const span = spanBetween(first, last);
  const replacement = `<${path}>`;
  return { path, isQuoted: false, span, extra: { hint: `write #include ${replacement}`, fix: { span, replacement } } };
}

const FOREIGN_HEADERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    iostream: "it belongs to C++; C's input and output are in <stdio.h>",
    string: "it belongs to C++; C's functions on strings are in <string.h>",
    cstdio: "it belongs to C++; in C it is <stdio.h>",
    cstdlib: "it belongs to C++; in C it is <stdlib.h>",
    cstring: "it belongs to C++; in C it is <string.h>",
    cmath: "it belongs to C++; in C it is <math.h>",
    vector: "it belongs to C++; C has arrays, and malloc from <stdlib.h>",
    "bits/stdc++.h": "it belongs to C++; C includes <stdio.h>, <stdlib.h> and their like one by one",
    "conio.h": "it belongs to DOS; getchar and printf are in <stdio.h>",
    "windows.h": "it belongs to Windows, and this compiles for Linux",
    "pthread.h": "there are no threads here; <unistd.h> has fork",
    "threads.h": "there are no threads here; <unistd.h> has fork",
  }),
);

export function missingHeaderHint(path: string, isQuoted: boolean): string {
  const foreign = FOREIGN_HEADERS.get(path.toLowerCase());
  if (foreign !== undefined) return foreign;
  const near = nearestName(path, STANDARD_HEADERS);
  if (near !== null) return `did you mean <${near}>?`;
  return isQuoted
    ? "looked beside the including file and in the include paths (-I)"
    : "looked in the include paths (-I)";
}

/** The first blanks between a backslash and the end of its line, comments left out; null where there are none. */
export function blanksAfterBackslash(file: SourceFile): Span | null {
  for (const match of file.text.matchAll(/\\([ \t]+)\r?\n/g)) {
    const line = file.text.slice(file.text.lastIndexOf("\n", match.index) + 1, match.index);
    if (/\/\/|\/\*|^\s*\*/.test(line)) continue;
    return { file, start: match.index, end: match.index + 1 + match[1]!.length };
  }
  return null;
}

/** After a backslash outside quotes: takes the letter of an escape such as \n with it. */
export function escapeOutside(stream: TokenStream): Extra {
  const next = stream.next();
  if (next !== null && /^[abefnrtv0]$/.test(next.text) && !next.hasSpaceBefore && !next.startsLine)
    return {
      hint: `'\\${next.text}' stands for a character only inside quotes: is the closing quote in the wrong place?`,
    };
  if (next !== null) stream.push([next]);
  return {};
}
