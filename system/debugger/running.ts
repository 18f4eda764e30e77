/**
 * The running half of the debugger: forward and backward to a stop, to an event, a condition, the next step, the last writer. Every
 * method is a generator that does its work in parts; between two of them the caller may do something else (draw, take input,
 * notice that the person wants to stop), but not with the timeline. `Debugger` has the same methods doing all of it at once.
 */
import { hex } from "../../emulator/bits.ts";
import { Signal } from "../../kernel/abi.ts";
import type { EventKind, FaultKind } from "../../kernel/events.ts";
import { currentPid, readNumber, registersOf } from "../inspect.ts";
import type { Moment } from "../machine.ts";
import type { Timeline } from "../timeline.ts";
import { type Breakpoint, breakpointWatcher, type StopSpec, watcherOf } from "./breakpoints.ts";
import { callStack, scopeAt } from "./call-stack.ts";
import { type Parsed, parseCondition } from "./condition.ts";
import { returnedText } from "./returned.ts";
import {
  type Hit,
  type Searching,
  type SearchOptions,
  type SearchResult,
  searchingBackward,
  searchingForward,
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
  /** Behind `finish`: what the function returned, as C would write it; null for void and where the type is not known. */
  readonly returned: string | null;
}

export interface RunningOptions {
  /** Asked for input when every process waits; false when there is none. */
  readonly feed?: () => boolean;
  /** Asked now and then during long searches. */
  readonly isCancelled?: () => boolean;
  /** Ends every run forward, besides breakpoints: the kernel sanitizer has found something. */
  readonly alarm?: Watcher | null;
}

const SIGNAL_NAMES = new Map<number, string>(Object.entries(Signal).map(([name, number]) => [number, name]));

/** A process is about to be ended by a signal: one stands at the instruction that brought it. */
const CRASH: Watcher = {
  event: (event) =>
    event.kind === "process-exit" && event.signal > 0
      ? `pid ${event.pid} (${event.name}) is about to be ended by ${SIGNAL_NAMES.get(event.signal) ?? `signal ${event.signal}`}`
      : null,
};

export const unwrap = <T>(parsed: Parsed<T>): T => {
  if (!parsed.ok) throw new DebuggerError(parsed.message);
  return parsed.value;
};

/** A run under way. */
export type Task = Generator<void, Stop>;

/** What may have a last writer. */
export type Written =
  | { readonly pid: number; readonly vaddr: number; readonly bytes: number }
  | { readonly paddr: number; readonly bytes: number }
  | { readonly pid: number; readonly register: number };

/** What the runner has to know of its debugger. */
interface Looked {
  readonly timeline: Timeline;
  readonly images: Images;
  readonly breakpoints: readonly Breakpoint[];
  readonly pid: number;
  readonly image: Image | null;
  remove(id: number): void;
}

export class Running {
  /** Most instructions that one search looks at. */
  mostInstructions = 1_000_000_000;
  private readonly debug: Looked;
  private readonly options: RunningOptions;
  /** Where the last stop for an event was: the next search goes past it. */
  private standsAtEvent: Moment | null = null;

  constructor(debug: Looked, options: RunningOptions) {
    this.debug = debug;
    this.options = options;
  }

  /** To the next stop, or the one before. */
  run(direction: Direction): Task {
    return this.search(direction, [], "step");
  }

  /** To the next (previous) event of a kind, of any process or of one. */
  toEvent(kind: EventKind, direction: Direction, pid: number | null = null): Task {
    const watcher: Watcher = {
      event: (event) => (event.kind === kind && (pid === null || ("pid" in event && event.pid === pid)) ? kind : null),
    };
    return this.search(direction, [watcher], "event");
  }

