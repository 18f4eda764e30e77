/** Runs a C program from source to exit on a whole machine, and keeps everything that happened. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FaultlineEvent } from "../../kernel/events.ts";
import { compileSource } from "../../system/cli/compile.ts";
import { Machine } from "../../system/machine.ts";
import type { MachineConfig } from "../../system/options.ts";
import { type Report, report } from "../../system/report.ts";
import { type RootEntry, readRootArchive } from "../../system/root-file-system.ts";

export const root: string = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..", "..");

let cached: RootEntry[] | null = null;
/** The root file system that the build made. */
export const rootEntries = (): RootEntry[] =>
  (cached ??= readRootArchive(readFileSync(join(root, "dist", "rootfs.tar"))));

export interface StoryOptions {
  readonly config?: Partial<MachineConfig>;
  readonly argv?: readonly string[];
  readonly environment?: readonly string[];
  readonly stdin?: string;
  /** Nobody listens, and `events` stays empty: for long runs whose events do not matter. */
  readonly withoutEvents?: boolean;
  /** Called after every event. */
  readonly onEvent?: (event: FaultlineEvent, machine: Machine) => void;
}

export interface Story {
  readonly machine: Machine;
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly events: readonly FaultlineEvent[];
  readonly report: Report;
}

/** Runs one of the machine's own programs by name. */
export function runStory(argv: readonly string[], options: StoryOptions = {}, extra: readonly RootEntry[] = []): Story {
  const decoder = { stdout: new TextDecoder(), stderr: new TextDecoder(), tty0: new TextDecoder() };
  const text = { stdout: "", stderr: "", tty0: "" };
  const machine = new Machine(options.config ?? {}, [...rootEntries(), ...extra], (stream, bytes) => {
    text[stream] += decoder[stream].decode(bytes, { stream: true });
  });
  const events: FaultlineEvent[] = [];
  if (options.withoutEvents !== true) {
    machine.subscribe((event) => {
      events.push(event);
      options.onEvent?.(event, machine);
    });
  }
  const problem = machine.boot({
    argv,
    environment: options.environment ?? ["PATH=/bin", "HOME=/root"],
    stdio: "streams",
  });
  if (problem !== null) throw new Error(`cannot boot ${argv[0]}: ${problem}`);
  if (options.stdin !== undefined) machine.type("stdin", new TextEncoder().encode(options.stdin));
  machine.closeInput("stdin");
  for (let slices = 0; slices < 10_000; slices++) {
    const status = machine.run(50_000_000);
    if (status.kind === "halted") {
      return {
        machine,
        status: status.status,
        stdout: text.stdout,
        stderr: text.stderr,
        events,
        report: report(machine),
      };
    }
    if (status.kind === "asleep") machine.skipTo(status.untilCycles);
    else if (status.kind !== "slice")
      throw new Error(`the run stopped: ${status.kind}; so far it printed:\n${text.stdout}${text.stderr}`);
  }
  throw new Error(`the program does not end; so far it printed:\n${text.stdout}${text.stderr}`);
}

/** Compiles C source with our compiler and runs it. */
export function runC(source: string, options: StoryOptions = {}): Story {
  const bytes = compileSource("story.c", source, rootEntries());
  return runStory(["/tmp/story", ...(options.argv ?? [])], options, [
    { path: "/tmp/story", type: "file", mode: 0o755, bytes },
  ]);
}

/** The events between the n-th and the next call of the marker system call getppid (which the stories use for nothing else). */
export function between(events: readonly FaultlineEvent[], nth = 0): FaultlineEvent[] {
  const marks = events.flatMap((event, index) =>
    event.kind === "syscall-enter" && event.name === "getppid" ? [index] : [],
  );
  return events.slice(marks[nth], marks[nth + 1]);
}
