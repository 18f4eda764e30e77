/**
 * Time that can be walked both ways. A run is program, configuration, seed and input log; the machine is deterministic.
 * So the past is reached by going back to a checkpoint and running forward again with the same input.
 *
 * Places in a run are moments (machine.ts). `goTo(n)` means the first moment at which n instructions have retired: before
 * a tick, a fault or an idle step that follows. The far end of the run, where recording goes on, is kept as a checkpoint
 * of its own while the machine is elsewhere.
 *
 * Checkpoints are of two kinds. The spine: one every `spacing` cycles of work while recording; when the memory budget is
 * used up every second one goes and the spacing doubles. And the near ones, a dozen at most: the latest of a recording, closer together,
 * and those that a long way back to a moment has left just before it, at distances that halve, so that steps back from
 * there are short. This is what makes a step back cost milliseconds anywhere in a long run.
 *
 * Changing the past (input, a register, memory) begins a branch: the old future is kept as its log and can be gone back to.
 */
import { type Checkpoint, Checkpoints, workOf } from "./checkpoint.ts";
import type {
  BoundedStatus,
  Input,
  InputRecord,
  InputStream,
  Machine,
  Moment,
  RunBounds,
  RunStatus,
} from "./machine.ts";
import { compareMoments, isBefore, isSameMoment, momentText } from "./moment.ts";

export interface TimelineOptions {
  /** Most bytes that checkpoints may hold together. */
  readonly budgetBytes: number;
  /** Cycles of work between checkpoints of the spine; doubles when memory is used up. */
  readonly spacing: number;
  /** Cycles of work between checkpoints while recording, of which only the latest few are kept: for steps back from the end. */
  readonly recent: number;
  /** Nearest distance, in instructions, of the checkpoints left before a moment that was far from any. */
  readonly nearest: number;
  /** More work than this since the last checkpoint, and a moment gets one nearer to it. */
  readonly nearWork: number;
}

/** Chosen so that a step back runs a few milliseconds' worth of instructions and fault handling at most. */
const DEFAULTS: TimelineOptions = {
  budgetBytes: 192 * 1024 * 1024,
  spacing: 1_000_000,
  recent: 400_000,
  nearest: 40_000,
  nearWork: 600_000,
};
/** Most near checkpoints at once, and of those that recording leaves. */
const NEAR_MOST = 12;
const RECENT_MOST = 3;
/** Cycles between two places at which following a log can be interrupted: a few hundredths of a second of the host's time. */
const RETRACE_CYCLES = 1_000_000;

const drain = (parts: Generator<void>): void => {
  for (const _ of parts);
};

/** A future that a change in the past has replaced. */
export interface Branch {
  /** Where the change was made. */
  readonly parted: Moment;
  readonly end: Moment;
  /** All input of that run, from its beginning. */
  readonly log: readonly InputRecord[];
}

/** The run did not go as recorded: program, configuration or machine are not those of the recording. */
export class Divergence extends Error {
  override readonly name = "Divergence";
}

/** Part of the past between two checkpoints. */
export interface Stretch {
  readonly from: Moment;
  readonly to: Moment;
}

export class Timeline {
  readonly machine: Machine;
  /** Futures that a change in the past has replaced, oldest first. */
  readonly branches: Branch[] = [];
  private readonly store: Checkpoints;
  private readonly options: TimelineOptions;
  /** Work between checkpoints of the spine. */
  private spacing: number;
  /** All checkpoints in order; the first is the beginning and is never dropped. */
  private checkpoints: Checkpoint[] = [];
  /** Those of them that are near ones, by age. */
  private near: Checkpoint[] = [];
  /** Work at the newest checkpoint of the spine. */
  private spineWork: number;
  /** Where recording goes on, when the machine has been taken elsewhere. */
  private frontier: Checkpoint | null = null;
  /** Inputs of the log delivered up to the machine's present state. */
  private delivered: number;

