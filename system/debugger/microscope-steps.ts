/** The steps of one fault, put in words and in order from what was told while it happened. See microscope.ts. */
import { hex, PAGE_BYTES } from "../../emulator/bits.ts";
import type { TlbEntry } from "../../emulator/mmu/tlb.ts";
import { describePte, isValid, PTE_R, PTE_U, PTE_W, PTE_X } from "../../emulator/pte.ts";
import type { FaultKind, FaultlineEvent } from "../../kernel/events.ts";
import { PTE_SOFT_CLEAN, SoftwarePte, softwareKind, softwareValue } from "../../kernel/mm/software-pte.ts";
import { causeName, describeEvent } from "../export/trace-text.ts";
import type { ListCounts, RegisterView } from "../inspect.ts";
import { instructionText, type MemoryAccess, operandText, pteText } from "./describe.ts";
import { listsText } from "./lists-text.ts";

/** The state as of one step. */
export interface StepState {
  readonly lists: ListCounts;
  /** Of the frames on the standby list, how many have each page priority, 0 … 7. */
  readonly standby: readonly number[];
  /** Leaf PTE of the faulting page as it stands in RAM; 0 when its table does not exist. */
  readonly pte: number;
  /** The TLB set in which the page lives, by way. */
  readonly tlb: readonly (TlbEntry | null)[];
  /** Pages of the process that are present. */
  readonly residentPages: number;
}

/** An event with its moment and the state in which it was told. */
export interface SeenEvent {
  readonly event: FaultlineEvent;
  readonly cycles: number;
  readonly instret: number;
  readonly turns: number;
  readonly state: StepState;
}

export type StepKind =
  | "instruction"
  | "tlb-probe"
  | "pte-read"
  | "pte-update"
  | "tlb-fill"
  | "trap"
  | "handler"
  | "vma"
  | "decision"
  | "frame"
  | "zero"
  | "victim"
  | "copy"
  | "swap"
  | "pte-write"
  | "fence"
  | "wait"
  | "resolved"
  | "return"
  | "retired"
  | "other";

export interface Step {
  readonly index: number;
  readonly kind: StepKind;
  /** "first try", "retry" once the handler has been left, and so on: what the step is part of. */
  readonly phase: "try" | "kernel" | "wait" | "retry";
  /** One line. */
  readonly title: string;
  /** Further lines. */
  readonly details: readonly string[];
  /** Virtual time at the end of the step, and what the step itself cost. */
  readonly cycles: number;
  readonly charge: number;
  readonly instret: number;
  readonly events: readonly FaultlineEvent[];
  readonly state: StepState;
}

export interface Observation {
  readonly begin: Extract<FaultlineEvent, { kind: "fault-begin" }>;
  readonly registers: RegisterView;
  readonly word: number | null;
  readonly access: MemoryAccess | null;
  readonly initial: StepState;
  readonly startCycles: number;
  readonly seen: readonly SeenEvent[];
  readonly outcome: FaultKind | "unresolved";
  readonly after: {
    readonly registers: RegisterView | undefined;
    readonly instret: number;
    readonly cycles: number;
    readonly state: StepState;
  };
  readonly hasRetired: boolean;
}

const pageText = (vpn: number): string => hex(vpn * PAGE_BYTES);
const NEEDED = { execute: PTE_X, load: PTE_R, store: PTE_W } as const;
const LETTER = { execute: "x", load: "r", store: "w" } as const;

/** One way of a TLB set. */
const wayText = (entry: TlbEntry | null, way: number): string =>
  entry === null
    ? `way ${way}: empty`
    : `way ${way}: page ${pageText(entry.vpn)}, asid ${entry.asid} -> frame ${entry.pfn}, ${describePte(entry.flags | 1)}`;

export function buildSteps(o: Observation): Step[] {
  return new StepBuilder(o).build();
}

class StepBuilder {
  private readonly o: Observation;
  private readonly steps: Step[] = [];
  private phase: Step["phase"] = "try";
  private cycles: number;
  private at = 0;
  /** The handler of this very fault is at work. */
  private isHandling = false;
  /** The fault has been answered with a signal: what follows is its delivery, and perhaps the end of the process. */
  private isFatal = false;

  constructor(o: Observation) {
    this.o = o;
    this.cycles = o.startCycles;
  }

  build(): Step[] {
    this.instruction();
    const { seen } = this.o;
    while (this.at < seen.length) {
      if (this.phase === "wait") this.waiting();
      else if (this.isFatal) this.ending();
      else this.event(seen[this.at++]);
    }
    if (this.o.hasRetired) this.retired();
    return this.steps;
  }

