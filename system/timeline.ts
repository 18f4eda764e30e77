/**
 * Time that can be walked both ways. A run is program, configuration, seed and input log; the machine is deterministic.
 * So the past is reached by going back to a checkpoint and running forward again with the same input.
 *
 * A moment is named by the number of user instructions retired. Two states can share that number (the kernel works, or
 * idles, between two instructions); `goTo(n)` stops at the first: right after instruction n has retired, before
 * anything else happens. The far end of the run, where recording goes on, is kept as a checkpoint of its own.
 *
 * Checkpoints lie every `spacing` instructions while recording; when the memory budget is reached every second one of
 * the older ones is dropped and the spacing doubles. Coming to a moment far from its checkpoint leaves new ones just
 * before it, at distances that double, so that steps back from there are short.
 */
import { type Checkpoint, Checkpoints } from "./checkpoint.ts";
import type { Input, InputRecord, InputStream, Machine, RunStatus } from "./machine.ts";

export interface TimelineOptions {
  /** Most bytes that checkpoints may hold together. */
  readonly budgetBytes: number;
  /** Instructions between checkpoints at the start of a recording. */
  readonly spacing: number;
}

const DEFAULTS: TimelineOptions = { budgetBytes: 256 * 1024 * 1024, spacing: 1_000_000 };
/** Nearest distance, in instructions, of the checkpoints left before a moment that was hard to reach. */
const NEAREST = 40_000;
const FOREVER_CYCLES = 1e12;

/** An abandoned future: the input it had, from where it parted from the present one. */
export interface Branch {
  readonly fromInstret: number;
  readonly endInstret: number;
  readonly inputs: readonly InputRecord[];
}

export class Timeline {
  readonly machine: Machine;
  /** Futures that a change in the past has replaced, oldest first. */
  readonly branches: Branch[] = [];
  private readonly store: Checkpoints;
  private readonly budgetBytes: number;
  private spacing: number;
  /** In order of `instret`; the first is the beginning and is never dropped. */
  private checkpoints: Checkpoint[] = [];
  /** Where recording goes on, when the machine has been taken elsewhere. */
  private frontier: Checkpoint | null = null;
  /** Inputs of the log delivered up to the machine's present state. */
  private delivered: number;

  /** Begins at the machine's present state, which is the earliest that can be reached. */
  constructor(machine: Machine, options: Partial<TimelineOptions> = {}) {
    const { budgetBytes, spacing } = { ...DEFAULTS, ...options };
    this.machine = machine;
    this.budgetBytes = budgetBytes;
    this.spacing = spacing;
    this.store = new Checkpoints(machine);
    this.delivered = machine.inputLog.length;
    this.checkpoints.push(this.store.take(null, this.delivered));
  }

  /** Earliest and present moment, in instructions. */
  get start(): number {
    return this.checkpoints[0].instret;
  }
  get position(): number {
    return this.machine.hart.instret;
  }
  /** Latest moment recorded so far. */
  get end(): number {
    return this.frontier?.instret ?? this.position;
  }
  get isAtEnd(): boolean {
    return this.frontier === null;
  }
  /** Bytes that checkpoints hold. */
  get bytes(): number {
    return this.store.bytes;
  }

  /** Runs on at the end of the recording (going there first), as Machine.run does. */
  record(cycles: number, untilInstret = Number.POSITIVE_INFINITY): RunStatus {
    this.goToEnd();
    const until = this.machine.hart.cycles + cycles;
    for (;;) {
      const due = this.checkpoints[this.checkpoints.length - 1].instret + this.spacing;
      const status = this.machine.run(until - this.machine.hart.cycles, Math.min(due, untilInstret));
      this.delivered = this.machine.inputLog.length;
      if (this.position >= due) this.keep(this.store.take(this.checkpoints[this.checkpoints.length - 1], this.delivered));
      if (status.kind !== "instruction" || this.position >= untilInstret) return status;
    }
  }

  /** Goes to the far end of the recording. */
  goToEnd(): void {
    if (this.frontier === null) return;
    this.store.restore(this.frontier);
    this.delivered = this.frontier.inputs;
    this.store.drop(this.frontier);
    this.frontier = null;
  }

