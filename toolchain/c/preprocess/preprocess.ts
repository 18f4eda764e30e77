/**
 * The preprocessor: translation phases 3 and 4 of C11, and the joining of included files into one list of tokens.
 *
 * Directives are carried out while tokens are pulled from the file, so that a macro invocation may span lines and directives.
 * Files come from a `FileProvider`; nothing here knows of a file system. GNU forms: `#include_next`, `#warning`, named variadic
 * parameters, `, ## __VA_ARGS__`, `__COUNTER__`, `__has_include`. `#pragma once`, `pack`, `push_macro` and `GCC diagnostic` are known.
 * Leaves out: trigraphs, `#assert`, `#ident`'s effect.
 */
import { type Diagnostics, SourceFile as Source, type SourceFile, type Span } from "../../diagnostics.ts";
import { parseText } from "../literals.ts";
import { tokenize } from "../tokenize.ts";
import { inPlaceOf, spanBetween, spanOf, type Token, TokenKind } from "../tokens.ts";
import { evaluateCondition } from "./condition.ts";
import { macroOf } from "./define.ts";
import { Expander, type TokenStream } from "./expand.ts";
import { type FileProvider, headerNameOf, IncludeSearch } from "./include.ts";
import { isSameMacro, type Macro } from "./macros.ts";
import { Pragmas } from "./pragma.ts";
import { PREDEFINED_FILE } from "./predefined.ts";
import { Questions } from "./questions.ts";
import {
  blanksAfterBackslash,
  escapeOutside,
  headerSlip,
  missingHeaderHint,
  misspeltEnd,
  nearestDirective,
} from "./slips.ts";
import { correctionOf } from "./typography.ts";

export interface PreprocessOptions {
  readonly includePaths?: readonly string[];
  /** `-D`: "NAME", "NAME=value" or "NAME(x)=value". */
  readonly defines?: readonly string[];
  readonly undefines?: readonly string[];
}

export interface Preprocessed {
  /** Preprocessed tokens; the last is an End token. */
  readonly tokens: readonly Token[];
  /** Alignment asked for by `#pragma pack` at each struct or union keyword that stands under one. */
  readonly packs: ReadonlyMap<Token, number>;
  /** Every file read, the main file first. */
  readonly files: readonly SourceFile[];
  /** A file was missing: what follows would only be a trail of errors, so no tokens are given. */
  readonly isFatal: boolean;
}

const INCLUDE_DEPTH_LIMIT = 100;

/** One `#if` group. */
interface Conditional {
  readonly open: Token;
  /** A branch has been taken, or the whole group is skipped. */
  isDone: boolean;
  hasElse: boolean;
}

/** A file being read. */
interface Reader {
  readonly file: SourceFile;
  readonly tokens: readonly Token[];
  at: number;
  readonly conditionals: Conditional[];
  /** Index of the include path where it was found, for #include_next; −1 for the main file and quotes. */
  readonly pathIndex: number;
  /** Set by #line. */
  lineDelta: number;
  presumedName: string;
}

/** Preprocesses a file. The diagnostics go to the given list; the result can be used even after errors. */
export function preprocess(
  main: SourceFile,
  options: PreprocessOptions,
  files: FileProvider,
  diagnostics: Diagnostics,
): Preprocessed {
  return new Preprocessor(options, files, diagnostics).run(main);
}

let predefinedMacros: ReadonlyMap<string, Macro> | null = null;

class Preprocessor {
  readonly macros: Map<string, Macro>;
  readonly diagnostics: Diagnostics;
  private readonly options: PreprocessOptions;
  private readonly expander: Expander;
  private readonly pragmas: Pragmas;
  private readonly includes: IncludeSearch;
  private readonly questions: Questions;
  private readonly readers: Reader[] = [];
  private readonly files = new Set<SourceFile>();
  private readonly packs = new Map<Token, number>();
  private counter = 0;
  private isStopped = false;
  private isFatal = false;

