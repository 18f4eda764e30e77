/**
 * The forms in which each mnemonic can be written, derived from the ISA table and from pseudo.ts: which operand stands where,
 * and which instructions come out. No encoding stands here.
 */

import { csrNumber, registerNumber } from "../../emulator/isa/registers.ts";
import { COMPRESSED, INSTRUCTIONS, type InstructionRow, isMnemonic, rowOf } from "../../emulator/isa/table.ts";
import { PSEUDO_INSTRUCTIONS } from "./pseudo.ts";

/** What an operand position takes. */
export type Slot =
  | "rd" | "rs1" | "rs2" | "imm" | "upper" | "shamt" | "csr" | "zimm" | "target" | "pred" | "succ" | "imm(rs1)" | "(rs1)"
  | "symbol" | "tprel" | "sp"; // biome-ignore format: a list of names

/** Where an expanded instruction takes a number from: itself (≥ 0), or an operand. */
export type RegisterSource = number | "rd" | "rs1" | "rs2";

/** One instruction of an expansion. */
export interface Step {
  readonly row: InstructionRow;
  readonly rd: RegisterSource;
  readonly rs1: RegisterSource;
  readonly rs2: RegisterSource;
  /** The immediate, target, shift amount or CSR; null: the operand's. */
  readonly value: number | null;
  readonly csr: number | null;
  readonly pred: number | null;
  readonly succ: number | null;
}

/** Expansions that are written by code, because they depend on the value or need relocations of their own. */
export type Special =
  | "li" | "la" | "lla" | "la.tls.ie" | "la.tls.gd" | "call" | "tail" | "jump" | "load" | "store" | "tprel_add" | "fence.tso"; // biome-ignore format: a list of names

export interface Form {
  readonly mnemonic: string;
  readonly slots: readonly Slot[];
  /** As a person writes it: "rd, rs1, imm". */
  readonly usage: string;
  readonly steps: readonly Step[];
  readonly special: Special | null;
  /** For load and store: the instruction that accesses memory. */
  readonly row: InstructionRow | null;
  /** Written with a `c.` name: must come out in 16 bits. */
  readonly isCompressed: boolean;
  /** Ordering bits of an atomic instruction: aq 2, rl 1. */
  readonly ordering: number;
}

const FORMS = new Map<string, Form[]>();

/** All forms of a mnemonic; undefined when there is no such instruction. */
export const formsOf = (mnemonic: string): readonly Form[] | undefined => FORMS.get(mnemonic);
/** Every mnemonic that is understood. */
export const allMnemonics = (): Iterable<string> => FORMS.keys();

function addForm(mnemonic: string, slots: readonly Slot[], rest: Partial<Form>): void {
  const usage = `${mnemonic} ${slots.map((slot) => USAGE[slot] ?? slot).join(", ")}`.trim();
  const form: Form = {
    mnemonic,
    slots,
    usage,
    steps: [],
    special: null,
    row: null,
    isCompressed: false,
    ordering: 0,
    ...rest,
  };
  const forms = FORMS.get(mnemonic);
  if (forms === undefined) FORMS.set(mnemonic, [form]);
  else forms.push(form);
}

const USAGE: Partial<Record<Slot, string>> = { target: "label", zimm: "uimm", tprel: "%tprel_add(symbol)" };

/** Slots by the operands they are written as: few, for hundreds of forms. */
const slotLists = new Map<string, readonly Slot[]>([["", []]]);

function slotsOf(operands: string): readonly Slot[] {
  let slots = slotLists.get(operands);
  if (slots === undefined) slotLists.set(operands, (slots = operands.split(",") as Slot[]));
  return slots;
}

/** The instruction itself, operands in their own places. */
function plainStep(row: InstructionRow): Step {
  const uses = (name: string): boolean => row.operands.split(/[,()]/).includes(name);
  return {
    row,
    rd: uses("rd") ? "rd" : 0,
    rs1: uses("rs1") ? "rs1" : 0,
    rs2: uses("rs2") ? "rs2" : 0,
    value: null,
    csr: null,
    pred: null,
    succ: null,
  };
}

