/**
 * Where the faults of a run are: one entry a fault, in order, with its place and kind. A live run keeps one so that the
 * next and the previous fault are found without running anything again, and so that they can be marked along the run.
 *
 * It listens to no events (a run with listeners pays for every TLB miss); it looks at the kernel's counters after each trap.
 * A fault that has to wait is booked where it was first met. When more than `MOST` are known the oldest quarter is forgotten.
 */
import { Cause } from "../emulator/trap.ts";
import type { FaultKind } from "../kernel/events.ts";
import type { Machine } from "./machine.ts";

/** In the order in which kinds are numbered here. */
export const FAULT_KINDS: readonly FaultKind[] = [
  "zero-fill",
  "file",
  "soft",
  "cow",
  "hard",
  "oom",
  "bus",
  "segv",
  "guard",
];
const COUNTERS = FAULT_KINDS.map((kind) => `fault.${kind}`);

/** A fault's place: the kernel's action in which it was met, and the how-manieth of that action. */
export interface FaultMark {
  readonly turns: number;
  readonly instret: number;
  readonly ordinal: number;
  readonly kind: FaultKind;
}

/** Faults by kind (as FAULT_KINDS) in each of some equal parts of a stretch of instructions. */
export type FaultTally = readonly (readonly number[])[];

const MOST = 400_000;

export class FaultLog {
  private marks: FaultMark[] = [];
  private readonly machine: Machine;
  private readonly totals = COUNTERS.map(() => 0);
  /** Where a process met the fault that it waits for. */
  private readonly waiting = new Map<number, { turns: number; instret: number }>();

  constructor(machine: Machine) {
    this.machine = machine;
    this.settle();
  }

  /** Starts counting from the machine's present state: to be called whenever it has been taken somewhere else. */
  settle(): void {
    const { counters } = this.machine.kernel.core;
    for (let i = 0; i < COUNTERS.length; i++) this.totals[i] = counters[COUNTERS[i]] ?? 0;
    this.waiting.clear();
  }

  /** For Machine.onTrap. */
  note(pid: number): void {
    const { kernel, hart } = this.machine;
    const { counters } = kernel.core;
    let ordinal = 0;
    for (let i = 0; i < COUNTERS.length; i++) {
      const total = counters[COUNTERS[i]] ?? 0;
      for (; this.totals[i] < total; this.totals[i]++) {
        const place = this.waiting.get(pid) ?? this.machine.moment;
        this.waiting.delete(pid);
        this.insert({ turns: place.turns, instret: place.instret, ordinal: ordinal++, kind: FAULT_KINDS[i] });
      }
    }
    if (ordinal === 0 && isPageFault(hart.scause) && !this.waiting.has(pid)) {
      const { turns, instret } = this.machine.moment;
      this.waiting.set(pid, { turns, instret });
    }
    if (this.marks.length > MOST) this.marks = this.marks.slice(MOST / 4);
  }

  /** Nearly always at the end; a fault that has waited comes before those that others met meanwhile. */
  private insert(mark: FaultMark): void {
    const last = this.marks[this.marks.length - 1];
    if (last === undefined || last.turns <= mark.turns) this.marks.push(mark);
    else this.marks.splice(this.firstFrom(mark), 0, mark);
  }

  get count(): number {
    return this.marks.length;
  }

  at(index: number): FaultMark | undefined {
    return this.marks[index];
  }

  /** Index of the first fault at or after a place; `count` when there is none. */
  firstFrom(place: { readonly turns: number; readonly instret: number }): number {
    let low = 0;
    let high = this.marks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const mark = this.marks[middle];
      if (mark.turns < place.turns || (mark.turns === place.turns && mark.instret < place.instret)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Forgets the faults from a place on: the run goes another way from there. */
  cutFrom(place: { readonly turns: number; readonly instret: number }): void {
    this.marks.length = this.firstFrom(place);
  }

  /** The list as it stands; see `restore`. */
  snapshot(): readonly FaultMark[] {
    return this.marks.slice();
  }

  restore(marks: readonly FaultMark[]): void {
    this.marks = marks.slice();
  }

  /** Counts the faults in `parts` equal parts of the instructions [start, end]. */
  tally(start: number, end: number, parts: number): FaultTally {
    const tally = Array.from({ length: parts }, () => FAULT_KINDS.map(() => 0));
    const scale = parts / Math.max(1, end - start);
    for (const { instret, kind } of this.marks) {
      const part = Math.min(parts - 1, Math.max(0, Math.floor((instret - start) * scale)));
      tally[part][FAULT_KINDS.indexOf(kind)]++;
    }
    return tally;
  }
}

const isPageFault = (scause: number): boolean =>
  scause === Cause.InstructionPageFault || scause === Cause.LoadPageFault || scause === Cause.StorePageFault;
