/**
 * A debug adapter (Debug Adapter Protocol 1.65) for one run of one program. Threads are processes. Time goes both ways, so
 * stepBack and reverseContinue work anywhere.
 *
 * A request gets one response, also when it makes no sense; nothing that a client sends ends the adapter but `disconnect`. While
 * the machine runs, breakpoints can be changed and the run can be paused; everything that looks at state has to wait.
 */
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { FaultKind } from "../../kernel/events.ts";
import { callStack, type StackFrame, scopeOfFrame } from "../debugger/call-stack.ts";
import { parseExpression } from "../debugger/condition.ts";
import { disassembleAround } from "../debugger/disassembly.ts";
import { EvaluationError, type Scope, sizeOf, type Value, valueText } from "../debugger/expression.ts";
import type { Image } from "../debugger/symbols.ts";
import { processes, processOf, readMemory } from "../inspect.ts";
import {
  type Arguments,
  addressOf,
  flagOf,
  integerOf,
  isRecord,
  RequestError,
  recordsOf,
  textOf,
  textsOf,
} from "./dap-arguments.ts";
import { DapBreakpoints } from "./dap-breakpoints.ts";
import { CAPABILITIES, describeStop, FAULT_FILTERS, SIGNAL_FILTER } from "./dap-capabilities.ts";
import type { DapIncoming } from "./dap-framing.ts";
import { Values } from "./dap-values.ts";
import { writeMemory } from "./edit-memory.ts";
import { monitor, type SaveRecording } from "./gdb-monitor.ts";
import type { RunControl } from "./run-control.ts";
import { SourceStepping } from "./source-stepping.ts";
import type { StopReason } from "./stop.ts";

/** A program loaded and ready to run. */
export interface Launched {
  readonly control: RunControl;
  /** The program's own image, and that of any process. */
  readonly image: Image | null;
  readonly imageOf: (pid: number) => Image | null;
  /** Relative source names start here. */
  readonly folder: string;
  /** Writes the run so far to a file, for `monitor save FILE`. */
  readonly save: SaveRecording;
}

/** Loads what a launch request asks for. Throws RequestError. */
export type Launch = (
  args: Arguments,
  output: (category: "stdout" | "stderr" | "console", text: string) => void,
) => Launched;

interface Outcome {
  readonly body?: object;
  /** Done after the response has been sent. */
  readonly after?: () => void;
}

type Run = () => Promise<StopReason>;
interface Frame {
  readonly pid: number;
  readonly frame: StackFrame;
}

const MOST_BYTES = 1 << 20;
const MOST_INSTRUCTIONS = 10_000;
const address = (vaddr: number): string => `0x${(vaddr >>> 0).toString(16).padStart(8, "0")}`;

export class DapSession {
  private readonly send: (message: object) => void;
  private readonly launch: Launch;
  private readonly onEnd: () => void;
  private seq = 1;
  private program: (Launched & { readonly points: DapBreakpoints; readonly stepping: SourceStepping }) | null = null;
  private readonly values = new Values();
  private frames: Frame[] = [];
  private isRunning = false;
  private isStopOnEntry = false;
  private isStopAtExit = false;
  private isEnded = false;
  /** Changes of breakpoints that wait for the run to come to a halt. */
  private readonly changes: (() => void)[] = [];
  private knownThreads = new Set<number>();

  constructor(send: (message: object) => void, launch: Launch, onEnd: () => void) {
    this.send = send;
    this.launch = launch;
    this.onEnd = onEnd;
  }

