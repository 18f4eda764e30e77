/**
 * Macro expansion (C11 §6.10.3) as GCC and Clang do it where the standard leaves it open: a macro is switched off from its expansion
 * until the last token of that has been taken, and its name, where it is met meanwhile, stays as it is for ever.
 * So a macro may come back in a later pass over what it left, which is how macros are made to repeat themselves.
 *
 * Tokens are pulled from a stream; a macro's result is pushed back in front of it, so that an invocation may take its
 * arguments from whatever follows. Bounded: the number of tokens that expansion produces in a translation unit, and the
 * nesting of arguments; past either limit there is one diagnostic and names are left as they are.
 */
import type { Diagnostics } from "../../diagnostics.ts";
import { SourceFile } from "../../diagnostics.ts";
import { tokenize } from "../tokenize.ts";
import { spanOf, Token, TokenKind } from "../tokens.ts";
import { type Macro, PLACEMARKER, painted, relocate, spacedLike, withoutPlacemarkers } from "./macros.ts";
import { hasVaOpt, withVaOpt } from "./va-opt.ts";

/** Tokens that expansion may produce in one translation unit. */
const EXPANSION_LIMIT = 1_000_000;
/** Invocations inside arguments of invocations. */
const ARGUMENT_DEPTH_LIMIT = 200;

