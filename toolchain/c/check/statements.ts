/** Statements of C11 §6.8, with GNU's case ranges, computed goto, local labels, statement expressions and asm with operands. */
import type { Span } from "../../diagnostics.ts";
import type * as ast from "../ast.ts";
import { truthOf, wrapTo } from "../constant.ts";
import { parseText } from "../literals.ts";
import type { AsmOperand, Expr, GlobalSymbol, LocalVar, Stmt, StringObject } from "../tree.ts";
import { isInteger, isRecord, type QualType, qual, typeName, VOID, VOID_POINTER } from "../types.ts";
import { checkIndentation } from "../warnings/indentation.ts";
import { isWarningEnabled } from "../warnings/options.ts";
import type { Operand } from "./base.ts";
import { InitializerChecker } from "./initializers.ts";
import type { SwitchState } from "./scope.ts";

export abstract class StatementChecker extends InitializerChecker {
  /** Checks a declaration inside a function; gives the statements that carry it out. */
  abstract localDeclaration(declaration: ast.Declaration): Stmt[];

  // ---- blocks ----

  block(body: ast.CompoundStatement, declareFirst: () => readonly Stmt[] = () => []): Extract<Stmt, { kind: "block" }> {
    const scope = this.openScope();
    const labels = this.openLabels(body.localLabels);
    const out: Stmt[] = [...declareFirst()];
    const isIndentationChecked = isWarningEnabled(this.warnings, "Wmisleading-indentation");
    body.items.forEach((item, at) => {
      if (isIndentationChecked) checkIndentation(this, item, body.items[at + 1]);
      for (const statement of this.blockItem(item)) out.push(statement);
    });
    if (labels) this.fn!.localLabels.pop();
    this.closeScope();
    return { kind: "block", body: out, locals: scope.locals, span: body.span };
  }

  private openLabels(names: readonly ast.Name[]): boolean {
    if (names.length === 0) return false;
    this.fn!.localLabels.push(
      new Map(names.map((name) => [name.text, `${name.text}.${this.fn!.labels.size}.${name.span.start}`])),
    );
    return true;
  }

  blockItem(item: ast.BlockItem): Stmt[] {
    if (item.kind === "declaration") return this.localDeclaration(item);
    if (item.kind === "static-assert") {
      this.checkStaticAssert(item);
      return [];
    }
    return this.statements(item);
  }

  override statementExpression(body: ast.CompoundStatement, span: Span): Operand {
    if (this.fn === null) {
      this.error("a statement expression can be used only in a function", span);
      return this.errorOperand(span);
    }
    const outerSizes = this.pendingSizes;
    this.pendingSizes = [];
    const scope = this.openScope();
    const labels = this.openLabels(body.localLabels);
    const out: Stmt[] = [];
    let value: Expr | null = null;
    body.items.forEach((item, i) => {
      const isLast = i === body.items.length - 1;
      if (isLast && item.kind === "labelled" && item.body.kind === "expression") out.push(...this.labels(item));
      const last = isLast && item.kind === "labelled" ? item.body : item;
      if (isLast && last.kind === "expression") {
        value = this.withSizesOf(() => this.rvalue(this.checkExpression(last.value)), out);
      } else out.push(...this.blockItem(item));
    });
    if (labels) this.fn.localLabels.pop();
    this.closeScope();
    this.pendingSizes = outerSizes;
    const last = value as Expr | null;
    const type = last?.type ?? VOID;
    const locals: readonly LocalVar[] = scope.locals;
    if (last !== null && type.kind !== "void" && locals.length >= 0)
      return this.valueOperand({ kind: "statement-expr", body: out, value: last, type, span });
    if (last !== null) out.push(this.statement(last));
    return this.valueOperand({ kind: "statement-expr", body: out, value: null, type: VOID, span });
  }

  /** Runs a check; the size computations it needs become statements before it. */
  private withSizesOf<T>(run: () => T, out: Stmt[]): T {
    const outer = this.pendingSizes;
    this.pendingSizes = [];
    const result = run();
    for (const size of this.pendingSizes) out.push(this.statement(size));
    this.pendingSizes = outer;
    return result;
  }

  // ---- statements ----

