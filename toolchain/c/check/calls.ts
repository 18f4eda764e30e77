/** Calls, and the builtins of GNU C: those with a meaning of their own become constants, tree nodes or helper calls here. */
import type { Span } from "../../diagnostics.ts";
import { type Expression, strip } from "../ast.ts";
import { isConst } from "../constant.ts";
import { findMember, memberNames, sizeOf } from "../layout.ts";
import type { BuiltinName, Expr, GlobalSymbol, LValue } from "../tree.ts";
import {
  type CType, DOUBLE, FLOAT, type FunctionType, INT, integerOf, isCompatible, isCompleteType, isInteger, isRecord, LDOUBLE, LLONG, LONG, type Member,
  pointerTo, type QualType, qual, SIZE_T, typeName, UINT, ULLONG, ULONG, USHORT, VOID, VOID_POINTER,
} from "../types.ts"; // biome-ignore format: a list of names
import { checkFormat } from "../warnings/format.ts";
import { checkLibraryCall } from "../warnings/library-calls.ts";
import { isPermitted } from "../warnings/options.ts";
import type { Operand } from "./base.ts";
import { CHECKED_BUILTIN, LIBRARY_BUILTINS } from "./builtin-names.ts";
import { functionType as fn } from "./builtins.ts";
import { FloatBuiltinChecker } from "./float-builtins.ts";
import { headerOf } from "./headers.ts";
import { libraryType } from "./library-types.ts";
import type { Entity, SymbolFacts } from "./scope.ts";

/** Builtins on integers that are functions of the compiler's helper library: name → helper, parameter, result. */
const HELPERS: Readonly<Record<string, [string, CType, CType]>> = {
  clz: ["__clzsi2", UINT, INT], clzl: ["__clzsi2", ULONG, INT], clzll: ["__clzdi2", ULLONG, INT], ctz: ["__ctzsi2", UINT, INT], ctzl: ["__ctzsi2", ULONG, INT], ctzll: ["__ctzdi2", ULLONG, INT],
  popcount: ["__popcountsi2", UINT, INT], popcountl: ["__popcountsi2", ULONG, INT], popcountll: ["__popcountdi2", ULLONG, INT], parity: ["__paritysi2", UINT, INT], parityl: ["__paritysi2", ULONG, INT],
  parityll: ["__paritydi2", ULLONG, INT], ffs: ["__ffssi2", INT, INT], ffsl: ["__ffssi2", LONG, INT], ffsll: ["__ffsdi2", LLONG, INT], clrsb: ["__clrsbsi2", INT, INT], clrsbl: ["__clrsbsi2", LONG, INT],
  clrsbll: ["__clrsbdi2", LLONG, INT], bswap32: ["__bswapsi2", UINT, UINT], bswap64: ["__bswapdi2", ULLONG, ULLONG],
}; // biome-ignore format: a table

export abstract class CallChecker extends FloatBuiltinChecker {
  override checkCall(e: Extract<Expression, { kind: "call" }>): Operand {
    const callee = strip(e.callee);
    if (callee.kind === "name") {
      const entity = this.scope.find(callee.name);
      if (entity === null || (callee.name === "alloca" && this.isExternalFunction(entity))) {
        if (callee.name === "alloca") return this.checkBuiltin("alloca", e);
        if (callee.name.startsWith("__builtin_")) return this.checkBuiltin(callee.name.slice(10), e);
        const atomic = this.atomicBuiltin(callee.name, e);
        if (atomic !== null) return atomic;
        const implicit = this.unknownFunction(callee.name, callee.span);
        if (implicit !== null) return this.callSymbol(implicit, e);
        for (const arg of e.args) this.checkExpression(arg);
        return this.errorOperand(e.span);
      }
    }
    const operand = this.checkExpression(e.callee);
    const value = this.rvalue(operand);
    if (this.isError(value.type)) {
      for (const arg of e.args) this.checkExpression(arg);
      return this.errorOperand(e.span);
    }
    if (value.type.kind !== "pointer" || value.type.to.type.kind !== "function") {
      const hint = callee.kind === "number" ? { hint: "is a '*' missing before the parenthesis?" } : {};
      this.error(`this is called, and it is no function but a '${typeName(operand.type)}'`, e.callee.span, hint);
      for (const arg of e.args) this.checkExpression(arg);
      return this.errorOperand(e.span);
    }
    const symbol =
      value.kind === "address" && value.of.kind === "var" && value.of.var.storage === "global" ? value.of.var : null;
    const type = value.type.to.type;
    const args = this.checkArguments(e, type, symbol);
    const returns = type.returns.type;
    if (returns.kind !== "void" && !isCompleteType(returns))
      this.error(`the function returns the incomplete type '${typeName(type.returns)}'`, e.span);
    if (symbol !== null) this.checkKnownCall(symbol, e, args);
    return this.valueOperand({ kind: "call", callee: value, fn: type, args, type: returns, span: e.span });
  }

