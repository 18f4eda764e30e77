/**
 * The parser generator: from a grammar in Ohm's notation to TypeScript source of a recursive-descent parser.
 *
 * Ohm itself interprets its grammars: loading one costs a quarter of a second and matching is forty times slower than code.
 * So the grammars stay in `.ohm` files, `build/grammars.mjs` turns them into modules under `toolchain/generated/`, and ohm-js
 * is the oracle in the tests. Every rule becomes a function that answers its node or null; every parsing expression becomes straight-line
 * code that falls through on success and jumps to a label on failure, with its values in local variables. There is no
 * memoisation. The shape of the tree is told in parse-tree.ts. Over tokens, a choice is entered only when the next token can
 * begin it.
 *
 * The code is made to be quick the first time, when V8 interprets it: what a parse has read so far stands in variables of the module, because
 * reading a field takes an inline cache that has to be filled first, and the depth of nesting is handed down as an argument.
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
import { isSyntacticName, kindOf, type Pexpr, quote, type Rule, Rules } from "./rules.ts";
import { tableSource } from "./table.ts";
import { SEEK_SOURCE, TokenSets } from "./token-sets.ts";

export interface GenerateOptions {
  /** One character for each terminal's text, for parsers that run over tokens. */
  readonly tokens?: (text: string) => string;
  /** Rule applications inside each other before the parser gives up with `isTooDeep`; those that apply no rule are not counted. Default 3000. */
  readonly depthLimit?: number;
  /** Lexical rules whose children are wanted after all. */
  readonly structured?: readonly string[];
  /** Rules whose node is left out when all that it would hold is another node: `Sum = Term ("+" Term)*` without a `+`. */
  readonly transparent?: readonly string[];
  /** Rules that a parse can start from. Default: all without parameters. */
  readonly starts?: readonly string[];
  /** Where the generated file finds this folder. Default "../ohm". */
  readonly runtimePath?: string;
}

/** TypeScript source of the parser. Throws an Error with a readable message on a grammar that it cannot turn into code. */
export function generateParser(grammarSource: string, options: GenerateOptions = {}): string {
  return new ParserWriter(new Rules(grammarSource, options.tokens), options).write();
}

/** Code of an expression, and the variables that hold its values afterwards. */
interface Code {
  readonly text: string;
  readonly values: readonly string[];
}

/** What the code of an expression depends on. */
interface Place {
  readonly isSyntactic: boolean;
  /** A statement that leaves the expression when it does not match. Whoever catches it puts the position back. */
  readonly fail: string;
  /** Are the values asked for? */
  readonly isWanted: boolean;
  /** Has the next token been seen to be one that can begin the expression? */
  readonly isBegun: boolean;
}

