/** Which operands fit which positions, and what to say when none of a mnemonic's forms fits. */

import { csrNumber, Reg, registerNumber } from "../../emulator/isa/registers.ts";
import { nearestName, type Span } from "../diagnostics.ts";
import { allMnemonics, type Form, formsOf, type Slot } from "./forms.ts";
import type { Item, Operand, Value } from "./items.ts";

type InstructionItem = Extract<Item, { kind: "insn" }>;

/** Where messages go. */
export interface MessageSink {
  error(message: string, span: Span | undefined, hint?: string): void;
}

export const isValue = (operand: Operand): operand is Value => operand.kind !== "reg" && operand.kind !== "mem";

/** Whether an operand is of the kind that a position takes. */
export function accepts(slot: Slot, operand: Operand): boolean {
  switch (slot) {
    case "rd":
    case "rs1":
    case "rs2":
      return operand.kind === "reg";
    case "sp":
      return operand.kind === "reg" && operand.register === Reg.sp;
    case "imm(rs1)":
      return operand.kind === "mem";
    case "(rs1)":
      return operand.kind === "mem" && operand.offset.kind === "imm" && operand.offset.value === 0;
    case "csr":
      return (
        isValue(operand) &&
        (operand.kind !== "sym" || csrNumber(operand.symbol) !== undefined || operand.modifier === null)
      );
    case "pred":
    case "succ":
      return operand.kind === "imm" || (operand.kind === "sym" && fenceSet(operand.symbol) !== null);
    case "tprel":
      return isValue(operand) && operand.kind !== "imm" && operand.modifier === "tprel_add";
    case "target":
    case "symbol":
      if (isValue(operand) && operand.kind !== "imm" && operand.modifier !== null) return operand.modifier === "plt";
      return isValue(operand) || (operand.kind === "reg" && operand.name !== undefined);
    default:
      return isValue(operand);
  }
}

/** `rw` and its kin as bits i 8, o 4, r 2, w 1; null when it is no such set. */
export function fenceSet(text: string): number | null {
  const match = /^(i)?(o)?(r)?(w)?$/.exec(text);
  if (match === null || text === "") return null;
  return (match[1] ? 8 : 0) | (match[2] ? 4 : 0) | (match[3] ? 2 : 0) | (match[4] ? 1 : 0);
}

/** Reports a name that is no instruction, with the likeliest remedy. */
export function unknownMnemonic(item: InstructionItem, sink: MessageSink): void {
  const { mnemonic } = item;
  const nearest = nearestName(mnemonic, allMnemonics());
  const floating = /^f(l|s|add|sub|mul|div|mv|cvt|eq|lt|le|sqrt|min|max|madd|sgnj|class)/.test(mnemonic);
  const wide = /(w|d)$/.test(mnemonic) && formsOf(mnemonic.slice(0, -1)) !== undefined;
  const hint = floating
    ? "this machine has no floating-point unit: call the soft-float routines, or write it in C"
    : wide
      ? `"${mnemonic}" is an instruction of riscv64; riscv32 has "${mnemonic.slice(0, -1)}"`
      : nearest !== null
        ? `did you mean "${nearest}"?`
        : "see docs/assembler.md for the instructions and pseudo-instructions";
  const span = item.span === undefined ? undefined : { ...item.span, end: item.span.start + mnemonic.length };
  sink.error(`unknown instruction "${mnemonic}"`, span, hint);
}

/** Reports operands that fit none of the forms: their number, or the first one that no form takes. */
export function explainMismatch(item: InstructionItem, forms: readonly Form[], sink: MessageSink): void {
  const usages = [
    ...new Set(forms.filter((form) => form.ordering === 0 || forms.length === 1).map((form) => form.usage)),
  ];
  const hint = `write ${usages.map((usage) => `\`${usage}\``).join(" or ")}`;
  const count = item.operands.length;
  const sameCount = forms.filter((form) => form.slots.length === count);
  if (sameCount.length === 0) {
    const counts = [...new Set(forms.map((form) => form.slots.length))].sort((a, b) => a - b);
    const wanted =
      counts.length === 1 && counts[0] === 0
        ? "no operands"
        : `${counts.join(" or ")} operand${counts.at(-1) === 1 ? "" : "s"}`;
    return sink.error(
      `"${item.mnemonic}" takes ${wanted}, and ${count === 0 ? "none was" : count === 1 ? "one was" : `${count} were`} given`,
      item.span,
      hint,
    );
  }
  // Blame the operand up to which the best form agrees.
  let best = { agreed: -1, slot: "imm" as Slot };
  for (const form of sameCount) {
    const agreed = form.slots.findIndex((slot, index) => !accepts(slot, item.operands[index]!));
    if (agreed > best.agreed) best = { agreed, slot: form.slots[agreed]! };
  }
  const operand = item.operands[best.agreed]!;
  sink.error(
    `operand ${best.agreed + 1} of "${item.mnemonic}" must be ${describeSlot(best.slot)}, and this is ${describeOperand(operand)}`,
    operand.span ?? item.span,
    spellingHint(operand, best.slot) ?? hint,
  );
}

const SLOT_WORDS: Record<Slot, string> = {
  rd: "a register",
  rs1: "a register",
  rs2: "a register",
  sp: "sp",
  imm: "a number or %lo(symbol)",
  upper: "a number or %hi(symbol)",
  shamt: "a shift amount",
  csr: "a control and status register",
  zimm: "a number from 0 to 31",
  target: "a label",
  pred: "a set out of iorw",
  succ: "a set out of iorw",
  "imm(rs1)": "a memory operand like 8(sp)",
  "(rs1)": "an address in a register like (a0), without an offset",
  symbol: "a symbol",
  tprel: "%tprel_add(symbol)",
};
const describeSlot = (slot: Slot): string => SLOT_WORDS[slot];

function describeOperand(operand: Operand): string {
  if (operand.kind === "reg") return "a register";
  if (operand.kind === "mem") return "a memory operand";
  if (operand.kind === "imm") return "a number";
  return operand.kind === "sym" ? `the symbol "${operand.symbol}"` : "an expression";
}

function spellingHint(operand: Operand, slot: Slot): string | undefined {
  if (operand.kind !== "sym" || (slot !== "rd" && slot !== "rs1" && slot !== "rs2")) return undefined;
  if (/^[xatsf]\d+$/.test(operand.symbol)) {
    return `there is no register "${operand.symbol}": x0 … x31, or zero ra sp gp tp t0–t6 s0–s11 a0–a7`;
  }
  return registerNumber(operand.symbol.toLowerCase()) !== undefined
    ? `registers are written in lower case: ${operand.symbol.toLowerCase()}`
    : undefined;
}
