/**
 * A run that can be walked both ways: the machine's timeline with what belongs to it besides the machine's own state (what the
 * terminal showed, where the faults are, the futures that were left), and the debugger on it.
 *
 * Everything that can take long is a generator that yields how much is done: the session runs it in slices, and `giveUp` ends it.
 */
import type { FaultKind } from "../../kernel/events.ts";
import { Debugger, DebuggerError, type Stop } from "../../system/debugger/debugger.ts";
import { pteText } from "../../system/debugger/describe.ts";
import { EvaluationError } from "../../system/debugger/expression.ts";
import { examineFault, type FaultReport, lookInside } from "../../system/debugger/microscope.ts";
import { placeView } from "../../system/debugger/view.ts";
import { FaultLog, type FaultMark } from "../../system/fault-log.ts";
import { currentPid, processes } from "../../system/inspect.ts";
import type { Machine, Moment } from "../../system/machine.ts";
import { type LiveFigures, liveFigures } from "../../system/report.ts";
import { Timeline } from "../../system/timeline.ts";
import type { DebugCommand, FaultState, Place, Track } from "../protocol.ts";
import { OutputLog } from "./output-log.ts";
import { Programs } from "./programs.ts";
import { type Destination, travel } from "./travel.ts";

/** Yields how much of a job is done, from 0 to 1; UNKNOWN for a search. */
export type Job<Result> = Generator<number, Result>;

/** Cycles of work between two checkpoints of a live run: one costs a millisecond or two. */
const SPACING_CYCLES = 4_000_000;
const UNKNOWN = -1;
/** Parts of the run in which faults are counted for the slider. */
const TRACK_PARTS = 120;
const CODE_BEFORE = 12;
const CODE_AFTER = 28;

export class Past {
  readonly timeline: Timeline;
  readonly faults: FaultLog;
  readonly programs: Programs;
  outputs = new OutputLog();
  private readonly machine: Machine;
  /** What was printed and which faults there were in each of the timeline's branches, by the same index. */
  private readonly left: { outputs: OutputLog; faults: readonly FaultMark[] }[] = [];
  private debug: Debugger | null = null;
  /** Process that was chosen to be looked at, 0 for none. */
  private chosen = 0;
  private report: FaultReport | null = null;
  private why = "";
  private isGivenUp = false;

  /** To be made right after the machine has been booted. */
  constructor(machine: Machine, budgetBytes: number) {
    this.machine = machine;
    this.timeline = new Timeline(machine, { budgetBytes, spacing: SPACING_CYCLES, recent: SPACING_CYCLES });
    this.faults = new FaultLog(machine);
    this.programs = new Programs(machine);
  }

  /** To be called before anything comes in from outside: in the past it begins a new future. True when it does. */
  beforeInput(): boolean {
    const { timeline, outputs, faults } = this;
    if (timeline.isAtEnd) return false;
    this.left.push({ outputs: outputs.copy(), faults: faults.snapshot() });
    outputs.cut(outputs.positionAt(timeline.moment));
    faults.cutFrom(timeline.moment);
    faults.settle();
    return true;
  }

  // ---- going somewhere ----

  /** Carries out a command and says why the machine stands where it then stands. "live" and faults to come are the session's. */
  *carryOut(command: DebugCommand): Job<string> {
    this.isGivenUp = false;
    switch (command.kind) {
      case "step":
        return yield* this.step((debug) =>
          command.unit === "line" ? debug.stepLine(command.direction, false) : debug.stepInstruction(command.direction),
        );
      case "over":
        return yield* this.step((debug) =>
          command.unit === "line" ? debug.stepLine(command.direction, true) : debug.nextInstruction(command.direction),
        );
      case "out":
        return yield* this.step((debug) => debug.finish(command.direction));
      case "seek":
        return yield* this.go(command, "");
      case "live":
        this.timeline.goToEnd();
        return "The end of the run: from here it goes on.";
      case "process":
        this.chosen = command.pid;
        return this.why;
      case "future":
        return yield* this.switchTo(command.index);
      case "fault": {
        const mark = command.direction === "forward" ? this.nextFault() : this.previousFault();
        if (mark === undefined)
          return yield* this.go(this.timeline.start, "No page fault came before: this is the beginning of the run.");
        return yield* this.goToFault(mark);
      }
    }
  }

  /** Goes to where a fault is about to happen. */
  goToFault(mark: FaultMark): Job<string> {
    return this.go(mark, "");
  }

  private *go(to: Destination, arrived: string): Job<string> {
    return (yield* this.unlessGivenUp(travel(this.timeline, to))) === null ? "Given up on the way." : arrived;
  }

  /** Does a job, or gives it up between two parts when asked: null then. */
  *unlessGivenUp<Result>(job: Job<Result>): Job<Result | null> {
    this.isGivenUp = false;
    for (;;) {
      const part = job.next();
      if (part.done === true) return part.value;
      yield part.value;
      if (!this.isGivenUp) continue;
      // Lets the job put back what it has to.
      job.return(null as never);
      return null;
    }
  }

