/**
 * Register allocation: every virtual register gets a machine register that is free over all of its live ranges, or a slot in the
 * frame.
 *
 * Registers joined by a move whose ranges do not meet are merged first. Then they are served in order of how often they are
 * used, weighted by loop depth, per instruction of live range (the idea of Chow and Hennessy's priority colouring). A value that is live
 * across a call finds all caller-saved registers taken there and so lands in s0 … s11. Leaves out: splitting a range.
 */
import { CALLEE_SAVED, FIRST_VIRTUAL, type Ins, NONE, S0 } from "./ir.ts";
import { forEachDef, forEachUse, type Liveness, type Ranges } from "./liveness.ts";

/** a5 … a0, t0 … t4: free of cost in a leaf function. The scratch registers t5 and t6 are left out. */
const TEMPORARIES: readonly number[] = [15, 14, 13, 12, 11, 10, 16, 17, 5, 6, 7, 28, 29];

export interface Allocation {
  /** Machine register of each register, or NONE when it was spilled. Machine registers map to themselves. */
  readonly registerOf: Int32Array;
  /** Registers that live in memory: for those that can be computed again, the instruction that does so, otherwise null. */
  readonly spilled: ReadonlyMap<number, Ins | null>;
  /** Slots of those that cannot be computed again; merged registers share one. */
  readonly slotOf: ReadonlyMap<number, number>;
  /** Callee-saved registers that must be saved. */
  readonly saved: readonly number[];
}

interface Candidate {
  readonly register: number;
  ranges: Ranges;
  weight: number;
  isUnspillable: boolean;
  /** Machine registers that a move would like it to be in; null: none. */
  hints: Map<number, number> | null;
  /** The only instruction that defines it, when that can be repeated anywhere. */
  remake: Ins | null;
  definitions: number;
  /** The higher, the earlier it is served. */
  priority: number;
}

/** Null: an asm statement has more operands than there are registers. */
export function allocateRegisters(
  liveness: Liveness,
  registerCount: number,
  reserveFramePointer: boolean,
  newSlot: () => number,
): Allocation | null {
  const isReserved = (register: number): boolean => reserveFramePointer && register === S0;
  return (
    tryAllocation(liveness, registerCount, isReserved, newSlot, true) ??
    tryAllocation(liveness, registerCount, isReserved, newSlot, false)
  );
}

/** @param mergesOperands whether operands of asm, which cannot be spilled, may be merged with variables */
function tryAllocation(
  liveness: Liveness,
  registerCount: number,
  isReserved: (register: number) => boolean,
  newSlot: () => number,
  mergesOperands: boolean,
): Allocation | null {
  const { code } = liveness;
  const candidates = collect(liveness, registerCount);
  const parent = coalesce(code, candidates, mergesOperands);
  const occupied: Ranges[] = Array.from({ length: 32 }, (_, register) => [...(liveness.ranges[register] ?? [])]);
  const registerOf = new Int32Array(registerCount).fill(NONE);
  for (let register = 0; register < FIRST_VIRTUAL; register++) registerOf[register] = register;
  const spilled = new Map<number, Ins | null>();
  const calleeSaved = CALLEE_SAVED.filter((register) => !isReserved(register));
  const used = usedCalleeSaved(code);
  const order = candidates.filter((item) => item !== undefined && parent[item.register] === item.register);
  for (const item of order) item.priority = priority(item);
  order.sort((a, b) => b.priority - a.priority || a.register - b.register);
  for (const item of order) {
    const choice = choose(item, occupied, calleeSaved, used);
    if (choice === NONE) {
      if (item.isUnspillable) return null;
      spilled.set(item.register, item.definitions === 1 ? item.remake : null);
      continue;
    }
    registerOf[item.register] = choice;
    occupied[choice] = mergeRanges(occupied[choice]!, item.ranges);
    if (CALLEE_SAVED.includes(choice)) used.add(choice);
  }
  for (let register = FIRST_VIRTUAL; register < registerCount; register++) {
    const root = rootOf(parent, register);
    if (root === register) continue;
    registerOf[register] = registerOf[root]!;
    if (spilled.has(root)) spilled.set(register, null);
  }
  return {
    registerOf,
    spilled,
    saved: CALLEE_SAVED.filter((register) => used.has(register)),
    slotOf: makeSlots(spilled, parent, newSlot),
  };
}

function makeSlots(
  spilled: ReadonlyMap<number, Ins | null>,
  parent: Int32Array,
  newSlot: () => number,
): Map<number, number> {
  const slotOf = new Map<number, number>();
  const byRoot = new Map<number, number>();
  for (const [register, remake] of spilled) {
    if (remake !== null) continue;
    const root = rootOf(parent, register);
    if (!byRoot.has(root)) byRoot.set(root, newSlot());
    slotOf.set(register, byRoot.get(root)!);
  }
  return slotOf;
}

/** Caller's own registers that instructions name outright: fixed operands and clobbers of asm. */
function usedCalleeSaved(code: readonly Ins[]): Set<number> {
  const used = new Set<number>();
  const note = (register: number): void => {
    if (CALLEE_SAVED.includes(register)) used.add(register);
  };
  for (let at = 0; at < code.length; at++) {
    const ins = code[at]!;
    if (ins.op === "asm" || ins.d < FIRST_VIRTUAL) forEachDef(ins, note);
  }
  return used;
}

