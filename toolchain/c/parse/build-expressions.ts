/** Expressions. Binary ones, flat in the grammar, are sorted here by precedence. */
import type { Span } from "../../diagnostics.ts";
import type { ParseNode } from "../../ohm/parse-tree.ts";
import type {
  BinaryOperator, CompoundStatement, Expression, Initializer, OffsetPart, PrefixOperator, TypeName,
} from "../ast.ts"; // biome-ignore format: a list of names
import { spanOf } from "../tokens.ts";
import { BuilderBase, node, nodes, optional, single } from "./build-base.ts";

const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, ">": 7, "<=": 7, ">=": 7, "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10,
}; // biome-ignore format: a table

export abstract class ExpressionBuilder extends BuilderBase {
  abstract typeName(tree: ParseNode): TypeName;
  abstract initializer(tree: ParseNode): Initializer;
  abstract compound(tree: ParseNode): CompoundStatement;

  /** An expression; the commonest rules come first. */
  expression(tree: ParseNode): Expression {
    const { children } = tree;
    const span = this.span(tree);
    switch (tree.rule) {
      case "identifier":
        return { kind: "name", name: this.tokens[tree.start]!.text, span };
      case "Postfix":
        return this.postfix(this.expression(node(children[0])), nodes(children[1]));
      case "number":
        return { kind: "number", text: this.tokens[tree.start]!.text, span };
      case "Binary":
        return this.binary(tree);
      case "Assignment": {
        const token = this.tokens[optional(children[1])!.start]!;
        return {
          kind: "assign",
          operator: token.text,
          target: this.expression(node(children[0])),
          value: this.expression(optional(children[2])!),
          operatorSpan: spanOf(token),
          span,
        };
      }
      case "Unary_prefix": {
        const operator = this.tokens[node(children[0]).start]!.text as PrefixOperator;
        return { kind: "prefix", operator, operand: this.expression(node(children[1])), span };
      }
      case "Cast_cast":
        return {
          kind: "cast",
          type: this.typeName(node(children[1])),
          operand: this.expression(node(children[3])),
          span,
        };
      case "Conditional": {
        const then = optional(single(children[2]));
        return {
          kind: "conditional",
          test: this.expression(node(children[0])),
          // biome-ignore lint/suspicious/noThenProperty: the tree's own name
          then: then === null ? null : this.expression(then),
          otherwise: this.expression(optional(children[4])!),
          span,
        };
      }
      case "Expression": {
        let left = this.expression(node(children[0]));
        for (const child of nodes(children[2])) {
          const right = this.expression(child);
          left = { kind: "comma", left, right, span: this.join(left.span, right.span) };
        }
        return left;
      }
      case "Cast_compound": {
        const initializer = this.initializer(node(children[3]));
        const type = this.typeName(node(children[1]));
        const literal: Expression = {
          kind: "compound",
          type,
          initializer,
          span: this.join(spanOf(this.tokens[tree.start]!), initializer.span),
        };
        return this.postfix(literal, nodes(children[4]));
      }
      case "Unary_label":
        return { kind: "label-address", label: this.name(node(children[1])), span };
      case "Unary_sizeofType":
        return { kind: "sizeof-type", type: this.typeName(node(children[2])), span };
      case "Unary_sizeof":
      case "Unary_sizeofCast":
        return { kind: "sizeof", operand: this.expression(node(children[1])), span };
      case "Unary_alignofType":
        return { kind: "alignof-type", type: this.typeName(node(children[2])), span };
      case "Unary_alignof":
        return { kind: "alignof", operand: this.expression(node(children[1])), span };
      case "Unary_extension":
        return this.expression(node(children[1]));
    }
    return this.primary(tree, span);
  }

  private primary(tree: ParseNode, span: Span): Expression {
    const { children } = tree;
    const token = this.tokens[tree.start]!;
    switch (tree.rule) {
      case "character":
        return { kind: "character", text: token.text, span };
      case "String":
        return { kind: "string", tokens: this.texts(children[0]), span };
      case "Primary_statements":
        return { kind: "statements", body: this.compound(node(children[1])), span };
      case "Primary_paren":
        return { kind: "paren", inner: this.expression(node(children[1])), span };
      case "Primary_generic": {
        const cases = [node(children[4])].concat(nodes(children[6])).map((child) => ({
          type: child.rule === "GenericCase_type" ? this.typeName(node(child.children[0])) : null,
          value: this.expression(node(child.children[2])),
        }));
        return { kind: "generic", control: this.expression(node(children[2])), cases, span };
      }
      case "Primary_vaArg":
        return {
          kind: "va-arg",
          list: this.expression(node(children[2])),
          type: this.typeName(node(children[4])),
          span,
        };
      case "Primary_offsetof": {
        const path: OffsetPart[] = [{ kind: "member", name: this.name(node(children[4])) }];
        for (const part of nodes(children[5])) {
          if (part.rule === "OffsetPart_member") path.push({ kind: "member", name: this.name(node(part.children[1])) });
          else path.push({ kind: "index", index: this.expression(node(part.children[1])) });
        }
        return { kind: "offsetof", type: this.typeName(node(children[2])), path, span };
      }
      case "Primary_compatible":
        return {
          kind: "types-compatible",
          left: this.typeName(node(children[2])),
          right: this.typeName(node(children[4])),
          span,
        };
      case "Primary_choose": {
        const [test, then, otherwise] = [2, 4, 6].map((i) => this.expression(node(children[i])));
        // biome-ignore lint/suspicious/noThenProperty: the tree's own name
        return { kind: "choose", test: test!, then: then!, otherwise: otherwise!, span };
      }
    }
    throw new Error(`no expression for ${tree.rule}`);
  }

  /** Precedence climbing over the flat operands and operators. */
  private binary(tree: ParseNode): Expression {
    const operands = [node(tree.children[0])].concat(nodes(tree.children[2]));
    const operators = nodes(tree.children[1]).map((child) => this.tokens[child.start]!);
    let at = 0;
    const climb = (minimum: number): Expression => {
      let left = this.expression(operands[at]!);
      while (at < operators.length) {
        const token = operators[at]!;
        const operator = token.text as BinaryOperator;
        const precedence = PRECEDENCE[operator];
        if (precedence < minimum) break;
        at++;
        const right = climb(precedence + 1);
        left = {
          kind: "binary",
          operator,
          left,
          right,
          operatorSpan: spanOf(token),
          span: this.join(left.span, right.span),
        };
      }
      return left;
    };
    return climb(1);
  }

  private postfix(base: Expression, tails: readonly ParseNode[]): Expression {
    let value = base;
    for (const tail of tails) {
      const { children } = tail;
      const span = this.join(base.span, this.span(tail));
      switch (tail.rule) {
        case "PostfixTail_index":
          value = { kind: "index", base: value, index: this.expression(node(children[1])), span };
          break;
        case "PostfixTail_call": {
          const first = optional(children[1]);
          const all = first === null ? [] : [first].concat(nodes(single(children[3])));
          value = { kind: "call", callee: value, args: all.map((child) => this.expression(child)), span };
          break;
        }
        case "PostfixTail_member":
        case "PostfixTail_arrow":
          value = {
            kind: "member",
            object: value,
            name: this.name(node(children[1])),
            isArrow: tail.rule === "PostfixTail_arrow",
            span,
          };
          break;
        default:
          value = {
            kind: "postfix",
            operator: tail.rule === "PostfixTail_increment" ? "++" : "--",
            operand: value,
            span,
          };
      }
    }
    return value;
  }
}
