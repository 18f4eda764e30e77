/**
 * From the parse tree (shape fixed by c.ohm) to the syntax tree of ast.ts. Binary expressions, flat in the grammar, are
 * sorted here by precedence. The three classes extend each other because expressions, declarations and statements
 * contain each other (sizeof (type), array bounds, statement expressions); the file is long for that one reason.
 */

import type { Span } from "../../diagnostics.ts";
import type { Child, ParseNode } from "../../ohm/parse-tree.ts";
import type {
  AsmOperand, Attribute, AttributeArgument, BinaryOperator, BlockItem, CompoundStatement, Declaration, Declarator, DeclaratorPart, Designator,
  Enumerator, Expression, External, InitDeclarator, Initializer, InitializerItem, Label, MemberDeclarator, MemberItem, OffsetPart,
  Parameter, PrefixOperator, Specifier, Specifiers, Statement, StaticAssert, TypeName,
} from "../ast.ts"; // biome-ignore format: a list of names
import { parseText } from "../literals.ts";
import { keywordOf, spanOf, type Token } from "../tokens.ts";
import { BuilderBase, node, nodes, optional } from "./build-base.ts";

const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, ">": 7, "<=": 7, ">=": 7, "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10,
}; // biome-ignore format: a table

export class TreeBuilder extends BuilderBase {
  // ---- external declarations ----

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

  // ---- specifiers ----

  specifiers(tree: ParseNode): Specifiers {
    const items: Specifier[] = [];
    const attributes: Attribute[] = [];
    for (const child of nodes(tree.children[0])) {
      if (child.rule === "Attribute") attributes.push(...this.attribute(child));
      else items.push(this.specifier(child));
    }
    return { items, attributes, span: this.span(tree) };
  }

  private specifier(tree: ParseNode): Specifier {
    const span = this.span(tree);
    switch (tree.rule) {
      case "keywordSpecifier":
        return { kind: "word", word: keywordOf(this.tokens[tree.start]!.text), span };
      case "typedefName":
        return { kind: "typedef-name", name: this.tokens[tree.start]!.text, span };
      case "Typeof_type":
        return { kind: "typeof-type", type: this.typeName(node(tree.children[2])), span };
      case "Typeof_value":
        return { kind: "typeof-value", value: this.expression(node(tree.children[2])), span };
      case "Alignas_type":
        return { kind: "alignas-type", type: this.typeName(node(tree.children[2])), span };
      case "Alignas_value":
        return { kind: "alignas-value", value: this.expression(node(tree.children[2])), span };
      case "AtomicOf":
        return { kind: "atomic", type: this.typeName(node(tree.children[2])), span };
      case "Enum_tag":
        return {
          kind: "enum",
          tag: this.name(node(tree.children[2])),
          enumerators: null,
          attributes: this.attributes(tree.children[1]),
          span,
        };
      case "Enum_body":
        return this.enumBody(tree, span);
      case "Record_tag":
      case "Record_body":
        return this.record(tree, span);
    }
    throw new Error(`no specifier for ${tree.rule}`);
  }

  private enumBody(tree: ParseNode, span: Span): Specifier {
    const tag = optional(tree.children[2]);
    const list = [node(tree.children[4])].concat(nodes(tree.children[6]));
    const enumerators = list.map((child): Enumerator => {
      const value = optional(child.children[3]);
      return { name: this.name(node(child.children[0])), value: value === null ? null : this.expression(value) };
    });
    const attributes = [...this.attributes(tree.children[1]), ...this.attributes(tree.children[9])];
    return { kind: "enum", tag: tag === null ? null : this.name(tag), enumerators, attributes, span };
  }

  private record(tree: ParseNode, span: Span): Specifier {
    const first = this.tokens[tree.start]!;
    const isBody = tree.rule === "Record_body";
    const tag = isBody ? optional(tree.children[2]) : node(tree.children[2]);
    return {
      kind: "record",
      keyword: first.text as "struct" | "union",
      tag: tag === null ? null : this.name(tag),
      members: isBody ? nodes(tree.children[4]).flatMap((child) => this.memberItem(child)) : null,
      attributes: isBody
        ? [...this.attributes(tree.children[1]), ...this.attributes(tree.children[6])]
        : this.attributes(tree.children[1]),
      pack: this.packs.get(first) ?? 0,
      span,
    };
  }

  private memberItem(tree: ParseNode): MemberItem[] {
    if (tree.rule === "Member_empty") return [];
    if (tree.rule === "StaticAssert") return [this.staticAssert(tree)];
    const first = optional(tree.children[2]);
    const declarators: MemberDeclarator[] = [];
    if (first !== null) {
      declarators.push(this.memberDeclarator(first, NO_ATTRIBUTES));
      const attributes = single(tree.children[4]) as readonly (readonly ParseNode[])[];
      nodes(single(tree.children[5])).forEach((child, i) => {
        declarators.push(this.memberDeclarator(child, this.attributes(attributes[i]!)));
      });
    }
    return [
      { kind: "members", specifiers: this.specifiers(node(tree.children[1])), declarators, span: this.span(tree) },
    ];
  }

