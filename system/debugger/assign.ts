/** Assignments of a person at the debugger: `counter = 3`, `$a0 = 5`, `list->next = 0`. What is changed begins a new future. */
import type { Debugger } from "./debugger.ts";
import { EvaluationError, numberOf, type Value } from "./expression.ts";
import { DebuggerError } from "./running.ts";
import { bare, converted, isFloat, sizeOf } from "./scalars.ts";

/** The two sides of `PLACE = VALUE`; null when the text is no assignment (`a == b`, `c == '='`). */
export function assignmentOf(text: string): { readonly place: string; readonly value: string } | null {
  // A character that is written in quotes is no operator.
  const masked = text.replace(/'(?:\\.|[^'\\])+'/g, (quoted) => "_".repeat(quoted.length));
  const match = /^(.*?[^=!<>+\-*/%&|^\s])\s*=(?!=)/.exec(masked);
  if (match === null) return null;
  return { place: text.slice(0, match[1].length).trim(), value: text.slice(match[0].length).trim() };
}

/** Says what became of the future that was recorded. Throws DebuggerError, EvaluationError. */
export function assign(debug: Debugger, place: string, valueText: string, level: number): string {
  const { value, scope } = debug.evaluate(valueText, level);
  const number = numberOf(scope, value);
  const before = debug.timeline.branches.length;
  if (place.startsWith("$")) {
    if (level !== 0) throw new DebuggerError("registers are set in the innermost frame: frame 0, then set again");
    debug.setRegister(place.slice(1), converted(number, null));
  } else {
    const target = debug.evaluate(place, level).value;
    if (target.register !== undefined) {
      if (level !== 0)
        throw new DebuggerError(
          `${place} is kept in a register, and an inner function may have that now: go to frame 0`,
        );
      if (sizeOf(target.type) > 4) throw new DebuggerError(`${place} fills two registers: set them one by one`);
      // Narrow integers fill the register, extended by their sign or with zeros; a float is its bits.
      const isBits = isFloat(target.type);
      const word = isBits ? new DataView(bytesFor(target, number).buffer).getInt32(0, true) : number;
      debug.setRegister(`x${target.register}`, isBits ? word : converted(number, target.type));
    } else {
      if (target.vaddr === null) throw new EvaluationError(`${place} is a value, not a place that could be set`);
      if (target.bitField !== undefined)
        throw new DebuggerError(`${place} is a bit field: set the word that it is a part of, *(unsigned *) &…`);
      debug.writeMemory(target.vaddr, bytesFor(target, number));
    }
  }
  return debug.timeline.branches.length > before
    ? `what comes from here on is a new branch; the old future is kept as branch ${before} (info branches)`
    : "what comes from here on follows from it; nothing was recorded behind this place";
}

/** A number in the form in which a place holds it. */
function bytesFor({ type }: Value, number: number): Uint8Array<ArrayBuffer> {
  const t = bare(type);
  if (t?.kind === "struct" || t?.kind === "union" || t?.kind === "array")
    throw new EvaluationError(`a whole ${t.kind} is not set at once; set a member or an element of it`);
  const bytes = sizeOf(type) || 4;
  const view = new DataView(new ArrayBuffer(bytes));
  if (isFloat(type)) {
    if (bytes > 8) throw new EvaluationError("a long double is not set here");
    if (bytes === 4) view.setFloat32(0, number, true);
    else view.setFloat64(0, number, true);
    return new Uint8Array(view.buffer);
  }
  const whole = BigInt(Math.trunc(converted(number, type)));
  return Uint8Array.from({ length: bytes }, (_, i) => Number((whole >> BigInt(8 * i)) & 255n));
}
