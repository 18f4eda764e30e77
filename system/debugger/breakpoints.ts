/** What a person has asked to stop for: breakpoints, watchpoints, conditions. Each makes a `Watcher` for a search. */
import { hex } from "../../emulator/bits.ts";
import type { StopPoints } from "../../emulator/engine.ts";
import { registerName } from "../../emulator/isa/registers.ts";
import { isValid, ptePfn } from "../../emulator/pte.ts";
import { findVma } from "../../kernel/mm/areas.ts";
import { readPte } from "../../kernel/mm/page-table.ts";
import { SoftwarePte, softwareKind, softwareValue } from "../../kernel/mm/software-pte.ts";
import { currentPid, processOf, readMemory } from "../inspect.ts";
import { type Machine, PC_REGISTER } from "../machine.ts";
import { scopeAt } from "./call-stack.ts";
import type { Condition } from "./condition.ts";
import { EvaluationError } from "./expression.ts";
import type { Watcher } from "./search.ts";
import type { Images } from "./symbols.ts";

export type StopSpec =
  /** pc comes to one of these addresses. */
  | { readonly kind: "code"; readonly vaddrs: readonly number[] }
  /** `change`: the bytes differ after an instruction (or a system call); `write`, `read`, `access`: an instruction is about to. */
  | {
      readonly kind: "watch";
      readonly pid: number;
      readonly vaddr: number;
      readonly bytes: number;
      readonly on: "change" | "write" | "read" | "access";
    }
  /** The bytes at a physical address change, whoever writes them. */
  | { readonly kind: "physical"; readonly paddr: number; readonly bytes: number }
  /** A register of a process changes: 1 … 31, or PC_REGISTER. */
  | { readonly kind: "register"; readonly pid: number; readonly register: number }
  | { readonly kind: "condition"; readonly condition: Condition };

export interface Breakpoint {
  readonly id: number;
  readonly spec: StopSpec;
  /** As it was asked for. */
  readonly text: string;
  /** Only for this process; null for all. */
  readonly pid: number | null;
  readonly isTemporary: boolean;
  isEnabled: boolean;
  /** Only when this holds. */
  condition: Condition | null;
  /** Passes to let go by. */
  ignore: number;
  hits: number;
}

/** Physical address of a byte of a process, present or in transition; −1 when it is in no frame. */
function paddrOf(machine: Machine, pid: number, vaddr: number): number {
  const p = processOf(machine, pid);
  if (p === undefined || p.state === "zombie") return -1;
  const pte = readPte(machine.ram, p.space.rootPfn, vaddr >>> 12);
  const pfn = isValid(pte) ? ptePfn(pte) : softwareKind(pte) === SoftwarePte.Transition ? softwareValue(pte) : -1;
  return pfn < 0 ? -1 : pfn * 4096 + (vaddr & 4095);
}

/** A number made of the bytes, or null when some are in no frame: then nobody can be writing them. */
function bytesAt(machine: Machine, paddr: number, bytes: number): number | null {
  if (paddr < 0 || paddr + bytes > machine.ram.bytes) return null;
  let value = 0;
  for (let i = bytes - 1; i >= 0; i--) value = value * 256 + machine.ram.u8[paddr + i];
  return value;
}

/**
 * Tells of a change of a value that is looked at before every instruction. `read` may say null: nobody can be changing it now.
 * @param content the value wherever it is (in swap, in a file, zero because never touched), when `read` cannot say
 */
function changeWatcher(
  name: string,
  read: (machine: Machine) => number | null,
  content: (machine: Machine) => number | null = () => null,
  points?: () => StopPoints | null,
): Watcher {
  let last: number | null = null;
  return {
    isAfterwards: true,
    points,
    begin: (machine) => {
      last = read(machine) ?? content(machine);
    },
    instruction: ({ machine }) => {
      const now = read(machine);
      if (now === null || now === last) return null;
      const before = last;
      last = now;
      return before === null ? null : `${name} changed from ${hex(before)} to ${hex(now)}`;
    },
  };
}

/** The same number as bytesAt gives, from a page that need not be present. */
function contentAt(machine: Machine, pid: number, vaddr: number, bytes: number): number | null {
  const found = readMemory(machine, pid, vaddr, bytes);
  return found.length < bytes ? null : found.reduceRight((value, byte) => value * 256 + byte, 0);
}

/** The bytes of a process at which its own loads or stores are to be looked at. */
const dataPoints = (start: number, bytes: number, loads: boolean, stores: boolean): StopPoints => ({
  code: new Set(),
  data: [{ space: "virtual", start, bytes, loads, stores }],
});

