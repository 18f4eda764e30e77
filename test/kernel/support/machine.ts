/**
 * A machine for kernel tests: hardware, kernel, a recorder of events, and a run loop. Unless told otherwise it checks all
 * invariants after every event, and names the event after which they were broken.
 */

import type { Pid } from "../../../emulator/bits.ts";
import { Interpreter } from "../../../emulator/cpu/interpreter.ts";
import { Hart } from "../../../emulator/cpu/state.ts";
import { Stop } from "../../../emulator/engine.ts";
import { Mmu } from "../../../emulator/mmu/mmu.ts";
import { Tlb } from "../../../emulator/mmu/tlb.ts";
import { Ram } from "../../../emulator/ram.ts";
import { DEFAULT_CONFIG, type KernelConfig } from "../../../kernel/config.ts";
import type { FaultlineEvent, FaultlineSink } from "../../../kernel/events.ts";
import { populate } from "../../../kernel/fs/root-image.ts";
import { Kernel } from "../../../kernel/kernel.ts";
import { areasOf } from "../../../kernel/mm/areas.ts";
import { Frame } from "../../../kernel/mm/frames.ts";
import { pteAddress } from "../../../kernel/mm/page-table.ts";
import { freeFrame, takeStandby, trimMapping } from "../../../kernel/mm/pages.ts";
import { writeModified } from "../../../kernel/mm/reclaim.ts";
import { completeTransfers } from "../../../kernel/mm/transfers.ts";
import { KernelPanic } from "../../../kernel/panic.ts";
import { exitProcess } from "../../../kernel/proc/exit.ts";
import type { Process } from "../../../kernel/proc/process.ts";
import { Sanitizer, type Violation } from "../../../kernel/sanitizer.ts";
import type { Program } from "./program.ts";

export interface MachineOptions extends Partial<KernelConfig> {
  /** After which events to check: "every-event" (the default), each n-th, or "end" (only when asked), for long runs. */
  check?: "every-event" | "end" | number;
  /** Record events; on by default. */
  record?: boolean;
  /** Let the sanitizer see every event, with a check of everything after each so many. It throws SanitizerError. */
  sanitize?: number;
}

/** What the sanitizer has found. */
export class SanitizerError extends Error {
  readonly violation: Violation;

  constructor(violation: Violation) {
    super(violation.message);
    this.violation = violation;
  }
}

export class TestMachine {
  readonly kernel: Kernel;
  readonly hart = new Hart();
  readonly ram: Ram;
  readonly mmu: Mmu;
  readonly engine: Interpreter;
  readonly events: FaultlineEvent[] = [];
  readonly sink: FaultlineSink;
  output = "";
  readonly sanitizer: Sanitizer | null = null;

  constructor(options: MachineOptions = {}) {
    const { sanitize = 0, check = sanitize > 0 ? "end" : "every-event", record = true, ...config } = options;
    const interval = typeof check === "number" ? check : 1;
    const whole = { ...DEFAULT_CONFIG, ...config };
    this.ram = new Ram(whole.frames);
    this.sink = {
      enabled: record,
      emit: (event) => {
        this.events.push(event);
        const violation = this.sanitizer?.see(event, this.hart.cycles, this.hart.instret) ?? null;
        if (violation !== null) throw new SanitizerError(violation);
        if (check !== "end" && this.events.length % interval === 0) this.check(event);
      },
    };
    const mmu = new Mmu(this.ram, this.hart, new Tlb(), this.sink);
    this.mmu = mmu;
    this.engine = new Interpreter(this.hart, mmu, this.ram, this.sink);
    const host = {
      output: (_stream: string, bytes: Uint8Array) => void (this.output += new TextDecoder().decode(bytes)),
    };
    this.kernel = new Kernel({ config: whole, ram: this.ram, hart: this.hart, mmu, sink: this.sink, host });
    if (sanitize > 0) this.sanitizer = new Sanitizer(this.kernel.core, sanitize);
  }

  get core() {
    return this.kernel.core;
  }

  check(event?: FaultlineEvent): void {
    try {
      this.kernel.checkInvariants();
    } catch (error) {
      if (!(error instanceof KernelPanic) || event === undefined) throw error;
      const last = this.events
        .slice(-12)
        .map((e) => JSON.stringify(e))
        .join("\n  ");
      throw new Error(`after event ${this.events.length} (${event.kind}): ${error.message}\n  ${last}`);
    }
  }

  install(path: string, bytes: Uint8Array): this {
    populate(this.core.fs, [{ path, type: "file", mode: 0o755, bytes }]);
    return this;
  }

  /** Installs a program as /bin/NAME and makes it pid 1. */
  boot(program: Program | Uint8Array, argv: string[] = ["/bin/test"]): this {
    this.install(argv[0], program instanceof Uint8Array ? program : program.elf());
    const result = this.kernel.boot(argv, ["HOME=/"], { stdio: "streams" });
    if (result !== 0) throw new Error(`boot failed: ${result}`);
    return this;
  }

