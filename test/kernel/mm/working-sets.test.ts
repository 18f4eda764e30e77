/** Working sets: W(τ) from sampled A bits, trimming by age, local and global replacement, and the ways to set limits. */
import { describe, expect, test } from "vitest";
import { Errno } from "../../../kernel/abi.ts";
import { controlText, setControl } from "../../../kernel/fs/proc/controls.ts";
import { faultlineText } from "../../../kernel/fs/proc/faultline.ts";
import { balance } from "../../../kernel/mm/daemon.ts";
import { readPte } from "../../../kernel/mm/page-table.ts";
import { sampleWorkingSets, workingSetPages } from "../../../kernel/mm/working-set.ts";
import { TestMachine } from "../support/machine.ts";
import { DATA, Program } from "../support/program.ts";

const PAGE = 4096;
/** Page `n` of bss, from 1. */
const at = (n: number): number => DATA + n * PAGE;

/** Stores into a page. */
const touch = (p: Program, n: number): Program => p.li("t0", at(n)).store("sw", "t0", "t0");

/** Works on a page for `rounds` rounds of four instructions. */
const dwell = (p: Program, n: number, rounds: number, name: string): Program =>
  p
    .li("t0", at(n))
    .li("t1", rounds)
    .label(name)
    .load("lw", "t2", "t0")
    .op("addi", "t1", "t1", -1)
    .op("addi", "t2", "t2", 1)
    .branch("bne", "t1", "zero", name);

const pfnOf = (machine: TestMachine, n: number): number =>
  readPte(machine.ram, machine.process().space.rootPfn, at(n) / PAGE) >>> 10;

describe("books", () => {
  test("W(τ) are the pages that were used in the last τ of the process's own time", () => {
    const p = new Program().words("data", 0);
    for (let n = 1; n <= 6; n++) touch(p, n);
    dwell(p, 2, 10_000, "dwell")
      .exit()
      .bss(7 * PAGE);
    const machine = new TestMachine({ workingSetSampleCycles: 2000, tauCycles: 10_000 }).boot(p);
    const { space } = machine.process();
    machine.runUntil(() => machine.hart.instret > 3000);
    const code = 0x10;
    // Everything is as young as the program: the stack that the kernel filled, code, six pages.
    expect(workingSetPages(space, 10_000).filter((vpn) => vpn < 0x1000)).toEqual([
      code,
      ...[1, 2, 3, 4, 5, 6].map((n) => at(n) / PAGE),
    ]);
    machine.runUntil(() => machine.hart.instret > 25_000);
    expect(workingSetPages(space, 10_000)).toEqual([code, at(2) / PAGE]);
    expect(faultlineText(machine.core, "working-sets")).toMatch(
      /^tau 10000 sampled every 2000 cycles\n.*\n1 test 0 max 8 8 2 0 /,
    );
    expect(machine.run()).toBe(0);
  });

  test("the policy and the books learn of the same use, whoever clears the A bit first", () => {
    const p = new Program().words("data", 0);
    touch(touch(p, 1), 2)
      .call("sched_yield")
      .exit()
      .bss(3 * PAGE);
    const machine = new TestMachine({ workingSetSampleCycles: 1_000_000 }).boot(p);
    machine.runUntil(() => machine.of("syscall-enter").length === 1);
    const { core } = machine;
    const { space } = machine.process();
    const [first, second] = [pfnOf(machine, 1), pfnOf(machine, 2)];
    core.view.clearAccessed(first);
    sampleWorkingSets(core);
    expect(space.lastUse.get(at(1) / PAGE)).toBe(space.cpuCycles);
    expect([core.view.isAccessed(first), core.view.isAccessed(second)]).toEqual([false, true]);
    core.view.clearAccessed(second);
    expect(core.view.isAccessed(second)).toBe(false);
    machine.check();
  });

  test("none are kept unless asked for, and a program can ask", () => {
    const machine = new TestMachine().boot(
      dwell(new Program(), 1, 1000, "dwell")
        .exit()
        .bss(2 * PAGE),
    );
    expect(faultlineText(machine.core, "working-sets")).toMatch(/^tau - .*\n.*\n1 test 0 max \d+ \d+ - /);
    expect(setControl(machine.core, "ws_sample_cycles", "999\n")).toBe(-Errno.EINVAL);
    expect(setControl(machine.core, "ws_sample_cycles", "1000\n")).toBe(0);
    expect(controlText(machine.core, "ws_sample_cycles")).toBe("1000\n");
    machine.run();
    expect(machine.core.counters["task.working-sets.runs"]).toBeGreaterThan(2);
  });
});

