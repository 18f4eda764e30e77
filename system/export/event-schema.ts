/**
 * What an exported event holds: the fields of every kind, in order, each with what it counts. JSON lines, CSV and
 * docs/trace-export.md follow this table, and the compiler holds it to the event types: a field that is added there and
 * forgotten here does not compile.
 */
import type { EventKind, FaultlineEvent } from "../../kernel/events.ts";

/** How a value is to be read. Numbers are decimal in every export. */
export type FieldType =
  /** Virtual address; physical address; page-table entry as an unsigned word. */
  | "vaddr"
  | "paddr"
  | "pte"
  /** Virtual page number; frame number; process id; swap slot. */
  | "vpn"
  | "pfn"
  | "pid"
  | "slot"
  /** Virtual time: a cycle stands for 10 ns. */
  | "cycles"
  | "number"
  | "boolean"
  | "text"
  /** Lists, in JSON notation in CSV too. */
  | "numbers"
  | "texts";

type FieldsOf<K extends EventKind> = Exclude<keyof Extract<FaultlineEvent, { kind: K }>, "kind">;
type Schema = { readonly [K in EventKind]: { readonly [F in FieldsOf<K>]: FieldType } };

export const EVENT_SCHEMA: Schema = {
  "tlb-miss": { vaddr: "vaddr", access: "text", asid: "number", set: "number" },
  "pte-read": { level: "number", paddr: "paddr", pte: "pte" },
  "pte-update": { paddr: "paddr", before: "pte", after: "pte" },
  "tlb-fill": {
    vpn: "vpn",
    pfn: "pfn",
    asid: "number",
    set: "number",
    way: "number",
    victimVpn: "vpn",
    superpage: "boolean",
  },
  "tlb-flush": { vpn: "vpn", asid: "number", dropped: "number" },
  trap: { cause: "number", stval: "vaddr", sepc: "vaddr" },
  "trap-return": { pc: "vaddr" },
  "fault-begin": { pid: "pid", vaddr: "vaddr", access: "text", pc: "vaddr", pte: "pte" },
  "vma-lookup": { pid: "pid", vaddr: "vaddr", start: "vaddr", end: "vaddr", permissions: "text", name: "text" },
  "frame-allocated": { pfn: "pfn", source: "text", pid: "pid", vpn: "vpn", purpose: "text" },
  "frame-reclaimed": { pfn: "pfn", from: "text", pid: "pid", vpn: "vpn" },
  "frame-zeroed": { pfn: "pfn", by: "text" },
  "frame-freed": { pfn: "pfn", to: "text" },
  "victim-chosen": {
    pfn: "pfn",
    pid: "pid",
    vpn: "vpn",
    policy: "text",
    modified: "boolean",
    scanned: "number",
    reason: "text",
  },
  "pte-write": { pid: "pid", vpn: "vpn", paddr: "paddr", before: "pte", after: "pte" },
  "pte-fill": { pid: "pid", vpn: "vpn", count: "number", pte: "pte" },
  "page-copied": { pid: "pid", vpn: "vpn", from: "pfn", to: "pfn" },
  "swap-out": { pid: "pid", vpn: "vpn", pfn: "pfn", slot: "slot", pages: "number" },
  "swap-in": { pid: "pid", vpn: "vpn", pfn: "pfn", slot: "slot", pages: "number", ahead: "boolean" },
  "swap-done": { direction: "text", pfn: "pfn", slot: "slot", failed: "boolean" },
  "working-set-limit": { pid: "pid", pages: "number", reason: "text" },
  "swap-token": { pid: "pid" },
  "load-control": { pid: "pid", action: "text", reason: "text" },
  "modified-writer": { started: "number", waiting: "number", reason: "text" },
  "fault-end": { pid: "pid", vaddr: "vaddr", resolved: "text", cycles: "cycles" },
  "vma-change": { pid: "pid", change: "text", start: "vaddr", end: "vaddr", permissions: "text", name: "text" },
  "syscall-enter": { pid: "pid", name: "text", args: "numbers" },
  "syscall-exit": { pid: "pid", name: "text", result: "number" },
  "process-start": { pid: "pid", parent: "pid", name: "text" },
  "process-exec": { pid: "pid", name: "text", argv: "texts" },
  "process-exit": { pid: "pid", name: "text", status: "number", signal: "number" },
  signal: { pid: "pid", signal: "number", from: "pid" },
  "context-switch": { from: "pid", to: "pid" },
  "process-block": { pid: "pid", channel: "text" },
  "process-wake": { pid: "pid", channel: "text" },
  "idle-wait": { untilCycles: "cycles" },
  "out-of-memory": { pid: "pid", name: "text", reason: "text" },
  message: { pid: "pid", text: "text" },
};

export const EVENT_KINDS = Object.keys(EVENT_SCHEMA) as readonly EventKind[];

/** The fields of a kind with their types, in the order in which they are written. */
export const fieldsOf = (kind: EventKind): readonly (readonly [string, FieldType])[] =>
  Object.entries(EVENT_SCHEMA[kind]);

/** Columns that stand before an event's own fields. */
export const STAMP_FIELDS = [
  ["cycle", "cycles"],
  ["instruction", "number"],
  ["cpu", "pid"],
] as const satisfies readonly (readonly [string, FieldType])[];

/** When an event happened, and who was on the CPU (0: nobody). */
export interface EventStamp {
  readonly cycle: number;
  readonly instruction: number;
  readonly cpu: number;
}
