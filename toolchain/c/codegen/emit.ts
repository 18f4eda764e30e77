/**
 * From intermediate code with allocated registers to the assembler's items: spilled registers are loaded and stored around their
 * uses, frame slots become offsets from sp or s0, operands of asm statements are filled in.
 */
import { type Item, imm, insn, label, mem, type Operand, reg, sym } from "../../asm/items.ts";
import type { Span } from "../../diagnostics.ts";
import type { Allocation } from "./allocate.ts";
import type { FunctionBuilder } from "./builder.ts";
import { epilogue, type Frame, layOutFrame, prologue } from "./frame.ts";
import {
  FIRST_VIRTUAL,
  type Ins,
  isBranch,
  isImm12,
  isLoad,
  isStore,
  NONE,
  OUTGOING_SLOT,
  RA,
  S0,
  SCRATCH_A,
  SCRATCH_B,
  SP,
  TP,
  ZERO,
} from "./ir.ts";

export const labelName = (number: number): string => `.L${number}`;

export interface EmitOptions {
  /** Calls may have to reach further than 1 MiB: two instructions instead of one. */
  readonly longCalls: boolean;
  /** Parses the text of an asm statement. */
  readonly parseAsm: (text: string, span: Span | null) => readonly Item[];
  /** The line mark of a place, or null when none is wanted. */
  readonly lineMark: ((span: Span) => Item) | null;
  /** Slot of each spilled register. */
  readonly slotOf: ReadonlyMap<number, number>;
  /** Names of labels to be defined before the instruction with that index. */
  readonly marks: ReadonlyMap<number, string>;
}

export interface EmittedFunction {
  readonly items: Item[];
  readonly frame: Frame;
}

export function emitFunction(
  g: FunctionBuilder,
  code: readonly Ins[],
  allocation: Allocation,
  options: EmitOptions,
): EmittedFunction {
  const emitter = new Emitter(g, code, allocation, options);
  return { items: emitter.run(), frame: emitter.frame };
}

class Emitter {
  readonly frame: Frame;
  private readonly items: Item[] = [];
  private readonly g: FunctionBuilder;
  private readonly code: readonly Ins[];
  private readonly allocation: Allocation;
  private readonly options: EmitOptions;
  /** Slot of each spilled register. */
  private readonly slotOf: ReadonlyMap<number, number>;
  private markedSpan: Span | null = null;
  private markedFile: unknown = null;
  private markedLine = -1;

  constructor(g: FunctionBuilder, code: readonly Ins[], allocation: Allocation, options: EmitOptions) {
    this.g = g;
    this.code = code;
    this.allocation = allocation;
    this.options = options;
    const used = new Set<number>();
    for (let at = 0; at < code.length; at++) if (code[at]!.slot >= 0) used.add(code[at]!.slot);
    this.slotOf = options.slotOf;
    for (const slot of options.slotOf.values()) used.add(slot);
    const callsOut = code.some(
      (ins) => ins.op === "call" || ins.op === "callr" || ins.info?.clobbers.includes(RA) === true,
    );
    this.frame = layOutFrame(g.slots, used, allocation.saved, callsOut, g.outgoingBytes, g.usesFramePointer);
  }

  run(): Item[] {
    if (this.g.span !== null) this.mark(this.code[0]?.span ?? null);
    this.items.push(...prologue(this.frame));
    this.code.forEach((ins, index) => {
      const name = this.options.marks.get(index);
      if (name !== undefined) this.items.push(label(name));
      if (ins.op !== "label") this.mark(ins.span);
      this.instruction(ins);
    });
    const last = this.options.marks.get(this.code.length);
    if (last !== undefined) this.items.push(label(last));
    return this.items;
  }

  private mark(span: Span | null): void {
    if (span === null || span === this.markedSpan || this.options.lineMark === null) return;
    this.markedSpan = span;
    const item = this.options.lineMark(span);
    if (item.kind !== "loc" || (item.file === this.markedFile && item.line === this.markedLine)) return;
    this.markedFile = item.file;
    this.markedLine = item.line;
    this.items.push(item);
  }

