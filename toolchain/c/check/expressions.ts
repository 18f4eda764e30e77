/**
 * Every kind of expression (C11 §6.5, with GNU's extensions), from syntax to typed tree: sends each to its part of the checker, and
 * holds the conditional operator and what is said of values that nobody uses. The parts are classes that extend each other, in the
 * order of the standard, because expressions contain each other: primary.ts, unary.ts, binary.ts, assignment.ts; calls.ts
 * and the builtins come after.
 */
import type { Span } from "../../diagnostics.ts";
import { type CompoundStatement, type Expression, type Initializer, strip } from "../ast.ts";
import { isConst, truthOf } from "../constant.ts";
import type { Expr } from "../tree.ts";
import {
  type CType, compositeType, isArithmetic, isCompatible, isInteger, isRecord, pointerTo, type QualType, qual, typeName, VOID, VOID_POINTER,
} from "../types.ts"; // biome-ignore format: a list of names
import { AssignmentChecker } from "./assignment.ts";
import type { Operand } from "./base.ts";

export abstract class ExpressionChecker extends AssignmentChecker {
  abstract checkCall(e: Extract<Expression, { kind: "call" }>): Operand;
  abstract builtinExpression(e: Expression): Operand;
  abstract compoundLiteral(type: QualType, initializer: Initializer, span: Span): Operand;
  abstract statementExpression(body: CompoundStatement, span: Span): Operand;
  abstract useLabel(name: string, span: Span): string;

  override checkExpression(e: Expression): Operand {
    switch (e.kind) {
      case "name":
        return this.checkName(e.name, e.span);
      case "number":
        return this.checkNumber(e.text, e.span);
      case "character":
        return this.checkCharacter(e.text, e.span);
      case "string":
        return this.checkString(e);
      case "paren":
        return { ...this.checkExpression(e.inner), span: e.span, isParenthesized: true };
      case "prefix":
        return this.checkPrefix(e);
      case "postfix":
        return this.increment(e.operand, e.operator === "++", "old", e.span);
      case "binary":
        return this.checkBinary(e);
      case "assign":
        return this.checkAssign(e);
      case "conditional":
        return this.checkConditional(e);
      case "comma": {
        this.discard(e.left);
        const left = this.rvalue(this.checkExpression(e.left));
        this.checkUnusedValue(e.left, left);
        const right = this.rvalue(this.checkExpression(e.right));
        return this.valueOperand({ kind: "comma", left: this.voidValue(left), right, type: right.type, span: e.span });
      }
      case "cast":
        return this.checkCast(e.type, e.operand, e.span);
      case "compound":
        return this.withSizes(() => this.compoundLiteral(this.typeOf(e.type), e.initializer, e.span));
      case "call":
        return this.checkCall(e);
      case "index":
        return this.checkIndex(e.base, e.index, e.span);
      case "member":
        return this.checkMember(e);
      case "sizeof":
      case "alignof":
        return this.checkSizeof(e.kind, e.operand, e.span);
      case "sizeof-type":
      case "alignof-type":
        return this.checkSizeofType(e.kind === "sizeof-type", e.type, e.span);
      case "generic":
        return this.checkGeneric(e);
      case "statements":
        return this.statementExpression(e.body, e.span);
      case "label-address":
        return this.valueOperand({
          kind: "label-address",
          label: this.useLabel(e.label.text, e.label.span),
          type: VOID_POINTER,
          span: e.span,
        });
      default:
        return this.builtinExpression(e);
    }
  }

  /** The value of an expression. */
  value(e: Expression): Expr {
    return this.rvalue(this.checkExpression(e));
  }

  // ---- conditional ----

  private checkConditional(e: Extract<Expression, { kind: "conditional" }>): Operand {
    const { span } = e;
    if (e.then === null) return this.shortConditional(e);
    const test = this.condition(this.testOperand(e.test), "'?'");
    const truth = truthOf(test);
    if (truth === false) this.unevaluated++;
    const then = this.checkExpression(e.then);
    if (truth === false) this.unevaluated--;
    if (truth === true) this.unevaluated++;
    const otherwise = this.checkExpression(e.otherwise);
    if (truth === true) this.unevaluated--;
    return this.choose(test, truth, then, otherwise, span);
  }