/** Invocations without their `)` that are mended in one translation unit: each has been read to the end of the file. */
const UNCLOSED_LIMIT = 20;

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
  private unclosed = 0;
  /** Macros whose results are being read. */
  private readonly active = new Set<string>();

  constructor(site: ExpansionSite) {
    this.site = site;
  }

  /** A stream whose tokens this expander expands; `more` gives them, null at the end. */
  stream(more: () => Token | null): TokenStream {
    return new TokenStream(more, this.active);
  }

  /** Expands a finished list of tokens on its own. */
  expandAll(tokens: readonly Token[]): Token[] {
    if (!tokens.some((token) => token.kind === TokenKind.Identifier && this.site.macros.has(token.text)))
      return [...tokens];
    const stream = this.stream(() => null);
    stream.push(tokens);
    const out: Token[] = [];
    for (let token = stream.next(); token !== null; token = stream.next()) {
      if (!this.expand(token, stream)) out.push(token);
    }
    return out;
  }

  /** The same for a condition: the name after `defined` stays as it is (C11 §6.10.1p4 leaves a `defined` from a macro open; so does GCC). */
  expandCondition(tokens: readonly Token[]): Token[] {
    const stream = this.stream(() => null);
    stream.push(tokens);
    const out: Token[] = [];
    for (let token = stream.next(); token !== null; token = stream.next()) {
      const before = out[out.length - 1];
      const isAsked = before?.text === "defined" || (before?.text === "(" && out[out.length - 2]?.text === "defined");
      if (isAsked || !this.expand(token, stream)) out.push(token);
    }
    return out;
  }

  /** If `token` invokes a macro, pushes the replacement in front of the stream and returns true. */
  expand(token: Token, stream: TokenStream): boolean {
    if (token.kind !== TokenKind.Identifier) return false;
    const macro = this.site.macros.get(token.text);
    if (macro === undefined || this.isExhausted || token.isPainted) return false;
    if (this.active.has(macro.name)) {
      stream.push([painted(token)]);
      return true;
    }
    if (macro.builtin !== null) {
      const text = this.site.builtinText(macro, token);
      stream.push(retokenize(text, token));
      return true;
    }
    if (macro.parameters === null) {
      this.emit(macro, this.substitute(macro, [], token), token, stream);
      return true;
    }
    const open = stream.next();
    if (open === null || open.text !== "(" || open.kind !== TokenKind.Punctuator) {
      if (open !== null) stream.push([open]);
      return false;
    }
    const args = this.collect(macro, token, stream);
    if (args !== null) this.emit(macro, this.substitute(macro, args, token), token, stream);
    return true;
  }

  private emit(macro: Macro, out: Token[], at: Token, stream: TokenStream): void {
    this.produced += out.length;
    if (this.produced > EXPANSION_LIMIT) {
      this.isExhausted = true;
      this.site.giveUp();
      this.site.diagnostics.error(`the expansion of macros grows past ${EXPANSION_LIMIT} tokens`, spanOf(at), {
        hint: `the macro '${macro.name}' was the last one expanded; does each of a chain of macros use the next one twice?`,
      });
      return;
    }
    if (out.length > 0) out[0] = spacedLike(out[0]!, at);
    else if (at.hasSpaceBefore) stream.addSpace();
    stream.push(out, macro.name);
  }

  /** The arguments up to the closing parenthesis; null after a diagnostic. */
  private collect(macro: Macro, name: Token, stream: TokenStream): (readonly Token[])[] | null {
    const parameters = macro.parameters!;
    const list: Token[][] = [[]];
    let nesting = 0;
    for (;;) {
      const token = stream.next();
      if (token === null || token.kind === TokenKind.End) {
        if (token !== null) stream.push([token]);
        this.site.diagnostics.error(
          `the invocation of macro '${macro.name}' is never closed; expected ')'`,
          spanOf(name),
        );
        // Read on as if it had been closed where its statement ends.
        const at = (text: string): Token =>
          new Token(TokenKind.Punctuator, text, name.file, name.start, name.end, false, false);
        const all = list.flatMap((part, i) => (i === 0 ? part : [at(","), ...part]));
        const end = all.findIndex(({ text }) => text === ";" || text === "{" || text === "}");
        if (end > 0 && ++this.unclosed <= UNCLOSED_LIMIT) {
          nesting = 0;
          for (const { text } of all.slice(0, end)) nesting += text === "(" ? 1 : text === ")" ? -1 : 0;
          stream.push([...Array<Token>(nesting + 1).fill(at(")")), ...all.slice(end)]);
          stream.push(all.slice(0, end));
          return this.collect(macro, name, stream);
        }
        return null;
      }
      if (token.kind === TokenKind.Punctuator) {
        if (token.text === "(") nesting++;
        else if (token.text === ")" && nesting-- === 0) break;
        else if (token.text === "," && nesting === 0 && !(macro.isVariadic && list.length >= parameters.length)) {
          list.push([]);
          continue;
        }
      }
      // A macro's name that is met inside its own expansion is met there too.
      const isOwn = token.kind === TokenKind.Identifier && this.active.has(token.text);
      list[list.length - 1]!.push(isOwn ? painted(token) : token);
    }
    if (list.length === 1 && list[0]!.length === 0) {
      if (parameters.length === 0) return [];
      if (parameters.length === 1 && macro.isVariadic) return [LEFT_OUT];
    }
    const missing = parameters.length - list.length;
    if (missing === 1 && macro.isVariadic) return [...list, LEFT_OUT];
    if (missing !== 0) {
      const given = list.length === 1 && list[0]!.length === 0 ? 0 : list.length;
      const wanted = macro.isVariadic ? `at least ${parameters.length - 1}` : String(parameters.length);
      this.site.diagnostics.error(
        `macro '${macro.name}' takes ${wanted} argument${wanted === "1" ? "" : "s"}, ${given} given`,
        spanOf(name),
        {
          notes: [{ severity: "note", message: `macro '${macro.name}' is defined here`, span: macro.span }],
        },
      );
      const zero = new Token(TokenKind.Number, "0", name.file, name.start, name.end, true, false);
      while (list.length < parameters.length) list.push([zero]);
      list.length = parameters.length;
    }
    return list;
  }

  /** The body with arguments in place, `#` and `##` carried out. */
  private substitute(source: Macro, args: readonly (readonly Token[])[], site: Token): Token[] {
    const expanded: (Token[] | undefined)[] = [];
    let macro = source;
    if (hasVaOpt(source)) {
      const last = args.length - 1;
      expanded[last] = this.expandArgument(args[last]!);
      macro = withVaOpt(source, expanded[last].length > 0, (content, at) =>
        stringize(this.substitute(content, args, site), at),
      );
    }
    const { body, bodyParameter } = macro;
    const out: Token[] = [];
    const copy = (token: Token): Token => relocate(token, site, macro.name);
    const place = (tokens: readonly Token[], model: Token): void => {
      if (tokens.length === 0) out.push(spacedLike(relocate(PLACEMARKER, site, macro.name), model));
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
          // GNU: `, ## __VA_ARGS__` drops the comma when the arguments are left out; an empty one keeps it.
          if (args[right] === LEFT_OUT) out.pop();
          else place((expanded[right] ??= this.expandArgument(args[right]!)), body[i]!);
        } else if (isOperator(body[i], "#") && macro.parameters !== null && (bodyParameter[i + 1] ?? -1) >= 0) {
          this.paste(out, [stringize(args[bodyParameter[++i]!]!, copy(token))], site, macro);
        } else this.paste(out, right >= 0 ? args[right]! : [copy(body[i]!)], site, macro);
      } else if (parameter >= 0) {
        if (isPasteNext) place(args[parameter]!, token);
        else place((expanded[parameter] ??= this.expandArgument(args[parameter]!)), token);
      } else out.push(copy(token));
    }
    return withoutPlacemarkers(out);
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
    if (left === undefined || first === undefined || first.text === "") {
      if (left !== undefined) out.push(left, ...rest);
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
      new Token(token.kind, text, site.file, site.start, site.end, left.hasSpaceBefore, false, false, macro.name),
      ...rest,
    );
  }
}

