/** Reads commands of the debugger and carries them out: interactively, from a script, or from standard input. */

import { KernelPanic } from "../../../kernel/panic.ts";
import { DebuggerError, type Stop } from "../../debugger/debugger.ts";
import { EvaluationError } from "../../debugger/expression.ts";
import { complete } from "../../debugger/search.ts";
import { COMMANDS, type Command, type Context } from "./commands.ts";
import { placeText, stopText } from "./show.ts";

/** What one command gave: text for people, and the same as data. */
export interface Answer {
  readonly text: string;
  readonly isError: boolean;
  readonly stop: Stop | null;
}

const byName = new Map<string, Command>();
for (const command of COMMANDS) for (const name of [command.name, ...command.aliases]) byName.set(name, command);

/** The command that a word means: by name, by abbreviation, else by an unambiguous beginning. Throws DebuggerError. */
export function findCommand(word: string): Command {
  const exact = byName.get(word);
  if (exact !== undefined) return exact;
  const fitting = COMMANDS.filter(({ name }) => name.startsWith(word));
  if (fitting.length === 1) return fitting[0];
  if (fitting.length > 1) throw new DebuggerError(`"${word}" could be ${fitting.map(({ name }) => name).join(", ")}`);
  throw new DebuggerError(`there is no command ${word}; help lists them`);
}

function help(argument: string): string {
  if (argument !== "") {
    const { usage, aliases, help: text } = findCommand(argument);
    return `${usage}${aliases.length === 0 ? "" : `   (${aliases.join(", ")})`}\n  ${text}`;
  }
  return COMMANDS.map(
    ({ usage, aliases, help: text }) => `${usage.padEnd(34)} ${(aliases[0] ?? "").padEnd(6)} ${text}`,
  ).join("\n");
}

/** Commands after which an empty line means "again". */
const REPEATED = new Set([
  "stepi",
  "nexti",
  "step",
  "next",
  "reverse-stepi",
  "reverse-nexti",
  "reverse-step",
  "reverse-next",
  "continue",
  "reverse-continue",
  "list",
  "x",
  "fault",
  "reverse-fault",
  "explain",
]);

export class Shell {
  readonly context: Context;
  private last = "";

  constructor(context: Context) {
    this.context = context;
  }

  /** Carries out one line, all at once. Mistakes of the person come back as text. */
  execute(line: string): Answer {
    return complete(this.executing(line));
  }

  /** The same in parts, so that Ctrl-C is noticed. */
  *executing(line: string): Generator<void, Answer> {
    const text = line.trim() === "" ? this.last : line.trim();
    if (text === "" || text.startsWith("#")) return { text: "", isError: false, stop: null };
    // x/8xw and p/x take their format without a space.
    const [, word, rest] = /^([^\s/]+|\S)\s*(.*)$/s.exec(text)!;
    this.context.isCancelled = false;
    try {
      if (word === "help" || word === "h") return { text: help(rest), isError: false, stop: null };
      const command = findCommand(word);
      this.last = REPEATED.has(command.name) ? (command.name === "explain" && rest === "" ? "" : text) : "";
      const result = command.run(this.context, rest.trim());
      if (typeof result === "string") return { text: result, isError: false, stop: null };
      const stop = yield* result;
      this.context.level = 0;
      this.context.listed = null;
      return { text: stopText(this.context.debug, stop, this.context.source), isError: false, stop };
    } catch (error) {
      if (error instanceof KernelPanic) {
        this.context.debug.timeline.recover();
        const text = `${error.message}: this is a mistake of Faultline, not of the program.\nThe machine stands before the action in which it happened; save FILE keeps the run for a report.\n${this.where()}`;
        return { text, isError: true, stop: null };
      }
      if (error instanceof DebuggerError || error instanceof EvaluationError || error instanceof RangeError)
        return { text: error.message, isError: true, stop: null };
      throw error;
    }
  }

  /** Completions of the last word of a line: commands first, then symbols. */
  complete(line: string): [string[], string] {
    const words = line.split(/\s+/);
    const last = words[words.length - 1];
    if (words.length === 1)
      return [[...COMMANDS.map(({ name }) => name), "help"].filter((name) => name.startsWith(last)), last];
    if (words[0] === "help") return [COMMANDS.map(({ name }) => name).filter((name) => name.startsWith(last)), last];
    const symbols = this.context.debug.image?.symbols ?? [];
    return [
      symbols
        .map(({ name }) => name)
        .filter((name) => last !== "" && name.startsWith(last))
        .slice(0, 100),
      last,
    ];
  }

  where(): string {
    return placeText(this.context.debug, this.context.source);
  }
}
