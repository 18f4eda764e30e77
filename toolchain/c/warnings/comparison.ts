/**
 * Comparisons of integers that are not what they seem: signed against unsigned (-Wsign-compare), a value that is always below or above the
 * constant (-Wtype-limits), the outcome of a comparison against a number (-Wbool-compare).
 */
import type { Span } from "../../diagnostics.ts";
import type { Expression } from "../ast.ts";
import type { BinaryOp, Expr } from "../tree.ts";
import { type CType, integerOf, isInteger, qual, typeName } from "../types.ts";

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
  const highest = highestOf(a);
  if (highest === null || (b.value >= 0n && b.value <= highest)) return false;
  const outcome = `this is always ${e.operator === "==" ? "false" : "true"}`;
  if (isOutcome(a)) {
    const message = `the outcome of a comparison is 0 or 1, never ${b.value}: ${outcome}`;
    reporter.warn("Wbool-compare", message, e.operatorSpan, { hint: "write two comparisons joined by &&" });
    return true;
  }
  const hint = b.value === -1n ? { hint: "is it EOF? An int keeps what getchar gives; a char does not" } : {};
  reporter.warn(
    "Wtype-limits",
    `this value is between 0 and ${highest}, never ${b.value}: ${outcome}`,
    e.operatorSpan,
    hint,
  );
  return true;
}

/** The highest value of what is never negative and has fewer than 32 bits; null: nothing is certain. Of arithmetic nothing is. */
function highestOf(e: Expr): bigint | null {
  const { type } = e;
  if (!isInteger(type)) return null;
  const { bytes, signed, name } = integerOf(type);
  const own = signed || bytes >= 4 ? null : name === "_Bool" ? 1n : (1n << BigInt(bytes * 8)) - 1n;
  switch (e.kind) {
    case "convert": {
      const inner = highestOf(e.operand);
      return inner !== null && (own !== null ? inner < own : inner < 1n << BigInt(bytes * 8 - 1)) ? inner : own;
    }
    case "binary":
      return isComparison(e.op) ? 1n : e.op === "and" ? lowest(maskOf(e.left), maskOf(e.right)) : own;
    case "unary":
    case "logical":
      return isOutcome(e) ? 1n : own;
    case "load": {
      const field = e.from.kind === "member" ? e.from.member.bitField : null;
      return field === null || signed || field.width >= 32 ? own : (1n << BigInt(field.width)) - 1n;
    }
    default:
      return own;
  }
}

/** What an operand of `&` leaves at most. */
const maskOf = (e: Expr): bigint | null =>
  e.kind === "const-int" ? (e.value >= 0n && e.value < 1n << 31n ? e.value : null) : highestOf(e);

const lowest = (a: bigint | null, b: bigint | null): bigint | null => (a === null || (b !== null && b < a) ? b : a);

const isComparison = (op: BinaryOp): boolean => ["eq", "ne", "lt", "le", "gt", "ge"].includes(op);

/** Is it the 0 or 1 of a comparison, of `!`, `&&` or `||`, or a _Bool? */
function isOutcome(e: Expr): boolean {
  if (e.type.kind === "int" && e.type.name === "_Bool") return true;
  if (e.kind === "convert") return isInteger(e.operand.type) && isOutcome(e.operand);
  return e.kind === "logical" || (e.kind === "unary" ? e.op === "lognot" : e.kind === "binary" && isComparison(e.op));
}
