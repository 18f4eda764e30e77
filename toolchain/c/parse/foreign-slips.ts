/** What belongs to other languages, C++ above all: said so, with what C has instead. Changes of tokens to try, as slips.ts has them. */
import { spanBetween, spanOf, type Token, TokenKind } from "../tokens.ts";
import { closeOf, openBefore, type Slip, type Stop } from "./slip.ts";

const WORD_OPERATORS: ReadonlyMap<string, string> = new Map(Object.entries({ and: "&&", or: "||", not: "!" }));

export function foreignSlips(stop: Stop): Slip[] {
  return [
    ...scopes(stop),
    ...words(stop),
    ...references(stop),
    ...brackets(stop),
    ...allocation(stop),
    ...nested(stop),
  ];
}

/** The tokens from one index up to the end of its statement, to be left out. */
function restOfStatement(tokens: readonly Token[], from: number): Map<number, null> {
  const changes = new Map<number, null>();
  for (let i = from; i < tokens.length && !";}".includes(tokens[i]!.text); i++) changes.set(i, null);
  return changes;
}

/** `std::cout << x`. */
function scopes({ tokens, start, at }: Stop): Slip[] {
  for (const i of [at - 1, at]) {
    if (i <= start || tokens[i]?.text !== ":" || tokens[i + 1]?.text !== ":") continue;
    let first = i - 1;
    while (first > start && !";{}".includes(tokens[first - 1]!.text)) first--;
    const changes = restOfStatement(tokens, first);
    const hint = "print with printf and read with scanf, from <stdio.h>";
    const message = "'::' belongs to C++: C has no namespaces and no classes";
    const span = spanBetween(tokens[i]!, tokens[i + 1]!);
    return [{ changes, beyond: first + changes.size, at: i, span, message, extra: { hint } }];
  }
  return [];
}

/** `and`, `or`, `not`; `class` and `public:`. */
function words(stop: Stop): Slip[] {
  const { tokens, start, at } = stop;
  for (const i of [at, at - 1]) {
    const token = tokens[i];
    if (token === undefined || i < start || token.kind !== TokenKind.Identifier || stop.isKnown(token.text)) continue;
    const operator = WORD_OPERATORS.get(token.text);
    const span = spanOf(token);
    if (operator !== undefined)
      return [
        {
          changes: new Map([[i, operator]]),
          beyond: at,
          at: i,
          span,
          message: `C writes '${operator}' for '${token.text}'`,
          extra: {
            fix: { span, replacement: operator },
            hint: `or #include <iso646.h>, which defines '${token.text}'`,
          },
        },
      ];
    const message = `'${token.text}' belongs to C++`;
    if (/^(public|private|protected)$/.test(token.text) && tokens[i + 1]?.text === ":")
      return [
        {
          changes: new Map([
            [i, null],
            [i + 1, null],
          ]),
          beyond: i + 2,
          at: i,
          span,
          message,
          extra: { hint: "in C every member of a struct can be reached" },
        },
      ];
  }
  if (tokens[start]?.text === "class" && tokens[start + 2]?.text === "{")
    return [
      {
        changes: new Map([[start, "struct"]]),
        beyond: start + 2,
        at: start,
        span: spanOf(tokens[start]!),
        message: "'class' belongs to C++: C has no classes",
        extra: {
          hint: "use 'struct', and functions that take a pointer to it",
          fix: { span: spanOf(tokens[start]!), replacement: "struct" },
        },
      },
    ];
  return [];
}

