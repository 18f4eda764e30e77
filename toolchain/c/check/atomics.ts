/**
 * Atomic objects: C11's `_Atomic` (§6.2.6.1p9, §6.5.2.4, §6.5.16), GCC's `__atomic_` builtins and the older `__sync_` ones.
 *
 * Scalars become builtins of the generator: instructions of the A extension for 1, 2 and 4 bytes, calls of `__atomic_…_8` for 8. Structs and
 * `long double` go through the library's general functions (`__atomic_load` and so on), which take the size. `_Atomic` objects are always
 * used in sequentially consistent order. As in GCC, `__atomic_fetch_add` on pointers counts bytes.
 */
import type { Span } from "../../diagnostics.ts";
import type { Expression } from "../ast.ts";
import { sizeOf } from "../layout.ts";
import type { BinaryOp, BuiltinName, Expr, LValue, Stmt } from "../tree.ts";
import {
  BOOL,
  type CType,
  INT,
  isInteger,
  isScalar,
  pointerTo,
  type QualType,
  qual,
  SIZE_T,
  typeName,
  UCHAR,
  UINT,
  ULLONG,
  USHORT,
  VOID,
  VOID_POINTER,
} from "../types.ts";
import type { Operand } from "./base.ts";
import { type CallSource, functionType } from "./builtins.ts";
import { OverflowChecker } from "./overflow.ts";

/** __ATOMIC_SEQ_CST */
const SEQUENTIAL = 5;
const ACQUIRE = 2;
const RELEASE = 3;

type FetchName = "add" | "sub" | "and" | "or" | "xor" | "nand";

/** What a pointer argument points to. */
interface Target {
  readonly pointer: Expr;
  readonly type: CType;
}

export abstract class AtomicChecker extends OverflowChecker {
  // ---- objects of atomic type ----

  override atomicLoad(place: LValue, span: Span): Expr {
    const { type } = place.type;
    const pointer = this.addressOf(place);
    if (isPlain(type)) return this.primitive("atomic_load", [pointer], type, SEQUENTIAL, span);
    if (this.fn === null) return { kind: "load", from: place, type, span };
    const copy = this.localPlace(this.temporary(qual(type), span), span);
    const call = this.generalCall("__atomic_load", type, [pointer, this.addressOf(copy)], SEQUENTIAL, span);
    return this.inOrder([call], this.load(copy));
  }

  override atomicStore(place: LValue, value: Expr, span: Span): Operand {
    const { type } = place.type;
    const first: Expr[] = [];
    const pointer = this.hold(this.addressOf(place), first);
    if (isPlain(type)) {
      const stored = this.hold(value, first);
      first.push(this.primitive("atomic_store", [pointer, stored], type, SEQUENTIAL, span));
      return this.valueOperand(this.inOrder(first, stored));
    }
    const copy = this.localPlace(this.temporary(qual(type), span), span);
    first.push(this.assignTo(copy, value));
    first.push(this.generalCall("__atomic_store", type, [pointer, this.addressOf(copy)], SEQUENTIAL, span));
    return this.valueOperand(this.inOrder(first, this.load(copy)));
  }

  /** op=, ++ and −−: one instruction where there is one, else computed anew until nobody else has changed the object meanwhile. */
  override atomicUpdate(
    place: LValue,
    operator: string,
    value: Expr,
    result: "old" | "new",
    span: Span,
    operatorSpan: Span,
  ): Operand {
    const { type } = place.type;
    if (!isPlain(type)) {
      this.error(`'${operator}=' is not supported for an atomic '${typeName(qual(type))}'`, operatorSpan);
      return this.errorOperand(span);
    }
    const first: Expr[] = [];
    const pointer = this.hold(this.addressOf(place), first);
    const amount = this.hold(value, first);
    const [old, fresh] = [0, 1].map(() => this.localPlace(this.temporary(qual(type), span), span)) as [LValue, LValue];
    // The plain operation on a copy decides types and messages.
    const operation = this.update(fresh, operator, amount, "new", span, operatorSpan);
    if (this.isError(operation.type.type)) return operation;
    const fetch = FETCHES[operator];
    if (fetch !== undefined && isInteger(type) && isInteger(amount.type) && type !== BOOL) {
      first.push(this.assignTo(old, this.fetch(fetch, pointer, type, this.convert(amount, type), SEQUENTIAL, span)));
      first.push(this.assignTo(fresh, this.load(old)), operation.value!);
    } else {
      const same = (a: Expr, b: Expr): Expr => this.sameBits(a, b, type, span);
      const seen = this.localPlace(this.temporary(qual(type), span), span);
      first.push(this.assignTo(seen, this.primitive("atomic_load", [pointer], type, 0, span)));
      const swap = this.swap(pointer, this.load(old), this.load(fresh), type, SEQUENTIAL, span);
      const turn = [
        this.assignTo(old, this.load(seen)),
        this.assignTo(fresh, this.load(old)),
        operation.value!,
        this.assignTo(seen, swap),
      ];
      const test = this.unary("lognot", same(this.addressOf(seen), this.addressOf(old)), INT, span);
      const body: Stmt = { kind: "block", body: turn.map((step) => this.statement(step)), locals: [], span };
      const loop: Expr = {
        kind: "statement-expr",
        body: [{ kind: "do", body, test, span }],
        value: null,
        type: VOID,
        span,
      };
      first.push(loop);
    }
    return this.valueOperand(this.inOrder(first, this.load(result === "old" ? old : fresh)));
  }

