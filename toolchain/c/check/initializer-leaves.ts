/**
 * What an initialiser comes down to: leaves, each a scalar, a whole struct or a string at an offset. A later leaf for the same place
 * replaces an earlier one.
 */
import type { Span } from "../../diagnostics.ts";
import { staticAddress } from "../constant.ts";
import { sizeOf } from "../layout.ts";
import type { Expr, Stmt } from "../tree.ts";
import { isCompleteType, isScalar, type Member, type QualType } from "../types.ts";

/** A step from an object to a part of it. */
export type Step =
  | { readonly kind: "member"; readonly member: Member }
  | { readonly kind: "index"; readonly index: number; readonly of: QualType };

export interface Leaf {
  readonly offset: number;
  /** First bit, for bit-fields. */
  readonly bit: number;
  readonly steps: readonly Step[];
  readonly type: QualType;
  readonly value: Expr | null;
  /** A string's bytes, for character arrays. */
  readonly bytes: Uint8Array | null;
  readonly elementBytes: 1 | 2 | 4;
  readonly span: Span;
}

/** The part being initialised. */
export interface Spot {
  readonly offset: number;
  readonly steps: readonly Step[];
}

/** The leaves of one initialiser while it is read. */
export class Leaves {
  list: Leaf[] = [];
  /** Values of ranges that are computed once, in front of everything else. */
  readonly once: Stmt[] = [];
  /** Collects the leaves of the first element of a range; null outside ranges. */
  made: Leaf[] | null = null;
  /** Highest index + 1 met in an array of unknown length at the top. */
  reached = 0;
  /** Where the furthest leaf ends, in bytes: what lies behind it cannot have been initialised yet. */
  private filledTo = 0;
  private places = new Map<string, number>();

  add(
    spot: Spot,
    type: QualType,
    value: Expr | null,
    bytes: Uint8Array | null,
    elementBytes: 1 | 2 | 4,
    span: Span,
  ): void {
    const last = spot.steps[spot.steps.length - 1];
    const bit = last?.kind === "member" && last.member.bitField !== null ? last.member.bitField.bit : 0;
    const key = `${spot.offset}.${bit}`;
    const leaf: Leaf = { offset: spot.offset, bit, steps: spot.steps, type, value, bytes, elementBytes, span };
    const known = this.places.get(key);
    this.made?.push(leaf);
    this.filledTo = Math.max(this.filledTo, spot.offset + (bytes?.length ?? sizeOf(type.type)));
    // Only a leaf that covers the same place is replaced; a struct before one of its members stays.
    if (known !== undefined && sizeOf(this.list[known]!.type.type) === sizeOf(type.type)) {
      if (isConstantLeaf(leaf)) {
        this.list[known] = leaf;
        return;
      }
      // Expressions are evaluated in the order of the text, as GCC does: the new leaf comes last.
      this.list.splice(known, 1);
      this.locate();
    }
    this.places.set(key, this.list.length);
    this.list.push(leaf);
  }

  private locate(): void {
    this.places = new Map(this.list.map((leaf, at) => [`${leaf.offset}.${leaf.bit}`, at]));
  }

  /**
   * Drops what has been said of a part before: a list in braces for it, or another member of the same union, starts afresh (C11 §6.7.9p19).
   *
   * @param kept the member of the union whose own leaves stay, or null
   */
  forget(type: QualType, spot: Spot, kept: Member | null): void {
    if (spot.offset >= this.filledTo || !isCompleteType(type.type)) return;
    const depth = spot.steps.length;
    const isInside = ({ steps }: Leaf): boolean =>
      steps.length > depth &&
      spot.steps.every((step, at) => isSameStep(step, steps[at]!)) &&
      !(kept !== null && isSameStep(steps[depth]!, { kind: "member", member: kept }));
    const leaves = this.list.filter((leaf) => !isInside(leaf));
    if (leaves.length === this.list.length) return;
    this.list = leaves;
    this.locate();
  }
}

export const isConstantLeaf = (leaf: Leaf): boolean =>
  leaf.value === null ||
  leaf.value.kind === "const-int" ||
  leaf.value.kind === "const-float" ||
  (isScalar(leaf.value.type) && sizeOf(leaf.type.type) === 4 && isStaticBase(leaf.value));

function isStaticBase(value: Expr): boolean {
  const address = staticAddress(value);
  return address !== null && !(address.base !== null && "label" in address.base && !("storage" in address.base));
}

const isSameStep = (a: Step, b: Step): boolean =>
  a.kind === "member" ? b.kind === "member" && a.member === b.member : b.kind === "index" && a.index === b.index;
