/**
 * From an instruction item to instruction words and relocations: chooses the form that fits the operands, checks ranges, and
 * writes the expansions that need code (li, la, call …). Messages name the operand and what would fit.
 */

import { compress } from "../../emulator/isa/encode.ts";
import { fits, IMMEDIATES, packImmediate } from "../../emulator/isa/formats.ts";
import { csrNumber, Reg } from "../../emulator/isa/registers.ts";
import { type InstructionRow, type Mnemonic, rowOf } from "../../emulator/isa/table.ts";
import type { Span } from "../diagnostics.ts";
import { Reloc } from "../elf/constants.ts";
import { constantOf, ExpressionError, resolveValue, type SymbolSource } from "./expressions.ts";
import { type Form, formsOf, type RegisterSource, type Slot, type Step } from "./forms.ts";
import type { Item, Modifier, Operand, Value } from "./items.ts";
import { accepts, explainMismatch, fenceSet, unknownMnemonic } from "./operands.ts";
import type { Resolved } from "./section-builder.ts";

/** Where instructions go. */
export interface InstructionSink extends SymbolSource {
  /** Whether 16-bit forms are allowed at this point (`.option rvc`). */
  readonly canCompress: boolean;
  /** `.option pic`: la goes through the GOT. */
  readonly isPic: boolean;
  emit(word: number, bytes: 2 | 4): void;
  /** A relocation or late constant at the present position, for the next instruction. */
  fixup(kind: number | "late", value: Resolved, span: Span | undefined, write?: LateWrite): void;
  /** A branch or jump whose length is decided later. */
  branch(word: number, invertedWord: number, isConditional: boolean, target: Resolved, span: Span | undefined): void;
  error(message: string, span: Span | undefined, hint?: string): void;
}
export type LateWrite = (bytes: Uint8Array, at: number, value: number) => string | null;

type InstructionItem = Extract<Item, { kind: "insn" }>;

/** Operands sorted by what they are. */
interface Bound {
  rd: number;
  rs1: number;
  rs2: number;
  csr: number;
  zimm: number;
  pred: number;
  succ: number;
  value: Value | null;
  valueSpan: Span | undefined;
}

const AUIPC = rowOf("auipc");
const ADDI = rowOf("addi");
const LUI = rowOf("lui");
const JALR = rowOf("jalr");
const LW = rowOf("lw");
const ADD = rowOf("add");
const T1 = Reg.t1;

/** Assembles one instruction; reports what is wrong with it. */
export function assembleInstruction(item: InstructionItem, sink: InstructionSink): void {
  const forms = formsOf(item.mnemonic) ?? formsOf(item.mnemonic.toLowerCase());
  if (forms === undefined) return unknownMnemonic(item, sink);
  try {
    for (let at = 0; at < forms.length; at++) {
      const form = forms[at]!;
      if (takes(form.slots, item.operands))
        return assembleForm(form, bind(form.slots, item.operands, sink), item, sink);
    }
    explainMismatch(item, forms, sink);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    sink.error(error.message, item.span);
  }
}

function takes(slots: readonly Slot[], operands: readonly Operand[]): boolean {
  if (slots.length !== operands.length) return false;
  for (let at = 0; at < slots.length; at++) if (!accepts(slots[at]!, operands[at]!)) return false;
  return true;
}

// ---- operands --------------------------------------------------------------------------------------------------------

function bind(slots: readonly Slot[], operands: readonly Operand[], sink: InstructionSink): Bound {
  const bound: Bound = {
    rd: 0,
    rs1: 0,
    rs2: 0,
    csr: 0,
    zimm: 0,
    pred: 15,
    succ: 15,
    value: null,
    valueSpan: undefined,
  };
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!;
    const operand = operands[i]!;
    if (slot === "rd" || slot === "rs1" || slot === "rs2") {
      if (operand.kind === "reg") bound[slot] = operand.register;
    } else if (slot === "imm(rs1)" || slot === "(rs1)") {
      if (operand.kind !== "mem") continue;
      bound.rs1 = operand.base;
      bound.value = operand.offset;
      bound.valueSpan = operand.span;
    } else if (slot === "csr") bound.csr = csrOperand(operand as Value, sink);
    else if (slot === "pred" || slot === "succ") {
      bound[slot] = operand.kind === "sym" ? fenceSet(operand.symbol)! : checked(operand as Value, sink, 0, 15);
    } else if (slot === "zimm") bound.zimm = checked(operand as Value, sink, 0, 31);
    else if (slot !== "sp") {
      bound.value =
        operand.kind === "reg" ? { kind: "sym", symbol: operand.name!, addend: 0, modifier: null } : (operand as Value);
      bound.valueSpan = operand.span;
    }
  }
  return bound;
}

