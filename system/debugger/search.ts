/**
 * Looking for a moment of a run, forwards or backwards. What to look for is a `Watcher`; how to get there is this file's
 * business: forwards the machine runs (and the recording grows when its end is reached), backwards the past is run again in
 * windows that get longer, and the last hit before the starting point counts.
 *
 * Two kinds of moment can be asked for. Before an instruction: the machine stands with pc at it, and nothing of it has been
 * done. At an event: the machine stands at the beginning of the action (trap, tick, idle step) in which the event will be told,
 * so that one can walk into it.
 */

import type { StopPoints } from "../../emulator/engine.ts";
import { isValid, ptePfn } from "../../emulator/pte.ts";
import type { FaultlineEvent } from "../../kernel/events.ts";
import { currentPid } from "../inspect.ts";
import type { Machine, Moment } from "../machine.ts";
import { isBefore, isSameMoment } from "../moment.ts";
import type { Timeline } from "../timeline.ts";
import { type MemoryAccess, memoryAccess } from "./describe.ts";

/** An instruction that is about to be tried. The fields are the machine's own: valid during the call only. */
export interface Attempt {
  readonly machine: Machine;
  readonly pid: number;
  readonly pc: number;
  /** Registers of the process. */
  readonly x: Int32Array;
  /** The same instruction of the same process again, after a fault or a wait. */
  readonly isRetry: boolean;
  /**
   * The instruction tried before this one, by whichever process: what has changed since is its doing, or the kernel's. Null
   * when it was not looked at.
   */
  readonly before: Place | null;
  /** The one in `before` has retired. */
  readonly hasRetired: boolean;
  /** Bits of the instruction; null when its page is not present. */
  word(): number | null;
  /** What it will do to memory. */
  access(): MemoryAccess | null;
}

export interface Place {
  readonly moment: Moment;
  readonly pid: number;
  readonly pc: number;
}

/** Says what to stop for. A function returns why, or null to go on. */
export interface Watcher {
  /** Called before instructions that are tried: before every one, unless `points` says where. */
  readonly instruction?: ((attempt: Attempt) => string | null) | undefined;
  /**
   * Where `instruction` has to be called at least: there, at the attempt after, and after every turn of the kernel. Null: before
   * every instruction, which makes a search some ten times slower. Asked again after every call; the same answer is the same object.
   */
  readonly points?: (() => StopPoints | null) | undefined;
  readonly event?: ((event: FaultlineEvent, machine: Machine) => string | null) | undefined;
  /** It remembers what has been (a call under way): a forward search then looks at a little of the past first. */
  readonly needsPast?: boolean | undefined;
  /** A hit tells of what the instruction before has done: going back, one that ends at the starting point counts. */
  readonly isAfterwards?: boolean | undefined;
  /** Called where a run begins that does not follow from the one before: to forget what was remembered. */
  readonly begin?: ((machine: Machine) => void) | undefined;
}

export interface Hit {
  readonly watcher: Watcher;
  readonly reason: string;
  /** Where to stand. For events `cycles` is −1: the beginning of the action. */
  readonly moment: Moment;
  /** The instruction tried before; of a changed value the one that changed it. */
  readonly before: Place | null;
  /** The instruction that was about to be tried. */
  readonly place: Place;
  readonly event: FaultlineEvent | null;
}

export type SearchResult =
  | { readonly kind: "hit"; readonly hit: Hit }
  /** The first process has ended, with this status. */
  | { readonly kind: "halted"; readonly status: number }
  /** The beginning of the recording. */
  | { readonly kind: "start" }
  /** The bound on instructions; where the search stands. */
  | { readonly kind: "limit" }
  | { readonly kind: "cancelled" }
  /** Every process waits for input, and there is none. */
  | { readonly kind: "input" };

export interface SearchOptions {
  /** Asked now and then: true ends the search where it is. */
  readonly isCancelled?: (() => boolean) | undefined;
  /** Most instructions to look at; default a billion. */
  readonly mostInstructions?: number | undefined;
  /** Asked for input when a program waits for it: false when there is none. */
  readonly feed?: (() => boolean) | undefined;
  /** Call watchers before every instruction, whatever their points say: slow, and the measure of the other way. */
  readonly probesEverything?: boolean | undefined;
  /** Do not stop for events of the action at whose beginning the search starts: one stands there because of it. */
  readonly skipAction?: boolean | undefined;
}

