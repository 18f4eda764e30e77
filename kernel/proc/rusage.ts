/** struct rusage as riscv32 Linux has it: 18 words. Times are two words each, seconds and microseconds. */
import { CYCLES_PER_SECOND } from "../config.ts";
import type { Core } from "../core.ts";
import type { Process } from "./process.ts";
import { cpuCycles } from "./threads.ts";

export const RUSAGE_BYTES = 72;
const KIB_PER_PAGE = 4;

/** A process's own use, that of its reaped children, or both together. `p` is its leader. */
export function rusageOf(core: Core, p: Process, who: "self" | "children" | "both"): Int32Array {
  const self = who === "children" ? 0 : 1;
  const children = who === "self" ? 0 : 1;
  const { counts } = p;
  const { user, system } = cpuCycles(core, p);
  const words = new Int32Array(RUSAGE_BYTES / 4);
  putTime(words, 0, self * user + children * counts.childUserCycles);
  putTime(words, 2, self * system + children * counts.childSystemCycles);
  const peak = Math.max(p.peakResidentPages, p.space.peakResidentPages);
  words[4] = KIB_PER_PAGE * Math.max(self * peak, children * counts.childPeakResidentPages);
  words[8] = self * (counts.faults - counts.hard) + children * counts.childMinorFaults;
  words[9] = self * counts.hard + children * counts.childMajorFaults;
  words[16] = self * counts.voluntarySwitches;
  words[17] = self * counts.involuntarySwitches;
  return words;
}

function putTime(words: Int32Array, at: number, cycles: number): void {
  words[at] = Math.floor(cycles / CYCLES_PER_SECOND);
  words[at + 1] = Math.floor(((cycles % CYCLES_PER_SECOND) * 1_000_000) / CYCLES_PER_SECOND);
}
