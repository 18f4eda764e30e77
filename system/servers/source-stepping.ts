/**
 * Steps by source lines, forward and backward, on top of RunControl's goals. A frame is known by its canonical frame address
 * (CFA): inner frames have a lower one, callers a higher one, so that calls can be stepped over by comparing it.
 */

import { callStack } from "../debugger/call-stack.ts";
import { fetchInstruction } from "../debugger/disassembly.ts";
import type { Image } from "../debugger/symbols.ts";
import { registersOf } from "../inspect.ts";
import type { RunControl } from "./run-control.ts";
import type { Goal, StopReason } from "./stop.ts";

interface Here {
  readonly pc: number;
  /** Canonical frame address; the stack pointer where nothing describes the frame. */
  readonly cfa: number;
  readonly file: string;
  /** 0 where no line is known. */
  readonly line: number;
}

export class SourceStepping {
  private readonly control: RunControl;
  private readonly imageOf: (pid: number) => Image | null;

  constructor(control: RunControl, imageOf: (pid: number) => Image | null) {
    this.control = control;
    this.imageOf = imageOf;
  }

  /** To the next line; into functions that have lines (`into`), or over them. */
  async line(pid: number, into: boolean): Promise<StopReason> {
    const from = this.here(pid);
    return this.control.forward(
      this.only(pid, (pc) => {
        const debug = this.imageOf(pid)?.debug;
        const row = debug?.lineAt(pc);
        if (debug === undefined || debug === null || row === null || row === undefined || !row.isStatement)
          return false;
        if (row.vaddr !== pc && row.file === from.file) return false;
        const { cfa } = this.here(pid);
        if (row.line === from.line && row.file === from.file && cfa === from.cfa) return false;
        if (cfa >= from.cfa) return row.vaddr === pc || cfa > from.cfa;
        // A new function: behind its prologue, where its parameters are in their places.
        const entered = debug.functionAt(pc);
        return into && entered !== null && pc === debug.bodyStart(entered);
      }),
    );
  }

  /** One instruction, calls as a whole. */
  async instructionOver(pid: number): Promise<StopReason> {
    const { pc, cfa } = this.here(pid);
    const instruction = fetchInstruction(this.control.machine, pid, pc);
    const isCall =
      instruction !== null &&
      instruction.rd === 1 &&
      (instruction.row.mnemonic === "jal" || instruction.row.mnemonic === "jalr");
    if (!isCall) return this.control.stepInstruction(pid);
    const after = pc + instruction.bytes;
    return this.control.forward(this.only(pid, (at) => at === after && this.here(pid).cfa >= cfa));
  }

  /** To the instruction behind the call of the present function. */
  async out(pid: number): Promise<StopReason> {
    const frames = callStack(this.control.machine, pid, this.imageOf(pid), 2);
    const { cfa } = this.here(pid);
    if (frames.length < 2) return this.control.forward();
    const { pc } = frames[1];
    return this.control.forward(this.only(pid, (at) => at === pc && this.stackPointer(pid) >= cfa));
  }

  /**
   * Back to where the present line began, or, when the process stands there already, to where the line executed before it began.
   * What was called in between is passed over; from the first line of a function the way leads to the call.
   */
  async lineBack(pid: number): Promise<StopReason> {
    const origin = this.control.machine.moment;
    const here = this.here(pid);
    if (here.line === 0) return this.control.stepBack(pid);
    const previous = await this.leaveLine(pid, here);
    if (previous === null) return this.control.reason;
    const began = await this.returnTo(pid, here);
    const { turns, instret } = this.control.machine.moment;
    if (began.kind === "goal" && (turns !== origin.turns || instret !== origin.instret)) return began;
    // At the beginning of the line: once more, from the line before it.
    const before = await this.leaveLine(pid, here);
    if (before === null) return this.control.reason;
    if ((await this.leaveLine(pid, before)) === null) {
      if (this.control.reason.kind !== "begin") return this.control.reason;
      const first = this.here(pid);
      if (first.line === before.line && first.file === before.file) return this.control.reason;
    }
    return this.returnTo(pid, before);
  }

  /** Back to the latest instruction of another line in this frame or a caller; null at the beginning. */
  private async leaveLine(pid: number, from: Here): Promise<Here | null> {
    const reason = await this.control.backwardQuietly(
      this.only(pid, () => {
        const at = this.here(pid);
        return at.line !== 0 && at.cfa >= from.cfa && !isSameLine(at, from);
      }),
    );
    return reason.kind === "goal" ? this.here(pid) : null;
  }

  /** Forward again to the first instruction of a line in its frame. */
  private async returnTo(pid: number, to: Here): Promise<StopReason> {
    return this.control.forwardQuietly(this.only(pid, () => isSameLine(this.here(pid), to)));
  }

  private only(pid: number, goal: (pc: number) => boolean): Goal {
    return (at, pc) => at === pid && goal(pc);
  }

  private stackPointer(pid: number): number {
    return (registersOf(this.control.machine, pid)?.x[2] ?? 0) >>> 0;
  }

  private here(pid: number): Here {
    const view = registersOf(this.control.machine, pid);
    if (view === undefined) return { pc: 0, cfa: 0, file: "", line: 0 };
    const debug = this.imageOf(pid)?.debug;
    const row = debug?.lineAt(view.pc);
    const cfa = debug?.cfaOf({ pc: view.pc, registers: Array.from(view.x, (value) => value >>> 0) });
    return { pc: view.pc, cfa: cfa ?? view.x[2] >>> 0, file: row?.file ?? "", line: row?.line ?? 0 };
  }
}

const isSameLine = (a: Here, b: Here): boolean => a.line === b.line && a.file === b.file && a.cfa === b.cfa;
