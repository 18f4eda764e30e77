/**
 * C expressions over a stopped program: `head->next`, `*p`, `a[3] & 0xff`, `&counter`, `$sp + 16`. Names are variables of the
 * frame, globals, symbols, or figures of the machine (`zeroed`, `dirty`, `standby`, `modified`, `free`, `resident`,
 * `instructions`, `cycles`, `pid`). Nothing is paged in, and nothing is changed.
 *
 * Leaves out: calls (they would change the run), assignment (the debugger has `set`), && || and ?:.
 */
import { registerNumber } from "../../emulator/isa/registers.ts";
import type { DebugInfo, DebugType, Location, Variable } from "../../toolchain/dwarf/read.ts";
import type { Child, ParseNode } from "../../toolchain/ohm/parse-tree.ts";
import { currentPid, listCounts, processOf, readMemory, readNumber, registersOf } from "../inspect.ts";
import type { Machine } from "../machine.ts";
import {
  bare,
  basicType,
  bitsOf,
  converted,
  DOUBLE,
  floatText,
  integerOf,
  isFloat,
  isSigned,
  scalarOf,
  sizeOf,
} from "./scalars.ts";
import type { Image } from "./symbols.ts";

export { bare, sizeOf } from "./scalars.ts";

/** Where names have their meaning. */
export interface Scope {
  readonly machine: Machine;
  readonly pid: number;
  readonly image: Image | null;
  /** Registers of the frame looked at, pc included; null where unknown. */
  readonly frame: {
    readonly pc: number;
    readonly registers: readonly (number | null)[];
    readonly cfa: number | null;
  } | null;
}

export interface Value {
  /** null: a plain 32-bit number. */
  readonly type: DebugType | null;
  /** Where it is in memory, when it is there. */
  readonly vaddr: number | null;
  /** Of a scalar that is in no memory. */
  readonly number: number | null;
  /** The register that holds a variable, when one does. */
  readonly register?: number;
  /** Of a bit field: which bits from `vaddr` on. */
  readonly bitField?: { readonly bit: number; readonly width: number };
}

/** The expression means nothing here; the message says why. */
export class EvaluationError extends Error {
  override readonly name = "EvaluationError";
}

export const plain = (number: number): Value => ({ type: null, vaddr: null, number });
const isNode = (child: Child): child is ParseNode => typeof child === "object" && "rule" in child;
const nodes = (node: ParseNode, index: number): readonly ParseNode[] =>
  ((node.children[index] as readonly Child[] | undefined) ?? []).filter(isNode);
const nodeAt = (node: ParseNode, index: number): ParseNode => node.children[index] as ParseNode;

/** Element type of an array: one dimension less. */
function elementOf(type: Extract<DebugType, { kind: "array" }>): DebugType | null {
  return type.counts.length > 1 ? { kind: "array", of: type.of, counts: type.counts.slice(1) } : type.of;
}

/** The bytes of a value that is in memory. Throws EvaluationError when they are not there. */
function bytesOf(scope: Scope, vaddr: number, bytes: number): Uint8Array {
  const found = readMemory(scope.machine, scope.pid, vaddr, bytes);
  if (found.length < bytes)
    throw new EvaluationError(`nothing is mapped at 0x${(vaddr + found.length).toString(16)} in process ${scope.pid}`);
  return found;
}

/** The number that a scalar value is. Throws EvaluationError for structs and for memory that is not there. */
export function numberOf(scope: Scope, value: Value): number {
  const t = bare(value.type);
  if (t?.kind === "array" && value.vaddr !== null) return value.vaddr;
  if (value.number !== null) return value.number;
  if (t?.kind === "struct" || t?.kind === "union")
    throw new EvaluationError(`a ${t.kind} is not a number; name a member of it`);
  const vaddr = value.vaddr ?? 0;
  if (value.bitField !== undefined) {
    const { bit, width } = value.bitField;
    return bitsOf(bytesOf(scope, vaddr, Math.ceil((bit + width) / 8)), bit, width, isSigned(value.type));
  }
  // A symbol without a type is looked at as an unsigned word.
  if (value.type === null) return Number(integerOf(bytesOf(scope, vaddr, 4), false));
  return scalarOf(bytesOf(scope, vaddr, sizeOf(value.type) || 4), value.type);
}

