/** The auxiliary vector of a process that stands at its first instruction: it lies above argv and the environment on its stack. */
import { readMemory, readNumber, registersOf } from "../inspect.ts";
import type { Machine } from "../machine.ts";

const AT_NULL = 0;
const MOST_WORDS = 4096;

/** Its bytes as pairs of words, AT_NULL included; null when the stack does not look like that of a new process. */
export function readAuxv(machine: Machine, pid: number): Uint8Array | null {
  const sp = registersOf(machine, pid)?.x[2];
  if (sp === undefined) return null;
  const word = (index: number): number | null => readNumber(machine, pid, (sp >>> 0) + index * 4);
  const argc = word(0);
  if (argc === null || argc > MOST_WORDS) return null;
  let at = argc + 2;
  while (at < MOST_WORDS && word(at) !== 0) at++;
  const start = at + 1;
  for (at = start; at < MOST_WORDS; at += 2) {
    const type = word(at);
    if (type === null) return null;
    if (type === AT_NULL) return readMemory(machine, pid, (sp >>> 0) + start * 4, (at + 2 - start) * 4);
  }
  return null;
}