  private push(mnemonic: string, ...operands: Operand[]): void {
    this.items.push(insn(mnemonic, ...operands));
  }

  // ---- registers and slots -------------------------------------------------------------------------------------------

  /** A machine register that holds the value; a spilled one is fetched into `scratch`. */
  private source(register: number, scratch: number): number {
    const at = this.allocation.registerOf[register]!;
    if (at !== NONE) return at;
    const remake = this.allocation.spilled.get(register) ?? null;
    if (remake !== null) this.instruction({ ...remake, d: scratch });
    else this.slotAccess("lw", scratch, this.slotOf.get(register)!, 0, scratch);
    return scratch;
  }

  private target(register: number): number {
    const at = this.allocation.registerOf[register]!;
    return at !== NONE ? at : SCRATCH_A;
  }

  /** After an instruction wrote `target(register)`. */
  private finishTarget(register: number): void {
    if (this.allocation.registerOf[register] !== NONE) return;
    const slot = this.slotOf.get(register);
    if (slot !== undefined) this.slotAccess("sw", SCRATCH_A, slot, 0, SCRATCH_B);
  }

  /** Base register and offset of a slot. */
  private slotPlace(slot: number, offset: number): { base: number; offset: number } {
    if (slot === OUTGOING_SLOT) return { base: SP, offset };
    const cfaOffset = this.g.slots[slot]!.cfaOffset! + offset;
    return this.frame.hasFramePointer
      ? { base: S0, offset: cfaOffset }
      : { base: SP, offset: this.frame.bytes + cfaOffset };
  }

  /** A load or store of a slot; `scratch` holds the address when the offset is out of reach. */
  private slotAccess(op: string, value: number, slot: number, delta: number, scratch: number): void {
    const { base, offset } = this.slotPlace(slot, delta);
    if (isImm12(offset)) {
      this.push(op, reg(value), mem(offset, base));
      return;
    }
    const low = (offset << 20) >> 20;
    this.push("li", reg(scratch), imm(offset - low));
    this.push("add", reg(scratch), reg(scratch), reg(base));
    this.push(op, reg(value), mem(low, scratch));
  }

  private addOffset(d: number, base: number, offset: number): void {
    if (isImm12(offset)) this.push("addi", reg(d), reg(base), imm(offset));
    else {
      this.push("li", reg(d), imm(offset));
      this.push("add", reg(d), reg(d), reg(base));
    }
  }

  // ---- instructions -----------------------------------------------------------------------------------------------------

  private instruction(ins: Ins): void {
    if (isLoad(ins.op)) this.loadInstruction(ins);
    else if (isStore(ins.op)) this.storeInstruction(ins);
    else if (isBranch(ins.op)) {
      const a = this.source(ins.a, SCRATCH_A);
      this.push(ins.op, reg(a), reg(this.source(ins.b, SCRATCH_B)), sym(labelName(ins.label)));
    } else this.other(ins);
  }

  private loadInstruction(ins: Ins): void {
    const d = this.target(ins.d);
    if (ins.slot !== NONE) this.slotAccess(ins.op, d, ins.slot, ins.imm, d === ZERO ? SCRATCH_B : d);
    else {
      const a = this.source(ins.a, SCRATCH_A);
      this.push(ins.op, reg(d), mem(ins.sym === null ? ins.imm : sym(ins.sym, ins.imm, "lo"), a));
    }
    this.finishTarget(ins.d);
  }

  private storeInstruction(ins: Ins): void {
    const b = this.source(ins.b, SCRATCH_B);
    if (ins.slot !== NONE) this.slotAccess(ins.op, b, ins.slot, ins.imm, b === SCRATCH_A ? SCRATCH_B : SCRATCH_A);
    else {
      const a = this.source(ins.a, SCRATCH_A);
      this.push(ins.op, reg(b), mem(ins.sym === null ? ins.imm : sym(ins.sym, ins.imm, "lo"), a));
    }
  }

