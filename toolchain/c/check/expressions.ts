/**
 * Expressions of C11 §6.5 with GNU's extensions, from syntax to typed tree. Calls and builtins are in calls.ts.
 * One class because every kind of expression contains every other; the methods follow the order of the standard.
 */
import type { Span } from "../../diagnostics.ts";
import type { BinaryOperator, CompoundStatement, Expression, Initializer, TypeName } from "../ast.ts";
import { isConst, quadConstant, staticAddress, truthOf } from "../constant.ts";
import { findMember, memberNames, sizeOf } from "../layout.ts";
import {
  isFloatText,
  type Prefix,
  parseCharacter,
  parseFloating,
  parseInteger,
  parseText,
  prefixOf,
  unitBytesOf,
} from "../literals.ts";
import type { BinaryOp, Expr, LValue, Stmt } from "../tree.ts";
import {arrayOf, 
  CHAR, type CType, compositeType,DOUBLE, FLOAT, INT, 
  integerOf, isArithmetic, isAtomic, isCompatible, isCompleteType, isInteger, isRecord, isScalar, LDOUBLE, LLONG, LONG, PTRDIFF_T, pointerTo, type QualType, qual, typeName, UINT, ULLONG, ULONG, USHORT, unqualified, VOID, VOID_POINTER, withQualifiers,
} from "../types.ts"; // biome-ignore format: a list of names
import { checkComparison } from "../warnings/comparison.ts";
import type { Extra, Operand } from "./base.ts";
import { bitFieldOf } from "./conversions.ts";
import { foreignName } from "./foreign-names.ts";
import { headerOf } from "./headers.ts";
import { SizeChecker } from "./sizes.ts";

const BINARY_OPS: Readonly<Partial<Record<string, BinaryOp>>> = {
  "+": "add", "-": "sub", "*": "mul", "/": "div", "%": "rem", "&": "and", "|": "or", "^": "xor", "<<": "shl", ">>": "shr", "==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge",
}; // biome-ignore format: a table

export abstract class ExpressionChecker extends SizeChecker {
  abstract checkCall(e: Extract<Expression, { kind: "call" }>): Operand;
  abstract builtinExpression(e: Expression): Operand;
  abstract compoundLiteral(type: QualType, initializer: Initializer, span: Span): Operand;
  abstract statementExpression(body: CompoundStatement, span: Span): Operand;
  abstract useLabel(name: string, span: Span): string;
  abstract atomicStore(place: LValue, value: Expr, span: Span): Operand;
  abstract atomicUpdate(
    place: LValue,
    operator: string,
    value: Expr,
    result: "old" | "new",
    span: Span,
    operatorSpan: Span,
  ): Operand;

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

  // ---- primary expressions ----

  private checkName(name: string, span: Span): Operand {
    const entity = this.scope.find(name);
    if (entity === null) return this.unknownName(name, span);
    entity.isUsed = true;
    if (entity.kind === "enumerator")
      return this.valueOperand(this.constant(entity.value, span, entity.type), entity.value === 0n);
    if (entity.kind === "typedef") {
      if (!this.poisoned.has(name)) this.error(`'${name}' is a type; an expression is expected here`, span);
      return this.errorOperand(span);
    }
    const { object } = entity;
    if (object.storage === "global") {
      const facts = this.facts.get(object);
      if (facts !== undefined) {
        if (this.unevaluated === 0) facts.isUsed = true;
        if (facts.deprecated !== null)
          this.warn(
            "Wdeprecated-declarations",
            `'${name}' is deprecated${facts.deprecated === "" ? "" : `: ${facts.deprecated}`}`,
            span,
            { notes: [this.note("it is declared here", facts.span)] },
          );
      }
    }
    return this.placeOperand({ kind: "var", var: object, type: object.type, span });
  }

