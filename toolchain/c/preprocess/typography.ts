/**
 * Characters that word processors, web pages and other keyboards put where C has its own: curly quotes, full-width punctuation, dashes.
 * Says what is meant, so that one message is enough and the program is read on as if it had been written so.
 */
import { type Token, TokenKind } from "../tokens.ts";

/** The character that C has instead. */
const MEANT: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "；": ";", "，": ",", "、": ",", "（": "(", "）": ")", "｛": "{", "｝": "}", "［": "[", "］": "]", "：": ":", "＝": "=", "＋": "+", "－": "-",
    "＊": "*", "／": "/", "％": "%", "＜": "<", "＞": ">", "！": "!", "＆": "&", "｜": "|", "？": "?", "．": ".", "。": ".", "＃": "#", "～": "~", "＾": "^",
    "–": "-", "—": "-", "−": "-", "×": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "→": "->", "…": "...", ";": ";", "∗": "*",
  }),
); // biome-ignore format: a table

/** Opening quotes that are not C's, each with the ones that may close it and what is meant. */
const QUOTES: ReadonlyMap<string, { readonly closes: string; readonly meant: '"' | "'" }> = new Map([
  ["“", { closes: "”“\"", meant: '"' }],
  ["”", { closes: "”“\"", meant: '"' }],
  ["„", { closes: "“”\"", meant: '"' }],
  ["«", { closes: "»", meant: '"' }],
  ["＂", { closes: '＂"', meant: '"' }],
  ["‘", { closes: "’‘'", meant: "'" }],
  ["’", { closes: "’‘'", meant: "'" }],
  ["＇", { closes: "＇'", meant: "'" }],
  ["´", { closes: "´'", meant: "'" }],
]); // biome-ignore format: quotes inside quotes

const INVISIBLE = new Set([0xa0, 0x200b, 0x200c, 0x200d, 0x2028, 0x2029, 0x3000, 0xfeff]);

/** Is the character none that a name may have, though it is a letter by its number? */
export const isTypographic = (code: number): boolean =>
  INVISIBLE.has(code) || MEANT.has(String.fromCharCode(code)) || QUOTES.has(String.fromCharCode(code)) || code === 0xbb;

/** Length of a literal in foreign quotes that begins at an offset, or 0. It ends with its line at the latest. */
export function foreignLiteralLength(text: string, at: number): number {
  const quote = QUOTES.get(text[at]!);
  if (quote === undefined) return 0;
  for (let end = at + 1; end < text.length && text[end] !== "\n"; end++)
    if (quote.closes.includes(text[end]!)) return end + 1 - at;
  return 0;
}

export interface Correction {
  /** What C has instead; empty: nothing. */
  readonly replacement: string;
  readonly kind: TokenKind;
  readonly message: string;
  readonly hint?: string;
}

/** What a stray character, a literal in foreign quotes or an unterminated literal stands for; null when nobody knows. */
export function correctionOf(token: Token): Correction | null {
  const { text } = token;
  const first = text[0]!;
  if (first === '"' || first === "'") {
    const inner = text.slice(1).trimEnd();
    const kind = first === '"' ? TokenKind.String : TokenKind.Character;
    return { replacement: `${first}${inner}${first}`, kind, message: token.problem! };
  }
  const quote = QUOTES.get(first);
  const code = `U+${first.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  if (quote !== undefined) {
    const { meant } = quote;
    if (text.length === 1)
      return {
        replacement: "",
        kind: TokenKind.Other,
        message: `${first} (${code}) is not a quote of C; write ${meant}`,
      };
    const inner = text.slice(1, -1).replaceAll(meant, `\\${meant}`);
    const what = meant === '"' ? "a string stands in plain double quotes" : "a character stands in plain single quotes";
    return {
      replacement: `${meant}${inner}${meant}`,
      kind: meant === '"' ? TokenKind.String : TokenKind.Character,
      message: `${what} (${meant}); these are ${first} (${code}) and ${text.at(-1)!}`,
    };
  }
  const meant = MEANT.get(first);
  if (meant !== undefined)
    return {
      replacement: meant,
      kind: TokenKind.Punctuator,
      message: `'${first}' (${code}) is a character of its own in C, not '${meant}'`,
    };
  if (INVISIBLE.has(first.charCodeAt(0)))
    return {
      replacement: "",
      kind: TokenKind.Other,
      message: `stray ${code} in the program: a blank that C does not know`,
      hint: "it looks like a space and is none: type a space instead",
    };
  return null;
}
