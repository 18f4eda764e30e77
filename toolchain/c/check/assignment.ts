/** Assignment, compound assignment, ++ and -- (C11 §6.5.16, §6.5.2.4, §6.5.3.1): what may be changed, and how. */
import type { Span } from "../../diagnostics.ts";
import { type Expression, strip } from "../ast.ts";
import { sizeOf } from "../layout.ts";
import type { Expr, LValue } from "../tree.ts";
import {
  type CType, INT, isArithmetic, isAtomic, isCompleteType, isInteger, isRecord, isScalar, typeName,
} from "../types.ts"; // biome-ignore format: a list of names
import type { Extra, Operand } from "./base.ts";
import { BINARY_OPS, BinaryChecker, isCall } from "./binary.ts";

export abstract class AssignmentChecker extends BinaryChecker {
  abstract atomicStore(place: LValue, value: Expr, span: Span): Operand;
  abstract atomicUpdate(
    place: LValue,
    operator: string,
    value: Expr,
    result: "old" | "new",
    span: Span,
    operatorSpan: Span,
  ): Operand;

  /** Checks that an operand can be assigned to. */
  private assignable(operand: Operand, what: string, extra: Extra = {}): LValue | null {
    if (this.isError(operand.type.type)) return null;
    const { place } = operand;
    if (place === null || !operand.isLvalue) {
      this.error(
        `${what} needs a variable or another object that can be changed; this is only a value`,
        operand.span,
        extra,
      );
      return null;
    }
    const t = operand.type.type;
    if (t.kind === "array") {
      this.error("an array cannot be assigned to as a whole", operand.span, {
        hint: "copy its elements, for example with memcpy or strcpy",
      });
      return null;
    }
    if (t.kind === "function") {
      this.error("a function cannot be assigned to", operand.span);
      return null;
    }
    if (operand.type.isConst || (isRecord(t) && hasConstMember(t))) {
      const name =
        place.kind === "var" && place.var.storage !== "string"
          ? `'${place.var.name}' is const`
          : place.kind === "member"
            ? `the member '${place.member.name}' is const`
            : "this is const";
      this.error(`${name} and cannot be changed`, operand.span);
      return null;
    }
    if (!isCompleteType(t)) {
      this.error(`'${typeName(operand.type)}' is incomplete, so it cannot be assigned to`, operand.span);
      return null;
    }
    return place;
  }

  /** The target of an assignment; naming a variable there is not a use of it when the assignment's value is not used either. */
  private checkTarget(e: Expression, isDiscarded: boolean): Operand {
    const entity = e.kind === "name" ? this.scope.find(e.name) : null;
    const wasUsed = entity?.isUsed ?? false;
    const operand = this.checkExpression(e);
    if (entity?.kind === "object" && entity.object.storage === "local") {
      if (isDiscarded) entity.isUsed = wasUsed;
      entity.isSet = true;
    }
    return operand;
  }

  /** Assignments whose value nobody asks for. */
  private readonly discarded = new Set<Expression>();
  /** Notes that an expression is there for its effect only. */
  discard(e: Expression): void {
    const plain = strip(e);
    if (plain.kind === "assign") this.discarded.add(plain);
    if (plain.kind === "comma") this.discard(plain.right);
  }

  protected checkAssign(e: Extract<Expression, { kind: "assign" }>): Operand {
    const { span } = e;
    if (e.operator !== "=") return this.compoundAssign(e);
    const target = this.checkTarget(e.target, this.discarded.delete(e));
    const operand = this.checkExpression(e.value);
    this.checkTransposed(e);
    const place = this.assignable(target, "an assignment", isCall(e.target) ? ASSIGNED_CALL : {});
    if (place === null) return this.errorOperand(span);
    if (
      e.target.kind === "name" &&
      strip(e.value).kind === "name" &&
      (strip(e.value) as { name: string }).name === e.target.name
    ) {
      this.warn("Wself-assign", `'${e.target.name}' is assigned to itself`, e.operatorSpan);
    }
    const value = this.assignConvert(operand, place.type, { kind: "assign" }, e.value.span);
    if (isAtomic(place.type)) return this.atomicStore(place, value, span);
    return this.valueOperand({ kind: "assign", target: place, value, type: place.type.type, span });
  }

