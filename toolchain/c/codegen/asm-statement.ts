/**
 * GNU asm statements: operands are put into registers or memory as their constraints say, then the template's % escapes become
 * places that the emitter fills in once registers are known.
 *
 * Constraints understood: r, m, o, V, A, i, n, s, I, J, K, g, X, digits and [names] for matching, with =, +, &, %. A value of 64 bits takes
 * two registers; the template's escape names the one with the low word, as in GCC, which has no way to name the other either.
 */
import { registerNumber } from "../../../emulator/isa/registers.ts";
import type { AsmOperand, Expr, LValue, Stmt } from "../tree.ts";
import type { CType } from "../types.ts";
import { addressOf, addressRegister, registerHome } from "./address.ts";
import { read, type Place as ScalarPlace, steadyPlace, write } from "./assign.ts";
import { type FunctionBuilder, symbolOf, type Wide } from "./builder.ts";
import { type AsmPiece, FIRST_VIRTUAL, isImm12, NONE, ZERO } from "./ir.ts";
import { classOf } from "./layout.ts";

type AsmStmt = Extract<Stmt, { kind: "asm" }>;

/** What stands for an operand in the template. */
type Place =
  /** `high` is NONE for a word. */
  | { readonly kind: "register"; readonly register: number; readonly high: number }
  | { readonly kind: "memory"; readonly base: number }
  | { readonly kind: "constant"; readonly value: bigint }
  | { readonly kind: "symbol"; readonly symbol: string; readonly addend: number };

interface Work {
  readonly places: Place[];
  readonly uses: number[];
  readonly defs: number[];
  readonly earlyDefs: number[];
  /** Moves into fixed registers, made last of all. */
  readonly moves: (readonly [to: number, from: number])[];
  readonly results: { readonly type: CType; readonly place: ScalarPlace; readonly registers: Wide }[];
}

export function generateAsm(g: FunctionBuilder, stmt: AsmStmt): void {
  const ins = (pieces: readonly AsmPiece[], work: Work | null): void => {
    const clobbers = stmt.clobbers.flatMap((name) => clobbered(g, name, stmt));
    g.emit("asm", NONE, NONE, NONE, 0).info = {
      uses: work?.uses ?? [],
      defs: work?.defs ?? [],
      earlyDefs: work?.earlyDefs ?? [],
      clobbers,
      asm: { pieces },
    };
  };
  if (stmt.isBasic) {
    ins([stmt.template], null);
    return;
  }
  const work: Work = { places: [], uses: [], defs: [], earlyDefs: [], moves: [], results: [] };
  for (const operand of stmt.outputs) placeOutput(g, operand, work, stmt);
  for (const operand of stmt.inputs) placeInput(g, operand, work, stmt);
  for (const [to, from] of work.moves) g.emit("mv", to, from, NONE, 0);
  const names = [...stmt.outputs, ...stmt.inputs].map((operand) => operand.name);
  ins(fillTemplate(g, stmt, names, work.places), work);
  const copied = (register: number): number =>
    register >= FIRST_VIRTUAL || register === NONE ? register : g.copy(register);
  const held = work.results.map(({ registers, ...result }) => ({
    ...result,
    value: [copied(registers[0]), copied(registers[1])] as const,
  }));
  // Memory first: a variable that is written may be what another place's address is computed from.
  for (const { place, value, type } of held) if (place.kind !== "register") write(g, place, value, type);
  for (const { place, value, type } of held) if (place.kind === "register") write(g, place, value, type);
}

/** New registers for a value, or those that a variable is bound to. */
function registersFor(g: FunctionBuilder, fixed: number, isWide: boolean): Wide {
  if (fixed !== NONE) return [fixed, isWide ? fixed + 1 : NONE];
  return [g.newRegister(), isWide ? g.newRegister() : NONE];
}

