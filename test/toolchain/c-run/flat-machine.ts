/**
 * Runs a static program on the reference interpreter without a kernel: addresses untranslated, `write` and `exit` served here. For
 * counting instructions of programs that need nothing else.
 */
import { Interpreter } from "../../../emulator/cpu/interpreter.ts";
import { Hart } from "../../../emulator/cpu/state.ts";
import { Stop } from "../../../emulator/engine.ts";
import { Mmu } from "../../../emulator/mmu/mmu.ts";
import { Tlb } from "../../../emulator/mmu/tlb.ts";
import { Ram } from "../../../emulator/ram.ts";
import { SegmentType } from "../../../toolchain/elf/constants.ts";
import { readElf } from "../../../toolchain/elf/read.ts";

const FRAMES = 1024;
const [A0, A1, A2, A7, SP] = [10, 11, 12, 17, 2];

export interface FlatRun {
  readonly output: string;
  readonly status: number;
  readonly instructions: number;
}

/** Runs to exit; throws on any trap but a served system call, and past the limit. */
export function runFlat(executable: Uint8Array, limit = 200_000_000): FlatRun {
  const file = readElf(executable, "program");
  if (!file.ok) throw new Error(file.diagnostics[0]?.message ?? "not an ELF file");
  const sink = { enabled: false, emit: () => {} };
  const ram = new Ram(FRAMES);
  const hart = new Hart();
  const mmu = new Mmu(ram, hart, new Tlb({}), sink);
  const engine = new Interpreter(hart, mmu, ram, sink);
  for (const segment of file.value.segments) {
    if (segment.type !== SegmentType.LOAD) continue;
    const content = executable.subarray(segment.fileOffset, segment.fileOffset + segment.fileBytes);
    ram.u8.set(content, segment.vaddr);
  }
  hart.pc = file.value.entry;
  hart.x[SP] = FRAMES * 4096 - 64;
  let output = "";
  for (;;) {
    const stop = engine.run(Number.POSITIVE_INFINITY, limit);
    if (stop !== Stop.Trap) throw new Error(`still running after ${limit} instructions`);
    if (hart.scause !== 8)
      throw new Error(`trap ${hart.scause} at 0x${hart.sepc.toString(16)}, stval 0x${hart.stval.toString(16)}`);
    const start = hart.x[A1]! >>> 0;
    if (hart.x[A7] === 64) {
      output += new TextDecoder().decode(ram.u8.slice(start, start + hart.x[A2]!));
      hart.x[A0] = hart.x[A2]!;
    } else if (hart.x[A7] === 94 || hart.x[A7] === 93) {
      return { output, status: hart.x[A0]!, instructions: hart.instret };
    } else throw new Error(`system call ${hart.x[A7]} is not served`);
    hart.pc = hart.sepc + 4;
  }
}
