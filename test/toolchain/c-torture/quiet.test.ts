/** Idioms of real programs that must pass without a word under -Wall, and programs too large for the compiler, which must be told so. */
import { expect, test } from "vitest";
import { cc } from "../../../toolchain/driver.ts";

/** What the compiler says of a source text. */
function messagesOf(source: string, flags: readonly string[] = ["-Wall", "-O1"]): string {
  const files: Record<string, string> = { "test.c": source, "table.h": "static const char *const names[] = {0};\n" };
  const result = cc([...flags, "-I.", "-c", "test.c", "-o", "test.o"], {
    readFile: (path) => {
      const text = files[path.replace("./", "")];
      return text === undefined ? null : new TextEncoder().encode(text);
    },
    writeFile: () => null,
    sysroot: "/nonexistent",
  });
  return result.stderr;
}

const QUIET: readonly (readonly [string, string])[] = [
  ["a static inline function that nobody calls", "static inline int twice(int x) { return 2 * x; }"],
  ["a table of constants in a header", '#include "table.h"\nint x;'],
  [
    "a pointer freed in one case of a switch and used in another",
    `void free(void *);
     int f(int c, int *p) { while (c) switch (c) { case 1: free(p); return 0; case 2: *p = 1; break; } return 1; }`,
  ],
  ["an assignment whose value is used", "int f(void) { int x, y; x = y = 0; return x; }"],
  ["a negation compared with zero, and a double one", "int f(int x) { return !x != 0 || !!x != 1; }"],
  ["a text compared with the null pointer", 'int f(void) { return "abc" == (void *)0; }'],
  ["a static constructor", "int x; __attribute__((constructor)) static void start(void) { x = 1; }"],
  [
    "an inline function that is declared static before or after",
    "static void f(void); inline void f(void) {} static inline void g(void) {} static void g(void);",
  ],
  ["an unused parameter", "int f(int a, int b) { return a; }"],
  ["an assignment in double parentheses", "int g(void); int f(void) { int c; while ((c = g()) != 0) ; return c; }"],
];

for (const [what, source] of QUIET) {
  test(`says nothing of ${what}`, () => {
    expect(messagesOf(source)).toBe("");
  });
}

test("-x takes its language attached or apart", () => {
  for (const flags of [["-xc"], ["-x", "c"]]) expect(messagesOf("int x;", flags)).toBe("");
});

test("an attribute that would change what a program does is refused, not left out", () => {
  const source = "int __attribute__((vector_size(16))) v; void f(void) { int x __attribute__((cleanup(1))); }";

  expect(messagesOf(source)).toMatch(/error: vector types are not supported[\s\S]*error: 'cleanup' needs the name/);
});

test("an expression too deep for the generator is a diagnostic, not a crash", () => {
  const source = `int f(int x) { return ${Array.from({ length: 2200 }, () => "x").join("+")}; }`;

  expect(messagesOf(source)).toMatch(/^$|error: the program is nested too deeply for the compiler/);
});
