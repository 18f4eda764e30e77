/** What a condition can ask besides numbers: `defined`, and GNU's and Clang's `__has_include`, `__has_attribute` and `__has_builtin`. */
import type { Diagnostics } from "../../diagnostics.ts";
import { isBuiltinFunction } from "../check/builtin-names.ts";
import { spanOf, Token, TokenKind } from "../tokens.ts";
import type { Expander } from "./expand.ts";
import { headerNameOf, type Includer, type IncludeSearch } from "./include.ts";
import type { Macro } from "./macros.ts";

const ATTRIBUTES = new Set(
  "packed aligned section weak noreturn unused used constructor destructor format visibility alias deprecated always_inline noinline malloc pure const nonnull warn_unused_result sentinel fallthrough cold hot may_alias returns_nonnull alloc_size cleanup".split(
    " ",
  ),
);

/** Puts the answers into conditions. */
export class Questions {
  private readonly macros: ReadonlyMap<string, Macro>;
  private readonly expander: Expander;
  private readonly includes: IncludeSearch;
  private readonly diagnostics: Diagnostics;

  constructor(
    macros: ReadonlyMap<string, Macro>,
    expander: Expander,
    includes: IncludeSearch,
    diagnostics: Diagnostics,
  ) {
    this.macros = macros;
    this.expander = expander;
    this.includes = includes;
    this.diagnostics = diagnostics;
  }

  isDefined(name: string): boolean {
    return (
      this.macros.has(name) ||
      name === "__has_include" ||
      name === "__has_attribute" ||
      name === "__has_builtin" ||
      name === "__has_include_next"
    );
  }

  /** The tokens of a condition: `defined` and `__has_…` answered, the rest expanded. */
  conditionTokens(line: readonly Token[], from: Includer): Token[] {
    return this.answer(this.expander.expandCondition(this.answer(line, from)), from);
  }

  private answer(line: readonly Token[], from: Includer): Token[] {
    const out: Token[] = [];
    for (let i = 0; i < line.length; i++) {
      const token = line[i]!;
      const answer = token.kind === TokenKind.Identifier ? this.answerAt(line, i, from) : null;
      if (answer === null) out.push(token);
      else {
        out.push(
          new Token(
            TokenKind.Number,
            answer.isTrue ? "1" : "0",
            token.file,
            token.start,
            token.end,
            token.hasSpaceBefore,
            false,
          ),
        );
        i = answer.last;
      }
    }
    return out;
  }

  private answerAt(line: readonly Token[], i: number, from: Includer): { isTrue: boolean; last: number } | null {
    const token = line[i]!;
    if (token.text === "defined") {
      const hasParen = line[i + 1]?.text === "(";
      const name = line[i + (hasParen ? 2 : 1)];
      if (name === undefined || name.kind !== TokenKind.Identifier || (hasParen && line[i + 3]?.text !== ")")) {
        this.diagnostics.error("'defined' needs the name of a macro", spanOf(token));
        return { isTrue: false, last: line.length };
      }
      return { isTrue: this.isDefined(name.text), last: i + (hasParen ? 3 : 1) };
    }
    if (!/^__has_(include|include_next|attribute|builtin)$/.test(token.text) || line[i + 1]?.text !== "(") return null;
    let close = i + 2;
    for (let nesting = 0; close < line.length; close++) {
      if (line[close]!.text === "(") nesting++;
      else if (line[close]!.text === ")" && nesting-- === 0) break;
    }
    let inner = line.slice(i + 2, close);
    if (/attribute|builtin/.test(token.text)) inner = this.expander.expandAll(inner);
    const what = inner[0]?.text ?? "";
    let isTrue: boolean;
    if (token.text === "__has_attribute") isTrue = ATTRIBUTES.has(what.replace(/^__(.*)__$/, "$1"));
    else if (token.text === "__has_builtin") isTrue = isBuiltinFunction(what);
    else {
      const header = headerNameOf(inner) ?? headerNameOf(this.expander.expandAll(inner));
      isTrue =
        header !== null &&
        this.includes.find(header.path, header.isQuoted, from, token.text === "__has_include_next") !== null;
    }
    return { isTrue, last: close };
  }
}
