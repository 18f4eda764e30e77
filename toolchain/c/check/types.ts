/**
 * From specifiers and declarators to types (C11 §6.7.2 to §6.7.7): basic types, records, enums, typedefs, typeof, arrays,
 * functions, variably modified types, and the attributes that touch a type.
 */
import { nearestName, type Span } from "../../diagnostics.ts";
import type {
  Attribute,
  Declarator,
  DeclaratorPart,
  Expression,
  MemberItem,
  Parameter,
  Specifier,
  Specifiers,
  StaticAssert,
  TypeName,
} from "../ast.ts";
import { alignOf, layoutRecord, type MemberPlan, memberNames, sizeOf } from "../layout.ts";
import { parseText } from "../literals.ts";
import type { Expr } from "../tree.ts";
import {
  type ArrayType, arrayOf, atomicAlignment, atomicOf, BOOL, CHAR, type CType, DOUBLE, type EnumType, ERROR_TYPE, FLOAT, INT, type IntType, integerOf, isCompleteType, isInteger, isRecord, isVariablyModified,
  isVla, LDOUBLE, LLONG, LONG, pointerTo, type QualType, qual, type RecordType,
  SCHAR, SHORT, SIZE_T, typeName, UCHAR, UINT, ULLONG, ULONG, USHORT, unqualified, VOID, VOID_POINTER, withQualifiers,
} from "../types.ts"; // biome-ignore format: a list of names
import { CheckerBase, type Operand } from "./base.ts";
import type { Scope, TagEntity } from "./scope.ts";

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

/** Stands for the size of an array of variable length in a prototype; nothing is computed there. */
const UNKNOWN_SIZE = {
  storage: "local",
  id: -1,
  name: "",
  type: qual(SIZE_T),
  isParameter: true,
  isAddressTaken: false,
  alignAs: 0,
  asmRegister: null,
} as const;

/** Of constructors and destructors without a priority: they are constructed last and destructed first, as in GCC. */
const LAST_PRIORITY = 65535;

export abstract class TypeChecker extends CheckerBase {
  /** Parameters of the function type that was built last from a declarator whose first part is a function. */
  lastParameters: readonly ParameterInfo[] = [];
  /** The scope of their declarations, closed by now: its tags and enumerators are a function body's too. */
  lastParameterScope: Scope | null = null;

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

  // ---- records and enums ----

  private record(item: Extract<Specifier, { kind: "record" }>, specifiers: Specifiers): RecordType {
    const isPacked = item.attributes.some((attribute) => attribute.name === "packed");
    const make = (): RecordType => ({
      kind: item.keyword,
      tag: item.tag?.text ?? "",
      members: [],
      bytes: 0,
      align: 1,
      isComplete: false,
      packed: isPacked,
    });
    const type = this.tagged(item, make, item.members !== null, specifiers) as RecordType;
    if (item.members === null) return type;
    const plans: MemberPlan[] = [];
    const seen = new Map<string, Span>();
    for (const member of item.members) this.memberPlans(member, plans, seen, item);
    let alignAs = 0;
    for (const attribute of item.attributes)
      if (attribute.name === "aligned") alignAs = Math.max(alignAs, this.alignedArgument(attribute));
    if (item.attributes.some((attribute) => attribute.name === "transparent_union")) type.isTransparent = true;
    const placed = layoutRecord(item.keyword, plans, isPacked, item.pack, alignAs);
    if (placed.bytes > 0x7fff_ffff) this.error(`this ${item.keyword} is too large`, item.span);
    type.members = placed.members;
    type.bytes = placed.bytes;
    type.align = placed.align;
    type.isComplete = true;
    return type;
  }

