/**
 * Tokens of C and their one-character codes.
 *
 * The parser generated from c.ohm runs over a string with one private-use character per token, so the terminals of the grammar
 * are the spellings below: `"while"`, `"->"`, and five classes in angle brackets for tokens whose text varies.
 * GNU's alternative spellings (`__inline__`) become the plain keyword when a token is given its code.
 */
import type { SourceFile, Span } from "../diagnostics.ts";

export enum TokenKind {
  Identifier,
  Number,
  Character,
  String,
  Punctuator,
  Other,
  End,
}

/** One token. Tokens of a file are shared between compilations; nothing but the preprocessor makes changed copies. */
export class Token {
  readonly kind: TokenKind;
  /** Spelling, with line splices removed. */
  readonly text: string;
  /** Where it stands; for a token out of a macro's body, where the outermost macro was invoked. */
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
  /** White space or a comment stands before it. */
  readonly hasSpaceBefore: boolean;
  /** It is the first on its line. */
  readonly startsLine: boolean;
  /** The name of a macro that was met inside its own expansion: it is never expanded again (C11 §6.10.3.4p2). */
  readonly isPainted: boolean;
  /** The macro whose body it came from. */
  readonly macro: string | null;
  /** What is wrong with its spelling (an unterminated literal), reported only when the token is really used. */
  readonly problem: string | null;

  constructor(
    kind: TokenKind,
    text: string,
    file: SourceFile,
    start: number,
    end: number,
    hasSpaceBefore: boolean,
    startsLine: boolean,
    isPainted = false,
    macro: string | null = null,
    problem: string | null = null,
  ) {
    this.kind = kind;
    this.text = text;
    this.file = file;
    this.start = start;
    this.end = end;
    this.hasSpaceBefore = hasSpaceBefore;
    this.startsLine = startsLine;
    this.isPainted = isPainted;
    this.macro = macro;
    this.problem = problem;
  }
}

export const spanOf = (token: Token): Span => ({ file: token.file, start: token.start, end: token.end });

/** From the start of one token to the end of another; the first alone when they stand in different files. */
export function spanBetween(first: Token, last: Token): Span {
  const end = last.file === first.file && last.end >= first.end ? last.end : first.end;
  return { file: first.file, start: first.start, end };
}

const CLASSES = ["<identifier>", "<typedef-name>", "<number>", "<character>", "<string>", "<other>"] as const;

const PUNCTUATORS = [
  "=", "*=", "/=", "%=", "+=", "-=", "<<=", ">>=", "&=", "^=", "|=",
  "||", "&&", "|", "^", "&", "==", "!=", "<", ">", "<=", ">=", "<<", ">>", "+", "-", "*", "/", "%",
  "~", "!", "++", "--", "->", ".", "?", ":", ";", ",", "...", "(", ")", "[", "]", "{", "}", "#", "##",
] as const; // biome-ignore format: a list

const KEYWORDS = [
  "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern", "float", "for",
  "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed", "sizeof", "static", "struct",
  "switch", "typedef", "union", "unsigned", "void", "volatile", "while", "_Alignas", "_Alignof", "_Atomic", "_Bool",
  "_Complex", "_Generic", "_Imaginary", "_Noreturn", "_Static_assert", "_Thread_local",
  "asm", "typeof", "__attribute__", "__extension__", "__label__", "__auto_type", "__builtin_va_arg", "__builtin_offsetof",
  "__builtin_types_compatible_p", "__builtin_choose_expr", "__builtin_va_list",
] as const; // biome-ignore format: a list

/** Other spellings of the same keywords. */
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    __inline: "inline",
    __inline__: "inline",
    __const: "const",
    __const__: "const",
    __volatile: "volatile",
    __volatile__: "volatile",
    __restrict: "restrict",
    __restrict__: "restrict",
    __signed: "signed",
    __signed__: "signed",
    __asm: "asm",
    __asm__: "asm",
    __typeof: "typeof",
    __typeof__: "typeof",
    __alignof: "_Alignof",
    __alignof__: "_Alignof",
    __attribute: "__attribute__",
    __thread: "_Thread_local",
    __complex: "_Complex",
    __complex__: "_Complex",
  }),
);

/** Digraphs mean the same as the punctuator. */
export const DIGRAPHS: Readonly<Record<string, string>> = {
  "<:": "[",
  ":>": "]",
  "<%": "{",
  "%>": "}",
  "%:": "#",
  "%:%:": "##",
};

const FIRST_CODE = 0xe000;
const codes = new Map<string, number>();
for (const text of [...CLASSES, ...PUNCTUATORS, ...KEYWORDS]) codes.set(text, FIRST_CODE + codes.size);
const spellings = [...codes.keys()];
const keywordCodes = new Map<string, number>();
for (const text of KEYWORDS) keywordCodes.set(text, codes.get(text)!);
for (const [alias, text] of ALIASES) keywordCodes.set(alias, codes.get(text)!);
const punctuatorCodes = new Map<string, number>();
for (const text of PUNCTUATORS) punctuatorCodes.set(text, codes.get(text)!);
for (const [digraph, text] of Object.entries(DIGRAPHS)) punctuatorCodes.set(digraph, codes.get(text)!);

/** The number of the private-use character for a terminal of the grammar. */
export function codeOf(terminal: string): number {
  const code = codes.get(terminal);
  if (code === undefined) throw new Error(`no token is spelt ${terminal}`);
  return code;
}

/** The private-use character for a terminal of the grammar; used when the parser is generated. */
export const terminalCode = (terminal: string): string => String.fromCharCode(codeOf(terminal));

/** The terminal that a code stands for. */
export const terminalOf = (code: number): string => spellings[code - FIRST_CODE] ?? "<end>";

/** Is this text a keyword (in any spelling)? */
export const isKeyword = (text: string): boolean => keywordCodes.has(text);
/** The usual spelling of a keyword: `_Thread_local` for `__thread`. Other texts are their own. */
export const keywordOf = (text: string): string => ALIASES.get(text) ?? text;
export const keywordNames = (): Iterable<string> => KEYWORDS;

const IDENTIFIER = codeOf("<identifier>");
const NUMBER = codeOf("<number>");
const CHARACTER = codeOf("<character>");
const STRING = codeOf("<string>");
const OTHER = codeOf("<other>");

/** The code of a preprocessed token. Typedef names still count as identifiers here. */
export function codeOfToken(token: Token): number {
  switch (token.kind) {
    case TokenKind.Identifier:
      return keywordCodes.get(token.text) ?? IDENTIFIER;
    case TokenKind.Number:
      return NUMBER;
    case TokenKind.Character:
      return CHARACTER;
    case TokenKind.String:
      return STRING;
    case TokenKind.Punctuator:
      return punctuatorCodes.get(token.text) ?? OTHER;
    default:
      return OTHER;
  }
}

/** A token in the place of another. */
export const inPlaceOf = (token: Token, kind: TokenKind, text: string): Token =>
  new Token(
    kind,
    text,
    token.file,
    token.start,
    token.end,
    token.hasSpaceBefore,
    token.startsLine,
    token.isPainted,
    token.macro,
  );
