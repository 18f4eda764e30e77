/**
 * What becomes of an initialiser: leaves of automatic objects are assignments after a zero-fill where anything is left out; leaves of
 * static objects are written into a byte image, and what cannot be known before linking becomes an address part. How it is read is in
 * initializer-lists.ts.
 */
import type { Span } from "../../diagnostics.ts";
import type { Initializer } from "../ast.ts";
import { quadOf, type StaticAddress, staticAddress } from "../constant.ts";
import { sizeOf } from "../layout.ts";
import type { LabelTarget, LocalVar, LValue, Stmt } from "../tree.ts";
import {
  type ArrayType,
  arrayOf,
  type CType,
  isCompleteType,
  isRecord,
  isScalar,
  isVla,
  pointerTo,
  type QualType,
  qual,
  typeName,
  unqualified,
} from "../types.ts";
import type { Operand } from "./base.ts";
import { isConstantLeaf, type Leaf, type Step } from "./initializer-leaves.ts";
import { InitializerListChecker } from "./initializer-lists.ts";
import { StaticImage } from "./static-image.ts";

/** Constant aggregates in functions with more leaves than this are copied from a static image. */
const IMAGE_THRESHOLD = 8;

export abstract class InitializerChecker extends InitializerListChecker {
  // ---- automatic objects ----

  /** Statements that initialise a local. `complete` replaces the type when the initialiser gives the array its length. */
  initializeLocal(
    local: LocalVar,
    type: QualType,
    initializer: Initializer,
    complete: (type: QualType) => LocalVar,
  ): Stmt[] {
    const { span } = initializer;
    if (isVla(type.type)) {
      this.error("an array of variable length cannot have an initial value", span);
      return [];
    }
    const flat = this.flatten(type, initializer);
    const target = flat.type === type ? local : complete(flat.type);
    const place = this.localPlace(target, span);
    const t = flat.type.type;
    if (!isRecord(t) && t.kind !== "array") {
      const leaf = flat.leaves[0];
      return leaf?.value == null
        ? []
        : [this.statement(this.assignTo({ ...place, type: unqualified(flat.type) }, leaf.value))];
    }
    if (flat.leaves.length > IMAGE_THRESHOLD && flat.leaves.every(isConstantLeaf))
      return [this.copyImage(place, flat.leaves, span)];
    const out: Stmt[] = [...flat.once];
    if (!this.coversAll(t, flat.leaves)) out.push({ kind: "zero", local: target, span });
    for (const leaf of flat.leaves) out.push(...this.leafStatements(place, leaf));
    return out;
  }

  private coversAll(t: CType, leaves: readonly Leaf[]): boolean {
    if (leaves.length === 1 && leaves[0]!.steps.length === 0 && leaves[0]!.value !== null) return true;
    let covered = 0;
    for (const leaf of leaves)
      covered += leaf.value !== null ? scalarsOf(leaf.type.type) : leaf.bytes!.length / leaf.elementBytes;
    return covered >= scalarsOf(t);
  }

  private leafStatements(base: LValue, leaf: Leaf): Stmt[] {
    const place = this.stepTo(base, leaf.steps, leaf.span);
    if (leaf.value !== null)
      return [this.statement(this.assignTo({ ...place, type: unqualified(leaf.type) }, leaf.value))];
    const { bytes, elementBytes } = leaf;
    const of = qual((leaf.type.type as ArrayType).of.type);
    if (bytes === null || bytes.length === 0) return [];
    // The text is copied as an array of its own length; what follows it has been zero-filled.
    const type = arrayOf(of, bytes.length / elementBytes);
    const source: LValue = {
      kind: "var",
      var: this.stringObject(bytes, elementBytes),
      type: qual(type),
      span: leaf.span,
    };
    const isWhole = (leaf.type.type as ArrayType).length === type.length;
    const target: LValue = isWhole
      ? { ...place, type: qual(type) }
      : { kind: "deref", pointer: this.addressOf(place, pointerTo(qual(type))), type: qual(type), span: leaf.span };
    return [
      this.statement({
        kind: "assign",
        target,
        value: { kind: "load", from: source, type, span: leaf.span },
        type,
        span: leaf.span,
      }),
    ];
  }

  private stepTo(base: LValue, steps: readonly Step[], span: Span): LValue {
    let place = base;
    for (const step of steps) {
      if (step.kind === "member")
        place = { kind: "member", object: place, member: step.member, type: step.member.type, span };
      else {
        const pointer = this.addressOf(place, pointerTo(step.of));
        const at = this.pointerAdd(pointer, this.constant(step.index, span), sizeOf(step.of.type), false, span);
        place = { kind: "deref", pointer: step.index === 0 ? pointer : at, type: step.of, span };
      }
    }
    return place;
  }

