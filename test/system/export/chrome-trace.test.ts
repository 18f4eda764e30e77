/** The Chrome trace of whole runs, read by a strict checker and compared with the kernel's own account of the run. */
import { beforeAll, describe, expect, test } from "vitest";
import type { FaultlineEvent } from "../../../kernel/events.ts";
import { figuresOf } from "../../../system/cli/trace-export.ts";
import { ChromeTrace } from "../../../system/export/chrome-trace.ts";
import type { MachineConfig } from "../../../system/options.ts";
import { report } from "../../../system/report.ts";
import type { RootEntry } from "../../../system/root-file-system.ts";
import { DATA, Program } from "../../kernel/support/program.ts";
import { binFolder, missingTools } from "../../programs/riscv-gcc.ts";
import { type CheckedTrace, checkTrace } from "./check-trace.ts";
import { fileOf, prepare } from "./run.ts";

interface Traced {
  readonly trace: CheckedTrace;
  readonly status: number;
  readonly events: readonly FaultlineEvent[];
  readonly report: ReturnType<typeof report>;
}

function traced(root: readonly RootEntry[], argv: readonly string[], config: Partial<MachineConfig> = {}): Traced {
  const { machine, run } = prepare(root, argv, config);
  let text = "";
  const events: FaultlineEvent[] = [];
  const trace = new ChromeTrace(
    (more) => (text += more),
    () => figuresOf(machine),
  );
  machine.subscribe((event, cycles) => {
    events.push(event);
    trace.event(event, cycles);
  });
  const status = run();
  trace.finish(machine.hart.cycles);
  return { trace: checkTrace(text), status, events, report: report(machine) };
}

describe("a program of a few instructions", () => {
  // Touches one page of its bss, writes 3 bytes, exits with 7.
  const program = new Program()
    .li("t0", DATA + 0x2000)
    .store("sw", "t0", "t0")
    .print("hey")
    .exit(7)
    .bss(0x4000);

  test("has a slice for each system call with its result, and one for each fault with how it was resolved", () => {
    const { trace, status, report: figures } = traced(fileOf(program), ["/bin/test"]);
    expect(status).toBe(7);
    const calls = trace.slices.filter((slice) => slice.category === "syscall" && slice.tid === 1);
    expect(calls.map(({ name }) => name)).toEqual(["write", "exit_group"]);
    expect(calls[0].args).toMatchObject({ result: 3, args: ["0x1", expect.any(String), "0x3"] });
    const faults = trace.slices.filter((slice) => slice.category === "fault");
    expect(faults).toHaveLength(figures.faults.total);
    expect(faults.find((slice) => slice.args["vaddr"] === "0x00022000")?.args).toMatchObject({ resolved: "zero-fill" });
  });

  test("names its thread, shows it on the CPU, and counts its working set up from nothing and down to it", () => {
    const { trace } = traced(fileOf(program), ["/bin/test"]);
    expect(trace.threads.get(1)).toBe("test (1)");
    expect(trace.slices.some((slice) => slice.tid === 0 && slice.name === "test (1)")).toBe(true);
    const pages = trace.counters.get("working set of 1/pages")!;
    expect(Math.max(...pages)).toBeGreaterThanOrEqual(3);
    expect(pages.at(-1)).toBe(0);
  });

  test("takes as long in a fault's slice as the kernel charged for it, at 100 cycles a microsecond", () => {
    const { trace } = traced(fileOf(program), ["/bin/test"]);
    const fault = trace.slices.find((slice) => slice.args["vaddr"] === "0x00022000")!;
    expect((fault.end - fault.start) * 100).toBeCloseTo(fault.args["cycles"] as number, 6);
  });
});

/** The trace of a made-up sequence of events, one every 100 cycles. */
function traceOf(events: readonly FaultlineEvent[]): CheckedTrace {
  let text = "";
  const figures = { zeroed: 0, dirty: 0, standby: 0, modified: 0, cpu: 1, resident: [] };
  const trace = new ChromeTrace(
    (more) => (text += more),
    () => figures,
  );
  for (const [index, event] of events.entries()) trace.event(event, index * 100);
  trace.finish(events.length * 100);
  return checkTrace(text);
}

