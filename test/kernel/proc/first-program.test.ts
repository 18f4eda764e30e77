import { expect, test } from "vitest";
import { TestMachine } from "../support/machine.ts";
import { Program } from "../support/program.ts";

test("a static ELF writes, touches memory that comes on demand, and exits with its status", () => {
  const program = new Program().print("hello\n").call("brk", 0).mv("s0", "a0");
  program.op("addi", "a0", "s0", 2047).li("a7", 214).ecall();
  program.li("t0", 42).store("sw", "t0", "s0").load("lw", "a0", "s0").li("a7", 94).ecall();
  const machine = new TestMachine().boot(program);

  expect(machine.run()).toBe(42);

  expect(machine.output).toBe("hello\n");
});
