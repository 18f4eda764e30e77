/** GNU's builtins that ask what kind of floating number something is, compare in silence, or raise to a whole power. */
import { isConst } from "../constant.ts";
import type { BinaryOp, Expr, LValue } from "../tree.ts";
import { type CType, DOUBLE, FLOAT, INT, LDOUBLE, qual } from "../types.ts";
import { AtomicChecker } from "./atomics.ts";
import type { Operand } from "./base.ts";
import { type CallSource, functionType as fn } from "./builtins.ts";

/** What `__fpclassify` of our libc answers, as <math.h> has it. */
const CLASS_NORMAL = 4;

const POWERS: Readonly<Record<string, [string, CType]>> = {
  powi: ["__powidf2", DOUBLE],
  powif: ["__powisf2", FLOAT],
  powil: ["__powitf2", LDOUBLE],
};

export abstract class FloatBuiltinChecker extends AtomicChecker {
  /** Checks a call of a builtin by its name without `__builtin_`; null when it is none of these. */
  protected floatBuiltin(name: string, e: CallSource): Operand | null {
    const { span } = e;
    const equals = (a: Expr, b: Expr): Expr => this.binary("eq", a, b, INT, span);
    switch (name) {
      case "signbit":
      case "signbitf":
      case "signbitl": {
        const value = this.convert(this.arg(e, 0), DOUBLE);
        return this.valueOperand(this.callHelper("__signbit", fn(INT, DOUBLE), [value], span));
      }
      case "isgreater":
      case "isgreaterequal":
      case "isless":
      case "islessequal":
      case "islessgreater":
      case "isunordered":
        return this.floatOrder(name, e);
      case "isnanf":
      case "isnanl":
      case "isnan":
        return this.withCopy(e, (x) => this.binary("ne", x, x, INT, span));
      case "isinf":
      case "isinff":
      case "isinfl":
      case "isfinite":
      case "finite":
      case "finitef":
        return this.withCopy(e, (x) => {
          // x − x is 0 for finite numbers and NaN otherwise; an infinity equals itself.
          const difference = this.binary("sub", x, x, x.type, span);
          const finite = equals(difference, this.convert(this.constant(0, span), x.type));
          if (!name.startsWith("isinf")) return finite;
          const right = equals(x, x);
          return { kind: "logical", op: "and", left: this.unary("lognot", finite, INT, span), right, type: INT, span };
        });
      case "isinf_sign":
        return this.withCopy(e, (x) => {
          const infinity = (value: number): Expr => ({ kind: "const-float", value, type: x.type, span });
          const [above, below] = [infinity(Number.POSITIVE_INFINITY), infinity(Number.NEGATIVE_INFINITY)];
          return this.binary("sub", equals(x, above), equals(x, below), INT, span);
        });
      case "isnormal":
        return this.valueOperand(equals(this.classOf(this.arg(e, 0)), this.constant(CLASS_NORMAL, span)));
      case "fpclassify":
        return this.classify(e);
      case "powi":
      case "powif":
      case "powil": {
        const [helper, type] = POWERS[name]!;
        const args = [this.convert(this.arg(e, 0), type), this.convert(this.arg(e, 1), INT)];
        return this.valueOperand(this.callHelper(helper, fn(type, type, INT), args, span));
      }
    }
    return null;
  }

  private classOf(value: Expr): Expr {
    const type = value.type.kind === "float" ? value.type : DOUBLE;
    const suffix = type.bytes === 4 ? "f" : type.bytes === 16 ? "l" : "";
    return this.callHelper(`__fpclassify${suffix}`, fn(INT, type), [this.convert(value, type)], value.span);
  }

  /** `fpclassify(nan, infinite, normal, subnormal, zero, x)`. */
  private classify(e: CallSource): Operand {
    const { span } = e;
    const [nan, infinite, normal, subnormal, zero] = [0, 1, 2, 3, 4].map((at) => this.convert(this.arg(e, at), INT));
    const value = this.arg(e, 5);
    if (this.fn === null) return this.errorOperand(span);
    const first: Expr[] = [];
    const kind = this.hold(this.classOf(value), first);
    // In the order of the classes' numbers.
    const chosen = [nan!, infinite!, zero!, subnormal!].reduceRight<Expr>((otherwise, then, at) => {
      const test = this.binary("eq", kind, this.constant(at, span), INT, span);
      return { kind: "conditional", test, then, otherwise, type: INT, span };
    }, normal!);
    return this.valueOperand(this.inOrder(first, chosen));
  }

  /** Comparisons of floating numbers that are false, not an error, when one of them is no number (C11 §7.12.14). */
  private floatOrder(name: string, e: CallSource): Operand {
    const { span } = e;
    const [left, right] = [this.arg(e, 0), this.arg(e, 1)];
    const type = this.commonType(left, right);
    const test = (op: BinaryOp, a: Expr, b: Expr): Expr => this.binary(op, a, b, INT, span);
    const simple: Readonly<Record<string, BinaryOp>> = {
      isgreater: "gt",
      isgreaterequal: "ge",
      isless: "lt",
      islessequal: "le",
    };
    const op = simple[name];
    const [x, y] = [this.convert(left, type), this.convert(right, type)];
    if (op !== undefined) return this.valueOperand(test(op, x, y));
    if (this.fn === null) return this.errorOperand(span);
    const [a, b] = [x, y].map((value) => this.localPlace(this.temporary(qual(type), value.span), span)) as [
      LValue,
      LValue,
    ];
    const [first, second]: [BinaryOp, BinaryOp] = name === "islessgreater" ? ["lt", "gt"] : ["ne", "ne"];
    const [p, q] = name === "islessgreater" ? [b, b] : [a, b];
    const result: Expr = {
      kind: "logical",
      op: "or",
      left: test(first, this.load(a), this.load(p)),
      right: test(second, name === "islessgreater" ? this.load(a) : this.load(b), this.load(q)),
      type: INT,
      span,
    };
    return this.after(this.assignTo(a, x), this.after(this.assignTo(b, y), this.valueOperand(result)));
  }

  /** Checks a function of one floating argument, which is computed once. */
  private withCopy(e: CallSource, make: (x: Expr) => Expr): Operand {
    const value = this.arg(e, 0);
    const x = value.type.kind === "float" ? value : this.convert(value, DOUBLE);
    if (this.fn === null || isConst(x)) return this.valueOperand(make(x));
    const place = this.localPlace(this.temporary(qual(x.type), e.span), e.span);
    const right = make(this.load(place));
    return this.valueOperand({
      kind: "comma",
      left: this.voidValue(this.assignTo(place, x)),
      right,
      type: right.type,
      span: e.span,
    });
  }
}