  private unknownName(name: string, span: Span): Operand {
    if (name === "__func__" || name === "__FUNCTION__" || name === "__PRETTY_FUNCTION__") {
      const bytes = new TextEncoder().encode(`${this.fn?.symbol.name ?? ""}\0`);
      return this.placeOperand({
        kind: "var",
        // An array of the function's own (C11 §6.4.2.2), which no string literal may share.
        var: this.stringObject(bytes, 1, "__func__"),
        type: qual(arrayOf(qual(CHAR, true), bytes.length)),
        span,
      });
    }
    if (this.isFirstReport(name)) {
      const header = headerOf(name);
      const hint =
        header !== null
          ? { hint: `'${name}' comes from <${header}>: add #include <${header}>` }
          : (foreignName(name, span) ?? this.nearNameHint(name, span));
      this.error(`'${name}' is not declared`, span, hint);
    }
    return this.errorOperand(span);
  }

  nearNameHint(name: string, span: Span): { hint?: string; fix?: { span: Span; replacement: string } } {
    const near = this.nearest(name, (entity) => entity.kind !== "typedef");
    return near === null ? {} : { hint: `did you mean '${near}'?`, fix: { span, replacement: near } };
  }

  private checkNumber(text: string, span: Span): Operand {
    if (isFloatText(text)) {
      const parsed = parseFloating(text);
      if (!parsed.ok) {
        this.error(parsed.message, span);
        return this.errorOperand(span);
      }
      const { value, quad, suffix } = parsed.value;
      if (quad !== null) return this.valueOperand(quadConstant(quad, LDOUBLE, span));
      const type = suffix === "f" ? FLOAT : DOUBLE;
      if (!Number.isFinite(value)) this.warn("Woverflow", `this constant is too large for '${type.name}'`, span);
      return this.valueOperand({ kind: "const-float", value, type, span });
    }
    const parsed = parseInteger(text);
    if (!parsed.ok) {
      this.error(parsed.message, span);
      return this.errorOperand(span);
    }
    const { value, isUnsigned, longs, isDecimal } = parsed.value;
    // C11 §6.4.4.1p5: the first type of the list that holds the value.
    const candidates: CType[] = isUnsigned
      ? [UINT, ULONG, ULLONG]
      : isDecimal
        ? [INT, LONG, LLONG]
        : [INT, UINT, LONG, ULONG, LLONG, ULLONG];
    const rank = 3 + longs;
    const fits = candidates.find(
      (type) =>
        type.kind === "int" &&
        type.rank >= rank &&
        value <= (1n << BigInt(type.bytes * 8 - (type.signed ? 1 : 0))) - 1n,
    );
    if (fits === undefined) this.warn("Woverflow", "this integer constant is so large that it is unsigned", span);
    return this.valueOperand(this.constant(value, span, fits ?? ULLONG), value === 0n);
  }

  private checkCharacter(text: string, span: Span): Operand {
    const parsed = parseCharacter(text);
    if (!parsed.ok) {
      this.error(parsed.message, span);
      return this.errorOperand(span);
    }
    if (parsed.warning !== undefined) this.warn("Wmultichar", parsed.warning, span);
    const { prefix, value } = parsed.value;
    const type = prefix === "u" ? USHORT : prefix === "U" ? UINT : INT;
    return this.valueOperand(this.constant(value, span, type), value === 0);
  }

  /** The joined code units of adjacent string literals; null after a message. */
  stringUnits(
    e: Extract<Expression, { kind: "string" }>,
  ): { units: number[]; unitBytes: 1 | 2 | 4; type: CType } | null {
    let prefix: Prefix = "";
    for (const token of e.tokens) {
      const own = prefixOf(token.text);
      if (own === "") continue;
      if (prefix !== "" && prefix !== own) this.error("string literals of different kinds cannot be joined", e.span);
      prefix = own;
    }
    const units: number[] = [];
    for (const token of e.tokens) {
      const parsed = parseText(token.text, prefix);
      if (!parsed.ok) {
        this.error(parsed.message, e.span);
        return null;
      }
      if (parsed.warning !== undefined) this.warn("Wescape", parsed.warning, e.span);
      for (const unit of parsed.value.units) units.push(unit);
    }
    const unitBytes = unitBytesOf(prefix);
    return { units, unitBytes, type: prefix === "L" ? INT : prefix === "u" ? USHORT : prefix === "U" ? UINT : CHAR };
  }

  private checkString(e: Extract<Expression, { kind: "string" }>): Operand {
    const text = this.stringUnits(e);
    if (text === null) return this.errorOperand(e.span);
    const bytes = unitsToBytes([...text.units, 0], text.unitBytes);
    const type = qual(arrayOf(qual(text.type), text.units.length + 1));
    return this.placeOperand({ kind: "var", var: this.stringObject(bytes, text.unitBytes), type, span: e.span });
  }

