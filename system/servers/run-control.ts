/**
 * Running a machine under a debugger that speaks a protocol, both ways, until there is a reason to stop. Used by the gdb stub and the
 * debug adapter; knows neither protocol. What to stop for is said in watchers; the searching is that of debugger/search.ts.
 *
 * Between the parts of a search the host's events are served, so that a run can be interrupted and typed input gets in.
 *
 * Signals by which the kernel answers a mistake of the program, and page faults of the kinds in `stopFaults`, stop *before* the
 * instruction that causes them: the process is alive, and its state can be looked at. Going on passes that one by. A watched
 * access stops after it going forward, and before it going backward, as gdb wants it.
 */
import { Signal } from "../../kernel/abi.ts";
import type { FaultKind, FaultlineEvent } from "../../kernel/events.ts";
import {
  type Hit,
  type Searching,
  type SearchResult,
  searchingBackward,
  searchingForward,
  type Watcher,
} from "../debugger/search.ts";
import { type StepOptions, stepInstructionBack } from "../debugger/stepping.ts";
import { currentPid, processes, processOf } from "../inspect.ts";
import type { Moment } from "../machine.ts";
import type { Timeline } from "../timeline.ts";
import { accessWatcher, breakpointWatcher, goalWatcher } from "./protocol-watchers.ts";
import type { Breakpoint, Goal, StopReason, Watchpoint } from "./stop.ts";

/** Where typed input comes from. */
export interface InputSource {
  /** Bytes that have arrived, "eof", or null when there are none yet. */
  take(): Uint8Array | "eof" | null;
  /** Resolves when take may have something, or when `interrupt` was called. */
  wait(): Promise<void>;
  readonly stream: "stdin" | "tty0";
}

/** Input that has ended. */
export const noInput = (): InputSource => {
  let isTaken = false;
  return {
    take: () => {
      const isFirst = !isTaken;
      isTaken = true;
      return isFirst ? "eof" : null;
    },
    wait: async () => {},
    stream: "stdin",
  };
};

/** Signals that the kernel sends for a mistake of the program. */
const MISTAKES: ReadonlySet<number> = new Set([
  Signal.SIGSEGV,
  Signal.SIGBUS,
  Signal.SIGILL,
  Signal.SIGTRAP,
  Signal.SIGFPE,
]);

/** What a hit of a watcher means. */
type Reasons = ReadonlyMap<Watcher, (hit: Hit) => StopReason>;

export class RunControl {
  readonly timeline: Timeline;
  breakpoints: readonly Breakpoint[] = [];
  watchpoints: readonly Watchpoint[] = [];
  /** Kinds of page fault that stop the run. */
  stopFaults: ReadonlySet<FaultKind> = new Set();
  /** Stop before the instruction that makes the kernel send a signal for a mistake. */
  stopSignals = true;
  private readonly input: InputSource;
  private isInterrupted = false;
  private stopped: StopReason = { kind: "interrupted" };
  /** Set by a stop before a signal or fault; its cause is let through when the run goes on from there. */
  private passBy: Moment | null = null;

  constructor(timeline: Timeline, input: InputSource) {
    this.timeline = timeline;
    this.input = input;
  }

  get machine() {
    return this.timeline.machine;
  }

  /** Why the run stands still. */
  get reason(): StopReason {
    return this.stopped;
  }

  /** The process that the latest stop is about; when there is none, whichever has run last or is alive. */
  get pid(): number {
    const { variables } = this.machine.kernel.core;
    const alive = processes(this.machine).filter((p) => p.state !== "zombie");
    const wanted = ["pid" in this.stopped ? this.stopped.pid : 0, variables.currentPid, variables.lastPid];
    return wanted.find((pid) => alive.some((p) => p.pid === pid)) ?? alive[0]?.pid ?? 1;
  }

  /** Ends the run under way as soon as possible. */
  interrupt(): void {
    this.isInterrupted = true;
    this.machine.pause();
  }

  /** Runs to the first instruction of the first process. */
  async start(): Promise<StopReason> {
    return this.forward(() => true);
  }

  /**
   * Runs forward until something stops it. `repeatSignal`: the cause of the present stop is not let through. `at`: the only
   * addresses at which the goal can hold, when they are known: then the run is some ten times faster.
   */
  async forward(goal: Goal | null = null, repeatSignal = false, at?: readonly number[]): Promise<StopReason> {
    const reasons = this.reasons(goal, at);
    return this.go((options) => searchingForward(this.timeline, [...reasons.keys()], options), reasons, !repeatSignal);
  }

  /** Runs backward until something stops it; at the beginning, "begin". */
  async backward(goal: Goal | null = null): Promise<StopReason> {
    const reasons = this.reasons(goal);
    this.isInterrupted = false;
    this.passBy = null;
    const result = await this.inParts(
      searchingBackward(this.timeline, [...reasons.keys()], {
        isCancelled: () => this.isInterrupted,
        mostInstructions: Infinity,
      }),
    );
    return (this.stopped = await this.arriveBackward(result, reasons));
  }

  /** Steps by a rule of debugger/stepping.ts, forward or back; what else there is to stop for stops it on the way forward. */
  async step(by: (options: StepOptions) => Searching, repeatSignal = false): Promise<StopReason> {
    const reasons = this.reasons(null);
    return this.go((options) => by({ ...options, watchers: [...reasons.keys()] }), reasons, !repeatSignal);
  }

  /** Goes to the first try of an instruction of a process before the present moment. */
  async stepBack(pid: number): Promise<StopReason> {
    return this.backwardQuietly((at) => at === pid);
  }