  private add(
    kind: StepKind,
    title: string,
    details: readonly string[],
    seen: readonly SeenEvent[],
    state?: StepState,
  ): void {
    const last = seen[seen.length - 1];
    const cycles = last?.cycles ?? this.cycles;
    this.steps.push({
      index: this.steps.length,
      kind,
      phase: this.phase,
      title,
      details,
      cycles,
      charge: cycles - this.cycles,
      instret: last?.instret ?? this.steps[this.steps.length - 1]?.instret ?? 0,
      events: seen.map(({ event }) => event),
      state: state ?? last?.state ?? this.o.initial,
    });
    this.cycles = cycles;
  }

  private instruction(): void {
    const { begin, registers, word, access, initial, seen } = this.o;
    const text = word === null ? "(its page is not present yet)" : instructionText(word, registers.pc);
    const details: string[] = [];
    if (word !== null) {
      const operands = operandText(word, registers);
      if (operands !== "") details.push(operands);
    }
    if (access !== null)
      details.push(
        `${access.isStore ? "stores" : "loads"} ${access.bytes} ${access.bytes === 1 ? "byte" : "bytes"} at ${hex(access.vaddr)}`,
      );
    this.add("instruction", `${hex(registers.pc)}  ${text}`, details, []);
    // A translation that is present but too narrow faults on a TLB hit: the hardware tells nothing but the trap.
    const entry = initial.tlb.find((e) => e?.vpn === begin.vaddr >>> 12);
    const isMiss = seen.some(({ event }) => event.kind === "tlb-miss" && event.vaddr >>> 12 === begin.vaddr >>> 12);
    if (
      entry !== undefined &&
      entry !== null &&
      !isMiss &&
      (entry.flags & (NEEDED[begin.access] | PTE_U)) !== (NEEDED[begin.access] | PTE_U)
    ) {
      this.add(
        "tlb-probe",
        `TLB hit, without the right to ${begin.access}: set ${entry.set}, way ${entry.way} says ${describePte(entry.flags | 1)}, "${LETTER[begin.access]}" is missing`,
        initial.tlb.map(wayText),
        [],
      );
    }
  }

  private event(seen: SeenEvent): void {
    const { event } = seen;
    const one = [seen];
    switch (event.kind) {
      case "tlb-miss":
        return this.add(
          "tlb-probe",
          `TLB miss: ${event.access} of page ${pageText(event.vaddr >>> 12)} (asid ${event.asid}) is not in set ${event.set}`,
          seen.state.tlb.map(wayText),
          one,
        );
      case "pte-read":
        return this.pteRead(seen, event);
      case "pte-update":
        return this.add(
          "pte-update",
          `the walker sets A or D: PTE at ${hex(event.paddr)}`,
          [`before ${pteText(event.before)}`, `after  ${pteText(event.after)}`],
          one,
        );
      case "tlb-fill":
        return this.add(
          "tlb-fill",
          `TLB fill: page ${pageText(event.vpn)} -> frame ${event.pfn} in set ${event.set}, way ${event.way}${event.victimVpn < 0 ? "" : `, in place of page ${pageText(event.victimVpn)}`}`,
          [],
          one,
        );
      case "trap":
        this.phase = "kernel";
        return this.add(
          "trap",
          `trap: scause ${event.cause} (${causeName(event.cause)}), stval ${hex(event.stval)}, sepc ${hex(event.sepc)}`,
          ["the hart enters the supervisor; the instruction has not retired"],
          one,
        );
      case "fault-begin":
        this.isHandling = event.pid === this.o.begin.pid && event.vaddr === this.o.begin.vaddr;
        return this.add(
          "handler",
          `the kernel's fault handler: pid ${event.pid} wants to ${event.access} ${hex(event.vaddr)}`,
          ["registers are saved, the cause is read"],
          one,
        );
      case "vma-lookup":
        return this.lookup(seen, event);
      default:
        return this.kernelWork(seen);
    }
  }

  private pteRead(seen: SeenEvent, event: Extract<FaultlineEvent, { kind: "pte-read" }>): void {
    const table = event.level === 1 ? "root table" : "leaf table";
    const index = (event.paddr % PAGE_BYTES) / 4;
    this.add(
      "pte-read",
      `walk, level ${event.level}: PTE at ${hex(event.paddr)} (${table}, entry ${index}) is ${hex(event.pte)}`,
      [pteText(event.pte)],
      [seen],
    );
  }

  private lookup(seen: SeenEvent, event: Extract<FaultlineEvent, { kind: "vma-lookup" }>): void {
    if (event.start < 0) this.add("vma", `no area covers ${hex(event.vaddr)}`, [], [seen]);
    else {
      const name = event.name === "" ? "anonymous" : event.name;
      this.add("vma", `area ${hex(event.start)}-${hex(event.end)} ${event.permissions} ${name} covers it`, [], [seen]);
    }
    if (!this.isHandling) return;
    const [title, details] = this.decision(event);
    this.add("decision", title, details, [], seen.state);
  }

