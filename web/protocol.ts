/**
 * What page and worker say to each other. The worker owns the machine; the page carries bytes between xterm.js and the
 * machine's terminal, and draws figures. Everything here survives structured cloning.
 */

import type { OutsideFile } from "../system/home-files.ts";
import type { MachineConfig } from "../system/options.ts";
import type { LiveFigures } from "../system/report.ts";

/** A file that outlives a reload. */
export type SavedFile = OutsideFile;

export type ToWorker =
  /** Builds a machine and boots it. Any earlier one is dropped. */
  | {
      readonly type: "boot";
      readonly config: Partial<MachineConfig>;
      readonly archive: ArrayBuffer;
      readonly saved: readonly SavedFile[];
      readonly columns: number;
      readonly rows: number;
    }
  /** Bytes typed at the terminal. */
  | { readonly type: "input"; readonly bytes: Uint8Array }
  | { readonly type: "resize"; readonly columns: number; readonly rows: number }
  | { readonly type: "pause"; readonly isPaused: boolean }
  /** The terminal has drawn so many bytes of output: the worker may send more. */
  | { readonly type: "drawn"; readonly bytes: number };

export type FromWorker =
  | { readonly type: "booted" }
  | { readonly type: "output"; readonly bytes: Uint8Array }
  | {
      readonly type: "figures";
      readonly figures: LiveFigures;
      readonly state: MachineState;
      readonly instructionsPerSecond: number;
    }
  /** Files below the home directory as they stand now, to be kept. */
  | { readonly type: "save"; readonly files: readonly SavedFile[] }
  /** The machine has come to its end, or could not start; for people. */
  | { readonly type: "ended"; readonly message: string; readonly remedy: string };

export type MachineState = "running" | "idle" | "waiting for input" | "paused" | "ended";
