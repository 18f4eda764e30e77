/**
 * A run as Chrome trace events (the JSON array format with metadata), for ui.perfetto.dev and chrome://tracing.
 *
 * Tracks. Process 1 is the machine: thread 0 the CPU, with a slice for whoever holds it; thread PID each process of the
 * machine, with its system calls, page faults and sleeps as nested slices. Process 2 is the swap device: transfers are
 * asynchronous, because several wait in its queue at once. Counters of process 1 show the frame lists and the working
 * set of every process; flow arrows lead from fork to the child and from whoever wakes a process to the one woken.
 *
 * A slice is a B and an E event, so that it can be written before its end is known. Slices on a thread always nest:
 * what is still open inside a slice when that ends is ended with it, and everything is ended by `finish`. Time is virtual
 * time: a cycle is 10 ns, and `ts` counts microseconds.
 *
 * Nothing is written for TLB events and single PTEs: the events export (events-json.ts) has those.
 */
import { hex, PAGE_BYTES } from "../../emulator/bits.ts";
import type { FaultlineEvent } from "../../kernel/events.ts";

/** Figures that the counters show; read after every event. */
export interface TraceFigures {
  /** Frames on each list. */
  readonly zeroed: number;
  readonly dirty: number;
  readonly standby: number;
  readonly modified: number;
  /** Process on the CPU, 0 for none. */
  readonly cpu: number;
  /** Resident pages by process. */
  readonly resident: Iterable<readonly [pid: number, pages: number]>;
}

const MACHINE = 1;
const SWAP_DEVICE = 2;
const CPU_THREAD = 0;
const CYCLES_PER_MICROSECOND = 100;

type Args = Readonly<Record<string, unknown>>;
interface Slice {
  readonly category: "syscall" | "fault" | "sleep" | "cpu";
  readonly name: string;
}

export class ChromeTrace {
  private readonly write: (text: string) => void;
  private readonly figures: () => TraceFigures;
  private isFirst = true;
  private nowCycles = 0;
  /** Slices that are open on each thread, outermost first. */
  private readonly open = new Map<number, Slice[]>();
  /** Asynchronous transfers under way, by what identifies them, with their id. */
  private readonly transfers = new Map<string, { id: number; name: string }>();
  private nextId = 1;
  private readonly names = new Map<number, string>();
  private cpu = -1;
  private lists = "";
  private readonly resident = new Map<number, number>();

  /** @param write receives the file piece by piece */
  constructor(write: (text: string) => void, figures: () => TraceFigures) {
    this.write = write;
    this.figures = figures;
    write('{"displayTimeUnit":"ns","otherData":{"clock":"virtual time, 100 cycles a microsecond"},"traceEvents":[\n');
    this.metadata("process_name", MACHINE, CPU_THREAD, { name: "machine" });
    this.metadata("process_name", SWAP_DEVICE, CPU_THREAD, { name: "swap device" });
    this.metadata("thread_name", MACHINE, CPU_THREAD, { name: "CPU" });
    this.metadata("thread_sort_index", MACHINE, CPU_THREAD, { sort_index: -1 });
  }

  /** Takes the next event of the run. */
  event(event: FaultlineEvent, cycles: number): void {
    this.nowCycles = cycles;
    const figures = this.figures();
    this.followCpu(figures.cpu);
    this.tell(event);
    this.countLists(figures);
    this.countResident(figures);
  }

  /** Ends what is open and the file. */
  finish(cycles: number): void {
    this.nowCycles = Math.max(this.nowCycles, cycles);
    for (const thread of this.open.keys()) this.endAll(thread, { unfinished: true });
    for (const key of [...this.transfers.keys()]) this.endTransfer(key, { unfinished: true });
    this.write("\n]}\n");
  }