  /** Copies a constant image into a local. */
  private copyImage(place: LValue, leaves: readonly Leaf[], span: Span): Stmt {
    const type = unqualified(place.type);
    const symbol = this.anonymousStatic(type, span);
    const image = new StaticImage();
    for (const leaf of leaves) this.writeLeaf(image, leaf);
    this.objects.push({
      symbol,
      bytes: sizeOf(type.type),
      align: Math.max(1, this.alignmentOf(type.type)),
      isReadOnly: true,
      isTentative: false,
      image: image.parts(),
    });
    const source: LValue = { kind: "var", var: symbol, type, span };
    return this.statement({
      kind: "assign",
      target: { ...place, type },
      value: { kind: "load", from: source, type: type.type, span },
      type: type.type,
      span,
    });
  }

  abstract anonymousStatic(type: QualType, span: Span): import("../tree.ts").GlobalSymbol;
  abstract alignmentOf(t: CType): number;

  // ---- static objects ----

  /** The image of a static object; the completed type and the bytes it takes (more than sizeof with a flexible array member). */
  staticImage(
    type: QualType,
    initializer: Initializer,
  ): { type: QualType; image: ReturnType<StaticImage["parts"]>; bytes: number } {
    const flat = this.flatten(type, initializer);
    const image = new StaticImage();
    for (const leaf of flat.leaves) this.writeLeaf(image, leaf);
    const size = isCompleteType(flat.type.type) ? sizeOf(flat.type.type) : 0;
    return { type: flat.type, image: image.parts(), bytes: Math.max(size, image.end) };
  }

  private writeLeaf(image: StaticImage, leaf: Leaf): void {
    if (leaf.bytes !== null) {
      image.write(leaf.offset, leaf.bytes);
      return;
    }
    const value = leaf.value!;
    const size = sizeOf(leaf.type.type);
    if (this.isError(value.type)) return;
    if (value.kind === "const-int") {
      const last = leaf.steps[leaf.steps.length - 1];
      const field = last?.kind === "member" ? last.member.bitField : null;
      if (field !== null) image.writeBits(leaf.offset, field.bit, field.width, value.value);
      else image.writeInteger(leaf.offset, size, value.value);
      return;
    }
    if (value.kind === "const-float") {
      if (size === 16) image.writeQuad(leaf.offset, quadOf(value));
      else image.writeFloat(leaf.offset, size as 4 | 8, value.value);
      return;
    }
    const address = isScalar(value.type) ? staticAddress(value) : null;
    if (address === null || size !== 4) {
      this.error("the initial value of a static object must be a constant", leaf.span);
      return;
    }
    this.writeAddress(image, leaf.offset, address);
  }

  private writeAddress(image: StaticImage, offset: number, { base, offset: addend, minus }: StaticAddress): void {
    if (base === null) image.writeInteger(offset, 4, BigInt(addend));
    else if ("label" in base && !("storage" in base)) {
      if (this.fn === null) return;
      const target = (label: string): LabelTarget => ({ storage: "label", fn: this.fn!.symbol, label });
      image.writeAddress(offset, target(base.label), addend, minus === undefined ? null : target(minus));
    } else image.writeAddress(offset, base as Parameters<StaticImage["writeAddress"]>[1], addend);
  }

  // ---- compound literals ----

  override compoundLiteral(type: QualType, initializer: Initializer, span: Span): Operand {
    const t = type.type;
    if (t.kind === "function" || (!isCompleteType(t) && t.kind !== "array") || isVla(t)) {
      if (!this.isError(t)) this.error(`a compound literal cannot have the type '${typeName(type)}'`, span);
      return this.errorOperand(span);
    }
    if (this.fn === null) {
      const made = this.staticImage(type, initializer);
      const symbol = this.anonymousStatic(made.type, span);
      this.objects.push({
        symbol,
        bytes: made.bytes,
        align: this.alignmentOf(made.type.type),
        isReadOnly: type.isConst,
        isTentative: false,
        image: made.image,
      });
      return this.placeOperand({ kind: "var", var: symbol, type: made.type, span });
    }
    let local: LocalVar | null = null;
    const complete = (completed: QualType): LocalVar => {
      local ??= this.temporary(completed, span);
      // It is an object with an address, also when it is a scalar.
      local.isAddressTaken = true;
      return local;
    };
    if (isCompleteType(t)) complete(type);
    const placeholder = local ?? ({ storage: "local", id: -1 } as LocalVar);
    const init = this.initializeLocal(placeholder, type, initializer, complete);
    const final = complete(type);
    return this.placeOperand({ kind: "temp", local: final, init, type: final.type, span });
  }
}

/** How many scalars a type is made of; a union counts as its first member, as an initialiser sees it. */
function scalarsOf(t: CType): number {
  if (t.kind === "array") return (t.length ?? 0) * scalarsOf(t.of.type);
  if (t.kind === "union") return Number.POSITIVE_INFINITY;
  if (t.kind === "struct") {
    const sum = t.members.reduce((count, member) => count + scalarsOf(member.type.type), 0);
    // Padding between bit-fields is left to the zero-fill.
    return t.members.some((member) => member.bitField !== null) ? Number.POSITIVE_INFINITY : sum;
  }
  return 1;
}