  /** Begins at the machine's present state, which is the earliest that can be reached. */
  constructor(machine: Machine, options: Partial<TimelineOptions> = {}) {
    this.options = { ...DEFAULTS, ...options };
    this.machine = machine;
    this.spacing = this.options.spacing;
    this.store = new Checkpoints(machine);
    this.delivered = machine.inputLog.length;
    this.checkpoints.push(this.store.take(null, this.delivered));
    this.spineWork = workOf(machine);
  }

  /** Earliest moment that can be reached. */
  get start(): Moment {
    return this.checkpoints[0];
  }
  /** Where the machine stands. */
  get moment(): Moment {
    return this.machine.moment;
  }
  /** Instructions retired at the present moment. */
  get position(): number {
    return this.machine.hart.instret;
  }
  /** Latest moment recorded so far. */
  get end(): Moment {
    return this.frontier ?? this.moment;
  }
  get isAtEnd(): boolean {
    return this.frontier === null;
  }
  /** Bytes that checkpoints hold, and how many there are. */
  get bytes(): number {
    return this.store.bytes;
  }
  get checkpointCount(): number {
    return this.checkpoints.length;
  }
  /** Inputs delivered between the start of the log and the present moment. */
  get deliveredInputs(): number {
    return this.delivered;
  }

  /** Runs on at the end of the recording (going there first), as Machine.run does. */
  record(cycles: number, untilInstret = Number.POSITIVE_INFINITY): RunStatus {
    this.goToEnd();
    const status = this.extend({ untilCycles: this.machine.hart.cycles + cycles, untilInstret });
    return status.kind === "turn" || status.kind === "paused" ? { kind: "slice" } : status;
  }

  /**
   * Runs forward from where the machine stands, to a bound, to a pause (Machine.probe, Machine.pause), or to a state in
   * which only the outside can help. In the past, input comes and sleep ends as recorded; beyond the end it is recorded.
   */
  forward(bounds: RunBounds = {}): BoundedStatus {
    while (this.frontier !== null) {
      const status = this.replayToward(this.frontier, bounds);
      if (status !== null) return status;
      this.arrive();
    }
    return this.extend(bounds);
  }

  /** Lets virtual time pass at the end of the recording, while every process sleeps. */
  skipTo(cycles: number): void {
    this.goToEnd();
    this.machine.skipTo(cycles);
  }

  /** Goes to the far end of the recording. */
  goToEnd(): void {
    if (this.frontier === null) return;
    this.store.restore(this.frontier);
    this.delivered = this.frontier.inputs;
    this.arrive();
  }

  /**
   * Goes to the first moment at which `instret` instructions have retired; to the nearest end of the recording when it
   * lies outside. Returns the position reached.
   */
  goTo(instret: number): number {
    const target = Math.ceil(instret);
    if (target > this.end.instret) this.goToEnd();
    else if (target <= this.start.instret) this.goToMoment(this.start);
    else this.travel({ untilInstret: target }, (at) => at.instret < target);
    return this.position;
  }

  /** Goes to a moment of the recording exactly; to the nearest end when it lies outside. Throws Divergence when there is no such moment. */
  goToMoment(moment: Moment): void {
    if (!isBefore(moment, this.end)) return this.goToEnd();
    const target = isBefore(moment, this.start) ? this.start : moment;
    this.travel(target, (at) => !isBefore(target, at));
  }

  /**
   * Goes to where an action of the kernel began: the first moment with these turns and instructions. Of a fault that is the
   * state just before the instruction was tried.
   */
  goToAction(turns: number, instret: number): void {
    const goal = { turns, instret, cycles: -1 };
    if (!isBefore(this.start, goal)) return this.goToMoment(this.start);
    this.travel(goal, (at) => isBefore(at, goal));
  }

  /** One instruction back. Returns the position reached. */
  stepBack(): number {
    return this.goTo(this.position - 1);
  }

