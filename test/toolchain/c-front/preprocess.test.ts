import { expect, test } from "vitest";
import { preprocessOnly } from "../../../toolchain/c/front-end.ts";
import { SourceFile } from "../../../toolchain/diagnostics.ts";

/** The preprocessed text on one line, without markers, one space between tokens that need it. */
function expand(
  text: string,
  files: Readonly<Record<string, string>> = {},
  options: { defines?: string[]; undefines?: string[] } = {},
): string {
  const provider = { read: (path: string) => (files[path] === undefined ? null : new SourceFile(path, files[path])) };
  const out = preprocessOnly(new SourceFile("t.c", text), { includePaths: ["inc"], ...options }, provider);
  const errors = out.diagnostics.filter((item) => item.severity === "error").map((item) => `error: ${item.message}`);
  return errors.length > 0 ? errors.join("; ") : out.text.replace(/^#.*$/gm, "").replace(/\s+/g, " ").trim();
}

// The examples of C11 §6.10.3.3 and §6.10.3.5, with the results the standard prints.
const EXAMPLE_3 = `#define x 3
#define f(a) f(x * (a))
#undef x
#define x 2
#define g f
#define z z[0]
#define h g(~
#define m(a) a(w)
#define w 0,1
#define t(a) a
#define p() int
#define q(x) x
#define r(x,y) x ## y
#define str(x) # x
`;

test.each([
  ["f(y+1) + f(f(z)) % t(t(g)(0) + t)(1);", "f(2 * (y+1)) + f(2 * (f(2 * (z[0])))) % f(2 * (0)) + t(1);"],
  ["g(x+(3,4)-w) | h 5) & m\n(f)^m(m);", "f(2 * (2+(3,4)-0,1)) | f(2 * (~ 5)) & f(2 * (0,1))^m(0,1);"],
  ["p() i[q()] = { q(1), r(2,3), r(4,), r(,5), r(,) };", "int i[] = { 1, 23, 4, 5, };"],
  ["char c[2][6] = { str(hello), str() };", 'char c[2][6] = { "hello", "" };'],
])("expands the standard's example: %s", (text, expected) => {
  const tight = (s: string): string => s.replace(/\s+/g, "");

  expect(tight(expand(EXAMPLE_3 + text))).toBe(tight(expected));
});

test("stringizes, pastes and rescans as the standard's fourth example prints", () => {
  const text = `#define str(s) # s
#define xstr(s) str(s)
#define INCFILE(n) vers ## n
#define glue(a, b) a ## b
#define xglue(a, b) glue(a, b)
#define HIGHLOW "hello"
#define LOW LOW ", world"
str(strncmp("abc\\0d", "abc", '\\4') == 0) xstr(INCFILE(2).h) glue(HIGH, LOW); xglue(HIGH, LOW)`;

  expect(expand(text)).toBe(`"strncmp(\\"abc\\\\0d\\", \\"abc\\", '\\\\4') == 0" "vers2.h" "hello"; "hello" ", world"`);
});

test("a macro comes back in a later pass over what it left, and not within its own expansion", () => {
  const text = `#define empty
#define again() list
#define list(a, ...) a; again empty () (__VA_ARGS__)
#define scan(...) __VA_ARGS__
#define f(a) a * g
#define g(a) f(a)
#define self self + 1
#define open (
#define other(a) a
scan(scan(list(1, 2, 3))) f(2)(9) self scan(self) scan(other open scan))(X)`;

  expect(expand(text)).toBe("1; 2; 3; again () () 2 * 9 * g self + 1 self + 1 scan(X)");
});

test("__VA_OPT__ stands for its contents where there are variable arguments", () => {
  const text = `#define none
#define call(f, ...) f(0 __VA_OPT__(,) __VA_ARGS__)
#define join(a, ...) a ## __VA_OPT__(b (__VA_ARGS__))
call(p) call(q, none) call(r, 1, 2) join(a) join(a, 1)`;

  expect(expand(text).replace(/\s/g, "")).toBe("p(0)q(0)r(0,1,2)aab(1)");
});

// The examples of C23 §6.10.5.1 with H, and what GCC 12 and Clang 14 print where they agree.
const STRING = "#define string_(...) #__VA_ARGS__\n#define string(...) string_(__VA_ARGS__)\n";

test("__VA_OPT__ and # or ## beside it", () => {
  const text = `#define H3(X, ...) #__VA_OPT__(X##X X##X)
#define H4(X, ...) __VA_OPT__(a X ## X) ## b
#define H5A(...) __VA_OPT__()/**/__VA_OPT__()
#define H5B(X) a ## X ## b
#define H5C(X) H5B(X)
#define spelt(X, ...) [#__VA_OPT__( X  X ## 1 "q" __VA_ARGS__ )] L ## #__VA_OPT__(a)
H3(, 0) H3(a, 0) H3(a) string(H4(, 1)) H5C(H5A()) spelt(e f, g "h") spelt(e)`;

  expect(expand(STRING + text)).toBe('"" "aa aa" "" "a b" ab ["e f e f1 \\"q\\" g \\"h\\""] L"a" [""] L""');
});

test.each([
  ["(x __VA_OPT__(y))", "(1 )", "(1 y)"],
  ["(x __VA_OPT__(y) )", "(1 )", "(1 y )"],
  ["(x __VA_OPT__(y) z)", "(1 z)", "(1 y z)"],
  ["(x __VA_OPT__(y)-z)", "(1 -z)", "(1 y-z)"],
  ["[ __VA_OPT__(y z)]", "[ ]", "[ y z]"],
  ["[__VA_OPT__(y)]", "[]", "[y]"],
  ["(x __VA_ARGS__)", "(1 )", "(1 2)"],
  ["(x __VA_ARGS__-z)", "(1 -z)", "(1 2-z)"],
  ["(x __VA_ARGS__ ## __VA_ARGS__)", "(1 )", "(1 22)"],
])("white space in the spelling of %s", (body, without, withOne) => {
  const text = `${STRING}#define f(x, ...) ${body}\nstring(f(1)) string(f(1, 2))`;

  expect(expand(text)).toBe(`"${without}" "${withOne}"`);
});

test("defined that comes out of a macro asks for the name as it is, and __has_attribute for what a macro names", () => {
  const text = `#define there
#define asks (defined(there) && !defined(absent) && defined there)
#define attribute unused
#if asks && __has_attribute(attribute)
yes
#endif`;

  expect(expand(text)).toBe("yes");
});

test("one character may be written by several universal names", () => {
  expect(expand("#define \\u00c1 1\n\\U000000C1 \u00c1 \\u00C1 \\u00c2")).toBe("1 1 1 \u00c2");
});

test("a macro that stands for nothing leaves the space before it", () => {
  const text =
    "#define str(s) # s\n#define xstr(s) str(s)\n#define none\n#define two() none none\nxstr(|two()|) xstr(| none|)";

  expect(expand(text)).toBe('"| |" "| |"');
});

test("a pasted ## is an ordinary token (C11 §6.10.3.3p4)", () => {
  expect(
    expand(
      "#define hash_hash # ## #\n#define mkstr(a) # a\n#define in_between(a) mkstr(a)\n#define join(c, d) in_between(c hash_hash d)\njoin(x, y)",
    ),
  ).toBe('"x ## y"');
});

test("variadic macros and GNU's comma that goes away", () => {
  const text = `#define A(fmt, ...) p(fmt, __VA_ARGS__)
#define B(fmt, ...) p(fmt, ## __VA_ARGS__)
#define C(args...) q(args)
#define D(...) p(x, ## __VA_ARGS__)
#define E
A("x", 1, 2) B("y") B("z", 3) C(1, 2) C() B("y",) B("y", E) D() D(1) D(E)`;

  expect(expand(text).replace(/, \)/g, ",)")).toBe(
    'p("x", 1, 2) p("y") p("z", 3) q(1, 2) q() p("y",) p("y",) p(x) p(x, 1) p(x,)',
  );
});