  /**
   * Goes to the moment right after instruction `instret` has retired; to the nearest end of the recording when it lies
   * outside. Returns the position reached.
   */
  goTo(instret: number): number {
    if (instret >= this.end) {
      this.goToEnd();
      return this.position;
    }
    this.leaveEnd();
    const target = Math.max(this.start, Math.ceil(instret));
    const from = this.latestBefore(target);
    this.store.restore(from);
    this.delivered = from.inputs;
    for (let distance = target - from.instret; distance > 2 * NEAREST; distance = target - this.position) {
      this.replayTo(target - Math.max(NEAREST, 2 ** Math.floor(Math.log2(distance - 1))));
      this.keep(this.store.take(from, this.delivered));
    }
    this.replayTo(target);
    return this.position;
  }

  /** One instruction back. Returns the position reached. */
  stepBack(): number {
    return this.goTo(this.position - 1);
  }

  /** Hands over input now. In the past this begins a new future; the old one is kept in `branches`. */
  type(stream: InputStream, bytes: Uint8Array): void {
    this.branch();
    this.machine.type(stream, bytes);
    this.delivered = this.machine.inputLog.length;
  }

  /** Declares that the machine's state has been, or will now be, changed by hand: the recorded future no longer follows. */
  branch(): void {
    if (this.frontier === null) return;
    const abandoned = this.machine.inputLog.splice(this.delivered);
    this.branches.push({ fromInstret: this.position, endInstret: this.end, inputs: abandoned });
    this.store.drop(this.frontier);
    this.frontier = null;
    while (this.checkpoints.length > 1 && this.checkpoints[this.checkpoints.length - 1].instret >= this.position) {
      this.store.drop(this.checkpoints.pop()!);
    }
    this.keep(this.store.take(this.checkpoints[this.checkpoints.length - 1], this.delivered));
  }

  private leaveEnd(): void {
    this.frontier ??= this.store.take(this.checkpoints[this.checkpoints.length - 1], this.delivered);
  }

  private latestBefore(instret: number): Checkpoint {
    let low = 0;
    let high = this.checkpoints.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.checkpoints[middle].instret <= instret) low = middle;
      else high = middle - 1;
    }
    return this.checkpoints[low];
  }

  /** Runs forward inside the recorded past, handing over what was handed over then. */
  private replayTo(instret: number): void {
    const { machine } = this;
    while (this.position < instret) {
      const next: InputRecord | undefined = machine.inputLog[this.delivered];
      const untilInput = next === undefined ? FOREVER_CYCLES : next.atCycles - machine.hart.cycles;
      if (next !== undefined && untilInput <= 0 && !next.whileAsleep) {
        this.hand(next);
        continue;
      }
      const status = machine.run(Math.max(1, untilInput), instret);
      if (status.kind === "asleep" || status.kind === "input") {
        if (next === undefined && status.kind === "input") throw new Error(`replay came to wait for input at instruction ${this.position}, but the recording goes on to ${this.end}`);
        const dueCycles = status.kind === "asleep" ? status.untilCycles : Number.POSITIVE_INFINITY;
        if (next !== undefined && next.atCycles <= dueCycles) {
          machine.skipTo(next.atCycles);
          this.hand(next);
        } else machine.skipTo(dueCycles);
      } else if (status.kind === "halted" || status.kind === "instruction-limit") return;
    }
  }

  private hand(record: Input): void {
    this.machine.deliver(record);
    this.delivered++;
  }

  /** Adds a checkpoint in its place, and thins the older ones when the budget is used up. */
  private keep(checkpoint: Checkpoint): void {
    const at = this.checkpoints.findIndex((other) => other.instret >= checkpoint.instret);
    if (at < 0) this.checkpoints.push(checkpoint);
    else if (this.checkpoints[at].instret === checkpoint.instret) this.store.drop(checkpoint);
    else this.checkpoints.splice(at, 0, checkpoint);
    if (this.store.bytes > this.budgetBytes) this.thin();
  }

  private thin(): void {
    const kept: Checkpoint[] = [];
    this.checkpoints.forEach((checkpoint, index) => {
      if (index % 2 === 0 || index === this.checkpoints.length - 1) kept.push(checkpoint);
      else this.store.drop(checkpoint);
    });
    this.checkpoints = kept;
    this.spacing *= 2;
  }
}
