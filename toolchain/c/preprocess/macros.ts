/** Macros and hide sets: the data that expansion works on. */
import type { Span } from "../../diagnostics.ts";
import { type HideSet, Token } from "../tokens.ts";

/** A part of a macro's body, prepared when the macro is defined. */
export interface Macro {
  readonly name: string;
  /** Parameter names, null for an object-like macro. A variadic macro's last name stands for the rest of the arguments. */
  readonly parameters: readonly string[] | null;
  readonly isVariadic: boolean;
  readonly body: readonly Token[];
  /** Parameter index of each body token, or −1. */
  readonly bodyParameter: readonly number[];
  readonly span: Span;
  /** `__LINE__` and its like are computed where they are used. */
  readonly builtin: "file" | "line" | "counter" | "include-level" | null;
}

export function isHidden(name: string, set: HideSet | null): boolean {
  for (let at = set; at !== null; at = at.rest) if (at.name === name) return true;
  return false;
}

export const hide = (name: string, set: HideSet | null): HideSet => (isHidden(name, set) ? set! : { name, rest: set });

export function unite(a: HideSet | null, b: HideSet | null): HideSet | null {
  if (a === null || a === b) return b;
  if (b === null) return a;
  let out: HideSet | null = b;
  for (let at: HideSet | null = a; at !== null; at = at.rest) out = hide(at.name, out);
  return out;
}

export function intersect(a: HideSet | null, b: HideSet | null): HideSet | null {
  if (a === b) return a;
  let out: HideSet | null = null;
  for (let at = a; at !== null; at = at.rest) if (isHidden(at.name, b)) out = hide(at.name, out);
  return out;
}

/** Two definitions are the same when their tokens and the presence of space between them are (C11 §6.10.3). */
export function isSameMacro(a: Macro, b: Macro): boolean {
  if (a.isVariadic !== b.isVariadic || a.builtin !== b.builtin) return false;
  if ((a.parameters?.join(",") ?? null) !== (b.parameters?.join(",") ?? null)) return false;
  if (a.body.length !== b.body.length) return false;
  return a.body.every((token, i) => {
    const other = b.body[i]!;
    return token.text === other.text && (i === 0 || token.hasSpaceBefore === other.hasSpaceBefore);
  });
}

/** A copy of a token of a macro body, standing where the macro is invoked. */
export function relocate(token: Token, site: Token, hideSet: HideSet | null, macro: string): Token {
  const { kind, text, hasSpaceBefore, problem } = token;
  return new Token(kind, text, site.file, site.start, site.end, hasSpaceBefore, false, hideSet, macro, problem);
}

/** A copy with another hide set. */
export function withHideSet(token: Token, hideSet: HideSet | null): Token {
  if (token.hideSet === hideSet) return token;
  const { kind, text, file, start, end, hasSpaceBefore, startsLine, macro, problem } = token;
  return new Token(kind, text, file, start, end, hasSpaceBefore, startsLine, hideSet, macro, problem);
}

/** A copy with the spacing of another token. */
export function spacedLike(token: Token, model: Pick<Token, "hasSpaceBefore" | "startsLine">): Token {
  if (token.hasSpaceBefore === model.hasSpaceBefore && token.startsLine === model.startsLine) return token;
  const { kind, text, file, start, end, hideSet, macro, problem } = token;
  return new Token(kind, text, file, start, end, model.hasSpaceBefore, model.startsLine, hideSet, macro, problem);
}
