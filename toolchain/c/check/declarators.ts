/** What declarators make of a type (C11 §6.7.6, §6.7.7): pointers, arrays, arrays of variable length, functions and their parameters. */
import type { Span } from "../../diagnostics.ts";
import type { Declarator, DeclaratorPart, Parameter, TypeName } from "../ast.ts";
import { sizeOf } from "../layout.ts";
import type { Expr } from "../tree.ts";
import {
  type ArrayType, arrayOf, type CType, ERROR_TYPE, INT, isCompleteType, isInteger, isRecord, isVla, pointerTo, type QualType, qual, SIZE_T, typeName,
} from "../types.ts"; // biome-ignore format: a list of names
import { RecordChecker } from "./records.ts";
import type { Scope } from "./scope.ts";
import type { ParameterInfo } from "./specifiers.ts";

/** Stands for the size of an array of variable length in a prototype; nothing is computed there. */
const UNKNOWN_SIZE = {
  storage: "local",
  id: -1,
  name: "",
  type: qual(SIZE_T),
  isParameter: true,
  isAddressTaken: false,
  alignAs: 0,
  asmRegister: null,
} as const;

export abstract class DeclaratorChecker extends RecordChecker {
  /** Parameters of the function type that was built last from a declarator whose first part is a function. */
  lastParameters: readonly ParameterInfo[] = [];
  /** The scope of their declarations, closed by now: its tags and enumerators are a function body's too. */
  lastParameterScope: Scope | null = null;

  /** The type that a declarator makes of a base type. */
  override declaratorType(base: QualType, declarator: Declarator): QualType {
    let type = base;
    for (let i = declarator.parts.length - 1; i >= 0; i--)
      type = this.applyPart(type, declarator.parts[i]!, declarator, i === 0);
    return type;
  }

  private applyPart(type: QualType, part: DeclaratorPart, declarator: Declarator, isFirst: boolean): QualType {
    if (part.kind === "pointer") {
      const has = (word: string): boolean => part.qualifiers.includes(word);
      const pointer = qual(pointerTo(type), has("const"), has("volatile"), has("restrict"));
      return has("_Atomic") ? { ...pointer, isAtomic: true } : pointer;
    }
    const name = declarator.name === null ? "it" : `'${declarator.name.text}'`;
    if (part.kind === "array") return this.arrayType(type, part, name);
    if (type.type.kind === "function")
      this.error(`${name} cannot return a function; it can return a pointer to one`, part.span);
    else if (type.type.kind === "array")
      this.error(`${name} cannot return an array; it can return a pointer`, part.span);
    else return this.functionType(type, part, isFirst);
    return this.functionType(qual(ERROR_TYPE), part, isFirst);
  }

  private arrayType(of: QualType, part: Extract<DeclaratorPart, { kind: "array" }>, name: string): QualType {
    if (of.type.kind === "function") {
      this.error(`${name} cannot be an array of functions; an array of pointers to them is possible`, part.span);
      return qual(ERROR_TYPE);
    }
    if (!isCompleteType(of.type) && !this.isError(of.type)) {
      this.error(`the elements of ${name} have the incomplete type '${typeName(of)}'`, part.span);
      return qual(ERROR_TYPE);
    }
    if (
      isRecord(of.type) &&
      of.type.members.length > 0 &&
      isFlexible(of.type) &&
      this.warnings.enabled.has("Wpedantic")
    )
      this.warn("Wpedantic", "an array of structs with a flexible array member", part.span);
    if (part.isStar) return qual(arrayOf(of, null, { sizeLocalId: -1 }));
    if (part.size === null) return qual(arrayOf(of, null));
    const size = this.rvalue(this.checkExpression(part.size));
    if (this.isError(size.type)) return qual(arrayOf(of, 1));
    if (!isInteger(size.type)) {
      this.error(`the length of an array must be an integer, not '${typeName(qual(size.type))}'`, part.size.span);
      return qual(arrayOf(of, 1));
    }
    if (size.kind === "const-int" && !isVla(of.type)) {
      if (size.value < 0n) {
        this.error(`the length of ${name} is negative (${size.value})`, part.size.span);
        return qual(arrayOf(of, 1));
      }
      if (size.value * BigInt(Math.max(1, sizeOf(of.type))) > 0x7fff_ffffn) {
        this.error(`the array ${name} is too large`, part.size.span);
        return qual(arrayOf(of, 1));
      }
      return qual(arrayOf(of, Number(size.value)));
    }
    return this.variableArray(of, size, part.size.span);
  }

  private variableArray(of: QualType, length: Expr, span: Span): QualType {
    if (this.fn === null) {
      if (this.isInPrototype) return qual(arrayOf(of, null, { sizeLocalId: -1 }));
      this.error("the length of an array at file scope must be a constant", span);
      return qual(arrayOf(of, 1));
    }
    this.warn("Wvla", "an array of variable length", span);
    const local = this.newLocal("", qual(SIZE_T), span);
    const type: ArrayType = arrayOf(of, null, { sizeLocalId: local.id });
    const element = this.sizeExpr(of.type, span);
    const bytes: Expr = {
      kind: "binary",
      op: "mul",
      left: this.convert(length, SIZE_T, span),
      right: element,
      type: SIZE_T,
      span,
    };
    this.pendingSizes.push(this.assignTo(this.localPlace(local, span), bytes));
    return qual(type);
  }