  /** A statement that another one governs, as one node: a block of its own (C11 §6.8.4p3, §6.8.5p5). */
  one(source: ast.Statement): Stmt {
    if (source.kind === "declared")
      this.error("a declaration cannot be all that a statement governs", source.span, {
        hint: "put it into braces, or declare the variable before",
      });
    this.openScope();
    const list = this.statements(source);
    this.closeScope();
    if (list.length === 1) return list[0]!;
    return { kind: "block", body: list, locals: [], span: source.span };
  }

  private statements(source: ast.Statement): Stmt[] {
    const out: Stmt[] = [];
    const made = this.withSizesOf(() => this.single(source), out);
    for (const statement of made) out.push(statement);
    return out;
  }

  private single(source: ast.Statement): Stmt[] {
    // C11 §6.8.4p3 and §6.8.5p5: such a statement is a block.
    const isScope = source.kind === "if" || source.kind === "while" || source.kind === "do" || source.kind === "switch";
    if (!isScope) return this.unscoped(source);
    this.openScope();
    const out = this.unscoped(source);
    this.closeScope();
    return out;
  }

  private unscoped(source: ast.Statement): Stmt[] {
    const { span } = source;
    switch (source.kind) {
      case "compound":
        return [this.block(source)];
      case "declared":
        return this.localDeclaration(source.declaration);
      case "labelled":
        return this.labelled(source);
      case "expression": {
        this.discard(source.value);
        const value = this.rvalue(this.checkExpression(source.value));
        this.checkUnusedValue(source.value, value);
        const facts = this.factsOfCall(value);
        if (facts?.mustUseResult === true)
          this.warn("Wunused-result", "the result of this call must not be ignored", source.value.span, {
            ...(isReallocation(value) ? { hint: "the memory may have moved: the result is where it is now" } : {}),
          });
        return [this.statement(value)];
      }
      case "empty":
        return [];
      case "if":
        return [this.ifStatement(source)];
      case "while": {
        const test = this.test(source.test);
        this.checkEmptyBody(source.body, "while", source.test.span);
        return [{ kind: "while", test, body: this.loopBody(source.body, test), span }];
      }
      case "do": {
        const body = this.loopBody(source.body, null);
        return [{ kind: "do", body, test: this.test(source.test), span }];
      }
      case "for":
        return [this.forStatement(source)];
      case "switch":
        return [this.switchStatement(source)];
      case "return":
        return [this.returnStatement(source)];
      case "break":
        if (this.fn!.breakables === 0) this.error("'break' stands outside a loop or switch", span);
        return [{ kind: "break", span }];
      case "continue":
        if (this.fn!.loops === 0) this.error("'continue' stands outside a loop", span);
        return [{ kind: "continue", span }];
      case "goto":
        return [{ kind: "goto", name: this.useLabel(source.label.text, source.label.span), span }];
      case "goto-computed": {
        const operand = this.checkExpression(source.target);
        return [{ kind: "goto-computed", target: this.convert(this.rvalue(operand), VOID_POINTER), span }];
      }
      case "asm":
        return [this.asmStatement(source)];
    }
  }

  private test(e: ast.Expression): Expr {
    return this.condition(this.testOperand(e), "a condition");
  }

  private ifStatement(source: Extract<ast.Statement, { kind: "if" }>): Stmt {
    const test = this.test(source.test);
    this.checkEmptyBody(source.then, "if", source.test.span);
    if (source.then.kind === "if" && source.otherwise === null && source.then.otherwise !== null) {
      this.warn("Wdangling-else", "this 'else' belongs to the inner 'if'", source.then.otherwise.span, {
        hint: "braces around the inner 'if' make that plain",
      });
    }
    const truth = truthOf(test);
    const then = this.branch(source.then, truth === false);
    const otherwise = source.otherwise === null ? null : this.branch(source.otherwise, truth === true);
    return { kind: "if", test, then, otherwise, span: source.span };
  }

  /** One way of an `if`, or the body of a loop. */
  private branch(source: ast.Statement, isUnreached: boolean): Stmt {
    if (isUnreached) this.unreached++;
    const out = this.one(source);
    if (isUnreached) this.unreached--;
    return out;
  }

