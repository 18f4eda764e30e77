/**
 * The value that a function has just returned, by its type and RISC-V's soft-float calling convention: up to 32 bits in a0,
 * up to 64 in a0 and a1 (low word first), structures of that size too. What is larger lies where the caller wanted it, and no
 * register says any more where that is.
 */
import type { DebugType } from "../../toolchain/dwarf/read.ts";
import { registersOf } from "../inspect.ts";
import { type Scope, valueText } from "./expression.ts";
import { bare, bitsOf, floatText, integerOf, isFloat, isSigned, scalarOf, sizeOf } from "./scalars.ts";

const A0 = 10;

/** As C would write it; null for void. `scope` is that of the caller, where the process stands behind the call. */
export function returnedText(type: DebugType | null, scope: Scope): string | null {
  const registers = registersOf(scope.machine, scope.pid);
  if (bare(type) === null || registers === undefined) return null;
  const bytes = sizeOf(type);
  if (bytes > 8) return `of ${bytes} bytes, in the memory that the caller gave`;
  return textOf(type, new Uint8Array(Int32Array.of(registers.x[A0], registers.x[A0 + 1]).buffer, 0, bytes), scope);
}

/** A value whose bytes are at hand but in no memory. */
function textOf(type: DebugType | null, bytes: Uint8Array, scope: Scope): string {
  const t = bare(type);
  if (t?.kind === "struct" || t?.kind === "union") {
    const members = t.members.map(({ name, type: of, offset, bitField }) => {
      const text =
        bitField === null
          ? textOf(of, bytes.subarray(offset, offset + sizeOf(of)), scope)
          : String(bitsOf(bytes, bitField.bit, bitField.width, isSigned(of)));
      return `${name} = ${text}`;
    });
    return `{${members.join(", ")}}`;
  }
  if (t?.kind === "array") {
    const of = t.counts.length > 1 ? { ...t, counts: t.counts.slice(1) } : t.of;
    const size = sizeOf(of);
    const items = Array.from({ length: t.counts[0] ?? 0 }, (_, i) =>
      textOf(of, bytes.subarray(i * size, (i + 1) * size), scope),
    );
    return `{${items.join(", ")}}`;
  }
  if (bytes.length === 8)
    return isFloat(type) ? floatText(scalarOf(bytes, type), 8) : String(integerOf(bytes, isSigned(type)));
  return valueText(scope, { type, vaddr: null, number: scalarOf(bytes, type) });
}
