/** The checker's state and the small things that every part of it uses: messages, scopes, locals, strings, constants. */
import { type Diagnostic, type Diagnostics, nearestName, type Span } from "../../diagnostics.ts";
import type {
  Expr,
  FunctionDefinition,
  GlobalSymbol,
  LocalVar,
  LValue,
  ObjectDefinition,
  Stmt,
  StringObject,
} from "../tree.ts";
import { type CType, ERROR_TYPE, INT, isAtomic, isRecord, type QualType, qual, SIZE_T } from "../types.ts";
import { isPermitted, isWarningEnabled, type WarningOptions } from "../warnings/options.ts";
import { type Entity, type FunctionState, type ObjectEntity, Scope, type SymbolFacts } from "./scope.ts";

export type Extra = Partial<Pick<Diagnostic, "hint" | "fix" | "notes">>;

/** What an expression turned out to be, before it is used as a value, an address or an object. */
export interface Operand {
  readonly type: QualType;
  /** The object or function it designates, or null when it is only a value. */
  readonly place: LValue | null;
  readonly value: Expr | null;
  readonly span: Span;
  /** May its address be taken and may it be assigned to? Results of calls and conditionals designate no lvalue. */
  readonly isLvalue: boolean;
  /** An integer constant expression of value 0, or such a one cast to void *. */
  readonly isNull?: boolean;
  /** It was written in parentheses. */
  readonly isParenthesized?: boolean;
}

export class CheckerBase {
  readonly diagnostics: Diagnostics;
  readonly warnings: WarningOptions;
  scope = new Scope(null);
  readonly fileScope = this.scope;
  fn: FunctionState | null = null;
  /** Depth of operands that are not evaluated (sizeof, typeof, _Generic's control). */
  unevaluated = 0;
  /** Depth of statements that are never carried out: `if (0) …`. */
  unreached = 0;
  poisoned: ReadonlySet<string> = new Set();
  /** Size computations of variably modified types met in the expression or declaration at hand. */
  pendingSizes: Expr[] = [];

  readonly functions: FunctionDefinition[] = [];
  readonly objects: ObjectDefinition[] = [];
  readonly strings: StringObject[] = [];
  readonly facts = new Map<GlobalSymbol, SymbolFacts>();
  private readonly stringLabels = new Map<string, StringObject>();
  private readonly reportedNames = new Set<string>();

  constructor(diagnostics: Diagnostics, warnings: WarningOptions) {
    this.diagnostics = diagnostics;
    this.warnings = warnings;
  }

  // ---- messages ----

  error(message: string, span: Span, extra: Extra = {}): void {
    this.diagnostics.error(message, span, extra);
  }

  warn(option: string, message: string, span: Span, extra: Extra = {}): void {
    if (!isWarningEnabled(this.warnings, option)) return;
    if (this.warnings.asErrors.has(option) || this.warnings.allAsErrors)
      this.diagnostics.error(message, span, { ...extra, option: `Werror=${option.slice(1)}` });
    else this.diagnostics.warning(message, span, { ...extra, option });
  }

  /** What C90 compilers let pass: an error, or a warning where the command line says so. */
  refuse(option: string, message: string, span: Span, extra: Extra = {}): void {
    if (isPermitted(this.warnings, option)) this.warn(option, message, span, extra);
    else this.error(message, span, extra);
  }

  note(message: string, span: Span): Diagnostic {
    return { severity: "note", message, span };
  }

  /** True the first time it is asked for this name: one mistake, one message. */
  isFirstReport(name: string): boolean {
    if (this.poisoned.has(name) || this.reportedNames.has(name)) return false;
    this.reportedNames.add(name);
    return true;
  }

  // ---- scopes ----

  openScope(): Scope {
    this.scope = new Scope(this.scope);
    return this.scope;
  }

  closeScope(): void {
    for (const entity of this.scope.names.values()) this.reportUnused(entity);
    this.scope = this.scope.parent!;
  }

