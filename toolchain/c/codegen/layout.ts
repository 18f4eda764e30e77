/** Sizes, alignments and the way in which the generator holds values of a type. */
import type { CType, RecordType } from "../types.ts";

/** word: one register; wide: two; memory: known by its address (structs, long double); void: nothing. */
export type ValueClass = "void" | "word" | "wide" | "memory";

export function classOf(type: CType): ValueClass {
  switch (type.kind) {
    case "int":
      return type.bytes === 8 ? "wide" : "word";
    case "float":
      return type.bytes === 4 ? "word" : type.bytes === 8 ? "wide" : "memory";
    case "enum":
      return type.underlying.bytes === 8 ? "wide" : "word";
    case "pointer":
      return "word";
    case "struct":
    case "union":
    case "array":
      return "memory";
    case "void":
    case "function":
      return "void";
  }
}

/** sizeof in bytes; 0 for what has none (functions, incomplete types, variable-length arrays). GNU C gives void 1. */
export function bytesOf(type: CType): number {
  switch (type.kind) {
    case "int":
    case "float":
      return type.bytes;
    case "enum":
      return type.underlying.bytes;
    case "pointer":
      return 4;
    case "array":
      return (type.length ?? 0) * bytesOf(type.of.type);
    case "struct":
    case "union":
      return type.bytes;
    case "void":
      return 1;
    case "function":
      return 0;
  }
}

/** _Alignof in bytes. */
export function alignOf(type: CType): number {
  switch (type.kind) {
    case "array":
      return alignOf(type.of.type);
    case "struct":
    case "union":
      return Math.max(1, type.align);
    default:
      return Math.max(1, bytesOf(type));
  }
}

export const isFloat = (type: CType): boolean => type.kind === "float";
export const isRecord = (type: CType): type is RecordType => type.kind === "struct" || type.kind === "union";
export const isBool = (type: CType): boolean => type.kind === "int" && type.name === "_Bool";

/** Whether comparisons, divisions, right shifts and widening treat it as signed. Pointers are unsigned. */
export function isSigned(type: CType): boolean {
  if (type.kind === "int") return type.signed;
  if (type.kind === "enum") return type.underlying.signed;
  return false;
}

/** Largest power of two that divides both the alignment and the offset. */
export function alignAt(align: number, offset: number): number {
  if (offset === 0) return align;
  return Math.min(align, offset & -offset);
}

export const roundUp = (value: number, align: number): number => Math.ceil(value / align) * align;
