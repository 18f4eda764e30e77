/**
 * -Wmisleading-indentation, as in GCC: the statement after an `if`, `else`, `for` or `while` without braces is indented as if it belonged
 * to it.
 */
import type { SourceFile, Span } from "../../diagnostics.ts";
import type { BlockItem, Statement } from "../ast.ts";
import { isWarningEnabled } from "./options.ts";
import type { FlowReporter } from "./reporter.ts";

const TAB = 8;

/** Where a token stands as an editor shows it; `first` is the column of the line's first character that is not blank. */
interface Place {
  readonly line: number;
  readonly column: number;
  readonly first: number;
}

function placeOf(file: SourceFile, offset: number): Place {
  const { line, column } = file.placeOf(offset);
  let at = 0;
  let first = -1;
  const text = file.lineText(line);
  for (let i = 0; i < column - 1; i++) {
    if (first < 0 && text[i] !== " " && text[i] !== "\t") first = at;
    at = text[i] === "\t" ? (Math.floor(at / TAB) + 1) * TAB : at + 1;
  }
  return { line, column: at, first: first < 0 ? at : first };
}

interface Guard {
  readonly word: string;
  /** Where its word stands. */
  readonly start: number;
  readonly body: Statement;
}

/** The parts without braces that end with the statement, from the outside in. */
function guardsOf(s: Statement): Guard[] {
  const within = (guard: Guard): Guard[] => [guard, ...guardsOf(guard.body)];
  switch (s.kind) {
    case "labelled":
      return s.body.kind === "declaration" ? [] : guardsOf(s.body);
    case "if": {
      if (s.otherwise === null) return within({ word: "if", start: s.span.start, body: s.then });
      if (s.otherwise.kind === "if") return guardsOf(s.otherwise);
      const at = s.span.file.text.slice(0, s.otherwise.span.start).lastIndexOf("else");
      return at < s.span.start ? [] : within({ word: "else", start: at, body: s.otherwise });
    }
    case "while":
    case "for":
      return within({ word: s.kind, start: s.span.start, body: s.body });
    default:
      return [];
  }
}

export function checkIndentation(reporter: FlowReporter, item: BlockItem, next: BlockItem | undefined): void {
  if (next === undefined || item.kind === "declaration" || item.kind === "static-assert") return;
  if (next.kind === "labelled" || next.kind === "empty") return;
  for (const guard of guardsOf(item)) if (checkGuard(reporter, guard, item.span.file, next)) return;
}

function checkGuard(reporter: FlowReporter, guard: Guard, file: SourceFile, next: BlockItem): boolean {
  if (guard.body.kind === "compound" || guard.body.span.file !== file || next.span.file !== file) return false;
  if (!(guard.start < guard.body.span.start && guard.body.span.start < next.span.start)) return false;
  const place = (at: number): Place => placeOf(file, at);
  const [g, b, n] = [place(guard.start), place(guard.body.span.start), place(next.span.start)];
  const isEmptyBody = guard.body.kind === "empty" && guard.body.attributes.length === 0;
  const isNextFirst = n.first === n.column;
  const isTogether = b.line === n.line && !isEmptyBody && g.first === g.column;
  const isAligned = b.line > g.line && n.line > b.line && n.column === b.column && b.column > g.first && isNextFirst;
  const isBlock = next.kind === "compound";
  const isAfterEmpty =
    isEmptyBody && b.line === g.line && n.line === g.line + 1 && (n.column > g.first || isBlock) && isNextFirst;
  if (!isTogether && !isAligned && !isAfterEmpty) return false;
  // One message for one slip: -Wempty-body says the same of these.
  if (isAfterEmpty && guard.word !== "for" && isWarningEnabled(reporter.warnings, "Wempty-body")) return true;
  const word: Span = { file, start: guard.start, end: guard.start + guard.word.length };
  reporter.warn("Wmisleading-indentation", `this '${guard.word}' does not govern the statement after its body`, word, {
    hint: isAfterEmpty ? "a ';' ends it here" : "braces around both statements would, if that is meant",
    notes: [
      reporter.note(
        isBlock ? "this block runs once" : "this statement is indented as if it did, and always runs",
        next.span,
      ),
    ],
  });
  return true;
}
