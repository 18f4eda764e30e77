/**
 * The parser generator: from a grammar in Ohm's notation to TypeScript source of a recursive-descent parser.
 *
 * Ohm itself interprets its grammars: loading one costs a quarter of a second and matching is forty times slower than code.
 * So the grammars stay in `.ohm` files, `build/grammars.mjs` turns them into modules under `toolchain/generated/`, and ohm-js
 * is the oracle in the tests. Every rule becomes a method; every parsing expression becomes straight-line code that falls
 * through on success and jumps to a label on failure. There is no memoisation. Children are kept on a stack and
 * collected when a rule is complete (the shape of the tree is told in parse-tree.ts). Over tokens, a choice is entered only when
 * the next token can begin it.
 *
 * Usage:
 *
 *     const source = generateParser(grammarText, { tokens: (text) => codeOf(text) });   // at build time
 *     import { parse } from "../generated/c-grammar.ts";                                 // at run time
 *     const result = parse("Statement", input, { start: 0, prefix: true });
 *
 * Without `tokens` a terminal matches its own text in source text. With `tokens` the input is one character per token and
 * the function gives the character for a terminal's text (range ends included).
 *
 * Leaves out: left recursion (rejected with a message), inheritance from other grammars than the built-in rules.
 */
import { grammar as makeGrammar } from "ohm-js";

export interface GenerateOptions {
  /** One character for each terminal's text, for parsers that run over tokens. */
  readonly tokens?: (text: string) => string;
  /** Rule applications inside each other before the parser gives up with `isTooDeep`. Default 3000. */
  readonly depthLimit?: number;
  /** Lexical rules whose children are wanted after all. */
  readonly structured?: readonly string[];
  /** Where the generated file finds this folder. Default "../ohm". */
  readonly runtimePath?: string;
}

/** The fields of ohm-js's parsing expressions that are read here; its type declarations keep them private. */
interface Pexpr {
  readonly constructor: { readonly name: string };
  readonly obj?: string | Pexpr;
  readonly from?: string;
  readonly to?: string;
  readonly matchCodePoint?: boolean;
  readonly index?: number;
  readonly terms?: readonly Pexpr[];
  readonly factors?: readonly Pexpr[];
  readonly expr?: Pexpr;
  readonly ruleName?: string;
  readonly args?: readonly Pexpr[];
  readonly pattern?: RegExp;
  getArity(): number;
  substituteParams(actuals: readonly Pexpr[]): Pexpr;
  toFailure(grammar: unknown): { toString(): string; getText(): string; isStringTerminal(): boolean };
  toString(): string;
}
interface OhmGrammar {
  readonly name: string;
  readonly rules: Record<
    string,
    { readonly body: Pexpr; readonly formals: readonly string[]; readonly description?: string | null }
  >;
}

/** A rule, with its parameters replaced by arguments. */
interface Instance {
  readonly index: number;
  readonly name: string;
  readonly body: Pexpr;
  readonly isSyntactic: boolean;
  readonly description: string | null;
}

/** TypeScript source of the parser. Throws an Error with a readable message on a grammar that it cannot turn into code. */
export function generateParser(grammarSource: string, options: GenerateOptions = {}): string {
  return new ParserWriter(makeGrammar(grammarSource) as unknown as OhmGrammar, options).write();
}

const isSyntacticName = (name: string): boolean => name[0] !== name[0]!.toLowerCase();
const quote = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
const kindOf = (e: Pexpr): string => e.constructor.name;

class ParserWriter {
  private readonly grammar: OhmGrammar;
  private readonly options: GenerateOptions;
  private readonly instances = new Map<string, Instance>();
  private readonly queue: Instance[] = [];
  private readonly structured: ReadonlySet<string>;
  private labels = 0;
  /** Sets of first tokens that the code asks for, as lists of codes. */
  private readonly firstSets: string[] = [];

  constructor(grammar: OhmGrammar, options: GenerateOptions) {
    this.grammar = grammar;
    this.options = options;
    this.structured = new Set(options.structured ?? []);
  }

