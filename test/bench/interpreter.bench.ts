/**
 * Speed of the reference interpreter in millions of instructions per second, with the MMU and the modelled TLB on:
 * an integer loop, a load/store loop, and a loop that touches more pages than the TLB holds. When qemu-riscv32 and the
 * RISC-V assembler are installed, the same instructions run under it, and the ratio is printed. Then what a debugger's stop
 * points cost while none is reached.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stop, type StopPoints } from "../../emulator/engine.ts";
import { encode, type Operands } from "../../emulator/isa/encode.ts";
import type { Mnemonic } from "../../emulator/isa/table.ts";
import { bareMetal, RWXU } from "../emulator/bare-metal.ts";

const word = (mnemonic: Mnemonic, operands: Operands = {}): number => {
  const encoded = encode(mnemonic, operands);
  if (typeof encoded !== "number") throw new Error(`${mnemonic}: ${encoded.message}`);
  return encoded;
};

interface Loop {
  name: string;
  /** Instructions of the body, s0 holding DATA; the driver adds the counter (t0) and the branch back. */
  body: number[];
}

const DATA = 0x100000;
const CODE = 0x10000;
const [t1, t2, s0, a0, a1, a2, a3, t3] = [6, 7, 8, 10, 11, 12, 13, 28];

const LOOPS: Loop[] = [
  {
    name: "integer",
    body: [
      word("add", { rd: a0, rs1: a0, rs2: a1 }),
      word("slli", { rd: a2, rs1: a0, shamt: 3 }),
      word("xor", { rd: a1, rs1: a1, rs2: a2 }),
      word("srli", { rd: a3, rs1: a1, shamt: 7 }),
      word("mul", { rd: a2, rs1: a3, rs2: a0 }),
      word("sub", { rd: a0, rs1: a2, rs2: a1 }),
      word("andi", { rd: t1, rs1: a0, imm: 255 }),
      word("beq", { rs1: t1, rs2: 0, imm: 8 }),
      word("addi", { rd: a1, rs1: a1, imm: 13 }),
    ],
  },
  {
    name: "load/store",
    body: [
      word("andi", { rd: t1, rs1: a0, imm: 0x7fc }),
      word("add", { rd: t1, rs1: t1, rs2: s0 }),
      word("lw", { rd: t2, rs1: t1, imm: 0 }),
      word("addi", { rd: t2, rs1: t2, imm: 1 }),
      word("sw", { rs2: t2, rs1: t1, imm: 0 }),
      word("lbu", { rd: a2, rs1: t1, imm: 1 }),
      word("sh", { rs2: a2, rs1: s0, imm: 2046 }),
      word("addi", { rd: a0, rs1: a0, imm: 4 }),
    ],
  },
  {
    name: "page touch",
    // Walks 256 pages round and round: with 64 entries and fifo every load misses.
    body: [
      word("add", { rd: t1, rs1: s0, rs2: a0 }),
      word("lw", { rd: t2, rs1: t1, imm: 0 }),
      word("add", { rd: a0, rs1: a0, rs2: t3 }),
      word("and", { rd: a0, rs1: a0, rs2: a3 }),
    ],
  },
];

/** The loop as a program: t0 counts down, then ecall with a7 = 93 (Linux's exit). */
function program(loop: Loop, rounds: number): number[] {
  const constant = (rd: number, value: number): number[] => {
    const low = (value << 20) >> 20;
    return [word("lui", { rd, imm: (value - low) | 0 }), word("addi", { rd, rs1: rd, imm: low })];
  };
  const back = -4 * (loop.body.length + 1);
  return [
    ...constant(5, rounds),
    ...constant(s0, DATA),
    ...constant(t3, 4096),
    ...constant(a3, 0xff000),
    ...loop.body,
    word("addi", { rd: 5, rs1: 5, imm: -1 }),
    word("bne", { rs1: 5, rs2: 0, imm: back }),
    word("addi", { rd: a0, rs1: 0, imm: 0 }),
    word("addi", { rd: 17, rs1: 0, imm: 93 }),
    word("ecall"),
  ];
}

interface Measured {
  seconds: number;
  /** Of processor time, which other work on the host leaves alone. */
  cpuSeconds: number;
  instructions: number;
  misses: number;
}

