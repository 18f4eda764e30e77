/** One C source through the stages: preprocess, parse, check, generate. */
import type { Item } from "../asm/items.ts";
import { parseAssembly } from "../asm/parse.ts";
import { checkUnit } from "../c/check/check.ts";
import { generateUnit } from "../c/codegen/unit.ts";
import { parseUnit } from "../c/parse/parse.ts";
import { type Preprocessed, preprocess } from "../c/preprocess/preprocess.ts";
import { type Diagnostic, Diagnostics, SourceFile, type Span } from "../diagnostics.ts";
import type { DriverHost } from "./host.ts";
import type { CcOptions } from "./options.ts";
import { chooseWarnings } from "./warnings.ts";

const MESSAGE_LIMIT = 500;
/** About 60,000 lines. */
const LONG_SOURCE_TOKENS = 400_000;

/** What one source file gave, and what is to be said about it. */
export interface Compiled<T> {
  /** Null when there were errors. */
  readonly result: T | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads each file once and hands out the same SourceFile every time. */
export class SourceCache {
  private readonly host: DriverHost;
  private readonly files = new Map<string, SourceFile | null>();

  constructor(host: DriverHost) {
    this.host = host;
  }

  read(path: string): SourceFile | null {
    let file = this.files.get(path);
    if (file === undefined) {
      const bytes = this.host.readFile(path);
      file = bytes === null ? null : new SourceFile(path, new TextDecoder().decode(bytes));
      this.files.set(path, file);
    }
    return file;
  }
}

export function preprocessFile(
  file: SourceFile,
  options: CcOptions,
  sysroot: string,
  cache: SourceCache,
  diagnostics: Diagnostics,
  isAssembly: boolean,
): Preprocessed {
  const standard = options.noStandardInclude ? [] : [`${sysroot}/include`];
  return preprocess(
    withForcedIncludes(file, options),
    {
      includePaths: [...options.includePaths, ...standard],
      defines: [
        ...options.defines,
        ...(options.level > 0 ? ["__OPTIMIZE__=1"] : []),
        ...(isAssembly ? ["__ASSEMBLER__=1"] : []),
      ],
      undefines: options.undefines,
    },
    cache,
    diagnostics,
  );
}

/** -include FILE: the source behaves as if its first lines included them. They share line 1, so that line numbers stay. */
function withForcedIncludes(file: SourceFile, options: CcOptions): SourceFile {
  if (options.forcedIncludes.length === 0) return file;
  const lines = options.forcedIncludes.map((name) => `#include ${JSON.stringify(name)}\n`).join("");
  return new SourceFile(file.name, `${lines}#line 1 ${JSON.stringify(file.name)}\n${file.text}`);
}

/** C to the assembler's items. */
export function compileC(file: SourceFile, options: CcOptions, host: DriverHost, cache: SourceCache): Compiled<Item[]> {
  const diagnostics = new Diagnostics(MESSAGE_LIMIT);
  const preprocessed = preprocessFile(file, options, host.sysroot, cache, diagnostics, false);
  const parsed = parseUnit(preprocessed.tokens, preprocessed.packs, diagnostics);
  const tree = checkUnit(parsed, file.name, diagnostics);
  const shown = (): Diagnostic[] => chooseWarnings(diagnostics.list, options);
  const failed = (list: readonly Diagnostic[]): boolean => list.some((item) => item.severity === "error");
  if (tree === null || diagnostics.failed || failed(shown())) return { result: null, diagnostics: shown() };
  if (options.syntaxOnly) return { result: [], diagnostics: shown() };
  const items = generateUnit(tree, {
    level: options.level,
    debug: options.debug,
    // One source this long may fill the reach of a single jump.
    longCalls: options.longCalls || preprocessed.tokens.length > LONG_SOURCE_TOKENS,
    functionSections: options.functionSections,
    dataSections: options.dataSections,
    common: options.common,
    diagnostics,
    workingDirectory: host.workingDirectory ?? "/",
    parseAsm: (text, span) => parseAsmText(text, span, diagnostics),
  });
  return { result: diagnostics.failed ? null : items, diagnostics: shown() };
}

/** The text of an asm statement; mistakes in it are reported at the statement. */
function parseAsmText(text: string, span: Span | null, diagnostics: Diagnostics): Item[] {
  const problems = new Diagnostics();
  const items = parseAssembly(new SourceFile("<asm>", `${text}\n`), problems);
  for (const problem of problems.list) {
    diagnostics.add({ ...problem, message: `in asm: ${problem.message}`, span });
  }
  return items.map((item) => (span === null ? item : ({ ...item, span } as Item)));
}
