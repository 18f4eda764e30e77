import { describe, expect, it } from "vitest";
import { frameBiography, pageBiography } from "../../../system/debugger/biography.ts";
import { valueText } from "../../../system/debugger/expression.ts";
import { stateHash } from "../../../system/state-hash.ts";
import { debugC, lineOf } from "./support.ts";

const WILD = `
#include <stdlib.h>
#include <string.h>
struct node { int value; struct node *next; };
int total;
static struct node *push(struct node *head, int value) {
  struct node *n = malloc(sizeof *n); /* alloc */
  n->value = value;
  n->next = head;
  return n;
}
static void scribble(char *text) {
  for (int i = 0; i < 40; i++) text[i] = 'A'; /* guilty */
}
static int sum(struct node *list) {
  int result = 0; /* sum */
  for (struct node *n = list; n; n = n->next) result += n->value; /* crash */
  return result;
}
int main(void) {
  struct node *list = 0;
  char *name = malloc(8);
  for (int i = 1; i <= 3; i++) list = push(list, i);
  total = sum(list); /* first */
  total += 1; /* second */
  scribble(name); /* call */
  total = sum(list); /* third */
  return 0;
}`;

const lineNow = (debug: ReturnType<typeof debugC>["debug"]): number => debug.callStack()[0].line;

describe("the debugger on a program that a stray write crashes", () => {
  it("stops at the crash, and goes back from it to the write that was the cause", () => {
    const { debug } = debugC(WILD);
    const crash = debug.run("forward");
    expect(crash).toMatchObject({ kind: "signal", text: expect.stringContaining("SIGSEGV") });
    expect(lineNow(debug)).toBe(lineOf(WILD, "crash"));
    expect(
      debug
        .callStack()
        .map(({ name }) => name)
        .slice(0, 2),
    ).toEqual(["sum", "main"]);
    // The last node's pointer is what led astray. Who wrote it?
    const { value, scope } = debug.evaluate("list->next->next->next", 1);
    expect(valueText(scope, value)).toBe("0x41414141");
    expect(debug.lastWriter({ pid: 1, vaddr: value.vaddr!, bytes: 4 }).kind).toBe("watchpoint");
    expect(debug.callStack()[0].name).toBe("scribble");
    expect(lineNow(debug)).toBe(lineOf(WILD, "guilty"));
  });

  it("finds the last writer of a global, before the instruction is executed", () => {
    const { debug, machine } = debugC(WILD);
    debug.run("forward");
    const vaddr = debug.image!.named("total")!.vaddr;
    const stop = debug.lastWriter({ pid: 1, vaddr, bytes: 4 });
    expect(stop.kind).toBe("watchpoint");
    expect(lineNow(debug)).toBe(lineOf(WILD, "second"));
    // 1 + 2 + 3 stands there still; one instruction later it is 7.
    expect(debug.evaluate("total").value.vaddr).toBe(vaddr);
    const read = (): number => machine.ram.readWord(machine.mmu.peek(vaddr).paddr);
    expect(read()).toBe(6);
    debug.stepInstruction("forward");
    expect(read()).toBe(7);
  });
});

describe("breakpoints and steps", () => {
  it("stop at functions and lines, with the locals that C has there", () => {
    const { debug } = debugC(WILD);
    debug.breakAt("push");
    const values: string[] = [];
    for (let i = 0; i < 3; i++) {
      expect(debug.run("forward")).toMatchObject({ kind: "breakpoint" });
      expect(lineNow(debug)).toBe(lineOf(WILD, "alloc"));
      const { value, scope } = debug.evaluate("value");
      values.push(valueText(scope, value));
    }
    expect(values).toEqual(["1", "2", "3"]);
    for (const expected of ["2", "1"]) {
      expect(debug.run("backward")).toMatchObject({ kind: "breakpoint" });
      const { value, scope } = debug.evaluate("value");
      expect(valueText(scope, value)).toBe(expected);
    }
    expect(debug.run("backward")).toMatchObject({ kind: "start" });
    expect(debug.breakpoints[0].hits).toBe(5);
  });

  it("obey conditions", () => {
    const { debug } = debugC(WILD);
    debug.breakAt("push", { condition: "value == 3" });
    debug.run("forward");
    const { value, scope } = debug.evaluate("value + 0");
    expect(valueText(scope, value)).toBe("3");
    expect(debug.breakpoints[0].hits).toBe(1);
  });

  it("go over calls with next, into them with step, and the same way back", () => {
    const { debug } = debugC(WILD);
    debug.breakAt(`test.c:${lineOf(WILD, "first")}`, { isTemporary: true });
    debug.run("forward");
    const before = stateHash(debug.machine);
    debug.stepLine("forward", true);
    expect(lineNow(debug)).toBe(lineOf(WILD, "second"));
    debug.stepLine("backward", true);
    expect(lineNow(debug)).toBe(lineOf(WILD, "first"));
    expect(stateHash(debug.machine)).toBe(before);
    debug.stepLine("forward", false);
    expect(debug.callStack()[0].name).toBe("sum");
    debug.finish("backward");
    expect(lineNow(debug)).toBe(lineOf(WILD, "first"));
    debug.stepLine("forward", false);
    debug.finish("forward");
    expect(debug.callStack()[0].name).toBe("main");
  });

  it("by instruction there and back come to the same states", () => {
    const { debug } = debugC(WILD);
    debug.breakAt("main", { isTemporary: true });
    debug.run("forward");
    const hashes: string[] = [];
    for (let i = 0; i < 40; i++) {
      hashes.push(`${debug.timeline.position} ${debug.registers()!.pc}`);
      debug.stepInstruction("forward");
    }
    for (let i = 39; i >= 0; i--) {
      debug.stepInstruction("backward");
      expect(`${debug.timeline.position} ${debug.registers()!.pc}`).toBe(hashes[i]);
    }
  });

  it("watch a variable: the value differs before and after, forwards and backwards", () => {
    const { debug } = debugC(WILD);
    debug.watch("total");
    const lines: number[] = [];
    for (let i = 0; i < 2; i++) {
      expect(debug.run("forward")).toMatchObject({ kind: "watchpoint" });
      lines.push(lineNow(debug));
    }
    // The store is the last instruction of its line: one stands behind it.
    expect(lines[0]).toBeGreaterThanOrEqual(lineOf(WILD, "first"));
    expect(lines[1]).toBeGreaterThanOrEqual(lineOf(WILD, "second"));
    debug.run("backward");
    expect(lineNow(debug)).toBe(lineOf(WILD, "second"));
    debug.run("backward");
    expect(lineNow(debug)).toBe(lineOf(WILD, "first"));
    expect(debug.run("backward").kind).toBe("start");
  });
});

