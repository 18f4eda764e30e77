/**
 * Steps of a process, both ways: by instruction or by source line, into calls or over them, and out of a function.
 *
 * Calls are followed by what the instructions do: `jal`/`jalr` with ra as destination goes one deeper, `ret` one up. Going
 * forward, a call that is not gone into is run at full speed to its return address in the same frame; the stack pointer decides when
 * it was left another way (longjmp). A signal handler that comes in between is run to its end in the same manner.
 */
import type { StopPoints } from "../../emulator/engine.ts";
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
  type Searching,
  type SearchOptions,
  searchingBackward,
  searchingForward,
  standAt,
  type Watcher,
} from "./search.ts";
import type { Image } from "./symbols.ts";

export interface StepOptions extends SearchOptions {
  /** Further things to stop for on the way (breakpoints). */
  readonly watchers?: readonly Watcher[];
}

/** Functions that leave frames behind. */
const LONG_JUMPS: readonly string[] = ["longjmp", "_longjmp", "siglongjmp"];
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

/** Keeps the depth of calls of one process, relative to where it began, from every instruction. For going back. */
class Depth {
  depth = 0;
  private pending: -1 | 0 | 1 = 0;

  /** To be called for each first try of an instruction of the process. */
  next(attempt: Attempt): void {
    this.depth += this.pending;
    this.pending = depthChange(attempt.word());
  }
}

/** A call, or a signal handler, that is run to its end without looking. */
interface Skipped {
  /** Where it returns to; −1: wherever the stack pointer is back. */
  readonly ra: number;
  readonly sp: number;
  /** Depth to which it returns. */
  readonly depth: number;
  readonly points: StopPoints | null;
}

/** Follows one process forward, and passes over what is not to be gone into. */
class Walk {
  /** Calls gone into, or returned from (negative), since the beginning. */
  depth = 0;
  private readonly image: Image | null;
  private pending: -1 | 0 | 1 = 0;
  private skipped: Skipped | null = null;
  private last: { readonly pc: number; readonly sp: number; readonly targets: readonly number[] | null } | null = null;

  constructor(image: Image | null) {
    this.image = image;
  }

  /** Where the search has to look (Watcher.points). */
  readonly points = (): StopPoints | null => this.skipped?.points ?? null;

  /** To be called for each first try of an instruction of the process. False: it is inside of what is passed over. */
  next(attempt: Attempt): boolean {
    const sp = attempt.x[SP] >>> 0;
    if (this.skipped !== null && !this.isBack(attempt.pc, sp)) return false;
    if (this.last !== null && this.isHandler(attempt.pc, sp)) {
      this.skip(-1, this.last.sp, this.depth, null);
      return false;
    }
    this.depth += this.pending;
    const word = attempt.word();
    this.pending = depthChange(word);
    this.last = { pc: attempt.pc, sp, targets: successors(word, attempt.pc, attempt.x) };
    return true;
  }

  /** The call at which the process stands is passed over. */
  skipCall(attempt: Attempt): void {
    const word = attempt.word();
    if (this.pending <= 0 || word === null) return;
    this.pending = 0;
    const ra = (attempt.pc + ((word & 3) === 3 ? 4 : 2)) >>> 0;
    this.skip(ra, attempt.x[SP] >>> 0, this.depth, this.leavingPoints(ra));
  }

  /** So is the function whose first instruction the process has come to. */
  skipFunction(attempt: Attempt): void {
    const ra = attempt.x[RA] >>> 0;
    this.pending = 0;
    this.skip(ra, attempt.x[SP] >>> 0, this.depth - 1, this.leavingPoints(ra));
  }

  private skip(ra: number, sp: number, depth: number, points: StopPoints | null): void {
    this.skipped = { ra, sp, depth, points };
    this.last = null;
  }

  /** The return address, and longjmp, after which one has to look at every instruction to see the frame go. */
  private leavingPoints(ra: number): StopPoints {
    const jumps = LONG_JUMPS.flatMap((name) => this.image?.named(name)?.vaddr ?? []);
    return { code: new Set([ra, ...jumps]), data: [] };
  }

  private isBack(pc: number, sp: number): boolean {
    const { ra, sp: limit, depth, points } = this.skipped!;
    const isGone = sp > limit;
    const hasReturned = sp >= limit && (ra < 0 || pc === ra);
    // longjmp is at work, or has been: it may lead into the frame that called, anywhere in it.
    const isJumping = points === null && ra >= 0;
    const hasJumped = isJumping && sp >= limit && !LONG_JUMPS.includes(this.image?.at(pc)?.name ?? "");
    if (!hasReturned && !isGone && !hasJumped) {
      if (points !== null && pc !== ra && points.code.has(pc)) this.skipped = { ...this.skipped!, points: null };
      return false;
    }
    this.skipped = null;
    this.depth = hasReturned || !isGone ? depth : depth - 1;
    return true;
  }

  /** Nothing in the instruction before leads here, and the stack has grown: the kernel has built a signal frame. */
  private isHandler(pc: number, sp: number): boolean {
    const { pc: from, sp: before, targets } = this.last!;
    return targets !== null && sp < before && pc !== from && !targets.includes(pc);
  }
}

