/** `faultline cc`, `as`, `ld` and the rest: the toolchain on files of this computer; and `disasm`, which takes sources too. */
import { extname } from "node:path";
import { runTool as runDriver } from "../../toolchain/driver.ts";
import { compileFile, driverHost } from "./compile.ts";
import { CommandFailure } from "./failure.ts";
import { loadRoot, readNamedFile } from "./files.ts";

/** Commands and what help says about them. */
export const TOOL_NAMES: Readonly<Record<string, string>> = {
  cc: "compile and link C and assembly files (cc --help)",
  as: "assemble (as --help)",
  ld: "link objects and archives (ld --help)",
  ar: "make and list archives (ar --help)",
  objdump: "look into objects and programs (objdump --help)",
  nm: "list symbols (nm --help)",
  size: "sizes of sections (size --help)",
  disasm: "disassemble an ELF file, an object, or a C or assembly source",
};

/** Runs one of them; returns the exit status. Throws CommandFailure. */
export function runTool(name: string, args: readonly string[]): number {
  const root = loadRoot();
  const result = name === "disasm" ? disassemble(args, root) : runDriver(name, args, driverHost(root));
  process.stdout.write(result.stdout);
  process.stderr.write(result.stderr);
  return result.status;
}

function disassemble(args: readonly string[], root: ReturnType<typeof loadRoot>): ReturnType<typeof runDriver> {
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
  const bytes = isSource ? compileFile(file, root) : readNamedFile(file);
  return runDriver("objdump", ["-d", file], driverHost(root, new Map([[file, bytes]]), true));
}
