/** Processes: fork, exec, wait, exit, preemption, limits, and what is said about files that cannot run. */
import { describe, expect, test } from "vitest";
import { Errno, Signal } from "../../../kernel/abi.ts";
import { TestMachine } from "../support/machine.ts";
import { DATA, elfFile, Program } from "../support/program.ts";

const exitWith = (register: string) => (p: Program) => p.mv("a0", register).li("a7", 94).ecall();

test("fork gives the child a copy: its writes stay its own", () => {
  const p = new Program().words("value", 1).call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent");
  p.li("t0", "value").li("t1", 2).store("sw", "t1", "t0").exit();
  p.label("parent").call("waitid", 0, 0, 0, 4, 0).li("t0", "value").load("lw", "t1", "t0");
  expect(new TestMachine().boot(exitWith("t1")(p)).run()).toBe(1);
});

test("fork copies a page rightly whose frame it has just taken for the child's page table", () => {
  // Standby, oldest first, will be: a page of data and one of bss, which become the child's root and first leaf table;
  // then the first page under the second leaf table, which that table takes just when the page is to be copied.
  const place = 0x4000_0000;
  const p = new Program().words("value", 5);
  for (const vaddr of [DATA, DATA + 4096]) p.li("t0", vaddr).load("lw", "t1", "t0");
  p.call("mmap2", place, 16 * 4096, 3, 0x32, -1, 0);
  for (let page = 0; page < 16; page++) p.li("t0", place + page * 4096).load("lw", "t1", "t0");
  p.li("a7", 999).ecall().call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent");
  p.li("t0", place).load("lw", "a0", "t0").li("a7", 94).ecall();
  p.label("parent").call("waitid", 0, 0, "info", 4, 0).li("t0", "info").load("lw", "a0", "t0", 20).li("a7", 94).ecall();
  p.words("info", ...new Array<number>(32).fill(-1)).bss(2 * 4096);
  const machine = new TestMachine({ frames: 64, availableTargetFrames: 0 }).boot(p);
  machine.runUntil(() => machine.of("message").length === 1);
  machine.trimAll();
  machine.leaveFrames(0); // only the standby list is left: the parent's own pages

  expect(machine.run()).toBe(0);

  const tables = machine.of("frame-allocated").filter((event) => event.pid === 2 && event.purpose === "page-table");
  expect(tables.map((event) => event.source).slice(0, 3)).toEqual(["standby", "standby", "standby"]);
});

test("waitid reports the child's status, pid and code, and leaves no zombie", () => {
  const p = new Program()
    .words("info", ...new Array<number>(32).fill(-1))
    .words("usage", ...new Array<number>(18).fill(-1));
  p.call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent").exit(41);
  p.label("parent").call("waitid", 0, 0, "info", 4, "usage").call("getpid").exit();
  const machine = new TestMachine().boot(p);
  machine.runUntil(() => machine.of("syscall-exit").some((event) => event.name === "getpid"));
  const at = machine.mmu.peek(DATA).paddr;
  const words = Array.from({ length: 6 }, (_, i) => machine.ram.readWord(at + 4 * i));
  expect(words).toEqual([Signal.SIGCHLD, 0, 1, 2, 0, 41]); // CLD_EXITED, pid 2, uid 0, status 41
  expect(machine.core.processes.size).toBe(1);
  // ru_utime of a child that ran a handful of instructions: no second, few microseconds.
  expect([machine.ram.readWord(at + 128), machine.ram.readWord(at + 132) < 1000]).toEqual([0, true]);
});

describe("waitid", () => {
  const outcome = (...args: [number, number, number, number, number]): number => {
    const machine = new TestMachine().boot(new Program().call("waitid", ...args).exit());
    machine.run();
    return machine.of("syscall-exit")[0].result;
  };
  test("answers ECHILD without children and EINVAL for nonsense", () => {
    expect([outcome(0, 0, 0, 4, 0), outcome(0, 0, 0, 0, 0), outcome(9, 0, 0, 4, 0)]).toEqual([
      -Errno.ECHILD,
      -Errno.EINVAL,
      -Errno.EINVAL,
    ]);
  });
});

test("two spinning processes share the CPU by quanta", () => {
  const p = new Program().call("clone", 17, 0, 0, 0, 0).label("spin").op("addi", "t0", "t0", 1).jump("spin");
  const machine = new TestMachine({ quantumCycles: 10_000, check: "end" }).boot(p);
  machine.runUntil(() => machine.hart.instret > 200_000);
  const [first, second] = [machine.process(1), machine.process(2)].map((process) => process.counts.instructions);
  expect(Math.abs(first - second)).toBeLessThan(25_000);
  const switches = machine.of("context-switch").slice(2);
  expect(switches.length).toBeGreaterThan(15);
});

