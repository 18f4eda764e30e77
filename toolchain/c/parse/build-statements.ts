/** Statements, asm with operands among them. */
import type { Span } from "../../diagnostics.ts";
import type { Child, ParseNode } from "../../ohm/parse-tree.ts";
import type { AsmOperand, BlockItem, CompoundStatement, Declaration, Expression, Label, Statement } from "../ast.ts";
import { keywordOf } from "../tokens.ts";
import { node, nodes, optional, single } from "./build-base.ts";
import { DeclaratorBuilder } from "./build-declarators.ts";

export abstract class StatementBuilder extends DeclaratorBuilder {
  abstract declaration(tree: ParseNode): Declaration;

  compound(tree: ParseNode): CompoundStatement {
    const localLabels = nodes(tree.children[1]).flatMap((child) =>
      [node(child.children[1])].concat(nodes(child.children[3])).map((name) => this.name(name)),
    );
    return {
      kind: "compound",
      items: nodes(tree.children[2]).map((child) => this.blockItem(child)),
      localLabels,
      span: this.span(tree),
    };
  }

  /** `__attribute__((fallthrough));` looks like a declaration and is an empty statement. */
  private declarationOrAttributes(tree: ParseNode): Declaration | Statement {
    const declaration = this.declaration(tree);
    const { specifiers, declarators, span } = declaration;
    const isStatement = declarators.length === 0 && specifiers.items.length === 0 && specifiers.attributes.length > 0;
    return isStatement ? { kind: "empty", attributes: specifiers.attributes, span } : declaration;
  }

  private blockItem(tree: ParseNode): BlockItem {
    if (tree.rule === "Declaration") return this.declarationOrAttributes(tree);
    if (tree.rule === "StaticAssert") return this.staticAssert(tree);
    if (tree.rule === "LoneLabels") {
      const span = this.span(tree);
      return {
        kind: "labelled",
        labels: nodes(tree.children[0]).map((child) => this.label(child)),
        body: { kind: "empty", attributes: [], span },
        span,
      };
    }
    return this.statement(tree);
  }

  statement(tree: ParseNode): Statement {
    if (tree.rule !== "Statement") return this.unlabelled(tree);
    const body = this.unlabelled(node(tree.children[1]));
    const labels = nodes(tree.children[0]).map((child) => this.label(child));
    return { kind: "labelled", labels, body, span: this.span(tree) };
  }

  private label(tree: ParseNode): Label {
    const span = this.span(tree);
    if (tree.rule === "Label_name")
      return { kind: "name", name: this.name(node(tree.children[0])), attributes: this.attributes(tree.children[2]) };
    if (tree.rule === "Label_default") return { kind: "default", span };
    const high = optional(tree.children[3]);
    return {
      kind: "case",
      low: this.expression(node(tree.children[1])),
      high: high === null ? null : this.expression(high),
      span,
    };
  }

  private unlabelled(tree: ParseNode): Statement {
    const { children } = tree;
    const span = this.span(tree);
    switch (tree.rule) {
      case "Unlabelled_expression":
        return { kind: "expression", value: this.expression(node(children[0])), span };
      case "Compound":
        return this.compound(tree);
      case "Unlabelled_if": {
        const otherwise = optional(children[6]);
        return {
          kind: "if",
          test: this.expression(node(children[2])),
          // biome-ignore lint/suspicious/noThenProperty: the tree's own name
          then: this.statement(node(children[4])),
          otherwise: otherwise === null ? null : this.statement(otherwise),
          span,
        };
      }
      case "Unlabelled_while":
        return {
          kind: "while",
          test: this.expression(node(children[2])),
          body: this.statement(node(children[4])),
          span,
        };
      case "Unlabelled_do":
        return { kind: "do", body: this.statement(node(children[1])), test: this.expression(node(children[4])), span };
      case "Unlabelled_for": {
        const first = node(children[2]);
        const init = first.rule === "Declaration" ? this.declaration(first) : optional(first.children[0]);
        const start = init === null || "specifiers" in init ? init : this.expression(init as ParseNode);
        return {
          kind: "for",
          init: start,
          test: this.maybe(children[3]),
          step: this.maybe(children[5]),
          body: this.statement(node(children[7])),
          span,
        };
      }
      case "Unlabelled_switch":
        return {
          kind: "switch",
          value: this.expression(node(children[2])),
          body: this.statement(node(children[4])),
          span,
        };
      case "Unlabelled_return":
        return { kind: "return", value: this.maybe(children[1]), span };
      case "Unlabelled_break":
        return { kind: "break", span };
      case "Unlabelled_continue":
        return { kind: "continue", span };
      case "Unlabelled_computed":
        return { kind: "goto-computed", target: this.expression(node(children[2])), span };
      case "Unlabelled_goto":
        return { kind: "goto", label: this.name(node(children[1])), span };
      case "Unlabelled_asm":
        return this.asm(tree, span);
      case "Unlabelled_attribute":
        return { kind: "empty", attributes: this.attributes(children[0]), span };
      case "Unlabelled_empty":
        return { kind: "empty", attributes: [], span };
      case "Declaration": {
        const item = this.declarationOrAttributes(tree);
        return item.kind === "declaration" ? { kind: "declared", declaration: item, span } : item;
      }
    }
    throw new Error(`no statement for ${tree.rule}`);
  }

  private maybe(column: Child | undefined): Expression | null {
    const found = optional(column);
    return found === null ? null : this.expression(found);
  }

  private asm(tree: ParseNode, span: Span): Statement {
    const body = node(tree.children[3]);
    const outputs = optional(body.children[1]);
    const inputs = optional(body.children[2]);
    const clobbers = optional(body.children[3]);
    const list = (operands: ParseNode | null): ParseNode[] => {
      const first = operands === null ? null : optional(operands.children[1]);
      return first === null ? [] : [first].concat(nodes(single(operands!.children[3])));
    };
    return {
      kind: "asm",
      words: nodes(tree.children[1]).map((child) => keywordOf(this.tokens[child.start]!.text)),
      template: this.texts(body.children[0]),
      outputs: list(outputs).map((child) => this.asmOperand(child)),
      inputs: list(inputs).map((child) => this.asmOperand(child)),
      clobbers: list(clobbers).map((child) => this.texts(child.children[0])),
      isBasic: outputs === null,
      span,
    };
  }

  private asmOperand(tree: ParseNode): AsmOperand {
    const name = optional(tree.children[1]);
    return {
      name: name === null ? "" : this.tokens[name.start]!.text,
      constraint: this.texts(tree.children[3]),
      value: this.expression(node(tree.children[5])),
    };
  }
}