  /** The recorded past up to `moment`, cut at checkpoints, latest part first: for searching backwards. */
  stretchesBefore(moment: Moment): Stretch[] {
    const stretches: Stretch[] = [];
    const limit = isBefore(this.end, moment) ? this.end : moment;
    let to = limit;
    for (let i = this.checkpoints.length - 1; i >= 0; i--) {
      const { instret, turns, cycles } = this.checkpoints[i];
      const from = { instret, turns, cycles };
      if (!isBefore(from, to)) continue;
      stretches.push({ from, to });
      to = from;
    }
    return stretches;
  }

  /** Hands over input now. In the past this begins a new future; the old one is kept in `branches`. */
  type(stream: InputStream, bytes: Uint8Array): void {
    this.change(() => this.machine.type(stream, bytes));
  }

  closeInput(stream: InputStream): void {
    this.change(() => this.machine.closeInput(stream));
  }

  resize(columns: number, rows: number): void {
    this.change(() => this.machine.resize(columns, rows));
  }

  /** Sets a register or bytes of RAM, as part of the run's log. */
  edit(input: Extract<Input, { kind: "register" | "memory" }>): void {
    this.change(() => this.machine.edit(input));
  }

  /**
   * Goes back to a future that was left: to its end. The present future takes its place in `branches`. Checkpoints that
   * both share stay.
   */
  switchTo(index: number): void {
    drain(this.switching(index));
  }

  /** As switchTo, in parts: between two of them the caller may do something else, but not with this timeline. */
  *switching(index: number): Generator<void> {
    const branch = this.branches[index];
    if (branch === undefined) throw new RangeError(`there is no branch ${index}; there are ${this.branches.length}`);
    this.goToEnd();
    const { machine } = this;
    const present = machine.inputLog.slice();
    const common = present.findIndex((record, i) => record !== branch.log[i]);
    const shared = common < 0 ? present.length : common;
    const parted = [present[shared], branch.log[shared], this.moment, branch.end]
      .filter((m) => m !== undefined)
      .sort(compareMoments)[0];
    this.branches[index] = { parted, end: this.moment, log: present };
    this.dropWhere((c) => c.inputs > shared || isBefore(parted, c));
    machine.inputLog.splice(0, machine.inputLog.length, ...branch.log);
    const from = this.checkpoints[this.checkpoints.length - 1];
    this.store.restore(from);
    this.delivered = from.inputs;
    this.spineWork = from.work;
    machine.isMuted = true;
    try {
      yield* this.retracing(branch.end);
    } finally {
      machine.isMuted = false;
    }
  }

  /**
   * Makes a recorded run this timeline's own: to be called at its beginning, before anything is recorded. Runs to `end`, and
   * calls `visit` at each of the moments of `stops` on the way. Throws Divergence when the run does not go as recorded.
   */
  load<T extends Moment>(
    log: readonly InputRecord[],
    end: Moment,
    stops: readonly T[],
    visit: (stop: T) => void,
  ): void {
    drain(this.loading(log, end, stops, visit));
  }

  /** As load, in parts: between two of them the caller may do something else, but not with this timeline. */
  *loading<T extends Moment>(
    log: readonly InputRecord[],
    end: Moment,
    stops: readonly T[],
    visit: (stop: T) => void,
  ): Generator<void> {
    this.machine.inputLog.push(...log);
    for (const stop of [...stops].sort(compareMoments)) {
      if (isBefore(end, stop)) continue;
      yield* this.retracing(stop);
      visit(stop);
    }
    yield* this.retracing(end);
  }