/** Memory that is shared on purpose can be written through other addresses: every instruction has to be looked at. */
const isSharedMapping = (machine: Machine, pid: number, vaddr: number): boolean => {
  const p = processOf(machine, pid);
  return p !== undefined && p.state !== "zombie" && findVma(p.space, vaddr)?.shared === true;
};

function accessWatcher(spec: Extract<StopSpec, { kind: "watch" }>): Watcher {
  const points = dataPoints(spec.vaddr, spec.bytes, spec.on !== "write", spec.on !== "read");
  return {
    points: () => points,
    instruction: (attempt) => {
      if (attempt.pid !== spec.pid || attempt.isRetry) return null;
      const access = attempt.access();
      if (access === null || access.vaddr >= spec.vaddr + spec.bytes || access.vaddr + access.bytes <= spec.vaddr)
        return null;
      const fits = spec.on === "access" || (spec.on === "read" ? access.isLoad : access.isStore);
      return fits ? `${access.isStore ? "a store to" : "a load from"} ${hex(access.vaddr)} is about to happen` : null;
    },
  };
}

/** What a specification looks for, regardless of conditions and counts. */
export function watcherOf(spec: StopSpec, images: Images): Watcher {
  switch (spec.kind) {
    case "code": {
      const vaddrs = new Set(spec.vaddrs);
      const points: StopPoints = { code: vaddrs, data: [] };
      return {
        points: () => points,
        instruction: ({ pc, isRetry }) => (vaddrs.has(pc) && !isRetry ? "breakpoint" : null),
      };
    }
    case "watch": {
      if (spec.on !== "change") return accessWatcher(spec);
      const points = dataPoints(spec.vaddr, spec.bytes, false, true);
      let isShared = false;
      const watcher = changeWatcher(
        `${spec.bytes} bytes at ${hex(spec.vaddr)} of pid ${spec.pid}`,
        (machine) => bytesAt(machine, paddrOf(machine, spec.pid, spec.vaddr), spec.bytes),
        (machine) => contentAt(machine, spec.pid, spec.vaddr, spec.bytes),
        () => (isShared ? null : points),
      );
      return {
        ...watcher,
        begin: (machine) => {
          isShared = isSharedMapping(machine, spec.pid, spec.vaddr);
          watcher.begin?.(machine);
        },
      };
    }
    case "physical": {
      const { paddr: start, bytes } = spec;
      const points: StopPoints = {
        code: new Set(),
        data: [{ space: "physical", start, bytes, loads: false, stores: true }],
      };
      return changeWatcher(
        `${bytes} bytes at physical ${hex(start)}`,
        (machine) => bytesAt(machine, start, bytes),
        undefined,
        () => points,
      );
    }
    case "register": {
      const name = spec.register === PC_REGISTER ? "pc" : registerName(spec.register);
      return changeWatcher(`${name} of pid ${spec.pid}`, ({ hart, kernel }) => {
        if (kernel.core.variables.currentPid !== spec.pid) return null;
        return spec.register === PC_REGISTER ? hart.pc : hart.x[spec.register] >>> 0;
      });
    }
    case "condition":
      return spec.condition.watcher(images, (machine, pid) => scopeAt(machine, pid, images.of(machine, pid)));
  }
}

/** The watcher of a breakpoint: its specification, for its process, when its condition holds. */
export function breakpointWatcher(breakpoint: Breakpoint, images: Images): Watcher {
  const inner = watcherOf(breakpoint.spec, images);
  const applies = (machine: Machine): boolean => {
    const pid = currentPid(machine);
    if (breakpoint.pid !== null && breakpoint.pid !== pid) return false;
    if (breakpoint.condition === null) return true;
    try {
      return breakpoint.condition.holds(scopeAt(machine, pid, images.of(machine, pid)));
    } catch (error) {
      if (error instanceof EvaluationError) return false;
      throw error;
    }
  };
  return {
    begin: inner.begin,
    points: inner.points,
    needsPast: inner.needsPast,
    isAfterwards: inner.isAfterwards,
    instruction:
      inner.instruction &&
      ((attempt) => {
        const reason = inner.instruction!(attempt);
        return reason !== null && applies(attempt.machine) ? reason : null;
      }),
    event:
      inner.event &&
      ((event, machine) => {
        const reason = inner.event!(event, machine);
        return reason !== null && applies(machine) ? reason : null;
      }),
  };
}
