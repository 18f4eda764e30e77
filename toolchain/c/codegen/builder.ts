/**
 * The state of one function while code is generated for it: the growing instruction list, virtual registers, frame slots,
 * where each variable lives, and the short functions that append instructions.
 *
 * The walkers over expressions and statements live in files of their own and reach each other through `gen`, so that
 * none of them has to import the others.
 */
import type { Diagnostics, Span } from "../../diagnostics.ts";
import type { Expr, GlobalSymbol, LocalVar, Stmt, StringObject } from "../tree.ts";
import type { CType } from "../types.ts";
import {
  A0,
  A1,
  type Alu,
  type AluImmediate,
  type BranchOp,
  CALLER_SAVED,
  type Effects,
  FIRST_VIRTUAL,
  type Ins,
  isImm12,
  type LoadOp,
  NONE,
  type Op,
  type Slot,
  SP,
  type StoreOp,
  ZERO,
} from "./ir.ts";

/** A 64-bit value: registers of its low and high word. */
export type Wide = readonly [low: number, high: number];

/** A place in memory: (base register or frame slot or nothing) + symbol + offset; `align` is what is known of it, in bytes. */
export interface Address {
  readonly base: number;
  readonly slot: number;
  readonly sym: string | null;
  readonly offset: number;
  readonly align: number;
}

/** Where a local variable lives. */
export type Home =
  | { readonly kind: "word"; readonly reg: number }
  | { readonly kind: "wide"; readonly low: number; readonly high: number }
  | { readonly kind: "slot"; readonly slot: number }
  /** Its address is in a register: arguments by reference and variable-length arrays. */
  | { readonly kind: "pointer"; readonly reg: number }
  /** Its address is in a slot, where a debugger can find it. */
  | { readonly kind: "pointer-slot"; readonly slot: number };

/** The walkers. */
export interface Generators {
  word(g: FunctionBuilder, expr: Expr): number;
  wide(g: FunctionBuilder, expr: Expr): Wide;
  /** The value lies in memory there; it must be used before anything else is evaluated that may change it. */
  memory(g: FunctionBuilder, expr: Expr): Address;
  /** For its effects only. */
  effect(g: FunctionBuilder, expr: Expr): void;
  /** Jumps to `target` when the truth of `expr` is `sense`, falls through otherwise. */
  branch(g: FunctionBuilder, expr: Expr, target: number, sense: boolean): void;
  statement(g: FunctionBuilder, stmt: Stmt): void;
}

/** What functions of one translation unit share. */
export interface UnitContext {
  readonly optimize: boolean;
  readonly diagnostics: Diagnostics;
  nextLabel: number;
  /** Appends a jump table and returns the label's name. */
  addTable(labels: readonly number[]): string;
}

/** A loop around the present place whose head ends in straight-line code, where loop-invariant addresses can be computed. */
interface LoopHead {
  /** Position in `code` before which invariant instructions go. */
  readonly at: number;
  readonly depth: number;
  readonly scope: number;
  readonly known: Map<string, number>;
  readonly code: Ins[];
}

export class FunctionBuilder {
  readonly gen: Generators;
  readonly unit: UnitContext;
  readonly symbolName: string;
  code: Ins[] = [];
  readonly slots: Slot[] = [];
  readonly homes = new Map<number, Home>();
  readonly locals: readonly LocalVar[];
  nextVirtual = FIRST_VIRTUAL;
  depth = 0;
  /** The scopes of the function, outermost first, and the one that is open. */
  readonly scopes: Scope[] = [{ parent: -1, locals: [] }];
  scope = 0;
  span: Span | null = null;
  outgoingBytes = 0;
  /** sp moves during the body: s0 holds the canonical frame address. */
  usesFramePointer = false;
  readonly namedLabels = new Map<string, number>();
  /** Labels whose address was taken by &&label: possible targets of a computed goto. */
  readonly addressedLabels = new Set<string>();
  readonly returnType: CType;
  /** Where the value of `return` goes: registers, or the address that the caller gave. */
  returnRegisters: readonly number[] = [];
  resultPointer = NONE;
  readonly returnLabel: number;
  breakTarget: JumpTarget | null = null;
  continueTarget: JumpTarget | null = null;
  private readonly caseLabels = new Map<number, number>();
  /** Whose end is work to do: the objects in scope that are, innermost first. */
  lifetime: Lifetime | null = null;
  /** For each label, the statement that began the innermost lifetime around it. */
  labelLifetimes: ReadonlyMap<string, Stmt | null> = new Map();
  /** The slot at which the variable arguments begin, or NONE. */
  variadicSlot: number = NONE;
  /** Holds the return address when __builtin_return_address was used, or NONE. */
  returnAddress: number = NONE;
  private nextTemporaryId = -1;
  readonly hoistingAllowed: boolean;
  private readonly loops: LoopHead[] = [];