  /** To the next (previous) page fault, just before its instruction; of one kind when asked for. */
  toFault(direction: Direction, kind: FaultKind | null = null, pid: number | null = null): Task {
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
  toCondition(text: string, direction: Direction): Task {
    const condition = unwrap(parseCondition(text));
    return this.search(direction, [watcherOf({ kind: "condition", condition }, this.debug.images)], "condition");
  }

  stepInstruction(direction: Direction): Task {
    return this.stepping(
      direction === "forward"
        ? (o) => step.stepInstruction(this.debug.timeline, this.debug.pid, o)
        : (o) => step.stepInstructionBack(this.debug.timeline, this.debug.pid, o),
    );
  }

  nextInstruction(direction: Direction): Task {
    return this.stepping(
      direction === "forward"
        ? (o) => step.nextInstruction(this.debug.timeline, this.debug.pid, this.debug.image, o)
        : (o) => step.nextInstructionBack(this.debug.timeline, this.debug.pid, o),
    );
  }

  /** By source line; `over`: calls are not gone into. */
  stepLine(direction: Direction, over: boolean): Task {
    const { pid, image } = this.debug;
    return this.stepping(
      direction === "forward"
        ? (o) => step.stepLine(this.debug.timeline, pid, image, over, o)
        : (o) => step.stepLineBack(this.debug.timeline, pid, image, over, o),
    );
  }

  /** Out of the present function: to behind its call, or back to the call. */
  *finish(direction: Direction): Task {
    const { timeline, pid, image } = this.debug;
    if (direction === "backward") return yield* this.stepping((o) => step.finishBack(timeline, pid, o));
    const [frame, caller] = callStack(timeline.machine, pid, image, 2);
    const stop = yield* this.stepping((o) => step.finish(timeline, pid, image, o));
    const fn = frame === undefined ? null : (image?.debug?.functionAt(frame.pc) ?? null);
    // A frame that longjmp has left has returned nothing.
    const hasReturned = stop.kind === "step" && stop.pid === pid && stop.pc === caller?.pc;
    if (fn === null || !hasReturned) return stop;
    return { ...stop, returned: returnedText(fn.returns, scopeAt(timeline.machine, pid, image)) };
  }

  /**
   * Who wrote this? Goes back to the last instruction that changed the bytes (of a process, or physical), before it is
   * executed. A change made by a system call stops at its ecall. `stop.kind` is "start" when nobody did since the beginning.
   */
  *lastWriter(what: Written): Task {
    const spec: StopSpec =
      "vaddr" in what
        ? { kind: "watch", on: "change", ...what }
        : "paddr" in what
          ? { kind: "physical", ...what }
          : { kind: "register", ...what };
    if ("vaddr" in what && readNumber(this.debug.timeline.machine, what.pid, what.vaddr, 1) === null)
      throw new DebuggerError(
        `nothing is mapped at ${hex(what.vaddr)} in process ${what.pid}: nobody can have written there`,
      );
    const origin = this.debug.timeline.moment;
    const watcher = watcherOf(spec, this.debug.images);
    const result = yield* searchingBackward(this.debug.timeline, [watcher], this.searchOptions());
    if (result.kind !== "hit") {
      if (result.kind === "start") this.debug.timeline.goToMoment(origin);
      return this.stopOf(result, "watchpoint");
    }
    const { before, reason } = result.hit;
    if (before !== null) this.debug.timeline.goToMoment(before.moment);
    return { ...this.stopOf(result, "watchpoint"), text: `${reason}, by this instruction` };
  }

  // ---- inside ----

  private searchOptions(): SearchOptions {
    const at = this.standsAtEvent;
    const { moment } = this.debug.timeline;
    const skipAction = at !== null && at.turns === moment.turns && at.instret === moment.instret;
    return {
      feed: this.options.feed,
      isCancelled: this.options.isCancelled,
      mostInstructions: this.mostInstructions,
      skipAction,
    };
  }

  /** What ends a run forward whatever was asked for. */
  private get alarms(): readonly Watcher[] {
    const { alarm } = this.options;
    return alarm === undefined || alarm === null ? [CRASH] : [CRASH, alarm];
  }

  private enabledWatchers(): Map<Watcher, Breakpoint> {
    return new Map(
      this.debug.breakpoints.filter((b) => b.isEnabled).map((b) => [breakpointWatcher(b, this.debug.images), b]),
    );
  }

  private *search(direction: Direction, wanted: readonly Watcher[], kind: Stop["kind"]): Task {
    for (;;) {
      const breaks = this.enabledWatchers();
      const watchers = [...wanted, ...breaks.keys(), ...(direction === "forward" ? this.alarms : [])];
      const result = yield* (direction === "forward" ? searchingForward : searchingBackward)(
        this.debug.timeline,
        watchers,
        this.searchOptions(),
      );
      const stop = this.arrive(result, breaks, kind, direction);
      if (stop !== null) return stop;
    }
  }

  private *stepping(run: (options: step.StepOptions) => Searching): Task {
    const breaks = this.enabledWatchers();
    const result = yield* run({ ...this.searchOptions(), watchers: [...breaks.keys(), ...this.alarms] });
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
    this.standsAtEvent = result.kind === "hit" && result.hit.event !== null ? this.debug.timeline.moment : null;
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
      this.debug.timeline.goToMoment(result.hit.before.moment);
    if (breakpoint.isTemporary) this.debug.remove(breakpoint.id);
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
    const pid = currentPid(this.debug.timeline.machine);
    const base = {
      breakpoint: null,
      moment: this.debug.timeline.moment,
      pid,
      pc: registersOf(this.debug.timeline.machine, pid || this.debug.pid)?.pc ?? 0,
      status: null,
      hit: null,
      returned: null,
    };
    switch (result.kind) {
      case "hit":
        return {
          ...base,
          kind: result.hit.watcher === CRASH ? "signal" : result.hit.watcher === this.options.alarm ? "event" : kind,
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