  private memberPlans(
    item: MemberItem,
    plans: MemberPlan[],
    seen: Map<string, Span>,
    record: Extract<Specifier, { kind: "record" }>,
  ): void {
    if (item.kind === "static-assert") {
      this.checkStaticAssert(item);
      return;
    }
    const spec = this.declSpec(item.specifiers);
    if (spec.storage !== null) this.error(`a member cannot be '${spec.storage}'`, spec.span);
    const isPacked = spec.attributes.some((attribute) => attribute.name === "packed");
    if (item.declarators.length === 0) {
      if (isRecord(spec.type.type)) {
        const isAnonymous =
          item.specifiers.items.some((s) => s.kind === "record" && s.members !== null && s.tag === null) ||
          spec.type.type.tag === "";
        if (!isAnonymous) return;
        for (const name of memberNames(spec.type.type)) this.checkDuplicate(name, item.span, seen);
        plans.push({ name: "", type: spec.type, width: null, alignAs: spec.alignAs, isPacked });
      } else if (spec.type.type.kind !== "enum") this.warn("Wextra-tokens", "this member has no name", item.span);
      return;
    }
    const last = record.members![record.members!.length - 1] === item;
    item.declarators.forEach(({ declarator, width }, i) => {
      const span = declarator.name?.span ?? declarator.span;
      const name = declarator.name?.text ?? "";
      let type = this.declaratorType(spec.type, declarator);
      const isLast = last && i === item.declarators.length - 1;
      type = this.checkMemberType(type, name, span, isLast && record.keyword === "struct" && plans.length > 0);
      if (name !== "") this.checkDuplicate(name, span, seen);
      let alignAs = Math.max(spec.alignAs, atomicAlignment(type));
      let packed = isPacked;
      for (const attribute of declarator.attributes) {
        if (attribute.name === "aligned") alignAs = Math.max(alignAs, this.alignedArgument(attribute));
        if (attribute.name === "packed") packed = true;
      }
      plans.push({
        name,
        type,
        width: width === null ? null : this.fieldWidth(width, type, name, span),
        alignAs,
        isPacked: packed,
      });
    });
  }

  private checkDuplicate(name: string, span: Span, seen: Map<string, Span>): void {
    const known = seen.get(name);
    if (known !== undefined)
      this.error(`there are two members called '${name}'`, span, {
        notes: [this.note("the first one is here", known)],
      });
    seen.set(name, span);
  }

  private checkMemberType(type: QualType, name: string, span: Span, mayBeFlexible: boolean): QualType {
    const t = type.type;
    if (t.kind === "function") {
      this.error(`the member '${name}' cannot be a function; a pointer to one can be a member`, span);
      return qual(ERROR_TYPE);
    }
    if (isVariablyModified(t)) {
      this.error(`the member '${name}' cannot have a variable length`, span);
      return qual(ERROR_TYPE);
    }
    if (t.kind === "array" && t.length === null && isCompleteType(t.of.type)) {
      if (!mayBeFlexible)
        this.error(
          `the array member '${name}' needs a length; only the last member of a struct with other members may go without`,
          span,
        );
      return type;
    }
    if (!isCompleteType(t)) {
      this.error(`the member '${name}' has the incomplete type '${typeName(type)}'`, span);
      return qual(ERROR_TYPE);
    }
    return type;
  }

  private fieldWidth(e: Expression, type: QualType, name: string, span: Span): number {
    const value = this.constantInteger(e, "the width of a bit-field");
    if (value === null) return 1;
    const t = type.type;
    if (this.isError(t)) return 1;
    if (!isInteger(t)) {
      this.error(`a bit-field needs an integer type, not '${typeName(type)}'`, span);
      return 1;
    }
    if (type.isAtomic === true) this.error(`the bit-field '${name}' cannot be atomic`, span);
    const limit = integerOf(t).name === "_Bool" ? 1 : sizeOf(t) * 8;
    if (value < 0n || value > BigInt(limit)) {
      this.error(
        value < 0n
          ? "the width of a bit-field cannot be negative"
          : `a bit-field of type '${typeName(type)}' has at most ${limit} bits, not ${value}`,
        e.span,
      );
      return 1;
    }
    if (value === 0n && name !== "") {
      this.error(`the bit-field '${name}' cannot have width 0; only an unnamed one can`, e.span);
      return 1;
    }
    return Number(value);
  }

  /** Finds or declares the tag of a struct, union or enum specifier. */
  private tagged(
    item: Extract<Specifier, { kind: "record" | "enum" }>,
    make: () => RecordType | EnumType,
    isDefinition: boolean,
    specifiers: Specifiers | null,
  ): RecordType | EnumType {
    const { tag } = item;
    if (tag === null) return make();
    const kind = item.kind === "enum" ? "enum" : item.keyword;
    // `struct s;` alone declares a new tag in this scope.
    const isForward =
      !isDefinition && specifiers !== null && specifiers === this.bareSpecifiers && specifiers.items.length === 1;
    const found: TagEntity | null =
      isDefinition || isForward ? (this.scope.tags.get(tag.text) ?? null) : this.scope.findTag(tag.text);
    if (found !== null) {
      if (found.type.kind !== kind) {
        this.error(`'${tag.text}' is the tag of a ${found.type.kind}, not of a ${kind}`, tag.span, {
          notes: [this.note("it was declared here", found.span)],
        });
        return make();
      }
      if (!isDefinition || !found.type.isComplete) return found.type;
      this.error(`'${kind} ${tag.text}' is defined twice`, tag.span, {
        notes: [this.note("the first definition is here", found.span)],
      });
      return make();
    }
    const type = make();
    this.scope.tags.set(tag.text, { type, span: tag.span });
    return type;
  }

