/**
 * Running a machine under a debugger, both ways, until there is a reason to stop. Used by the gdb stub and the debug adapter;
 * knows neither protocol.
 *
 * Forward: the timeline runs in slices; between slices the host's events are served, so that a run can be interrupted and
 * typed input gets in. Without breakpoints, watchpoints and goal the machine runs at full speed. Backward: windows that grow are
 * run again under observation, nearest first, and the last hit of the first window that has one is gone to.
 *
 * Signals by which the kernel answers a mistake of the program, and page faults of the kinds in `stopFaults`, stop *before* the
 * instruction that causes them: the process is alive, and its state can be looked at. Going on passes that one by.
 */
import { Signal } from "../../kernel/abi.ts";
import type { FaultKind, FaultlineEvent } from "../../kernel/events.ts";
import { processes } from "../inspect.ts";
import type { Moment } from "../machine.ts";
import { isBefore } from "../moment.ts";
import type { Timeline } from "../timeline.ts";
import { type Hit, Observer } from "./observer.ts";
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

const SLICE_CYCLES = 2_000_000;
const OBSERVED_SLICE_CYCLES = 150_000;
/** Instructions in the windows of a search backwards; the last is repeated to the beginning. */
const WINDOWS = [1, 64, 2_000, 30_000, 200_000];
/** Signals that the kernel sends for a mistake of the program. */
const MISTAKES: ReadonlySet<number> = new Set([
  Signal.SIGSEGV,
  Signal.SIGBUS,
  Signal.SIGILL,
  Signal.SIGTRAP,
  Signal.SIGFPE,
]);

