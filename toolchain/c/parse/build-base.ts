/** What the parts of the tree builder share: the tokens of the parse, spans of nodes, and small readers of parse trees. */
import type { Span } from "../../diagnostics.ts";
import type { Child, ParseNode } from "../../ohm/parse-tree.ts";
import type { Attribute, Name } from "../ast.ts";
import { parseText } from "../literals.ts";
import { spanBetween, spanOf, type Token } from "../tokens.ts";

export class BuilderBase {
  /** Position in the parser's input → token. */
  readonly tokens: readonly Token[];
  readonly packs: ReadonlyMap<Token, number>;

  constructor(tokens: readonly Token[], packs: ReadonlyMap<Token, number>) {
    this.tokens = tokens;
    this.packs = packs;
  }

  token(at: Child | undefined): Token {
    return this.tokens[at as number]!;
  }

  span(node: ParseNode): Span {
    const first = this.tokens[node.start]!;
    return node.end <= node.start + 1 ? spanOf(first) : spanBetween(first, this.tokens[node.end - 1]!);
  }

  /** From the start of one span to the end of another. */
  join(a: Span, b: Span): Span {
    return a.file === b.file && b.end >= a.start
      ? { file: a.file, start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) }
      : a;
  }

  name(node: ParseNode): Name {
    const token = this.tokens[node.start]!;
    return { text: token.text, span: spanOf(token) };
  }

  /** The tokens of a column of `string` nodes. */
  texts(column: Child | undefined): Token[] {
    return nodes(column).map((node) => this.tokens[node.start]!);
  }

  asmText(tokens: readonly Token[]): string {
    return tokens.map((token) => bytesToText(token.text)).join("");
  }
}

export const node = (child: Child | undefined): ParseNode => child as ParseNode;
export const nodes = (child: Child | undefined): readonly ParseNode[] => child as readonly ParseNode[];
/** The only element of an optional's column, or null. */
export const optional = (child: Child | undefined): ParseNode | null => (child as readonly ParseNode[])[0] ?? null;
/** The inner column of an optional repetition, empty when the optional part was left out. */
export const single = (column: Child | undefined): readonly Child[] =>
  ((column as readonly (readonly Child[])[])[0] ?? []) as readonly Child[];

export const NO_ATTRIBUTES: readonly Attribute[] = [];

function bytesToText(token: string): string {
  const parsed = parseText(token, "");
  return parsed.ok ? new TextDecoder().decode(Uint8Array.from(parsed.value.units)) : "";
}
