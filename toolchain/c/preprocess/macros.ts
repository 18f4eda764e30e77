/** Macros and copies of tokens: the data that expansion works on. */
import { SourceFile, type Span } from "../../diagnostics.ts";
import { Token, TokenKind } from "../tokens.ts";

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
export function relocate(token: Token, site: Token, macro: string): Token {
  const { kind, text, hasSpaceBefore, problem } = token;
  return new Token(kind, text, site.file, site.start, site.end, hasSpaceBefore, false, false, macro, problem);
}

/** A copy that is never expanded. */
export function painted({ kind, text, file, start, end, hasSpaceBefore, startsLine, macro, problem }: Token): Token {
  return new Token(kind, text, file, start, end, hasSpaceBefore, startsLine, true, macro, problem);
}

/** Stands where an argument or a `__VA_OPT__` is empty, until its macro's result is complete: an operand of `##`, and a space. */
export const PLACEMARKER = new Token(TokenKind.Other, "", new SourceFile("", ""), 0, 0, false, false);

/** Without the place markers. What follows one that had a space before it has the space. */
export function withoutPlacemarkers(tokens: Token[]): Token[] {
  if (!tokens.some(({ text }) => text === "")) return tokens;
  const out: Token[] = [];
  let isSpaced = false;
  for (const token of tokens) {
    if (token.text !== "")
      out.push(isSpaced ? spacedLike(token, { hasSpaceBefore: true, startsLine: token.startsLine }) : token);
    isSpaced = token.text === "" && (isSpaced || token.hasSpaceBefore);
  }
  return out;
}

/** A copy with the spacing of another token. */
export function spacedLike(token: Token, model: Pick<Token, "hasSpaceBefore" | "startsLine">): Token {
  if (token.hasSpaceBefore === model.hasSpaceBefore && token.startsLine === model.startsLine) return token;
  const { kind, text, file, start, end, isPainted, macro, problem } = token;
  return new Token(kind, text, file, start, end, model.hasSpaceBefore, model.startsLine, isPainted, macro, problem);
}