  private isExternalFunction(entity: Entity): boolean {
    if (entity.kind !== "object" || entity.object.storage !== "global") return false;
    return this.facts.get(entity.object)?.isFunction === true && this.facts.get(entity.object)?.definition === "none";
  }

  /**
   * A call of a function without a declaration. Library functions have the type that their header gives them; others are
   * declared as `int f()` (C90 §6.3.2.2) where the command line allows it, and are an error otherwise.
   */
  private unknownFunction(name: string, span: Span): GlobalSymbol | null {
    const header = headerOf(name);
    const hint =
      header !== null
        ? { hint: `'${name}' is declared in <${header}>: add #include <${header}>` }
        : this.nearNameHint(name, span);
    const message = `the function '${name}' is not declared`;
    const option = "Wimplicit-function-declaration";
    const known = name === "main" ? null : libraryType(name);
    const isAllowed = known !== null || isPermitted(this.warnings, option);
    if (this.isFirstReport(name)) {
      if (!isAllowed) this.error(message, span, hint);
      else if (known === null) this.warn(option, `${message}; 'int ${name}()' is assumed`, span, hint);
      else this.warn(option, message, span, hint);
    }
    if (!isAllowed) return null;
    return this.implicitFunction(name, known ?? { ...fn(INT), prototyped: false }, span);
  }

  private callSymbol(symbol: GlobalSymbol, e: Extract<Expression, { kind: "call" }>): Operand {
    const type = symbol.type.type as FunctionType;
    const args = this.checkArguments(e, type, symbol);
    return this.valueOperand(this.callHelper(symbol.name, type, args, e.span));
  }

  private checkArguments(
    e: Extract<Expression, { kind: "call" }>,
    type: FunctionType,
    symbol: GlobalSymbol | null,
  ): Expr[] {
    const name = symbol?.name ?? "the function";
    const declaration = symbol === null ? null : (this.facts.get(symbol)?.span ?? null);
    const given = e.args.length;
    const wanted = type.params.length;
    if (type.prototyped && (given < wanted || (given > wanted && !type.variadic))) {
      const span = given > wanted ? e.args[wanted]!.span : e.span;
      const count = `${type.variadic ? "at least " : ""}${wanted} argument${wanted === 1 ? "" : "s"}`;
      this.error(
        `'${name}' takes ${count}, ${given} given`,
        span,
        declaration === null ? {} : { notes: [this.note(`'${name}' is declared here`, declaration)] },
      );
    }
    if (!type.prototyped && wanted > 0 && given !== wanted)
      this.warn(
        "Wdeprecated-non-prototype",
        `'${name}' takes ${wanted} argument${wanted === 1 ? "" : "s"}, ${given} given`,
        given > wanted ? e.args[wanted]!.span : e.span,
        declaration === null ? {} : { notes: [this.note(`'${name}' is defined here`, declaration)] },
      );
    return e.args.map((arg, i) => {
      const operand = this.checkExpression(arg);
      const param = type.params[i];
      if (!type.prototyped || param === undefined) return this.promoteArgument(operand);
      const member = this.transparentMember(operand, param);
      if (member !== null) {
        const value = this.assignConvert(operand, member.type, {
          kind: "argument",
          index: i,
          callee: name,
          declaration,
        });
        return this.rvalue(this.unionCast(param, member.name, value, arg.span));
      }
      return this.assignConvert(operand, param, { kind: "argument", index: i, callee: name, declaration }, arg.span);
    });
  }