const PRECEDENCE: Readonly<Record<string, number>> = {
  "*": 6,
  "/": 6,
  "%": 6,
  "+": 5,
  "-": 5,
  "<<": 4,
  ">>": 4,
  "&": 3,
  "^": 2,
  "|": 1,
};

/** Evaluates an Expression node of condition.ohm. Throws EvaluationError. */
export function evaluate(node: ParseNode, text: string, scope: Scope): Value {
  const slice = (n: ParseNode): string => text.slice(n.start, n.end).trim();
  const walk = (n: ParseNode): Value => {
    switch (n.rule) {
      case "Expression":
        return climb(n);
      case "Prefixed":
        return prefixed(slice(nodeAt(n, 0)), walk(nodeAt(n, 1)), scope);
      case "Postfixed":
        return nodes(n, 1).reduce((value, suffix) => suffixed(suffix, value), walk(nodeAt(n, 0)));
      case "Parenthesis":
        return walk(nodeAt(n, 1));
      case "Cast":
        return cast(typeOf(nodeAt(n, 1), text, scope), walk(nodeAt(n, 3)), scope);
      case "SizeOf": {
        const of = nodeAt(n, 1);
        return plain(sizeOf(of.rule === "Typed" ? typeOf(nodeAt(of, 1), text, scope) : walk(of).type));
      }
      case "Comparison":
        return comparison(walk(nodeAt(n, 0)), nodes(n, 1)[0]);
      case "number": {
        const digits = slice(n);
        return /^\d+(\.|\d*[eE])/.test(digits) ? floating(Number(digits)) : plain(Number(digits));
      }
      case "character":
        return plain(characterOf(slice(n)));
      case "register":
        return plain(registerValue(slice(n).slice(1), scope));
      case "name":
        return named(slice(n), scope);
      default:
        throw new EvaluationError(`"${slice(n)}" is no expression`);
    }
  };
  const suffixed = (n: ParseNode, value: Value): Value => {
    if (n.rule === "Invocation")
      throw new EvaluationError(
        "functions are not called from the debugger: that would change the run; break in the function, or set variables",
      );
    if (n.rule === "Index") return dereference(binary("+", value, walk(nodeAt(n, 1)), scope), scope);
    const name = slice(nodeAt(n, 1));
    return member(n.rule === "Arrow" ? dereference(value, scope) : value, name);
  };
  const comparison = (left: Value, against: ParseNode | undefined): Value => {
    if (against === undefined) return left;
    const a = numberOf(scope, left);
    const b = numberOf(scope, walk(nodeAt(against, 1)));
    const holds = { "==": a === b, "!=": a !== b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b };
    return plain(Number(holds[slice(nodeAt(against, 0)) as keyof typeof holds]));
  };
  const climb = (n: ParseNode): Value => {
    const values = [walk(nodeAt(n, 0))];
    const operators: string[] = [];
    const reduce = (): void => {
      const right = values.pop()!;
      const left = values.pop()!;
      values.push(binary(operators.pop()!, left, right, scope));
    };
    for (const tail of nodes(n, 1)) {
      const operator = slice(nodeAt(tail, 0));
      while (operators.length > 0 && PRECEDENCE[operators[operators.length - 1]] >= PRECEDENCE[operator]) reduce();
      operators.push(operator);
      values.push(walk(nodeAt(tail, 1)));
    }
    while (operators.length > 0) reduce();
    return values[0];
  };
  return walk(node);
}

const floating = (number: number): Value => ({ type: DOUBLE, vaddr: null, number });

