/**
 * What happens to statements before they are parsed: `.macro`, `.rept`, `.irp`, `.irpc` and conditionals. Expansions are texts of their own, so
 * that messages can show the expanded line and where it came from. Numbers of expansions and their depth are bounded.
 */

import { type Diagnostics, SourceFile, type Span } from "../diagnostics.ts";
import { type Statement, splitStatements } from "./lines.ts";

const DEPTH_LIMIT = 100;
const STATEMENT_LIMIT = 2_000_000;

interface Macro {
  readonly name: string;
  readonly parameters: readonly { name: string; byDefault: string; isRequired: boolean; takesRest: boolean }[];
  readonly body: string;
}

/** What the preprocessor needs to know of the world: the value of an expression, and whether a name is defined. */
export interface ConditionContext {
  /** The expression's value; null (and a message) when it is not a number yet. */
  evaluate(text: string, statement: Statement): number | null;
  isDefined(name: string): boolean;
  /** A statement that is left after preprocessing. */
  statement(statement: Statement): void;
}

export class Preprocessor {
  private readonly macros = new Map<string, Macro>();
  private readonly problems: Diagnostics;
  private readonly context: ConditionContext;
  /** Value of `\@`: the number of macros expanded so far. */
  private expansions = 0;
  private statements = 0;
  private hasEnded = false;

  constructor(problems: Diagnostics, context: ConditionContext) {
    this.problems = problems;
    this.context = context;
  }

  run(file: SourceFile, depth = 0): void {
    const statements = splitStatements(file, this.problems);
    const conditions: { wasTaken: boolean; isActive: boolean; hadElse: boolean; span: Span }[] = [];
    for (let i = 0; i < statements.length && !this.hasEnded; i++) {
      const statement = statements[i]!;
      if (++this.statements > STATEMENT_LIMIT) return this.giveUp(statement);
      // A quick look at the first characters keeps ordinary lines cheap.
      const match = /^\.(if\w*|else\w*|endif|macro|endm|rept|irpc?|endr|purgem|end|exitm)(?![\w.$:])/.exec(
        statement.text,
      );
      const isActive = conditions.every((condition) => condition.isActive);
      if (match === null) {
        if (isActive) this.ordinary(statement, depth);
        continue;
      }
      const name = match[1]!;
      const rest = statement.text.slice(match[0].length).trim();
      if (name.startsWith("if")) {
        const holds = isActive && this.holds(name, rest, statement);
        conditions.push({ wasTaken: holds || !isActive, isActive: holds, hadElse: false, span: spanOf(statement) });
      } else if (name.startsWith("else")) {
        const condition = conditions.at(-1);
        if (condition === undefined || condition.hadElse)
          this.problems.error(`\`.${name}\` without \`.if\``, spanOf(statement));
        else if (name === "else") {
          condition.isActive = !condition.wasTaken;
          condition.hadElse = true;
        } else {
          condition.isActive = !condition.wasTaken && this.holds(name.slice(4), rest, statement);
          condition.wasTaken ||= condition.isActive;
        }
      } else if (name === "endif") {
        if (conditions.pop() === undefined) this.problems.error("`.endif` without `.if`", spanOf(statement));
      } else if (name === "macro" || name === "rept" || name.startsWith("irp")) {
        const end = this.findEnd(statements, i, name === "macro" ? "macro" : "rept");
        if (end < 0) {
          this.problems.error(`\`.${name}\` is not closed`, spanOf(statement), {
            hint: name === "macro" ? "add `.endm`" : "add `.endr`",
          });
          return;
        }
        const from = statement.start + statement.text.length;
        const body = file.text.slice(from, statements[end]!.start).replace(/^[^\n]*\n|^;/, "");
        if (isActive) {
          if (name === "macro") this.define(rest, body, statement);
          else this.repeat(name, rest, body, statement, depth);
        }
        i = end;
      } else if (name === "end") {
        if (isActive) this.hasEnded = true;
      } else if (name === "exitm") {
        if (isActive) return;
      } else if (name === "purgem") {
        if (isActive) this.macros.delete(rest);
      } else this.problems.error(`\`.${name}\` without its beginning`, spanOf(statement));
    }
    for (const condition of conditions)
      this.problems.error("`.if` is not closed", condition.span, { hint: "add `.endif`" });
  }

