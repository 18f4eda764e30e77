/** From the parser's tree to expressions, values and operands. */

import { registerNumber } from "../../emulator/isa/registers.ts";
import type { Span } from "../diagnostics.ts";
import type { Child, ParseNode } from "../ohm/parse-tree.ts";
import { ExpressionError } from "./expressions.ts";
import type { BinaryOperator, Expr, Modifier, Operand, UnaryOperator, Value } from "./items.ts";
import type { Statement } from "./lines.ts";

const MODIFIERS: ReadonlySet<string> = new Set<Modifier>([
  "hi", "lo", "pcrel_hi", "pcrel_lo", "got_pcrel_hi", "tprel_hi", "tprel_lo", "tprel_add", "tls_ie_pcrel_hi",
  "tls_gd_pcrel_hi",
]); // biome-ignore format: a list of names

/** Binding strength of operators, after the GNU assembler's manual, "Infix Operators". */
const PRECEDENCE: Record<string, number> = {
  "||": 1, "&&": 2, "==": 3, "!=": 3, "<>": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "+": 4, "-": 4, "|": 5, "&": 5, "^": 5, "!": 5,
  "*": 6, "/": 6, "%": 6, "<<": 6, ">>": 6,
}; // biome-ignore format: a table

const isNode = (child: Child | undefined): child is ParseNode => typeof child === "object" && "rule" in child;
export const nodeAt = (node: ParseNode, index: number): ParseNode => node.children[index] as ParseNode;
export const listAt = (node: ParseNode, index: number): readonly ParseNode[] =>
  ((node.children[index] as readonly Child[] | undefined) ?? []).filter(isNode);

/** Reads the tree of one statement. Expressions that make no sense throw ExpressionError. */
export class TreeReader {
  readonly statement: Statement;
  /** Name of the numeric label that `1f` or `1b` means here. */
  private readonly localName: (digits: string, direction: string) => string;

  constructor(statement: Statement, localName: (digits: string, direction: string) => string) {
    this.statement = statement;
    this.localName = localName;
  }

  text(node: ParseNode): string {
    return this.statement.text.slice(node.start, node.end).trim();
  }

  span(node: ParseNode): Span {
    const { file, start, text } = this.statement;
    let from = node.start;
    while (from < node.end && (text[from] === " " || text[from] === "\t")) from++;
    return { file, start: start + from, end: start + node.end };
  }

  /** The name that a name node stands for, without quotes. */
  name(node: ParseNode): string {
    const text = this.text(node);
    return text.startsWith('"') ? text.slice(1, -1) : text;
  }

  operand(node: ParseNode): Operand {
    switch (node.rule) {
      case "Base":
        return this.memory(node, { kind: "imm", value: 0 }, nodeAt(node, 1));
      case "Memory":
        return this.memory(node, this.value(nodeAt(node, 0)), nodeAt(node, 2));
      default: {
        const value = this.value(node);
        if (value.kind !== "sym" || value.modifier !== null || value.addend !== 0) return value;
        const register = registerNumber(value.symbol);
        return register === undefined ? value : { kind: "reg", register, name: value.symbol, span: this.span(node) };
      }
    }
  }

  private memory(node: ParseNode, offset: Value, base: ParseNode): Operand {
    const register = registerNumber(this.name(base));
    if (register !== undefined) return { kind: "mem", offset, base: register, span: this.span(node) };
    if (node.rule === "Base")
      return { kind: "sym", symbol: this.name(base), addend: 0, modifier: null, span: this.span(node) };
    throw new ExpressionError(
      `"${this.name(base)}" is not a register: write an address as offset(register), for example 8(sp)`,
    );
  }

  value(node: ParseNode): Value {
    const span = this.span(node);
    if (node.rule === "Modified") {
      const modifier = this.text(nodeAt(node, 0)).slice(1);
      if (!MODIFIERS.has(modifier))
        throw new ExpressionError(
          `unknown relocation function %${modifier}: there are ${[...MODIFIERS].map((name) => `%${name}`).join(" ")}`,
        );
      return this.withModifier(this.expression(nodeAt(node, 2)), modifier as Modifier, span);
    }
    return this.withModifier(this.expression(node), null, span);
  }

  private withModifier(expr: Expr, modifier: Modifier | null, span: Span): Value {
    if (expr.kind === "sym") return { kind: "sym", symbol: expr.symbol, addend: expr.addend, modifier, span };
    if (expr.kind === "num" && typeof expr.value === "number" && modifier === null)
      return { kind: "imm", value: expr.value, span };
    return { kind: "expr", expr, modifier, span };
  }