  private memberDeclarator(tree: ParseNode, before: readonly Attribute[]): MemberDeclarator {
    if (tree.rule === "MemberDeclarator_padding") {
      const attributes = [...before, ...this.attributes(tree.children[2])];
      const declarator: Declarator = { name: null, parts: [], attributes, asmLabel: null, span: this.span(tree) };
      return { declarator, width: this.expression(node(tree.children[1])) };
    }
    if (tree.rule === "MemberDeclarator_plain") {
      return { declarator: this.declarator(node(tree.children[0]), nodes(tree.children[1]), before), width: null };
    }
    const attributes = [...before, ...this.attributes(tree.children[3])];
    return {
      declarator: this.declarator(node(tree.children[0]), [], attributes),
      width: this.expression(node(tree.children[2])),
    };
  }

  // ---- attributes ----

  attributes(column: Child | undefined): readonly Attribute[] {
    const list = nodes(column);
    return list.length === 0 ? NO_ATTRIBUTES : list.flatMap((child) => this.attribute(child));
  }

  private attribute(tree: ParseNode): Attribute[] {
    const rest = (tree.children[5] as readonly (readonly ParseNode[])[]).flat();
    const items = [...nodes(tree.children[3]), ...rest];
    return items.map((item): Attribute => {
      const span = this.span(item);
      const name = this.tokens[item.start]!.text.replace(/^__(.*)__$/, "$1");
      if (item.rule !== "AttributeItem_call") return { name, args: [], span };
      const first = optional(item.children[2]);
      const all = first === null ? [] : [first].concat(nodes(single(item.children[4])));
      return { name, args: all.map((child) => this.attributeArgument(child)), span };
    });
  }

  private attributeArgument(tree: ParseNode): AttributeArgument {
    if (tree.rule === "AttributeArgument_type") return { kind: "type", type: this.typeName(node(tree.children[0])) };
    return { kind: "value", value: this.expression(tree) };
  }

  // ---- declarators ----

  declarator(
    tree: ParseNode,
    suffixes: readonly ParseNode[] = [],
    before: readonly Attribute[] = NO_ATTRIBUTES,
  ): Declarator {
    const attributes = [...before];
    const parts: DeclaratorPart[] = [];
    const name = this.declaratorParts(tree, parts, attributes);
    let asmLabel: string | null = null;
    for (const suffix of suffixes) {
      if (suffix.rule === "AsmLabel") asmLabel = this.asmText(this.texts(suffix.children[2]));
      else attributes.push(...this.attribute(suffix));
    }
    return { name: this.name(name), parts, attributes, asmLabel, span: this.span(tree) };
  }

  /** Adds the parts from the name outwards and returns the node of the name. */
  private declaratorParts(tree: ParseNode, parts: DeclaratorPart[], attributes: Attribute[]): ParseNode {
    const direct = node(tree.children[1]);
    attributes.push(...this.attributes(direct.children[0]));
    const core = node(direct.children[1]);
    let name: ParseNode;
    if (core.rule === "DeclaratorCore_paren") {
      attributes.push(...this.attributes(core.children[1]));
      name = this.declaratorParts(node(core.children[2]), parts, attributes);
    } else name = core;
    this.suffixes(direct.children[2], parts);
    this.pointers(tree.children[0], parts, attributes);
    return name;
  }

  private pointers(column: Child | undefined, parts: DeclaratorPart[], attributes: Attribute[]): void {
    const list = nodes(column);
    for (let i = list.length - 1; i >= 0; i--) {
      const qualifiers: string[] = [];
      for (const child of nodes(list[i]!.children[1])) {
        if (child.rule === "Attribute") attributes.push(...this.attribute(child));
        else qualifiers.push(keywordOf(this.tokens[child.start]!.text));
      }
      parts.push({ kind: "pointer", qualifiers, span: this.span(list[i]!) });
    }
  }

  private suffixes(column: Child | undefined, parts: DeclaratorPart[]): void {
    for (const child of nodes(column)) parts.push(this.suffix(child));
  }

