/** Conversions of C11 §6.3 and the rules of assignment (§6.5.16.1): every conversion becomes a node of the tree or a folded constant. */
import type { Span } from "../../diagnostics.ts";
import { type ConstInt, convertConstant, foldBinary, foldUnary, isConst, truthOf, wrapTo } from "../constant.ts";
import { bitFieldPromotion, sizeOf } from "../layout.ts";
import type { BinaryOp, Expr, LValue } from "../tree.ts";
import {
  type BitField, BOOL, type CType, DOUBLE, INT, integerOf, isArithmetic, isAtomic, isCompatible, isInteger, isRecord, isScalar, LDOUBLE, LONG,
  type PointerType, pointerTo, type QualType, qual, typeName, UINT, ULLONG, ULONG, unqualified, VOID,
} from "../types.ts"; // biome-ignore format: a list of names
import { conversionLoss } from "../warnings/conversion.ts";
import { isWarningEnabled } from "../warnings/options.ts";
import type { Extra, Operand } from "./base.ts";
import { DeclaratorChecker } from "./declarators.ts";

/** How an assignment-like conversion is spoken of in messages. */
export type AssignmentKind =
  | { readonly kind: "assign" | "init" | "return" }
  | { readonly kind: "argument"; readonly index: number; readonly callee: string; readonly declaration: Span | null };

const CONVERSION_WARNINGS = ["Wconversion", "Wsign-conversion", "Wfloat-conversion"];

export abstract class ConversionChecker extends DeclaratorChecker {
  // ---- places ----

  /** Records that a place's address is used, so its variable has to live in memory. */
  takeAddress(place: LValue): void {
    let at = place;
    while (at.kind === "member") at = at.object;
    if (at.kind === "var" && at.var.storage === "local") at.var.isAddressTaken = true;
    if (at.kind === "temp") at.local.isAddressTaken = true;
  }

  addressOf(place: LValue, type: CType = pointerTo(place.type)): Expr {
    this.takeAddress(place);
    // &*p is p, and the address of a member of *p stays foldable as it is.
    if (place.kind === "deref") return this.retype(place.pointer, type);
    return { kind: "address", of: place, type, span: place.span };
  }

  /** &((T *)constant)->member becomes a constant. */
  foldAddress(e: Expr): Expr {
    if (e.kind !== "address") return e;
    let at = e.of;
    let offset = 0;
    while (at.kind === "member") {
      offset += at.member.offset;
      at = at.object;
    }
    if (at.kind !== "deref" || at.pointer.kind !== "const-int") return e;
    return this.constant(BigInt.asUintN(32, at.pointer.value + BigInt(offset)), e.span, e.type);
  }

  /** Lvalue conversion, and the decay of arrays and functions. */
  override rvalue(operand: Operand): Expr {
    const { place } = operand;
    if (place === null) return operand.value!;
    const t = place.type.type;
    if (t.kind === "array") return this.foldAddress(this.addressOf(place, pointerTo(t.of)));
    if (t.kind === "function") return this.addressOf(place, pointerTo(place.type));
    if (isAtomic(place.type) && this.unevaluated === 0) return this.atomicLoad(place, operand.span);
    return { kind: "load", from: place, type: t, span: operand.span };
  }

  /** The value of an object whose type is atomic. */
  abstract atomicLoad(place: LValue, span: Span): Expr;

  /** The same bits under another type. */
  retype(value: Expr, type: CType): Expr {
    if (value.type === type) return value;
    if (value.kind === "const-int") return { ...value, value: wrapTo(value.value, type), type };
    if (value.kind === "address" || value.kind === "pointer-add") return { ...value, type } as Expr;
    return { kind: "convert", operand: value, type, span: value.span };
  }

  override convert(value: Expr, type: CType, span: Span = value.span): Expr {
    const from = value.type;
    if (from === type || this.isError(from) || this.isError(type)) return value;
    if (
      from.kind === type.kind &&
      (from.kind === "int" || from.kind === "float") &&
      from.name === (type as typeof from).name
    )
      return value;
    if (isConst(value)) {
      const folded = convertConstant(value, type);
      if (folded !== null) return folded;
    }
    if (type.kind === "pointer" && from.kind === "pointer") return this.retype(value, type);
    if (type === BOOL && from.kind === "pointer") {
      const truth = truthOf(value);
      if (truth !== null) return this.constant(truth ? 1 : 0, span, BOOL);
    }
    if (isRecord(type) && isRecord(from)) return value;
    return { kind: "convert", operand: value, type, span };
  }

