import { describe, expect, it } from "vitest";
import { EvaluationError, valueText } from "../../../system/debugger/expression.ts";
import { debugC } from "./support.ts";

const SOURCE = `
#include <stdint.h>
struct flags { unsigned ready : 1; int level : 4; unsigned rest : 11; uint8_t tail; };
struct node { int value; struct node *next; };
typedef struct node node_t;
enum colour { RED, GREEN = 5 };
struct flags flags = { 1, -3, 1000, 7 };
struct node second = { 2, 0 }, first = { 1, &second };
float half = 0.5f;
double third = 1.0 / 3;
long double tenth = 0.1L;
long long big = -9007199254740993LL;
unsigned long long huge = 18446744073709551615ULL;
unsigned char bytes[4] = { 0x78, 0x56, 0x34, 0x92 };
void *any = &first;
enum colour colour = GREEN;
signed char small = -1;
/* What nothing refers to is not linked in. */
void *used[] = { &flags, &first, &half, &third, &tenth, &big, &huge, bytes, &any, &colour, &small };
int stop(float f) {
  return f > 0 && used[0];
}
int main(void) {
  return stop(2.25f);
}`;

const { debug } = debugC(SOURCE);
debug.breakAt("stop");
debug.run("forward");
const show = (text: string): string => {
  const { value, scope } = debug.evaluate(text);
  return valueText(scope, value);
};

describe("C expressions over a stopped program", () => {
  // What gdb prints for the same declarations; sizes and layouts are those of the RISC-V psABI.
  it.each([
    ["flags", "{ready = 1, level = -3, rest = 1000, tail = 7}"],
    ["flags.level * 2", "-6"],
    ["flags.rest & 0xff", "232"],
    ["half", "0.5"],
    ["half + 1", "1.5"],
    ["third * 3", "1"],
    ["-third < 0", "1"],
    ["tenth", "0.1"],
    ["1 / 4", "0"],
    ["1.0 / 4", "0.25"],
    ["7 / -2", "-3"],
    ["2.5e3", "2500"],
    ["f", "2.25"],
    ["f == 2.25", "1"],
    ["(int) f", "2"],
    ["big", "-9007199254740993"],
    ["huge", "18446744073709551615"],
    ["(unsigned char) small", "255"],
    ["(short) 0x12345", "9029"],
    ["(unsigned) -1", "4294967295"],
    ["*(unsigned *) bytes", "2452903544"],
    ["*(int *) bytes", "-1842063752"],
    ["((struct node *) any)->next->value", "2"],
    ["((node_t *) any)->value", "1"],
    ["(node_t *) any == &first", "1"],
    ["*(struct node *) first.next", "{value = 2, next = 0x0}"],
    ["sizeof(struct flags)", "4"],
    ["sizeof(node_t)", "8"],
    ["sizeof third", "8"],
    ["sizeof(long double)", "16"],
    ["sizeof(char *)", "4"],
    ["(enum colour) 5", "GREEN"],
    ["colour == 5", "1"],
    ["(first.value) - 1", "0"],
    ["(bytes)[1]", "86 'V'"],
    ["(_Bool) 17", "true"],
  ])("%s is %s", (text, expected) => {
    expect(show(text)).toBe(expected);
  });

  it.each([
    ["stop(1)", /not called from the debugger/],
    ["(struct nothing *) any", /no type struct nothing/],
    ["(nothing_t) 5", /no type nothing_t/],
    ["half & 1", /needs integers/],
    ["&flags.level", /bit field has no address/],
    ["(struct node) 5", /cannot be a struct/],
    ["(void) 1", /void has no values/],
  ])("%s is refused with a reason", (text, reason) => {
    expect(() => show(text)).toThrow(EvaluationError);
    expect(() => show(text)).toThrow(reason);
  });

  it("conditions take casts and parentheses that go on as expressions", () => {
    for (const text of ["(int) f == 2", "(bytes)[1] == 86", "((node_t *) any)->value == 1 and (zeroed > 0)"])
      expect(debug.breakWhen(text).spec.kind, text).toBe("condition");
  });
});
