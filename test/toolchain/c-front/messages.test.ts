import { expect, test } from "vitest";
import { check, lines } from "./check-c.ts";

const messages = (text: string, warnings: readonly string[] = []): string[] => lines(check(text, warnings).diagnostics);

test("a missing semicolon is reported at the end of the token before it, with the fix", () => {
  const { diagnostics } = check("int f(void) {\n  int x = 3\n  return x;\n}\n");

  expect(lines(diagnostics)).toEqual(["2:12: error: expected ';' after '3'"]);
  expect(diagnostics[0]!.fix!.replacement).toBe(";");
});

test("several independent mistakes give one message each", () => {
  const text =
    "int f(void) { return x1; }\nint g(int a) { int b = (a + 1; return b }\nint h(void) { foo y; retrun 3; }\nint ok(void) { return 0; }\n";

  expect(messages(text)).toEqual([
    "2:30: error: expected ')' after '1'",
    "2:40: error: expected ';' after 'b'",
    "3:15: error: unknown type name 'foo'",
    "3:22: error: unknown word 'retrun'",
    "1:22: error: 'x1' is not declared",
  ]);
});

test("an undeclared name comes with the nearest spelling or the header that declares it", () => {
  const near = check("int counter; int f(void) { return conuter; }").diagnostics[0]!;
  const header = check('int f(void) { return printf("x"); }').diagnostics[0]!;

  expect(near.hint).toBe("did you mean 'counter'?");
  expect(header.message).toBe("the function 'printf' is not declared");
  expect(header.hint).toMatch(/#include <stdio\.h>/);
});

test("an unclosed block points to the brace that is open", () => {
  const { diagnostics } = check("int f(void) {\n  if (1) {\n    return 0;\n}\n");

  expect(diagnostics).toHaveLength(1);
  expect(diagnostics[0]!.message).toMatch(/expected '}'/);
  expect(lines(diagnostics[0]!.notes!)).toEqual(["1:13: note: this '{' is still open"]);
});

test("a missing header stops with that one message", () => {
  expect(messages('#include "nowhere.h"\nfoo x = bar();\n')).toEqual([
    "1:10: error: there is no file 'nowhere.h' to include",
  ]);
});

test("a misspelt standard header comes with its name", () => {
  expect(check("#include <stdoi.h>\n").diagnostics[0]!.hint).toBe("did you mean <stdio.h>?");
});

test("what is missing is said where it is missing, once", () => {
  expect(messages("struct s { int a; }\nint f(void) { return 0; }\n")).toEqual(["1:20: error: expected ';' after '}'"]);
  expect(messages("int f(void) {\n  if (1) {\n  return 0;\n}\nint g(void) { return 1; }\n")).toEqual([
    "5:1: error: expected '}' before 'int': a function cannot be defined inside another",
  ]);
  expect(messages("int f(int a) {\n  if (a)\n    a = 2;\n    a = 3;\n  else\n    a = 4;\n  return a;\n}\n")).toEqual([
    "5:3: error: this 'else' belongs to no 'if'",
  ]);
  expect(messages("int f(void) {\n  int 3x = 2;\n  return 3x;\n}\n")[0]).toBe(
    "2:7: error: a name cannot begin with a digit: '3x'",
  );
});

test("an unsigned value compared with 0 is reported where the outcome is known", () => {
  const text = "int f(unsigned u) { return (u >= 0) + (u < 0) + (u > 0) + (u <= 0) + (0 < u); }";

  expect(messages(text, ["Wextra"])).toEqual([
    "1:31: warning: an unsigned value is never negative: this is always true [-Wtype-limits]",
    "1:42: warning: an unsigned value is never negative: this is always false [-Wtype-limits]",
  ]);
});

test("what C90 let pass is an error, a warning with -fpermissive and nothing with -w", () => {
  const text = "static n;\nint *p = 1;\nint f(void) { g(); return; }\n";
  const expected = [
    "1:1: %: a declaration needs a type",
    "2:10: %: the initial value of type 'int' makes a pointer out of an integer ('int *')",
    "3:15: %: the function 'g' is not declared",
    "3:20: %: 'return' needs a value: 'f' returns 'int'",
  ];

  expect(messages(text)).toEqual(expected.map((line) => line.replace("%", "error")));
  expect(messages(text, ["permissive"]).map((line) => line.replace(/(; 'int g\(\)' is assumed)? \[.*$/, ""))).toEqual(
    expected.map((line) => line.replace("%", "warning")),
  );
  expect(messages(text, ["w"])).toEqual([]);
});

test("a library function without its header has its type, and a warning", () => {
  expect(messages('double f(double x) { return sqrt(x) + strlen("a"); }')).toEqual([
    "1:29: warning: the function 'sqrt' is not declared [-Wimplicit-function-declaration]",
    "1:39: warning: the function 'strlen' is not declared [-Wimplicit-function-declaration]",
  ]);
});

test.each([
  [
    "assignment in a condition",
    "int f(int a) { if (a = a + 3) return 1; return 0; }",
    "an assignment is used as a condition [-Wparentheses]",
  ],
  [
    "a missing return",
    "int f(int a) { if (a) return 1; }",
    "'f' can reach its end without returning a value [-Wreturn-type]",
  ],
  ["an unused variable", "void f(void) { int x; }", "the variable 'x' is never used [-Wunused-variable]"],
  [
    "a wrong format argument",
    'int printf(const char *, ...); void f(long long n) { printf("%d", n); }',
    "'%d' needs a 'int', and the argument is a 'long long' [-Wformat]",
  ],
  [
    "a missing format argument",
    'int printf(const char *, ...); void f(void) { printf("%d"); }',
    "'%d' has no argument [-Wformat]",
  ],
  ["an uninitialised local", "int f(void) { int x; return x; }", "'x' is used before it has a value [-Wuninitialized]"],
  [
    "use after free",
    "void free(void *); int f(int *p) { free(p); return *p; }",
    "'p' is used after it was freed [-Wuse-after-free]",
  ],
  [
    "signed against unsigned",
    "int f(int a, unsigned b) { return a < b; }",
    "signed and unsigned values are compared ('int' and 'unsigned int'): a negative one counts as large [-Wsign-compare]",
  ],
  [
    "incompatible pointers",
    "void f(int *p) { char *q = p; (void)q; }",
    "the initial value is a 'int *', and 'char *' is expected [-Wincompatible-pointer-types]",
  ],
  [
    "a dropped const",
    "void f(const char *p) { char *q = p; (void)q; }",
    "the initial value drops the 'const' of its target [-Wdiscarded-qualifiers]",
  ],
  [
    "the address of a local returned",
    "int *f(void) { int x = 1; return &x; }",
    "the address of the local variable 'x' is returned; it is gone when the function ends [-Wreturn-local-addr]",
  ],
  [
    "a switch over an enum with a gap",
    "enum e { A, B }; int f(enum e x) { switch (x) { case A: return 1; } return 0; }",
    "the switch has no case for 'B' [-Wswitch]",
  ],
  ["an empty if", "void f(int a) { if (a); }", "the body of this 'if' is empty: a lone ';' [-Wempty-body]"],
])("-Wall -Wextra warns of %s, and correct code nearby stays silent", (_, text, expected) => {
  const found = messages(text, ["Wall", "Wextra"]);

  expect(found.map((line) => line.replace(/^\d+:\d+: warning: /, ""))).toEqual([expected]);
});

test.each([
  ["a const target", "void f(const int *p) { *p = 1; }", /is const and cannot be changed/],
  ["too few arguments", "int g(int, int); int f(void) { return g(1); }", /'g' takes 2 arguments, 1 given/],
  [
    "an unknown member",
    "struct s { int value; }; int f(struct s *p) { return p->vaule; }",
    /'struct s' has no member 'vaule'/,
  ],
  ["a dot on a pointer", "struct s { int v; }; int f(struct s *p) { return p.v; }", /'\.' needs a struct or union/],
  ["a call of a non-function", "int x; int f(void) { return x(1); }", /no function/],
  ["two types for one name", "int x; char x;", /declared with two types/],
  ["a duplicate case", "int f(int a) { switch (a) { case 1: case 1: return 0; } return 1; }", /appears twice/],
  ["a missing label", "void f(void) { goto out; }", /label 'out' is not defined/],
  ["break outside a loop", "void f(void) { break; }", /outside a loop or switch/],
  ["a negative array", "int a[-1];", /is negative/],
  ["a failed assertion", '_Static_assert(sizeof(int) == 8, "wide");', /static assertion failed: wide/],
  [
    "a struct assigned to a number",
    "struct s { int v; } a; int f(void) { int x = a; return x; }",
    /cannot become 'int'/,
  ],
  ["an incomplete type", "struct s; struct s v;", /incomplete type 'struct s'/],
  ["a static value that is no constant", "int f(void); int x = f();", /must be a constant/],
])("%s is an error", (_, text, pattern) => {
  const { unit, diagnostics } = check(text);

  expect(unit).toBeNull();
  expect(diagnostics.filter((item) => item.severity === "error").map((item) => item.message)).toEqual([
    expect.stringMatching(pattern),
  ]);
});

test("-Werror turns warnings into a refusal, -Wno- switches one off, -w all", () => {
  const text = "void f(void) { int x; }";

  expect(check(text, ["Wall"]).unit).not.toBeNull();
  expect(check(text, ["Wall", "Werror"]).unit).toBeNull();
  expect(check(text, ["Wall", "Wno-unused-variable"]).diagnostics).toEqual([]);
  expect(check(text, ["Wall", "w"]).diagnostics).toEqual([]);
});

test("a semicolon in the condition of a statement is not taken for one between arguments", () => {
  for (const word of ["while", "if", "switch"]) {
    const found = messages(`int f(int i) { ${word} (i < 10; i++) i = 2; return i; }`);
    expect(found[0]).toMatch(/error/);
    expect(found.join("\n")).not.toMatch(/arguments are separated/);
  }
});

test("nobody is warned of what the overflow builtins compute with", () => {
  const text = `int f(void) {
    long long a; unsigned b;
    return __builtin_mul_overflow(-1LL, -0x7fffffffffffffffLL - 1, &a) + __builtin_mul_overflow(0ULL, -5LL, &b);
  }`;
  expect(messages(text)).toEqual([]);
  expect(messages("int g(void) { return 1 / 0; }")).toHaveLength(1);
});

test("the end of a table is an address like any other", () => {
  expect(messages("int m[3][4]; int *e(void) { return m[3]; } int *g(void) { return &m[3][0]; }")).toEqual([]);
  expect(messages("int m[3][4]; int e(void) { return m[2][4]; }")[0]).toMatch(/Warray-bounds/);
});

test("a pointer to an atomic object is another type, not one of another sign", () => {
  expect(messages("_Atomic int a; int *f(void) { return &a; }")[0]).toMatch(/\[-Wincompatible-pointer-types\]$/);
  expect(messages("unsigned u; int *f(void) { return &u; }", ["Wpointer-sign"])[0]).toMatch(/\[-Wpointer-sign\]$/);
});

test("names that every JavaScript object has are names like any other", () => {
  for (const name of ["toString", "constructor", "hasOwnProperty", "__proto__"]) {
    const [diagnostic] = check(`${name} x;`).diagnostics;
    expect(diagnostic!.message).toBe(`unknown type name '${name}'`);
    expect(diagnostic!.hint).toBeUndefined();
  }
});
