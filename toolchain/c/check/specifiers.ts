/**
 * From specifiers to a type (C11 §6.7.1 to §6.7.5): basic types, typedef names, typeof, qualifiers, storage classes, alignment, and the
 * attributes that touch a type. Records and enums are in records.ts, what declarators make of a type in declarators.ts.
 */
import { nearestName, type Span } from "../../diagnostics.ts";
import type { Attribute, Expression, Parameter, Specifier, Specifiers, StaticAssert, TypeName } from "../ast.ts";
import { alignOf } from "../layout.ts";
import { parseText } from "../literals.ts";
import type { Expr } from "../tree.ts";
import {
  atomicOf, BOOL, CHAR, type CType, DOUBLE, type EnumType, ERROR_TYPE, FLOAT, INT, integerOf, isInteger, LDOUBLE, LLONG, LONG, type QualType, qual,
  type RecordType, SCHAR, SHORT, typeName, UCHAR, UINT, ULLONG, ULONG, USHORT, unqualified, VOID, VOID_POINTER, withQualifiers,
} from "../types.ts"; // biome-ignore format: a list of names
import { CheckerBase, type Operand } from "./base.ts";

export type StorageClass = "typedef" | "extern" | "static" | "auto" | "register" | null;

/** What the specifiers of a declaration say. */
export interface DeclSpec {
  readonly type: QualType;
  readonly storage: StorageClass;
  readonly isThreadLocal: boolean;
  readonly isInline: boolean;
  readonly isNoreturn: boolean;
  readonly isAutoType: boolean;
  readonly alignAs: number;
  readonly attributes: readonly Attribute[];
  /** A tag or enumerators were declared, so a declaration without names is not empty. */
  readonly declaresTag: boolean;
  readonly span: Span;
}

/** A parameter as a function definition needs it. */
export interface ParameterInfo {
  readonly name: string;
  readonly type: QualType;
  readonly span: Span;
  readonly isRegister: boolean;
  readonly attributes: readonly Attribute[];
  /** Size expressions of variably modified parameter types, checked again when the body is. */
  readonly source: Parameter | null;
}

/** Sums of basic type words → type. The key is the sorted words. */
const BASIC: Readonly<Record<string, CType>> = {
  void: VOID, _Bool: BOOL, char: CHAR, "char signed": SCHAR, "char unsigned": UCHAR, short: SHORT, "int short": SHORT, "short signed": SHORT, "int short signed": SHORT,
  "short unsigned": USHORT, "int short unsigned": USHORT, int: INT, signed: INT, "int signed": INT, unsigned: UINT, "int unsigned": UINT, long: LONG, "int long": LONG,
  "long signed": LONG, "int long signed": LONG, "long unsigned": ULONG, "int long unsigned": ULONG, "long long": LLONG, "int long long": LLONG,
  "long long signed": LLONG, "int long long signed": LLONG, "long long unsigned": ULLONG, "int long long unsigned": ULLONG, float: FLOAT, double: DOUBLE, "double long": LDOUBLE,
}; // biome-ignore format: a table

const STORAGE = new Set(["typedef", "extern", "static", "auto", "register"]);

/** Of constructors and destructors without a priority: they are constructed last and destructed first, as in GCC. */
const LAST_PRIORITY = 65535;

export abstract class SpecifierChecker extends CheckerBase {
  abstract record(item: Extract<Specifier, { kind: "record" }>, specifiers: Specifiers): RecordType;
  abstract enumeration(item: Extract<Specifier, { kind: "enum" }>): EnumType;
  abstract typeOf(name: TypeName): QualType;
  abstract checkExpression(e: Expression): Operand;
  /** The type of an operand of typeof; what it depends on goes to `pendingSizes`. */
  abstract typeOfExpression(e: Expression): QualType;
  abstract rvalue(operand: Operand): Expr;
  abstract convert(value: Expr, type: CType, span?: Span): Expr;
  abstract checkStaticAssert(item: StaticAssert): void;

  // ---- constants ----

  /** The value of an integer constant expression; null after a message. */
  constantInteger(e: Expression, what: string): bigint | null {
    const value = this.rvalue(this.checkExpression(e));
    if (this.isError(value.type)) return null;
    if (value.kind === "const-int" && isInteger(value.type)) return value.value;
    this.error(
      isInteger(value.type)
        ? `${what} must be a constant`
        : `${what} must be an integer constant, not '${typeName(qual(value.type))}'`,
      e.span,
    );
    return null;
  }

  // ---- specifiers ----