  write(): string {
    const names = Object.keys(this.grammar.rules).filter((name) => this.grammar.rules[name]!.formals.length === 0);
    for (const name of names) this.instance(name, []);
    const skipsSpace = this.options.tokens === undefined;
    const spaces = skipsSpace ? this.instance("spaces", []).index : -1;
    const methods: string[] = [];
    const table: string[] = [];
    for (let at = 0; at < this.queue.length; at++) {
      const rule = this.queue[at]!;
      this.rejectLeftRecursion(rule);
      methods.push(this.method(rule));
      table.push(this.tableRow(rule));
    }
    const runtime = this.options.runtimePath ?? "../ohm";
    return `// Generated from the grammar ${this.grammar.name} by toolchain/ohm/generate.ts. Do not edit.
import { expectedAt, type GrammarTable } from "${runtime}/expected.ts";
import type { Child, ParseNode, ParseOptions, ParseResult } from "${runtime}/parse-tree.ts";

/** The rules that a parse can start from. */
export type RuleName = ${names.map((name) => quote(name)).join(" | ")};

const RULES: Record<RuleName, number> = {${names.map((name) => `${quote(name)}: ${this.instance(name, []).index}`).join(", ")}};
const NONE: readonly Child[] = [];
const DEPTH_LIMIT = ${this.options.depthLimit ?? 3000};
${this.firstTables()}
/** Matches \`rule\` against \`input\`. */
export function parse(rule: RuleName, input: string, options: ParseOptions = {}): ParseResult {
  const start = options.start ?? 0;
  const prefix = options.prefix ?? false;
  const parser = new Parser(input, start);
  let matched = parser.matchRule(RULES[rule]);
  if (matched && !prefix) matched = parser.matchEnd(RULES[rule]);
  if (matched) return { ok: true, node: parser.stack[0] as ParseNode, end: parser.pos };
  const position = parser.far;
  return { ok: false, position, isTooDeep: parser.tooDeep >= 0, expected: () => expectedAt(TABLE, RULES[rule], input, start, prefix, position) };
}

class Parser {
  readonly input: string;
  pos: number;
  /** The rightmost position at which a terminal was missed. */
  far = -1;
  depth = 0;
  /** Position at which the nesting limit was met, or −1. */
  tooDeep = -1;
  /** Children of unfinished rules. Only the first \`sp\` count: shortening an array costs more than leaving the rest behind. */
  readonly stack: Child[] = [];
  sp = 0;

  constructor(input: string, start: number) {
    this.input = input;
    this.pos = start;
  }

  matchRule(rule: number): boolean {
    switch (rule) {
${names.map((name) => `      case ${this.instance(name, []).index}: ${skipsSpace && isSyntacticName(name) ? "this.skip(); " : ""}return this.rule${this.instance(name, []).index}();`).join("\n")}
    }
    return false;
  }

  matchEnd(rule: number): boolean {
    ${skipsSpace ? `if (TABLE.rules[rule]!.isSyntactic) this.skip();` : "void rule;"}
    return this.pos >= this.input.length || this.miss(this.pos);
  }

  private miss(at: number): false {
    if (at > this.far) this.far = at;
    return false;
  }

  private giveUp(): false {
    if (this.tooDeep < 0) this.tooDeep = this.pos;
    return this.miss(this.pos);
  }

  /** Takes the children above \`base\` off the stack. */
  private take(base: number): readonly Child[] {
    const { stack, sp } = this;
    this.sp = base;
    if (sp === base) return NONE;
    return sp === base + 1 ? [stack[base]!] : stack.slice(base, sp);
  }

  /** Pushes the children above \`base\`, \`width\` to a row, as columns. */
  protected pushColumns(base: number, width: number): void {
    const flat = this.take(base);
    if (width === 1) {
      this.stack[this.sp++] = flat;
      return;
    }
    for (let column = 0; column < width; column++) {
      const list: Child[] = [];
      for (let at = column; at < flat.length; at += width) list.push(flat[at]!);
      this.stack[this.sp++] = list;
    }
  }
${
  skipsSpace
    ? `
  private skip(): void {
    const { far } = this;
    const base = this.sp;
    this.rule${spaces}();
    this.sp = base;
    this.far = far;
  }
`
    : ""
}
${methods.join("\n")}
}

const TABLE: GrammarTable = {
  spaces: ${spaces},
  rules: [
${table.join("\n")}
  ],
};
`;
  }