  private checkEmptyBody(body: ast.Statement, word: string, span: Span): void {
    if (body.kind !== "empty" || body.attributes.length > 0 || body.span.end - body.span.start > 1) return;
    const between = body.span.file === span.file ? body.span.file.text.slice(span.end, body.span.start) : "\n";
    // `while (x);` on one line is meant more often than not when the semicolon stands alone on the next.
    if (word === "if" || !between.includes("\n"))
      this.warn("Wempty-body", `the body of this '${word}' is empty: a lone ';'`, body.span);
  }

  private loopBody(body: ast.Statement, test: Expr | null): Stmt {
    const fn = this.fn!;
    fn.loops++;
    fn.breakables++;
    const out = this.branch(body, test !== null && truthOf(test) === false);
    fn.loops--;
    fn.breakables--;
    return out;
  }

  private forStatement(source: Extract<ast.Statement, { kind: "for" }>): Stmt {
    const scope = this.openScope();
    const init: Stmt[] = [];
    if (source.init !== null) {
      if (source.init.kind === "declaration") init.push(...this.localDeclaration(source.init));
      else {
        const first = source.init;
        this.discard(first);
        const value = this.withSizesOf(() => this.value(first), init);
        this.checkUnusedValue(first, value);
        init.push(this.statement(value));
      }
    }
    const test = source.test === null ? null : this.test(source.test);
    if (source.step !== null) this.discard(source.step);
    const step = source.step === null ? null : this.value(source.step);
    if (source.step !== null && step !== null) this.checkUnusedValue(source.step, step);
    const body = this.loopBody(source.body, test);
    this.closeScope();
    return { kind: "for", init, test, step, body, locals: scope.locals, span: source.span };
  }

  private switchStatement(source: Extract<ast.Statement, { kind: "switch" }>): Stmt {
    const fn = this.fn!;
    const operand = this.rvalue(this.checkExpression(source.value));
    if (!isInteger(operand.type))
      this.error(`'switch' needs an integer, not '${typeName(qual(operand.type))}'`, source.value.span);
    const value = isInteger(operand.type) ? this.promote(operand) : this.constant(0, source.value.span);
    const state: SwitchState = { type: value.type, cases: [], defaultLabel: null, defaultSpan: null };
    fn.switches.push(state);
    fn.breakables++;
    const body = this.one(source.body);
    fn.breakables--;
    fn.switches.pop();
    if (operand.type.kind === "enum" && state.defaultLabel === null)
      this.checkEnumCases(operand.type.enumerators, state, source.value.span);
    const cases = state.cases.map(({ low, high, label }) => ({ low, high, label }));
    return { kind: "switch", value, cases, defaultLabel: state.defaultLabel, body, span: source.span };
  }

  private checkEnumCases(
    enumerators: readonly { readonly name: string; readonly value: bigint }[],
    state: SwitchState,
    span: Span,
  ): void {
    const missing = enumerators.filter(
      ({ value }) => !state.cases.some((item) => item.low <= value && value <= item.high),
    );
    if (missing.length === 0) return;
    const names = missing.slice(0, 3).map(({ name }) => `'${name}'`);
    const more = missing.length > 3 ? ` and ${missing.length - 3} more` : "";
    this.warn("Wswitch", `the switch has no case for ${names.join(", ")}${more}`, span);
  }

  private labels(source: Extract<ast.Statement, { kind: "labelled" }>): Stmt[] {
    const out: Stmt[] = [];
    for (const label of source.labels) {
      if (label.kind === "name")
        out.push({ kind: "label", name: this.defineLabel(label.name, label.attributes), span: label.name.span });
      else if (label.kind === "case") out.push(...this.caseLabel(label));
      else out.push(...this.defaultLabel(label.span));
    }
    return out;
  }

  private labelled(source: Extract<ast.Statement, { kind: "labelled" }>): Stmt[] {
    const out = this.labels(source);
    if (source.body.kind === "declared")
      this.warn(
        "Wfree-labels",
        "a declaration right after a label is C23; C11 wants a statement there",
        source.body.span,
        {
          hint: "put a ';' after the label, or braces around what follows",
        },
      );
    out.push(
      ...(source.body.kind === "declaration" ? this.localDeclaration(source.body) : this.statements(source.body)),
    );
    return out;
  }

