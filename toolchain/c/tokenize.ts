/**
 * From source text to preprocessing tokens: translation phases 2 and 3 of C11 §5.1.1.2. Trigraphs are off, as in gnu11.
 *
 * Backslash-newlines are removed first when there are any, with a map back to the original offsets; all tokens carry original
 * offsets. Comments become a space. Malformed tokens are kept with their problem, because text that is skipped by
 * `#if 0` need not be well formed.
 */
import type { SourceFile } from "../diagnostics.ts";
import { foreignLiteralLength, isTypographic } from "./preprocess/typography.ts";
import { DIGRAPHS, Token, TokenKind } from "./tokens.ts";

const cache = new WeakMap<SourceFile, readonly Token[]>();

/** The tokens of a file, with an End token last. The same SourceFile gives the same array. */
export function tokenize(file: SourceFile): readonly Token[] {
  let tokens = cache.get(file);
  if (tokens === undefined) {
    tokens = new Tokenizer(file).run();
    cache.set(file, tokens);
  }
  return tokens;
}

// Character classes of the first 128 characters.
const SPACE = 1;
const LETTER = 2;
const DIGIT = 4;
const classes = new Uint8Array(128);
for (const c of " \t\v\f\r") classes[c.charCodeAt(0)] = SPACE;
for (let c = 0; c < 26; c++) classes[65 + c] = classes[97 + c] = LETTER;
classes[95] = classes[36] = LETTER; // _ and GNU's $
for (let c = 48; c < 58; c++) classes[c] = DIGIT;

/** Past the end of the text the character is NaN, which has no class. */
const classOf = (c: number): number => (c < 128 ? classes[c]! : c >= 0x80 && !isTypographic(c) ? LETTER : 0);

/** Punctuators by first character, longest first. */
const punctuators = new Map<number, string[]>();
for (const text of [
  ..."[ ] ( ) { } . -> ++ -- & * + - ~ ! / % << >> < > <= >= == != ^ | && || ? : ; ... = *= /= %= += -= <<= >>= &= ^= |= , # ##".split(
    " ",
  ),
  ...Object.keys(DIGRAPHS),
]) {
  const first = text.charCodeAt(0);
  const list = punctuators.get(first) ?? [];
  list.push(text);
  list.sort((a, b) => b.length - a.length);
  punctuators.set(first, list);
}

/** A universal character name. */
const UCN = /^\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/;

class Tokenizer {
  private readonly file: SourceFile;
  /** The text without backslash-newlines. */
  private readonly text: string;
  /** Positions in `text` before which something was removed, with the number of characters removed up to there. */
  private readonly cuts: readonly { readonly at: number; readonly removed: number }[];
  private cut = 0;
  private pos = 0;
  private readonly out: Token[] = [];
  private hasSpace = false;
  private startsLine = true;
  private isCut = false;

  constructor(file: SourceFile) {
    this.file = file;
    const spliced = splice(file.text);
    this.text = spliced.text;
    this.cuts = spliced.cuts;
  }

  run(): readonly Token[] {
    const { text } = this;
    if (text.charCodeAt(0) === 0xfeff) this.pos = 1;
    for (;;) {
      this.skipBlank();
      if (this.pos >= text.length) break;
      this.token(text.charCodeAt(this.pos));
    }
    this.startsLine = true;
    this.push(TokenKind.End, this.pos, this.isCut ? "a comment has swallowed the rest" : null);
    return this.out;
  }

  /** Skips white space, newlines and comments. */
  private skipBlank(): void {
    const { text } = this;
    for (;;) {
      const c = text.charCodeAt(this.pos);
      if (c === 10) {
        this.startsLine = true;
        this.hasSpace = false;
        this.pos++;
      } else if (c < 128 && classes[c] === SPACE) {
        this.hasSpace = true;
        this.pos++;
      } else if (c === 47 && text.charCodeAt(this.pos + 1) === 47) {
        const end = text.indexOf("\n", this.pos);
        this.pos = end < 0 ? text.length : end;
      } else if (c === 47 && text.charCodeAt(this.pos + 1) === 42) {
        const end = text.indexOf("*/", this.pos + 2);
        if (end < 0) {
          const start = this.pos;
          this.pos = text.length;
          this.push(TokenKind.Other, start, "this comment is never closed; expected */");
          this.isCut = true;
          return;
        }
        this.pos = end + 2;
        this.hasSpace = true;
      } else return;
    }
  }

  private push(kind: TokenKind, start: number, problem: string | null): void {
    const end = this.pos;
    const text = this.text.slice(start, end);
    const from = this.original(start);
    const to = this.cuts.length === 0 ? end : end > start ? this.original(end - 1) + 1 : from;
    const { file, hasSpace, startsLine } = this;
    this.out.push(new Token(kind, text, file, from, to, hasSpace, startsLine, false, null, problem));
    this.hasSpace = false;
    this.startsLine = false;
  }

  /** The offset in the original text. Asked for in nearly ascending order. */
  private original(at: number): number {
    const { cuts } = this;
    if (cuts.length === 0) return at;
    while (this.cut > 0 && cuts[this.cut - 1]!.at > at) this.cut--;
    while (this.cut < cuts.length && cuts[this.cut]!.at <= at) this.cut++;
    return this.cut === 0 ? at : at + cuts[this.cut - 1]!.removed;
  }

