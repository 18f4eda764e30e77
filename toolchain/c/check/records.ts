/** Structs, unions and enums (C11 §6.7.2.1 to §6.7.2.3): tags, members, bit-fields and enumerators. */
import type { Span } from "../../diagnostics.ts";
import type { Declarator, Expression, MemberItem, Specifier, Specifiers } from "../ast.ts";
import { layoutRecord, type MemberPlan, memberNames, sizeOf } from "../layout.ts";
import {
  atomicAlignment, type EnumType, ERROR_TYPE, INT, type IntType, integerOf, isCompleteType, isInteger, isRecord, isVariablyModified, LLONG,
  type QualType, qual, type RecordType, SCHAR, SHORT, typeName, UCHAR, UINT, ULLONG, USHORT,
} from "../types.ts"; // biome-ignore format: a list of names
import type { TagEntity } from "./scope.ts";
import { SpecifierChecker } from "./specifiers.ts";

export abstract class RecordChecker extends SpecifierChecker {
  /** The type that a declarator makes of a base type. */
  abstract declaratorType(base: QualType, declarator: Declarator): QualType;

  override record(item: Extract<Specifier, { kind: "record" }>, specifiers: Specifiers): RecordType {
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

  override enumeration(item: Extract<Specifier, { kind: "enum" }>): EnumType {
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
