/**
 * Leaves out declarations of functions that nothing asks for. The headers of a small program declare two hundred functions, a third of all its
 * tokens, and it calls five. Left out are plain prototypes of the sysroot's own headers (they hold no mistakes) whose name occurs
 * nowhere else in the unit: neither code nor debug information is the other for it. Messages may be, when they suggest the nearest
 * name (front-end.ts).
 */
import { codeOf, type Token } from "../tokens.ts";

const IDENTIFIER = codeOf("<identifier>");
const [OPEN, CLOSE, OPEN_BRACE, CLOSE_BRACE, SEMICOLON, COMMA] = ["(", ")", "{", "}", ";", ","].map(codeOf) as [
  number,
  number,
  number,
  number,
  number,
  number,
];
/** What declares something else or more. */
const OTHERS: ReadonlySet<number> = new Set(
  ["=", "typedef", "struct", "union", "enum", "typeof", "asm", "_Static_assert"].map(codeOf),
);
const BUILTIN = "__builtin_";

interface Prototype {
  readonly start: number;
  /** Position of the function's name. */
  readonly name: number;
  readonly end: number;
}

/** The tokens and their codes without unused prototypes. */
export function dropUnusedPrototypes(
  tokens: readonly Token[],
  codes: Uint16Array,
): { tokens: Token[]; codes: Uint16Array } {
  const found = prototypes(tokens, codes);
  for (let at = 0; at < codes.length && found.size > 0; at++) {
    if (codes[at] !== IDENTIFIER) continue;
    const { text } = tokens[at]!;
    const prototype = found.get(text);
    if (prototype !== undefined) {
      if (prototype.name !== at) found.delete(text);
    } else if (text.startsWith(BUILTIN)) found.delete(text.slice(BUILTIN.length));
  }
  const kept: Token[] = [];
  const keptCodes = new Uint16Array(codes.length);
  let from = 0;
  const keep = (to: number): void => {
    keptCodes.set(codes.subarray(from, to), kept.length);
    for (let at = from; at < to; at++) kept.push(tokens[at]!);
  };
  for (const { start, end } of found.values()) {
    if (start > from) keep(start);
    from = end;
  }
  keep(tokens.length);
  return { tokens: kept, codes: keptCodes.subarray(0, kept.length) };
}

/** Prototypes of the sysroot's headers by name, in their order. */
function prototypes(tokens: readonly Token[], codes: Uint16Array): Map<string, Prototype> {
  const found = new Map<string, Prototype>();
  let nesting = 0;
  for (let at = 0; at < codes.length; ) {
    if (nesting === 0 && tokens[at]!.file.isOfSysroot) {
      const name = nameOfPrototype(tokens, codes, at);
      if (name >= 0) {
        const start = at;
        while (codes[at++] !== SEMICOLON);
        // A second prototype takes the place of the first, and the first is a use of the name.
        found.set(tokens[name]!.text, { start, name, end: at });
        continue;
      }
    }
    // To the end of the declaration.
    for (let done = false; at < codes.length && !done; at++) {
      const code = codes[at];
      if (code === OPEN_BRACE) nesting++;
      else if (code === CLOSE_BRACE) {
        nesting--;
        done = nesting === 0 && tokens[at + 1]?.startsLine === true;
      } else done = nesting === 0 && code === SEMICOLON;
    }
  }
  return found;
}

/** Position of the function's name if a prototype and nothing else stands at `start`; otherwise −1. */
function nameOfPrototype(tokens: readonly Token[], codes: Uint16Array, start: number): number {
  let name = -1;
  let parentheses = 0;
  for (let at = start; at < codes.length; at++) {
    const code = codes[at]!;
    if (code === SEMICOLON) return parentheses === 0 ? name : -1;
    if (code === OPEN) {
      if (parentheses++ === 0 && name < 0) {
        if (at === start || codes[at - 1] !== IDENTIFIER) return -1;
        name = at - 1;
      }
    } else if (code === CLOSE) parentheses--;
    else if (code === OPEN_BRACE || (code === COMMA && parentheses === 0) || OTHERS.has(code)) return -1;
    const { file, macro } = tokens[at]!;
    if (macro !== null || !file.isOfSysroot) return -1;
  }
  return -1;
}