  /** Does one step of the run loop. Returns false when the machine has halted or can only wait for input. */
  step(untilInstret = Number.POSITIVE_INFINITY): boolean {
    const { kernel, engine } = this;
    const next = kernel.next();
    switch (next.kind) {
      case "run": {
        const stop = engine.run(next.untilCycles, untilInstret);
        if (stop === Stop.Trap) kernel.trap();
        else if (stop === Stop.Cycles) kernel.tick();
        else return false;
        return true;
      }
      case "idle":
        kernel.idleStep();
        return true;
      case "wait":
        if (next.untilCycles === Number.POSITIVE_INFINITY) return false;
        kernel.advanceTo(next.untilCycles);
        return true;
      case "halted":
        return false;
    }
  }

  /** Runs to the end; throws after `limit` instructions or when nothing can happen any more. Returns pid 1's status. */
  run(limit = 5_000_000): number {
    while (this.step(limit));
    if (this.core.variables.haltStatus < 0) {
      const states = [...this.core.processes.values()].map((p) => `${p.pid} ${p.state} ${p.channel}`);
      throw new Error(`the machine did not halt: ${states.join(", ")}; pc 0x${this.hart.pc.toString(16)}`);
    }
    this.check();
    return this.core.variables.haltStatus;
  }

  /** Runs until a condition holds, or throws. */
  runUntil(condition: () => boolean, steps = 1_000_000): void {
    for (let i = 0; i < steps; i++) {
      if (condition()) return;
      if (!this.step()) break;
    }
    if (!condition()) throw new Error("the condition never came true");
  }

  /** Takes one page away from a process, as replacement would: its frame goes to the standby or modified list. */
  trim(vaddr: number, pid = 1): void {
    const { space } = this.process(pid);
    const paddr = pteAddress(this.ram, space.rootPfn, vaddr >>> 12);
    trimMapping(this.core, space, vaddr >>> 12, paddr);
  }

  /** Takes every page away from a process. */
  trimAll(pid = 1): void {
    const { space } = this.process(pid);
    for (const { start, end } of areasOf(space)) {
      for (let vaddr = start; vaddr < end; vaddr += 4096) {
        const paddr = pteAddress(this.ram, space.rootPfn, vaddr >>> 12);
        if (paddr >= 0 && (this.ram.readWord(paddr) & 1) !== 0) trimMapping(this.core, space, vaddr >>> 12, paddr);
      }
    }
  }

  /** Leaves only so many frames free (zeroed or dirty), by handing the rest to the kernel for good. */
  leaveFrames(available: number): void {
    const { frames } = this.core;
    while (frames.count[Frame.Zeroed] + frames.count[Frame.Dirty] > available) {
      const pfn = [Frame.Zeroed, Frame.Dirty].map((state) => frames.newest(state)).find((found) => found >= 0)!;
      frames.move(pfn, Frame.Kernel);
    }
  }

  /** Starts writing up to so many modified pages to swap. */
  write(pages: number): number {
    return writeModified(this.core, pages);
  }

  /** Sends one page of a process to swap and makes its frame free again, as replacement would under pressure. */
  pageOut(vaddr: number, pid = 1): void {
    const { core } = this;
    this.trim(vaddr, pid);
    if (writeModified(core, 1) === 1) core.hart.cycles = core.swap.dueCycles;
    completeTransfers(core);
    const pte = this.ram.readWord(pteAddress(this.ram, this.process(pid).space.rootPfn, vaddr >>> 12));
    const pfn = pte >>> 10;
    takeStandby(core, pfn);
    freeFrame(core, pfn);
    this.check();
  }

  /** Ends a process, as SIGKILL would, whatever it is doing. */
  end(pid: number): void {
    exitProcess(this.core, this.process(pid), 0, 9);
  }

  finishTransfers(): void {
    completeTransfers(this.core);
  }

  process(pid = 1): Process {
    const p = this.core.processes.get(pid as Pid);
    if (p === undefined) throw new Error(`no process ${pid}`);
    return p;
  }

  kinds(from = 0): string[] {
    return this.events.slice(from).map((event) => event.kind);
  }

  of<K extends FaultlineEvent["kind"]>(kind: K): Extract<FaultlineEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<FaultlineEvent, { kind: K }> => event.kind === kind);
  }

  /** The events from the trap at which a fault on `vaddr` began to just before the next trap. */
  faultAt(vaddr: number): FaultlineEvent[] {
    const begin = this.events.findIndex((event) => event.kind === "fault-begin" && event.vaddr === vaddr);
    if (begin < 0) throw new Error(`no fault at 0x${vaddr.toString(16)}`);
    let start = begin;
    while (this.events[start].kind !== "trap") start--;
    while (start > 0 && ["tlb-miss", "pte-read"].includes(this.events[start - 1].kind)) start--;
    let end = begin;
    while (end < this.events.length && this.events[end].kind !== "trap") end++;
    return this.events.slice(start, end);
  }
}
