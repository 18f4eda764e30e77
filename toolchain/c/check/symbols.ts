/** Functions and objects with linkage (C11 §6.2.2, §6.7, §6.9): one symbol for all declarations of a name, and what their attributes say of it. */
import type { Span } from "../../diagnostics.ts";
import type * as ast from "../ast.ts";
import { alignOf } from "../layout.ts";
import type { GlobalSymbol } from "../tree.ts";
import {
  atomicAlignment, type CType, compositeType, type FunctionType, isCompatible, type QualType, qual, typeName,
} from "../types.ts"; // biome-ignore format: a list of names
import type { SymbolFacts } from "./scope.ts";
import type { DeclSpec } from "./specifiers.ts";
import { StatementChecker } from "./statements.ts";

/** printf-like functions that are known without an attribute. */
const FORMATS: Readonly<Record<string, readonly ["printf" | "scanf", number, number]>> = {
  printf: ["printf", 0, 1], fprintf: ["printf", 1, 2], sprintf: ["printf", 1, 2], snprintf: ["printf", 2, 3], dprintf: ["printf", 1, 2],
  scanf: ["scanf", 0, 1], fscanf: ["scanf", 1, 2], sscanf: ["scanf", 1, 2],
}; // biome-ignore format: a table
/** Their result is the only way to what they have done. */
const ALLOCATORS = new Set("malloc calloc realloc reallocarray aligned_alloc strdup strndup".split(" "));
const NORETURN = new Set(["exit", "abort", "_exit", "_Exit", "quick_exit", "longjmp", "siglongjmp", "__assert_fail"]);

export abstract class SymbolChecker extends StatementChecker {
  private readonly symbols = new Map<string, GlobalSymbol>();
  protected nextStatic = 0;

  protected makeSymbol(
    name: string,
    symbol: string,
    type: QualType,
    linkage: "external" | "internal",
    span: Span,
    isFunction: boolean,
  ): GlobalSymbol {
    const made: GlobalSymbol = {
      storage: "global",
      name,
      symbol,
      type,
      linkage,
      isWeak: false,
      isThreadLocal: false,
      alignAs: 0,
      section: null,
      isHidden: false,
      span,
    };
    const format = FORMATS[name];
    this.facts.set(made, {
      definition: "none",
      isFunction,
      isInlineOnly: false,
      isUsed: false,
      isNoreturn: isFunction && NORETURN.has(name),
      isExempt: false,
      mustUseResult: isFunction && linkage === "external" && ALLOCATORS.has(name),
      deprecated: null,
      format:
        isFunction && format !== undefined
          ? { kind: format[0], formatIndex: format[1], firstArgument: format[2] }
          : null,
      constructorPriority: null,
      destructorPriority: null,
      alias: null,
      isBuiltinDeclaration: false,
      span,
    });
    return made;
  }

  override implicitFunction(name: string, type: FunctionType, span: Span): GlobalSymbol {
    let symbol = this.symbols.get(name);
    if (symbol === undefined) {
      symbol = this.makeSymbol(name, name, qual(type), "external", span, true);
      this.symbols.set(name, symbol);
      this.facts.get(symbol)!.isBuiltinDeclaration = true;
    }
    if (this.unevaluated === 0) this.facts.get(symbol)!.isUsed = true;
    return symbol;
  }

  override anonymousStatic(type: QualType, span: Span): GlobalSymbol {
    const name = `.Lanon.${this.nextStatic++}`;
    const symbol = this.makeSymbol("", name, type, "internal", span, false);
    Object.assign(this.facts.get(symbol)!, { definition: "defined", isUsed: true, isExempt: true });
    return symbol;
  }

