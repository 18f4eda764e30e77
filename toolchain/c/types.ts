/**
 * The types of C as the checker knows them and the code generator lays them out: the ILP32 data model of the RISC-V
 * psABI (plain char unsigned, long double binary128 with 16-byte size and alignment).
 *
 * Types are plain data. Struct, union and enum types have identity (compare with ===); the others compare by structure
 * (`isCompatible`). A type object never carries qualifiers itself; where C has a qualified type there is a QualType.
 */

/** Integer kinds in order of conversion rank. */
export type IntName =
  | "_Bool"
  | "char"
  | "signed char"
  | "unsigned char"
  | "short"
  | "unsigned short"
  | "int"
  | "unsigned int"
  | "long"
  | "unsigned long"
  | "long long"
  | "unsigned long long";
export type FloatName = "float" | "double" | "long double";

export interface VoidType {
  readonly kind: "void";
}
export interface IntType {
  readonly kind: "int";
  readonly name: IntName;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly signed: boolean;
  readonly rank: number;
}
export interface FloatType {
  readonly kind: "float";
  readonly name: FloatName;
  readonly bytes: 4 | 8 | 16;
}
export interface PointerType {
  readonly kind: "pointer";
  readonly to: QualType;
}
/** `length` null: incomplete `[]`. `vla`: a variable-length array; its byte size lives in the local `sizeLocal`. */
export interface ArrayType {
  readonly kind: "array";
  readonly of: QualType;
  length: number | null;
  readonly vla: VlaBound | null;
}
export interface FunctionType {
  readonly kind: "function";
  readonly returns: QualType;
  readonly params: readonly QualType[];
  readonly variadic: boolean /** `f()` of old: arguments are not checked. */;
  readonly prototyped: boolean;
}
/** A member; `name` is "" for an anonymous struct or union member. Offsets and bit positions are set by layout. */
export interface Member {
  readonly name: string;
  readonly type: QualType;
  offset: number;
  readonly bitField: BitField | null;
  readonly alignAs: number;
}
/** `bit` is the position of the field's least significant bit inside the storage unit of `unitBytes` bytes at Member.offset. */
export interface BitField {
  readonly width: number;
  bit: number;
  unitBytes: 1 | 2 | 4 | 8;
}
export interface RecordType {
  readonly kind: "struct" | "union";
  readonly tag: string;
  members: readonly Member[];
  bytes: number;
  align: number;
  isComplete: boolean;
  readonly packed: boolean;
  /** GNU's transparent_union: an argument of the type may be a value of any of its members. */
  isTransparent?: boolean;
}
export interface EnumType {
  readonly kind: "enum";
  readonly tag: string;
  underlying: IntType;
  enumerators: readonly { readonly name: string; readonly value: bigint }[];
  isComplete: boolean;
}

export type CType = VoidType | IntType | FloatType | PointerType | ArrayType | FunctionType | RecordType | EnumType;

export interface QualType {
  readonly type: CType;
  readonly isConst: boolean;
  readonly isVolatile: boolean;
  readonly isRestrict: boolean;
  /** Of `_Atomic`: reading and changing an object of the type is one indivisible step. */
  readonly isAtomic?: boolean;
}

/** The hidden local that holds the byte size of a VLA type, evaluated when its declaration is reached. */
export interface VlaBound {
  readonly sizeLocalId: number;
}

// ---- the basic types, one object each ----------------------------------------------------------------------------------

const int = (name: IntName, bytes: 1 | 2 | 4 | 8, signed: boolean, rank: number): IntType => ({
  kind: "int",
  name,
  bytes,
  signed,
  rank,
});

export const VOID: VoidType = { kind: "void" };
export const BOOL = int("_Bool", 1, false, 0);
/** Plain char is unsigned on RISC-V. */
export const CHAR = int("char", 1, false, 1);
export const SCHAR = int("signed char", 1, true, 1);
export const UCHAR = int("unsigned char", 1, false, 1);
export const SHORT = int("short", 2, true, 2);
export const USHORT = int("unsigned short", 2, false, 2);
export const INT = int("int", 4, true, 3);
export const UINT = int("unsigned int", 4, false, 3);
export const LONG = int("long", 4, true, 4);
export const ULONG = int("unsigned long", 4, false, 4);
export const LLONG = int("long long", 8, true, 5);
export const ULLONG = int("unsigned long long", 8, false, 5);
export const FLOAT: FloatType = { kind: "float", name: "float", bytes: 4 };
export const DOUBLE: FloatType = { kind: "float", name: "double", bytes: 8 };
export const LDOUBLE: FloatType = { kind: "float", name: "long double", bytes: 16 };
/** The type of what was wrong: looks like int, and silences everything that meets it. Compare with ===. */
export const ERROR_TYPE = int("int", 4, true, 3);