/** Puts a value into registers, now or, when they are the machine's own, last of all. */
function putInto(g: FunctionBuilder, work: Work, to: Wide, from: Wide): void {
  for (const half of [0, 1] as const) {
    if (to[half] === NONE) continue;
    if (to[half] < FIRST_VIRTUAL) work.moves.push([to[half], from[half]]);
    else g.emit("mv", to[half], from[half], NONE, 0);
    work.uses.push(to[half]);
  }
}

const inRegisters = (g: FunctionBuilder, value: Expr): Wide =>
  classOf(value.type) === "wide" ? g.gen.wide(g, value) : [g.gen.word(g, value), NONE];

/** After an error, so that the rest can go on. */
const NOWHERE: Place = { kind: "register", register: ZERO, high: NONE };

/** The machine register of a clobber. */
function clobbered(g: FunctionBuilder, name: string, stmt: AsmStmt): number[] {
  if (name === "memory" || name === "cc") return [];
  const register = registerNumber(name);
  if (register === undefined || register === null) {
    g.error(`unknown register '${name}' among the clobbers of asm`, stmt.span);
    return [];
  }
  return [register];
}

function fixedRegister(lvalue: LValue | null): number {
  if (lvalue?.kind !== "var" || lvalue.var.storage !== "local" || lvalue.var.asmRegister === null) return NONE;
  return registerNumber(lvalue.var.asmRegister) ?? NONE;
}