  /** `x =+ 1`, where `x += 1` is meant. */
  private checkTransposed(e: Extract<Expression, { kind: "assign" }>): void {
    const { value, operatorSpan } = e;
    if (value.kind !== "prefix" || !["+", "-", "*", "&"].includes(value.operator)) return;
    const { file, end } = operatorSpan;
    if (value.span.file !== file || value.span.start !== end || !/^\s/.test(file.text.slice(end + 1))) return;
    this.warn(
      "Wtransposed-assignment",
      `'=${value.operator}' assigns; to change the variable by a value, write '${value.operator}='`,
      operatorSpan,
      { fix: { span: { file, start: operatorSpan.start, end: end + 1 }, replacement: `${value.operator}=` } },
    );
  }

  private compoundAssign(e: Extract<Expression, { kind: "assign" }>): Operand {
    const { span } = e;
    const target = this.checkExpression(e.target);
    const value = this.rvalue(this.checkExpression(e.value));
    const place = this.assignable(target, `'${e.operator}'`);
    if (place === null || this.isError(value.type)) return this.errorOperand(span);
    return this.update(place, e.operator.slice(0, -1), value, "new", span, e.operatorSpan);
  }

  override increment(source: Expression, isUp: boolean, result: "old" | "new", span: Span): Operand {
    const operand = this.checkExpression(source);
    const place = this.assignable(operand, isUp ? "'++'" : "'--'");
    if (place === null) return this.errorOperand(span);
    if (!isScalar(place.type.type)) {
      this.error(`'${isUp ? "++" : "--"}' needs a number or a pointer, not '${typeName(place.type)}'`, span);
      return this.errorOperand(span);
    }
    return this.update(place, isUp ? "+" : "-", this.constant(1, span), result, span, span);
  }

  update(place: LValue, operator: string, value: Expr, result: "old" | "new", span: Span, operatorSpan: Span): Operand {
    const type = place.type.type;
    const op = BINARY_OPS[operator]!;
    if (isAtomic(place.type)) return this.atomicUpdate(place, operator, value, result, span, operatorSpan);
    if (type.kind === "pointer") {
      if ((op !== "add" && op !== "sub") || !isInteger(value.type))
        return this.badOperands(`${operator}=`, type, value.type, operatorSpan);
      if (!this.checkPointee(type.to, span)) return this.errorOperand(span);
      const index = this.promote(value);
      const short = sizeOf(index.type) === 8 ? this.convert(index, INT) : index;
      return this.valueOperand({
        kind: "update",
        op,
        target: place,
        value: short,
        computeType: type,
        scale: this.scaleOf(type, span),
        result,
        type,
        span,
      });
    }
    const needsInteger = op === "rem" || op === "and" || op === "or" || op === "xor" || op === "shl" || op === "shr";
    const isFine = needsInteger
      ? isInteger(type) && isInteger(value.type)
      : isArithmetic(type) && isArithmetic(value.type);
    if (!isFine) return this.badOperands(`${operator}=`, type, value.type, operatorSpan);
    const old = this.load(place);
    if (op === "shl" || op === "shr") {
      const computeType = this.promotedType(old);
      return this.valueOperand({
        kind: "update",
        op,
        target: place,
        value: this.shiftCount(value, computeType),
        computeType,
        scale: null,
        result,
        type,
        span,
      });
    }
    if ((op === "div" || op === "rem") && value.kind === "const-int" && value.value === 0n)
      this.warn("Wdiv-by-zero", "division by zero", operatorSpan);
    const computeType = this.commonType(old, value);
    if (isInteger(value.type) && isInteger(computeType)) this.checkConversion(value, computeType, value.span);
    const [left, right] = [old, value].map((side) => this.convert(side, computeType)) as [Expr, Expr];
    this.checkConversion({ kind: "binary", op, left, right, type: computeType, span }, type, value.span);
    return this.valueOperand({
      kind: "update",
      op,
      target: place,
      value: this.convert(value, computeType),
      computeType,
      scale: null,
      result,
      type,
      span,
    });
  }
}

const ASSIGNED_CALL: Extra = { hint: "write '==' to compare what the call returns" };

function hasConstMember(t: CType): boolean {
  if (t.kind !== "struct" && t.kind !== "union")
    return t.kind === "array" && (t.of.isConst || hasConstMember(t.of.type));
  return t.members.some((member) => member.type.isConst || hasConstMember(member.type.type));
}