  /** Runs as the log says to a moment beyond what is recorded here, leaving checkpoints as recording does. */
  private *retracing(end: Moment): Generator<void> {
    const { machine } = this;
    for (;;) {
      const last = this.checkpoints[this.checkpoints.length - 1];
      const status = this.quietly(() =>
        this.replayToward(end, { untilCycles: machine.hart.cycles + Math.min(RETRACE_CYCLES, this.options.recent) }),
      );
      if (workOf(machine) - last.work >= this.options.recent) this.keepRecorded(this.store.take(last, this.delivered));
      if (status === null) return;
      if (status.kind !== "slice")
        throw new Divergence(`the run could not be followed to its end: ${status.kind} at ${momentText(this.moment)}`);
      yield;
    }
  }

  /**
   * After the kernel has thrown in the middle of an action: goes back to where that action began, which is the end of the
   * recording then.
   */
  recover(): void {
    const { turns, instret } = this.moment;
    if (this.frontier !== null) return this.goToEnd();
    const last = this.checkpoints[this.checkpoints.length - 1];
    this.store.restore(last);
    this.delivered = last.inputs;
    const { isMuted } = this.machine;
    this.machine.isMuted = true;
    drain(this.retracing({ turns, instret, cycles: -1 }));
    this.machine.isMuted = isMuted;
  }

  // ---- inside ----

  private change(make: () => void): void {
    this.leaveFuture();
    make();
    this.delivered = this.machine.inputLog.length;
  }

  /** What comes is no longer what was recorded: the recorded future becomes a branch, and the present is the end. */
  private leaveFuture(): void {
    if (this.frontier === null) return;
    const { machine, frontier } = this;
    const { instret, turns, cycles } = frontier;
    this.branches.push({ parted: this.moment, end: { instret, turns, cycles }, log: machine.inputLog.slice() });
    machine.inputLog.splice(this.delivered);
    const present = this.moment;
    this.dropWhere((c) => c.inputs > this.delivered || isBefore(present, c));
    this.spineWork = this.checkpoints[this.checkpoints.length - 1].work;
    this.arrive();
  }

  /** The machine is at the end of the recording: no copy of the end is needed any more. */
  private arrive(): void {
    if (this.frontier !== null) this.store.drop(this.frontier);
    this.frontier = null;
    this.machine.isMuted = false;
  }

  private leaveEnd(): void {
    this.frontier ??= this.store.take(this.checkpoints[this.checkpoints.length - 1], this.delivered);
    this.machine.isMuted = true;
  }

  /** Goes to a target inside the recording. `canPrecede`: the way to the target may begin at such a moment. */
  private travel(target: RunBounds | Moment, canPrecede: (at: Moment) => boolean): void {
    if ("turns" in target && isSameMoment(target, this.moment)) return;
    this.leaveEnd();
    const from = this.latest(canPrecede);
    // From the present it may be shorter.
    if (!canPrecede(this.moment) || isBefore(this.moment, from)) {
      this.store.restore(from);
      this.delivered = from.inputs;
    }
    this.quietly(() => {
      const instret = "turns" in target ? target.instret : (target.untilInstret ?? 0);
      this.approach(instret, from);
      this.finish(target);
      for (let i = 0; i < 4 && this.comeNearer(target, canPrecede); i++);
    });
    if (isSameMoment(this.moment, this.end)) this.arrive();
  }

  /** The last leg. */
  private finish(target: RunBounds | Moment): void {
    if ("turns" in target && target.cycles < 0) {
      // The cycles of that moment are not known: by turns first, then by instructions.
      if (this.moment.turns < target.turns) this.replayToward(this.end, { untilTurns: target.turns });
      if (this.position < target.instret) this.replayToward(this.end, { untilInstret: target.instret });
      if (this.moment.turns === target.turns && this.position === target.instret) return;
    } else if ("turns" in target) {
      if (this.replayToward(target, {}) === null) return;
    } else if ((this.replayToward(this.frontier!, target)?.kind ?? "instruction") === "instruction") return;
    throw new Divergence(`the recording has no such moment; the run stopped at ${momentText(this.moment)}`);
  }

