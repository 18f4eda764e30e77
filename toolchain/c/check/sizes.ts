/**
 * sizeof, alignof and typeof (C11 §6.5.3.4, GNU's manual 6.7): their operands are not evaluated, unless the type that is asked for
 * depends on a variable length; then the operand is evaluated, which is also what computes that length.
 */
import type { Span } from "../../diagnostics.ts";
import type { Expression, TypeName } from "../ast.ts";
import { alignOf, sizeOf } from "../layout.ts";
import type { Expr } from "../tree.ts";
import { isCompleteType, isVariablyModified, isVla, type QualType, typeName } from "../types.ts";
import type { Operand } from "./base.ts";
import { ConversionChecker } from "./conversions.ts";

export abstract class SizeChecker extends ConversionChecker {
  /** Runs a check in which variably modified types may be met, and puts their size computations in front of the result. */
  withSizes(run: () => Operand): Operand {
    const outer = this.pendingSizes;
    this.pendingSizes = [];
    const operand = run();
    const sizes = this.pendingSizes;
    this.pendingSizes = outer;
    if (sizes.length === 0) return operand;
    const place = operand.place;
    // A compound literal stays an object.
    if (place?.kind === "temp") {
      const init = [...sizes.map((size) => this.statement(size)), ...place.init];
      return { ...operand, place: { ...place, init } };
    }
    const value = this.rvalue(operand);
    const whole = sizes.reduceRight<Expr>(
      (right, left) => ({ kind: "comma", left: this.voidValue(left), right, type: right.type, span: operand.span }),
      value,
    );
    return this.valueOperand(whole);
  }

  checkSizeof(kind: "sizeof" | "alignof", source: Expression, span: Span): Operand {
    const operand = this.unevaluatedOperand(source);
    if (operand.place?.kind === "member" && operand.place.member.bitField !== null) {
      this.error(`a bit-field has no ${kind === "sizeof" ? "size" : "alignment"} of its own`, span);
      return this.errorOperand(span);
    }
    if (kind === "sizeof" && source.kind === "paren" && source.inner.kind === "name")
      this.checkSizeofParameter(operand, source.inner.name, span);
    if (
      kind === "alignof" &&
      operand.place?.kind === "var" &&
      operand.place.var.storage !== "string" &&
      operand.place.var.alignAs > 0
    ) {
      return this.valueOperand(this.sizeConstant(operand.place.var.alignAs, span));
    }
    if (kind === "sizeof" && isVla(operand.type.type) && operand.place?.kind !== "var" && this.fn !== null) {
      const evaluated = this.checkExpression(source);
      const size = this.sizeExpr(evaluated.type.type, span);
      const left = this.voidValue(this.rvalue(evaluated));
      return this.valueOperand({ kind: "comma", left, right: size, type: size.type, span });
    }
    return this.sizeOperand(kind === "sizeof", operand.type, span);
  }

  checkSizeofType(isSize: boolean, source: TypeName, span: Span): Operand {
    return this.withSizes(() => {
      const type = this.typeOf(source);
      // Only the size of an array of variable length needs what the type depends on.
      if (!isSize || !isVla(type.type)) this.pendingSizes = [];
      const own = isSize ? 0 : this.typedefAlignment(source);
      return own > 0 ? this.valueOperand(this.sizeConstant(own, span)) : this.sizeOperand(isSize, type, span);
    });
  }

  /** The alignment that a typedef has by an attribute, when the type is named by it alone; otherwise 0. */
  private typedefAlignment({ specifiers, declarator }: TypeName): number {
    if (declarator.parts.length > 0) return 0;
    for (const item of specifiers.items) {
      const entity = item.kind === "typedef-name" ? this.scope.find(item.name) : null;
      if (entity?.kind === "typedef") return entity.alignAs;
    }
    return 0;
  }

  private unevaluatedOperand(source: Expression): Operand {
    this.unevaluated++;
    const outer = this.pendingSizes;
    this.pendingSizes = [];
    const operand = this.checkExpression(source);
    this.pendingSizes = outer;
    this.unevaluated--;
    return operand;
  }

  override typeOfExpression(source: Expression): QualType {
    const operand = this.unevaluatedOperand(source);
    if (!isVariablyModified(operand.type.type) || operand.place?.kind === "var" || this.fn === null)
      return operand.type;
    const evaluated = this.checkExpression(source);
    this.pendingSizes.push(this.voidValue(this.rvalue(evaluated)));
    return evaluated.type;
  }

  /** Parameters that are written as arrays. */
  readonly arrayParameters = new Set<unknown>();
  private checkSizeofParameter(operand: Operand, name: string, span: Span): void {
    if (operand.place?.kind === "var" && this.arrayParameters.has(operand.place.var)) {
      this.warn(
        "Wsizeof-array-argument",
        `'${name}' is a pointer here: sizeof gives 4, not the size of the array`,
        span,
      );
    }
  }

  protected sizeOperand(isSize: boolean, type: QualType, span: Span): Operand {
    const t = type.type;
    if (this.isError(t)) return this.valueOperand(this.sizeConstant(4, span));
    if (t.kind !== "void" && t.kind !== "function" && !isCompleteType(t)) {
      this.error(
        `${isSize ? "sizeof" : "_Alignof"} cannot be applied to the incomplete type '${typeName(type)}'`,
        span,
      );
      return this.errorOperand(span);
    }
    if (!isSize) return this.valueOperand(this.sizeConstant(alignOf(t), span));
    return this.valueOperand(isVla(t) ? this.sizeExpr(t, span) : this.sizeConstant(sizeOf(t), span));
  }
}
