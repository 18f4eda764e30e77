/**
 * From preprocessed tokens to the syntax tree, one external declaration at a time.
 *
 * A declaration that does not parse is mended by trial: put in the missing token, take out a stray one, or read an
 * unknown name as a type, whichever lets the parser go furthest; then parsing goes on as if it had been written so, and each
 * mistake gives one message. Where nothing helps, the statement (or the whole declaration) is left out and the names
 * in it are remembered, so that later uses of them are not reported as well.
 */
import { type Diagnostic, type Diagnostics, nearestName, type SourceFile, type Span } from "../../diagnostics.ts";
import { parse } from "../../generated/c-grammar.ts";
import type { ParseResult } from "../../ohm/parse-tree.ts";
import type { External } from "../ast.ts";
import { parseInteger } from "../literals.ts";
import { codeOf, codeOfToken, inPlaceOf, keywordNames, spanOf, Token, TokenKind } from "../tokens.ts";
import { type MarkedNames, markTypedefs } from "../typedef-marking.ts";
import { TreeBuilder } from "./build.ts";
import { guardDepth } from "./depth.ts";
import { describeExpectations } from "./expectation.ts";
import { beginsStatement, innermostBlock, isClose, nextDeclaration, openBracket, statementAround } from "./extent.ts";
import { STATEMENT_WORDS, slipsAt } from "./slips.ts";
import { unknownTypeExtra } from "./unknown-types.ts";
import { dropUnusedPrototypes } from "./unused-prototypes.ts";

export interface ParsedUnit {
  readonly file: SourceFile;
  readonly externals: readonly External[];
  /** Names in text that had to be left out: not to be reported as undeclared. */
  readonly poisoned: ReadonlySet<string>;
  /** Names read as types although nothing declares them. */
  readonly unknownTypes: ReadonlySet<string>;
}

const REPAIR_LIMIT = 60;
/** Tokens that trial parses may go over in one file: mending stays quick however long the file is. */
const REPAIR_WORK_LIMIT = 20_000_000;
const IDENTIFIER = codeOf("<identifier>");
const TYPEDEF = codeOf("<typedef-name>");
const NUMBER = codeOf("<number>");
const [OPEN_BRACE, CLOSE_BRACE, SEMICOLON, STAR, COMMA, CLOSE] = ["{", "}", ";", "*", ",", ")"].map(codeOf) as [
  number,
  number,
  number,
  number,
  number,
  number,
];
const OPENERS: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };
/** Tokens worth trying to put in. */
const INSERTIONS = [";", ")", "}", "]", ",", ":", "(", "{"];

type Failure = Extract<ParseResult, { ok: false }>;

/** Parses a whole file. `tokens` ends with an End token. `isBrief` leaves out prototypes that nothing asks for. */
export function parseUnit(
  tokens: readonly Token[],
  packs: ReadonlyMap<Token, number>,
  diagnostics: Diagnostics,
  isBrief = false,
): ParsedUnit {
  const { file } = tokens[tokens.length - 1]!;
  const unit = guardDepth(diagnostics, file, () => new UnitParser(tokens, packs, diagnostics, isBrief).run());
  return { ...(unit ?? { externals: [], poisoned: new Set(), unknownTypes: new Set() }), file };
}

class UnitParser {
  private tokens: Token[];
  private codes: Uint16Array;
  private input: string;
  private builder: TreeBuilder;
  private readonly packs: ReadonlyMap<Token, number>;
  private readonly diagnostics: Diagnostics;
  private readonly names: MarkedNames;
  private readonly end: Token;
  private readonly poisoned = new Set<string>();
  private readonly unknownTypes = new Set<string>();
  private repairs = 0;
  private work = 0;
  /** Position up to which a mistake has been reported. */
  private reportedTo = -1;

  constructor(tokens: readonly Token[], packs: ReadonlyMap<Token, number>, diagnostics: Diagnostics, isBrief: boolean) {
    this.end = tokens[tokens.length - 1]!;
    this.tokens = tokens.slice(0, -1);
    this.packs = packs;
    this.diagnostics = diagnostics;
    this.codes = new Uint16Array(this.tokens.length);
    for (let at = 0; at < this.tokens.length; at++) this.codes[at] = codeOfToken(this.tokens[at]!);
    if (isBrief) ({ tokens: this.tokens, codes: this.codes } = dropUnusedPrototypes(this.tokens, this.codes));
    this.names = markTypedefs(this.tokens, this.codes);
    this.input = textOf(this.codes);
    this.builder = new TreeBuilder(this.tokens, packs);
  }

