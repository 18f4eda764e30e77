/** The compiler driver: which file goes through which stage, and where the results are put. */

import { assembleItems, assembleText } from "../asm/assemble.ts";
import { printItems } from "../asm/print-items.ts";
import { type Diagnostic, renderDiagnostics, SourceFile } from "../diagnostics.ts";
import type { ObjectFile } from "../elf/object.ts";
import { writeObject } from "../elf/write.ts";
import { type LinkInput, link } from "../link.ts";
import { atStatement } from "./asm-text.ts";
import { compileC, preprocessText, SourceCache } from "./compile.ts";
import { baseName, type DriverHost, failure, ok, type ToolResult, withoutSuffix } from "./host.ts";
import { CC_HELP, type CcInput, type CcOptions, parseOptions } from "./options.ts";
import { sysrootArchive } from "./reuse.ts";
import { unknownWarnings } from "./warning-names.ts";

export const VERSION = "Faultline cc 0.1 (RV32IMA, ILP32, C11)";

/** Runs the compiler. Status 0: done; 1: errors in the input; 2: a wrong command line. */
export function cc(args: readonly string[], host: DriverHost): ToolResult {
  const options = parseOptions(args);
  if (typeof options === "string") return failure(`cc: error: ${options}\n`, 2);
  if (options.help) return ok(CC_HELP);
  if (options.version) return ok(`${VERSION}\n`);
  if (options.inputs.every((input) => input.kind === "library")) {
    if (options.verbose) return ok("", `${VERSION}\nsysroot: ${host.sysroot}\n`);
    return failure("cc: error: no input files; name a C file to compile, or see cc --help\n", 2);
  }
  if (options.output !== null && options.stopAfter !== "link" && sourceCount(options) > 1) {
    return failure(`cc: error: -o ${options.output} with several source files and no linking: leave out -o\n`, 2);
  }
  return new Run(options, host).run();
}

const sourceCount = (options: CcOptions): number =>
  options.inputs.filter((input) => input.kind === "file" && stageOf(input) !== "object").length;

type Stage = "c" | "assembly-with-cpp" | "assembly" | "preprocessed" | "object";

function stageOf(input: CcInput): Stage {
  if (input.language === "c") return "c";
  if (input.language === "assembler") return "assembly";
  if (input.language === "assembler-with-cpp") return "assembly-with-cpp";
  if (input.name.endsWith(".c")) return "c";
  if (input.name.endsWith(".i")) return "c";
  if (input.name.endsWith(".s")) return "assembly";
  return input.name.endsWith(".S") ? "assembly-with-cpp" : "object";
}

class Run {
  private readonly options: CcOptions;
  private readonly host: DriverHost;
  private readonly cache: SourceCache;
  private readonly links: LinkInput[] = [];
  private readonly diagnostics: Diagnostic[] = [];
  private stdout = "";
  private notes = "";
  private failed = false;

  constructor(options: CcOptions, host: DriverHost) {
    this.options = options;
    this.host = host;
    this.cache = new SourceCache(host);
  }

  run(): ToolResult {
    this.report(unknownWarnings(this.options.warnings));
    const linking = this.options.stopAfter === "link" && !this.options.syntaxOnly;
    if (linking && !this.options.noStartFiles) this.addFile(`${this.host.sysroot}/lib/crt0.o`, "the C runtime");
    for (const input of this.options.inputs) {
      if (input.kind === "library") this.addLibrary(input.name);
      else this.input(input);
    }
    if (linking && !this.options.noStandardLibrary) this.addFile(`${this.host.sysroot}/lib/libc.a`, "the C library");
    if (linking && !this.failed) this.link();
    const status = this.failed ? 1 : 0;
    if (this.diagnostics.length === 0) return { status, stdout: this.stdout, stderr: this.notes };
    const rendered = renderDiagnostics(this.diagnostics, { colour: this.host.colour ?? false });
    return { status, stdout: this.stdout, stderr: this.notes + rendered };
  }

  private say(text: string): void {
    if (this.options.verbose) this.notes += `${text}\n`;
  }

  private report(list: readonly Diagnostic[]): void {
    this.diagnostics.push(...list);
    if (list.some((item) => item.severity === "error")) this.failed = true;
  }

  private problem(message: string, place: string, hint?: string): void {
    this.report([{ severity: "error", message, span: null, place, ...(hint === undefined ? {} : { hint }) }]);
  }

  private input(input: CcInput): void {
    const stage = stageOf(input);
    if (stage === "object") {
      if (this.options.stopAfter !== "link") return;
      this.addFile(input.name, null);
      return;
    }
    const file = this.cache.read(input.name);
    if (file === null) {
      this.problem("there is no such file", input.name, "check the name and the present folder");
      return;
    }
    this.say(`compile ${input.name}`);
    if (this.options.stopAfter === "preprocess") this.preprocessOnly(file, stage);
    else if (stage === "c") this.compile(file);
    else this.assemble(stage === "assembly-with-cpp" ? this.preprocessedAssembly(file) : file);
  }

