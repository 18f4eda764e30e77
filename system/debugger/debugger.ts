/**
 * The debugger without a face: what the command line, the gdb stub, the DAP server and the page have in common. It owns the
 * breakpoints and knows which process one is looking at; the timeline owns the moment. Everything that runs goes both ways.
 *
 *     const debug = new Debugger(timeline, images);
 *     debug.breakAt("main");                 // or "file.c:12", "*0x11000"
 *     debug.run("forward");                  // to the next stop
 *     debug.lastWriter({ pid, vaddr, bytes });   // back to the instruction that wrote it
 *
 * Methods that look for something return a `Stop`; messages in it are for people. Mistakes in what a person asks for come as
 * `DebuggerError` with a message. Nothing here prints.
 */
import { hex } from "../../emulator/bits.ts";
import { registerNumber } from "../../emulator/isa/registers.ts";
import { isValid, PTE_A, PTE_D, PTE_W, ptePfn } from "../../emulator/pte.ts";
import { Signal } from "../../kernel/abi.ts";
import type { EventKind, FaultKind } from "../../kernel/events.ts";
import { pteAddress } from "../../kernel/mm/page-table.ts";
import { currentPid, processes, processOf, readNumber, registersOf } from "../inspect.ts";
import { type Machine, type Moment, PC_REGISTER } from "../machine.ts";
import type { Timeline } from "../timeline.ts";
import { type Breakpoint, breakpointWatcher, type StopSpec, watcherOf } from "./breakpoints.ts";
import { callStack, type StackFrame, scopeOfFrame } from "./call-stack.ts";
import { type Parsed, parseCondition, parseExpression } from "./condition.ts";
import { numberOf, type Scope, sizeOf, type Value } from "./expression.ts";
import {
  type Hit,
  type SearchOptions,
  type SearchResult,
  searchBackward,
  searchForward,
  type Watcher,
} from "./search.ts";
import * as step from "./stepping.ts";
import type { Image, Images } from "./symbols.ts";

export type Direction = "forward" | "backward";

/** What a person asked for cannot be done; the message says why and what could be. */
export class DebuggerError extends Error {
  override readonly name = "DebuggerError";
}

/** Why the machine stands where it stands. */
export interface Stop {
  readonly kind:
    | "step"
    | "breakpoint"
    | "watchpoint"
    | "condition"
    | "event"
    | "signal"
    | "halted"
    | "start"
    | "limit"
    | "cancelled"
    | "input";
  readonly text: string;
  readonly breakpoint: Breakpoint | null;
  readonly moment: Moment;
  /** Process on the CPU, 0 for none. */
  readonly pid: number;
  readonly pc: number;
  /** Exit status when the first process has ended. */
  readonly status: number | null;
  readonly hit: Hit | null;
}

export interface DebuggerOptions {
  /** Asked for input when every process waits; false when there is none. */
  readonly feed?: () => boolean;
  /** Asked now and then during long searches. */
  readonly isCancelled?: () => boolean;
}

const SIGNAL_NAMES = new Map<number, string>(Object.entries(Signal).map(([name, number]) => [number, name]));

/** A process is about to be ended by a signal: one stands at the instruction that brought it. */
const CRASH: Watcher = {
  event: (event) =>
    event.kind === "process-exit" && event.signal > 0
      ? `pid ${event.pid} (${event.name}) is about to be ended by ${SIGNAL_NAMES.get(event.signal) ?? `signal ${event.signal}`}`
      : null,
};

const unwrap = <T>(parsed: Parsed<T>): T => {
  if (!parsed.ok) throw new DebuggerError(parsed.message);
  return parsed.value;
};

export class Debugger {
  readonly timeline: Timeline;
  readonly images: Images;
  readonly breakpoints: Breakpoint[] = [];
  /** Most instructions that one search looks at. */
  mostInstructions = 1_000_000_000;
  private readonly options: DebuggerOptions;
  private nextId = 1;
  private focus = 0;
  /** Where the last stop for an event was: the next search goes past it. */
  private standsAtEvent: Moment | null = null;

