/**
 * `__VA_OPT__ ( … )` (C23 §6.10.5.1): what stands in the parentheses when the variable arguments of an invocation have tokens
 * after their expansion, nothing otherwise; `#__VA_OPT__ ( … )`: its spelling as a string literal.
 */
import type { Diagnostics } from "../../diagnostics.ts";
import { spanOf, type Token, TokenKind } from "../tokens.ts";
import { type Macro, PLACEMARKER, spacedLike } from "./macros.ts";

export const VA_OPT = "__VA_OPT__";

/** Does the macro's result depend on whether it has variable arguments? */
export const hasVaOpt = (macro: Macro): boolean => macro.isVariadic && macro.body.some(isVaOpt);

const isVaOpt = (token: Token | undefined): boolean => token?.kind === TokenKind.Identifier && token.text === VA_OPT;

const isPunctuator = (token: Token | undefined, text: string): boolean =>
  token?.kind === TokenKind.Punctuator && token.text === text;

/** Is the token at `at` of a macro's body the `#` of `#__VA_OPT__ (`? */
const isStringized = ({ body }: Macro, at: number): boolean =>
  isPunctuator(body[at], "#") && isVaOpt(body[at + 1]) && isPunctuator(body[at + 2], "(");

/** Index of the `)` that belongs to the `(` at `open`; the body's length when there is none. */
function closing(body: readonly Token[], open: number): number {
  let nesting = 0;
  for (let at = open; at < body.length; at++) {
    if (isPunctuator(body[at], "(")) nesting++;
    else if (isPunctuator(body[at], ")") && --nesting === 0) return at;
  }
  return body.length;
}

/** Says what is wrong with each `__VA_OPT__` of a variadic macro's body. */
export function checkVaOpt({ body }: Macro, diagnostics: Diagnostics): void {
  let end = -1;
  for (let at = 0; at < body.length; at++) {
    if (!isVaOpt(body[at])) continue;
    const isNested = at < end;
    if (!isNested) end = isPunctuator(body[at + 1], "(") ? closing(body, at + 1) : at;
    const edge = [body[at + 2], body[end - 1]].find((token) => isPunctuator(token, "##"));
    if (isNested) diagnostics.error(`${VA_OPT} cannot stand inside another one`, spanOf(body[at]!));
    else if (!isPunctuator(body[at + 1], "(")) diagnostics.error(`expected '(' after ${VA_OPT}`, spanOf(body[at]!));
    else if (end === body.length) diagnostics.error(`the '(' after ${VA_OPT} is never closed`, spanOf(body[at + 1]!));
    else if (edge !== undefined) diagnostics.error(`'##' cannot stand at either end of ${VA_OPT}`, spanOf(edge));
  }
}

/**
 * The macro as it is for one invocation. An empty `__VA_OPT__` leaves a place marker.
 *
 * @param spelling the string literal that the result of a macro with this body is spelt as
 */
export function withVaOpt(macro: Macro, hasArguments: boolean, spelling: (content: Macro, at: Token) => Token): Macro {
  const body: Token[] = [];
  const bodyParameter: number[] = [];
  for (let at = 0; at < macro.body.length; at++) {
    const token = macro.body[at]!;
    const isString = isStringized(macro, at);
    if (!isString && (!isVaOpt(token) || !isPunctuator(macro.body[at + 1], "("))) {
      body.push(token);
      bodyParameter.push(macro.bodyParameter[at]!);
      continue;
    }
    const open = isString ? at + 2 : at + 1;
    const end = closing(macro.body, open);
    const content = hasArguments ? macro.body.slice(open + 1, end) : [];
    const contentParameter = hasArguments ? macro.bodyParameter.slice(open + 1, end) : [];
    at = end;
    if (isString) {
      body.push(spelling({ ...macro, body: content, bodyParameter: contentParameter }, token));
      bodyParameter.push(-1);
    } else if (content.length === 0) {
      body.push(spacedLike(PLACEMARKER, token));
      bodyParameter.push(-1);
    } else {
      body.push(spacedLike(content[0]!, token), ...content.slice(1));
      bodyParameter.push(...contentParameter);
    }
  }
  return { ...macro, body, bodyParameter };
}