  constructor(options: PreprocessOptions, provider: FileProvider, diagnostics: Diagnostics) {
    this.options = options;
    this.diagnostics = diagnostics;
    this.macros = new Map(predefinedMacros ?? []);
    this.pragmas = new Pragmas(this.macros, diagnostics);
    this.includes = new IncludeSearch(options.includePaths ?? [], provider);
    this.expander = new Expander(this);
    this.questions = new Questions(this.macros, this.expander, this.includes, diagnostics);
  }

  run(main: SourceFile): Preprocessed {
    if (predefinedMacros === null) {
      this.definePredefined();
      predefinedMacros = new Map(this.macros);
    }
    this.commandLine();
    this.enter(main, -1);
    const out: Token[] = [];
    const stream = this.expander.stream(() => this.fileToken());
    let last: Token | null = null;
    for (;;) {
      if (stream.isEmpty && this.pragmas.pack === 0) this.copyPlain(out);
      const token = stream.next();
      if (token === null) break;
      last = token;
      if (this.isStopped) break;
      if (token.kind === TokenKind.Identifier) {
        if (this.expander.expand(token, stream)) continue;
        if (token.text === "_Pragma") {
          this.pragmaOperator(token, stream);
          continue;
        }
        if (this.pragmas.pack !== 0 && (token.text === "struct" || token.text === "union")) {
          // A token of its own: the file may be included again under another pack.
          const packed = Object.assign(Object.create(Object.getPrototypeOf(token)), token) as Token;
          this.packs.set(packed, this.pragmas.pack);
          out.push(packed);
          continue;
        }
      } else if (token.kind === TokenKind.Other) {
        this.strayToken(token, stream, out);
        continue;
      } else if (token.kind === TokenKind.End) break;
      out.push(token);
    }
    const end = last?.kind === TokenKind.End ? last : tokenize(main).at(-1)!;
    if (this.isFatal) out.length = 0;
    out.push(end);
    return { tokens: out, packs: this.packs, files: [...this.files], isFatal: this.isFatal };
  }

  /** Text that is no token: said once, and read as what it was meant to be. */
  private strayToken(token: Token, stream: TokenStream, out: Token[]): void {
    const span = spanOf(token);
    const correction = correctionOf(token);
    if (correction === null) {
      const extra = token.text === "\\" ? escapeOutside(stream) : {};
      this.diagnostics.error(token.problem ?? `stray '${token.text}' in the program`, span, extra);
      return;
    }
    const { replacement, kind, message, hint } = correction;
    const fix = token.macro === null && replacement !== "" ? { fix: { span, replacement } } : {};
    this.diagnostics.error(message, span, { ...fix, ...(hint === undefined ? {} : { hint }) });
    if (replacement !== "") out.push(inPlaceOf(token, kind, replacement));
  }

  // ---- tokens of files -------------------------------------------------------------------------------------------------

  private enter(file: SourceFile, pathIndex: number): void {
    const blanks = file.isOfSysroot ? null : blanksAfterBackslash(file);
    if (blanks !== null)
      this.diagnostics.warning("blanks stand between this backslash and the end of its line", blanks, {
        option: "Wbackslash-newline-escape",
        hint: "the lines are joined all the same; other compilers may not do that",
      });
    this.files.add(file);
    this.readers.push({
      file,
      tokens: tokenize(file),
      at: 0,
      conditionals: [],
      pathIndex,
      lineDelta: 0,
      presumedName: file.name,
    });
  }

  /** Most tokens are what they are: copies them up to the next one that may be a macro, a directive or a mistake, or that ends the file. */
  private copyPlain(out: Token[]): void {
    const reader = this.readers[this.readers.length - 1];
    if (reader === undefined) return;
    const { tokens } = reader;
    for (; ; reader.at++) {
      const token = tokens[reader.at]!;
      const { kind, text } = token;
      if (kind === TokenKind.Identifier) {
        if (text === "_Pragma" || this.macros.has(text)) return;
      } else if (kind === TokenKind.Punctuator) {
        if (token.startsLine && (text === "#" || text === "%:")) return;
      } else if (kind === TokenKind.Other || kind === TokenKind.End) return;
      out.push(token);
    }
  }