  /** Declares a name with linkage; merges it with an earlier declaration. */
  protected linkedSymbol(
    name: string,
    type: QualType,
    spec: DeclSpec,
    declarator: ast.Declarator,
    span: Span,
  ): GlobalSymbol {
    const isFunction = type.type.kind === "function";
    const visible = this.scope.find(name);
    const prior = this.symbols.get(name);
    const isInherited = spec.storage === "extern" || (isFunction && spec.storage === null) || this.fn !== null;
    const linkage =
      spec.storage === "static" ? "internal" : isInherited && prior !== undefined ? prior.linkage : "external";
    const known = this.scope.names.get(name);
    if (known !== undefined && (known.kind !== "object" || known.object.storage === "local")) {
      this.error(`'${name}' is declared again as something else`, span, {
        notes: [this.note("the first declaration is here", known.span)],
      });
    }
    let symbol = prior;
    if (symbol === undefined) {
      symbol = this.makeSymbol(name, declarator.asmLabel ?? name, type, linkage, span, isFunction);
      this.symbols.set(name, symbol);
    } else {
      this.mergeDeclaration(symbol, type, linkage, span);
      if (declarator.asmLabel !== null && symbol.symbol !== declarator.asmLabel)
        (symbol as { symbol: string }).symbol = declarator.asmLabel;
    }
    if (spec.isThreadLocal) symbol.isThreadLocal = true;
    symbol.alignAs = Math.max(symbol.alignAs, spec.alignAs, atomicAlignment(type));
    this.applyAttributes(symbol, [...spec.attributes, ...declarator.attributes]);
    const facts = this.facts.get(symbol)!;
    if (spec.isNoreturn) facts.isNoreturn = true;
    if (visible === null || visible.kind !== "object" || visible.object !== symbol || this.scope !== this.fileScope)
      this.declare({ ...this.objectEntity(symbol, span), isExempt: true });
    return symbol;
  }

  private mergeDeclaration(symbol: GlobalSymbol, type: QualType, linkage: "external" | "internal", span: Span): void {
    const facts = this.facts.get(symbol)!;
    const isSame =
      isCompatible(symbol.type.type, type.type) &&
      (type.type.kind === "function" ||
        type.type.kind === "array" ||
        (symbol.type.isConst === type.isConst && symbol.type.isVolatile === type.isVolatile));
    if (facts.isBuiltinDeclaration) {
      facts.isBuiltinDeclaration = false;
      facts.span = span;
      symbol.type = type;
      symbol.linkage = linkage;
      return;
    }
    if (!isSame) {
      this.error(
        `'${symbol.name}' is declared with two types: '${typeName(type)}' here and '${typeName(symbol.type)}' before`,
        span,
        { notes: [this.note("the first declaration is here", facts.span)] },
      );
      symbol.type = type;
      return;
    }
    if (linkage === "internal" && symbol.linkage === "external") {
      this.error(`'${symbol.name}' is static here and was not before`, span, {
        notes: [this.note("the first declaration is here", facts.span)],
      });
    }
    symbol.type = { ...symbol.type, type: compositeType(symbol.type.type, type.type) };
  }

  protected applyAttributes(symbol: GlobalSymbol, attributes: readonly ast.Attribute[]): void {
    const facts = this.facts.get(symbol)!;
    for (const attribute of attributes) {
      switch (attribute.name) {
        case "weak":
          symbol.isWeak = true;
          break;
        case "section":
          symbol.section = this.attributeText(attribute);
          break;
        case "visibility":
          symbol.isHidden = this.attributeText(attribute) === "hidden";
          break;
        case "alias":
          facts.alias = this.attributeText(attribute);
          facts.isExempt = true;
          break;
        case "aligned":
          symbol.alignAs = Math.max(symbol.alignAs, this.alignedArgument(attribute));
          break;
        case "noreturn":
          facts.isNoreturn = true;
          break;
        case "constructor":
          facts.constructorPriority = this.priorityOf(attribute);
          break;
        case "destructor":
          facts.destructorPriority = this.priorityOf(attribute);
          break;
        case "used":
        case "unused":
        case "maybe_unused":
          facts.isExempt = true;
          break;
        case "deprecated":
          facts.deprecated = this.attributeText(attribute) ?? "";
          break;
        case "warn_unused_result":
          facts.mustUseResult = true;
          break;
        case "format":
          this.formatAttribute(facts, attribute);
          break;
      }
    }
  }

  private formatAttribute(facts: SymbolFacts, attribute: ast.Attribute): void {
    const [kind, format, first] = attribute.args;
    const name =
      kind?.kind === "value" && kind.value.kind === "name"
        ? kind.value.name.replace(/^__(.*)__$/, "$1").replace(/^gnu_/, "")
        : "";
    const number = (argument: ast.AttributeArgument | undefined): number =>
      argument?.kind === "value"
        ? Number(this.constantInteger(argument.value, "an argument of this attribute") ?? 0n)
        : 0;
    if (name === "printf" || name === "scanf")
      facts.format = { kind: name, formatIndex: number(format) - 1, firstArgument: number(first) - 1 };
  }

  protected objectAlign(symbol: GlobalSymbol): number {
    return Math.max(1, symbol.alignAs, alignOf(symbol.type.type));
  }

  override alignmentOf(t: CType): number {
    return alignOf(t);
  }
}