function csrOperand(value: Value, sink: InstructionSink): number {
  if (value.kind === "sym") {
    const number = csrNumber(value.symbol);
    if (number !== undefined) return number;
    if (constantOf(resolveValue(value, sink)) === null) {
      sink.error(
        `unknown control and status register "${value.symbol}"`,
        value.span,
        "user mode has cycle, time and instret (and cycleh …); others go by number",
      );
      return 0;
    }
  }
  return checked(value, sink, 0, IMMEDIATES.csr.max);
}

/** A number that has to be known now and to lie between two bounds. */
function checked(value: Value, sink: InstructionSink, min: number, max: number): number {
  const number = constantOf(resolveValue(value, sink));
  if (number === null) {
    sink.error("a number is needed here", value.span);
    return min;
  }
  if (number < min || number > max) {
    sink.error(`${number} does not fit: this operand goes from ${min} to ${max}`, value.span);
    return min;
  }
  return number;
}

// ---- encoding --------------------------------------------------------------------------------------------------------

function assembleForm(form: Form, bound: Bound, item: InstructionItem, sink: InstructionSink): void {
  if (form.special !== null) return SPECIALS[form.special](form, bound, item, sink);
  for (let at = 0; at < form.steps.length; at++) emitStep(form.steps[at]!, form, bound, item, sink);
}

const pick = (source: RegisterSource, bound: Bound): number => (typeof source === "number" ? source : bound[source]);

function emitStep(step: Step, form: Form, bound: Bound, item: InstructionItem, sink: InstructionSink): void {
  const { row } = step;
  let word = registers(row, pick(step.rd, bound), pick(step.rs1, bound), pick(step.rs2, bound)) | (form.ordering << 25);
  switch (row.immediate) {
    case null:
      return put(word, form, item, sink);
    case "fence":
      word |= packImmediate(((step.pred ?? bound.pred) << 4) | (step.succ ?? bound.succ), IMMEDIATES.fence);
      return put(word, form, item, sink);
    case "csr": {
      word |= packImmediate(step.csr ?? bound.csr, IMMEDIATES.csr);
      if (row.operands.includes("zimm")) word |= bound.zimm << 15;
      return put(word, form, item, sink);
    }
    case "B":
    case "J":
      return emitBranch(row, word, form, bound, item, sink);
    default:
      if (step.value !== null || bound.value === null)
        return put(word | immediateBits(row, step.value ?? 0), form, item, sink);
      return emitWithValue(row, word, bound.value, form, bound.valueSpan ?? bound.value.span ?? item.span, item, sink);
  }
}

/** Match bits and registers; fields that the instruction does not have are 0 already. */
function registers(row: InstructionRow, rd: number, rs1: number, rs2: number): number {
  return row.match | (rd << 7) | (rs1 << 15) | (rs2 << 20);
}

const immediateBits = (row: InstructionRow, value: number): number =>
  packImmediate(row.immediate === "U" ? value << 12 : value, IMMEDIATES[row.immediate!]);

function put(word: number, form: Form, item: InstructionItem, sink: InstructionSink): void {
  if (form.isCompressed || sink.canCompress) {
    const half = compress(word >>> 0);
    if (half !== null) return sink.emit(half, 2);
    if (form.isCompressed) {
      sink.error(
        `"${form.mnemonic}" cannot hold these operands`,
        item.span,
        "registers are s0, s1, a0 … a5 in most 16-bit forms, immediates are short; write it without `c.`",
      );
    }
  }
  sink.emit(word >>> 0, 4);
}

