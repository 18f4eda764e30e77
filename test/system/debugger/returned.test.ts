import { describe, expect, it } from "vitest";
import { stopText } from "../../../system/cli/debug/show.ts";
import { assignmentOf } from "../../../system/debugger/assign.ts";
import { debugC } from "./support.ts";

const SOURCE = `
#include <setjmp.h>
struct pair { short low; signed char high; unsigned bits : 3; };
struct large { int words[5]; };
enum colour { RED, GREEN = 5 };
jmp_buf place;
int global = -9;
int f_int(void) { return -7; }
unsigned f_unsigned(void) { return 4000000000u; }
signed char f_char(void) { return 'A'; }
_Bool f_bool(void) { return 1; }
int *f_pointer(void) { return (int *) 0x1234; }
const char *f_string(void) { return "text"; }
long long f_long(void) { return -9007199254740993LL; }
unsigned long long f_huge(void) { return 18446744073709551615ULL; }
float f_float(void) { return 0.1f; }
double f_double(void) { return -2.5e300; }
enum colour f_enum(void) { return GREEN; }
struct pair f_pair(void) { struct pair p = { -2, 3, 5 }; return p; }
struct large f_large(void) { struct large l = { { 1 } }; return l; }
void f_void(void) { global++; }
int f_jump(void) { longjmp(place, 1); return 3; }
int f_deep(int n) { return n == 0 ? 100 : f_deep(n - 1) + 1; }
int main(void) {
  f_int(); f_unsigned(); f_char(); f_bool(); f_pointer(); f_string(); f_long(); f_huge(); f_float(); f_double(); f_enum();
  f_pair(); f_large(); f_void();
  if (setjmp(place) == 0) f_jump();
  return f_deep(3) + global;
}`;

function finished(name: string): string | null {
  const { debug } = debugC(SOURCE);
  debug.breakAt(name, { isTemporary: true });
  expect(debug.run("forward").kind).toBe("breakpoint");
  const stop = debug.finish("forward");
  expect(stop.kind).toBe("step");
  expect(stopText(debug, stop, () => null).endsWith(`\nValue returned is ${stop.returned}`)).toBe(
    stop.returned !== null,
  );
  return stop.returned;
}

describe("finish", () => {
  // By the C program; pointers to char show their text, and characters what they are, as everywhere in the debugger.
  it.each([
    ["f_int", "-7"],
    ["f_unsigned", "4000000000"],
    ["f_char", "65 'A'"],
    ["f_bool", "true"],
    ["f_pointer", "0x1234"],
    ["f_long", "-9007199254740993"],
    ["f_huge", "18446744073709551615"],
    ["f_float", "0.100000001"],
    ["f_double", "-2.5e+300"],
    ["f_enum", "GREEN"],
    ["f_pair", "{low = -2, high = 3, bits = 5}"],
    ["f_large", "of 20 bytes, in the memory that the caller gave"],
    ["f_void", null],
    ["f_jump", null],
    // The innermost of four is not the one that the breakpoint stopped in first.
    ["f_deep", "103"],
  ])("says what %s has returned", (name, text) => {
    expect(finished(name)).toBe(text);
  });

  it("shows the text of a string, and nothing going back", () => {
    expect(finished("f_string")).toMatch(/^0x[0-9a-f]+ "text"$/);
    const { debug } = debugC(SOURCE);
    debug.breakAt("f_int");
    debug.run("forward");
    expect(debug.finish("backward").returned).toBeNull();
  });
});

describe("an assignment", () => {
  it.each([
    ["x = 3", "x", "3"],
    ["a[i]->b=c == 2", "a[i]->b", "c == 2"],
    ["c = '='", "c", "'='"],
  ])("has two sides: %s", (text, place, value) => {
    expect(assignmentOf(text)).toEqual({ place, value });
  });
  it.each(["x == 3", "x != 3", "x <= 3", "x >= 3", "c == '='", "x", "x += 1"])("is not %s", (text) => {
    expect(assignmentOf(text)).toBeNull();
  });
});
