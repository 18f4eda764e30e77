/** One function: homes for its variables, arguments taken over from their places, the body, the way out. */
import type { FunctionDefinition, LocalVar } from "../tree.ts";
import { planArguments, returnsInMemory } from "./abi.ts";
import { addressRegister } from "./address.ts";
import { storeWords } from "./aggregate.ts";
import {
  FunctionBuilder,
  type Generators,
  type Home,
  registerAddress,
  slotAddress,
  type UnitContext,
} from "./builder.ts";
import { alignDown } from "./builtin.ts";
import { branch } from "./condition.ts";
import { effect, memory, wide, word } from "./expression.ts";
import { A0, NONE, RA } from "./ir.ts";
import { alignOf, bytesOf, classOf } from "./layout.ts";
import { statement } from "./statement.ts";
import { surveyFunction } from "./survey.ts";

const GENERATORS: Generators = { word, wide, memory, effect, branch, statement };

/**
 * Generates the instructions of a function, with virtual registers.
 *
 * @param addressed its labels whose address stands in static data
 */
export function generateFunction(
  definition: FunctionDefinition,
  unit: UnitContext,
  addressed: readonly string[],
): FunctionBuilder {
  const survey = surveyFunction(definition.body);
  const inRegisters = unit.optimize && !survey.callsSetjmp;
  const returnType = definition.type.returns.type;
  const g = new FunctionBuilder(
    GENERATORS,
    unit,
    definition.symbol.symbol,
    definition.locals,
    returnType,
    unit.optimize && !survey.entersLoops,
  );
  g.span = definition.span;
  g.labelLifetimes = survey.labelLifetimes;
  for (const name of addressed) g.addressedLabels.add(name);
  takeArguments(g, definition, () => {
    for (const local of definition.locals) g.homes.set(local.id, newHome(g, local, inRegisters));
  });
  const resultWords = returnsInMemory(returnType)
    ? 0
    : returnType.kind === "void"
      ? 0
      : Math.ceil(bytesOf(returnType) / 4);
  g.returnRegisters = Array.from({ length: resultWords }, () => g.newRegister());
  statement(g, definition.body);
  g.label(g.returnLabel);
  leave(g);
  resolveComputedGotos(g);
  if (g.returnAddress !== NONE) insertReturnAddress(g);
  return g;
}

/** A home by the variable's type: registers for scalars whose address is not taken, a slot otherwise. */
function newHome(g: FunctionBuilder, local: LocalVar, inRegisters: boolean): Home {
  const type = local.type.type;
  const isArray = type.kind === "array" && type.vla !== null;
  if (isArray)
    return inRegisters ? { kind: "pointer", reg: g.newRegister() } : { kind: "pointer-slot", slot: g.newSlot(4, 4) };
  const kind = classOf(type);
  const free = inRegisters && !local.isAddressTaken && !local.type.isVolatile;
  // Fixed registers only matter inside asm statements; anywhere else such a variable is an ordinary one.
  if (kind === "word" && free) return { kind: "word", reg: g.newRegister() };
  if (kind === "wide" && free) return { kind: "wide", low: g.newRegister(), high: g.newRegister() };
  const align = Math.max(alignOf(type), local.alignAs);
  if (align > 16) return overAlignedHome(g, bytesOf(type), align);
  return { kind: "slot", slot: g.newSlot(Math.max(1, bytesOf(type)), align) };
}

/** The stack is aligned to 16 bytes only: such an object is placed inside a larger slot when the function starts. */
function overAlignedHome(g: FunctionBuilder, bytes: number, align: number): Home {
  const start = addressRegister(g, slotAddress(g.newSlot(bytes + align, 16), align - 1, 1));
  const aligned = alignDown(g, start, align);
  const slot = g.newSlot(4, 4);
  g.store("sw", aligned, slotAddress(slot, 0, 4));
  return { kind: "pointer-slot", slot };
}

