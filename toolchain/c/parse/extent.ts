/** How far statements, blocks and declarations go in tokens that do not parse, by their brackets and semicolons. */
import { codeOf, type Token, TokenKind, terminalOf } from "../tokens.ts";
import { closeOf } from "./slip.ts";

const [OPEN_BRACE, CLOSE_BRACE, SEMICOLON] = ["{", "}", ";"].map(codeOf) as [number, number, number];

/** The statement around `at` in the block that `block` opens: tokens [from, to). */
export function statementAround(codes: Uint16Array, block: number, at: number): { from: number; to: number } {
  let from = block + 1;
  let nesting = 0;
  for (let i = from; i < at; i++) {
    const code = codes[i]!;
    if (code === OPEN_BRACE || isOpen(code)) nesting++;
    else if (code === CLOSE_BRACE || isClose(code)) nesting = Math.max(0, nesting - 1);
    if (nesting === 0 && (code === SEMICOLON || code === CLOSE_BRACE)) from = i + 1;
  }
  let to = at;
  for (nesting = 0; to < codes.length; to++) {
    const code = codes[to]!;
    if (code === OPEN_BRACE) nesting++;
    else if (code === CLOSE_BRACE) {
      if (nesting === 0) break;
      if (--nesting === 0) {
        to++;
        break;
      }
    } else if (code === SEMICOLON && nesting === 0) {
      to++;
      break;
    }
  }
  return { from, to };
}

/** Position of the `{` of the innermost statement block around `at`; null outside function bodies. */
export function innermostBlock(codes: Uint16Array, start: number, at: number): number | null {
  const open: number[] = [];
  for (let i = start; i < at; i++) {
    const code = codes[i]!;
    if (code === OPEN_BRACE) open.push(i);
    else if (code === CLOSE_BRACE) open.pop();
  }
  // A brace opens a block when it follows `)`, `;`, `{`, `}`, `else`, `do` or a label; after `=`, a tag or a comma it does not.
  for (let i = open.length - 1; i >= 0; i--) {
    const before = terminalOf(codes[open[i]! - 1] ?? 0);
    if ([")", ";", "{", "}", "else", "do", ":"].includes(before)) return open[i]!;
  }
  return null;
}

/** The start of the next declaration at file scope. */
export function nextDeclaration(tokens: readonly Token[], codes: Uint16Array, start: number, at: number): number {
  let nesting = 0;
  for (let i = start; i < tokens.length; i++) {
    const code = codes[i]!;
    if (code === OPEN_BRACE) nesting++;
    else if (code === CLOSE_BRACE) nesting = Math.max(0, nesting - 1);
    if (i < at) continue;
    const next = tokens[i + 1];
    const isEnd = nesting === 0 && (code === SEMICOLON || code === CLOSE_BRACE);
    const isFreshLine =
      next?.startsLine === true &&
      next.file.placeOf(next.start).column === 1 &&
      (code === SEMICOLON || code === CLOSE_BRACE) &&
      codes[i + 1] !== CLOSE_BRACE;
    if (isEnd && !(code === CLOSE_BRACE && codes[i + 1] === SEMICOLON) ? true : isFreshLine) return i + 1;
  }
  return tokens.length;
}

/** The bracket that is still open at `at`: the innermost, braces only where they count too. */
export function openBracket(codes: Uint16Array, start: number, at: number, withBraces = false): number | null {
  const open: number[] = [];
  for (let i = start; i < at; i++) {
    const code = codes[i]!;
    if (isOpen(code) || code === OPEN_BRACE) open.push(i);
    else if (isClose(code) || code === CLOSE_BRACE) open.pop();
  }
  const last = open[open.length - 1];
  return last === undefined || (!withBraces && codes[last] === OPEN_BRACE) ? null : last;
}

const isOpen = (code: number): boolean => terminalOf(code) === "(" || terminalOf(code) === "[";
export const isClose = (code: number): boolean => terminalOf(code) === ")" || terminalOf(code) === "]";

const ASSIGNMENTS = new Set("= += -= *= /= %= &= |= ^= <<= >>= ++ -- -> .".split(" "));

/** Does an assignment, an increment or a call begin with this name? A call has values between its parentheses, and a `;` behind them. */
export function beginsStatement(tokens: readonly Token[], start: number): boolean {
  const next = tokens[start + 1]?.text ?? "";
  if (ASSIGNMENTS.has(next)) return true;
  if (next !== "(") return false;
  const close = closeOf(tokens, start + 1);
  if (close < 0 || tokens[close + 1]?.text !== ";") return false;
  const first = tokens[start + 2]!;
  return close === start + 3
    ? first.kind !== TokenKind.Identifier
    : [TokenKind.String, TokenKind.Number, TokenKind.Character].includes(first.kind) || first.text === "&";
}
