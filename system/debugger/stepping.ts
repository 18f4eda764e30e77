/**
 * Steps of a process, both ways: by instruction or by source line, into calls or over them, and out of a function.
 *
 * Calls are followed by what the instructions do: `jal`/`jalr` with ra as destination goes one deeper, `ret` one up. The
 * stack pointer decides when a function was left another way (longjmp). Not followed: a signal handler that comes in
 * between counts as part of the line.
 */
import { decode } from "../../emulator/isa/decode.ts";
import type { LineRow } from "../../toolchain/dwarf/read.ts";
import { currentPid, registersOf } from "../inspect.ts";
import type { Moment } from "../machine.ts";
import { isBefore } from "../moment.ts";
import type { Timeline } from "../timeline.ts";
import {
  type Attempt,
  fetchWord,
  replay,
  type SearchOptions,
  type SearchResult,
  searchBackward,
  searchForward,
  standAt,
  type Watcher,
} from "./search.ts";
import type { Image } from "./symbols.ts";

export interface StepOptions extends SearchOptions {
  /** Further things to stop for on the way (breakpoints). */
  readonly watchers?: readonly Watcher[];
}

const RA = 1;
const SP = 2;

/** +1 for a call, −1 for a return, else 0. */
function depthChange(word: number | null): -1 | 0 | 1 {
  if (word === null) return 0;
  const instruction = decode(word);
  const mnemonic = instruction?.row.mnemonic;
  if (instruction === null || (mnemonic !== "jal" && mnemonic !== "jalr")) return 0;
  if (instruction.rd === RA) return 1;
  return mnemonic === "jalr" && instruction.rd === 0 && instruction.rs1 === RA ? -1 : 0;
}

/** Keeps the depth of calls of one process, relative to where it began. */
class Depth {
  depth = 0;
  private pending: -1 | 0 | 1 = 0;

  /** To be called for each first try of an instruction of the process. */
  next(attempt: Attempt): void {
    this.depth += this.pending;
    this.pending = depthChange(attempt.word());
  }
}

/** The process on the CPU retires one instruction, or another is waited for: the focus's next instruction. */
export function stepInstruction(timeline: Timeline, pid: number, options: StepOptions = {}): SearchResult {
  const watcher: Watcher = { instruction: (attempt) => (attempt.pid === pid && !attempt.isRetry ? "step" : null) };
  return searchForward(timeline, [watcher, ...(options.watchers ?? [])], options);
}

/** One instruction of the process back. */
export function stepInstructionBack(timeline: Timeline, pid: number, options: StepOptions = {}): SearchResult {
  const watcher: Watcher = { instruction: (attempt) => (attempt.pid === pid && !attempt.isRetry ? "step" : null) };
  return searchBackward(timeline, [watcher], options);
}

/** One instruction; a call is run to its return. */
export function nextInstruction(timeline: Timeline, pid: number, options: StepOptions = {}): SearchResult {
  const state = new Depth();
  const { machine } = timeline;
  // The search does not tell of the instruction it starts at.
  if (currentPid(machine) === pid) state.next(attemptAt(timeline, pid));
  const watcher: Watcher = {
    instruction: (attempt) => {
      if (attempt.pid !== pid || attempt.isRetry) return null;
      state.next(attempt);
      return state.depth <= 0 ? "step" : null;
    },
  };
  return searchForward(timeline, [watcher, ...(options.watchers ?? [])], options);
}

/** Runs until the present function has returned to its caller. */
export function finish(timeline: Timeline, pid: number, options: StepOptions = {}): SearchResult {
  const state = new Depth();
  if (currentPid(timeline.machine) === pid) state.next(attemptAt(timeline, pid));
  const sp = registersOf(timeline.machine, pid)?.x[SP] ?? 0;
  const watcher: Watcher = {
    instruction: (attempt) => {
      if (attempt.pid !== pid || attempt.isRetry) return null;
      state.next(attempt);
      return state.depth < 0 && attempt.x[SP] >>> 0 >= sp >>> 0 ? "step" : null;
    },
  };
  return searchForward(timeline, [watcher, ...(options.watchers ?? [])], options);
}

/** To the start of another source line; from a function without lines to code that has some. Without debug information: one instruction. */
export function stepLine(
  timeline: Timeline,
  pid: number,
  image: Image | null,
  over: boolean,
  options: StepOptions = {},
): SearchResult {
  const debug = image?.debug ?? null;
  const start = registersOf(timeline.machine, pid)?.pc ?? 0;
  const from = debug?.lineAt(start) ?? null;
  if (debug === null) return over ? nextInstruction(timeline, pid, options) : stepInstruction(timeline, pid, options);
  const state = new Depth();
  if (currentPid(timeline.machine) === pid) state.next(attemptAt(timeline, pid));
  const watcher: Watcher = {
    instruction: (attempt) => {
      if (attempt.pid !== pid || attempt.isRetry) return null;
      state.next(attempt);
      const row = debug.lineAt(attempt.pc);
      if (row === null) return null;
      // From a function without lines: on to where there are some.
      if (from === null) return "step";
      if (state.depth > 0) {
        const fn = over ? null : debug.functionAt(attempt.pc);
        return fn !== null && attempt.pc === debug.bodyStart(fn) ? "step" : null;
      }
      if (state.depth < 0) return row.isStatement ? "step" : null;
      return row.isStatement && attempt.pc === row.vaddr && !isSameLine(row, from) ? "step" : null;
    },
  };
  return searchForward(timeline, [watcher, ...(options.watchers ?? [])], options);
}