/** What stopped a run in the kernel: an event that the machine was paused for. */
interface Trouble {
  readonly pid: number;
  readonly reason: StopReason;
}

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
  private passBy: { readonly pid: number; readonly pc: number } | null = null;

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

  /** Runs forward until something stops it. `repeatSignal`: the cause of the present stop is not let through. */
  async forward(goal: Goal | null = null, repeatSignal = false): Promise<StopReason> {
    this.isInterrupted = false;
    const passBy = repeatSignal ? null : this.passBy;
    this.passBy = null;
    return (this.stopped = await this.runForward(goal, passBy));
  }

  /** Runs backward until something stops it; at the beginning, "begin". */
  async backward(goal: Goal | null = null): Promise<StopReason> {
    this.isInterrupted = false;
    this.passBy = null;
    return (this.stopped = await this.searchBackward(goal));
  }

  /** Goes to the first try of an instruction of a process before the present moment. */
  async stepBack(pid: number): Promise<StopReason> {
    return this.backwardQuietly((at) => at === pid);
  }

  /** As `backward`, with the goal alone: breakpoints and the like are passed by. */
  async backwardQuietly(goal: Goal): Promise<StopReason> {
    return this.quietly(() => this.backward(goal));
  }

  /** As `forward`, with the goal alone. For stretches that have been run before. */
  async forwardQuietly(goal: Goal): Promise<StopReason> {
    return this.quietly(() => this.forward(goal));
  }

  private async quietly<T>(run: () => Promise<T>): Promise<T> {
    const { breakpoints, watchpoints, stopFaults, stopSignals } = this;
    Object.assign(this, { breakpoints: [], watchpoints: [], stopFaults: new Set(), stopSignals: false });
    try {
      return await run();
    } finally {
      Object.assign(this, { breakpoints, watchpoints, stopFaults, stopSignals });
    }
  }

  /** One instruction of a process: until it has retired, or a call or signal has moved its pc; others may run meanwhile. */
  async stepInstruction(pid: number, repeatSignal = false): Promise<StopReason> {
    return this.forward((at) => at === pid, repeatSignal);
  }

  // ---- forward ----

  private async runForward(goal: Goal | null, passBy: RunControl["passBy"]): Promise<StopReason> {
    const { machine, timeline } = this;
    const isObserved = goal !== null || this.breakpoints.length > 0 || this.watchpoints.length > 0;
    const observer = new Observer(machine, this.breakpoints, this.watchpoints, goal);
    observer.leave();
    let hit: Hit | null = null;
    const watch = this.watchTrouble(passBy);
    if (isObserved) machine.probe = () => (hit = observer.observe()) !== null;
    try {
      for (;;) {
        const status = timeline.forward({
          untilCycles: machine.hart.cycles + (isObserved ? OBSERVED_SLICE_CYCLES : SLICE_CYCLES),
        });
        if (hit !== null) return (hit as Hit).reason;
        const trouble = watch.take();
        if (trouble !== null) {
          watch.end();
          return await this.stopBefore(trouble, observer);
        }
        if (status.kind === "halted") return this.exited(status.status);
        if (status.kind === "instruction-limit") return { kind: "stuck", why: "--max-instructions is reached" };
        if (status.kind === "asleep" || status.kind === "input") {
          if (!(await this.serveSleep(status.kind === "asleep" ? status.untilCycles : null)) && !this.isInterrupted) {
            return { kind: "stuck", why: "every process waits, and no input will come" };
          }
        } else if (timeline.isAtEnd && (machine.kernel.wantsInput || this.input.stream === "tty0")) this.feed();
        await new Promise<void>((resolve) => setImmediate(resolve));
        if (this.isInterrupted) return { kind: "interrupted" };
      }
    } finally {
      machine.probe = null;
      watch.end();
    }
  }

  /** Listens for what stops a run in the kernel; pauses the machine when it comes. */
  private watchTrouble(passBy: RunControl["passBy"]): { take(): Trouble | null; end(): void } {
    const { machine } = this;
    let trouble: Trouble | null = null;
    const passed = new Set<StopReason["kind"]>();
    const end = machine.subscribe((event) => {
      const found = this.troubleOf(event);
      if (found === null || trouble !== null) return;
      // A bad access is a fault first and a signal then: each is let through once.
      const isLetThrough =
        passBy?.pid === found.pid && passBy.pc === machine.hart.sepc && !passed.has(found.reason.kind);
      if (isLetThrough) return void passed.add(found.reason.kind);
      trouble = found;
      machine.pause();
    });
    return {
      end,
      take: () => {
        const taken = trouble;
        trouble = null;
        return taken;
      },
    };
  }

  private troubleOf(event: FaultlineEvent): Trouble | null {
    if (this.stopSignals && event.kind === "signal" && event.from === 0 && MISTAKES.has(event.signal)) {
      return { pid: event.pid, reason: { kind: "signal", pid: event.pid, signal: event.signal } };
    }
    if (event.kind === "fault-end" && event.resolved !== "waiting" && this.stopFaults.has(event.resolved)) {
      return { pid: event.pid, reason: { kind: "fault", pid: event.pid, fault: event.resolved, vaddr: event.vaddr } };
    }
    return null;
  }

  /** Goes back to just before the instruction that has caused it. */
  private async stopBefore({ pid, reason }: Trouble, observer: Observer): Promise<StopReason> {
    const { lastTry } = observer;
    this.machine.probe = null;
    if (lastTry?.pid === pid) this.timeline.goToMoment(lastTry.moment);
    else await this.backwardQuietly((at) => at === pid);
    this.passBy = { pid, pc: this.machine.hart.pc };
    return reason;
  }

  private exited(status: number): StopReason {
    const signal = processes(this.machine).find((p) => p.pid === 1)?.exitSignal ?? (status > 128 ? status - 128 : 0);
    return { kind: "exited", status, signal };
  }

  /** Everyone sleeps: input is handed over, or time passes. False when neither can help. */
  private async serveSleep(untilCycles: number | null): Promise<boolean> {
    const { machine, timeline } = this;
    if (this.feed()) return true;
    if (untilCycles !== null) {
      timeline.skipTo(untilCycles);
      return true;
    }
    await this.input.wait();
    return this.feed() || (this.input.stream === "tty0" && machine.kernel.core.variables.haltStatus < 0);
  }

  private feed(): boolean {
    const bytes = this.input.take();
    if (bytes === null) return false;
    if (bytes === "eof") this.timeline.closeInput(this.input.stream);
    else this.timeline.type(this.input.stream, bytes);
    return true;
  }

  // ---- backward ----

  private async searchBackward(goal: Goal | null): Promise<StopReason> {
    const { timeline } = this;
    const origin = timeline.moment;
    let to: Moment = origin;
    for (let round = 0; ; round++) {
      if (!isBefore(timeline.start, to)) {
        timeline.goToMoment(timeline.start);
        await this.settleAtBeginning();
        return { kind: "begin" };
      }
      timeline.goTo(Math.max(timeline.start.instret, to.instret - WINDOWS[Math.min(round, WINDOWS.length - 1)]));
      if (!isBefore(timeline.moment, to)) timeline.goToMoment(timeline.start);
      const from = timeline.moment;
      const hit = await this.lastHit(from, to, goal);
      if (this.isInterrupted) return { kind: "interrupted" };
      if (hit !== null) {
        timeline.goToMoment(hit.before);
        if (hit.reason.kind === "signal" || hit.reason.kind === "fault")
          this.passBy = { pid: hit.reason.pid, pc: this.machine.hart.pc };
        return hit.reason;
      }
      to = from;
    }
  }

  /** The latest hit before `to`, running from the present moment. */
  private async lastHit(from: Moment, to: Moment, goal: Goal | null): Promise<Hit | null> {
    const { machine, timeline } = this;
    const observer = new Observer(machine, this.breakpoints, this.watchpoints, goal);
    // One cycle further than `to`, so that the probe is asked there and knows what was done just before.
    let latest: Hit | null = null;
    const end = machine.subscribe((event) => {
      const trouble = this.troubleOf(event);
      const { lastTry } = observer;
      if (trouble !== null && lastTry?.pid === trouble.pid && isBefore(lastTry.moment, to))
        latest = { reason: trouble.reason, before: lastTry.moment };
    });
    let isDone = false;
    machine.probe = () => {
      // A watched access just before `to` is known only here.
      const hit = observer.observe();
      if (hit !== null && isBefore(hit.before, to)) latest = hit;
      isDone = !isBefore(machine.moment, to);
      return isDone;
    };
    try {
      for (;;) {
        const left = to.cycles - machine.hart.cycles;
        const status = timeline.forward({
          untilCycles: machine.hart.cycles + Math.max(1, Math.min(OBSERVED_SLICE_CYCLES, left + 1)),
        });
        if (
          isDone ||
          !isBefore(machine.moment, to) ||
          status.kind === "halted" ||
          status.kind === "asleep" ||
          status.kind === "input"
        )
          return latest;
        await new Promise<void>((resolve) => setImmediate(resolve));
        if (this.isInterrupted) {
          timeline.goToMoment(from);
          return null;
        }
      }
    } finally {
      machine.probe = null;
      end();
    }
  }

  /** The recording begins before the first instruction: go to where the first process stands at it. */
  private async settleAtBeginning(): Promise<void> {
    if (this.machine.kernel.core.variables.currentPid !== 0) return;
    let isThere = false;
    this.machine.probe = () => (isThere = true);
    this.timeline.forward({ untilCycles: this.machine.hart.cycles + SLICE_CYCLES });
    this.machine.probe = null;
    if (!isThere) this.timeline.goToMoment(this.timeline.start);
  }
}
