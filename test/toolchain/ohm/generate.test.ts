import { readFileSync } from "node:fs";
import { build } from "esbuild";
import { grammar } from "ohm-js";
import { expect, test } from "vitest";
import { tokenize } from "../../../toolchain/c/tokenize.ts";
import { codeOfToken, terminalCode } from "../../../toolchain/c/tokens.ts";
import { markTypedefs } from "../../../toolchain/c/typedef-marking.ts";
import { SourceFile } from "../../../toolchain/diagnostics.ts";
import { generateParser } from "../../../toolchain/ohm/generate.ts";
import type { ParseOptions, ParseResult } from "../../../toolchain/ohm/parse-tree.ts";
import { mutate, randomFrom, SEED } from "../c-front/mutate.ts";

type Parse = (rule: string, input: string, options?: ParseOptions) => ParseResult;

/** Compiles a generated parser in memory. */
async function load(source: string): Promise<Parse> {
  const result = await build({
    stdin: { contents: source, loader: "ts", resolveDir: "toolchain/generated" },
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "error",
  });
  const url = `data:text/javascript;base64,${Buffer.from(result.outputFiles[0]!.contents).toString("base64")}`;
  return ((await import(url)) as { parse: Parse }).parse;
}

/** The parts of ohm-js's results that its types keep private. */
interface OhmFailure {
  isFluffy(): boolean;
  toString(): string;
}
interface OhmResult {
  succeeded(): boolean;
  getRightmostFailurePosition(): number;
  getRightmostFailures(): OhmFailure[];
}

/** The outcome as a line: "ok", or the position and everything expected there. */
function oracle(result: OhmResult, spell: (text: string) => string = (text) => text): string {
  if (result.succeeded()) return "ok";
  const expected = result.getRightmostFailures().filter((failure) => !failure.isFluffy());
  const texts = expected.map((failure) =>
    spell(failure.toString().replace(/^"(.*)"$/s, (quoted) => JSON.parse(quoted))),
  );
  return `${result.getRightmostFailurePosition()}: ${[...new Set(texts)].sort().join(" ")}`;
}

function generated(result: ParseResult): string {
  if (result.ok) return "ok";
  return `${result.position}: ${[...new Set(result.expected().map((item) => item.text))].sort().join(" ")}`;
}

const DEMO = `Demo {
  Program = Statement*
  Statement = "let" ident "=" Expr ";"  -- let
    | "print" ListOf<Expr, ","> ";"     -- print
    | Block
  Block = "{" Statement* "}"
  Expr (an expression) = Sum
  Sum = Term (("+" | "-") Term)*
  Term = Factor ("*" Factor)*
  Factor = "(" Expr ")"  -- paren
    | number
    | ident
    | string
  ident (an identifier) = ~keyword letter (alnum | "_")*
  keyword = ("let" | "print") ~alnum
  number = hex | decimal
  hex = caseInsensitive<"0x"> hexDigit+
  decimal = digit+
  string = "\\"" (~"\\"" any)* "\\""
  space += "//" (~"\\n" any)*  -- comment
}`;
const PROGRAM = `let x = 1 + 0X2f * (y - "a b"); // c
print x, y, 3; { let letx = 2; print; }
let é = "ü" * (x);`;

test("a generated parser accepts, fails and expects exactly as ohm-js does on mutated text", async () => {
  const parse = await load(generateParser(DEMO));
  const ohm = grammar(DEMO);
  const random = randomFrom(SEED);
  for (let round = 0; round < 1500; round++) {
    const text = round === 0 ? PROGRAM : mutate(PROGRAM, random, 3);

    const ours = generated(parse("Program", text));

    expect(ours, `seed ${SEED}, input ${JSON.stringify(text)}`).toBe(
      oracle(ohm.match(text, "Program") as unknown as OhmResult),
    );
  }
});

const C_PROGRAM = `typedef int T; struct s { T a; int b : 3; } v = { .a = 1, 2 };
int f(T x, char *p, ...) { T y = (T)x * 2; for (int i = 0; i < 9; i++) if (y > 3) y -= p[i] ? 1 : sizeof(T); else { switch (y) { case 1: break; default: ; } }
  do { y++; } while (y && x || !p); return y + f((T)1, "a" "b", &y->b); }`;

test("the C parser generated from c.ohm agrees with ohm-js on tokens of mutated C", async () => {
  const source = readFileSync("toolchain/c/c.ohm", "utf8");
  const parse = await load(generateParser(source, { tokens: terminalCode }));
  // The same grammar with every terminal replaced by its private-use character.
  const plain = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/[^\n]*/g, "");
  const ohm = grammar(plain.replace(/"([^"]+)"/g, (_, text: string) => JSON.stringify(terminalCode(text))));
  const spellings = new Map([...plain.matchAll(/"([^"]+)"/g)].map((match) => [terminalCode(match[1]!), match[1]!]));
  const spell = (text: string): string => text.replace(/[\ue000-\uf8ff]/g, (c) => spellings.get(c) ?? c);
  const random = randomFrom(SEED);
  for (let round = 0; round < 120; round++) {
    const text = round === 0 ? C_PROGRAM : mutate(C_PROGRAM, random, 2);
    const tokens = tokenize(new SourceFile("t.c", text)).slice(0, -1);
    const codes = Uint16Array.from(tokens, codeOfToken);
    markTypedefs(tokens, codes);
    const input = String.fromCharCode(...codes);
    for (const start of [0, 4]) {
      const rest = input.slice(start);

      const ours = generated(parse("External", rest, { prefix: false }));

      expect(ours, `seed ${SEED}, input ${JSON.stringify(text)}`).toBe(
        oracle(ohm.match(rest, "External") as unknown as OhmResult, spell),
      );
    }
  }
});

test("the tree has a node for each rule, columns for repetitions and positions for terminals", async () => {
  const parse = await load(generateParser('G { Pair = "a" item ("," item)*  item = digit+ }'));

  const result = parse("Pair", "a 1, 23");

  expect(result.ok && result.node).toEqual({
    rule: "Pair",
    start: 0,
    end: 7,
    children: [
      0,
      { rule: "item", start: 2, end: 3, children: [] },
      [3],
      [{ rule: "item", start: 5, end: 7, children: [] }],
    ],
  });
});

test("a rule to see through has a node only when it holds more than another one", async () => {
  const grammarText = 'G { Sum = Term ("+" Term)*  Term = item "!"?  item = digit }';
  const parse = await load(generateParser(grammarText, { transparent: ["Sum", "Term"] }));
  const item = (at: number) => ({ rule: "item", start: at, end: at + 1, children: [] });

  const trees = ["1", "1 !", "1 + 2"].map((text) => {
    const result = parse("Sum", text);
    return result.ok && result.node;
  });

  expect(trees).toEqual([
    item(0),
    { rule: "Term", start: 0, end: 3, children: [item(0), [2]] },
    { rule: "Sum", start: 0, end: 5, children: [item(0), [2], [item(4)]] },
  ]);
  expect(() => generateParser(grammarText, { transparent: ["item"] })).toThrow(
    /item is not one rule beside repetitions/,
  );
});

test("a left-recursive grammar is refused with the rule's name", () => {
  expect(() => generateParser('G { Sum = Sum "+" Sum -- plus\n | digit }')).toThrow(/left-recursive/);
});

test("nesting past the limit is reported as such instead of using up the stack", async () => {
  const parse = await load(generateParser('G { List = "(" List? ")" }', { depthLimit: 100 }));

  const result = parse("List", "(".repeat(5000));

  expect(result.ok ? "ok" : result.isTooDeep).toBe(true);
});
