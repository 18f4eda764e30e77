/**
 * `__VA_OPT__ ( … )` (C23 §6.10.5.1): what stands in the parentheses when the variable arguments of an invocation have tokens
 * after their expansion, nothing otherwise. `#__VA_OPT__` is left out.
 */
import { TokenKind } from "../tokens.ts";
import { type Macro, spacedLike } from "./macros.ts";

export const VA_OPT = "__VA_OPT__";

/** Does the macro's result depend on whether it has variable arguments? */
export const hasVaOpt = (macro: Macro): boolean => macro.isVariadic && macro.body.some(isVaOpt);

const isVaOpt = (token: Macro["body"][number]): boolean => token.kind === TokenKind.Identifier && token.text === VA_OPT;

/** The macro as it is for one invocation. An empty `__VA_OPT__` beside `##` leaves what stands on the other side. */
export function withVaOpt(macro: Macro, hasArguments: boolean): Macro {
  const body: Macro["body"][number][] = [];
  const bodyParameter: number[] = [];
  for (let at = 0; at < macro.body.length; at++) {
    const token = macro.body[at]!;
    if (!isVaOpt(token) || macro.body[at + 1]?.text !== "(") {
      body.push(token);
      bodyParameter.push(macro.bodyParameter[at]!);
      continue;
    }
    const isPasted = body[body.length - 1]?.text === "##";
    const length = body.length;
    at += 2;
    for (let nesting = 0; at < macro.body.length; at++) {
      const inner = macro.body[at]!;
      if (inner.text === "(") nesting++;
      else if (inner.text === ")" && nesting-- === 0) break;
      if (!hasArguments) continue;
      body.push(body.length === length ? spacedLike(inner, token) : inner);
      bodyParameter.push(macro.bodyParameter[at]!);
    }
    if (body.length > length) continue;
    if (isPasted) {
      body.pop();
      bodyParameter.pop();
    } else if (macro.body[at + 1]?.text === "##") at++;
  }
  return { ...macro, body, bodyParameter };
}
