/**
 * Who called whom: frames from the present pc outwards, by DWARF's call frame information where there is some. Where there
 * is none (assembly, a stripped program) the stack is scanned for words that are return addresses: that can name a frame too
 * many, and such frames are marked as guesses.
 */
import { decode } from "../../emulator/isa/decode.ts";
import { readMemory, readNumber, registersOf } from "../inspect.ts";
import type { Machine } from "../machine.ts";
import { wordOf } from "./describe.ts";
import type { Scope } from "./expression.ts";
import type { Image } from "./symbols.ts";

export interface StackFrame {
  readonly level: number;
  readonly pc: number;
  /** Function or symbol, "" when there is none. */
  readonly name: string;
  readonly file: string;
  /** 0 when not known. */
  readonly line: number;
  readonly registers: readonly (number | null)[];
  readonly cfa: number | null;
  /** Found by looking through the stack, not by unwinding. */
  readonly isGuess: boolean;
}

const MOST_FRAMES = 200;
const SCAN_BYTES = 8192;

/** Is the instruction before this address a call? */
function followsCall(machine: Machine, pid: number, vaddr: number): boolean {
  for (const bytes of [4, 2] as const) {
    const word = wordOf(readMemory(machine, pid, vaddr - bytes, bytes));
    const instruction = word === null || ((word & 3) === 3) !== (bytes === 4) ? null : decode(word);
    if (
      instruction !== null &&
      (instruction.row.mnemonic === "jal" || instruction.row.mnemonic === "jalr") &&
      instruction.rd === 1
    )
      return true;
  }
  return false;
}

function frameOf(
  level: number,
  pc: number,
  image: Image | null,
  registers: readonly (number | null)[],
  isGuess: boolean,
): StackFrame {
  // A return address stands behind its call: look up the call itself.
  const at = level === 0 ? pc : pc - 1;
  const debug = image?.debug ?? null;
  const row = debug?.lineAt(at) ?? null;
  const name = debug?.functionAt(at)?.name ?? image?.at(at)?.name ?? "";
  const cfa = debug?.cfaOf({ pc: at, registers }) ?? null;
  return { level, pc, name, file: row?.file ?? "", line: row?.line ?? 0, registers, cfa, isGuess };
}

/** The frames of a process, innermost first. Empty for a process that does not exist. */
export function callStack(machine: Machine, pid: number, image: Image | null, most = MOST_FRAMES): StackFrame[] {
  const view = registersOf(machine, pid);
  if (view === undefined) return [];
  let state: { pc: number; registers: readonly (number | null)[] } = {
    pc: view.pc,
    registers: Array.from(view.x, (value) => value >>> 0),
  };
  const frames = [frameOf(0, state.pc, image, state.registers, false)];
  const readWord = (vaddr: number): number | null => readNumber(machine, pid, vaddr, 4);
  while (frames.length < most) {
    const level = frames.length;
    const caller = image?.debug?.unwind(state, readWord, level === 1 ? state.pc : state.pc - 1) ?? null;
    if (caller !== null && caller.pc !== state.pc && image?.at(caller.pc) !== undefined) {
      frames.push(frameOf(level, caller.pc, image, caller.registers, false));
      state = caller;
      continue;
    }
    if (caller === null) frames.push(...scan(machine, pid, image, state, frames, most));
    break;
  }
  return frames;
}

/** Return addresses in ra (of the innermost frame) and on the stack. */
function scan(
  machine: Machine,
  pid: number,
  image: Image | null,
  state: { pc: number; registers: readonly (number | null)[] },
  known: readonly StackFrame[],
  most: number,
): StackFrame[] {
  const found: StackFrame[] = [];
  const isReturn = (vaddr: number): boolean =>
    image?.at(vaddr - 1)?.isFunction !== false &&
    image?.at(vaddr - 1) !== undefined &&
    followsCall(machine, pid, vaddr);
  const add = (vaddr: number): void =>
    void found.push(frameOf(known.length + found.length, vaddr, image, new Array(32).fill(null), true));
  const ra = state.registers[1];
  const inside = image?.at(state.pc);
  if (known.length === 1 && typeof ra === "number" && isReturn(ra) && image?.at(ra - 1) !== inside) add(ra);
  const sp = state.registers[2] ?? null;
  if (sp === null) return found;
  const stack = readMemory(machine, pid, sp, SCAN_BYTES);
  const words = new DataView(stack.buffer, stack.byteOffset, stack.byteLength);
  for (let at = 0; at + 4 <= stack.length && known.length + found.length < most; at += 4) {
    const word = words.getUint32(at, true);
    if (word !== found[found.length - 1]?.pc && isReturn(word)) add(word);
  }
  return found;
}

/** What names mean in a frame. */
export const scopeOfFrame = (
  machine: Machine,
  pid: number,
  image: Image | null,
  frame: StackFrame | undefined,
): Scope => ({
  machine,
  pid,
  image,
  frame:
    frame === undefined
      ? null
      : { pc: frame.level === 0 ? frame.pc : frame.pc - 1, registers: frame.registers, cfa: frame.cfa },
});

/** The innermost frame only, cheaply: for conditions that are looked at often. */
export function scopeAt(machine: Machine, pid: number, image: Image | null): Scope {
  const view = registersOf(machine, pid);
  if (view === undefined) return { machine, pid, image, frame: null };
  const registers = Array.from(view.x, (value) => value >>> 0);
  return {
    machine,
    pid,
    image,
    frame: { pc: view.pc, registers, cfa: image?.debug?.cfaOf({ pc: view.pc, registers }) ?? null },
  };
}