/** Relocation for each modifier, in I-type, S-type and U-type instructions. */
const RELOCATIONS: Record<"I" | "S" | "U", Partial<Record<Modifier, number>>> = {
  I: { lo: Reloc.LO12_I, pcrel_lo: Reloc.PCREL_LO12_I, tprel_lo: Reloc.TPREL_LO12_I },
  S: { lo: Reloc.LO12_S, pcrel_lo: Reloc.PCREL_LO12_S, tprel_lo: Reloc.TPREL_LO12_S },
  U: {
    hi: Reloc.HI20,
    pcrel_hi: Reloc.PCREL_HI20,
    got_pcrel_hi: Reloc.GOT_HI20,
    tprel_hi: Reloc.TPREL_HI20,
    tls_ie_pcrel_hi: Reloc.TLS_GOT_HI20,
    tls_gd_pcrel_hi: Reloc.TLS_GD_HI20,
  },
};

function emitWithValue(
  row: InstructionRow,
  word: number,
  value: Value,
  form: Form,
  span: Span | undefined,
  item: InstructionItem,
  sink: InstructionSink,
): void {
  const modifier = value.kind === "imm" ? null : value.modifier;
  const resolved = resolveValue(value, sink);
  const number = constantOf(resolved);
  if (modifier !== null) {
    const layout = row.immediate as "I" | "S" | "U";
    const relocation = RELOCATIONS[layout]?.[modifier];
    if (relocation === undefined) {
      return sink.error(
        `%${modifier} cannot be used with "${item.mnemonic}"`,
        span,
        layout === "U" ? "use %hi or %pcrel_hi here" : "use %lo or %pcrel_lo here",
      );
    }
    if (number !== null && (modifier === "hi" || modifier === "lo")) {
      const bits = modifier === "hi" ? ((number + 0x800) >>> 12) & 0xfffff : (number << 20) >> 20;
      return put(word | immediateBits(row, bits), form, item, sink);
    }
    sink.fixup(relocation, resolved, span);
    return sink.emit(word >>> 0, 4);
  }
  if (number !== null) {
    const problem = rangeProblem(row, number);
    if (problem === null) return put(word | immediateBits(row, normalize(row, number)), form, item, sink);
    sink.error(problem.message, span, problem.hint);
    return sink.emit(word >>> 0, 4);
  }
  sink.fixup("late", resolved, span, (bytes, at, late) => {
    const problem = rangeProblem(row, late);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    if (problem === null) view.setUint32(at, (word | immediateBits(row, normalize(row, late))) >>> 0, true);
    return problem?.message ?? null;
  });
  sink.emit(word >>> 0, 4);
}

/** 32-bit numbers may be written unsigned: 0xffffffff is −1. */
const normalize = (row: InstructionRow, value: number): number =>
  row.immediate === "U" || row.immediate === "shamt" || value < 2 ** 31 || value >= 2 ** 32 ? value : value - 2 ** 32;

/** Why a number does not fit an instruction, and what to write instead; null when it fits. */
function rangeProblem(row: InstructionRow, value: number): { message: string; hint: string } | null {
  if (row.immediate === "U") {
    if (Number.isInteger(value) && value >= 0 && value <= 0xfffff) return null;
    return {
      message: `${value} does not fit in "${row.mnemonic}": its operand goes from 0 to 1048575 (0xfffff)`,
      hint: "give the upper 20 bits, or use `li` for a whole number",
    };
  }
  const layout = IMMEDIATES[row.immediate!];
  if (fits(normalize(row, value), layout)) return null;
  const hint =
    row.immediate === "shamt"
      ? "registers have 32 bits"
      : row.operands.includes("(")
        ? "put the address in a register first: `li t0, offset`, `add t0, t0, base`"
        : "load the number first: `li t0, number`, and use the form with registers";
  return {
    message: `${value} does not fit in "${row.mnemonic}": its immediate goes from ${layout.min} to ${layout.max}`,
    hint,
  };
}