  // ---- arithmetic conversions ----

  promotedType(value: Expr): CType {
    const { type } = value;
    if (!isInteger(type)) return type;
    const field = bitFieldOf(value);
    if (field !== null) {
      const promoted = bitFieldPromotion(type, field.width);
      if (promoted === "int") return INT;
      if (promoted === "unsigned int")
        return sizeOf(type) === 4 && integerOf(type).name === "unsigned long" ? ULONG : UINT;
    }
    const plain = integerOf(type);
    return plain.rank < INT.rank ? INT : plain;
  }

  promote(value: Expr): Expr {
    return this.convert(value, this.promotedType(value));
  }

  /** The usual arithmetic conversions, C11 §6.3.1.8. */
  commonType(a: Expr, b: Expr): CType {
    if (a.type.kind === "float" || b.type.kind === "float") {
      const bytes = Math.max(a.type.kind === "float" ? a.type.bytes : 0, b.type.kind === "float" ? b.type.bytes : 0);
      if (bytes === 16) return LDOUBLE;
      if (bytes === 8) return DOUBLE;
      return a.type.kind === "float" ? a.type : b.type;
    }
    const left = this.promotedType(a);
    const right = this.promotedType(b);
    if (left.kind !== "int" || right.kind !== "int" || left.name === right.name) return left;
    if (left.signed === right.signed) return left.rank >= right.rank ? left : right;
    const [signed, unsigned] = left.signed ? [left, right] : [right, left];
    if (unsigned.rank >= signed.rank) return unsigned;
    if (signed.bytes > unsigned.bytes) return signed;
    return signed === LONG || signed.name === "long" ? ULONG : ULLONG;
  }

  // ---- folded building blocks ----

  binary(op: BinaryOp, left: Expr, right: Expr, type: CType, span: Span): Expr {
    const result = this.combine(op, left, right, type, span);
    if (result.kind !== "binary") {
      if (left.kind === "const-int" && right.kind === "const-int") this.checkOverflow(op, left, right, type, span);
    } else if ((op === "div" || op === "rem") && right.kind === "const-int" && right.value === 0n)
      this.warn("Wdiv-by-zero", "division by zero", span);
    return result;
  }

  /** The same for what the checker computes of its own accord: nobody is warned of it. */
  combine(op: BinaryOp, left: Expr, right: Expr, type: CType, span: Span): Expr {
    const folded = isConst(left) && isConst(right) ? foldBinary(op, left, right, type) : null;
    return folded !== null ? { ...folded, span } : { kind: "binary", op, left, right, type, span };
  }

  private checkOverflow(op: BinaryOp, left: ConstInt, right: ConstInt, type: CType, span: Span): void {
    if (!isInteger(type) || !integerOf(type).signed) return;
    const exact =
      op === "add"
        ? left.value + right.value
        : op === "sub"
          ? left.value - right.value
          : op === "mul"
            ? left.value * right.value
            : op === "div"
              ? right.value === 0n
                ? 0n
                : left.value / right.value
              : null;
    if (exact !== null && exact !== wrapTo(exact, type))
      this.warn(
        "Woverflow",
        `the constant expression overflows '${typeName(qual(type))}': ${exact} becomes ${wrapTo(exact, type)}`,
        span,
      );
  }

  unary(op: "neg" | "not" | "lognot", operand: Expr, type: CType, span: Span): Expr {
    const folded = isConst(operand) ? foldUnary(op, operand, type) : null;
    if (folded !== null) return { ...folded, span };
    if (op === "lognot") {
      const truth = truthOf(operand);
      if (truth !== null) return this.constant(truth ? 0 : 1, span);
    }
    return { kind: "unary", op, operand, type, span };
  }

