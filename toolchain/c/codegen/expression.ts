/** Expressions as values in one register (`word`), in two (`wide`), in memory (`memory`), or for their effects only. */
import type { Expr, LValue } from "../tree.ts";
import type { CType } from "../types.ts";
import {
  addressOf,
  addressRegister,
  loadScalar,
  loadWide,
  pointerAddress,
  registerHome,
  scaledIndex,
} from "./address.ts";
import { copyMemory } from "./aggregate.ts";
import { assignTo, generateUpdate } from "./assign.ts";
import { isBitField, locateField, readField, readWideField } from "./bit-field.ts";
import { type Address, type FunctionBuilder, registerAddress, slotAddress, type Wide } from "./builder.ts";
import { builtinMemory, builtinWide, builtinWord } from "./builtin.ts";
import { generateCall } from "./call.ts";
import { isComparison } from "./condition.ts";
import { convertToWide, convertToWord, toFloat, truthOf } from "./convert.ts";
import { combineFloats, floatBinary, floatCompare, floatValue, floatWords } from "./float.ts";
import { NONE, ZERO } from "./ir.ts";
import { alignOf, bytesOf, classOf, isFloat, isSigned } from "./layout.ts";
import { compareWide, negateWide, wideBinary, wideConstant } from "./wide.ts";
import { combineWords, constantOf, divideExact, isZero, wordBinary } from "./word.ts";

export function word(g: FunctionBuilder, expr: Expr): number {
  switch (expr.kind) {
    case "const-int":
      return g.constant(Number(BigInt.asIntN(32, expr.value)));
    case "const-float":
      return g.constant(floatWords(expr)[0]!);
    case "load":
      return loadedWord(g, expr.from, expr.type);
    case "address":
      return addressRegister(g, addressOf(g, expr.of));
    case "pointer-add":
      return pointerSum(g, expr);
    case "pointer-diff":
      return pointerDifference(g, expr);
    case "unary":
      return unaryWord(g, expr);
    case "binary":
      return binaryWord(g, expr);
    case "logical":
      return logicalWord(g, expr);
    case "conditional":
      return conditionalWord(g, expr);
    case "comma":
      effect(g, expr.left);
      return word(g, expr.right);
    case "convert":
      return convertToWord(g, expr.operand, expr.type);
    case "assign":
      return assignTo(g, expr.target, expr.value)[0];
    case "update":
      return generateUpdate(g, expr, true)[0];
    case "call":
      return generateCall(g, expr).words[0]!;
    case "statement-expr":
      return inBody(g, expr, () => (expr.value === null ? ZERO : word(g, expr.value)));
    case "builtin":
      return builtinWord(g, expr);
    case "label-address":
      g.addressedLabels.add(expr.label);
      g.namedLabel(expr.label);
      return g.symbolAddress(labelSymbol(g.symbolName, expr.label), 0);
  }
}

type StatementExpr = Extract<Expr, { kind: "statement-expr" }>;

/** The statements, then the value; variable-length arrays among them end with it. */
function inBody<T>(g: FunctionBuilder, expr: StatementExpr, value: () => T): T {
  const outer = g.lifetime;
  for (const stmt of expr.body) g.gen.statement(g, stmt);
  const result = value();
  g.endLifetimes(outer);
  return result;
}

/** A struct that may lie in a variable-length array is copied before the array ends. */
function settled(g: FunctionBuilder, from: Address, expr: StatementExpr): Address {
  if (!expr.body.some((stmt) => stmt.kind === "vla")) return from;
  const to = slotAddress(g.newSlot(bytesOf(expr.type), alignOf(expr.type)), 0, alignOf(expr.type));
  copyMemory(g, to, from, bytesOf(expr.type));
  return to;
}

/** The object-file name of a C label whose address is taken. */
export const labelSymbol = (functionSymbol: string, label: string): string => `.Llabel.${functionSymbol}.${label}`;

function loadedWord(g: FunctionBuilder, from: LValue, type: CType): number {
  const home = registerHome(g, from);
  if (home !== null) return home[0];
  if (isBitField(from)) return readField(g, locateField(g, from));
  return loadScalar(g, addressOf(g, from), type, from.type.isVolatile);
}

function pointerSum(g: FunctionBuilder, expr: Extract<Expr, { kind: "pointer-add" }>): number {
  if (typeof expr.scale === "number") {
    const folds = constantOf(expr.index) !== null || (!expr.subtract && g.unit.optimize);
    if (folds) return addressRegister(g, pointerAddress(g, expr, 1));
    const start = word(g, expr.pointer);
    return g.alu(expr.subtract ? "sub" : "add", start, scaledIndex(g, expr.index, expr.scale));
  }
  const start = word(g, expr.pointer);
  const index = word(g, expr.index);
  return g.alu(expr.subtract ? "sub" : "add", start, g.alu("mul", index, word(g, expr.scale)));
}

function pointerDifference(g: FunctionBuilder, expr: Extract<Expr, { kind: "pointer-diff" }>): number {
  const left = word(g, expr.left);
  const difference = g.alu("sub", left, word(g, expr.right));
  if (typeof expr.scale === "number") return divideExact(g, difference, expr.scale);
  return g.alu("div", difference, word(g, expr.scale));
}