const uses = (text: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(text);

class ParserWriter {
  private readonly rules: Rules;
  private readonly options: GenerateOptions;
  private readonly overTokens: boolean;
  private readonly structured: ReadonlySet<string>;
  private labels = 0;
  private readonly tokenSets = new TokenSets();

  constructor(rules: Rules, options: GenerateOptions) {
    this.rules = rules;
    this.options = options;
    this.overTokens = options.tokens !== undefined;
    this.structured = new Set(options.structured ?? []);
  }

  write(): string {
    const { rules, options, overTokens } = this;
    for (const name of rules.names) rules.get(name, []);
    const starts = options.starts ?? rules.names;
    const spaces = overTokens ? null : rules.get("spaces", []);
    const functions: string[] = [];
    for (let at = 0; at < rules.all.length; at++) {
      rules.rejectLeftRecursion(rules.all[at]!);
      functions.push(this.function(rules.all[at]!));
    }
    const runtime = options.runtimePath ?? "../ohm";
    const firstCall = (name: string): string => {
      const rule = rules.get(name, []);
      return `${spaces !== null && rule.isSyntactic ? "skip(); " : ""}return ${this.call(rule, "1")};`;
    };
    return `// Generated from the grammar ${rules.grammar.name} by toolchain/ohm/generate.ts. Do not edit.
import { expectedAt, type GrammarTable } from "${runtime}/expected.ts";
import type { Child, ParseNode, ParseOptions, ParseResult } from "${runtime}/parse-tree.ts";

/** The rules that a parse can start from. */
export type RuleName = ${starts.map((name) => quote(name)).join(" | ")};

const RULES: Record<RuleName, number> = {${starts.map((name) => `${quote(name)}: ${rules.get(name, []).index}`).join(", ")}};
const NONE: readonly Child[] = [];
const DEPTH_LIMIT = ${options.depthLimit ?? 3000};
${overTokens ? this.tokenSets.source() : ""}
// Where the parse stands.
let input = "";
let pos = 0;
${overTokens ? "/** The next token, and the sets of FIRST that it is in. */\nlet code = 0;\nlet sets = 0;\n" : ""}/** The rightmost position at which a terminal was missed. */
let far = -1;
/** Position at which the nesting limit was met, or −1. */
let tooDeep = -1;

/** Matches \`rule\` against \`text\`. */
export function parse(rule: RuleName, text: string, options: ParseOptions = {}): ParseResult {
  const start = options.start ?? 0;
  const prefix = options.prefix ?? false;
  input = text;
  far = -1;
  tooDeep = -1;
  ${this.goTo("start")}
  const node = matchRule(rule);
  if (node !== null && (prefix || matchEnd(rule))) return { ok: true, node, end: pos };
  const position = far;
  return { ok: false, position, isTooDeep: tooDeep >= 0, expected: () => expectedAt(table(), RULES[rule], text, start, prefix, position) };
}

function matchRule(rule: RuleName): ParseNode | null {
  switch (rule) {
${starts.map((name) => `    case ${quote(name)}: ${firstCall(name)}`).join("\n")}
  }
}

function matchEnd(rule: RuleName): boolean {
  ${
    spaces === null
      ? "void rule;"
      : `if (${
          starts
            .map((name) => (isSyntacticName(name) ? `rule === ${quote(name)}` : ""))
            .filter(Boolean)
            .join(" || ") || "false"
        }) skip();`
  }
  if (pos >= input.length) return true;
  if (pos > far) far = pos;
  return false;
}

function giveUp(): null {
  if (tooDeep < 0) tooDeep = pos;
  if (pos > far) far = pos;
  return null;
}
${overTokens ? SEEK_SOURCE : ""}${
  spaces === null
    ? ""
    : `
function skip(): void {
  const before = far;
  ${this.call(spaces, "0")};
  far = before;
}
`
}
${functions.join("\n")}
/** What expected.ts interprets; made only when a parse has failed. */
const table = (): GrammarTable => (${tableSource(rules, spaces)});
`;
  }

  private isToken(rule: Rule): boolean {
    return !rule.isSyntactic && !this.structured.has(rule.name);
  }

  /** A call of a rule's function. */
  private call(rule: Rule, depth: string): string {
    return `rule${rule.index}(${this.countsDepth(rule) ? depth : ""})`;
  }

  private countsDepth(rule: Rule): boolean {
    return !this.rules.isLeaf(rule.body);
  }

  private goTo(position: string): string {
    return this.overTokens ? `seek(${position});` : `pos = ${position};`;
  }

  private function(rule: Rule): string {
    const { rules } = this;
    const isToken = this.isToken(rule);
    const isPassThrough = rules.isPassThrough(rule.body) && (!isToken || rules.callsOwnTokens(rule.body));
    // Of a single token its own miss says the same as the rule's.
    const isDescribed = rule.description !== null && !rules.isOneToken(rule.body);
    const deep = this.countsDepth(rule);
    const lines = [`/** ${rule.name} */`, `function rule${rule.index}(${deep ? "d: number" : ""}): ParseNode | null {`];
    if (deep) lines.push("if (d > DEPTH_LIMIT) return giveUp();");
    if (!isPassThrough || isDescribed) lines.push("const start = pos;");
    if (isDescribed) lines.push("const before = far;");
    const fail = isDescribed ? "{ far = start > before ? start : before; return null; }" : "return null;";
    const isWanted = isPassThrough || !isToken;
    const place = { isSyntactic: rule.isSyntactic, fail, isWanted, isBegun: false };
    const { text, values } = this.code(rule.body, place);
    lines.push(text);
    if (isDescribed) lines.push("far = before;");
    if (this.options.transparent?.includes(rule.name)) lines.push(this.seeThrough(rule, values));
    const children = isToken || values.length === 0 ? "NONE" : `[${values.join(", ")}]`;
    if (isPassThrough) lines.push(`return ${values[0]} as ParseNode;`);
    else lines.push(`return { rule: ${quote(rule.name)}, start, end: pos, children: ${children} };`);
    lines.push("}\n");
    return lines.filter((line) => line !== "").join("\n");
  }

  /** Returns the one node of a rule when everything beside it is empty. */
  private seeThrough({ name, body }: Rule, values: readonly string[]): string {
    const factors = kindOf(body) === "Seq" ? body.factors! : [];
    const inner = factors.filter((factor) => kindOf(factor) === "Apply");
    if (inner.length !== 1 || factors.some((factor) => !["Apply", "Star", "Opt"].includes(kindOf(factor))))
      throw new Error(`grammar ${this.rules.grammar.name}: ${name} is not one rule beside repetitions`);
    let column = 0;
    const emptiness: string[] = [];
    let result = "";
    for (const factor of factors) {
      if (kindOf(factor) === "Apply") result = values[column]!;
      else emptiness.push(`${values[column]} === NONE`);
      column += factor.getArity();
    }
    return `if (${emptiness.join(" && ")}) return ${result};`;
  }

  private code(e: Pexpr, place: Place): Code {
    const { isSyntactic, fail } = place;
    const skip = isSyntactic && !this.overTokens ? "skip();\n" : "";
    const n = this.labels++;
    const miss = `{ if (pos > far) far = pos; ${fail} }`;
    switch (kindOf(e)) {
      case "Terminal": {
        const text = this.rules.spelling(String(e.obj));
        const isMissed =
          text.length === 1 ? `${this.next} !== ${text.charCodeAt(0)}` : `!input.startsWith(${quote(text)}, pos)`;
        const check = place.isBegun ? "" : `if (${isMissed}) ${miss}\n`;
        return this.consumed(n, skip + check, place, String(text.length));
      }
      case "Range": {
        const [from, to] = this.rules.rangeOf(e);
        const isWide = e.matchCodePoint === true;
        const check = `const c${n} = ${isWide ? "input.codePointAt(pos) ?? -1" : this.next};\nif (!(c${n} >= ${from} && c${n} <= ${to})) ${miss}\n`;
        return this.consumed(n, skip + check, place, isWide ? `c${n} > 0xffff ? 2 : 1` : "1");
      }
      case "UnicodeChar": {
        const check = `const c${n} = input.codePointAt(pos);\nif (c${n} === undefined || !/${e.pattern!.source}/u.test(String.fromCodePoint(c${n}))) ${miss}\n`;
        return this.consumed(n, skip + check, place, `c${n} > 0xffff ? 2 : 1`);
      }
      case "CaseInsensitiveTerminal": {
        const text = String((e.obj as Pexpr).obj).toLowerCase();
        const check = `if (input.slice(pos, pos + ${text.length}).toLowerCase() !== ${quote(text)}) ${miss}\n`;
        return this.consumed(n, skip + check, place, String(text.length));
      }
      case "Alt":
      case "Extend":
      case "Splice":
        return this.alternatives(e, place);
      case "Seq":
        return this.sequence(e.factors!, place);
      case "Star":
      case "Plus":
      case "Opt":
        return this.repetition(e, place);
      case "Not": {
        const inner = { isSyntactic, isWanted: false, isBegun: false, fail: `{ hit${n} = false; break not${n}; }` };
        const body = this.guarded(e.expr!, inner);
        return {
          text: `const p${n} = pos, far${n} = far;\nlet hit${n} = true;\nnot${n}: {\n${body.text}\n}\n${this.goTo(`p${n}`)}\nfar = far${n};\nif (hit${n}) ${miss}`,
          values: [],
        };
      }
      case "Lookahead": {
        const { text, values } = this.code(e.expr!, { ...place, isBegun: false });
        return { text: `const p${n} = pos;\n${text}\n${this.goTo(`p${n}`)}`, values };
      }
      case "Lex":
        return this.code(e.expr!, { ...place, isSyntactic: false });
      case "Apply": {
        const rule = this.rules.applied(e);
        const call = this.call(rule, "d + 1");
        const isSure = place.isBegun && this.rules.isOneToken(e);
        if (place.isWanted) {
          return {
            text: `${skip}const v${n} = ${call}${isSure ? "!" : ""};${isSure ? "" : `\nif (v${n} === null) ${fail}`}`,
            values: [`v${n}`],
          };
        }
        return { text: isSure ? `${call};` : `${skip}if (${call} === null) ${fail}`, values: [] };
      }
      default:
        return this.anyOrEnd(e, n, skip, miss, place);
    }
  }

  /** The next character or token. */
  private get next(): string {
    // A cast, because the compiler believes that a variable which was compared with a number keeps it over a call of seek.
    return this.overTokens ? "(code as number)" : "input.charCodeAt(pos)";
  }

  /** Going on by `length` characters, or a token. */
  private consumed(n: number, check: string, { isWanted }: Place, length: string): Code {
    const step = this.overTokens ? "seek(pos + 1);" : length === "1" ? "pos++;" : `pos += ${length};`;
    return { text: `${check}${isWanted ? `const v${n} = pos;\n` : ""}${step}`, values: isWanted ? [`v${n}`] : [] };
  }

  private anyOrEnd(e: Pexpr, n: number, skip: string, miss: string, place: Place): Code {
    const name = e.toString();
    if (name === "end") {
      const text = `${skip}if (pos < input.length) ${miss}`;
      return place.isWanted ? { text: `${text}\nconst v${n} = pos;`, values: [`v${n}`] } : { text, values: [] };
    }
    if (name !== "any") throw new Error(`grammar ${this.rules.grammar.name}: no code for the expression ${name}`);
    const check = `${skip}const c${n} = input.codePointAt(pos);\nif (c${n} === undefined) ${miss}\n`;
    return this.consumed(n, check, place, `c${n} > 0xffff ? 2 : 1`);
  }

  private sequence(factors: readonly Pexpr[], place: Place): Code {
    const parts = factors.map((factor, index) =>
      this.code(factor, {
        ...place,
        isBegun: place.isBegun && index === 0 && !(this.rules.first(factor)?.isNullable ?? true),
      }),
    );
    return { text: parts.map(({ text }) => text).join("\n"), values: parts.flatMap(({ values }) => values) };
  }

  /** Code with a look at the next token before it, where that can save the trying. */
  private guarded(e: Pexpr, place: Place): Code {
    const test = this.canBegin(e);
    if (test === null) return this.code(e, place);
    const { text, values } = this.code(e, { ...place, isBegun: true });
    return { text: `if (!(${test})) { if (pos > far) far = pos; ${place.fail} }\n${text}`, values };
  }

  private alternatives(e: Pexpr, place: Place): Code {
    const terms = e.terms!;
    if (terms.length === 1) return this.code(terms[0]!, place);
    const n = this.labels++;
    const { isSyntactic, isWanted, fail } = place;
    const spellings = terms.map((term) => (kindOf(term) === "Terminal" ? this.rules.spelling(String(term.obj)) : ""));
    if (spellings.every((text) => text.length === 1)) {
      const skip = isSyntactic && !this.overTokens ? "skip();\n" : "";
      const labels = spellings.map((text) => `case ${text.charCodeAt(0)}:`).join(" ");
      const check = `switch (${this.next}) {\n${labels} break;\ndefault: if (pos > far) far = pos; ${fail}\n}\n`;
      return this.consumed(n, skip + (place.isBegun ? "" : check), place, "1");
    }
    const values = Array.from({ length: isWanted ? terms[0]!.getArity() : 0 }, (_, column) => `v${n}_${column}`);
    const tests = terms.map((term) => this.canBegin(term));
    const parts = terms.map((term, index) => {
      const isLast = index === terms.length - 1;
      const test = tests[index] ?? null;
      const leave = isLast ? fail : `break case${n}_${index};`;
      const body = this.code(term, { isSyntactic, isWanted, fail: leave, isBegun: test !== null });
      const results = values.map((name, column) => `${name} = ${body.values[column]};\n`).join("");
      const block = `${body.text}\n${results}break alt${n};`;
      const isTried = !isLast && block.includes(leave);
      const labelled = isTried ? `case${n}_${index}: {\n${block}\n}\n${this.goTo(`p${n}`)}` : block;
      // A token that did not fit the first choice has been missed here.
      const note = index === 1 && tests.some((found) => found !== null) ? `if (p${n} > far) far = p${n};\n` : "";
      return `${note}${test === null ? `{\n${labelled}\n}` : `if (${test}) {\n${labelled}\n}`}`;
    });
    const body = parts.join("\n");
    const end = tests[terms.length - 1] === null ? "" : `\n${fail}`;
    const declared = values.length === 0 ? "" : `let ${values.map((name) => `${name}!: Child`).join(", ")};\n`;
    const origin = uses(body, `p${n}`) ? `const p${n} = pos;\n` : "";
    return { text: `${declared}${origin}alt${n}: {\n${body}${end}\n}`, values };
  }

  private repetition(e: Pexpr, place: Place): Code {
    const n = this.labels++;
    const { isSyntactic, isWanted, fail } = place;
    const isOpt = kindOf(e) === "Opt";
    const isPlus = kindOf(e) === "Plus";
    const test = this.canBegin(e.expr!);
    const leave = `break it${n};`;
    const body = this.code(e.expr!, { isSyntactic, isWanted, fail: leave, isBegun: test !== null });
    const lists = body.values.map((_, column) => `l${n}_${column}`);
    const fill = body.values.map((value, column) =>
      isOpt
        ? `l${n}_${column} = [${value}];\n`
        : `if (l${n}_${column} === null) l${n}_${column} = [${value}]; else l${n}_${column}.push(${value});\n`,
    );
    // Something that can be empty would be found there for ever.
    const again = isOpt
      ? `break rep${n};`
      : test === null
        ? `if (pos === p${n}) break rep${n};\ncontinue rep${n};`
        : `continue rep${n};`;
    const block = `${body.text}\n${fill.join("")}${again}`;
    const tried = block.includes(leave) ? `it${n}: {\n${block}\n}\n${this.goTo(`p${n}`)}\nbreak;` : block;
    const origin = uses(tried, `p${n}`) ? `const p${n} = pos;\n` : "";
    const declared = lists.map((name) => `let ${name}: Child[] | null = null;\n`).join("");
    const begin = isPlus ? `const o${n} = pos;\n` : "";
    const noted = test === null ? "" : "\nif (pos > far) far = pos;";
    const enough = isPlus ? `\nif (pos === o${n}) ${fail}` : "";
    const loop = `${begin}${declared}rep${n}: while (${test ?? "true"}) {\n${origin}${tried}\n}${noted}${enough}`;
    const values = lists.map((name) => `c${name}`);
    return {
      text: `${loop}${lists.map((name) => `\nconst c${name} = ${name} === null ? NONE : ${name};`).join("")}`,
      values,
    };
  }

  // ---- the first token ----

  /** A test that the next token can begin `e`; null where that cannot be told. */
  private canBegin(e: Pexpr): string | null {
    const first = this.rules.first(e);
    if (first === null || first.isNullable || first.codes.size === 0) return null;
    const codes = [...first.codes].sort((a, b) => a - b);
    if (codes.length === 1) return `${this.next} === ${codes[0]}`;
    const bit = this.tokenSets.bitOf(codes);
    return bit === null ? null : `(sets & ${bit}) !== 0`;
  }
}