  constructor(timeline: Timeline, images: Images, options: DebuggerOptions = {}) {
    this.timeline = timeline;
    this.images = images;
    this.options = options;
  }

  get machine(): Machine {
    return this.timeline.machine;
  }

  // ---- whom one looks at ----

  /** The process that steps and names refer to: the one chosen while it lives, else the one on the CPU, else the first. */
  get pid(): number {
    const { machine } = this;
    if (this.focus !== 0 && processOf(machine, this.focus) !== undefined) return this.focus;
    return currentPid(machine) || (processes(machine)[0]?.pid ?? 0);
  }

  /** Chooses a process; 0: whichever is on the CPU. */
  selectProcess(pid: number): void {
    if (pid !== 0 && processOf(this.machine, pid) === undefined) {
      throw new DebuggerError(
        `there is no process ${pid}; there are ${processes(this.machine)
          .map((p) => `${p.pid} (${p.name})`)
          .join(", ")}`,
      );
    }
    this.focus = pid;
  }

  get image(): Image | null {
    return this.images.of(this.machine, this.pid);
  }

  callStack(pid = this.pid): StackFrame[] {
    return callStack(this.machine, pid, this.images.of(this.machine, pid));
  }

  /** What names mean in a frame of the process (0: the innermost). */
  scope(level = 0, pid = this.pid): Scope {
    return scopeOfFrame(this.machine, pid, this.images.of(this.machine, pid), this.callStack(pid)[level]);
  }

  /** Evaluates a C expression. Throws DebuggerError or EvaluationError. */
  evaluate(text: string, level = 0): { readonly value: Value; readonly scope: Scope } {
    const scope = this.scope(level);
    return { value: unwrap(parseExpression(text)).evaluate(scope), scope };
  }

  // ---- places ----

  /** Addresses that "main", "file.c:12", "12" (of the present file) or "*0x11000" stand for. Throws DebuggerError. */
  locate(text: string): number[] {
    const { image } = this;
    const trimmed = text.trim();
    if (trimmed.startsWith("*")) return [numberOf(this.scope(), this.evaluate(trimmed.slice(1)).value) >>> 0];
    if (/^0x[0-9a-f]+$/i.test(trimmed)) return [Number(trimmed)];
    const line = /^(?:(.+):)?(\d+)$/.exec(trimmed);
    if (line !== null) return this.locateLine(line[1] ?? this.presentFile(), Number(line[2]));
    const fn = image?.debug?.functionNamed(trimmed) ?? null;
    if (fn !== null) return [image!.debug!.bodyStart(fn)];
    const symbol = image?.named(trimmed);
    if (symbol === undefined)
      throw new DebuggerError(
        `there is no function or symbol ${trimmed} in ${image?.path ?? "the program"}; break at FUNCTION, FILE:LINE or *ADDRESS`,
      );
    return [symbol.vaddr];
  }

  /** Where one stands; outside of any source, the file of main, as in gdb. */
  private presentFile(): string {
    return this.callStack()[0]?.file || this.image?.debug?.functionNamed("main")?.file || "";
  }

  private locateLine(file: string, line: number): number[] {
    const debug = this.image?.debug ?? null;
    if (debug === null)
      throw new DebuggerError(`${this.image?.path ?? "the program"} has no line information: build it with -g`);
    const vaddrs = debug.addressesOf(file, line);
    if (vaddrs.length > 0) return vaddrs;
    const files = [...new Set(debug.lines.map((row) => row.file))].slice(0, 8).join(", ");
    throw new DebuggerError(
      `no code is at or after line ${line} of ${file || "this file"}; there is code from ${files}`,
    );
  }

  // ---- breakpoints ----

  add(
    spec: StopSpec,
    text: string,
    settings: { pid?: number | null; isTemporary?: boolean; condition?: string } = {},
  ): Breakpoint {
    const condition = settings.condition === undefined ? null : unwrap(parseCondition(settings.condition));
    const breakpoint: Breakpoint = {
      id: this.nextId++,
      spec,
      text,
      pid: settings.pid ?? null,
      isTemporary: settings.isTemporary ?? false,
      isEnabled: true,
      condition,
      ignore: 0,
      hits: 0,
    };
    this.breakpoints.push(breakpoint);
    return breakpoint;
  }

