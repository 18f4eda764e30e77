/**
 * Declarations and function definitions (C11 §6.7, §6.9): linkage, tentative definitions, redeclaration, static objects, attributes.
 */
import { nearestName, type Span } from "../../diagnostics.ts";
import type * as ast from "../ast.ts";
import { isConst } from "../constant.ts";
import { alignOf, sizeOf } from "../layout.ts";
import { parseText } from "../literals.ts";
import type { Expr, GlobalSymbol, LocalVar, Stmt, TranslationUnit } from "../tree.ts";
import {arrayOf, atomicAlignment,
  type CType, compositeType, DOUBLE, ERROR_TYPE, type FunctionType, INT, isCompatible, isCompleteType, isRecord,
  isVariablyModified, isVla, type QualType, qual, typeName, unqualified,
} from "../types.ts"; // biome-ignore format: a list of names
import { checkFlow } from "../warnings/flow.ts";
import { checkMain } from "../warnings/main-function.ts";
import type { FunctionState, ObjectEntity, Scope, SymbolFacts } from "./scope.ts";
import { StatementChecker } from "./statements.ts";
import type { DeclSpec, ParameterInfo } from "./specifiers.ts";

/** printf-like functions that are known without an attribute. */
const FORMATS: Readonly<Record<string, readonly ["printf" | "scanf", number, number]>> = {
  printf: ["printf", 0, 1], fprintf: ["printf", 1, 2], sprintf: ["printf", 1, 2], snprintf: ["printf", 2, 3], dprintf: ["printf", 1, 2],
  scanf: ["scanf", 0, 1], fscanf: ["scanf", 1, 2], sscanf: ["scanf", 1, 2],
}; // biome-ignore format: a table
const NORETURN = new Set(["exit", "abort", "_exit", "_Exit", "quick_exit", "longjmp", "siglongjmp", "__assert_fail"]);

export class Checker extends StatementChecker {
  private readonly symbols = new Map<string, GlobalSymbol>();
  private readonly fileAsm: { text: string; span: Span }[] = [];
  private readonly typedefs: { name: string; type: QualType; span: Span }[] = [];
  private nextStatic = 0;

  // ---- a translation unit ----

  /** Functions that are `inline` only so far: local copies, unless a later declaration says otherwise. */
  private readonly inlineCopies = new Set<GlobalSymbol>();

  checkUnit(fileName: string, externals: readonly ast.External[]): TranslationUnit {
    for (const external of externals) this.external(external);
    return this.finish(fileName);
  }

  private external(item: ast.External): void {
    switch (item.kind) {
      case "declaration":
        this.fileDeclaration(item);
        return;
      case "function":
        this.functionDefinition(item);
        return;
      case "static-assert":
        this.checkStaticAssert(item);
        return;
      case "asm-declaration":
        this.fileAsm.push({ text: this.text(item.text), span: item.span });
        return;
      case "empty-declaration":
        return;
    }
  }

  private text(tokens: readonly { text: string }[]): string {
    return tokens
      .map((token) => parseText(token.text, ""))
      .map((parsed) => (parsed.ok ? new TextDecoder().decode(Uint8Array.from(parsed.value.units)) : ""))
      .join("");
  }

  private finish(fileName: string): TranslationUnit {
    for (const [symbol, facts] of this.facts) {
      if (facts.definition === "tentative" && facts.alias === null) this.defineTentative(symbol, facts);
      if (facts.alias !== null) this.emitAlias(symbol, facts.alias);
      const isWanted =
        facts.isUsed || facts.isExempt || facts.constructorPriority !== null || facts.destructorPriority !== null;
      if (!isWanted && symbol.linkage === "internal" && !this.poisoned.has(symbol.name))
        this.checkUnusedStatic(symbol, facts);
      if (
        facts.isUsed &&
        symbol.linkage === "internal" &&
        facts.definition === "none" &&
        facts.isFunction &&
        facts.alias === null
      ) {
        this.error(`the static function '${symbol.name}' is used and never defined`, facts.span);
      }
    }
    const kept = this.functions.filter(({ symbol, constructorPriority, destructorPriority }) => {
      const facts = this.facts.get(symbol)!;
      return (
        symbol.linkage === "external" ||
        facts.isUsed ||
        facts.isExempt ||
        (constructorPriority ?? destructorPriority) !== null
      );
    });
    const externals = [...this.facts]
      .filter(([, facts]) => facts.definition === "none" && facts.isUsed)
      .map(([symbol]) => symbol);
    return {
      fileName,
      functions: kept,
      objects: this.objects,
      strings: this.strings,
      externals,
      fileAsm: this.fileAsm,
      typedefs: this.typedefs,
    };
  }

