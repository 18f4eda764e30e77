/**
 * Macro expansion by Prosser's algorithm: every token carries the set of names that may not be expanded in it again.
 *
 * Tokens are pulled from a stream; a macro's result is pushed back in front of it, so that an invocation may take its
 * arguments from whatever follows. Bounded: the number of tokens that expansion produces in a translation unit, and the
 * nesting of arguments; past either limit there is one diagnostic and names are left as they are.
 */
import type { Diagnostics } from "../../diagnostics.ts";
import { SourceFile } from "../../diagnostics.ts";
import { tokenize } from "../tokenize.ts";
import { spanOf, Token, TokenKind } from "../tokens.ts";
import { hide, intersect, isHidden, type Macro, relocate, spacedLike, unite, withHideSet } from "./macros.ts";

/** Tokens that expansion may produce in one translation unit. */
const EXPANSION_LIMIT = 1_000_000;
/** Invocations inside arguments of invocations. */
const ARGUMENT_DEPTH_LIMIT = 200;

/** What the expander asks of the preprocessor around it. */
export interface ExpansionSite {
  readonly macros: ReadonlyMap<string, Macro>;
  readonly diagnostics: Diagnostics;
  /** Text of `__LINE__`, `__FILE__` and so on, for an invocation at this token. */
  builtinText(macro: Macro, at: Token): string;
  /** Expansion has got out of hand: give up on the translation unit. */
  giveUp(): void;
}

export class Expander {
  private readonly site: ExpansionSite;
  private produced = 0;
  private depth = 0;
  private isExhausted = false;

  constructor(site: ExpansionSite) {
    this.site = site;
  }

  /** Expands a finished list of tokens on its own. */
  expandAll(tokens: readonly Token[]): Token[] {
    if (!tokens.some((token) => token.kind === TokenKind.Identifier && this.site.macros.has(token.text)))
      return [...tokens];
    const stream = new TokenStream(() => null);
    stream.push(tokens);
    const out: Token[] = [];
    for (let token = stream.next(); token !== null; token = stream.next()) {
      if (!this.expand(token, stream)) out.push(token);
    }
    return out;
  }

  /** If `token` invokes a macro, pushes the replacement in front of the stream and returns true. */
  expand(token: Token, stream: TokenStream): boolean {
    if (token.kind !== TokenKind.Identifier) return false;
    const macro = this.site.macros.get(token.text);
    if (macro === undefined || this.isExhausted || isHidden(macro.name, token.hideSet)) return false;
    if (macro.builtin !== null) {
      const text = this.site.builtinText(macro, token);
      stream.push(retokenize(text, token));
      return true;
    }
    if (macro.parameters === null) {
      const hidden = hide(macro.name, token.hideSet);
      this.emit(macro, this.substitute(macro, [], token), hidden, token, stream);
      return true;
    }
    const open = stream.next();
    if (open === null || open.text !== "(" || open.kind !== TokenKind.Punctuator) {
      if (open !== null) stream.push([open]);
      return false;
    }
    const call = this.collect(macro, token, stream);
    if (call === null) return true;
    const hidden = hide(macro.name, intersect(token.hideSet, call.close.hideSet));
    this.emit(macro, this.substitute(macro, call.arguments, token), hidden, token, stream);
    return true;
  }

  private emit(macro: Macro, result: Token[], hidden: Token["hideSet"], at: Token, stream: TokenStream): void {
    this.produced += result.length;
    if (this.produced > EXPANSION_LIMIT) {
      this.isExhausted = true;
      this.site.giveUp();
      this.site.diagnostics.error(`the expansion of macros grows past ${EXPANSION_LIMIT} tokens`, spanOf(at), {
        hint: `the macro '${macro.name}' was the last one expanded; does each of a chain of macros use the next one twice?`,
      });
      return;
    }
    const out = result.map((token) => withHideSet(token, unite(hidden, token.hideSet)));
    if (out.length > 0) out[0] = spacedLike(out[0]!, at);
    else if (at.hasSpaceBefore) stream.addSpace();
    stream.push(out);
  }