  breakAt(
    place: string,
    settings: { isTemporary?: boolean; condition?: string; pid?: number | null } = {},
  ): Breakpoint {
    return this.add({ kind: "code", vaddrs: this.locate(place) }, place, settings);
  }

  /** A semantic breakpoint. Throws DebuggerError when the condition does not parse. */
  breakWhen(condition: string): Breakpoint {
    return this.add({ kind: "condition", condition: unwrap(parseCondition(condition)) }, condition);
  }

  /** Watches an expression's bytes, or `$register`. Throws DebuggerError, EvaluationError. */
  watch(text: string, on: "change" | "write" | "read" | "access" = "change"): Breakpoint {
    const trimmed = text.trim();
    const { pid } = this;
    if (trimmed.startsWith("$"))
      return this.add({ kind: "register", pid, register: registerOf(trimmed.slice(1)) }, trimmed);
    const { value } = this.evaluate(trimmed);
    if (value.register !== undefined) return this.add({ kind: "register", pid, register: value.register }, trimmed);
    if (value.vaddr === null)
      throw new DebuggerError(
        `${trimmed} is in no memory that could be watched; watch a variable, *(int *)-like expressions as *ADDRESS, or $register`,
      );
    const bytes = Math.min(8, sizeOf(value.type) || 4);
    return this.add({ kind: "watch", pid, vaddr: value.vaddr, bytes, on }, trimmed);
  }

  remove(id: number): void {
    const at = this.breakpoints.findIndex((b) => b.id === id);
    if (at < 0) throw new DebuggerError(`there is no breakpoint ${id}`);
    this.breakpoints.splice(at, 1);
  }

  // ---- running ----

  /** To the next stop, or the one before. */
  run(direction: Direction): Stop {
    return this.search(direction, [], "step");
  }

  /** To the next (previous) event of a kind, of any process or of one. */
  toEvent(kind: EventKind, direction: Direction, pid: number | null = null): Stop {
    const watcher: Watcher = {
      event: (event) => (event.kind === kind && (pid === null || ("pid" in event && event.pid === pid)) ? kind : null),
    };
    return this.search(direction, [watcher], "event");
  }

  /** To the next (previous) page fault, just before its instruction; of one kind when asked for. */
  toFault(direction: Direction, kind: FaultKind | null = null, pid: number | null = null): Stop {
    const watcher: Watcher = {
      event: (event) => {
        if (pid !== null && "pid" in event && event.pid !== pid) return null;
        if (kind === null) return event.kind === "fault-begin" ? `fault: ${event.access} of ${hex(event.vaddr)}` : null;
        return event.kind === "fault-end" && event.resolved === kind ? `fault at ${hex(event.vaddr)}: ${kind}` : null;
      },
    };
    return this.search(direction, [watcher], "event");
  }

  /** To where a condition holds next (before), without setting a breakpoint. Throws DebuggerError. */
  toCondition(text: string, direction: Direction): Stop {
    const condition = unwrap(parseCondition(text));
    return this.search(direction, [watcherOf({ kind: "condition", condition }, this.images)], "condition");
  }

  stepInstruction(direction: Direction): Stop {
    return this.stepping(
      direction === "forward"
        ? (o) => step.stepInstruction(this.timeline, this.pid, o)
        : (o) => step.stepInstructionBack(this.timeline, this.pid, o),
    );
  }

  nextInstruction(direction: Direction): Stop {
    return this.stepping(
      direction === "forward"
        ? (o) => step.nextInstruction(this.timeline, this.pid, o)
        : (o) => step.nextInstructionBack(this.timeline, this.pid, o),
    );
  }