test("conditions are computed in 64 bits, signed and unsigned", () => {
  const holds = (condition: string): boolean => expand(`#if ${condition}\nyes\n#else\nno\n#endif`) === "yes";

  expect(holds("0x7fffffffffffffff + 1 < 0")).toBe(true);
  expect(holds("-1 > 0u")).toBe(true);
  expect(holds("(2 || 1 / 0) && !(0 && 1 / 0)")).toBe(true);
  expect(holds("-7 / 2 == -3 && -7 % 2 == -1 && (1 ? 2 : 3) == 2 && 'a' == 97")).toBe(true);
  expect(holds("defined __riscv && defined(__riscv_xlen) && __riscv_xlen == 32 && undefined_name == 0")).toBe(true);
  expect(holds("1 << 40 >> 38 == 4 && ~0 == -1 && (3 & 5 | 8 ^ 1) == 9")).toBe(true);
});

test("groups nest, and skipped text need not be well formed", () => {
  expect(expand("#if 0\n#if 1\n'unterminated\n#else\n#endif\n#elif 1\na\n#elif 1\nb\n#else\nc\n#endif")).toBe("a");
});

test("includes look beside the file, then in the paths; #pragma once and guards hold", () => {
  const files = { "sub/a.h": '#pragma once\n#include "b.h"\nA', "sub/b.h": "B", "inc/c.h": "C", "inc/b.h": "WRONG" };

  expect(expand('#include "sub/a.h"\n#include "sub/a.h"\n#include <c.h>\n#define H <c.h>\n#include H\n', files)).toBe(
    "B A C C",
  );
});