  /** The arguments up to the closing parenthesis; null after a diagnostic. */
  private collect(macro: Macro, name: Token, stream: TokenStream): { arguments: Token[][]; close: Token } | null {
    const parameters = macro.parameters!;
    const list: Token[][] = [[]];
    let nesting = 0;
    let close: Token | null = null;
    for (;;) {
      const token = stream.next();
      if (token === null || token.kind === TokenKind.End) {
        if (token !== null) stream.push([token]);
        this.site.diagnostics.error(
          `the invocation of macro '${macro.name}' is never closed; expected ')'`,
          spanOf(name),
        );
        return null;
      }
      if (token.kind === TokenKind.Punctuator) {
        if (token.text === "(") nesting++;
        else if (token.text === ")" && nesting-- === 0) {
          close = token;
          break;
        } else if (token.text === "," && nesting === 0 && !(macro.isVariadic && list.length >= parameters.length)) {
          list.push([]);
          continue;
        }
      }
      list[list.length - 1]!.push(token);
    }
    if (parameters.length === 0 && list.length === 1 && list[0]!.length === 0) return { arguments: [], close };
    const missing = parameters.length - list.length;
    if (missing === 1 && macro.isVariadic) list.push([]);
    else if (missing !== 0) {
      const given = list.length === 1 && list[0]!.length === 0 ? 0 : list.length;
      const wanted = macro.isVariadic ? `at least ${parameters.length - 1}` : String(parameters.length);
      this.site.diagnostics.error(
        `macro '${macro.name}' takes ${wanted} argument${wanted === "1" ? "" : "s"}, ${given} given`,
        spanOf(name),
        {
          notes: [{ severity: "note", message: `macro '${macro.name}' is defined here`, span: macro.span }],
        },
      );
      while (list.length < parameters.length) list.push([]);
      list.length = parameters.length;
    }
    return { arguments: list, close };
  }

  /** The body with arguments in place, `#` and `##` carried out. */
  private substitute(macro: Macro, args: readonly Token[][], site: Token): Token[] {
    const { body, bodyParameter } = macro;
    const expanded: (Token[] | undefined)[] = [];
    const out: Token[] = [];
    const copy = (token: Token): Token => relocate(token, site, null, macro.name);
    const place = (tokens: readonly Token[], model: Token): void => {
      tokens.forEach((token, i) => {
        out.push(i === 0 ? spacedLike(token, copy(model)) : token);
      });
    };
    for (let i = 0; i < body.length; i++) {
      const token = body[i]!;
      const parameter = bodyParameter[i]!;
      const isPasteNext = isOperator(body[i + 1], "##") && i + 2 < body.length;
      if (isOperator(token, "#") && macro.parameters !== null && (bodyParameter[i + 1] ?? -1) >= 0) {
        out.push(stringize(args[bodyParameter[++i]!]!, copy(token)));
      } else if (isOperator(token, "##") && i > 0 && i + 1 < body.length) {
        i++;
        const right = bodyParameter[i]!;
        const before = body[i - 2]!;
        if (
          right >= 0 &&
          macro.isVariadic &&
          right === macro.parameters!.length - 1 &&
          before.text === "," &&
          bodyParameter[i - 2]! < 0
        ) {
          // GNU: `, ## __VA_ARGS__` drops the comma when there is nothing after it.
          if (args[right]!.length === 0) out.pop();
          else place((expanded[right] ??= this.expandArgument(args[right]!)), body[i]!);
        } else if (isOperator(body[i], "#") && macro.parameters !== null && (bodyParameter[i + 1] ?? -1) >= 0) {
          this.paste(out, [stringize(args[bodyParameter[++i]!]!, copy(token))], site, macro);
        } else this.paste(out, right >= 0 ? args[right]! : [copy(body[i]!)], site, macro);
      } else if (parameter >= 0) {
        if (isPasteNext) {
          const tokens = args[parameter]!;
          // An empty operand of ## leaves a place marker.
          if (tokens.length === 0) out.push(relocate(PLACEMARKER, site, null, macro.name));
          else place(tokens, token);
        } else place((expanded[parameter] ??= this.expandArgument(args[parameter]!)), token);
      } else out.push(copy(token));
    }
    return out.some((token) => token.text === "") ? out.filter((token) => token.text !== "") : out;
  }