test("of two spinning processes the one that is five steps nicer gets a third of what the other gets", () => {
  const p = new Program().call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "spin");
  p.call("setpriority", 0, 0, 5).label("spin").op("addi", "t0", "t0", 1).jump("spin");
  const machine = new TestMachine({ quantumCycles: 10_000, check: "end" }).boot(p);
  machine.runUntil(() => machine.hart.instret > 1_000_000);
  const [other, nicer] = [machine.process(1), machine.process(2)].map((process) => process.counts.instructions);
  // Linux's weights for nice 0 and nice 5 (kernel/sched/core.c, sched_prio_to_weight).
  expect(nicer / other).toBeGreaterThan((0.9 * 335) / 1024);
  expect(nicer / other).toBeLessThan((1.1 * 335) / 1024);
});

test("vfork-like clone shares memory and holds the parent back until the child execs or exits", () => {
  const p = new Program()
    .words("value", 1)
    .call("clone", 0x4100 | 17, 0, 0, 0, 0)
    .branch("bne", "a0", "zero", "parent");
  p.li("t0", "value").li("t1", 7).store("sw", "t1", "t0").call("sched_yield").exit();
  p.label("parent").li("t0", "value").load("lw", "t1", "t0");
  expect(new TestMachine().boot(exitWith("t1")(p)).run()).toBe(7);
});

test("a thread has to share signal actions, and those memory: else clone gives EINVAL", () => {
  const [VM, SIGHAND, THREAD] = [0x100, 0x800, 0x10000];
  const program = new Program();
  for (const flags of [THREAD | VM, SIGHAND, THREAD | SIGHAND]) program.call("clone", flags, 0, 0, 0, 0);
  const machine = new TestMachine().boot(program.exit());
  machine.run();
  const results = machine.of("syscall-exit").map(({ result }) => result);
  expect(results).toEqual([-Errno.EINVAL, -Errno.EINVAL, -Errno.EINVAL]);
});

test("a fork bomb ends in EAGAIN, and the machine goes on", () => {
  const p = new Program().label("again").call("clone", 17, 0, 0, 0, 0).branch("bge", "a0", "zero", "again");
  const machine = new TestMachine({ maxProcesses: 10, frames: 256, check: "end" }).boot(exitWith("a0")(p));
  machine.runUntil(() => machine.of("syscall-exit").some((event) => event.result === -Errno.EAGAIN));
  expect(machine.core.processes.size).toBeLessThanOrEqual(10);
  machine.check();
});

