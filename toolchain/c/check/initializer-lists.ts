/** Initialisers as they are written (C11 §6.7.9): designators, missing braces, strings, unions, flexible array members and GNU's ranges. */
import type { Span } from "../../diagnostics.ts";
import { type Designator, type Expression, type Initializer, type InitializerItem, strip } from "../ast.ts";
import { staticAddress } from "../constant.ts";
import { findMember, memberNames, sizeOf } from "../layout.ts";
import { unitsToBytes } from "../literals.ts";
import type { Stmt } from "../tree.ts";
import {
  type ArrayType,
  arrayOf,
  isCompatible,
  isInteger,
  isRecord,
  isScalar,
  type Member,
  type QualType,
  qual,
  typeName,
  unqualified,
  withQualifiers,
} from "../types.ts";
import type { Operand } from "./base.ts";
import { CallChecker } from "./calls.ts";
import { isConstantLeaf, type Leaf, Leaves, type Spot, type Step } from "./initializer-leaves.ts";

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

const RANGE_LIMIT = 1_000_000;

export abstract class InitializerListChecker extends CallChecker {
  private leaves = new Leaves();

  /** Flattens an initialiser; gives the object's type with the array length filled in. */
  protected flatten(
    type: QualType,
    initializer: Initializer,
  ): { leaves: readonly Leaf[]; once: readonly Stmt[]; type: QualType } {
    const outer = this.leaves;
    const made = new Leaves();
    this.leaves = made;
    const spot: Spot = { offset: 0, steps: [] };
    if (initializer.kind === "list") this.braced(type, spot, initializer.items, initializer.span);
    else this.fromValue(type, spot, initializer.value);
    this.leaves = outer;
    const result = { leaves: made.list, once: made.once, type };
    const t = type.type;
    if (t.kind === "array" && t.length === null && t.vla === null) {
      const string = made.list[0];
      const length =
        string?.bytes !== undefined && string.bytes !== null && string.steps.length === 0
          ? string.bytes.length / string.elementBytes
          : made.reached;
      result.type = { ...type, type: arrayOf(t.of, length) };
    }
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
          if (spot.steps.length === 0 && length !== null) this.leaves.reached = Math.max(this.leaves.reached, length);
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
    this.leaves.add(spot, type, value, null, 1, span);
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
    this.leaves.add(spot, type, null, unitsToBytes(units, text.unitBytes), text.unitBytes, source.span);
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
      this.leaves.forget(type, spot, null);
      this.fill(type, spot, cursorOf(items), true, null);
      return;
    }
    if (first === undefined) {
      this.leaves.add(spot, type, this.convert(this.constant(0, span), t), null, 1, span);
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
        if (t.kind === "array" && spot.steps.length === 0) this.leaves.reached = Math.max(this.leaves.reached, next);
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
      if (t.kind === "array" && spot.steps.length === 0) this.leaves.reached = Math.max(this.leaves.reached, position);
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
      if (t.kind === "union") this.leaves.forget(type, spot, found[0]!);
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
    const outer = this.leaves.made;
    this.leaves.made = [];
    const of = (type.type as ArrayType).of;
    const one = { ...cursorOf([cursor.items[cursor.at]!]), checked: cursor.checked };
    this.element(of, this.part(type, spot, low), one, path);
    const made = this.leaves.made.map((leaf) => this.computedOnce(leaf));
    // A range around this one repeats what has been computed, not the computation.
    this.leaves.made = outer;
    outer?.push(...made);
    this.repeat(of, spot, made, low, high);
    cursor.placedAt = one.takenAt;
    cursor.checked = null;
  }

  /** The leaf of a range's first element with a value that may be repeated: what is not constant is computed in front. */
  private computedOnce(leaf: Leaf): Leaf {
    const { value } = leaf;
    if (value === null || this.fn === null) return leaf;
    if (isConstantLeaf(leaf) || (isScalar(value.type) && staticAddress(value) !== null)) return leaf;
    const place = this.localPlace(this.temporary(qual(value.type), leaf.span), leaf.span);
    this.leaves.once.push(this.statement(this.assignTo(place, value)));
    const computed = { ...leaf, value: this.load(place) };
    this.leaves.list[this.leaves.list.indexOf(leaf)] = computed;
    return computed;
  }

  /** The first element's leaves once more for each of the others of a range. */
  private repeat(of: QualType, spot: Spot, made: readonly Leaf[], low: number, high: number): void {
    const depth = spot.steps.length;
    for (let index = low + 1; index <= high; index++) {
      const shift = (index - low) * sizeOf(of.type);
      for (const { offset, steps, type, value, bytes, elementBytes, span } of made) {
        const moved: Step[] = [...steps.slice(0, depth), { kind: "index", index, of }, ...steps.slice(depth + 1)];
        this.leaves.add({ offset: offset + shift, steps: moved }, type, value, bytes, elementBytes, span);
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
}