/** The type that a Type or CastType node names. Throws EvaluationError when the program has none of that name. */
function typeOf(node: ParseNode, text: string, scope: Scope): DebugType | null {
  const source = text.slice(node.start, node.end);
  const stars = source.split("*").length - 1;
  const words = source
    .replaceAll("*", " ")
    .split(/\s+/)
    .filter((word) => word !== "" && word !== "const" && word !== "volatile");
  const debug = scope.image?.debug ?? null;
  const [first, second] = words;
  const isTag = first === "struct" || first === "union" || first === "enum";
  let type: DebugType | null = null;
  if (first !== "void") {
    type = isTag
      ? (debug?.typeNamed(first, second) ?? null)
      : (basicType(words) ?? debug?.typeNamed("name", first) ?? null);
    if (type === null) throw new EvaluationError(`the program has no type ${words.join(" ")}`);
  } else if (stars === 0) throw new EvaluationError("void has no values; void * has");
  for (let i = 0; i < stars; i++) type = { kind: "pointer", to: type };
  return type;
}

/** A value as another type: scalars are converted, and what is in memory is looked at anew when a struct is asked for. */
function cast(type: DebugType | null, value: Value, scope: Scope): Value {
  const t = bare(type);
  if (t?.kind === "struct" || t?.kind === "union" || t?.kind === "array") {
    if (value.vaddr === null)
      throw new EvaluationError(`a number cannot be a ${t.kind}; cast its address and dereference it`);
    return { type, vaddr: value.vaddr, number: null };
  }
  return { type, vaddr: null, number: converted(numberOf(scope, value), type) };
}

function characterOf(text: string): number {
  const inner = text.slice(1, -1);
  const escapes: Record<string, number> = { "\\n": 10, "\\t": 9, "\\0": 0, "\\r": 13, "\\\\": 92, "\\'": 39 };
  return escapes[inner] ?? inner.charCodeAt(inner.length - 1);
}

function registerValue(name: string, scope: Scope): number {
  const registers = registersOf(scope.machine, scope.pid);
  if (registers === undefined) throw new EvaluationError(`there is no process ${scope.pid}`);
  if (name === "pc") return scope.frame?.pc ?? registers.pc;
  const number = registerNumber(name);
  if (number === undefined)
    throw new EvaluationError(`there is no register $${name}; there are $a0, $sp, $x5, $pc and so on`);
  const value = scope.frame === null ? registers.x[number] : scope.frame.registers[number];
  if (value === null || value === undefined) throw new EvaluationError(`$${name} is not known in this frame`);
  return value >>> 0;
}

/** Figures of the machine by name. */
const FIGURES: Readonly<Record<string, (scope: Scope) => number>> = {
  zeroed: ({ machine }) => listCounts(machine).zeroed,
  dirty: ({ machine }) => listCounts(machine).dirty,
  standby: ({ machine }) => listCounts(machine).standby,
  modified: ({ machine }) => listCounts(machine).modified,
  active: ({ machine }) => listCounts(machine).active,
  free: ({ machine }) => listCounts(machine).zeroed + listCounts(machine).dirty,
  available: ({ machine }) => machine.kernel.core.frames.availableFrames,
  resident: ({ machine, pid }) => processOf(machine, pid)?.space.residentPages ?? 0,
  swapped: ({ machine }) => machine.kernel.core.swap.usedSlots,
  instructions: ({ machine }) => machine.hart.instret,
  cycles: ({ machine }) => machine.hart.cycles,
  processes: ({ machine }) => machine.kernel.core.processes.size,
  pid: ({ machine }) => currentPid(machine),
};
export const FIGURE_NAMES: readonly string[] = Object.keys(FIGURES);

function named(name: string, scope: Scope): Value {
  const debug = scope.image?.debug ?? null;
  if (debug !== null && scope.frame !== null) {
    const local = debug.variablesAt(scope.frame.pc).find((v) => v.name === name);
    if (local !== undefined) return variableValue(debug, local, scope);
  }
  const global = debug?.globals.find((v) => v.name === name);
  if (debug !== null && global !== undefined) return variableValue(debug, global, scope);
  const symbol = scope.image?.named(name);
  if (symbol !== undefined)
    return symbol.isFunction ? plain(symbol.vaddr) : { type: null, vaddr: symbol.vaddr, number: null };
  const figure = FIGURES[name];
  if (Object.hasOwn(FIGURES, name)) return plain(figure(scope));
  throw new EvaluationError(
    `there is no variable or symbol ${name} here, and no figure of that name (${FIGURE_NAMES.join(", ")})`,
  );
}

