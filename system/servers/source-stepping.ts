/** Steps of a debug adapter's client, by the rules of debugger/stepping.ts. */
import { finish, nextInstruction, stepLine, stepLineBack } from "../debugger/stepping.ts";
import type { Image } from "../debugger/symbols.ts";
import type { RunControl } from "./run-control.ts";
import type { StopReason } from "./stop.ts";

export class SourceStepping {
  private readonly control: RunControl;
  private readonly imageOf: (pid: number) => Image | null;

  constructor(control: RunControl, imageOf: (pid: number) => Image | null) {
    this.control = control;
    this.imageOf = imageOf;
  }

  /** To the next line; into functions that have lines (`into`), or over them. */
  async line(pid: number, into: boolean): Promise<StopReason> {
    const { timeline } = this.control;
    return this.control.step((options) => stepLine(timeline, pid, this.imageOf(pid), !into, options));
  }

  /** One instruction, calls as a whole. */
  async instructionOver(pid: number): Promise<StopReason> {
    const { timeline } = this.control;
    return this.control.step((options) => nextInstruction(timeline, pid, this.imageOf(pid), options));
  }

  /** To the instruction behind the call of the present function. */
  async out(pid: number): Promise<StopReason> {
    const { timeline } = this.control;
    return this.control.step((options) => finish(timeline, pid, this.imageOf(pid), options));
  }

  /**
   * Back to where the present line began, or, when the process stands there already, to where the line executed before it began.
   * What was called in between is passed over; from the first line of a function the way leads to the call.
   */
  async lineBack(pid: number): Promise<StopReason> {
    const { timeline } = this.control;
    return this.control.step((options) => stepLineBack(timeline, pid, this.imageOf(pid), true, options));
  }
}
