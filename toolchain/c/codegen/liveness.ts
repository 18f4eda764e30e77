/**
 * Which registers are live where. Positions are numbered: instruction i reads at 2i and writes at 2i + 1; a range is half-open.
 *
 * Virtual registers used in one basic block only never enter the data-flow sets, which keeps these small: most temporaries are
 * of that kind. Instructions whose result nobody reads are removed on the way.
 */
import { endsFlow, FIRST_VIRTUAL, type Ins, isBranch, isPure, NONE } from "./ir.ts";

/** Start and end positions, ascending and disjoint: [start, end, start, end, …]. */
export type Ranges = number[];

export interface Liveness {
  readonly code: readonly Ins[];
  /** By register number, machine registers included; undefined: never live. */
  readonly ranges: (Ranges | undefined)[];
}

interface Block {
  readonly start: number;
  readonly end: number;
  readonly successors: number[];
}

/** The data-flow sets of all blocks: block i has the words from i × `words` on. Four arrays, because small ones are dear to make. */
interface FlowSets {
  readonly words: number;
  readonly use: Int32Array;
  readonly def: Int32Array;
  readonly liveIn: Int32Array;
  readonly liveOut: Int32Array;
}

// The loops over a function's instructions here and in flow.ts count, because most compilations are over before any of this is
// optimised: for unoptimised code an iterator allocates an object a step and costs several times as much.

/** Calls `visit` for every register that the instruction reads. */
export function forEachUse(ins: Ins, visit: (register: number) => void): void {
  if (ins.a > 0) visit(ins.a);
  if (ins.b > 0) visit(ins.b);
  if (ins.info === null) return;
  const { uses } = ins.info;
  for (let at = 0; at < uses.length; at++) visit(uses[at]!);
}

/** Calls `visit` for every register that the instruction writes or destroys. */
export function forEachDef(ins: Ins, visit: (register: number) => void): void {
  if (ins.d > 0) visit(ins.d);
  if (ins.info === null) return;
  const { defs, clobbers } = ins.info;
  for (let at = 0; at < defs.length; at++) visit(defs[at]!);
  for (let at = 0; at < clobbers.length; at++) visit(clobbers[at]!);
}

/** Splits at labels and after jumps. Code that cannot be reached keeps its block without successors into it. */
export function findBlocks(code: readonly Ins[]): { start: number; end: number; successors: number[] }[] {
  const blocks: { start: number; end: number; successors: number[] }[] = [];
  const blockOfLabel = new Map<number, number>();
  let start = 0;
  const close = (end: number): void => {
    if (end > start) blocks.push({ start, end, successors: [] });
    start = end;
  };
  code.forEach((ins, index) => {
    if (ins.op === "label") {
      close(index);
      blockOfLabel.set(ins.label, blocks.length);
    } else if (isBranch(ins.op) || endsFlow(ins.op)) close(index + 1);
  });
  close(code.length);
  blocks.forEach((block, index) => {
    const last = code[block.end - 1]!;
    if (isBranch(last.op) || last.op === "j") block.successors.push(blockOfLabel.get(last.label)!);
    if (last.op === "jr") for (const label of last.info!.targets!) block.successors.push(blockOfLabel.get(label)!);
    if (!endsFlow(last.op) && index + 1 < blocks.length) block.successors.push(index + 1);
  });
  return blocks;
}

/**
 * One pass. Useless instructions become labels without a number and keep their positions. What only a useless instruction in another
 * block reads still counts as live: that costs a little, a second pass would cost more.
 */
export function computeLiveness(input: readonly Ins[], registerCount: number): Liveness {
  const code = dropUnreachable(input);
  return { code, ranges: scan(code, registerCount) };
}

function dropUnreachable(code: readonly Ins[]): readonly Ins[] {
  const blocks = findBlocks(code);
  const reached = new Uint8Array(blocks.length);
  const work = blocks.length > 0 ? [0] : [];
  while (work.length > 0) {
    const index = work.pop()!;
    if (reached[index] === 1) continue;
    reached[index] = 1;
    work.push(...blocks[index]!.successors);
  }
  const kept: Ins[] = [];
  blocks.forEach((block, index) => {
    if (reached[index] === 1) for (let at = block.start; at < block.end; at++) kept.push(code[at]!);
  });
  return kept;
}

/** Numbers the registers that are live across a block's edge; all others get NONE. */
function numberGlobals(code: readonly Ins[], blocks: readonly Block[], registerCount: number): Int32Array {
  const home = new Int32Array(registerCount).fill(NONE);
  const number = new Int32Array(registerCount).fill(NONE);
  const defined = new Int32Array(registerCount).fill(NONE);
  let count = 0;
  const makeGlobal = (register: number): void => {
    if (number[register] === NONE) number[register] = count++;
  };
  let index = 0;
  const read = (register: number): void => {
    if (defined[register] !== index || (home[register] !== NONE && home[register] !== index)) makeGlobal(register);
    home[register] = index;
  };
  const define = (register: number): void => {
    if (register >= FIRST_VIRTUAL && home[register] !== NONE && home[register] !== index) makeGlobal(register);
    home[register] = index;
    defined[register] = index;
  };
  for (; index < blocks.length; index++) {
    const { start, end } = blocks[index]!;
    for (let at = start; at < end; at++) {
      forEachUse(code[at]!, read);
      forEachDef(code[at]!, define);
    }
  }
  return number;
}

