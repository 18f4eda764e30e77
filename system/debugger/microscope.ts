/**
 * The fault microscope: one page fault as an ordered list of steps, from the instruction that could not go on to the same
 * instruction retiring. Each step has the events it is made of, its charge in cycles, and the state as of that moment.
 *
 * Nothing is added to the machine for it: the fault is run again from just before the instruction, with a listener, and
 * what the hardware and the kernel tell is put in words. A fault that has to wait (for swap, or for a frame) goes through
 * the handler several times; the list follows it to its end and folds what others do meanwhile into one step.
 *
 * A charge belongs to the step whose telling follows it: the kernel does a thing, charges for it, and tells.
 *
 * A report is plain data: it survives structuredClone and JSON, so that it can be shown where the machine is not.
 */
import { PAGE_BYTES } from "../../emulator/bits.ts";
import type { FaultKind, FaultlineEvent } from "../../kernel/events.ts";
import { readPte } from "../../kernel/mm/page-table.ts";
import { currentPid, listCounts, processOf, readMemory, registersOf, standbyCounts, tlbSet } from "../inspect.ts";
import type { Machine, Moment } from "../machine.ts";
import type { Timeline } from "../timeline.ts";
import { memoryAccess, wordOf } from "./describe.ts";
import { buildSteps, type SeenEvent, type Step, type StepState } from "./microscope-steps.ts";

/** Which fault: the action of the kernel that it began in, and the how-manieth fault within it (a system call can meet several). */
export interface FaultPlace {
  readonly turns: number;
  readonly instret: number;
  readonly ordinal: number;
}

export interface FaultReport {
  readonly place: FaultPlace;
  readonly pid: number;
  readonly processName: string;
  readonly vaddr: number;
  readonly access: "execute" | "load" | "store";
  readonly pc: number;
  /** Bits of the instruction, or null when its page is not present. */
  readonly word: number | null;
  /** x0 … x31 as unsigned words before the instruction, and pc. */
  readonly registers: { readonly x: readonly number[]; readonly pc: number };
  readonly outcome: FaultKind | "unresolved";
  /** From the first try to the instruction's retirement (or to the end of the fault). */
  readonly totalCycles: number;
  readonly steps: readonly Step[];
}

/** Actions of the kernel to follow a fault through at most: a fault that waits longer than this is shown as unresolved. */
const MOST_ACTIONS = 200_000;

/** Takes a state for the record. */
function stateOf(machine: Machine, pid: number, vpn: number): StepState {
  const p = processOf(machine, pid);
  const { ram, mmu } = machine;
  return {
    lists: listCounts(machine),
    standby: standbyCounts(machine),
    pte: p === undefined || p.state === "zombie" ? 0 : readPte(ram, p.space.rootPfn, vpn),
    tlb: tlbSet(machine, mmu.tlb.setOf(vpn)),
    residentPages: p?.space.residentPages ?? 0,
  };
}

type Begin = Extract<FaultlineEvent, { kind: "fault-begin" }>;

/**
 * Looks at one fault of the recording. Leaves the timeline where it was. Null when no fault begins there.
 */
export function examineFault(timeline: Timeline, place: FaultPlace): FaultReport | null {
  const before = timeline.moment;
  try {
    const found = findBegin(timeline, place);
    return found === null ? null : follow(timeline, place, found.begin, found.earlier);
  } finally {
    timeline.goToMoment(before);
  }
}

/** Calls `look` with the machine in the middle of the kernel's work, right when the `index`-th step of the fault was told. */
export function lookInside<T>(
  timeline: Timeline,
  report: FaultReport,
  index: number,
  look: (machine: Machine) => T,
): T {
  const before = timeline.moment;
  const wanted = report.steps.slice(0, index + 1).reduce((count, step) => count + step.events.length, 0);
  let seen = 0;
  let result: { value: T } | null = null;
  timeline.goToAction(report.place.turns, report.place.instret);
  if (wanted === 0) result = { value: look(timeline.machine) };
  const stop = timeline.machine.subscribe(() => {
    if (++seen === wanted) result = { value: look(timeline.machine) };
  });
  try {
    for (let i = 0; result === null && i < MOST_ACTIONS && !isStuck(timeline); i++) advance(timeline);
  } finally {
    stop();
    timeline.goToMoment(before);
  }
  if (result === null) throw new RangeError(`the fault has no step ${index}`);
  return (result as { value: T }).value;
}

/** The fault-begin event that a place names, and how many of the same page of the same process came before it in its action. */
function findBegin(timeline: Timeline, place: FaultPlace): { readonly begin: Begin; readonly earlier: number } | null {
  timeline.goToAction(place.turns, place.instret);
  const begins: Begin[] = [];
  const stop = timeline.machine.subscribe((event) => {
    if (event.kind === "fault-begin") begins.push(event);
  });
  advance(timeline);
  stop();
  const begin = begins[place.ordinal];
  if (begin === undefined) return null;
  const isSame = ({ pid, vaddr }: Begin): boolean => pid === begin.pid && vaddr >>> 12 === begin.vaddr >>> 12;
  return { begin, earlier: begins.slice(0, place.ordinal).filter(isSame).length };
}