  private reportUnused(entity: Entity): void {
    if (entity.isUsed || entity.isExempt || this.poisoned.has(entity.name)) return;
    if (entity.kind === "typedef")
      this.warn("Wunused-local-typedefs", `the type '${entity.name}' is never used`, entity.span);
    if (entity.kind !== "object") return;
    const { object } = entity;
    if (object.storage === "global") {
      if (object.linkage === "internal" && object.type.type.kind !== "function")
        this.warn("Wunused-variable", `the variable '${entity.name}' is never used`, entity.span);
      return;
    }
    if (object.isParameter) {
      this.warn("Wunused-parameter", `the parameter '${entity.name}' is never used`, entity.span);
    } else if (entity.isSet)
      this.warn("Wunused-but-set-variable", `the variable '${entity.name}' is set and never used`, entity.span);
    else this.warn("Wunused-variable", `the variable '${entity.name}' is never used`, entity.span);
  }

  declare(entity: Entity): void {
    this.scope.names.set(entity.name, entity);
  }

  /** The visible name closest in spelling. */
  nearest(name: string, accepts: (entity: Entity) => boolean = () => true): string | null {
    const names: string[] = [];
    for (const entity of this.scope.visible()) if (accepts(entity)) names.push(entity.name);
    return nearestName(name, names);
  }

  // ---- objects ----

  newLocal(
    name: string,
    type: QualType,
    span: Span,
    options: { isParameter?: boolean; alignAs?: number; asmRegister?: string | null } = {},
  ): LocalVar {
    const local: LocalVar = {
      storage: "local",
      id: this.fn!.locals.length,
      name,
      type,
      isParameter: options.isParameter ?? false,
      isAddressTaken: isRecord(type.type) || type.type.kind === "array" || type.isVolatile || isAtomic(type),
      alignAs: options.alignAs ?? 0,
      asmRegister: options.asmRegister ?? null,
      span,
    };
    this.fn!.locals.push(local);
    return local;
  }

  /** A local that the program did not name. */
  temporary(type: QualType, span: Span): LocalVar {
    return this.newLocal("", type, span);
  }

  objectEntity(object: LocalVar | GlobalSymbol, span: Span, isExempt = false): ObjectEntity {
    return { kind: "object", name: object.name, span, object, isUsed: false, isSet: false, isExempt };
  }

  /** The object of a string literal; equal ones of one `owner` share it. */
  stringObject(bytes: Uint8Array, elementBytes: 1 | 2 | 4, owner = ""): StringObject {
    const key = `${owner}${elementBytes}:${String.fromCharCode(...bytes.subarray(0, 4096))}`;
    const known = bytes.length <= 4096 ? this.stringLabels.get(key) : undefined;
    if (known !== undefined && (this.unevaluated > 0 || this.strings.includes(known))) return known;
    const made: StringObject = known ?? {
      storage: "string",
      label: `.LC${this.stringLabels.size}`,
      bytes,
      elementBytes,
    };
    this.stringLabels.set(bytes.length <= 4096 ? key : made.label, made);
    if (this.unevaluated === 0) this.strings.push(made);
    return made;
  }

  // ---- building blocks of the tree ----

  constant(value: bigint | number, span: Span, type: CType = INT): Expr {
    return { kind: "const-int", value: typeof value === "bigint" ? value : BigInt(value), type, span };
  }

  sizeConstant(bytes: number, span: Span): Expr {
    return this.constant(bytes, span, SIZE_T);
  }

  load(place: LValue): Expr {
    return { kind: "load", from: place, type: place.type.type, span: place.span };
  }

  localPlace(local: LocalVar, span: Span = local.span): LValue {
    return { kind: "var", var: local, type: local.type, span };
  }

  assignTo(place: LValue, value: Expr): Expr {
    return { kind: "assign", target: place, value, type: place.type.type, span: value.span };
  }

  statement(expr: Expr): Stmt {
    return { kind: "expr", expr, span: expr.span };
  }

  valueOperand(value: Expr, isNull = false): Operand {
    return { type: qual(value.type), place: null, value, span: value.span, isLvalue: false, isNull };
  }

  placeOperand(place: LValue, isLvalue = true): Operand {
    return { type: place.type, place, value: null, span: place.span, isLvalue };
  }

  /** Stands for an expression that was wrong; nothing more is said about it. */
  errorOperand(span: Span): Operand {
    return this.valueOperand({ kind: "const-int", value: 0n, type: ERROR_TYPE, span });
  }

  isError(type: CType): boolean {
    return type === ERROR_TYPE;
  }
}