  /** Ends the command under way as soon as can be; it then says so. */
  giveUp(): void {
    this.isGivenUp = true;
  }

  /** The next fault that has happened already; undefined when it lies beyond the end of the run. */
  nextFault(): FaultMark | undefined {
    const { turns, instret } = this.timeline.moment;
    return this.faults.at(this.faults.firstFrom({ turns, instret: instret + 1 }));
  }

  private previousFault(): FaultMark | undefined {
    const before = this.faults.at(this.faults.firstFrom(this.timeline.moment) - 1);
    return before === undefined ? undefined : this.faults.at(this.faults.firstFrom(before));
  }

  private *switchTo(index: number): Job<string> {
    const branch = this.timeline.branches[index];
    if (branch === undefined) return "There is no such future any more.";
    const other = this.left[index];
    this.left[index] = { outputs: this.outputs.copy(), faults: this.faults.snapshot() };
    this.outputs = other.outputs;
    this.faults.restore(other.faults);
    const { instret } = branch.end;
    for (const _ of this.timeline.switching(index)) yield this.timeline.position / Math.max(1, instret);
    this.faults.settle();
    return `The other future, at its end: instruction ${instret}.`;
  }

  private *step(begin: (parts: Debugger["parts"]) => Generator<void, Stop>): Job<string> {
    try {
      const steps = begin(this.fresh().parts);
      for (;;) {
        const part = steps.next();
        if (part.done === true) return this.sentence(part.value);
        yield UNKNOWN;
      }
    } catch (error) {
      if (error instanceof DebuggerError || error instanceof EvaluationError) return error.message;
      throw error;
    }
  }

  private sentence(stop: Stop): string {
    switch (stop.kind) {
      case "step":
        return "";
      case "input":
        return "Every process waits for input. Type in the terminal, or run.";
      case "cancelled":
        return "Given up on the way.";
      case "start":
        return "This is the beginning of the run.";
      default:
        return `${stop.text.charAt(0).toUpperCase()}${stop.text.slice(1)}.`;
    }
  }

  /** The process to look at: the one chosen while it lives, the one on the CPU, or the one that was started last. */
  private focus(): number {
    const alive = processes(this.machine).filter(({ state }) => state !== "zombie");
    if (alive.some(({ pid }) => pid === this.chosen)) return this.chosen;
    return currentPid(this.machine) || (alive.at(-1)?.pid ?? 0);
  }

  /** The debugger, made anew when a program has been compiled again meanwhile, and looking at the right process. */
  private fresh(): Debugger {
    const { images } = this.programs;
    if (this.debug?.images !== images)
      this.debug = new Debugger(this.timeline, images, { isCancelled: () => this.isGivenUp });
    this.debug.selectProcess(this.focus());
    return this.debug;
  }

  // ---- showing ----

  track(): Track {
    const { timeline, faults } = this;
    const plain = ({ instret, turns, cycles }: Moment): Moment => ({ instret, turns, cycles });
    return {
      start: plain(timeline.start),
      end: plain(timeline.end),
      moment: timeline.moment,
      faults: faults.tally(timeline.start.instret, timeline.end.instret, TRACK_PARTS),
      futures: timeline.branches.map(({ parted, end }, index) => ({ index, parted: plain(parted), end: plain(end) })),
    };
  }

  /** Everything that is shown of where the machine stands. */
  place(why: string): Place {
    this.why = why;
    const { timeline, faults } = this;
    const number = faults.firstFrom(timeline.moment);
    const mark = faults.at(number);
    const { turns, instret } = timeline.moment;
    const isFault = mark?.turns === turns && mark.instret === instret;
    if (!isFault) this.report = null;
    else if (this.report === null || this.report.place !== mark) this.report = examineFault(timeline, mark);
    const debug = this.fresh();
    const { image } = debug;
    return {
      ...this.track(),
      view: placeView(debug, CODE_BEFORE, CODE_AFTER),
      why: why === "" && isFault && this.report !== null ? faultSentence(this.report, mark.kind) : why,
      fault: this.report,
      faultNumber: this.report === null ? 0 : number + 1,
      faultCount: faults.count,
      program: image?.path ?? "",
      problem: image === null ? "The program's file is not there any more." : (image.problem ?? ""),
    };
  }

  /** The processor and the figures in the middle of the fault at which the machine stands. */
  inside(index: number): { state: FaultState; figures: LiveFigures } | null {
    const { report, timeline } = this;
    if (report === null || index < 0 || index >= report.steps.length) return null;
    const pte = pteText(report.steps[index].state.pte);
    return lookInside(timeline, report, index, (machine) => {
      const { pc, scause, stval, sepc } = machine.hart;
      return { state: { pte, pc, scause, stval, sepc }, figures: liveFigures(machine) };
    });
  }
}

const faultSentence = ({ access, vaddr, processName, pid }: FaultReport, kind: FaultKind): string =>
  `Page fault (${kind}): ${processName} (pid ${pid}) is about to ${access === "execute" ? "fetch from" : access === "load" ? "load from" : "store to"} 0x${vaddr.toString(16).padStart(8, "0")}.`;