  run(): Omit<ParsedUnit, "file"> {
    const externals: External[] = [];
    let at = 0;
    while (at < this.tokens.length) {
      const result = parse("External", this.input, { start: at, prefix: true });
      if (result.ok) {
        externals.push(this.builder.external(result.node));
        at = result.end;
      } else at = this.recover(at, result);
    }
    return { externals, poisoned: this.poisoned, unknownTypes: this.unknownTypes };
  }

  // ---- repair ----

  /** Reports the mistake and mends it; returns where parsing goes on. */
  private recover(start: number, failure: Failure): number {
    const at = failure.position;
    if (failure.isTooDeep) {
      this.report(at, "this is nested too deeply", {});
      return this.skipDeclaration(start, at);
    }
    if (++this.repairs > REPAIR_LIMIT || this.work > REPAIR_WORK_LIMIT) {
      this.report(at, "too many syntax errors to go on", {});
      return this.tokens.length;
    }
    const outside = this.tryStatementOutside(start, at);
    if (outside !== null) return outside;
    if (this.trySlip(start, at) || this.tryBodyBrace(start, at)) return start;
    if (this.tryUnknownType(start, at)) return start;
    const expected = failure.expected();
    if (this.tryMisspeltKeyword(start, at)) return start;
    if (this.tryStrayElse(start, at) || this.tryDigitName(start, at) || this.tryNestedFunction(start, at)) return start;
    if (
      this.tryInsertion(
        start,
        at,
        new Set(expected.filter((item) => item.isTerminal).map((item) => item.text)),
        describeExpectations(expected),
      )
    )
      return start;
    const found = at < this.tokens.length ? `'${this.tokens[at]!.text}'` : "the end of the file";
    if (this.tryDeletion(start, at, describeExpectations(expected), found)) return start;
    this.report(at, `expected ${describeExpectations(expected)}, found ${found}`, this.openBracketNote(start, at));
    return this.leaveOut(start, at);
  }

  /** How far the parser gets with changed codes; Infinity when the declaration parses. */
  private reach(codes: Uint16Array, start: number): number {
    this.work += codes.length;
    const result = parse("External", textOf(codes), { start, prefix: true });
    return result.ok ? Number.POSITIVE_INFINITY : result.position;
  }

  /** One of the slips of slips.ts, where its change lets the parser go on. */
  private trySlip(start: number, at: number): boolean {
    const isKnown = (name: string): boolean => this.names.ordinary.has(name);
    for (const slip of slipsAt({ tokens: this.tokens, start, at, isKnown })) {
      const { changes, beyond, at: place, message, extra } = slip;
      const tokens: Token[] = [];
      const codes: number[] = [];
      let added = 0;
      this.tokens.forEach((token, i) => {
        const change = changes.get(i);
        const pieces =
          change === undefined ? [i] : change === null ? [] : typeof change === "string" ? [change] : change;
        if (i < beyond) added += pieces.length - 1;
        for (const piece of pieces) {
          tokens.push(typeof piece === "number" ? this.tokens[piece]! : withText(token, piece));
          codes.push(typeof piece === "number" ? this.codes[piece]! : /^\d/.test(piece) ? NUMBER : codeOf(piece));
        }
      });
      const changed = Uint16Array.from(codes);
      if (this.reach(changed, start) <= beyond + added) continue;
      this.report(place, message, extra, slip.span !== undefined, slip.span ?? null);
      for (const name of slip.poisons ?? []) this.poisoned.add(name);
      this.change(tokens, changed);
      return true;
    }
    return false;
  }