  private checkUnusedStatic(symbol: GlobalSymbol, facts: SymbolFacts): void {
    if (facts.isFunction) {
      if (facts.definition === "defined" && !facts.isInlineOnly)
        this.warn("Wunused-function", `the static function '${symbol.name}' is never used`, facts.span);
    } else if (
      facts.definition !== "none" &&
      symbol.name !== "" &&
      symbol.symbol === symbol.name &&
      !isConstObject(symbol.type)
    )
      this.warn("Wunused-variable", `the static variable '${symbol.name}' is never used`, facts.span);
  }

  private defineTentative(symbol: GlobalSymbol, facts: SymbolFacts): void {
    let t = symbol.type.type;
    if (t.kind === "array" && t.length === null) {
      this.warn("Wextra-tokens", `the array '${symbol.name}' is taken to have one element`, facts.span);
      symbol.type = { ...symbol.type, type: (t = arrayOf(t.of, 1)) };
    }
    if (!isCompleteType(t)) {
      if (!this.isError(t))
        this.error(`'${symbol.name}' has the incomplete type '${typeName(symbol.type)}'`, facts.span);
      return;
    }
    facts.definition = "defined";
    this.objects.push({
      symbol,
      bytes: sizeOf(t),
      align: this.objectAlign(symbol),
      isReadOnly: false,
      isTentative: true,
      image: [],
    });
  }

  private emitAlias(symbol: GlobalSymbol, target: string): void {
    const visibility = symbol.isWeak
      ? `\t.weak ${symbol.symbol}\n`
      : symbol.linkage === "external"
        ? `\t.globl ${symbol.symbol}\n`
        : "";
    this.fileAsm.push({ text: `${visibility}\t.set ${symbol.symbol}, ${target}\n`, span: symbol.span });
    for (const [other, facts] of this.facts) if (other.symbol === target) facts.isUsed = true;
  }

  private objectAlign(symbol: GlobalSymbol): number {
    return Math.max(1, symbol.alignAs, alignOf(symbol.type.type));
  }

  override alignmentOf(t: CType): number {
    return alignOf(t);
  }

  // ---- symbols ----

