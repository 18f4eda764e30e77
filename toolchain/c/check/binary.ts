/** Binary operators (C11 §6.5.5 to §6.5.14): arithmetic, pointers, comparisons, && and ||. */
import type { Span } from "../../diagnostics.ts";
import { type BinaryOperator, type Expression, strip } from "../ast.ts";
import { staticAddress, truthOf } from "../constant.ts";
import { sizeOf } from "../layout.ts";
import type { BinaryOp, Expr } from "../tree.ts";
import { type CType, INT, isArithmetic, isCompatible, isInteger, PTRDIFF_T, qual, typeName } from "../types.ts";
import { checkComparison } from "../warnings/comparison.ts";
import type { Operand } from "./base.ts";
import { UnaryChecker } from "./unary.ts";

export const BINARY_OPS: Readonly<Partial<Record<string, BinaryOp>>> = {
  "+": "add", "-": "sub", "*": "mul", "/": "div", "%": "rem", "&": "and", "|": "or", "^": "xor", "<<": "shl", ">>": "shr", "==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge",
}; // biome-ignore format: a table

export abstract class BinaryChecker extends UnaryChecker {
  protected checkBinary(e: Extract<Expression, { kind: "binary" }>): Operand {
    const { operator, span } = e;
    if (operator === "&&" || operator === "||") return this.checkLogical(e);
    const left = this.checkExpression(e.left);
    const right = this.checkExpression(e.right);
    const a = this.rvalue(left);
    const b = this.rvalue(right);
    if (this.isError(a.type) || this.isError(b.type)) return this.errorOperand(span);
    this.checkParentheses(e);
    if (
      operator === "==" ||
      operator === "!=" ||
      operator === "<" ||
      operator === ">" ||
      operator === "<=" ||
      operator === ">="
    ) {
      return this.compare(e, left, right, a, b);
    }
    if ((operator === "+" || operator === "-") && (a.type.kind === "pointer" || b.type.kind === "pointer"))
      return this.pointerArithmetic(e, a, b);
    if (operator === "^") this.checkPower(e, a, b);
    return this.arithmetic(operator, a, b, span, e.operatorSpan);
  }

  /** `2 ^ 10` and `10 ^ 3`, which are 8 and 9 in C. As in Clang, a hexadecimal number says that xor is meant. */
  private checkPower(e: Extract<Expression, { kind: "binary" }>, a: Expr, b: Expr): void {
    const base = e.left.kind === "number" ? e.left.text : "";
    const exponent = e.right.kind === "prefix" && e.right.operator === "-" ? e.right.operand : e.right;
    if ((base !== "2" && base !== "10") || exponent.kind !== "number" || !/^(0|[1-9]\d*)$/.test(exponent.text)) return;
    if (a.kind !== "const-int" || b.kind !== "const-int" || (base === "2" && (b.value < 0n || b.value > 63n))) return;
    const power = base === "10" ? `1e${b.value}` : `${b.value > 30n ? "1LL" : "1"} << ${b.value}`;
    this.warn(
      "Wxor-used-as-pow",
      `'^' is exclusive or: ${base} ^ ${b.value} is ${BigInt.asIntN(32, a.value ^ b.value)}, no power`,
      e.operatorSpan,
      { hint: `did you mean '${power}'?`, fix: { span: e.span, replacement: power } },
    );
  }

  /** Arithmetic operators on two numbers. */
  arithmetic(operator: string, a: Expr, b: Expr, span: Span, operatorSpan: Span): Operand {
    const op = BINARY_OPS[operator]!;
    const needsInteger = op === "rem" || op === "and" || op === "or" || op === "xor" || op === "shl" || op === "shr";
    const isFine = needsInteger ? isInteger(a.type) && isInteger(b.type) : isArithmetic(a.type) && isArithmetic(b.type);
    if (!isFine) return this.badOperands(operator, a.type, b.type, operatorSpan);
    if (op === "shl" || op === "shr") {
      const left = this.promote(a);
      const right = this.shiftCount(b, left.type);
      return this.constantOperand(this.binary(op, left, right, left.type, span));
    }
    const type = this.commonType(a, b);
    for (const side of [a, b]) if (isInteger(side.type) && isInteger(type)) this.checkConversion(side, type, side.span);
    return this.constantOperand(this.binary(op, this.convert(a, type), this.convert(b, type), type, span));
  }

  private constantOperand(value: Expr): Operand {
    return this.valueOperand(value, value.kind === "const-int" && value.value === 0n);
  }

  shiftCount(count: Expr, type: CType): Expr {
    const right = this.convert(this.promote(count), INT);
    if (right.kind === "const-int" && this.unevaluated === 0) {
      if (right.value < 0n) this.warn("Wshift-count-negative", "the shift count is negative", count.span);
      else if (right.value >= BigInt(sizeOf(type) * 8))
        this.warn(
          "Wshift-count-overflow",
          `the shift count ${right.value} is not less than the width of '${typeName(qual(type))}'`,
          count.span,
        );
    }
    return right;
  }

