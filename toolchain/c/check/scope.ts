/** Names and what they stand for: the scopes of C11 §6.2.1 with their two name spaces for ordinary names and tags. */
import type { Span } from "../../diagnostics.ts";
import type { GlobalSymbol, LocalVar } from "../tree.ts";
import type { CType, EnumType, QualType, RecordType } from "../types.ts";

export interface ObjectEntity {
  readonly kind: "object";
  readonly name: string;
  readonly span: Span;
  readonly object: LocalVar | GlobalSymbol;
  isUsed: boolean;
  /** Ever given a value other than by its initialiser. */
  isSet: boolean;
  /** Not to be reported as unused. */
  isExempt: boolean;
}
export interface TypedefEntity {
  readonly kind: "typedef";
  readonly name: string;
  readonly span: Span;
  readonly type: QualType;
  /** Alignment from an attribute on the typedef, or 0. */
  readonly alignAs: number;
  isUsed: boolean;
  isExempt: boolean;
}
export interface EnumeratorEntity {
  readonly kind: "enumerator";
  readonly name: string;
  readonly span: Span;
  readonly value: bigint;
  /** Becomes the enum's own at its end when the value does not fit an int. */
  type: CType;
  isUsed: boolean;
  isExempt: boolean;
}
export type Entity = ObjectEntity | TypedefEntity | EnumeratorEntity;

export interface TagEntity {
  readonly type: RecordType | EnumType;
  readonly span: Span;
}

export class Scope {
  readonly parent: Scope | null;
  readonly depth: number;
  readonly names = new Map<string, Entity>();
  readonly tags = new Map<string, TagEntity>();
  /** Locals declared here, for debug information. */
  readonly locals: LocalVar[] = [];

  constructor(parent: Scope | null) {
    this.parent = parent;
    this.depth = parent === null ? 0 : parent.depth + 1;
  }

  find(name: string): Entity | null {
    for (let at: Scope | null = this; at !== null; at = at.parent) {
      const found = at.names.get(name);
      if (found !== undefined) return found;
    }
    return null;
  }

  findTag(name: string): TagEntity | null {
    for (let at: Scope | null = this; at !== null; at = at.parent) {
      const found = at.tags.get(name);
      if (found !== undefined) return found;
    }
    return null;
  }

  /** Every visible name, innermost first. */
  *visible(): IterableIterator<Entity> {
    for (let at: Scope | null = this; at !== null; at = at.parent) yield* at.names.values();
  }
}

/** What the checker knows of a symbol besides what the code generator needs. */
export interface SymbolFacts {
  /** A function body, an initialiser, or a tentative definition. */
  definition: "none" | "tentative" | "defined";
  isFunction: boolean;
  /** Declared `inline`, and never without it or with `extern` (C11 §6.7.4p7: no external definition comes of it). */
  isInlineOnly: boolean;
  isUsed: boolean;
  isNoreturn: boolean;
  isExempt: boolean;
  mustUseResult: boolean;
  /** The message of a deprecated attribute, or null. */
  deprecated: string | null;
  format: { readonly kind: "printf" | "scanf"; readonly formatIndex: number; readonly firstArgument: number } | null;
  /** Priority of a constructor or destructor: the lower, the earlier it is constructed; null when it is none. */
  constructorPriority: number | null;
  destructorPriority: number | null;
  alias: string | null;
  isBuiltinDeclaration: boolean;
  span: Span;
}

/** The function whose body is being checked. */
export interface FunctionState {
  readonly symbol: GlobalSymbol;
  readonly returns: QualType;
  readonly isNoreturn: boolean;
  readonly isVariadic: boolean;
  readonly lastParameter: LocalVar | null;
  readonly locals: LocalVar[];
  /** Labels by unique name. */
  readonly labels: Map<string, { defined: Span | null; used: Span | null }>;
  readonly localLabels: Map<string, string>[];
  readonly switches: SwitchState[];
  loops: number;
  breakables: number;
  nextCase: number;
  statics: number;
  hasReturnValue: boolean;
}

export interface SwitchState {
  readonly type: CType;
  readonly cases: { low: bigint; high: bigint; label: number; span: Span }[];
  defaultLabel: number | null;
  defaultSpan: Span | null;
}
