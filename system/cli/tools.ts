/** `faultline cc`, `as`, `ld` and the rest: the toolchain on files of this computer; and `disasm`, which takes sources too. */
import { extname } from "node:path";
import type { ToolResult } from "../../toolchain/driver.ts";
import { compileFile, driverHost, runDriver } from "./compile.ts";
import { CommandFailure } from "./failure.ts";
import { readNamedFile } from "./files.ts";

/** Runs one of the commands of tool-names.ts. Throws CommandFailure. */
export const runTool = (name: string, args: readonly string[]): ToolResult =>
  name === "disasm" ? disassemble(args) : runDriver(name, args, driverHost(null));

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
