/**
 * Builds libc with riscv64-unknown-elf-gcc and runs test programs under qemu-riscv32: the oracle's compiler and machine, so
 * that these tests judge libc alone, not our compiler or kernel.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const projectDirectory = join(import.meta.dirname, "../..");
const programsDirectory = join(import.meta.dirname, "programs");

const CROSS = "riscv64-unknown-elf-";
const TARGET_FLAGS = ["-march=rv32ima", "-mabi=ilp32", "-ffreestanding", "-nostdlib", "-nostdinc"];
const LIBC_FLAGS = ["-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-fno-tree-loop-distribute-patterns"];

function hasCommand(command: string): boolean {
  return spawnSync(command, ["--version"]).status === 0;
}

/** Why these tests cannot run here, with the remedy; undefined if they can. */
export function missingTools(): string | undefined {
  const packages = [
    [`${CROSS}gcc`, "gcc-riscv64-unknown-elf"],
    ["qemu-riscv32", "qemu-user"],
    ["gcc", "gcc"],
  ].filter(([command]) => !hasCommand(command!));
  if (packages.length === 0) return undefined;
  return `needs ${packages.map(([command]) => command).join(", ")}: apt-get install ${packages.map(([, name]) => name).join(" ")}`;
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** A libc in a directory of its own, and what can be done with it. */
export class BuiltLibc {
  readonly directory = mkdtempSync(join(tmpdir(), "faultline-libc-"));
  private readonly objects: string[] = [];

  constructor() {
    const generated = join(this.directory, "gen");
    execFileSync("node", [join(projectDirectory, "build/stubs.mjs"), generated]);
    const sources = [...filesBelow(join(projectDirectory, "libc")), join(generated, "syscall-stubs.s")].filter((path) =>
      /\.[cs]$/.test(path),
    );
    for (const source of sources) {
      const object = join(this.directory, `${source.replaceAll("/", "_")}.o`);
      execFileSync(`${CROSS}gcc`, [...TARGET_FLAGS, ...LIBC_FLAGS, ...this.includeFlags(), "-c", source, "-o", object]);
      this.objects.push(object);
    }
    this.archive("libc.a", this.objects);
  }

  private includeFlags(): string[] {
    return [`-I${join(projectDirectory, "libc/include")}`, `-I${join(this.directory, "gen/include")}`];
  }

  private archive(name: string, objects: readonly string[]): string {
    const path = join(this.directory, name);
    execFileSync(`${CROSS}ar`, ["rcs", path, ...objects]);
    return path;
  }

  private link(source: string, inputs: readonly string[]): string {
    const output = join(this.directory, basename(source).replace(/\.\w+$/, ""));
    const isCxx = source.endsWith(".cpp");
    const language = isCxx ? ["-std=c++17", "-fno-exceptions", "-fno-rtti"] : ["-std=c11"];
    const crt = this.objects.filter((path) => path.endsWith("crt0.s.o"));
    execFileSync(`${CROSS}${isCxx ? "g++" : "gcc"}`, [
      ...[...TARGET_FLAGS, ...language, "-O1", "-w", ...this.includeFlags()],
      ...[join(programsDirectory, source), ...crt, "-Wl,--no-warn-rwx-segments", ...inputs, "-o", output],
    ]);
    return output;
  }

  /** Compiles a program and links it with libc alone: compiler runtime included. */
  compile(source: string): string {
    return this.link(source, [join(this.directory, "libc.a")]);
  }

  /** Links our compiler runtime under names with the prefix our_, and libgcc for everything else. */
  compileAgainstLibgcc(source: string): string {
    const isRuntime = (path: string) => path.includes("_src_runtime_");
    const renamedDirectory = join(this.directory, "renamed");
    mkdirSync(renamedDirectory, { recursive: true });
    const renamed = this.objects.filter(isRuntime).map((path) => {
      const target = join(renamedDirectory, basename(path));
      execFileSync(`${CROSS}objcopy`, ["--prefix-symbols=our_", path, target]);
      return target;
    });
    const rest = this.archive(
      "libc-without-runtime.a",
      this.objects.filter((path) => !isRuntime(path)),
    );
    return this.link(source, [...renamed, rest, "-lgcc", rest]);
  }

  run(program: string, args: readonly string[] = [], environment: Record<string, string> = {}): RunResult {
    const { stdout, stderr, status } = spawnSync("qemu-riscv32", [program, ...args], {
      env: { ...process.env, ...environment },
      encoding: "utf8",
      timeout: 60_000,
      maxBuffer: 1 << 27,
    });
    return { stdout, stderr, status };
  }

  /** What the same program prints when it is compiled for and run on the host. */
  runOnHost(source: string, args: readonly string[]): string {
    const output = join(this.directory, `host-${basename(source, ".c")}`);
    const flags = ["-std=gnu11", "-w", "-O1", "-ffp-contract=off"];
    execFileSync("gcc", [...flags, join(programsDirectory, source), "-lm", "-o", output]);
    const environment = { ...process.env, TZ: "UTC0" };
    return execFileSync(output, args, { encoding: "utf8", maxBuffer: 1 << 27, env: environment });
  }

  dispose(): void {
    if (existsSync(this.directory)) rmSync(this.directory, { recursive: true });
  }
}