  /** Compares two objects of a scalar type by their bits: floating zeros differ by sign, and a NaN is equal to itself. */
  private sameBits(a: Expr, b: Expr, type: CType, span: Span): Expr {
    const bits = isInteger(type) || type.kind === "pointer" ? type : sizeOf(type) === 8 ? this.wordType(8) : SIZE_T;
    const read = (pointer: Expr): Expr =>
      this.load({ kind: "deref", pointer: this.retype(pointer, pointerTo(qual(bits))), type: qual(bits), span });
    return this.binary("eq", read(a), read(b), INT, span);
  }

  // ---- builtins ----

  /** `__atomic_…` and `__sync_…`; null when the name is something else. */
  protected atomicBuiltin(name: string, e: CallSource): Operand | null {
    if (name.startsWith("__atomic_")) return this.newBuiltin(name.slice(9), e);
    if (name.startsWith("__sync_")) return this.syncBuiltin(name.slice(7), e);
    return null;
  }

  private newBuiltin(name: string, e: CallSource): Operand | null {
    const { span } = e;
    const fetch = /^fetch_(add|sub|and|or|xor|nand)$/.exec(name) ?? /^(add|sub|and|or|xor|nand)_fetch$/.exec(name);
    if (fetch !== null)
      return this.fetchBuiltin(e, fetch[1] as FetchName, name.startsWith("fetch"), () => this.order(e, 2));
    switch (name) {
      case "load_n":
        return this.onTarget(e, true, ({ pointer, type }) =>
          this.primitive("atomic_load", [pointer], type, this.order(e, 1), span),
        );
      case "store_n":
        return this.onTarget(e, true, ({ pointer, type }) => {
          const value = this.convert(this.arg(e, 1), type);
          return this.primitive("atomic_store", [pointer, value], type, this.order(e, 2), span);
        });
      case "exchange_n":
        return this.onTarget(e, true, ({ pointer, type }) => {
          const value = this.convert(this.arg(e, 1), type);
          return this.primitive("atomic_exchange", [pointer, value], type, this.order(e, 2), span);
        });
      case "compare_exchange_n":
        return this.onTarget(e, true, ({ pointer, type }, first) => {
          const expected = this.hold(this.pointerArgument(e, 1, pointerTo(qual(type))), first);
          const desired = this.hold(this.convert(this.arg(e, 2), type), first);
          this.arg(e, 3);
          this.arg(e, 5);
          return this.compareExchange(pointer, expected, desired, type, this.order(e, 4), first, span);
        });
      case "load":
      case "store":
        return this.onTarget(e, false, ({ pointer, type }, first) => {
          const other = this.hold(this.pointerArgument(e, 1, VOID_POINTER), first);
          return this.general(name, pointer, [other], type, this.order(e, 2), first, span);
        });
      case "exchange":
        return this.onTarget(e, false, ({ pointer, type }, first) => {
          const others = [1, 2].map((i) => this.hold(this.pointerArgument(e, i, VOID_POINTER), first));
          return this.general(name, pointer, others, type, this.order(e, 3), first, span);
        });
      case "compare_exchange":
        return this.onTarget(e, false, ({ pointer, type }, first) => {
          const others = [1, 2].map((i) => this.hold(this.pointerArgument(e, i, VOID_POINTER), first));
          this.arg(e, 3);
          this.arg(e, 5);
          return this.general(name, pointer, others, type, this.order(e, 4), first, span);
        });
      case "test_and_set": {
        const pointer = this.pointerArgument(e, 0, pointerTo(qual(UCHAR)));
        const one = this.constant(1, span, UCHAR);
        const old = this.primitive("atomic_exchange", [pointer, one], UCHAR, this.order(e, 1), span);
        return this.valueOperand(this.convert(old, BOOL));
      }
      case "clear": {
        const pointer = this.pointerArgument(e, 0, pointerTo(qual(UCHAR)));
        const zero = this.constant(0, span, UCHAR);
        return this.valueOperand(this.primitive("atomic_store", [pointer, zero], UCHAR, this.order(e, 1), span));
      }
      case "thread_fence":
      case "signal_fence":
        this.order(e, 0);
        return this.valueOperand(this.primitive("memory_barrier", [], VOID, SEQUENTIAL, span));
      case "always_lock_free":
      case "is_lock_free": {
        const bytes = this.constantInteger(e.args[0] ?? e.callee, "the size given to this builtin");
        this.arg(e, 1);
        return this.valueOperand(this.constant(bytes !== null && [1n, 2n, 4n].includes(bytes) ? 1 : 0, span, BOOL));
      }
    }
    return null;
  }