  private token(c: number): void {
    const { text } = this;
    const start = this.pos;
    const next = text.charCodeAt(start + 1);
    const kind = classOf(c);
    if (kind === LETTER || (c === 92 && UCN.test(text.slice(start, start + 10)))) {
      if (this.prefixedLiteral(c, next)) return;
      this.identifierRest();
      this.push(TokenKind.Identifier, start, null);
      const last = this.out[this.out.length - 1]!;
      if (last.text.includes("\\")) this.out[this.out.length - 1] = withCharacters(last);
    } else if (kind === DIGIT || (c === 46 && classOf(next) === DIGIT)) this.number();
    else if (c === 34 || c === 39) this.literal(start, c);
    else this.punctuator(c);
  }

  /** L"…", u8"…", u"…", U"…" and the same with characters. */
  private prefixedLiteral(c: number, next: number): boolean {
    const start = this.pos;
    if ((c === 76 || c === 117 || c === 85) && (next === 34 || next === 39)) {
      this.pos++;
      this.literal(start, next);
      return true;
    }
    if (c === 117 && next === 56 && this.text.charCodeAt(start + 2) === 34) {
      this.pos += 2;
      this.literal(start, 34);
      return true;
    }
    return false;
  }

  private identifierRest(): void {
    const { text } = this;
    for (;;) {
      const c = text.charCodeAt(this.pos);
      if (c < 128 ? (classes[c]! & (LETTER | DIGIT)) !== 0 : classOf(c) === LETTER) this.pos++;
      else if (c === 92) {
        const ucn = UCN.exec(text.slice(this.pos, this.pos + 10));
        if (ucn === null) return;
        this.pos += ucn[0].length;
      } else return;
    }
  }

  /** A preprocessing number: more than the numbers of C, checked when it is used. */
  private number(): void {
    const { text } = this;
    const start = this.pos++;
    for (;;) {
      const c = text.charCodeAt(this.pos);
      if (c === 43 || c === 45) {
        const before = text.charCodeAt(this.pos - 1) | 32;
        if (before !== 101 && before !== 112) break; // e, p
        this.pos++;
      } else if (c === 46 || (classOf(c) & (LETTER | DIGIT)) !== 0) this.pos++;
      else break;
    }
    this.push(TokenKind.Number, start, null);
  }

  private literal(start: number, quote: number): void {
    const { text } = this;
    this.pos++;
    for (;;) {
      const c = text.charCodeAt(this.pos);
      if (c === quote) break;
      if (c === 10 || Number.isNaN(c)) {
        const what = quote === 34 ? 'string; expected a closing "' : "character; expected a closing '";
        this.pos = likelyEnd(text, start, this.pos);
        this.push(TokenKind.Other, start, `unterminated ${what}`);
        return;
      }
      this.pos += c === 92 && text.charCodeAt(this.pos + 1) !== 10 && this.pos + 1 < text.length ? 2 : 1;
    }
    this.pos++;
    this.push(quote === 34 ? TokenKind.String : TokenKind.Character, start, null);
  }

  private punctuator(c: number): void {
    const start = this.pos;
    const candidates = punctuators.get(c) ?? [];
    for (let at = 0; at < candidates.length; at++) {
      const { length } = candidates[at]!;
      if (length > 1 && !this.text.startsWith(candidates[at]!, start)) continue;
      this.pos += length;
      this.push(TokenKind.Punctuator, start, null);
      return;
    }
    this.pos += Math.max(1, foreignLiteralLength(this.text, start));
    const shown =
      c < 32 || c === 127 || c === 0xa0 || c === 0xfeff
        ? `U+${c.toString(16).toUpperCase().padStart(4, "0")}`
        : `'${String.fromCharCode(c)}'`;
    this.push(TokenKind.Other, start, `stray ${shown} in the program`);
  }
}

/** An identifier with characters in place of their universal names: `\u00c1` and `\U000000C1` are one name (C11 §6.4.2.1). */
function withCharacters({ kind, text, file, start, end, hasSpaceBefore, startsLine }: Token): Token {
  const plain = text.replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/g, (name, short, long) => {
    const code = Number.parseInt(short ?? long, 16);
    return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? name : String.fromCodePoint(code);
  });
  return new Token(kind, plain, file, start, end, hasSpaceBefore, startsLine);
}

/** Where a literal without its closing quote was probably meant to end: before what closes the statement on its line. */
function likelyEnd(text: string, start: number, lineEnd: number): number {
  const line = text.slice(start, lineEnd);
  // "…\n, x);": the arguments after a format that ends in a new line.
  const format = /\\n(?=\s*[,)])/.exec(line);
  if (format !== null) return start + format.index + 2;
  const rest = /[)\]}]*\s*[;{,]?\s*$/.exec(line)!;
  return rest.index > 1 ? start + rest.index : lineEnd;
}

/** Phase 2: removes every backslash that ends a line, together with the line end. */
function splice(text: string): { text: string; cuts: readonly { at: number; removed: number }[] } {
  if (!/\\[ \t]*\r?\n/.test(text)) return { text, cuts: [] };
  const cuts: { at: number; removed: number }[] = [];
  const parts: string[] = [];
  const pattern = /\\[ \t]*\r?\n/g;
  let from = 0;
  let length = 0;
  let removed = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    parts.push(text.slice(from, match.index));
    length += match.index - from;
    from = match.index + match[0].length;
    removed += match[0].length;
    cuts.push({ at: length, removed });
  }
  parts.push(text.slice(from));
  return { text: parts.join(""), cuts };
}