function collect(liveness: Liveness, registerCount: number): Candidate[] {
  const candidates: Candidate[] = new Array(registerCount);
  const at = (register: number): Candidate => {
    candidates[register] ??= {
      register,
      ranges: liveness.ranges[register] ?? [],
      weight: 0,
      isUnspillable: false,
      hints: null,
      remake: null,
      definitions: 0,
      priority: 0,
    };
    return candidates[register]!;
  };
  let ins: Ins;
  let weight = 0;
  const touch = (register: number): void => {
    if (register < FIRST_VIRTUAL) return;
    const item = at(register);
    item.weight += weight;
    if (ins.op === "asm") item.isUnspillable = true;
  };
  const define = (register: number): void => {
    touch(register);
    if (register < FIRST_VIRTUAL) return;
    const item = at(register);
    item.definitions++;
    if (isRemakable(ins)) item.remake = ins;
  };
  for (let index = 0; index < liveness.code.length; index++) {
    ins = liveness.code[index]!;
    weight = 8 ** Math.min(ins.depth, 6);
    forEachUse(ins, touch);
    forEachDef(ins, define);
    if (ins.op === "mv") {
      if (ins.d < FIRST_VIRTUAL && ins.a >= FIRST_VIRTUAL) addHint(at(ins.a), ins.d, weight);
      else if (ins.a < FIRST_VIRTUAL && ins.a > 0 && ins.d >= FIRST_VIRTUAL) addHint(at(ins.d), ins.a, weight);
    }
  }
  return candidates;
}

const addHint = (item: Candidate, register: number, weight: number): void => {
  item.hints ??= new Map();
  item.hints.set(register, (item.hints.get(register) ?? 0) + weight);
};

/** Depends on nothing but the instruction itself. */
const isRemakable = (ins: Ins): boolean => ins.op === "li" || ins.op === "hi" || ins.op === "slot";

const rootOf = (parent: Int32Array, register: number): number => {
  while (parent[register] !== register) register = parent[register] = parent[parent[register]!]!;
  return register;
};

/** Merges source and target of moves whose ranges never meet, hottest first. */
function coalesce(code: readonly Ins[], candidates: Candidate[], mergesOperands: boolean): Int32Array {
  const parent = new Int32Array(candidates.length);
  for (let register = 0; register < parent.length; register++) parent[register] = register;
  const moves = code.filter((ins) => ins.op === "mv" && ins.d >= FIRST_VIRTUAL && ins.a >= FIRST_VIRTUAL);
  moves.sort((a, b) => b.depth - a.depth);
  for (const move of moves) {
    const into = candidates[rootOf(parent, move.d)]!;
    const from = candidates[rootOf(parent, move.a)]!;
    if (into === from || meet(into.ranges, from.ranges)) continue;
    if (!mergesOperands && (into.isUnspillable || from.isUnspillable)) continue;
    parent[from.register] = into.register;
    into.ranges = mergeRanges(into.ranges, from.ranges);
    into.weight += from.weight;
    into.isUnspillable ||= from.isUnspillable;
    into.definitions += from.definitions;
    for (const [register, weight] of from.hints ?? []) addHint(into, register, weight);
  }
  return parent;
}

function lengthOf(ranges: Ranges): number {
  let length = 0;
  for (let at = 0; at < ranges.length; at += 2) length += ranges[at + 1]! - ranges[at]!;
  return length;
}

const priority = (item: Candidate): number =>
  item.isUnspillable ? Number.MAX_VALUE : item.weight / (lengthOf(item.ranges) + 2);

/** The hinted register if free, else a temporary, else a callee-saved one if that is worth saving it; NONE: spill. */
function choose(
  item: Candidate,
  occupied: readonly Ranges[],
  calleeSaved: readonly number[],
  used: ReadonlySet<number>,
): number {
  const isFree = (register: number): boolean => !meet(occupied[register]!, item.ranges);
  if (item.hints !== null) {
    for (const [register] of [...item.hints].sort((a, b) => b[1] - a[1])) {
      if (
        (TEMPORARIES.includes(register) || (used.has(register) && calleeSaved.includes(register))) &&
        isFree(register)
      )
        return register;
    }
  }
  for (let at = 0; at < TEMPORARIES.length; at++) if (isFree(TEMPORARIES[at]!)) return TEMPORARIES[at]!;
  for (let at = 0; at < calleeSaved.length; at++) {
    if (used.has(calleeSaved[at]!) && isFree(calleeSaved[at]!)) return calleeSaved[at]!;
  }
  // Saving and restoring a new register costs two accesses: as much as keeping a value in memory that is touched twice.
  if (item.weight <= 2 && !item.isUnspillable) return NONE;
  for (let at = 0; at < calleeSaved.length; at++) {
    if (!used.has(calleeSaved[at]!) && isFree(calleeSaved[at]!)) return calleeSaved[at]!;
  }
  return NONE;
}

/** Whether two ascending lists of ranges overlap anywhere. The shorter one is looked up in the longer. */
export function meet(a: Ranges, b: Ranges): boolean {
  if (a.length > b.length) return meet(b, a);
  for (let at = 0; at < a.length; at += 2) {
    const start = a[at]!;
    const end = a[at + 1]!;
    // First range of b that ends after `start`.
    let low = 0;
    let high = b.length >> 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (b[middle * 2 + 1]! > start) high = middle;
      else low = middle + 1;
    }
    if (low * 2 < b.length && b[low * 2]! < end) return true;
  }
  return false;
}

/** The union of two ascending, disjoint lists. */
function mergeRanges(a: Ranges, b: Ranges): Ranges {
  const result: Ranges = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const takeA = j >= b.length || (i < a.length && a[i]! <= b[j]!);
    const list = takeA ? a : b;
    const at = takeA ? i : j;
    const start = list[at]!;
    const end = list[at + 1]!;
    if (takeA) i += 2;
    else j += 2;
    const top = result.length;
    if (top > 0 && result[top - 1]! >= start) result[top - 1] = Math.max(result[top - 1]!, end);
    else result.push(start, end);
  }
  return result;
}