function takeArguments(g: FunctionBuilder, definition: FunctionDefinition, makeHomes: () => void): void {
  const { params, type } = definition;
  const hidden = returnsInMemory(type.returns.type);
  const plan = planArguments(
    params.map((param) => param.type.type),
    params.length,
    hidden,
  );
  // All registers are copied before anything else is done: what follows may need registers of its own.
  const held = params.map((_, index) => plan.places[index]!.registers.map((register) => g.copy(register)));
  if (hidden) g.resultPointer = g.copy(A0);
  if (type.variadic) saveVariadic(g, plan.registersUsed, plan.stackBytes);
  makeHomes();
  params.forEach((param, index) => {
    const place = plan.places[index]!;
    const bytes = place.byReference ? 4 : bytesOf(param.type.type);
    const words = [...held[index]!];
    if (place.stackOffset >= 0) {
      const count = Math.ceil(bytes / 4) - words.length;
      const incoming = g.incomingSlot(count * 4, 4, place.stackOffset);
      if (words.length === 0 && takeFromStack(g, param, place.byReference, incoming, place.stackOffset)) return;
      for (let at = 0; at < count; at++) words.push(g.load("lw", slotAddress(incoming, at * 4, 4)));
    }
    placeArgument(g, param, words, place.byReference);
  });
}

/** An argument that lies whole on the stack and lives in memory stays where it is. */
function takeFromStack(
  g: FunctionBuilder,
  param: LocalVar,
  byReference: boolean,
  slot: number,
  offset: number,
): boolean {
  const home = g.homes.get(param.id)!;
  if (byReference || home.kind !== "slot" || param.alignAs > 4 || offset % alignOf(param.type.type) !== 0) return false;
  g.homes.set(param.id, { kind: "slot", slot });
  return true;
}

function placeArgument(g: FunctionBuilder, param: LocalVar, words: readonly number[], byReference: boolean): void {
  const home = g.homes.get(param.id)!;
  if (byReference) {
    if (g.unit.optimize) g.homes.set(param.id, { kind: "pointer", reg: words[0]! });
    else {
      const slot = g.newSlot(4, 4);
      g.store("sw", words[0]!, slotAddress(slot, 0, 4));
      g.homes.set(param.id, { kind: "pointer-slot", slot });
    }
    return;
  }
  if (home.kind === "pointer-slot") {
    const at = registerAddress(g.load("lw", slotAddress(home.slot, 0, 4)), 0, 4);
    storeWords(g, at, words, bytesOf(param.type.type));
  } else if (home.kind === "word") g.move(home.reg, words[0]!);
  else if (home.kind === "wide") g.moveWide([home.low, home.high], [words[0]!, words[1]!]);
  else if (home.kind === "slot") {
    const align = Math.max(alignOf(param.type.type), 4);
    storeWords(g, slotAddress(home.slot, 0, align), words, bytesOf(param.type.type));
  }
}

/** Variable arguments in registers are stored right below those on the stack, so that va_arg walks over both. */
function saveVariadic(g: FunctionBuilder, registersUsed: number, stackBytes: number): void {
  const count = 8 - registersUsed;
  if (count === 0) {
    g.variadicSlot = g.incomingSlot(4, 4, stackBytes);
    return;
  }
  g.variadicSlot = g.incomingSlot(count * 4, 4, -count * 4);
  for (let index = 0; index < count; index++) {
    g.store("sw", g.copy(A0 + registersUsed + index), slotAddress(g.variadicSlot, index * 4, 4));
  }
}

function leave(g: FunctionBuilder): void {
  const uses = g.returnRegisters.map((register, index) => {
    g.emit("mv", A0 + index, register, NONE, 0);
    return A0 + index;
  });
  g.emit("ret", NONE, NONE, NONE, 0).info = { uses, defs: [], clobbers: [] };
}

function resolveComputedGotos(g: FunctionBuilder): void {
  if (g.addressedLabels.size === 0) return;
  const targets = [...g.addressedLabels].map((name) => g.namedLabel(name));
  for (const ins of g.code) {
    if (ins.op === "jr" && ins.info!.targets!.length === 0) ins.info = { ...ins.info!, targets };
  }
}

function insertReturnAddress(g: FunctionBuilder): void {
  g.emit("mv", g.returnAddress, RA, NONE, 0);
  g.code.unshift(g.code.pop()!);
}
