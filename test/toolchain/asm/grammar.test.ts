/** The generated parser against ohm-js on the same grammar: both accept and reject the same statements, at the same place. */

import { readFileSync } from "node:fs";
import { grammar } from "ohm-js";
import { describe, expect, it } from "vitest";
import { parse } from "../../../toolchain/generated/asm-grammar.ts";

const asm = grammar(readFileSync(new URL("../../../toolchain/asm/asm.ohm", import.meta.url), "utf8"));
const seed = Number(process.env["FAULTLINE_SEED"] ?? 20261123);

const STATEMENTS = [
  "add a0, a1, a2",
  "1: f: lw a0, %lo(x+4)(sp)",
  "sw a0, (a1)",
  "lw a0, (4+4)*2(sp)",
  "beqz a0, 1b",
  "call f@plt",
  ".word a-b, 0x10, 0b11, 'a', '\\n', -1",
  '.section .text.f,"axG",@progbits,f,comdat',
  '.asciz "a\\"b", "c"',
  ".equ N, (1<<4)|3",
  "x = . + 4",
  ".loc 1 2 3 is_stmt 0",
  ".double 1.5e-3, 2.",
  "li a0, 'ab'",
  "add a0 a1",
  "lw a0, 4[sp]",
  ".type f, @function",
  "amoadd.w.aqrl a0, a1, (a2)",
];

function expectSame(text: string): void {
  const ours = parse("Line", text);
  const theirs = asm.match(text, "Line");
  expect([text, ours.ok]).toEqual([text, theirs.succeeded()]);
  if (!ours.ok)
    expect([text, ours.position]).toEqual([
      text,
      (theirs as unknown as { getRightmostFailurePosition(): number }).getRightmostFailurePosition(),
    ]);
}

describe("the generated parser agrees with ohm-js", () => {
  it.each(STATEMENTS)("on %s", (text) => expectSame(text));

  it(`on 600 mutated statements (seed ${seed})`, () => {
    let state = seed | 1;
    const random = (below: number): number => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) % below;
    };
    const pool = "()%,:.\"'\\@+-*<>=!&|~ 019abfx_$";
    for (let i = 0; i < 600; i++) {
      const characters = [...STATEMENTS[random(STATEMENTS.length)]!];
      for (let edits = 1 + random(3); edits > 0; edits--)
        characters.splice(random(characters.length + 1), random(2), pool[random(pool.length)]!);
      expectSame(characters.join(""));
    }
  });
});
