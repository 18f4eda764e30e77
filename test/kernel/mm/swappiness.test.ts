/** vm.swappiness and the other controls of replacement (Documentation/admin-guide/sysctl/vm.rst). */
import { describe, expect, test } from "vitest";
import { Errno } from "../../../kernel/abi.ts";
import { DEFAULT_CONFIG } from "../../../kernel/config.ts";
import { configProblem } from "../../../kernel/config-check.ts";
import { controlText, setControl } from "../../../kernel/fs/proc/controls.ts";
import { faultlineText } from "../../../kernel/fs/proc/faultline.ts";
import { balance } from "../../../kernel/mm/daemon.ts";
import { trimFrame } from "../../../kernel/mm/pages.ts";
import { ANYONE, chooseVictim } from "../../../kernel/mm/reclaim.ts";
import { isOfFile } from "../../../kernel/mm/swappiness.ts";
import { writerThreshold } from "../../../kernel/mm/writer.ts";
import { TestMachine } from "../support/machine.ts";
import { CODE, DATA, Program } from "../support/program.ts";

const PAGE = 4096;
/** Pages of the program's file that it reads, and pages of its bss that it writes. */
const FILE_PAGES = 12;
const BSS = DATA + (FILE_PAGES + 1) * PAGE;
const BSS_PAGES = 12;

/** Has read twelve pages of a file and written twelve anonymous ones, in turns, a file's first; then it yields, reads an anonymous one and exits. */
function mixed(options = {}): TestMachine {
  const p = new Program().words("data", ...new Array<number>((FILE_PAGES * PAGE) / 4).fill(7));
  for (let i = 0; i < FILE_PAGES; i++) {
    p.li("t0", DATA + i * PAGE).load("lw", "t1", "t0");
    p.li("t0", BSS + i * PAGE).store("sw", "t1", "t0");
  }
  p.call("sched_yield").li("t0", BSS).load("lw", "t1", "t0").exit();
  p.bss((BSS_PAGES + 2) * PAGE);
  const machine = new TestMachine({ replacement: "fifo", ...options }).boot(p);
  machine.runUntil(() => machine.of("syscall-exit").some(({ name }) => name === "sched_yield"));
  return machine;
}

/** Lets `count` victims go: "f" for a page of a file, "a" for an anonymous one. */
function victims(machine: TestMachine, count: number): string {
  const { core } = machine;
  return Array.from({ length: count }, () => {
    const pfn = chooseVictim(core, ANYONE, "a test");
    const kind = isOfFile(core, pfn) ? "f" : "a";
    trimFrame(core, pfn);
    machine.check();
    return kind;
  }).join("");
}

const set = (machine: TestMachine, name: string, value: number | string) =>
  setControl(machine.core, name, `${value}\n`);
const get = (machine: TestMachine, name: string) => Number(controlText(machine.core, name));

describe("swappiness", () => {
  // FIFO takes the pages as they came: before the program's own there are a page of code and one of the stack.
  test("of 60, the default, leaves the choice to the policy", () => {
    const machine = mixed();
    expect(get(machine, "swappiness")).toBe(60);
    const first = victims(machine, 2);
    expect(first.split("").sort().join("")).toBe("af");
    expect(victims(machine, 8)).toBe("fafafafa");
  });

  test("of 0 takes pages of files as long as there is one, of 200 anonymous ones", () => {
    const low = mixed();
    expect(set(low, "swappiness", 0)).toBe(0);
    const order = victims(low, FILE_PAGES + BSS_PAGES + 2);
    expect(order).toMatch(/^f+a+$/);
    expect(order.split("a")[0]).toHaveLength(FILE_PAGES + 1); // the page of code is the thirteenth
    const high = mixed();
    expect(set(high, "swappiness", 200)).toBe(0);
    expect(victims(high, FILE_PAGES + BSS_PAGES + 2)).toMatch(/^a{13}f{13}$/);
    expect(high.of("victim-chosen")[0].reason).toMatch(/^a test; swappiness 200: anonymous pages first; /);
  });

  test("begins as the configuration says", () => {
    const machine = mixed({ swappiness: 0 });
    expect(get(machine, "swappiness")).toBe(0);
    expect(victims(machine, FILE_PAGES + BSS_PAGES + 2)).toMatch(/^f{13}a{13}$/);
    for (const swappiness of [-1, 201, 1.5])
      expect(configProblem({ ...DEFAULT_CONFIG, swappiness })).toContain(
        "swappiness must be a whole number from 0 to 200",
      );
  });

  test("in between restricts the share of choices that the rule says, evenly", () => {
    // 45: (60 - 45) of 60, each fourth choice, is among files. 130: (130 - 60) of 140, each second, among anonymous pages.
    for (const [value, share, kind] of [
      [45, 4, "file"],
      [130, 2, "anonymous"],
    ] as const) {
      const machine = mixed();
      expect(set(machine, "swappiness", value)).toBe(0);
      victims(machine, 12);
      const restricted = machine.of("victim-chosen").map(({ reason }) => reason.includes(`${kind} pages first`));
      expect(restricted).toEqual(Array.from({ length: 12 }, (_, i) => (i + 1) % share === 0));
    }
  });

  test("holds for the page daemon, also when it trims by age", () => {
    for (const trimming of ["policy", "age"] as const) {
      const machine = mixed({ trimming });
      const { core } = machine;
      set(machine, "swappiness", 0);
      Object.assign(core.watermarks, {
        low: core.frames.availableFrames + 1,
        high: core.frames.availableFrames + 5,
      });
      balance(core);
      expect(faultlineText(core, "policy")).toMatch(/victims_file 5\nvictims_anonymous 0\nswappiness 0\n/);
      machine.check();
    }
  });

  test("never prefers anonymous pages that could not be written, as on Linux without swap", () => {
    const machine = mixed({ swapSlots: 0 });
    set(machine, "swappiness", 200);
    victims(machine, 2);
    expect(victims(machine, 6)).toBe("fafafa");
  });

  test("does not keep an instruction from ending whose own pages of code are all the file pages there are", () => {
    // lw t1, 0(t0) lies half in one page and half in the next; the page that it reads is the third that it needs.
    const p = new Program().words("data", 5).li("t0", BSS);
    for (let page = 1; page <= 8; page++) p.li("t1", BSS + page * PAGE).store("sw", "t1", "t1");
    p.call("sched_yield");
    const ends = CODE + PAGE - 4;
    while (p.pc < ends) p.word(0x00010001); // c.nop, twice
    p.word(0xa3030001 | 0).word(0x00010002);
    p.exit().bss((FILE_PAGES + 12) * PAGE);
    const config = { replacementScope: "local", availableTargetFrames: 0 } as const;
    const machine = new TestMachine(config).boot(p);
    set(machine, "swappiness", 0);
    machine.runUntil(() => machine.of("syscall-exit").length === 1);
    machine.leaveFrames(0);
    expect(machine.run()).toBe(0);
    expect(machine.core.counters["swap-token.in-vain"]).toBe(undefined);
  });

  test("takes what Linux takes, and EINVAL for the rest", () => {
    const machine = mixed();
    expect([0, 60, 100, 200].map((value) => set(machine, "swappiness", value))).toEqual([0, 0, 0, 0]);
    expect(get(machine, "swappiness")).toBe(200);
    for (const bad of ["201", "-1", "x", "1 2", "1.5"]) expect(set(machine, "swappiness", bad)).toBe(-Errno.EINVAL);
    expect(get(machine, "swappiness")).toBe(200);
  });
});

