/** `as` and `ld` as commands of their own. */
import { assembleText } from "../asm/assemble.ts";
import { type Diagnostic, renderDiagnostics, SourceFile } from "../diagnostics.ts";
import { writeObject } from "../elf/write.ts";
import { cc } from "./cc.ts";
import { type DriverHost, failure, ok, type ToolResult } from "./host.ts";

const AS_HELP = `Usage: as [-o FILE] FILE.s

Assembles GNU syntax for RV32IMA into an object (a.out without -o).
`;
const LD_HELP = `Usage: ld [options] FILE...

Links objects (.o) and archives (.a) into a static program.
  -o FILE  -e SYMBOL  -L DIR  -l NAME  -u SYMBOL  -s
  --gc-sections --no-gc-sections  -Map FILE  -Ttext ADDRESS
`;

const render = (list: readonly Diagnostic[], host: DriverHost): string =>
  renderDiagnostics(list, { colour: host.colour ?? false });

export function as(args: readonly string[], host: DriverHost): ToolResult {
  let output = "a.out";
  const files: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === "--help") return ok(AS_HELP);
    if (arg === "-o") {
      const value = args[++at];
      if (value === undefined) return failure("as: error: -o needs a file name after it\n", 2);
      output = value;
    } else if (arg.startsWith("-") && !/^-(g|m(arch|abi)=.*|mno-relax|I.*)$/.test(arg)) {
      return failure(`as: error: unknown option '${arg}' (as --help lists them all)\n`, 2);
    } else if (!arg.startsWith("-")) files.push(arg);
  }
  if (files.length !== 1) return failure(`as: error: ${files.length === 0 ? "no" : "more than one"} input file\n`, 2);
  const bytes = host.readFile(files[0]!);
  if (bytes === null) return failure(`as: error: ${files[0]}: there is no such file\n`);
  const result = assembleText(new SourceFile(files[0]!, new TextDecoder().decode(bytes)));
  if (!result.ok) return failure(render(result.diagnostics, host));
  const problem = host.writeFile(output, writeObject(result.object), false);
  if (problem !== null) return failure(`as: error: ${output}: cannot write: ${problem}\n`);
  return ok("", render(result.warnings, host));
}

/** Options of the linker that `cc` knows under the same name. */
const SAME = /^-(o|L|l|s|u|e)/;
const WITH_VALUE = new Set(["-Map", "--entry", "--undefined", "-z", "-Ttext", "-m"]);

/** Links by way of `cc -nostdlib`. */
export function ld(args: readonly string[], host: DriverHost): ToolResult {
  if (args.includes("--help")) return ok(LD_HELP);
  const translated: string[] = ["-nostdlib", "-Wl,--no-gc-sections"];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (!arg.startsWith("-") || (SAME.test(arg) && !arg.startsWith("--"))) {
      translated.push(arg);
      if (/^-[oLlue]$/.test(arg)) translated.push(args[++at] ?? "");
    } else if (WITH_VALUE.has(arg)) translated.push(`-Wl,${arg},${args[++at] ?? ""}`);
    else translated.push(`-Wl,${arg}`);
  }
  const result = cc(translated, host);
  return { ...result, stderr: result.stderr.replace(/^cc: /gm, "ld: ") };
}