  private tell(e: FaultlineEvent): void {
    switch (e.kind) {
      case "process-start":
        this.nameThread(e.pid, e.name);
        this.flow("fork", e.parent, e.pid, `started by ${e.parent}`);
        return;
      case "process-exec":
        this.nameThread(e.pid, e.name);
        return this.renameCpu(e.pid);
      case "process-exit":
        this.instant(e.pid, "exit", { status: e.status, signal: e.signal });
        return this.endAll(e.pid, {});
      case "syscall-enter":
        // Still open only when a signal handler has cut the call short.
        this.endFrom(e.pid, "syscall", { interrupted: true });
        return this.begin(e.pid, "syscall", e.name, { args: e.args.map((word) => hex(word, 1)) });
      case "syscall-exit":
        return this.endFrom(e.pid, "syscall", { result: e.result });
      case "fault-begin":
        this.endFrom(e.pid, "sleep", {});
        return this.begin(e.pid, "fault", `${e.access} fault`, { vaddr: hex(e.vaddr), pc: hex(e.pc), pte: hex(e.pte) });
      case "fault-end":
        this.endFrom(e.pid, "fault", { resolved: e.resolved, cycles: e.cycles });
        return;
      case "process-block":
        return this.begin(e.pid, "sleep", `waits: ${e.channel}`, { channel: e.channel });
      case "process-wake":
        this.flow("wake", this.cpu, e.pid, e.channel);
        return this.endFrom(e.pid, "sleep", {});
      case "swap-out":
      case "swap-in":
        return this.beginTransfer(e.kind === "swap-in" ? "in" : "out", e);
      case "swap-done":
        return this.endTransfer(transferKey(e.direction, e.pfn, e.slot), {});
      default:
        return this.tellInstant(e);
    }
  }

  /** Events that take no time of their own: marks on the track of the process they are about. */
  private tellInstant(e: FaultlineEvent): void {
    switch (e.kind) {
      case "signal":
        return this.instant(e.pid, `signal ${e.signal}`, { from: e.from });
      case "out-of-memory":
        return this.instant(e.pid, "out of memory", { reason: e.reason });
      case "message":
        return this.instant(e.pid, "message", { text: e.text });
      case "victim-chosen":
        return this.instant(CPU_THREAD, "victim", {
          frame: e.pfn,
          page: hex(e.vpn * PAGE_BYTES),
          of: e.pid,
          policy: e.policy,
          modified: e.modified,
          scanned: e.scanned,
          reason: e.reason,
        });
      case "frame-allocated":
        return this.instant(this.inside(e.pid), `frame from ${e.source}`, {
          frame: e.pfn,
          page: hex(e.vpn * PAGE_BYTES),
          purpose: e.purpose,
        });
      case "frame-reclaimed":
        return this.instant(this.inside(e.pid), `frame back from ${e.from}`, {
          frame: e.pfn,
          page: hex(e.vpn * PAGE_BYTES),
        });
      case "page-copied":
        return this.instant(this.inside(e.pid), "page copied", {
          page: hex(e.vpn * PAGE_BYTES),
          from: e.from,
          to: e.to,
        });
      case "frame-zeroed":
        return this.instant(CPU_THREAD, `zeroed (${e.by})`, { frame: e.pfn });
      case "vma-change":
        return this.instant(e.pid, `area ${e.change}`, {
          start: hex(e.start),
          end: hex(e.end),
          permissions: e.permissions,
          name: e.name,
        });
      default:
    }
  }

  /** The thread of a process, or the CPU's when the process is unknown. */
  private inside(pid: number): number {
    return this.names.has(pid) ? pid : CPU_THREAD;
  }

  // ---- slices ----

  private begin(thread: number, category: Slice["category"], name: string, args: Args): void {
    const slices = this.open.get(thread) ?? [];
    this.open.set(thread, slices);
    slices.push({ category, name });
    this.put({ name, cat: category, ph: "B", ts: this.ts, pid: MACHINE, tid: thread, args });
  }

  /** Ends the innermost slice of a category and everything inside it. What is inside sleeps on: it begins again. */
  private endFrom(thread: number, category: Slice["category"], args: Args): void {
    const slices = this.open.get(thread) ?? [];
    const at = slices.findLastIndex((slice) => slice.category === category);
    if (at < 0) return;
    const inner = slices.slice(at + 1).filter((slice) => slice.category === "sleep");
    while (slices.length > at) this.endTop(thread, slices.length === at + 1 ? args : {});
    for (const { name } of inner) this.begin(thread, "sleep", name, {});
  }

  private endAll(thread: number, args: Args): void {
    while ((this.open.get(thread)?.length ?? 0) > 0) this.endTop(thread, args);
  }

  private endTop(thread: number, args: Args): void {
    const { name, category } = this.open.get(thread)!.pop()!;
    this.put({ name, cat: category, ph: "E", ts: this.ts, pid: MACHINE, tid: thread, args });
  }

  private instant(thread: number, name: string, args: Args): void {
    this.put({ name, cat: "mark", ph: "i", s: "t", ts: this.ts, pid: MACHINE, tid: thread, args });
  }

