/**
 * Looking for a moment of a run, forwards or backwards. What to look for is a `Watcher`; how to get there is this file's
 * business: forwards the machine runs (and the recording grows when its end is reached), backwards the past is run again in
 * windows that get longer, and the last hit before the starting point counts.
 *
 * Two kinds of moment can be asked for. Before an instruction: the machine stands with pc at it, and nothing of it has been
 * done. At an event: the machine stands at the beginning of the action (trap, tick, idle step) in which the event will be told,
 * so that one can walk into it.
 */

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
  /** The instruction tried before this one, by whichever process: what has changed since is its doing, or the kernel's. */
  readonly before: Place | null;
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
  /** Called before every instruction; makes the search some ten times slower than one by events alone. */
  readonly instruction?: ((attempt: Attempt) => string | null) | undefined;
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
  /** Do not stop for events of the action at whose beginning the search starts: one stands there because of it. */
  readonly skipAction?: boolean | undefined;
}

const SLICE_CYCLES = 2_000_000;
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

/** Follows the instructions of a run and knows which are retries. */
class Follower implements Attempt {
  readonly machine: Machine;
  readonly x: Int32Array;
  pid = 0;
  pc = 0;
  isRetry = false;
  before: Place | null = null;
  private readonly pending = new Map<number, number>();
  private lastInstret = -1;

  constructor(machine: Machine) {
    this.machine = machine;
    this.x = machine.hart.x;
  }

  /** Begins at a new place; the instruction at which a process stands now counts as tried already. */
  begin(): void {
    this.pending.clear();
    this.before = null;
    this.lastInstret = -1;
    const pid = currentPid(this.machine);
    if (pid !== 0) this.pending.set(pid, this.machine.hart.pc);
    this.pid = 0;
  }

  /** The machine is about to try an instruction. */
  next(): void {
    const { machine, pending } = this;
    const { instret, pc } = machine.hart;
    if (this.pid !== 0) {
      this.before = { moment: this.moment, pid: this.pid, pc: this.pc };
      if (instret > this.lastInstret) pending.delete(this.pid);
    }
    this.pid = currentPid(machine);
    this.pc = pc;
    this.lastInstret = instret;
    this.isRetry = pending.get(this.pid) === pc;
    pending.set(this.pid, pc);
    this.moment = machine.moment;
  }

  private moment: Moment = { turns: 0, instret: 0, cycles: 0 };

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

