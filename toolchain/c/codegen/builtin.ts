/** Builtins that have no C form: variable arguments, stack allocation, frame and return addresses. */
import type { Expr, LValue } from "../tree.ts";
import type { CType } from "../types.ts";
import { isByReference } from "./abi.ts";
import { addressRegister, loadScalar, loadWide } from "./address.ts";
import { assignTo, storeTo } from "./assign.ts";
import { atomicWide, atomicWord, isAtomic } from "./atomic.ts";
import { type Address, type FunctionBuilder, registerAddress, slotAddress, type Wide } from "./builder.ts";
import { isImm12, NONE, SP, ZERO } from "./ir.ts";
import { alignOf, bytesOf, roundUp } from "./layout.ts";

type Builtin = Extract<Expr, { kind: "builtin" }>;

export function builtinWord(g: FunctionBuilder, expr: Builtin): number {
  if (isAtomic(expr)) return atomicWord(g, expr);
  switch (expr.name) {
    case "va_arg":
      return expr.type.kind === "void" ? ZERO : loadScalar(g, nextArgument(g, expr), expr.type, false);
    case "va_start":
      storeTo(g, listOf(expr.args[0]!), [addressRegister(g, slotAddress(g.variadicSlot, 0, 4)), ZERO]);
      return ZERO;
    case "va_copy":
      assignTo(g, listOf(expr.args[0]!), asValue(expr.args[1]!));
      return ZERO;
    case "va_end":
      return ZERO;
    case "alloca":
      return allocate(g, g.gen.word(g, expr.args[0]!));
    case "frame_address":
      return isOuterFrame(expr) ? ZERO : g.emit("cfa", g.newRegister(), NONE, NONE, 0).d;
    case "return_address":
      if (isOuterFrame(expr)) return ZERO;
      if (g.returnAddress === NONE) g.returnAddress = g.newRegister();
      return g.returnAddress;
    case "unreachable":
      return ZERO;
    case "trap":
      g.emit("ebreak", NONE, NONE, NONE, 0);
      return ZERO;
    case "memory_barrier":
      g.emit("asm", NONE, NONE, NONE, 0).info = { uses: [], defs: [], clobbers: [], asm: { pieces: ["fence"] } };
      return ZERO;
  }
  throw new Error(`no code for the builtin ${expr.name}`);
}

const isOuterFrame = (expr: Builtin): boolean => {
  const level = expr.args[0];
  return level !== undefined && level.kind === "const-int" && level.value !== 0n;
};

export const builtinWide = (g: FunctionBuilder, expr: Builtin): Wide =>
  isAtomic(expr) ? atomicWide(g, expr) : loadWide(g, nextArgument(g, expr), false);

export const builtinMemory = (g: FunctionBuilder, expr: Builtin): Address => nextArgument(g, expr);

/** The va_list as an lvalue: a plain pointer variable on this target. */
function listOf(arg: Expr): LValue {
  if (arg.kind === "load") return arg.from;
  if (arg.kind === "address") return arg.of;
  if (arg.kind === "convert") return listOf(arg.operand);
  throw new Error("va_list must be an lvalue");
}

const asValue = (arg: Expr): Expr =>
  arg.kind === "address" ? { kind: "load", from: arg.of, type: arg.of.type.type, span: arg.span } : arg;

/** Advances the va_list past an argument of the type and gives the argument's address. */
function nextArgument(g: FunctionBuilder, expr: Builtin): Address {
  const type: CType = expr.argType?.type ?? expr.type;
  const list = listOf(expr.args[0]!);
  const value: Expr = { kind: "load", from: list, type: list.type.type, span: expr.span };
  const byReference = isByReference(type);
  let at = g.gen.word(g, value);
  if (!byReference && alignOf(type) > 4) at = g.aluImmediate("andi", g.addImmediate(at, 7), -8);
  else at = g.copy(at);
  storeTo(g, list, [g.addImmediate(at, byReference ? 4 : roundUp(bytesOf(type), 4)), ZERO]);
  const home = registerAddress(at, 0, byReference ? 4 : Math.max(4, alignOf(type)));
  return byReference ? registerAddress(g.load("lw", home), 0, alignOf(type)) : home;
}

/** Lowers sp by the bytes, rounded up to 16, and gives the start of the new space (above the outgoing arguments), aligned as asked for. */
export function allocate(g: FunctionBuilder, bytes: number, align = 16): number {
  g.usesFramePointer = true;
  const spare = align > 16 ? align : 0;
  const rounded = g.aluImmediate("andi", g.addImmediate(bytes, 15 + spare), -16);
  g.emit("sub", SP, SP, rounded, 0);
  const { d } = g.emit("dynamic", g.newRegister(), NONE, NONE, 0);
  return spare === 0 ? d : alignDown(g, g.addImmediate(d, align - 1), align);
}

/** The last address up to `last` that is aligned so. */
export const alignDown = (g: FunctionBuilder, last: number, align: number): number =>
  isImm12(-align) ? g.aluImmediate("andi", last, -align) : g.alu("and", last, g.constant(-align));
