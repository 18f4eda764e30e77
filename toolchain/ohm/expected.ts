/**
 * The second, slow match that explains a failure: it interprets the grammar's expressions and records what was missed
 * at one position. Generated parsers keep only the rightmost failure position while they run, because recording
 * expectations would cost on every terminal of correct input.
 *
 * The rules are Ohm's: a rule with a description stands for everything inside it, a negative lookahead hides what it
 * tried, and what was missed inside an expression that still succeeded exactly at the position ("could have gone on")
 * is left out in favour of what stopped the parse. Leaves out: memoisation and left recursion, which the generator rejects.
 */
import type { Expectation } from "./parse-tree.ts";

/** A parsing expression as data. Failure texts are computed by the generator. */
export type Step =
  | readonly ["any", string]
  | readonly ["end", string]
  | readonly ["text" | "itext", string, string]
  | readonly ["range", number, number, boolean, string]
  | readonly ["unicode", string, string]
  | readonly ["alt", ...Step[]]
  | readonly ["seq", ...Step[]]
  | readonly ["star" | "plus" | "opt", Step]
  | readonly ["not", Step, string]
  | readonly ["look" | "lex", Step]
  | readonly ["apply", number];

export interface RuleRow {
  readonly isSyntactic: boolean;
  /** Failure text of a described rule, or null. */
  readonly described: string | null;
  readonly body: Step;
}

export interface GrammarTable {
  readonly rules: readonly RuleRow[];
  /** Index of the rule that skips space in syntactic rules, or −1. */
  readonly spaces: number;
}

const DEPTH_LIMIT = 20_000;

/** What was expected at `position` when `rule` is matched against `input` from `start`. Texts of terminals are prefixed by `"`. */
export function expectedAt(
  table: GrammarTable,
  rule: number,
  input: string,
  start: number,
  prefix: boolean,
  position: number,
): Expectation[] {
  const matcher = new RecordingMatcher(table, input, start, position);
  matcher.matchTop(rule, prefix);
  const found: Expectation[] = [];
  for (const [text, isFluffy] of matcher.recorded) {
    if (!isFluffy) found.push({ text: text.startsWith('"') ? text.slice(1) : text, isTerminal: text.startsWith('"') });
  }
  return found;
}

class RecordingMatcher {
  private readonly table: GrammarTable;
  private readonly input: string;
  private readonly position: number;
  private pos: number;
  private depth = 0;
  private isRecording = true;
  /** Failure text → fluffy: missed inside something that succeeded exactly here. */
  recorded = new Map<string, boolean>();

  constructor(table: GrammarTable, input: string, start: number, position: number) {
    this.table = table;
    this.input = input;
    this.pos = start;
    this.position = position;
  }

  matchTop(rule: number, prefix: boolean): void {
    const isSyntactic = this.table.rules[rule]!.isSyntactic;
    const matched = this.match(["apply", rule], isSyntactic);
    if (matched && !prefix) this.match(["end", "end of input"], isSyntactic);
  }

  /** Matches with Ohm's bookkeeping around every expression: position reset, fluffiness, merging of what was recorded. */
  private match(step: Step, isSyntactic: boolean): boolean {
    const outer = this.recorded;
    if (this.isRecording) this.recorded = new Map();
    const origin = this.pos;
    if (isSyntactic && SKIPS_SPACE.has(step[0])) this.skipSpaces();
    const matched = this.evaluate(step, isSyntactic);
    if (!matched) this.pos = origin;
    if (this.isRecording) {
      if (matched && this.pos === this.position) for (const text of this.recorded.keys()) this.recorded.set(text, true);
      for (const [text, isFluffy] of outer) this.record(text, isFluffy);
    }
    return matched;
  }

  private record(text: string, isFluffy: boolean): void {
    const known = this.recorded.get(text);
    this.recorded.set(text, known === undefined ? isFluffy : known && isFluffy);
  }

  private miss(at: number, text: string): false {
    if (this.isRecording && at === this.position) this.record(text, false);
    return false;
  }

  private skipSpaces(): void {
    if (this.table.spaces < 0) return;
    this.silently(() => this.evaluate(["apply", this.table.spaces], false));
  }

  private silently(run: () => boolean): boolean {
    const { isRecording, recorded } = this;
    this.isRecording = false;
    this.recorded = new Map();
    const matched = run();
    this.isRecording = isRecording;
    this.recorded = recorded;
    return matched;
  }

  private evaluate(step: Step, isSyntactic: boolean): boolean {
    const at = this.pos;
    switch (step[0]) {
      case "any": {
        const point = this.input.codePointAt(at);
        if (point === undefined) return this.miss(at, step[1]);
        this.pos += point > 0xffff ? 2 : 1;
        return true;
      }
      case "end":
        return at >= this.input.length || this.miss(at, step[1]);
      case "text":
        if (!this.input.startsWith(step[1], at)) return this.miss(at, step[2]);
        this.pos += step[1].length;
        return true;
      case "itext": {
        const end = at + step[1].length;
        if (this.input.slice(at, end).toLowerCase() !== step[1]) return this.miss(at, step[2]);
        this.pos = end;
        return true;
      }
      case "range": {
        const code = step[3] ? (this.input.codePointAt(at) ?? -1) : this.input.charCodeAt(at);
        if (!(code >= step[1] && code <= step[2])) return this.miss(at, step[4]);
        this.pos += code > 0xffff ? 2 : 1;
        return true;
      }
      case "unicode": {
        const point = this.input.codePointAt(at);
        if (point === undefined || !new RegExp(step[1], "u").test(String.fromCodePoint(point))) {
          return this.miss(at, step[2]);
        }
        this.pos += point > 0xffff ? 2 : 1;
        return true;
      }
      case "alt":
        for (let i = 1; i < step.length; i++) if (this.match(step[i] as Step, isSyntactic)) return true;
        return false;
      case "seq":
        for (let i = 1; i < step.length; i++) if (!this.match(step[i] as Step, isSyntactic)) return false;
        return true;
      case "star":
      case "plus":
      case "opt":
        return this.repeat(step[0], step[1], isSyntactic);
      case "not": {
        const matched = this.silently(() => this.match(step[1], isSyntactic));
        this.pos = at;
        return matched ? this.miss(at, step[2]) : true;
      }
      case "look": {
        const matched = this.match(step[1], isSyntactic);
        this.pos = at;
        return matched;
      }
      case "lex":
        return this.match(step[1], false);
      case "apply":
        return this.apply(this.table.rules[step[1]]!);
    }
  }

  private repeat(kind: "star" | "plus" | "opt", body: Step, isSyntactic: boolean): boolean {
    let count = 0;
    const limit = kind === "opt" ? 1 : Number.POSITIVE_INFINITY;
    while (count < limit) {
      const before = this.pos;
      if (!this.match(body, isSyntactic)) break;
      count++;
      if (this.pos === before) break;
    }
    return kind !== "plus" || count > 0;
  }

  private apply(rule: RuleRow): boolean {
    if (this.depth > DEPTH_LIMIT) return false;
    const at = this.pos;
    this.depth++;
    const matched =
      rule.described === null
        ? this.match(rule.body, rule.isSyntactic)
        : this.silently(() => this.match(rule.body, rule.isSyntactic));
    this.depth--;
    return matched || (rule.described === null ? false : this.miss(at, rule.described));
  }
}

/** The expressions that read input directly; only these skip space first. */
const SKIPS_SPACE: ReadonlySet<string> = new Set(["any", "end", "text", "itext", "range", "unicode", "apply"]);