  /** The next token of the innermost file, directives carried out. The main file's End token is returned once. */
  private fileToken(): Token | null {
    for (;;) {
      const reader = this.readers[this.readers.length - 1];
      if (reader === undefined) return null;
      const token = reader.tokens[reader.at++]!;
      if (token.kind === TokenKind.End) {
        for (const open of reader.conditionals) {
          this.diagnostics.error(
            `#${open.open.text} without #endif`,
            spanOf(open.open),
            misspeltEnd(open.open, reader.tokens),
          );
        }
        this.readers.pop();
        if (this.readers.length === 0) return token;
        continue;
      }
      if (token.startsLine && token.kind === TokenKind.Punctuator && (token.text === "#" || token.text === "%:")) {
        this.directive(reader, token);
        if (this.isStopped) return null;
        continue;
      }
      return token;
    }
  }

  /** The rest of the line. */
  private line(reader: Reader): Token[] {
    const start = reader.at;
    const { tokens } = reader;
    while (!tokens[reader.at]!.startsLine) reader.at++;
    return tokens.slice(start, reader.at);
  }

  // ---- directives ------------------------------------------------------------------------------------------------------

  private directive(reader: Reader, hash: Token): void {
    const name = reader.tokens[reader.at]!;
    if (name.startsLine) return; // the null directive
    reader.at++;
    if (name.kind === TokenKind.Number)
      this.line(reader); // a line marker, as in preprocessed text
    else this.carryOut(reader, hash, name);
  }

  private carryOut(reader: Reader, hash: Token, name: Token): void {
    switch (name.text) {
      case "define":
        this.install(macroOf(name, this.line(reader), this.diagnostics));
        return;
      case "undef":
        this.undefine(name, this.line(reader));
        return;
      case "include":
      case "include_next":
      case "import":
        this.include(reader, name, this.line(reader));
        return;
      case "if":
        this.openGroup(
          reader,
          name,
          evaluateCondition(this.questions.conditionTokens(this.line(reader), reader), spanOf(name), this.diagnostics),
        );
        return;
      case "ifdef":
      case "ifndef":
        this.openGroup(reader, name, this.isDefinedName(name, this.line(reader)) === (name.text === "ifdef"));
        return;
      case "elif":
      case "else":
      case "endif":
        this.groupPart(reader, name);
        return;
      case "line":
        this.lineDirective(reader, name, this.line(reader));
        return;
      case "error":
      case "warning":
        this.userMessage(name, this.line(reader));
        return;
      case "pragma":
        this.pragmas.carryOut(reader.file, name, this.line(reader));
        return;
      case "ident":
        this.line(reader);
        return;
    }
    const near = nearestDirective(name.text);
    this.diagnostics.error(
      `unknown directive #${name.text}`,
      spanBetween(hash, name),
      near === null ? {} : { hint: `did you mean #${near}?`, fix: { span: spanOf(name), replacement: near } },
    );
    if (near === null) this.line(reader);
    else this.carryOut(reader, hash, inPlaceOf(name, TokenKind.Identifier, near));
  }

  private userMessage(name: Token, line: readonly Token[]): void {
    const last = line[line.length - 1];
    const text = last === undefined ? "" : ` ${name.file.text.slice(line[0]!.start, last.end)}`;
    if (name.text === "error") {
      this.diagnostics.error(`#error${text}`, spanOf(name));
    } else this.diagnostics.warning(`#warning${text}`, spanOf(name), { option: "Wcpp" });
  }

  private extra(line: readonly Token[], from: number, directive: Token): void {
    const token = line[from];
    if (token !== undefined)
      this.diagnostics.warning(`extra text after #${directive.text}`, spanOf(token), { option: "Wextra-tokens" });
  }

  // ---- conditionals ----------------------------------------------------------------------------------------------------

  private openGroup(reader: Reader, name: Token, isTaken: boolean): void {
    reader.conditionals.push({ open: name, isDone: isTaken, hasElse: false });
    if (!isTaken) this.skipGroup(reader);
  }

  private groupPart(reader: Reader, name: Token): void {
    const group = reader.conditionals[reader.conditionals.length - 1];
    if (group === undefined) {
      this.diagnostics.error(`#${name.text} without #if`, spanOf(name));
      this.line(reader);
      return;
    }
    if (name.text === "endif") {
      this.extra(this.line(reader), 0, name);
      reader.conditionals.pop();
      return;
    }
    // A taken group ends here: everything up to #endif is skipped.
    this.checkElse(group, name);
    this.line(reader);
    this.skipGroup(reader);
  }