  /** Takes one message and answers it. */
  receive(incoming: DapIncoming): void {
    if (incoming.kind === "malformed") return this.respond(0, "", false, `the adapter got ${incoming.why}`);
    const { value } = incoming;
    if (!isRecord(value)) return this.respond(0, "", false, "the adapter got a message that is no object");
    const seq = Number.isSafeInteger(value["seq"]) ? (value["seq"] as number) : 0;
    const command = typeof value["command"] === "string" ? value["command"] : "";
    if (value["type"] !== "request" || command === "")
      return this.respond(seq, command, false, "the adapter takes requests only, and a request has a command");
    const handler = Object.hasOwn(this.handlers, command) ? this.handlers[command] : undefined;
    if (handler === undefined) return this.respond(seq, command, false, `this adapter has no request "${command}"`);
    const args = value["arguments"];
    let outcome: Outcome;
    try {
      outcome = handler(isRecord(args) ? args : {});
    } catch (error) {
      if (!(error instanceof RequestError) && !(error instanceof EvaluationError))
        process.stderr.write(`faultline dap: ${(error as Error).stack}\n`);
      return this.respond(seq, command, false, (error as Error).message);
    }
    this.respond(seq, command, true, outcome.body);
    outcome.after?.();
  }

  /** The client has gone. */
  close(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.program?.control.interrupt();
    this.onEnd();
  }

  private respond(request: number, command: string, success: boolean, content: object | string | undefined): void {
    const failure =
      typeof content === "string"
        ? {
            message: content,
            body: { error: { id: 1, format: content.replaceAll("{", "(").replaceAll("}", ")"), showUser: true } },
          }
        : {};
    this.send({
      seq: this.seq++,
      type: "response",
      request_seq: request,
      success,
      command,
      ...(typeof content === "object" ? { body: content } : failure),
    });
  }

  private emit(event: string, body: object = {}): void {
    if (!this.isEnded) this.send({ seq: this.seq++, type: "event", event, body });
  }

  private readonly handlers: Readonly<Record<string, (args: Arguments) => Outcome>> = {
    initialize: () => ({ body: CAPABILITIES }),
    launch: (args) => this.start(args),
    attach: () => {
      throw new RequestError('this adapter starts programs itself: use "request": "launch"');
    },
    configurationDone: () => {
      if (this.ready.control.reason.kind !== "interrupted" || this.isRunning)
        throw new RequestError("the program runs already");
      return { after: () => this.begin() };
    },
    disconnect: () => ({ after: () => this.close() }),
    terminate: () => ({ after: () => this.terminate() }),
    threads: () => ({ body: { threads: this.threads() } }),
    setBreakpoints: (args) => this.setBreakpoints(args),
    setFunctionBreakpoints: (args) =>
      this.changePoints((points) => points.setFunctions(recordsOf(args, "breakpoints"))),
    setInstructionBreakpoints: (args) =>
      this.changePoints((points) => points.setInstructions(recordsOf(args, "breakpoints"))),
    dataBreakpointInfo: (args) => ({ body: this.dataInfo(args) }),
    setDataBreakpoints: (args) =>
      this.changePoints((points) => points.setData(recordsOf(args, "breakpoints"), (pid) => this.spaceOf(pid))),
    setExceptionBreakpoints: (args) => this.setFilters(textsOf(args, "filters")),
    exceptionInfo: () => ({ body: this.exceptionInfo() }),
    continue: (args) => this.resume(args, (control) => control.forward(), { allThreadsContinued: true }),
    reverseContinue: (args) => this.resume(args, (control) => control.backward()),
    next: (args) =>
      this.step(
        args,
        (stepping, pid) => stepping.line(pid, false),
        (stepping, pid) => stepping.instructionOver(pid),
      ),
    stepIn: (args) =>
      this.step(
        args,
        (stepping, pid) => stepping.line(pid, true),
        (_, pid) => this.ready.control.stepInstruction(pid),
      ),
    stepOut: (args) =>
      this.step(
        args,
        (stepping, pid) => stepping.out(pid),
        (stepping, pid) => stepping.out(pid),
      ),
    stepBack: (args) =>
      this.step(
        args,
        (stepping, pid) => stepping.lineBack(pid),
        (_, pid) => this.ready.control.stepBack(pid),
      ),
    pause: () => {
      const { control } = this.ready;
      return { after: () => control.interrupt() };
    },
    stackTrace: (args) => ({ body: this.stackTrace(args) }),
    scopes: (args) => ({ body: { scopes: this.scopes(integerOf(args, "frameId")) } }),
    variables: (args) => ({ body: { variables: this.variables(args) } }),
    setVariable: (args) => ({ body: this.setVariable(args) }),
    evaluate: (args) => ({ body: this.evaluate(args) }),
    disassemble: (args) => ({ body: { instructions: this.disassemble(args) } }),
    readMemory: (args) => ({ body: this.readMemory(args) }),
    writeMemory: (args) => ({ body: this.writeMemory(args) }),
  };

