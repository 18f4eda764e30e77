/** Instructions around an address, as many as asked for, before it as well as behind it. */
import { readMemory } from "../inspect.ts";
import type { Machine } from "../machine.ts";
import { instructionText, wordOf } from "./describe.ts";
import type { Image } from "./symbols.ts";

export interface Line {
  readonly vaddr: number;
  /** Hexadecimal pairs; "" where nothing is mapped. */
  readonly bytes: string;
  readonly text: string;
  readonly isMapped: boolean;
}

/** Bytes assumed for an instruction that cannot be read. */
const UNKNOWN_BYTES = 4;
const FIRST = 0;
const LAST = 0xffff_fffe;

/**
 * Exactly `count` lines; the first is `offset` instructions after (or before, when negative) the one at `vaddr`. Before an address
 * instructions are found by decoding from the start of the function around it, since lengths cannot be read backwards.
 */
export function disassembleAround(
  machine: Machine,
  pid: number,
  image: Image | null,
  vaddr: number,
  offset: number,
  count: number,
): Line[] {
  let at = vaddr;
  for (let n = offset; n < 0; n++) at = previous(machine, pid, image, at);
  for (let n = 0; n < offset; n++) at = next(machine, pid, at);
  const lines: Line[] = [];
  for (; lines.length < count; at = next(machine, pid, at)) lines.push(lineAt(machine, pid, image, at));
  return lines;
}

function lineAt(machine: Machine, pid: number, image: Image | null, vaddr: number): Line {
  const word = vaddr < FIRST || vaddr > LAST ? null : wordOf(readMemory(machine, pid, vaddr, 4));
  if (word === null) return { vaddr, bytes: "", text: "(nothing is mapped here)", isMapped: false };
  const length = (word & 3) === 3 ? 4 : 2;
  const bytes = Array.from({ length }, (_, i) => ((word >>> (8 * i)) & 255).toString(16).padStart(2, "0")).join(" ");
  return {
    vaddr,
    bytes,
    text: instructionText(word, vaddr, { symbolOf: (target) => image?.nameOf(target) }),
    isMapped: true,
  };
}

function next(machine: Machine, pid: number, vaddr: number): number {
  const half = readMemory(machine, pid, Math.max(0, Math.min(vaddr, LAST)), 2);
  return vaddr + (half.length < 2 ? UNKNOWN_BYTES : (half[0] & 3) === 3 ? 4 : 2);
}

function previous(machine: Machine, pid: number, image: Image | null, vaddr: number): number {
  const symbol = image?.at(vaddr - 2);
  if (symbol === undefined) return vaddr - UNKNOWN_BYTES;
  let at = symbol.vaddr;
  for (let after = next(machine, pid, at); after < vaddr; after = next(machine, pid, at)) at = after;
  return at;
}
