/** `faultline dap`: the debug adapter over standard input and output, as editors start it. */
import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Images } from "../debugger/symbols.ts";
import { Machine } from "../machine.ts";
import { makeRecording, type Start } from "../recording.ts";
import { type Arguments, isRecord, RequestError, textOf, textsOf } from "../servers/dap-arguments.ts";
import { DapReader, frameMessage } from "../servers/dap-framing.ts";
import { DapSession, type Launch } from "../servers/dap-session.ts";
import { noInput, RunControl } from "../servers/run-control.ts";
import { Timeline } from "../timeline.ts";
import { CommandFailure } from "./failure.ts";
import { loadRoot } from "./files.ts";
import { configFrom, type ParsedOptions } from "./machine-arguments.ts";
import { saveRecording } from "./recording-file.ts";
import { prepareProgram } from "./run.ts";

/** Serves one session; resolves to the exit status when the client has gone or disconnects. */
export async function runDap(): Promise<number> {
  return new Promise((end) => {
    const reader = new DapReader();
    const session = new DapSession(
      (message) => void process.stdout.write(frameMessage(message)),
      launch,
      () => {
        process.stdin.destroy();
        end(0);
      },
    );
    process.stdin.on("data", (bytes: Buffer) => {
      for (const incoming of reader.push(bytes)) session.receive(incoming);
    });
    process.stdin.on("end", () => session.close());
    process.stdin.on("error", () => session.close());
    process.stdout.on("error", () => session.close());
  });
}

/** Arguments of launch: program, args, cwd, env, options, stopOnEntry, stopAtExit (docs/vscode.md). */
const launch: Launch = (args, output) => {
  const named = textOf(args, "program");
  const folder = textOf(
    args,
    "cwd",
    existsSync(named) && statSync(named).isFile() ? dirname(resolve(named)) : process.cwd(),
  );
  try {
    process.chdir(folder);
    const config = configFrom(optionsOf(args));
    const root = loadRoot();
    const program = prepareProgram(named, root);
    const entries = [...root, ...program.added];
    const decoder = { stdout: new TextDecoder(), stderr: new TextDecoder(), tty0: new TextDecoder() };
    const machine = new Machine(config, entries, (stream, bytes) =>
      output(stream === "stderr" ? "stderr" : "stdout", decoder[stream].decode(bytes, { stream: true })),
    );
    machine.onMessage = (text) => output("console", `${text}\n`);
    const start: Start = {
      argv: [program.path, ...textsOf(args, "args")],
      environment: environmentOf(args),
      stdio: "streams",
      added: program.added,
    };
    const problem = machine.boot(start);
    if (problem !== null) throw new RequestError(`${named} cannot be executed: ${problem}`);
    const files = new Map(
      entries.flatMap((entry) =>
        entry.type === "file" && entry.bytes !== undefined ? [[entry.path, entry.bytes] as const] : [],
      ),
    );
    const images = new Images((path) => files.get(path) ?? null);
    const timeline = new Timeline(machine);
    return {
      control: new RunControl(timeline, noInput()),
      image: images.byPath(program.path),
      imageOf: (pid) => images.of(machine, pid),
      folder,
      save: (file) => saveRecording(resolve(folder, file), makeRecording(timeline, start, root)),
    };
  } catch (error) {
    if (error instanceof CommandFailure) throw new RequestError(error.message);
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new RequestError(`there is no folder ${folder}`);
    throw error;
  }
};

/** `options` of the launch request: those of the command line, without dashes. */
function optionsOf(args: Arguments): ParsedOptions {
  const given = args["options"] ?? {};
  if (!isRecord(given)) throw new RequestError('"options" has to be an object such as {"frames": 128}');
  const camel = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [camel(name), String(value)]));
}

function environmentOf(args: Arguments): string[] {
  const given = args["env"] ?? {};
  if (!isRecord(given)) throw new RequestError('"env" has to be an object of texts');
  return Object.entries({ PATH: "/bin", HOME: "/root", TERM: "dumb", ...given }).map(
    ([name, value]) => `${name}=${String(value)}`,
  );
}