  /** GNU's `a ?: b`: the test's value is used twice and computed once. */
  private shortConditional(e: Extract<Expression, { kind: "conditional" }>): Operand {
    const first = this.checkExpression(e.test);
    const test = this.condition(first, "'?'");
    const truth = truthOf(test);
    const isSteady = test.kind === "load" && test.from.kind === "var" && !test.from.type.isVolatile;
    if (truth !== null || this.fn === null || isSteady)
      return this.choose(
        test,
        truth,
        { ...first, place: null, value: test, isLvalue: false },
        this.checkExpression(e.otherwise),
        e.span,
      );
    const local = this.temporary(qual(test.type), e.span);
    const place = this.localPlace(local, e.span);
    const result = this.rvalue(
      this.choose(this.load(place), null, this.placeOperand(place, false), this.checkExpression(e.otherwise), e.span),
    );
    const left = this.voidValue(this.assignTo(place, test));
    return this.valueOperand({ kind: "comma", left, right: result, type: result.type, span: e.span });
  }

  choose(test: Expr, truth: boolean | null, first: Operand, second: Operand, span: Span): Operand {
    const a = this.rvalue(first);
    const b = this.rvalue(second);
    if (this.isError(a.type) || this.isError(b.type)) return this.errorOperand(span);
    const type = this.conditionalType(first, second, a, b);
    if (type === null) {
      this.error(
        `the two outcomes of '?:' do not go together: '${typeName(qual(a.type))}' and '${typeName(qual(b.type))}'`,
        span,
      );
      return this.errorOperand(span);
    }
    const then = type.kind === "void" ? this.voidValue(a) : this.convert(a, type);
    const otherwise = type.kind === "void" ? this.voidValue(b) : this.convert(b, type);
    if (truth !== null && !isRecord(type)) {
      const chosen = truth ? then : otherwise;
      const source = truth ? first : second;
      return this.valueOperand(chosen, isConst(chosen) && source.isNull === true && isInteger(type));
    }
    return this.valueOperand({ kind: "conditional", test, then, otherwise, type, span });
  }

  /** C11 §6.5.15p5–6. */
  private conditionalType(first: Operand, second: Operand, a: Expr, b: Expr): CType | null {
    if (isArithmetic(a.type) && isArithmetic(b.type)) return this.commonType(a, b);
    if (a.type.kind === "void" || b.type.kind === "void") return VOID;
    if (isRecord(a.type) && isCompatible(a.type, b.type)) return a.type;
    if (a.type.kind === "pointer" && second.isNull === true) return a.type;
    if (b.type.kind === "pointer" && first.isNull === true) return b.type;
    if (a.type.kind === "pointer" && b.type.kind === "pointer") {
      const [p, q] = [a.type.to, b.type.to];
      const both = qual(VOID, p.isConst || q.isConst, p.isVolatile || q.isVolatile);
      if (isCompatible(p.type, q.type)) return pointerTo({ ...both, type: compositeType(p.type, q.type) });
      if (p.type.kind !== "void" && q.type.kind !== "void")
        this.warn(
          "Wincompatible-pointer-types",
          `the two outcomes of '?:' point to different types: '${typeName(qual(a.type))}' and '${typeName(qual(b.type))}'`,
          second.span,
        );
      return pointerTo(both);
    }
    if (a.type.kind === "pointer" && isInteger(b.type)) {
      this.warn("Wint-conversion", "one outcome of '?:' is a pointer, the other an integer", second.span);
      return a.type;
    }
    if (b.type.kind === "pointer" && isInteger(a.type)) {
      this.warn("Wint-conversion", "one outcome of '?:' is a pointer, the other an integer", first.span);
      return b.type;
    }
    return null;
  }

  // ---- values that nobody uses ----

  /** Warns when a value is computed for nothing. */
  checkUnusedValue(source: Expression, value: Expr): void {
    const e = strip(source);
    if (value.type.kind === "void" || this.isError(value.type)) return;
    switch (e.kind) {
      case "binary": {
        if (e.operator === "&&" || e.operator === "||") return;
        const hint =
          e.operator === "==" ? { hint: "write '=' to assign", fix: { span: e.operatorSpan, replacement: "=" } } : {};
        this.warn("Wunused-value", `the outcome of '${e.operator}' is not used`, e.operatorSpan, hint);
        return;
      }
      case "prefix":
        if (e.operator !== "++" && e.operator !== "--")
          this.warn("Wunused-value", `the outcome of '${e.operator}' is not used`, e.span);
        return;
      case "name":
      case "number":
      case "character":
      case "string":
      case "index":
      case "member":
        this.warn(
          "Wunused-value",
          "this expression does nothing",
          e.span,
          value.kind === "address" && value.of.type.type.kind === "function"
            ? { hint: "a call needs parentheses: ()" }
            : {},
        );
        return;
      case "cast":
        this.warn("Wunused-value", "this expression does nothing", e.span);
    }
  }
}