  private syncBuiltin(name: string, e: CallSource): Operand | null {
    const { span } = e;
    const fetch =
      /^fetch_and_(add|sub|and|or|xor|nand)$/.exec(name) ?? /^(add|sub|and|or|xor|nand)_and_fetch$/.exec(name);
    if (fetch !== null) return this.fetchBuiltin(e, fetch[1] as FetchName, name.startsWith("fetch"), () => SEQUENTIAL);
    switch (name) {
      case "synchronize":
        return this.valueOperand(this.primitive("memory_barrier", [], VOID, SEQUENTIAL, span));
      case "val_compare_and_swap":
      case "bool_compare_and_swap":
        return this.onTarget(e, true, ({ pointer, type }, first) => {
          const expected = this.hold(this.convert(this.arg(e, 1), type), first);
          const desired = this.convert(this.arg(e, 2), type);
          const old = this.swap(pointer, expected, desired, type, SEQUENTIAL, span);
          return name.startsWith("val") ? old : this.convert(this.binary("eq", old, expected, INT, span), BOOL);
        });
      case "lock_test_and_set":
        return this.onTarget(e, true, ({ pointer, type }) => {
          const value = this.convert(this.arg(e, 1), type);
          return this.primitive("atomic_exchange", [pointer, value], type, ACQUIRE, span);
        });
      case "lock_release":
        return this.onTarget(e, true, ({ pointer, type }) =>
          this.primitive("atomic_store", [pointer, this.convert(this.constant(0, span), type)], type, RELEASE, span),
        );
    }
    return null;
  }

  /** An operation on the object; the result is its value before (`isOld`) or after. */
  private fetchBuiltin(e: CallSource, operation: FetchName, isOld: boolean, order: () => number): Operand {
    return this.onTarget(e, true, ({ pointer, type }, first) => {
      const value = this.hold(this.convert(this.arg(e, 1), type), first);
      const old = this.fetch(operation, pointer, type, value, order(), e.span);
      return isOld ? old : this.afterFetch(operation, old, value, type, e.span);
    });
  }

  /** Checks the pointer that such a builtin begins with, and puts what it computes first in front of the result. */
  private onTarget(e: CallSource, isWord: boolean, make: (target: Target, first: Expr[]) => Expr): Operand {
    const first: Expr[] = [];
    const pointer = this.arg(e, 0);
    if (this.isError(pointer.type)) return this.errorOperand(e.span);
    const to = pointer.type.kind === "pointer" ? pointer.type.to : null;
    const isRight =
      to !== null && (isWord ? isInteger(to.type) || to.type.kind === "pointer" : to.type.kind !== "void");
    if (!isRight || this.fn === null) {
      const what = isWord ? "a pointer to an integer or to a pointer" : "a pointer to an object";
      const hint = to === null ? { hint: "is an & missing?" } : {};
      const found = typeName(qual(pointer.type));
      this.error(`the first argument of an atomic operation has to be ${what}, not '${found}'`, e.span, hint);
      return this.errorOperand(e.span);
    }
    const held = this.hold(pointer, first);
    return this.valueOperand(this.inOrder(first, make({ pointer: held, type: to!.type }, first)));
  }

  /** An argument that leads to an object. */
  private pointerArgument(e: CallSource, i: number, to: CType): Expr {
    const value = this.arg(e, i);
    if (value.type.kind !== "pointer" && !this.isError(value.type)) {
      const span = e.args[i]?.span ?? e.span;
      this.error(`argument ${i + 1} has to be a pointer, not '${typeName(qual(value.type))}'`, span, {
        hint: "is an & missing?",
      });
    }
    return this.convert(value, to);
  }

  /** The order's number; one that is not constant counts as the strictest. */
  private order(e: CallSource, i: number): number {
    const source: Expression | undefined = e.args[i];
    if (source === undefined) {
      this.error("this builtin needs a memory order as its last argument", e.span);
      return SEQUENTIAL;
    }
    const value = this.arg(e, i);
    return value.kind === "const-int" ? Number(value.value) & 7 : SEQUENTIAL;
  }

  // ---- building blocks ----

  private primitive(name: BuiltinName, args: readonly Expr[], type: CType, order: number, span: Span): Expr {
    const result = name === "atomic_store" ? VOID : type;
    const all = [...args, this.constant(order, span)];
    return { kind: "builtin", name, args: all, argType: qual(type) satisfies QualType, type: result, span };
  }