  private instance(name: string, args: readonly Pexpr[]): Instance {
    const key = args.length === 0 ? name : `${name}<${args.map((arg) => arg.toString()).join(",")}>`;
    let found = this.instances.get(key);
    if (found === undefined) {
      const rule = this.grammar.rules[name]!;
      const body = rule.body.substituteParams(args);
      found = {
        index: this.queue.length,
        name,
        body,
        isSyntactic: isSyntacticName(name),
        description: rule.description || null,
      };
      this.instances.set(key, found);
      this.queue.push(found);
    }
    return found;
  }

  /** A rule that can reach itself without consuming anything would recurse for ever. */
  private rejectLeftRecursion(rule: Instance): void {
    const seen = new Set<Instance>();
    const visit = (e: Pexpr): boolean => {
      // True when `e` can succeed without consuming, so that what follows it is also at the left edge.
      switch (kindOf(e)) {
        case "Apply": {
          const callee = this.instance(e.ruleName!, e.args ?? []);
          if (callee === rule) throw new Error(`grammar ${this.grammar.name}: rule ${rule.name} is left-recursive`);
          if (seen.has(callee)) return this.isNullable(callee.body, new Set());
          seen.add(callee);
          return visit(callee.body);
        }
        case "Seq": {
          for (const factor of e.factors!) if (!visit(factor)) return false;
          return true;
        }
        case "Alt":
        case "Extend":
        case "Splice":
          return e.terms!.map(visit).some(Boolean);
        case "Star":
        case "Opt":
        case "Not":
        case "Lookahead":
          visit(e.expr!);
          return true;
        case "Plus":
        case "Lex":
          return visit(e.expr!);
        default:
          return this.isNullable(e, new Set());
      }
    };
    visit(rule.body);
  }

  private isNullable(e: Pexpr, active: Set<Instance>): boolean {
    switch (kindOf(e)) {
      case "Apply": {
        const callee = this.instance(e.ruleName!, e.args ?? []);
        if (active.has(callee)) return false;
        return this.isNullable(callee.body, new Set(active).add(callee));
      }
      case "Seq":
        return e.factors!.every((factor) => this.isNullable(factor, active));
      case "Alt":
      case "Extend":
      case "Splice":
        return e.terms!.some((term) => this.isNullable(term, active));
      case "Star":
      case "Opt":
      case "Not":
      case "Lookahead":
        return true;
      case "Plus":
      case "Lex":
        return this.isNullable(e.expr!, active);
      case "Terminal":
        return e.obj === "";
      default:
        return kindOf(e) !== "CaseInsensitiveTerminal" && e.toString() === "end";
    }
  }

  private isToken(rule: Instance): boolean {
    return !rule.isSyntactic && !this.structured.has(rule.name);
  }

  /** A choice of rules only: the chosen rule's node is the result. */
  private isPassThrough(body: Pexpr): boolean {
    if (kindOf(body) === "Apply") return true;
    return kindOf(body) === "Alt" && body.terms!.every((term) => this.isPassThrough(term));
  }

  private method(rule: Instance): string {
    const fail = "{ this.depth--; return false; }";
    const isToken = this.isToken(rule);
    const isPassThrough = this.isPassThrough(rule.body) && (!isToken || this.callsOwnTokens(rule.body));
    const lines = [`  /** ${rule.name} */`, `  private rule${rule.index}(): boolean {`];
    lines.push("    if (++this.depth > DEPTH_LIMIT) { this.depth--; return this.giveUp(); }");
    const described = rule.description !== null;
    if (!isPassThrough || described) lines.push("    const start = this.pos;");
    if (!isPassThrough) lines.push("    const base = this.sp;");
    if (described) {
      lines.push("    const far = this.far;");
      const missed = "{ this.far = far; this.depth--; return this.miss(start); }";
      lines.push(this.code(rule.body, rule.isSyntactic, missed), "    this.far = far;");
    } else lines.push(this.code(rule.body, rule.isSyntactic, fail));
    if (!isPassThrough) {
      const children = isToken ? "NONE" : "this.take(base)"; // before sp is read
      if (isToken) lines.push("    this.sp = base;");
      lines.push(
        `    const node = { rule: ${quote(rule.name)}, start, end: this.pos, children: ${children} };`,
        "    this.stack[this.sp++] = node;",
      );
    }
    lines.push("    this.depth--;", "    return true;", "  }\n");
    return lines.join("\n");
  }

