/** `faultline run`: from a C, assembly or ELF file to a process, with its streams and exit status passed through. */
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { basename, extname } from "node:path";
import type { FolderOptions } from "../../kernel/fs/folder.ts";
import { StraceWriter } from "../export/strace.ts";
import { Machine, type OutputStream } from "../machine.ts";
import { Recorder } from "../recorder.ts";
import { makeRecording, type Start } from "../recording.ts";
import type { RootEntry } from "../root-file-system.ts";
import { attachSanitizer, SanitizerStop } from "../sanitize.ts";
import type { Timeline } from "../timeline.ts";
import { compileFile } from "./compile.ts";
import { type BatchEnd, driveBatch, type Supervision } from "./drive-batch.ts";
import { driveTerminal } from "./drive-terminal.ts";
import { CommandFailure } from "./failure.ts";
import { loadRoot, readNamedFile } from "./files.ts";
import { gdbFrom, type Output, serveGdb } from "./gdb.ts";
import { HostFolder } from "./host-folder.ts";
import { parseRoot, readHostRoot } from "./host-root.ts";
import { writeStandardStream } from "./host-streams.ts";
import {
  attachTrace,
  configFrom,
  type ParsedOptions,
  sanitizeFrom,
  traceFrom,
  writeReport,
} from "./machine-arguments.ts";
import { recordFileFrom, saveRecording } from "./recording-file.ts";
import { type SwapFile, swapFileFrom } from "./swap-file.ts";
import { attachExports } from "./trace-export.ts";

/** Process 1 of a machine with a shell; with -p it runs one program as its child (programs/init.c). */
const INIT = "/bin/init";
/** Exit status when --max-instructions was reached, as timeout(1) has it. */
const STATUS_LIMIT = 124;
const HELD_SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
/** Exit status when the sanitizer has stopped the run: EX_SOFTWARE of sysexits.h. */
const STATUS_SANITIZER = 70;
const SOURCES = new Set([".c", ".s", ".S"]);
const ENVIRONMENT = ["PATH=/bin", "HOME=/root", "TERM=" + (process.env["TERM"] ?? "dumb")];

export interface Program {
  /** What the machine executes. */
  readonly path: string;
  /** The file to add to the machine for it, if it is not there already. */
  readonly added: readonly RootEntry[];
}

/** Finds, compiles or loads what the person named. Throws CommandFailure. */
export function prepareProgram(file: string, root: readonly RootEntry[], place = "/tmp"): Program {
  const extension = extname(file);
  const isOnHost = existsSync(file);
  if (!isOnHost && !file.includes("/") && extension === "") {
    if (root.some((entry) => entry.path === `/bin/${file}`)) return { path: `/bin/${file}`, added: [] };
    throw new CommandFailure(
      `there is no file ${file} here, and the machine has no program of that name.`,
      "`faultline sh -c help` lists the machine's programs.",
    );
  }
  const given = readNamedFile(file);
  const bytes = SOURCES.has(extension) ? compileFile(file, root) : given;
  const path = `${place}/${basename(file, SOURCES.has(extension) ? extension : "")}`;
  return { path, added: [{ path, type: "file", mode: 0o755, bytes }] };
}

/** Runs it; resolves to the exit status of the command. Throws CommandFailure before anything runs. */
export async function runProgram(file: string, args: readonly string[], options: ParsedOptions): Promise<number> {
  const config = configFrom(options);
  const own = loadRoot();
  const given = options["root"];
  const usesInit = options["init"] === true;
  if (typeof given !== "string") {
    const program = prepareProgram(file, own);
    const argv = [...(usesInit ? [INIT, "-p"] : []), program.path, ...args];
    return runMachine({ config, root: own, added: program.added, argv, named: file, options });
  }
  const { folder, mode } = parseRoot(given);
  if (mode === "rw" && options["gdb"] !== undefined)
    throw new CommandFailure(
      "a folder that is written to cannot go back in time with gdb.",
      `Use --root ${folder}, whose changes stay in the machine.`,
    );
  const entries = readHostRoot(folder, mode);
  const program = programInRoot(file, entries) ?? programBeside(file, own, placeIn(entries));
  const init = usesInit ? initBeside(own, placeIn(entries)) : null;
  const argv = [...(init === null ? [] : [init.path, "-p"]), program.path, ...args];
  const port = mode === "rw" ? openHostFolder(folder) : null;
  const root: FolderOptions | undefined = mode === "copy" ? undefined : { isReadOnly: mode === "ro", port };
  try {
    // The folder's files are input as the program is: a recording has to have them.
    const added = [...entries, ...program.added, ...(init === null ? [] : [init])];
    return await runMachine({ config, root: [], added, argv, named: file, options, folder: root });
  } finally {
    port?.release();
  }
}