const SLICE_CYCLES = 2_000_000;
const DENSE_SLICE_CYCLES = 20_000;
const MOST_INSTRUCTIONS = 1_000_000_000;
/** Windows of a backward search, in instructions, before it goes on by checkpoints. */
const WINDOWS = [64, 2048, 65_536];
/** Run before a window, so that watchers that remember (a call under way) know what they need. */
const LEAD_IN = 20_000;

/** The word that the hart would fetch at pc, or null when a page of it is not present. Reads RAM only. */
export function fetchWord(machine: Machine, pc: number): number | null {
  const low = fetchHalf(machine, pc);
  if (low < 0 || (low & 3) !== 3) return low < 0 ? null : low;
  const high = fetchHalf(machine, pc + 2);
  return high < 0 ? null : (low | (high << 16)) >>> 0;
}

function fetchHalf(machine: Machine, vaddr: number): number {
  const { hart, ram } = machine;
  const pointer = ram.i32[hart.satpPfn * 1024 + (vaddr >>> 22)];
  if (!isValid(pointer)) return -1;
  const pte = ram.i32[ptePfn(pointer) * 1024 + ((vaddr >>> 12) & 1023)];
  return isValid(pte) ? ram.u16[(ptePfn(pte) * 4096 + (vaddr & 4095)) >>> 1] : -1;
}

/**
 * Follows the instructions of a run and knows which are retries. Not every instruction need be seen: whoever sees one at a stop
 * point sees the next one too, and the first of every turn (Machine.probePoints), so that what matters here is exact all the same.
 */
class Follower implements Attempt {
  readonly machine: Machine;
  readonly x: Int32Array;
  pid = 0;
  pc = 0;
  isRetry = false;
  hasRetired = false;
  before: Place | null = null;
  /** Every instruction is seen. */
  isDense = true;
  /** Tries of stop points that have not retired, by process. */
  private readonly pending = new Map<number, number>();
  private lastInstret = -1;
  private moment: Moment = { turns: 0, instret: 0, cycles: 0 };
  /** The attempt seen last is followed by the one seen now. */
  private isFollowed = false;
  /** Where the run begins: the instruction there counts as tried already. */
  private start: { readonly pid: number; readonly pc: number; readonly instret: number } | null = null;

  constructor(machine: Machine) {
    this.machine = machine;
    this.x = machine.hart.x;
  }

  /** Begins at a new place; the instruction at which a process stands now counts as tried already. */
  begin(): void {
    const { instret, pc } = this.machine.hart;
    const pid = currentPid(this.machine);
    this.pending.clear();
    this.before = null;
    this.lastInstret = -1;
    this.isFollowed = false;
    this.start = pid === 0 ? null : { pid, pc, instret };
    this.pid = 0;
  }

  /** The machine is about to try an instruction. */
  next(): void {
    const { machine, pending } = this;
    const { instret, pc } = machine.hart;
    this.before = this.isFollowed ? { moment: this.moment, pid: this.pid, pc: this.pc } : null;
    this.hasRetired = this.isFollowed && instret > this.lastInstret;
    if (this.hasRetired) pending.delete(this.pid);
    this.pid = currentPid(machine);
    this.pc = pc;
    this.lastInstret = instret;
    this.moment = machine.moment;
    this.isRetry = pending.get(this.pid) === pc || this.isStart(instret);
    this.isFollowed = this.isDense || machine.engine.isAtStopPoint();
    if (this.isFollowed) pending.set(this.pid, pc);
    // A stop point whose own page has gone meanwhile is no stop point until it is back: it is the same try all the same.
    else if (pending.get(this.pid) !== pc) pending.delete(this.pid);
  }

  /** What follows the present attempt may not be seen. */
  loseSight(): void {
    if (this.isFollowed) this.pending.delete(this.pid);
    this.isFollowed = false;
  }

