/** The texts of asm statements: parsed on their own, and what is wrong in them is said at the statement. */
import type { Item } from "../asm/items.ts";
import { parseAssembly } from "../asm/parse.ts";
import { type Diagnostic, Diagnostics, SourceFile, type Span } from "../diagnostics.ts";

/** A template with its operands filled in. */
class AsmText extends SourceFile {
  readonly statement: Span | null;

  constructor(text: string, statement: Span | null) {
    super("<asm>", text);
    this.statement = statement;
  }
}

/** The items of a statement's text. Their spans lie in the text, for `atStatement`. */
export function parseAsmText(text: string, statement: Span | null, diagnostics: Diagnostics): Item[] {
  const problems = new Diagnostics();
  const items = parseAssembly(new AsmText(`${text}\n`, statement), problems);
  for (const problem of problems.list) diagnostics.add(atStatement(problem));
  return items;
}

/** A message about an asm statement's text, moved to the statement, with the instruction quoted; others stay as they are. */
export function atStatement(problem: Diagnostic): Diagnostic {
  const { span, fix, notes, ...rest } = problem;
  if (!(span?.file instanceof AsmText)) return problem;
  const message = `in asm '${instructionAt(span)}': ${problem.message}`;
  return {
    ...rest,
    message,
    span: span.file.statement,
    ...(notes === undefined ? {} : { notes: notes.map(atStatement) }),
  };
}

/** The instruction around a place of the text. */
function instructionAt({ file: { text }, start }: Span): string {
  const first = Math.max(text.lastIndexOf("\n", start - 1), text.lastIndexOf(";", start - 1)) + 1;
  const ends = [text.indexOf("\n", start), text.indexOf(";", start)].filter((end) => end >= 0);
  return text.slice(first, Math.min(...ends, text.length)).trim();
}