export const qual = (type: CType, isConst = false, isVolatile = false, isRestrict = false): QualType => ({
  type,
  isConst,
  isVolatile,
  isRestrict,
});
export const unqualified = (q: QualType): QualType =>
  q.isConst || q.isVolatile || q.isRestrict || q.isAtomic === true ? qual(q.type) : q;
export const isAtomic = (q: QualType): boolean => q.isAtomic === true;
/** `q` with the qualifiers of `other` added. */
export function withQualifiers(q: QualType, other: QualType): QualType {
  if (!other.isConst && !other.isVolatile && !other.isRestrict) return q;
  // Qualifiers of an array are those of its elements (C11 §6.7.3p9).
  if (q.type.kind === "array") return { ...q, type: { ...q.type, of: withQualifiers(q.type.of, other) } };
  const sum = qual(
    q.type,
    q.isConst || other.isConst,
    q.isVolatile || other.isVolatile,
    q.isRestrict || other.isRestrict,
  );
  return q.isAtomic === true ? { ...sum, isAtomic: true } : sum;
}
/** `_Atomic` of a type; null where it cannot be (C11 §6.7.2.4p3). */
export function atomicOf(q: QualType): QualType | null {
  if (q.type.kind === "array" || q.type.kind === "function") return null;
  return { ...q, isAtomic: true };
}
/** The alignment that `_Atomic` asks for: a struct as large as a machine word's multiple is as aligned as an integer of its size, as in GCC. */
export function atomicAlignment(q: QualType): number {
  if (q.type.kind === "array") return atomicAlignment(q.type.of);
  return q.isAtomic === true && isRecord(q.type) && [2, 4, 8, 16].includes(q.type.bytes) ? q.type.bytes : 0;
}
export const pointerTo = (to: QualType): PointerType => ({ kind: "pointer", to });
export const arrayOf = (of: QualType, length: number | null, vla: VlaBound | null = null): ArrayType => ({
  kind: "array",
  of,
  length,
  vla,
});

const QUAL_VOID = qual(VOID);
export const VOID_POINTER = pointerTo(QUAL_VOID);
export const CHAR_POINTER = pointerTo(qual(CHAR));
/** size_t, ptrdiff_t, wchar_t, char16_t, char32_t of riscv32 Linux. */
export const SIZE_T = UINT;
export const PTRDIFF_T = INT;

// ---- predicates --------------------------------------------------------------------------------------------------------

export const isInteger = (t: CType): t is IntType | EnumType => t.kind === "int" || t.kind === "enum";
export const isArithmetic = (t: CType): t is IntType | EnumType | FloatType =>
  t.kind === "int" || t.kind === "enum" || t.kind === "float";
export const isScalar = (t: CType): boolean => isArithmetic(t) || t.kind === "pointer";
export const isRecord = (t: CType): t is RecordType => t.kind === "struct" || t.kind === "union";
export const isVla = (t: CType): boolean => t.kind === "array" && (t.vla !== null || isVla(t.of.type));
/** Does the type depend on a variable length anywhere (C11 §6.7.6p3)? */
export function isVariablyModified(t: CType): boolean {
  if (t.kind === "array") return t.vla !== null || isVariablyModified(t.of.type);
  if (t.kind === "pointer") return isVariablyModified(t.to.type);
  if (t.kind === "function") return isVariablyModified(t.returns.type);
  return false;
}
/** The integer type behind an integer or enum type. */
export const integerOf = (t: IntType | EnumType): IntType => (t.kind === "enum" ? t.underlying : t);

/** Has the type a known size? A VLA counts as complete. */
export function isCompleteType(t: CType): boolean {
  if (t.kind === "array") return (t.length !== null || t.vla !== null) && isCompleteType(t.of.type);
  if (t.kind === "struct" || t.kind === "union") return t.isComplete;
  if (t.kind === "enum") return t.isComplete;
  return t.kind !== "void";
}