describe("execve", () => {
  /** Runs `/bin/target` by execve from a first program; returns its status and the last message. */
  const run = (
    target: Uint8Array,
    name = "/bin/target",
    check: "every-event" | "end" = "every-event",
  ): { status: number; message: string } => {
    const p = new Program()
      .string("path", name)
      .words("argv", 0)
      .call("execve", "path", "argv", 0)
      .op("sub", "a0", "zero", "a0");
    const machine = new TestMachine({ check, frames: 128 }).install("/bin/target", target).boot(p.li("a7", 94).ecall());
    const status = machine.run();
    return { status, message: machine.of("message").at(-1)?.text ?? "" };
  };
  const good = () => new Program().exit(5).elf();

  test("replaces the program", () => expect(run(good()).status).toBe(5));
  test("of a missing file is ENOENT", () => expect(run(good(), "/bin/none").status).toBe(Errno.ENOENT));

  test("starts with argc, argv, envp, auxv on a 16-aligned stack and every other register zero", () => {
    const p = new Program();
    // a0 = argc, then the sum of all other registers but sp, then sp & 15.
    p.mv("t6", "zero").load("lw", "s0", "sp");
    const machine = new TestMachine();
    machine.boot(p.exit(), ["/bin/test", "one", "two"]);
    const process = machine.process();
    expect([...process.x].map((value, i) => (i === 2 ? 0 : value))).toEqual(new Array(32).fill(0));
    expect(process.x[2] & 15).toBe(0);
    const read = (vaddr: number) => machine.ram.readWord(machine.mmu.peek(vaddr, "load", process.space.rootPfn).paddr);
    const text = (vaddr: number) => {
      let found = "";
      for (let at = vaddr; ; at++) {
        const byte = machine.ram.u8[machine.mmu.peek(at, "load", process.space.rootPfn).paddr];
        if (byte === 0) return found;
        found += String.fromCharCode(byte);
      }
    };
    const sp = process.x[2];
    expect(read(sp)).toBe(3);
    expect([1, 2, 3].map((i) => text(read(sp + 4 * i)))).toEqual(["/bin/test", "one", "two"]);
    expect([read(sp + 16), text(read(sp + 20)), read(sp + 24)]).toEqual([0, "HOME=/", 0]);
    const aux = new Map<number, number>();
    for (let at = sp + 28; read(at) !== 0; at += 8) aux.set(read(at), read(at + 4));
    expect(aux.get(6)).toBe(4096); // AT_PAGESZ
    expect(aux.get(9)).toBe(0x10000); // AT_ENTRY
    expect(aux.get(4)).toBe(32); // AT_PHENT
    expect(text(aux.get(31)!)).toBe("/bin/test"); // AT_EXECFN
    expect(aux.has(25)).toBe(true); // AT_RANDOM
  });

  const broken: [string, () => Uint8Array, RegExp][] = [
    ["a truncated file", () => good().subarray(0, 0x1004), /truncated: it has 4100 bytes/],
    ["half a header", () => good().subarray(0, 40), /ends after 40 bytes/],
    [
      "an ELF for another machine",
      () => patch(good(), 18, 62),
      /another machine \(32-bit little-endian machine number 62\); build it for 32-bit RISC-V/,
    ],
    ["a 64-bit ELF", () => patch(good(), 4, 2), /64-bit/],
    ["a hard-float ELF", () => patch(good(), 36, 4), /-mabi=ilp32/],
    ["an entry in no segment", () => patch(good(), 26, 0x7000), /entry point/],
    ["text without #!", () => new TextEncoder().encode("hello"), /neither an ELF file nor a script/],
    ["nothing at all", () => new Uint8Array(0), /neither/],
    [
      "a segment in the kernel's half",
      () =>
        elfFile(0x90000000, [
          { vaddr: 0x90000000, offset: 0x1000, bytes: new Uint8Array(8), memoryBytes: 8, flags: 5 },
        ]),
      /outside/,
    ],
  ];
  const patch = (bytes: Uint8Array, at: number, value: number): Uint8Array => {
    new DataView(bytes.buffer).setUint16(at, at < 16 ? (bytes[at + 1] << 8) | value : value, true);
    return bytes;
  };
  for (const [what, bytes, message] of broken) {
    test(`of ${what} is ENOEXEC with cause and remedy`, () => {
      const { status, message: said } = run(bytes());
      expect(status).toBe(Errno.ENOEXEC);
      expect(said).toMatch(message);
    });
  }

  test("no prefix and no single-byte change of an ELF file makes the kernel throw", () => {
    const elf = good();
    for (let length = 0; length < 120; length++) run(elf.subarray(0, length), "/bin/target", "end");
    for (let at = 0; at < 116; at++) {
      const changed = elf.slice();
      changed[at] ^= 0xff;
      run(changed, "/bin/target", "end");
    }
  });

  test("follows #! with one argument, and gives up on a loop of interpreters", () => {
    const script = new TextEncoder().encode("#!/bin/test -x\n");
    const p = new Program()
      .load("lw", "t0", "sp")
      .li("t1", 1)
      .branch("bne", "t0", "t1", "again")
      .string("path", "/s")
      .string("zero", "/s")
      .words("argv", 0);
    p.call("execve", "path", "argv", 0).exit(99).label("again").mv("a0", "t0").li("a7", 94).ecall();
    // The script's argv is [/bin/test, -x, /s] plus what came after argv[0] (nothing): three.
    const machine = new TestMachine().install("/s", script).boot(p);
    expect(machine.run()).toBe(3);
    // Linux, begin_new_exec: the name is the last part of what execve was given.
    expect(machine.of("process-exec").map(({ name }) => name)).toEqual(["test", "s"]);
    expect(run(new TextEncoder().encode("#!/bin/target")).status).toBe(Errno.ELOOP);
  });

  test("hands the argument of #! on byte by byte, UTF-8 or not", () => {
    // The second byte of argv[1]: of a letter of two bytes, and of a byte that is no UTF-8.
    for (const [argument, second] of [
      [[0xc3, 0xa9], 0xa9],
      [[0x61, 0xff], 0xff],
    ] as const) {
      const script = Uint8Array.from([...new TextEncoder().encode("#!/bin/test "), ...argument, 0x0a]);
      const p = new Program()
        .load("lw", "t0", "sp")
        .li("t1", 1)
        .branch("bne", "t0", "t1", "again")
        .string("path", "/s")
        .words("argv", 0);
      p.call("execve", "path", "argv", 0).exit(99);
      p.label("again").load("lw", "t0", "sp", 8).load("lbu", "a0", "t0", 1).li("a7", 94).ecall();
      expect(new TestMachine().install("/s", script).boot(p).run()).toBe(second);
    }
  });
});