  // ---- life ----

  private get ready(): NonNullable<DapSession["program"]> {
    if (this.program === null) throw new RequestError("no program has been launched");
    return this.program;
  }

  private get halted(): NonNullable<DapSession["program"]> {
    const { ready } = this;
    if (this.isRunning) throw new RequestError("the program is running; pause it first");
    return ready;
  }

  private start(args: Arguments): Outcome {
    if (this.program !== null) throw new RequestError("a program has been launched already");
    const launched = this.launch(args, (category, output) => this.emit("output", { category, output }));
    const points = new DapBreakpoints(launched.image, launched.folder, (pid) => this.scopeOf(pid, 0));
    this.program = { ...launched, points, stepping: new SourceStepping(launched.control, launched.imageOf) };
    this.isStopOnEntry = flagOf(args, "stopOnEntry");
    this.isStopAtExit = flagOf(args, "stopAtExit");
    const byDefault: string[] = FAULT_FILTERS.filter((row) => row.byDefault).map(({ filter }) => filter);
    this.applyFilters([...byDefault, SIGNAL_FILTER]);
    return { after: () => this.emit("initialized") };
  }

  /** All is configured: off it goes. */
  private begin(): void {
    const { control, image } = this.ready;
    const main = image?.debug?.functionNamed("main") ?? null;
    const entry = main === null ? null : image!.debug!.bodyStart(main);
    const toMain = (): Promise<StopReason> =>
      entry === null ? Promise.resolve(control.reason) : control.forward((_, pc) => pc === entry, false, [entry]);
    this.run(async () => {
      await control.start();
      return this.isStopOnEntry ? toMain() : control.forward();
    }, "entry");
  }

  private terminate(): void {
    this.program?.control.interrupt();
    this.emit("terminated");
  }

  private setBreakpoints(args: Arguments): Outcome {
    const source = args["source"];
    const path = isRecord(source) ? textOf(source, "path") : "";
    if (path === "") throw new RequestError('"source" has to be an object with a path');
    return this.changePoints((points) => points.setSource(path, recordsOf(args, "breakpoints")));
  }

  private changePoints(change: (points: DapBreakpoints) => object): Outcome {
    const { points, control } = this.ready;
    const breakpoints = change(points);
    this.whenHalted(() => Object.assign(control, { breakpoints: points.breakpoints, watchpoints: points.watchpoints }));
    return { body: { breakpoints } };
  }

  private setFilters(filters: readonly string[]): Outcome {
    const known = [...FAULT_FILTERS.map(({ filter }) => filter), SIGNAL_FILTER];
    const unknown = filters.find((filter) => !known.includes(filter));
    if (unknown !== undefined)
      throw new RequestError(`there is no exception filter "${unknown}"; there are ${known.join(", ")}`);
    this.whenHalted(() => this.applyFilters(filters));
    return { body: { breakpoints: filters.map(() => ({ verified: true })) } };
  }

  private applyFilters(filters: readonly string[]): void {
    const { control } = this.ready;
    control.stopFaults = new Set(filters.filter((filter) => filter !== SIGNAL_FILTER) as FaultKind[]);
    control.stopSignals = filters.includes(SIGNAL_FILTER);
  }

  private whenHalted(change: () => void): void {
    if (!this.isRunning) return change();
    this.changes.push(change);
    this.ready.control.interrupt();
  }

  // ---- running ----

  private resume(args: Arguments, go: (control: RunControl) => Promise<StopReason>, body: object = {}): Outcome {
    integerOf(args, "threadId", 0);
    const { control } = this.halted;
    return { body, after: () => this.run(() => go(control), "step") };
  }