  private checkElse(group: Conditional, name: Token): void {
    if (group.hasElse) {
      this.diagnostics.error(`#${name.text} after #else`, spanOf(name), {
        notes: [{ severity: "note", message: "the group begins here", span: spanOf(group.open) }],
      });
    }
    if (name.text === "else") group.hasElse = true;
  }

  /** Skips to the branch that is taken, or to #endif. */
  private skipGroup(reader: Reader): void {
    const { tokens } = reader;
    const group = reader.conditionals[reader.conditionals.length - 1]!;
    let nesting = 0;
    for (;;) {
      const token = tokens[reader.at]!;
      if (token.kind === TokenKind.End) return;
      reader.at++;
      if (!token.startsLine || (token.text !== "#" && token.text !== "%:") || tokens[reader.at]!.startsLine) continue;
      const name = tokens[reader.at]!;
      if (name.text === "if" || name.text === "ifdef" || name.text === "ifndef") nesting++;
      else if (name.text === "endif") {
        if (nesting-- > 0) continue;
        reader.at++;
        this.line(reader);
        reader.conditionals.pop();
        return;
      } else if (nesting === 0 && (name.text === "else" || name.text === "elif")) {
        reader.at++;
        this.checkElse(group, name);
        const line = this.line(reader);
        if (group.isDone) continue;
        if (
          name.text === "else" ||
          evaluateCondition(this.questions.conditionTokens(line, reader), spanOf(name), this.diagnostics)
        ) {
          group.isDone = true;
          return;
        }
      }
    }
  }

  private isDefinedName(directive: Token, line: readonly Token[]): boolean {
    const name = line[0];
    if (name === undefined || name.kind !== TokenKind.Identifier) {
      this.diagnostics.error(`#${directive.text} needs the name of a macro`, spanOf(name ?? directive));
      return false;
    }
    this.extra(line, 1, directive);
    return this.questions.isDefined(name.text);
  }

  // ---- #define ---------------------------------------------------------------------------------------------------------

  private install(macro: Macro | null): void {
    if (macro === null) return;
    const old = this.macros.get(macro.name);
    if (old !== undefined && !isSameMacro(old, macro)) {
      this.diagnostics.warning(`macro '${macro.name}' is defined again with another meaning`, macro.span, {
        notes:
          old.span.file === PREDEFINED_FILE
            ? []
            : [{ severity: "note", message: "it was defined here", span: old.span }],
      });
    }
    this.macros.set(macro.name, macro);
  }

  private undefine(directive: Token, line: readonly Token[]): void {
    const name = line[0];
    if (name === undefined || name.kind !== TokenKind.Identifier) {
      this.diagnostics.error("#undef needs the name of a macro", spanOf(name ?? directive));
      return;
    }
    this.extra(line, 1, directive);
    this.macros.delete(name.text);
  }

  private definePredefined(): void {
    this.defineFile(PREDEFINED_FILE);
    for (const [name, builtin] of [
      ["__FILE__", "file"],
      ["__LINE__", "line"],
      ["__COUNTER__", "counter"],
      ["__INCLUDE_LEVEL__", "include-level"],
    ] as const) {
      const span: Span = { file: PREDEFINED_FILE, start: 0, end: 0 };
      this.macros.set(name, { name, parameters: null, isVariadic: false, body: [], bodyParameter: [], span, builtin });
    }
  }

  private commandLine(): void {
    const lines: string[] = [];
    for (const define of this.options.defines ?? []) {
      const equals = define.indexOf("=");
      lines.push(equals < 0 ? `#define ${define} 1` : `#define ${define.slice(0, equals)} ${define.slice(equals + 1)}`);
    }
    for (const name of this.options.undefines ?? []) lines.push(`#undef ${name}`);
    if (lines.length > 0) this.defineFile(new Source("<command-line>", `${lines.join("\n")}\n`));
  }

