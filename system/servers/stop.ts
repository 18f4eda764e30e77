/** Why a debugged run stands still, and what can make it stand still. Shared by the gdb stub and the debug adapter. */
import type { FaultKind } from "../../kernel/events.ts";

export interface Breakpoint {
  readonly vaddr: number;
  /** Path of the program whose code it stands in; null: an address in any process. */
  readonly program: string | null;
  /** Looked at whenever a process arrives there; false: it does not stop. Must not change anything. */
  readonly holds?: (pid: number) => boolean;
}

export interface Watchpoint {
  readonly vaddr: number;
  readonly bytes: number;
  readonly kind: "write" | "read" | "access";
  /** Id of the address space that is watched. */
  readonly space: number;
}

export type StopReason =
  | { readonly kind: "breakpoint"; readonly pid: number; readonly vaddr: number }
  /** `vaddr`: first watched byte. Forward the access has just been made, backward it is about to be made. */
  | { readonly kind: "watchpoint"; readonly pid: number; readonly watchpoint: Watchpoint }
  /** The goal of the caller holds. */
  | { readonly kind: "goal"; readonly pid: number }
  /** The instruction at pc raises this signal when it goes on. */
  | { readonly kind: "signal"; readonly pid: number; readonly signal: number }
  /** The instruction at pc meets a page fault of this kind when it goes on. */
  | { readonly kind: "fault"; readonly pid: number; readonly fault: FaultKind; readonly vaddr: number }
  /** The first process has ended. `signal` 0: with `status`. */
  | { readonly kind: "exited"; readonly status: number; readonly signal: number }
  /** The beginning of the recording. */
  | { readonly kind: "begin" }
  /** Somebody asked. */
  | { readonly kind: "interrupted" }
  /** Nothing can go on: every process waits and no input will come, or --max-instructions is reached. */
  | { readonly kind: "stuck"; readonly why: string };

/** A place to stop at, asked before an instruction is tried for the first time. */
export type Goal = (pid: number, pc: number) => boolean;