  /** The member of a transparent union that an argument is a value of; null when the parameter is none, or the argument is one itself. */
  private transparentMember(operand: Operand, param: QualType): Member | null {
    const t = param.type;
    if (t.kind !== "union" || t.isTransparent !== true || this.fn === null) return null;
    const from = this.rvalue(operand).type;
    if (from === t || this.isError(from)) return null;
    const isPointer = from.kind === "pointer" || operand.isNull === true;
    return (
      t.members.find((member) => isCompatible(member.type.type, from)) ??
      t.members.find(
        ({ type: { type } }) =>
          type.kind === "pointer" && from.kind === "pointer" && isCompatible(type.to.type, from.to.type),
      ) ??
      t.members.find(
        ({ type: { type } }) =>
          type.kind === "pointer" &&
          isPointer &&
          (operand.isNull === true ||
            type.to.type.kind === "void" ||
            (from.kind === "pointer" && from.to.type.kind === "void")),
      ) ??
      null
    );
  }

  /** Formats, results that must not be ignored, and the like. */
  private checkKnownCall(symbol: GlobalSymbol, e: Extract<Expression, { kind: "call" }>, args: readonly Expr[]): void {
    const facts = this.facts.get(symbol);
    const format = facts?.format ?? null;
    if (format !== null) checkFormat(this, format, e, args);
    if (symbol.linkage === "external") checkLibraryCall(this, symbol.name, e, args);
  }

  /** Does the call never return? */
  isNoreturnCall(e: Expr): boolean {
    if (e.kind !== "call") return e.kind === "builtin" && (e.name === "unreachable" || e.name === "trap");
    const symbol =
      e.callee.kind === "address" && e.callee.of.kind === "var" && e.callee.of.var.storage === "global"
        ? e.callee.of.var
        : null;
    return symbol !== null && this.facts.get(symbol)?.isNoreturn === true;
  }

  factsOfCall(e: Expr): SymbolFacts | null {
    if (
      e.kind !== "call" ||
      e.callee.kind !== "address" ||
      e.callee.of.kind !== "var" ||
      e.callee.of.var.storage !== "global"
    )
      return null;
    return this.facts.get(e.callee.of.var) ?? null;
  }

  // ---- builtins ----

  private builtin(
    name: BuiltinName,
    args: readonly Expr[],
    type: CType,
    span: Span,
    argType: QualType | null = null,
  ): Operand {
    return this.valueOperand({ kind: "builtin", name, args, argType, type, span });
  }