function measureHere(loop: Loop, rounds: number, stops: StopPoints | null = null): Measured {
  const machine = bareMetal(512);
  machine.engine.setStopPoints(stops);
  machine.sink.enabled = false;
  for (let page = 0; page < 256; page++) machine.map((DATA >>> 12) + page, 100 + page, RWXU);
  machine.map(CODE >>> 12, 99, RWXU);
  machine.load(99 * 4096, program(loop, rounds));
  machine.hart.pc = CODE;
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  // In slices, as a kernel with a timer runs it.
  while (machine.engine.run(machine.hart.cycles + 100_000, Number.POSITIVE_INFINITY) === Stop.Cycles);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpuStart);
  return { seconds, cpuSeconds: (user + system) / 1e6, instructions: machine.hart.instret, misses: machine.tlb.misses };
}

/** Seconds under qemu-riscv32, or null when it or the assembler is missing. */
function measureQemu(loop: Loop, rounds: number, folder: string): number | null {
  const source = `.globl _start\n_start:\n${program(loop, rounds)
    .map((each) => `.word 0x${each.toString(16)}`)
    .join("\n")}\n.bss\n.space 2097152\n`;
  const [asm, object, elf] = ["loop.s", "loop.o", "loop.elf"].map((name) => join(folder, name));
  writeFileSync(asm, source);
  const assembled = spawnSync("riscv64-unknown-elf-as", ["-march=rv32ima", "-mabi=ilp32", asm, "-o", object]);
  if (assembled.status !== 0) return null;
  const link = ["-melf32lriscv", "-Ttext=0x10000", `-Tbss=0x${DATA.toString(16)}`, object, "-o", elf];
  if (spawnSync("riscv64-unknown-elf-ld", link).status !== 0) return null;
  const start = performance.now();
  const ran = spawnSync("qemu-riscv32", [elf]);
  return ran.status === 0 ? (performance.now() - start) / 1000 : null;
}

/** Stop points that are never reached; the third shares its page with the data of the load/store loop. */
const STOPS: readonly (readonly [string, StopPoints])[] = [
  ["a breakpoint", { code: new Set([CODE + 2048]), data: [] }],
  ["a watched word on another page", { code: new Set(), data: [watchedWord(DATA + 0x40_0000)] }],
  ["a watched word on the page in use", { code: new Set(), data: [watchedWord(DATA + 4092)] }],
];

function watchedWord(start: number): StopPoints["data"][number] {
  return { space: "virtual", start, bytes: 4, loads: true, stores: true };
}

/** The load/store loop with and without stop points, as a debugger runs it. */
function printStops(rounds: number): void {
  const loop = LOOPS[1];
  measureHere(loop, rounds);
  const { cpuSeconds: plain } = measureHere(loop, rounds);
  for (const [name, stops] of STOPS) {
    const { cpuSeconds } = measureHere(loop, rounds, stops);
    console.log(`load/store with ${name}:`.padEnd(52), `${(cpuSeconds / plain).toFixed(2)} times as long as without`);
  }
}

/** Measures and prints a table. `smoke`: a thousandth of the work, to see that it runs at all. */
export async function run(smoke: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "interpreter-bench-"));
  console.log("loop          instructions   seconds    MIPS   TLB misses   qemu seconds   times slower than qemu");
  try {
    for (const loop of LOOPS) {
      const rounds = smoke ? 20_000 : loop.name === "page touch" ? 10_000_000 : 20_000_000;
      const here = measureHere(loop, rounds);
      const qemu = measureQemu(loop, rounds, folder);
      const columns = [
        loop.name.padEnd(12),
        here.instructions.toLocaleString("en").padStart(13),
        here.seconds.toFixed(3).padStart(9),
        (here.instructions / here.seconds / 1e6).toFixed(1).padStart(7),
        here.misses.toLocaleString("en").padStart(12),
        (qemu === null ? "-" : qemu.toFixed(3)).padStart(14),
        (qemu === null ? "not installed" : (here.seconds / qemu).toFixed(1)).padStart(24),
      ];
      console.log(columns.join(" "));
    }
    printStops(smoke ? 20_000 : 3_000_000);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1]?.includes("interpreter.bench")) await run(process.argv.includes("--smoke"));