  private preprocessOnly(file: SourceFile, stage: Stage): void {
    const text = this.preprocessed(file, stage !== "c");
    if (this.options.output === null) this.stdout += text;
    else this.write(this.options.output, new TextEncoder().encode(text), false);
  }

  private preprocessed(file: SourceFile, isAssembly: boolean): string {
    const { text, diagnostics } = preprocessText(file, this.options, this.host, this.cache, isAssembly);
    this.report(diagnostics);
    return text;
  }

  private preprocessedAssembly(file: SourceFile): SourceFile {
    return new SourceFile(file.name, this.preprocessed(file, true));
  }

  private compile(file: SourceFile): void {
    const { result, diagnostics } = compileC(file, this.options, this.host, this.cache);
    this.report(diagnostics);
    if (result === null) {
      this.failed = true;
      return;
    }
    if (this.options.syntaxOnly) return;
    if (this.options.stopAfter === "compile") {
      const output = this.options.output ?? `${withoutSuffix(baseName(file.name))}.s`;
      if (output === "-") this.stdout += printItems(result);
      else this.write(output, new TextEncoder().encode(printItems(result)), false);
      return;
    }
    this.finish(file.name, assembleItems(result, { name: objectName(file.name) }));
  }

  private assemble(file: SourceFile): void {
    if (this.options.stopAfter === "compile" || this.options.syntaxOnly) return;
    this.finish(file.name, assembleText(file, { name: objectName(file.name) }));
  }

  private finish(source: string, result: ReturnType<typeof assembleItems>): void {
    if (!result.ok) {
      this.report(result.diagnostics.map(atStatement));
      this.failed = true;
      return;
    }
    this.report(result.warnings.map(atStatement));
    if (this.options.stopAfter === "link") this.links.push({ kind: "object", object: result.object });
    else this.writeObject(this.options.output ?? objectName(source), result.object);
  }

  private writeObject(path: string, object: ObjectFile): void {
    this.write(path, writeObject(object), false);
  }

  private write(path: string, bytes: Uint8Array, isExecutable: boolean): void {
    const problem = this.host.writeFile(path, bytes, isExecutable);
    if (problem !== null) this.problem(`cannot write: ${problem}`, path);
  }

  // ---- linking ---------------------------------------------------------------------------------------------------------

  private addFile(path: string, role: string | null): void {
    const bytes = this.host.readFile(path);
    if (bytes === null) {
      const hint = role === null ? "check the name and the present folder" : "-nostdlib links without it";
      this.problem(role === null ? "there is no such file" : `${role} is not there`, path, hint);
      return;
    }
    this.addBytes(path, bytes);
  }

  private addBytes(path: string, bytes: Uint8Array): void {
    const archive = sysrootArchive(path, bytes, this.host.sysroot);
    this.links.push(
      archive === null ? { kind: "file", name: path, bytes } : { kind: "archive", archive, isLibrary: true },
    );
  }

  private addLibrary(name: string): void {
    if (this.options.stopAfter !== "link") return;
    const folders = [...this.options.libraryPaths, `${this.host.sysroot}/lib`];
    for (const folder of folders) {
      const path = `${folder}/lib${name}.a`;
      const bytes = this.host.readFile(path);
      if (bytes === null) continue;
      this.addBytes(path, bytes);
      return;
    }
    // What other systems keep apart from libc stands in libc.a here.
    if (["c", "m", "gcc", "pthread", "dl", "rt", "util"].includes(name)) return;
    this.problem(
      `lib${name}.a is in none of the folders searched: ${folders.join(", ")}`,
      `-l${name}`,
      "add its folder with -L",
    );
  }

  private link(): void {
    const { options } = this;
    const output = options.output ?? "a.out";
    this.say(`link ${output}`);
    const result = link(this.links, {
      ...(options.entry === null ? {} : { entry: options.entry }),
      ...(options.baseVaddr === null ? {} : { baseVaddr: options.baseVaddr }),
      gcSections: options.gcSections,
      strip: options.strip,
      map: options.mapFile !== null,
      undefinedRoots: options.undefinedRoots,
    });
    if (!result.ok) {
      this.report(result.diagnostics);
      this.failed = true;
      return;
    }
    this.report(result.warnings);
    this.write(output, result.executable, true);
    if (options.mapFile !== null && result.map !== null)
      this.write(options.mapFile, new TextEncoder().encode(result.map), false);
  }
}

const objectName = (source: string): string => `${withoutSuffix(baseName(source))}.o`;