  constructor(
    gen: Generators,
    unit: UnitContext,
    symbolName: string,
    locals: readonly LocalVar[],
    returnType: CType,
    hoistingAllowed: boolean,
  ) {
    this.gen = gen;
    this.unit = unit;
    this.symbolName = symbolName;
    this.locals = locals;
    this.returnType = returnType;
    this.hoistingAllowed = hoistingAllowed;
    this.returnLabel = this.newLabel();
  }

  newLabel(): number {
    return this.unit.nextLabel++;
  }

  /** The label number of a C label. */
  namedLabel(name: string): number {
    let label = this.namedLabels.get(name);
    if (label === undefined) {
      label = this.newLabel();
      this.namedLabels.set(name, label);
    }
    return label;
  }

  /** The label number of a case label. */
  caseLabel(number: number): number {
    let label = this.caseLabels.get(number);
    if (label === undefined) {
      label = this.newLabel();
      this.caseLabels.set(number, label);
    }
    return label;
  }

  newRegister(): number {
    return this.nextVirtual++;
  }

  newSlot(bytes: number, align: number): number {
    this.slots.push({ bytes, align: Math.max(align, 4), cfaOffset: null, isIncoming: false });
    return this.slots.length - 1;
  }

  /** Stack arguments of this function, at the canonical frame address + offset. */
  incomingSlot(bytes: number, align: number, cfaOffset: number): number {
    this.slots.push({ bytes, align, cfaOffset, isIncoming: true });
    return this.slots.length - 1;
  }

  /** Runs `body` with the variables of a C scope marked as its own. */
  inScope(locals: readonly LocalVar[], body: () => void): void {
    const outer = this.scope;
    if (locals.length > 0) {
      this.scopes.push({ parent: outer, locals });
      this.scope = this.scopes.length - 1;
    }
    body();
    this.scope = outer;
  }

  /** A variable of the generator's own, so that a value in registers or a slot can stand in an expression. */
  temporary(type: CType, home: Home): LocalVar {
    const id = this.nextTemporaryId--;
    this.homes.set(id, home);
    return {
      storage: "local",
      id,
      name: "",
      type: { type, isConst: false, isVolatile: false, isRestrict: false },
      isParameter: false,
      isAddressTaken: home.kind !== "word" && home.kind !== "wide",
      alignAs: 0,
      asmRegister: null,
      span: this.span!,
    };
  }

  /** Appends a jump, after what its leaving of scopes brings about. */
  leaveTo(target: JumpTarget): void {
    this.endUpTo(target.scope);
    this.jump(target.label);
  }

  /** Ends the lifetimes that began since `outer` was the innermost. */
  endLifetimes(outer: Lifetime | null): void {
    this.endUpTo(outer);
    this.lifetime = outer;
  }

  private endUpTo(outer: Lifetime | null): void {
    const inner = this.lifetime;
    let saved = NONE;
    for (; this.lifetime !== null && this.lifetime !== outer; this.lifetime = this.lifetime.outer) {
      const { cleanup, savedSp } = this.lifetime;
      if (cleanup !== null) this.gen.effect(this, cleanup);
      else saved = savedSp;
    }
    this.lifetime = inner;
    if (saved !== NONE) this.emit("mv", SP, saved, NONE, 0);
  }

  // ---- appending instructions --------------------------------------------------------------------------------------

