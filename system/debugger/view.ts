/**
 * What a debugger shows, as plain data: for whoever cannot hold the machine itself, because it lives in a worker or behind a pipe.
 * Everything here survives `structuredClone` and `JSON.stringify`; so does a `FaultReport` of microscope.ts.
 *
 * Left out: anything that is laid out for a screen. Source text is not here either, only its file and line.
 */
import { currentPid, processes, processOf, registersOf } from "../inspect.ts";
import type { Moment } from "../machine.ts";
import type { StackFrame } from "./call-stack.ts";
import type { Debugger, Stop } from "./debugger.ts";
import { disassembleAround } from "./disassembly.ts";

export interface StopView {
  readonly kind: Stop["kind"];
  /** A sentence for people. */
  readonly text: string;
  /** Number of the breakpoint that was hit, or null. */
  readonly breakpoint: number | null;
  readonly moment: Moment;
  /** Process on the CPU, 0 for none. */
  readonly pid: number;
  readonly pc: number;
  readonly status: number | null;
}

/** A line of disassembly. */
export interface CodeLine {
  readonly vaddr: number;
  /** The instruction's bytes in hexadecimal pairs; "" where nothing is mapped. */
  readonly bytes: string;
  /** Mnemonic and operands. */
  readonly text: string;
  /** "main+8", or "". */
  readonly symbol: string;
  readonly file: string;
  /** Source line, 0 when not known. */
  readonly line: number;
  /** pc stands here. */
  readonly isHere: boolean;
}

export interface FrameView {
  readonly level: number;
  readonly pc: number;
  readonly name: string;
  readonly file: string;
  /** 0 when not known. */
  readonly line: number;
  readonly isGuess: boolean;
}

export interface ProcessView {
  readonly pid: number;
  readonly ppid: number;
  readonly name: string;
  readonly state: string;
  readonly isOnCpu: boolean;
  readonly residentPages: number;
}

/** Where one stands, whole: enough to draw a debugger from. */
export interface PlaceView {
  readonly moment: Moment;
  /** Ends of the recording: what a slider along the run goes over. */
  readonly start: Moment;
  readonly end: Moment;
  readonly isAtEnd: boolean;
  /** The process that is looked at; 0 when none is alive. */
  readonly pid: number;
  readonly pc: number;
  /** x0 … x31 as unsigned words; empty when no process is alive. */
  readonly registers: readonly number[];
  readonly frames: readonly FrameView[];
  readonly code: readonly CodeLine[];
  readonly processes: readonly ProcessView[];
}

export const stopView = ({ kind, text, breakpoint, moment, pid, pc, status }: Stop): StopView => ({
  kind,
  text,
  breakpoint: breakpoint?.id ?? null,
  moment,
  pid,
  pc,
  status,
});

const frameView = ({ level, pc, name, file, line, isGuess }: StackFrame): FrameView => ({
  level,
  pc,
  name,
  file,
  line,
  isGuess,
});

/** `before` instructions before an address of the process and `after` from it on. */
export function codeView(debug: Debugger, vaddr: number, before: number, after: number): CodeLine[] {
  const { machine, pid, image } = debug;
  const here = registersOf(machine, pid)?.pc;
  return disassembleAround(machine, pid, image, vaddr, -before, before + after).map((line) => {
    const row = image?.debug?.lineAt(line.vaddr) ?? null;
    return {
      vaddr: line.vaddr,
      bytes: line.bytes,
      text: line.text,
      symbol: image?.nameOf(line.vaddr) ?? "",
      file: row?.file ?? "",
      line: row?.line ?? 0,
      isHere: line.vaddr === here,
    };
  });
}

/** The place at which the debugger stands, with that many instructions before pc and from pc on. */
export function placeView(debug: Debugger, before = 8, after = 16): PlaceView {
  const { machine, timeline, pid } = debug;
  const { instret, turns, cycles } = timeline.end;
  const registers = registersOf(machine, pid);
  const running = currentPid(machine);
  const isAlive = processOf(machine, pid)?.state !== "zombie" && registers !== undefined;
  return {
    moment: timeline.moment,
    start: { instret: timeline.start.instret, turns: timeline.start.turns, cycles: timeline.start.cycles },
    end: { instret, turns, cycles },
    isAtEnd: timeline.isAtEnd,
    pid: isAlive ? pid : 0,
    pc: registers?.pc ?? 0,
    registers: isAlive ? Array.from(registers.x, (value) => value >>> 0) : [],
    frames: isAlive ? debug.callStack().map(frameView) : [],
    code: isAlive ? codeView(debug, registers.pc, before, after) : [],
    processes: processes(machine).map((p) => ({
      pid: p.pid,
      ppid: p.ppid,
      name: p.name,
      state: p.state,
      isOnCpu: p.pid === running,
      residentPages: p.state === "zombie" ? 0 : p.space.residentPages,
    })),
  };
}