describe("semantic breakpoints", () => {
  it("find a fault by kind and area, in both directions", () => {
    const { debug } = debugC(WILD);
    const stop = debug.toCondition("fault zero-fill in heap", "forward");
    expect(stop).toMatchObject({ kind: "condition" });
    const { moment } = debug.timeline;
    debug.run("forward");
    debug.toCondition("fault zero-fill in heap", "backward");
    expect(debug.timeline.moment).toEqual(moment);
  });

  it("know which malloc returned the block around an address", () => {
    const { debug } = debugC(WILD);
    debug.breakAt(`test.c:${lineOf(WILD, "first")}`);
    debug.run("forward");
    const { value, scope } = debug.evaluate("name");
    const name = Number(valueText(scope, value).split(" ")[0]);
    expect(debug.toCondition(`malloc returns block containing ${name + 3}`, "backward")).toMatchObject({
      kind: "condition",
    });
    expect(debug.registers()!.x[10]).toBe(name);
  });

  it("say where a condition does not parse, and end when one never holds", () => {
    const { debug } = debugC("int main(void) { return 3; }");
    expect(() => debug.toCondition("fault in hell", "forward")).toThrow(/\^ expected.*an area/);
    expect(() => debug.breakWhen("event no-such-thing")).toThrow(/no event called no-such-thing/);
    expect(debug.toCondition("zeroed > 100000", "forward")).toMatchObject({ kind: "halted", status: 3 });
    expect(debug.toCondition("signal 9", "backward")).toMatchObject({ kind: "start" });
    const cancelled = debugC("int main(void) { for (;;) ; }").debug;
    cancelled.mostInstructions = 3_000_000;
    expect(cancelled.toCondition("zeroed > 100000", "forward")).toMatchObject({ kind: "limit" });
  });

  it("stop when a figure of the machine comes below a bound, and not before", () => {
    const { debug, machine } = debugC(
      "#include <stdlib.h>\nint main(void) { char *p = malloc(400000); for (int i = 0; i < 90; i++) p[i * 4096] = 1; return 0; }",
    );
    const before = machine.kernel.core.frames.count[7];
    debug.toCondition(`zeroed < ${before - 40}`, "forward");
    expect(machine.kernel.core.frames.count[7]).toBe(before - 40);
  });
});

describe("biographies", () => {
  it("tell every owner of a frame and every fault of a page", () => {
    const { debug, timeline } = debugC(WILD);
    debug.run("forward");
    debug.run("forward");
    const total = debug.image!.named("total")!.vaddr;
    const page = pageBiography(timeline, 1, total >>> 12);
    const kinds = page.map(({ event }) => event.kind).filter((kind) => kind !== "pte-fill");
    expect(kinds.slice(0, 3)).toEqual(["fault-begin", "frame-allocated", "pte-write"]);
    expect(kinds).toContain("fault-end");
    const taken = page.find(({ event }) => event.kind === "frame-allocated")!.event;
    const pfn = taken.kind === "frame-allocated" ? taken.pfn : -1;
    const frame = frameBiography(timeline, pfn).map(({ event }) => event.kind);
    expect(frame[0]).toBe("frame-allocated");
    expect(frame).toContain("frame-freed");
  });
});

describe("changing a register in the past", () => {
  it("begins a branch with another end, and the old one can be gone back to", () => {
    const { debug, timeline } = debugC("int twice(int n) { return 2 * n; } int main(void) { return twice(4); }");
    debug.breakAt("main");
    expect(debug.run("forward").kind).toBe("breakpoint");
    expect(debug.run("forward")).toMatchObject({ kind: "halted", status: 8 });
    debug.toCondition("$pc == twice", "backward");
    debug.setRegister("a0", 10);
    expect(debug.run("forward")).toMatchObject({ kind: "halted", status: 20 });
    timeline.switchTo(0);
    expect(debug.run("forward")).toMatchObject({ kind: "halted", status: 8 });
  });
});
