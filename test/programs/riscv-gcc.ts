/**
 * Builds libc and the programs with riscv64-unknown-elf-gcc and runs them under qemu-riscv32: a compiler and a kernel
 * that are not ours, so that these tests judge the C sources alone.
 *
 * Objects are kept in dist/test-programs and made again when a source is newer; finished files are moved into place,
 * so that test files which run side by side do not disturb each other.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RootEntry } from "../../system/root-file-system.ts";

export const PROJECT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const OUT = join(PROJECT, "dist", "test-programs");
const GENERATED = join(OUT, "generated");
const GCC = "riscv64-unknown-elf-gcc";
const TARGET = ["-march=rv32ima", "-mabi=ilp32"];
const FLAGS = [
  ...[...TARGET, "-std=c11", "-O1", "-ffreestanding", "-nostdinc", "-fno-builtin", "-ffunction-sections", "-w"],
  ...[`-I${join(PROJECT, "libc/include")}`, `-I${join(GENERATED, "include")}`],
];

const isInstalled = (command: string): boolean => spawnSync(command, ["--version"]).status === 0;

const REQUIRED = [
  { debianPackage: "gcc-riscv64-unknown-elf", isThere: () => isInstalled(GCC) },
  { debianPackage: "qemu-user", isThere: () => isInstalled("qemu-riscv32") },
  { debianPackage: "dash", isThere: () => existsSync("/bin/dash") },
];
const absent = REQUIRED.filter((tool) => !tool.isThere()).map((tool) => tool.debianPackage);

/** What to install before these tests can run here, or undefined when all is there. */
export const missingTools = absent.length === 0 ? undefined : `apt-get install ${absent.join(" ")}`;

const filesBelow = (folder: string, suffix: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => suffix.test(name))
    .map((name) => join(folder, name))
    .sort();

const isCurrent = (target: string, sources: readonly string[]): boolean =>
  existsSync(target) && sources.every((source) => statSync(source).mtimeMs <= statSync(target).mtimeMs);

/** Runs `make` with a name of its own and moves what it made to `target`. */
function makeInto(target: string, make: (temporary: string) => void): void {
  const temporary = `${target}.${process.pid}.${Math.trunc(performance.now() * 1000)}`;
  mkdirSync(dirname(target), { recursive: true });
  make(temporary);
  renameSync(temporary, target);
}

function objectOf(source: string): string {
  return join(OUT, "objects", `${source.slice(PROJECT.length + 1).replaceAll("/", "_")}.o`);
}

let library: string | undefined;
let libcObjects: string[] = [];

function libc(): string {
  if (library !== undefined) return library;
  execFileSync("node", [join(PROJECT, "build/stubs.mjs"), GENERATED]);
  const headers = [...filesBelow(join(PROJECT, "libc"), /\.h$/)];
  const sources = [...filesBelow(join(PROJECT, "libc"), /\.(c|s)$/)];
  const stubs = join(GENERATED, "syscall-stubs.s");
  libcObjects = sources.map((source) => {
    const object = objectOf(source);
    if (!isCurrent(object, [source, ...headers])) {
      const internal = `-I${join(PROJECT, "libc/src/internal")}`;
      makeInto(object, (to) => execFileSync(GCC, [...FLAGS, internal, "-c", source, "-o", to]));
    }
    return object;
  });
  const stubsObject = join(OUT, "objects", "syscall-stubs.o");
  makeInto(stubsObject, (to) => execFileSync(GCC, [...TARGET, "-c", stubs, "-o", to]));
  library = join(OUT, "libc.a");
  makeInto(library, (to) => execFileSync("riscv64-unknown-elf-ar", ["rcs", to, ...libcObjects, stubsObject]));
  return library;
}

/** The sources of a program: programs/NAME.c, or every C file in programs/NAME/. */
export function sourcesOf(name: string): string[] {
  const folder = join(PROJECT, "programs", name);
  return existsSync(folder) ? filesBelow(folder, /\.c$/) : [`${folder}.c`];
}

/** Names of all programs, from the files. */
export const programNames = (): string[] =>
  readdirSync(join(PROJECT, "programs"), { withFileTypes: true })
    .filter((entry) => (entry.isDirectory() ? entry.name !== "lib" : entry.name.endsWith(".c")))
    .map((entry) => entry.name.replace(/\.c$/, ""))
    .sort();

/** The ELF file of a program, built when needed. */
export function programFile(name: string): string {
  const target = join(OUT, "bin", name);
  const archive = libc();
  const headers = filesBelow(join(PROJECT, "programs"), /\.h$/);
  if (isCurrent(target, [...sourcesOf(name), ...headers, ...libcObjects])) return target;
  const runtime = execFileSync(GCC, [...TARGET, "-print-libgcc-file-name"], { encoding: "utf8" }).trim();
  const link = ["-nostdlib", "-static", "-Wl,--gc-sections"];
  makeInto(target, (to) => execFileSync(GCC, [...FLAGS, ...link, ...sourcesOf(name), archive, runtime, "-o", to]));
  return target;
}

/** Everything in /bin, for a machine's root file system. */
export const binFolder = (): RootEntry[] =>
  programNames().map((name) => ({
    path: `/bin/${name}`,
    type: "file" as const,
    mode: 0o755,
    bytes: new Uint8Array(readFileSync(programFile(name))),
  }));

/**
 * A folder for PATH in which each of `names` starts our program under qemu: the host's kernel cannot execute RISC-V
 * files by itself, and the shell finds its commands there.
 */
export function pathFolder(names: readonly string[]): string {
  const folder = join(OUT, "path", names.length === 1 ? (names[0] as string) : "tools");
  for (const name of names) {
    const file = programFile(name);
    makeInto(join(folder, name), (to) => {
      writeFileSync(to, `#!/bin/dash\nexec qemu-riscv32 -0 ${name} ${file} "$@"\n`);
      chmodSync(to, 0o755);
    });
  }
  return folder;
}

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** Runs a command to its end; `latin1` keeps every byte. */
export function run(
  command: string,
  args: readonly string[],
  options: { input?: string; path?: string; cwd?: string } = {},
): Ran {
  const result = spawnSync(command, args, {
    encoding: "latin1",
    input: options.input ?? "",
    timeout: 50_000,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { PATH: options.path ?? process.env["PATH"], HOME: "/home/nobody", LC_ALL: "C" },
  });
  return { stdout: result.stdout, stderr: result.stderr, status: result.status };
}
