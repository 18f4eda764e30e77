/**
 * libc under the oracle's compiler and machine. Random tests print their seed; FAULTLINE_SEED reruns one.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BuiltLibc, missingTools } from "./build-libc.ts";
import { MALLOC_TRACE } from "./expected.ts";

const missing = missingTools();
if (missing !== undefined) console.warn(`test/libc skipped: ${missing}`);

const seed = process.env.FAULTLINE_SEED ?? String(Math.floor(Math.random() * 1e9));
console.log(`test/libc: FAULTLINE_SEED=${seed}`);

/**
 * How far from ours the host's results may be, in units of the last place: 1 unless its manual ("Errors in Math
 * Functions") or a multiple-precision calculator says that it errs by more.
 */
const unitsOfOracle: Record<string, bigint> = {
  cbrt: 4n,
  sinh: 3n,
  cosh: 2n,
  tanh: 3n,
  asinh: 2n,
  acosh: 2n,
  atanh: 2n,
  erfc: 5n,
  tgamma: 10n,
  lgamma: 8n,
};

/** The bits of a double as an integer in the order of the values, so that neighbours differ by 1. */
function orderOf(bits: string): bigint {
  const value = BigInt(`0x${bits}`);
  return value < 1n << 63n ? value : (1n << 63n) - value;
}

let libc: BuiltLibc;

beforeAll(() => {
  if (missing === undefined) libc = new BuiltLibc();
}, 300_000);

afterAll(() => libc?.dispose());

describe.skipIf(missing !== undefined)("libc", () => {
  it.each([
    ["printf formats every value in every format", "printf-random.c", 4000],
    ["strtod and strtof find the nearest number", "strtod-random.c", 3000],
    ["scanf reads numbers, strings and sets", "scanf-cases.c", 500],
    ["strftime, gmtime and mktime know the calendar", "strftime-random.c", 2000],
    ["qsort sorts, beats the quicksort killer, and bsearch finds", "sort-random.c", 10],
  ])("%s as another C library does", (_title, source, rounds) => {
    const args = [seed, String(rounds)];
    const expected = libc.runOnHost(source, args).split("\n");

    const result = libc.run(libc.compile(source), args);

    expect(result.stdout.split("\n").filter((line, i) => line !== expected[i])).toEqual([]);
    expect(result.stdout.split("\n").length).toBe(expected.length);
    expect(result.status).toBe(0);
  });

  it("mathematical functions agree with another C library: exact ones in every bit, the others as nearly as that one is right", () => {
    const args = [seed, "300"];
    const expected = libc.runOnHost("math-random.c", args).trim().split("\n");

    const actual = libc.run(libc.compile("math-random.c"), args).stdout.trim().split("\n");

    expect(actual.length).toBe(expected.length);
    const wrong = actual.filter((line, i) => {
      const [name, , , ours] = line.split(" ") as [string, string, string, string];
      const theirs = expected[i]!.split(" ")[3]!;
      if (name.startsWith("=")) return line !== expected[i];
      const distance = orderOf(ours) - orderOf(theirs);
      const limit = unitsOfOracle[name] ?? 1n;
      return distance > limit || distance < -limit;
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ["64-bit integers, binary32 and binary64", "runtime-random.c", 20000],
    ["binary128", "runtime128-random.c", 20000],
  ])("the compiler runtime for %s agrees with libgcc bit for bit", (_subject, source, rounds) => {
    const result = libc.run(libc.compileAgainstLibgcc(source), [seed, String(rounds)]);

    expect(result.stdout).toMatch(/^\d{6,7} checks, 0 failures\n$/);
  });

  it.each([
    ["strings, numbers, files, processes, signals and the rest", "basics.c"],
    ["the classes of floating numbers and builtins of the library", "float-classes.c"],
    ["what POSIX adds: patterns, locks, users, timers, dates, files in memory", "posix.c"],
  ])("%s do what hand-worked values say", (_title, source) => {
    const result = libc.run(libc.compile(source));

    expect(result.stdout).toBe("0 failures\n");
    expect(result.status).toBe(0);
  });

  it("C++ objects are made, virtual functions called, and everything destroyed in reverse order", () => {
    const result = libc.run(libc.compile("new-delete.cpp"));

    expect(result.stdout.trim().split("\n")).toEqual([
      ...["made global", "area 49", "~Square 7", "~Shape", "last 999", "made local"],
      ...["gone local", "atexit", "gone global"],
    ]);
  });
});

describe.skipIf(missing !== undefined)("malloc", () => {
  it("splits, coalesces and places blocks exactly as worked out by hand", () => {
    const result = libc.run(libc.compile("malloc-trace.c"));

    expect(result.stdout.trim().split("\n")).toEqual(MALLOC_TRACE);
  });

  it.each(["bins", "side", "first-fit"])("%s keeps every block apart and its contents whole", (name) => {
    const result = libc.run(libc.compile("malloc-random.c"), [seed, "4000"], { MALLOC: name });

    expect(result.stdout).toBe("in use at the end: 0 bytes\n");
  });

  it("an unknown allocator is named, with the known ones, and the default serves", () => {
    const result = libc.run(libc.compile("malloc-random.c"), [seed, "10"], { MALLOC: "best" });

    expect(result.stderr).toBe("malloc: MALLOC=best names no allocator; using bins. Known: bins side first-fit\n");
    expect(result.status).toBe(0);
  });

  it.each([
    [1, /freed already \(double free\)/],
    [2, /not the start of a block: malloc returns multiples of 16 only/],
    [3, /not the start of a block/],
    [4, /the header after this block was overwritten/],
    [5, /freed already \(double free\)/],
    [6, /the books inside this free block were overwritten/],
  ])("mistake %i is noticed, named and ends the program", (mistake, message) => {
    const result = libc.run(libc.compile("malloc-mistakes.c"), [String(mistake)]);

    expect(result.stderr).toMatch(message);
    expect(result.stdout).not.toContain("nobody noticed");
  });

  it("gives memory back from the top only, and not while a block pins it", () => {
    const result = libc.run(libc.compile("malloc-give-back.c"));

    expect(
      result.stdout
        .trim()
        .split("\n")
        .map((line) => line.slice(-1)),
    ).toEqual(Array(7).fill("1"));
  });
});
