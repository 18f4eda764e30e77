/**
 * Compiles C with our driver and with the reference compiler, links, and runs under qemu-riscv32: what the compiler's tests share. Programs
 * here need no C library: `support.c` gives them output and an exit, libgcc the arithmetic that has no instruction.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cc, type DriverHost } from "../../../toolchain/driver.ts";

export const HERE = dirname(fileURLToPath(import.meta.url));
const GCC = "riscv64-unknown-elf-gcc";
const TARGET = ["-march=rv32ima", "-mabi=ilp32", "-nostdlib", "-ffreestanding"];

const answers = (command: string): boolean => spawnSync(command, ["--version"]).status === 0;
const absent = [answers(GCC) ? null : "gcc-riscv64-unknown-elf", answers("qemu-riscv32") ? null : "qemu-user"].filter(
  (name) => name !== null,
);

/** What to install before these tests can run here, or undefined when all is there. */
export const missingTools = absent.length === 0 ? undefined : `apt-get install ${absent.join(" ")}`;
if (missingTools !== undefined) console.warn(`skipped: ${missingTools}`);

/** Files on disk. */
export const diskHost = (sysroot = "/nonexistent"): DriverHost => ({
  readFile: (path) => (existsSync(path) ? new Uint8Array(readFileSync(path)) : null),
  writeFile: (path, bytes, isExecutable) => {
    writeFileSync(path, bytes, { mode: isExecutable ? 0o755 : 0o644 });
    return null;
  },
  sysroot,
});

/** A folder of its own for one test; removed by `dispose`. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), "faultline-c-"));
  private libgcc: string | null = null;
  private support: string | null = null;

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string): string {
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /** Compiles to an object with our compiler; throws with its messages. */
  ours(source: string, object: string, flags: readonly string[] = ["-O1"]): string {
    const result = cc([...flags, "-w", "-nostdinc", `-I${HERE}`, "-c", source, "-o", this.path(object)], diskHost());
    if (result.status !== 0) throw new Error(result.stderr);
    return this.path(object);
  }

  reference(source: string, object: string, flags: readonly string[] = ["-O1"]): string {
    execFileSync(GCC, [...TARGET, ...flags, "-w", `-I${HERE}`, "-c", source, "-o", this.path(object)]);
    return this.path(object);
  }

  private supportObject(): string {
    this.support ??= this.reference(join(HERE, "support.c"), "support.o");
    return this.support;
  }

  private libgccFile(): string {
    this.libgcc ??= execFileSync(GCC, [...TARGET, "-print-libgcc-file-name"], { encoding: "utf8" }).trim();
    return this.libgcc;
  }

  /** Links objects with the support functions by our linker. */
  link(objects: readonly string[], program: string): string {
    const inputs = [...objects, this.supportObject(), this.libgccFile()];
    const result = cc(["-nostdlib", ...inputs, "-o", this.path(program)], diskHost());
    if (result.status !== 0) throw new Error(result.stderr);
    return this.path(program);
  }

  /** Links by GNU ld. */
  linkByGnu(objects: readonly string[], program: string): string {
    execFileSync(GCC, [...TARGET, ...objects, this.supportObject(), "-lgcc", "-o", this.path(program)]);
    return this.path(program);
  }

  /** Standard output and exit status. */
  run(program: string): string {
    const result = spawnSync("qemu-riscv32", [program], { encoding: "utf8", timeout: 20_000 });
    if (result.error !== undefined) throw result.error;
    return `${result.stdout}exit ${result.status ?? result.signal}`;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
