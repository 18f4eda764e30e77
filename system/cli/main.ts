/**
 * `./bin/faultline`. The compiler and its companions are run from here, without loading what the other commands need (a tenth of the time that
 * compiling a small program takes); those stand in commands.ts.
 */
import type { ToolResult } from "../../toolchain/driver.ts";
import { CommandFailure, failureText } from "./failure.ts";
import { TOOL_NAMES } from "./tool-names.ts";

/** When nobody reads what is printed any more, the process ends as one does that SIGPIPE ends. */
function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(141);
  });
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

/**
 * Carries out one command line; `argv` as in process.argv. The exit status is left in process.exitCode.
 *
 * @returns true when nothing is under way any more, so that the process may be ended at once. A process that goes on to its end by itself
 * first collects the garbage of the compilation (14 ms of CPU after a small program).
 */
export async function main(argv: readonly string[]): Promise<boolean> {
  try {
    const [, , name, ...args] = argv;
    if (name !== undefined && Object.hasOwn(TOOL_NAMES, name)) {
      const { runTool } = await import("./tools.ts");
      return finish(runTool(name, args));
    }
    endWithReader();
    await (await import("./commands.ts")).runCommand(argv);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    process.stderr.write(failureText(error));
    process.exitCode = error.status;
  }
  return false;
}
