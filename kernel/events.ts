/**
 * What the kernel tells a listener, in the order in which it happens. Together with emulator/events.ts these are the
 * only account of a run that anyone gets: views, traces and reports are all computed from them and from counters.
 */
import type { EventSink, MachineEvent } from "../emulator/events.ts";

/** Where the frame that answers a fault came from. */
export type FrameSource = "zeroed" | "dirty" | "standby" | "evicted";

/** How a fault was resolved. */
export type FaultKind = "zero-fill" | "cow" | "soft" | "hard" | "file" | "guard" | "segv" | "bus" | "oom";

/** Kinds of frame owner and list, one word each, as the frame database has them. */
export type FrameState =
  | "kernel"
  | "page-table"
  | "active"
  | "transition"
  | "standby"
  | "modified"
  | "dirty"
  | "zeroed";

export type KernelEvent =
  /** The handler has begun: which process, which page, what was tried, the PTE as found. */
  | { kind: "fault-begin"; pid: number; vaddr: number; access: "execute" | "load" | "store"; pc: number; pte: number }
  /** The VMA that covers the address, or none (`start` −1). */
  | { kind: "vma-lookup"; pid: number; vaddr: number; start: number; end: number; permissions: string; name: string }
  /** A frame has left its list for a new owner. */
  | {
      kind: "frame-allocated";
      pfn: number;
      source: FrameSource;
      pid: number;
      vpn: number;
      purpose: "user" | "page-table" | "kernel" | "file";
    }
  /** A soft fault: the frame leaves its list (or transfer) and is mapped by its process again, contents intact. */
  | { kind: "frame-reclaimed"; pfn: number; from: FrameState; pid: number; vpn: number }
  /** A frame has been filled with zeros: by the idle task, by its share of the CPU under load, or on demand inside a fault. */
  | { kind: "frame-zeroed"; pfn: number; by: "idle" | "background" | "demand" }
  /** A frame has come back to a list (or moved between lists). */
  | { kind: "frame-freed"; pfn: number; to: FrameState }
  /** The replacement policy has chosen. `scanned` counts the candidates it looked at. */
  | {
      kind: "victim-chosen";
      pfn: number;
      pid: number;
      vpn: number;
      policy: string;
      modified: boolean;
      scanned: number;
      reason: string;
    }
  /** The kernel has written a PTE (an ordinary store to RAM). */
  | { kind: "pte-write"; pid: number; vpn: number; paddr: number; before: number; after: number }
  /** The kernel has written `count` PTEs in a row, all with this software value: a reservation, or its end (0). */
  | { kind: "pte-fill"; pid: number; vpn: number; count: number; pte: number }
  /** Bytes copied for copy-on-write. */
  | { kind: "page-copied"; pid: number; vpn: number; from: number; to: number }
  /**
   * A page goes to swap, or comes; the transfer ends with the matching swap-done. `pages` are those of the whole transfer;
   * each has its events. `ahead`: nobody has asked for this one yet. `failed`: the device reports an error.
   */
  | { kind: "swap-out"; pid: number; vpn: number; pfn: number; slot: number; pages: number }
  | { kind: "swap-in"; pid: number; vpn: number; pfn: number; slot: number; pages: number; ahead: boolean }
  | { kind: "swap-done"; direction: "in" | "out"; pfn: number; slot: number; failed: boolean }
  /** Page-fault-frequency control has set the maximum of a working set. */
  | { kind: "working-set-limit"; pid: number; pages: number; reason: string }
  /** No process could finish an instruction for want of frames: this one goes first now, and its pages are safe. */
  | { kind: "swap-token"; pid: number }
  /** The load controller has suspended a process, or lets it go on. */
  | { kind: "load-control"; pid: number; action: "suspend" | "resume"; reason: string }
  /** The modified-page writer has started writes; `waiting` pages were on the modified list. */
  | { kind: "modified-writer"; started: number; waiting: number; reason: string }
  /** The handler has finished. "waiting": the process sleeps, and the instruction will fault again when it wakes. */
  | { kind: "fault-end"; pid: number; vaddr: number; resolved: FaultKind | "waiting"; cycles: number }
  | {
      kind: "vma-change";
      pid: number;
      change: "map" | "unmap" | "grow" | "shrink" | "protect";
      start: number;
      end: number;
      permissions: string;
      name: string;
    }
  | { kind: "syscall-enter"; pid: number; name: string; args: readonly number[] }
  | { kind: "syscall-exit"; pid: number; name: string; result: number }
  | { kind: "process-start"; pid: number; parent: number; name: string }
  | { kind: "process-exec"; pid: number; name: string; argv: readonly string[] }
  | { kind: "process-exit"; pid: number; name: string; status: number; signal: number }
  | { kind: "signal"; pid: number; signal: number; from: number }
  | { kind: "context-switch"; from: number; to: number }
  | { kind: "process-block"; pid: number; channel: string }
  | { kind: "process-wake"; pid: number; channel: string }
  /** Nothing to zero and nothing to run: the clock jumps to the next thing that is due. */
  | { kind: "idle-wait"; untilCycles: number }
  | { kind: "out-of-memory"; pid: number; name: string; reason: string }
  /** A message of the kernel for people, like dmesg. */
  | { kind: "message"; pid: number; text: string };

/** Everything that can be observed, stamped by the one who delivers it (`at` is hart.cycles, `instret` hart.instret). */
export type FaultlineEvent = MachineEvent | KernelEvent;
export type EventKind = FaultlineEvent["kind"];

/** Where emulator and kernel send what they tell. */
export type FaultlineSink = EventSink<FaultlineEvent>;
