/** Slips in operators, in the heads of statements and in lists of declarations: each a change of tokens to try, as slips.ts has them. */
import { nearestName, type Span } from "../../diagnostics.ts";
import { spanBetween, spanOf, type Token, TokenKind } from "../tokens.ts";
import { closeOf, openBefore, type Slip, type Stop } from "./slip.ts";

/** Two tokens that were meant to be one operator. */
const SPLIT_OPERATORS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "= >": ">=",
    "= <": "<=",
    "= !": "!=",
    "== =": "==",
    "!= =": "!=",
    "< >": "!=",
    ": =": "=",
  }),
);

const isJoined = (a: Token | undefined, b: Token | undefined): boolean =>
  a !== undefined && b !== undefined && a.end === b.start && a.file === b.file && a.macro === null && b.macro === null;

/** `=>`, `=<`, `:=`, `<>`, `===`, a comment's end without its beginning, a `#` in the middle of a line. */
export function operatorSlips({ tokens, start, at }: Stop): Slip[] {
  for (const i of [at - 1, at]) {
    const [first, second] = [tokens[i], tokens[i + 1]];
    if (i <= start || !isJoined(first, second)) continue;
    const span = spanBetween(first!, second!);
    const operator = SPLIT_OPERATORS.get(`${first!.text} ${second!.text}`);
    const changes = new Map<number, string | null>([
      [i, operator ?? null],
      [i + 1, null],
    ]);
    const written = first!.text + second!.text;
    if (operator !== undefined) {
      const message = `'${written}' is no operator of C; '${operator}' is`;
      return [{ changes, beyond: at, at: i, span, message, extra: { fix: { span, replacement: operator } } }];
    }
    if (written === "*/") {
      const extra = { hint: "is its '/*' missing, or does an earlier '*/' end the comment?" };
      return [{ changes, beyond: at, at: i, span, message: "this '*/' ends no comment", extra }];
    }
  }
  const hash = tokens[at];
  if (hash?.text !== "#" || hash.startsLine) return [];
  const changes = new Map<number, null>();
  for (let i = at; i < tokens.length && (i === at || !tokens[i]!.startsLine); i++) changes.set(i, null);
  const extra = { hint: "a directive stands on a line of its own; a comment begins with //" };
  return [{ changes, beyond: at + changes.size, at, message: "stray '#' in the program", extra }];
}

/** Keywords before a parenthesis. */
const HEADS = ["if", "for", "while", "switch"];
const LONE = ["else", "return", "goto", "break", "continue", "default", "case", "do"];
/** Words that a declaration begins with. */
const DECLARATION_WORDS = "const volatile unsigned signed struct union enum typedef static extern inline".split(" ");
const ELSE_IF = new Set(["elseif", "elsif", "elif", "elsefi", "Elseif", "ElseIf", "elseIf"]);

/** Misspelt keywords, an `else` with a condition, a condition without its parentheses. */
export function headSlips(stop: Stop): Slip[] {
  const { tokens, start, at } = stop;
  const out: Slip[] = [];
  const opens = [openBefore(tokens, start, at), tokens[at - 1]?.text === ")" ? openOf(tokens, start, at - 1) : -1];
  for (const open of opens) {
    const i = open - 1;
    const word = tokens[i];
    if (i <= start || tokens[open]?.text !== "(" || word === undefined) continue;
    const span = spanOf(word);
    if (ELSE_IF.has(word.text))
      out.push(replace(i, ["else", "if"], at, span, `'${word.text}' is not a word of C; 'else if' is`, "else if"));
    else if (word.text === "else" && tokens[at]?.text === "{")
      out.push(replace(i, ["else", "if"], at, span, "an 'else' has no condition; 'else if' has", "else if"));
    else if (word.kind === TokenKind.Identifier && !stop.isKnown(word.text)) {
      const near = nearestName(word.text, HEADS) ?? nearestName(word.text.toLowerCase(), HEADS, true);
      if (near !== null) out.push(misspelt(i, word, near, at));
    }
  }
  for (const i of [at, at - 1, at - 2]) {
    const word = tokens[i];
    if (i <= start || word === undefined || word.kind !== TokenKind.Identifier || stop.isKnown(word.text)) continue;
    if (!";{})".includes(tokens[i - 1]!.text) || word.text.length < 3) continue;
    const near = nearestName(word.text, LONE) ?? nearestName(word.text.toLowerCase(), LONE, true);
    if (near !== null && near !== word.text) out.push(misspelt(i, word, near, Math.max(at, i + 1)));
  }
  const first = tokens[start];
  // Two words in a row are no expression: the first one is meant to be a keyword, even where it was taken for a function's name.
  const isAlone = tokens[start + 1]?.kind === TokenKind.Identifier || tokens[start + 1]?.text === "<";
  if (first !== undefined && first.kind === TokenKind.Identifier && (isAlone || !stop.isKnown(first.text))) {
    const near = nearestName(first.text, DECLARATION_WORDS);
    if (near !== null) out.push(misspelt(start, first, near, at));
    const directive = ["include", "define", "ifdef", "ifndef", "endif"].find((name) => name === first.text);
    if (directive !== undefined && first.startsLine) {
      const changes = new Map<number, null | string>([[start, ";"]]);
      for (let i = start + 1; i < tokens.length && !tokens[i]!.startsLine; i++) changes.set(i, null);
      const span = spanOf(first);
      const fix = { span, replacement: `#${directive}` };
      const message = `a directive begins with '#': #${directive}`;
      out.push({ changes, beyond: start + changes.size - 1, at: start, span, message, extra: { fix } });
    }
  }
  const condition = bareCondition(stop);
  return condition === null ? out : [...out, condition];
}

