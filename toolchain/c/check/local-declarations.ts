/** Declarations inside functions: variables, those of variable length, static ones, and GNU's cleanup (C11 §6.7, §6.2.4). */
import { nearestName, type Span } from "../../diagnostics.ts";
import type * as ast from "../ast.ts";
import { sizeOf } from "../layout.ts";
import type { LocalVar, Stmt } from "../tree.ts";
import {
  arrayOf, atomicAlignment, ERROR_TYPE, isCompleteType, isRecord, isVariablyModified, isVla, type QualType, qual, typeName,
  unqualified, withQualifiers,
} from "../types.ts"; // biome-ignore format: a list of names
import { DeclarationChecker } from "./declarations.ts";
import type { ObjectEntity, Scope } from "./scope.ts";
import type { DeclSpec } from "./specifiers.ts";

export abstract class LocalDeclarationChecker extends DeclarationChecker {
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

  private localDeclarator(item: ast.InitDeclarator, spec: DeclSpec): Stmt[] {
    const declared = this.declared(item, spec);
    if (declared === null) return [];
    const { declarator, initializer } = item;
    const { name, span } = declared;
    let { type } = declared;
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
    if (spec.isAutoType && initializer?.kind === "value" && isVariablyModified(type.type))
      return this.variablyModifiedAuto(name, spec, declarator, initializer.value, span);
    return this.localVariable(name, type, spec, declarator, initializer, span);
  }

  /** `__auto_type p = &array_of_variable_length`: the type depends on what the value's own evaluation computes. */
  private variablyModifiedAuto(
    name: string,
    spec: DeclSpec,
    declarator: ast.Declarator,
    source: ast.Expression,
    span: Span,
  ): Stmt[] {
    const value = this.value(source);
    const type = withQualifiers(qual(value.type), spec.type);
    const made = this.localVariable(name, type, spec, declarator, null, span);
    const entity = this.scope.names.get(name);
    if (entity?.kind !== "object" || entity.object.storage !== "local") return made;
    const place = { ...this.localPlace(entity.object, span), type: unqualified(type) };
    return [...made, this.statement(this.assignTo(place, value))];
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
}