  /** The object's value before the operation. */
  private fetch(name: FetchName, pointer: Expr, type: CType, value: Expr, order: number, span: Span): Expr {
    if (name !== "sub") return this.primitive(`atomic_${name}`, [pointer, value], type, order, span);
    const integer = type.kind === "pointer" ? SIZE_T : type;
    const negated = this.binary("sub", this.constant(0, span, integer), this.convert(value, integer), integer, span);
    return this.primitive("atomic_add", [pointer, negated], type, order, span);
  }

  /** The value after the operation, from the one before. */
  private afterFetch(name: FetchName, old: Expr, value: Expr, type: CType, span: Span): Expr {
    const integer = type.kind === "pointer" ? SIZE_T : type;
    const [a, b] = [this.convert(old, integer), this.convert(value, integer)];
    const whole = isInteger(integer) && sizeOf(integer) === 8 ? integer : INT;
    const op: BinaryOp = name === "nand" ? "and" : name;
    const combined = this.binary(op, this.convert(a, whole), this.convert(b, whole), whole, span);
    return this.convert(name === "nand" ? this.unary("not", combined, whole, span) : combined, type);
  }

  /** The value that was there; it has been replaced if it was the expected one. */
  private swap(pointer: Expr, expected: Expr, desired: Expr, type: CType, order: number, span: Span): Expr {
    return this.primitive("atomic_swap", [pointer, expected, desired], type, order, span);
  }

  private compareExchange(
    pointer: Expr,
    expected: Expr,
    desired: Expr,
    type: CType,
    order: number,
    first: Expr[],
    span: Span,
  ): Expr {
    const place: LValue = { kind: "deref", pointer: expected, type: qual(type), span };
    const wanted = this.hold(this.load(place), first);
    const old = this.hold(this.swap(pointer, wanted, desired, type, order, span), first);
    const isSame = this.hold(this.convert(this.binary("eq", old, wanted, INT, span), BOOL), first);
    const update = this.assignTo(place, old);
    first.push({
      kind: "conditional",
      test: isSame,
      // biome-ignore lint/suspicious/noThenProperty: the tree's own name
      then: this.voidValue(this.constant(0, span)),
      otherwise: this.voidValue(update),
      type: VOID,
      span,
    });
    return isSame;
  }

  /** The builtins without `_n`, whose values are in memory: like those with it where a word holds the value, else by the library. */
  private general(
    name: "load" | "store" | "exchange" | "compare_exchange",
    pointer: Expr,
    others: readonly Expr[],
    type: CType,
    order: number,
    first: Expr[],
    span: Span,
  ): Expr {
    if (!isScalar(type) || sizeOf(type) > 8)
      return this.generalCall(`__atomic_${name}`, type, [pointer, ...others], order, span);
    const word = this.wordType(sizeOf(type));
    const words = [pointer, ...others].map((each) => this.retype(each, pointerTo(qual(word))));
    const at = (i: number): LValue => ({ kind: "deref", pointer: words[i]!, type: qual(word), span });
    switch (name) {
      case "load":
        return this.voidValue(this.assignTo(at(1), this.primitive("atomic_load", [words[0]!], word, order, span)));
      case "store":
        return this.primitive("atomic_store", [words[0]!, this.load(at(1))], word, order, span);
      case "exchange": {
        const old = this.primitive("atomic_exchange", [words[0]!, this.load(at(1))], word, order, span);
        return this.voidValue(this.assignTo(at(2), old));
      }
      case "compare_exchange":
        return this.compareExchange(words[0]!, words[1]!, this.load(at(2)), word, order, first, span);
    }
  }

  /** A call of the library's function that takes the size in bytes. */
  private generalCall(name: string, type: CType, pointers: readonly Expr[], order: number, span: Span): Expr {
    const isSwap = name === "__atomic_compare_exchange";
    const orders = isSwap ? [order, order] : [order];
    const params = [SIZE_T, ...pointers.map(() => VOID_POINTER), ...orders.map(() => INT)];
    const args = [
      this.sizeConstant(sizeOf(type), span),
      ...pointers.map((pointer) => this.convert(pointer, VOID_POINTER)),
      ...orders.map((each) => this.constant(each, span)),
    ];
    return this.callHelper(name, functionType(isSwap ? BOOL : VOID, ...params), args, span);
  }

  private wordType(bytes: number): CType {
    return bytes === 8 ? ULLONG : bytes === 4 ? UINT : bytes === 2 ? USHORT : UCHAR;
  }
}

const FETCHES: Readonly<Record<string, FetchName>> = { "+": "add", "-": "sub", "&": "and", "|": "or", "^": "xor" };

/** A scalar that the generator's builtins know. */
const isPlain = (type: CType): boolean => isScalar(type) && sizeOf(type) <= 8;