test("a call that a signal cuts short ends where the next call begins, which does not lie inside it", () => {
  const { slices } = traceOf([
    { kind: "process-start", pid: 1, parent: 0, name: "p" },
    { kind: "syscall-enter", pid: 1, name: "read", args: [] },
    { kind: "process-block", pid: 1, channel: "tty" },
    { kind: "process-wake", pid: 1, channel: "tty" },
    { kind: "syscall-enter", pid: 1, name: "write", args: [] },
    { kind: "syscall-exit", pid: 1, name: "write", result: 1 },
  ]);
  const calls = slices.filter((slice) => slice.category === "syscall");
  expect(calls.map(({ name, start, end, inside }) => ({ name, start, end, inside }))).toEqual([
    { name: "read", start: 1, end: 4, inside: [] },
    { name: "write", start: 4, end: 5, inside: [] },
  ]);
  expect(calls[0].args["interrupted"]).toBe(true);
});

test("a fault that has to wait ends before the sleep goes on, and what is open at the end of the run is ended as unfinished", () => {
  const { slices, transfers } = traceOf([
    { kind: "process-start", pid: 1, parent: 0, name: "p" },
    { kind: "fault-begin", pid: 1, vaddr: 4096, access: "load", pc: 0, pte: 6 },
    { kind: "swap-in", pid: 1, vpn: 1, pfn: 9, slot: 0, pages: 1, ahead: false },
    { kind: "process-block", pid: 1, channel: "frame:9" },
    { kind: "fault-end", pid: 1, vaddr: 4096, resolved: "waiting", cycles: 300 },
  ]);
  const own = slices.filter((slice) => slice.tid === 1);
  expect(own.find((slice) => slice.category === "fault")).toMatchObject({
    start: 1,
    end: 4,
    args: { resolved: "waiting" },
  });
  expect(own.find((slice) => slice.category === "sleep" && slice.start === 4)).toMatchObject({
    end: 5,
    inside: [],
    args: { unfinished: true },
  });
  expect(transfers).toMatchObject([{ name: "swap in", start: 2, end: 5, args: { unfinished: true } }]);
});

describe.skipIf(missingTools !== undefined)(
  `whole runs of our programs${missingTools ? ` (needs: ${missingTools})` : ""}`,
  () => {
    let root: RootEntry[] = [];
    beforeAll(() => {
      root = binFolder();
    }, 120_000);

    test("every transfer to and from swap is an asynchronous operation that ends, with the device's latency", () => {
      const { trace, report: figures } = traced(root, ["/bin/thrash"], { frames: 128, swapSlots: 1024 });
      const count = (name: string) => trace.transfers.filter((transfer) => transfer.name === name).length;
      expect(figures.swap.in).toBeGreaterThan(0);
      expect([count("swap in"), count("swap out")]).toEqual([figures.swap.in, figures.swap.out]);
      expect(
        trace.transfers.every((transfer) => transfer.end > transfer.start || transfer.args["unfinished"] === true),
      ).toBe(true);
    });

    test("the processes of a pipeline have tracks of their own, arrows lead to children, and frame lists follow the kernel's", () => {
      const { trace, events } = traced(root, ["/bin/sh", "-c", "echo one two three | wc -w; first-touch"]);
      const started = events.filter((event) => event.kind === "process-start").length;
      expect(trace.threads.size).toBe(started + 1);
      expect(trace.events.filter((event) => event.ph === "s" && event.name === "fork")).toHaveLength(started - 1);
      expect([...trace.counters.keys()].filter((name) => name.startsWith("frame lists/")).sort()).toEqual([
        "frame lists/dirty",
        "frame lists/modified",
        "frame lists/standby",
        "frame lists/zeroed",
      ]);
      const waits = trace.slices.filter((slice) => slice.category === "sleep" && slice.name.startsWith("waits"));
      expect(waits.length).toBeGreaterThan(0);
      expect(waits.every((slice) => slice.inside.length > 0)).toBe(true);
    });
  },
);