  /** What the handler makes of area and PTE, and why. */
  private decision(area: Extract<FaultlineEvent, { kind: "vma-lookup" }>): [string, string[]] {
    const { begin, seen, outcome } = this.o;
    const allowed =
      area.permissions.includes(LETTER[begin.access]) || (begin.access === "load" && area.permissions.includes("w"));
    if (area.start < 0)
      return ["decision: the address means nothing: SIGSEGV", ["no area, no reservation: this is a wild pointer"]];
    if (outcome === "guard")
      return [
        "decision: a guard page (PAGE_GUARD): SIGSEGV, and from now on it is an ordinary page",
        ["the first access is refused, once: who has set the guard wants to know of it"],
      ];
    if (!allowed)
      return [`decision: the area does not allow a ${begin.access}: SIGSEGV`, [`its rights are ${area.permissions}`]];
    if (outcome === "bus")
      return ["decision: nothing stands behind this page: SIGBUS", ["its file has ended before it, or cannot be read"]];
    const pte = [...seen.slice(0, this.at)].reverse().find(({ event }) => event.kind === "fault-begin")?.event;
    const found = pte?.kind === "fault-begin" ? pte.pte : begin.pte;
    if (isValid(found)) {
      if ((found & NEEDED[begin.access]) !== 0)
        return [
          "decision: the PTE allows it: only the TLB was behind",
          ["a fence, and the instruction is tried again"],
        ];
      if ((found & PTE_SOFT_CLEAN) !== 0 && outcome === "soft")
        return [
          "decision: the first store since /proc/PID/clear_refs took W away: the page counts as written (soft-dirty)",
          [pteText(found)],
        ];
      const copies = seen.some(({ event }) => event.kind === "page-copied");
      return copies
        ? ["decision: copy on write: others share the frame, so this process gets a copy of its own", [pteText(found)]]
        : [
            "decision: copy on write, but nobody else has the frame any more: the owner keeps it and may write",
            [pteText(found)],
          ];
    }
    switch (softwareKind(found)) {
      case SoftwarePte.Swap:
        return [
          `decision: the page is in swap slot ${softwareValue(found)}: fetch it (a hard fault)`,
          ["the process sleeps until the transfer is done, and the instruction is tried again"],
        ];
      case SoftwarePte.Transition:
        return [
          `decision: frame ${softwareValue(found)} still holds the page: map it again`,
          [outcome === "hard" ? "it has just come from swap" : "a soft fault: nothing is read or copied"],
        ];
      case SoftwarePte.File:
        return ["decision: first touch of a page of a file: a frame, filled from the file", [area.name]];
      default: {
        const isFile = outcome === "file";
        const why =
          found === 0
            ? "no leaf table exists yet; the area alone says what a first touch gets"
            : "the PTE says demand-zero: reserved, and never touched";
        return [
          isFile
            ? "decision: first touch of a page of a file: a frame, filled from the file"
            : "decision: first touch: a frame of zeros",
          [why],
        ];
      }
    }
  }

  private kernelWork(seen: SeenEvent): void {
    const { event, state } = seen;
    const one = [seen];
    const left = `left: ${listsText(state.lists, state.standby)}`;
    switch (event.kind) {
      case "frame-allocated": {
        const use = event.purpose === "page-table" ? "a page table" : `page ${pageText(event.vpn)}`;
        return this.add("frame", `frame ${event.pfn} for ${use}, ${SOURCES[event.source]}`, [left], one);
      }
      case "frame-reclaimed":
        return this.add("frame", `frame ${event.pfn} leaves "${event.from}" with its contents`, [left], one);
      case "frame-zeroed":
        return this.add(
          "zero",
          `frame ${event.pfn} is filled with zeros ${event.by === "demand" ? "on demand: nobody had done it before" : "by the idle task"}`,
          [],
          one,
        );
      case "victim-chosen":
        return this.add(
          "victim",
          `eviction: ${event.policy} chooses frame ${event.pfn} (page ${pageText(event.vpn)} of pid ${event.pid}), ${event.modified ? "modified: it has to be written to swap first" : "clean: it can be taken at once"}`,
          [`${event.scanned} looked at; ${event.reason}`],
          one,
        );
      case "frame-freed":
        return this.add("frame", `frame ${event.pfn} goes to the ${event.to} list`, [left], one);
      case "page-copied":
        return this.add("copy", `4096 bytes are copied: frame ${event.from} -> frame ${event.to}`, [], one);
      case "swap-out":
      case "swap-in":
      case "swap-done":
        return this.add("swap", describeEvent(event).replace(/ +/g, " "), [], one);
      case "pte-write":
        return this.add(
          "pte-write",
          `the kernel writes the PTE of page ${pageText(event.vpn)} at ${hex(event.paddr)}: ${hex(event.before)} -> ${hex(event.after)}`,
          [`before ${pteText(event.before)}`, `after  ${pteText(event.after)}`],
          one,
        );
      case "tlb-flush":
        return this.add(
          "fence",
          `sfence.vma ${event.vpn < 0 ? "all pages" : `page ${pageText(event.vpn)}`}, ${event.asid < 0 ? "every asid" : `asid ${event.asid}`}: ${event.dropped} TLB ${event.dropped === 1 ? "entry" : "entries"} dropped`,
          [],
          one,
        );
      case "fault-end":
        return this.end(seen, event);
      case "trap-return": {
        this.add("return", `sret: back to user mode at ${hex(event.pc)}`, [], one);
        this.phase = "retry";
        return;
      }
      default:
        return this.add("other", describeEvent(event).replace(/ +/g, " "), [], one);
    }
  }