  emit(op: Op, d: number, a: number, b: number, imm: number): Ins {
    const ins: Ins = {
      op,
      d,
      a,
      b,
      imm,
      sym: null,
      slot: NONE,
      label: NONE,
      info: null,
      pinned: false,
      depth: this.depth,
      scope: this.scope,
      span: this.span,
    };
    this.code.push(ins);
    return ins;
  }

  alu(op: Alu, a: number, b: number): number {
    const d = this.newRegister();
    this.emit(op, d, a, b, 0);
    return d;
  }

  aluImmediate(op: AluImmediate, a: number, imm: number): number {
    const d = this.newRegister();
    this.emit(op, d, a, NONE, imm);
    return d;
  }

  /** a + imm for any 32-bit imm. */
  addImmediate(a: number, imm: number): number {
    imm |= 0;
    if (imm === 0) return a;
    if (a === ZERO) return this.constant(imm);
    if (isImm12(imm)) return this.aluImmediate("addi", a, imm);
    return this.alu("add", a, this.constant(imm));
  }

  move(d: number, a: number): void {
    if (d !== a) this.emit("mv", d, a, NONE, 0);
  }

  copy(a: number): number {
    const d = this.newRegister();
    this.emit("mv", d, a, NONE, 0);
    return d;
  }

  /** Assigns a pair even where source and destination overlap crosswise. */
  moveWide(d: Wide, from: Wide): void {
    if (from[1] === d[0]) {
      const high = this.copy(from[1]);
      this.move(d[0], from[0]);
      this.move(d[1], high);
    } else {
      this.move(d[0], from[0]);
      this.move(d[1], from[1]);
    }
  }

  /** A register with that value; zero is the zero register. */
  constant(value: number): number {
    value |= 0;
    if (value === 0) return ZERO;
    return this.invariant(`#${value}`, (emit) => {
      const d = this.newRegister();
      emit("li", d, NONE, value, null);
      return d;
    });
  }

  /** The address of a symbol plus an offset. */
  symbolAddress(symbol: string, offset: number): number {
    return this.invariant(`${symbol}+${offset}`, (emit) => {
      const high = this.newRegister();
      emit("hi", high, NONE, offset, symbol);
      const d = this.newRegister();
      emit("lo", d, high, offset, symbol);
      return d;
    });
  }

  /** The address of a thread-local object. */
  threadLocalAddress(symbol: string): number {
    return this.invariant(`tls ${symbol}`, (emit) => {
      const d = this.newRegister();
      emit("tls", d, NONE, 0, symbol);
      return d;
    });
  }

  /** The register with %hi of a symbol plus an offset. */
  symbolHigh(symbol: string, offset: number): number {
    return this.invariant(`%${symbol}+${offset}`, (emit) => {
      const high = this.newRegister();
      emit("hi", high, NONE, offset, symbol);
      return high;
    });
  }

  /** Computes something that never changes, once before the outermost loop when inside of one. */
  private invariant(
    key: string,
    make: (emit: (op: Op, d: number, a: number, imm: number, sym: string | null) => void) => number,
  ): number {
    const loop = this.loops[0];
    if (loop === undefined) {
      return make((op, d, a, imm, sym) => {
        this.emit(op, d, a, NONE, imm).sym = sym;
      });
    }
    const known = loop.known.get(key);
    if (known !== undefined) return known;
    const result = make((op, d, a, imm, sym) => {
      loop.code.push({
        op,
        d,
        a,
        b: NONE,
        imm,
        sym,
        slot: NONE,
        label: NONE,
        info: null,
        pinned: false,
        depth: loop.depth,
        scope: loop.scope,
        span: this.span,
      });
    });
    loop.known.set(key, result);
    return result;
  }

  load(op: LoadOp, address: Address): number {
    const d = this.newRegister();
    this.access(this.emit(op, d, NONE, NONE, 0), address);
    return d;
  }

  store(op: StoreOp, value: number, address: Address): void {
    this.access(this.emit(op, NONE, NONE, value, 0), address);
  }

