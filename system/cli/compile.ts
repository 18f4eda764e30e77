/**
 * Compiling for a machine from the command line: sources and results are files of this computer, headers and the C library
 * come from the machine's own root file system.
 */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { type DriverHost, runTool as runDriver, type ToolResult } from "../../toolchain/driver.ts";
import type { RootEntry } from "../root-file-system.ts";
import { CommandFailure } from "./failure.ts";

/** Paths of the machine that the toolchain may read under this prefix; a prefix that no file of this computer has. */
const SYSROOT = "/usr";

/** A host for the toolchain. `memory` files come first and take what is written; the rest is this computer's disk. */
export function driverHost(
  root: readonly RootEntry[],
  memory: Map<string, Uint8Array> = new Map(),
  onlyMemory = false,
): DriverHost {
  const machineFiles = new Map<string, Uint8Array>();
  for (const entry of root) {
    if (
      entry.type === "file" &&
      entry.bytes !== undefined &&
      (entry.path.startsWith("/usr/include/") || entry.path.startsWith("/usr/lib/"))
    )
      machineFiles.set(entry.path, entry.bytes);
  }
  return {
    sysroot: SYSROOT,
    workingDirectory: process.cwd(),
    colour: process.stderr.isTTY === true,
    readFile(path) {
      const known = memory.get(path) ?? machineFiles.get(path);
      if (known !== undefined) return known;
      try {
        return readFileSync(path);
      } catch {
        return null;
      }
    },
    writeFile(path, bytes, isExecutable) {
      if (onlyMemory) {
        memory.set(path, bytes);
        return null;
      }
      try {
        writeFileSync(path, bytes);
        if (isExecutable) chmodSync(path, 0o755);
        return null;
      } catch (error) {
        return (error as Error).message;
      }
    },
  };
}

const OUTPUT = "\0program";

function linked(result: ToolResult, memory: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  if (result.status !== 0) {
    process.stderr.write(result.stderr);
    throw new CommandFailure(`${name} was not run, because it does not compile.`, "", 1);
  }
  if (result.stderr !== "") process.stderr.write(result.stderr);
  return memory.get(OUTPUT)!;
}

/** A C or assembly file to an ELF executable, with debug information. Prints messages; throws CommandFailure on errors. */
export function compileFile(path: string, root: readonly RootEntry[]): Uint8Array {
  const memory = new Map<string, Uint8Array>();
  return linked(runDriver("cc", ["-g", "-o", OUTPUT, path], driverHost(root, memory, true)), memory, path);
}

/** The same for source text that is in no file. */
export function compileSource(name: string, source: string, root: readonly RootEntry[]): Uint8Array {
  const memory = new Map([[name, new TextEncoder().encode(source)]]);
  return linked(runDriver("cc", ["-g", "-o", OUTPUT, name], driverHost(root, memory, true)), memory, name);
}
