/** The options that every command running a machine shares: configuration, trace and report. */
import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { POLICY_NAMES } from "../../kernel/mm/replacement/policies.ts";
import { parseTraceList, TRACE_CATEGORIES, traceLine } from "../export/trace-text.ts";
import type { Machine } from "../machine.ts";
import { type MachineConfig, optionRows } from "../options.ts";
import { report } from "../report.ts";
import { DEFAULT_SANITIZE_INTERVAL } from "../sanitize.ts";
import { CommandFailure } from "./failure.ts";
import { addExportOptions } from "./trace-export.ts";

export type ParsedOptions = Record<string, string | boolean | undefined>;

const rows = optionRows(POLICY_NAMES);

/** Adds them to a command. */
export function addMachineOptions(command: Command): Command {
  for (const row of rows) {
    const choices = row.choices === undefined ? "" : `: ${row.choices.join(", ")}`;
    command.option(`--${row.name} <${row.value}>`, `${row.meaning}${choices} (default: ${row.byDefault})`);
  }
  return addExportOptions(command)
    .option(
      "--trace <LIST>",
      `print events to stderr, a line each: ${Object.keys(TRACE_CATEGORIES).join(", ")} or all, separated by commas`,
    )
    .option("--sanitize", "check the kernel's books at every event, and stop at the one that breaks them")
    .option("--sanitize-every <N>", "the same, with a check of everything after every N events (default: 20000)")
    .option("--report <FILE>", "write a JSON report of the run (docs/report.md); - for stdout");
}

const camel = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** The configuration that the given options describe. Throws CommandFailure. */
export function configFrom(options: ParsedOptions): Partial<MachineConfig> {
  let config: Partial<MachineConfig> = {};
  for (const row of rows) {
    const text = options[camel(row.name)];
    if (typeof text !== "string") continue;
    const parsed = row.parse(text);
    if (!parsed.ok)
      throw new CommandFailure(`${parsed.message}.`, "`faultline help run` lists every option with its default.");
    config = { ...config, ...parsed.fields };
  }
  return config;
}

/** The kinds of event to print, or null. Throws CommandFailure; called before anything runs. */
export function traceFrom(options: ParsedOptions): ReadonlySet<string> | null {
  if (typeof options["trace"] !== "string") return null;
  const list = parseTraceList(options["trace"]);
  if ("message" in list) throw new CommandFailure(`${list.message}.`, "docs/events.md tells what each event means.");
  return list.kinds;
}

/** Events between two checks of everything by the kernel sanitizer, or null when it is not wanted. Throws CommandFailure. */
export function sanitizeFrom(options: ParsedOptions): number | null {
  const every = options["sanitizeEvery"];
  if (typeof every !== "string") return options["sanitize"] === true ? DEFAULT_SANITIZE_INTERVAL : null;
  const interval = /^\d+$/.test(every) ? Number(every) : 0;
  if (interval < 1)
    throw new CommandFailure(
      `--sanitize-every takes a number of events from 1, not "${every}".`,
      "--sanitize-every 1 checks everything after each event; --sanitize alone is faster.",
    );
  return interval;
}

/** Prints the chosen events of a machine, buffered, through `write`. Returns a function that flushes. */
export function attachTrace(machine: Machine, kinds: ReadonlySet<string>, write: (text: string) => void): () => void {
  let pending = "";
  const flush = (): void => {
    if (pending !== "") write(pending);
    pending = "";
  };
  machine.subscribe((event, cycles) => {
    if (!kinds.has(event.kind)) return;
    pending += traceLine(event, cycles, machine.kernel.core.variables.currentPid) + "\n";
    if (pending.length > 65536) flush();
  });
  return flush;
}

/** Writes the report when one was asked for. Throws CommandFailure when the file cannot be written. */
export function writeReport(machine: Machine, options: ParsedOptions): void {
  const file = options["report"];
  if (typeof file !== "string") return;
  const text = JSON.stringify(report(machine), null, 2) + "\n";
  if (file === "-") {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CommandFailure(
      `the report cannot be written to ${file}: ${(error as Error).message}.`,
      "name a file in a folder that exists and that you may write to.",
    );
  }
}