  /** A statement, or a `}`, where no function is open: a brace above closes too much. Gives where to go on. */
  private tryStatementOutside(start: number, at: number): number | null {
    const first = this.tokens[start]!.text;
    const isWord = at <= start + 1 && (first === "}" || STATEMENT_WORDS.has(first));
    if (!isWord && !(this.codes[start] === IDENTIFIER && beginsStatement(this.tokens, start))) return null;
    if (isWord)
      this.report(start, first === "}" ? "this '}' closes nothing" : `'${first}' stands outside a function`, {
        hint: "there is one '}' too many here or above, or a '{' is missing",
      });
    else
      this.report(start, "statements belong in a function: only declarations stand outside of them", {
        hint: "put it into a function, for example main; or is there a '}' too many above?",
      });
    let depth = 0;
    for (let i = start; i < this.tokens.length; i++) {
      const { text } = this.tokens[i]!;
      if (text === "{") depth++;
      else if (text === "}" && --depth < 0) return i + 1;
      // A line that begins at the margin begins something new.
      const next = this.tokens[i + 1];
      if (
        depth === 0 &&
        text === ";" &&
        next?.startsLine === true &&
        next.text !== "}" &&
        next.file.placeOf(next.start).column === 1
      )
        return i + 1;
    }
    return this.tokens.length;
  }

  /** `int f(int x)` and then a statement: the body's brace is missing. */
  private tryBodyBrace(start: number, at: number): boolean {
    const before = this.tokens[at - 1];
    const found = this.tokens[at];
    if (before?.text !== ")" || found === undefined || !STATEMENT_WORDS.has(found.text)) return false;
    if (innermostBlock(this.codes, start, at) !== null) return false;
    const codes = new Uint16Array(this.codes.length + 1);
    codes.set(this.codes.subarray(0, at));
    codes[at] = OPEN_BRACE;
    codes.set(this.codes.subarray(at), at + 1);
    if (this.reach(codes, start) <= at + 1) return false;
    const span: Span = { file: before.file, start: before.end, end: before.end };
    this.report(
      at,
      "expected '{' after ')': a function's body stands in braces",
      { fix: { span, replacement: " {" } },
      true,
      span,
    );
    const brace = new Token(TokenKind.Punctuator, "{", before.file, before.end, before.end, false, false);
    this.change([...this.tokens.slice(0, at), brace, ...this.tokens.slice(at)], codes);
    return true;
  }

  /** `foo x;` and `foo *x;` where foo was never declared. */
  private tryUnknownType(start: number, at: number): boolean {
    const candidates = [at - 1, at].filter((i) => i >= start && this.codes[i] === IDENTIFIER);
    for (const i of candidates) {
      const name = this.tokens[i]!.text;
      if (this.names.ordinary.has(name)) continue;
      const next = this.codes[i + 1];
      if (next !== IDENTIFIER && next !== STAR && next !== COMMA && next !== CLOSE) continue;
      const codes = this.codes.slice();
      codes[i] = TYPEDEF;
      if (this.reach(codes, start) <= Math.max(at, i + 1)) continue;
      if (!this.unknownTypes.has(name))
        this.report(i, `unknown type name '${name}'`, unknownTypeExtra(this.tokens, i, this.names.types), true);
      this.unknownTypes.add(name);
      this.change(this.tokens, codes);
      return true;
    }
    return false;
  }

  private tryStrayElse(start: number, at: number): boolean {
    if (this.tokens[at]?.text !== "else") return false;
    const codes = new Uint16Array(this.codes.length - 1);
    codes.set(this.codes.subarray(0, at));
    codes.set(this.codes.subarray(at + 1), at);
    if (this.reach(codes, start) <= at) return false;
    this.report(at, "this 'else' belongs to no 'if'", {
      hint: "braces are needed around several statements between 'if' and 'else', and no ';' after the condition",
    });
    this.change([...this.tokens.slice(0, at), ...this.tokens.slice(at + 1)], codes);
    return true;
  }

  /** `int 3x;` */
  private tryDigitName(start: number, failed: number): boolean {
    for (const at of [failed, failed - 1]) {
      const token = this.tokens[at];
      if (at < start || token?.kind !== TokenKind.Number || !/^\d+[A-Za-z_]\w*$/.test(token.text)) continue;
      if (parseInteger(token.text).ok) continue;
      const codes = this.codes.slice();
      this.tokens.forEach((other, i) => {
        if (other.kind === TokenKind.Number && other.text === token.text) codes[i] = IDENTIFIER;
      });
      if (this.reach(codes, start) <= failed + 1) continue;
      this.report(at, `a name cannot begin with a digit: '${token.text}'`, {});
      this.poisoned.add(token.text);
      this.change(this.tokens, codes);
      return true;
    }
    return false;
  }

