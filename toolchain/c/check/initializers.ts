/**
 * Initialisers (C11 §6.7.9): designators, missing braces, strings, unions, flexible array members and GNU's ranges.
 *
 * An initialiser is first flattened into leaves, each a scalar, a whole struct or a string at an offset; a later leaf for the same place
 * replaces an earlier one. Leaves of automatic objects become assignments after a zero-fill where anything is left
 * out; leaves of static objects are written into a byte image, and what cannot be known before linking becomes an address part.
 */
import type { Span } from "../../diagnostics.ts";
import { type Designator, type Expression, type Initializer, type InitializerItem, strip } from "../ast.ts";
import { quadOf, type StaticAddress, staticAddress } from "../constant.ts";
import { findMember, memberNames, sizeOf } from "../layout.ts";
import { unitsToBytes } from "../literals.ts";
import type { Expr, LabelTarget, LocalVar, LValue, Stmt } from "../tree.ts";
import {
  type ArrayType,
  arrayOf,
  type CType,
  isCompatible,
  isCompleteType,
  isInteger,
  isRecord,
  isScalar,
  isVla,
  type Member,
  pointerTo,
  type QualType,
  qual,
  typeName,
  unqualified,
  withQualifiers,
} from "../types.ts";
import type { Operand } from "./base.ts";
import { CallChecker } from "./calls.ts";
import { StaticImage } from "./static-image.ts";

/** A step from an object to a part of it. */
type Step =
  | { readonly kind: "member"; readonly member: Member }
  | { readonly kind: "index"; readonly index: number; readonly of: QualType };

interface Leaf {
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

/** Where an initialiser list has been read to. */
interface Cursor {
  readonly items: readonly InitializerItem[];
  at: number;
  /** The expression at `at`, when it has been checked already to see whether it is a struct. */
  checked: Operand | null;
  /** How many steps lead to the part that took the last item. */
  takenAt: number;
  /** The same for the item at `at` when a range has put it in place, so that only what follows it is left; otherwise −1. */
  placedAt: number;
}

const cursorOf = (items: readonly InitializerItem[]): Cursor => ({
  items,
  at: 0,
  checked: null,
  takenAt: -1,
  placedAt: -1,
});

/** The part being initialised. */
interface Spot {
  readonly offset: number;
  readonly steps: readonly Step[];
}

const RANGE_LIMIT = 1_000_000;
/** Constant aggregates in functions with more leaves than this are copied from a static image. */
const IMAGE_THRESHOLD = 8;

export abstract class InitializerChecker extends CallChecker {
  private leaves: Leaf[] = [];
  private places = new Map<string, number>();
  /** Collects the leaves of the first element of a range; null outside ranges. */
  private made: Leaf[] | null = null;
  /** Values of ranges that are computed once, in front of everything else. */
  private once: Stmt[] = [];
  /** Where the furthest leaf ends, in bytes: what lies behind it cannot have been initialised yet. */
  private filledTo = 0;
  /** Highest index + 1 met in an array of unknown length at the top. */
  private reached = 0;

  /** Flattens an initialiser; gives the object's type with the array length filled in. */
  private flatten(
    type: QualType,
    initializer: Initializer,
  ): { leaves: readonly Leaf[]; once: readonly Stmt[]; type: QualType } {
    const outer = {
      leaves: this.leaves,
      places: this.places,
      reached: this.reached,
      filledTo: this.filledTo,
      once: this.once,
      made: this.made,
    };
    this.leaves = [];
    this.once = [];
    this.made = null;
    this.places = new Map();
    this.filledTo = 0;
    this.reached = 0;
    const spot: Spot = { offset: 0, steps: [] };
    if (initializer.kind === "list") this.braced(type, spot, initializer.items, initializer.span);
    else this.fromValue(type, spot, initializer.value);
    const result = { leaves: this.leaves, once: this.once, type };
    const t = type.type;
    if (t.kind === "array" && t.length === null && t.vla === null) {
      const string = this.leaves[0];
      const length =
        string?.bytes !== undefined && string.bytes !== null && string.steps.length === 0
          ? string.bytes.length / string.elementBytes
          : this.reached;
      result.type = { ...type, type: arrayOf(t.of, length) };
    }
    Object.assign(this, outer);
    return result;
  }

