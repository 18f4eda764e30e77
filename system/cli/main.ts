/**
 * `./bin/faultline`. The compiler and its companions are run from here, without loading what the other commands need (a tenth of the time that
 * compiling a small program takes); those stand in commands.ts.
 */
import { CommandFailure, failureText } from "./failure.ts";
import { TOOL_NAMES } from "./tool-names.ts";

/** Carries out one command line; `argv` as in process.argv. The exit status is left in process.exitCode. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(141);
  });
  try {
    const [, , name, ...args] = argv;
    if (name !== undefined && Object.hasOwn(TOOL_NAMES, name)) {
      const { runTool } = await import("./tools.ts");
      process.exitCode = runTool(name, args);
    } else await (await import("./commands.ts")).runCommand(argv);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    process.stderr.write(failureText(error));
    process.exitCode = error.status;
  }
}