/** Where an instruction can lead; null when that is not known. */
function successors(word: number | null, pc: number, x: Int32Array): readonly number[] | null {
  const instruction = word === null ? null : decode(word);
  if (instruction === null) return null;
  const next = (pc + instruction.bytes) >>> 0;
  const { mnemonic, format } = instruction.row;
  if (mnemonic === "jal") return [(pc + instruction.imm) >>> 0];
  if (mnemonic === "jalr") return [((x[instruction.rs1] + instruction.imm) & ~1) >>> 0];
  return format === "B" ? [next, (pc + instruction.imm) >>> 0] : [next];
}

/** The process on the CPU retires one instruction, or another is waited for: the focus's next instruction. */
export function stepInstruction(timeline: Timeline, pid: number, options: StepOptions = {}): Searching {
  const watcher: Watcher = { instruction: (attempt) => (attempt.pid === pid && !attempt.isRetry ? "step" : null) };
  return searchingForward(timeline, [watcher, ...(options.watchers ?? [])], options);
}

/** One instruction of the process back. */
export function stepInstructionBack(timeline: Timeline, pid: number, options: StepOptions = {}): Searching {
  const watcher: Watcher = { instruction: (attempt) => (attempt.pid === pid && !attempt.isRetry ? "step" : null) };
  return searchingBackward(timeline, [watcher], options);
}

/** Looks at the process's own first tries, the one it stands at included. `look` says why to stop. */
function walkForward(
  timeline: Timeline,
  pid: number,
  image: Image | null,
  options: StepOptions,
  look: (attempt: Attempt, walk: Walk) => string | null,
): Searching {
  const walk = new Walk(image);
  // The search does not tell of the instruction it starts at.
  if (currentPid(timeline.machine) === pid) {
    const here = attemptAt(timeline, pid);
    if (walk.next(here)) look(here, walk);
  }
  const watcher: Watcher = {
    points: walk.points,
    instruction: (attempt) =>
      attempt.pid === pid && !attempt.isRetry && walk.next(attempt) ? look(attempt, walk) : null,
  };
  return searchingForward(timeline, [watcher, ...(options.watchers ?? [])], options);
}

/** One instruction; a call is run to its return. */
export function nextInstruction(
  timeline: Timeline,
  pid: number,
  image: Image | null,
  options: StepOptions = {},
): Searching {
  return walkForward(timeline, pid, image, options, (attempt, walk) => {
    walk.skipCall(attempt);
    return "step";
  });
}

/** Runs until the present function has returned to its caller. */
export function finish(timeline: Timeline, pid: number, image: Image | null, options: StepOptions = {}): Searching {
  return walkForward(timeline, pid, image, options, (attempt, walk) => {
    if (walk.depth < 0) return "step";
    walk.skipCall(attempt);
    return null;
  });
}

/** To the start of another source line; from a function without lines to code that has some. Without debug information: one instruction. */
export function stepLine(
  timeline: Timeline,
  pid: number,
  image: Image | null,
  over: boolean,
  options: StepOptions = {},
): Searching {
  const debug = image?.debug ?? null;
  const start = registersOf(timeline.machine, pid)?.pc ?? 0;
  const from = debug?.lineAt(start) ?? null;
  if (debug === null)
    return over ? nextInstruction(timeline, pid, image, options) : stepInstruction(timeline, pid, options);
  return walkForward(timeline, pid, image, options, (attempt, walk) => {
    if (over) walk.skipCall(attempt);
    const row = debug.lineAt(attempt.pc);
    if (walk.depth > 0) {
      const fn = row === null ? null : debug.functionAt(attempt.pc);
      if (fn === null) walk.skipFunction(attempt);
      return fn !== null && attempt.pc === debug.bodyStart(fn) ? "step" : null;
    }
    if (row === null) return null;
    // From a function without lines: on to where there are some.
    if (from === null) return "step";
    if (walk.depth < 0) return row.isStatement ? "step" : null;
    return row.isStatement && attempt.pc === row.vaddr && !isSameLine(row, from) ? "step" : null;
  });
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
function* backByTrace(
  timeline: Timeline,
  pid: number,
  options: StepOptions,
  choose: (steps: readonly Step[], isWhole: boolean) => number,
): Searching {
  const origin = timeline.moment;
  for (const width of [...WINDOWS, Infinity]) {
    const begin = Math.max(timeline.start.instret, origin.instret - width);
    const steps = trace(timeline, pid, begin, origin);
    const chosen = choose(steps, begin === timeline.start.instret);
    if (chosen >= 0) {
      const { moment } = steps[chosen];
      standAt(timeline, moment);
      const watcher: Watcher = {};
      const place = { moment, pid, pc: steps[chosen].pc };
      return { kind: "hit", hit: { watcher, reason: "step", moment, before: null, place, event: null } };
    }
    if (options.isCancelled?.() === true) {
      timeline.goToMoment(origin);
      return { kind: "cancelled" };
    }
    if (begin === timeline.start.instret) break;
    yield;
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
): Searching {
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
export function nextInstructionBack(timeline: Timeline, pid: number, options: StepOptions = {}): Searching {
  return backByTrace(timeline, pid, options, (steps) => lastIndex(steps, ({ depth }) => depth <= 0));
}

/** Back to the call of the present function. */
export function finishBack(timeline: Timeline, pid: number, options: StepOptions = {}): Searching {
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
  return {
    machine,
    pid,
    pc,
    x,
    isRetry: false,
    hasRetired: false,
    before: null,
    word: () => fetchWord(machine, pc),
    access: () => null,
  };
}