const isSameLine = (a: LineRow, b: LineRow): boolean => a.line === b.line && a.file === b.file;

/** An instruction of the past of one process, with its depth relative to the present. */
interface Step {
  readonly moment: Moment;
  readonly pc: number;
  depth: number;
}

const WINDOWS = [500, 20_000, 400_000];

/**
 * Backwards by rule: collects what the process did before the present, and lets `choose` find the place to stop in it. `choose`
 * returns an index, or −1 when the window does not reach far enough.
 */
function backByTrace(
  timeline: Timeline,
  pid: number,
  options: StepOptions,
  choose: (steps: readonly Step[], isWhole: boolean) => number,
): SearchResult {
  const origin = timeline.moment;
  for (const width of [...WINDOWS, Infinity]) {
    const begin = Math.max(timeline.start.instret, origin.instret - width);
    const steps = trace(timeline, pid, begin, origin);
    const chosen = choose(steps, begin === timeline.start.instret);
    if (chosen >= 0) {
      const { moment } = steps[chosen];
      standAt(timeline, moment);
      const watcher: Watcher = {};
      return { kind: "hit", hit: { watcher, reason: "step", moment, before: null, event: null } };
    }
    if (options.isCancelled?.() === true) {
      timeline.goToMoment(origin);
      return { kind: "cancelled" };
    }
    if (begin === timeline.start.instret) break;
  }
  timeline.goToMoment(timeline.start);
  return { kind: "start" };
}

function trace(timeline: Timeline, pid: number, begin: number, end: Moment): Step[] {
  timeline.goTo(begin);
  const steps: Step[] = [];
  const depth = new Depth();
  const watcher: Watcher = {
    instruction: (attempt) => {
      if (attempt.pid !== pid || attempt.isRetry) return null;
      depth.next(attempt);
      steps.push({ moment: attempt.machine.moment, pc: attempt.pc, depth: depth.depth });
      return null;
    },
  };
  // Where the window begins, the first instruction would count as tried already.
  if (currentPid(timeline.machine) === pid && isBefore(timeline.moment, end)) {
    depth.next(attemptAt(timeline, pid));
    steps.push({ moment: timeline.moment, pc: timeline.machine.hart.pc, depth: 0 });
  }
  replay(timeline, [watcher], end);
  timeline.goToMoment(end);
  // The depth at the end is what the process stands at now.
  if (currentPid(timeline.machine) === pid) depth.next(attemptAt(timeline, pid));
  for (const step of steps) step.depth -= depth.depth;
  return steps;
}

/** To the start of the line that was executed before; `over`: calls in between are not gone into. */
export function stepLineBack(
  timeline: Timeline,
  pid: number,
  image: Image | null,
  over: boolean,
  options: StepOptions = {},
): SearchResult {
  const debug = image?.debug ?? null;
  if (debug === null)
    return over ? nextInstructionBack(timeline, pid, options) : stepInstructionBack(timeline, pid, options);
  return backByTrace(timeline, pid, options, (steps, isWhole) => {
    const counts = (step: Step): boolean => debug.lineAt(step.pc) !== null && !(over && step.depth > 0);
    let at = steps.length - 1;
    while (at >= 0 && !counts(steps[at])) at--;
    if (at < 0) return -1;
    const line = debug.lineAt(steps[at].pc)!;
    const { depth } = steps[at];
    let first = at;
    for (let i = at - 1; i >= 0; i--) {
      if (steps[i].depth > depth) continue;
      const row = debug.lineAt(steps[i].pc);
      if (row === null || !isSameLine(row, line) || steps[i].depth < depth) return first;
      first = i;
    }
    return isWhole ? first : -1;
  });
}

/** One instruction back; a call that ended just before is undone as a whole. */
export function nextInstructionBack(timeline: Timeline, pid: number, options: StepOptions = {}): SearchResult {
  return backByTrace(timeline, pid, options, (steps) => lastIndex(steps, ({ depth }) => depth <= 0));
}

/** Back to the call of the present function. */
export function finishBack(timeline: Timeline, pid: number, options: StepOptions = {}): SearchResult {
  return backByTrace(timeline, pid, options, (steps) => lastIndex(steps, ({ depth }) => depth < 0));
}

function lastIndex(steps: readonly Step[], fits: (step: Step) => boolean): number {
  for (let i = steps.length - 1; i >= 0; i--) if (fits(steps[i])) return i;
  return -1;
}

/** The instruction at which the process stands, as an attempt. */
function attemptAt(timeline: Timeline, pid: number): Attempt {
  const { machine } = timeline;
  const { pc, x } = machine.hart;
  return { machine, pid, pc, x, isRetry: false, before: null, word: () => fetchWord(machine, pc), access: () => null };
}
