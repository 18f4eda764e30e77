/**
 * Trap causes, and what a trap carries. The kernel is modelled in TypeScript "behind" the trap: the hart writes sepc,
 * scause and stval into its state and the engine stops; whoever runs the engine hands the hart to the supervisor.
 *
 * Source: RISC-V privileged specification 20240411, table 14 (scause values).
 */

/** Exception codes of scause (interrupt bit 0). */
export const Cause = {
  InstructionMisaligned: 0,
  InstructionAccess: 1,
  IllegalInstruction: 2,
  Breakpoint: 3,
  LoadMisaligned: 4,
  LoadAccess: 5,
  StoreMisaligned: 6,
  StoreAccess: 7,
  EcallFromUser: 8,
  InstructionPageFault: 12,
  LoadPageFault: 13,
  StorePageFault: 15,
} as const;
export type Cause = (typeof Cause)[keyof typeof Cause];

/** scause of a supervisor timer interrupt: interrupt bit and code 5, as an unsigned number. */
export const SUPERVISOR_TIMER_INTERRUPT = 0x80000005;
/** scause of a supervisor external interrupt (a device has finished or has input): interrupt bit and code 9. */
export const SUPERVISOR_EXTERNAL_INTERRUPT = 0x80000009;

/** What an access wants to do with a page. */
export type Access = "execute" | "load" | "store";

/** The kernel's side of the only door: called with the hart stopped, sepc/scause/stval set. */
export interface Supervisor {
  /** Handles the trap that the hart's sepc, scause and stval describe, and leaves the hart ready to run on (or idle). */
  trap(): void;
}