  /** Puts an address into a memory instruction, computing before it what does not fit its 12 bits. */
  private access(ins: Ins, address: Address): void {
    if (address.slot !== NONE) {
      ins.slot = address.slot;
      ins.imm = address.offset;
      return;
    }
    this.code.pop();
    if (address.sym !== null) {
      const high = this.symbolHigh(address.sym, address.offset);
      ins.a = address.base === NONE ? high : this.alu("add", high, address.base);
      ins.sym = address.sym;
      ins.imm = address.offset;
    } else if (isImm12(address.offset)) {
      ins.a = address.base;
      ins.imm = address.offset;
    } else {
      const low = (address.offset << 20) >> 20;
      ins.a = this.alu("add", address.base, this.constant(address.offset - low));
      ins.imm = low;
    }
    this.code.push(ins);
  }

  branchIf(op: BranchOp, a: number, b: number, target: number): void {
    this.emit(op, NONE, a, b, 0).label = target;
  }

  jump(target: number): void {
    this.emit("j", NONE, NONE, NONE, 0).label = target;
  }

  label(number: number): void {
    this.emit("label", NONE, NONE, NONE, 0).label = number;
  }

  /** Opens a loop. Until `endLoop`, constants and addresses are computed before its first instruction. */
  beginLoop(): void {
    if (this.hoistingAllowed && this.loops.length === 0) {
      this.loops.push({ at: this.code.length, depth: this.depth, scope: this.scope, known: new Map(), code: [] });
    } else if (this.loops.length > 0) {
      this.loops.push(this.loops[0]!);
    }
    this.depth++;
  }

  endLoop(): void {
    this.depth--;
    const loop = this.loops.pop();
    if (loop === undefined || this.loops.length > 0 || loop.code.length === 0) return;
    this.code = this.code.slice(0, loop.at).concat(loop.code, this.code.slice(loop.at));
  }

  // ---- calls ---------------------------------------------------------------------------------------------------------

  /** Emits the call itself; argument registers have been filled. */
  call(symbol: string | null, pointer: number, uses: readonly number[], resultWords: number): void {
    const ins = this.emit(symbol === null ? "callr" : "call", NONE, symbol === null ? pointer : NONE, NONE, 0);
    ins.sym = symbol;
    ins.info = { uses, defs: resultWords === 0 ? [] : resultWords === 1 ? [A0] : [A0, A1], clobbers: CALLER_SAVED };
  }

  /** Calls a support function with word arguments in a0 … ; the result words are returned in fresh registers. */
  supportCall(symbol: string, args: readonly number[], resultWords: number): number[] {
    args.forEach((value, index) => {
      this.emit("mv", A0 + index, value, NONE, 0);
    });
    this.call(
      symbol,
      NONE,
      args.map((_, index) => A0 + index),
      resultWords,
    );
    return Array.from({ length: resultWords }, (_, index) => this.copy(A0 + index));
  }

  effects(ins: Ins, info: Effects): void {
    ins.info = info;
  }

  error(message: string, span: Span | null): void {
    this.unit.diagnostics.error(message, span);
  }
}

/** A block with variables of its own, for debug information. */
export interface Scope {
  readonly parent: number;
  readonly locals: readonly LocalVar[];
}

export interface JumpTarget {
  readonly label: number;
  /** The scope whose stack pointer must be in force there. */
  readonly scope: Lifetime | null;
}

/** An object that has to be given up where its scope is left. */
export interface Lifetime {
  readonly outer: Lifetime | null;
  /** The `vla` or `cleanup` statement that began it. */
  readonly opener: Stmt;
  /** The stack pointer from before a variable-length array; NONE for others. */
  readonly savedSp: number;
  /** What is called at the end (GNU's attribute `cleanup`), or null. */
  readonly cleanup: Expr | null;
}

/** The object-file symbol behind a variable that is not local. */
export const symbolOf = (variable: GlobalSymbol | StringObject): string =>
  variable.storage === "string" ? variable.label : variable.symbol;

export const addressAt = (address: Address, delta: number): Address =>
  delta === 0
    ? address
    : { ...address, offset: (address.offset + delta) | 0, align: Math.min(address.align, delta & -delta) };

export const slotAddress = (slot: number, offset: number, align: number): Address => ({
  base: NONE,
  slot,
  sym: null,
  offset,
  align,
});

export const registerAddress = (base: number, offset: number, align: number): Address => ({
  base,
  slot: NONE,
  sym: null,
  offset,
  align,
});