test("__LINE__, __FILE__, #line, __COUNTER__ and _Pragma", () => {
  expect(
    expand(
      '__LINE__ __FILE__\n#line 100 "x.c"\n__LINE__ __FILE__ __COUNTER__ __COUNTER__ _Pragma("STDC FP_CONTRACT ON") end',
    ),
  ).toBe('1 "t.c" 100 "x.c" 0 1 end');
});

test("line splices join tokens, and offsets still point into the original", () => {
  expect(expand("int a\\\nb = 1; #\\\ndefine\n")).toBe("int ab = 1; # define");
});

test("-D and -U on the command line", () => {
  expect(expand("X Y(2) Z", {}, { defines: ["X", "Y(a)=a+a", "Z=3"], undefines: ["Z"] })).toBe("1 2 +2 Z");
});

test.each([
  ["#error stop here", "#error stop here"],
  ["#if 1\n", "#if without #endif"],
  ["#endif", "#endif without #if"],
  ["#define F(x) x\nF(1", "never closed"],
  ["#define F(x) x\nF(1, 2)", "takes 1 argument, 2 given"],
  ["#define G(a, b) a ## b\nG(+, /)", "does not give one token"],
  ["#define O(...) __VA_OPT__(a __VA_OPT__(b))", "cannot stand inside another one"],
  ["#define O(...) __VA_OPT__(a", "'(' after __VA_OPT__ is never closed"],
  ["#define O(...) __VA_OPT__ a", "expected '(' after __VA_OPT__"],
  ["#define O(...) x #__VA_OPT__", "expected '(' after __VA_OPT__"],
  ["#define O(...) __VA_OPT__(## a)", "'##' cannot stand at either end of __VA_OPT__"],
  ["#define O(...) __VA_OPT__(a ##)", "'##' cannot stand at either end of __VA_OPT__"],
  ["#inclde <x.h>", "unknown directive #inclde"],
  ["#if 1 +\n#endif", "ends too early"],
  ["#if 1 / 0\n#endif", "division by zero"],
])("%j is reported", (text, part) => {
  expect(expand(text)).toContain(part);
});
