/**
 * Looks at every instruction before it is executed (Machine.probe) and says where a debugger has to stop.
 *
 * An instruction that faults or sleeps is tried again later; only its first try counts as arriving there. That a try has not
 * retired yet is known from the instruction counter; where looking begins in the middle of a call, the kernel's books say it.
 */
import type { Pid } from "../../emulator/bits.ts";
import { findVma } from "../../kernel/mm/areas.ts";
import type { Process } from "../../kernel/proc/process.ts";
import { readMemory } from "../inspect.ts";
import type { Machine, Moment } from "../machine.ts";
import { dataAccess } from "./data-access.ts";
import type { Breakpoint, Goal, StopReason, Watchpoint } from "./stop.ts";

/** A reason to stop, with the moment just before what it is about. */
export interface Hit {
  readonly reason: StopReason;
  readonly before: Moment;
}

/** The program whose code or data stands at an address of a process, or null when no file backs it. */
export function programAt(p: Process, vaddr: number): string | null {
  const backing = p.state === "zombie" ? undefined : findVma(p.space, vaddr)?.backing;
  return backing?.kind === "file" ? backing.path : null;
}

export class Observer {
  private readonly machine: Machine;
  private readonly breakpoints: ReadonlyMap<number, readonly Breakpoint[]>;
  private readonly watchpoints: readonly Watchpoint[];
  private readonly goal: Goal | null;
  /** Tries that have not retired, by process. */
  private readonly begun = new Map<number, number>();
  /** The latest try. */
  private last: { pid: number; moment: Moment } | null = null;
  private lastInstret: number;
  private lastTurns = -1;
  /** A watched access that has been tried and not retired. */
  private candidate: { watchpoint: Watchpoint; pid: number; before: Moment } | null = null;
  /** Bytes of each watched range when last looked at. */
  private readonly contents: Uint8Array[];

  constructor(
    machine: Machine,
    breakpoints: readonly Breakpoint[],
    watchpoints: readonly Watchpoint[],
    goal: Goal | null,
  ) {
    this.machine = machine;
    this.breakpoints = groupByVaddr(breakpoints);
    this.watchpoints = watchpoints;
    this.goal = goal;
    this.lastInstret = machine.hart.instret;
    this.contents = watchpoints.map((watchpoint) => this.read(watchpoint));
  }

  /** The moment of the latest try of any process, or null. */
  get lastTry(): { readonly pid: number; readonly moment: Moment } | null {
    return this.last;
  }

  /** The present instruction counts as tried already: where a stop is left. */
  leave(): void {
    const pid = this.machine.kernel.core.variables.currentPid;
    if (pid !== 0) this.begun.set(pid, this.machine.hart.pc);
  }

  /** Called by the probe. What was hit, or null. */
  observe(): Hit | null {
    const { machine } = this;
    const { hart } = machine;
    const pid = machine.kernel.core.variables.currentPid;
    const { moment } = machine;
    const hasRetired = this.last !== null && hart.instret > this.lastInstret;
    if (hasRetired) this.begun.delete(this.last!.pid);
    const hit = this.watched(hasRetired, moment.turns) ?? this.arrived(pid, hart.pc, moment);
    if (this.watchpoints.length > 0) this.lookAhead(pid, moment);
    this.last = { pid, moment };
    this.lastInstret = hart.instret;
    this.lastTurns = moment.turns;
    return hit;
  }

  /** An access that has been made since the last look, by the program or by the kernel for it. */
  private watched(hasRetired: boolean, turns: number): Hit | null {
    if (this.watchpoints.length === 0 || this.last === null) return null;
    const made = hasRetired ? this.candidate : null;
    if (hasRetired) this.candidate = null;
    const changed = made !== null || turns !== this.lastTurns ? this.refresh() : -1;
    if (made !== null)
      return { reason: { kind: "watchpoint", pid: made.pid, watchpoint: made.watchpoint }, before: made.before };
    if (changed < 0) return null;
    return {
      reason: { kind: "watchpoint", pid: this.last.pid, watchpoint: this.watchpoints[changed] },
      before: this.last.moment,
    };
  }

  /** Reads every watched range again; the first that has changed and is watched for writes, or −1. */
  private refresh(): number {
    let changed = -1;
    this.watchpoints.forEach((watchpoint, index) => {
      const now = this.read(watchpoint);
      const before = this.contents[index];
      const isSame = now.length === before.length && now.every((byte, i) => byte === before[i]);
      if (!isSame && watchpoint.kind !== "read" && changed < 0) changed = index;
      this.contents[index] = now;
    });
    return changed;
  }

  /** A copy of the bytes that are watched, as the address space's first living process sees them. */
  private read({ space, vaddr, bytes }: Watchpoint): Uint8Array {
    for (const p of this.machine.kernel.core.processes.values()) {
      if (p.state !== "zombie" && p.space.id === space) return readMemory(this.machine, p.pid, vaddr, bytes).slice();
    }
    return new Uint8Array(0);
  }

  /** The first try of an instruction at which somebody wants to stop. */
  private arrived(pid: number, pc: number, before: Moment): Hit | null {
    const isAgain = this.begun.get(pid) === pc;
    this.begun.set(pid, pc);
    if (isAgain) return null;
    const found = this.breakpoints.get(pc);
    const p = this.machine.kernel.core.processes.get(pid as Pid)!;
    if (p.inCall) return null;
    const isMet = ({ program, holds }: Breakpoint): boolean =>
      (program === null || program === programAt(p, pc)) && holds?.(pid) !== false;
    if (found?.some(isMet) === true) {
      return { reason: { kind: "breakpoint", pid, vaddr: pc }, before };
    }
    return this.goal?.(pid, pc) === true ? { reason: { kind: "goal", pid }, before } : null;
  }

  private lookAhead(pid: number, before: Moment): void {
    if (this.candidate !== null) return;
    const access = dataAccess(this.machine);
    if (access === null) return;
    const space = this.machine.kernel.core.processes.get(pid as Pid)!.space.id;
    const watchpoint = this.watchpoints.find(
      (w) =>
        w.space === space &&
        access.vaddr < w.vaddr + w.bytes &&
        w.vaddr < access.vaddr + access.bytes &&
        ((access.isWrite && w.kind !== "read") || (access.isRead && w.kind !== "write")),
    );
    if (watchpoint !== undefined) this.candidate = { watchpoint, pid, before };
  }
}

function groupByVaddr(breakpoints: readonly Breakpoint[]): Map<number, Breakpoint[]> {
  const groups = new Map<number, Breakpoint[]>();
  for (const breakpoint of breakpoints)
    groups.set(breakpoint.vaddr, [...(groups.get(breakpoint.vaddr) ?? []), breakpoint]);
  return groups;
}