/** The machine's init, for a folder that has none of the machine's programs. */
function initBeside(own: readonly RootEntry[], place: string): RootEntry {
  const init = own.find(({ path }) => path === INIT);
  if (init === undefined)
    throw new CommandFailure("the machine has no init.", "`npm run build -- --force` makes it anew.", 1);
  return { ...init, path: `${place}/init` };
}

/** A program that is not in the folder: of this computer, or one of the machine's own, which the folder does not have either. */
function programBeside(file: string, own: readonly RootEntry[], place: string): Program {
  const program = prepareProgram(file, own, place);
  if (program.added.length > 0) return program;
  const path = `${place}/${basename(program.path)}`;
  return { path, added: own.filter((entry) => entry.path === program.path).map((entry) => ({ ...entry, path })) };
}

/** Where in a machine with a folder's files there is room for a program: its /tmp, unless that is a link or a file. */
function placeIn(entries: readonly RootEntry[]): string {
  const isFolder = (path: string) => entries.every((entry) => entry.path !== path || entry.type === "directory");
  return ["/tmp", "/.faultline"].find(isFolder) ?? "/.faultline.d";
}

function openHostFolder(folder: string): HostFolder {
  try {
    return new HostFolder(folder);
  } catch (error) {
    throw new CommandFailure(
      `${folder} cannot be written through to: ${(error as Error).message}.`,
      "Name a folder that you may read and write.",
    );
  }
}

/** The program as a file of the folder that `--root` names, by its path there, or null. */
function programInRoot(file: string, root: readonly RootEntry[]): Program | null {
  const path = `/${file.replace(/^[./]*\//, "")}`;
  return root.some((entry) => entry.path === path && entry.type !== "directory") ? { path, added: [] } : null;
}

/** Prints system calls if asked to. Returns what writes out the rest. */
function attachStrace(machine: Machine, options: ParsedOptions): () => void {
  if (options["strace"] !== true) return () => {};
  let pending = "";
  const flush = (): void => {
    if (pending !== "") writeStandardStream(2, new TextEncoder().encode(pending));
    pending = "";
  };
  const writer = new StraceWriter(machine, (line) => {
    pending += `${line}\n`;
    if (pending.length > 4096) flush();
  });
  machine.subscribe((event) => writer.event(event));
  return flush;
}

interface Run {
  readonly config: ReturnType<typeof configFrom>;
  /** The machine's own files; none when a folder takes their place. */
  readonly root: readonly RootEntry[];
  /** Files besides. */
  readonly added: readonly RootEntry[];
  readonly argv: readonly string[];
  /** What the person called the program, for messages. */
  readonly named: string;
  readonly options: ParsedOptions;
  /** How the folder that takes the place of the machine's own files takes changes; by default it is a copy. */
  readonly folder?: FolderOptions | undefined;
}

/** Boots a machine with one program on the present terminal (when there is one) or on the three streams. */
export async function runMachine(run: Run): Promise<number> {
  const swapFile = swapFileFrom(run.options, run.config);
  if (swapFile === null) return runOn(run, null);
  try {
    return await runOn({ ...run, config: { ...run.config, swapSlots: swapFile.slots } }, swapFile);
  } finally {
    swapFile.close();
  }
}