  pointerAdd(pointer: Expr, index: Expr, scale: number | Expr, subtract: boolean, span: Span): Expr {
    if (pointer.kind === "const-int" && index.kind === "const-int" && typeof scale === "number") {
      const bytes = index.value * BigInt(scale);
      return this.constant(wrapTo(pointer.value + (subtract ? -bytes : bytes), pointer.type), span, pointer.type);
    }
    return {
      kind: "pointer-add",
      pointer,
      index: this.convert(index, sizeOf(index.type) === 8 ? INT : index.type),
      scale,
      subtract,
      type: pointer.type,
      span,
    };
  }

  /** Bytes of what a pointer points to, as pointer arithmetic counts. */
  scaleOf(pointer: PointerType, span: Span): number | Expr {
    const size = this.sizeExpr(pointer.to.type, span);
    return size.kind === "const-int" ? Number(size.value) : size;
  }

  /** A condition: any scalar. */
  condition(operand: Operand, what: string): Expr {
    const value = this.rvalue(operand);
    if (!isScalar(value.type)) {
      this.error(`${what} needs a number or a pointer, not '${typeName(qual(value.type))}'`, operand.span);
      return this.constant(0, operand.span);
    }
    return value;
  }

  // ---- assignment ----

  /** Converts a value as if by assignment to an object of type `to`. */
  assignConvert(operand: Operand, to: QualType, how: AssignmentKind, span: Span = operand.span): Expr {
    const value = this.rvalue(operand);
    const from = value.type;
    const target = to.type;
    if (this.isError(from) || this.isError(target)) return this.convert(value, target);
    if (isArithmetic(target) && isArithmetic(from)) {
      this.checkConstantFits(value, target, how, span);
      this.checkConversion(value, target, span);
      return this.convert(value, target, span);
    }
    if (target.kind === "int" && target.name === "_Bool" && from.kind === "pointer")
      return this.convert(value, target, span);
    if (target.kind === "pointer" && from.kind === "pointer") {
      this.checkPointers(target, from, operand, how, span);
      return this.convert(value, target, span);
    }
    if (target.kind === "pointer" && operand.isNull === true) return this.convert(value, target, span);
    if (isRecord(target) && isCompatible(target, from)) return value;
    if (from.kind === "void") {
      this.error(`${this.role(how)} has no value: ${voidReason(operand)}`, span);
      return this.constant(0, span);
    }
    if ((target.kind === "pointer" && isInteger(from)) || (isInteger(target) && from.kind === "pointer")) {
      const what =
        target.kind === "pointer" ? "makes a pointer out of an integer" : "makes an integer out of a pointer";
      const message = `${this.role(how)} of type '${typeName(qual(from))}' ${what} ('${typeName(unqualified(to))}')`;
      this.refuse("Wint-conversion", message, span, {
        hint:
          quoteHint(span) ??
          (target.kind === "pointer" && isInteger(from) && value.kind === "load"
            ? "is an & missing?"
            : from.kind === "pointer"
              ? "is a * missing?"
              : "a cast says that it is meant"),
        ...this.declaredAt(how),
      });
      return this.convert(value, target, span);
    }
    this.error(
      `${this.role(how)} of type '${typeName(qual(from))}' cannot become '${typeName(unqualified(to))}'`,
      span,
      this.declaredAt(how),
    );
    return isScalar(target) ? this.constant(0, span, target) : value;
  }

  private role(how: AssignmentKind): string {
    switch (how.kind) {
      case "assign":
        return "the assigned value";
      case "init":
        return "the initial value";
      case "return":
        return "the returned value";
      case "argument":
        return `argument ${how.index + 1} of '${how.callee}'`;
    }
  }

  private declaredAt(how: AssignmentKind): Extra {
    return how.kind === "argument" && how.declaration !== null
      ? { notes: [this.note(`'${how.callee}' is declared here`, how.declaration)] }
      : {};
  }

