/** Comparisons with a constant: those that can come out either way stay quiet, as with GCC 12 and Clang 14; the others are told. */
import { expect, test } from "vitest";
import { check, lines } from "./check-c.ts";

const PROGRAM = (condition: string): string =>
  `struct s { unsigned f : 3; int g : 3; };
int f(int a, int b, int i, unsigned char c, unsigned char d, unsigned short h, _Bool t, _Bool u, struct s z, unsigned char *p) {
  return (${condition}) ? a + b + i + c + d + h + t + u + z.f + p[0] : 0;
}`;

const POSSIBLE = [
  // Sums and differences of outcomes.
  "(a > 0) + (b > 0) + (i > 0) == 2",
  "(a > b) - (a < b) == -1",
  "!a + !b + !i != 2",
  "t + u == 2",
  "t - u == -1",
  "-(a > b) == -1",
  "-t == -1",
  "((a > b) << 1) == 2",
  "((a > b) ^ 2) == 3",
  "((a > b) | (i > b) << 1) == 3",
  "(a && b) * 4 == 4",
  // Arithmetic of chars is int arithmetic.
  "c - 1 == -1",
  "~c == -1",
  "-c == -5",
  "c * 2 == 510",
  "(c << 8) == 256",
  "c - d == -3",
  "c + d == 300",
  "c * d != 65025",
  "p[-1] + 1 == 256",
  "(c | 0x100) == 256",
  "(c ^ 256) == 257",
  "h * 2 == 131070",
  "(a & 0xff) + 1 == 256",
  "((c & 0xf) << 4) == 0xf0",
  "z.f + 1 == 8",
  // The last value that fits, values with a sign, masks that keep it.
  "c == 255",
  "h == 65535",
  "t == 1",
  "z.f == 7",
  "z.g == -1",
  "(a & 7) == 7",
  "(a & -2) == -4",
  "(signed char)c == -1",
  "(short)h == -1",
  "(a ? c : -1) == -1",
  "(c += 1) == 0",
  "c / 2 == 127",
  "(c >> 1) == 127",
];

test.each(POSSIBLE)("%s may be either", (condition) => {
  expect(lines(check(PROGRAM(condition), ["Wall", "Wextra"]).diagnostics)).toEqual([]);
});

/** [condition, message] */
const DECIDED: readonly (readonly [string, string])[] = [
  ["c == -1", "this value is between 0 and 255, never -1: this is always false [-Wtype-limits]"],
  ["c != 256", "this value is between 0 and 255, never 256: this is always true [-Wtype-limits]"],
  ["p[1] == 256", "this value is between 0 and 255, never 256: this is always false [-Wtype-limits]"],
  ["(unsigned char)a == 256", "this value is between 0 and 255, never 256: this is always false [-Wtype-limits]"],
  ["(long long)c == -1", "this value is between 0 and 255, never -1: this is always false [-Wtype-limits]"],
  ["h == 65536", "this value is between 0 and 65535, never 65536: this is always false [-Wtype-limits]"],
  ["z.f == 8", "this value is between 0 and 7, never 8: this is always false [-Wtype-limits]"],
  ["(a & 6) == 7", "this value is between 0 and 6, never 7: this is always false [-Wtype-limits]"],
  ["(a & 1) == 2", "this value is between 0 and 1, never 2: this is always false [-Wtype-limits]"],
  ["(c & b) == 256", "this value is between 0 and 255, never 256: this is always false [-Wtype-limits]"],
  ["t == 2", "the outcome of a comparison is 0 or 1, never 2: this is always false [-Wbool-compare]"],
  ["(a > b) == 2", "the outcome of a comparison is 0 or 1, never 2: this is always false [-Wbool-compare]"],
  ["(!a) != -1", "the outcome of a comparison is 0 or 1, never -1: this is always true [-Wbool-compare]"],
  ["(a && b) == 2", "the outcome of a comparison is 0 or 1, never 2: this is always false [-Wbool-compare]"],
];

test.each(DECIDED)("%s cannot", (condition, message) => {
  const told = lines(check(PROGRAM(condition), ["Wall", "Wextra"]).diagnostics);

  expect(told).toEqual([expect.stringContaining(message)]);
});