  private followCpu(pid: number): void {
    if (pid === this.cpu) return;
    this.endAll(CPU_THREAD, {});
    this.cpu = pid;
    if (pid !== 0) this.begin(CPU_THREAD, "cpu", `${this.names.get(pid) ?? "process"} (${pid})`, { pid });
  }

  /** The process on the CPU has a new name: its slice there begins afresh. */
  private renameCpu(pid: number): void {
    if (pid !== this.cpu) return;
    this.cpu = -1;
    this.followCpu(pid);
  }

  // ---- transfers, arrows, counters ----

  private beginTransfer(direction: "in" | "out", e: { pid: number; vpn: number; pfn: number; slot: number }): void {
    const key = transferKey(direction, e.pfn, e.slot);
    this.endTransfer(key, { unfinished: true });
    const id = this.nextId++;
    const name = `swap ${direction}`;
    this.transfers.set(key, { id, name });
    const args = { pid: e.pid, page: hex(e.vpn * PAGE_BYTES), frame: e.pfn, slot: e.slot };
    this.put({ name, cat: "swap", ph: "b", id, ts: this.ts, pid: SWAP_DEVICE, tid: CPU_THREAD, args });
  }

  private endTransfer(key: string, args: Args): void {
    const transfer = this.transfers.get(key);
    if (transfer === undefined) return;
    this.transfers.delete(key);
    this.put({
      name: transfer.name,
      cat: "swap",
      ph: "e",
      id: transfer.id,
      ts: this.ts,
      pid: SWAP_DEVICE,
      tid: CPU_THREAD,
      args,
    });
  }

  /** An arrow between two threads. Both ends bind to the slice around them: no arrow leaves a thread without one. */
  private flow(name: string, from: number, to: number, detail: string): void {
    if (from === to || (this.open.get(from)?.length ?? 0) === 0) return;
    const isBare = (this.open.get(to)?.length ?? 0) === 0;
    if (isBare) this.begin(to, "sleep", name, { detail });
    const id = this.nextId++;
    this.put({ name, cat: "flow", ph: "s", id, ts: this.ts, pid: MACHINE, tid: from, args: { detail } });
    this.put({ name, cat: "flow", ph: "f", bp: "e", id, ts: this.ts, pid: MACHINE, tid: to, args: {} });
    if (isBare) this.endTop(to, {});
  }

  private countLists({ zeroed, dirty, standby, modified }: TraceFigures): void {
    const lists = `${zeroed} ${dirty} ${standby} ${modified}`;
    if (lists === this.lists) return;
    this.lists = lists;
    this.put({
      name: "frame lists",
      cat: "memory",
      ph: "C",
      ts: this.ts,
      pid: MACHINE,
      args: { zeroed, dirty, standby, modified },
    });
  }

  private countResident(figures: TraceFigures): void {
    const seen = new Set<number>();
    for (const [pid, pages] of figures.resident) {
      seen.add(pid);
      if (this.resident.get(pid) !== pages) this.countWorkingSet(pid, pages);
    }
    if (seen.size === this.resident.size) return;
    for (const pid of [...this.resident.keys()]) {
      if (seen.has(pid)) continue;
      this.countWorkingSet(pid, 0);
      this.resident.delete(pid);
    }
  }

  private countWorkingSet(pid: number, pages: number): void {
    this.resident.set(pid, pages);
    this.put({ name: `working set of ${pid}`, cat: "memory", ph: "C", ts: this.ts, pid: MACHINE, args: { pages } });
  }

  // ---- writing ----

  private nameThread(pid: number, name: string): void {
    this.names.set(pid, name);
    this.metadata("thread_name", MACHINE, pid, { name: `${name} (${pid})` });
    this.metadata("thread_sort_index", MACHINE, pid, { sort_index: pid });
  }

  private metadata(name: string, pid: number, tid: number, args: Args): void {
    this.put({ name, ph: "M", ts: 0, pid, tid, args });
  }

  private get ts(): number {
    return this.nowCycles / CYCLES_PER_MICROSECOND;
  }

  private put(record: Args): void {
    this.write((this.isFirst ? "" : ",\n") + JSON.stringify(record));
    this.isFirst = false;
  }
}

const transferKey = (direction: "in" | "out", pfn: number, slot: number): string => `${direction} ${pfn} ${slot}`;
