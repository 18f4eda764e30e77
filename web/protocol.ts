/**
 * What page and worker say to each other. The worker owns the machine and its timeline; the page carries bytes between
 * xterm.js and the machine's terminal, and draws. Everything here survives structured cloning.
 *
 * A run has one end at which it goes on ("live"); the debugger can take the machine back from there. Whatever is asked of the
 * debugger is answered by a `place` once the machine stands somewhere, with `busy` on the way when that takes a while.
 */

import type { FaultReport } from "../system/debugger/microscope.ts";
import type { PlaceView } from "../system/debugger/view.ts";
import type { FaultTally } from "../system/fault-log.ts";
import type { OutsideFile } from "../system/home-files.ts";
import type { Moment } from "../system/machine.ts";
import type { MachineConfig } from "../system/options.ts";
import type { LiveFigures } from "../system/report.ts";

/** A file that outlives a reload. */
export type SavedFile = OutsideFile;

export type Direction = "forward" | "backward";

/** What a person asks of the debugger. All but `process` pause a run. */
export type DebugCommand =
  | { readonly kind: "step"; readonly direction: Direction; readonly unit: "instruction" | "line" }
  /** As step, with a call counting as one. */
  | { readonly kind: "over"; readonly direction: Direction; readonly unit: "instruction" | "line" }
  /** Out of the present function, or back to its call. */
  | { readonly kind: "out"; readonly direction: Direction }
  /** To a page fault, just before its instruction. Beyond the end of the run: runs until one comes. */
  | { readonly kind: "fault"; readonly direction: Direction }
  /** To the first moment at which so many instructions have retired. */
  | { readonly kind: "seek"; readonly instret: number }
  /** To the end of the run, and on. */
  | { readonly kind: "live" }
  /** Chooses the process to look at; 0: whichever is on the CPU. */
  | { readonly kind: "process"; readonly pid: number }
  /** Back to a future that was left; the present one takes its place in the list. */
  | { readonly kind: "future"; readonly index: number };

export type ToWorker =
  /** Builds a machine and boots it. Any earlier one is dropped. */
  | {
      readonly type: "boot";
      readonly config: Partial<MachineConfig>;
      readonly archive: ArrayBuffer;
      readonly saved: readonly SavedFile[];
      readonly columns: number;
      readonly rows: number;
      /** Most bytes of checkpoints. */
      readonly budgetBytes: number;
      /** Whether the kernel sanitizer looks at every event. */
      readonly sanitize?: boolean;
      /** Text of a .faultline file to open instead of starting anew; its settings and files come before these. */
      readonly recording?: string;
    }
  /** Bytes typed at the terminal. In the past they begin a new future. */
  | { readonly type: "input"; readonly bytes: Uint8Array }
  | { readonly type: "resize"; readonly columns: number; readonly rows: number }
  | { readonly type: "pause"; readonly isPaused: boolean }
  /** The terminal has drawn so many bytes of output: the worker may send more. */
  | { readonly type: "drawn"; readonly bytes: number }
  /** Whether places and tracks are wanted: the debugger is open. */
  | { readonly type: "watch"; readonly isWatching: boolean }
  | { readonly type: "debug"; readonly command: DebugCommand }
  /** Give up what takes so long. */
  | { readonly type: "cancel" }
  /** The state in the middle of the fault at which the machine stands. Answered by `fault-state`. */
  | { readonly type: "fault-step"; readonly index: number }
  /** Answered by `source`. */
  | { readonly type: "source"; readonly path: string }
  /** Answered by `recording`. */
  | { readonly type: "save-recording" }
  /** Answered by `hash`. */
  | { readonly type: "hash" };

/** How the machine is being driven. */
export interface Mode {
  readonly isPaused: boolean;
  /** At the end of the run, where it goes on. */
  readonly isLive: boolean;
  /** It runs until the next page fault. */
  readonly isSeekingFault: boolean;
}

/** Where the run has got to: for the slider. */
export interface Track {
  readonly start: Moment;
  readonly end: Moment;
  readonly moment: Moment;
  /** Faults by kind in each of equal parts of the run. */
  readonly faults: FaultTally;
  readonly futures: readonly FutureView[];
}

/** A future that typing in the past has replaced. */
export interface FutureView {
  readonly index: number;
  readonly parted: Moment;
  readonly end: Moment;
}

export interface Place extends Track {
  readonly view: PlaceView;
  /** Why the machine stands here; for people. */
  readonly why: string;
  /** The page fault that begins here, or null. */
  readonly fault: FaultReport | null;
  /** The fault's number in the run, from 1, and how many there are; 0 when none begins here. */
  readonly faultNumber: number;
  readonly faultCount: number;
  /** The program of the process, and why its source lines are not known, or "". */
  readonly program: string;
  readonly problem: string;
}

/** What the processor's registers hold in the middle of a fault, and the page's PTE in words. */
export interface FaultState {
  readonly pte: string;
  readonly pc: number;
  readonly scause: number;
  readonly stval: number;
  readonly sepc: number;
}

export type FromWorker =
  | { readonly type: "booted" }
  | { readonly type: "output"; readonly bytes: Uint8Array }
  /** All that the terminal shows, in place of what is there. */
  | { readonly type: "screen"; readonly bytes: Uint8Array }
  | {
      readonly type: "figures";
      readonly figures: LiveFigures;
      readonly state: MachineState;
      readonly instructionsPerSecond: number;
    }
  | { readonly type: "mode"; readonly mode: Mode }
  | { readonly type: "track"; readonly track: Track }
  | { readonly type: "place"; readonly place: Place }
  /** Something takes longer: what, and how much of it is done (0 to 1; negative: not known). */
  | { readonly type: "busy"; readonly what: string; readonly done: number }
  /** It is over. */
  | { readonly type: "ready" }
  | { readonly type: "fault-state"; readonly index: number; readonly state: FaultState }
  /** Lines of a source file; null when the machine has no such file. */
  | { readonly type: "source"; readonly path: string; readonly lines: readonly string[] | null }
  | { readonly type: "recording"; readonly text: string }
  /** The recording cannot be opened; the machine is as it was. */
  | { readonly type: "refused"; readonly message: string }
  /** Fingerprint of the whole state of the machine where it stands. */
  | { readonly type: "hash"; readonly hash: string; readonly moment: Moment }
  /** Something that people should know. */
  | { readonly type: "told"; readonly text: string }
  /** Files below the home directory as they stand now, to be kept. */
  | { readonly type: "save"; readonly files: readonly SavedFile[] }
  /** The machine has come to its end, or could not start; for people. */
  | { readonly type: "ended"; readonly message: string; readonly remedy: string };

export type MachineState =
  | "running"
  | "idle"
  | "waiting for input"
  | "paused"
  | "in the past"
  | "replaying"
  | "opening a recording"
  | "ended";
