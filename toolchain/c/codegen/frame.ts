/**
 * The layout of a stack frame and the code that makes and unmakes it. From high addresses to low:
 *
 *     stack arguments of the caller
 *     ---- canonical frame address (CFA): sp at entry; s0 points here when the function has a frame pointer ----
 *     home of variable arguments that came in registers
 *     ra and saved registers
 *     slots: variables, temporaries, spilled registers
 *     outgoing stack arguments
 *     ---- sp ----
 */
import { type Item, imm, insn, mem, reg } from "../../asm/items.ts";
import { isImm12, RA, S0, SCRATCH_B, type Slot, SP } from "./ir.ts";
import { roundUp } from "./layout.ts";

export interface Frame {
  readonly bytes: number;
  /** Bytes taken in the first step: as far as the saved registers. */
  readonly firstBytes: number;
  readonly saves: readonly { readonly register: number; readonly cfaOffset: number }[];
  readonly outgoingBytes: number;
  readonly hasFramePointer: boolean;
}

const STACK_ALIGN = 16;
const LARGEST_STEP = 2032;

/** Gives every slot of `used` its offset from the CFA. */
export function layOutFrame(
  slots: readonly Slot[],
  used: ReadonlySet<number>,
  saved: readonly number[],
  savesReturnAddress: boolean,
  outgoingBytes: number,
  hasFramePointer: boolean,
): Frame {
  let depth = 0;
  for (const slot of slots) if (slot.isIncoming && slot.cfaOffset! < 0) depth = Math.max(depth, -slot.cfaOffset!);
  const registers = [
    ...(savesReturnAddress || hasFramePointer ? [RA] : []),
    ...(hasFramePointer ? [S0] : []),
    ...saved,
  ];
  const saves = [...new Set(registers)].map((register) => {
    depth += 4;
    return { register, cfaOffset: -depth };
  });
  const firstBytes = roundUp(depth, STACK_ALIGN);
  // Large objects go to the high end, so that small ones are near sp.
  const order = [...used].map((index) => slots[index]!).filter((slot) => !slot.isIncoming);
  order.sort((a, b) => b.bytes - a.bytes);
  for (const slot of order) {
    depth = roundUp(depth + slot.bytes, Math.min(slot.align, STACK_ALIGN));
    slot.cfaOffset = -depth;
  }
  const outgoing = roundUp(outgoingBytes, STACK_ALIGN);
  const bytes = roundUp(depth, STACK_ALIGN) + outgoing;
  return { bytes, firstBytes: Math.min(firstBytes, bytes), saves, outgoingBytes: outgoing, hasFramePointer };
}

const moveSp = (delta: number): Item[] =>
  isImm12(delta)
    ? [insn("addi", reg(SP), reg(SP), imm(delta))]
    : [insn("li", reg(SCRATCH_B), imm(delta)), insn("add", reg(SP), reg(SP), reg(SCRATCH_B))];

/** sp is lowered in two steps when the whole is out of reach of a store's offset. */
const firstStep = (frame: Frame): number => (frame.bytes <= LARGEST_STEP ? frame.bytes : frame.firstBytes);

export function prologue(frame: Frame): Item[] {
  if (frame.bytes === 0) return [];
  const step = firstStep(frame);
  const items: Item[] = [];
  if (step > 0) items.push(...moveSp(-step), { kind: "cfi", op: "def_cfa_offset", offset: step });
  for (const { register, cfaOffset } of frame.saves) {
    items.push(insn("sw", reg(register), mem(step + cfaOffset, SP)));
    items.push({ kind: "cfi", op: "offset", register, offset: cfaOffset });
  }
  if (frame.hasFramePointer) {
    items.push(insn("addi", reg(S0), reg(SP), imm(step)), { kind: "cfi", op: "def_cfa", register: S0, offset: 0 });
  }
  if (step < frame.bytes) {
    items.push(...moveSp(step - frame.bytes));
    if (!frame.hasFramePointer) items.push({ kind: "cfi", op: "def_cfa_offset", offset: frame.bytes });
  }
  return items;
}

export function epilogue(frame: Frame): Item[] {
  if (frame.bytes === 0) return [];
  const step = firstStep(frame);
  const items: Item[] = [];
  if (frame.hasFramePointer) {
    items.push(insn("addi", reg(SP), reg(S0), imm(-step)), { kind: "cfi", op: "def_cfa", register: SP, offset: step });
  } else if (step < frame.bytes) {
    items.push(...moveSp(frame.bytes - step), { kind: "cfi", op: "def_cfa_offset", offset: step });
  }
  for (const { register, cfaOffset } of frame.saves) {
    items.push(insn("lw", reg(register), mem(step + cfaOffset, SP)), { kind: "cfi", op: "restore", register });
  }
  if (step > 0) items.push(...moveSp(step), { kind: "cfi", op: "def_cfa_offset", offset: 0 });
  return items;
}