  private end(seen: SeenEvent, event: Extract<FaultlineEvent, { kind: "fault-end" }>): void {
    const isOurs = event.pid === this.o.begin.pid && event.vaddr >>> 12 === this.o.begin.vaddr >>> 12;
    const title =
      event.resolved === "waiting"
        ? "the handler cannot finish yet: the process sleeps"
        : `resolved: ${event.resolved}`;
    this.add(
      "resolved",
      `${title} (${event.cycles} cycles in the handler)`,
      [`${seen.state.residentPages} pages of the process are present`],
      [seen],
    );
    this.isHandling = false;
    if (isOurs && event.resolved === "waiting") this.phase = "wait";
    if (isOurs && ["segv", "guard", "bus", "oom"].includes(event.resolved)) this.isFatal = true;
  }

  /** The signal, and in one step all that is undone when the process ends by it. */
  private ending(): void {
    const { seen } = this.o;
    const isTold = ({ event }: SeenEvent): boolean =>
      event.kind === "signal" ||
      event.kind === "process-exit" ||
      event.kind === "trap-return" ||
      event.kind === "message";
    const start = this.at;
    while (this.at < seen.length && !isTold(seen[this.at])) this.at++;
    const undone = seen.slice(start, this.at);
    if (undone.length > 0) {
      const frames = undone.filter(({ event }) => event.kind === "frame-freed").length;
      this.add(
        "other",
        `the process is taken apart: ${undone.length} events, ${frames} frames go to the dirty list for whoever comes next`,
        ["life frame N tells what becomes of one of them"],
        undone,
      );
    }
    if (this.at < seen.length) this.kernelWork(seen[this.at++]);
  }

  /** Everything up to the next time the process comes back to its instruction, in one step. */
  private waiting(): void {
    const { seen, begin } = this.o;
    const start = this.at;
    while (this.at < seen.length) {
      const { event } = seen[this.at];
      if (event.kind === "fault-begin" && event.pid === begin.pid && event.vaddr >>> 12 === begin.vaddr >>> 12) break;
      this.at++;
    }
    // The new try begins at its own trap, and that at its TLB miss.
    if (this.at < seen.length) {
      let first = this.at;
      while (first > start && ["trap", "pte-read", "tlb-miss"].includes(seen[first - 1].event.kind)) {
        first--;
        if (seen[first].event.kind === "tlb-miss") break;
      }
      this.at = first;
    }
    const slept = seen.slice(start, this.at);
    const done = slept.filter(({ event }) =>
      ["swap-done", "process-wake", "swap-out", "swap-in", "context-switch"].includes(event.kind),
    );
    this.add(
      "wait",
      `meanwhile: ${slept.length} events until the process runs again`,
      done.slice(0, 12).map(({ event }) => describeEvent(event).replace(/ +/g, " ")),
      slept,
    );
    this.phase = "try";
  }

  private retired(): void {
    const { access, after, word, registers } = this.o;
    const details: string[] = [];
    if (access?.isStore === true) details.push(`the bytes stand at ${hex(access.vaddr)} now`);
    const text = word === null ? "the instruction" : instructionText(word, registers.pc);
    this.cycles = Math.min(this.cycles, after.cycles);
    this.steps.push({
      index: this.steps.length,
      kind: "retired",
      phase: "retry",
      title: `${text} retires; pc is ${hex(after.registers?.pc ?? 0)}`,
      details,
      cycles: after.cycles,
      charge: after.cycles - this.cycles,
      instret: after.instret,
      events: [],
      state: after.state,
    });
  }
}

const SOURCES = {
  zeroed: "from the zeroed list (zero already)",
  dirty: "from the dirty list (old bytes in it)",
  standby: "from the standby list (its last page has a copy elsewhere)",
  evicted: "taken from a page that was evicted",
} as const;