  private isStart(instret: number): boolean {
    const { start, pid, pc } = this;
    if (start === null || start.pid !== pid) return false;
    this.start = null;
    return start.pc === pc && (this.isDense || start.instret === instret);
  }

  /** The place of the present attempt. */
  get place(): Place {
    return { moment: this.moment, pid: this.pid, pc: this.pc };
  }

  word(): number | null {
    return fetchWord(this.machine, this.pc);
  }

  access(): MemoryAccess | null {
    const word = this.word();
    return word === null ? null : memoryAccess(word, this.x);
  }
}

/** One search over one timeline. */
class Search {
  private readonly timeline: Timeline;
  private readonly watchers: readonly Watcher[];
  private readonly options: SearchOptions;
  private readonly follower: Follower;
  private readonly most: number;
  private looked = 0;

  constructor(timeline: Timeline, watchers: readonly Watcher[], options: SearchOptions) {
    this.timeline = timeline;
    this.watchers = watchers;
    this.options = options;
    this.follower = new Follower(timeline.machine);
    this.most = options.mostInstructions ?? MOST_INSTRUCTIONS;
  }

  *forward(): Searching {
    const { timeline } = this;
    const start = timeline.moment;
    let hit: Hit | null = null;
    const keep = (found: Hit): boolean => {
      const { moment } = found;
      const isHere = moment.cycles < 0 && moment.turns === start.turns && moment.instret === start.instret;
      if (!(isHere && this.options.skipAction === true)) hit ??= found;
      return hit !== null;
    };
    if (this.watchers.some(({ needsPast }) => needsPast === true)) this.recall(start);
    else this.begin();
    const ended = yield* this.watching(
      keep,
      this.runOn(() => hit !== null),
    );
    return hit === null ? ended : { kind: "hit", hit: this.completed(hit) };
  }

  /** Runs on until something is found, or nothing more can come. */
  private *runOn(isFound: () => boolean): Searching {
    const { timeline } = this;
    for (;;) {
      const { cycles } = timeline.moment;
      const from = timeline.position;
      const status = timeline.forward({ untilCycles: cycles + this.sliceCycles });
      this.looked += timeline.position - from;
      if (this.options.isCancelled?.() === true && !isFound()) return { kind: "cancelled" };
      if (isFound() || status.kind === "instruction-limit" || this.looked > this.most) return { kind: "limit" };
      if (status.kind === "halted") return { kind: "halted", status: status.status };
      if (status.kind === "asleep") this.sleep(status.untilCycles);
      if (status.kind === "input" && this.options.feed?.() !== true) return { kind: "input" };
      yield;
    }
  }

  /** Long enough to cost little, short enough to come back to the person within a few hundredths of a second. */
  private get sliceCycles(): number {
    return this.needsInstructions && this.isDense ? DENSE_SLICE_CYCLES : SLICE_CYCLES;
  }

  /** A hit that tells of what was done before, with the instruction that did it. Leaves the timeline anywhere. */
  private completed(hit: Hit): Hit {
    if (hit.before !== null || hit.watcher.isAfterwards !== true) return hit;
    const any: Watcher = { instruction: () => "tried" };
    if (hit.moment.cycles >= 0) this.timeline.goToMoment(hit.moment);
    const found = complete(new Search(this.timeline, [any], { mostInstructions: Infinity }).backward());
    return found.kind === "hit" ? { ...hit, before: found.hit.place } : hit;
  }

  /** Comes to the starting point from a little before it, with the watchers looking on. */
  private recall(start: Moment): void {
    const { timeline } = this;
    timeline.goTo(Math.max(timeline.start.instret, start.instret - LEAD_IN));
    if (isBefore(start, timeline.moment)) timeline.goToMoment(start);
    this.replay(start);
    timeline.goToMoment(start);
    this.follower.begin();
  }