const misspelt = (i: number, word: Token, near: string, beyond: number): Slip => ({
  changes: new Map([[i, near]]),
  beyond,
  at: i,
  span: spanOf(word),
  message: `unknown word '${word.text}'`,
  extra: { hint: `did you mean '${near}'?`, fix: { span: spanOf(word), replacement: near } },
});

const replace = (i: number, by: readonly string[], beyond: number, span: Span, message: string, fix: string): Slip => ({
  changes: new Map([[i, by]]),
  beyond,
  at: i,
  span,
  message,
  extra: { fix: { span, replacement: fix } },
});

function openOf(tokens: readonly Token[], start: number, close: number): number {
  let depth = 0;
  for (let i = close; i >= start; i--) {
    if (tokens[i]!.text === ")") depth++;
    else if (tokens[i]!.text === "(" && --depth === 0) return i;
  }
  return -1;
}

/** `if x > 3 {`: the condition ends at the brace or with its line. */
function bareCondition({ tokens, at }: Stop): Slip | null {
  const word = tokens[at - 1];
  if (word === undefined || !["if", "while", "switch"].includes(word.text) || tokens[at]?.text === "(") return null;
  let end = at;
  while (
    end < tokens.length &&
    tokens[end]!.text !== "{" &&
    tokens[end]!.text !== ";" &&
    !(end > at && tokens[end]!.startsLine)
  )
    end++;
  if (end === at || end >= tokens.length) return null;
  const span = spanBetween(tokens[at]!, tokens[end - 1]!);
  const changes = new Map<number, readonly (string | number)[]>([
    [at, end - 1 === at ? ["(", at, ")"] : ["(", at]],
    ...(end - 1 === at ? [] : ([[end - 1, [end - 1, ")"]]] as const)),
  ]);
  const message = `expected '(' after '${word.text}': its condition stands in parentheses`;
  const replacement = `(${span.file.text.slice(span.start, span.end)})`;
  return { changes, beyond: end, at, span, message, extra: { fix: { span, replacement } } };
}

const TYPE_WORDS = new Set("int char short long float double unsigned signed struct union const".split(" "));

/** Lists with the wrong separator, a value given to a member, types in a call, parameters without type, a `;` missing between declarations. */
export function listSlips(stop: Stop): Slip[] {
  const { tokens, start, at } = stop;
  const out: Slip[] = [];
  const open = openBefore(tokens, start, at);
  const found = tokens[at];
  const before = tokens[at - 1];
  if (found === undefined || before === undefined) return endOfFile(stop);
  const head = open < 0 ? "" : wordsBefore(tokens, start, open);
  if (open >= 0 && tokens[open]!.text === "{" && /^enum\b/.test(head) && found.text === ";") {
    const changes = new Map<number, string>();
    for (let i = at; i < tokens.length && tokens[i]!.text !== "}"; i++)
      if (tokens[i]!.text === ";") changes.set(i, ",");
    const extra = { fix: { span: spanOf(found), replacement: "," } };
    out.push({ changes, beyond: at + 1, at, message: "the names of an enum are separated by ',', not ';'", extra });
  }
  if (open >= 0 && tokens[open]!.text === "{" && /^(struct|union)\b/.test(head)) {
    if (before.text === "," && (TYPE_WORDS.has(found.text) || found.kind === TokenKind.Identifier)) {
      const extra = { fix: { span: spanOf(before), replacement: ";" } };
      const message = "the members of a struct end in ';', not ','";
      out.push({ changes: new Map([[at - 1, ";"]]), beyond: at, at: at - 1, span: spanOf(before), message, extra });
    }
    if (found.text === "=") {
      const changes = new Map<number, null>();
      for (let i = at; i < tokens.length && !";,}".includes(tokens[i]!.text); i++) changes.set(i, null);
      const message = "a member of a struct cannot have an initial value here";
      const hint = "give it one where a variable of the struct is declared, or assign it later";
      out.push({ changes, beyond: at + changes.size, at, message, extra: { hint } });
    }
  }
  if (open > 0 && tokens[open]!.text === "(") out.push(...inParentheses(stop, open));
  if (found.text === ";") {
    const label = caseBefore(tokens, start, at);
    if (label !== "")
      out.push({
        changes: new Map([[at, ":"]]),
        beyond: at,
        at,
        message: `a '${label}' ends in ':', not ';'`,
        extra: { fix: { span: spanOf(found), replacement: ":" } },
      });
  }
  if (found.text === "," && caseBefore(tokens, start, at) === "case")
    out.push({
      changes: new Map([[at, [":", "case"]]]),
      beyond: at,
      at,
      message: "a 'case' has one value",
      extra: { hint: "write 'case' and ':' for each of them", fix: { span: spanOf(found), replacement: ": case" } },
    });
  return [...out, ...betweenDeclarations(stop), ...bodyAfterSemicolon(stop)];
}

