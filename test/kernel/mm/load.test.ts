/** Page-fault-frequency control and the load controller. */
import { describe, expect, test } from "vitest";
import { faultlineText } from "../../../kernel/fs/proc/faultline.ts";
import { postSignal } from "../../../kernel/proc/signals.ts";
import { TestMachine } from "../support/machine.ts";
import { DATA, Program } from "../support/program.ts";

const PAGE = 4096;
const at = (n: number): number => DATA + n * PAGE;
const touch = (p: Program, n: number): Program => p.li("t0", at(n)).store("sw", "t0", "t0");
const spin = (p: Program, rounds: number, name: string): Program =>
  p.li("t1", rounds).label(name).op("addi", "t1", "t1", -1).branch("bne", "t1", "zero", name);

describe("page-fault-frequency control", () => {
  test("faults that follow each other quickly raise the maximum, one after a long time discards what was not used", () => {
    // Touches 1 … 20 are a few cycles apart: the maximum grows with the pages, and nobody has to go. Page 21 comes 20,000 cycles
    // later: every page had been used since it was loaded, so none goes, and their use is forgotten. At page 22 only code and
    // page 21 have been used since: the others go, down to 7, and with page 22 there are 8.
    const p = new Program();
    for (let n = 1; n <= 20; n++) touch(p, n);
    p.call("sched_yield");
    touch(spin(p, 10_000, "first"), 21).call("sched_yield");
    touch(spin(p, 10_000, "second"), 22).call("sched_yield");
    const machine = new TestMachine({ pffLowCycles: 2000, pffHighCycles: 10_000 }).boot(p.exit().bss(23 * PAGE));
    const { space } = machine.process();
    const yields = (count: number) =>
      machine.runUntil(() => machine.of("syscall-enter").filter(({ name }) => name === "sched_yield").length === count);

    yields(1);
    const resident = space.residentPages; // the stack, the code, and twenty
    expect(resident).toBe(22);
    expect(space.residentLimitPages).toBe(22);
    expect(machine.of("victim-chosen")).toEqual([]);
    expect(machine.of("working-set-limit").map(({ pages }) => pages)).toEqual([
      8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
    ]);
    yields(2);
    expect([space.residentPages, space.residentLimitPages]).toEqual([23, 23]);
    yields(3);
    expect([space.residentPages, space.residentLimitPages]).toEqual([8, 8]);
    expect(machine.of("working-set-limit").at(-1)!.reason).toMatch(
      /^2\d{4} cycles since its last fault, more than 10000$/,
    );
    expect(machine.mmu.peek(at(21)).fault).toBe(null);
    expect(machine.run()).toBe(0);
  });
});