  private checkBuiltin(name: string, e: Extract<Expression, { kind: "call" }>): Operand {
    const { span } = e;
    const helper = HELPERS[name];
    if (helper !== undefined) return this.helperCall(helper, e);
    const found = this.overflowBuiltin(name, e) ?? this.floatBuiltin(name, e);
    if (found !== null) return found;
    switch (name) {
      case "expect":
      case "expect_with_probability": {
        const value = this.convert(this.arg(e, 0), LONG);
        const expected = this.arg(e, 1);
        if (isConst(expected) || this.fn === null) return this.valueOperand(value);
        // What is expected is computed too: kept beside the value.
        const held = this.localPlace(this.temporary(qual(LONG), span), span);
        return this.after(
          this.assignTo(held, value),
          this.after(this.convert(expected, LONG), this.valueOperand(this.load(held))),
        );
      }
      case "assume_aligned":
        return this.valueOperand(this.convert(this.arg(e, 0), VOID_POINTER));
      case "constant_p": {
        this.unevaluated++;
        const value = this.arg(e, 0);
        this.unevaluated--;
        const isString = value.kind === "address" && value.of.kind === "var" && value.of.var.storage === "string";
        return this.valueOperand(this.constant(isConst(value) || isString ? 1 : 0, span));
      }
      case "unreachable":
      case "trap":
        return this.builtin(name, [], VOID, span);
      case "alloca":
        return this.builtin("alloca", [this.convert(this.arg(e, 0), SIZE_T)], VOID_POINTER, span);
      case "frame_address":
      case "return_address":
        return this.builtin(name, [this.convert(this.arg(e, 0), INT)], VOID_POINTER, span);
      case "va_start":
      case "va_end":
      case "va_copy":
        return this.vaBuiltin(name, e);
      case "prefetch":
        if (e.args.length === 0) this.arg(e, 0);
        if (e.args.length === 0) return this.errorOperand(span);
        return this.valueOperand(
          e.args
            .map((arg) => this.voidValue(this.rvalue(this.checkExpression(arg))))
            .reduceRight((right, left) => ({ kind: "comma", left, right, type: VOID, span })),
        );
      case "object_size": {
        for (const arg of e.args) this.checkExpression(arg);
        const kind = e.args[1] === undefined ? 0n : (this.constantInteger(e.args[1], "the second argument") ?? 0n);
        return this.valueOperand(this.constant(kind < 2n ? 0xffff_ffffn : 0n, span, SIZE_T));
      }
      case "classify_type":
        return this.valueOperand(this.constant(typeClass(this.arg(e, 0).type), span));
      case "huge_val":
      case "inf":
      case "huge_vall":
      case "infl":
        return this.valueOperand({
          kind: "const-float",
          value: Number.POSITIVE_INFINITY,
          type: name.endsWith("l") && name !== "huge_val" ? LDOUBLE : DOUBLE,
          span,
        });
      case "huge_valf":
      case "inff":
        return this.valueOperand({ kind: "const-float", value: Number.POSITIVE_INFINITY, type: FLOAT, span });
      case "nan":
      case "nanf":
      case "nanl":
        return this.valueOperand({
          kind: "const-float",
          value: Number.NaN,
          type: name === "nan" ? DOUBLE : name === "nanf" ? FLOAT : LDOUBLE,
          span,
        });
      case "bswap16": {
        const value = this.convert(this.arg(e, 0), USHORT);
        if (value.kind === "const-int")
          return this.valueOperand(this.constant(((value.value & 0xffn) << 8n) | (value.value >> 8n), span, USHORT));
        const call = this.callHelper("__bswapsi2", fn(UINT, UINT), [this.convert(value, UINT)], span);
        return this.valueOperand(this.convert(this.binary("shr", call, this.constant(16, span), UINT, span), USHORT));
      }
    }
    const checked = CHECKED_BUILTIN.exec(name)?.[1];
    // The size of the object, which comes last, is not looked at, as with an object of unknown size.
    if (checked !== undefined) return this.libraryBuiltin(checked, { ...e, args: e.args.slice(0, -1) });
    if (LIBRARY_BUILTINS.has(name)) return this.libraryBuiltin(name, e);
    if (this.isFirstReport(`__builtin_${name}`)) this.error(`'__builtin_${name}' is not supported`, e.callee.span);
    for (const arg of e.args) this.checkExpression(arg);
    return this.errorOperand(span);
  }

  private helperCall([name, param, result]: [string, CType, CType], e: Extract<Expression, { kind: "call" }>): Operand {
    const value = this.convert(this.arg(e, 0), param);
    if (value.kind === "const-int") {
      const folded = foldHelper(name, value.value, sizeOf(param) * 8);
      if (folded !== null) return this.valueOperand(this.constant(folded, e.span, result));
    }
    return this.valueOperand(this.callHelper(name, fn(result, param), [value], e.span));
  }