  /** A function's body inside another function: the brace that should have closed that one is missing. */
  private tryNestedFunction(start: number, at: number): boolean {
    let depth = 0;
    for (const code of this.codes) depth += code === OPEN_BRACE ? 1 : code === CLOSE_BRACE ? -1 : 0;
    // Where every brace has its partner, the function really stands inside the other one.
    if (depth === 0) return false;
    if (this.codes[at] !== OPEN_BRACE || this.tokens[at - 1]?.text !== ")") return false;
    let first = at - 1;
    while (first > start && ![";", "{", "}"].includes(this.tokens[first - 1]!.text)) first--;
    const head = this.tokens[first]!;
    if (first <= start || !/^[A-Za-z_]/.test(head.text) || !/^[A-Za-z_*]/.test(this.tokens[first + 1]!.text))
      return false;
    const open = this.openBracketNote(start, first);
    if (open.notes === undefined) return false;
    const codes = new Uint16Array(this.codes.length + 1);
    codes.set(this.codes.subarray(0, first));
    codes[first] = codeOf("}");
    codes.set(this.codes.subarray(first), first + 1);
    const reach = this.reach(codes, start);
    if (reach !== Number.POSITIVE_INFINITY && reach <= first) return false;
    const name = this.tokens.slice(first, at).find((_, i) => this.tokens[first + i + 1]?.text === "(");
    this.report(first, `expected '}' before '${head.text}': a function cannot be defined inside another`, {
      hint: `is the '}' of the function above '${name?.text ?? head.text}' missing?`,
      ...open,
    });
    const token = new Token(TokenKind.Punctuator, "}", head.file, head.start, head.start, false, false);
    this.change([...this.tokens.slice(0, first), token, ...this.tokens.slice(first)], codes);
    return true;
  }

  /** `retrun x;`, `whlie (…)`: the nearest keyword where one goes on better. */
  private tryMisspeltKeyword(start: number, at: number): boolean {
    for (const i of [at - 1, at]) {
      if (i < start || this.codes[i] !== IDENTIFIER) continue;
      const name = this.tokens[i]!.text;
      if (name.length < 3 || this.names.ordinary.has(name)) continue;
      const near = nearestName(name, keywordNames());
      if (near === null) continue;
      const codes = this.codes.slice();
      codes[i] = codeOf(near);
      if (this.reach(codes, start) <= at + 1) continue;
      const span = spanOf(this.tokens[i]!);
      this.report(i, `unknown word '${name}'`, { hint: `did you mean '${near}'?`, fix: { span, replacement: near } });
      const token = this.tokens[i]!;
      this.tokens[i] = withText(token, near);
      this.change(this.tokens, codes);
      return true;
    }
    return false;
  }

  private tryInsertion(start: number, at: number, terminals: ReadonlySet<string>, expected: string): boolean {
    let best: string | null = null;
    let bestReach = at + 1;
    for (const text of INSERTIONS) {
      if (!terminals.has(text)) continue;
      const codes = new Uint16Array(this.codes.length + 1);
      codes.set(this.codes.subarray(0, at));
      codes[at] = codeOf(text);
      codes.set(this.codes.subarray(at), at + 1);
      const reach = this.reach(codes, start) - 1;
      // Something must come of it: at least the token that did not fit, and one more.
      if (reach > bestReach || (reach === bestReach && reach === Number.POSITIVE_INFINITY && best === null)) {
        bestReach = reach;
        best = text;
      }
    }
    if (best === null) return false;
    const before = this.tokens[at - 1] ?? this.tokens[at] ?? this.end;
    const span: Span = { file: before.file, start: before.end, end: before.end };
    const note = best in OPENERS ? this.openBracketNote(start, at) : {};
    const isSure = expected.startsWith(`'${best}'`) || best === ";";
    this.report(
      at,
      isSure ? `expected '${best}' after '${before.text}'` : `expected ${expected}`,
      { ...note, fix: { span, replacement: best } },
      true,
      span,
    );
    const token = new Token(TokenKind.Punctuator, best, before.file, before.end, before.end, false, false);
    const codes = new Uint16Array(this.codes.length + 1);
    codes.set(this.codes.subarray(0, at));
    codes[at] = codeOf(best);
    codes.set(this.codes.subarray(at), at + 1);
    this.change([...this.tokens.slice(0, at), token, ...this.tokens.slice(at)], codes);
    return true;
  }