  declSpec(specifiers: Specifiers): DeclSpec {
    const words: string[] = [];
    let storage: StorageClass = null;
    let isThreadLocal = false;
    let isInline = false;
    let isNoreturn = false;
    let isAutoType = false;
    let isConst = false;
    let isVolatile = false;
    let isRestrict = false;
    let isAtomic = false;
    let declaresTag = false;
    let definesTag = false;
    let tagEnd: Span | null = null;
    let alignAs = 0;
    let named: QualType | null = null;
    for (let at = 0; at < specifiers.items.length; at++) {
      const item = specifiers.items[at]!;
      if (item.kind === "word") {
        const { word } = item;
        if (STORAGE.has(word)) {
          if (storage !== null && storage !== word)
            this.error(`a declaration cannot be both '${storage}' and '${word}'`, item.span);
          storage = word as StorageClass;
        } else if (word === "const") isConst = true;
        else if (word === "volatile") isVolatile = true;
        else if (word === "restrict") isRestrict = true;
        else if (word === "_Atomic") isAtomic = true;
        else if (word === "inline") isInline = true;
        else if (word === "_Noreturn") isNoreturn = true;
        else if (word === "_Thread_local") isThreadLocal = true;
        else if (word === "__auto_type") isAutoType = true;
        else if (word === "__builtin_va_list") named = qual(VOID_POINTER);
        else words.push(word);
        continue;
      }
      if (item.kind === "alignas-type" || item.kind === "alignas-value") {
        alignAs = Math.max(alignAs, this.alignment(item));
        continue;
      }
      if (named !== null && definesTag) this.unfinishedTag(tagEnd!);
      else if (named !== null || words.length > 0) this.error("a declaration can name only one type", item.span);
      named = this.namedType(item, specifiers);
      if (item.kind === "record" || item.kind === "enum") declaresTag = true;
      definesTag =
        (item.kind === "record" && item.members !== null) || (item.kind === "enum" && item.enumerators !== null);
      if (definesTag) tagEnd = item.span;
      if (item.kind === "typedef-name") {
        const entity = this.scope.find(item.name);
        if (entity?.kind === "typedef") alignAs = Math.max(alignAs, entity.alignAs);
      }
    }
    if (named !== null && definesTag && words.length > 0) {
      this.unfinishedTag(tagEnd!);
      named = null;
    }
    let type = named ?? (isAutoType ? qual(INT) : this.basicType(words, specifiers));
    if (named !== null && words.length > 0)
      this.error(`'${words[0]}' cannot be combined with another type`, specifiers.span);
    for (const attribute of specifiers.attributes) {
      if (attribute.name === "aligned" && storage !== "typedef")
        alignAs = Math.max(alignAs, this.alignedArgument(attribute));
      if (attribute.name === "noreturn") isNoreturn = true;
      if (attribute.name === "mode") type = this.modeType(attribute, type);
    }
    type = withQualifiers(type, qual(VOID, isConst, isVolatile, isRestrict));
    if (isAtomic) type = this.atomicType(type, specifiers.span);
    return {
      type,
      storage, isThreadLocal, isInline, isNoreturn, isAutoType, alignAs, attributes: specifiers.attributes, declaresTag, span: specifiers.span,
    }; // biome-ignore format: mostly shorthand
  }

  private atomicType(type: QualType, span: Span): QualType {
    const atomic = atomicOf(type);
    if (atomic === null) this.error(`'${typeName(type)}' cannot be atomic; the elements of an array can`, span);
    return atomic ?? type;
  }

  /** `struct s { … }` and then another type: the semicolon that ends the first declaration is missing. */
  private unfinishedTag(tag: Span): void {
    const end: Span = { file: tag.file, start: tag.end, end: tag.end };
    this.error("expected ';' after '}'", end, { fix: { span: end, replacement: ";" } });
  }

  private basicType(words: readonly string[], specifiers: Specifiers): QualType {
    if (words.length === 0) {
      this.refuse("Wimplicit-int", "a declaration needs a type", specifiers.span, {
        hint: "C no longer takes int for granted; write 'int'",
      });
      return qual(INT);
    }
    const found = BASIC[[...words].sort().join(" ")];
    if (found !== undefined) return qual(found);
    if (words.includes("_Complex") || words.includes("_Imaginary"))
      this.error("complex numbers are not supported", specifiers.span);
    else this.error(`'${words.join(" ")}' is not a type`, specifiers.span);
    return qual(ERROR_TYPE);
  }

