/** Assignment and op= for scalars, wherever the target lives: in registers, in memory, in a bit-field. */
import type { Expr, LocalVar, LValue } from "../tree.ts";
import type { CType } from "../types.ts";
import { addressOf, loadScalar, loadWide, registerHome, stableAddress, storeWide, storeWord } from "./address.ts";
import { copyMemory } from "./aggregate.ts";
import { type FieldPlace, isBitField, locateField, readField, readWideField, writeField } from "./bit-field.ts";
import { type Address, type FunctionBuilder, slotAddress, type Wide } from "./builder.ts";
import { NONE, ZERO } from "./ir.ts";
import { alignOf, bytesOf, classOf } from "./layout.ts";

/** A scalar's place, evaluated once. */
export type Place =
  | { readonly kind: "register"; readonly home: Wide }
  | { readonly kind: "field"; readonly field: FieldPlace }
  | { readonly kind: "memory"; readonly at: Address; readonly pinned: boolean };

function locate(g: FunctionBuilder, target: LValue): Place {
  const home = registerHome(g, target);
  if (home !== null) return { kind: "register", home };
  if (isBitField(target)) return { kind: "field", field: locateField(g, target) };
  return { kind: "memory", at: addressOf(g, target), pinned: target.type.isVolatile };
}

/** A place that stays the same when it is read and written in turn. */
export function steadyPlace(g: FunctionBuilder, target: LValue): Place {
  const located = locate(g, target);
  if (located.kind !== "memory") return located;
  return { ...located, at: stableAddress(g, located.at, bytesOf(target.type.type)) };
}

/** The value of a word is [register, ZERO]. */
function scalarValue(g: FunctionBuilder, expr: Expr): Wide {
  return classOf(expr.type) === "wide" ? g.gen.wide(g, expr) : [g.gen.word(g, expr), ZERO];
}

export function read(g: FunctionBuilder, place: Place, type: CType): Wide {
  const isWide = classOf(type) === "wide";
  switch (place.kind) {
    case "register":
      return place.home;
    case "field":
      return isWide ? readWideField(g, place.field) : [readField(g, place.field), ZERO];
    case "memory":
      return isWide ? loadWide(g, place.at, place.pinned) : [loadScalar(g, place.at, type, place.pinned), ZERO];
  }
}

/** Stores and returns the value that the target has afterwards. */
export function write(g: FunctionBuilder, place: Place, value: Wide, type: CType): Wide {
  const isWide = classOf(type) === "wide";
  switch (place.kind) {
    case "register":
      if (isWide) g.moveWide(place.home, value);
      else g.move(place.home[0], value[0]);
      return place.home;
    case "field":
      return writeField(g, place.field, value);
    case "memory":
      if (isWide) storeWide(g, place.at, value);
      else storeWord(g, place.at, bytesOf(type), value[0]);
      return value;
  }
}

/** target = value, for scalars. */
export function assignTo(g: FunctionBuilder, target: LValue, value: Expr): Wide {
  const type = target.type.type;
  const stored = scalarValue(g, value);
  return write(g, locate(g, target), stored, type);
}

/** target = a value in registers. */
export function storeTo(g: FunctionBuilder, target: LValue, value: Wide): void {
  write(g, locate(g, target), value, target.type.type);
}

/** Depends on nothing that evaluating or storing the target can change, and has no effect. */
const isSteady = (expr: Expr): boolean =>
  expr.kind === "const-int" || expr.kind === "const-float" || (expr.kind === "convert" && isSteady(expr.operand));

/** target op= value, ++ and −−. `wanted` says whether the expression's value is used. */
export function generateUpdate(g: FunctionBuilder, expr: Extract<Expr, { kind: "update" }>, wanted: boolean): Wide {
  const type = expr.target.type.type;
  const value = isSteady(expr.value) ? expr.value : heldValue(g, expr.value);
  const place = steadyPlace(g, expr.target);
  const isWide = classOf(type) === "wide";
  let old = read(g, place, type);
  const wantsOld = wanted && expr.result === "old";
  if (wantsOld && place.kind === "register") old = isWide ? [g.copy(old[0]), g.copy(old[1])] : [g.copy(old[0]), NONE];
  const oldExpr = loadOf(temporaryFor(g, type, old), type, expr);
  const combined = combine(expr, oldExpr, value, type);
  const result = write(g, place, scalarValue(g, combined), type);
  return wantsOld ? old : result;
}

/** The new value as an expression, converted to the target's type. */
function combine(expr: Extract<Expr, { kind: "update" }>, old: Expr, value: Expr, type: CType): Expr {
  const span = expr.span;
  if (expr.scale !== null) {
    const subtract = expr.op === "sub";
    return { kind: "pointer-add", pointer: old, index: value, scale: expr.scale, subtract, type, span };
  }
  const left: Expr = sameForm(type, expr.computeType)
    ? { ...old, type: expr.computeType }
    : { kind: "convert", operand: old, type: expr.computeType, span };
  const sum: Expr = { kind: "binary", op: expr.op, left, right: value, type: expr.computeType, span };
  return sameForm(type, expr.computeType) ? sum : { kind: "convert", operand: sum, type, span };
}

const sameForm = (a: CType, b: CType): boolean =>
  a === b || (a.kind === b.kind && (a.kind === "int" || a.kind === "float") && a.name === (b as typeof a).name);

function heldValue(g: FunctionBuilder, expr: Expr): Expr {
  if (classOf(expr.type) === "memory") {
    const slot = g.newSlot(bytesOf(expr.type), alignOf(expr.type));
    copyMemory(g, slotAddress(slot, 0, alignOf(expr.type)), g.gen.memory(g, expr), bytesOf(expr.type));
    return loadOf(g.temporary(expr.type, { kind: "slot", slot }), expr.type, expr);
  }
  return loadOf(temporaryFor(g, expr.type, scalarValue(g, expr)), expr.type, expr);
}

function temporaryFor(g: FunctionBuilder, type: CType, value: Wide): LocalVar {
  return g.temporary(
    type,
    classOf(type) === "wide" ? { kind: "wide", low: value[0], high: value[1] } : { kind: "word", reg: value[0] },
  );
}

const loadOf = (local: LocalVar, type: CType, near: Expr): Expr => ({
  kind: "load",
  from: { kind: "var", var: local, type: local.type, span: near.span },
  type,
  span: near.span,
});