/** One action of the kernel, or one instruction. */
function advance(timeline: Timeline): void {
  const { turns, instret } = timeline.moment;
  const status = timeline.forward({ untilTurns: turns + 1, untilInstret: instret + 1 });
  if (status.kind === "asleep") timeline.machine.skipTo(status.untilCycles);
}

/** At the end of the recording nothing more can be followed: it is not for the microscope to make the run longer. */
const isStuck = (timeline: Timeline): boolean => timeline.isAtEnd;

function follow(timeline: Timeline, place: FaultPlace, begin: Begin, earlier: number): FaultReport {
  const { machine } = timeline;
  const { pid, vaddr } = begin;
  const vpn = vaddr >>> 12;
  timeline.goToAction(place.turns, place.instret);
  const registers = registersOf(machine, pid)!;
  const word = wordOf(readMemory(machine, pid, registers.pc, 4));
  const initial = stateOf(machine, pid, vpn);
  const startCycles = machine.hart.cycles;
  const seen: SeenEvent[] = [];
  const stop = machine.subscribe((event, cycles, instret) => {
    seen.push({ event, cycles, instret, turns: machine.moment.turns, state: stateOf(machine, pid, vpn) });
  });
  let outcome: FaultKind | "unresolved" = "unresolved";
  let hasRetired = false;
  try {
    outcome = followToEnd(timeline, pid, vpn, earlier, seen);
    const isLoop = word !== null && begin.pc === registers.pc;
    const isRefused = ["segv", "guard", "bus", "oom", "unresolved"].includes(outcome);
    if (isLoop && !isRefused) hasRetired = followRetry(timeline, pid);
  } finally {
    stop();
  }
  const after = {
    registers: registersOf(machine, pid),
    instret: machine.hart.instret,
    cycles: machine.hart.cycles,
    state: stateOf(machine, pid, vpn),
  };
  const access = word === null ? null : memoryAccess(word, registers.x);
  const steps = buildSteps({ begin, registers, word, access, initial, startCycles, seen, outcome, after, hasRetired });
  const processName = processOf(machine, pid)?.name ?? "";
  return {
    place,
    pid,
    processName,
    vaddr,
    access: begin.access,
    pc: begin.pc,
    word,
    registers: { x: Array.from(registers.x, (value) => value >>> 0), pc: registers.pc },
    outcome,
    steps,
    totalCycles: machine.hart.cycles - startCycles,
  };
}

/** Runs until the handler has resolved the fault, after `earlier` others of the same page; returns how. */
function followToEnd(
  timeline: Timeline,
  pid: number,
  vpn: number,
  earlier: number,
  seen: readonly SeenEvent[],
): FaultKind | "unresolved" {
  let at = 0;
  let skip = earlier;
  for (let i = 0; i < MOST_ACTIONS; i++) {
    advance(timeline);
    for (; at < seen.length; at++) {
      const { event } = seen[at];
      if (event.kind === "process-exit" && event.pid === pid) return "unresolved";
      if (event.kind !== "fault-end" || event.pid !== pid || event.vaddr >>> 12 !== vpn) continue;
      if (event.resolved !== "waiting" && skip-- <= 0) return event.resolved;
    }
    if (isStuck(timeline)) return "unresolved";
  }
  return "unresolved";
}

/** Runs until the process has retired an instruction; false when its next try traps again or never comes. */
function followRetry(timeline: Timeline, pid: number): boolean {
  for (let i = 0; i < MOST_ACTIONS && !isStuck(timeline); i++) {
    const isOurs = currentPid(timeline.machine) === pid;
    const { turns, instret } = timeline.moment;
    advance(timeline);
    if (!isOurs) continue;
    if (timeline.position > instret) return true;
    if (timeline.moment.turns > turns) return false;
  }
  return false;
}

/** A fault in a list of faults. */
export interface FaultSummary extends FaultPlace {
  readonly cycles: number;
  readonly pid: number;
  readonly vaddr: number;
  readonly access: "execute" | "load" | "store";
  readonly pc: number;
}

/**
 * Watches a machine and keeps a line for every fault, in order. The tries of one fault that has to wait count once.
 * Returns the growing list and the function that ends watching.
 */
export function watchFaults(machine: Machine): { readonly faults: readonly FaultSummary[]; readonly stop: () => void } {
  const faults: FaultSummary[] = [];
  /** Page that a process is waiting for, by pid. */
  const waiting = new Map<number, number>();
  let last: Pick<Moment, "turns" | "instret"> = { turns: -1, instret: -1 };
  let ordinal = 0;
  const stop = machine.subscribe((event, cycles, instret) => {
    if (event.kind === "fault-begin") {
      const { turns } = machine.moment;
      ordinal = last.turns === turns && last.instret === instret ? ordinal + 1 : 0;
      last = { turns, instret };
      const { pid, vaddr, access, pc } = event;
      if (waiting.get(pid) !== Math.floor(vaddr / PAGE_BYTES))
        faults.push({ turns, instret, ordinal, cycles, pid, vaddr, access, pc });
    } else if (event.kind === "fault-end") {
      if (event.resolved === "waiting") waiting.set(event.pid, Math.floor(event.vaddr / PAGE_BYTES));
      else waiting.delete(event.pid);
    }
  });
  return { faults, stop };
}