  private namedType(item: Specifier, specifiers: Specifiers): QualType {
    switch (item.kind) {
      case "typedef-name": {
        const entity = this.scope.find(item.name);
        if (entity?.kind === "typedef") {
          entity.isUsed = true;
          return entity.type;
        }
        if (entity !== null && this.isFirstReport(item.name))
          this.error(`'${item.name}' is not a type here`, item.span);
        return qual(ERROR_TYPE);
      }
      case "record":
        return qual(this.record(item, specifiers));
      case "enum":
        return qual(this.enumeration(item));
      case "typeof-type":
        return this.typeOf(item.type);
      case "atomic": {
        const type = this.typeOf(item.type);
        if (type.isConst || type.isVolatile || type.isAtomic === true)
          this.error("the type in _Atomic( ) cannot have qualifiers", item.type.span, {
            hint: "put them outside the parentheses",
          });
        return this.atomicType(type, item.span);
      }
      case "typeof-value": {
        const type = this.typeOfExpression(item.value);
        // As in GCC, so that macros can declare a plain variable for the value of an atomic one.
        return type.isAtomic === true ? unqualified(type) : type;
      }
      default:
        return qual(ERROR_TYPE);
    }
  }

  private alignment(item: Extract<Specifier, { kind: "alignas-type" | "alignas-value" }>): number {
    if (item.kind === "alignas-type") return alignOf(this.typeOf(item.type).type);
    const value = this.constantInteger(item.value, "an alignment");
    return value === null ? 0 : this.checkAlignment(value, item.span);
  }

  private checkAlignment(value: bigint, span: Span): number {
    if (value < 0n || (value & (value - 1n)) !== 0n || value > 0x1000_0000n) {
      this.error(`an alignment must be a power of two, not ${value}`, span);
      return 0;
    }
    return Number(value);
  }

  /** `aligned` or `aligned(n)`. */
  alignedArgument(attribute: Attribute): number {
    const argument = attribute.args[0];
    if (argument === undefined) return 16;
    if (argument.kind === "type") return alignOf(this.typeOf(argument.type).type);
    const value = this.constantInteger(argument.value, "an alignment");
    return value === null ? 0 : this.checkAlignment(value, attribute.span);
  }

  /** The priority of `constructor(101)` and its like. */
  priorityOf(attribute: Attribute): number {
    const argument = attribute.args[0];
    if (argument === undefined || argument.kind === "type") return LAST_PRIORITY;
    const value = this.constantInteger(argument.value, "a priority") ?? BigInt(LAST_PRIORITY);
    if (value >= 0n && value <= BigInt(LAST_PRIORITY)) return Number(value);
    this.error(`a priority is a number from 0 to ${LAST_PRIORITY}, not ${value}`, attribute.span);
    return LAST_PRIORITY;
  }

  /** `mode(DI)` and its like. */
  private modeType(attribute: Attribute, type: QualType): QualType {
    const argument = attribute.args[0];
    const name =
      argument?.kind === "value" && argument.value.kind === "name"
        ? argument.value.name.replace(/^__(.*)__$/, "$1")
        : "";
    const isUnsigned = isInteger(type.type) && !integerOf(type.type).signed;
    const modes: Record<string, [CType, CType]> = {
      QI: [SCHAR, UCHAR],
      byte: [SCHAR, UCHAR],
      HI: [SHORT, USHORT],
      SI: [INT, UINT],
      DI: [LLONG, ULLONG],
      SF: [FLOAT, FLOAT],
      DF: [DOUBLE, DOUBLE],
      word: [INT, UINT],
      pointer: [INT, UINT],
    };
    const found = modes[name];
    if (found === undefined) this.error(`the mode '${name}' is not supported`, attribute.span);
    return found === undefined ? type : { ...type, type: found[isUnsigned ? 1 : 0] };
  }

  // ---- attributes ----

  attributeText(attribute: Attribute): string | null {
    const argument = attribute.args[0];
    if (argument?.kind !== "value" || argument.value.kind !== "string") return null;
    return argument.value.tokens
      .map((token) => {
        const parsed = parseText(token.text, "");
        return parsed.ok ? new TextDecoder().decode(Uint8Array.from(parsed.value.units)) : "";
      })
      .join("");
  }

  /** A hint with the nearest of some names. */
  nearHint(
    name: string,
    names: Iterable<string>,
    span: Span,
  ): { hint?: string; fix?: { span: Span; replacement: string } } {
    const near = nearestName(name, names);
    return near === null ? {} : { hint: `did you mean '${near}'?`, fix: { span, replacement: near } };
  }
}