  private checkGeneric(e: Extract<Expression, { kind: "generic" }>): Operand {
    this.unevaluated++;
    const control = this.rvalue(this.checkExpression(e.control)).type;
    this.unevaluated--;
    let chosen: Expression | null = null;
    let fallback: Expression | null = null;
    for (const item of e.cases) {
      if (item.type === null) {
        if (fallback !== null) this.error("_Generic has two defaults", item.value.span);
        fallback = item.value;
        continue;
      }
      const type = this.typeOf(item.type);
      // The control has lost its qualifiers, so a qualified type never fits.
      if (
        !type.isConst &&
        !type.isVolatile &&
        !isAtomic(type) &&
        isCompatible(control, type.type) &&
        !(control.kind === "enum" && type.type !== control && false)
      ) {
        if (chosen !== null) this.error("two cases of _Generic fit", item.type.span);
        chosen = item.value;
      }
    }
    chosen ??= fallback;
    if (chosen === null) {
      this.error(`no case of _Generic fits the type '${typeName(qual(control))}'`, e.span);
      return this.errorOperand(e.span);
    }
    return this.checkExpression(chosen);
  }

  // ---- postfix expressions ----

  private checkIndex(baseSource: Expression, indexSource: Expression, span: Span): Operand {
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
    if (index.kind !== "const-int" || length === null || length <= 1 || this.unevaluated > 0) return;
    const limit = isAddressed ? BigInt(length) : BigInt(length) - 1n;
    if (index.value < 0n || index.value > limit)
      this.warn("Warray-bounds", `the index ${index.value} is outside the array, which has ${length} elements`, span, {
        hint: `its elements are 0 to ${length - 1}`,
      });
  }

  private checkPointee(to: QualType, span: Span): boolean {
    if (to.type.kind === "void" || to.type.kind === "function" || isCompleteType(to.type) || this.isError(to.type))
      return true;
    this.error(`'${typeName(to)}' is incomplete here, so its size is not known`, span);
    return false;
  }

  private checkMember(e: Extract<Expression, { kind: "member" }>): Operand {
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

  private checkPrefix(e: Extract<Expression, { kind: "prefix" }>): Operand {
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
          this.error(`'*' needs a pointer, not '${typeName(qual(pointer.type))}'`, span);
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

  private checkCast(typeSource: TypeName, source: Expression, span: Span): Operand {
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

  // ---- binary expressions ----

  private checkBinary(e: Extract<Expression, { kind: "binary" }>): Operand {
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
    return this.arithmetic(operator, a, b, span, e.operatorSpan);
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

  private badOperands(operator: string, a: CType, b: CType, span: Span): Operand {
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

  // ---- assignment ----

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

  private checkAssign(e: Extract<Expression, { kind: "assign" }>): Operand {
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

  private increment(source: Expression, isUp: boolean, result: "old" | "new", span: Span): Operand {
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

/** `!x == 0` and `!x != 0` mean what they seem to. */
function isZero(e: Expression): boolean {
  const plain = strip(e);
  return plain.kind === "number" && /^0+$/.test(plain.text);
}

const isCall = (e: Expression): boolean => strip(e).kind === "call";
const ASSIGNED_CALL: Extra = { hint: "write '==' to compare what the call returns" };

/** Without parentheses around it. */
export function strip(e: Expression): Expression {
  return e.kind === "paren" ? strip(e.inner) : e;
}

export function unitsToBytes(units: readonly number[], unitBytes: 1 | 2 | 4): Uint8Array {
  const bytes = new Uint8Array(units.length * unitBytes);
  units.forEach((unit, i) => {
    for (let at = 0; at < unitBytes; at++) bytes[i * unitBytes + at] = (unit >>> (8 * at)) & 0xff;
  });
  return bytes;
}

function hasConstMember(t: CType): boolean {
  if (t.kind !== "struct" && t.kind !== "union")
    return t.kind === "array" && (t.of.isConst || hasConstMember(t.of.type));
  return t.members.some((member) => member.type.isConst || hasConstMember(member.type.type));
}