  *backward(): Searching {
    const { timeline } = this;
    const origin = timeline.moment;
    let to = origin;
    for (const width of WINDOWS) {
      if (to.instret <= timeline.start.instret) break;
      timeline.goTo(Math.max(timeline.start.instret, origin.instret - width));
      const from = timeline.moment;
      const found = yield* this.lastBetween(from, to);
      if (found !== null) return found;
      to = from;
    }
    for (const stretch of timeline.stretchesBefore(to)) {
      const found = yield* this.lastBetween(stretch.from, stretch.to);
      if (found !== null) return found;
    }
    timeline.goToMoment(timeline.start);
    return { kind: "start" };
  }

  /** The last hit in [from, to), or why the search is over; null to go on. */
  private *lastBetween(from: Moment, to: Moment): Generator<void, SearchResult | null> {
    const { timeline } = this;
    if (this.needsInstructions) timeline.goTo(Math.max(timeline.start.instret, from.instret - LEAD_IN));
    if (isBefore(from, timeline.moment)) timeline.goToMoment(from);
    let last: Hit | null = null;
    const keep = (hit: Hit): boolean => {
      const { moment } = hit;
      // An event's action begins where the window may begin: its cycles are not known, and it is told in this window only.
      const isInside =
        moment.cycles < 0
          ? !isBefore({ ...moment, cycles: Infinity }, from)
          : !isBefore(moment, from) && isBefore(moment, to);
      if (isInside) last = hit;
      return false;
    };
    const ended = yield* this.watching(keep, this.runUntil(to));
    if (ended !== null) return ended;
    last = this.lookAt(to) ?? last;
    return last === null ? null : { kind: "hit", hit: this.completed(last) };
  }

  /** What the watchers that tell of the past say at the end of a window, where no instruction is tried any more. */
  private lookAt(to: Moment): Hit | null {
    const { timeline, follower } = this;
    if (!isSameMoment(timeline.moment, to)) return null;
    follower.next();
    for (const watcher of this.watchers) {
      const reason = watcher.isAfterwards === true ? watcher.instruction?.(follower) : null;
      if (typeof reason === "string")
        return { watcher, reason, moment: to, before: follower.before, place: follower.place, event: null };
    }
    return null;
  }

  /** Runs through the recorded past to a moment of it, and not beyond; null when nothing came in between. */
  private *runUntil(to: Moment): Generator<void, SearchResult | null> {
    const { timeline } = this;
    this.begin();
    while (isBefore(timeline.moment, to) && !timeline.isAtEnd) {
      const here = timeline.moment;
      const status = timeline.forward({
        untilCycles:
          here.turns === to.turns && here.instret === to.instret ? to.cycles : here.cycles + this.sliceCycles,
        untilTurns: here.turns < to.turns ? to.turns : Infinity,
        untilInstret: here.turns === to.turns && here.instret < to.instret ? to.instret : Infinity,
      });
      this.looked += timeline.position - here.instret;
      if (this.options.isCancelled?.() === true) return { kind: "cancelled" };
      if (this.looked > this.most) return { kind: "limit" };
      if (status.kind === "halted" || isSameMoment(here, timeline.moment)) break;
      yield;
    }
    return null;
  }

  /** As runUntil, telling the watchers; what they answer changes nothing. */
  replay(to: Moment): void {
    complete(this.watching(() => false, this.runUntil(to)));
  }

  private get needsInstructions(): boolean {
    return this.watchers.some(({ instruction }) => instruction !== undefined);
  }

  private begin(): void {
    this.follower.begin();
    for (const watcher of this.watchers) watcher.begin?.(this.timeline.machine);
  }

  private sleep(untilCycles: number): void {
    if (this.timeline.machine.kernel.wantsInput && this.options.feed?.() === true) return;
    this.timeline.skipTo(untilCycles);
  }