  forward(): SearchResult {
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
    return this.watching(keep, () => {
      for (;;) {
        const { cycles } = timeline.moment;
        const from = timeline.position;
        const status = timeline.forward({ untilCycles: cycles + SLICE_CYCLES });
        this.looked += timeline.position - from;
        if (hit !== null) return { kind: "hit", hit };
        if (this.options.isCancelled?.() === true) return { kind: "cancelled" };
        if (this.looked > this.most || status.kind === "instruction-limit") return { kind: "limit" };
        if (status.kind === "halted") return { kind: "halted", status: status.status };
        if (status.kind === "asleep") this.sleep(status.untilCycles);
        if (status.kind === "input" && this.options.feed?.() !== true) return { kind: "input" };
      }
    });
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

  backward(): SearchResult {
    const { timeline } = this;
    const origin = timeline.moment;
    let to = origin;
    for (const width of WINDOWS) {
      if (to.instret <= timeline.start.instret) break;
      timeline.goTo(Math.max(timeline.start.instret, origin.instret - width));
      const from = timeline.moment;
      const found = this.lastBetween(from, to);
      if (found !== null) return found;
      to = from;
    }
    for (const stretch of timeline.stretchesBefore(to)) {
      const found = this.lastBetween(stretch.from, stretch.to);
      if (found !== null) return found;
    }
    timeline.goToMoment(timeline.start);
    return { kind: "start" };
  }

  /** The last hit in [from, to), or why the search is over; null to go on. */
  private lastBetween(from: Moment, to: Moment): SearchResult | null {
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
    const ended = this.watching(keep, () => this.runUntil(to));
    if (ended === null) last = this.lookAt(to) ?? last;
    return last === null ? ended : { kind: "hit", hit: last };
  }

  /** What the watchers that tell of the past say at the end of a window, where no instruction is tried any more. */
  private lookAt(to: Moment): Hit | null {
    const { timeline, follower } = this;
    if (!isSameMoment(timeline.moment, to)) return null;
    follower.next();
    for (const watcher of this.watchers) {
      const reason = watcher.isAfterwards === true ? watcher.instruction?.(follower) : null;
      if (typeof reason === "string") return { watcher, reason, moment: to, before: follower.before, event: null };
    }
    return null;
  }

  /** Runs through the recorded past to a moment of it, and not beyond; null when nothing came in between. */
  runUntil(to: Moment): SearchResult | null {
    const { timeline } = this;
    this.begin();
    while (isBefore(timeline.moment, to) && !timeline.isAtEnd) {
      const here = timeline.moment;
      const status = timeline.forward({
        untilCycles: here.turns === to.turns && here.instret === to.instret ? to.cycles : here.cycles + SLICE_CYCLES,
        untilTurns: here.turns < to.turns ? to.turns : Infinity,
        untilInstret: here.turns === to.turns && here.instret < to.instret ? to.instret : Infinity,
      });
      this.looked += timeline.position - here.instret;
      if (this.options.isCancelled?.() === true) return { kind: "cancelled" };
      if (this.looked > this.most) return { kind: "limit" };
      if (status.kind === "halted" || isSameMoment(here, timeline.moment)) break;
    }
    return null;
  }

  /** As runUntil, telling the watchers; what they answer changes nothing. */
  replay(to: Moment): void {
    this.watching(
      () => false,
      () => this.runUntil(to),
    );
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

  /** Runs with probe and listener in place. `keep` is told of every hit and says whether to stop. */
  private watching<T>(keep: (hit: Hit) => boolean, run: () => T): T {
    const { machine } = this.timeline;
    const { follower } = this;
    const byInstruction = this.watchers.filter(({ instruction }) => instruction !== undefined);
    const byEvent = this.watchers.filter(({ event }) => event !== undefined);
    if (byInstruction.length > 0) {
      machine.probe = () => {
        follower.next();
        let isFound = false;
        for (const watcher of byInstruction) {
          const reason = watcher.instruction!(follower);
          if (
            reason !== null &&
            keep({ watcher, reason, moment: machine.moment, before: follower.before, event: null })
          )
            isFound = true;
        }
        return isFound;
      };
    }
    const listener = (event: FaultlineEvent): void => {
      for (const watcher of byEvent) {
        const reason = watcher.event!(event, machine);
        if (reason === null) continue;
        const { turns, instret } = machine.moment;
        if (keep({ watcher, reason, moment: { turns, instret, cycles: -1 }, before: follower.before, event }))
          machine.pause();
      }
    };
    const stop = byEvent.length > 0 ? machine.subscribe(listener) : () => {};
    try {
      return run();
    } finally {
      machine.probe = null;
      stop();
    }
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
export function searchForward(
  timeline: Timeline,
  watchers: readonly Watcher[],
  options: SearchOptions = {},
): SearchResult {
  const result = new Search(timeline, watchers, options).forward();
  if (result.kind === "hit") standAt(timeline, result.hit.moment);
  return result;
}

/** Looks backward from where the timeline stands: at the hit afterwards, else at the beginning, or (cancelled) where it was. */
export function searchBackward(
  timeline: Timeline,
  watchers: readonly Watcher[],
  options: SearchOptions = {},
): SearchResult {
  const origin = timeline.moment;
  const result = new Search(timeline, watchers, options).backward();
  if (result.kind === "hit") standAt(timeline, result.hit.moment);
  else if (result.kind !== "start") timeline.goToMoment(origin);
  return result;
}
