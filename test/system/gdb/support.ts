/** A machine behind the gdb stub in this process, programs made by GCC, and scripted sessions with the real gdb. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Machine } from "../../../system/machine.ts";
import type { MachineConfig } from "../../../system/options.ts";
import type { RootEntry } from "../../../system/root-file-system.ts";
import { GdbConnection } from "../../../system/servers/gdb-connection.ts";
import { GdbStub } from "../../../system/servers/gdb-stub.ts";
import { noInput, RunControl } from "../../../system/servers/run-control.ts";
import { Timeline } from "../../../system/timeline.ts";

const GCC = "riscv64-unknown-elf-gcc";
const has = (command: string): boolean => spawnSync(command, ["--version"]).status === 0;

/** What to install before these tests can run, or undefined. */
export const missing: string | undefined =
  [...(has("gdb-multiarch") ? [] : ["gdb-multiarch"]), ...(has(GCC) ? [] : ["gcc-riscv64-unknown-elf"])]
    .map((name) => `apt-get install ${name}`)
    .join("; ") || undefined;
export const missingGcc: string | undefined = has(GCC) ? undefined : "apt-get install gcc-riscv64-unknown-elf";

/** Start code and system calls, so that programs need no library. The fourth argument is always 4: WEXITED of waitid. */
const START = `
static int sys(int number, int a, int b, int c) {
  register int a0 __asm__("a0") = a; register int a1 __asm__("a1") = b; register int a2 __asm__("a2") = c; register int a3 __asm__("a3") = 4; register int a7 __asm__("a7") = number;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a7) : "memory"); return a0;
}
int main(void);
__attribute__((naked, used)) void _start(void) { __asm__ volatile(".option push\\n.option norelax\\nla gp, __global_pointer$\\n.option pop\\ncall main\\nli a7, 94\\necall"); }
`;

export interface Built {
  readonly folder: string;
  /** The ELF file and its source on this computer. */
  readonly path: string;
  readonly source: string;
  readonly bytes: Uint8Array;
  /** Line (from 1) of the first source line that holds a text. */
  line(text: string): number;
}

/** Compiles with GCC and debug information. `#line 1` makes lines those of \`source\`. */
export function buildWithGcc(source: string, flags: readonly string[] = ["-O0"]): Built {
  const folder = mkdtempSync(join(tmpdir(), "faultline-gdb-"));
  const file = join(folder, "prog.c");
  const text = `${START.replaceAll("\n", " ")}\n${source}`;
  writeFileSync(file, text);
  const path = join(folder, "prog");
  execFileSync(GCC, [
    "-g",
    ...flags,
    "-march=rv32ima",
    "-mabi=ilp32",
    "-nostdlib",
    "-static",
    "-ffreestanding",
    "-fno-builtin",
    "-o",
    path,
    file,
    "-lgcc",
  ]);
  const line = (wanted: string): number => {
    const index = text.split("\n").findIndex((row) => row.includes(wanted));
    if (index < 0) throw new Error(`no line holds ${wanted}`);
    return index + 1;
  };
  return { folder, path, source: file, bytes: new Uint8Array(readFileSync(path)), line };
}

export interface Session {
  readonly control: RunControl;
  readonly stub: GdbStub;
  readonly machine: Machine;
  output(): string;
}

/** A machine stopped at the first instruction of a program. */
export async function startSession(
  bytes: Uint8Array,
  config: Partial<MachineConfig> = {},
  extra: readonly RootEntry[] = [],
  argv = ["/tmp/prog"],
): Promise<Session> {
  let text = "";
  const machine = new Machine(
    config,
    [...extra, { path: "/tmp/prog", type: "file", mode: 0o755, bytes }],
    (_stream, more) => (text += new TextDecoder().decode(more)),
  );
  const problem = machine.boot({ argv, environment: ["PATH=/bin"], stdio: "streams" });
  if (problem !== null) throw new Error(problem);
  const control = new RunControl(new Timeline(machine), noInput());
  await control.start();
  return { control, stub: new GdbStub(control, (file) => `saved ${file}`), machine, output: () => text };
}

/** Runs gdb's commands against a session over TCP; everything that gdb printed. */
export async function gdb(session: Session, program: string, commands: readonly string[]): Promise<string> {
  const server = createServer((socket) => {
    const connection = new GdbConnection(session.control, session.stub, (bytes) => void socket.write(bytes));
    socket.on("data", (bytes) => connection.receive(new Uint8Array(bytes)));
    socket.on("error", () => connection.close());
    socket.on("close", () => connection.close());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const all = [
    "set pagination off",
    "set confirm off",
    "set width 0",
    "set style enabled off",
    `target remote 127.0.0.1:${port}`,
    ...commands,
  ];
  try {
    return await new Promise<string>((resolve, reject) => {
      const child = spawn("gdb-multiarch", ["-nx", "-batch", ...all.flatMap((command) => ["-ex", command]), program], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      let text = "";
      child.stdout.on("data", (more: Buffer) => (text += more.toString()));
      child.stderr.on("data", (more: Buffer) => (text += more.toString()));
      const timer = setTimeout(() => {
        child.kill();
        reject(new Error(`gdb does not end; so far:\n${text}`));
      }, 50_000);
      child.on("close", () => {
        clearTimeout(timer);
        resolve(text);
      });
    });
  } finally {
    server.close();
  }
}
