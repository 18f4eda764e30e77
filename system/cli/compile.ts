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

/**
 * Runs a tool of the toolchain, and keeps V8 from optimising code as early as it likes to.
 *
 * A compilation is over before TurboFan's code has paid for the work of making it: in Node 20, 500 lines take 305 ms of CPU with V8's own budget
 * (the bytes of bytecode that a function executes before it is optimised) and 155 with eight times as much, 5,000 lines 1,280 and 740. Newer versions
 * of V8 have a cheaper compiler for the first minutes of a function's life, and no such flag.
 */
export function runDriver(name: string, args: readonly string[], host: DriverHost): ToolResult {
  if (!process.versions.v8.startsWith("11.")) return runTool(name, args, host);
  setFlagsFromString(`--interrupt-budget=${8 * V8_INTERRUPT_BUDGET}`);
  try {
    return runTool(name, args, host);
  } finally {
    setFlagsFromString(`--interrupt-budget=${V8_INTERRUPT_BUDGET}`);
  }
}

/** V8 11's default, in bytes of bytecode. */
const V8_INTERRUPT_BUDGET = 66 * 1024;

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
