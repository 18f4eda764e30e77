/**
 * Compiling for a machine from the command line: sources and results are files of this computer, headers and the C library
 * are those of the machine's own root file system.
 */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { type DriverHost, runTool, type ToolResult } from "../../toolchain/driver.ts";
import type { RootEntry } from "../root-file-system.ts";
import { CommandFailure } from "./failure.ts";
import { sysrootFolder } from "./files.ts";

/** Paths of the machine that the toolchain may read under this prefix; a prefix that no file of this computer has. */
const SYSROOT = "/usr";

/**
 * A host for the toolchain. `memory` files come first and take what is written; the rest is this computer's disk. Headers and libraries are taken
 * from `root`, or without one from the folder that the build packed them from: a compilation needs few, and the root file system has 8 MB.
 */
export function driverHost(
  root: readonly RootEntry[] | null,
  memory: Map<string, Uint8Array> = new Map(),
  onlyMemory = false,
): DriverHost {
  const machineFiles = new Map<string, Uint8Array>();
  for (const entry of root ?? []) {
    if (
      entry.type === "file" &&
      entry.bytes !== undefined &&
      (entry.path.startsWith("/usr/include/") || entry.path.startsWith("/usr/lib/"))
    )
      machineFiles.set(entry.path, entry.bytes);
  }
  const onDisk = (path: string): string =>
    root === null && /^\/usr\/(include|lib)\//.test(path) ? join(sysrootFolder(), path.slice(SYSROOT.length)) : path;
  return {
    sysroot: SYSROOT,
    workingDirectory: process.cwd(),
    get colour() {
      return process.stderr.isTTY === true;
    },
    readFile(path) {
      const known = memory.get(path) ?? machineFiles.get(path);
      if (known !== undefined) return known;
      try {
        return readFileSync(onDisk(path));
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

/** Times V8's own patience that a compilation gets. */
const PATIENCE_FACTOR = 16;

/**
 * Patience of V8 by V8's major version: flag and default value. Before it optimises a function, version 11 counts bytes of bytecode and version 12
 * calls. When a collection finds that most of the young generation lives, both give it so many times the room.
 */
const PATIENCE: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  "11": [
    ["--interrupt-budget", 66 * 1024],
    ["--semi-space-growth-factor", 2],
  ],
  "12": [
    ["--invocation-count-for-maglev", 400],
    ["--invocation-count-for-turbofan", 3000],
    ["--semi-space-growth-factor", 2],
  ],
};

/**
 * Runs a tool of the toolchain, and keeps V8 from optimising code and from collecting garbage as early as it likes to.
 *
 * A compilation is over before optimised code has paid for the work of making it. With eight times V8's own patience, 500 lines took 155 ms of CPU
 * instead of 305 and 5,000 lines 740 instead of 1,280 in Node 20; 500 lines 215 instead of 292, Node's start included, in Node 22. In Node 24 it gained
 * nothing. Sixteen times takes another twentieth from 5,000 lines.
 */
export function runDriver(name: string, args: readonly string[], host: DriverHost): ToolResult {
  const flags = PATIENCE[process.versions.v8.split(".")[0]!] ?? [];
  for (const [flag, value] of flags) setFlagsFromString(`${flag}=${PATIENCE_FACTOR * value}`);
  try {
    return runTool(name, args, host);
  } finally {
    for (const [flag, value] of flags) setFlagsFromString(`${flag}=${value}`);
  }
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
export function compileFile(path: string, root: readonly RootEntry[] | null): Uint8Array {
  const memory = new Map<string, Uint8Array>();
  return linked(runDriver("cc", ["-g", "-o", OUTPUT, path], driverHost(root, memory, true)), memory, path);
}

/** The same for source text that is in no file. */
export function compileSource(name: string, source: string, root: readonly RootEntry[]): Uint8Array {
  const memory = new Map([[name, new TextEncoder().encode(source)]]);
  return linked(runDriver("cc", ["-g", "-o", OUTPUT, name], driverHost(root, memory, true)), memory, name);
}
