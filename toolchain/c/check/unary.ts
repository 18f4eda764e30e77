/** Postfix and unary operators and casts (C11 §6.5.2 to §6.5.4): what leads from an object to its parts, its address and its value. */
import type { Span } from "../../diagnostics.ts";
import { type Expression, strip, type TypeName } from "../ast.ts";
import { findMember, memberNames } from "../layout.ts";
import type { Expr, LValue, Stmt } from "../tree.ts";
import {
  INT, integerOf, isArithmetic, isCompatible, isCompleteType, isInteger, isRecord, isScalar, pointerTo, type QualType, qual, typeName, unqualified,
  VOID, withQualifiers,
} from "../types.ts"; // biome-ignore format: a list of names
import type { Operand } from "./base.ts";
import { bitFieldOf } from "./conversions.ts";
import { PrimaryChecker } from "./primary.ts";

export abstract class UnaryChecker extends PrimaryChecker {
  abstract increment(source: Expression, isUp: boolean, result: "old" | "new", span: Span): Operand;

  // ---- postfix expressions ----

  protected checkIndex(baseSource: Expression, indexSource: Expression, span: Span): Operand {
    const first = this.checkExpression(baseSource);
    const second = this.checkExpression(indexSource);
    let base = this.rvalue(first);
    let index = this.rvalue(second);
    if (base.type.kind !== "pointer" && index.type.kind === "pointer") [base, index] = [index, base];
    if (this.isError(base.type) || this.isError(index.type)) return this.errorOperand(span);
    if (base.type.kind !== "pointer") {
      this.error(`only an array or a pointer can be indexed, not a value of type '${typeName(qual(base.type))}'`, span);
      return this.errorOperand(span);
    }
    if (!isInteger(index.type)) {
      this.error(`an index must be an integer, not '${typeName(qual(index.type))}'`, indexSource.span);
      return this.errorOperand(span);
    }
    if (!this.checkPointee(base.type.to, span)) return this.errorOperand(span);
    if (first.type.type.kind === "array")
      // A row of a table is hardly ever meant itself: what is taken is its address.
      this.checkBounds(
        first.type.type.length,
        index,
        indexSource.span,
        this.addressed === span || base.type.to.type.kind === "array",
      );
    const pointer = this.pointerAdd(base, this.promote(index), this.scaleOf(base.type, span), false, span);
    return this.placeOperand({ kind: "deref", pointer, type: base.type.to, span });
  }

  /** The element whose address is being taken: the one after the last counts (C11 §6.5.6p8). */
  private addressed: Span | null = null;

  private checkBounds(length: number | null, index: Expr, span: Span, isAddressed: boolean): void {
    if (index.kind !== "const-int" || length === null || length <= 1 || this.unevaluated + this.unreached > 0) return;
    const limit = isAddressed ? BigInt(length) : BigInt(length) - 1n;
    if (index.value < 0n || index.value > limit)
      this.warn("Warray-bounds", `the index ${index.value} is outside the array, which has ${length} elements`, span, {
        hint: `its elements are 0 to ${length - 1}`,
      });
  }

  protected checkPointee(to: QualType, span: Span): boolean {
    if (to.type.kind === "void" || to.type.kind === "function" || isCompleteType(to.type) || this.isError(to.type))
      return true;
    this.error(`'${typeName(to)}' is incomplete here, so its size is not known`, span);
    return false;
  }

  protected checkMember(e: Extract<Expression, { kind: "member" }>): Operand {
    const operand = this.checkExpression(e.object);
    let object: LValue;
    let isLvalue = true;
    if (e.isArrow) {
      const pointer = this.rvalue(operand);
      if (this.isError(pointer.type)) return this.errorOperand(e.span);
      if (pointer.type.kind !== "pointer" || (!isRecord(pointer.type.to.type) && !this.isError(pointer.type.to.type))) {
        const hint = isRecord(pointer.type) ? { hint: `it is a ${pointer.type.kind}, not a pointer: use '.'` } : {};
        this.error(`'->' needs a pointer to a struct or union, not '${typeName(qual(pointer.type))}'`, e.span, hint);
        return this.errorOperand(e.span);
      }
      object = { kind: "deref", pointer, type: pointer.type.to, span: e.object.span };
    } else {
      const t = operand.type.type;
      if (this.isError(t)) return this.errorOperand(e.span);
      if (!isRecord(t)) {
        const hint = t.kind === "pointer" && isRecord(t.to.type) ? { hint: "it is a pointer: use '->'" } : {};
        this.error(`'.' needs a struct or union, not '${typeName(operand.type)}'`, e.span, hint);
        return this.errorOperand(e.span);
      }
      object = operand.place ?? this.materialize(operand.value!);
      isLvalue = operand.isLvalue;
    }
    return this.selectMember(object, e.name.text, e.name.span, e.span, isLvalue);
  }

