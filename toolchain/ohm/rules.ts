/**
 * The rules of a grammar as the parser generator needs them: each with its parameters replaced by arguments, numbered in the order in which they
 * are first used; and what can be told about expressions without running them.
 */
import { grammar as makeGrammar } from "ohm-js";

/** The fields of ohm-js's parsing expressions that are read here; its type declarations keep them private. */
export interface Pexpr {
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
export interface Rule {
  readonly index: number;
  readonly name: string;
  readonly body: Pexpr;
  readonly isSyntactic: boolean;
  readonly description: string | null;
}

/** What an expression can begin with. */
export interface First {
  readonly codes: ReadonlySet<number>;
  readonly isNullable: boolean;
}

export const kindOf = (e: Pexpr): string => e.constructor.name;
/** Text as a literal of the generated code. */
export const quote = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
export const isSyntacticName = (name: string): boolean => name[0] !== name[0]!.toLowerCase();

export class Rules {
  readonly grammar: OhmGrammar;
  /** Grows while rules are looked at. */
  readonly all: Rule[] = [];
  private readonly byKey = new Map<string, Rule>();
  private readonly tokens: ((text: string) => string) | undefined;

  /** `tokens` gives the character for a terminal's text; without it a terminal matches its own text. */
  constructor(source: string, tokens?: (text: string) => string) {
    this.grammar = makeGrammar(source) as unknown as OhmGrammar;
    this.tokens = tokens;
  }

  /** Names of rules without parameters. */
  get names(): string[] {
    return Object.keys(this.grammar.rules).filter((name) => this.grammar.rules[name]!.formals.length === 0);
  }

  get(name: string, args: readonly Pexpr[]): Rule {
    const key = args.length === 0 ? name : `${name}<${args.map((arg) => arg.toString()).join(",")}>`;
    let found = this.byKey.get(key);
    if (found === undefined) {
      const rule = this.grammar.rules[name]!;
      found = {
        index: this.all.length,
        name,
        body: rule.body.substituteParams(args),
        isSyntactic: isSyntacticName(name),
        description: rule.description || null,
      };
      this.byKey.set(key, found);
      this.all.push(found);
    }
    return found;
  }

  /** The rule that an application applies. */
  applied(e: Pexpr): Rule {
    return this.get(e.ruleName!, e.args ?? []);
  }

  /** What a terminal looks like in the input. */
  spelling(text: string): string {
    return this.tokens === undefined || text === "" ? text : this.tokens(text);
  }

  /** First and last code of a range. */
  rangeOf(e: Pexpr): [number, number] {
    const map = this.tokens ?? ((text: string) => text);
    return [map(e.from!).codePointAt(0)!, map(e.to!).codePointAt(0)!];
  }

  /** True when an expression applies no rule. */
  isLeaf(e: Pexpr): boolean {
    if (kindOf(e) === "Apply") return false;
    return partsOf(e).every((part) => this.isLeaf(part));
  }

  /** A choice of rules only: the chosen rule's node is the result. */
  isPassThrough(body: Pexpr): boolean {
    if (kindOf(body) === "Apply") return true;
    return kindOf(body) === "Alt" && body.terms!.every((term) => this.isPassThrough(term));
  }

  /** A lexical choice such as `number = hex | decimal` passes its node on only when the choices are rules of the grammar's own. */
  callsOwnTokens(body: Pexpr): boolean {
    if (kindOf(body) === "Apply") return Object.hasOwn(this.grammar.rules, body.ruleName!) && body.args!.length === 0;
    return body.terms!.every((term) => this.callsOwnTokens(term));
  }

  /** A rule that can reach itself without consuming anything would recurse for ever. */
  rejectLeftRecursion(rule: Rule): void {
    const seen = new Set<Rule>();
    const visit = (e: Pexpr): boolean => {
      // True when `e` can succeed without consuming, so that what follows it is also at the left edge.
      switch (kindOf(e)) {
        case "Apply": {
          const callee = this.applied(e);
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

  private isNullable(e: Pexpr, active: ReadonlySet<Rule>): boolean {
    switch (kindOf(e)) {
      case "Apply": {
        const callee = this.applied(e);
        return !active.has(callee) && this.isNullable(callee.body, new Set(active).add(callee));
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

  /** The tokens that `e` can begin with; null when they cannot be told. */
  first(e: Pexpr, active: ReadonlySet<Rule> = new Set()): First | null {
    if (this.tokens === undefined) return null;
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
        const callee = this.applied(e);
        return active.has(callee) ? null : this.first(callee.body, new Set(active).add(callee));
      }
      default: // a positive lookahead may see further than one token; any, end and Unicode classes are no tokens
        return null;
    }
  }

  /** True when one token decides: whatever `first` lets through matches, and nothing else is looked at. */
  isOneToken(e: Pexpr): boolean {
    switch (kindOf(e)) {
      case "Terminal":
        return this.tokens !== undefined && this.spelling(String(e.obj)).length === 1;
      case "Alt":
        return e.terms!.every((term) => kindOf(term) === "Terminal" && this.isOneToken(term));
      case "Apply": {
        const { body } = this.applied(e);
        return kindOf(body) !== "Apply" && this.isOneToken(body);
      }
      default:
        return false;
    }
  }
}

const partsOf = (e: Pexpr): readonly Pexpr[] => e.terms ?? e.factors ?? (e.expr === undefined ? [] : [e.expr]);
