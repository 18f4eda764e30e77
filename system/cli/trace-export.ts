/** `--chrome-trace`, `--events-json`, `--events-csv` and `--record-trace`: a run written to files while it goes on. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { Command } from "commander";
import type { FaultlineEvent } from "../../kernel/events.ts";
import { Frame } from "../../kernel/mm/frames.ts";
import { ChromeTrace, type TraceFigures } from "../export/chrome-trace.ts";
import { csvHeader, eventCsv } from "../export/events-csv.ts";
import { eventJson } from "../export/events-json.ts";
import { ReferenceRecorder, ReferenceTraceWriter } from "../export/reference-trace.ts";
import type { Machine } from "../machine.ts";
import { CommandFailure } from "./failure.ts";

type Write = (text: string) => void;
/** One export under way: what it does with an event, and how it ends. */
interface Exporter {
  readonly event?: (event: FaultlineEvent, cycles: number, instret: number) => void;
  readonly finish: () => void;
}

interface ExportRow {
  readonly option: string;
  readonly meaning: string;
  readonly start: (machine: Machine, write: Write) => Exporter;
}

const ROWS: Readonly<Record<string, ExportRow>> = {
  chromeTrace: {
    option: "--chrome-trace <FILE>",
    meaning: "write a timeline for ui.perfetto.dev",
    start: startChromeTrace,
  },
  eventsJson: {
    option: "--events-json <FILE>",
    meaning: "write every event as a line of JSON (docs/trace-export.md)",
    start: startJson,
  },
  eventsCsv: {
    option: "--events-csv <FILE>",
    meaning: "write every event as a row of CSV (docs/trace-export.md)",
    start: startCsv,
  },
  recordTrace: {
    option: "--record-trace <FILE>",
    meaning: "write every page reference of user code, for policy tools; ten times slower",
    start: startReferences,
  },
};

/** Adds the options to a command. */
export function addExportOptions(command: Command): Command {
  for (const { option, meaning } of Object.values(ROWS)) command.option(option, meaning);
  return command;
}

/**
 * Begins every export that the options ask for; call before boot. Returns what ends them and completes the files, which may be
 * called again. Throws CommandFailure when a file cannot be written.
 */
export function attachExports(
  machine: Machine,
  options: Readonly<Record<string, string | boolean | undefined>>,
): () => void {
  const ends: (() => void)[] = [];
  for (const [name, { start }] of Object.entries(ROWS)) {
    const path = options[name];
    if (typeof path !== "string") continue;
    const file = new OutputFile(path);
    const exporter = start(machine, (text) => file.write(text));
    const leave = exporter.event === undefined ? () => {} : machine.subscribe(exporter.event);
    ends.push(() => {
      leave();
      exporter.finish();
      file.close();
    });
  }
  return () => {
    for (const end of ends.splice(0)) end();
  };
}

function startChromeTrace(machine: Machine, write: Write): Exporter {
  const trace = new ChromeTrace(write, () => figuresOf(machine));
  return { event: (event, cycles) => trace.event(event, cycles), finish: () => trace.finish(machine.hart.cycles) };
}

/** What the counters of a trace show, as of now. */
export function figuresOf(machine: Machine): TraceFigures {
  const { frames, processes, variables } = machine.kernel.core;
  const count = (state: number): number => frames.count[state];
  const living = [...processes.values()].filter((p) => p.state !== "zombie");
  return {
    zeroed: count(Frame.Zeroed),
    dirty: count(Frame.Dirty),
    standby: count(Frame.Standby),
    modified: count(Frame.Modified),
    cpu: variables.currentPid,
    resident: living.map((p) => [p.pid, p.space.residentPages] as const),
  };
}

const stamp = (machine: Machine, cycle: number, instruction: number) => ({
  cycle,
  instruction,
  cpu: machine.kernel.core.variables.currentPid,
});

function startJson(machine: Machine, write: Write): Exporter {
  return {
    event: (event, cycles, instret) => write(`${eventJson(event, stamp(machine, cycles, instret))}\n`),
    finish: () => {},
  };
}

function startCsv(machine: Machine, write: Write): Exporter {
  write(csvHeader());
  return {
    event: (event, cycles, instret) => write(eventCsv(event, stamp(machine, cycles, instret))),
    finish: () => {},
  };
}

function startReferences(machine: Machine, write: Write): Exporter {
  const writer = new ReferenceTraceWriter(write);
  const recorder = new ReferenceRecorder(machine, (reference) => writer.take(reference));
  return {
    finish: () => {
      recorder.stop();
      writer.finish();
    },
  };
}

const BUFFER_CHARACTERS = 1 << 18;

/** A file that is written in large pieces. */
class OutputFile {
  private readonly path: string;
  private readonly descriptor: number;
  private pending = "";

  constructor(path: string) {
    this.path = path;
    this.descriptor = this.attempt(() => openSync(path, "w"));
  }

  write(text: string): void {
    this.pending += text;
    if (this.pending.length > BUFFER_CHARACTERS) this.flush();
  }

  close(): void {
    this.flush();
    closeSync(this.descriptor);
  }

  private flush(): void {
    const bytes = new TextEncoder().encode(this.pending);
    this.pending = "";
    for (let done = 0; done < bytes.length; ) done += this.attempt(() => writeSync(this.descriptor, bytes, done));
  }

  private attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw new CommandFailure(
        `${this.path} cannot be written: ${(error as Error).message}.`,
        "name a file in a folder that exists and that you may write to.",
      );
    }
  }
}