  private step(
    args: Arguments,
    byLine: (stepping: SourceStepping, pid: number) => Promise<StopReason>,
    byInstruction: (stepping: SourceStepping, pid: number) => Promise<StopReason>,
  ): Outcome {
    const pid = integerOf(args, "threadId");
    const { stepping, control } = this.halted;
    if (processOf(control.machine, pid) === undefined) throw new RequestError(`there is no process ${pid}`);
    const go = textOf(args, "granularity", "statement") === "instruction" ? byInstruction : byLine;
    return { after: () => this.run(() => go(stepping, pid), "step") };
  }

  private run(go: Run, goal: "step" | "entry"): void {
    this.isRunning = true;
    this.values.clear();
    this.frames = [];
    void this.runOn(go).then(
      (reason) => this.report(reason, goal),
      (error: unknown) => {
        this.isRunning = false;
        this.emit("output", { category: "stderr", output: `faultline: ${(error as Error).message}\n` });
        this.emit("terminated");
      },
    );
  }

  private async runOn(go: Run): Promise<StopReason> {
    for (;;) {
      const reason = await go();
      const changes = this.changes.splice(0);
      for (const change of changes) change();
      if (reason.kind !== "interrupted" || changes.length === 0) return reason;
    }
  }

  private async report(reason: StopReason, goal: "step" | "entry"): Promise<void> {
    const { control, points } = this.ready;
    if (reason.kind === "exited" && this.isStopAtExit) {
      this.isStopAtExit = false;
      await control.backwardQuietly((pid) => pid === 1);
      this.isRunning = false;
      return this.emit("stopped", {
        reason: "pause",
        description: `The program is about to end with status ${reason.status}`,
        threadId: control.pid,
        allThreadsStopped: true,
      });
    }
    this.isRunning = false;
    if (reason.kind === "exited") {
      this.emit("exited", { exitCode: reason.status });
      return this.emit("terminated");
    }
    const { pid } = control;
    this.tellThreads();
    this.emit("stopped", { ...describeStop(reason, goal, points), threadId: pid, allThreadsStopped: true });
  }

  private threads(): { id: number; name: string }[] {
    const living = processes(this.ready.control.machine).filter((p) => p.state !== "zombie");
    return living.map((p) => ({ id: p.pid, name: `${p.name} (${p.pid}, ${p.state})` }));
  }

  private tellThreads(): void {
    const now = new Set(this.threads().map(({ id }) => id));
    for (const id of now) if (!this.knownThreads.has(id)) this.emit("thread", { reason: "started", threadId: id });
    for (const id of this.knownThreads) if (!now.has(id)) this.emit("thread", { reason: "exited", threadId: id });
    this.knownThreads = now;
  }

  private exceptionInfo(): object {
    const { reason } = this.halted.control;
    if (reason.kind !== "signal" && reason.kind !== "fault")
      throw new RequestError("the program did not stop for a fault or a signal");
    const { text, description } = describeStop(reason, "step", this.ready.points);
    return { exceptionId: text, description, breakMode: "always" };
  }

  // ---- looking ----

  private scopeOf(pid: number, level: number): Scope {
    const { control, imageOf } = this.ready;
    const image = imageOf(pid);
    return scopeOfFrame(control.machine, pid, image, callStack(control.machine, pid, image, level + 1)[level]);
  }

  private scopeOfId(frameId: number | null): Scope {
    const { control, imageOf } = this.halted;
    if (frameId === null) return this.scopeOf(control.pid, 0);
    const found = this.frames[frameId - 1];
    if (found === undefined) throw new RequestError(`there is no frame ${frameId} (any more)`);
    return scopeOfFrame(control.machine, found.pid, imageOf(found.pid), found.frame);
  }