  /** By source line; `over`: calls are not gone into. */
  stepLine(direction: Direction, over: boolean): Stop {
    const { pid, image } = this;
    return this.stepping(
      direction === "forward"
        ? (o) => step.stepLine(this.timeline, pid, image, over, o)
        : (o) => step.stepLineBack(this.timeline, pid, image, over, o),
    );
  }

  /** Out of the present function: to behind its call, or back to the call. */
  finish(direction: Direction): Stop {
    return this.stepping(
      direction === "forward"
        ? (o) => step.finish(this.timeline, this.pid, o)
        : (o) => step.finishBack(this.timeline, this.pid, o),
    );
  }

  /**
   * Who wrote this? Goes back to the last instruction that changed the bytes (of a process, or physical), before it is
   * executed. A change made by a system call stops at its ecall. `stop.kind` is "start" when nobody did since the beginning.
   */
  lastWriter(
    what:
      | { pid: number; vaddr: number; bytes: number }
      | { paddr: number; bytes: number }
      | { pid: number; register: number },
  ): Stop {
    const spec: StopSpec =
      "vaddr" in what
        ? { kind: "watch", on: "change", ...what }
        : "paddr" in what
          ? { kind: "physical", ...what }
          : { kind: "register", ...what };
    if ("vaddr" in what && readNumber(this.machine, what.pid, what.vaddr, 1) === null)
      throw new DebuggerError(
        `nothing is mapped at ${hex(what.vaddr)} in process ${what.pid}: nobody can have written there`,
      );
    const origin = this.timeline.moment;
    const result = searchBackward(this.timeline, [watcherOf(spec, this.images)], this.searchOptions());
    if (result.kind !== "hit") {
      if (result.kind === "start") this.timeline.goToMoment(origin);
      return this.stopOf(result, "watchpoint");
    }
    const { before, reason } = result.hit;
    if (before !== null) this.timeline.goToMoment(before.moment);
    return { ...this.stopOf(result, "watchpoint"), text: `${reason}, by this instruction` };
  }

  // ---- changing ----

  /** Sets a register of the process. In the past this begins a new future. */
  setRegister(name: string, value: number): void {
    this.timeline.edit({ kind: "register", pid: this.pid, register: registerOf(name), value: value | 0 });
  }

  /** Writes bytes at a virtual address of the process, in pages that it has present and may write. Throws DebuggerError. */
  writeMemory(vaddr: number, bytes: Uint8Array): void {
    const p = processOf(this.machine, this.pid);
    if (p === undefined) throw new DebuggerError("there is no process to write into");
    const { ram } = this.machine;
    for (let done = 0; done < bytes.length; ) {
      const at = (vaddr + done) >>> 0;
      const part = bytes.slice(done, done + 4096 - (at & 4095));
      const place = pteAddress(ram, p.space.rootPfn, at >>> 12);
      const pte = place < 0 ? 0 : ram.readWord(place);
      if (!isValid(pte))
        throw new DebuggerError(`the page of ${hex(at)} is not present: let the program touch it first`);
      if ((pte & PTE_W) === 0)
        throw new DebuggerError(
          `the page of ${hex(at)} may not be written, or is shared copy-on-write: let the program write to it first`,
        );
      // As if the program had written: without the D bit an eviction would forget it.
      const marked = Uint8Array.from(new Uint8Array(Uint32Array.of((pte | PTE_A | PTE_D) >>> 0).buffer));
      this.timeline.edit({ kind: "memory", paddr: place, bytes: marked });
      this.timeline.edit({ kind: "memory", paddr: ptePfn(pte) * 4096 + (at & 4095), bytes: part });
      done += part.length;
    }
  }

  registers(pid = this.pid): ReturnType<typeof registersOf> {
    return registersOf(this.machine, pid);
  }

  // ---- inside ----

  private searchOptions(): SearchOptions {
    const at = this.standsAtEvent;
    const { moment } = this.timeline;
    const skipAction = at !== null && at.turns === moment.turns && at.instret === moment.instret;
    return {
      feed: this.options.feed,
      isCancelled: this.options.isCancelled,
      mostInstructions: this.mostInstructions,
      skipAction,
    };
  }

