/**
 * The debugger without a face: what the command line, the gdb stub, the DAP server and the page have in common. It owns the
 * breakpoints and knows which process one is looking at; the timeline owns the moment. Everything that runs goes both ways.
 *
 *     const debug = new Debugger(timeline, images);
 *     debug.breakAt("main");                 // or "file.c:12", "*0x11000"
 *     debug.run("forward");                  // to the next stop
 *     debug.lastWriter({ pid, vaddr, bytes });   // back to the instruction that wrote it
 *
 * Methods that look for something return a `Stop` (`parts` has them as generators); messages in it are for people. Mistakes in what a person asks for come as
 * `DebuggerError` with a message. Nothing here prints.
 */
import { hex } from "../../emulator/bits.ts";
import { registerNumber } from "../../emulator/isa/registers.ts";
import { isValid, PTE_A, PTE_D, PTE_W, ptePfn } from "../../emulator/pte.ts";
import type { EventKind, FaultKind } from "../../kernel/events.ts";
import { pteAddress } from "../../kernel/mm/page-table.ts";
import { currentPid, processes, processOf, registersOf } from "../inspect.ts";
import { type Machine, PC_REGISTER } from "../machine.ts";
import type { Timeline } from "../timeline.ts";
import type { Breakpoint, StopSpec } from "./breakpoints.ts";
import { callStack, type StackFrame, scopeOfFrame } from "./call-stack.ts";
import { parseCondition, parseExpression } from "./condition.ts";
import { numberOf, type Scope, sizeOf, type Value } from "./expression.ts";
import {
  DebuggerError,
  type Direction,
  Running,
  type RunningOptions,
  type Stop,
  unwrap,
  type Written,
} from "./running.ts";
import { complete } from "./search.ts";
import type { Image, Images } from "./symbols.ts";

export { DebuggerError, type Direction, type Stop } from "./running.ts";

export class Debugger {
  readonly timeline: Timeline;
  readonly images: Images;
  readonly breakpoints: Breakpoint[] = [];
  /** Running in parts: for whoever has to do something else meanwhile (a page that stays fluid, a Ctrl-C that is noticed). */
  readonly parts: Running;
  private nextId = 1;
  private focus = 0;

  constructor(timeline: Timeline, images: Images, options: RunningOptions = {}) {
    this.timeline = timeline;
    this.images = images;
    this.parts = new Running(this, options);
  }

  /** Most instructions that one search looks at. */
  get mostInstructions(): number {
    return this.parts.mostInstructions;
  }
  set mostInstructions(most: number) {
    this.parts.mostInstructions = most;
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

  // ---- running: each method does all of it at once; `parts` does the same in parts ----

  /** To the next stop, or the one before. */
  run(direction: Direction): Stop {
    return complete(this.parts.run(direction));
  }

  /** To the next (previous) event of a kind, of any process or of one. */
  toEvent(kind: EventKind, direction: Direction, pid: number | null = null): Stop {
    return complete(this.parts.toEvent(kind, direction, pid));
  }

  /** To the next (previous) page fault, just before its instruction; of one kind when asked for. */
  toFault(direction: Direction, kind: FaultKind | null = null, pid: number | null = null): Stop {
    return complete(this.parts.toFault(direction, kind, pid));
  }

  /** To where a condition holds next (before), without setting a breakpoint. Throws DebuggerError. */
  toCondition(text: string, direction: Direction): Stop {
    return complete(this.parts.toCondition(text, direction));
  }

  stepInstruction(direction: Direction): Stop {
    return complete(this.parts.stepInstruction(direction));
  }

  /** One instruction; calls as a whole. */
  nextInstruction(direction: Direction): Stop {
    return complete(this.parts.nextInstruction(direction));
  }

  /** By source line; `over`: calls are not gone into. */
  stepLine(direction: Direction, over: boolean): Stop {
    return complete(this.parts.stepLine(direction, over));
  }

  /** Out of the present function: to behind its call, or back to the call. */
  finish(direction: Direction): Stop {
    return complete(this.parts.finish(direction));
  }

  /** Who wrote this? See Running.lastWriter. */
  lastWriter(what: Written): Stop {
    return complete(this.parts.lastWriter(what));
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
