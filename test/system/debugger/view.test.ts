import { describe, expect, it } from "vitest";
import { examineFault } from "../../../system/debugger/microscope.ts";
import { placeView, stopView } from "../../../system/debugger/view.ts";
import { debugC, lineOf } from "./support.ts";

const SOURCE = `
static int twice(int x) {
  return x + x; /* inner */
}
int main(void) {
  return twice(4) - 8; /* call */
}`;

describe("what a debugger shows, as data", () => {
  it("tells place, registers, callers and code, and survives a message and JSON", () => {
    const { debug } = debugC(SOURCE);
    debug.breakAt("twice");
    const stop = stopView(debug.run("forward"));
    const place = placeView(debug, 2, 3);
    expect(stop).toMatchObject({ kind: "breakpoint", breakpoint: 1, pid: 1, pc: place.pc });
    expect(place.frames.slice(0, 2).map(({ name, line }) => [name, line])).toEqual([
      ["twice", lineOf(SOURCE, "inner")],
      ["main", lineOf(SOURCE, "call")],
    ]);
    expect(place.code.map(({ isHere }) => isHere)).toEqual([false, false, true, false, false]);
    expect(place.code[2]).toMatchObject({ vaddr: place.pc, line: lineOf(SOURCE, "inner") });
    // The calling convention: a stack pointer below 2 GiB, 16-byte aligned; the first argument has been 4.
    expect(place.registers).toHaveLength(32);
    expect(place.registers[2] % 16).toBe(0);
    for (const view of [stop, place]) {
      expect(structuredClone(view)).toEqual(view);
      expect(JSON.parse(JSON.stringify(view))).toEqual(view);
    }
  });

  it("has a process and a recording's ends after the program has ended", () => {
    const { debug } = debugC(SOURCE);
    const stop = stopView(debug.run("forward"));
    expect(stop).toMatchObject({ kind: "halted", status: 0 });
    const place = placeView(debug);
    expect(place).toMatchObject({ pid: 0, isAtEnd: true, registers: [], code: [], end: place.moment });
  });

  it("gives a fault under the microscope as data too", () => {
    const { debug, timeline } = debugC(SOURCE);
    debug.toFault("forward");
    const report = examineFault(timeline, { ...timeline.moment, ordinal: 0 })!;
    expect(structuredClone(report)).toEqual(report);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report.registers.x).toHaveLength(32);
  });
});