/** Inverting a branch swaps beq/bne, blt/bge and bltu/bgeu: the lowest bit of funct3 in all three pairs. */
const INVERTED: Partial<Record<string, Mnemonic>> = {
  beq: "bne",
  bne: "beq",
  blt: "bge",
  bge: "blt",
  bltu: "bgeu",
  bgeu: "bltu",
};

function emitBranch(
  row: InstructionRow,
  word: number,
  form: Form,
  bound: Bound,
  item: InstructionItem,
  sink: InstructionSink,
): void {
  const span = bound.valueSpan ?? item.span;
  const resolved = resolveValue(bound.value!, sink);
  if (form.isCompressed) {
    sink.fixup(row.immediate === "B" ? Reloc.RVC_BRANCH : Reloc.RVC_JUMP, resolved, span);
    const half = compress(word >>> 0);
    if (half === null)
      return sink.error(`"${form.mnemonic}" cannot use this register`, item.span, "it must be one of s0, s1, a0 … a5");
    return sink.emit(half, 2);
  }
  const inverse = INVERTED[row.mnemonic];
  const inverted = inverse === undefined ? 0 : (word ^ row.match ^ rowOf(inverse).match) >>> 0;
  sink.branch(word >>> 0, inverted, row.immediate === "B", resolved, span);
}

// ---- expansions that need code -----------------------------------------------------------------------------------------

/** `lw a0, a1`: nearly always meant as `lw a0, 0(a1)`, so it is not taken for a symbol that is called a1. */
function isBareRegister(item: InstructionItem, sink: InstructionSink): boolean {
  const operand = item.operands[1]!;
  if (operand.kind !== "reg") return false;
  sink.error(
    `operand 2 of "${item.mnemonic}" must be a memory operand or a symbol, and this is a register`,
    operand.span ?? item.span,
    `write \`0(${operand.name ?? "register"})\` for the memory that it points to`,
  );
  return true;
}

type SpecialEmitter = (form: Form, bound: Bound, item: InstructionItem, sink: InstructionSink) => void;

/** auipc with a relocation, and the instruction that adds the low part: its relocation names the auipc. */
function pcRelativePair(
  rd: number,
  high: number,
  value: Resolved,
  span: Span | undefined,
  low: { word: number; relocation: number },
  sink: InstructionSink,
): void {
  const label = sink.here();
  label.isNeeded = true;
  sink.fixup(high, value, span);
  sink.emit(registers(AUIPC, rd, 0, 0) >>> 0, 4);
  sink.fixup(low.relocation, { plus: label, minus: null, addend: 0 }, span);
  sink.emit(low.word >>> 0, 4);
}

function address(form: Form, bound: Bound, item: InstructionItem, sink: InstructionSink): void {
  const { rd } = bound;
  const value = resolveValue(bound.value!, sink);
  const span = bound.valueSpan ?? item.span;
  const number = constantOf(value);
  if (number !== null) return loadConstant(rd, number, form, item, sink);
  const throughGot = form.special === "la.tls.ie" || (form.special === "la" && sink.isPic);
  const high =
    form.special === "la.tls.ie"
      ? Reloc.TLS_GOT_HI20
      : form.special === "la.tls.gd"
        ? Reloc.TLS_GD_HI20
        : throughGot
          ? Reloc.GOT_HI20
          : Reloc.PCREL_HI20;
  const low = { word: registers(throughGot ? LW : ADDI, rd, rd, 0), relocation: Reloc.PCREL_LO12_I };
  pcRelativePair(rd, high, value, span, low, sink);
}

/** `li`: addi when 12 bits are enough, else lui and, unless the low bits are zero, addi. */
function loadConstant(rd: number, value: number, form: Form, item: InstructionItem, sink: InstructionSink): void {
  if (!Number.isInteger(value) || value < -(2 ** 31) || value >= 2 ** 32) {
    return sink.error(
      `${value} does not fit in a register: 32 bits hold -2147483648 to 4294967295`,
      item.operands[1]?.span ?? item.span,
      "load the two halves into two registers",
    );
  }
  const word = value | 0;
  if (word >= -2048 && word < 2048) return put(registers(ADDI, rd, 0, 0) | immediateBits(ADDI, word), form, item, sink);
  const low = (word << 20) >> 20;
  put(registers(LUI, rd, 0, 0) | immediateBits(LUI, ((word - low) >>> 12) & 0xfffff), form, item, sink);
  if (low !== 0) put(registers(ADDI, rd, rd, 0) | immediateBits(ADDI, low), form, item, sink);
}

