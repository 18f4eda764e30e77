/** Function calls by the psABI: arguments are evaluated into virtual registers first and moved to their places last. */
import type { Expr } from "../tree.ts";
import type { CType } from "../types.ts";
import { planArguments, returnsInMemory } from "./abi.ts";
import { addressRegister } from "./address.ts";
import { copyMemory, loadWords, storeWords } from "./aggregate.ts";
import { type Address, type FunctionBuilder, slotAddress, symbolOf } from "./builder.ts";
import { A0, NONE, OUTGOING_SLOT } from "./ir.ts";
import { alignOf, bytesOf, classOf } from "./layout.ts";

type CallExpr = Extract<Expr, { kind: "call" }>;

/** What a call gives back: registers for scalars, an address for structs and long double. */
export interface CallResult {
  readonly words: readonly number[];
  readonly memory: Address | null;
}

export function generateCall(g: FunctionBuilder, expr: CallExpr): CallResult {
  const result = expr.fn.returns.type;
  const hidden = returnsInMemory(result);
  const named = expr.fn.variadic ? expr.fn.params.length : expr.args.length;
  const plan = planArguments(
    expr.args.map((arg) => arg.type),
    named,
    hidden,
  );
  const direct = directSymbol(expr.callee);
  const pointer = direct === null ? g.gen.word(g, expr.callee) : NONE;
  const values = evaluateArguments(g, expr.args);
  g.span = expr.span;
  const target = hidden ? slotAddress(g.newSlot(bytesOf(result), alignOf(result)), 0, alignOf(result)) : null;
  const uses: number[] = [];
  const moves: { to: number; value: ArgumentWord }[] = [];
  plan.places.forEach((place, index) => {
    const words = values[index]!;
    place.registers.forEach((to, at) => {
      moves.push({ to, value: words[at]! });
    });
    words.slice(place.registers.length).forEach((value, at) => {
      g.store("sw", wordRegister(g, value), slotAddress(OUTGOING_SLOT, place.stackOffset + at * 4, 4));
    });
  });
  g.outgoingBytes = Math.max(g.outgoingBytes, plan.stackBytes);
  if (target !== null) moves.unshift({ to: A0, value: { register: addressRegister(g, target), constant: null } });
  for (const { to, value } of moves) {
    if (value.constant !== null) g.emit("li", to, NONE, NONE, value.constant);
    else g.emit("mv", to, value.register, NONE, 0);
    uses.push(to);
  }
  const resultWords = hidden || result.kind === "void" ? 0 : Math.ceil(bytesOf(result) / 4);
  g.call(direct, pointer, uses, resultWords);
  return takeResult(g, result, target, resultWords);
}

function takeResult(g: FunctionBuilder, type: CType, target: Address | null, resultWords: number): CallResult {
  if (target !== null) return { words: [], memory: target };
  const words = Array.from({ length: resultWords }, (_, index) => g.copy(A0 + index));
  if (classOf(type) !== "memory") return { words, memory: null };
  const at = slotAddress(
    g.newSlot(Math.max(4, bytesOf(type)), Math.max(4, alignOf(type))),
    0,
    Math.max(4, alignOf(type)),
  );
  if (words.length > 0) storeWords(g, at, words, bytesOf(type));
  return { words: [], memory: at };
}

/** The symbol when the callee is a known function. */
function directSymbol(callee: Expr): string | null {
  if (callee.kind === "convert" && callee.operand.type.kind === "pointer") return directSymbol(callee.operand);
  if (callee.kind !== "address" || callee.of.kind !== "var" || callee.of.var.storage === "local") return null;
  return symbolOf(callee.of.var);
}

interface ArgumentWord {
  readonly register: number;
  /** Known value: loaded straight into the argument register. */
  readonly constant: number | null;
}

const wordRegister = (g: FunctionBuilder, value: ArgumentWord): number =>
  value.constant !== null ? g.constant(value.constant) : value.register;

/** The words of every argument. Those that contain calls go first, so that fewer values have to survive a call. */
function evaluateArguments(g: FunctionBuilder, args: readonly Expr[]): ArgumentWord[][] {
  const values: ArgumentWord[][] = args.map(() => []);
  const calling = args.map((arg) => containsCall(arg));
  args.forEach((arg, index) => {
    if (calling[index]) values[index] = argumentWords(g, arg);
  });
  args.forEach((arg, index) => {
    if (!calling[index]) values[index] = argumentWords(g, arg);
  });
  return values;
}

function argumentWords(g: FunctionBuilder, arg: Expr): ArgumentWord[] {
  const held = (register: number): ArgumentWord => ({ register, constant: null });
  switch (classOf(arg.type)) {
    case "word":
      if (arg.kind === "const-int") return [{ register: NONE, constant: Number(BigInt.asIntN(32, arg.value)) }];
      return [held(g.gen.word(g, arg))];
    case "wide":
      if (arg.kind === "const-int") {
        return [arg.value, arg.value >> 32n].map((part) => ({
          register: NONE,
          constant: Number(BigInt.asIntN(32, part)),
        }));
      }
      return g.gen.wide(g, arg).map(held);
    case "memory": {
      const bytes = bytesOf(arg.type);
      const source = g.gen.memory(g, arg);
      if (bytes <= 8) return loadWords(g, source, bytes).map(held);
      const copy = slotAddress(g.newSlot(bytes, alignOf(arg.type)), 0, Math.max(4, alignOf(arg.type)));
      copyMemory(g, copy, source, bytes);
      return [held(addressRegister(g, copy))];
    }
    default:
      g.gen.effect(g, arg);
      return [];
  }
}

/** Whether evaluating it may call something: shown by the tree, or by arithmetic that has no instruction. */
export function containsCall(expr: Expr): boolean {
  switch (expr.kind) {
    case "call":
    case "statement-expr":
    case "builtin":
      return true;
    case "load":
    case "address": {
      const lvalue = expr.kind === "load" ? expr.from : expr.of;
      return lvalueContainsCall(lvalue);
    }
    case "pointer-add":
      return containsCall(expr.pointer) || containsCall(expr.index);
    case "pointer-diff":
    case "comma":
    case "logical":
      return containsCall(expr.left) || containsCall(expr.right);
    case "binary":
      return (
        expr.left.type.kind === "float" ||
        ((expr.op === "div" || expr.op === "rem") && bytesOf(expr.type) === 8) ||
        containsCall(expr.left) ||
        containsCall(expr.right)
      );
    case "unary":
      return containsCall(expr.operand);
    case "convert":
      return (
        (expr.type.kind === "float") !== (expr.operand.type.kind === "float") ||
        (expr.type.kind === "float" && bytesOf(expr.type) !== bytesOf(expr.operand.type)) ||
        containsCall(expr.operand)
      );
    case "conditional":
      return containsCall(expr.test) || containsCall(expr.then) || containsCall(expr.otherwise);
    case "assign":
      return lvalueContainsCall(expr.target) || containsCall(expr.value) || classOf(expr.type) === "memory";
    case "update":
      return lvalueContainsCall(expr.target) || containsCall(expr.value) || expr.computeType.kind === "float";
    default:
      return false;
  }
}

function lvalueContainsCall(lvalue: import("../tree.ts").LValue): boolean {
  if (lvalue.kind === "deref") return containsCall(lvalue.pointer);
  if (lvalue.kind === "member") return lvalueContainsCall(lvalue.object);
  return lvalue.kind === "temp";
}