/** The variable arguments of an invocation without any, not even an empty one. */
const LEFT_OUT: readonly Token[] = [];

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
  return new Token(TokenKind.String, `"${text}"`, at.file, at.start, at.end, at.hasSpaceBefore, false, false, at.macro);
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
          false,
          site.text,
        ),
    );
}

/** Tokens that have been put back: the result of a macro, which is switched off until all of them have been taken, or others. */
interface Frame {
  readonly tokens: readonly Token[];
  readonly macro: string | null;
  at: number;
}

/** A source of tokens that tokens can be put back in front of. */
export class TokenStream {
  private readonly more: () => Token | null;
  private readonly active: Set<string>;
  private readonly frames: Frame[] = [];

  constructor(more: () => Token | null, active: Set<string>) {
    this.more = more;
    this.active = active;
  }

  next(): Token | null {
    const frame = this.front();
    if (frame === undefined) return this.more();
    const token = frame.tokens[frame.at++]!;
    // Others are dropped early, so that a long chain of tail expansions needs no room; a macro is there only once.
    if (frame.at === frame.tokens.length && frame.macro === null) this.frames.pop();
    return token;
  }

  /** The frame that the next token comes from. Those that are used up go, and their macros are switched on again. */
  private front(): Frame | undefined {
    const { frames } = this;
    for (;;) {
      const frame = frames[frames.length - 1];
      if (frame === undefined || frame.at < frame.tokens.length) return frame;
      frames.pop();
      if (frame.macro !== null) this.active.delete(frame.macro);
    }
  }

  /** Nothing has been put back. */
  get isEmpty(): boolean {
    return this.front() === undefined;
  }

  /** What has been put back begins with a space: a macro without a body stood before it. */
  addSpace(): void {
    const token = this.isEmpty ? null : this.next();
    if (token !== null) this.push([spacedLike(token, { hasSpaceBefore: true, startsLine: token.startsLine })]);
  }

  /** @param macro the macro whose result this is */
  push(tokens: readonly Token[], macro: string | null = null): void {
    if (tokens.length === 0) return;
    this.frames.push({ tokens, macro, at: 0 });
    if (macro !== null) this.active.add(macro);
  }
}