  private suffix(tree: ParseNode): DeclaratorPart {
    const span = this.span(tree);
    switch (tree.rule) {
      case "ArraySuffix_star":
      case "ArraySuffix_size": {
        const words = nodes(tree.children[1]).map((child) => keywordOf(this.tokens[child.start]!.text));
        const isStar = tree.rule === "ArraySuffix_star";
        const size = isStar ? null : optional(tree.children[2]);
        return { kind: "array", size: size === null ? null : this.expression(size), isStar, words, span };
      }
      case "ParameterSuffix_none":
        return { kind: "function", parameters: [], isVariadic: false, names: [], isPrototype: false, span };
      case "ParameterSuffix_names": {
        const names = [node(tree.children[1])].concat(nodes(tree.children[3])).map((child) => this.name(child));
        return { kind: "function", parameters: [], isVariadic: false, names, isPrototype: false, span };
      }
    }
    const parameters = [node(tree.children[1])].concat(nodes(tree.children[3])).map((child) => this.parameter(child));
    return {
      kind: "function",
      parameters,
      isVariadic: nodes(tree.children[4]).length > 0,
      names: [],
      isPrototype: true,
      span,
    };
  }

  private parameter(tree: ParseNode): Parameter {
    const rest = node(tree.children[2]);
    const declarator =
      rest.rule === "ParameterDeclarator_named"
        ? this.declarator(node(rest.children[0]), nodes(rest.children[1]))
        : this.abstractDeclarator(node(rest.children[0]), this.attributes(rest.children[1]));
    return { specifiers: this.specifiers(node(tree.children[1])), declarator, span: this.span(tree) };
  }

  typeName(tree: ParseNode): TypeName {
    const declarator = this.abstractDeclarator(node(tree.children[2]), NO_ATTRIBUTES);
    return { specifiers: this.specifiers(node(tree.children[1])), declarator, span: this.span(tree) };
  }

  private abstractDeclarator(tree: ParseNode, after: readonly Attribute[]): Declarator {
    const parts: DeclaratorPart[] = [];
    const attributes = [...after];
    this.abstractParts(nodes(tree.children[0]), optional(tree.children[1]), tree.children[2], parts, attributes);
    const at = tree.end > tree.start ? this.span(tree) : spanOf(this.tokens[Math.max(0, tree.start - 1)]!);
    return { name: null, parts, attributes, asmLabel: null, span: at };
  }

  private abstractParts(
    pointers: readonly ParseNode[],
    core: ParseNode | null,
    suffixes: Child | undefined,
    parts: DeclaratorPart[],
    attributes: Attribute[],
  ): void {
    if (core !== null) {
      attributes.push(...this.attributes(core.children[1]));
      const inner = node(core.children[2]);
      if (inner.rule === "AbstractInner_pointer") {
        this.abstractParts(nodes(inner.children[0]), optional(inner.children[1]), inner.children[2], parts, attributes);
      } else if (inner.rule === "AbstractInner_core")
        this.abstractParts([], node(inner.children[0]), inner.children[1], parts, attributes);
      else {
        parts.push(this.suffix(node(inner.children[0])));
        this.suffixes(inner.children[1], parts);
      }
    }
    this.suffixes(suffixes, parts);
    this.pointers(pointers, parts, attributes);
  }

  // ---- initialisers ----

  initializer(tree: ParseNode): Initializer {
    const span = this.span(tree);
    if (tree.rule === "InitializerList_empty") return { kind: "list", items: [], span };
    if (tree.rule !== "InitializerList_items") return { kind: "value", value: this.expression(tree), span };
    const items = [node(tree.children[1])].concat(nodes(tree.children[3])).map((child): InitializerItem => {
      if (child.rule === "InitializerItem_old") {
        return {
          designators: [{ kind: "member", name: this.name(node(child.children[0])) }],
          initializer: this.initializer(node(child.children[2])),
        };
      }
      if (!child.rule.startsWith("InitializerItem")) return { designators: [], initializer: this.initializer(child) };
      const designators = nodes(child.children[0]).map((part) => this.designator(part));
      return { designators, initializer: this.initializer(node(child.children[child.children.length - 1])) };
    });
    return { kind: "list", items, span };
  }

  private designator(tree: ParseNode): Designator {
    if (tree.rule === "Designator_member") return { kind: "member", name: this.name(node(tree.children[1])) };
    const low = this.expression(node(tree.children[1]));
    const high = tree.rule === "Designator_range" ? this.expression(node(tree.children[3])) : null;
    return { kind: "index", low, high, span: this.span(tree) };
  }

  // ---- statements ----

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

  private asmText(tokens: readonly Token[]): string {
    return tokens.map((token) => bytesToText(token.text)).join("");
  }

  // ---- expressions ----

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

const NO_ATTRIBUTES: readonly Attribute[] = [];

/** The inner column of an optional repetition, empty when the optional part was left out. */
const single = (column: Child | undefined): readonly Child[] =>
  ((column as readonly (readonly Child[])[])[0] ?? []) as readonly Child[];

/** `__inline__` is `inline`. */
function bytesToText(token: string): string {
  const parsed = parseText(token, "");
  return parsed.ok ? new TextDecoder().decode(Uint8Array.from(parsed.value.units)) : "";
}
