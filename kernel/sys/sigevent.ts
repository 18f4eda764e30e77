/** struct sigevent: how a program wants to be told of something (sigevent(7)). */
import type { Core } from "../core.ts";
import { readUserWords } from "../mm/user-memory.ts";
import type { Process } from "../proc/process.ts";

/** Words of it: value, signal, how to notify, thread; the rest is room. */
const WORDS = 16;

/** sigev_notify: a signal, nothing, a thread of the C library's; and the flag for one thread's signal. */
export const Notify = { Signal: 0, None: 1, Thread: 2, ThreadId: 4 } as const;

export interface SignalEvent {
  readonly value: number;
  readonly signal: number;
  readonly notify: number;
  readonly tid: number;
}

/** What a program asks for at `vaddr`; −EFAULT or RESTART. */
export function readSignalEvent(core: Core, p: Process, vaddr: number): SignalEvent | number {
  const words = new Int32Array(WORDS);
  const outcome = readUserWords(core, p, vaddr, words);
  if (outcome !== 0) return outcome;
  const [value, signal, notify, tid] = words;
  return { value, signal, notify, tid };
}
