import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Stop } from "../../emulator/engine.ts";
import { registerName } from "../../emulator/isa/registers.ts";
import { Cause } from "../../emulator/trap.ts";
import { bareMetal, RWXU } from "../emulator/bare-metal.ts";
import { inFolder, isInstalled, Random, testSeed } from "../emulator/oracle.ts";
import {
  BASE,
  BUFFER_BYTES,
  BUFFER_START,
  CODE_VADDR,
  COVERED,
  type RandomProgram,
  randomProgram,
  toElf,
} from "./random-program.ts";

/** More with FAULTLINE_PROGRAMS, for a long run. */
const PROGRAMS = Number(process.env.FAULTLINE_PROGRAMS ?? 60);
const PIECES = 400;

/** Runs a program on the interpreter, in slices of random length, and returns what it writes. */
function runHere(program: RandomProgram, random: Random): Uint8Array {
  const machine = bareMetal(64, { sets: 2, ways: 2 });
  machine.sink.enabled = false;
  const CODE_PFN = 20;
  const BUFFER_PFN = 50;
  for (let page = 0; page * 4096 < program.code.length; page++) {
    machine.map((CODE_VADDR >>> 12) + page, CODE_PFN + page, RWXU);
  }
  machine.map((BASE >>> 12) - 1, BUFFER_PFN + 1, RWXU);
  machine.map(BASE >>> 12, BUFFER_PFN, RWXU);
  machine.ram.u8.set(program.code, CODE_PFN * 4096);
  // The buffer's two halves lie in frames that are not neighbours in this order.
  machine.ram.u8.set(program.buffer.subarray(0, 2048), (BUFFER_PFN + 1) * 4096 + 2048);
  machine.ram.u8.set(program.buffer.subarray(2048), BUFFER_PFN * 4096);
  machine.hart.pc = CODE_VADDR;
  for (;;) {
    const stop = machine.engine.run(machine.hart.cycles + 1 + random.below(300), Number.POSITIVE_INFINITY);
    if (stop !== Stop.Trap) continue;
    const { hart } = machine;
    if (hart.scause !== Cause.EcallFromUser) {
      throw new Error(`trap ${hart.scause} at 0x${hart.sepc.toString(16)}, stval 0x${hart.stval.toString(16)}`);
    }
    expect([hart.x[17], hart.x[10], hart.x[11], hart.x[12]]).toEqual([64, 1, BUFFER_START, BUFFER_BYTES]);
    const written = new Uint8Array(BUFFER_BYTES);
    written.set(machine.ram.u8.subarray((BUFFER_PFN + 1) * 4096 + 2048, (BUFFER_PFN + 2) * 4096));
    written.set(machine.ram.u8.subarray(BUFFER_PFN * 4096, BUFFER_PFN * 4096 + 2048), 2048);
    return written;
  }
}

function runQemu(program: RandomProgram, folder: string): Uint8Array {
  const path = join(folder, "random.elf");
  writeFileSync(path, toElf(program));
  chmodSync(path, 0o755);
  const { status, signal, stdout, stderr } = spawnSync("qemu-riscv32", [path]);
  if (status !== 0) throw new Error(`qemu-riscv32: status ${status}, signal ${signal}: ${stderr}`);
  return new Uint8Array(stdout);
}

/** Registers and memory by name, so that a difference can be read. */
function named(bytes: Uint8Array): Record<string, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const word = (offset: number) => view.getUint32(BASE - BUFFER_START + offset, true).toString(16);
  const result: Record<string, string> = {};
  for (let number = 1; number < 31; number++) result[registerName(number)] = word(1024 + 4 * number);
  for (let offset = -1024; offset < 1024; offset += 4) result[`memory ${offset}`] = word(offset);
  return result;
}

const hasQemu = isInstalled("qemu-riscv32", "qemu-user");

describe.skipIf(!hasQemu)("random programs beside qemu-riscv32", () => {
  test("leave the same registers and the same memory, and cover every instruction", () => {
    const seed = testSeed("lockstep");
    const covered = new Set<string>();
    inFolder((folder) => {
      for (let n = 0; n < PROGRAMS; n++) {
        const random = new Random(seed + n);
        const program = randomProgram(random, PIECES);
        for (const mnemonic of program.mnemonics) covered.add(mnemonic);
        const expected = named(runQemu(program, folder));
        expect(named(runHere(program, random)), `FAULTLINE_SEED=${seed}, program ${n}`).toEqual(expected);
      }
    });
    expect([...covered].sort()).toEqual([...COVERED].sort());
  });
});