  private defineFile(file: SourceFile): void {
    this.enter(file, -1);
    this.files.delete(file);
    while (this.fileToken()?.kind !== TokenKind.End);
  }

  // ---- #include --------------------------------------------------------------------------------------------------------

  private include(reader: Reader, directive: Token, line: readonly Token[]): void {
    let header = headerNameOf(line) ?? headerNameOf(this.expander.expandAll(line));
    if (header === null) {
      const meant = headerSlip(line);
      header = meant;
      this.diagnostics.error('#include needs "file" or <file>', spanOf(line[0] ?? directive), meant?.extra ?? {});
      if (header === null || this.includes.find(header.path, false, reader, false) === null) return;
    } else if (line[0]!.file === header.span.file) {
      const { span } = header;
      const after = line.findIndex((token) => token.file === span.file && token.start >= span.end);
      if (after > 0) this.extra(line, after, directive);
    }
    const found = this.includes.find(header.path, header.isQuoted, reader, directive.text === "include_next");
    if (found === null) {
      this.isFatal = true;
      this.diagnostics.error(`there is no file '${header.path}' to include`, header.span, {
        hint: missingHeaderHint(header.path, header.isQuoted),
      });
      return;
    }
    if (this.pragmas.once.has(found.file.name)) return;
    if (directive.text === "import") this.pragmas.once.add(found.file.name);
    if (this.readers.length > INCLUDE_DEPTH_LIMIT) {
      this.diagnostics.error(`files are included more than ${INCLUDE_DEPTH_LIMIT} deep`, header.span, {
        hint: "does the file include itself? An include guard or #pragma once stops that",
      });
      this.isStopped = true;
      return;
    }
    this.enter(found.file, found.pathIndex);
  }

  // ---- #line, #pragma, builtin macros ----------------------------------------------------------------------------------

  private lineDirective(reader: Reader, directive: Token, rawLine: readonly Token[]): void {
    const line = this.expander.expandAll(rawLine);
    const number = line[0]?.kind === TokenKind.Number && /^\d+$/.test(line[0].text) ? Number(line[0].text) : null;
    if (number === null || number > 2147483647) {
      this.diagnostics.error("#line needs a line number", spanOf(line[0] ?? directive));
      return;
    }
    reader.lineDelta = number - (reader.file.placeOf(directive.start).line + 1);
    const name = line[1];
    if (name === undefined) return;
    const parsed = name.kind === TokenKind.String ? parseText(name.text, "") : null;
    if (parsed === null || !parsed.ok) this.diagnostics.error("expected a file name in quotes", spanOf(name));
    else reader.presumedName = name.text.slice(1, -1).replace(/\\(.)/g, "$1");
  }

  private pragmaOperator(token: Token, stream: TokenStream): void {
    const [open, text, close] = [stream.next(), stream.next(), stream.next()];
    if (open?.text !== "(" || text?.kind !== TokenKind.String || close?.text !== ")") {
      this.diagnostics.error('_Pragma needs a string in parentheses: _Pragma("once")', spanOf(token));
      for (const unread of [close, text, open]) if (unread !== null && unread !== undefined) stream.push([unread]);
      return;
    }
    const words = text.text.slice(text.text.indexOf('"') + 1, -1).replace(/\\(["\\])/g, "$1");
    const reader = this.readers[this.readers.length - 1];
    if (reader !== undefined)
      this.pragmas.carryOut(reader.file, token, tokenize(new Source("<pragma>", words)).slice(0, -1));
  }

  giveUp(): void {
    this.isFatal = true;
    this.isStopped = true;
  }

  builtinText(macro: Macro, at: Token): string {
    const reader = this.readers[this.readers.length - 1];
    switch (macro.builtin) {
      case "line": {
        const delta = reader !== undefined && reader.file === at.file ? reader.lineDelta : 0;
        return String(at.file.placeOf(at.start).line + delta);
      }
      case "file": {
        const name = reader !== undefined && reader.file === at.file ? reader.presumedName : at.file.name;
        return `"${name.replace(/[\\"]/g, "\\$&")}"`;
      }
      case "counter":
        return String(this.counter++);
      default:
        return String(Math.max(0, this.readers.length - 1));
    }
  }
}
