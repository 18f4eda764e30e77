/** `faultline cc`, `as`, `ld` and the rest: the toolchain on files of this computer; and `disasm`, which takes sources too. */
import { extname } from "node:path";
import type { ToolResult } from "../../toolchain/driver.ts";
import { compileFile, driverHost, runDriver } from "./compile.ts";
import { CommandFailure } from "./failure.ts";
import { readNamedFile } from "./files.ts";

/** Runs one of the commands of tool-names.ts; returns the exit status. Throws CommandFailure. */
export function runTool(name: string, args: readonly string[]): number {
  const result = name === "disasm" ? disassemble(args) : runDriver(name, args, driverHost(null));
  if (result.stdout !== "") process.stdout.write(result.stdout);
  if (result.stderr !== "") process.stderr.write(result.stderr);
  return result.status;
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
