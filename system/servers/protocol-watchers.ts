/** What a protocol's client asks to stop for, as watchers of a search: breakpoints, watched accesses, goals of a step. */
import type { StopPoints } from "../../emulator/engine.ts";
import { findVma } from "../../kernel/mm/areas.ts";
import type { Process } from "../../kernel/proc/process.ts";
import type { Attempt, Watcher } from "../debugger/search.ts";
import { processes, processOf, programAt, readMemory } from "../inspect.ts";
import type { Machine } from "../machine.ts";
import type { Breakpoint, Goal, Watchpoint } from "./stop.ts";

/** The first try of an instruction; a call that sleeps and is executed again has begun long ago. */
const isArrival = ({ machine, pid, isRetry }: Attempt): boolean => !isRetry && processOf(machine, pid)?.inCall !== true;

export function breakpointWatcher(breakpoints: readonly Breakpoint[]): Watcher {
  const byVaddr = new Map<number, Breakpoint[]>();
  for (const point of breakpoints) byVaddr.set(point.vaddr, [...(byVaddr.get(point.vaddr) ?? []), point]);
  const points: StopPoints = { code: new Set(byVaddr.keys()), data: [] };
  return {
    points: () => points,
    instruction: (attempt) => {
      const { machine, pid, pc } = attempt;
      const here = byVaddr.get(pc);
      if (here === undefined || !isArrival(attempt)) return null;
      const isMet = ({ program, holds }: Breakpoint): boolean =>
        (program === null || program === programAt(machine, pid, pc)) && holds?.(pid) !== false;
      return here.some(isMet) ? "breakpoint" : null;
    },
  };
}

/** @param at the only addresses at which it can hold, when they are known */
export function goalWatcher(goal: Goal, at?: readonly number[]): Watcher {
  const points: StopPoints | null = at === undefined ? null : { code: new Set(at), data: [] };
  return {
    points: () => points,
    instruction: (attempt) => (isArrival(attempt) && goal(attempt.pid, attempt.pc) ? "goal" : null),
  };
}

/** Tells of an access that has been made, by an instruction or (a change only) by the kernel for the program. */
export function accessWatcher(machine: Machine, watchpoint: Watchpoint): Watcher {
  const { vaddr, bytes, kind, space } = watchpoint;
  const points: StopPoints = {
    code: new Set(),
    data: [{ space: "virtual", start: vaddr, bytes, loads: kind !== "write", stores: kind !== "read" }],
  };
  const owner = (): Process | undefined => processes(machine).find((p) => p.state !== "zombie" && p.space.id === space);
  /** A copy of the watched bytes, wherever they are. */
  const read = (): Uint8Array => {
    const p = owner();
    return p === undefined ? new Uint8Array(0) : readMemory(machine, p.pid, vaddr, bytes).slice();
  };
  const isWatched = (attempt: Attempt): boolean => {
    const access = attempt.access();
    return (
      access !== null &&
      access.vaddr < vaddr + bytes &&
      vaddr < access.vaddr + access.bytes &&
      ((access.isStore && kind !== "read") || (access.isLoad && kind !== "write")) &&
      processOf(machine, attempt.pid)?.space.id === space
    );
  };
  let contents = read();
  let isTried = false;
  let isShared = false;
  let turns = -1;
  return {
    isAfterwards: true,
    // Memory that is shared on purpose can be written through other addresses.
    points: () => (isShared ? null : points),
    begin: () => {
      const p = owner();
      isShared = p !== undefined && findVma(p.space, vaddr)?.shared === true;
      contents = read();
      isTried = false;
      turns = machine.moment.turns;
    },
    instruction: (attempt) => {
      const isMade = isTried && attempt.hasRetired;
      const now = machine.moment.turns;
      let isChanged = false;
      if (isMade || isShared || now !== turns) {
        const before = contents;
        contents = read();
        // Memory that comes or goes has not been written to.
        isChanged = kind !== "read" && contents.length === before.length && contents.some((b, i) => b !== before[i]);
        turns = now;
      }
      isTried = isWatched(attempt);
      return isMade ? "accessed" : isChanged ? "changed" : null;
    },
  };
}
