/** The limits on how much is said at once: however many warnings there are, an error is seen. */
import { expect, test } from "vitest";
import { cc, type DriverHost } from "../../../toolchain/driver.ts";

function compile(source: string, flags: readonly string[] = ["-Wall"]): { status: number; stderr: string } {
  const host: DriverHost = {
    sysroot: "/none",
    readFile: (path) => (path === "a.c" ? new TextEncoder().encode(source) : null),
    writeFile: () => null,
  };
  return cc([...flags, "-c", "a.c", "-o", "a.o"], host);
}

test.each([30, 150])("%i warnings before it do not hide an error, nor those after it", (count) => {
  const warnings = (prefix: string) =>
    Array.from({ length: count }, (_, i) => `static void ${prefix}${i}(void) {}`).join("\n");
  const { status, stderr } = compile(`${warnings("f")}\nint main(void) { return missing; }\n${warnings("g")}\n`);

  expect(status).toBe(1);
  expect(stderr.match(/warning: /g)).toHaveLength(19);
  expect(stderr).toMatch(/error: .*'missing'/);
  expect(stderr).toMatch(/… and \d+ more/);
});

test("of many errors the first twenty are shown", () => {
  const lines = Array.from({ length: 40 }, (_, i) => `int f${i}(void) { return missing${i}; }`);
  const { stderr } = compile(lines.join("\n"));

  expect(stderr.match(/error: /g)).toHaveLength(20);
  expect(stderr).toMatch(/'missing0'/);
  expect(stderr).toMatch(/… and 20 more/);
});

/** "line:column: severity: message" of each; the texts around them left out. */
const places = (stderr: string): string[] =>
  stderr.split("\n").filter((line) => /^a\.c:.*: (error|warning|note): /.test(line));

test("what the assembler cannot take is said at its asm statement, with the instruction", () => {
  const { stderr } = compile(
    [
      "int f(void) {",
      "  int x;",
      '  asm volatile("csrr %0, mstatuss" : "=r"(x));',
      '  asm("addd a0, a0, a1");',
      '  asm("nop\\n\\taddi a0, a0, 5000");',
      '  asm("beq a0, a1, 1f");',
      "  return x;",
      "}",
      'asm("L1: nop; L1: nop");',
    ].join("\n"),
  );

  expect(places(stderr).map((line) => line.replace(/in asm 'csrr \w+,/, "in asm 'csrr rd,"))).toEqual([
    `a.c:9:1: error: in asm 'L1: nop': "L1" is defined twice`,
    "a.c:9:1: note: in asm 'L1: nop': the first definition is here",
    `a.c:3:3: error: in asm 'csrr rd, mstatuss': unknown control and status register "mstatuss"`,
    `a.c:4:3: error: in asm 'addd a0, a0, a1': unknown instruction "addd"`,
    `a.c:5:3: error: in asm 'addi a0, a0, 5000': 5000 does not fit in "addi": its immediate goes from -2048 to 2047`,
    "a.c:6:3: error: in asm 'beq a0, a1, 1f': the numeric label 1 is not defined where this looks for it",
  ]);
  expect(stderr).not.toContain("<asm>");
});

test("an operand number that asm has not is said once", () => {
  const { stderr } = compile('int f(int x) {\n  int r;\n  asm("add %0, %1, %3" : "=r"(r) : "r"(x));\n  return r;\n}\n');

  expect(places(stderr)).toEqual(["a.c:3:3: error: asm template names operand '%3', which does not exist"]);
});

test("unknown names of warnings are said with the nearest one; those of GCC and Clang, and -Wno-, are not", () => {
  const flags = ["-Wunused-varable", "-Werror=formt", "-Wfoo", "-Wno-foo", "-Wcast-align=strict", "-Wno-error", "-W"];
  const { status, stderr } = compile("int x;\n", flags);

  expect(status).toBe(0);
  expect(stderr.trimEnd().split("\n")).toEqual([
    "warning: unknown warning option '-Wunused-varable' [-Wunknown-warning-option]",
    "help: did you mean '-Wunused-variable'?",
    "warning: unknown warning option '-Werror=formt' [-Wunknown-warning-option]",
    "help: did you mean '-Wformat'?",
    "warning: unknown warning option '-Wfoo' [-Wunknown-warning-option]",
  ]);
  expect(compile("int x;\n", ["-w", "-Wfoo"]).stderr).toBe("");
});