describe("the controls of mechanisms", () => {
  test("page-cluster is the logarithm of the read-ahead window, 0 to 31", () => {
    const machine = mixed({ swapReadAhead: 8 });
    expect(get(machine, "page-cluster")).toBe(3);
    expect([0, 5, 31].map((value) => [set(machine, "page-cluster", value), get(machine, "page-cluster")])).toEqual([
      [0, 0],
      [0, 5],
      [0, 31],
    ]);
    expect(set(machine, "page-cluster", 32)).toBe(-Errno.EINVAL);
  });

  test("page-cluster 2 brings three neighbours along, 0 none", () => {
    for (const [value, ahead] of [
      [0, 0],
      [2, 3],
    ]) {
      const machine = mixed();
      for (let i = 0; i < 8; i++) machine.pageOut(BSS + i * PAGE);
      set(machine, "page-cluster", value);
      expect(machine.run()).toBe(0);
      expect(machine.of("swap-in")).toHaveLength(1 + ahead);
    }
  });

  test("min_free_kbytes and watermark_scale_factor move the watermarks by Linux's formula", () => {
    const machine = mixed(); // 1024 frames: 8, 16, 32
    expect(get(machine, "min_free_kbytes")).toBe(32);
    expect(get(machine, "watermark_scale_factor")).toBe(78); // 8 frames of 1024
    expect(set(machine, "min_free_kbytes", 32)).toBe(0);
    expect(machine.core.watermarks).toEqual({ min: 8, low: 16, high: 32 });
    // 100 of 10,000 of 1024 frames are 10; a quarter of 8 is less.
    expect(set(machine, "watermark_scale_factor", 100)).toBe(0);
    expect(machine.core.watermarks).toEqual({ min: 8, low: 18, high: 28 });
    // 256 KiB are 64 frames, of which a quarter is 16.
    expect(set(machine, "min_free_kbytes", 256)).toBe(0);
    expect(machine.core.watermarks).toEqual({ min: 64, low: 80, high: 96 });
    expect(faultlineText(machine.core, "watermarks")).toMatch(/min 64\nlow 80\nhigh 96\n/);
    expect(["0", "3001"].map((value) => set(machine, "watermark_scale_factor", value))).toEqual([
      -Errno.EINVAL,
      -Errno.EINVAL,
    ]);
    expect(set(machine, "min_free_kbytes", 4 * 1024)).toBe(-Errno.EINVAL);
    expect(machine.core.watermarks.min).toBe(64);
  });

  test("dirty_background_ratio is the modified-page writer's threshold in hundredths of RAM", () => {
    const machine = mixed({ frames: 200 });
    expect(get(machine, "dirty_background_ratio")).toBe(6); // a sixteenth
    expect(set(machine, "dirty_background_ratio", 3)).toBe(0);
    expect(writerThreshold(machine.core)).toBe(6);
    expect(set(machine, "dirty_background_ratio", 101)).toBe(-Errno.EINVAL);
    expect(get(machine, "dirty_background_ratio")).toBe(3);
  });

  test("a snapshot has them", () => {
    const machine = mixed();
    set(machine, "swappiness", 45);
    victims(machine, 3);
    set(machine, "min_free_kbytes", 64);
    const snapshot = machine.kernel.snapshot();
    set(machine, "swappiness", 60);
    set(machine, "min_free_kbytes", 128);
    machine.kernel.restore(snapshot);
    expect([get(machine, "swappiness"), get(machine, "min_free_kbytes")]).toEqual([45, 64]);
    expect(machine.core.variables.swappinessSum).toBe(45);
  });
});