  /** The specifiers of a declaration without declarators, while they (and whatever is inside them) are checked. */
  bareSpecifiers: Specifiers | null = null;

  private enumeration(item: Extract<Specifier, { kind: "enum" }>): EnumType {
    const make = (): EnumType => ({
      kind: "enum",
      tag: item.tag?.text ?? "",
      underlying: UINT,
      enumerators: [],
      isComplete: false,
    });
    const type = this.tagged(item, make, item.enumerators !== null, null) as EnumType;
    if (item.enumerators === null) {
      // GNU lets an enum be named before it is defined; until then it is incomplete, as a struct would be.
      return type;
    }
    const isPacked = item.attributes.some((attribute) => attribute.name === "packed");
    const values: { name: string; value: bigint; span: Span }[] = [];
    let next = 0n;
    for (const enumerator of item.enumerators) {
      if (enumerator.value !== null)
        next = this.constantInteger(enumerator.value, "the value of an enumerator") ?? next;
      if (next > 0xffff_ffff_ffff_ffffn || next < -0x8000_0000_0000_0000n) {
        this.error(`the value of '${enumerator.name.text}' does not fit in 64 bits`, enumerator.name.span);
        next = 0n;
      }
      const { text, span } = enumerator.name;
      const known = this.scope.names.get(text);
      if (known !== undefined)
        this.error(`'${text}' is declared twice`, span, {
          notes: [this.note("the first declaration is here", known.span)],
        });
      values.push({ name: text, value: next, span });
      // An enumerator is an int; GNU gives one that does not fit the type of the whole (below), here at least its own.
      this.declare({
        kind: "enumerator",
        name: text,
        span,
        value: next,
        type: enumeratorType(next, enumUnderlying([next], false)),
        isUsed: false,
        isExempt: true,
      });
      next++;
    }
    type.underlying = enumUnderlying(
      values.map(({ value }) => value),
      isPacked,
    );
    for (const { name, value } of values) {
      const entity = this.scope.names.get(name);
      if (entity?.kind === "enumerator") entity.type = enumeratorType(value, type.underlying);
    }
    type.enumerators = values.map(({ name, value }) => ({ name, value }));
    type.isComplete = true;
    return type;
  }

  // ---- declarators ----

  /** The type that a declarator makes of a base type. */
  declaratorType(base: QualType, declarator: Declarator): QualType {
    let type = base;
    for (let i = declarator.parts.length - 1; i >= 0; i--)
      type = this.applyPart(type, declarator.parts[i]!, declarator, i === 0);
    return type;
  }

  private applyPart(type: QualType, part: DeclaratorPart, declarator: Declarator, isFirst: boolean): QualType {
    if (part.kind === "pointer") {
      const has = (word: string): boolean => part.qualifiers.includes(word);
      const pointer = qual(pointerTo(type), has("const"), has("volatile"), has("restrict"));
      return has("_Atomic") ? { ...pointer, isAtomic: true } : pointer;
    }
    const name = declarator.name === null ? "it" : `'${declarator.name.text}'`;
    if (part.kind === "array") return this.arrayType(type, part, name);
    if (type.type.kind === "function")
      this.error(`${name} cannot return a function; it can return a pointer to one`, part.span);
    else if (type.type.kind === "array")
      this.error(`${name} cannot return an array; it can return a pointer`, part.span);
    else return this.functionType(type, part, isFirst);
    return this.functionType(qual(ERROR_TYPE), part, isFirst);
  }

