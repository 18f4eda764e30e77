import { describe, expect, it } from "vitest";
import { examineFault, watchFaults } from "../../../system/debugger/microscope.ts";
import { FaultLog } from "../../../system/fault-log.ts";
import { Machine } from "../../../system/machine.ts";
import { Timeline } from "../../../system/timeline.ts";
import { drive, generator, livelyProgram, SEED, TIGHT, timed } from "../timeline/support.ts";

const place = ({ turns, instret }: { turns: number; instret: number }) => `${turns}/${instret}`;

function run() {
  const machine = new Machine(
    TIGHT,
    [{ path: "/bin/test", type: "file", mode: 0o755, bytes: livelyProgram().elf() }],
    () => {},
  );
  const log = new FaultLog(machine);
  machine.onTrap = (pid) => log.note(pid);
  // The events are the other account of the same thing: the microscope's own list.
  const { faults, stop } = watchFaults(machine);
  const begins = new Set<string>();
  machine.subscribe((event) => {
    if (event.kind === "fault-begin") begins.add(place(machine.moment));
  });
  expect(machine.boot({ argv: ["/bin/test"], environment: [], stdio: "streams" })).toBeNull();
  log.settle();
  const timeline = new Timeline(machine);
  const booted = faults.length;
  drive(timed(timeline), generator(SEED));
  stop();
  const marks = Array.from({ length: log.count }, (_, i) => log.at(i)!);
  return { machine, timeline, log, marks, faults: faults.slice(booted), begins };
}

describe(`the log of faults (FAULTLINE_SEED=${SEED})`, () => {
  it("has every fault that the events tell, in order, at a place where one begins", () => {
    const { marks, faults, begins } = run();
    expect(marks.length).toBeGreaterThan(100);
    expect(marks.filter((mark) => !begins.has(place(mark)))).toEqual([]);
    const logged = new Set(marks.map(place));
    // Not known by the counters: that a system call waited for a page, and where it first met the fault; it is booked where it ended.
    const unlogged = faults.filter((fault) => !logged.has(place(fault)));
    expect(unlogged.length).toBeLessThan(faults.length / 20);
    for (let i = 1; i < marks.length; i++) expect(marks[i].turns).toBeGreaterThanOrEqual(marks[i - 1].turns);
  });

  it("counts each kind as often as the kernel does", () => {
    const { machine, marks } = run();
    const { faults } = machine.kernel.report();
    const of = (kind: string) => marks.filter((mark) => mark.kind === kind).length;
    expect(of("cow")).toBe(faults.cow);
    expect(of("hard")).toBe(faults.hard);
    expect(of("soft")).toBe(faults.soft);
    expect(faults.hard).toBeGreaterThan(0);
  });

  it("names places at which the microscope finds the fault, of the kind that is said", () => {
    const { timeline, marks } = run();
    for (const kind of ["zero-fill", "cow", "hard"] as const) {
      const mark = marks.find((m) => m.kind === kind && m.ordinal === 0)!;
      expect(examineFault(timeline, mark)?.outcome).toBe(kind);
    }
  });

  it("finds the first fault from a place on, cuts a future off and puts it back", () => {
    const { log, marks } = run();
    const middle = marks[Math.floor(marks.length / 2)];
    const index = log.firstFrom(middle);
    expect(log.at(index)).toMatchObject({ turns: middle.turns, instret: middle.instret });
    expect(log.firstFrom({ turns: Infinity, instret: 0 })).toBe(marks.length);
    const whole = log.snapshot();
    log.cutFrom(middle);
    expect(log.count).toBe(index);
    log.restore(whole);
    expect(Array.from({ length: log.count }, (_, i) => log.at(i))).toEqual(marks);
  });

  it("sums up along the run without losing one", () => {
    const { log, machine, marks } = run();
    const tally = log.tally(0, machine.hart.instret, 40);
    expect(tally.flat().reduce((sum, count) => sum + count, 0)).toBe(marks.length);
  });
});
