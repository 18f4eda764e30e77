/**
 * From the parse tree (shape fixed by c.ohm) to the syntax tree of ast.ts. The classes extend each other because expressions,
 * declarations and statements contain each other (sizeof (type), array bounds, statement expressions): build-expressions.ts,
 * build-declarators.ts, build-statements.ts; here are the external declarations.
 */
import type { Span } from "../../diagnostics.ts";
import type { Child, ParseNode } from "../../ohm/parse-tree.ts";
import type { Attribute, Declaration, External, InitDeclarator, Specifiers, StaticAssert } from "../ast.ts";
import { spanOf } from "../tokens.ts";
import { NO_ATTRIBUTES, node, nodes, optional, single } from "./build-base.ts";
import { StatementBuilder } from "./build-statements.ts";

export class TreeBuilder extends StatementBuilder {
  external(tree: ParseNode): External {
    const span = this.span(tree);
    switch (tree.rule) {
      case "External_empty":
        return { kind: "empty-declaration", span };
      case "External_asm":
        return { kind: "asm-declaration", text: this.texts(tree.children[2]), span };
      case "StaticAssert":
        return this.staticAssert(tree);
      case "External_untyped": {
        const start = spanOf(this.tokens[tree.start]!);
        return this.functionDefinition(
          { items: [], attributes: [], span: start },
          node(tree.children[0]),
          node(tree.children[1]),
          span,
        );
      }
    }
    const specifiers = this.specifiers(node(tree.children[1]));
    const rest = node(tree.children[2]);
    if (rest.rule === "ExternalRest_function") {
      return this.functionDefinition(specifiers, node(rest.children[0]), node(rest.children[1]), span);
    }
    if (rest.rule === "ExternalRest_bare") return { kind: "declaration", specifiers, declarators: [], span };
    const first = this.initDeclarator(node(node(rest.children[0]).children[0]), NO_ATTRIBUTES);
    const more = node(rest.children[1]);
    return {
      kind: "declaration",
      specifiers,
      declarators: [first].concat(this.moreDeclarators(more.children[1], more.children[2])),
      span,
    };
  }

  private functionDefinition(specifiers: Specifiers, declarator: ParseNode, body: ParseNode, span: Span): External {
    return {
      kind: "function",
      specifiers,
      declarator: this.declarator(declarator, nodes(body.children[0])),
      oldParameters: nodes(body.children[1]).map((child) => this.declaration(child)),
      body: this.compound(node(body.children[3])),
      span,
    };
  }

  staticAssert(tree: ParseNode): StaticAssert {
    const message = nodes(tree.children[5])[0] as unknown as readonly ParseNode[] | undefined;
    return {
      kind: "static-assert",
      test: this.expression(node(tree.children[3])),
      message: message === undefined ? null : message.map((child) => this.tokens[child.start]!),
      span: this.span(tree),
    };
  }

  declaration(tree: ParseNode): Declaration {
    const first = optional(tree.children[2]);
    // The optional list of declarators gives columns: first, then commas, attributes and declarators of the rest.
    const declarators =
      first === null
        ? []
        : [
            this.initDeclarator(first, NO_ATTRIBUTES),
            ...this.moreDeclarators(single(tree.children[4]), single(tree.children[5])),
          ];
    return {
      kind: "declaration",
      specifiers: this.specifiers(node(tree.children[1])),
      declarators,
      span: this.span(tree),
    };
  }

  private moreDeclarators(attributes: Child | undefined, declarators: Child | undefined): InitDeclarator[] {
    const lists = attributes as readonly (readonly ParseNode[])[];
    return nodes(declarators).map((child, i) => this.initDeclarator(child, this.attributes(lists[i]!)));
  }

  private initDeclarator(tree: ParseNode, attributes: readonly Attribute[]): InitDeclarator {
    const initializer = optional(tree.children[3]);
    const declarator = this.declarator(node(tree.children[0]), nodes(tree.children[1]), attributes);
    return { declarator, initializer: initializer === null ? null : this.initializer(initializer) };
  }
}