  private libraryBuiltin(name: string, e: Extract<Expression, { kind: "call" }>): Operand {
    const known = this.fileScope.names.get(name);
    const type = libraryType(name);
    if (known?.kind === "object" || type === null) {
      if (known?.kind !== "object") {
        const param = DOUBLE;
        const args = e.args.map((arg) =>
          this.convert(this.rvalue(this.checkExpression(arg)), /^(is|to)/.test(name) ? INT : param),
        );
        const result = /^(is|to)/.test(name) ? INT : DOUBLE;
        return this.valueOperand(this.callHelper(name, fn(result, ...args.map((arg) => arg.type)), args, e.span));
      }
      return this.checkCall({ ...e, callee: { kind: "name", name, span: e.callee.span } });
    }
    if (name === "strlen" && e.args[0] !== undefined && strip(e.args[0]).kind === "string") {
      const text = this.stringUnits(strip(e.args[0]) as Extract<Expression, { kind: "string" }>);
      const end = text?.units.indexOf(0) ?? -1;
      if (text !== null && text.unitBytes === 1)
        return this.valueOperand(this.sizeConstant(end < 0 ? text.units.length : end, e.span));
    }
    const symbol = this.implicitFunction(name, type, e.span);
    const args = this.checkArguments(e, type, symbol);
    return this.valueOperand(this.callHelper(name, type, args, e.span));
  }

  private vaBuiltin(name: "va_start" | "va_end" | "va_copy", e: Extract<Expression, { kind: "call" }>): Operand {
    const list = e.args[0] === undefined ? null : this.checkExpression(e.args[0]);
    if (list === null || !this.isVaList(list)) {
      if (list !== null && !this.isError(list.type.type)) this.error(`'${name}' needs a va_list`, e.args[0]!.span);
      return this.errorOperand(e.span);
    }
    const { setup, place } = this.placeOnce(list.place!);
    const args = [this.load(place)];
    if (name === "va_start") {
      if (this.fn !== null && !this.fn.isVariadic)
        this.error("'va_start' can be used only in a function with '...'", e.span);
      const last = e.args[1];
      if (last !== undefined) {
        const operand = this.checkExpression(last);
        const isLast = operand.place?.kind === "var" && operand.place.var === this.fn?.lastParameter;
        if (!isLast)
          this.warn("Wvarargs", "the second argument of 'va_start' is not the last named parameter", last.span);
      }
    } else if (name === "va_copy") args.push(this.convert(this.arg(e, 1), VOID_POINTER));
    return this.after(setup, this.builtin(name, args, VOID, e.span));
  }

  /** A va_list is read and written: what computes its address is computed once. */
  private placeOnce(place: LValue): { setup: Expr | null; place: LValue } {
    if (place.kind === "var" || this.fn === null) return { setup: null, place };
    const address: Expr = { kind: "address", of: place, type: pointerTo(place.type), span: place.span };
    const held = this.localPlace(this.temporary(qual(address.type), place.span), place.span);
    const setup = this.assignTo(held, address);
    return { setup, place: { kind: "deref", pointer: this.load(held), type: place.type, span: place.span } };
  }

  private isVaList(list: Operand): boolean {
    return list.place !== null && list.type.type.kind === "pointer" && list.type.type.to.type.kind === "void";
  }

  /** The builtins that have their own syntax. */
  override builtinExpression(e: Expression): Operand {
    switch (e.kind) {
      case "va-arg": {
        const list = this.checkExpression(e.list);
        const type = this.typeOf(e.type);
        if (!this.isVaList(list)) {
          if (!this.isError(list.type.type)) this.error("'va_arg' needs a va_list", e.list.span);
          return this.errorOperand(e.span);
        }
        this.checkVaType(type, e.type.span);
        const { setup, place } = this.placeOnce(list.place!);
        return this.after(setup, this.builtin("va_arg", [this.load(place)], type.type, e.span, type));
      }
      case "offsetof":
        return this.offsetOf(e);
      case "types-compatible":
        return this.valueOperand(
          this.constant(isCompatible(this.typeOf(e.left).type, this.typeOf(e.right).type) ? 1 : 0, e.span),
        );
      case "choose": {
        const test = this.constantInteger(e.test, "the first argument of __builtin_choose_expr");
        this.unevaluated++;
        this.checkExpression(test === 0n ? e.then : e.otherwise);
        this.unevaluated--;
        return this.checkExpression(test === 0n ? e.otherwise : e.then);
      }
    }
    throw new Error(`no check for the expression ${e.kind}`);
  }

