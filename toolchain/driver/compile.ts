/** One C source through the stages: preprocess, parse, check, generate. */

import type { Item } from "../asm/items.ts";
import { generateUnit } from "../c/codegen/unit.ts";
import { frontEnd, preprocessOnly } from "../c/front-end.ts";
import { guardDepth } from "../c/parse/depth.ts";
import type { PreprocessOptions } from "../c/preprocess/preprocess.ts";
import { type Diagnostic, Diagnostics, SourceFile } from "../diagnostics.ts";
import { sourceText } from "../source-text.ts";
import { parseAsmText } from "./asm-text.ts";
import type { DriverHost } from "./host.ts";
import type { CcOptions } from "./options.ts";
import { sourceFile } from "./reuse.ts";

/** A source of about 30,000 lines. */
const LONG_SOURCE_BYTES = 1_000_000;

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
      file = bytes === null ? null : sourceFile(path, bytes, this.host.sysroot);
      this.files.set(path, file);
    }
    return file;
  }
}

const preprocessOptions = (options: CcOptions, sysroot: string, isAssembly: boolean): PreprocessOptions => ({
  includePaths: [...options.includePaths, ...(options.noStandardInclude ? [] : [`${sysroot}/include`])],
  defines: [...options.defines, ...(isAssembly ? ["__ASSEMBLER__=1"] : [])],
  undefines: options.undefines,
});

/** The source after preprocessing, as `cc -E` prints it. */
export function preprocessText(
  file: SourceFile,
  options: CcOptions,
  host: DriverHost,
  cache: SourceCache,
  isAssembly: boolean,
): { text: string; diagnostics: readonly Diagnostic[] } {
  return preprocessOnly(
    withForcedIncludes(file, options, host),
    preprocessOptions(options, host.sysroot, isAssembly),
    cache,
  );
}

/**
 * -include FILE: the source behaves as if its first lines included them. They share line 1, so that line numbers stay. A file of the
 * present folder comes first, as in other compilers; it is put in as text, because an #include would look beside the source.
 */
function withForcedIncludes(file: SourceFile, options: CcOptions, host: DriverHost): SourceFile {
  if (options.forcedIncludes.length === 0) return file;
  const lines = options.forcedIncludes
    .map((name) => {
      const here = host.readFile(name);
      const quoted = JSON.stringify(name);
      return here === null ? `#include ${quoted}\n` : `#line 1 ${quoted}\n${sourceText(here)}\n`;
    })
    .join("");
  return new SourceFile(file.name, `${lines}#line 1 ${JSON.stringify(file.name)}\n${file.text}`);
}

/** C to the assembler's items. */
export function compileC(
  file: SourceFile,
  options: CcOptions,
  host: DriverHost,
  cache: SourceCache,
): Compiled<readonly Item[]> {
  const front = frontEnd(
    withForcedIncludes(file, options, host),
    { ...preprocessOptions(options, host.sysroot, false), warnings: options.warnings },
    cache,
  );
  if (front.unit === null) return { result: null, diagnostics: front.diagnostics };
  if (options.syntaxOnly) return { result: [], diagnostics: front.diagnostics };
  const diagnostics = new Diagnostics();
  const { unit } = front;
  const generate = (): Item[] =>
    generateUnit(unit, {
      level: options.level,
      debug: options.debug,
      // One source this long may fill the reach of a single jump.
      longCalls: options.longCalls || file.text.length > LONG_SOURCE_BYTES,
      functionSections: options.functionSections,
      dataSections: options.dataSections,
      common: options.common,
      diagnostics,
      workingDirectory: host.workingDirectory ?? "/",
      parseAsm: (text, span) => parseAsmText(text, span, diagnostics),
    });
  // Long chains of operators pass the checker and can still be too deep for the generator.
  const items = guardDepth(diagnostics, file, generate);
  return { result: diagnostics.failed ? null : items, diagnostics: [...front.diagnostics, ...diagnostics.list] };
}
