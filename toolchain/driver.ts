/**
 * `cc` and its companions: command lines and files in, files, messages and an exit status out. Knows no file system of its own, so that the
 * same tools serve Node, the browser and the machine's prompt.
 */

import { as, ld } from "./driver/assembling.ts";
import { ar, nm, objdump, size } from "./driver/binutils.ts";
import { cc } from "./driver/cc.ts";
import { type DriverHost, failure, type ToolResult } from "./driver/host.ts";

export { cc } from "./driver/cc.ts";
export type { DriverHost, ToolResult } from "./driver/host.ts";

const TOOLS: Readonly<Record<string, (args: readonly string[], host: DriverHost) => ToolResult>> = {
  cc,
  gcc: cc,
  as,
  ld,
  objdump,
  nm,
  size,
  ar,
};

/** Names that `runTool` knows. */
export const toolNames: readonly string[] = Object.keys(TOOLS);

/** Runs a tool by name. `args` does not contain the name. */
export function runTool(name: string, args: readonly string[], host: DriverHost): ToolResult {
  const tool = TOOLS[name];
  if (tool === undefined) return failure(`unknown tool '${name}': there are ${toolNames.join(", ")}\n`, 2);
  return tool(args, host);
}