  private checkVaType(type: QualType, span: Span): void {
    const t = type.type;
    const promoted =
      t.kind === "float" && t.bytes === 4 ? "double" : isInteger(t) && integerOf(t).rank < INT.rank ? "int" : null;
    if (promoted !== null)
      this.warn("Wvarargs", `an argument of type '${typeName(type)}' is passed as '${promoted}' through '...'`, span, {
        hint: `use va_arg(…, ${promoted})`,
      });
  }

  private offsetOf(e: Extract<Expression, { kind: "offsetof" }>): Operand {
    let type = this.typeOf(e.type).type;
    let offset: Expr = this.sizeConstant(0, e.span);
    for (const part of e.path) {
      if (this.isError(type)) return this.errorOperand(e.span);
      if (part.kind === "member") {
        const path = findMember(type, part.name.text);
        if (path === null) {
          const what = isRecord(type)
            ? `'${typeName(qual(type))}' has no member '${part.name.text}'`
            : `'${typeName(qual(type))}' has no members`;
          this.error(what, part.name.span, this.nearHint(part.name.text, memberNames(type), part.name.span));
          return this.errorOperand(e.span);
        }
        for (const member of path) {
          if (member.bitField !== null) this.error("a bit-field has no offset in bytes", part.name.span);
          offset = this.binary("add", offset, this.sizeConstant(member.offset, e.span), SIZE_T, e.span);
          type = member.type.type;
        }
      } else {
        if (type.kind !== "array") {
          this.error(`'${typeName(qual(type))}' is no array`, part.index.span);
          return this.errorOperand(e.span);
        }
        const index = this.convert(this.value(part.index), SIZE_T);
        const bytes = this.binary("mul", index, this.sizeConstant(sizeOf(type.of.type), e.span), SIZE_T, e.span);
        offset = this.binary("add", offset, bytes, SIZE_T, e.span);
        type = type.of.type;
      }
    }
    return this.valueOperand(offset);
  }
}

/** GCC's classes of types, as in its typeclass.h. */
function typeClass(type: CType): number {
  if (type.kind === "void") return 0;
  if (type.kind === "pointer") return 5;
  if (type.kind === "float") return 8;
  if (isRecord(type)) return type.kind === "union" ? 13 : 12;
  return 1;
}

function foldHelper(name: string, value: bigint, bits: number): bigint | null {
  const text = BigInt.asUintN(bits, value).toString(2).padStart(bits, "0");
  if (name.startsWith("__clz")) return value === 0n ? null : BigInt(text.indexOf("1"));
  if (name.startsWith("__ctz")) return value === 0n ? null : BigInt(bits - 1 - text.lastIndexOf("1"));
  const ones = BigInt(text.replace(/0/g, "").length);
  if (name.startsWith("__popcount")) return ones;
  if (name.startsWith("__clrsb")) return BigInt(/^(0+|1+)/.exec(text)![0].length - 1);
  if (name.startsWith("__parity")) return ones & 1n;
  if (name.startsWith("__ffs")) return value === 0n ? 0n : BigInt(bits - text.lastIndexOf("1"));
  if (name.startsWith("__bswap")) {
    let out = 0n;
    for (let at = 0n; at < BigInt(bits); at += 8n) out = (out << 8n) | ((value >> at) & 0xffn);
    return out;
  }
  return null;
}
