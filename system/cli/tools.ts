/**
 * `faultline cc`, `as`, `ld` and the rest: the toolchain on files of this computer; and `disasm`, which takes sources too.
 * A program beside main.ts; dist/cli.cjs chooses by the names of tool-names.ts.
 */
import { extname } from "node:path";
import type { ToolResult } from "../../toolchain/driver.ts";
import { compileFile, driverHost, runDriver } from "./compile.ts";
import { CommandFailure, reportingFailure } from "./failure.ts";
import { readNamedFile } from "./files.ts";
import { endWithReader } from "./host-streams.ts";

/**
 * Carries out one command line; `argv` as in process.argv. The exit status is left in process.exitCode.
 *
 * @returns true when nothing is under way any more, so that the process may be ended at once. A process that goes on to its end by itself
 * first collects the garbage of the compilation (14 ms of CPU after a small program).
 */
export async function main(argv: readonly string[]): Promise<boolean> {
  const [, , name = "", ...args] = argv;
  let isSilent = false;
  await reportingFailure(() => {
    isSilent = finish(name === "disasm" ? disassemble(args) : runDriver(name, args, driverHost(null)));
  });
  return isSilent;
}

/** Prints what a tool said. Answers whether that was nothing; then the streams are not even loaded (3 ms). */
function finish({ status, stdout, stderr }: ToolResult): boolean {
  process.exitCode = status;
  if (stdout === "" && stderr === "") return true;
  endWithReader();
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  return false;
}

function disassemble(args: readonly string[]): ToolResult {
  const [file] = args;
  if (args.length !== 1 || file.startsWith("-")) {
    if (file === "--help" || file === "-h")
      return {
        status: 0,
        stdout:
          "faultline disasm FILE\n\nDisassembles an ELF file or object; a .c, .s or .S file is compiled and linked first.\n",
        stderr: "",
      };
    throw new CommandFailure("disasm takes one file.", "for example: faultline disasm programs/hello.c");
  }
  const isSource = [".c", ".s", ".S"].includes(extname(file));
  const bytes = isSource ? compileFile(file, null) : readNamedFile(file);
  return runDriver("objdump", ["-d", file], driverHost(null, new Map([[file, bytes]]), true));
}