/** Reads a step such as `beq rs1,zero,target`, each argument standing where the row's operands name a field. */
function parseStep(text: string): Step {
  const [mnemonic = "", args = ""] = text.trim().split(" ");
  if (!isMnemonic(mnemonic)) throw new Error(`pseudo.ts expands to "${mnemonic}", which is no instruction`);
  const row = rowOf(mnemonic);
  const step = { ...plainStep(row) } as { -readonly [K in keyof Step]: Step[K] };
  const fields = row.operands.split(/[,()]/).filter((field) => field !== "");
  const given = args.split(/[,()]/).filter((field) => field !== "");
  fields.forEach((field, index) => {
    const argument = given[index]!;
    if (field === "rd" || field === "rs1" || field === "rs2") {
      step[field] = registerNumber(argument) ?? (argument as RegisterSource);
    } else if (field === "csr") step.csr = csrNumber(argument) ?? null;
    else if (field === "pred" || field === "succ") step[field] = Number(argument);
    else if (/^-?\d/.test(argument)) step.value = Number(argument);
  });
  return step;
}

for (const row of INSTRUCTIONS as readonly InstructionRow[]) {
  const step = plainStep(row);
  addForm(row.mnemonic, slotsOf(row.operands), { steps: [step] });
  if (row.extension !== "A") continue;
  for (const [suffix, ordering] of [
    [".aq", 2],
    [".rl", 1],
    [".aqrl", 3],
  ] as const) {
    addForm(row.mnemonic + suffix, slotsOf(row.operands), { steps: [step], ordering });
  }
}
for (const [mnemonic, operands, expansion] of PSEUDO_INSTRUCTIONS) {
  addForm(mnemonic, slotsOf(operands), { steps: expansion.split(";").map(parseStep) });
}
for (const row of COMPRESSED) {
  const base = rowOf(row.expansion.base);
  const source = (place: number | string | undefined, name: "rd" | "rs1" | "rs2"): RegisterSource => {
    if (place === undefined) return 0;
    if (typeof place === "number") return place;
    // `c.addi rd, imm` writes its one register once: rs1 of the base is the same field as rd.
    return row.operands.split(/[,()]/).includes(name) ? name : "rd";
  };
  const { rd, rs1, rs2 } = row.expansion;
  const step = { ...plainStep(base), rd: source(rd, "rd"), rs1: source(rs1, "rs1"), rs2: source(rs2, "rs2") };
  let slots = slotsOf(row.operands);
  if (row.mnemonic === "c.addi4spn") slots = ["rd", "sp", "imm"];
  if (row.mnemonic === "c.addi16sp") slots = ["sp", "imm"];
  addForm(row.mnemonic, slots, { steps: [step], isCompressed: true });
  if (row.mnemonic === "c.nop") addForm(row.mnemonic, [], { steps: [{ ...step, value: 0 }], isCompressed: true });
}
for (const row of INSTRUCTIONS as readonly InstructionRow[]) {
  if (!/^l(b|h|w|bu|hu)$|^s[bhw]$/.test(row.mnemonic)) continue;
  if (row.format === "I") addForm(row.mnemonic, ["rd", "symbol"], { special: "load", row });
  else addForm(row.mnemonic, ["rs2", "symbol", "rd"], { special: "store", row });
}
addForm("li", ["rd", "imm"], { special: "li" });
for (const special of ["la", "lla", "la.tls.ie", "la.tls.gd"] as const) addForm(special, ["rd", "symbol"], { special });
addForm("call", ["symbol"], { special: "call" });
addForm("call", ["rd", "symbol"], { special: "call" });
addForm("tail", ["symbol"], { special: "tail" });
addForm("jump", ["symbol", "rd"], { special: "jump" });
addForm("add", ["rd", "rs1", "rs2", "tprel"], { special: "tprel_add" });
addForm("fence.tso", [], { special: "fence.tso" });