  private caseLabel(label: Extract<ast.Label, { kind: "case" }>): Stmt[] {
    const fn = this.fn!;
    const state = fn.switches[fn.switches.length - 1];
    if (state === undefined) {
      this.error("'case' stands outside a switch", label.span);
      return [];
    }
    const low = this.caseValue(label.low, state);
    const high = label.high === null ? low : this.caseValue(label.high, state);
    if (low === null || high === null) return [];
    if (high < low) {
      this.warn("Wswitch", `the range ${low} ... ${high} is empty`, label.span);
      return [];
    }
    const clash = state.cases.find((other) => low <= other.high && other.low <= high);
    if (clash !== undefined)
      this.error(`the case ${low === high ? low : `${low} ... ${high}`} appears twice in this switch`, label.span, {
        notes: [this.note("the first one is here", clash.span)],
      });
    const number = fn.nextCase++;
    state.cases.push({ low, high, label: number, span: label.span });
    return [{ kind: "case", label: number, span: label.span }];
  }

  private caseValue(e: ast.Expression, state: SwitchState): bigint | null {
    const value = this.constantInteger(e, "a case label");
    return value === null ? null : wrapTo(value, state.type);
  }

  private defaultLabel(span: Span): Stmt[] {
    const fn = this.fn!;
    const state = fn.switches[fn.switches.length - 1];
    if (state === undefined) {
      this.error("'default' stands outside a switch", span);
      return [];
    }
    if (state.defaultSpan !== null) {
      this.error("a switch can have only one 'default'", span, {
        notes: [this.note("the first one is here", state.defaultSpan)],
      });
      return [];
    }
    state.defaultLabel = fn.nextCase++;
    state.defaultSpan = span;
    return [{ kind: "case", label: state.defaultLabel, span }];
  }

  // ---- labels ----

  private labelName(name: string): string {
    const local = this.fn?.localLabels;
    if (local !== undefined) {
      for (let i = local.length - 1; i >= 0; i--) {
        const found = local[i]!.get(name);
        if (found !== undefined) return found;
      }
    }
    return name;
  }

  override useLabel(name: string, span: Span): string {
    const unique = this.labelName(name);
    if (this.fn === null) {
      this.error("a label can be used only in a function", span);
      return unique;
    }
    const known = this.fn.labels.get(unique);
    if (known === undefined) this.fn.labels.set(unique, { defined: null, used: span });
    else known.used = span;
    return unique;
  }

  private defineLabel(name: ast.Name, attributes: readonly ast.Attribute[]): string {
    const unique = this.labelName(name.text);
    const known = this.fn!.labels.get(unique);
    const used = attributes.some((attribute) => attribute.name === "unused") ? name.span : (known?.used ?? null);
    if (known !== undefined && known.defined !== null)
      this.error(`the label '${name.text}' is defined twice`, name.span, {
        notes: [this.note("the first one is here", known.defined)],
      });
    this.fn!.labels.set(unique, { defined: name.span, used });
    return unique;
  }

  /** Reports labels that are used and not defined, or the other way round; called at the end of a function. */
  checkLabels(): void {
    const { labels } = this.fn!;
    for (const [name, { defined, used }] of labels) {
      const plain = name.replace(/\..*$/, "");
      if (defined === null && used !== null && this.isFirstReport(plain)) {
        const names = [...labels].filter(([, label]) => label.defined !== null).map(([other]) => other);
        this.error(`the label '${plain}' is not defined in this function`, used, this.nearHint(plain, names, used));
      }
      if (used === null && defined !== null) this.warn("Wunused-label", `the label '${plain}' is never used`, defined);
    }
  }

  // ---- return and asm ----

