/**
 * The text parser: GNU assembly for RISC-V to items. Each statement is matched by the parser that is generated from asm.ohm;
 * half of the statements of a compiler's output repeat, so trees are cached by text. Errors are reported and parsing goes on with the next
 * statement.
 */

import type { Diagnostics, SourceFile } from "../diagnostics.ts";
import { parse } from "../generated/asm-grammar.ts";
import type { ParseNode, ParseResult } from "../ohm/parse-tree.ts";
import { type DirectiveContext, handleDirective } from "./directives.ts";
import { constantOf, ExpressionError, resolveExpr, resolveValue, type SymbolSource } from "./expressions.ts";
import { formsOf } from "./forms.ts";
import type { Item } from "./items.ts";
import type { Statement } from "./lines.ts";
import { Preprocessor, spanOf } from "./macros.ts";
import { blankSymbol } from "./section-builder.ts";
import { listAt, nodeAt, TreeReader } from "./tree.ts";

/** Parses a whole file; what is wrong goes to `problems`. */
export function parseAssembly(file: SourceFile, problems: Diagnostics): Item[] {
  const parser = new StatementParser(problems);
  new Preprocessor(problems, parser).run(file);
  return parser.items;
}

/** Longest statement, so that a hostile line cannot nest without end. */
const STATEMENT_CHARACTERS = 100_000;

class StatementParser {
  readonly items: Item[] = [];
  private readonly problems: Diagnostics;
  private readonly cache = new Map<string, ParseResult>();
  /** How often each numeric label has been defined so far. */
  private readonly numericLabels = new Map<string, number>();
  private readonly constants = new Map<string, number>();
  private readonly defined = new Set<string>();
  /** Expressions that must be numbers while parsing see only constants. */
  private readonly knownSymbols: SymbolSource = {
    use: (name) => {
      const symbol = blankSymbol(name);
      const value = this.constants.get(name);
      if (value !== undefined) symbol.set = { plus: null, minus: null, addend: value };
      return symbol;
    },
    here: () => blankSymbol("."),
  };

  constructor(problems: Diagnostics) {
    this.problems = problems;
  }

  statement(statement: Statement): void {
    const { text } = statement;
    let result = this.cache.get(text);
    if (result === undefined) {
      if (text.length > STATEMENT_CHARACTERS)
        return this.problems.error(`a statement of ${text.length} characters is too long`, {
          ...spanOf(statement),
          end: statement.start + 1,
        });
      result = parse("Line", text);
      this.cache.set(text, result);
    }
    if (!result.ok) return this.syntaxError(statement, result);
    const tree = new TreeReader(statement, (digits, direction) => this.localName(digits, direction));
    for (const label of listAt(result.node, 0)) this.label(label, tree);
    const body = listAt(result.node, 1)[0];
    if (body === undefined) return;
    try {
      this.body(body, tree, statement);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.problems.error(error.message, tree.span(body));
    }
  }

  /** The value of a condition or a count. */
  evaluate(text: string, statement: Statement): number | null {
    const result = parse("Expression", text);
    const tree = new TreeReader({ ...statement, text }, (digits, direction) => this.localName(digits, direction));
    try {
      const value = result.ok ? constantOf(resolveExpr(tree.expression(result.node), this.knownSymbols)) : null;
      if (value !== null) return value;
      this.problems.error(
        result.ok ? `"${text}" is not a number yet` : `"${text}" is not an expression`,
        spanOf(statement),
        { hint: "use numbers and names that `.equ` has set above" },
      );
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.problems.error(error.message, spanOf(statement));
    }
    return null;
  }

  isDefined(name: string): boolean {
    return this.defined.has(name);
  }

  private label(node: ParseNode, tree: TreeReader): void {
    const written = tree.name(nodeAt(node, 0));
    let name = written;
    if (/^\d+$/.test(written)) {
      const digits = String(Number(written));
      const count = (this.numericLabels.get(digits) ?? 0) + 1;
      this.numericLabels.set(digits, count);
      name = `${digits}\u0002${count}`;
    }
    this.defined.add(name);
    this.items.push({ kind: "label", name, span: tree.span(node) });
  }

