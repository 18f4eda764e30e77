/** The debug adapter, driven over stdio by a client, on programs that our own compiler makes from C. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { DapClient } from "./client.ts";

const SOURCE = `#include <stdio.h>
#include <stdlib.h>
struct node { int value; struct node *next; };
int total = 0;
int table[4] = {1, 2, 3, 4};
int add(int a, int b) {
  int sum = a + b; /* in add */
  total = sum; /* store */
  return sum;
}
int main(void) {
  struct node first = {7, 0};
  struct node *head = &first;
  for (int i = 0; i < 4; i++) {
    table[i] = add(i, head->value); /* call */
  }
  char *page = malloc(20000);
  page[5000] = 'x'; /* touch */
  printf("total %d\\n", total); /* print */
  return 3;
}
`;
const CRASH = `int *where;
int main(void) {
  where = (int *)0x60000000;
  *where = 1; /* crash */
  return 0;
}
`;

const lineOf = (source: string, text: string): number => source.split("\n").findIndex((row) => row.includes(text)) + 1;

function write(source: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "faultline-dap-")), "prog.c");
  writeFileSync(file, source);
  return file;
}

let client: DapClient;
afterEach(async () => {
  await client.close();
  expect(client.exitCode).toBe(0);
});

/** Launches a program with breakpoints on the lines that hold some texts. */
async function launched(source: string, marks: readonly string[], args: object = {}): Promise<string> {
  client = new DapClient();
  const program = write(source);
  await client.launch({ program, ...args }, async () => {
    const breakpoints = marks.map((mark) => ({ line: lineOf(source, mark) }));
    const set = await client.ask("setBreakpoints", { source: { path: program }, breakpoints });
    expect(set.breakpoints.map((b: { verified: boolean; line: number }) => [b.verified, b.line])).toEqual(
      breakpoints.map(({ line }) => [true, line]),
    );
  });
  return program;
}

// biome-ignore lint/suspicious/noExplicitAny: bodies of responses
const top = async (): Promise<any> => (await client.ask("stackTrace", { threadId: 1 })).stackFrames[0];
const evaluate = async (expression: string): Promise<string> =>
  (await client.ask("evaluate", { expression, frameId: (await top()).id })).result;
const here = async (): Promise<number> => (await top()).line;

describe("a session", () => {
  test("says what it can do, one exception filter for each kind of fault", async () => {
    client = new DapClient();
    const can = await client.ask("initialize", { adapterID: "faultline" });
    for (const ability of ["StepBack", "SteppingGranularity", "InstructionBreakpoints", "DataBreakpoints"])
      expect(can[`supports${ability}`], ability).toBe(true);
    for (const ability of ["Disassemble", "ReadMemory", "WriteMemory"])
      expect(can[`supports${ability}Request`], ability).toBe(true);
    expect(can.exceptionBreakpointFilters.map((f: { filter: string }) => f.filter)).toEqual([
      "zero-fill",
      "cow",
      "soft",
      "hard",
      "file",
      "segv",
      "guard",
      "bus",
      "oom",
      "signal",
    ]);
  });

  test("runs a program to its end, with its output and status", async () => {
    await launched(SOURCE, []);
    expect((await client.event("exited")).body.exitCode).toBe(3);
    await client.event("terminated");
    expect(client.output()).toBe("total 10\n");
  });

  test("stops at a breakpoint with stack, scopes, variables and their parts", async () => {
    const program = await launched(SOURCE, ["/* in add */"]);
    const stop = await client.event("stopped");
    expect(stop.body).toMatchObject({ reason: "breakpoint", threadId: 1, allThreadsStopped: true });
    expect((await client.ask("threads")).threads).toMatchObject([{ id: 1 }]);
    const { stackFrames } = await client.ask("stackTrace", { threadId: 1 });
    expect(stackFrames.slice(0, 2)).toMatchObject([
      { name: "add", line: lineOf(SOURCE, "in add"), source: { path: program } },
      { name: "main", line: lineOf(SOURCE, "/* call */") },
    ]);
    const names = async (frameId: number, scope: string) => {
      const found = (await client.ask("scopes", { frameId })).scopes.find((s: { name: string }) => s.name === scope);
      return (await client.ask("variables", { variablesReference: found.variablesReference })).variables;
    };
    expect(await names(stackFrames[0].id, "Locals")).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: "a", value: "0", type: "int" }),
        expect.objectContaining({ name: "b", value: "7" }),
      ]),
    );
    const head = (await names(stackFrames[1].id, "Locals")).find((v: { name: string }) => v.name === "head");
    const [node] = (await client.ask("variables", { variablesReference: head.variablesReference })).variables;
    expect((await client.ask("variables", { variablesReference: node.variablesReference })).variables).toMatchObject([
      { name: "value", value: "7" },
      { name: "next", value: "0x0" },
    ]);
    const registers = await names(stackFrames[0].id, "Registers");
    expect(registers).toHaveLength(33);
    expect(registers[0]).toMatchObject({ name: "pc", value: stackFrames[0].instructionPointerReference });
  });

  test("evaluates expressions in the frame asked for, and answers nonsense with an error", async () => {
    await launched(SOURCE, ["/* touch */"]);
    await client.event("stopped");
    expect(await evaluate("head->value + table[2] * 2")).toBe(String(7 + 9 * 2));
    expect(await evaluate("first")).toMatch(/value = 7/);
    for (const expression of ["nobody", "1 +", "", "head->none", "*(table + 900000)"])
      expect((await client.request("evaluate", { expression })).success, expression).toBe(false);
    expect((await client.ask("evaluate", { expression: "monitor tlb", context: "repl" })).result).toMatch(
      /set \d+ way/,
    );
  });

  test("a condition decides where a breakpoint stops", async () => {
    client = new DapClient();
    const program = write(SOURCE);
    await client.launch({ program }, () =>
      client.ask("setBreakpoints", {
        source: { path: program },
        breakpoints: [{ line: lineOf(SOURCE, "in add"), condition: "a == 2" }],
      }),
    );
    await client.event("stopped");
    expect(await evaluate("a")).toBe("2");
  });
});

describe("stepping", () => {
  test("over, into and out of calls, by lines", async () => {
    await launched(SOURCE, ["/* call */"]);
    await client.event("stopped");
    await client.go("stepIn");
    expect((await top()).name).toBe("add");
    await client.go("next");
    expect(await here()).toBe(lineOf(SOURCE, "/* store */"));
    await client.go("stepOut");
    expect(await top()).toMatchObject({ name: "main", line: lineOf(SOURCE, "/* call */") });
    await client.go("next");
    expect(await here()).toBe(lineOf(SOURCE, "for (int"));
    await client.go("next");
    await client.go("next");
    expect(await here()).toBe(lineOf(SOURCE, "for (int"));
    expect(await evaluate("i")).toBe("1");
  });

  test("back by lines: the same lines in reverse, calls passed over, and values as they were", async () => {
    await launched(SOURCE, ["/* touch */"]);
    await client.event("stopped");
    const seen: number[] = [];
    for (let n = 0; n < 4; n++) {
      await client.go("stepBack", { granularity: "line" });
      seen.push(await here());
    }
    const [call, loop] = [lineOf(SOURCE, "/* call */"), lineOf(SOURCE, "for (int")];
    expect(seen).toEqual([lineOf(SOURCE, "malloc(2"), loop, call, loop]);
    expect(await evaluate("i")).toBe("2");
    expect(await evaluate("total")).toBe("9");
  });

  test("by instructions forward and back arrives at the same pc", async () => {
    await launched(SOURCE, ["/* in add */"]);
    await client.event("stopped");
    const pcs = [(await top()).instructionPointerReference];
    for (let n = 0; n < 6; n++) {
      await client.go("stepIn", { granularity: "instruction" });
      pcs.push((await top()).instructionPointerReference);
    }
    for (const pc of pcs.slice(0, -1).reverse()) {
      await client.go("stepBack", { granularity: "instruction" });
      expect((await top()).instructionPointerReference).toBe(pc);
    }
  });

  test("reverseContinue goes to the breakpoint before, then to the beginning", async () => {
    await launched(SOURCE, ["/* in add */", "/* touch */"]);
    for (let n = 0; n < 4; n++) {
      await client.event("stopped");
      await client.ask("continue", { threadId: 1 });
    }
    await client.event("stopped");
    expect(await here()).toBe(lineOf(SOURCE, "/* touch */"));
    expect((await client.go("reverseContinue")).body.reason).toBe("breakpoint");
    expect(await evaluate("a")).toBe("3");
    for (let n = 0; n < 3; n++) await client.go("reverseContinue");
    expect(await evaluate("a")).toBe("0");
    expect((await client.go("reverseContinue")).body.description).toContain("beginning");
  });

  test("stopAtExit stops before the program is gone, so that one can go back from its end", async () => {
    await launched(SOURCE, ["/* store */"], { stopAtExit: true });
    for (let n = 0; n < 4; n++) {
      await client.event("stopped");
      await client.ask("continue", { threadId: 1 });
    }
    expect((await client.event("stopped")).body.description).toContain("status 3");
    await client.go("reverseContinue");
    expect(await evaluate("sum")).toBe("10");
    expect(client.output()).toBe("total 10\n");
  });
});

describe("data, faults and instructions", () => {
  test("a data breakpoint stops behind each write, and backward before it", async () => {
    await launched(SOURCE, ["/* call */"]);
    await client.event("stopped");
    const { dataId, accessTypes } = await client.ask("dataBreakpointInfo", { name: "total" });
    expect(accessTypes).toContain("write");
    const [point] = (await client.ask("setDataBreakpoints", { breakpoints: [{ dataId, accessType: "write" }] }))
      .breakpoints;
    const stop = await client.go("continue");
    expect(stop.body).toMatchObject({ reason: "data breakpoint", hitBreakpointIds: [point.id] });
    expect([await evaluate("total"), (await top()).name]).toEqual(["7", "add"]);
    await client.go("reverseContinue");
    expect([await evaluate("total"), await here()]).toEqual(["0", lineOf(SOURCE, "/* store */")]);
    expect((await client.ask("dataBreakpointInfo", { name: "1 + 1" })).dataId).toBeNull();
  });

  test("a filter for zero-fill faults stops before the first touch of a page, and the page arrives after it", async () => {
    await launched(SOURCE, ["/* touch */"]);
    await client.event("stopped");
    await client.ask("setExceptionBreakpoints", { filters: ["zero-fill"] });
    const stop = await client.go("continue");
    expect(stop.body).toMatchObject({ reason: "exception", text: "zero-fill fault" });
    expect(await here()).toBe(lineOf(SOURCE, "/* touch */"));
    expect(await client.ask("exceptionInfo")).toMatchObject({ exceptionId: "zero-fill fault" });
    expect((await client.ask("evaluate", { expression: "page[5000]" })).result).toBe("0");
    await client.ask("setExceptionBreakpoints", { filters: [] });
    await client.go("next");
    expect(await evaluate("page[5000]")).toMatch(/^120/);
    expect((await client.request("setExceptionBreakpoints", { filters: ["nonsense"] })).message).toContain("zero-fill");
  });

  test("a wild pointer stops at the line that uses it, alive; going on ends the program by SIGSEGV", async () => {
    await launched(CRASH, []);
    const stop = await client.event("stopped");
    expect(stop.body).toMatchObject({ reason: "exception", text: "segv fault" });
    expect([await here(), await evaluate("where")]).toEqual([lineOf(CRASH, "/* crash */"), "0x60000000"]);
    await client.ask("continue", { threadId: 1 });
    expect((await client.event("exited")).body.exitCode).toBe(128 + 11);
  });

  test("disassemble gives exactly as many instructions as asked for, before, around and off the program", async () => {
    await launched(SOURCE, ["/* in add */"]);
    await client.event("stopped");
    const { instructionPointerReference: memoryReference } = await top();
    const at = async (args: object) => (await client.ask("disassemble", { memoryReference, ...args })).instructions;
    const ahead = await at({ instructionCount: 20 });
    expect(ahead).toHaveLength(20);
    expect(ahead[0]).toMatchObject({
      address: memoryReference,
      symbol: expect.stringMatching(/^add/),
      line: lineOf(SOURCE, "in add"),
    });
    const around = await at({ instructionCount: 12, instructionOffset: -5 });
    expect(around).toHaveLength(12);
    expect(around[5].address).toBe(memoryReference);
    expect(around.slice(5)).toEqual(ahead.slice(0, 7));
    expect(await at({ instructionCount: 50, instructionOffset: -400 })).toHaveLength(50);
    const nowhere = await at({ memoryReference: "0x70000000", instructionCount: 3 });
    expect(nowhere).toMatchObject([
      { presentationHint: "invalid" },
      { presentationHint: "invalid" },
      { presentationHint: "invalid" },
    ]);
    expect(await at({ instructionCount: 0 })).toEqual([]);
    expect((await client.request("disassemble", { memoryReference: "here", instructionCount: 1 })).success).toBe(false);
  });

  test("instruction breakpoints and function breakpoints stop", async () => {
    await launched(SOURCE, ["/* in add */"]);
    await client.event("stopped");
    const { instructions } = await client.ask("disassemble", {
      memoryReference: (await top()).instructionPointerReference,
      instructionCount: 4,
    });
    await client.ask("setInstructionBreakpoints", { breakpoints: [{ instructionReference: instructions[3].address }] });
    expect((await client.go("continue")).body.reason).toBe("instruction breakpoint");
    expect((await top()).instructionPointerReference).toBe(instructions[3].address);
    await client.ask("setInstructionBreakpoints", { breakpoints: [] });
    await client.ask("setBreakpoints", { source: { path: "prog.c" }, breakpoints: [] });
    const set = await client.ask("setFunctionBreakpoints", { breakpoints: [{ name: "printf" }, { name: "nobody" }] });
    expect(set.breakpoints.map((b: { verified: boolean }) => b.verified)).toEqual([true, false]);
  });

  test("memory is read and written, and variables and registers are set", async () => {
    await launched(SOURCE, ["/* store */"]);
    await client.event("stopped");
    const { memoryReference } = await client.ask("evaluate", { expression: "table" });
    const read = await client.ask("readMemory", { memoryReference, offset: 4, count: 8 });
    expect([...Buffer.from(read.data, "base64")]).toEqual([2, 0, 0, 0, 3, 0, 0, 0]);
    expect(await client.ask("readMemory", { memoryReference: "0x70000000", count: 4 })).toMatchObject({
      unreadableBytes: 4,
    });
    const frame = await top();
    const { scopes } = await client.ask("scopes", { frameId: frame.id });
    await client.ask("setVariable", { variablesReference: scopes[0].variablesReference, name: "sum", value: "40 + 2" });
    expect(await evaluate("sum")).toBe("42");
    const { memoryReference: place } = await client.ask("evaluate", { expression: "&sum", frameId: frame.id });
    await client.ask("writeMemory", { memoryReference: place, data: Buffer.from([43, 0, 0, 0]).toString("base64") });
    await client.go("next");
    expect(await evaluate("total")).toBe("43");
    expect((await client.request("writeMemory", { memoryReference: "0x70000000", data: "AAAA" })).message).toContain(
      "not in memory",
    );
  });
});

describe("a program that does not end by itself", () => {
  test("can be paused, and breakpoints can be set while it runs", async () => {
    const source = "int n;\nint main(void) {\n  for (;;) {\n    n++; /* again */\n  }\n}\n";
    const program = await launched(source, []);
    expect((await client.request("stackTrace", { threadId: 1 })).message).toContain("running");
    await client.ask("setBreakpoints", { source: { path: program }, breakpoints: [{ line: lineOf(source, "again") }] });
    expect((await client.event("stopped")).body.reason).toBe("breakpoint");
    await client.ask("setBreakpoints", { source: { path: program }, breakpoints: [] });
    await client.ask("continue", { threadId: 1 });
    await client.ask("pause", { threadId: 1 });
    expect((await client.event("stopped")).body.reason).toBe("pause");
  });
});

describe("bad input", () => {
  test("a program that is not there, or does not compile, is a failed launch with the reason", async () => {
    client = new DapClient();
    await client.ask("initialize", {});
    expect((await client.request("launch", { program: "/no/such/file.c" })).message).toContain("no such file");
    expect((await client.request("launch", { program: write("int main(void) { return x; }\n") })).message).toContain(
      "does not compile",
    );
    expect((await client.request("launch", { program: write(SOURCE), options: { frames: "many" } })).message).toContain(
      "--frames",
    );
    expect((await client.request("launch", { program: 7 })).message).toContain("program");
  });

  test("bytes that are no message, JSON that is none, and requests out of place are answered with errors; the adapter lives on", async () => {
    client = new DapClient();
    await client.ask("initialize", {});
    const failures = () => client.messages.filter((m) => m.type === "response" && !m.success);
    client.raw("Content-Length: 5\r\n\r\n{nope");
    client.raw("X-Header: 1\r\n\r\n");
    client.raw(
      'Content-Length: 2\r\n\r\n[]Content-Length: 4\r\n\r\nnullContent-Length: 14\r\n\r\n{"type":"what"}'.slice(0, -1),
    );
    client.raw("Content-Length: 99999999999\r\n\r\n");
    for (const command of [
      "",
      "nonsense",
      "constructor",
      "__proto__",
      "attach",
      "stackTrace",
      "continue",
      "setBreakpoints",
      "configurationDone",
      "readMemory",
      "evaluate",
    ]) {
      const response = await client.request(command, { threadId: "x" });
      if (command !== "configurationDone") expect(response.success, command).toBe(false);
    }
    expect(failures().length).toBeGreaterThanOrEqual(14);
    expect((await client.request("threads")).success).toBe(false);
  });

  test("arguments of the wrong types are errors and change nothing", async () => {
    await launched(SOURCE, ["/* in add */"]);
    await client.event("stopped");
    const before = await top();
    for (const [command, args] of [
      ["setBreakpoints", { source: "x" }],
      ["setBreakpoints", { source: { path: "a.c" }, breakpoints: [7] }],
      ["stackTrace", { threadId: 99 }],
      ["next", { threadId: "one" }],
      ["next", { threadId: 99 }],
      ["scopes", { frameId: 1e9 }],
      ["variables", { variablesReference: -1 }],
      ["setVariable", { variablesReference: 1, name: 1 }],
      ["disassemble", { memoryReference: "0x10000", instructionCount: 1e9 }],
      ["readMemory", { memoryReference: "0x10000", count: -1 }],
      ["writeMemory", { memoryReference: "0x10000", data: "%%%" }],
      ["setDataBreakpoints", { breakpoints: [{ dataId: 1 }] }],
    ] as const) {
      expect((await client.request(command, args)).success, `${command} ${JSON.stringify(args)}`).toBe(false);
    }
    expect((await top()).instructionPointerReference).toBe(before.instructionPointerReference);
  });
});
