/**
 * What the kernel's paths cost in host CPU time, with nobody listening: zero-fill faults, fork of a 1,000-page process,
 * context switches, and eviction with swap-in. The same programs under qemu-riscv32, served by the host's kernel, beside it.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestMachine } from "../kernel/support/machine.ts";
import { DATA, Program } from "../kernel/support/program.ts";

/** Touches `pages` of bss `rounds` times, giving them back in between. */
function toucher(pages: number, rounds: number): Program {
  const p = new Program().words("data", 0).li("s2", rounds).li("t1", 4096);
  p.label("round")
    .li("s0", DATA + 4096)
    .li("s1", pages);
  p.label("touch")
    .store("sw", "s1", "s0")
    .op("add", "s0", "s0", "t1")
    .op("addi", "s1", "s1", -1)
    .branch("bne", "s1", "zero", "touch");
  p.call("madvise", DATA + 4096, pages * 4096, 4).li("t1", 4096);
  p.op("addi", "s2", "s2", -1).branch("bne", "s2", "zero", "round");
  return p.exit().bss((pages + 1) * 4096);
}

/** Forks and waits, `rounds` times, with `pages` pages resident. */
function forker(pages: number, rounds: number): Program {
  const p = new Program()
    .words("data", 0)
    .li("s0", DATA + 4096)
    .li("s1", pages)
    .li("t1", 4096)
    .li("s2", rounds);
  p.label("touch")
    .store("sw", "s1", "s0")
    .op("add", "s0", "s0", "t1")
    .op("addi", "s1", "s1", -1)
    .branch("bne", "s1", "zero", "touch");
  p.label("again").call("clone", 17, 0, 0, 0, 0).branch("bne", "a0", "zero", "parent").exit();
  p.label("parent").call("waitid", 0, 0, 0, 4, 0).op("addi", "s2", "s2", -1).branch("bne", "s2", "zero", "again");
  return p.exit().bss((pages + 1) * 4096);
}

/** Writes `pages` pages in a circle. */
function thrasher(pages: number, rounds: number): Program {
  const p = new Program().words("data", 0).li("s2", rounds).li("t1", 4096);
  p.label("round")
    .li("s0", DATA + 4096)
    .li("s1", pages);
  p.label("touch")
    .store("sw", "s1", "s0")
    .op("add", "s0", "s0", "t1")
    .op("addi", "s1", "s1", -1)
    .branch("bne", "s1", "zero", "touch");
  p.op("addi", "s2", "s2", -1).branch("bne", "s2", "zero", "round");
  return p.exit().bss((pages + 1) * 4096);
}

function yielder(rounds: number): Program {
  const p = new Program().call("clone", 17, 0, 0, 0, 0).li("s2", rounds);
  p.label("again").call("sched_yield").op("addi", "s2", "s2", -1).branch("bne", "s2", "zero", "again");
  return p.exit();
}

/** CPU time of this process so far, in microseconds. */
function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** A row: how much of what a program does in so many rounds, and where. */
interface Subject {
  readonly name: string;
  readonly target?: string;
  readonly program: (rounds: number) => Program;
  readonly rounds: number;
  readonly options: { frames: number; swapSlots?: number };
  /** Things done by then. */
  readonly count: (machine: TestMachine) => number;
  /** The same program does the same under qemu-riscv32, where the host's kernel serves it. */
  readonly hasPeer: boolean;
}

interface Measured {
  /** Microseconds of CPU time for each thing; the least of three runs, after one that warms the compiler up. */
  readonly each: number;
  /** Things in one run. */
  readonly things: number;
}

function measure({ program, rounds, options, count }: Subject): Measured {
  let each = Number.POSITIVE_INFINITY;
  let things = 1;
  for (let run = 0; run < 4; run++) {
    const machine = new TestMachine({ ...options, record: false, check: "end" }).boot(program(rounds));
    const started = cpuMicroseconds();
    machine.run(1e9);
    const elapsed = cpuMicroseconds() - started;
    things = count(machine);
    if (run > 0) each = Math.min(each, elapsed / things);
  }
  return { each, things };
}

/** User and system time that a program takes under qemu-riscv32, in microseconds; null when that is not installed. */
function qemuMicroseconds(folder: string, program: Program): number | null {
  const path = join(folder, "program");
  writeFileSync(path, program.elf(), { mode: 0o755 });
  // The shell's `times` prints its own line, and then that of its children: minutes and seconds, user and system.
  const { status, stdout } = spawnSync("sh", ["-c", 'qemu-riscv32 "$0" && times', path], { encoding: "utf8" });
  if (status !== 0) return null;
  const [user, system] = [
    ...stdout
      .trim()
      .split("\n")[1]
      .matchAll(/(\d+)m([\d.]+)s/g),
  ].map(([, minutes, seconds]) => 60 * Number(minutes) + Number(seconds));
  return (user + system) * 1e6;
}

/** The same under qemu-riscv32: what ten times as many rounds take more than one round. */
function measurePeer({ program, rounds }: Subject, { things }: Measured, folder: string): number | null {
  const short = qemuMicroseconds(folder, program(1));
  const long = qemuMicroseconds(folder, program(rounds * PEER_TIMES));
  if (short === null || long === null) return null;
  return Math.max(0, long - short) / ((things / rounds) * (rounds * PEER_TIMES - 1));
}

/** The shell counts in hundredths of a second, so the peer gets more to do. */
const PEER_TIMES = 10;

/** `smoke`: a few rounds, only to see that it runs. */
export async function run(smoke: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "faultline-bench-"));
  console.log("what                                         here, µs   qemu, µs   times qemu   target");
  for (const subject of subjects(smoke ? 2 : 100)) {
    const here = measure(subject);
    const peer = subject.hasPeer ? measurePeer(subject, here, folder) : null;
    const cells = [
      subject.name.padEnd(44),
      here.each.toFixed(2).padStart(8),
      (peer === null ? "-" : peer.toFixed(2)).padStart(10),
      (peer === null || peer === 0 ? "-" : (here.each / peer).toFixed(1)).padStart(12),
      `  ${subject.target ?? ""}`,
    ];
    console.log(cells.join(" ").trimEnd());
  }
  console.log(
    "CPU time. Under qemu-riscv32 (user mode) the host's own kernel serves the same program; it has no device of ours to swap to.",
  );
  if (spawnSync("qemu-riscv32", ["--version"]).error !== undefined)
    console.log("qemu-riscv32 is not installed: install qemu-user to compare.");
  rmSync(folder, { recursive: true });
}

function subjects(rounds: number): Subject[] {
  return [
    {
      name: "zero-fill fault",
      program: (rounds) => toucher(900, rounds),
      rounds,
      options: { frames: 2048 },
      count: (machine) => machine.kernel.report().faults.zeroFill,
      target: "< 2 µs",
      hasPeer: true,
    },
    {
      name: "fork and exit of a 1,000-page process",
      program: (rounds) => forker(1000, rounds),
      rounds,
      options: { frames: 2048 },
      count: () => rounds,
      hasPeer: true,
    },
    {
      name: "context switch with its system call",
      program: (rounds) => yielder(rounds * 100),
      rounds,
      options: { frames: 256 },
      count: (machine) => machine.core.variables.contextSwitches,
      hasPeer: true,
    },
    {
      name: "eviction, swap-out and swap-in of a page",
      program: (rounds) => thrasher(400, rounds),
      rounds: Math.max(2, rounds / 10),
      options: { frames: 256 },
      count: (machine) => machine.kernel.report().swap.in || 1,
      hasPeer: false,
    },
  ];
}