  /** Runs toward an instruction that is far away, leaving checkpoints at distances that halve. */
  private approach(instret: number, near: Checkpoint): void {
    const { nearest } = this.options;
    for (let distance = instret - this.position; distance > 2 * nearest; distance = instret - this.position) {
      const leg = Math.max(nearest, 2 ** Math.floor(Math.log2(distance - 1)));
      this.replayToward(this.frontier!, { untilInstret: instret - leg });
      this.keepNear(this.store.take(near, this.delivered));
    }
  }

  /** When much kernel work lies between the last checkpoint and here, puts one in between. False when there is no need. */
  private comeNearer(target: RunBounds | Moment, canPrecede: (at: Moment) => boolean): boolean {
    const last = this.latest(canPrecede);
    const turns = this.moment.turns - last.turns;
    if (workOf(this.machine) - last.work <= this.options.nearWork || turns < 8) return false;
    this.store.restore(last);
    this.delivered = last.inputs;
    this.replayToward(this.frontier!, { untilTurns: last.turns + Math.floor((turns * 3) / 4) });
    if (!canPrecede(this.moment)) return false;
    this.keepNear(this.store.take(last, this.delivered));
    this.finish(target);
    return true;
  }

  /** Runs without probe: a search has its own run. */
  private quietly<T>(run: () => T): T {
    const { machine } = this;
    const { probe } = machine;
    machine.probe = null;
    try {
      return run();
    } finally {
      machine.probe = probe;
    }
  }