async function runOn(run: Run, swapFile: SwapFile | null): Promise<number> {
  const { config, root, added, argv, options } = run;
  const kinds = traceFrom(options);
  const interval = sanitizeFrom(options);
  const gdb = gdbFrom(options["gdb"]);
  const recordFile = recordFileFrom(options);
  const isInteractive = process.stdin.isTTY === true && process.stdout.isTTY === true && gdb?.kind !== "stdio";
  let isReaderGone = false;
  const output: Output = { redirect: null };
  const write = (stream: OutputStream, bytes: Uint8Array): void => {
    if (output.redirect !== null) output.redirect(bytes);
    else if (!writeStandardStream(stream === "stderr" ? 2 : 1, bytes)) isReaderGone = true;
  };
  const machine = new Machine(config, [...root, ...added], write, run.folder);
  const tell = (text: string): void => {
    writeStandardStream(2, new TextEncoder().encode(isInteractive ? `${text}\r\n` : `${text}\n`));
  };
  machine.onMessage = tell;
  const flush =
    kinds === null
      ? () => {}
      : attachTrace(machine, kinds, (text) => writeStandardStream(2, new TextEncoder().encode(text)));
  const flushStrace = attachStrace(machine, options);
  const finishExports = attachExports(machine, options);
  const start: Start = {
    argv,
    environment: ENVIRONMENT,
    stdio: isInteractive ? "tty" : "streams",
    added,
    hasOwnRoot: root.length > 0,
    ...(run.folder === undefined ? {} : { folder: run.folder.isReadOnly ? "read-only" : "writable" }),
  };
  if (interval !== null)
    attachSanitizer(machine, interval, (violation) => {
      throw new SanitizerStop(violation);
    });
  swapFile?.attach(machine);
  const problem = machine.boot(start);
  if (problem !== null) finishExports();
  if (problem !== null) throw new CommandFailure(`${run.named} cannot be executed: ${problem}`, "", 126);
  const recorder = recordFile === null || gdb !== null ? null : new Recorder(machine, start, root);
  const save = (failure: string | null): void => {
    if (recorder !== null) tell(`faultline: ${saveRecording(recordFile!, recorder.recording(failure))}`);
  };
  const keep = (timeline: Timeline, file: string): string => saveRecording(file, makeRecording(timeline, start, root));
  const signals = new HostSignals(recorder !== null);
  const supervise: Supervision = () => {
    recorder?.look();
    return isReaderGone ? { kind: "halted", status: 141 } : signals.end;
  };
  try {
    const end =
      gdb !== null
        ? await serveGdb(machine, gdb, output, isInteractive, keep, (timeline) => {
            if (recordFile !== null) tell(`faultline: ${keep(timeline, recordFile)}`);
          })
        : isInteractive
          ? await driveTerminal(machine, process.stdin, process.stdout, supervise)
          : await driveBatch(machine, supervise);
    flush();
    save(null);
    return statusOf(end, machine);
  } catch (error) {
    flush();
    save((error as Error).message);
    if (!(error instanceof SanitizerStop)) throw error;
    tell(`faultline: ${error.message}`);
    return STATUS_SANITIZER;
  } finally {
    flush();
    flushStrace();
    finishExports();
    writeReport(machine, options);
    signals.release();
  }
}

/** Signals of this computer that would end the run at once: held back until the recording has been written. */
class HostSignals {
  end: Extract<BatchEnd, { kind: "interrupted" }> | null = null;
  private readonly isHolding: boolean;
  private readonly hold = (signal: NodeJS.Signals): void => {
    this.end = { kind: "interrupted", signal };
  };

  constructor(isHolding: boolean) {
    this.isHolding = isHolding;
    if (isHolding) for (const signal of HELD_SIGNALS) process.on(signal, this.hold);
  }

  /** From here on they do what they always do; one that came is sent again, so that the caller sees how the run ended. */
  release(): void {
    if (this.isHolding) for (const signal of HELD_SIGNALS) process.off(signal, this.hold);
    if (this.end !== null) process.kill(process.pid, this.end.signal);
  }
}

function statusOf(end: BatchEnd, machine: Machine): number {
  switch (end.kind) {
    case "halted":
      return end.status;
    case "instruction-limit":
      process.stderr.write(
        `faultline: stopped after ${machine.hart.instret} instructions, as --max-instructions asks\n`,
      );
      return STATUS_LIMIT;
    case "interrupted":
      return 128 + (constants.signals[end.signal] ?? 0);
    case "stuck":
      process.stderr.write(
        "faultline: every process waits, and nothing can wake one: input has ended and no timer runs\n",
      );
      return STATUS_LIMIT;
  }
}
