/**
 * Slips that beginners make and that a missing or a stray token does not explain: a semicolon where a comma belongs and the other way
 * round, a semicolon in a macro, a brace too many. Each is a change of tokens to try, with what to say if it helps.
 */
import { spanBetween, spanOf, type Token, TokenKind } from "../tokens.ts";
import { foreignSlips } from "./foreign-slips.ts";
import { closeOf, openBefore, type Slip, type Stop } from "./slip.ts";
import { headSlips, listSlips, operatorSlips } from "./word-slips.ts";

export function slipsAt(stop: Stop): Slip[] {
  const { tokens, start, at } = stop;
  return [
    ...macroSemicolons(tokens, start, at),
    ...forHeader(tokens, start, at),
    ...argumentSemicolon(tokens, start, at),
    ...asmOperand(tokens, start, at),
    ...operatorSlips(stop),
    ...headSlips(stop),
    ...foreignSlips(stop),
    ...listSlips(stop),
  ];
}

/** `#define N 10;`: all semicolons that the macro has brought into the declaration go. */
function macroSemicolons(tokens: readonly Token[], start: number, at: number): Slip[] {
  const stopped = tokens[at];
  if (stopped?.text === "=" && stopped.macro !== null && tokens[at - 1]?.macro !== stopped.macro) {
    const message = `the macro '${stopped.macro}' begins with '=', which stands before its value here`;
    const extra = { hint: "take the '=' out of the #define" };
    const changes = new Map<number, null>();
    for (let i = at; i < tokens.length && i < at + 4096; i++)
      if (tokens[i]!.text === "=" && tokens[i]!.macro === stopped.macro) changes.set(i, null);
    return [{ changes, beyond: at + 1, at, message, extra }];
  }
  for (const i of [at, at - 1, at + 1]) {
    const token = tokens[i];
    if (i < start || token?.text !== ";" || token.macro === null) continue;
    const changes = new Map<number, null>();
    for (let each = start; each < tokens.length && each < start + 4096; each++)
      if (tokens[each]!.text === ";" && tokens[each]!.macro === token.macro && !endsStatement(tokens, each))
        changes.set(each, null);
    if (!changes.has(i)) return [];
    const message = `the macro '${token.macro}' ends in ';', which stands in the middle of an expression here`;
    return [{ changes, beyond: at + 1, at: i, message, extra: { hint: "take the ';' out of the #define" } }];
  }
  return [];
}

/** Does nothing but another semicolon's place follow, so that the macro's own one does no harm? */
const endsStatement = (tokens: readonly Token[], at: number): boolean =>
  tokens[at + 1] === undefined || tokens[at + 1]!.text === "}" || tokens[at + 1]!.startsLine;

/** `for (i = 0, i < 10, i++)`: commas for semicolons. */
function forHeader(tokens: readonly Token[], start: number, at: number): Slip[] {
  let open = openBefore(tokens, start, at);
  if (open < 1 && tokens[at]?.text === ")") open = openBefore(tokens, start, at - 1);
  if (open < 1 || tokens[open]!.text !== "(" || tokens[open - 1]!.text !== "for") return [];
  const close = closeOf(tokens, open);
  if (close < 0) return [];
  const commas: number[] = [];
  let semicolons = 0;
  let depth = 0;
  for (let i = open + 1; i < close; i++) {
    const { text } = tokens[i]!;
    if (text === "(" || text === "[") depth++;
    else if (text === ")" || text === "]") depth--;
    else if (depth === 0 && text === ";") semicolons++;
    else if (depth === 0 && text === ",") commas.push(i);
  }
  const missing = 2 - semicolons;
  if (missing < 1 || commas.length < missing || commas.length > 6) return [];
  const choices =
    missing === 1 ? commas.map((i) => [i]) : commas.flatMap((i, k) => commas.slice(k + 1).map((j) => [i, j]));
  return choices.map((chosen) => ({
    changes: new Map(chosen.map((i) => [i, ";"])),
    beyond: close,
    at: chosen[0]!,
    message: "the three parts of a 'for' are separated by ';', not ','",
    extra: { fix: { span: spanOf(tokens[chosen[0]!]!), replacement: ";" } },
  }));
}

/** `add(1; 2)`: a semicolon for a comma. */
function argumentSemicolon(tokens: readonly Token[], start: number, at: number): Slip[] {
  if (tokens[at]?.text !== ";") return [];
  const open = openBefore(tokens, start, at);
  if (open < 1 || tokens[open]!.text !== "(") return [];
  // Only a call has arguments.
  if (STATEMENT_WORDS.has(tokens[open - 1]!.text)) return [];
  const close = closeOf(tokens, open);
  if (close < 0) return [];
  return [
    {
      changes: new Map([[at, ","]]),
      beyond: close + 1,
      at,
      message: "arguments are separated by ',', not ';'",
      extra: { fix: { span: spanOf(tokens[at]!), replacement: "," } },
    },
  ];
}

/** `asm("…" : "=r" x)`: an operand without its parentheses. */
function asmOperand(tokens: readonly Token[], start: number, at: number): Slip[] {
  const open = openBefore(tokens, start, at);
  const first = tokens[at];
  if (open < 1 || first === undefined || tokens[at - 1]!.kind !== TokenKind.String) return [];
  if (first.kind !== TokenKind.Identifier && first.kind !== TokenKind.Number) return [];
  let word = open - 1;
  while (word > start && ASM_QUALIFIERS.has(tokens[word]!.text)) word--;
  if (!/^(asm|__asm|__asm__)$/.test(tokens[word]!.text)) return [];
  let end = at;
  for (let depth = 0; end < tokens.length; end++) {
    const { text } = tokens[end]!;
    if (text === "(" || text === "[") depth++;
    else if (depth === 0 && [",", ":", ")", ";"].includes(text)) break;
    else if (text === ")" || text === "]") depth--;
  }
  const span = spanBetween(first, tokens[end - 1]!);
  const changes = new Map<number, readonly (string | number)[]>(
    end - 1 === at
      ? [[at, ["(", at, ")"]]]
      : [
          [at, ["(", at]],
          [end - 1, [end - 1, ")"]],
        ],
  );
  const replacement = `(${span.file.text.slice(span.start, span.end)})`;
  const message = "the variable or value of an asm operand stands in parentheses";
  return [{ changes, beyond: end, at, span, message, extra: { fix: { span, replacement } } }];
}

const ASM_QUALIFIERS: ReadonlySet<string> = new Set("volatile __volatile__ __volatile inline goto".split(" "));

/** Keywords that only a statement begins with. */
export const STATEMENT_WORDS: ReadonlySet<string> = new Set(
  "return if else for while do switch case default break continue goto".split(" "),
);
