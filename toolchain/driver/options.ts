/** The command line of `cc`, in the spelling of other C compilers. */

import { nearestName } from "../diagnostics.ts";

export interface Define {
  readonly kind: "define" | "undefine";
  readonly text: string;
}

export interface CcOptions {
  /** Where to stop: preprocess, compile, assemble, link. */
  stopAfter: "preprocess" | "compile" | "assemble" | "link";
  output: string | null;
  /** Source files, objects, archives and -l libraries in the order given. */
  inputs: CcInput[];
  includePaths: string[];
  /** -include FILE */
  forcedIncludes: string[];
  defines: string[];
  undefines: string[];
  libraryPaths: string[];
  /** -O given; null: 0 with -g, otherwise 1. */
  chosenLevel: 0 | 1 | null;
  level: 0 | 1;
  debug: boolean;
  /** -W… and -w without their dash, in order. */
  warnings: string[];
  longCalls: boolean;
  noStandardLibrary: boolean;
  noStartFiles: boolean;
  noStandardInclude: boolean;
  functionSections: boolean;
  dataSections: boolean;
  common: boolean;
  gcSections: boolean;
  strip: boolean;
  entry: string | null;
  baseVaddr: number | null;
  undefinedRoots: string[];
  mapFile: string | null;
  relocatable: boolean;
  verbose: boolean;
  help: boolean;
  version: boolean;
  syntaxOnly: boolean;
}

export interface CcInput {
  readonly kind: "file" | "library";
  readonly name: string;
  /** -x LANGUAGE in force, or null: by suffix. */
  readonly language: string | null;
}

export const blankOptions = (): CcOptions => ({
  stopAfter: "link",
  output: null,
  inputs: [],
  includePaths: [],
  forcedIncludes: [],
  defines: [],
  undefines: [],
  libraryPaths: [],
  chosenLevel: null,
  level: 1,
  debug: false,
  warnings: [],
  longCalls: false,
  noStandardLibrary: false,
  noStartFiles: false,
  noStandardInclude: false,
  functionSections: true,
  dataSections: true,
  common: false,
  gcSections: true,
  strip: false,
  entry: null,
  baseVaddr: null,
  undefinedRoots: [],
  mapFile: null,
  relocatable: false,
  verbose: false,
  help: false,
  version: false,
  syntaxOnly: false,
});

/** Options that take a value, which may follow at once or as the next argument. */
const WITH_VALUE: Readonly<Record<string, (options: CcOptions, value: string) => string | null>> = {
  "-o": (options, value) => set(() => (options.output = value)),
  "-I": (options, value) => set(() => options.includePaths.push(value)),
  "-D": (options, value) => set(() => options.defines.push(value)),
  "-U": (options, value) => set(() => options.undefines.push(value)),
  "-L": (options, value) => set(() => options.libraryPaths.push(value)),
  "-l": (options, value) => set(() => options.inputs.push({ kind: "library", name: value, language: null })),
  "-u": (options, value) => set(() => options.undefinedRoots.push(value)),
  "-e": (options, value) => set(() => (options.entry = value)),
  "-T": () => "linker scripts are not supported",
};

const LONG_WITH_VALUE: Readonly<Record<string, (options: CcOptions, value: string) => string | null>> = {
  "-include": (options, value) => set(() => options.forcedIncludes.push(value)),
  "-isystem": (options, value) => set(() => options.includePaths.push(value)),
  "-idirafter": (options, value) => set(() => options.includePaths.push(value)),
  "-iquote": (options, value) => set(() => options.includePaths.push(value)),
  "-Xlinker": (options, value) => linkerOption(options, value),
  "-Xassembler": () => null,
  "-MF": () => null,
  "-MT": () => null,
  "-MQ": () => null,
};

const FLAGS: Readonly<Record<string, (options: CcOptions) => void>> = {
  "-E": (options) => (options.stopAfter = "preprocess"),
  "-S": (options) => (options.stopAfter = "compile"),
  "-c": (options) => (options.stopAfter = "assemble"),
  "-r": (options) => (options.relocatable = true),
  "-s": (options) => (options.strip = true),
  "-v": (options) => (options.verbose = true),
  "--verbose": (options) => (options.verbose = true),
  "--help": (options) => (options.help = true),
  "--version": (options) => (options.version = true),
  "-w": (options) => options.warnings.push("w"),
  "-g0": (options) => (options.debug = false),
  "-nostdlib": (options) => (options.noStandardLibrary = options.noStartFiles = true),
  "-nodefaultlibs": (options) => (options.noStandardLibrary = true),
  "-nostartfiles": (options) => (options.noStartFiles = true),
  "-nostdinc": (options) => (options.noStandardInclude = true),
  "-fsyntax-only": (options) => (options.syntaxOnly = true),
  "-ffunction-sections": (options) => (options.functionSections = true),
  "-fno-function-sections": (options) => (options.functionSections = false),
  "-fdata-sections": (options) => (options.dataSections = true),
  "-fno-data-sections": (options) => (options.dataSections = false),
  "-mlong-calls": (options) => (options.longCalls = true),
  "-mno-long-calls": (options) => (options.longCalls = false),
  "-fcommon": (options) => (options.common = true),
  "-fno-common": (options) => (options.common = false),
};

/** Accepted and without meaning here: the choice is fixed, or nothing depends on it. */
const IGNORED =
  /^(-f.*|-m(arch|abi|tune|cmodel|no-relax|relax|strict-align|no-strict-align|explicit-relocs).*|-std=.*|-ansi|-pedantic(-errors)?|-pipe|-static|-no-pie|-M[DMPG]*|-P|-C|-rdynamic|-pthread)$/;

