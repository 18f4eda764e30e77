/**
 * Cuts assembly text into statements: removes comments (`#`, `//`, block comments), splits at `;`, joins nothing. Positions in the
 * text are kept, so that every statement can be pointed at.
 */

import type { Diagnostics, SourceFile } from "../diagnostics.ts";

/** A statement without surrounding space. */
export interface Statement {
  readonly file: SourceFile;
  readonly text: string;
  /** Offset of the first character in `file`. */
  readonly start: number;
}

/** The statements of a file, empty ones left out. */
export function splitStatements(file: SourceFile, problems: Diagnostics): Statement[] {
  const statements: Statement[] = [];
  const text = blankComments(file, problems);
  let start = 0;
  let quote = "";
  const flush = (end: number): void => {
    let from = start;
    let to = end;
    while (from < to && isSpace(text.charCodeAt(from))) from++;
    while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
    if (to > from) statements.push({ file, text: text.slice(from, to), start: from });
    start = end + 1;
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === "\n") {
      quote = "";
      flush(i);
    } else if (quote !== "") {
      if (c === "\\") i++;
      else if (c === quote) quote = "";
    } else if (c === '"') quote = c;
    else if (c === "'") i = skipCharacter(text, i);
    else if (c === ";") flush(i);
  }
  flush(text.length);
  return statements;
}

const isSpace = (code: number): boolean => code === 32 || code === 9 || code === 13 || code === 12 || code === 11;

/** The last position of a character constant such as 'a', '\n' or 'a without its closing quote. */
function skipCharacter(text: string, at: number): number {
  let end = at + (text[at + 1] === "\\" ? 2 : 1);
  if (text[end] === "\n" || end >= text.length) return at;
  if (text[end + 1] === "'") end++;
  return end;
}

/** The text with comments replaced by spaces, line breaks kept. */
function blankComments(file: SourceFile, problems: Diagnostics): string {
  const { text } = file;
  if (!/[#]|\/[/*]/.test(text)) return text;
  let out = "";
  let copied = 0;
  const blank = (start: number, end: number): void => {
    out += text.slice(copied, start) + text.slice(start, end).replace(/[^\n]/g, " ");
    copied = end;
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '"') {
      for (i++; i < text.length && text[i] !== '"' && text[i] !== "\n"; i++)
        if (text[i] === "\\" && text[i + 1] !== "\n") i++;
    } else if (c === "'") i = skipCharacter(text, i);
    else if (c === "#" || (c === "/" && text[i + 1] === "/")) {
      const end = text.indexOf("\n", i);
      blank(i, end < 0 ? text.length : end);
      i = copied - 1;
    } else if (c === "/" && text[i + 1] === "*") {
      const end = text.indexOf("*/", i + 2);
      if (end < 0) problems.error("a comment is not closed", { file, start: i, end: i + 2 }, { hint: "add `*/`" });
      blank(i, end < 0 ? text.length : end + 2);
      i = copied - 1;
    }
  }
  return out + text.slice(copied);
}