describe("the load controller", () => {
  const CHILDREN = 4;
  const PAGES = 14;
  /**
   * Children go through their pages again and again, and say by their status whether every word was right.
   * @param naps they sleep for 1000 s after so many passes before the last; 0: never
   */
  const program = (naps = 0): Program => {
    const p = new Program().words("info", ...new Array<number>(32).fill(0));
    for (let child = 0; child < CHILDREN; child++) p.call("clone", 17, 0, 0, 0, 0).branch("beq", "a0", "zero", "child");
    p.li("s4", 0);
    for (let child = 0; child < CHILDREN; child++)
      p.call("waitid", 0, 0, "info", 4, 0).li("t0", "info").load("lw", "t1", "t0", 20).op("add", "s4", "s4", "t1");
    p.mv("a0", "s4").li("a7", 94).ecall();
    p.label("child").li("s3", 2000).li("t1", PAGE).li("s2", 0);
    p.li("s0", at(1)).li("s1", PAGES).label("write").store("sw", "s1", "s0").op("add", "s0", "s0", "t1");
    p.op("addi", "s1", "s1", -1).branch("bne", "s1", "zero", "write");
    p.label("pass").li("s0", at(1)).li("s1", PAGES);
    p.label("read").load("lw", "t0", "s0").op("sub", "t0", "t0", "s1").op("sltu", "t0", "zero", "t0");
    p.op("add", "s2", "s2", "t0").op("add", "s0", "s0", "t1").op("addi", "s1", "s1", -1);
    p.branch("bne", "s1", "zero", "read").op("addi", "s3", "s3", -1);
    if (naps > 0) {
      p.words("nap", 1000, 0, 0, 0).li("t0", naps).branch("bne", "s3", "t0", "awake");
      p.call("clock_nanosleep_time64", 1, 0, "nap", 0).li("t1", PAGE).label("awake");
    }
    p.branch("bne", "s3", "zero", "pass");
    return p
      .mv("a0", "s2")
      .li("a7", 94)
      .ecall()
      .bss((PAGES + 1) * PAGE);
  };
  /** All four want some 70 frames; two fit into what is left. */
  const boot = (loadControl: boolean, naps = 0, check = 500): TestMachine => {
    const machine = new TestMachine({ frames: 128, loadControl, quantumCycles: 5000, check }).boot(program(naps));
    machine.leaveFrames(40);
    return machine;
  };
  const controls = (machine: TestMachine) => machine.of("load-control");

  test("suspends processes while the machine thrashes, and all end, ten times sooner and with the right words", () => {
    const controlled = boot(true);
    expect(controlled.run()).toBe(0);
    const events = controls(controlled);
    expect(events.map(({ action }) => action)).toEqual(["suspend", "resume"]);
    expect(events[0].pid).toBeGreaterThan(1);
    expect(events[1].pid).toBe(events[0].pid);
    expect(events[0].reason).toMatch(/^\d+ pages came from swap in \d+ cycles, and the processor idled \d+ % of them$/);
    // In ten times that time the machine without it has spent most of it waiting for the device, and is not done.
    const without = boot(false);
    const untilCycles = 10 * controlled.hart.cycles;
    while (without.hart.cycles < untilCycles && without.step());
    expect(without.core.variables.haltStatus).toBe(-1);
    expect(controls(without)).toEqual([]);
    expect(without.kernel.report().faults.hard).toBeGreaterThan(10 * controlled.kernel.report().faults.hard);
    without.check();
  });

  test("shows whom it has suspended, goes on the same way from a snapshot, and lets SIGKILL through", () => {
    const machine = boot(true);
    machine.runUntil(() => controls(machine).length === 1);
    const [{ pid }] = controls(machine);
    machine.runUntil(() => machine.process(pid).channel === `memory:${pid}`);
    expect(faultlineText(machine.core, "load")).toMatch(
      new RegExp(`^load_control on\nsuspensions 1\n(.*\n)+suspended ${pid} `),
    );
    const { load } = machine.kernel.snapshot().graph;
    expect(load.suspended.map(({ tgid }) => tgid)).toEqual([pid]);
    postSignal(machine.core, machine.process(pid), 9);
    expect(controls(machine).at(-1)).toMatchObject({ pid, action: "resume", reason: "it is to be ended" });
    expect(machine.run()).toBe(9); // si_status of the killed one, 0 of the others
  });

  test("a suspended process goes on when the others have gone, and the machine ends", () => {
    const machine = boot(true);
    machine.runUntil(() => controls(machine).length === 1);
    const [{ pid }] = controls(machine);
    for (const p of [...machine.core.processes.values()])
      if (p.pid !== 1 && p.pid !== pid && p.state !== "zombie") machine.end(p.pid);
    machine.run();
    expect(controls(machine)[1]).toMatchObject({ pid, action: "resume" });
  });

  /** A machine that has just suspended a process, and who else is left of its kind. */
  const suspended = (naps = 0) => {
    const machine = boot(true, naps, 20_000);
    machine.runUntil(() => controls(machine).length === 1);
    const [{ pid }] = controls(machine);
    const others = [...machine.core.processes.values()].filter(
      (p) => p.pid !== 1 && p.pid !== pid && p.state !== "zombie",
    );
    expect(others.length).toBeGreaterThan(1);
    return { machine, pid, others };
  };
  const untilResumed = (machine: TestMachine): string => {
    const before = machine.core.load.suspended.length;
    machine.runUntil(() => machine.core.load.suspended.length < before);
    return controls(machine).find(({ action }) => action === "resume")!.reason;
  };

  test("a suspended process goes on when there are frames for all its pages and the high watermark", () => {
    const { machine, pid, others } = suspended();
    const { pages } = machine.core.load.suspended[0];
    // One stays, so that there is somebody who might need the memory.
    for (const p of others.slice(1)) machine.end(p.pid);
    const [, available, needed] = /^(\d+) frames are available, enough for its (\d+) pages$/.exec(
      untilResumed(machine),
    )!;
    expect(Number(needed)).toBe(pages);
    expect(Number(available)).toBeGreaterThanOrEqual(pages + machine.core.watermarks.high);
    expect(controls(machine).at(-1)).toMatchObject({ pid, action: "resume" });
  });

  test("a suspended process goes on when all others are stopped, though they keep their memory", () => {
    const { machine, pid, others } = suspended();
    const { pages } = machine.core.load.suspended[0];
    for (const p of others) postSignal(machine.core, p, 19);
    expect(untilResumed(machine)).toBe("no other process needs the memory");
    expect(controls(machine).at(-1)).toMatchObject({ pid, action: "resume" });
    expect(machine.core.frames.availableFrames).toBeLessThan(pages + machine.core.watermarks.high);
    expect(others.every(({ group }) => group.isStopped)).toBe(true);
  });

  test("a suspended process goes on after half a second, whatever the others need", () => {
    const { machine, pid } = suspended();
    const [entry] = machine.core.load.suspended;
    // As if it had more pages than there are frames, so that it cannot go on because there is room.
    const wait = (cycles: number): void => {
      machine.core.load.suspended[0] = { ...entry, pages: 1000, sinceCycles: machine.hart.cycles - cycles };
    };
    // A cycle is 10 ns. As long as it has waited less, nothing happens, however often the controller looks.
    wait(49_000_000);
    const since = machine.hart.cycles;
    machine.runUntil(() => machine.hart.cycles > since + 500_000);
    expect(controls(machine).filter(({ action }) => action === "resume")).toEqual([]);
    wait(50_000_000);
    expect(untilResumed(machine)).toBe("it has waited for half a second");
    expect(controls(machine).find(({ action }) => action === "resume")!.pid).toBe(pid);
  });

  test("a suspended process goes on when the processor has nothing else to do, because the others sleep", () => {
    const { machine, others } = suspended(1);
    // Not before the others have come to their sleep: no room for it, and the half second never over.
    const [entry] = machine.core.load.suspended;
    machine.core.load.suspended[0] = { ...entry, pages: 1000, sinceCycles: Number.MAX_SAFE_INTEGER };
    expect(untilResumed(machine)).toBe("the processor has nothing else to do");
    expect(others.filter(({ channel }) => channel === "nanosleep").length).toBeGreaterThan(0);
  });
});