  private enabledWatchers(): Map<Watcher, Breakpoint> {
    return new Map(this.breakpoints.filter((b) => b.isEnabled).map((b) => [breakpointWatcher(b, this.images), b]));
  }

  private search(direction: Direction, wanted: readonly Watcher[], kind: Stop["kind"]): Stop {
    for (;;) {
      const breaks = this.enabledWatchers();
      const watchers = [...wanted, ...breaks.keys(), ...(direction === "forward" ? [CRASH] : [])];
      const result = (direction === "forward" ? searchForward : searchBackward)(
        this.timeline,
        watchers,
        this.searchOptions(),
      );
      const stop = this.arrive(result, breaks, kind, direction);
      if (stop !== null) return stop;
    }
  }

  private stepping(run: (options: step.StepOptions) => SearchResult): Stop {
    const breaks = this.enabledWatchers();
    const result = run({ ...this.searchOptions(), watchers: [...breaks.keys(), CRASH] });
    return this.arrive(result, breaks, "step", "forward") ?? this.stopOf(result, "step");
  }

  /** Books a hit; null when its breakpoint lets it pass. */
  private arrive(
    result: SearchResult,
    breaks: ReadonlyMap<Watcher, Breakpoint>,
    kind: Stop["kind"],
    direction: Direction,
  ): Stop | null {
    const breakpoint = result.kind === "hit" ? (breaks.get(result.hit.watcher) ?? null) : null;
    this.standsAtEvent = result.kind === "hit" && result.hit.event !== null ? this.timeline.moment : null;
    if (breakpoint === null) return this.stopOf(result, kind);
    breakpoint.hits++;
    if (breakpoint.ignore > 0) {
      breakpoint.ignore--;
      return null;
    }
    // Going back, a change is undone: one stands at the instruction that made it.
    const isChange =
      breakpoint.spec.kind === "physical" ||
      breakpoint.spec.kind === "register" ||
      (breakpoint.spec.kind === "watch" && breakpoint.spec.on === "change");
    if (direction === "backward" && isChange && result.kind === "hit" && result.hit.before !== null)
      this.timeline.goToMoment(result.hit.before.moment);
    if (breakpoint.isTemporary) this.remove(breakpoint.id);
    const kinds = {
      code: "breakpoint",
      watch: "watchpoint",
      physical: "watchpoint",
      register: "watchpoint",
      condition: "condition",
    } as const;
    return { ...this.stopOf(result, kinds[breakpoint.spec.kind]), breakpoint };
  }

  private stopOf(result: SearchResult, kind: Stop["kind"]): Stop {
    const pid = currentPid(this.machine);
    const base = {
      breakpoint: null,
      moment: this.timeline.moment,
      pid,
      pc: registersOf(this.machine, pid || this.pid)?.pc ?? 0,
      status: null,
      hit: null,
    };
    switch (result.kind) {
      case "hit":
        return {
          ...base,
          kind: result.hit.watcher === CRASH ? "signal" : kind,
          text: result.hit.reason,
          hit: result.hit,
        };
      case "halted":
        return {
          ...base,
          kind: "halted",
          text: `the program has ended with status ${result.status}`,
          status: result.status,
        };
      case "start":
        return { ...base, kind: "start", text: "this is the beginning of the recording" };
      case "limit":
        return { ...base, kind: "limit", text: `nothing found in ${this.mostInstructions} instructions` };
      case "cancelled":
        return { ...base, kind: "cancelled", text: "interrupted" };
      case "input":
        return { ...base, kind: "input", text: "every process waits for input, and there is none" };
    }
  }
}

/** Number of a register by name, pc included. Throws DebuggerError. */
function registerOf(name: string): number {
  const number = name === "pc" ? PC_REGISTER : registerNumber(name);
  if (number === undefined || number === 0)
    throw new DebuggerError(
      `there is no register ${name} to watch or set; there are a0 … a7, s0 … s11, t0 … t6, ra, sp, gp, tp, x1 … x31 and pc`,
    );
  return number;
}
