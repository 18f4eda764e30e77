/**
 * Comparisons of integers that are not what they seem: signed against unsigned (-Wsign-compare), a value that is always below or above the
 * constant (-Wtype-limits), the outcome of a comparison against a number (-Wbool-compare).
 */
import type { Span } from "../../diagnostics.ts";
import type { Expression } from "../ast.ts";
import type { Expr } from "../tree.ts";
import { type CType, isInteger, qual, typeName } from "../types.ts";
import { valueShape } from "./conversion.ts";

/** What is needed of the checker. */
export interface ComparisonReporter {
  warn(option: string, message: string, span: Span, extra?: { hint?: string }): void;
  commonType(a: Expr, b: Expr): CType;
  promotedType(value: Expr): CType;
}

export function checkComparison(
  reporter: ComparisonReporter,
  e: Extract<Expression, { kind: "binary" }>,
  a: Expr,
  b: Expr,
): void {
  if (!isInteger(a.type) || !isInteger(b.type)) return;
  if (isBeyond(reporter, e, a, b)) return;
  const common = reporter.commonType(a, b);
  if (common.kind !== "int" || common.signed) return;
  const outcome = e.operator === ">=" ? "true" : e.operator === "<" ? "false" : null;
  if (outcome !== null && b.kind === "const-int" && b.value === 0n && a.kind !== "const-int") {
    reporter.warn("Wtype-limits", `an unsigned value is never negative: this is always ${outcome}`, e.operatorSpan);
    return;
  }
  for (const side of [a, b]) {
    const promoted = reporter.promotedType(side);
    const isSigned = promoted.kind === "int" && promoted.signed;
    const isNeverNegative =
      side.kind === "const-int" ? side.value >= 0n : side.type.kind === "int" && !side.type.signed;
    if (isSigned && !isNeverNegative) {
      reporter.warn(
        "Wsign-compare",
        `signed and unsigned values are compared ('${typeName(qual(a.type))}' and '${typeName(qual(b.type))}'): a negative one counts as large`,
        e.operatorSpan,
      );
      return;
    }
  }
}

/** `c != EOF` with an unsigned char, `(x == 1) == 2`: equal to a constant that the value can never have. */
function isBeyond(reporter: ComparisonReporter, e: Extract<Expression, { kind: "binary" }>, a: Expr, b: Expr): boolean {
  if ((e.operator !== "==" && e.operator !== "!=") || b.kind !== "const-int" || a.kind === "const-int") return false;
  const { bits, signed } = valueShape(a);
  if (signed || bits >= 32 || (b.value >= 0n && b.value < 1n << BigInt(bits))) return false;
  const outcome = `this is always ${e.operator === "==" ? "false" : "true"}`;
  if (bits === 1) {
    const message = `the outcome of a comparison is 0 or 1, never ${b.value}: ${outcome}`;
    reporter.warn("Wbool-compare", message, e.operatorSpan, { hint: "write two comparisons joined by &&" });
    return true;
  }
  const highest = (1n << BigInt(bits)) - 1n;
  const hint = b.value === -1n ? { hint: "is it EOF? An int keeps what getchar gives; a char does not" } : {};
  reporter.warn(
    "Wtype-limits",
    `this value is between 0 and ${highest}, never ${b.value}: ${outcome}`,
    e.operatorSpan,
    hint,
  );
  return true;
}