const set = (action: () => unknown): null => {
  action();
  return null;
};

const needed = (name: string): string => `${name} needs a value after it`;

/** Returns the options, or a message. */
export function parseOptions(args: readonly string[]): CcOptions | string {
  const options = blankOptions();
  let language: string | null = null;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === "-" || !arg.startsWith("-")) {
      options.inputs.push({ kind: "file", name: arg, language });
      continue;
    }
    const long = LONG_WITH_VALUE[arg];
    const short = WITH_VALUE[arg.slice(0, 2)];
    let problem: string | null = null;
    if (/^-x[a-z-]*$/.test(arg)) {
      const value = arg === "-x" ? args[++at] : arg.slice(2);
      if (value === undefined) return needed(arg);
      language = value === "none" ? null : value;
    } else if (long !== undefined) {
      const value = args[++at];
      problem = value === undefined ? needed(arg) : long(options, value);
    } else if (FLAGS[arg] !== undefined) FLAGS[arg]!(options);
    else if (short !== undefined && !arg.startsWith("--")) {
      const value = arg.length > 2 ? arg.slice(2) : args[++at];
      problem = value === undefined ? needed(arg) : short(options, value);
    } else problem = otherOption(options, arg);
    if (problem !== null) return problem;
  }
  options.level = options.chosenLevel ?? (options.debug ? 0 : 1);
  return options;
}

function otherOption(options: CcOptions, arg: string): string | null {
  if (arg.startsWith("-Wl,")) {
    const parts = arg.slice(4).split(",");
    for (let at = 0; at < parts.length; at++) {
      const takesValue = ["-Map", "-e", "--entry", "-u", "-z", "--defsym", "-Ttext"].includes(parts[at]!);
      const problem = linkerOption(options, takesValue ? `${parts[at]}=${parts[++at] ?? ""}` : parts[at]!);
      if (problem !== null) return problem;
    }
    return null;
  }
  if (arg.startsWith("-Wa,") || arg.startsWith("-Wp,")) return null;
  if (arg.startsWith("-W")) return set(() => options.warnings.push(arg.slice(1)));
  if (/^-O/.test(arg)) return levelOption(options, arg.slice(2));
  if (/^-g(gdb)?[0-3]?$|^-gdwarf(-[2-5])?$/.test(arg)) return set(() => (options.debug = true));
  // C90 allowed calls of undeclared functions, declarations without a type and the like.
  if (/^(-fpermissive|-ansi|-std=(c|gnu)(89|90)|-std=iso9899:199.*)$/.test(arg))
    return set(() => options.warnings.push("permissive"));
  if (IGNORED.test(arg)) return null;
  const near = nearestName(arg, [...Object.keys(FLAGS), "-Wall", "-Wextra", "-Werror", "-static", "-O0", "-O1"]);
  return `unknown option '${arg}'${near === null ? "" : `; did you mean '${near}'?`} (cc --help lists them all)`;
}

function levelOption(options: CcOptions, text: string): string | null {
  if (!/^([0-9]*|s|g|fast|z)$/.test(text)) return `unknown optimisation level '-O${text}': there are -O0 and -O1`;
  options.chosenLevel = text === "0" ? 0 : 1;
  return null;
}

/** One option of the linker, values joined by `=`. */
export function linkerOption(options: CcOptions, text: string): string | null {
  const [name, value] = text.split(/=(.*)/s) as [string, string | undefined];
  switch (name) {
    case "--gc-sections":
      options.gcSections = true;
      return null;
    case "--no-gc-sections":
      options.gcSections = false;
      return null;
    case "-Map":
    case "--Map":
      options.mapFile = value ?? null;
      return value === undefined || value === "" ? needed("-Map") : null;
    case "-e":
    case "--entry":
      options.entry = value ?? null;
      return value === undefined ? needed(name) : null;
    case "-u":
    case "--undefined":
      if (value === undefined) return needed(name);
      options.undefinedRoots.push(value);
      return null;
    case "-Ttext":
    case "-Ttext-segment":
      options.baseVaddr = Number(value);
      return Number.isInteger(options.baseVaddr) ? null : `'${value}' is no address`;
    case "-s":
    case "--strip-all":
      options.strip = true;
      return null;
    case "-static":
    case "--no-relax":
    case "--relax":
    case "-z":
    case "--start-group":
    case "--end-group":
    case "--as-needed":
    case "--no-as-needed":
    case "--build-id":
    case "-melf32lriscv":
    case "-m":
      return null;
    default:
      return `unknown linker option '${text}'`;
  }
}

export const CC_HELP = `Usage: cc [options] file...

Compiles C (.c), preprocesses and assembles (.S), assembles (.s), and links them with
objects (.o) and archives (.a) into a static program for RV32IMA Linux.

  -o FILE        name of the output; without it a.out, or FILE.o, FILE.s
  -c  -S  -E     stop after assembling, after compiling, after preprocessing
  -O0  -O1       every variable in memory for debugging (default with -g); registers and folding (default)
  -g             debug information (DWARF 4)
  -I DIR  -D NAME[=VALUE]  -U NAME  -include FILE
  -L DIR  -l NAME          search libNAME.a
  -Wall -Wextra -Werror -W[no-]NAME -Werror=NAME -w
  -nostdlib -nostartfiles -nodefaultlibs -nostdinc -static
  -ffunction-sections -fdata-sections -fcommon (and their -fno- forms; sections are on)
  -Wl,--gc-sections (on) -Wl,--no-gc-sections -Wl,-Map,FILE -Wl,-e,SYMBOL -s
  -mlong-calls   for programs of more than 1 MiB of code
  -v             say what is done
  --help --version
`;