  /** An expression node, or any of its parts. */
  expression(node: ParseNode): Expr {
    switch (node.rule) {
      case "Expression": {
        const tails = listAt(node, 1);
        if (tails.length === 0) return this.expression(nodeAt(node, 0));
        return this.climb(nodeAt(node, 0), tails);
      }
      case "Parenthesis":
        return this.expression(nodeAt(node, 1));
      case "Unary":
        return this.unary(this.text(nodeAt(node, 0)) as UnaryOperator, this.expression(nodeAt(node, 1)));
      case "integer": {
        const digits = this.text(node);
        return number(digits.length > 1 && digits.startsWith("0") && /^[0-7]+$/.test(digits) ? `0o${digits}` : digits);
      }
      case "hexadecimal":
      case "binaryNumber":
        return number(this.text(node).toLowerCase());
      case "character":
        return { kind: "num", value: characterValue(this.text(node)) };
      case "localReference": {
        const text = this.text(node);
        return {
          kind: "sym",
          symbol: this.localName(text.slice(0, -1), text.at(-1)!),
          addend: 0,
          span: this.span(node),
        };
      }
      case "suffixed": {
        const [name = "", suffix = ""] = this.text(node).split("@");
        if (suffix.toLowerCase() !== "plt")
          throw new ExpressionError(`unknown suffix @${suffix}: only @plt is understood`);
        return { kind: "sym", symbol: name, addend: 0, span: this.span(node) };
      }
      default:
        return { kind: "sym", symbol: this.name(node), addend: 0, span: this.span(node) };
    }
  }

  private unary(op: UnaryOperator, arg: Expr): Expr {
    if (arg.kind === "num" && op === "-") return { kind: "num", value: -arg.value };
    return { kind: "unary", op, arg };
  }

  /** Precedence climbing over the flat list of operators. */
  private climb(first: ParseNode, tails: readonly ParseNode[]): Expr {
    let at = 0;
    const operatorAt = (index: number): string => (index < tails.length ? this.text(nodeAt(tails[index]!, 0)) : "");
    const parse = (left: Expr, minimum: number): Expr => {
      let result = left;
      while ((PRECEDENCE[operatorAt(at)] ?? 0) >= minimum) {
        const op = operatorAt(at);
        let right = this.expression(nodeAt(tails[at]!, 1));
        at++;
        while ((PRECEDENCE[operatorAt(at)] ?? 0) > PRECEDENCE[op]!) right = parse(right, PRECEDENCE[operatorAt(at)]!);
        result = combine(op, result, right);
      }
      return result;
    };
    return parse(this.expression(first), 1);
  }
}

function combine(op: string, left: Expr, right: Expr): Expr {
  // symbol ± number is by far the most frequent expression.
  if (left.kind === "sym" && right.kind === "num" && typeof right.value === "number" && (op === "+" || op === "-")) {
    return { ...left, addend: left.addend + (op === "+" ? right.value : -right.value) };
  }
  if (op === "!") return { kind: "binary", op: "|", left, right: { kind: "unary", op: "~", arg: right } };
  return { kind: "binary", op: (op === "<>" ? "!=" : op) as BinaryOperator, left, right };
}

function number(text: string): Expr {
  const value = Number(text);
  return { kind: "num", value: Number.isSafeInteger(value) ? value : BigInt(text) };
}

const ESCAPES: Record<string, number> = { n: 10, t: 9, r: 13, b: 8, f: 12, v: 11, a: 7, e: 27 };

function characterValue(text: string): number {
  const body = text.slice(1);
  if (body[0] !== "\\") return body.codePointAt(0) ?? 0;
  const digit = body[1] ?? "";
  return ESCAPES[digit] ?? (/[0-7]/.test(digit) ? Number(digit) : (digit.codePointAt(0) ?? 0));
}

/** The bytes of a string literal with its quotes: C escapes, octal, \x; anything else as UTF-8. */
export function stringBytes(literal: string): number[] {
  const out: number[] = [];
  const body = literal.slice(1, -1);
  for (let i = 0; i < body.length; ) {
    const rest = body.slice(i);
    const octal = /^\\([0-7]{1,3})/.exec(rest);
    const hex = /^\\[xX]([0-9a-fA-F]+)/.exec(rest);
    if (octal !== null) out.push(Number.parseInt(octal[1]!, 8) & 0xff);
    else if (hex !== null) out.push(Number.parseInt(hex[1]!.slice(-2), 16));
    else if (rest[0] === "\\") out.push(ESCAPES[rest[1] ?? ""] ?? rest.charCodeAt(1) & 0xff);
    else {
      const point = String.fromCodePoint(rest.codePointAt(0)!);
      out.push(...new TextEncoder().encode(point));
      i += point.length;
      continue;
    }
    i += octal?.[0].length ?? hex?.[0].length ?? 2;
  }
  return out;
}