/** `li` of a number that later lines decide: always both instructions. */
function lateConstant(rd: number, value: Resolved, span: Span | undefined, sink: InstructionSink): void {
  const late =
    (row: InstructionRow, word: number, bits: (number: number) => number): LateWrite =>
    (bytes, at, number) => {
      if (number < -(2 ** 31) || number >= 2 ** 32) return `${number} does not fit in a register`;
      new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, (word | immediateBits(row, bits(number))) >>> 0, true);
      return null;
    };
  sink.fixup(
    "late",
    value,
    span,
    late(LUI, registers(LUI, rd, 0, 0), (number) => ((number + 0x800) >>> 12) & 0xfffff),
  );
  sink.emit(registers(LUI, rd, 0, 0) >>> 0, 4);
  sink.fixup(
    "late",
    value,
    span,
    late(ADDI, registers(ADDI, rd, rd, 0), (number) => (number << 20) >> 20),
  );
  sink.emit(registers(ADDI, rd, rd, 0) >>> 0, 4);
}

function farCall(link: number, scratch: number, bound: Bound, item: InstructionItem, sink: InstructionSink): void {
  sink.fixup(Reloc.CALL_PLT, resolveValue(bound.value!, sink), bound.valueSpan ?? item.span);
  sink.emit(registers(AUIPC, scratch, 0, 0) >>> 0, 4);
  sink.emit(registers(JALR, link, scratch, 0) >>> 0, 4);
}

const SPECIALS: Record<NonNullable<Form["special"]>, SpecialEmitter> = {
  li: (form, bound, item, sink) => {
    const value = resolveValue(bound.value!, sink);
    const number = constantOf(value);
    if (number !== null) return loadConstant(bound.rd, number, form, item, sink);
    lateConstant(bound.rd, value, bound.valueSpan ?? item.span, sink);
  },
  la: address,
  lla: address,
  "la.tls.ie": address,
  "la.tls.gd": address,
  call: (form, bound, item, sink) => {
    // With a link register of one's own the address goes through t1, as in GNU's.
    if (form.slots.length === 2) farCall(bound.rd, T1, bound, item, sink);
    else farCall(Reg.ra, Reg.ra, bound, item, sink);
  },
  tail: (_form, bound, item, sink) => farCall(Reg.zero, T1, bound, item, sink),
  jump: (_form, bound, item, sink) => farCall(Reg.zero, bound.rd, bound, item, sink),
  load: (form, bound, item, sink) => {
    if (isBareRegister(item, sink)) return;
    const low = { word: registers(form.row!, bound.rd, bound.rd, 0), relocation: Reloc.PCREL_LO12_I };
    pcRelativePair(
      bound.rd,
      Reloc.PCREL_HI20,
      resolveValue(bound.value!, sink),
      bound.valueSpan ?? item.span,
      low,
      sink,
    );
  },
  store: (form, bound, item, sink) => {
    if (isBareRegister(item, sink)) return;
    const low = { word: registers(form.row!, 0, bound.rd, bound.rs2), relocation: Reloc.PCREL_LO12_S };
    pcRelativePair(
      bound.rd,
      Reloc.PCREL_HI20,
      resolveValue(bound.value!, sink),
      bound.valueSpan ?? item.span,
      low,
      sink,
    );
  },
  tprel_add: (_form, bound, item, sink) => {
    sink.fixup(Reloc.TPREL_ADD, resolveValue(bound.value!, sink), bound.valueSpan ?? item.span);
    sink.emit(registers(ADD, bound.rd, bound.rs1, bound.rs2) >>> 0, 4);
  },
  // The one fence whose `fm` field is not 0 (unprivileged specification, section 2.7).
  "fence.tso": (_form, _bound, _item, sink) => {
    sink.emit((rowOf("fence").match | packImmediate(0x33, IMMEDIATES.fence) | (8 << 28)) >>> 0, 4);
  },
};