const endOfFile = (stop: Stop): Slip[] => betweenDeclarations(stop);

/** The words that a brace belongs to, for example "struct point". */
function wordsBefore(tokens: readonly Token[], start: number, open: number): string {
  let first = open;
  while (first > start && open - first < 2 && tokens[first - 1]!.kind === TokenKind.Identifier) first--;
  return tokens
    .slice(first, open)
    .map(({ text }) => text)
    .join(" ");
}

function caseBefore(tokens: readonly Token[], start: number, at: number): "case" | "default" | "" {
  for (let i = at - 1; i >= start && at - i < 12; i--) {
    const { text } = tokens[i]!;
    if (text === "case" || text === "default") return text;
    if (";:{}".includes(text)) return "";
  }
  return "";
}

/** Inside the parentheses of a call or of a function's parameters. */
function inParentheses({ tokens, start, at, isKnown }: Stop, open: number): Slip[] {
  const [found, before] = [tokens[at]!, tokens[at - 1]!];
  const isCall = tokens[open - 1]!.kind === TokenKind.Identifier && openBefore(tokens, start, open) >= 0;
  if (!isCall) {
    if (found.kind !== TokenKind.Identifier || (before.text !== "," && before.text !== "(")) return [];
    const after = tokens[at + 1]?.text;
    if (after !== "," && after !== ")") return [];
    const message = `the parameter '${found.text}' has no type`;
    return [
      {
        changes: new Map([[at, ["int", at]]]),
        beyond: at,
        at,
        message,
        extra: { hint: "each parameter has a type of its own" },
      },
    ];
  }
  const close = closeOf(tokens, open);
  if (close < 0) return [];
  if (TYPE_WORDS.has(found.text) && isKnown(tokens[open - 1]!.text)) {
    const changes = new Map<number, null>();
    for (let i = open + 1; i < close; i++) {
      if (TYPE_WORDS.has(tokens[i]!.text)) changes.set(i, null);
    }
    const message = "an argument is only a value: its type is not repeated in the call";
    return [{ changes, beyond: close, at, message, extra: {} }];
  }
  const isValue = (token: Token): boolean =>
    [TokenKind.Identifier, TokenKind.Number, TokenKind.String].includes(token.kind);
  if (
    !isValue(found) ||
    !(isValue(before) || before.text === ")") ||
    (found.startsLine !== before.startsLine && before.startsLine === false && found.startsLine)
  )
    return [];
  const span: Span = { file: before.file, start: before.end, end: before.end };
  const message = `expected ',' after '${before.text}'`;
  return [
    {
      changes: new Map([[at, [",", at]]]),
      beyond: at + 1,
      at,
      span,
      message,
      extra: { fix: { span, replacement: "," } },
    },
  ];
}

/** `int total` and on the next line `int f(void) {`. */
function betweenDeclarations({ tokens, start, at }: Stop): Slip[] {
  const out: Slip[] = [];
  let depth = 0;
  for (let i = start; i <= at && i < tokens.length; i++) {
    const token = tokens[i]!;
    if ("([{".includes(token.text)) depth++;
    else if (")]}".includes(token.text)) depth--;
    if (i === start || depth !== 0 || !token.startsLine || token.kind !== TokenKind.Identifier) continue;
    if (token.file.placeOf(token.start).column !== 1) continue;
    const before = tokens[i - 1]!;
    if (";,{}".includes(before.text) || (before.startsLine && i - 1 === start)) continue;
    const span: Span = { file: before.file, start: before.end, end: before.end };
    const message = `expected ';' after '${before.text}'`;
    out.push({
      changes: new Map([[i, [";", i]]]),
      beyond: at,
      at: i,
      span,
      message,
      extra: { fix: { span, replacement: ";" } },
    });
  }
  return out;
}

/** `int f(void);` and then the body. */
function bodyAfterSemicolon({ tokens, start, at }: Stop): Slip[] {
  if (at !== start || tokens[at]!.text !== "{" || tokens[at - 1]?.text !== ";" || tokens[at - 2]?.text !== ")")
    return [];
  const changes = new Map<number, string | null>([[at, ";"]]);
  let depth = 1;
  let end = at + 1;
  for (; end < tokens.length && depth > 0; end++) {
    if (tokens[end]!.text === "{") depth++;
    else if (tokens[end]!.text === "}") depth--;
    changes.set(end, null);
  }
  const span = spanOf(tokens[at - 1]!);
  const message = "this ';' ends the declaration, so that the body below belongs to no function";
  return [{ changes, beyond: end - 1, at: at - 1, span, message, extra: { fix: { span, replacement: "" } } }];
}