  /** `__auto_type`: the type of the initial value, with the qualifiers of the declaration. */
  deducedType(declared: QualType, qualifiers: QualType, initializer: Initializer | null): QualType {
    if (initializer?.kind !== "value") return declared;
    this.unevaluated++;
    const { type } = this.rvalue(this.checkExpression(initializer.value));
    this.unevaluated--;
    return withQualifiers(qual(type), qualifiers);
  }

  private fromValue(type: QualType, spot: Spot, source: Expression): void {
    if (type.type.kind === "array") {
      if (this.stringLeaf(type, spot, source)) return;
      const plain = strip(source);
      if (plain.kind === "compound") {
        const literal = this.typeOf(plain.type);
        if (isCompatible(literal.type, type.type)) {
          if (plain.initializer.kind === "list") this.braced(type, spot, plain.initializer.items, source.span);
          const { length } = literal.type as ArrayType;
          if (spot.steps.length === 0 && length !== null) this.reached = Math.max(this.reached, length);
          return;
        }
      }
      this.checkExpression(source);
      this.error("an array needs a list in braces or a string as its initial value", source.span);
      return;
    }
    const plain = strip(source);
    if (plain.kind === "compound" && isRecord(type.type) && this.fn === null && plain.initializer.kind === "list") {
      if (isCompatible(this.typeOf(plain.type).type, type.type)) {
        this.braced(type, spot, plain.initializer.items, source.span);
        return;
      }
    }
    this.valueLeaf(type, spot, this.checkExpression(source), source.span);
  }

  private valueLeaf(type: QualType, spot: Spot, operand: Operand, span: Span): void {
    const value = this.assignConvert(operand, type, { kind: "init" }, span);
    this.addLeaf(spot, type, value, null, 1, span);
  }

  private addLeaf(
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
    if (known !== undefined && sizeOf(this.leaves[known]!.type.type) === sizeOf(type.type)) {
      if (isConstantLeaf(leaf)) {
        this.leaves[known] = leaf;
        return;
      }
      // Expressions are evaluated in the order of the text, as GCC does: the new leaf comes last.
      this.leaves.splice(known, 1);
      this.locateLeaves();
    }
    this.places.set(key, this.leaves.length);
    this.leaves.push(leaf);
  }

  private locateLeaves(): void {
    this.places = new Map(this.leaves.map((leaf, at) => [`${leaf.offset}.${leaf.bit}`, at]));
  }

  /**
   * Drops what has been said of a part before: a list in braces for it, or another member of the same union, starts afresh (C11 §6.7.9p19).
   *
   * @param kept the member of the union whose own leaves stay, or null
   */
  private forget(type: QualType, spot: Spot, kept: Member | null): void {
    if (spot.offset >= this.filledTo || !isCompleteType(type.type)) return;
    const depth = spot.steps.length;
    const isInside = ({ steps }: Leaf): boolean =>
      steps.length > depth &&
      spot.steps.every((step, at) => isSameStep(step, steps[at]!)) &&
      !(kept !== null && isSameStep(steps[depth]!, { kind: "member", member: kept }));
    const leaves = this.leaves.filter((leaf) => !isInside(leaf));
    if (leaves.length === this.leaves.length) return;
    this.leaves = leaves;
    this.locateLeaves();
  }

  /** A character array from a string literal, perhaps in braces. */
  private stringLeaf(type: QualType, spot: Spot, source: Expression): boolean {
    const t = type.type;
    const plain = strip(source);
    if (t.kind !== "array" || plain.kind !== "string" || !isInteger(t.of.type)) return false;
    const text = this.stringUnits(plain);
    if (text === null) return true;
    const unit = sizeOf(t.of.type);
    if (unit !== text.unitBytes) {
      this.error(`an array of '${typeName(t.of)}' cannot begin as this kind of string`, source.span);
      return true;
    }
    const units = [...text.units, 0];
    if (t.length !== null) {
      if (units.length - 1 > t.length)
        this.warn(
          "Wexcess-initializers",
          `the string has ${units.length - 1} characters, the array ${t.length}`,
          source.span,
        );
      units.length = Math.min(units.length, t.length);
    }
    this.addLeaf(spot, type, null, unitsToBytes(units, text.unitBytes), text.unitBytes, source.span);
    return true;
  }

