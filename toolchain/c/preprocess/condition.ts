/**
 * The expressions of `#if` and `#elif` (C11 §6.10.1): integer arithmetic in intmax_t and uintmax_t, names are 0.
 * Works on tokens that are already expanded and in which `defined` has been replaced by 0 or 1.
 */
import type { Diagnostics, Span } from "../../diagnostics.ts";
import { parseCharacter, parseInteger } from "../literals.ts";
import { spanOf, type Token, TokenKind } from "../tokens.ts";

interface Value {
  readonly value: bigint;
  readonly isUnsigned: boolean;
}

const DEPTH_LIMIT = 200;
const PRECEDENCE: Readonly<Record<string, number>> = {
  "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, ">": 7, "<=": 7, ">=": 7, "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10,
}; // biome-ignore format: a table

class Failure extends Error {}

/** The value's truth; false after a diagnostic. */
export function evaluateCondition(tokens: readonly Token[], directive: Span, diagnostics: Diagnostics): boolean {
  const evaluator = new Evaluator(tokens, directive, diagnostics);
  return evaluator.run();
}

class Evaluator {
  private readonly tokens: readonly Token[];
  private readonly directive: Span;
  private readonly diagnostics: Diagnostics;
  private at = 0;
  private depth = 0;

  constructor(tokens: readonly Token[], directive: Span, diagnostics: Diagnostics) {
    this.tokens = tokens;
    this.directive = directive;
    this.diagnostics = diagnostics;
  }

  run(): boolean {
    try {
      if (this.tokens.length === 0) this.fail("#if needs an expression after it");
      const value = this.comma(true);
      if (this.at < this.tokens.length) this.fail(`unexpected '${this.tokens[this.at]!.text}' after the expression`);
      return value.value !== 0n;
    } catch (error) {
      if (error instanceof Failure) return false;
      throw error;
    }
  }

  private fail(message: string): never {
    const token = this.tokens[this.at];
    this.diagnostics.error(message, token === undefined ? this.directive : spanOf(token));
    throw new Failure();
  }

  private accept(text: string): boolean {
    const token = this.tokens[this.at];
    if (token === undefined || token.text !== text || token.kind !== TokenKind.Punctuator) return false;
    this.at++;
    return true;
  }

  private comma(isLive: boolean): Value {
    let value = this.conditional(isLive);
    while (this.accept(",")) value = this.conditional(isLive);
    return value;
  }

  private conditional(isLive: boolean): Value {
    if (++this.depth > DEPTH_LIMIT) this.fail("this #if expression is nested too deeply");
    const test = this.binary(1, isLive);
    let result = test;
    if (this.accept("?")) {
      const isTrue = test.value !== 0n;
      const then = this.comma(isLive && isTrue);
      if (!this.accept(":")) this.fail("expected ':'");
      const otherwise = this.conditional(isLive && !isTrue);
      const isUnsigned = then.isUnsigned || otherwise.isUnsigned;
      result = wrap((isTrue ? then : otherwise).value, isUnsigned);
    }
    this.depth--;
    return result;
  }

  private binary(minimum: number, isLive: boolean): Value {
    let left = this.unary(isLive);
    for (;;) {
      const operator = this.tokens[this.at];
      const precedence = operator?.kind === TokenKind.Punctuator ? PRECEDENCE[operator.text] : undefined;
      if (operator === undefined || precedence === undefined || precedence < minimum) return left;
      this.at++;
      const isRightLive =
        isLive && !(operator.text === "&&" && left.value === 0n) && !(operator.text === "||" && left.value !== 0n);
      const right = this.binary(precedence + 1, isRightLive);
      left = this.combine(operator, left, right, isRightLive);
    }
  }

  private combine(operator: Token, left: Value, right: Value, isLive: boolean): Value {
    const isUnsigned = left.isUnsigned || right.isUnsigned;
    const a = isUnsigned ? BigInt.asUintN(64, left.value) : left.value;
    const b = isUnsigned ? BigInt.asUintN(64, right.value) : right.value;
    const truth = (is: boolean): Value => ({ value: is ? 1n : 0n, isUnsigned: false });
    switch (operator.text) {
      case "||": return truth(left.value !== 0n || right.value !== 0n);
      case "&&": return truth(left.value !== 0n && right.value !== 0n);
      case "==": return truth(a === b);
      case "!=": return truth(a !== b);
      case "<": return truth(a < b);
      case ">": return truth(a > b);
      case "<=": return truth(a <= b);
      case ">=": return truth(a >= b);
      case "|": return wrap(a | b, isUnsigned);
      case "^": return wrap(a ^ b, isUnsigned);
      case "&": return wrap(a & b, isUnsigned);
      case "+": return wrap(a + b, isUnsigned);
      case "-": return wrap(a - b, isUnsigned);
      case "*": return wrap(a * b, isUnsigned);
      case "<<": return wrap(left.value << (right.value & 63n), left.isUnsigned);
      case ">>": return wrap(left.value >> (right.value & 63n), left.isUnsigned);
      default:
        if (b === 0n) {
          if (isLive) this.fail("division by zero in #if");
          return wrap(0n, isUnsigned);
        }
        return wrap(operator.text === "/" ? a / b : a % b, isUnsigned);
    }
  } // biome-ignore format: one operator a line

  private unary(isLive: boolean): Value {
    const token = this.tokens[this.at];
    if (token === undefined) this.fail("the #if expression ends too early");
    if (token.kind === TokenKind.Punctuator && "!~-+".includes(token.text)) {
      if (++this.depth > DEPTH_LIMIT) this.fail("this #if expression is nested too deeply");
      this.at++;
      const { value, isUnsigned } = this.unary(isLive);
      this.depth--;
      if (token.text === "!") return { value: value === 0n ? 1n : 0n, isUnsigned: false };
      return wrap(token.text === "~" ? ~value : token.text === "-" ? -value : value, isUnsigned);
    }
    if (this.accept("(")) {
      const value = this.comma(isLive);
      if (!this.accept(")")) this.fail("expected ')'");
      return value;
    }
    return this.primary(token);
  }

  private primary(token: Token): Value {
    if (token.kind === TokenKind.Number) {
      const parsed = parseInteger(token.text);
      if (!parsed.ok)
        this.fail(
          /[.eEpP]/.test(token.text) && !/^0[xX]/.test(token.text)
            ? "floating constants cannot be used in #if"
            : parsed.message,
        );
      this.at++;
      const { value, isUnsigned } = parsed.value;
      return { value, isUnsigned: isUnsigned || value > 0x7fff_ffff_ffff_ffffn };
    }
    if (token.kind === TokenKind.Character) {
      const parsed = parseCharacter(token.text);
      if (!parsed.ok) this.fail(parsed.message);
      this.at++;
      return { value: BigInt(parsed.value.value), isUnsigned: false };
    }
    if (token.kind === TokenKind.Identifier) {
      this.at++;
      if (this.tokens[this.at]?.text === "(") {
        this.at--;
        this.fail(`'${token.text}' is not a macro, so it cannot be called in #if`);
      }
      return { value: 0n, isUnsigned: false };
    }
    this.fail(`'${token.text}' cannot stand in an #if expression`);
  }
}

const wrap = (value: bigint, isUnsigned: boolean): Value => ({
  value: isUnsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value),
  isUnsigned,
});
