/**
 * Until when a call waits that was given a time. It is decided when the call begins, and stands in p.restart afterwards: waking early does not
 * make the wait longer.
 */
import type { Core } from "../core.ts";
import { deadlineOf } from "../fs/transfer.ts";
import type { Process } from "../proc/process.ts";
import { deadlineAfter, readTimespec } from "../timespec.ts";

/** Without end. No error stands for it: errors are one less than themselves. */
export const NO_DEADLINE = -1;

/**
 * The cycle at which to give up, after the span of time at `vaddr`; NO_DEADLINE for address 0. Below that the call is over: −errno or RESTART, less
 * one.
 */
export function deadlineIn(core: Core, p: Process, vaddr: number): number {
  return decided(core, p, vaddr, () => {
    const cycles = readTimespec(core, p, vaddr);
    return cycles < 0 ? cycles : deadlineAfter(core, cycles);
  });
}

/** The same for a date, of a clock that counts from `epochSeconds`. */
export function deadlineAt(core: Core, p: Process, vaddr: number, epochSeconds: number): number {
  return decided(core, p, vaddr, () => readTimespec(core, p, vaddr, epochSeconds));
}

function decided(core: Core, p: Process, vaddr: number, decide: () => number): number {
  if (vaddr === 0) return NO_DEADLINE;
  const known = deadlineOf(core, p);
  if (known >= 0) return known;
  const deadline = decide();
  return deadline < 0 ? deadline - 1 : deadline;
}