/** A variable as it stands in the frame. Throws EvaluationError when it has no place there. */
export function variableValue(debug: DebugInfo, variable: Variable, scope: Scope): Value {
  const { frame } = scope;
  const location: Location | null = debug.locate(variable, frame?.pc ?? variable.places[0]?.start ?? 0, {
    register: (number) => frame?.registers[number] ?? null,
    readWord: (vaddr) => readNumber(scope.machine, scope.pid, vaddr, 4),
    cfa: frame?.cfa ?? null,
  });
  switch (location?.kind) {
    case "memory":
      return { type: variable.type, vaddr: location.vaddr >>> 0, number: null };
    case "register":
      return {
        type: variable.type,
        vaddr: null,
        number: fromRegister(frame?.registers[location.register] ?? 0, variable.type),
        register: location.register,
      };
    case "value":
      return { type: variable.type, vaddr: null, number: fromRegister(location.value, variable.type) };
    default:
      throw new EvaluationError(`${variable.name} is not available at this place in the program`);
  }
}

/** What 32 bits mean as a type: a float travels in an ordinary register here. */
function fromRegister(word: number, type: DebugType | null): number {
  const bytes = new Uint8Array(Int32Array.of(word | 0).buffer);
  const size = sizeOf(type);
  return size === 1 || size === 2 || size === 4 ? scalarOf(bytes.subarray(0, size), type) : word;
}

function prefixed(operator: string, value: Value, scope: Scope): Value {
  switch (operator) {
    case "*":
      return dereference(value, scope);
    case "&":
      if (value.bitField !== undefined) throw new EvaluationError("a bit field has no address");
      if (value.vaddr === null) throw new EvaluationError("this value is in no memory, so it has no address");
      return { type: { kind: "pointer", to: value.type }, vaddr: null, number: value.vaddr };
    case "-":
      return isFloat(value.type) ? floating(-numberOf(scope, value)) : plain(-numberOf(scope, value));
    case "~":
      return plain(~numberOf(scope, value));
    default:
      return plain(numberOf(scope, value) === 0 ? 1 : 0);
  }
}

function dereference(value: Value, scope: Scope): Value {
  const t = bare(value.type);
  const vaddr = numberOf(scope, value) >>> 0;
  if (t?.kind === "pointer") return { type: t.to, vaddr, number: null };
  if (t?.kind === "array") return { type: elementOf(t), vaddr, number: null };
  return { type: null, vaddr, number: null };
}

function member(value: Value, name: string): Value {
  const t = bare(value.type);
  if (t?.kind !== "struct" && t?.kind !== "union")
    throw new EvaluationError(`.${name} needs a struct or a union on its left`);
  const found = t.members.find((m) => m.name === name);
  if (found === undefined)
    throw new EvaluationError(
      `${t.kind} ${t.name} has no member ${name}; it has ${t.members.map((m) => m.name).join(", ")}`,
    );
  if (value.vaddr === null) throw new EvaluationError(`this ${t.kind} is in no memory`);
  const at = (value.vaddr + found.offset) >>> 0;
  if (found.bitField === null) return { type: found.type, vaddr: at, number: null };
  const bitField = { bit: found.bitField.bit - 8 * found.offset, width: found.bitField.width };
  return { type: found.type, vaddr: at, number: null, bitField };
}

/** Bytes that adding 1 moves a pointer (or array) by; 1 for numbers. */
function stride(value: Value): number {
  const t = bare(value.type);
  if (t?.kind === "pointer") return Math.max(1, sizeOf(t.to));
  return t?.kind === "array" ? Math.max(1, sizeOf(elementOf(t))) : 1;
}

