/** Function definitions (C11 §6.9.1): parameters, K&R's too, and the body. */
import type { Span } from "../../diagnostics.ts";
import type * as ast from "../ast.ts";
import { isConst } from "../constant.ts";
import type { Expr, GlobalSymbol, LocalVar, Stmt } from "../tree.ts";
import {
  DOUBLE, ERROR_TYPE, type FunctionType, INT, isCompleteType, isVariablyModified, type QualType, qual, typeName, unqualified,
} from "../types.ts"; // biome-ignore format: a list of names
import { checkFlow } from "../warnings/flow.ts";
import { checkMain } from "../warnings/main-function.ts";
import { LocalDeclarationChecker } from "./local-declarations.ts";
import type { FunctionState, Scope, SymbolFacts } from "./scope.ts";
import type { ParameterInfo } from "./specifiers.ts";

export abstract class FunctionChecker extends LocalDeclarationChecker {
  protected functionDefinition(item: ast.FunctionDefinition): void {
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

const endOf = (span: Span): Span => ({ file: span.file, start: Math.max(span.start, span.end - 1), end: span.end });
