/**
 * Messages about a person's mistakes: bad source, bad object file, bad option. Shared by the assembler, the C compiler,
 * the linker and the ELF reader.
 *
 * A message has a place, a cause and, where one can be guessed, a remedy. Nothing here throws and nothing prints:
 * tools collect `Diagnostic` values in a `Diagnostics` list and the caller renders them.
 */

/** A text that spans point into. Lines are numbered from 1. */
export class SourceFile {
  readonly name: string;
  readonly text: string;
  /** A header that comes with the compiler. */
  readonly isOfSysroot: boolean;
  private lineStartsCache: number[] | null = null;

  constructor(name: string, text: string, isOfSysroot = false) {
    this.name = name;
    this.text = text;
    this.isOfSysroot = isOfSysroot;
  }

  /** Offset of the first character of every line, ascending. */
  get lineStarts(): readonly number[] {
    if (this.lineStartsCache !== null) return this.lineStartsCache;
    const starts = [0];
    for (let at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", at + 1)) starts.push(at + 1);
    this.lineStartsCache = starts;
    return starts;
  }

  /** Line and column, both from 1, of an offset (clamped to the text). The column counts UTF-16 units. */
  placeOf(offset: number): { line: number; column: number } {
    const starts = this.lineStarts;
    const at = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - starts[low]! + 1 };
  }

  /** The text of a line (from 1) without its line end; empty when there is no such line. */
  lineText(line: number): string {
    const start = this.lineStarts[line - 1];
    if (start === undefined) return "";
    const end = this.lineStarts[line];
    return this.text.slice(start, end === undefined ? undefined : end - 1).replace(/\r$/, "");
  }
}

/** A half-open range of UTF-16 offsets in a file. */
export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

export type Severity = "error" | "warning" | "note";

/** A replacement that would mend the mistake. */
export interface Fix {
  readonly span: Span;
  readonly replacement: string;
}

export interface Diagnostic {
  readonly severity: Severity;
  /** What is wrong, in one line, without a full stop. */
  readonly message: string;
  /** Where; null when there is no text to point at (a binary, the command line). */
  readonly span: Span | null;
  /** Where, in words, when `span` is null: "main.o", "main.o: .text+0x14". */
  readonly place?: string;
  /** What to do about it, in one line. */
  readonly hint?: string;
  readonly fix?: Fix;
  /** The option that governs a warning, without its dash: "Wformat". */
  readonly option?: string;
  readonly notes?: readonly Diagnostic[];
}

type Extra = Partial<Pick<Diagnostic, "place" | "hint" | "fix" | "option" | "notes">>;

/** A growing list of diagnostics. Past `limit` errors further ones are counted and dropped, and past as many warnings. */
export class Diagnostics {
  readonly list: Diagnostic[] = [];
  readonly limit: number;
  errors = 0;
  warnings = 0;
  /** Diagnostics that were dropped because of the limit. */
  dropped = 0;

  constructor(limit = 100) {
    this.limit = limit;
  }

  add(diagnostic: Diagnostic): void {
    const isError = diagnostic.severity === "error";
    const number = isError ? ++this.errors : ++this.warnings;
    if (number <= this.limit) this.list.push(diagnostic);
    else this.dropped++;
  }

  error(message: string, span: Span | null, extra: Extra = {}): void {
    this.add({ severity: "error", message, span, ...extra });
  }

  warning(message: string, span: Span | null, extra: Extra = {}): void {
    this.add({ severity: "warning", message, span, ...extra });
  }

  get failed(): boolean {
    return this.errors > 0;
  }
}

export interface RenderOptions {
  /** ANSI colours. Severity is always also a word. */
  readonly colour?: boolean;
  /** Diagnostics shown before the rest is summed up in a line. Default 20. */
  readonly limit?: number;
}

const COLOURS = { error: "\x1b[1;31m", warning: "\x1b[1;35m", note: "\x1b[1;36m", help: "\x1b[1;32m", bold: "\x1b[1m" };
const RESET = "\x1b[0m";
/** Source lines longer than this are shown as a window around the caret. */
const LINE_LIMIT = 160;

/** The first line of a diagnostic: `file:line:col: error: message`. */
export function summarize(diagnostic: Diagnostic): string {
  return `${placeText(diagnostic)}${diagnostic.severity}: ${diagnostic.message}${optionText(diagnostic)}`;
}