  private returnStatement(source: Extract<ast.Statement, { kind: "return" }>): Stmt {
    const fn = this.fn!;
    const { span } = source;
    const returns: QualType = fn.returns;
    if (fn.isNoreturn) this.warn("Winvalid-noreturn", `'${fn.symbol.name}' is declared never to return`, span);
    if (source.value === null) {
      if (returns.type.kind !== "void" && !this.isError(returns.type))
        this.refuse(
          "Wreturn-mismatch",
          `'return' needs a value: '${fn.symbol.name}' returns '${typeName(returns)}'`,
          span,
        );
      return { kind: "return", value: null, span };
    }
    fn.hasReturnValue = true;
    const operand = this.checkExpression(source.value);
    if (returns.type.kind === "void") {
      const value = this.rvalue(operand);
      if (value.type.kind !== "void" && !this.isError(value.type))
        this.error(`'${fn.symbol.name}' returns nothing (void), and a value is returned here`, source.value.span);
      return { kind: "block", body: [this.statement(value), { kind: "return", value: null, span }], locals: [], span };
    }
    const value = this.assignConvert(operand, returns, { kind: "return" }, source.value.span);
    this.checkReturnsLocal(value, source.value.span);
    return { kind: "return", value, span };
  }

  private checkReturnsLocal(value: Expr, span: Span): void {
    let at = value;
    while (at.kind === "convert" || at.kind === "pointer-add") at = at.kind === "convert" ? at.operand : at.pointer;
    if (at.kind !== "address") return;
    let place = at.of;
    while (place.kind === "member") place = place.object;
    if (place.kind === "var" && place.var.storage === "local")
      this.warn(
        "Wreturn-local-addr",
        `the address of the local variable '${place.var.name}' is returned; it is gone when the function ends`,
        span,
      );
  }

  private asmStatement(source: Extract<ast.Statement, { kind: "asm" }>): Stmt {
    const text = (tokens: readonly { text: string }[]): string =>
      tokens
        .map((token) => {
          const parsed = parseText(token.text, "");
          return parsed.ok ? new TextDecoder().decode(Uint8Array.from(parsed.value.units)) : "";
        })
        .join("");
    const outputs = source.outputs.map((item): AsmOperand => {
      const operand = this.checkExpression(item.value);
      const constraint = text(item.constraint);
      if (operand.place === null || !operand.isLvalue) {
        if (!this.isError(operand.type.type)) this.error("an output of asm needs a variable", item.value.span);
        return { name: item.name, constraint, target: null, value: null };
      }
      if (constraint.includes("m")) this.takeAddress(operand.place);
      if (!/^[=+]/.test(constraint)) this.error("the constraint of an output begins with '=' or '+'", item.value.span);
      const entity = item.value.kind === "name" ? this.scope.find(item.value.name) : null;
      if (entity?.kind === "object") entity.isSet = true;
      return { name: item.name, constraint, target: operand.place, value: null };
    });
    const inputs = source.inputs.map((item): AsmOperand => {
      const operand = this.checkExpression(item.value);
      const constraint = text(item.constraint);
      if (constraint.includes("m") && operand.place !== null) this.takeAddress(operand.place);
      const isMemory = operand.place !== null && constraint === "m";
      return {
        name: item.name,
        constraint,
        target: isMemory ? operand.place : null,
        value: isMemory && !isRecord(operand.type.type) ? null : this.rvalue(operand),
      };
    });
    return {
      kind: "asm",
      template: text(source.template),
      isVolatile: source.words.includes("volatile") || outputs.length === 0,
      outputs,
      inputs,
      clobbers: source.clobbers.map(text),
      isBasic: source.isBasic,
      span: source.span,
    };
  }

  override checkStaticAssert(item: ast.StaticAssert): void {
    const value = this.constantInteger(item.test, "the condition of _Static_assert");
    if (value !== 0n) return;
    const message =
      item.message === null
        ? ""
        : item.message
            .map((token) => parseText(token.text, ""))
            .map((parsed) => (parsed.ok ? new TextDecoder().decode(Uint8Array.from(parsed.value.units)) : ""))
            .join("");
    this.error(`static assertion failed${message === "" ? "" : `: ${message}`}`, item.test.span);
  }
}

const isReallocation = (e: Expr): boolean =>
  e.kind === "call" &&
  e.callee.kind === "address" &&
  e.callee.of.kind === "var" &&
  nameOf(e.callee.of.var) === "realloc";
const nameOf = (object: LocalVar | GlobalSymbol | StringObject): string =>
  object.storage === "string" ? "" : object.name;