  private arrayType(of: QualType, part: Extract<DeclaratorPart, { kind: "array" }>, name: string): QualType {
    if (of.type.kind === "function") {
      this.error(`${name} cannot be an array of functions; an array of pointers to them is possible`, part.span);
      return qual(ERROR_TYPE);
    }
    if (!isCompleteType(of.type) && !this.isError(of.type)) {
      this.error(`the elements of ${name} have the incomplete type '${typeName(of)}'`, part.span);
      return qual(ERROR_TYPE);
    }
    if (
      isRecord(of.type) &&
      of.type.members.length > 0 &&
      isFlexible(of.type) &&
      this.warnings.enabled.has("Wpedantic")
    )
      this.warn("Wpedantic", "an array of structs with a flexible array member", part.span);
    if (part.isStar) return qual(arrayOf(of, null, { sizeLocalId: -1 }));
    if (part.size === null) return qual(arrayOf(of, null));
    const size = this.rvalue(this.checkExpression(part.size));
    if (this.isError(size.type)) return qual(arrayOf(of, 1));
    if (!isInteger(size.type)) {
      this.error(`the length of an array must be an integer, not '${typeName(qual(size.type))}'`, part.size.span);
      return qual(arrayOf(of, 1));
    }
    if (size.kind === "const-int" && !isVla(of.type)) {
      if (size.value < 0n) {
        this.error(`the length of ${name} is negative (${size.value})`, part.size.span);
        return qual(arrayOf(of, 1));
      }
      if (size.value * BigInt(Math.max(1, sizeOf(of.type))) > 0x7fff_ffffn) {
        this.error(`the array ${name} is too large`, part.size.span);
        return qual(arrayOf(of, 1));
      }
      return qual(arrayOf(of, Number(size.value)));
    }
    return this.variableArray(of, size, part.size.span);
  }

  private variableArray(of: QualType, length: Expr, span: Span): QualType {
    if (this.fn === null) {
      if (this.isInPrototype) return qual(arrayOf(of, null, { sizeLocalId: -1 }));
      this.error("the length of an array at file scope must be a constant", span);
      return qual(arrayOf(of, 1));
    }
    this.warn("Wvla", "an array of variable length", span);
    const local = this.newLocal("", qual(SIZE_T), span);
    const type: ArrayType = arrayOf(of, null, { sizeLocalId: local.id });
    const element = this.sizeExpr(of.type, span);
    const bytes: Expr = {
      kind: "binary",
      op: "mul",
      left: this.convert(length, SIZE_T, span),
      right: element,
      type: SIZE_T,
      span,
    };
    this.pendingSizes.push(this.assignTo(this.localPlace(local, span), bytes));
    return qual(type);
  }

  /** sizeof as an expression: a constant, or the hidden local of a VLA. */
  sizeExpr(type: CType, span: Span): Expr {
    if (type.kind === "array" && type.vla !== null) {
      // In a prototype there is no such local yet: the size is just no constant.
      const local = this.fn?.locals[type.vla.sizeLocalId] ?? { ...UNKNOWN_SIZE, span };
      return this.load(this.localPlace(local, span));
    }
    if (type.kind === "array" && isVla(type.of.type)) {
      const of = this.sizeExpr(type.of.type, span);
      return {
        kind: "binary",
        op: "mul",
        left: of,
        right: this.sizeConstant(type.length ?? 0, span),
        type: SIZE_T,
        span,
      };
    }
    return this.sizeConstant(sizeOf(type), span);
  }

  /** Inside the parameter list of a declaration that is not a definition. */
  isInPrototype = false;

  private functionType(
    returns: QualType,
    part: Extract<DeclaratorPart, { kind: "function" }>,
    isFirst: boolean,
  ): QualType {
    const { infos, scope } = this.parameters(part.parameters);
    if (isFirst) {
      this.lastParameters = infos;
      this.lastParameterScope = scope;
    }
    if (!part.isPrototype) {
      if (isFirst && part.names.length > 0) {
        this.lastParameters = part.names.map(({ text, span }) => ({
          name: text,
          type: qual(INT),
          span,
          isRegister: false,
          attributes: [],
          source: null,
        }));
      }
      return qual({ kind: "function", returns: qual(returns.type), params: [], variadic: false, prototyped: false });
    }
    const params = infos.map((info) => info.type);
    return qual({
      kind: "function",
      returns: qual(returns.type, false, false),
      params,
      variadic: part.isVariadic,
      prototyped: true,
    });
  }