  selectMember(object: LValue, name: string, nameSpan: Span, span: Span, isLvalue: boolean): Operand {
    const t = object.type.type;
    if (this.isError(t)) return this.errorOperand(span);
    if (isRecord(t) && !t.isComplete) {
      this.error(`'${typeName(object.type)}' is only declared, not defined, so its members are not known`, span);
      return this.errorOperand(span);
    }
    const path = findMember(t, name);
    if (path === null) {
      this.error(
        `'${typeName(unqualified(object.type))}' has no member '${name}'`,
        nameSpan,
        this.nearHint(name, memberNames(t), nameSpan),
      );
      return this.errorOperand(span);
    }
    let place = object;
    for (const member of path)
      place = { kind: "member", object: place, member, type: withQualifiers(member.type, place.type), span };
    return this.placeOperand(place, isLvalue);
  }

  /** Puts a struct value into a temporary, so that its members can be read. */
  materialize(value: Expr): LValue {
    if (value.kind === "load") return value.from;
    if (this.fn === null) {
      this.error("this cannot be used outside a function", value.span);
      return {
        kind: "deref",
        pointer: this.constant(0, value.span, pointerTo(qual(value.type))),
        type: qual(value.type),
        span: value.span,
      };
    }
    const local = this.temporary(qual(value.type), value.span);
    const init = [this.statement(this.assignTo(this.localPlace(local, value.span), value))];
    return { kind: "temp", local, init, type: local.type, span: value.span };
  }

  // ---- unary expressions ----

  protected checkPrefix(e: Extract<Expression, { kind: "prefix" }>): Operand {
    const { span } = e;
    switch (e.operator) {
      case "++":
      case "--":
        return this.increment(e.operand, e.operator === "++", "new", span);
      case "&":
        return this.checkAddress(e.operand, span);
      case "*": {
        const operand = this.checkExpression(e.operand);
        const pointer = this.rvalue(operand);
        if (this.isError(pointer.type)) return this.errorOperand(span);
        if (pointer.type.kind !== "pointer") {
          // A reserved name: the operand is what a macro of a header got as its argument.
          const isOfMacro = e.operand.kind === "name" && e.operand.name.startsWith("__");
          const hint = isOfMacro ? { hint: "is an & missing in the argument?" } : {};
          this.error(`'*' needs a pointer, not '${typeName(qual(pointer.type))}'`, span, hint);
          return this.errorOperand(span);
        }
        if (pointer.type.to.type.kind === "function")
          return operand.type.type.kind === "function"
            ? operand
            : this.placeOperand({ kind: "deref", pointer, type: pointer.type.to, span });
        return this.placeOperand({ kind: "deref", pointer, type: pointer.type.to, span });
      }
    }
    const operand = this.checkExpression(e.operand);
    const value = this.rvalue(operand);
    if (this.isError(value.type)) return this.errorOperand(span);
    if (e.operator === "!") {
      const test = this.condition(operand, "'!'");
      const result = this.unary("lognot", test, INT, span);
      return this.valueOperand(result, result.kind === "const-int" && result.value === 0n);
    }
    const isFine = e.operator === "~" ? isInteger(value.type) : isArithmetic(value.type);
    if (!isFine) {
      this.error(
        `'${e.operator}' needs ${e.operator === "~" ? "an integer" : "a number"}, not '${typeName(qual(value.type))}'`,
        span,
      );
      return this.errorOperand(span);
    }
    const promoted = this.promote(value);
    if (e.operator === "+") return this.valueOperand(promoted, operand.isNull === true);
    const result = this.unary(e.operator === "-" ? "neg" : "not", promoted, promoted.type, span);
    if (
      e.operator === "-" &&
      promoted.kind === "const-int" &&
      result.kind === "const-int" &&
      promoted.value !== 0n &&
      result.value === promoted.value &&
      integerOf(promoted.type as typeof INT).signed
    ) {
      this.warn("Woverflow", "the negated constant does not fit in its type", span);
    }
    return this.valueOperand(result, result.kind === "const-int" && result.value === 0n);
  }