  private makeSymbol(
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
      mustUseResult: false,
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
  private linkedSymbol(
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

  private applyAttributes(symbol: GlobalSymbol, attributes: readonly ast.Attribute[]): void {
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

  // ---- declarations at file scope ----

  private fileDeclaration(declaration: ast.Declaration): void {
    this.bareSpecifiers = declaration.declarators.length === 0 ? declaration.specifiers : null;
    const spec = this.declSpec(declaration.specifiers);
    this.bareSpecifiers = null;
    this.checkBare(declaration, spec);
    for (const item of declaration.declarators) this.fileDeclarator(item, spec);
  }

  private checkBare(declaration: ast.Declaration, spec: DeclSpec): void {
    if (declaration.declarators.length === 0 && !spec.declaresTag)
      this.warn("Wextra-tokens", "this declaration declares nothing", declaration.span);
  }

  private fileDeclarator({ declarator, initializer }: ast.InitDeclarator, spec: DeclSpec): void {
    const name = declarator.name!.text;
    const { span } = declarator.name!;
    let type = this.attributedType(this.declaratorType(spec.type, declarator), declarator, spec);
    if (spec.isAutoType) type = this.deducedType(type, spec.type, initializer);
    if (spec.storage === "typedef") {
      this.declareTypedef(name, type, spec, declarator, span);
      return;
    }
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
  private freshArray(type: QualType): QualType {
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

  private defineObject(symbol: GlobalSymbol, initializer: ast.Initializer, span: Span): void {
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

  // ---- declarations in functions ----

  override localDeclaration(declaration: ast.Declaration): Stmt[] {
    const out: Stmt[] = [];
    const flush = (): void => {
      for (const size of this.pendingSizes) out.push(this.statement(size));
      this.pendingSizes = [];
    };
    const outer = this.pendingSizes;
    this.pendingSizes = [];
    this.bareSpecifiers = declaration.declarators.length === 0 ? declaration.specifiers : null;
    const spec = this.declSpec(declaration.specifiers);
    this.bareSpecifiers = null;
    this.checkBare(declaration, spec);
    flush();
    for (const item of declaration.declarators) {
      const statements = this.localDeclarator(item, spec);
      flush();
      for (const statement of statements) out.push(statement);
    }
    this.pendingSizes = outer;
    return out;
  }

  private localDeclarator({ declarator, initializer }: ast.InitDeclarator, spec: DeclSpec): Stmt[] {
    const name = declarator.name!.text;
    const { span } = declarator.name!;
    let type = this.attributedType(this.declaratorType(spec.type, declarator), declarator, spec);
    if (spec.isAutoType) type = this.deducedType(type, spec.type, initializer);
    if (spec.storage === "typedef") {
      this.declareTypedef(name, type, spec, declarator, span);
      return [];
    }
    if (type.type.kind === "function" || spec.storage === "extern") {
      if (spec.storage === "extern" && initializer !== null)
        this.error(`'${name}' is extern and cannot have an initial value here`, span);
      this.linkedSymbol(name, this.freshArray(type), spec, declarator, span);
      return [];
    }
    const known = this.scope.names.get(name);
    if (known !== undefined)
      this.error(`'${name}' is declared twice in this block`, span, {
        notes: [this.note("the first declaration is here", known.span)],
      });
    else this.checkShadow(name, span);
    if (type.type.kind === "void") {
      this.error(`the variable '${name}' cannot be void`, span);
      type = qual(ERROR_TYPE);
    }
    if (spec.storage === "static" || (spec.isThreadLocal && spec.storage === null))
      return this.localStatic(name, type, spec, declarator, initializer, span);
    if (initializer === null && !isCompleteType(type.type) && !this.isError(type.type)) {
      this.error(
        type.type.kind === "array"
          ? `the array '${name}' needs a length or an initial value`
          : `'${name}' has the incomplete type '${typeName(type)}'`,
        span,
        this.nearTagHint(type),
      );
      type = qual(ERROR_TYPE);
    }
    return this.localVariable(name, type, spec, declarator, initializer, span);
  }

  /** `struct piont p;`, where only `struct point` is defined. */
  private nearTagHint({ type }: QualType): { hint?: string } {
    if (!isRecord(type) || type.tag === "") return {};
    const names: string[] = [];
    for (let scope: Scope | null = this.scope; scope !== null; scope = scope.parent)
      for (const [tag, known] of scope.tags)
        if (known.type.kind === type.kind && known.type.isComplete) names.push(tag);
    const near = nearestName(type.tag, names);
    return near === null ? {} : { hint: `did you mean '${type.kind} ${near}'?` };
  }

  private checkShadow(name: string, span: Span): void {
    const outer = this.scope.find(name);
    if (outer !== null && outer.kind === "object")
      this.warn("Wshadow", `'${name}' hides another variable of that name`, span, {
        notes: [this.note("the hidden one is here", outer.span)],
      });
  }

  private localVariable(
    name: string,
    declared: QualType,
    spec: DeclSpec,
    declarator: ast.Declarator,
    initializer: ast.Initializer | null,
    span: Span,
  ): Stmt[] {
    let alignAs = Math.max(spec.alignAs, atomicAlignment(declared));
    const attributes = [...spec.attributes, ...declarator.attributes];
    for (const attribute of attributes)
      if (attribute.name === "aligned") alignAs = Math.max(alignAs, this.alignedArgument(attribute));
    const cleanups = attributes.filter((attribute) => attribute.name === "cleanup");
    const isExempt = cleanups.length > 0 || attributes.some((attribute) => attribute.name === "unused");
    const type = this.freshArray(declared);
    let entity: ObjectEntity | null = null;
    const make = (final: QualType): LocalVar => {
      const local = this.newLocal(name, final, span, { alignAs, asmRegister: declarator.asmLabel });
      this.scope.locals.push(local);
      if (spec.storage === "register") this.registerVariables.add(local);
      const wasUsed = entity?.isUsed ?? false;
      entity = { ...this.objectEntity(local, span, isExempt), isUsed: wasUsed };
      this.declare(entity);
      return local;
    };
    const made = this.localObject(name, type, initializer, span, make);
    return [...made, ...cleanups.map((attribute) => this.cleanup(attribute, name, span))];
  }

  /** The statements that bring a local object into being. */
  private localObject(
    name: string,
    type: QualType,
    initializer: ast.Initializer | null,
    span: Span,
    make: (final: QualType) => LocalVar,
  ): Stmt[] {
    if (isVla(type.type)) {
      const local = make(type);
      if (initializer !== null)
        this.error(`the array '${name}' has a variable length and cannot have an initial value`, span);
      return [{ kind: "vla", local, bytes: this.sizeExpr(type.type, span), span }];
    }
    if (initializer === null) {
      make(type);
      return [];
    }
    if (!isCompleteType(type.type) && type.type.kind === "array" && !this.isError(type.type)) {
      // The name is visible in its own initialiser, but the array's length is known only after it.
      const placeholder = { storage: "local", id: -1 } as LocalVar;
      let made: LocalVar | null = null;
      const statements = this.initializeLocal(
        placeholder,
        type,
        initializer,
        (completed) => (made ??= make(completed)),
      );
      if (made === null) make(qual(arrayOf(type.type.of, 1)));
      return statements;
    }
    const local = make(type);
    return this.initializeLocal(local, type, initializer, () => local);
  }

  /** GNU's `__attribute__((cleanup(f)))`: f(&variable) when its scope is left. */
  private cleanup(attribute: ast.Attribute, name: string, span: Span): Stmt {
    const argument = attribute.args[0];
    const callee = argument?.kind === "value" && argument.value.kind === "name" ? argument.value : null;
    if (callee === null) {
      this.error("'cleanup' needs the name of a function", attribute.span);
      return this.statement(this.constant(0, span));
    }
    const variable: ast.Expression = { kind: "name", name, span };
    const address: ast.Expression = { kind: "prefix", operator: "&", operand: variable, span };
    const call = this.checkCall({ kind: "call", callee, args: [address], span: callee.span });
    return { kind: "cleanup", call: this.voidValue(this.rvalue(call)), span };
  }

  private localStatic(
    name: string,
    type: QualType,
    spec: DeclSpec,
    declarator: ast.Declarator,
    initializer: ast.Initializer | null,
    span: Span,
  ): Stmt[] {
    if (isVla(type.type)) {
      this.error(`the static variable '${name}' cannot have a variable length`, span);
      return [];
    }
    const symbol = this.makeSymbol(
      name,
      declarator.asmLabel ?? `${name}.${this.nextStatic++}`,
      this.freshArray(type),
      "internal",
      span,
      false,
    );
    symbol.isThreadLocal = spec.isThreadLocal;
    symbol.alignAs = spec.alignAs;
    this.applyAttributes(symbol, [...spec.attributes, ...declarator.attributes]);
    const facts = this.facts.get(symbol)!;
    const isExempt = facts.isExempt;
    facts.isExempt = true;
    this.declare(this.objectEntity(symbol, span, isExempt));
    if (initializer !== null) {
      this.defineObject(symbol, initializer, span);
      return [];
    }
    if (!isCompleteType(symbol.type.type)) {
      if (!this.isError(symbol.type.type))
        this.error(`the static variable '${name}' has the incomplete type '${typeName(symbol.type)}'`, span);
      return [];
    }
    facts.definition = "defined";
    this.objects.push({
      symbol,
      bytes: sizeOf(symbol.type.type),
      align: this.objectAlign(symbol),
      isReadOnly: false,
      isTentative: false,
      image: [],
    });
    return [];
  }

  // ---- function definitions ----

  private functionDefinition(item: ast.FunctionDefinition): void {
    const name = item.declarator.name!.text;
    const { span } = item.declarator.name!;
    const implicit = item.specifiers.items.length === 0;
    if (implicit) this.warn("Wimplicit-int", `'${name}' has no return type; int is assumed`, span);
    const spec = implicit
      ? {
          ...this.declSpec({
            items: [{ kind: "word", word: "int", span }],
            attributes: item.specifiers.attributes,
            span,
          }),
        }
      : this.declSpec(item.specifiers);
    const declared = this.declaratorType(spec.type, item.declarator);
    if (declared.type.kind !== "function") {
      if (!this.isError(declared.type))
        this.error(`'${name}' has a body and is no function; are the parentheses missing?`, span);
      return;
    }
    const part = item.declarator.parts[0];
    const infos = part?.kind === "function" && (part.isPrototype || part.names.length > 0) ? this.lastParameters : [];
    const names = part?.kind === "function" ? this.lastParameterScope : null;
    const old =
      part?.kind === "function" && part.names.length > 0 ? this.oldParameters(infos, item.oldParameters) : null;
    const type: FunctionType =
      old === null
        ? declared.type.prototyped || item.declarator.parts[0]?.kind !== "function"
          ? declared.type
          : { ...declared.type, prototyped: false }
        : { ...declared.type, params: old.map((info) => promotedParameter(info.type)) };
    if (spec.storage !== null && spec.storage !== "static" && spec.storage !== "extern")
      this.error(`a function cannot be '${spec.storage}'`, span);
    const symbol = this.linkedSymbol(name, qual(type), spec, item.declarator, span);
    const facts = this.facts.get(symbol)!;
    if (facts.definition === "defined")
      this.error(`the function '${name}' is defined twice`, span, {
        notes: [this.note("the first definition is here", facts.span)],
      });
    const wasDeclared = facts.span !== span;
    if (spec.isInline && spec.storage !== "extern" && symbol.linkage === "external" && !wasDeclared) {
      // No external definition comes of it (C11 §6.7.4p7): this unit keeps a copy of its own.
      facts.isInlineOnly = true;
      symbol.linkage = "internal";
      this.inlineCopies.add(symbol);
    }
    if (spec.isInline && symbol.linkage === "internal") facts.isInlineOnly = true;
    facts.definition = "defined";
    facts.span = span;
    if (!isCompleteType(type.returns.type) && type.returns.type.kind !== "void")
      this.error(`'${name}' returns the incomplete type '${typeName(type.returns)}'`, span);
    if (name === "main") checkMain(this, type, span);
    this.functionBody(item, symbol, type, { infos: old ?? infos, names, isOld: old !== null }, facts);
  }

  private functionBody(
    item: ast.FunctionDefinition,
    symbol: GlobalSymbol,
    type: FunctionType,
    { infos, names, isOld }: { infos: readonly ParameterInfo[]; names: Scope | null; isOld: boolean },
    facts: SymbolFacts,
  ): void {
    const params: LocalVar[] = [];
    const fn: FunctionState = {
      symbol,
      returns: type.returns,
      isNoreturn: facts.isNoreturn,
      isVariadic: type.variadic,
      lastParameter: null,
      locals: [],
      labels: new Map(),
      localLabels: [],
      switches: [],
      loops: 0,
      breakables: 0,
      nextCase: 0,
      statics: 0,
      hasReturnValue: false,
    };
    this.fn = fn;
    const outerSizes = this.pendingSizes;
    this.pendingSizes = [];
    const parameterScope = this.openScope();
    if (names !== null) declareTagsOf(names, parameterScope);
    const prologue: Stmt[] = [];
    for (const info of infos) this.declareParameter(info, params, prologue, isOld);
    (fn as { lastParameter: LocalVar | null }).lastParameter = params[params.length - 1] ?? null;
    // A parameter and a variable of the outermost block may not share a name: they are one scope.
    const body = this.block(item.body, () => {
      for (const [name, entity] of parameterScope.names) this.scope.names.set(name, entity);
      parameterScope.names.clear();
      return prologue;
    });
    this.closeScope();
    this.checkLabels();
    const isMain = symbol.name === "main" && type.returns.type === INT;
    const final: Stmt = isMain
      ? {
          ...body,
          body: [
            ...body.body,
            { kind: "return", value: this.constant(0, endOf(item.body.span)), span: endOf(item.body.span) },
          ],
        }
      : body;
    this.pendingSizes = outerSizes;
    this.fn = null;
    const definition = {
      symbol,
      type,
      params,
      locals: fn.locals,
      body: final,
      constructorPriority: facts.constructorPriority,
      destructorPriority: facts.destructorPriority,
      span: item.span,
    };
    this.functions.push(definition);
    if (this.diagnostics.errors === 0)
      checkFlow(this, definition, {
        isNoreturn: facts.isNoreturn,
        isMain,
        end: endOf(item.body.span),
        isNoreturnCall: (e: Expr) => this.isNoreturnCall(e),
      });
  }

  private declareParameter(info: ParameterInfo, params: LocalVar[], prologue: Stmt[], isOld: boolean): void {
    let type = info.type;
    if (info.source !== null && isVariablyModified(type.type)) {
      // The sizes in its type are computed when the function is entered.
      const { source } = info;
      type = this.adjustParameter(
        this.declaratorType(this.declSpec(source.specifiers).type, source.declarator),
        source.declarator,
      );
      for (const size of this.pendingSizes) prologue.push(this.statement(size));
      this.pendingSizes = [];
    }
    this.parameterLength(info, prologue);
    if (!isCompleteType(type.type) && !this.isError(type.type) && type.type.kind !== "void") {
      this.error(`the parameter '${info.name}' has the incomplete type '${typeName(type)}'`, info.span);
      type = qual(ERROR_TYPE);
    }
    const passed = isOld ? promotedParameter(type) : type;
    const isExempt = info.name === "" || info.attributes.some((attribute) => attribute.name === "unused");
    let local = this.newLocal(info.name, passed, info.span, { isParameter: true });
    params.push(local);
    if (passed.type !== type.type) {
      // A K&R parameter arrives promoted and is converted to its declared type.
      const value = this.convert(this.load(this.localPlace(local)), type.type);
      local = this.newLocal(info.name, type, info.span);
      prologue.push(this.statement(this.assignTo({ ...this.localPlace(local), type: unqualified(type) }, value)));
    }
    if (info.isRegister) this.registerVariables.add(local);
    if (info.source?.declarator.parts[0]?.kind === "array") this.arrayParameters.add(local);
    if (info.name !== "") this.declare(this.objectEntity(local, info.span, isExempt));
  }

  /** `int a[n++]`: the length means nothing for a pointer, and is computed all the same (C11 §6.9.1p10). */
  private parameterLength(info: ParameterInfo, prologue: Stmt[]): void {
    const part = info.source?.declarator.parts[0];
    if (part?.kind !== "array" || part.size === null || part.size.kind === "number") return;
    const length = this.value(part.size);
    if (!isConst(length) && length.kind !== "load") prologue.push(this.statement(this.voidValue(length)));
  }

  /** K&R: the declarations between the parameter names and the body. */
  private oldParameters(infos: readonly ParameterInfo[], declarations: readonly ast.Declaration[]): ParameterInfo[] {
    const types = new Map<string, ParameterInfo>();
    for (const declaration of declarations) {
      const spec = this.declSpec(declaration.specifiers);
      for (const { declarator } of declaration.declarators) {
        const name = declarator.name!.text;
        if (!infos.some((info) => info.name === name))
          this.error(`'${name}' is not a parameter of this function`, declarator.name!.span);
        const type = this.adjustParameter(this.declaratorType(spec.type, declarator), declarator);
        types.set(name, {
          name,
          type,
          span: declarator.name!.span,
          isRegister: spec.storage === "register",
          attributes: [],
          source: null,
        });
      }
    }
    return infos.map((info) => types.get(info.name) ?? info);
  }
}

/** Tags and enumerators of a parameter list are known in the body too (C11 §6.2.1p4). */
function declareTagsOf(list: Scope, body: Scope): void {
  for (const [name, tag] of list.tags) body.tags.set(name, tag);
  for (const [name, entity] of list.names) if (entity.kind === "enumerator") body.names.set(name, entity);
}

/** What the default promotions make of a K&R parameter on its way. */
function promotedParameter(type: QualType): QualType {
  const t = type.type;
  if (t.kind === "float" && t.bytes === 4) return qual(DOUBLE);
  if (t.kind === "int" && t.rank < INT.rank) return qual(INT);
  return type;
}

/** A const object that nothing may change: const all the way down, and not volatile. */
function isConstObject(type: QualType): boolean {
  if (type.isVolatile) return false;
  return type.isConst || (type.type.kind === "array" && isConstObject(type.type.of));
}

const endOf = (span: Span): Span => ({ file: span.file, start: Math.max(span.start, span.end - 1), end: span.end });