  /** As `backward`, with the goal alone: breakpoints and the like are passed by. */
  async backwardQuietly(goal: Goal): Promise<StopReason> {
    const { breakpoints, watchpoints, stopFaults, stopSignals } = this;
    Object.assign(this, { breakpoints: [], watchpoints: [], stopFaults: new Set(), stopSignals: false });
    try {
      return await this.backward(goal);
    } finally {
      Object.assign(this, { breakpoints, watchpoints, stopFaults, stopSignals });
    }
  }

  /** One instruction of a process: until it has retired, or a call or signal has moved its pc; others may run meanwhile. */
  async stepInstruction(pid: number, repeatSignal = false): Promise<StopReason> {
    return this.forward((at) => at === pid, repeatSignal);
  }

  // ---- inside ----

  /** Everything there is to stop for, first things first. */
  private reasons(goal: Goal | null, at?: readonly number[]): Reasons {
    const { machine } = this;
    const here = (): number => currentPid(machine) || this.pid;
    const reasons = new Map<Watcher, (hit: Hit) => StopReason>();
    for (const watchpoint of this.watchpoints)
      reasons.set(accessWatcher(machine, watchpoint), (hit) => ({
        kind: "watchpoint",
        pid: hit.before?.pid ?? here(),
        watchpoint,
      }));
    if (this.breakpoints.length > 0)
      reasons.set(breakpointWatcher(this.breakpoints), ({ place }) => ({
        kind: "breakpoint",
        pid: place.pid,
        vaddr: place.pc,
      }));
    if (goal !== null) reasons.set(goalWatcher(goal, at), ({ place }) => ({ kind: "goal", pid: place.pid }));
    if (this.stopSignals || this.stopFaults.size > 0)
      reasons.set({ event: (event) => this.troubleOf(event)?.kind ?? null }, (hit) => this.troubleOf(hit.event!)!);
    return reasons;
  }

  private troubleOf(event: FaultlineEvent): StopReason | null {
    if (this.stopSignals && event.kind === "signal" && event.from === 0 && MISTAKES.has(event.signal))
      return { kind: "signal", pid: event.pid, signal: event.signal };
    if (event.kind === "fault-end" && event.resolved !== "waiting" && this.stopFaults.has(event.resolved))
      return { kind: "fault", pid: event.pid, fault: event.resolved, vaddr: event.vaddr };
    return null;
  }

  private async go(
    search: (options: StepOptions) => Searching,
    reasons: Reasons,
    passesBy: boolean,
  ): Promise<StopReason> {
    this.isInterrupted = false;
    const { moment } = this.timeline;
    const skipAction = passesBy && this.passBy?.turns === moment.turns && this.passBy.instret === moment.instret;
    this.passBy = null;
    const options: StepOptions = {
      skipAction,
      isCancelled: () => this.isInterrupted,
      feed: () => this.feed(),
      mostInstructions: Infinity,
    };
    for (;;) {
      const result = await this.inParts(search(options));
      if (result.kind !== "input") return (this.stopped = this.arrive(result, reasons));
      if (!(await this.waitForInput()) && !this.isInterrupted)
        return (this.stopped = { kind: "stuck", why: "every process waits, and no input will come" });
      if (this.isInterrupted) return (this.stopped = { kind: "interrupted" });
    }
  }

  /** Does a search while the host's events are served. */
  private async inParts(search: Searching): Promise<SearchResult> {
    for (;;) {
      const { done, value } = search.next();
      if (done === true) return value;
      const isTyping = this.machine.kernel.wantsInput || this.input.stream === "tty0";
      if (this.timeline.isAtEnd && isTyping && !this.machine.isMuted) this.feed();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  private arrive(result: SearchResult, reasons: Reasons): StopReason {
    switch (result.kind) {
      case "hit": {
        const { hit } = result;
        const reason: StopReason = reasons.get(hit.watcher)?.(hit) ?? { kind: "goal", pid: hit.place.pid };
        if (reason.kind === "signal" || reason.kind === "fault") this.passBy = this.timeline.moment;
        return reason;
      }
      case "halted":
        return this.exited(result.status);
      case "start":
        return { kind: "begin" };
      case "cancelled":
        return { kind: "interrupted" };
      default:
        return { kind: "stuck", why: "--max-instructions is reached" };
    }
  }

  private async arriveBackward(result: SearchResult, reasons: Reasons): Promise<StopReason> {
    if (result.kind === "start") {
      this.settleAtBeginning();
      return { kind: "begin" };
    }
    const reason = this.arrive(result, reasons);
    // One stands behind the access: back to the first try of the instruction that made it.
    if (reason.kind === "watchpoint")
      await this.inParts(stepInstructionBack(this.timeline, reason.pid, { mostInstructions: Infinity }));
    return reason;
  }

  private exited(status: number): StopReason {
    const signal = processOf(this.machine, 1)?.exitSignal ?? (status > 128 ? status - 128 : 0);
    return { kind: "exited", status, signal };
  }

  /** Everyone waits for input. False when none will come. */
  private async waitForInput(): Promise<boolean> {
    await this.input.wait();
    return this.feed() || (this.input.stream === "tty0" && this.machine.kernel.core.variables.haltStatus < 0);
  }

  private feed(): boolean {
    const bytes = this.input.take();
    if (bytes === null) return false;
    if (bytes === "eof") this.timeline.closeInput(this.input.stream);
    else this.timeline.type(this.input.stream, bytes);
    return true;
  }

  /** The recording begins before the first instruction: go to where the first process stands at it. */
  private settleAtBeginning(): void {
    if (currentPid(this.machine) !== 0) return;
    let isThere = false;
    this.machine.probe = () => (isThere = true);
    this.timeline.forward({ untilCycles: this.machine.hart.cycles + SETTLING_CYCLES });
    this.machine.probe = null;
    if (!isThere) this.timeline.goToMoment(this.timeline.start);
  }
}

const SETTLING_CYCLES = 2_000_000;
