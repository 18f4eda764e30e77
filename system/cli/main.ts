/**
 * `./bin/faultline`, but for the compiler and its companions. Those are a program of their own (tools.ts): loading what the other commands need
 * takes a tenth of the time that compiling a small program takes.
 */
import { runCommand } from "./commands.ts";
import { reportingFailure } from "./failure.ts";
import { endWithReader } from "./host-streams.ts";

/** Carries out one command line; `argv` as in process.argv. The exit status is left in process.exitCode. */
export async function main(argv: readonly string[]): Promise<boolean> {
  endWithReader();
  await reportingFailure(() => runCommand(argv));
  return false;
}