  private checkPointers(
    target: PointerType,
    from: PointerType,
    operand: Operand,
    how: AssignmentKind,
    span: Span,
  ): void {
    const [a, b] = [target.to, from.to];
    const isFine = isCompatible(a.type, b.type) && isAtomic(a) === isAtomic(b);
    if (a.type.kind === "void" || b.type.kind === "void" || isFine) {
      const lost = [b.isConst && !a.isConst ? "const" : "", b.isVolatile && !a.isVolatile ? "volatile" : ""].filter(
        (word) => word !== "",
      );
      // Qualifiers of array elements count as the array's own.
      if (lost.length > 0 && operand.isNull !== true)
        this.warn(
          "Wdiscarded-qualifiers",
          `${this.role(how)} drops the '${lost.join(" ")}' of its target`,
          span,
          this.declaredAt(how),
        );
      if (a.type.kind === "pointer" && b.type.kind === "pointer" && isCompatible(a.type, b.type)) return;
      return;
    }
    if (operand.isNull === true) return;
    const areIntegers = isInteger(a.type) && isInteger(b.type) && sizeOf(a.type) === sizeOf(b.type);
    const isSignOnly = areIntegers && isAtomic(a) === isAtomic(b);
    const message = `${this.role(how)} is a '${typeName(qual(from))}', and '${typeName(qual(target))}' is expected`;
    this.warn(isSignOnly ? "Wpointer-sign" : "Wincompatible-pointer-types", message, span, this.declaredAt(how));
  }

  /** -Wconversion and its like. */
  checkConversion(value: Expr, target: CType, span: Span): void {
    if (this.unevaluated > 0 || !CONVERSION_WARNINGS.some((name) => isWarningEnabled(this.warnings, name))) return;
    const loss = conversionLoss(value, target);
    if (loss !== null) this.warn(loss.option, loss.message, span, { hint: "a cast says that it is meant" });
  }

  private checkConstantFits(value: Expr, target: CType, how: AssignmentKind, span: Span): void {
    if (value.kind !== "const-int" || !isInteger(target) || this.unevaluated > 0) return;
    const plain = integerOf(target);
    if (plain.name === "_Bool") return;
    const bits = BigInt(plain.bytes * 8);
    const low = -(1n << (bits - 1n));
    // Either reading of the bits is accepted: 0xff for a signed char, -1 for an unsigned one.
    if (value.value < low || value.value >= 1n << bits) {
      this.warn(
        "Woverflow",
        `${this.role(how)} ${value.value} does not fit in '${typeName(qual(target))}'; it becomes ${wrapTo(value.value, target)}`,
        span,
      );
    }
  }

  /** Default argument promotions, C11 §6.5.2.2p6. */
  promoteArgument(operand: Operand): Expr {
    const value = this.rvalue(operand);
    if (value.type.kind === "float" && value.type.bytes === 4) return this.convert(value, DOUBLE);
    if (value.type.kind === "void") {
      this.error("this argument has no value: it is a call of a function that returns void", operand.span);
      return this.constant(0, operand.span);
    }
    return isInteger(value.type) ? this.promote(value) : value;
  }

  voidValue(value: Expr): Expr {
    return value.type.kind === "void" ? value : { kind: "convert", operand: value, type: VOID, span: value.span };
  }
}

/** `'abc'` where a string is wanted, `"a"` where a character is. */
function quoteHint(span: Span): string | null {
  const text = span.file.text.slice(span.start, span.end);
  if (/^'(?:[^'\\\n]|\\.)+'$/.test(text)) return `a string stands in double quotes: "${text.slice(1, -1)}"`;
  return /^"(?:[^"\\\n]|\\.)"$/.test(text)
    ? `a single character stands in single quotes: '${text.slice(1, -1)}'`
    : null;
}

/** The bit-field that a value was read from or has just been stored in: its width counts in promotion (C11 §6.3.1.1p2), as in GCC. */
export function bitFieldOf(value: Expr): BitField | null {
  if (value.kind === "comma") return bitFieldOf(value.right);
  const place =
    value.kind === "load" ? value.from : value.kind === "assign" || value.kind === "update" ? value.target : null;
  return place?.kind === "member" ? place.member.bitField : null;
}

const voidReason = (operand: Operand): string =>
  operand.place?.kind === "deref"
    ? "what a 'void *' leads to has no type; cast the pointer first"
    : "it is a call of a function that returns void";