  private stackTrace(args: Arguments): object {
    const { control, imageOf, folder } = this.halted;
    const pid = integerOf(args, "threadId");
    if (processOf(control.machine, pid) === undefined) throw new RequestError(`there is no process ${pid}`);
    const all = callStack(control.machine, pid, imageOf(pid));
    const start = Math.max(0, integerOf(args, "startFrame", 0));
    const levels = integerOf(args, "levels", 0);
    const shown = all.slice(start, levels > 0 ? start + levels : undefined);
    const stackFrames = shown.map((frame) => {
      this.frames.push({ pid, frame });
      const path = frame.file === "" ? "" : resolve(folder, frame.file);
      const source =
        frame.file === ""
          ? {}
          : {
              source: existsSync(path)
                ? { name: basename(path), path }
                : { name: basename(path), origin: "not on this computer" },
            };
      return {
        id: this.frames.length,
        name: frame.name === "" ? address(frame.pc) : frame.name,
        ...source,
        line: frame.line,
        column: 0,
        instructionPointerReference: address(frame.pc),
        ...(frame.isGuess ? { presentationHint: "subtle" } : {}),
      };
    });
    return { stackFrames, totalFrames: all.length };
  }

  private scopes(frameId: number): object[] {
    const scope = this.scopeOfId(frameId);
    const { values } = this;
    // Registers of callers are what they will be again; only those of the innermost frame can be set.
    const isInnermost = this.frames[frameId - 1].frame.level === 0;
    const registers = () => values.registers(scope).map((entry) => (isInnermost ? entry : { ...entry, target: null }));
    const row = (name: string, list: () => ReturnType<Values["locals"]>, hint?: string): object => ({
      name,
      variablesReference: values.refer(list),
      expensive: false,
      ...(hint === undefined ? {} : { presentationHint: hint }),
    });
    return [
      row("Locals", () => values.locals(scope), "locals"),
      row("Globals", () => values.globals(scope)),
      row("Registers", registers, "registers"),
      row("Memory", () => values.memory(scope)),
    ];
  }

  private entries(args: Arguments): ReturnType<Values["locals"]> {
    void this.halted;
    const reference = integerOf(args, "variablesReference");
    const found = this.values.list(reference);
    if (found === undefined) throw new RequestError(`there are no variables ${reference} (any more)`);
    return found;
  }

  private variables(args: Arguments): object[] {
    const start = Math.max(0, integerOf(args, "start", 0));
    const count = integerOf(args, "count", 0);
    return this.entries(args)
      .slice(start, count > 0 ? start + count : undefined)
      .map(({ variable }) => variable);
  }

  private setVariable(args: Arguments): object {
    const name = textOf(args, "name");
    const entry = this.entries(args).find((candidate) => candidate.name === name);
    if (entry?.target === undefined || entry.target === null)
      throw new RequestError(`${name} cannot be set: it is no scalar in memory and no register`);
    const { control } = this.halted;
    const { number } = this.value(textOf(args, "value"), this.scopeOfId(null));
    if (number === null) throw new RequestError("the new value has to be a number");
    if (entry.target.kind === "register")
      control.timeline.edit({ kind: "register", pid: control.pid, register: entry.target.register, value: number });
    else {
      const bytes = Uint8Array.from({ length: entry.target.bytes }, (_, i) => (number >>> (8 * i)) & 255);
      const problem = writeMemory(control.timeline, control.pid, entry.target.vaddr, bytes);
      if (problem !== null) throw new RequestError(problem);
    }
    return { value: String(number) };
  }

  private value(text: string, scope: Scope): Value {
    const parsed = parseExpression(text);
    if (!parsed.ok) throw new RequestError(parsed.message);
    return parsed.value.evaluate(scope);
  }

  private evaluate(args: Arguments): object {
    const text = textOf(args, "expression");
    const { control } = this.halted;
    const command = /^monitor(?:\s+(.*))?$/.exec(text.trim());
    if (command !== null)
      return {
        result: monitor(control.machine, control.pid, command[1] ?? "help", this.ready.save).join("\n"),
        variablesReference: 0,
      };
    const scope = this.scopeOfId(args["frameId"] === undefined ? null : integerOf(args, "frameId"));
    const value = this.value(text, scope);
    // In words, and an error where there is nothing to be said.
    const result = valueText(scope, value);
    const { value: _, ...rest } = this.values.entry(scope, text, value).variable;
    return { ...rest, result };
  }