/** The first alternative; modifiers are looked up in the whole text. */
const lettersOf = (constraint: string): string => constraint.replace(/[=+&%*!?#\s]/g, "");
const isMemoryOnly = (letters: string): boolean => /[moV]/.test(letters) && !/[rgX0-9]/.test(letters);

function placeOutput(g: FunctionBuilder, operand: AsmOperand, work: Work, stmt: AsmStmt): void {
  const target = operand.target!;
  const letters = lettersOf(operand.constraint);
  const inRegister = registerHome(g, target) !== null;
  if ((isMemoryOnly(letters) || letters === "A") && !inRegister) {
    placeMemory(g, target, work);
    return;
  }
  const type = target.type.type;
  if (classOf(type) === "memory" || isMemoryOnly(letters)) {
    g.error("this asm operand has to be a number or a pointer of at most 64 bits in a register", stmt.span);
    work.places.push(NOWHERE);
    return;
  }
  const registers = registersFor(g, fixedRegister(target), classOf(type) === "wide");
  // The place is computed before the statement, once: the template's outputs may be what it is computed from.
  const place = steadyPlace(g, target);
  if (operand.constraint.includes("+")) putInto(g, work, registers, read(g, place, type));
  for (const register of registers) {
    if (register === NONE) continue;
    work.defs.push(register);
    if (operand.constraint.includes("&")) work.earlyDefs.push(register);
  }
  work.places.push({ kind: "register", register: registers[0], high: registers[1] });
  work.results.push({ type, place, registers });
}

function placeMemory(g: FunctionBuilder, lvalue: LValue, work: Work): void {
  const base = addressRegister(g, addressOf(g, lvalue));
  work.uses.push(base);
  work.places.push({ kind: "memory", base });
}

function placeInput(g: FunctionBuilder, operand: AsmOperand, work: Work, stmt: AsmStmt): void {
  const letters = lettersOf(operand.constraint);
  const matching = /^(\d+)|^\[([^\]]+)\]/.exec(letters);
  if (matching !== null) {
    const index =
      matching[1] !== undefined ? Number(matching[1]) : stmt.outputs.findIndex((output) => output.name === matching[2]);
    const place = work.places[index];
    if (place?.kind !== "register") {
      g.error(`asm operand matches '${letters}', which is no output in a register`, stmt.span);
      return;
    }
    const value = operand.value;
    if (value === null || classOf(value.type) !== (place.high === NONE ? "word" : "wide")) {
      g.error("an asm operand and the output that it matches have to be of the same size", stmt.span);
      work.places.push(NOWHERE);
      return;
    }
    const from = inRegisters(g, value);
    work.moves.push([place.register, from[0]]);
    work.uses.push(place.register);
    if (place.high !== NONE) {
      work.moves.push([place.high, from[1]]);
      work.uses.push(place.high);
    }
    work.places.push(place);
    return;
  }
  if (operand.target !== null) {
    placeMemory(g, operand.target, work);
    return;
  }
  const value = operand.value!;
  const constant = constantPlace(value, letters);
  if (constant !== null) {
    work.places.push(constant);
    return;
  }
  if (isMemoryOnly(letters) || letters === "A") {
    const lvalue = value.kind === "load" ? value.from : null;
    if (lvalue !== null && registerHome(g, lvalue) === null) {
      placeMemory(g, lvalue, work);
      return;
    }
  }
  placeRegisterInput(g, value, work, letters);
}

function placeRegisterInput(g: FunctionBuilder, value: Expr, work: Work, letters: string): void {
  if (!/[rgXmoV]/.test(letters) || classOf(value.type) === "memory") {
    g.error(`this operand cannot be what its constraint "${letters}" asks for`, value.span);
    work.places.push(NOWHERE);
    return;
  }
  const fixed = fixedRegister(value.kind === "load" ? value.from : null);
  let registers = inRegisters(g, value);
  if (fixed !== NONE) {
    const own = registersFor(g, fixed, registers[1] !== NONE);
    putInto(g, work, own, registers);
    registers = own;
  } else {
    // A copy of its own, so that the variable itself may live in memory when registers are few.
    registers = [g.copy(registers[0]), registers[1] === NONE ? NONE : g.copy(registers[1])];
    work.uses.push(...registers.filter((register) => register !== NONE));
  }
  work.places.push({ kind: "register", register: registers[0], high: registers[1] });
}

function constantPlace(value: Expr, letters: string): Place | null {
  if (value.kind === "const-int") {
    const small = Number(BigInt.asIntN(32, value.value));
    const allowed =
      /[insgX]/.test(letters) ||
      (letters.includes("I") && isImm12(small)) ||
      (letters.includes("J") && small === 0) ||
      (letters.includes("K") && small >= 0 && small <= 31);
    return allowed ? { kind: "constant", value: BigInt.asIntN(32, value.value) } : null;
  }
  if (!/[is]/.test(letters) || value.kind !== "address" || value.of.kind !== "var") return null;
  return value.of.var.storage === "local" ? null : { kind: "symbol", symbol: symbolOf(value.of.var), addend: 0 };
}

/** Splits the template at its escapes: %0, %[name], %z1, %%, %=. */
function fillTemplate(
  g: FunctionBuilder,
  stmt: AsmStmt,
  names: readonly string[],
  places: readonly Place[],
): AsmPiece[] {
  const pieces: AsmPiece[] = [];
  /** What %= stands for: one number in the whole statement, and another in every other. */
  let instance: number | null = null;
  let last = 0;
  for (const match of stmt.template.matchAll(/%(?:%|=|([a-zA-Z]?)(?:(\d+)|\[([^\]]+)\]))/g)) {
    pieces.push(stmt.template.slice(last, match.index));
    last = match.index + match[0].length;
    if (match[0] === "%%") pieces.push("%");
    else if (match[0] === "%=") {
      instance ??= g.newLabel();
      pieces.push(String(instance));
    } else {
      const index = match[2] !== undefined ? Number(match[2]) : names.indexOf(match[3]!);
      const place = places[index];
      if (place === undefined) {
        g.error(`asm template names operand '${match[0]}', which does not exist`, stmt.span);
        // What is left would only be wrong once more.
        return [];
      }
      pieces.push(pieceOf(place, match[1] ?? ""));
    }
  }
  pieces.push(stmt.template.slice(last));
  return pieces;
}

function pieceOf(place: Place, modifier: string): AsmPiece {
  switch (place.kind) {
    case "register":
      return { register: place.register };
    case "memory":
      return { memory: { base: place.base, slot: NONE, offset: 0 } };
    case "constant":
      return modifier === "z" && place.value === 0n ? "zero" : place.value.toString();
    case "symbol":
      return { symbol: place.symbol, addend: place.addend };
  }
}
