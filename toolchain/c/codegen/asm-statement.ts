/**
 * GNU asm statements: operands are put into registers or memory as their constraints say, then the template's % escapes become
 * places that the emitter fills in once registers are known.
 *
 * Constraints understood: r, m, o, V, A, i, n, s, I, J, K, g, X, digits and [names] for matching, with =, +, &, %. A value of 64 bits can
 * only be a memory operand.
 */
import { registerNumber } from "../../../emulator/isa/registers.ts";
import type { AsmOperand, Expr, LValue, Stmt } from "../tree.ts";
import { addressOf, addressRegister, registerHome } from "./address.ts";
import { storeTo } from "./assign.ts";
import { type FunctionBuilder, symbolOf } from "./builder.ts";
import { type AsmPiece, isImm12, NONE, ZERO } from "./ir.ts";
import { classOf } from "./layout.ts";

type AsmStmt = Extract<Stmt, { kind: "asm" }>;

/** What stands for an operand in the template. */
type Place =
  | { readonly kind: "register"; readonly register: number }
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
  readonly results: { readonly target: LValue; readonly register: number }[];
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
  const held = work.results.map(({ target, register }) => ({
    target,
    value: register < 32 ? g.copy(register) : register,
  }));
  for (const { target, value } of held) storeTo(g, target, [value, ZERO]);
}

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
  if (classOf(target.type.type) !== "word" || isMemoryOnly(letters)) {
    g.error("this asm operand has to be an integer of at most 32 bits in a register", stmt.span);
    work.places.push({ kind: "register", register: ZERO });
    return;
  }
  const fixed = fixedRegister(target);
  const register = fixed === NONE ? g.newRegister() : fixed;
  if (operand.constraint.includes("+")) {
    const old = g.gen.word(g, { kind: "load", from: target, type: target.type.type, span: stmt.span });
    if (fixed === NONE) g.emit("mv", register, old, NONE, 0);
    else work.moves.push([register, old]);
    work.uses.push(register);
  }
  work.defs.push(register);
  if (operand.constraint.includes("&")) work.earlyDefs.push(register);
  work.places.push({ kind: "register", register });
  work.results.push({ target, register });
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
    if (classOf(operand.value!.type) !== "word") {
      g.error("an asm operand that matches an output has to be an integer of at most 32 bits", stmt.span);
      return;
    }
    work.moves.push([place.register, g.gen.word(g, operand.value!)]);
    work.uses.push(place.register);
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
  placeRegisterInput(g, value, work, stmt, letters);
}

function placeRegisterInput(g: FunctionBuilder, value: Expr, work: Work, stmt: AsmStmt, letters: string): void {
  if (!/[rgXmoV]/.test(letters) || classOf(value.type) !== "word") {
    g.error("this asm operand does not satisfy its constraint", stmt.span);
    work.places.push({ kind: "register", register: ZERO });
    return;
  }
  const fixed = fixedRegister(value.kind === "load" ? value.from : null);
  let register = g.gen.word(g, value);
  if (fixed !== NONE) {
    work.moves.push([fixed, register]);
    register = fixed;
  }
  work.uses.push(register);
  work.places.push({ kind: "register", register });
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
  let last = 0;
  for (const match of stmt.template.matchAll(/%(?:%|=|([a-zA-Z]?)(?:(\d+)|\[([^\]]+)\]))/g)) {
    pieces.push(stmt.template.slice(last, match.index));
    last = match.index + match[0].length;
    if (match[0] === "%%") pieces.push("%");
    else if (match[0] === "%=") pieces.push(String(g.newLabel()));
    else {
      const index = match[2] !== undefined ? Number(match[2]) : names.indexOf(match[3]!);
      const place = places[index];
      if (place === undefined) g.error(`asm template names operand '${match[0]}', which does not exist`, stmt.span);
      else pieces.push(pieceOf(place, match[1] ?? ""));
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