  private expandArgument(tokens: readonly Token[]): Token[] {
    if (this.depth >= ARGUMENT_DEPTH_LIMIT) {
      if (!this.isExhausted && tokens[0] !== undefined) {
        this.site.diagnostics.error(
          `macro invocations are nested more than ${ARGUMENT_DEPTH_LIMIT} deep`,
          spanOf(tokens[0]),
        );
      }
      this.isExhausted = true;
      return [...tokens];
    }
    this.depth++;
    const out = this.expandAll(tokens);
    this.depth--;
    return out;
  }

  /** Joins the last token of `out` with the first of `right`. */
  private paste(out: Token[], right: readonly Token[], site: Token, macro: Macro): void {
    const left = out.pop();
    const [first, ...rest] = right;
    if (left === undefined || first === undefined) {
      if (left !== undefined) out.push(left);
      return;
    }
    if (left.text === "") {
      out.push(spacedLike(first, left), ...rest);
      return;
    }
    const text = left.text + first.text;
    const joined = tokenize(new SourceFile("<paste>", text));
    if (joined.length !== 2 || joined[0]!.kind === TokenKind.Other) {
      this.site.diagnostics.error(`pasting '${left.text}' and '${first.text}' does not give one token`, spanOf(site), {
        notes: [{ severity: "note", message: `in the expansion of macro '${macro.name}'`, span: macro.span }],
      });
      out.push(left, first, ...rest);
      return;
    }
    const token = joined[0]!;
    out.push(
      new Token(
        token.kind,
        text,
        site.file,
        site.start,
        site.end,
        left.hasSpaceBefore,
        false,
        intersect(left.hideSet, first.hideSet),
        macro.name,
      ),
      ...rest,
    );
  }
}

const PLACEMARKER = new Token(TokenKind.Other, "", new SourceFile("", ""), 0, 0, false, false);

const isOperator = (token: Token | undefined, text: "#" | "##"): boolean =>
  token !== undefined &&
  token.kind === TokenKind.Punctuator &&
  (token.text === text || token.text === (text === "#" ? "%:" : "%:%:"));

/** `#`: the spelling of the argument as a string literal. */
function stringize(tokens: readonly Token[], at: Token): Token {
  let text = "";
  tokens.forEach((token, i) => {
    if (i > 0 && (token.hasSpaceBefore || token.startsLine)) text += " ";
    const isLiteral = token.kind === TokenKind.String || token.kind === TokenKind.Character;
    text += isLiteral ? token.text.replace(/[\\"]/g, "\\$&") : token.text;
  });
  return new Token(TokenKind.String, `"${text}"`, at.file, at.start, at.end, at.hasSpaceBefore, false, null, at.macro);
}

/** Tokens of a text made by the preprocessor, placed at `site`. */
function retokenize(text: string, site: Token): Token[] {
  const tokens = tokenize(new SourceFile("<scratch>", text));
  return tokens
    .slice(0, -1)
    .map(
      (token, i) =>
        new Token(
          token.kind,
          token.text,
          site.file,
          site.start,
          site.end,
          i === 0 ? site.hasSpaceBefore : token.hasSpaceBefore,
          i === 0 && site.startsLine,
          null,
          site.text,
        ),
    );
}

/** A source of tokens that tokens can be put back in front of. */
export class TokenStream {
  private readonly more: () => Token | null;
  private readonly frames: { readonly tokens: readonly Token[]; at: number }[] = [];

  constructor(more: () => Token | null) {
    this.more = more;
  }

  next(): Token | null {
    const { frames } = this;
    while (frames.length > 0) {
      const frame = frames[frames.length - 1]!;
      if (frame.at < frame.tokens.length) {
        const token = frame.tokens[frame.at++]!;
        // Used-up frames are dropped early, so that a long chain of tail expansions needs no room.
        if (frame.at === frame.tokens.length) frames.pop();
        return token;
      }
      frames.pop();
    }
    return this.more();
  }

  /** Nothing has been put back. */
  get isEmpty(): boolean {
    return this.frames.length === 0;
  }

  /** What has been put back begins with a space: a macro without a body stood before it. */
  addSpace(): void {
    const token = this.isEmpty ? null : this.next();
    if (token !== null) this.push([spacedLike(token, { hasSpaceBefore: true, startsLine: token.startsLine })]);
  }

  push(tokens: readonly Token[]): void {
    if (tokens.length > 0) this.frames.push({ tokens, at: 0 });
  }
}