test("orphans become init's children, and are reaped when it ignores SIGCHLD", () => {
  const p = new Program().words("ignore", 1, 0, 0, 0).call("rt_sigaction", 17, "ignore", 0, 8);
  p.call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent");
  p.call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "middle").call("sched_yield").call("getppid").exit();
  p.label("middle").exit().label("parent").call("waitid", 0, 0, 0, 4, 0).exit();
  const machine = new TestMachine().boot(p);
  machine.run();
  expect(machine.of("syscall-exit").find((event) => event.name === "getppid")!.result).toBe(1);
  expect(machine.of("syscall-exit").find((event) => event.name === "waitid")!.result).toBe(-Errno.ECHILD);
  expect([...machine.core.processes.keys()]).toEqual([1]);
});

test("a sleep lasts as long as asked, and ends at an absolute deadline", () => {
  const p = new Program().words("time", 0, 0, 3_000_000, 0).words("before", 0, 0, 0, 0).words("after", 0, 0, 0, 0);
  p.call("clock_gettime64", 1, "before")
    .call("clock_nanosleep_time64", 1, 0, "time", 0)
    .call("clock_gettime64", 1, "after");
  p.li("t0", "before")
    .li("t1", "after")
    .load("lw", "a0", "t0", 8)
    .load("lw", "a1", "t1", 8)
    .op("sub", "s0", "a1", "a0")
    .call("getpid")
    .exit();
  const machine = new TestMachine().boot(p);
  machine.runUntil(() => machine.of("syscall-exit").some((event) => event.name === "getpid"));
  expect(machine.hart.x[8]).toBeGreaterThanOrEqual(3_000_000);
  expect(machine.hart.x[8]).toBeLessThan(3_100_000);
});

test("an unknown system call is ENOSYS", () => {
  expect(
    new TestMachine()
      .boot(new Program().li("a7", 5000).ecall().op("sub", "a0", "zero", "a0").li("a7", 94).ecall())
      .run(),
  ).toBe(Errno.ENOSYS);
});

test("a run that is taken back to a snapshot goes the same way again", () => {
  const p = new Program().words("value", 1).call("clone", 17, 0, 0, 0, 0).li("s1", 300);
  p.label("loop")
    .li("t0", "value")
    .store("sw", "s1", "t0")
    .op("addi", "s1", "s1", -1)
    .branch("bne", "s1", "zero", "loop")
    .call("waitid", 0, 0, 0, 4, 0)
    .exit();
  const machine = new TestMachine({ quantumCycles: 1000 }).boot(p);
  machine.runUntil(() => machine.of("context-switch").length === 3);
  const saved = {
    kernel: machine.kernel.snapshot(),
    hart: machine.hart.snapshot(),
    ram: machine.ram.snapshot(),
    tlb: machine.mmu.tlb.snapshot(),
  };
  const from = machine.events.length;
  machine.run();
  const first = JSON.stringify(machine.events.splice(from));
  machine.kernel.restore(saved.kernel);
  machine.hart.restore(saved.hart);
  machine.ram.restore(saved.ram);
  machine.mmu.tlb.restore(saved.tlb);
  machine.check();

  machine.run();

  expect(JSON.stringify(machine.events.slice(from))).toBe(first);
});

test("time in the kernel counts against the quantum: who does little but system calls does not keep the CPU", () => {
  const rounds = 400;
  const p = new Program().call("clone", 17, 0, 0, 0, 0).li("s0", rounds);
  p.label("again").call("getppid").op("addi", "s0", "s0", -1).branch("bne", "s0", "zero", "again").exit();
  const machine = new TestMachine({ quantumCycles: 1000, check: "end" }).boot(p);
  machine.run();

  // Both are ready all the time: each turn lasts a quantum and at most one trip into the kernel and the switch more.
  const switches = machine.of("context-switch");
  const calls = machine.of("syscall-enter").filter((event) => event.name === "getppid");
  const { trap, syscall } = machine.core.costs;
  const roundCycles = trap + syscall;
  expect(switches.length).toBeGreaterThan((calls.length * roundCycles) / (1000 + 2 * roundCycles));
});

test("a process whose ecall a child of vfork has unmapped gets SIGSEGV, handler or not", () => {
  const p = new Program().words("action", 0, 0, 0, 0).li("s0", "action").li("t0", "handler").store("sw", "t0", "s0");
  p.call("rt_sigaction", Signal.SIGSEGV, "action", 0, 8).call("clone", 0x4111, 0, 0, 0, 0);
  // The child, on its parent's memory: it takes the code away, and with it the handler.
  p.call("munmap", 0x10000, 4096).label("handler").exit(1);
  const machine = new TestMachine({ check: "end" }).boot(p);
  machine.runUntil(() => machine.core.variables.haltStatus >= 0, 3000);
  expect(machine.core.variables.haltStatus).toBe(128 + Signal.SIGSEGV);
});