  protected badOperands(operator: string, a: CType, b: CType, span: Span): Operand {
    this.error(`'${operator}' cannot be applied to '${typeName(qual(a))}' and '${typeName(qual(b))}'`, span);
    return this.errorOperand(span);
  }

  private pointerArithmetic(e: Extract<Expression, { kind: "binary" }>, a: Expr, b: Expr): Operand {
    const { span, operator } = e;
    if (a.type.kind === "pointer" && b.type.kind === "pointer") {
      if (operator === "+" || !isCompatible(a.type.to.type, b.type.to.type))
        return this.badOperands(operator, a.type, b.type, e.operatorSpan);
      if (!this.checkPointee(a.type.to, span)) return this.errorOperand(span);
      if (a.kind === "const-int" && b.kind === "const-int") {
        const size = BigInt(Math.max(1, sizeOf(a.type.to.type)));
        return this.valueOperand(this.constant(BigInt.asIntN(32, a.value - b.value) / size, span, PTRDIFF_T));
      }
      const scale = this.scaleOf(a.type, span);
      const difference: Expr = { kind: "pointer-diff", left: a, right: b, scale, type: PTRDIFF_T, span };
      // Offsets of members of an object at a constant address, as offsetof was once written.
      const known = staticAddress(difference);
      return this.valueOperand(known?.base === null ? this.constant(known.offset, span, PTRDIFF_T) : difference);
    }
    const [pointer, index] = a.type.kind === "pointer" ? [a, b] : [b, a];
    if (pointer.type.kind !== "pointer" || !isInteger(index.type) || (operator === "-" && pointer !== a))
      return this.badOperands(operator, a.type, b.type, e.operatorSpan);
    if (!this.checkPointee(pointer.type.to, span)) return this.errorOperand(span);
    const scale = this.scaleOf(pointer.type, span);
    if (pointer.kind === "const-int" && index.kind === "const-int" && typeof scale === "number") {
      const bytes = index.value * BigInt(scale);
      return this.valueOperand(
        this.constant(
          BigInt.asUintN(32, operator === "+" ? pointer.value + bytes : pointer.value - bytes),
          span,
          pointer.type,
        ),
      );
    }
    return this.valueOperand(this.pointerAdd(pointer, this.promote(index), scale, operator === "-", span));
  }

  private compare(
    e: Extract<Expression, { kind: "binary" }>,
    left: Operand,
    right: Operand,
    a: Expr,
    b: Expr,
  ): Operand {
    const { span, operator } = e;
    const op = BINARY_OPS[operator]!;
    if (isArithmetic(a.type) && isArithmetic(b.type)) {
      checkComparison(this, e, a, b);
      const type = this.commonType(a, b);
      return this.constantOperand(this.binary(op, this.convert(a, type), this.convert(b, type), INT, span));
    }
    if (a.type.kind === "pointer" && b.type.kind === "pointer") {
      const [p, q] = [a.type.to.type, b.type.to.type];
      const isFine =
        isCompatible(p, q) || p.kind === "void" || q.kind === "void" || left.isNull === true || right.isNull === true;
      if (!isFine)
        this.warn(
          "Wcompare-distinct-pointer-types",
          `pointers of different types are compared: '${typeName(qual(a.type))}' and '${typeName(qual(b.type))}'`,
          e.operatorSpan,
        );
      this.checkArrayCompare(e, left, right);
      this.checkStringCompare(e, left.isNull === true || right.isNull === true);
      this.checkAddressCompare(a, b, e.operatorSpan);
      return this.constantOperand(this.binary(op, a, this.convert(b, a.type), INT, span));
    }
    const [pointer, other, operand] = a.type.kind === "pointer" ? [a, b, right] : [b, a, left];
    if (pointer.type.kind === "pointer" && isInteger(other.type)) {
      if (operand.isNull !== true)
        this.warn(
          "Wpointer-integer-compare",
          `a pointer is compared with an integer ('${typeName(qual(a.type))}' and '${typeName(qual(b.type))}')`,
          e.operatorSpan,
        );
      this.checkAddressCompare(pointer, other, e.operatorSpan);
      return this.constantOperand(
        this.binary(op, this.convert(a, pointer.type), this.convert(b, pointer.type), INT, span),
      );
    }
    return this.badOperands(operator, a.type, b.type, e.operatorSpan);
  }

  private checkArrayCompare(e: Extract<Expression, { kind: "binary" }>, left: Operand, right: Operand): void {
    const isArray = ({ place }: Operand): boolean =>
      place?.type.type.kind === "array" && !(place.kind === "var" && place.var.storage === "string");
    if (!isArray(left) || !isArray(right)) return;
    this.warn("Warray-compare", "this compares where two arrays are, not what is in them", e.operatorSpan, {
      hint: "compare their elements, for example with memcmp or strcmp",
    });
  }