  private giveUp(statement: Statement): void {
    if (!this.hasEnded)
      this.problems.error(`more than ${STATEMENT_LIMIT} statements after expansion`, spanOf(statement), {
        hint: "a macro or `.rept` repeats too often",
      });
    this.hasEnded = true;
  }

  /** A statement that is no directive of ours: a macro's use, or one for the parser. */
  private ordinary(statement: Statement, depth: number): void {
    if (this.macros.size > 0) {
      const match = /^((?:[\w.$]+\s*:\s*)*)([A-Za-z_.$][\w.$]*)\s*/.exec(statement.text);
      const macro = match === null ? undefined : this.macros.get(match[2]!);
      if (macro !== undefined) {
        const labels = match![1]!.trimEnd();
        if (labels !== "") this.context.statement({ ...statement, text: labels });
        return this.expand(macro, statement.text.slice(match![0].length), statement, depth);
      }
    }
    this.context.statement(statement);
  }

  private holds(name: string, rest: string, statement: Statement): boolean {
    const compare: Record<string, (value: number) => boolean> = {
      if: (value) => value !== 0,
      ifne: (value) => value !== 0,
      ifeq: (value) => value === 0,
      ifgt: (value) => value > 0,
      ifge: (value) => value >= 0,
      iflt: (value) => value < 0,
      ifle: (value) => value <= 0,
    };
    if (name === "ifdef") return this.context.isDefined(rest);
    if (name === "ifndef" || name === "ifnotdef") return !this.context.isDefined(rest);
    if (name === "ifb") return rest === "";
    if (name === "ifnb") return rest !== "";
    if (name === "ifc" || name === "ifnc") {
      const [a = "", b = ""] = splitArguments(rest);
      return (a === b) === (name === "ifc");
    }
    const test = compare[name];
    if (test === undefined) {
      this.problems.error(`unknown directive ".${name}"`, spanOf(statement), {
        hint: "use .if, .ifdef, .ifndef, .ifeq, .ifne, .ifgt, .ifge, .iflt, .ifle, .ifb, .ifnb, .ifc or .ifnc",
      });
      return false;
    }
    const value = this.context.evaluate(rest, statement);
    return value !== null && test(value);
  }

  /** Index of the matching end, or −1. */
  private findEnd(statements: readonly Statement[], start: number, kind: "macro" | "rept"): number {
    const [opens, closes] = kind === "macro" ? [/^\.macro\b/, /^\.endm\b/] : [/^\.(rept|irpc?)\b/, /^\.endr\b/];
    let nested = 0;
    for (let i = start + 1; i < statements.length; i++) {
      if (opens.test(statements[i]!.text)) nested++;
      else if (closes.test(statements[i]!.text) && nested-- === 0) return i;
    }
    return -1;
  }

  private define(rest: string, body: string, statement: Statement): void {
    const match = /^([A-Za-z_.$][\w.$]*)\s*,?\s*(.*)$/s.exec(rest);
    if (match === null)
      return this.problems.error("`.macro` needs a name", spanOf(statement), {
        hint: "write `.macro name argument, argument`",
      });
    const parameters = splitArguments(match[2]!).map((text) => {
      const [, name = text, kind = "", byDefault = ""] =
        /^([^\s:=]+)(?::(req|vararg))?(?:\s*=\s*(.*))?$/s.exec(text) ?? [];
      return { name, byDefault, isRequired: kind === "req", takesRest: kind === "vararg" };
    });
    this.macros.set(match[1]!, { name: match[1]!, parameters, body });
  }