function unaryWord(g: FunctionBuilder, expr: Extract<Expr, { kind: "unary" }>): number {
  if (expr.op === "lognot") return isZero(g, truthOf(g, expr.operand));
  const value = word(g, expr.operand);
  if (expr.op === "not") return g.aluImmediate("xori", value, -1);
  return isFloat(expr.type) ? g.alu("xor", value, g.constant(-2147483648)) : g.alu("sub", ZERO, value);
}

function binaryWord(g: FunctionBuilder, expr: Extract<Expr, { kind: "binary" }>): number {
  const { op, left, right } = expr;
  if (isFloat(left.type)) {
    if (isComparison(op)) return combineWords(g, op, floatCompare(g, op, left, right), ZERO, true);
    const value = floatBinary(g, op, left, right, expr.type);
    return value.kind === "word" ? value.reg : ZERO;
  }
  if (classOf(left.type) === "wide" && isComparison(op)) {
    const a = wide(g, left);
    return compareWide(g, op, a, wide(g, right), isSigned(left.type));
  }
  if (classOf(right.type) === "wide") {
    // The amount of a shift may be a long long: its low word is all that matters.
    const a = word(g, left);
    return combineWords(g, op, a, wide(g, right)[0], isSigned(left.type));
  }
  return wordBinary(g, op, left, right);
}

function logicalWord(g: FunctionBuilder, expr: Expr): number {
  const result = g.newRegister();
  const end = g.newLabel();
  g.emit("li", result, NONE, NONE, 1);
  g.gen.branch(g, expr, end, true);
  g.emit("li", result, NONE, NONE, 0);
  g.label(end);
  return result;
}

/** Evaluates one of two arms; each arm leaves its value where `arm` puts it. */
function chooseArm(g: FunctionBuilder, expr: Extract<Expr, { kind: "conditional" }>, arm: (value: Expr) => void): void {
  const otherwise = g.newLabel();
  const end = g.newLabel();
  g.gen.branch(g, expr.test, otherwise, false);
  arm(expr.then);
  g.jump(end);
  g.label(otherwise);
  arm(expr.otherwise);
  g.label(end);
}

function conditionalWord(g: FunctionBuilder, expr: Extract<Expr, { kind: "conditional" }>): number {
  const result = g.newRegister();
  chooseArm(g, expr, (value) => g.emit("mv", result, word(g, value), NONE, 0));
  return result;
}

// ---- pairs -----------------------------------------------------------------------------------------------------------

export function wide(g: FunctionBuilder, expr: Expr): Wide {
  switch (expr.kind) {
    case "const-int":
      return wideConstant(g, expr.value);
    case "const-float": {
      const words = floatWords(expr);
      return [g.constant(words[0]!), g.constant(words[1]!)];
    }
    case "load": {
      const home = registerHome(g, expr.from);
      if (home !== null) return home;
      if (isBitField(expr.from)) return readWideField(g, locateField(g, expr.from));
      return loadWide(g, addressOf(g, expr.from), expr.from.type.isVolatile);
    }
    case "unary":
      return unaryWide(g, expr);
    case "binary":
      if (isFloat(expr.type)) {
        const value = floatBinary(g, expr.op, expr.left, expr.right, expr.type);
        return value.kind === "wide" ? value.pair : [ZERO, ZERO];
      }
      return wideBinary(g, expr.op, expr.left, expr.right, expr.type);
    case "conditional": {
      const result: Wide = [g.newRegister(), g.newRegister()];
      chooseArm(g, expr, (value) => g.moveWide(result, wide(g, value)));
      return result;
    }
    case "comma":
      effect(g, expr.left);
      return wide(g, expr.right);
    case "convert":
      return convertToWide(g, expr.operand, expr.type);
    case "assign":
      return assignTo(g, expr.target, expr.value);
    case "update":
      return generateUpdate(g, expr, true);
    case "call": {
      const [low, high] = generateCall(g, expr).words;
      return [low!, high!];
    }
    case "statement-expr":
      return inBody(g, expr, (): Wide => (expr.value === null ? [ZERO, ZERO] : wide(g, expr.value)));
    case "builtin":
      return builtinWide(g, expr);
    default:
      throw new Error(`no 64-bit form of ${expr.kind}`);
  }
}

function unaryWide(g: FunctionBuilder, expr: Extract<Expr, { kind: "unary" }>): Wide {
  const value = wide(g, expr.operand);
  if (expr.op === "not") return [g.aluImmediate("xori", value[0], -1), g.aluImmediate("xori", value[1], -1)];
  if (isFloat(expr.type)) return [value[0], g.alu("xor", value[1], g.constant(-2147483648))];
  return negateWide(g, value);
}

// ---- memory ----------------------------------------------------------------------------------------------------------