  /** A lexical choice such as `number = hex | decimal` passes its node on only when the choices are rules of the grammar's own. */
  private callsOwnTokens(body: Pexpr): boolean {
    if (kindOf(body) === "Apply") return Object.hasOwn(this.grammar.rules, body.ruleName!) && body.args!.length === 0;
    return body.terms!.every((term) => this.callsOwnTokens(term));
  }

  /** Code that falls through on success and runs `fail` on failure. On failure position and stack are left to whoever catches it. */
  private code(e: Pexpr, isSyntactic: boolean, fail: string): string {
    const skip = isSyntactic && this.options.tokens === undefined ? "this.skip(); " : "";
    const miss = `{ this.miss(this.pos); ${fail} }`;
    switch (kindOf(e)) {
      case "Terminal": {
        const text = this.spelling(String(e.obj));
        if (text.length === 1) {
          return `${skip}if (this.input.charCodeAt(this.pos) !== ${text.charCodeAt(0)}) ${miss}\nthis.stack[this.sp++] = this.pos++;`;
        }
        return `${skip}if (!this.input.startsWith(${quote(text)}, this.pos)) ${miss}\nthis.stack[this.sp++] = this.pos; this.pos += ${text.length};`;
      }
      case "Range": {
        const n = this.labels++;
        const [from, to] = this.rangeOf(e);
        const read = e.matchCodePoint ? "(this.input.codePointAt(this.pos) ?? -1)" : "this.input.charCodeAt(this.pos)";
        return `${skip}const c${n} = ${read};\nif (!(c${n} >= ${from} && c${n} <= ${to})) ${miss}\nthis.stack[this.sp++] = this.pos; this.pos += ${e.matchCodePoint ? `c${n} > 0xffff ? 2 : 1` : "1"};`;
      }
      case "UnicodeChar": {
        const n = this.labels++;
        return `${skip}const c${n} = this.input.codePointAt(this.pos);\nif (c${n} === undefined || !/${e.pattern!.source}/u.test(String.fromCodePoint(c${n}))) ${miss}\nthis.stack[this.sp++] = this.pos; this.pos += c${n} > 0xffff ? 2 : 1;`;
      }
      case "Alt":
      case "Extend":
      case "Splice":
        return this.alternatives(e.terms!, isSyntactic, fail);
      case "Seq":
        return e.factors!.map((factor) => this.code(factor, isSyntactic, fail)).join("\n");
      case "Star":
      case "Plus":
      case "Opt":
        return this.repetition(e, isSyntactic, fail);
      case "Not": {
        const n = this.labels++;
        const missed = `{ hit${n} = false; break not${n}; }`;
        const body = this.guard(e.expr!, missed) + this.code(e.expr!, isSyntactic, missed);
        return `const p${n} = this.pos, s${n} = this.sp, far${n} = this.far;\nlet hit${n} = true;\nnot${n}: {\n${body}\n}\nthis.pos = p${n}; this.sp = s${n}; this.far = far${n};\nif (hit${n}) ${miss}`;
      }
      case "Lookahead": {
        const n = this.labels++;
        return `const p${n} = this.pos;\n${this.code(e.expr!, isSyntactic, fail)}\nthis.pos = p${n};`;
      }
      case "Lex":
        return this.code(e.expr!, false, fail);
      case "CaseInsensitiveTerminal": {
        const text = String((e.obj as Pexpr).obj).toLowerCase();
        return `${skip}if (this.input.slice(this.pos, this.pos + ${text.length}).toLowerCase() !== ${quote(text)}) ${miss}\nthis.stack[this.sp++] = this.pos; this.pos += ${text.length};`;
      }
      case "Apply": {
        const rule = this.instance(e.ruleName!, e.args ?? []);
        return `${skip}if (!this.rule${rule.index}()) ${fail}`;
      }
      default:
        return this.anyOrEnd(e, skip, miss);
    }
  }

  private anyOrEnd(e: Pexpr, skip: string, miss: string): string {
    const name = e.toString();
    if (name === "end") return `${skip}if (this.pos < this.input.length) ${miss}\nthis.stack[this.sp++] = this.pos;`;
    if (name !== "any") throw new Error(`grammar ${this.grammar.name}: no code for the expression ${name}`);
    const n = this.labels++;
    return `${skip}const c${n} = this.input.codePointAt(this.pos);\nif (c${n} === undefined) ${miss}\nthis.stack[this.sp++] = this.pos; this.pos += c${n} > 0xffff ? 2 : 1;`;
  }