  private parameters(parameters: readonly Parameter[]): { infos: ParameterInfo[]; scope: Scope | null } {
    if (parameters.length === 0) return { infos: [], scope: null };
    const outerSizes = this.pendingSizes;
    const outerParameters = this.lastParameters;
    const outerScope = this.lastParameterScope;
    const outerPrototype = this.isInPrototype;
    this.isInPrototype = true;
    // Names of parameters are visible in the types of later ones.
    const scope = this.openScope();
    const outerFunction = this.fn;
    this.fn = null;
    const infos = parameters.map((parameter) => this.parameter(parameter));
    this.fn = outerFunction;
    for (const entity of this.scope.names.values()) entity.isExempt = true;
    for (const [name, tag] of scope.tags)
      this.warn("Wvisibility", `'${tag.type.kind} ${name}' is known only inside these parentheses`, tag.span, {
        hint: `declare it before the function: ${tag.type.kind} ${name};`,
      });
    this.closeScope();
    this.isInPrototype = outerPrototype;
    this.pendingSizes = outerSizes;
    this.lastParameters = outerParameters;
    this.lastParameterScope = outerScope;
    const only = infos[0]!;
    if (infos.length === 1 && only.type.type.kind === "void" && only.name === "") return { infos: [], scope };
    for (const info of infos) {
      if (info.type.type.kind === "void")
        this.error(
          info.name === "" ? "'void' must be the only parameter" : `the parameter '${info.name}' cannot be void`,
          info.span,
        );
    }
    return { infos, scope };
  }

  private parameter(parameter: Parameter): ParameterInfo {
    const spec = this.declSpec(parameter.specifiers);
    if (spec.storage !== null && spec.storage !== "register")
      this.error(`a parameter cannot be '${spec.storage}'`, spec.span);
    const type = this.adjustParameter(this.declaratorType(spec.type, parameter.declarator), parameter.declarator);
    const name = parameter.declarator.name?.text ?? "";
    const span = parameter.declarator.name?.span ?? parameter.span;
    if (name !== "") {
      const known = this.scope.names.get(name);
      if (known !== undefined) this.error(`two parameters are called '${name}'`, span);
      const object = {
        storage: "local",
        id: -1,
        name,
        type,
        isParameter: true,
        isAddressTaken: false,
        alignAs: 0,
        asmRegister: null,
        span,
      } as const;
      this.declare({ kind: "object", name, span, object, isUsed: true, isSet: false, isExempt: true });
    }
    return {
      name,
      type,
      span,
      isRegister: spec.storage === "register",
      attributes: [...spec.attributes, ...parameter.declarator.attributes],
      source: parameter,
    };
  }

  /** Arrays and functions become pointers (C11 §6.7.6.3p7). */
  adjustParameter(type: QualType, declarator: Declarator): QualType {
    const t = type.type;
    if (t.kind === "function") return qual(pointerTo(type));
    if (t.kind !== "array") return type;
    const outermost = declarator.parts[0];
    const words = outermost?.kind === "array" ? outermost.words : [];
    return qual(pointerTo(t.of), words.includes("const"), words.includes("volatile"), words.includes("restrict"));
  }

  typeOf(name: TypeName): QualType {
    const spec = this.declSpec(name.specifiers);
    if (spec.storage !== null) this.error(`a type name cannot be '${spec.storage}'`, spec.span);
    const outer = this.lastParameters;
    const outerScope = this.lastParameterScope;
    const type = this.declaratorType(spec.type, name.declarator);
    this.lastParameters = outer;
    this.lastParameterScope = outerScope;
    return type;
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

/** The last member is an array without length. */
export function isFlexible(t: CType): boolean {
  if (t.kind !== "struct" || t.members.length === 0) return false;
  const last = t.members[t.members.length - 1]!.type.type;
  return last.kind === "array" && last.length === null;
}

/** GCC's choice: unsigned int unless there are negative values; the smallest that fits when packed. */
function enumUnderlying(values: readonly bigint[], isPacked: boolean): IntType {
  const low = values.reduce((a, b) => (b < a ? b : a), 0n);
  const high = values.reduce((a, b) => (b > a ? b : a), 0n);
  if (isPacked) {
    if (low >= 0n) return high <= 0xffn ? UCHAR : high <= 0xffffn ? USHORT : UINT;
    return low >= -0x80n && high <= 0x7fn ? SCHAR : low >= -0x8000n && high <= 0x7fffn ? SHORT : INT;
  }
  if (low < 0n) return low >= -0x8000_0000n && high <= 0x7fff_ffffn ? INT : LLONG;
  return high <= 0xffff_ffffn ? UINT : ULLONG;
}

/** GNU C: an int where the value fits, else the type that the enum is kept in. */
const enumeratorType = (value: bigint, underlying: IntType): IntType =>
  value >= -0x8000_0000n && value <= 0x7fff_ffffn ? INT : underlying;