/** `void swap(int &a, int &b)` and `for (int x : list)`. */
function references({ tokens, start, at }: Stop): Slip[] {
  const open = openBefore(tokens, start, at);
  const close = open < 0 || tokens[open]!.text !== "(" ? -1 : closeOf(tokens, open);
  if (close < 0) return [];
  if (tokens[at]?.text === ":" && tokens[open - 1]?.text === "for") {
    const changes = new Map<number, null | readonly string[]>([[at, [";", ";"]]]);
    for (let i = at + 1; i < close; i++) changes.set(i, null);
    const extra = { hint: "count with an index: for (int i = 0; i < n; i++)" };
    return [{ changes, beyond: close, at, message: "C has no 'for' over the elements of something", extra }];
  }
  if (tokens[at]?.text !== "&") return [];
  const changes = new Map<number, null>();
  for (let i = at; i < close; i++) if (tokens[i]!.text === "&") changes.set(i, null);
  const extra = { hint: "take a pointer (int *a), pass an address (&x) and write *a for what it points to" };
  return [{ changes, beyond: close, at, message: "C has no references", extra }];
}

/** `int[10] a`. */
function brackets({ tokens, start, at }: Stop): Slip[] {
  if (tokens[at]?.text !== "[" || at <= start) return [];
  const close = tokens[at + 1]?.text === "]" ? at + 1 : tokens[at + 2]?.text === "]" ? at + 2 : -1;
  const name = tokens[close + 1];
  if (close < 0 || name?.kind !== TokenKind.Identifier) return [];
  const inside = close === at + 1 ? [] : [at + 1];
  const changes = new Map<number, null | readonly (string | number)[]>([[close + 1, [close + 1, "[", ...inside, "]"]]]);
  for (let i = at; i <= close; i++) changes.set(i, null);
  const span = spanBetween(tokens[at]!, name);
  const size = inside.length === 0 ? "" : tokens[at + 1]!.text;
  const extra = { fix: { span, replacement: `${name.text}[${size}]` } };
  return [{ changes, beyond: close + 1, at, span, message: "the brackets of an array stand after its name", extra }];
}

/** `new int[10]` and `delete[] p`. */
function allocation(stop: Stop): Slip[] {
  const { tokens, start, at } = stop;
  if (stop.isKnown("new") || stop.isKnown("delete")) return [];
  for (let i = at; i >= start && i > at - 4; i--) {
    const token = tokens[i];
    if (token?.text === "new") {
      const changes = new Map<number, string | null>(restOfStatement(tokens, i));
      changes.set(i, "0");
      const extra = { hint: "allocate with malloc, from <stdlib.h>: malloc(n * sizeof(int))" };
      return [
        { changes, beyond: i + changes.size, at: i, span: spanOf(token), message: "'new' belongs to C++", extra },
      ];
    }
    if (token?.text === "delete") {
      const changes = restOfStatement(tokens, i);
      const extra = { hint: "what malloc gave goes back with free(…)" };
      return [
        { changes, beyond: i + changes.size, at: i, span: spanOf(token), message: "'delete' belongs to C++", extra },
      ];
    }
  }
  return [];
}

/** A whole function inside another one: left out, its name remembered. */
function nested({ tokens, start, at }: Stop): Slip[] {
  if (tokens[at]?.text !== "{" || tokens[at - 1]?.text !== ")" || openBefore(tokens, start, at) < 0) return [];
  let braces = 0;
  for (const { text } of tokens) braces += text === "{" ? 1 : text === "}" ? -1 : 0;
  if (braces !== 0) return [];
  let first = at - 1;
  while (first > start && !";{}".includes(tokens[first - 1]!.text)) first--;
  const open = tokens.findIndex(({ text }, i) => i >= first && text === "(");
  const name = tokens[open - 1];
  if (name === undefined || open - first < 2 || name.kind !== TokenKind.Identifier) return [];
  const changes = new Map<number, string | null>();
  let depth = 0;
  let end = first;
  for (; end < tokens.length; end++) {
    changes.set(end, null);
    if (tokens[end]!.text === "{") depth++;
    else if (tokens[end]!.text === "}" && --depth === 0) break;
  }
  changes.set(first, ";");
  const extra = { hint: `move '${name.text}' above the function that it stands in` };
  const message = "a function cannot be defined inside another";
  return [
    {
      changes,
      beyond: end,
      at: first,
      span: spanBetween(tokens[first]!, tokens[at - 1]!),
      message,
      extra,
      poisons: [name.text],
    },
  ];
}