test("with trimming by age the page daemon takes what was not used for longest, oldest first", () => {
  const p = new Program().words("data", 0);
  for (const n of [3, 1, 4, 2]) dwell(touch(p, n), n, 1000, `dwell${n}`);
  p.call("sched_yield")
    .exit()
    .bss(5 * PAGE);
  const machine = new TestMachine({ trimming: "age", workingSetSampleCycles: 1000, availableTargetFrames: 0 }).boot(p);
  machine.runUntil(() => machine.of("syscall-enter").length === 1);
  const { core } = machine;
  // Two old pages besides: the stack, and the one that holds nothing but `data` was never touched.
  Object.assign(core.watermarks, { low: core.frames.availableFrames + 1, high: core.frames.availableFrames + 4 });

  balance(core);

  const victims = machine.of("victim-chosen");
  expect(victims.map(({ vpn }) => vpn).filter((vpn) => vpn < 0x1000)).toEqual([3, 1, 4].map((n) => at(n) / PAGE));
  expect(victims.every(({ policy, reason }) => policy === "age" && /not used for \d+ cycles of its/.test(reason))).toBe(
    true,
  );
  expect(victims.length).toBe(4);
});

describe("whose pages go", () => {
  /** A child touches ten pages and waits for ever; the parent goes through thirty. Twenty-five frames are left for both. */
  const victimsOf = (replacementScope: "global" | "local") => {
    const p = new Program().words("data", 0).call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent");
    for (let n = 1; n <= 10; n++) touch(p, n);
    p.call("sched_yield").label("ever").call("ppoll_time64", 0, 0, 0, 0, 0).jump("ever");
    p.label("parent");
    for (let n = 0; n < 5; n++) p.call("sched_yield");
    for (let n = 11; n <= 40; n++) touch(p, n);
    const machine = new TestMachine({ replacement: "fifo", replacementScope, availableTargetFrames: 0, check: 5 }).boot(
      p.exit().bss(41 * PAGE),
    );
    machine.runUntil(() => machine.core.processes.size === 2 && machine.process(2).state === "blocked");
    machine.leaveFrames(15);
    machine.run();
    const childs = machine.of("victim-chosen").filter(({ vpn }) => vpn >= at(1) / PAGE && vpn <= at(10) / PAGE);
    return { victims: machine.of("victim-chosen").length, childs: childs.length };
  };

  test("with global replacement those of any process, with local only those of the process that faults", () => {
    // Fifteen frames for thirty pages: fifteen victims at least. FIFO would take the child's ten pages among the first.
    expect(victimsOf("global")).toMatchObject({ childs: 10 });
    const { victims, childs } = victimsOf("local");
    expect(childs).toBe(0);
    expect(victims).toBeGreaterThanOrEqual(15);
  });
});

describe("limits", () => {
  test("RLIMIT_RSS is the working set's maximum, and a child inherits it", () => {
    const p = new Program().words("limit", 10 * PAGE, 0, 12 * PAGE, 0).words("old", 0, 0, 0, 0);
    p.call("prlimit64", 0, 5, "limit", 0).call("prlimit64", 0, 5, 0, "old").call("clone", 17, 0, 0, 0, 0);
    p.branch("bne", "a0", "zero", "parent");
    for (let n = 1; n <= 20; n++) touch(p, n);
    p.exit();
    p.label("parent").call("waitid", 0, 0, 0, 4, 0).li("t0", "old").load("lw", "a0", "t0", 8).li("a7", 94).ecall();
    const machine = new TestMachine({ check: 3 }).boot(p.bss(21 * PAGE));
    machine.runUntil(() => machine.core.processes.size === 2);
    expect([1, 2].map((pid) => machine.process(pid).space.residentLimitPages)).toEqual([10, 10]);
    expect(machine.run()).toBe((12 * PAGE) & 0xff);
    expect(machine.kernel.report().processes.find(({ pid }) => pid === 2)!.peakResident).toBe(10);
    expect(
      machine.of("victim-chosen").every(({ reason }) => reason.startsWith("the working set is at its limit")),
    ).toBe(true);
  });

  test("/proc/PID/working_set takes a minimum and a maximum, and refuses nonsense", () => {
    const machine = new TestMachine().boot(new Program().exit());
    const p = machine.process();
    expect(controlText(machine.core, "working_set", p)).toBe("0 max\n");
    expect(setControl(machine.core, "working_set", "9 64\n", p)).toBe(0);
    expect(controlText(machine.core, "working_set", p)).toBe("9 64\n");
    expect([p.space.residentMinimumPages, p.space.residentLimitPages]).toEqual([9, 64]);
    for (const text of ["", "9", "64 9", "0 7", "-1 max", "1 2 3", "900 max"])
      expect(setControl(machine.core, "working_set", text, p), text).toBe(-Errno.EINVAL);
    expect(setControl(machine.core, "working_set", "0 max", p)).toBe(0);
    expect(p.space.residentLimitPages).toBe(Number.POSITIVE_INFINITY);
  });

  test("the configuration's limits are the first program's", () => {
    const machine = new TestMachine({ workingSetMinimumPages: 9, workingSetMaximumPages: 20 }).boot(
      new Program().exit(),
    );
    expect(controlText(machine.core, "working_set", machine.process())).toBe("9 20\n");
  });
});
