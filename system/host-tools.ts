/**
 * The toolchain at the machine's own prompt: `cc`, `as`, `ld` and the rest, run by the host on the machine's files when a
 * program of the machine asks (kernel/sys/host-tool.ts). The same code as on the command line.
 */
import type { ToolFiles, ToolOutcome } from "../kernel/core.ts";
import { runTool } from "../toolchain/driver.ts";

/** Runs `argv[0]` of the toolchain. A mistake of the toolchain's own becomes a message, never an exception. */
export function runHostTool(argv: readonly string[], files: ToolFiles): ToolOutcome {
  try {
    return runTool(argv[0], argv.slice(1), {
      sysroot: "/usr",
      workingDirectory: files.workingDirectory,
      readFile: (path) => files.read(path),
      writeFile: (path, bytes, isExecutable) => files.write(path, bytes, isExecutable),
    });
  } catch (error) {
    const stderr = `${argv[0]}: internal error: ${(error as Error).message}\nPlease report it together with the source.\n`;
    return { status: 70, stdout: "", stderr };
  }
}
