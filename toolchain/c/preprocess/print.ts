/** The output of `cc -E`: preprocessed tokens as text, with line markers that say where they come from. */
import type { SourceFile } from "../../diagnostics.ts";
import { type Token, TokenKind } from "../tokens.ts";

/** Text that means the same as the tokens. Lines keep their numbers by newlines or by `# line "file"` markers. */
export function printTokens(tokens: readonly Token[], main: SourceFile): string {
  let out = `# 1 ${JSON.stringify(main.name)}\n`;
  let file = main;
  let line = 1;
  let previous: Token | null = null;
  for (const token of tokens) {
    if (token.kind === TokenKind.End) break;
    const place = token.file.placeOf(token.start);
    if (token.file !== file || place.line < line || place.line > line + 8) {
      if (token.file !== file || place.line !== line) {
        out += `${out.endsWith("\n") ? "" : "\n"}# ${place.line} ${JSON.stringify(token.file.name)}\n`;
        file = token.file;
        line = place.line;
        previous = null;
      }
    }
    if (place.line > line) {
      out += "\n".repeat(place.line - line);
      line = place.line;
      previous = null;
    }
    if (previous === null) out += " ".repeat(token.startsLine ? Math.min(place.column - 1, 40) : 0);
    else if (token.hasSpaceBefore || wouldJoin(previous, token)) out += " ";
    out += token.text;
    previous = token;
  }
  return out.endsWith("\n") ? out : `${out}\n`;
}

/** Would the two read as something else without a space between them? */
function wouldJoin(left: Token, right: Token): boolean {
  const isWord = (token: Token): boolean => token.kind === TokenKind.Identifier || token.kind === TokenKind.Number;
  if (isWord(left) && (isWord(right) || right.kind === TokenKind.String || right.kind === TokenKind.Character))
    return true;
  if (left.kind === TokenKind.Number && /^[.+-]/.test(right.text)) return true;
  if (left.kind !== TokenKind.Punctuator || right.kind !== TokenKind.Punctuator)
    return left.text === "." && right.kind === TokenKind.Number;
  return (
    /^(?:\+\+|--|<<|>>|&&|\|\||##|[-+*/%&|^<>=!]=|->|\.\.|\/\/|\/\*|<:|<%|%:|:>|%>)/.test(
      left.text.slice(-1) + right.text,
    ) || left.text.length > 1
  );
}
