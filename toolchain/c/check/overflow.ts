/**
 * __builtin_add_overflow and its like: the result as if computed with unlimited digits, then converted to the result's type, and
 * whether that changed it (GCC's manual, "Built-in Functions to Perform Arithmetic with Overflow Checking").
 */
import type { Span } from "../../diagnostics.ts";
import type { BinaryOp, Expr, LValue } from "../tree.ts";
import {
  BOOL,
  type CType,
  INT,
  type IntType,
  integerOf,
  isInteger,
  LLONG,
  LONG,
  type QualType,
  UINT,
  ULLONG,
  ULONG,
} from "../types.ts";
import type { Operand } from "./base.ts";
import { BuiltinChecker, type CallSource } from "./builtins.ts";

type Operator = "add" | "sub" | "mul";

/** One computation under way: what is evaluated first, in order, and the operands, each computed once. */
interface Work {
  readonly op: Operator;
  readonly first: Expr[];
  readonly a: Expr;
  readonly b: Expr;
  readonly target: IntType;
  /** Keeps the result and gives back what was kept, converted to the target's type. */
  readonly keep: (result: Expr) => Expr;
  readonly span: Span;
}

const NAME = /^([us]?)(add|sub|mul)(l{0,2})_overflow(_p)?$/;

export abstract class OverflowChecker extends BuiltinChecker {
  /** Null when the name is another builtin's. */
  protected overflowBuiltin(name: string, e: CallSource): Operand | null {
    const match = NAME.exec(name);
    if (match === null) return null;
    const [, sign, op, longs, isPredicate] = match;
    const { span } = e;
    let [a, b] = [this.arg(e, 0), this.arg(e, 1)];
    const last = this.arg(e, 2);
    if (sign !== "") {
      const type = sign === "u" ? [UINT, ULONG, ULLONG][longs!.length]! : [INT, LONG, LLONG][longs!.length]!;
      [a, b] = [this.convert(a, type), this.convert(b, type)];
    }
    const target = isPredicate !== undefined ? last.type : last.type.kind === "pointer" ? last.type.to.type : null;
    if (target === null || ![target, a.type, b.type].every(isInteger) || this.fn === null) {
      if (![a, b, last].some((x) => this.isError(x.type)))
        this.error(
          `this builtin needs two integers and ${isPredicate === undefined ? "a pointer to an integer" : "a third"}`,
          span,
        );
      return this.errorOperand(span);
    }
    const first: Expr[] = [];
    const plain = integerOf(target as IntType);
    const held = { op: op as Operator, first, a: this.hold(a, first), b: this.hold(b, first), target: plain, span };
    if (isPredicate !== undefined) {
      // The third operand only gives its type, but it is evaluated.
      const third = this.hold(last, first);
      const keep = (result: Expr): Expr => this.hold(this.convert(result, third.type), first);
      return this.overflowResult({ ...held, keep });
    }
    const pointer = this.hold(last, first);
    const type = (last.type as { to: QualType }).to;
    const out: LValue = { kind: "deref", pointer, type, span };
    const keep = (result: Expr): Expr => {
      const kept = this.hold(this.convert(result, target), first);
      first.push(this.assignTo(out, kept));
      return kept;
    };
    return this.overflowResult({ ...held, keep });
  }

  private overflowResult(work: Work): Operand {
    const { a, b, target, op } = work;
    const bytes = Math.max(...[a.type, b.type, target].map((type) => integerOf(type as IntType).bytes));
    const wide = target.bytes === 8 ? target : LLONG;
    const fits = [a, b].every((x) => isHeldBy(x.type, wide));
    let test: Expr;
    if (bytes <= 4) test = this.narrowOverflow(work);
    else if (fits) test = this.equalOverflow(work, wide);
    else if (op === "mul") test = this.mixedProduct(work);
    else test = this.mixedSum(work);
    const result = this.hold(this.convert(test, BOOL), work.first);
    return this.valueOperand(this.inOrder(work.first, result));
  }

  /** 32-bit operands: the exact result fits in 64 bits (unsigned × unsigned in the unsigned type). */
  private narrowOverflow({ op, a, b, keep, first, span }: Work): Expr {
    const isUnsignedProduct = op === "mul" && [a, b].every((x) => !integerOf(x.type as IntType).signed);
    const wide = isUnsignedProduct ? ULLONG : LLONG;
    const exact = this.hold(this.combine(op, this.convert(a, wide), this.convert(b, wide), wide, span), first);
    return this.combine("ne", this.convert(keep(exact), wide), exact, INT, span);
  }

  /** Both operands have a value in the 64-bit type that is computed in: its own overflow, then what the target loses. */
  private equalOverflow(work: Work, type: IntType): Expr {
    const { op, first, keep, span } = work;
    const [x, y] = [this.hold(this.convert(work.a, type), first), this.hold(this.convert(work.b, type), first)];
    const wrapped = this.combine(op, this.convert(x, ULLONG), this.convert(y, ULLONG), ULLONG, span);
    const raw = this.hold(this.convert(wrapped, type), first);
    const kept = keep(raw);
    const test = type.signed ? this.signedOverflow(op, x, y, raw, type) : this.unsignedOverflow(op, x, y, raw);
    if (work.target.bytes === 8) return test;
    return this.either(test, this.combine("ne", this.convert(kept, type), raw, INT, span));
  }

