/** `--gdb PORT` and `--gdb stdio`: a machine that waits for gdb before its first instruction, and obeys it. */
import { createServer, type Socket } from "node:net";
import type { Machine } from "../machine.ts";
import { GdbConnection } from "../servers/gdb-connection.ts";
import { GdbStub } from "../servers/gdb-stub.ts";
import { type InputSource, noInput, RunControl } from "../servers/run-control.ts";
import { Timeline } from "../timeline.ts";
import type { BatchEnd } from "./drive-batch.ts";
import { CommandFailure } from "./failure.ts";

/** Only this computer: whoever may talk to the stub may do anything to the machine. */
const HOST = "127.0.0.1";

export type GdbPlace = { readonly kind: "port"; readonly port: number } | { readonly kind: "stdio" };

/** What `--gdb` asks for, or null. Throws CommandFailure. */
export function gdbFrom(value: string | boolean | undefined): GdbPlace | null {
  if (typeof value !== "string") return null;
  if (value === "stdio") return { kind: "stdio" };
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (port <= 65535) return { kind: "port", port };
  throw new CommandFailure(
    `--gdb takes a port from 0 to 65535 (0: any that is free) or stdio, not "${value}".`,
    "for example: faultline run --gdb 1234 program.c, then in gdb: target remote :1234",
  );
}

/** A machine's output, to be sent where a debugger wants it. */
export interface Output {
  /** Set by whoever takes the output away from the streams; null: to the streams. */
  redirect: ((bytes: Uint8Array) => void) | null;
}

/** Input from this process's standard input, as it comes. */
function standardInput(stream: InputSource["stream"]): InputSource & { close(): void; wake(): void } {
  const arrived: (Uint8Array | "eof")[] = [];
  let wake: () => void = () => {};
  const { stdin } = process;
  const typed = (bytes: Buffer): void => {
    arrived.push(new Uint8Array(bytes));
    wake();
  };
  const ended = (): void => {
    arrived.push("eof");
    wake();
  };
  if (stream === "tty0") stdin.setRawMode?.(true);
  stdin.on("data", typed);
  stdin.on("end", ended);
  return {
    stream,
    take: () => arrived.shift() ?? null,
    wait: () =>
      new Promise((resolve) => {
        if (arrived.length > 0) resolve();
        else wake = resolve;
      }),
    wake: () => wake(),
    close: () => {
      stdin.off("data", typed);
      stdin.off("end", ended);
      if (stream === "tty0") stdin.setRawMode?.(false);
      stdin.destroy();
    },
  };
}

/** Writes a recording of the timeline to a file; returns what to say. */
type Save = (timeline: Timeline, file: string) => string;

/** `atEnd` is called with the run as it was left. Serves gdb until it detaches, kills, or goes away; resolves to how the run ended. The machine has been booted. */
export async function serveGdb(
  machine: Machine,
  place: GdbPlace,
  output: Output,
  isTerminal: boolean,
  save: Save,
  atEnd: (timeline: Timeline) => void,
): Promise<BatchEnd> {
  const input = place.kind === "stdio" ? null : standardInput(isTerminal ? "tty0" : "stdin");
  const timeline = new Timeline(machine);
  const control = new RunControl(timeline, input ?? noInput());
  const wake = (): void => input?.wake();
  try {
    await control.start();
    const stub = new GdbStub(control, (file) => save(timeline, file));
    const end =
      place.kind === "stdio"
        ? await serveStdio(control, stub, output)
        : await servePort(place.port, control, stub, wake);
    if (end === "detached") {
      control.breakpoints = [];
      control.watchpoints = [];
      for (let reason = control.reason; reason.kind !== "exited" && reason.kind !== "stuck"; )
        reason = await control.forward();
    }
    const { reason } = control;
    if (reason.kind === "exited") return { kind: "halted", status: reason.status };
    return end === "detached" ? { kind: "stuck" } : { kind: "halted", status: 0 };
  } finally {
    atEnd(timeline);
    input?.close();
  }
}

async function serveStdio(
  control: RunControl,
  stub: GdbStub,
  output: Output,
): Promise<"detached" | "killed" | "closed"> {
  const connection = new GdbConnection(control, stub, (bytes) => process.stdout.write(bytes));
  output.redirect = (bytes) => connection.print(bytes);
  process.stdin.on("data", (bytes) => connection.receive(new Uint8Array(bytes)));
  process.stdin.on("end", () => connection.close());
  const end = await connection.ended;
  output.redirect = null;
  process.stdin.destroy();
  return end;
}

/** One gdb at a time; when it goes away without a word, the next one may come. */
async function servePort(
  port: number,
  control: RunControl,
  stub: GdbStub,
  wake: () => void,
): Promise<"detached" | "killed"> {
  let connection: GdbConnection | null = null;
  return new Promise((resolve, reject) => {
    const server = createServer((socket: Socket) => {
      if (connection !== null) return void socket.destroy();
      socket.setNoDelay(true);
      const mine = new GdbConnection(control, stub, (bytes) => void socket.write(bytes));
      connection = mine;
      socket.on("data", (bytes) => {
        mine.receive(new Uint8Array(bytes));
        wake();
      });
      socket.on("error", () => mine.close());
      socket.on("close", () => mine.close());
      void mine.ended.then((end) => {
        connection = null;
        wake();
        if (end === "closed" && control.reason.kind !== "exited") return;
        socket.end();
        server.close();
        resolve(end === "detached" ? end : "killed");
      });
    });
    server.on("error", (error: NodeJS.ErrnoException) => {
      const remedy =
        error.code === "EADDRINUSE" ? "choose another port, or 0 for any that is free." : "choose a port from 1024 up.";
      reject(new CommandFailure(`the gdb server cannot listen on port ${port}: ${error.message}.`, remedy));
    });
    server.listen(port, HOST, () => {
      const bound = server.address();
      const number = typeof bound === "object" && bound !== null ? bound.port : port;
      process.stderr.write(
        `faultline: waiting for gdb on ${HOST}:${number}; in gdb-multiarch: target remote :${number}\n`,
      );
    });
  });
}