/** One diagnostic with its source line, caret, remedy and notes, ending in a newline. */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions = {}): string {
  const paint = (name: keyof typeof COLOURS, text: string): string =>
    options.colour === true ? COLOURS[name] + text + RESET : text;
  const severity = diagnostic.severity;
  let out = `${paint("bold", placeText(diagnostic))}${paint(severity, severity + ":")} ${paint("bold", diagnostic.message)}${optionText(diagnostic)}\n`;
  if (diagnostic.span !== null) out += excerpt(diagnostic.span, (text) => paint(severity, text));
  if (diagnostic.hint !== undefined) out += `${paint("help", "help:")} ${diagnostic.hint}\n`;
  if (diagnostic.fix !== undefined) out += fixText(diagnostic.fix, (text) => paint("help", text));
  for (const note of diagnostic.notes ?? []) out += renderDiagnostic(note, options);
  return out;
}

/**
 * Every diagnostic, the number shown bounded, with a closing line that counts what was left out. However many warnings there
 * are, the first errors are among those shown.
 */
export function renderDiagnostics(list: readonly Diagnostic[], options: RenderOptions = {}): string {
  const limit = options.limit ?? 20;
  const errors = list.filter(({ severity }) => severity === "error").length;
  let warningsLeft = Math.max(0, limit - errors);
  let errorsLeft = limit;
  let out = list
    .filter(({ severity }) => (severity === "error" ? errorsLeft-- > 0 : warningsLeft-- > 0))
    .map((diagnostic) => renderDiagnostic(diagnostic, options))
    .join("");
  if (list.length > limit) out += `… and ${list.length - limit} more; mend the first ones and try again\n`;
  return out;
}

function placeText(diagnostic: Diagnostic): string {
  if (diagnostic.span !== null) {
    const { line, column } = diagnostic.span.file.placeOf(diagnostic.span.start);
    return `${diagnostic.span.file.name}:${line}:${column}: `;
  }
  return diagnostic.place !== undefined ? `${diagnostic.place}: ` : "";
}

const optionText = (diagnostic: Diagnostic): string =>
  diagnostic.option !== undefined ? ` [-${diagnostic.option}]` : "";

/** The source line and a caret under the span; a span over several lines is marked to the end of its first line. */
function excerpt(span: Span, paint: (text: string) => string): string {
  const { line, column } = span.file.placeOf(span.start);
  const whole = span.file.lineText(line);
  const from = column - 1 > LINE_LIMIT - 20 ? column - 1 - 60 : 0;
  const text = whole.slice(from, from + LINE_LIMIT).replace(/[\x00-\x08\x0b-\x1f\x7f]/g, "?");
  const before = text.slice(0, column - 1 - from).replace(/[^\t]/g, " ");
  const room = Math.max(1, text.length - (column - 1 - from));
  const length = Math.max(1, Math.min(span.end - span.start, room));
  const gutter = String(line).padStart(5);
  return `${gutter} | ${text}\n${" ".repeat(gutter.length)} | ${before}${paint("^" + "~".repeat(length - 1))}\n`;
}

function fixText(fix: Fix, paint: (text: string) => string): string {
  const { line, column } = fix.span.file.placeOf(fix.span.start);
  const whole = fix.span.file.lineText(line);
  const end = column - 1 + (fix.span.end - fix.span.start);
  return `${String(line).padStart(5)} + ${whole.slice(0, column - 1)}${paint(fix.replacement)}${whole.slice(end)}\n`;
}

/**
 * The candidate closest in spelling (Damerau–Levenshtein, optimal string alignment), or null when none is close enough to be a likely slip:
 * at most a third of the length, at least one edit, and more than one letter. `canBeEqual`: the name itself may be among the candidates.
 */
export function nearestName(name: string, candidates: Iterable<string>, canBeEqual = false): string | null {
  if (name.length < 2) return null;
  const allowed = Math.max(1, Math.floor(name.length / 3));
  let best: string | null = null;
  let bestDistance = allowed + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    if (candidate.length < 2) continue;
    const distance = editDistance(name, candidate, bestDistance);
    if (distance < bestDistance && (canBeEqual || distance > 0)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Edit distance with transpositions, cut off at `bound`. */
function editDistance(a: string, b: string, bound: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let rowBest = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let value = Math.min(last[j - 1]! + (same ? 0 : 1), last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        value = Math.min(value, beforeLast[j - 2]! + 1);
      }
      row.push(value);
      rowBest = Math.min(rowBest, value);
    }
    if (rowBest >= bound) return bound;
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