  private localName(written: string, direction: string): string {
    const digits = String(Number(written));
    return `${digits}\u0002${(this.numericLabels.get(digits) ?? 0) + (direction === "f" ? 1 : 0)}`;
  }

  private body(node: ParseNode, tree: TreeReader, statement: Statement): void {
    if (node.rule === "Instruction") {
      const [mnemonic, ...rest] = node.children;
      const list = (rest[0] as readonly ParseNode[] | undefined)?.[0];
      const operands = list === undefined ? [] : [nodeAt(list, 0), ...listAt(list, 1).map((next) => nodeAt(next, 1))];
      this.items.push({
        kind: "insn",
        mnemonic: tree.text(mnemonic as ParseNode),
        operands: operands.map((operand) => tree.operand(operand)),
        span: tree.span(node),
      });
    } else if (node.rule === "Assignment") {
      this.push({
        kind: "set",
        name: tree.name(nodeAt(node, 0)),
        value: tree.value(nodeAt(node, 3)),
        span: tree.span(node),
      });
    } else {
      const list = listAt(node, 1)[0];
      const args = list === undefined ? [] : [nodeAt(list, 0), ...listAt(list, 1).map((next) => nodeAt(next, 1))];
      const context: DirectiveContext = {
        tree,
        args,
        span: spanOf(statement),
        problems: this.problems,
        constants: this.knownSymbols,
        push: (item) => this.push(item),
      };
      handleDirective(tree.text(nodeAt(node, 0)).slice(1), context);
    }
  }

  private push(item: Item): void {
    this.items.push(item);
    if (item.kind !== "set") return;
    this.defined.add(item.name);
    const value = constantOf(resolveValue(item.value, this.knownSymbols));
    if (value !== null) this.constants.set(item.name, value);
    else this.constants.delete(item.name);
  }

  /** Says what was expected, in at most a few words, at the place where the parser could not go on. */
  private syntaxError(statement: Statement, failure: Extract<ParseResult, { ok: false }>): void {
    const { text, start, file } = statement;
    let at = Math.min(failure.position, text.length);
    while (at < text.length && text[at] === " ") at++;
    const span = { file, start: start + at, end: start + Math.max(at + 1, wordEnd(text, at)) };
    if (failure.isTooDeep) return this.problems.error("parentheses are nested too deep", span);
    const expected = [
      ...new Set(failure.expected().map(({ text: what, isTerminal }) => (isTerminal ? `"${what}"` : what))),
    ];
    const useful = expected.filter((what) => !UNHELPFUL.test(what)).slice(0, 4);
    const found =
      at >= text.length ? "the end of the line" : `"${text.slice(at, Math.max(at + 1, wordEnd(text, at)))}"`;
    const wanted = useful.length === 0 ? "" : `: expected ${useful.join(" or ")}`;
    this.problems.error(`cannot make sense of ${found}${wanted}`, span, { hint: syntaxHint(text, at, useful) });
  }
}

/** Expectations that are true and of no use to a reader. */
const UNHELPFUL = /^(an operator|end of input|"@"|"\u0002"|a space|"="|a digit|"'"|"\$"|"_"|"\.")$/;

/** What is likely meant where a statement cannot be parsed. */
function syntaxHint(text: string, at: number, useful: readonly string[]): string {
  if (text[at] === "[") return "an address is written as offset(register), for example 4(sp)";
  if ((text.match(/"/g) ?? []).length % 2 === 1) return 'a string is not closed: add `"`';
  if (useful.includes('","') && /^[\w.]+\s+[\w.]+\s+[\w.]+/.test(text)) return "operands are separated by commas";
  const usage = formsOf(/^[\w.]+/.exec(text)?.[0] ?? "")?.[0]?.usage;
  return usage !== undefined
    ? `write \`${usage}\``
    : "a statement is `label:`, an instruction with operands, or a directive such as `.word 1, 2`";
}

const wordEnd = (text: string, start: number): number => start + (/^[\w.$%]+/.exec(text.slice(start))?.[0].length ?? 1);