  /** `{ … }` for an object of any type. */
  private braced(type: QualType, spot: Spot, items: readonly InitializerItem[], span: Span): void {
    const t = type.type;
    const first = items[0];
    if (this.isError(t)) {
      for (const item of items) this.checkLoose(item.initializer);
      return;
    }
    if (
      t.kind === "array" &&
      items.length === 1 &&
      first!.designators.length === 0 &&
      first!.initializer.kind === "value" &&
      this.stringLeaf(type, spot, first!.initializer.value)
    )
      return;
    if (isRecord(t) || t.kind === "array") {
      if (isRecord(t) && !t.isComplete) {
        this.error(`'${typeName(type)}' is incomplete`, span);
        return;
      }
      this.forget(type, spot, null);
      this.fill(type, spot, cursorOf(items), true, null);
      return;
    }
    if (first === undefined) {
      this.addLeaf(spot, type, this.convert(this.constant(0, span), t), null, 1, span);
      return;
    }
    if (first.designators.length > 0) this.error("a designator needs a struct, union or array", span);
    if (first.initializer.kind === "list") this.braced(type, spot, first.initializer.items, span);
    else this.fromValue(type, spot, first.initializer.value);
    if (items.length > 1)
      this.warn(
        "Wexcess-initializers",
        "there are more initial values than the object takes",
        items[1]!.initializer.span,
      );
  }

  /** Checks an initialiser that belongs to nothing, for its own mistakes. */
  private checkLoose(initializer: Initializer): void {
    if (initializer.kind === "value") this.checkExpression(initializer.value);
    else for (const item of initializer.items) this.checkLoose(item.initializer);
  }

  /**
   * Initialises the parts of an aggregate from the cursor. `isBraced`: the list in braces is this aggregate's own; otherwise it
   * takes what it needs and leaves the rest to the one around it. `designators`: the rest of the designators of the first item.
   */
  private fill(
    type: QualType,
    spot: Spot,
    cursor: Cursor,
    isBraced: boolean,
    designators: readonly Designator[] | null,
  ): void {
    const t = type.type;
    const limit =
      t.kind === "array"
        ? (t.length ?? Number.POSITIVE_INFINITY)
        : t.kind === "union"
          ? Math.min(1, t.members.length)
          : isRecord(t)
            ? t.members.length
            : 0;
    let position = 0;
    let pending = designators;
    const named = new Set<number>();
    let usesDesignators = false;
    while (cursor.at < cursor.items.length) {
      const item = cursor.items[cursor.at]!;
      const path: readonly Designator[] = pending ?? item.designators;
      if (path.length > 0) {
        if (!isBraced && pending === null) return;
        usesDesignators = true;
        pending = null;
        const next = this.designated(type, spot, path, cursor);
        if (next === null) {
          cursor.at++;
          continue;
        }
        position = t.kind === "union" ? 1 : next;
        if (t.kind === "array" && spot.steps.length === 0) this.reached = Math.max(this.reached, next);
        named.add(next - 1);
        continue;
      }
      pending = null;
      if (position >= limit) {
        if (!isBraced) return;
        this.warn(
          "Wexcess-initializers",
          `there are more initial values than ${t.kind === "array" ? "elements" : "members"}`,
          item.initializer.span,
        );
        for (; cursor.at < cursor.items.length && cursor.items[cursor.at]!.designators.length === 0; cursor.at++)
          this.checkLoose(cursor.items[cursor.at]!.initializer);
        cursor.checked = null;
        continue;
      }
      this.element(this.partType(type, position), this.part(type, spot, position), cursor, []);
      named.add(position);
      position++;
      if (t.kind === "array" && spot.steps.length === 0) this.reached = Math.max(this.reached, position);
      if (!isBraced && position >= limit) return;
    }
    if (isBraced && t.kind === "struct" && !usesDesignators && cursor.items.length > 1)
      this.checkMissing(t.members, named, cursor);
  }

