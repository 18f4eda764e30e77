/** A debug adapter protocol client that starts `faultline dap` and talks to it over stdio, as an editor does. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..", "..");
/** What the build has made; not bin/faultline, which would look for changed sources each time. */
const CLI = process.env["FAULTLINE_CLI"] ?? join(root, "dist", "cli.cjs");
const PATIENCE_MILLISECONDS = 40_000;

export interface Response {
  readonly type: "response";
  readonly seq: number;
  readonly request_seq: number;
  readonly success: boolean;
  readonly command: string;
  readonly message?: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly body?: any;
}
export interface Event {
  readonly type: "event";
  readonly seq: number;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly body?: any;
}
type Message = Response | Event;

export class DapClient {
  readonly messages: Message[] = [];
  exitCode: number | null = null;
  stderr = "";
  private readonly child: ChildProcess;
  private pending: Buffer = Buffer.alloc(0);
  private seq = 1;
  private readonly waiters = new Set<() => void>();
  /** Messages up to here have been taken by `event`. */
  private taken = 0;

  constructor() {
    this.child = spawn(process.execPath, [CLI, "dap"], { stdio: "pipe" });
    this.child.stdout!.on("data", (bytes: Buffer) => this.receive(bytes));
    this.child.stderr!.on("data", (bytes: Buffer) => (this.stderr += bytes.toString()));
    this.child.on("exit", (code) => {
      this.exitCode = code;
      this.wake();
    });
  }

  /** Bytes as they are. */
  raw(text: string): void {
    this.child.stdin!.write(Buffer.from(text, "utf8"));
  }

  /** Sends a request; its response, whether or not it succeeded. */
  async request(command: string, args?: object): Promise<Response> {
    const seq = this.seq++;
    const body = JSON.stringify({ seq, type: "request", command, arguments: args });
    this.raw(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    return this.wait(
      (m): m is Response => m.type === "response" && m.request_seq === seq,
      `the response to ${command}`,
    );
  }

  /** As request, and the body; throws when it failed. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async ask(command: string, args?: object): Promise<any> {
    const response = await this.request(command, args);
    if (!response.success) throw new Error(`${command}: ${response.message}`);
    return response.body ?? {};
  }

  /** The next event of a kind that no call has returned yet, nor an event after it. */
  async event(name: string): Promise<Event> {
    const found = await this.wait(
      (m, at): m is Event => at >= this.taken && m.type === "event" && m.event === name,
      `the event ${name}`,
    );
    this.taken = this.messages.indexOf(found) + 1;
    return found;
  }

  /** Sends a request that makes the program run, and waits until it stands again. */
  async go(command: string, args: object = {}): Promise<Event> {
    this.taken = this.messages.length;
    await this.ask(command, { threadId: 1, ...args });
    return this.event("stopped");
  }

  /** Initializes and launches; with breakpoints set by `configure`. */
  async launch(args: object, configure: () => Promise<unknown> = async () => {}): Promise<void> {
    await this.ask("initialize", { adapterID: "faultline" });
    await this.ask("launch", args);
    await this.event("initialized");
    await configure();
    await this.ask("configurationDone");
  }

  /** What the program has printed. */
  output(category = "stdout"): string {
    return this.messages
      .flatMap((m) =>
        m.type === "event" && m.event === "output" && m.body.category === category ? [m.body.output as string] : [],
      )
      .join("");
  }

  async close(): Promise<void> {
    if (this.exitCode === null) await this.request("disconnect");
    await this.waitFor(() => this.exitCode !== null, "the adapter's end");
  }

  private receive(bytes: Buffer): void {
    this.pending = Buffer.concat([this.pending, bytes]);
    for (;;) {
      const end = this.pending.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/^Content-Length: (\d+)$/.exec(this.pending.toString("latin1", 0, end))![1]);
      if (this.pending.length < end + 4 + length) return;
      this.messages.push(JSON.parse(this.pending.toString("utf8", end + 4, end + 4 + length)) as Message);
      this.pending = this.pending.subarray(end + 4 + length);
      this.wake();
    }
  }

  private wake(): void {
    for (const waiter of [...this.waiters]) waiter();
  }

  private async wait<T extends Message>(
    isWanted: (message: Message, at: number) => message is T,
    what: string,
  ): Promise<T> {
    let found: T | undefined;
    await this.waitFor(() => (found = this.messages.find(isWanted)) !== undefined || this.exitCode !== null, what);
    if (found === undefined)
      throw new Error(`the adapter ended with ${this.exitCode} before ${what} came:\n${this.stderr}`);
    return found;
  }

  private async waitFor(isThere: () => boolean, what: string): Promise<void> {
    if (isThere()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiters.delete(look);
        reject(
          new Error(
            `${what} does not come; the last messages:\n${this.messages
              .slice(-5)
              .map((m) => JSON.stringify(m))
              .join("\n")}\n${this.stderr}`,
          ),
        );
      }, PATIENCE_MILLISECONDS);
      const look = (): void => {
        if (!isThere()) return;
        clearTimeout(timer);
        this.waiters.delete(look);
        resolve();
      };
      this.waiters.add(look);
    });
  }
}