  private unsignedOverflow(op: Operator, x: Expr, y: Expr, raw: Expr): Expr {
    if (op === "mul") return this.wrongProduct(x, y, raw);
    return op === "add" ? this.less(raw, x) : this.less(x, y);
  }

  private signedOverflow(op: Operator, x: Expr, y: Expr, raw: Expr, type: CType): Expr {
    const { span } = raw;
    if (op === "mul") {
      // −1 × the minimum is told apart, because there the quotient itself overflows.
      const isMinusOne = this.combine("eq", x, this.constant(-1, span, type), INT, span);
      const isMinimum = this.combine("eq", y, this.constant(-(1n << 63n), span, type), INT, span);
      return {
        kind: "conditional",
        test: isMinusOne,
        // biome-ignore lint/suspicious/noThenProperty: the tree's own name
        then: isMinimum,
        otherwise: this.wrongProduct(x, y, raw),
        type: INT,
        span,
      };
    }
    // Overflow when the operands' signs allow it and the result's sign differs from x's.
    const changed = this.combine("xor", x, raw, type, span);
    const allows = op === "add" ? this.combine("xor", y, raw, type, span) : this.combine("xor", x, y, type, span);
    return this.isNegative(this.combine("and", changed, allows, type, span));
  }

  /** x ≠ 0 and the product divided by x is not y */
  private wrongProduct(x: Expr, y: Expr, product: Expr): Expr {
    const { span } = product;
    const isNonZero = this.combine("ne", x, this.constant(0, span, x.type), INT, span);
    const quotient = this.combine("div", product, x, x.type, span);
    return this.both(isNonZero, this.combine("ne", quotient, y, INT, span));
  }

  /**
   * Signed and unsigned operands together: the exact sum is raw + high × 2^64 with raw the sum of the low words; each negative operand
   * counts −1 in high, a carry +1, a borrow −1.
   */
  private mixedSum({ op, a, b, first, keep, span }: Work): Expr {
    const [x, y] = [this.hold(this.convert(a, ULLONG), first), this.hold(this.convert(b, ULLONG), first)];
    const raw = this.hold(this.combine(op, x, y, ULLONG, span), first);
    const high = (part: "add" | "sub", left: Expr, right: Expr): Expr => this.combine(part, left, right, INT, span);
    const other = op === "add" ? "sub" : "add";
    const carry = op === "add" ? this.less(raw, x) : this.combine("sub", this.zero(span), this.less(x, y), INT, span);
    const exact = high(other, high("sub", carry, this.isNegative(a)), this.isNegative(b));
    return this.isLost(keep(raw), raw, this.hold(exact, first));
  }

  /** The same for products, by way of the magnitudes: high is −1 for a negative product. */
  private mixedProduct({ a, b, first, keep, span }: Work): Expr {
    const magnitude = (value: Expr): Expr => {
      const bits = this.convert(value, ULLONG);
      const negated = this.combine("sub", this.constant(0, span, ULLONG), bits, ULLONG, span);
      return this.hold(this.select(this.isNegative(value), negated, bits, ULLONG), first);
    };
    const [x, y] = [magnitude(a), magnitude(b)];
    const product = this.hold(this.combine("mul", x, y, ULLONG, span), first);
    const signs = this.combine("xor", this.isNegative(a), this.isNegative(b), INT, span);
    const isNegative = this.hold(signs, first);
    const negated = this.combine("sub", this.constant(0, span, ULLONG), product, ULLONG, span);
    const raw = this.hold(this.select(isNegative, negated, product, ULLONG), first);
    const isNonZero = this.combine("ne", raw, this.constant(0, span, ULLONG), INT, span);
    const high = this.combine("sub", this.zero(span), this.both(isNegative, isNonZero), INT, span);
    return this.either(this.wrongProduct(x, y, product), this.isLost(keep(raw), raw, this.hold(high, first)));
  }

  /** Does the kept value, extended without limit, differ from raw + high × 2^64? */
  private isLost(kept: Expr, raw: Expr, high: Expr): Expr {
    const { span } = raw;
    const low = this.combine("ne", this.convert(kept, ULLONG), raw, INT, span);
    const extension = this.combine("sub", this.zero(span), this.isNegative(kept), INT, span);
    return this.either(low, this.combine("ne", extension, high, INT, span));
  }

  // ---- building blocks ----

  private zero(span: Span): Expr {
    return this.constant(0, span);
  }

  /** 0 or 1; 0 for every value of an unsigned type. */
  private isNegative(value: Expr): Expr {
    if (!integerOf(value.type as IntType).signed) return this.zero(value.span);
    return this.less(value, this.constant(0, value.span, value.type));
  }

  private less(p: Expr, q: Expr): Expr {
    return this.combine("lt" satisfies BinaryOp, p, q, INT, p.span);
  }

  private both(left: Expr, right: Expr): Expr {
    return { kind: "logical", op: "and", left, right, type: INT, span: left.span };
  }

  private either(left: Expr, right: Expr): Expr {
    return { kind: "logical", op: "or", left, right, type: INT, span: left.span };
  }

  private select(test: Expr, then: Expr, otherwise: Expr, type: CType): Expr {
    if (test.kind === "const-int") return test.value === 0n ? otherwise : then;
    return { kind: "conditional", test, then, otherwise, type, span: test.span };
  }
}

/** Has every value of an integer type the same value in a 64-bit type? */
function isHeldBy(type: CType, wide: IntType): boolean {
  const plain = integerOf(type as IntType);
  return plain.signed === wide.signed || (wide.signed && plain.bytes < 8);
}
