/** #define: the macro that a line defines (C11 §6.10.3), GNU's named variadic parameters among its forms. */
import type { Diagnostics } from "../../diagnostics.ts";
import { spanOf, type Token, TokenKind } from "../tokens.ts";
import type { Macro } from "./macros.ts";
import { checkVaOpt, VA_OPT } from "./va-opt.ts";

/** Null after a message. */
export function macroOf(directive: Token, line: readonly Token[], diagnostics: Diagnostics): Macro | null {
  const name = line[0];
  if (name === undefined || name.kind !== TokenKind.Identifier || name.text === "defined") {
    diagnostics.error(
      name?.text === "defined" ? "'defined' cannot be the name of a macro" : "#define needs a name after it",
      spanOf(name ?? directive),
    );
    return null;
  }
  let from = 1;
  let parameters: string[] | null = null;
  let isVariadic = false;
  const open = line[1];
  if (open !== undefined && open.text === "(" && !open.hasSpaceBefore) {
    const parsed = parametersOf(line, name, diagnostics);
    if (parsed === null) return null;
    ({ parameters, isVariadic, next: from } = parsed);
  }
  const body = line.slice(from);
  const macro: Macro = {
    name: name.text,
    parameters,
    isVariadic,
    body,
    bodyParameter: body.map((token) =>
      token.kind === TokenKind.Identifier && parameters !== null ? parameters.indexOf(token.text) : -1,
    ),
    span: spanOf(name),
    builtin: null,
  };
  checkBody(macro, diagnostics);
  return macro;
}

function parametersOf(
  line: readonly Token[],
  name: Token,
  diagnostics: Diagnostics,
): { parameters: string[]; isVariadic: boolean; next: number } | null {
  const parameters: string[] = [];
  let isVariadic = false;
  let at = 2;
  const fail = (message: string): null => {
    diagnostics.error(message, spanOf(line[at] ?? line[line.length - 1] ?? name));
    return null;
  };
  if (line[at]?.text === ")") return { parameters, isVariadic, next: at + 1 };
  for (;;) {
    const token = line[at];
    if (token?.text === "...") {
      parameters.push("__VA_ARGS__");
      isVariadic = true;
      at++;
    } else if (token !== undefined && token.kind === TokenKind.Identifier) {
      if (parameters.includes(token.text)) return fail(`two parameters of the macro are called '${token.text}'`);
      parameters.push(token.text);
      at++;
      if (line[at]?.text === "...") {
        isVariadic = true;
        at++;
      }
    } else return fail("expected the name of a macro parameter");
    if (line[at]?.text === ")") return { parameters, isVariadic, next: at + 1 };
    if (isVariadic || line[at]?.text !== ",") return fail("expected ')' after the macro's parameters");
    at++;
  }
}

function checkBody(macro: Macro, diagnostics: Diagnostics): void {
  const { body } = macro;
  for (const at of [0, body.length - 1]) {
    const token = body[at];
    if (token?.text === "##" && token.kind === TokenKind.Punctuator) {
      diagnostics.error("'##' cannot stand at either end of a macro", spanOf(token));
      return;
    }
  }
  if (macro.parameters === null) return;
  if (macro.isVariadic) checkVaOpt(macro, diagnostics);
  body.forEach((token, i) => {
    const isHash = token.kind === TokenKind.Punctuator && token.text === "#";
    if (isHash && (macro.bodyParameter[i + 1] ?? -1) < 0 && !(macro.isVariadic && body[i + 1]?.text === VA_OPT)) {
      diagnostics.error("'#' in a macro must be followed by one of its parameters", spanOf(token));
    }
    if (token.text === "__VA_ARGS__" && macro.bodyParameter[i]! < 0) {
      diagnostics.warning("__VA_ARGS__ means something only in a macro with ...", spanOf(token));
    }
  });
}