  private dataInfo(args: Arguments): object {
    const { control } = this.halted;
    const name = textOf(args, "name");
    const none = (description: string): object => ({ dataId: null, description });
    if (args["variablesReference"] !== undefined) {
      const target = this.entries(args).find((entry) => entry.name === name)?.target;
      if (target?.kind !== "memory") return none(`${name} is not in memory, so it cannot be watched`);
      return this.watchable(name, target.vaddr, target.bytes);
    }
    const scope = this.scopeOfId(args["frameId"] === undefined ? null : integerOf(args, "frameId"));
    const { vaddr, type } = this.value(name, scope);
    if (vaddr === null) return none(`${name} is not in memory, so it cannot be watched`);
    void control;
    return this.watchable(name, vaddr, Math.max(1, sizeOf(type)));
  }

  private watchable(name: string, vaddr: number, bytes: number): object {
    return {
      dataId: `${this.ready.control.pid}:${vaddr}:${bytes}`,
      description: `${name} (${bytes} bytes at ${address(vaddr)})`,
      accessTypes: ["read", "write", "readWrite"],
      canPersist: false,
    };
  }

  private spaceOf(pid: number): number | undefined {
    return processOf(this.ready.control.machine, pid)?.space.id;
  }

  // ---- memory ----

  private disassemble(args: Arguments): object[] {
    const { control, imageOf, folder } = this.halted;
    const count = integerOf(args, "instructionCount");
    if (count < 0 || count > MOST_INSTRUCTIONS)
      throw new RequestError(`"instructionCount" has to be from 0 to ${MOST_INSTRUCTIONS}`);
    const offset = integerOf(args, "instructionOffset", 0);
    if (Math.abs(offset) > MOST_INSTRUCTIONS)
      throw new RequestError(`"instructionOffset" has to be within ${MOST_INSTRUCTIONS} of 0`);
    const vaddr = addressOf(args, "memoryReference") + integerOf(args, "offset", 0);
    const image = imageOf(control.pid);
    return disassembleAround(control.machine, control.pid, image, vaddr, offset, count).map((line) => {
      const row = image?.debug?.lineAt(line.vaddr);
      const symbol = image?.nameOf(line.vaddr);
      const location =
        row === null || row === undefined
          ? {}
          : { location: { name: basename(row.file), path: resolve(folder, row.file) }, line: row.line };
      return {
        address: `0x${Math.max(0, line.vaddr).toString(16).padStart(8, "0")}`,
        instructionBytes: line.bytes,
        instruction: line.text,
        ...(symbol === undefined ? {} : { symbol }),
        ...location,
        ...(line.isMapped ? {} : { presentationHint: "invalid" }),
      };
    });
  }

  private readMemory(args: Arguments): object {
    const { control } = this.halted;
    const count = integerOf(args, "count");
    const start = addressOf(args, "memoryReference") + integerOf(args, "offset", 0);
    if (count < 0 || count > MOST_BYTES) throw new RequestError(`"count" has to be from 0 to ${MOST_BYTES}`);
    if (start < 0 || start > 0xffffffff) return { address: address(0), unreadableBytes: count };
    const found = readMemory(control.machine, control.pid, start, Math.min(count, 2 ** 32 - start));
    const unreadable = count - found.length;
    return {
      address: address(start),
      ...(unreadable > 0 ? { unreadableBytes: unreadable } : {}),
      ...(found.length > 0 ? { data: Buffer.from(found).toString("base64") } : {}),
    };
  }

  private writeMemory(args: Arguments): object {
    const { control } = this.halted;
    const data = textOf(args, "data");
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(data)) throw new RequestError('"data" has to be base64');
    const bytes = new Uint8Array(Buffer.from(data, "base64"));
    const problem = writeMemory(
      control.timeline,
      control.pid,
      addressOf(args, "memoryReference") + integerOf(args, "offset", 0),
      bytes,
    );
    if (problem !== null) throw new RequestError(problem);
    return { offset: 0, bytesWritten: bytes.length };
  }
}
