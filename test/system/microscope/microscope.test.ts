import { describe, expect, it } from "vitest";
import { DEFAULT_WALK_CYCLES } from "../../../emulator/mmu/walk.ts";
import { COST_PROFILES } from "../../../kernel/costs.ts";
import { examineFault, type FaultReport, lookInside, watchFaults } from "../../../system/debugger/microscope.ts";
import { reportText } from "../../../system/debugger/microscope-text.ts";
import { stateHash } from "../../../system/state-hash.ts";
import { Timeline } from "../../../system/timeline.ts";
import { DATA, Program } from "../../kernel/support/program.ts";
import { boot, drive, generator, livelyProgram, TIGHT, timed } from "../timeline/support.ts";

const HEAP = DATA + 0x1000;

/** Touches a page that was only reserved, then ends. */
function touch(): { timeline: Timeline; report: FaultReport } {
  const program = new Program()
    .words("data", 1)
    .li("s0", HEAP)
    .li("t0", 42)
    .store("sw", "t0", "s0")
    .exit(0)
    .bss(0x3000);
  const timeline = new Timeline(boot(program, {}));
  const { faults, stop } = watchFaults(timeline.machine);
  drive(timed(timeline), generator(1), []);
  stop();
  const fault = faults.find(({ vaddr }) => vaddr === HEAP)!;
  return { timeline, report: examineFault(timeline, fault)! };
}

describe("the fault microscope on a first touch", () => {
  it("shows each step of the story, in its order", () => {
    expect(touch().report.steps.map(({ kind, phase }) => `${phase} ${kind}`)).toEqual([
      "try instruction",
      "try tlb-probe",
      "try pte-read",
      "try pte-read",
      "kernel trap",
      "kernel handler",
      "kernel vma",
      "kernel decision",
      "kernel frame",
      "kernel pte-write",
      "kernel fence",
      "kernel resolved",
      "kernel return",
      "retry tlb-probe",
      "retry pte-read",
      "retry pte-read",
      "retry tlb-fill",
      "retry retired",
    ]);
  });

  it("charges each step what the cost table says, and the sum is the whole", () => {
    const { steps, totalCycles } = touch().report;
    const charges = Object.fromEntries(steps.map(({ kind, charge }) => [kind, charge]));
    expect(charges).toMatchObject({
      "pte-read": DEFAULT_WALK_CYCLES,
      handler: COST_PROFILES.textbook.kernel.trap,
      vma: COST_PROFILES.textbook.kernel.vmaLookup,
      frame: COST_PROFILES.textbook.kernel.frameAllocate,
      "pte-write": COST_PROFILES.textbook.kernel.pteWrite,
      fence: COST_PROFILES.textbook.kernel.fence,
      retired: 1,
    });
    // By hand: two walks of two reads, the trap, the area, the frame, the PTE, the fence, the instruction.
    expect(totalCycles).toBe(4 * 10 + 100 + 20 + 20 + 4 + 10 + 1);
    expect(steps.reduce((sum, { charge }) => sum + charge, 0)).toBe(totalCycles);
  });

  it("has the state as of each step: the PTE changes with the step that writes it, the zeroed list with the frame", () => {
    const { steps } = touch().report;
    const written = steps.findIndex(({ kind }) => kind === "pte-write");
    const taken = steps.findIndex(({ kind }) => kind === "frame");
    expect(steps[written - 1].state.pte & 1).toBe(0);
    expect(steps[written].state.pte & 1).toBe(1);
    expect(steps[taken].state.lists.zeroed).toBe(steps[taken - 1].state.lists.zeroed - 1);
    expect(steps[written].state.residentPages).toBe(steps[0].state.residentPages + 1);
    const filled = steps.find(({ kind }) => kind === "tlb-fill")!;
    expect(filled.state.tlb.some((entry) => entry?.vpn === HEAP >>> 12)).toBe(true);
    expect(steps[0].state.tlb.every((entry) => entry?.vpn !== HEAP >>> 12)).toBe(true);
  });

  it("lets one look into the machine at any step, and leaves the timeline as it was", () => {
    const { timeline, report } = touch();
    const before = stateHash(timeline.machine);
    const written = report.steps.findIndex(({ kind }) => kind === "pte-write");
    for (const index of [written + 1, 0, written, 1]) {
      const pte = lookInside(timeline, report, index, (machine) => machine.mmu.peek(HEAP, "store").fault);
      expect(pte === null).toBe(index >= written);
    }
    expect(stateHash(timeline.machine)).toBe(before);
  });

  it("prints one line a step, with instruction, charge and decision", () => {
    const text = reportText(touch().report);
    expect(text).toContain("sw t0,0(s0)");
    expect(text).toContain("zero-fill, 195 cycles");
    expect(text).toContain("demand-zero: reserved, and never touched");
  });
});

describe("the fault microscope on every fault of a run under memory pressure", () => {
  it("follows each to its end, with charges that add up, and changes nothing", () => {
    const timeline = new Timeline(boot(livelyProgram(), TIGHT));
    const { faults, stop } = watchFaults(timeline.machine);
    drive(timed(timeline), generator(7));
    stop();
    const hash = stateHash(timeline.machine);
    const outcomes = new Map<string, FaultReport>();
    for (const fault of faults) {
      const report = examineFault(timeline, fault);
      expect(report, JSON.stringify(fault)).not.toBeNull();
      expect(report!.outcome).not.toBe("unresolved");
      expect(report!.steps.reduce((sum, { charge }) => sum + charge, 0)).toBe(report!.totalCycles);
      expect(report!.steps.every(({ charge }) => charge >= 0)).toBe(true);
      if (!outcomes.has(report!.outcome) || report!.outcome === "hard") outcomes.set(report!.outcome, report!);
    }
    expect([...outcomes.keys()].sort()).toEqual(["cow", "file", "hard", "soft", "zero-fill"]);
    const hard = outcomes.get("hard")!.steps.map(({ kind }) => kind);
    for (const kind of ["swap", "wait", "pte-write", "resolved"] as const) expect(hard).toContain(kind);
    expect(
      outcomes.get("cow")!.steps.some(({ kind, title }) => kind === "decision" && title.includes("copy on write")),
    ).toBe(true);
    expect(stateHash(timeline.machine)).toBe(hash);
  });

  it("says of a wild pointer that no area covers it", () => {
    const program = new Program().li("s0", 0x5000_0000).load("lw", "t0", "s0").exit(0);
    const timeline = new Timeline(boot(program, {}));
    const { faults } = watchFaults(timeline.machine);
    drive(timed(timeline), generator(1), []);
    const report = examineFault(timeline, faults.find(({ vaddr }) => vaddr === 0x5000_0000)!)!;
    expect(report.outcome).toBe("segv");
    expect(report.steps.map(({ title }) => title)).toContain("decision: the address means nothing: SIGSEGV");
  });
});
