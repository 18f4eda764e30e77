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

/** How to make the forms of each mnemonic. A program uses a tenth of them, so each is made when it is asked for. */
const MAKERS = new Map<string, (() => Form)[]>();
const FORMS = new Map<string, readonly Form[]>();

/** All forms of a mnemonic; undefined when there is no such instruction. */
export function formsOf(mnemonic: string): readonly Form[] | undefined {
  let forms = FORMS.get(mnemonic);
  if (forms === undefined) {
    const makers = MAKERS.get(mnemonic);
    if (makers === undefined) return undefined;
    forms = makers.map((make) => make());
    FORMS.set(mnemonic, forms);
  }
  return forms;
}

/** Every mnemonic that is understood. */
export const allMnemonics = (): Iterable<string> => MAKERS.keys();

function addForm(mnemonic: string, slots: () => readonly Slot[], rest: () => Partial<Form>): void {
  const make = (): Form => makeForm(mnemonic, slots(), rest());
  const makers = MAKERS.get(mnemonic);
  if (makers === undefined) MAKERS.set(mnemonic, [make]);
  else makers.push(make);
}

function makeForm(mnemonic: string, slots: readonly Slot[], rest: Partial<Form>): Form {
  const usage = `${mnemonic} ${slots.map((slot) => USAGE[slot] ?? slot).join(", ")}`.trim();
  return {
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

/** The 32-bit instruction that a compressed one stands for. */
function compressedStep(row: (typeof COMPRESSED)[number]): Step {
  const source = (place: number | string | undefined, name: "rd" | "rs1" | "rs2"): RegisterSource => {
    if (place === undefined) return 0;
    if (typeof place === "number") return place;
    // `c.addi rd, imm` writes its one register once: rs1 of the base is the same field as rd.
    return row.operands.split(/[,()]/).includes(name) ? name : "rd";
  };
  const { base, rd, rs1, rs2 } = row.expansion;
  return { ...plainStep(rowOf(base)), rd: source(rd, "rd"), rs1: source(rs1, "rs1"), rs2: source(rs2, "rs2") };
}

const noSlots = (): readonly Slot[] => [];

for (const row of INSTRUCTIONS as readonly InstructionRow[]) {
  const slots = (): readonly Slot[] => slotsOf(row.operands);
  addForm(row.mnemonic, slots, () => ({ steps: [plainStep(row)] }));
  if (row.extension !== "A") continue;
  for (const [suffix, ordering] of [
    [".aq", 2],
    [".rl", 1],
    [".aqrl", 3],
  ] as const) {
    addForm(row.mnemonic + suffix, slots, () => ({ steps: [plainStep(row)], ordering }));
  }
}
for (const [mnemonic, operands, expansion] of PSEUDO_INSTRUCTIONS) {
  addForm(
    mnemonic,
    () => slotsOf(operands),
    () => ({ steps: expansion.split(";").map(parseStep) }),
  );
}
for (const row of COMPRESSED) {
  addForm(
    row.mnemonic,
    () => COMPRESSED_SLOTS[row.mnemonic] ?? slotsOf(row.operands),
    () => ({ steps: [compressedStep(row)], isCompressed: true }),
  );
  if (row.mnemonic === "c.nop") {
    const steps = (): Step[] => [{ ...compressedStep(row), value: 0 }];
    addForm(row.mnemonic, noSlots, () => ({ steps: steps(), isCompressed: true }));
  }
}
for (const row of INSTRUCTIONS as readonly InstructionRow[]) {
  if (!/^l(b|h|w|bu|hu)$|^s[bhw]$/.test(row.mnemonic)) continue;
  const isLoad = row.format === "I";
  addForm(
    row.mnemonic,
    () => (isLoad ? ["rd", "symbol"] : ["rs2", "symbol", "rd"]),
    () => ({ special: isLoad ? "load" : "store", row }),
  );
}
const addSpecial = (mnemonic: string, slots: readonly Slot[], special: Special): void =>
  addForm(
    mnemonic,
    () => slots,
    () => ({ special }),
  );
addSpecial("li", ["rd", "imm"], "li");
for (const special of ["la", "lla", "la.tls.ie", "la.tls.gd"] as const) addSpecial(special, ["rd", "symbol"], special);
addSpecial("call", ["symbol"], "call");
addSpecial("call", ["rd", "symbol"], "call");
addSpecial("tail", ["symbol"], "tail");
addSpecial("jump", ["symbol", "rd"], "jump");
addSpecial("add", ["rd", "rs1", "rs2", "tprel"], "tprel_add");
addSpecial("fence.tso", [], "fence.tso");

/** Operands that the table does not write one by one. */
const COMPRESSED_SLOTS: Partial<Record<string, readonly Slot[]>> = {
  "c.addi4spn": ["rd", "sp", "imm"],
  "c.addi16sp": ["sp", "imm"],
};