function binary(operator: string, left: Value, right: Value, scope: Scope): Value {
  const a = numberOf(scope, left);
  const b = numberOf(scope, right);
  const t = bare(left.type);
  if ((operator === "+" || operator === "-") && (t?.kind === "pointer" || t?.kind === "array")) {
    const isDifference = operator === "-" && stride(right) > 1;
    if (isDifference) return plain((a - b) / stride(left));
    const to = t.kind === "pointer" ? t.to : elementOf(t);
    return {
      type: { kind: "pointer", to },
      vaddr: null,
      number: (operator === "+" ? a + b * stride(left) : a - b * stride(left)) >>> 0,
    };
  }
  if (isFloat(left.type) || isFloat(right.type)) return floatingBinary(operator, a, b);
  switch (operator) {
    case "+":
      return plain(a + b);
    case "-":
      return plain(a - b);
    case "*":
      return plain(a * b);
    case "/":
    case "%":
      if (b === 0) throw new EvaluationError("division by zero");
      return plain(operator === "/" ? Math.trunc(a / b) : a % b);
    case "<<":
      return plain((a << b) >>> 0);
    case ">>":
      return plain(a < 0 ? a >> b : Math.floor(a / 2 ** b));
    case "&":
      return plain((a & b) >>> 0);
    case "|":
      return plain((a | b) >>> 0);
    default:
      return plain((a ^ b) >>> 0);
  }
}

function floatingBinary(operator: string, a: number, b: number): Value {
  switch (operator) {
    case "+":
      return floating(a + b);
    case "-":
      return floating(a - b);
    case "*":
      return floating(a * b);
    case "/":
      return floating(a / b);
    default:
      throw new EvaluationError(`${operator} needs integers; cast the operand, as in (int) x`);
  }
}

const MOST_ELEMENTS = 32;

/** A value as C would write it. */
export function valueText(scope: Scope, value: Value, depth = 0): string {
  const t = bare(value.type);
  switch (t?.kind) {
    case "struct":
    case "union":
      if (depth > 3) return "{…}";
      return `{${t.members.map((m) => `${m.name} = ${valueText(scope, member(value, m.name), depth + 1)}`).join(", ")}}`;
    case "array": {
      const element = elementOf(t);
      const count = t.counts[0] ?? 0;
      if (bare(element)?.kind === "base" && sizeOf(element) === 1) return stringText(scope, value.vaddr ?? 0, count);
      const bytes = sizeOf(element);
      const items = Array.from({ length: Math.min(count, MOST_ELEMENTS) }, (_, i) =>
        valueText(scope, { type: element, vaddr: (value.vaddr ?? 0) + i * bytes, number: null }, depth + 1),
      );
      return `{${items.join(", ")}${count > MOST_ELEMENTS ? ", …" : ""}}`;
    }
    case "pointer": {
      const vaddr = numberOf(scope, value) >>> 0;
      const to = bare(t.to);
      const text =
        to?.kind === "base" && to.encoding === "char" && vaddr !== 0 ? ` ${stringText(scope, vaddr, 200)}` : "";
      const name = to?.kind === "function" ? scope.image?.nameOf(vaddr) : undefined;
      return `0x${vaddr.toString(16)}${text}${name === undefined ? "" : ` <${name}>`}`;
    }
    case "enum": {
      const number = numberOf(scope, value);
      return t.values.find((v) => v.value === number)?.name ?? String(number);
    }
    case "base": {
      // All 64 bits, which a number cannot hold.
      if (t.bytes === 8 && t.encoding !== "float" && value.vaddr !== null && value.bitField === undefined)
        return String(integerOf(bytesOf(scope, value.vaddr, 8), isSigned(t)));
      const number = numberOf(scope, value);
      if (t.encoding === "float") return floatText(number, t.bytes);
      if (t.encoding === "bool") return number === 0 ? "false" : "true";
      return t.encoding === "char" || t.bytes === 1
        ? `${number}${number >= 32 && number < 127 ? ` '${String.fromCharCode(number)}'` : ""}`
        : String(number);
    }
    default:
      return String(numberOf(scope, value));
  }
}

function stringText(scope: Scope, vaddr: number, most: number): string {
  const bytes = readMemory(scope.machine, scope.pid, vaddr, Math.min(most, 200));
  const end = bytes.indexOf(0);
  const shown = bytes.subarray(0, end < 0 ? bytes.length : end);
  if (bytes.length === 0) return "<not mapped>";
  return JSON.stringify(new TextDecoder().decode(shown)) + (end < 0 && bytes.length === 200 ? "…" : "");
}
