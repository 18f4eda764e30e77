/** What a slip of the pen is, and where brackets open and close, for the files that know slips. */
import type { Diagnostic, Span } from "../../diagnostics.ts";
import type { Token } from "../tokens.ts";

export interface Slip {
  /** Tokens to replace, by index, with terminals or with other tokens by their index; null: to leave out. */
  readonly changes: ReadonlyMap<number, string | null | readonly (string | number)[]>;
  /** The parser has to get beyond this token, counted before the change. */
  readonly beyond: number;
  /** The token to report. */
  readonly at: number;
  readonly message: string;
  readonly extra: Partial<Diagnostic>;
  /** Where to point to, when it is not the token. */
  readonly span?: Span;
  /** Names that go with what is left out: not to be reported as undeclared. */
  readonly poisons?: readonly string[];
}

/** Where the parser stopped. */
export interface Stop {
  readonly tokens: readonly Token[];
  /** Where the external declaration begins. */
  readonly start: number;
  /** The token at which the parser could not go on. */
  readonly at: number;
  /** Is it declared anywhere as a variable or a function? */
  isKnown(name: string): boolean;
}

/** Index of the innermost bracket that is open before `at`, or −1. */
export function openBefore(tokens: readonly Token[], start: number, at: number): number {
  const open: number[] = [];
  for (let i = start; i < at; i++) {
    const { text } = tokens[i]!;
    if (text === "(" || text === "[" || text === "{") open.push(i);
    else if (text === ")" || text === "]" || text === "}") open.pop();
  }
  return open[open.length - 1] ?? -1;
}

/** Index of the `)` that closes a parenthesis, or −1 when a brace comes first. */
export function closeOf(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    const { text } = tokens[i]!;
    if (text === "{" || text === "}") return -1;
    if (text === "(" || text === "[") depth++;
    else if ((text === ")" || text === "]") && --depth === 0) return i;
  }
  return -1;
}