  private checkMissing(members: readonly Member[], named: ReadonlySet<number>, cursor: Cursor): void {
    const missing = members.findIndex(
      (member, i) =>
        !named.has(i) && member.name !== "" && !(member.type.type.kind === "array" && member.type.type.length === null),
    );
    if (missing >= 0)
      this.warn(
        "Wmissing-field-initializers",
        `the member '${members[missing]!.name}' has no initial value`,
        cursor.items[cursor.items.length - 1]!.initializer.span,
      );
  }

  private partType(type: QualType, position: number): QualType {
    const t = type.type as ArrayType | { members: readonly Member[] };
    return "members" in t ? t.members[position]!.type : t.of;
  }

  private part(type: QualType, spot: Spot, position: number): Spot {
    const t = type.type;
    if (t.kind === "array")
      return {
        offset: spot.offset + position * sizeOf(t.of.type),
        steps: [...spot.steps, { kind: "index", index: position, of: t.of }],
      };
    const member = (t as { members: readonly Member[] }).members[position]!;
    return { offset: spot.offset + member.offset, steps: [...spot.steps, { kind: "member", member }] };
  }

  /** Carries out the item at the cursor at the place its designators name; the position after it, or null after a message. */
  private designated(type: QualType, spot: Spot, path: readonly Designator[], cursor: Cursor): number | null {
    const t = type.type;
    const [first, ...rest] = path as [Designator, ...Designator[]];
    if (first.kind === "member") {
      if (!isRecord(t)) {
        if (!this.isError(t))
          this.error(
            `'.${first.name.text}' needs a struct or union, and this is a '${typeName(type)}'`,
            first.name.span,
          );
        return null;
      }
      const found = findMember(t, first.name.text);
      if (found === null) {
        this.error(
          `'${typeName(unqualified(type))}' has no member '${first.name.text}'`,
          first.name.span,
          this.nearHint(first.name.text, memberNames(t), first.name.span),
        );
        return null;
      }
      const position = t.members.indexOf(found[0]!);
      if (t.kind === "union") this.forget(type, spot, found[0]!);
      // A member of an anonymous member is reached through it.
      const inner: readonly Designator[] = found.length > 1 ? path : rest;
      this.element(found[0]!.type, this.part(type, spot, position), cursor, inner);
      return position + 1;
    }
    if (t.kind !== "array") {
      if (!this.isError(t)) this.error(`an index needs an array, and this is a '${typeName(type)}'`, first.span);
      return null;
    }
    const low = this.constantInteger(first.low, "an index in an initialiser");
    const high = first.high === null ? low : this.constantInteger(first.high, "an index in an initialiser");
    if (low === null || high === null) return null;
    if (low < 0n || high < low || (t.length !== null && high >= BigInt(t.length)) || high > 0x7fff_ffffn) {
      this.error(
        low < 0n || high < low
          ? "this range of indices is empty or negative"
          : `the index ${high} is outside the array, which has ${t.length} elements`,
        first.span,
      );
      return null;
    }
    if (high - low > BigInt(RANGE_LIMIT)) {
      this.error(`a range of more than ${RANGE_LIMIT} elements is not supported`, first.span);
      return null;
    }
    if (high > low && cursor.placedAt < 0) this.range(type, spot, Number(low), Number(high), rest, cursor);
    this.element(t.of, this.part(type, spot, Number(high)), cursor, rest);
    return Number(high) + 1;
  }

  /**
   * GNU's ranges: one item for many elements. What follows without a designator goes on in the last of them, as in GCC, so the
   * cursor stays at the item, which is marked as placed.
   */
  private range(
    type: QualType,
    spot: Spot,
    low: number,
    high: number,
    path: readonly Designator[],
    cursor: Cursor,
  ): void {
    const outer = this.made;
    this.made = [];
    const of = (type.type as ArrayType).of;
    const one = { ...cursorOf([cursor.items[cursor.at]!]), checked: cursor.checked };
    this.element(of, this.part(type, spot, low), one, path);
    const made = this.made;
    this.made = outer;
    outer?.push(...made);
    this.repeat(of, spot, made, low, high);
    cursor.placedAt = one.takenAt;
    cursor.checked = null;
  }