  private expand(macro: Macro, text: string, statement: Statement, depth: number): void {
    const given = splitArguments(text);
    const values = new Map<string, string>();
    for (const [index, parameter] of macro.parameters.entries()) {
      const named = given.find((argument) => argument.startsWith(`${parameter.name}=`));
      let value = named !== undefined ? named.slice(parameter.name.length + 1) : given[index];
      if (parameter.takesRest) value = given.slice(index).join(", ");
      if ((value === undefined || value === "") && parameter.isRequired) {
        this.problems.error(`macro "${macro.name}" needs its argument "${parameter.name}"`, spanOf(statement));
      }
      values.set(parameter.name, value === undefined || value === "" ? parameter.byDefault : value);
    }
    const takesRest = macro.parameters.some((parameter) => parameter.takesRest);
    if (given.length > macro.parameters.length && !takesRest) {
      this.problems.error(
        `macro "${macro.name}" takes ${macro.parameters.length} arguments, and ${given.length} were given`,
        spanOf(statement),
      );
      return;
    }
    this.include(`macro ${macro.name}`, substitute(macro.body, values, this.expansions++), statement, depth);
  }

  private repeat(name: string, rest: string, body: string, statement: Statement, depth: number): void {
    if (name === "rept") {
      const count = this.context.evaluate(rest, statement);
      if (count === null) return;
      if (count < 0 || count * Math.max(1, body.length) > 50_000_000) {
        return this.problems.error(`a count of ${count} is out of range`, spanOf(statement));
      }
      return this.include(".rept", (body.endsWith("\n") ? body : `${body}\n`).repeat(count), statement, depth);
    }
    const [parameter = "", ...values] = splitArguments(rest);
    const each = name === "irpc" ? [...(values[0] ?? "")] : values;
    const text = each.map((value) => substitute(body, new Map([[parameter, value]]), this.expansions)).join("\n");
    this.include(`.${name}`, text, statement, depth);
  }

  private include(what: string, text: string, statement: Statement, depth: number): void {
    if (depth >= DEPTH_LIMIT) {
      if (!this.hasEnded)
        this.problems.error(`macros are expanded more than ${DEPTH_LIMIT} deep`, spanOf(statement), {
          hint: "a macro that uses itself needs an `.if` that ends it",
        });
      this.hasEnded = true;
      return;
    }
    const { line } = statement.file.placeOf(statement.start);
    this.run(new SourceFile(`${statement.file.name}:${line} (${what})`, text), depth + 1);
  }
}

export const spanOf = (statement: Statement): Span => ({
  file: statement.file,
  start: statement.start,
  end: statement.start + statement.text.length,
});

/** Replaces `\name`, `\@` and `\()`. */
function substitute(body: string, values: ReadonlyMap<string, string>, number: number): string {
  return body.replace(/\\(@|\(\)|[A-Za-z_.$][\w$]*)/g, (whole, name: string) => {
    if (name === "@") return String(number);
    if (name === "()") return "";
    return values.get(name) ?? whole;
  });
}

/** Splits at commas, or at spaces where there is no comma; quotes and parentheses hold together. */
function splitArguments(text: string): string[] {
  const out: string[] = [];
  let current = "";
  let depth = 0;
  let quoted = false;
  let wasQuoted = false;
  const flush = (): void => {
    const value = current.trim();
    out.push(wasQuoted && /^".*"$/s.test(value) ? value.slice(1, -1).replace(/\\"/g, '"') : value);
    current = "";
    wasQuoted = false;
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      current += c;
      if (c === "\\" && i + 1 < text.length) current += text[++i]!;
      else if (c === '"') quoted = false;
    } else if (c === '"') {
      quoted = wasQuoted = true;
      current += c;
    } else if (c === "," && depth === 0) flush();
    else if (/\s/.test(c) && depth === 0) {
      const next = text.slice(i).trimStart()[0];
      const before = current.trim().at(-1);
      // A space separates, unless an operator or a comma stands on either side of it.
      if (
        before !== undefined &&
        next !== undefined &&
        !/[,+\-*/|&^<>=(]/.test(next) &&
        !/[+\-*/|&^<>=(:]/.test(before)
      )
        flush();
    } else {
      if (c === "(") depth++;
      if (c === ")") depth--;
      current += c;
    }
  }
  if (current.trim() !== "" || out.length > 0) flush();
  return out;
}
