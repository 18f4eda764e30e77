/** What declarations are made of: specifiers with the bodies of structs and enums, attributes, declarators, type names and initialisers. */
import type { Span } from "../../diagnostics.ts";
import type { Child, ParseNode } from "../../ohm/parse-tree.ts";
import type {
  Attribute, AttributeArgument, Declarator, DeclaratorPart, Designator, Enumerator, Initializer, InitializerItem, MemberDeclarator, MemberItem,
  Parameter, Specifier, Specifiers, StaticAssert, TypeName,
} from "../ast.ts"; // biome-ignore format: a list of names
import { keywordOf, spanOf } from "../tokens.ts";
import { NO_ATTRIBUTES, node, nodes, optional, single } from "./build-base.ts";
import { ExpressionBuilder } from "./build-expressions.ts";

export abstract class DeclaratorBuilder extends ExpressionBuilder {
  abstract staticAssert(tree: ParseNode): StaticAssert;

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
}