  private checkStringCompare(e: Extract<Expression, { kind: "binary" }>, isNull: boolean): void {
    if (isNull) return;
    if (strip(e.left).kind === "string" || strip(e.right).kind === "string") {
      this.warn("Wstring-compare", "this compares addresses, not the texts", e.operatorSpan, {
        hint: "use strcmp to compare what the strings say",
      });
    }
  }

  private checkAddressCompare(a: Expr, b: Expr, span: Span): void {
    const isNull = (x: Expr): boolean => x.kind === "const-int" && x.value === 0n;
    const place = isNull(b) ? a : isNull(a) ? b : null;
    if (
      place?.kind === "address" &&
      place.of.kind === "var" &&
      place.of.var.storage !== "string" &&
      truthOf(place) === true
    ) {
      this.warn("Waddress", `the address of '${place.of.var.name}' is never null`, span);
    }
  }

  /** -Wparentheses: `a < b < c`, `a & b == c`, `a && b || c`, `a << b + c`. */
  private checkParentheses(e: Extract<Expression, { kind: "binary" }>): void {
    const inner = (side: Expression): BinaryOperator | null => (side.kind === "binary" ? side.operator : null);
    const isCompare = (op: BinaryOperator | null): boolean =>
      op !== null && ["<", ">", "<=", ">=", "==", "!="].includes(op);
    const [left, right] = [inner(e.left), inner(e.right)];
    if (["<", ">", "<=", ">="].includes(e.operator) && left !== null && ["<", ">", "<=", ">="].includes(left)) {
      this.warn(
        "Wparentheses",
        `'a ${left} b ${e.operator} c' compares the outcome of the first comparison (0 or 1) with the last value`,
        e.operatorSpan,
        { hint: "write it as two comparisons joined by &&" },
      );
    } else if (
      (e.operator === "&" || e.operator === "|" || e.operator === "^") &&
      (isCompare(left) || isCompare(right))
    ) {
      const op = isCompare(left) ? left : right;
      this.warn("Wparentheses", `'${op}' binds more tightly than '${e.operator}'`, e.operatorSpan, {
        hint: "put the part that is meant into parentheses",
      });
    } else if ((e.operator === "<<" || e.operator === ">>") && [left, right].some((op) => op === "+" || op === "-")) {
      this.warn("Wparentheses", `'+' and '-' bind more tightly than '${e.operator}'`, e.operatorSpan, {
        hint: "put the part that is meant into parentheses",
      });
    }
    const first = e.left;
    if (
      first.kind === "prefix" &&
      first.operator === "!" &&
      (isCompare(e.operator) || e.operator === "&") &&
      strip(e.right).kind !== "prefix" &&
      !(first.operand.kind === "prefix" && first.operand.operator === "!") &&
      !((e.operator === "==" || e.operator === "!=") && isZero(e.right))
    ) {
      this.warn("Wlogical-not-parentheses", `'!' applies only to the left side of '${e.operator}'`, first.span, {
        hint: "put the whole comparison into parentheses",
      });
    }
  }

  private checkLogical(e: Extract<Expression, { kind: "binary" }>): Operand {
    const { span } = e;
    const op = e.operator === "&&" ? "and" : "or";
    if (op === "or" && [e.left, e.right].some((side) => side.kind === "binary" && side.operator === "&&")) {
      this.warn("Wparentheses", "'&&' binds more tightly than '||'", e.operatorSpan, {
        hint: "parentheses around the && part make that plain",
      });
    }
    const left = this.condition(this.testOperand(e.left), `'${e.operator}'`);
    const truth = truthOf(left);
    const decided = truth !== null && truth === (op === "or");
    if (decided) this.unevaluated++;
    const right = this.condition(this.testOperand(e.right), `'${e.operator}'`);
    if (decided) this.unevaluated--;
    if (decided) return this.valueOperand(this.constant(op === "or" ? 1 : 0, span), op === "and");
    const rightTruth = truthOf(right);
    if (truth !== null && rightTruth !== null)
      return this.valueOperand(this.constant(rightTruth ? 1 : 0, span), !rightTruth);
    return this.valueOperand({ kind: "logical", op, left, right, type: INT, span });
  }

  /** An expression whose truth is asked for: an assignment there is probably a slip. */
  testOperand(e: Expression): Operand {
    if (e.kind === "assign" && e.operator === "=" && !isCall(e.target)) {
      this.warn("Wparentheses", "an assignment is used as a condition", e.operatorSpan, {
        hint: "write '==' to compare, or put parentheses around the assignment if it is meant",
        fix: { span: e.operatorSpan, replacement: "==" },
      });
    }
    return this.checkExpression(e);
  }
}

/** `!x == 0` and `!x != 0` mean what they seem to. */
function isZero(e: Expression): boolean {
  const plain = strip(e);
  return plain.kind === "number" && /^0+$/.test(plain.text);
}

export const isCall = (e: Expression): boolean => strip(e).kind === "call";
