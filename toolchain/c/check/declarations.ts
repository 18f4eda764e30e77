/** Declarations outside functions, and what they share with those inside: typedefs, tentative definitions, initial values (C11 §6.7, §6.9.2). */
import type { Span } from "../../diagnostics.ts";
import type * as ast from "../ast.ts";
import type { GlobalSymbol } from "../tree.ts";
import {
  arrayOf, ERROR_TYPE, isCompatible, isCompleteType, isVariablyModified, type QualType, qual, typeName,
} from "../types.ts"; // biome-ignore format: a list of names
import type { DeclSpec } from "./specifiers.ts";
import { SymbolChecker } from "./symbols.ts";

export abstract class DeclarationChecker extends SymbolChecker {
  protected readonly typedefs: { name: string; type: QualType; span: Span }[] = [];
  /** Functions that are `inline` only so far: local copies, unless a later declaration says otherwise. */
  protected readonly inlineCopies = new Set<GlobalSymbol>();

  protected fileDeclaration(declaration: ast.Declaration): void {
    this.bareSpecifiers = declaration.declarators.length === 0 ? declaration.specifiers : null;
    const spec = this.declSpec(declaration.specifiers);
    this.bareSpecifiers = null;
    this.checkBare(declaration, spec);
    for (const item of declaration.declarators) this.fileDeclarator(item, spec);
  }

  protected checkBare(declaration: ast.Declaration, spec: DeclSpec): void {
    if (declaration.declarators.length === 0 && !spec.declaresTag)
      this.warn("Wextra-tokens", "this declaration declares nothing", declaration.span);
  }

  /** What a declarator declares and as what; null when it is the name of a type, which is declared then. */
  protected declared(
    { declarator, initializer }: ast.InitDeclarator,
    spec: DeclSpec,
  ): { name: string; span: Span; type: QualType } | null {
    const name = declarator.name!.text;
    const { span } = declarator.name!;
    let type = this.attributedType(this.declaratorType(spec.type, declarator), declarator, spec);
    if (spec.isAutoType) type = this.deducedType(type, spec.type, initializer);
    if (spec.storage !== "typedef") return { name, span, type };
    this.declareTypedef(name, type, spec, declarator, span);
    return null;
  }

  private fileDeclarator(item: ast.InitDeclarator, spec: DeclSpec): void {
    const declared = this.declared(item, spec);
    if (declared === null) return;
    const { declarator, initializer } = item;
    const { name, span, type } = declared;
    if (spec.storage === "auto" || spec.storage === "register")
      this.error(`'${spec.storage}' can be used only inside functions`, span);
    if (isVariablyModified(type.type)) {
      this.error(`'${name}' cannot have a variable length at file scope`, span);
      return;
    }
    const symbol = this.linkedSymbol(name, this.freshArray(type), spec, declarator, span);
    const facts = this.facts.get(symbol)!;
    if (type.type.kind === "function") {
      this.checkFunctionDeclarator(spec, initializer, name, span);
      if (spec.isInline && spec.storage !== "extern") facts.isInlineOnly ||= symbol.linkage === "internal";
      else if (this.inlineCopies.delete(symbol)) {
        // Now it is not only inline: this unit provides it to the others.
        facts.isInlineOnly = false;
        symbol.linkage = "external";
      }
      return;
    }
    if (spec.isInline) this.error(`only a function can be inline, not '${name}'`, span);
    if (type.type.kind === "void") {
      this.error(`the variable '${name}' cannot be void`, span);
      symbol.type = qual(ERROR_TYPE);
      return;
    }
    if (initializer !== null) this.defineObject(symbol, initializer, span);
    else if (spec.storage !== "extern" && facts.definition === "none") facts.definition = "tentative";
  }

  private checkFunctionDeclarator(
    _spec: DeclSpec,
    initializer: ast.Initializer | null,
    name: string,
    span: Span,
  ): void {
    if (initializer !== null) this.error(`the function '${name}' cannot have an initial value`, span);
  }

  /** An array type of unknown length is made new for each object, because its length is filled in later. */
  protected freshArray(type: QualType): QualType {
    return type.type.kind === "array" && type.type.length === null && type.type.vla === null
      ? { ...type, type: arrayOf(type.type.of, null) }
      : type;
  }

  /** `vector_size` and its like are refused; `mode` has been dealt with. */
  private attributedType(type: QualType, declarator: ast.Declarator, spec: DeclSpec): QualType {
    for (const attribute of [...spec.attributes, ...declarator.attributes]) {
      if (attribute.name === "vector_size") this.error("vector types are not supported", attribute.span);
    }
    return type;
  }

  private declareTypedef(name: string, type: QualType, spec: DeclSpec, declarator: ast.Declarator, span: Span): void {
    const known = this.scope.names.get(name);
    if (known !== undefined) {
      if (known.kind === "typedef" && isCompatible(known.type.type, type.type)) return;
      this.error(`'${name}' is declared again with another meaning`, span, {
        notes: [this.note("the first declaration is here", known.span)],
      });
      return;
    }
    let alignAs = spec.alignAs;
    for (const attribute of [...spec.attributes, ...declarator.attributes])
      if (attribute.name === "aligned") alignAs = Math.max(alignAs, this.alignedArgument(attribute));
    const has = (word: string): boolean =>
      [...spec.attributes, ...declarator.attributes].some((attribute) => attribute.name === word);
    if (has("transparent_union") && type.type.kind === "union") type.type.isTransparent = true;
    const isUnused = has("unused");
    this.declare({
      kind: "typedef",
      name,
      span,
      type,
      alignAs,
      isUsed: false,
      isExempt: isUnused || this.scope === this.fileScope,
    });
    this.typedefs.push({ name, type, span });
  }

  protected defineObject(symbol: GlobalSymbol, initializer: ast.Initializer, span: Span): void {
    const facts = this.facts.get(symbol)!;
    if (facts.definition === "defined") {
      this.error(`'${symbol.name}' is defined twice`, span, {
        notes: [this.note("the first definition is here", facts.span)],
      });
      return;
    }
    facts.definition = "defined";
    facts.span = span;
    const outer = this.fn;
    const made = this.staticImage(symbol.type, initializer);
    this.fn = outer;
    symbol.type = made.type;
    if (!isCompleteType(made.type.type)) {
      if (!this.isError(made.type.type))
        this.error(`'${symbol.name}' has the incomplete type '${typeName(made.type)}'`, span);
      return;
    }
    const isReadOnly = isConstObject(made.type);
    this.objects.push({
      symbol,
      bytes: made.bytes,
      align: this.objectAlign(symbol),
      isReadOnly,
      isTentative: false,
      image: made.image,
    });
  }
}

/** A const object that nothing may change: const all the way down, and not volatile. */
export function isConstObject(type: QualType): boolean {
  if (type.isVolatile) return false;
  return type.isConst || (type.type.kind === "array" && isConstObject(type.type.of));
}
