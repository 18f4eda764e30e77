/** -Wmain: the forms of `main` that C11 §5.1.2.2.1 knows, and the common third parameter. */
import type { Span } from "../../diagnostics.ts";
import { CHAR, type FunctionType, INT, isCompatible, pointerTo, qual } from "../types.ts";

const TEXTS = pointerTo(qual(pointerTo(qual(CHAR))));
const PARAMETERS = [
  { type: INT, rule: "the first parameter of 'main' should be an int" },
  { type: TEXTS, rule: "the second parameter of 'main' should be a char **" },
  { type: TEXTS, rule: "the third parameter of 'main' should be a char **" },
];

export function checkMain(
  reporter: { warn(option: string, message: string, span: Span, extra?: { hint?: string }): void },
  type: FunctionType,
  span: Span,
): void {
  if (!isCompatible(type.returns.type, INT)) reporter.warn("Wmain", "'main' should return int", span);
  const wrong = type.params.findIndex((param, i) => {
    const wanted = PARAMETERS[i]?.type;
    if (wanted === undefined || isCompatible(param.type, wanted)) return false;
    // `const char **` and the like are common.
    return wanted === INT || param.type.kind !== "pointer" || param.type.to.type.kind !== "pointer";
  });
  if (wrong >= 0) reporter.warn("Wmain", PARAMETERS[wrong]!.rule, span, { hint: "int main(int argc, char *argv[])" });
}
