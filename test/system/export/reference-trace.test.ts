/** The reference trace: hand-written programs whose touches are known, and the TLB's own count of translations. */
import { describe, expect, test } from "vitest";
import {
  parseReferenceTrace,
  type Reference,
  ReferenceRecorder,
  ReferenceTraceWriter,
} from "../../../system/export/reference-trace.ts";
import type { MachineConfig } from "../../../system/options.ts";
import { DATA, Program } from "../../kernel/support/program.ts";
import { fileOf, prepare } from "./run.ts";

function recorded(
  program: Program,
  config: Partial<MachineConfig> = {},
): { references: Reference[]; translations: number; retries: number; instret: number } {
  const { machine, run } = prepare(fileOf(program), ["/bin/test"], config);
  const references: Reference[] = [];
  let retries = 0;
  new ReferenceRecorder(machine, (reference) => references.push(reference));
  machine.subscribe((event) => {
    if (event.kind === "fault-end") retries++;
  });
  run();
  return {
    references,
    retries,
    translations: machine.mmu.tlb.hits + machine.mmu.tlb.misses,
    instret: machine.hart.instret,
  };
}

const data = (references: readonly Reference[]): string =>
  references
    .filter(({ access }) => access !== "x")
    .map(({ vpn, access }) => `${access}${vpn.toString(16)}`)
    .join(" ");

describe("which pages a program touches", () => {
  test("loads, stores and atomics stand in order, once each, although their first attempts fault", () => {
    const program = new Program()
      .li("t0", DATA + 0x1000)
      .store("sw", "t0", "t0")
      .load("lw", "t1", "t0", 4)
      .li("t0", DATA + 0x2000)
      .load("lb", "t1", "t0")
      .op("amoadd.w", "t1", "t0", "t1")
      .op("lr.w", "t1", "t0")
      .exit(0)
      .bss(0x4000);
    const { references } = recorded(program);
    expect(data(references)).toBe("w21 r21 r22 w22 r22");
    // 4 li of 2 instructions, 5 accesses, and the ecall: 14 fetches from page 0x10.
    expect(references.filter(({ vpn, access }) => vpn === 0x10 && access === "x")).toHaveLength(2 + 2 + 2 + 3 + 5);
  });

  test("an access across a page boundary touches both pages", () => {
    const program = new Program()
      .li("t0", DATA + 0x1ffe)
      .load("lw", "t1", "t0")
      .store("sw", "t1", "t0")
      .exit(0)
      .bss(0x4000);
    expect(data(recorded(program).references)).toBe("r21 r22 w21 w22");
  });

  test("a loop that stays on one instruction counts each round", () => {
    const program = new Program()
      .li("t0", 1000)
      .label("again")
      .op("addi", "t0", "t0", -1)
      .branch("bne", "t0", "zero", "again")
      .exit(0);
    const { references } = recorded(program);
    expect(references).toHaveLength(2 + 2 * 1000 + 2 + 2 + 1);
  });
});

test("there are as many references as the TLB was asked for, apart from what faulting attempts asked in vain", () => {
  const program = new Program().li("s0", 0).li("s1", DATA);
  program.label("page").load("lw", "t1", "s1").store("sw", "t1", "s1", 8).li("t2", 4096).op("add", "s1", "s1", "t2");
  program
    .op("addi", "s0", "s0", 1)
    .li("t2", 15)
    .branch("blt", "s0", "t2", "page")
    .exit(0)
    .bss(16 * 4096);
  const { references, translations, retries } = recorded(program);
  // Every fault here is a data access: its attempt asked for the fetch and for the page. The very first fetch asked once.
  const wasted = 2 * retries - 1;
  expect(translations - references.length).toBe(wasted);
});

test("recording changes nothing: instructions, cycles and TLB counters are those of the same run without it", () => {
  const program = new Program()
    .li("t0", DATA + 0x1000)
    .store("sw", "t0", "t0")
    .print("x")
    .exit(0)
    .bss(0x4000);
  const plain = prepare(fileOf(program), ["/bin/test"]);
  plain.run();
  const watched = prepare(fileOf(program), ["/bin/test"]);
  new ReferenceRecorder(watched.machine, () => {});
  watched.run();
  const figures = ({ machine }: typeof plain) => [
    machine.hart.instret,
    machine.hart.cycles,
    machine.mmu.tlb.hits,
    machine.mmu.tlb.misses,
  ];
  expect(figures(watched)).toEqual(figures(plain));
});

test("the file holds equal neighbours on one line and reads back as it was", () => {
  let text = "";
  const writer = new ReferenceTraceWriter((more) => (text += more));
  const references: Reference[] = [1, 1, 1, 2, 1].map((vpn) => ({ pid: 3, vpn: vpn * 16, access: "r" }));
  for (const reference of references) writer.take(reference);
  writer.finish();
  expect(text.split("\n").slice(2)).toEqual(["3 10 r 3", "3 20 r 1", "3 10 r 1", ""]);
  expect(parseReferenceTrace(text)).toEqual(references);
  expect(() => parseReferenceTrace("3 10 q 1")).toThrow(/line 1/);
});