  /**
   * Runs with probe and listener in place. `keep` is told of every hit and says whether to stop. Where the probe is asked may
   * change with every call of a watcher.
   */
  private *watching<T>(keep: (hit: Hit) => boolean, run: Generator<void, T>): Generator<void, T> {
    const { machine } = this.timeline;
    const { follower } = this;
    const byInstruction = this.watchers.filter(({ instruction }) => instruction !== undefined);
    const byEvent = this.watchers.filter(({ event }) => event !== undefined);
    if (byInstruction.length > 0) {
      const isFixed =
        this.options.probesEverything === true || byInstruction.some(({ points }) => points === undefined);
      this.points = null;
      if (isFixed) machine.probePoints = null;
      else this.place(byInstruction);
      follower.isDense = this.isDense;
      machine.probe = () => {
        follower.next();
        let isFound = false;
        for (const watcher of byInstruction) {
          const reason = watcher.instruction!(follower);
          if (reason === null) continue;
          const { before, place } = follower;
          if (keep({ watcher, reason, moment: machine.moment, before, place, event: null })) isFound = true;
        }
        if (!isFixed) this.place(byInstruction);
        return isFound;
      };
    }
    const listener = (event: FaultlineEvent): void => {
      for (const watcher of byEvent) {
        const reason = watcher.event!(event, machine);
        if (reason === null) continue;
        const { turns, instret } = machine.moment;
        const moment = { turns, instret, cycles: -1 };
        if (keep({ watcher, reason, moment, before: follower.before, place: follower.place, event })) machine.pause();
      }
    };
    const stop = byEvent.length > 0 ? machine.subscribe(listener) : () => {};
    try {
      return yield* run;
    } finally {
      machine.probe = null;
      machine.probePoints = null;
      stop();
    }
  }

  /** Tells the machine where to ask the probe, when that has changed. */
  private place(watchers: readonly Watcher[]): void {
    const wanted = watchers.map(({ points }) => points!());
    const { points } = this;
    if (points !== null && wanted.every((each, i) => each === points[i])) return;
    this.points = wanted;
    this.follower.isDense = this.isDense;
    const { machine } = this.timeline;
    if (this.isDense) {
      machine.probePoints = null;
      return;
    }
    machine.probePoints = {
      code: new Set(wanted.flatMap((each) => [...each!.code])),
      data: wanted.flatMap((each) => each!.data),
      afterTurns: true,
    };
    this.follower.loseSight();
  }

  private points: readonly (StopPoints | null)[] | null = null;

  private get isDense(): boolean {
    return this.points === null || this.points.includes(null);
  }
}

/** A search under way, in parts: between two of them the caller may do something else, but not with the timeline. */
export type Searching = Generator<void, SearchResult>;

/** Does all of it at once. */
export function complete<T>(parts: Generator<void, T>): T {
  for (;;) {
    const { done, value } = parts.next();
    if (done === true) return value;
  }
}

/** Runs through the recorded past from here to a later moment of it, with the watchers looking on. */
export function replay(timeline: Timeline, watchers: readonly Watcher[], to: Moment): void {
  new Search(timeline, watchers, { mostInstructions: Infinity }).replay(to);
}

/** Goes to where a hit says. */
export function standAt(timeline: Timeline, moment: Moment): void {
  if (moment.cycles < 0) timeline.goToAction(moment.turns, moment.instret);
  else timeline.goToMoment(moment);
}

/** Looks forward from where the timeline stands, and leaves it at the hit, or where the search ended. */
export function* searchingForward(
  timeline: Timeline,
  watchers: readonly Watcher[],
  options: SearchOptions = {},
): Searching {
  const result = yield* new Search(timeline, watchers, options).forward();
  if (result.kind === "hit") standAt(timeline, result.hit.moment);
  return result;
}

export const searchForward = (
  timeline: Timeline,
  watchers: readonly Watcher[],
  options: SearchOptions = {},
): SearchResult => complete(searchingForward(timeline, watchers, options));

/** Looks backward from where the timeline stands: at the hit afterwards, else at the beginning, or (cancelled) where it was. */
export function* searchingBackward(
  timeline: Timeline,
  watchers: readonly Watcher[],
  options: SearchOptions = {},
): Searching {
  const origin = timeline.moment;
  const result = yield* new Search(timeline, watchers, options).backward();
  if (result.kind === "hit") standAt(timeline, result.hit.moment);
  else if (result.kind !== "start") timeline.goToMoment(origin);
  return result;
}

export const searchBackward = (
  timeline: Timeline,
  watchers: readonly Watcher[],
  options: SearchOptions = {},
): SearchResult => complete(searchingBackward(timeline, watchers, options));
