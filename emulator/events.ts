/**
 * What the hardware tells a listener. Nothing is emitted for a retired instruction or a TLB hit: those are counters.
 * Every event is a plain object that stays valid after the call; emission costs one branch when nobody listens.
 */
import type { Access } from "./trap.ts";

export type MachineEvent =
  /** No TLB entry fits; the walker starts. `set` is the set that was probed. */
  | { kind: "tlb-miss"; vaddr: number; access: Access; asid: number; set: number }
  /** The walker has read one PTE from RAM. `level` 1 is the root, 0 the leaf table. */
  | { kind: "pte-read"; level: 0 | 1; paddr: number; pte: number }
  /** The walker has set the A or D bit of a PTE in RAM. */
  | { kind: "pte-update"; paddr: number; before: number; after: number }
  /** A translation has entered the TLB, in place of `victimVpn` (−1: the way was empty). `superpage`: 4 MiB entry. */
  | {
      kind: "tlb-fill";
      vpn: number;
      pfn: number;
      asid: number;
      set: number;
      way: number;
      victimVpn: number;
      superpage: boolean;
    }
  /** sfence.vma as the kernel executes it; −1 stands for "all". `dropped` counts the entries removed. */
  | { kind: "tlb-flush"; vpn: number; asid: number; dropped: number }
  /** The hart has entered the supervisor. `cause` is scause as an unsigned number. */
  | { kind: "trap"; cause: number; stval: number; sepc: number }
  /** sret: the hart goes back to user code at `pc`. */
  | { kind: "trap-return"; pc: number };

/** The one way out for events. `enabled` is tested before an event object is built, so that silence costs a branch. */
export interface EventSink<E = MachineEvent> {
  enabled: boolean;
  emit(event: E): void;
}