  /** sizeof as an expression: a constant, or the hidden local of a VLA. */
  sizeExpr(type: CType, span: Span): Expr {
    if (type.kind === "array" && type.vla !== null) {
      // In a prototype there is no such local yet: the size is just no constant.
      const local = this.fn?.locals[type.vla.sizeLocalId] ?? { ...UNKNOWN_SIZE, span };
      return this.load(this.localPlace(local, span));
    }
    if (type.kind === "array" && isVla(type.of.type)) {
      const of = this.sizeExpr(type.of.type, span);
      return {
        kind: "binary",
        op: "mul",
        left: of,
        right: this.sizeConstant(type.length ?? 0, span),
        type: SIZE_T,
        span,
      };
    }
    return this.sizeConstant(sizeOf(type), span);
  }

  /** Inside the parameter list of a declaration that is not a definition. */
  isInPrototype = false;

  private functionType(
    returns: QualType,
    part: Extract<DeclaratorPart, { kind: "function" }>,
    isFirst: boolean,
  ): QualType {
    const { infos, scope } = this.parameters(part.parameters);
    if (isFirst) {
      this.lastParameters = infos;
      this.lastParameterScope = scope;
    }
    if (!part.isPrototype) {
      if (isFirst && part.names.length > 0) {
        this.lastParameters = part.names.map(({ text, span }) => ({
          name: text,
          type: qual(INT),
          span,
          isRegister: false,
          attributes: [],
          source: null,
        }));
      }
      return qual({ kind: "function", returns: qual(returns.type), params: [], variadic: false, prototyped: false });
    }
    const params = infos.map((info) => info.type);
    return qual({
      kind: "function",
      returns: qual(returns.type, false, false),
      params,
      variadic: part.isVariadic,
      prototyped: true,
    });
  }

  private parameters(parameters: readonly Parameter[]): { infos: ParameterInfo[]; scope: Scope | null } {
    if (parameters.length === 0) return { infos: [], scope: null };
    const outerSizes = this.pendingSizes;
    const outerParameters = this.lastParameters;
    const outerScope = this.lastParameterScope;
    const outerPrototype = this.isInPrototype;
    this.isInPrototype = true;
    // Names of parameters are visible in the types of later ones.
    const scope = this.openScope();
    const outerFunction = this.fn;
    this.fn = null;
    const infos = parameters.map((parameter) => this.parameter(parameter));
    this.fn = outerFunction;
    for (const entity of this.scope.names.values()) entity.isExempt = true;
    for (const [name, tag] of scope.tags)
      this.warn("Wvisibility", `'${tag.type.kind} ${name}' is known only inside these parentheses`, tag.span, {
        hint: `declare it before the function: ${tag.type.kind} ${name};`,
      });
    this.closeScope();
    this.isInPrototype = outerPrototype;
    this.pendingSizes = outerSizes;
    this.lastParameters = outerParameters;
    this.lastParameterScope = outerScope;
    const only = infos[0]!;
    if (infos.length === 1 && only.type.type.kind === "void" && only.name === "") return { infos: [], scope };
    for (const info of infos) {
      if (info.type.type.kind === "void")
        this.error(
          info.name === "" ? "'void' must be the only parameter" : `the parameter '${info.name}' cannot be void`,
          info.span,
        );
    }
    return { infos, scope };
  }

  private parameter(parameter: Parameter): ParameterInfo {
    const spec = this.declSpec(parameter.specifiers);
    if (spec.storage !== null && spec.storage !== "register")
      this.error(`a parameter cannot be '${spec.storage}'`, spec.span);
    const type = this.adjustParameter(this.declaratorType(spec.type, parameter.declarator), parameter.declarator);
    const name = parameter.declarator.name?.text ?? "";
    const span = parameter.declarator.name?.span ?? parameter.span;
    if (name !== "") {
      const known = this.scope.names.get(name);
      if (known !== undefined) this.error(`two parameters are called '${name}'`, span);
      const object = {
        storage: "local",
        id: -1,
        name,
        type,
        isParameter: true,
        isAddressTaken: false,
        alignAs: 0,
        asmRegister: null,
        span,
      } as const;
      this.declare({ kind: "object", name, span, object, isUsed: true, isSet: false, isExempt: true });
    }
    return {
      name,
      type,
      span,
      isRegister: spec.storage === "register",
      attributes: [...spec.attributes, ...parameter.declarator.attributes],
      source: parameter,
    };
  }

  /** Arrays and functions become pointers (C11 §6.7.6.3p7). */
  adjustParameter(type: QualType, declarator: Declarator): QualType {
    const t = type.type;
    if (t.kind === "function") return qual(pointerTo(type));
    if (t.kind !== "array") return type;
    const outermost = declarator.parts[0];
    const words = outermost?.kind === "array" ? outermost.words : [];
    return qual(pointerTo(t.of), words.includes("const"), words.includes("volatile"), words.includes("restrict"));
  }

  override typeOf(name: TypeName): QualType {
    const spec = this.declSpec(name.specifiers);
    if (spec.storage !== null) this.error(`a type name cannot be '${spec.storage}'`, spec.span);
    const outer = this.lastParameters;
    const outerScope = this.lastParameterScope;
    const type = this.declaratorType(spec.type, name.declarator);
    this.lastParameters = outer;
    this.lastParameterScope = outerScope;
    return type;
  }
}

/** The last member is an array without length. */
export function isFlexible(t: CType): boolean {
  if (t.kind !== "struct" || t.members.length === 0) return false;
  const last = t.members[t.members.length - 1]!.type.type;
  return last.kind === "array" && last.length === null;
}