  /** The latest checkpoint of which `holds` is true; `holds` is true of all up to some moment, and of the first. */
  private latest(holds: (at: Moment) => boolean): Checkpoint {
    let low = 0;
    let high = this.checkpoints.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (holds(this.checkpoints[middle])) low = middle;
      else high = middle - 1;
    }
    return this.checkpoints[low];
  }

  /**
   * Runs forward as recorded until `end`; null when it is reached. Otherwise says what came first: a bound, a pause, or the
   * instruction limit. Throws Divergence when the run does not pass through the recorded moments.
   */
  private replayToward(end: Moment, bounds: RunBounds): BoundedStatus | null {
    const { machine } = this;
    for (;;) {
      const next: InputRecord | undefined = machine.inputLog[this.delivered];
      const isInputNext = next !== undefined && !isBefore(end, next);
      const status = this.runToward(isInputNext ? next : end, bounds);
      if (status !== null) return status;
      if (!isInputNext || isSameMoment(next, end)) return null;
      machine.deliver(next);
      this.delivered++;
    }
  }

  /** One leg without input: to a moment, or to a bound. */
  private runToward(goal: Moment, bounds: RunBounds): BoundedStatus | null {
    const { machine } = this;
    const { untilCycles = Infinity, untilInstret = Infinity, untilTurns = Infinity } = bounds;
    for (;;) {
      const at = machine.moment;
      if (!isBefore(at, goal)) {
        if (isSameMoment(at, goal)) return null;
        // The beginning of an action: its cycles are not known.
        if (goal.cycles < 0 && at.turns === goal.turns && at.instret === goal.instret) return null;
        throw new Divergence(`the run passes by ${momentText(goal)}: it stands at ${momentText(at)}`);
      }
      const status = machine.runTo({
        untilTurns: Math.min(untilTurns, at.turns < goal.turns ? goal.turns : Infinity),
        untilInstret: Math.min(
          untilInstret,
          at.turns === goal.turns && at.instret < goal.instret ? goal.instret : Infinity,
        ),
        untilCycles: Math.min(
          untilCycles,
          at.turns === goal.turns && at.instret === goal.instret ? goal.cycles : Infinity,
        ),
      });
      if (status.kind === "paused" || status.kind === "instruction-limit") return status;
      if (machine.hart.instret >= untilInstret) return { kind: "instruction" };
      if (machine.hart.cycles >= untilCycles) return { kind: "slice" };
      const { turns, instret } = machine.moment;
      if (turns >= untilTurns) return { kind: "turn" };
      if (status.kind === "asleep" || status.kind === "input") {
        const due = status.kind === "asleep" ? status.untilCycles : Number.POSITIVE_INFINITY;
        const recorded = turns === goal.turns && instret === goal.instret ? goal.cycles : Infinity;
        const until = Math.min(due, recorded, untilCycles);
        if (until === Number.POSITIVE_INFINITY)
          throw new Divergence(`the run waits for input at ${momentText(at)}, but it went on when it was recorded`);
        machine.skipTo(until);
      } else if (status.kind === "halted") {
        throw new Divergence(`the run ends at ${momentText(at)}, but it went on when it was recorded`);
      }
    }
  }

  /** Runs beyond the end, leaving checkpoints. */
  private extend(bounds: RunBounds): BoundedStatus {
    const { machine } = this;
    const { untilCycles = Infinity, untilInstret = Infinity, untilTurns = Infinity } = bounds;
    for (;;) {
      const last = this.checkpoints[this.checkpoints.length - 1];
      const due = machine.hart.cycles + Math.max(1, this.options.recent - (workOf(machine) - last.work));
      const status = machine.runTo({ ...bounds, untilCycles: Math.min(untilCycles, due) });
      this.delivered = machine.inputLog.length;
      if (workOf(machine) - last.work >= this.options.recent) this.keepRecorded(this.store.take(last, this.delivered));
      const { hart } = machine;
      const isBound = hart.cycles >= untilCycles || hart.instret >= untilInstret || machine.moment.turns >= untilTurns;
      if (status.kind !== "slice" || isBound) return status;
    }
  }

  private keepRecorded(checkpoint: Checkpoint): void {
    if (checkpoint.work - this.spineWork < this.spacing) {
      while (this.near.length >= RECENT_MOST) this.dropNear();
      return this.keepNear(checkpoint);
    }
    this.spineWork = checkpoint.work;
    this.insert(checkpoint);
  }

  private keepNear(checkpoint: Checkpoint): void {
    if (this.insert(checkpoint)) this.near.push(checkpoint);
    while (this.near.length > NEAR_MOST) this.dropNear();
  }

  private dropNear(): void {
    const oldest = this.near.shift()!;
    this.checkpoints.splice(this.checkpoints.indexOf(oldest), 1);
    this.store.drop(oldest);
  }

  /** Puts a checkpoint in its place and keeps to the budget; false when there is one of that moment already. */
  private insert(checkpoint: Checkpoint): boolean {
    let at = this.checkpoints.length;
    while (at > 0 && isBefore(checkpoint, this.checkpoints[at - 1])) at--;
    if (at > 0 && isSameMoment(checkpoint, this.checkpoints[at - 1])) {
      this.store.drop(checkpoint);
      return false;
    }
    this.checkpoints.splice(at, 0, checkpoint);
    while (this.store.bytes > this.options.budgetBytes && this.near.length > 4) this.dropNear();
    if (this.store.bytes > this.options.budgetBytes) this.thin();
    return true;
  }

  /** Drops every second checkpoint of the spine. */
  private thin(): void {
    const near = new Set(this.near);
    const spine = this.checkpoints.filter((c) => !near.has(c));
    const dropped = new Set(spine.filter((_, index) => index % 2 === 1 && index < spine.length - 1));
    this.dropWhere((c) => dropped.has(c));
    this.spacing *= 2;
  }

  private dropWhere(isDropped: (c: Checkpoint) => boolean): void {
    const [first, ...rest] = this.checkpoints;
    const kept = [first];
    for (const checkpoint of rest) {
      if (isDropped(checkpoint)) this.store.drop(checkpoint);
      else kept.push(checkpoint);
    }
    this.checkpoints = kept;
    this.near = this.near.filter((c) => kept.includes(c));
  }
}
