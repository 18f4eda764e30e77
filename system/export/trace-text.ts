/**
 * One line of text for one event, for `--trace`. Lines begin with the cycle and the process; numbers carry their units.
 * What each kind says is documented in docs/events.md.
 */
import { assertNever, hex } from "../../emulator/bits.ts";
import { Cause, SUPERVISOR_EXTERNAL_INTERRUPT, SUPERVISOR_TIMER_INTERRUPT } from "../../emulator/trap.ts";
import type { EventKind, FaultlineEvent } from "../../kernel/events.ts";

/** What `--trace` can be asked for. */
export const TRACE_CATEGORIES = {
  faults: [
    "trap",
    "trap-return",
    "fault-begin",
    "vma-lookup",
    "pte-write",
    "pte-fill",
    "page-copied",
    "fault-end",
    "vma-change",
  ],
  syscalls: ["syscall-enter", "syscall-exit"],
  tlb: ["tlb-miss", "pte-read", "pte-update", "tlb-fill", "tlb-flush"],
  swap: [
    "victim-chosen",
    "swap-out",
    "swap-in",
    "swap-done",
    "modified-writer",
    "working-set-limit",
    "swap-token",
    "load-control",
  ],
  sched: [
    "process-start",
    "process-exec",
    "process-exit",
    "process-block",
    "process-wake",
    "context-switch",
    "idle-wait",
    "signal",
  ],
  frames: ["frame-allocated", "frame-reclaimed", "frame-zeroed", "frame-freed"],
} as const satisfies Record<string, readonly EventKind[]>;
export type TraceCategory = keyof typeof TRACE_CATEGORIES;

const ALWAYS: readonly EventKind[] = ["out-of-memory", "message"];

/** The event kinds that a comma-separated list names ("all" for every one), or a message for the person who wrote it. */
export function parseTraceList(
  list: string,
): { readonly kinds: ReadonlySet<EventKind> } | { readonly message: string } {
  const kinds = new Set<EventKind>(ALWAYS);
  for (const name of list.split(",").map((part) => part.trim())) {
    const groups =
      name === "all"
        ? Object.values(TRACE_CATEGORIES)
        : Object.hasOwn(TRACE_CATEGORIES, name)
          ? [TRACE_CATEGORIES[name as TraceCategory]]
          : null;
    if (groups === null) {
      const choices = Object.keys(TRACE_CATEGORIES).join(", ");
      return { message: `--trace ${list}: "${name}" is not something to trace; choose from ${choices}, or all` };
    }
    for (const kind of groups.flat()) kinds.add(kind);
  }
  return { kinds };
}

const CAUSE_NAMES: Record<number, string> = {
  [Cause.InstructionMisaligned]: "instruction address misaligned",
  [Cause.InstructionAccess]: "instruction access fault",
  [Cause.IllegalInstruction]: "illegal instruction",
  [Cause.Breakpoint]: "breakpoint",
  [Cause.LoadMisaligned]: "load address misaligned",
  [Cause.LoadAccess]: "load access fault",
  [Cause.StoreMisaligned]: "store address misaligned",
  [Cause.StoreAccess]: "store access fault",
  [Cause.EcallFromUser]: "environment call",
  [Cause.InstructionPageFault]: "instruction page fault",
  [Cause.LoadPageFault]: "load page fault",
  [Cause.StorePageFault]: "store page fault",
  [SUPERVISOR_TIMER_INTERRUPT]: "timer interrupt",
  [SUPERVISOR_EXTERNAL_INTERRUPT]: "device interrupt",
};

/** The specification's name of a trap cause (scause as an unsigned number). */
export const causeName = (cause: number): string => CAUSE_NAMES[cause] ?? `cause ${cause}`;

const page = (vpn: number): string => hex(vpn * 4096);
const all = (value: number, text: string): string => (value === -1 ? "all" : text);

const inTransfer = (pages: number): string => (pages > 1 ? ` (one of ${pages} pages)` : "");