  /** The first element's leaves once more for each of the others of a range. What is not constant is computed once. */
  private repeat(of: QualType, spot: Spot, made: Leaf[], low: number, high: number): void {
    made.forEach((leaf, at) => {
      const { value } = leaf;
      if (value === null || this.fn === null) return;
      if (isConstantLeaf(leaf) || (isScalar(value.type) && staticAddress(value) !== null)) return;
      const place = this.localPlace(this.temporary(qual(value.type), leaf.span), leaf.span);
      this.once.push(this.statement(this.assignTo(place, value)));
      made[at] = { ...leaf, value: this.load(place) };
      this.leaves[this.leaves.indexOf(leaf)] = made[at]!;
    });
    const depth = spot.steps.length;
    for (let index = low + 1; index <= high; index++) {
      const shift = (index - low) * sizeOf(of.type);
      for (const { offset, steps, type, value, bytes, elementBytes, span } of made) {
        const moved: Step[] = [...steps.slice(0, depth), { kind: "index", index, of }, ...steps.slice(depth + 1)];
        this.addLeaf({ offset: offset + shift, steps: moved }, type, value, bytes, elementBytes, span);
      }
    }
  }

  /** Initialises one part from the item at the cursor and moves past what it used. */
  private element(type: QualType, spot: Spot, cursor: Cursor, designators: readonly Designator[]): void {
    if (designators.length > 0) {
      const before = cursor.at;
      this.fill(type, spot, cursor, false, designators);
      if (cursor.at === before) this.take(spot, cursor);
      return;
    }
    if (cursor.placedAt >= 0) {
      if (cursor.placedAt === spot.steps.length) this.take(spot, cursor);
      else this.fill(type, spot, cursor, false, []);
      return;
    }
    const { initializer } = cursor.items[cursor.at]!;
    const t = type.type;
    if (initializer.kind === "list") {
      this.take(spot, cursor);
      this.braced(type, spot, initializer.items, initializer.span);
      return;
    }
    const isAggregate = isRecord(t) || t.kind === "array";
    if (isAggregate && cursor.checked === null && this.stringLeaf(type, spot, initializer.value)) {
      this.take(spot, cursor);
      return;
    }
    if (isAggregate) {
      const plain = strip(initializer.value);
      if (
        this.fn === null &&
        plain.kind === "compound" &&
        plain.initializer.kind === "list" &&
        isCompatible(this.typeOf(plain.type).type, t)
      ) {
        this.take(spot, cursor);
        this.braced(type, spot, plain.initializer.items, initializer.span);
        return;
      }
      // A string may still be meant for an array further in; it must not be turned into a pointer here.
      if (plain.kind !== "string") cursor.checked ??= this.checkExpression(initializer.value);
      if (
        cursor.checked !== null &&
        isRecord(t) &&
        isCompatible(cursor.checked.type.type, t) &&
        !this.isError(cursor.checked.type.type)
      ) {
        const operand = cursor.checked;
        this.take(spot, cursor);
        this.valueLeaf(type, spot, operand, initializer.span);
        return;
      }
      const before = cursor.at;
      // Its own designators have led here: the first item is taken without them.
      this.fill(type, spot, cursor, false, []);
      if (cursor.at === before) this.take(spot, cursor);
      return;
    }
    const operand = cursor.checked ?? this.checkExpression(initializer.value);
    this.take(spot, cursor);
    this.valueLeaf(type, spot, operand, initializer.span);
  }

  /** Moves past the item, which belongs to the part at `spot`. */
  private take(spot: Spot, cursor: Cursor): void {
    cursor.at++;
    cursor.checked = null;
    cursor.takenAt = spot.steps.length;
    cursor.placedAt = -1;
  }

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

const isConstantLeaf = (leaf: Leaf): boolean =>
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
