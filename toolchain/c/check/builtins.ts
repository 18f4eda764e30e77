/** What the checks of GNU's builtins share: arguments, values that are computed once, and calls of support functions. */
import type { Span } from "../../diagnostics.ts";
import type { Expression } from "../ast.ts";
import { isConst } from "../constant.ts";
import type { Expr, GlobalSymbol, LValue } from "../tree.ts";
import { type CType, type FunctionType, pointerTo, qual } from "../types.ts";
import type { Operand } from "./base.ts";
import { ExpressionChecker } from "./expressions.ts";

export type CallSource = Extract<Expression, { kind: "call" }>;

/** The type of a function with a prototype. */
export const functionType = (returns: CType, ...params: CType[]): FunctionType => ({
  kind: "function",
  returns: qual(returns),
  params: params.map((type) => qual(type)),
  variadic: false,
  prototyped: true,
});

export abstract class BuiltinChecker extends ExpressionChecker {
  /** The symbol of a function that the compiler calls by itself; declares it when the program did not. */
  abstract implicitFunction(name: string, type: FunctionType, span: Span): GlobalSymbol;

  /** The value of an argument; an error value when it is missing. */
  protected arg(e: CallSource, i: number): Expr {
    const source = e.args[i];
    if (source !== undefined) return this.rvalue(this.checkExpression(source));
    this.error("this builtin needs more arguments", e.span);
    return this.errorOperand(e.span).value!;
  }

  /** The operand, after `setup` has been evaluated. */
  protected after(setup: Expr | null, operand: Operand): Operand {
    if (setup === null || operand.value === null) return operand;
    return this.valueOperand(this.inOrder([setup], operand.value));
  }

  /** The value, after all that stands in `first` has been evaluated. */
  protected inOrder(first: readonly Expr[], value: Expr): Expr {
    return first.reduceRight<Expr>(
      (right, left) => ({ kind: "comma", left: this.voidValue(left), right, type: right.type, span: value.span }),
      value,
    );
  }

  /** Computes a value once, before what uses it: the assignment goes to `first`. */
  protected hold(value: Expr, first: Expr[]): Expr {
    if (isConst(value)) return value;
    const place = this.localPlace(this.temporary(qual(value.type), value.span), value.span);
    first.push(this.assignTo(place, value));
    return this.load(place);
  }

  protected callHelper(name: string, type: FunctionType, args: readonly Expr[], span: Span): Expr {
    const symbol = this.implicitFunction(name, type, span);
    const place: LValue = { kind: "var", var: symbol, type: qual(type), span };
    const callee: Expr = { kind: "address", of: place, type: pointerTo(qual(type)), span };
    return { kind: "call", callee, fn: type, args, type: type.returns.type, span };
  }
}