export function memory(g: FunctionBuilder, expr: Expr): Address {
  switch (expr.kind) {
    case "load":
      return addressOf(g, expr.from);
    case "const-float":
      return quadConstant(g, expr);
    case "conditional": {
      const result = g.newRegister();
      chooseArm(g, expr, (value) => g.emit("mv", result, addressRegister(g, memory(g, value)), NONE, 0));
      return registerAddress(result, 0, alignOf(expr.type));
    }
    case "comma":
      effect(g, expr.left);
      return memory(g, expr.right);
    case "assign":
      return assignMemory(g, expr.target, expr.value);
    case "update":
      return quadUpdate(g, expr);
    case "call":
      return generateCall(g, expr).memory!;
    case "statement-expr":
      return inBody(g, expr, () =>
        expr.value === null ? slotAddress(g.newSlot(4, 4), 0, 4) : settled(g, memory(g, expr.value), expr),
      );
    case "builtin":
      return builtinMemory(g, expr);
    case "convert":
      return isFloat(expr.type) ? quadOf(toFloat(g, expr.operand, expr.type)) : memory(g, expr.operand);
    case "binary":
      return quadOf(floatBinary(g, expr.op, expr.left, expr.right, expr.type));
    case "unary":
      return quadNegate(g, expr.operand);
    default:
      throw new Error(`no memory form of ${expr.kind}`);
  }
}

function quadOf(value: ReturnType<typeof floatValue>): Address {
  if (value.kind !== "memory") throw new Error("long double expected");
  return value.at;
}

function quadConstant(g: FunctionBuilder, expr: Extract<Expr, { kind: "const-float" }>): Address {
  const slot = g.newSlot(16, 16);
  floatWords(expr).forEach((value, index) => {
    g.store("sw", g.constant(value), slotAddress(slot, index * 4, 4));
  });
  return slotAddress(slot, 0, 16);
}

function quadNegate(g: FunctionBuilder, operand: Expr): Address {
  const slot = g.newSlot(16, 16);
  copyMemory(g, slotAddress(slot, 0, 16), memory(g, operand), 16);
  const top = g.load("lw", slotAddress(slot, 12, 4));
  g.store("sw", g.alu("xor", top, g.constant(-2147483648)), slotAddress(slot, 12, 4));
  return slotAddress(slot, 0, 16);
}

/** Struct assignment. The source is located first: the target's own evaluation cannot disturb it in a valid program. */
function assignMemory(g: FunctionBuilder, target: LValue, value: Expr): Address {
  const source = memory(g, value);
  const to = addressOf(g, target);
  copyMemory(g, to, source, bytesOf(value.type));
  return to;
}

/** op= on a long double. */
function quadUpdate(g: FunctionBuilder, expr: Extract<Expr, { kind: "update" }>): Address {
  const value = floatValue(g, expr.value);
  const to = addressOf(g, expr.target);
  const old = slotAddress(g.newSlot(16, 16), 0, 16);
  copyMemory(g, old, to, 16);
  const result = quadOf(combineFloats(g, expr.op, { kind: "memory", at: old }, value, expr.type));
  copyMemory(g, to, result, 16);
  return expr.result === "old" ? old : to;
}

// ---- effects ---------------------------------------------------------------------------------------------------------

export function effect(g: FunctionBuilder, expr: Expr): void {
  switch (expr.kind) {
    case "const-int":
    case "const-float":
    case "label-address":
      return;
    case "load":
      if (expr.from.type.isVolatile && classOf(expr.type) !== "memory") evaluate(g, expr);
      else lvalueEffect(g, expr.from);
      return;
    case "address":
      lvalueEffect(g, expr.of);
      return;
    case "pointer-add":
      effect(g, expr.pointer);
      effect(g, expr.index);
      return;
    case "pointer-diff":
    case "binary":
      effect(g, expr.left);
      effect(g, expr.right);
      return;
    case "unary":
    case "convert":
      effect(g, expr.operand);
      return;
    case "logical": {
      const end = g.newLabel();
      g.gen.branch(g, expr.left, end, expr.op === "or");
      effect(g, expr.right);
      g.label(end);
      return;
    }
    case "conditional":
      chooseArm(g, expr, (value) => effect(g, value));
      return;
    case "comma":
      effect(g, expr.left);
      effect(g, expr.right);
      return;
    case "update":
      if (classOf(expr.type) === "memory") quadUpdate(g, expr);
      else generateUpdate(g, expr, false);
      return;
    case "call":
      generateCall(g, expr);
      return;
    case "statement-expr":
      inBody(g, expr, () => {
        if (expr.value !== null) effect(g, expr.value);
      });
      return;
    default:
      evaluate(g, expr);
  }
}

function lvalueEffect(g: FunctionBuilder, lvalue: LValue): void {
  if (lvalue.kind === "deref") effect(g, lvalue.pointer);
  else if (lvalue.kind === "member") lvalueEffect(g, lvalue.object);
  else if (lvalue.kind === "temp") for (const stmt of lvalue.init) g.gen.statement(g, stmt);
}

/** Evaluates whatever its class. */
function evaluate(g: FunctionBuilder, expr: Expr): void {
  switch (classOf(expr.type)) {
    case "wide":
      wide(g, expr);
      return;
    case "memory":
      memory(g, expr);
      return;
    default:
      word(g, expr);
  }
}
