/** `faultline debug`: a program under the debugger, from the keyboard, from scripts (-x), or in batch with answers as JSON. */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { Debugger } from "../debugger/debugger.ts";
import { makeRecording } from "../recording.ts";
import type { Context } from "./debug/commands.ts";
import { Pane } from "./debug/layout.ts";
import { type Answer, Shell } from "./debug/shell.ts";
import type { ReadSource } from "./debug/show.ts";
import { openSession, type Session } from "./debug-session.ts";
import { readNamedFile } from "./files.ts";
import { writeStandardStream } from "./host-streams.ts";
import type { ParsedOptions } from "./machine-arguments.ts";
import { saveRecording } from "./recording-file.ts";

/** Resolves to the exit status. Throws CommandFailure before the program is started. */
export async function debugProgram(file: string, args: readonly string[], options: ParsedOptions): Promise<number> {
  const isJson = options["json"] === true;
  const output = { text: "" };
  const decoder = new TextDecoder();
  const session = openSession(file, args, options, (stream, bytes) => {
    if (isJson) output.text += decoder.decode(bytes, { stream: true });
    else writeStandardStream(stream === "stderr" ? 2 : 1, bytes);
  });
  return debugSession(session, options, output);
}

/** Debugs a machine that stands anywhere on its timeline. */
export async function debugSession(
  session: Session,
  options: ParsedOptions,
  output: { text: string },
): Promise<number> {
  const shell = new Shell(contextOf(session, options));
  const isJson = options["json"] === true;
  const show = (line: string, result: Answer): Answer => {
    if (isJson) process.stdout.write(`${JSON.stringify(jsonOf(line, result, output))}\n`);
    else if (result.text !== "") process.stdout.write(`${result.text}\n`);
    return result;
  };
  const answer = (line: string): Answer => show(line, shell.execute(line));
  let hasFailed = false;
  const script = (text: string): void => {
    for (const line of text.split("\n")) {
      if (shell.context.quit) return;
      if (line.trim() !== "" && answer(line).isError) hasFailed = true;
    }
  };
  if (typeof options["x"] === "string") script(new TextDecoder().decode(readNamedFile(options["x"])));
  if (options["batch"] === true) {
    if (typeof options["x"] !== "string") script(readFileSync(0, "utf8"));
    return hasFailed ? 1 : 0;
  }
  if (!shell.context.quit) await converse(shell, async (line) => show(line, await inParts(shell, line)));
  return 0;
}

function jsonOf(line: string, { text, isError, stop }: Answer, output: { text: string }): object {
  const printed = output.text;
  output.text = "";
  const where =
    stop === null
      ? {}
      : {
          stop: {
            kind: stop.kind,
            text: stop.text,
            breakpoint: stop.breakpoint?.id ?? null,
            pid: stop.pid,
            pc: stop.pc,
            ...stop.moment,
            status: stop.status,
            ...(stop.returned === null ? {} : { returned: stop.returned }),
          },
        };
  return { command: line.trim(), ok: !isError, text, ...where, ...(printed === "" ? {} : { output: printed }) };
}

/** Carries out a line while the keyboard is served: Ctrl-C ends a search. */
async function inParts(shell: Shell, line: string): Promise<Answer> {
  const parts = shell.executing(line);
  for (;;) {
    const { done, value } = parts.next();
    if (done === true) return value;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

async function converse(shell: Shell, answer: (line: string) => Promise<unknown>): Promise<void> {
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  if (isTerminal)
    process.stdout.write(
      "faultline debugger: help lists the commands; everything runs backwards too (rsi, rn, rc, who).\n",
    );
  process.stdout.write(`${shell.where()}\n`);
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: isTerminal,
    prompt: "(faultline) ",
    historySize: 1000,
    completer: (line: string) => shell.complete(line),
  });
  let isBusy = false;
  const interrupt = (): void => {
    if (isBusy) shell.context.isCancelled = true;
    else {
      process.stdout.write("quit leaves the debugger\n");
      lines.prompt();
    }
  };
  const pane = new Pane((text) => process.stdout.write(text));
  const paint = (): void => {
    if (isTerminal) pane.paint(shell.context, process.stdout.rows, process.stdout.columns);
  };
  process.stdout.on("resize", paint);
  lines.on("SIGINT", interrupt);
  process.on("SIGINT", interrupt);
  lines.prompt();
  for await (const line of lines) {
    isBusy = true;
    await answer(line);
    isBusy = false;
    if (shell.context.quit) break;
    paint();
    lines.prompt();
  }
  process.stdout.off("resize", paint);
  pane.close(process.stdout.rows);
  process.off("SIGINT", interrupt);
  lines.close();
}

function contextOf(session: Session, options: ParsedOptions): Context {
  const { timeline } = session;
  const stream = session.start.stdio === "tty" ? "tty0" : "stdin";
  let pending: Uint8Array | null = typeof options["stdin"] === "string" ? readNamedFile(options["stdin"]) : null;
  let isOpen = typeof options["stdin"] === "string";
  const feed = (): boolean => {
    if (!isOpen) return false;
    if (pending !== null && pending.length > 0) timeline.type(stream, pending);
    else {
      timeline.closeInput(stream);
      isOpen = false;
    }
    pending = null;
    return true;
  };
  const debug = new Debugger(timeline, session.images, {
    feed,
    isCancelled: () => context.isCancelled,
    alarm: session.alarm,
  });
  const context: Context = {
    debug,
    source: sourceReader(session),
    level: 0,
    listed: null,
    examined: 0,
    microscope: null,
    input(text) {
      if (text === null) timeline.closeInput(stream);
      else timeline.type(stream, new TextEncoder().encode(text));
    },
    save(path) {
      if (path === "") throw new RangeError("save to which file? for example: save crash.faultline");
      try {
        return saveRecording(path, makeRecording(timeline, session.start, session.root));
      } catch (error) {
        throw new RangeError(`${path} cannot be written: ${(error as Error).message}`);
      }
    },
    quit: false,
    layout: "off",
    hasPane: process.stdin.isTTY === true && process.stdout.isTTY === true && options["batch"] !== true,
    isCancelled: false,
  };
  return context;
}

/** Sources from the machine's own files, else from this computer. */
export function sourceReader(session: Session): ReadSource {
  const known = new Map<string, readonly string[] | null>();
  const own = new Map([...session.root, ...session.start.added].map((entry) => [entry.path, entry.bytes]));
  return (path) => {
    let lines = known.get(path);
    if (lines === undefined) {
      try {
        lines = (own.has(path) ? new TextDecoder().decode(own.get(path)) : readFileSync(path, "utf8")).split("\n");
      } catch {
        lines = null;
      }
      known.set(path, lines);
    }
    return lines;
  };
}
