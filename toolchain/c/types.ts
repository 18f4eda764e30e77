/**
 * The types of C as the checker knows them and the code generator lays them out: the ILP32 data model of the RISC-V
 * psABI (plain char unsigned, long double binary128 with 16-byte size and alignment).
 *
 * Types are plain data. Struct, union and enum types have identity (compare with ===); the others compare by structure
 * (`isCompatible`). A type object never carries qualifiers itself; where C has a qualified type there is a QualType.
 */

/** Integer kinds in order of conversion rank. */
export type IntName =
  | "_Bool" | "char" | "signed char" | "unsigned char" | "short" | "unsigned short" | "int" | "unsigned int"
  | "long" | "unsigned long" | "long long" | "unsigned long long";
export type FloatName = "float" | "double" | "long double";

export interface VoidType { readonly kind: "void" }
export interface IntType { readonly kind: "int"; readonly name: IntName; readonly bytes: 1 | 2 | 4 | 8; readonly signed: boolean; readonly rank: number }
export interface FloatType { readonly kind: "float"; readonly name: FloatName; readonly bytes: 4 | 8 | 16 }
export interface PointerType { readonly kind: "pointer"; readonly to: QualType }
/** `length` null: incomplete `[]`. `vla`: a variable-length array; its byte size lives in the local `sizeLocal`. */
export interface ArrayType { readonly kind: "array"; readonly of: QualType; length: number | null; readonly vla: VlaBound | null }
export interface FunctionType { readonly kind: "function"; readonly returns: QualType; readonly params: readonly QualType[]; readonly variadic: boolean; /** `f()` of old: arguments are not checked. */ readonly prototyped: boolean }
/** A member; `name` is "" for an anonymous struct or union member. Offsets and bit positions are set by layout. */
export interface Member { readonly name: string; readonly type: QualType; offset: number; readonly bitField: BitField | null; readonly alignAs: number }
/** `bit` is the position of the field's least significant bit inside the storage unit of `unitBytes` bytes at Member.offset. */
export interface BitField { readonly width: number; bit: number; unitBytes: 1 | 2 | 4 | 8 }
export interface RecordType { readonly kind: "struct" | "union"; readonly tag: string; members: readonly Member[]; bytes: number; align: number; isComplete: boolean; readonly packed: boolean }
export interface EnumType { readonly kind: "enum"; readonly tag: string; underlying: IntType; enumerators: readonly { readonly name: string; readonly value: number }[]; isComplete: boolean }

export type CType = VoidType | IntType | FloatType | PointerType | ArrayType | FunctionType | RecordType | EnumType;

export interface QualType { readonly type: CType; readonly isConst: boolean; readonly isVolatile: boolean; readonly isRestrict: boolean }

/** The hidden local that holds the byte size of a VLA type, evaluated when its declaration is reached. */
export interface VlaBound { readonly sizeLocalId: number }