/** Compatible types, C11 §6.2.7; top-level qualifiers are not compared. */
export function isCompatible(a: CType, b: CType): boolean {
  if (a === b || a === ERROR_TYPE || b === ERROR_TYPE) return true;
  if (a.kind === "enum" && b.kind === "int") return a.underlying.name === b.name;
  if (b.kind === "enum" && a.kind === "int") return b.underlying.name === a.name;
  switch (a.kind) {
    case "void":
      return b.kind === "void";
    case "int":
    case "float":
      return b.kind === a.kind && a.name === b.name;
    case "pointer":
      return b.kind === "pointer" && isCompatibleQualified(a.to, b.to);
    case "array":
      if (b.kind !== "array" || !isCompatibleQualified(a.of, b.of)) return false;
      return a.length === null || b.length === null || a.vla !== null || b.vla !== null || a.length === b.length;
    case "function":
      return b.kind === "function" && isCompatibleFunction(a, b);
    default:
      return false;
  }
}

export const isCompatibleQualified = (a: QualType, b: QualType): boolean =>
  a.isConst === b.isConst &&
  a.isVolatile === b.isVolatile &&
  isAtomic(a) === isAtomic(b) &&
  isCompatible(a.type, b.type);

function isCompatibleFunction(a: FunctionType, b: FunctionType): boolean {
  if (!isCompatible(a.returns.type, b.returns.type)) return false;
  if (a.prototyped && b.prototyped) {
    if (a.params.length !== b.params.length || a.variadic !== b.variadic) return false;
    return a.params.every((param, i) => isCompatible(param.type, b.params[i]!.type));
  }
  // An old-style declaration fits any prototype whose parameters are not changed by the default promotions.
  const prototype = a.prototyped ? a : b.prototyped ? b : null;
  if (prototype === null) return true;
  const other = prototype === a ? b : a;
  if (other.params.length > 0 && other.params.length !== prototype.params.length) return false;
  return (
    !prototype.variadic &&
    prototype.params.every(
      ({ type }) => !(type.kind === "int" && type.rank < 3) && !(type.kind === "float" && type.bytes === 4),
    )
  );
}

/** The composite of two compatible types, C11 §6.2.7p3. */
export function compositeType(a: CType, b: CType): CType {
  if (a.kind === "array" && b.kind === "array") {
    const length = a.length ?? b.length;
    return { kind: "array", of: { ...a.of, type: compositeType(a.of.type, b.of.type) }, length, vla: a.vla ?? b.vla };
  }
  if (a.kind === "function" && b.kind === "function") {
    const returns = { ...a.returns, type: compositeType(a.returns.type, b.returns.type) };
    if (!a.prototyped) return { ...b, returns };
    if (!b.prototyped) return { ...a, returns };
    return {
      ...a,
      returns,
      params: a.params.map((param, i) => ({ ...param, type: compositeType(param.type, b.params[i]!.type) })),
    };
  }
  if (a.kind === "pointer" && b.kind === "pointer")
    return pointerTo({ ...a.to, type: compositeType(a.to.type, b.to.type) });
  return a;
}

// ---- names for messages --------------------------------------------------------------------------------------------------

/** The type as C would write it: `const char *`, `int (*)(void)`, `struct point[3]`. */
export function typeName(q: QualType, inner = ""): string {
  const t = q.type;
  const words = `${q.isAtomic === true ? "_Atomic " : ""}${q.isConst ? "const " : ""}${q.isVolatile ? "volatile " : ""}`;
  const after = inner === "" ? "" : inner.startsWith("[") || inner.startsWith("(") ? inner : ` ${inner}`;
  switch (t.kind) {
    case "void":
      return `${words}void${after}`;
    case "int":
    case "float":
      return `${words}${t.name}${after}`;
    case "struct":
    case "union":
    case "enum":
      return `${words}${t.kind} ${t.tag === "" ? "(unnamed)" : t.tag}${after}`;
    case "pointer": {
      const mark = `*${words}${inner}`.trimEnd();
      const wrapped = t.to.type.kind === "array" || t.to.type.kind === "function";
      return typeName(t.to, wrapped ? ` (${mark})` : mark).replace("  ", " ");
    }
    case "array":
      return typeName(t.of, `${inner}[${t.vla !== null ? "*" : (t.length ?? "")}]`);
    case "function": {
      const params = t.params.map((param) => typeName(param));
      if (t.variadic) params.push("...");
      else if (params.length === 0 && t.prototyped) params.push("void");
      return typeName(t.returns, `${inner === "" ? " " : inner}(${params.join(", ")})`).replace(/ +\(/, " (");
    }
  }
}