function scan(code: readonly Ins[], registerCount: number): (Ranges | undefined)[] {
  const blocks: readonly Block[] = findBlocks(code);
  const number = numberGlobals(code, blocks, registerCount);
  const globals: number[] = [];
  number.forEach((index, register) => {
    if (index !== NONE) globals[index] = register;
  });
  const words = (globals.length + 31) >> 5;
  const wanted = new Int32Array(registerCount);
  const length = words * blocks.length;
  const sets: FlowSets = {
    words,
    use: new Int32Array(length),
    def: new Int32Array(length),
    liveIn: new Int32Array(length),
    liveOut: new Int32Array(length),
  };
  for (let index = 0; index < blocks.length; index++) summarize(code, blocks[index]!, number, wanted, index, sets);
  sets.liveIn.set(sets.use);
  solve(blocks, sets);
  return buildRanges(code, blocks, sets, globals, registerCount);
}

/**
 * What the block reads before it writes, and what it writes. Removes temporaries of the block that nobody reads.
 *
 * @param wanted for registers of this block alone: the block's number + 1 while a later instruction reads them
 */
function summarize(
  code: readonly Ins[],
  block: Block,
  number: Int32Array,
  wanted: Int32Array,
  blockIndex: number,
  { use, def, words }: FlowSets,
): void {
  const base = blockIndex * words;
  const stamp = blockIndex + 1;
  const define = (register: number): void => {
    const index = number[register]!;
    wanted[register] = 0;
    if (index === NONE) return;
    def[base + (index >> 5)]! |= 1 << (index & 31);
    use[base + (index >> 5)]! &= ~(1 << (index & 31));
  };
  const read = (register: number): void => {
    const index = number[register]!;
    wanted[register] = stamp;
    if (index !== NONE) use[base + (index >> 5)]! |= 1 << (index & 31);
  };
  for (let at = block.end - 1; at >= block.start; at--) {
    const ins = code[at]!;
    const { d } = ins;
    if (d >= FIRST_VIRTUAL && number[d] === NONE && wanted[d] !== stamp && isPure(ins)) {
      makeDead(ins);
      continue;
    }
    forEachDef(ins, define);
    forEachUse(ins, read);
  }
}

/** Backward data flow to the fixed point. */
function solve(blocks: readonly Block[], { words, use, def, liveIn, liveOut }: FlowSets): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (let index = blocks.length - 1; index >= 0; index--) {
      const base = index * words;
      for (const successor of blocks[index]!.successors) {
        const from = successor * words;
        for (let word = 0; word < words; word++) {
          const out = liveOut[base + word]! | liveIn[from + word]!;
          if (out === liveOut[base + word]!) continue;
          liveOut[base + word] = out;
          const into = use[base + word]! | (out & ~def[base + word]!);
          if (into !== liveIn[base + word]!) {
            liveIn[base + word] = into;
            changed = true;
          }
        }
      }
    }
  }
}

/** Walks every block backwards and collects where each register is live. Marks dead pure instructions for removal. */
function buildRanges(
  code: readonly Ins[],
  blocks: readonly Block[],
  { words, liveOut }: FlowSets,
  globals: readonly number[],
  registerCount: number,
): (Ranges | undefined)[] {
  const ranges: (Ranges | undefined)[] = new Array(registerCount);
  /** Where the range that is being built ends, or −1 when the register is not live. */
  const liveUntil = new Int32Array(registerCount).fill(-1);
  let live: number[] = [];
  let at = 0;
  let early: readonly number[] | undefined;
  const define = (register: number): void => {
    const start = early?.includes(register) === true ? at * 2 : at * 2 + 1;
    add(register, start, liveUntil[register] === -1 ? at * 2 + 2 : liveUntil[register]!);
    liveUntil[register] = -1;
  };
  const read = (register: number): void => {
    if (liveUntil[register] !== -1) return;
    liveUntil[register] = at * 2 + 1;
    live.push(register);
  };
  const add = (register: number, start: number, end: number): void => {
    const list = ranges[register];
    if (list === undefined) {
      ranges[register] = [start, end];
      return;
    }
    // Built from the back: the newest range stands last and is the lowest.
    const top = list.length;
    if (list[top - 2]! <= end) list[top - 2] = Math.min(start, list[top - 2]!);
    else list.push(start, end);
  };
  for (let index = blocks.length - 1; index >= 0; index--) {
    const block = blocks[index]!;
    live = [];
    for (let word = 0; word < words; word++) {
      for (let bits = liveOut[index * words + word]!; bits !== 0; bits &= bits - 1) {
        const register = globals[word * 32 + 31 - Math.clz32(bits & -bits)]!;
        liveUntil[register] = block.end * 2;
        live.push(register);
      }
    }
    for (at = block.end - 1; at >= block.start; at--) {
      const ins = code[at]!;
      if (ins.d >= FIRST_VIRTUAL && liveUntil[ins.d] === -1 && isPure(ins)) {
        makeDead(ins);
        continue;
      }
      early = ins.info?.earlyDefs;
      forEachDef(ins, define);
      forEachUse(ins, read);
    }
    for (let each = 0; each < live.length; each++) {
      const register = live[each]!;
      if (liveUntil[register] === -1) continue;
      add(register, block.start * 2, liveUntil[register]!);
      liveUntil[register] = -1;
    }
  }
  for (let register = 0; register < registerCount; register++) {
    const list = ranges[register];
    if (list !== undefined && list.length > 2) reversePairs(list);
  }
  return ranges;
}

function makeDead(ins: Ins): void {
  ins.op = "label";
  ins.label = NONE;
  ins.d = ins.a = ins.b = ins.slot = NONE;
}

function reversePairs(list: Ranges): void {
  for (let low = 0, high = list.length - 2; low < high; low += 2, high -= 2) {
    const start = list[low]!;
    const end = list[low + 1]!;
    list[low] = list[high]!;
    list[low + 1] = list[high + 1]!;
    list[high] = start;
    list[high + 1] = end;
  }
}
