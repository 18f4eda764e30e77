/** Primary expressions (C11 §6.5.1): names, constants, string literals and _Generic. */
import type { Span } from "../../diagnostics.ts";
import type { Expression } from "../ast.ts";
import { quadConstant } from "../constant.ts";
import {
  isFloatText,
  type Prefix,
  parseCharacter,
  parseFloating,
  parseInteger,
  parseText,
  prefixOf,
  unitBytesOf,
  unitsToBytes,
} from "../literals.ts";
import {
  arrayOf, CHAR, type CType, DOUBLE, FLOAT, INT, isAtomic, isCompatible, LDOUBLE, LLONG, LONG, qual, typeName, UINT, ULLONG, ULONG, USHORT,
} from "../types.ts"; // biome-ignore format: a list of names
import type { Extra, Operand } from "./base.ts";
import { foreignName } from "./foreign-names.ts";
import { headerOf } from "./headers.ts";
import { SizeChecker } from "./sizes.ts";

export abstract class PrimaryChecker extends SizeChecker {
  protected checkName(name: string, span: Span): Operand {
    const entity = this.scope.find(name);
    if (entity === null) return this.unknownName(name, span);
    entity.isUsed = true;
    if (entity.kind === "enumerator")
      return this.valueOperand(this.constant(entity.value, span, entity.type), entity.value === 0n);
    if (entity.kind === "typedef") {
      if (!this.poisoned.has(name)) this.error(`'${name}' is a type; an expression is expected here`, span);
      return this.errorOperand(span);
    }
    const { object } = entity;
    if (object.storage === "global") {
      const facts = this.facts.get(object);
      if (facts !== undefined) {
        if (this.unevaluated === 0) facts.isUsed = true;
        if (facts.deprecated !== null)
          this.warn(
            "Wdeprecated-declarations",
            `'${name}' is deprecated${facts.deprecated === "" ? "" : `: ${facts.deprecated}`}`,
            span,
            { notes: [this.note("it is declared here", facts.span)] },
          );
      }
    }
    return this.placeOperand({ kind: "var", var: object, type: object.type, span });
  }

  private unknownName(name: string, span: Span): Operand {
    if (name === "__func__" || name === "__FUNCTION__" || name === "__PRETTY_FUNCTION__") {
      const bytes = new TextEncoder().encode(`${this.fn?.symbol.name ?? ""}\0`);
      return this.placeOperand({
        kind: "var",
        // An array of the function's own (C11 §6.4.2.2), which no string literal may share.
        var: this.stringObject(bytes, 1, "__func__"),
        type: qual(arrayOf(qual(CHAR, true), bytes.length)),
        span,
      });
    }
    if (this.isFirstReport(name)) {
      const header = headerOf(name);
      const hint =
        header !== null
          ? { hint: `'${name}' comes from <${header}>: add #include <${header}>` }
          : (foreignName(name, span) ?? this.nearNameHint(name, span));
      this.error(`'${name}' is not declared`, span, hint);
    }
    return this.errorOperand(span);
  }

  nearNameHint(name: string, span: Span): { hint?: string; fix?: { span: Span; replacement: string } } {
    const near = this.nearest(name, (entity) => entity.kind !== "typedef");
    return near === null ? {} : { hint: `did you mean '${near}'?`, fix: { span, replacement: near } };
  }

  protected checkNumber(text: string, span: Span): Operand {
    if (isFloatText(text)) {
      const parsed = parseFloating(text);
      if (!parsed.ok) {
        this.error(parsed.message, span);
        return this.errorOperand(span);
      }
      const { value, quad, suffix } = parsed.value;
      if (quad !== null) return this.valueOperand(quadConstant(quad, LDOUBLE, span));
      const type = suffix === "f" ? FLOAT : DOUBLE;
      if (!Number.isFinite(value)) this.warn("Woverflow", `this constant is too large for '${type.name}'`, span);
      return this.valueOperand({ kind: "const-float", value, type, span });
    }
    const parsed = parseInteger(text);
    if (!parsed.ok) {
      this.error(parsed.message, span, this.missingTimes(text, span));
      return this.errorOperand(span);
    }
    const { value, isUnsigned, longs, isDecimal } = parsed.value;
    // C11 §6.4.4.1p5: the first type of the list that holds the value.
    const candidates: CType[] = isUnsigned
      ? [UINT, ULONG, ULLONG]
      : isDecimal
        ? [INT, LONG, LLONG]
        : [INT, UINT, LONG, ULONG, LLONG, ULLONG];
    const rank = 3 + longs;
    const fits = candidates.find(
      (type) =>
        type.kind === "int" &&
        type.rank >= rank &&
        value <= (1n << BigInt(type.bytes * 8 - (type.signed ? 1 : 0))) - 1n,
    );
    if (fits === undefined) this.warn("Woverflow", "this integer constant is so large that it is unsigned", span);
    return this.valueOperand(this.constant(value, span, fits ?? ULLONG), value === 0n);
  }

