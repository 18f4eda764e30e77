/** `faultline sh`: the machine's own shell, on the present terminal or on the three streams. */
import { loadRoot } from "./files.ts";
import { configFrom, type ParsedOptions } from "./machine-arguments.ts";
import { runMachine } from "./run.ts";

/** Resolves to the shell's exit status. Throws CommandFailure. */
export async function runShell(options: ParsedOptions): Promise<number> {
  const config = configFrom(options);
  const command = options["c"];
  const argv = typeof command === "string" ? ["/bin/sh", "-c", command] : ["/bin/sh"];
  return runMachine({ config, root: loadRoot(), added: [], argv, named: "sh", options });
}