  /** What a terminal looks like in the input. */
  private spelling(text: string): string {
    return this.options.tokens === undefined || text === "" ? text : this.options.tokens(text);
  }

  private rangeOf(e: Pexpr): [number, number] {
    const map = this.options.tokens ?? ((text: string) => text);
    return [map(e.from!).codePointAt(0)!, map(e.to!).codePointAt(0)!];
  }

  private alternatives(terms: readonly Pexpr[], isSyntactic: boolean, fail: string): string {
    if (terms.length === 1) return this.code(terms[0]!, isSyntactic, fail);
    const n = this.labels++;
    const spellings = terms.map((term) => (kindOf(term) === "Terminal" ? this.spelling(String(term.obj)) : ""));
    if (spellings.every((text) => text.length === 1)) {
      const skip = isSyntactic && this.options.tokens === undefined ? "this.skip();\n" : "";
      const labels = spellings.map((text) => `case ${text.charCodeAt(0)}:`).join(" ");
      return `${skip}switch (this.input.charCodeAt(this.pos)) {\n${labels} break;\ndefault: this.miss(this.pos); ${fail}\n}\nthis.stack[this.sp++] = this.pos++;`;
    }
    const parts = terms.map((term) => {
      const m = this.labels++;
      const guard = this.guard(term, `{ this.miss(this.pos); break case${m}; }`);
      return `case${m}: {\n${guard}${this.code(term, isSyntactic, `break case${m};`)}\nbreak alt${n};\n}\nthis.pos = p${n}; this.sp = s${n};`;
    });
    return `const p${n} = this.pos, s${n} = this.sp;\nalt${n}: {\n${parts.join("\n")}\n${fail}\n}`;
  }

  private repetition(e: Pexpr, isSyntactic: boolean, fail: string): string {
    const n = this.labels++;
    const arity = e.expr!.getArity();
    const guard = this.guard(e.expr!, `{ this.miss(this.pos); break it${n}; }`);
    const body = guard + this.code(e.expr!, isSyntactic, `break it${n};`);
    const push =
      arity === 1
        ? `{ const taken = this.take(b${n}); this.stack[this.sp++] = taken; }`
        : `this.pushColumns(b${n}, ${arity});`;
    const again = kindOf(e) === "Opt" ? `break rep${n};` : `if (this.pos === p${n}) break rep${n};\ncontinue rep${n};`;
    const atLeastOnce = kindOf(e) === "Plus" ? `if (this.pos === o${n}) ${fail}\n` : "";
    const origin = kindOf(e) === "Plus" ? `, o${n} = this.pos` : "";
    return `const b${n} = this.sp${origin};\nrep${n}: for (;;) {\nconst p${n} = this.pos, s${n} = this.sp;\nit${n}: {\n${body}\n${again}\n}\nthis.pos = p${n}; this.sp = s${n};\nbreak;\n}\n${atLeastOnce}${push}`;
  }

  // ---- the first token ----

  /** A line that runs `fail` at once when the next token cannot begin `e`; empty where trying is as quick or the tokens are not known. */
  private guard(e: Pexpr, fail: string): string {
    if (kindOf(e) === "Terminal" || kindOf(e) === "Range") return "";
    const first = this.first(e, new Set());
    if (first === null || first.isNullable || first.codes.size === 0) return "";
    const codes = [...first.codes].sort((a, b) => a - b);
    const read = "this.input.charCodeAt(this.pos)";
    if (codes.length === 1) return `if (${read} !== ${codes[0]}) ${fail}\n`;
    const key = codes.join(",");
    let index = this.firstSets.indexOf(key);
    if (index < 0) index = this.firstSets.push(key) - 1;
    return `if (FIRST_${index}[${read} - FIRST_CODE] !== 1) ${fail}\n`;
  }

