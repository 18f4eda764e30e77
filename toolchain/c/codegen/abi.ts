/**
 * The integer calling convention of the RISC-V psABI for ILP32 (riscv-elf-psabi-doc, "Integer Calling Convention"): where arguments
 * and results travel. No floating-point registers exist.
 */
import type { CType } from "../types.ts";
import { alignOf, bytesOf, roundUp } from "./layout.ts";

/** a0 … a7 */
export const ARGUMENT_REGISTERS = 8;
const FIRST_ARGUMENT = 10;

/** Where one argument travels. Registers and stack words are listed in order of increasing address of the value. */
export interface ArgumentPlace {
  /** Machine registers that hold its first words. */
  readonly registers: readonly number[];
  /** Offset of its rest in the stack-argument area, or -1 when nothing is there. */
  readonly stackOffset: number;
  /** The words hold the address of a copy. */
  readonly byReference: boolean;
}

export interface ArgumentPlan {
  readonly places: readonly ArgumentPlace[];
  /** Bytes of stack arguments, not yet rounded to 16. */
  readonly stackBytes: number;
  /** Argument registers used, 0 … 8. */
  readonly registersUsed: number;
}

/** Larger than two registers: travels as the address of a copy. */
export const isByReference = (type: CType): boolean => bytesOf(type) > 8;
/** The result is written through a hidden first argument. */
export const returnsInMemory = (type: CType): boolean => type.kind !== "void" && isByReference(type);

/**
 * @param types the arguments' types after promotion
 * @param namedCount arguments before the `...`; only those after it come in aligned register pairs
 * @param hiddenPointer the function returns in memory, so a0 is taken
 */
export function planArguments(types: readonly CType[], namedCount: number, hiddenPointer: boolean): ArgumentPlan {
  let next = hiddenPointer ? 1 : 0;
  let stackBytes = 0;
  const places: ArgumentPlace[] = [];
  types.forEach((type, index) => {
    const byReference = isByReference(type);
    const bytes = byReference ? 4 : bytesOf(type);
    const align = byReference ? 4 : alignOf(type);
    const words = Math.ceil(bytes / 4);
    if (index >= namedCount && align > 4 && next % 2 === 1) next++;
    const registers: number[] = [];
    while (registers.length < words && next < ARGUMENT_REGISTERS) registers.push(FIRST_ARGUMENT + next++);
    let stackOffset = -1;
    if (registers.length < words) {
      if (registers.length === 0) stackBytes = roundUp(stackBytes, Math.max(4, align));
      stackOffset = stackBytes;
      stackBytes += (words - registers.length) * 4;
    }
    places.push({ registers, stackOffset, byReference });
  });
  return { places, stackBytes, registersUsed: Math.min(next, ARGUMENT_REGISTERS) };
}
