/** A program under a timeline, for the commands that look back: debug, replay, explain-fault. */
import type { FolderOptions } from "../../kernel/fs/folder.ts";
import type { Violation } from "../../kernel/sanitizer.ts";
import type { Watcher } from "../debugger/search.ts";
import { Images } from "../debugger/symbols.ts";
import { Machine } from "../machine.ts";
import type { Start } from "../recording.ts";
import type { RootEntry } from "../root-file-system.ts";
import { attachSanitizer, violationText } from "../sanitize.ts";
import { Timeline } from "../timeline.ts";
import { CommandFailure } from "./failure.ts";
import { loadRoot } from "./files.ts";
import { configFrom, type ParsedOptions, sanitizeFrom } from "./machine-arguments.ts";
import { prepareProgram } from "./run.ts";

/** Fixed, unlike `run`'s: a recording must not depend on the terminal it was made in. */
const ENVIRONMENT = ["PATH=/bin", "HOME=/root", "TERM=dumb"];

export interface Session {
  readonly machine: Machine;
  readonly timeline: Timeline;
  readonly images: Images;
  /** What was booted: enough, with the input log, to do it again. */
  readonly start: Start;
  /** Files besides `start.added`. */
  readonly root: readonly RootEntry[];
  /** Stops the debugger where the sanitizer has found something; null without a sanitizer. */
  readonly alarm: Watcher | null;
}

export type Output = (stream: "tty0" | "stdout" | "stderr", bytes: Uint8Array) => void;

/** Compiles or loads a program and boots a machine with it. Throws CommandFailure. */
export function openSession(file: string, args: readonly string[], options: ParsedOptions, output: Output): Session {
  const config = configFrom(options);
  const root = loadRoot();
  const program = prepareProgram(file, root);
  const argv = [program.path, ...args];
  const start: Start = { argv, environment: ENVIRONMENT, stdio: "streams", added: program.added };
  return bootSession(config, root, start, output, sanitizeFrom(options));
}

/**
 * Boots a machine as `start` says. Throws CommandFailure.
 * @param interval events between two checks of everything by the sanitizer; null: without it
 * @param folder how changes of a host's folder are answered, when the machine has one
 */
export function bootSession(
  config: ReturnType<typeof configFrom>,
  root: readonly RootEntry[],
  start: Start,
  output: Output,
  interval: number | null = null,
  folder?: FolderOptions,
): Session {
  const whole = [...root, ...start.added];
  const machine = new Machine(config, whole, output, folder);
  machine.onMessage = (text) => output("stderr", new TextEncoder().encode(`${text}\n`));
  const alarm = interval === null ? null : sanitizerAlarm(machine, interval);
  const problem = machine.boot(start);
  if (problem !== null) throw new CommandFailure(`${start.argv[0]} cannot be executed: ${problem}`, "", 126);
  const files = new Map(whole.map((entry) => [entry.path, entry]));
  const images = new Images((path) => files.get(path)?.bytes ?? null);
  return { machine, timeline: new Timeline(machine), images, start, root, alarm };
}

/** Attaches a sanitizer that tells what it finds, and stops the debugger at that event. */
export function sanitizerAlarm(machine: Machine, interval: number): Watcher {
  let found: Violation | null = null;
  attachSanitizer(machine, interval, (violation) => {
    found = violation;
    machine.onMessage(violationText(violation), 0);
  });
  return {
    event: () => {
      const reason = found === null ? null : `kernel sanitizer: ${found.message}`;
      found = null;
      return reason;
    },
  };
}

const SLICE_CYCLES = 20_000_000;

/**
 * Runs a recording on to its end: sleep is skipped, and `feed` is asked for input when a program waits for it (false: there
 * is no more). Returns why it ended.
 */
export function recordToEnd(
  timeline: Timeline,
  feed: () => boolean,
): { readonly kind: "halted"; readonly status: number } | { readonly kind: "instruction-limit" | "stuck" } {
  for (;;) {
    const status = timeline.record(SLICE_CYCLES);
    if (status.kind === "asleep") {
      if (!timeline.machine.kernel.wantsInput || !feed()) timeline.skipTo(status.untilCycles);
    } else if (status.kind === "input") {
      if (!feed()) return { kind: "stuck" };
    } else if (status.kind === "halted" || status.kind === "instruction-limit") return status;
  }
}