/** What happened, without time and process. */
export function describeEvent(e: FaultlineEvent): string {
  switch (e.kind) {
    case "tlb-miss":
      return `tlb miss       ${e.access} ${hex(e.vaddr)}, asid ${e.asid}, set ${e.set}`;
    case "pte-read":
      return `walk level ${e.level}   PTE at ${hex(e.paddr)} is ${hex(e.pte)} (V=${e.pte & 1})`;
    case "pte-update":
      return `walk sets bits PTE at ${hex(e.paddr)} ${hex(e.before)} -> ${hex(e.after)}`;
    case "tlb-fill":
      return `tlb fill       page ${page(e.vpn)} -> frame ${e.pfn}, set ${e.set} way ${e.way}${e.victimVpn < 0 ? "" : `, in place of page ${page(e.victimVpn)}`}${e.superpage ? ", 4 MiB superpage" : ""}`;
    case "tlb-flush":
      return `tlb flush      page ${all(e.vpn, page(e.vpn))}, asid ${all(e.asid, String(e.asid))}: ${e.dropped} dropped`;
    case "trap":
      return `trap           ${causeName(e.cause)}, stval ${hex(e.stval)}, at pc ${hex(e.sepc)}`;
    case "trap-return":
      return `trap return    to pc ${hex(e.pc)}`;
    case "fault-begin":
      return `fault          ${e.access} ${hex(e.vaddr)} at pc ${hex(e.pc)}, PTE ${hex(e.pte)}`;
    case "vma-lookup":
      return e.start < 0
        ? `vma            none covers ${hex(e.vaddr)}`
        : `vma            ${hex(e.start)}-${hex(e.end)} ${e.permissions} ${e.name}`.trimEnd();
    case "frame-allocated":
      return `frame taken    frame ${e.pfn} from ${e.source} list for ${e.purpose}${e.purpose === "user" ? ` page ${page(e.vpn)}` : ""}`;
    case "frame-reclaimed":
      return `frame back     frame ${e.pfn} from ${e.from} for page ${page(e.vpn)}, contents intact`;
    case "frame-zeroed":
      return `frame zeroed   frame ${e.pfn}, by ${e.by === "demand" ? "the fault handler" : `the idle task${e.by === "idle" ? "" : " under load"}`}`;
    case "frame-freed":
      return `frame freed    frame ${e.pfn} to ${e.to} list`;
    case "victim-chosen":
      return `victim         frame ${e.pfn} (page ${page(e.vpn)} of pid ${e.pid}), ${e.modified ? "modified" : "clean"}; ${e.policy} looked at ${e.scanned}: ${e.reason}`;
    case "pte-write":
      return `pte written    page ${page(e.vpn)}, PTE at ${hex(e.paddr)} ${hex(e.before)} -> ${hex(e.after)}`;
    case "pte-fill":
      return `ptes written   ${e.count} pages from ${page(e.vpn)}: PTE ${hex(e.pte)} each`;
    case "page-copied":
      return `page copied    page ${page(e.vpn)}, frame ${e.from} -> frame ${e.to}`;
    case "swap-out":
      return `swap out       page ${page(e.vpn)}, frame ${e.pfn} -> slot ${e.slot}${inTransfer(e.pages)}`;
    case "swap-in":
      return `swap in        page ${page(e.vpn)}, slot ${e.slot} -> frame ${e.pfn}${e.ahead ? ", ahead" : ""}${inTransfer(e.pages)}`;
    case "working-set-limit":
      return `working set    of pid ${e.pid}: at most ${e.pages} pages; ${e.reason}`;
    case "swap-token":
      return `swap token     goes to pid ${e.pid}: nobody could finish an instruction for want of frames`;
    case "load-control":
      return `load control   pid ${e.pid} ${e.action === "suspend" ? "is suspended" : "goes on"}: ${e.reason}`;
    case "modified-writer":
      return `writer         ${e.started} of ${e.waiting} modified pages set out for swap: ${e.reason}`;
    case "swap-done":
      return `swap ${e.direction.padEnd(3)} done  frame ${e.pfn}, slot ${e.slot}${e.failed ? ": DEVICE ERROR" : ""}`;
    case "fault-end":
      return `fault resolved ${hex(e.vaddr)}: ${e.resolved}, ${e.cycles} cycles`;
    case "vma-change":
      return `vma ${e.change.padEnd(10)} ${hex(e.start)}-${hex(e.end)} ${e.permissions} ${e.name}`.trimEnd();
    case "syscall-enter":
      return `syscall        ${e.name}(${e.args.map((a) => hex(a, 1)).join(", ")})`;
    case "syscall-exit":
      return `syscall        ${e.name} = ${e.result}`;
    case "process-start":
      return `process start  ${e.name}, child of ${e.parent}`;
    case "process-exec":
      return `process exec   ${e.argv.join(" ")}`;
    case "process-exit":
      return `process exit   ${e.name}, ${e.signal > 0 ? `killed by signal ${e.signal}` : `status ${e.status}`}`;
    case "signal":
      return `signal         ${e.signal} from ${e.from === 0 ? "the kernel" : `pid ${e.from}`}`;
    case "context-switch":
      return `switch         pid ${e.from} -> pid ${e.to}`;
    case "process-block":
      return `blocked        on ${e.channel}`;
    case "process-wake":
      return `woken          on ${e.channel}`;
    case "idle-wait":
      return `idle           until cycle ${e.untilCycles}`;
    case "out-of-memory":
      return `out of memory  ${e.name} is killed: ${e.reason}`;
    case "message":
      return `kernel says    ${e.text}`;
    default:
      return assertNever(e);
  }
}

/** A whole line: cycle, pid (of the event, else `currentPid`), text. */
export function traceLine(event: FaultlineEvent, cycles: number, currentPid: number): string {
  const pid = "pid" in event && event.kind !== "victim-chosen" ? event.pid : currentPid;
  return `${String(cycles).padStart(12)} ${(pid === 0 ? "idle" : `pid ${pid}`).padEnd(7)} ${describeEvent(event)}`;
}