  private move(d: number, a: number): void {
    const to = this.allocation.registerOf[d]!;
    const from = this.allocation.registerOf[a]!;
    if (to !== NONE && from !== NONE) {
      if (to !== from) this.push("mv", reg(to), reg(from));
    } else if (to !== NONE) this.source(a, to);
    else if (this.slotOf.get(d) !== this.slotOf.get(a) || this.slotOf.get(d) === undefined) {
      const value = this.source(a, SCRATCH_A);
      const slot = this.slotOf.get(d);
      if (slot !== undefined) this.slotAccess("sw", value, slot, 0, SCRATCH_B);
    }
  }

  private other(ins: Ins): void {
    switch (ins.op) {
      case "label":
        if (ins.label !== NONE) this.items.push(label(labelName(ins.label)));
        return;
      case "mv":
        this.move(ins.d, ins.a);
        return;
      case "li":
        this.withTarget(ins.d, (d) => this.push("li", reg(d), imm(ins.imm)));
        return;
      case "hi":
        this.withTarget(ins.d, (d) => this.push("lui", reg(d), sym(ins.sym!, ins.imm, "hi")));
        return;
      case "lo":
        this.withTarget(ins.d, (d) =>
          this.push("addi", reg(d), reg(this.source(ins.a, SCRATCH_A)), sym(ins.sym!, ins.imm, "lo")),
        );
        return;
      case "tls":
        this.withTarget(ins.d, (d) => {
          this.push("lui", reg(d), sym(ins.sym!, ins.imm, "tprel_hi"));
          this.push("add", reg(d), reg(d), reg(TP));
          this.push("addi", reg(d), reg(d), sym(ins.sym!, ins.imm, "tprel_lo"));
        });
        return;
      case "slot": {
        const { base, offset } = this.slotPlace(ins.slot, ins.imm);
        this.withTarget(ins.d, (d) => this.addOffset(d, base, offset));
        return;
      }
      case "cfa":
        this.withTarget(ins.d, (d) =>
          this.frame.hasFramePointer ? this.push("mv", reg(d), reg(S0)) : this.addOffset(d, SP, this.frame.bytes),
        );
        return;
      case "dynamic":
        this.withTarget(ins.d, (d) => this.addOffset(d, SP, this.frame.outgoingBytes));
        return;
      case "j":
        this.push("j", sym(labelName(ins.label)));
        return;
      case "jr":
        this.push("jr", reg(this.source(ins.a, SCRATCH_A)));
        return;
      case "call":
        if (this.options.longCalls) this.push("call", sym(ins.sym!));
        else this.push("jal", reg(RA), sym(ins.sym!));
        return;
      case "callr":
        this.push("jalr", reg(this.source(ins.a, SCRATCH_A)));
        return;
      case "ret":
        this.items.push(...epilogue(this.frame));
        this.push("ret");
        return;
      case "ebreak":
        this.push("ebreak");
        return;
      case "asm":
        this.asm(ins);
        return;
      default:
        this.arithmetic(ins);
    }
  }

  private withTarget(register: number, write: (d: number) => void): void {
    write(this.target(register));
    this.finishTarget(register);
  }

  private arithmetic(ins: Ins): void {
    const a = reg(this.source(ins.a, SCRATCH_A));
    const second = ins.b === NONE ? imm(ins.imm) : reg(this.source(ins.b, SCRATCH_B));
    this.withTarget(ins.d, (d) => this.push(ins.op, reg(d), a, second));
  }

  private asm(ins: Ins): void {
    const place = (register: number): number => {
      const at = register < FIRST_VIRTUAL ? register : this.allocation.registerOf[register]!;
      if (at === NONE) throw new Error("an asm operand was spilled");
      return at;
    };
    const text = ins
      .info!.asm!.pieces.map((piece) => {
        if (typeof piece === "string") return piece;
        if ("register" in piece) return registerText(place(piece.register));
        if ("memory" in piece) return `${piece.memory.offset}(${registerText(place(piece.memory.base))})`;
        return piece.addend === 0 ? piece.symbol : `${piece.symbol}+${piece.addend}`;
      })
      .join("");
    this.items.push(...this.options.parseAsm(text, ins.span));
  }
}

const registerText = (register: number): string => `x${register}`;
