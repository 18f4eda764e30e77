/**
 * Expressions: reduced at once to plus − minus + addend, where plus and minus are symbols or nothing. Arithmetic is that of
 * 64-bit integers, as in the GNU assembler; addends are kept as JS numbers and exact up to 2^53.
 */

import type { Span } from "../diagnostics.ts";
import type { BinaryOperator, Expr, UnaryOperator, Value } from "./items.ts";
import type { AsmSymbol, Resolved } from "./section-builder.ts";

/** An expression that makes no sense, with the reason. */
export class ExpressionError extends Error {}

export interface SymbolSource {
  /** The symbol of a name; made when it is new. */
  use(name: string, span?: Span): AsmSymbol;
  /** A symbol for the present position. */
  here(): AsmSymbol;
}

export const constant = (addend: number): Resolved => ({ plus: null, minus: null, addend });

/** Reduces an operand's or a directive's value. Throws ExpressionError. */
export function resolveValue(value: Value, symbols: SymbolSource): Resolved {
  if (value.kind === "imm") return constant(value.value);
  if (value.kind === "sym") return withAddend(symbolValue(value.symbol, symbols, value.span), value.addend);
  return resolveExpr(value.expr, symbols);
}

/** Reduces an expression. Throws ExpressionError. */
export function resolveExpr(expr: Expr, symbols: SymbolSource): Resolved {
  switch (expr.kind) {
    case "num":
      return constant(Number(expr.value));
    case "sym":
      return withAddend(symbolValue(expr.symbol, symbols, expr.span), expr.addend);
    case "diff":
      return withAddend(subtract(symbolValue(expr.plus, symbols), symbolValue(expr.minus, symbols)), expr.addend);
    case "unary":
      return unary(expr.op, resolveExpr(expr.arg, symbols));
    case "binary":
      return binary(expr.op, resolveExpr(expr.left, symbols), resolveExpr(expr.right, symbols));
  }
}

function symbolValue(name: string, symbols: SymbolSource, span?: Span): Resolved {
  return expand({ plus: name === "." ? symbols.here() : symbols.use(name, span), minus: null, addend: 0 });
}

const withAddend = (value: Resolved, addend: number): Resolved =>
  addend === 0 ? value : { plus: value.plus, minus: value.minus, addend: value.addend + addend };

/** Replaces symbols that were `.set` by what they stand for. */
export function expand(value: Resolved): Resolved {
  let result = value;
  for (let depth = 0; result.plus !== null && result.plus.set !== null; depth++) {
    if (depth > 50) throw new ExpressionError(`"${value.plus!.name}" is defined by itself`);
    const { set } = result.plus;
    result = add({ plus: null, minus: result.minus, addend: result.addend }, set);
  }
  for (let depth = 0; result.minus !== null && result.minus.set !== null; depth++) {
    if (depth > 50) throw new ExpressionError(`"${value.minus!.name}" is defined by itself`);
    result = subtract({ plus: result.plus, minus: null, addend: result.addend }, result.minus.set);
  }
  return cancel(result);
}

/** The number, when no symbol is left; null otherwise. */
export const constantOf = (value: Resolved): number | null =>
  value.plus === null && value.minus === null ? value.addend : null;

/** Two labels with nothing of unknown size between them are a fixed distance apart. */
function cancel(value: Resolved): Resolved {
  const { plus, minus } = value;
  if (plus === null || minus === null) return value;
  if (plus === minus) return constant(value.addend);
  if (plus.section !== null && plus.section === minus.section && plus.points === minus.points) {
    return constant(value.addend + plus.raw - minus.raw);
  }
  return value;
}

function add(a: Resolved, b: Resolved): Resolved {
  if ((a.plus !== null && b.plus !== null) || (a.minus !== null && b.minus !== null)) {
    const cross = crossed(a, b);
    if (cross !== null) return cross;
    throw new ExpressionError(
      `"${(a.plus ?? a.minus)!.name}" and "${(b.plus ?? b.minus)!.name}" are both addresses; their sum means nothing`,
    );
  }
  return cancel({ plus: a.plus ?? b.plus, minus: a.minus ?? b.minus, addend: a.addend + b.addend });
}

/** (a − b) + (b − c): differences that cancel although each alone has two symbols. */
function crossed(a: Resolved, b: Resolved): Resolved | null {
  const addend = a.addend + b.addend;
  if (a.plus !== null && a.plus === b.minus) return cancel({ plus: b.plus, minus: a.minus, addend });
  if (b.plus !== null && b.plus === a.minus) return cancel({ plus: a.plus, minus: b.minus, addend });
  return null;
}

const subtract = (a: Resolved, b: Resolved): Resolved => add(a, { plus: b.minus, minus: b.plus, addend: -b.addend });

function unary(op: UnaryOperator, value: Resolved): Resolved {
  if (op === "+") return value;
  if (op === "-") return { plus: value.minus, minus: value.plus, addend: -value.addend };
  const number = constantOf(value);
  if (number === null)
    throw new ExpressionError(`"${op}" needs a number, and "${(value.plus ?? value.minus)!.name}" is an address`);
  if (op === "!") return constant(number === 0 ? 1 : 0);
  return constant(-number - 1);
}

function binary(op: BinaryOperator, left: Resolved, right: Resolved): Resolved {
  if (op === "+") return add(left, right);
  if (op === "-") return subtract(left, right);
  const a = constantOf(left);
  const b = constantOf(right);
  if (a === null || b === null) {
    const name = (left.plus ?? left.minus ?? right.plus ?? right.minus)!.name;
    throw new ExpressionError(`"${op}" needs numbers on both sides, and "${name}" is not a number here`);
  }
  if ((op === "/" || op === "%") && b === 0) throw new ExpressionError("division by zero");
  return constant(Number(BigInt.asIntN(64, calculate(op, toBigInt(a), toBigInt(b)))));
}

const toBigInt = (value: number): bigint => BigInt.asIntN(64, BigInt(Math.trunc(value)));
/** GNU's comparisons answer −1 for true. */
const truth = (value: boolean): bigint => (value ? -1n : 0n);

function calculate(op: BinaryOperator, a: bigint, b: bigint): bigint {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
    case "<<":
      return b < 0n || b > 63n ? 0n : a << b;
    case ">>":
      return b < 0n || b > 63n ? 0n : BigInt.asUintN(64, a) >> b;
    case "&":
      return a & b;
    case "|":
      return a | b;
    case "^":
      return a ^ b;
    case "==":
      return truth(a === b);
    case "!=":
      return truth(a !== b);
    case "<":
      return truth(a < b);
    case "<=":
      return truth(a <= b);
    case ">":
      return truth(a > b);
    case ">=":
      return truth(a >= b);
    case "&&":
      return a !== 0n && b !== 0n ? 1n : 0n;
    case "||":
      return a !== 0n || b !== 0n ? 1n : 0n;
  }
}

/** A 64-bit number that JS numbers may not hold exactly. */
export function wideConstant(value: Value): bigint | null {
  if (value.kind !== "expr") return null;
  if (value.expr.kind === "num") return BigInt(value.expr.value);
  if (value.expr.kind === "unary" && value.expr.op === "-" && value.expr.arg.kind === "num")
    return -BigInt(value.expr.arg.value);
  return null;
}
