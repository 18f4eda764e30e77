/**
 * Totals over a run, for --report and /proc, and the one function that spends virtual time in the kernel.
 * Names are "fault.zero-fill", "zeroing.idle", "syscall.read": a subject, a dot, a case.
 */
import type { Core } from "./core.ts";

/** Adds `by` to a named total. */
export function count(core: Core, name: string, by = 1): void {
  core.counters[name] = (core.counters[name] ?? 0) + by;
}

/** A total, 0 when nothing has been counted under that name. */
export const counted = (core: Core, name: string): number => core.counters[name] ?? 0;

/** Spends cycles of virtual time on kernel work (costs.ts). */
export function charge(core: Core, cycles: number): void {
  core.hart.cycles += cycles;
}
