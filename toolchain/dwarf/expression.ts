/** Location expressions (DWARF 5 section 2.5 and 2.6), as far as compilers use them for C on a machine with 32-bit addresses. */
import { Op } from "./constants.ts";
import { Cursor } from "./cursor.ts";

/** The stopped machine, as far as an expression asks. */
export interface FrameContext {
  register(number: number): number | null;
  /** The 32-bit word at an address, or null when it cannot be read. */
  readWord(vaddr: number): number | null;
  /** The canonical frame address, or null when it is not known. */
  readonly cfa: number | null;
  /** The function's frame base expression, for DW_OP_fbreg. */
  readonly frameBase: Uint8Array | null;
}

/** Where a value is. A piece covers `bytes` of it, in order. */
export type Location =
  | { readonly kind: "memory"; readonly vaddr: number }
  | { readonly kind: "register"; readonly register: number }
  /** The value itself; it is stored nowhere. */
  | { readonly kind: "value"; readonly value: number }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | {
      readonly kind: "pieces";
      readonly pieces: readonly { readonly bytes: number; readonly location: Location | null }[];
    };

/** Evaluates; null when the value is not available. */
export function evaluate(expression: Uint8Array, context: FrameContext): Location | null {
  return new Machine(expression, context).run();
}

class Machine {
  private readonly cursor: Cursor;
  private readonly context: FrameContext;
  private readonly stack: number[] = [];
  private result: Location | null = null;
  private failed = false;

  constructor(expression: Uint8Array, context: FrameContext) {
    this.cursor = new Cursor(expression);
    this.context = context;
  }

  run(): Location | null {
    const pieces: { bytes: number; location: Location | null }[] = [];
    while (!this.cursor.atEnd && !this.failed) {
      const op = this.cursor.u8();
      if (op === Op.piece) {
        pieces.push({ bytes: this.cursor.uleb(), location: this.take() });
      } else this.step(op);
    }
    if (this.failed) return null;
    return pieces.length > 0 ? { kind: "pieces", pieces } : this.take();
  }

  /** The location computed so far. */
  private take(): Location | null {
    const { result } = this;
    this.result = null;
    if (result !== null) return result;
    const top = this.stack.pop();
    return top === undefined ? null : { kind: "memory", vaddr: top >>> 0 };
  }

  private push(value: number | null): void {
    if (value === null) this.failed = true;
    else this.stack.push(value | 0);
  }

  private pop(): number {
    const top = this.stack.pop();
    if (top === undefined) this.failed = true;
    return top ?? 0;
  }

  private step(op: number): void {
    const { cursor, context } = this;
    if (op >= Op.reg0 && op < Op.reg0 + 32) this.result = { kind: "register", register: op - Op.reg0 };
    else if (op >= Op.breg0 && op < Op.breg0 + 32) this.based(op - Op.breg0);
    else if (op >= Op.lit0 && op < Op.lit0 + 32) this.push(op - Op.lit0);
    else {
      switch (op) {
        case Op.addr:
          this.push(cursor.u32());
          return;
        case Op.deref:
          this.push(context.readWord(this.pop() >>> 0));
          return;
        case Op.regx:
          this.result = { kind: "register", register: cursor.uleb() };
          return;
        case Op.bregx:
          this.based(cursor.uleb());
          return;
        case Op.fbreg:
          this.frameBase(cursor.sleb());
          return;
        case Op.callFrameCfa:
          this.push(context.cfa);
          return;
        case Op.stackValue:
          this.result = { kind: "value", value: this.pop() };
          return;
        case Op.implicitValue:
          this.result = { kind: "bytes", bytes: cursor.block(cursor.uleb()) };
          return;
        default:
          if (!this.constant(op)) this.arithmetic(op);
      }
    }
  }

  private based(register: number): void {
    const offset = this.cursor.sleb();
    const value = this.context.register(register);
    this.push(value === null ? null : value + offset);
  }

  private frameBase(offset: number): void {
    const { frameBase } = this.context;
    if (frameBase === null) {
      this.failed = true;
      return;
    }
    const base = evaluate(frameBase, {
      ...this.context,
      register: (n) => this.context.register(n),
      readWord: (a) => this.context.readWord(a),
      frameBase: null,
    });
    if (base?.kind === "memory") this.push(base.vaddr + offset);
    else if (base?.kind === "register") {
      const value = this.context.register(base.register);
      this.push(value === null ? null : value + offset);
    } else this.failed = true;
  }

  private constant(op: number): boolean {
    const { cursor } = this;
    switch (op) {
      case Op.const1u:
        this.push(cursor.u8());
        return true;
      case Op.const1s:
        this.push(cursor.i8());
        return true;
      case Op.const2u:
        this.push(cursor.u16());
        return true;
      case Op.const2s:
        this.push((cursor.u16() << 16) >> 16);
        return true;
      case Op.const4u:
      case Op.const4s:
        this.push(cursor.u32());
        return true;
      case Op.constu:
        this.push(cursor.uleb());
        return true;
      case Op.consts:
        this.push(cursor.sleb());
        return true;
      default:
        return false;
    }
  }

  /** dup, drop, over, swap and the operators; anything else makes the value unavailable. */
  private arithmetic(op: number): void {
    if (op === Op.plusUconst) {
      this.push(this.pop() + this.cursor.uleb());
      return;
    }
    if (op === 0x12 || op === 0x14) {
      const at = this.stack.length - (op === 0x12 ? 1 : 2);
      this.push(this.stack[at] ?? null);
      return;
    }
    if (op === 0x13) {
      this.pop();
      return;
    }
    if (op === 0x1f || op === 0x20) {
      const value = this.pop();
      this.push(op === 0x1f ? -value : ~value);
      return;
    }
    const right = this.pop();
    const left = this.pop();
    const combine = BINARY[op];
    if (combine === undefined) this.failed = true;
    else this.push(combine(left, right));
  }
}

const BINARY: Readonly<Record<number, (left: number, right: number) => number>> = {
  26: (left, right) => left & right,
  27: (left, right) => (right === 0 ? 0 : Math.trunc(left / right)),
  28: (left, right) => left - right,
  29: (left, right) => (right === 0 ? 0 : (left >>> 0) % (right >>> 0)),
  30: (left, right) => Math.imul(left, right),
  33: (left, right) => left | right,
  34: (left, right) => left + right,
  36: (left, right) => left << right,
  37: (left, right) => left >>> right,
  38: (left, right) => left >> right,
  39: (left, right) => left ^ right,
  41: (left, right) => (left === right ? 1 : 0),
  42: (left, right) => (left >= right ? 1 : 0),
  43: (left, right) => (left > right ? 1 : 0),
  44: (left, right) => (left <= right ? 1 : 0),
  45: (left, right) => (left < right ? 1 : 0),
  46: (left, right) => (left !== right ? 1 : 0),
};