  private checkAddress(source: Expression, span: Span): Operand {
    const outer = this.addressed;
    this.addressed = strip(source).span;
    const operand = this.checkExpression(source);
    this.addressed = outer;
    if (this.isError(operand.type.type)) return this.errorOperand(span);
    if (operand.place === null || !operand.isLvalue) {
      this.error("the address of a value cannot be taken; '&' needs a variable or another object", span);
      return this.errorOperand(span);
    }
    const { place } = operand;
    if (place.kind === "member" && place.member.bitField !== null) {
      this.error(`the address of the bit-field '${place.member.name}' cannot be taken`, span);
      return this.errorOperand(span);
    }
    if (place.kind === "var" && this.isRegister(place))
      this.error(
        `the address of the register variable '${place.var.storage === "string" ? "" : place.var.name}' cannot be taken`,
        span,
      );
    const result = this.addressOf(place);
    // The constant address that offsetof is made of: &((T *)0)->m.
    return this.valueOperand(this.foldAddress({ ...result, span }));
  }

  registerVariables = new Set<unknown>();
  private isRegister(place: Extract<LValue, { kind: "var" }>): boolean {
    return this.registerVariables.has(place.var);
  }

  // ---- casts ----

  protected checkCast(typeSource: TypeName, source: Expression, span: Span): Operand {
    return this.withSizes(() => {
      const type = this.typeOf(typeSource);
      const operand = this.checkExpression(source);
      return this.cast(type, operand, span);
    });
  }

  cast(type: QualType, operand: Operand, span: Span): Operand {
    const t = type.type;
    const value = this.rvalue(operand);
    if (t.kind === "void") return this.valueOperand({ kind: "convert", operand: value, type: VOID, span });
    if (this.isError(t) || this.isError(value.type)) return this.errorOperand(span);
    if (isRecord(t)) {
      if (isCompatible(t, value.type)) return this.valueOperand(value);
      if (t.kind === "union") {
        const member = t.members.find((candidate) => isCompatible(candidate.type.type, value.type));
        if (member !== undefined && this.fn !== null) return this.unionCast(type, member.name, value, span);
      }
      this.error(`a value of type '${typeName(qual(value.type))}' cannot be cast to '${typeName(type)}'`, span);
      return this.errorOperand(span);
    }
    if (!isScalar(t)) {
      this.error(`a cast to '${typeName(type)}' is not possible`, span);
      return this.errorOperand(span);
    }
    if (
      !isScalar(value.type) ||
      (t.kind === "pointer" && value.type.kind === "float") ||
      (t.kind === "float" && value.type.kind === "pointer")
    ) {
      this.error(`a value of type '${typeName(qual(value.type))}' cannot be cast to '${typeName(type)}'`, span);
      return this.errorOperand(span);
    }
    const converted = this.convert(value, t, span);
    // A cast of a bit-field to its own type takes its width away: it must not be promoted by that width any more.
    const result: Expr =
      converted === value && bitFieldOf(value) !== null
        ? { kind: "convert", operand: value, type: t, span }
        : converted;
    const isNull =
      operand.isNull === true &&
      (isInteger(t) || (t.kind === "pointer" && t.to.type.kind === "void" && !t.to.isConst && !t.to.isVolatile));
    const isZero = result.kind === "const-int" && result.value === 0n && isInteger(t) && isArithmetic(value.type);
    return this.valueOperand({ ...result, span, type: t }, isNull || isZero);
  }

  protected unionCast(type: QualType, name: string, value: Expr, span: Span): Operand {
    const local = this.temporary(unqualified(type), span);
    const member = this.selectMember(this.localPlace(local, span), name, span, span, true);
    const init: Stmt[] = [this.statement(this.assignTo(member.place!, value))];
    return this.placeOperand({ kind: "temp", local, init, type: local.type, span }, false);
  }
}