  /** `2x`, where x is a variable. */
  private missingTimes(text: string, span: Span): Extra {
    const [, number, name] = /^(\d+)([A-Za-z_]\w*)$/.exec(text) ?? [];
    const entity = name === undefined ? null : this.scope.find(name);
    if (entity === null || entity.kind === "typedef") return {};
    entity.isUsed = true;
    return { hint: "is a '*' missing?", fix: { span, replacement: `${number} * ${name}` } };
  }

  protected checkCharacter(text: string, span: Span): Operand {
    const parsed = parseCharacter(text);
    if (!parsed.ok) {
      this.error(parsed.message, span);
      return this.errorOperand(span);
    }
    if (parsed.warning !== undefined) this.warn("Wmultichar", parsed.warning, span);
    const { prefix, value } = parsed.value;
    const type = prefix === "u" ? USHORT : prefix === "U" ? UINT : INT;
    return this.valueOperand(this.constant(value, span, type), value === 0);
  }

  /** The joined code units of adjacent string literals; null after a message. */
  stringUnits(
    e: Extract<Expression, { kind: "string" }>,
  ): { units: number[]; unitBytes: 1 | 2 | 4; type: CType } | null {
    let prefix: Prefix = "";
    for (const token of e.tokens) {
      const own = prefixOf(token.text);
      if (own === "") continue;
      if (prefix !== "" && prefix !== own) this.error("string literals of different kinds cannot be joined", e.span);
      prefix = own;
    }
    const units: number[] = [];
    for (const token of e.tokens) {
      const parsed = parseText(token.text, prefix);
      if (!parsed.ok) {
        this.error(parsed.message, e.span);
        return null;
      }
      if (parsed.warning !== undefined) this.warn("Wescape", parsed.warning, e.span);
      for (const unit of parsed.value.units) units.push(unit);
    }
    const unitBytes = unitBytesOf(prefix);
    return { units, unitBytes, type: prefix === "L" ? INT : prefix === "u" ? USHORT : prefix === "U" ? UINT : CHAR };
  }

  protected checkString(e: Extract<Expression, { kind: "string" }>): Operand {
    const text = this.stringUnits(e);
    if (text === null) return this.errorOperand(e.span);
    const bytes = unitsToBytes([...text.units, 0], text.unitBytes);
    const type = qual(arrayOf(qual(text.type), text.units.length + 1));
    return this.placeOperand({ kind: "var", var: this.stringObject(bytes, text.unitBytes), type, span: e.span });
  }

  protected checkGeneric(e: Extract<Expression, { kind: "generic" }>): Operand {
    this.unevaluated++;
    const control = this.rvalue(this.checkExpression(e.control)).type;
    this.unevaluated--;
    let chosen: Expression | null = null;
    let fallback: Expression | null = null;
    for (const item of e.cases) {
      if (item.type === null) {
        if (fallback !== null) this.error("_Generic has two defaults", item.value.span);
        fallback = item.value;
        continue;
      }
      const type = this.typeOf(item.type);
      // The control has lost its qualifiers, so a qualified type never fits.
      if (
        !type.isConst &&
        !type.isVolatile &&
        !isAtomic(type) &&
        isCompatible(control, type.type) &&
        !(control.kind === "enum" && type.type !== control && false)
      ) {
        if (chosen !== null) this.error("two cases of _Generic fit", item.type.span);
        chosen = item.value;
      }
    }
    chosen ??= fallback;
    if (chosen === null) {
      this.error(`no case of _Generic fits the type '${typeName(qual(control))}'`, e.span);
      return this.errorOperand(e.span);
    }
    return this.checkExpression(chosen);
  }
}