  private tryDeletion(start: number, at: number, expected: string, found: string): boolean {
    if (at >= this.tokens.length) return false;
    const codes = new Uint16Array(this.codes.length - 1);
    codes.set(this.codes.subarray(0, at));
    codes.set(this.codes.subarray(at + 1), at);
    if (this.reach(codes, start) <= at + 1) return false;
    const token = this.tokens[at]!;
    const isStray = isClose(this.codes[at]!) && openBracket(this.codes, start, at) === null;
    if (isStray)
      this.report(at, `this '${token.text}' closes nothing`, { fix: { span: spanOf(token), replacement: "" } });
    else this.report(at, `expected ${expected}, found ${found}`, {});
    this.change([...this.tokens.slice(0, at), ...this.tokens.slice(at + 1)], codes);
    return true;
  }

  private change(tokens: Token[], codes: Uint16Array): void {
    this.tokens = tokens;
    this.codes = codes;
    this.input = textOf(codes);
    this.builder = new TreeBuilder(tokens, this.packs);
  }

  // ---- leaving out ----

  /** Leaves out the statement around `at`, or the whole declaration when it stands in none. */
  private leaveOut(start: number, at: number): number {
    const block = innermostBlock(this.codes, start, at);
    if (block === null) return this.skipDeclaration(start, at);
    const { from, to } = statementAround(this.codes, block, at);
    if (to <= from) return this.skipDeclaration(start, at);
    this.poison(from, to);
    const semicolon = new Token(
      TokenKind.Punctuator,
      ";",
      this.tokens[from]!.file,
      this.tokens[from]!.start,
      this.tokens[from]!.start,
      false,
      false,
    );
    const codes = new Uint16Array(this.codes.length - (to - from) + 1);
    codes.set(this.codes.subarray(0, from));
    codes[from] = SEMICOLON;
    codes.set(this.codes.subarray(to), from + 1);
    this.change([...this.tokens.slice(0, from), semicolon, ...this.tokens.slice(to)], codes);
    this.reportedTo = from;
    return start;
  }

  private skipDeclaration(start: number, at: number): number {
    const next = nextDeclaration(this.tokens, this.codes, start, at);
    this.poison(start, next);
    return next;
  }

  private poison(from: number, to: number): void {
    for (let i = from; i < to; i++)
      if (this.tokens[i]!.kind === TokenKind.Identifier) this.poisoned.add(this.tokens[i]!.text);
  }

  // ---- messages ----

  private report(
    at: number,
    message: string,
    extra: Partial<Diagnostic>,
    isFirm = false,
    place: Span | null = null,
  ): void {
    if (at <= this.reportedTo && !isFirm) return;
    // What is missing stands in the comment that was never closed.
    if (at >= this.tokens.length && this.end.problem !== null) return;
    this.reportedTo = Math.max(this.reportedTo, at + 1);
    const token = this.tokens[at] ?? this.end;
    const span = place ?? spanOf(token);
    const note: Diagnostic | null =
      token.macro === null || place !== null
        ? null
        : { severity: "note", message: `in the expansion of macro '${token.macro}'`, span };
    this.diagnostics.add({
      severity: "error",
      message,
      span,
      ...extra,
      ...(note === null ? {} : { notes: [...(extra.notes ?? []), note] }),
    });
  }

  /** A note on the bracket that is still open at `at`. */
  private openBracketNote(start: number, at: number): { notes?: readonly Diagnostic[] } {
    const last = openBracket(this.codes, start, at, true);
    if (last === null) return {};
    const token = this.tokens[last]!;
    if (token.macro !== null)
      return {
        notes: [
          {
            severity: "note",
            message: `a '${token.text}' of the macro '${token.macro}' is still open`,
            span: spanOf(token),
          },
        ],
      };
    const here = this.tokens[at] ?? this.end;
    if (here.file === token.file && here.file.placeOf(here.start).line === token.file.placeOf(token.start).line)
      return {};
    return { notes: [{ severity: "note", message: `this '${token.text}' is still open`, span: spanOf(token) }] };
  }
}

const withText = (token: Token, text: string): Token =>
  inPlaceOf(
    token,
    /^\W/.test(text) ? TokenKind.Punctuator : /^\d/.test(text) ? TokenKind.Number : TokenKind.Identifier,
    text,
  );

function textOf(codes: Uint16Array): string {
  let out = "";
  for (let at = 0; at < codes.length; at += 8192) {
    // apply, not a spread: it takes the typed array as it is.
    out += String.fromCharCode.apply(null, codes.subarray(at, at + 8192) as unknown as number[]);
  }
  return out;
}
