import { expect, test } from "vitest";
import { check } from "./check-c.ts";
import { mutate, randomFrom, SEED } from "./mutate.ts";

const SEEDS = [
  `#include "list.h"
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define LOG(fmt, ...) printf(fmt, ## __VA_ARGS__)
#define GLUE(a, b) a ## b
#if defined(__riscv) && (__riscv_xlen == 32 || 0)
typedef struct node { struct node *next; int value : 5, : 3; union { char c[4]; double d; }; } node;
#else
#error "another machine"
#endif
enum color { RED, GREEN = 5, BLUE };
int printf(const char *, ...) __attribute__((format(printf, 1, 2)));
static const char *names[] = { [RED] = "red", [GREEN ... BLUE] = "x" "y" };
int GLUE(va, lue)(node *list, int n, ...) {
  int total = 0, table[n + 1], i;
  __builtin_va_list ap; __builtin_va_start(ap, n);
  for (i = 0; i < n; i++) { switch (list->value) { case RED: total += MAX(i, 3); break; case 10 ... 20: continue; default: goto out; } }
out:
  LOG("%d %s\\n", total, names[0]);
  return ({ int k = total; k * 2; }) + sizeof(node[3]) + _Generic(total, int: 1, default: (char)2) + (struct node){ .value = 3 }.value + __builtin_va_arg(ap, int);
}`,
  `int f(a, b) int a; char b; { return a + b; }
_Static_assert(sizeof(int) == 4, "size"); _Thread_local int t; _Noreturn void die(void);
int g(int n, int m[n][n]) { double d = 1.5e3f + 0x1p-3; asm volatile("nop" : "=r"(n) : "r"(n) : "memory"); do n -= 'a' << 2; while (n > 0 && m[0][0]); return (int)d ? n : -n; }
#define R(x) R2(x) R2(x)
#define R2(x) x x
int (*(*fp)(void))[3] = 0; wchar w = L'\\x41'; char s[] = u8"\\u00e9" "\\n";`,
];

test("mutated programs give diagnostics or a tree, never an exception, and end soon", () => {
  const random = randomFrom(SEED);
  const header = "#pragma once\nstruct list { int n; };\n";
  const end = Date.now() + 20_000;
  let rounds = 0;
  for (; rounds < 1200 && Date.now() < end; rounds++) {
    const text = mutate(SEEDS[rounds % SEEDS.length]!, random, 6);
    const run = () => check(text, ["Wall", "Wextra"], { "list.h": header });

    expect(run, `seed ${SEED}, round ${rounds}: ${JSON.stringify(text)}`).not.toThrow();
  }
  expect(rounds).toBeGreaterThan(100);
});

test.each([
  ["parentheses", `int x = ${"(".repeat(5000)}1${")".repeat(5000)};`],
  ["blocks", `void f(void) ${"{".repeat(5000)}${"}".repeat(5000)}`],
  ["unary operators", `int x = ${"-".repeat(1)}${" -".repeat(20000)}1;`],
  ["pointers", `int ${"*".repeat(3000)}p;`],
  ["declarator parentheses", `int ${"(".repeat(3000)}p${")".repeat(3000)};`],
  ["else-if chains", `void f(int a) { ${"if (a) ; else ".repeat(3000)} ; }`],
  ["sums", `int f(int a) { return a${" + a".repeat(20000)}; }`],
  ["braces of initialisers", `int a[] = ${"{".repeat(4000)}1${"}".repeat(4000)};`],
  ["structs", `${"struct { ".repeat(2000)} int x; ${"} y; ".repeat(2000)}`],
  ["#if parentheses", `#if ${"(".repeat(5000)}1${")".repeat(5000)}\n#endif\nint x;`],
  [
    "macros that double",
    `${Array.from({ length: 60 }, (_, i) => `#define M${i + 1} M${i} M${i}`).join("\n")}\n#define M0 1\nint x = M60;`,
  ],
  ["arguments in arguments", `#define F(x) x\nint x = ${"F(".repeat(1000)}1${")".repeat(1000)};`],
])("absurd depth of %s gives a diagnostic or a tree, in bounded time", (_, text) => {
  // A hang ends by the test's own time limit.
  const result = check(text, ["Wall"]);

  expect(result.unit !== null || result.diagnostics.length > 0).toBe(true);
});

test("a file that includes itself for ever is stopped with a message", () => {
  const { diagnostics } = check('#include "a.h"\n', [], { "a.h": '#include "a.h"\n' });

  expect(diagnostics[0]?.message).toMatch(/included more than 100 deep/);
});