  /** The tokens that `e` can begin with; null when they cannot be told. */
  private first(e: Pexpr, active: Set<Instance>): { codes: Set<number>; isNullable: boolean } | null {
    if (this.options.tokens === undefined) return null;
    switch (kindOf(e)) {
      case "Terminal": {
        const text = this.spelling(String(e.obj));
        if (text.length > 1) return null;
        return { codes: new Set(text === "" ? [] : [text.charCodeAt(0)]), isNullable: text === "" };
      }
      case "Range": {
        const [from, to] = this.rangeOf(e);
        return { codes: new Set(Array.from({ length: to - from + 1 }, (_, i) => from + i)), isNullable: false };
      }
      case "Alt":
      case "Extend":
      case "Splice": {
        const terms = e.terms!.map((term) => this.first(term, active));
        if (terms.includes(null)) return null;
        return {
          codes: new Set(terms.flatMap((term) => [...term!.codes])),
          isNullable: terms.some((term) => term!.isNullable),
        };
      }
      case "Seq": {
        const codes = new Set<number>();
        for (const factor of e.factors!) {
          const part = this.first(factor, active);
          if (part === null) return null;
          for (const code of part.codes) codes.add(code);
          if (!part.isNullable) return { codes, isNullable: false };
        }
        return { codes, isNullable: true };
      }
      case "Star":
      case "Opt": {
        const part = this.first(e.expr!, active);
        return part === null ? null : { codes: part.codes, isNullable: true };
      }
      case "Not":
        return { codes: new Set(), isNullable: true };
      case "Plus":
      case "Lex":
        return this.first(e.expr!, active);
      case "Apply": {
        const callee = this.instance(e.ruleName!, e.args ?? []);
        if (active.has(callee)) return null;
        return this.first(callee.body, new Set(active).add(callee));
      }
      default: // a positive lookahead may see further than one token; any, end and Unicode classes are no tokens
        return null;
    }
  }

  private firstTables(): string {
    if (this.firstSets.length === 0) return "";
    const lists = this.firstSets.map((key) => key.split(",").map(Number));
    const base = Math.min(...lists.flat());
    const length = Math.max(...lists.flat()) - base + 1;
    const rows = lists.map((codes, index) => {
      const bits = new Array<number>(length).fill(0);
      for (const code of codes) bits[code - base] = 1;
      return `const FIRST_${index} = new Uint8Array([${bits.join(",")}]);\n`;
    });
    return `/** Which tokens can begin a choice, from FIRST_CODE on. */\nconst FIRST_CODE = ${base};\n${rows.join("")}`;
  }

  // ---- the table for expected.ts ----

  private tableRow(rule: Instance): string {
    const described = rule.description === null ? "null" : quote(rule.description);
    return `    { isSyntactic: ${rule.isSyntactic}, described: ${described}, body: ${this.step(rule.body)} },`;
  }

  private step(e: Pexpr): string {
    const failure = (): string => {
      const found = e.toFailure(this.grammar);
      return quote(found.isStringTerminal() ? `"${found.getText()}` : found.getText());
    };
    switch (kindOf(e)) {
      case "Terminal": {
        const text = this.spelling(String(e.obj));
        return `["text", ${quote(text)}, ${failure()}]`;
      }
      case "Range": {
        const [from, to] = this.rangeOf(e);
        return `["range", ${from}, ${to}, ${e.matchCodePoint === true}, ${failure()}]`;
      }
      case "CaseInsensitiveTerminal":
        return `["itext", ${quote(String((e.obj as Pexpr).obj).toLowerCase())}, ${failure()}]`;
      case "UnicodeChar":
        return `["unicode", ${quote(e.pattern!.source)}, ${failure()}]`;
      case "Alt":
      case "Extend":
      case "Splice":
        return `["alt", ${e.terms!.map((term) => this.step(term)).join(", ")}]`;
      case "Seq":
        return `["seq"${e.factors!.map((factor) => `, ${this.step(factor)}`).join("")}]`;
      case "Star":
        return `["star", ${this.step(e.expr!)}]`;
      case "Plus":
        return `["plus", ${this.step(e.expr!)}]`;
      case "Opt":
        return `["opt", ${this.step(e.expr!)}]`;
      case "Not":
        return `["not", ${this.step(e.expr!)}, ${failure()}]`;
      case "Lookahead":
        return `["look", ${this.step(e.expr!)}]`;
      case "Lex":
        return `["lex", ${this.step(e.expr!)}]`;
      case "Apply":
        return `["apply", ${this.instance(e.ruleName!, e.args ?? []).index}]`;
      default:
        return e.toString() === "end" ? `["end", "end of input"]` : `["any", ${failure()}]`;
    }
  }
}
