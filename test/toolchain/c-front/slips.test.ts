/** What students write: each slip gives one message at its place, says what is meant, and brings no others with it. */
import { expect, test } from "vitest";
import { check, lines } from "./check-c.ts";

const WARNINGS = ["Wall", "Wextra", "Wno-unused-parameter", "Wno-unused-variable"];
const IO = "int puts(const char *); int printf(const char *, ...); int strcmp(const char *, const char *);\n";

/** [what, program after a line of prototypes, the messages with their places, text of the hint or of the fix] */
const SLIPS: readonly (readonly [string, string, readonly string[], string])[] = [
  [
    "commas in a for",
    "int f(void) {\n  int s = 0;\n  for (int i = 0, i < 10, i++)\n    s += i;\n  return s;\n}",
    ["4:17: error: the three parts of a 'for' are separated by ';', not ','"],
    ";",
  ],
  [
    "one comma in a for",
    "int f(int i) {\n  for (i = 0; i < 10, i++)\n    ;\n  return i;\n}",
    ["3:21: error: the three parts of a 'for' are separated by ';', not ','"],
    ";",
  ],
  [
    "a semicolon between arguments",
    "int add(int a, int b) { return a + b; }\nint f(void) {\n  int x = add(1; 2);\n  return x;\n}",
    ["4:16: error: arguments are separated by ',', not ';'"],
    ",",
  ],
  [
    "a macro that ends in a semicolon",
    "#define N 10;\nint f(void) {\n  int a[N];\n  for (int i = 0; i < N; i++)\n    a[i] = i;\n  return a[0];\n}",
    ["4:9: error: the macro 'N' ends in ';', which stands in the middle of an expression here"],
    "take the ';' out of the #define",
  ],
  [
    "a brace too many",
    'int f(void) {\n  if (1) {\n    puts("x");\n  }}\n  return 0;\n}\nint g(void) { return 1; }',
    ["6:3: error: 'return' stands outside a function"],
    "there is one '}' too many here or above, or a '{' is missing",
  ],
  [
    "a closing brace alone",
    "int f(void) { return 0; }\n}\nint g;",
    ["3:1: error: this '}' closes nothing"],
    "there is one '}' too many here or above, or a '{' is missing",
  ],
  [
    "a body without its brace",
    "int f(int x)\n  return x;\n}\nint g(void) { return f(1); }",
    ["2:13: error: expected '{' after ')': a function's body stands in braces"],
    " {",
  ],
  [
    "a brace missing at the end of a function",
    "int f(int x) {\n  if (x > 1) {\n    return 2;\n  return 1;\n}\nint g(void) {\n  return f(2);\n}",
    ["7:1: error: expected '}' before 'int': a function cannot be defined inside another"],
    "is the '}' of the function above 'g' missing?",
  ],
  [
    "a misspelt tag",
    "struct point { int x; };\nint f(void) {\n  struct piont q;\n  return 0;\n}",
    ["4:16: error: 'q' has the incomplete type 'struct piont'"],
    "did you mean 'struct point'?",
  ],
  [
    "a type of C++",
    "string name;",
    ["2:1: error: unknown type name 'string'"],
    "C has no type for strings: use an array of char, or char *",
  ],
  [
    "=+",
    "int f(int x) {\n  x =+ 2;\n  return x;\n}",
    ["3:5: warning: '=+' assigns; to change the variable by a value, write '+=' [-Wtransposed-assignment]"],
    "+=",
  ],
  [
    "an if that ends too early",
    'void f(int x) {\n  if (x == 2);\n    puts("two");\n}',
    ["3:14: warning: the body of this 'if' is empty: a lone ';' [-Wempty-body]"],
    "",
  ],
  [
    "a for that ends too early",
    'void f(int x) {\n  for (int i = 0; i < x; i++);\n    puts("two");\n}',
    ["3:3: warning: this 'for' does not govern the statement after its body [-Wmisleading-indentation]"],
    "a ';' ends it here",
  ],
  [
    "a string in single quotes",
    "int f(void) {\n  return puts('x');\n}",
    ["3:15: error: argument 1 of 'puts' of type 'int' makes a pointer out of an integer ('const char *')"],
    'a string stands in double quotes: "x"',
  ],
  [
    "a character in double quotes",
    'int f(void) {\n  char c = "a";\n  return c;\n}',
    ["3:12: error: the initial value of type 'char *' makes an integer out of a pointer ('char')"],
    "a single character stands in single quotes: 'a'",
  ],
  [
    "the element after the last",
    "int f(void) {\n  int a[10] = {0}, *end = &a[10];\n  return a[10] + *end;\n}",
    ["4:12: warning: the index 10 is outside the array, which has 10 elements [-Warray-bounds]"],
    "its elements are 0 to 9",
  ],
  [
    "an assignment to a call",
    'int f(char *a) {\n  if (strcmp(a, "x") = 0) return 1;\n  return 0;\n}',
    ["3:7: error: an assignment needs a variable or another object that can be changed; this is only a value"],
    "write '==' to compare what the call returns",
  ],
  [
    "arrays compared",
    'int f(void) {\n  char a[] = "x", b[] = "y";\n  return a == b;\n}',
    ["4:12: warning: this compares where two arrays are, not what is in them [-Warray-compare]"],
    "compare their elements, for example with memcmp or strcmp",
  ],
];

test.each(SLIPS)("%s", (_, text, expected, advice) => {
  const { diagnostics } = check(IO + text, WARNINGS);

  expect(lines(diagnostics)).toEqual(expected);
  const first = diagnostics[0]!;
  if (advice !== "") expect([first.hint, first.fix?.replacement]).toContain(advice);
});

test("what looks like a slip and is none stays quiet", () => {
  const text = `#define STOP return 0;
    int f(int i, int j) {
      for (i = 0, j = 1; i < 10; i++, j--) ;
      int a[4] = {0}, *p = a, *end = &a[4];
      i = -1; i = +j; i =-1;
      if (i == 3) STOP
      return (p == end) + (&a[3] < end);
    }`;

  expect(lines(check(text, WARNINGS).diagnostics)).toEqual([]);
});
