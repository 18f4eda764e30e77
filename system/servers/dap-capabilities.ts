/** What the debug adapter can do, and how it words why the program stands still. */
import { Signal } from "../../kernel/abi.ts";
import type { FaultKind } from "../../kernel/events.ts";
import type { DapBreakpoints } from "./dap-breakpoints.ts";
import type { StopReason } from "./stop.ts";

interface FaultFilter {
  readonly filter: FaultKind;
  readonly label: string;
  readonly description: string;
  readonly byDefault: boolean;
}

/** One exception filter for each kind of page fault. */
export const FAULT_FILTERS: readonly FaultFilter[] = [
  {
    filter: "zero-fill",
    label: "Zero-fill faults",
    description: "First touch of a page: a frame of zeros",
    byDefault: false,
  },
  { filter: "cow", label: "Copy-on-write faults", description: "Write to a page shared since fork", byDefault: false },
  {
    filter: "soft",
    label: "Soft faults",
    description: "The page was trimmed and is still in memory",
    byDefault: false,
  },
  { filter: "hard", label: "Hard faults", description: "The page comes back from swap", byDefault: false },
  { filter: "file", label: "File faults", description: "The page comes from a file", byDefault: false },
  { filter: "segv", label: "Segmentation faults", description: "No area allows the access", byDefault: true },
  { filter: "guard", label: "Guard pages", description: "First access to a page with PAGE_GUARD", byDefault: false },
  { filter: "bus", label: "Bus errors", description: "Beyond the end of a mapped file", byDefault: true },
  { filter: "oom", label: "Out of memory", description: "No frame could be found", byDefault: false },
];

/** Stops for every signal that the kernel sends because of a mistake. */
export const SIGNAL_FILTER = "signal";

export const CAPABILITIES = {
  supportsConfigurationDoneRequest: true,
  supportsFunctionBreakpoints: true,
  supportsConditionalBreakpoints: true,
  supportsEvaluateForHovers: true,
  supportsStepBack: true,
  supportsSetVariable: true,
  supportsSteppingGranularity: true,
  supportsInstructionBreakpoints: true,
  supportsDataBreakpoints: true,
  supportsReadMemoryRequest: true,
  supportsWriteMemoryRequest: true,
  supportsDisassembleRequest: true,
  supportsExceptionInfoRequest: true,
  supportsTerminateRequest: true,
  exceptionBreakpointFilters: [
    ...FAULT_FILTERS.map(({ filter, label, description, byDefault }) => ({
      filter,
      label,
      description,
      default: byDefault,
    })),
    {
      filter: SIGNAL_FILTER,
      label: "Signals for mistakes",
      description: "SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE",
      default: true,
    },
  ],
} as const;

const signalName = (number: number): string =>
  Object.entries(Signal).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;

interface StopText {
  readonly reason: string;
  readonly description: string;
  readonly text?: string;
  readonly hitBreakpointIds?: readonly number[];
}

/** The body of a `stopped` event. `goal`: what reaching the goal of the run is called. */
export function describeStop(reason: StopReason, goal: "step" | "entry", points: DapBreakpoints): StopText {
  switch (reason.kind) {
    case "breakpoint": {
      const { ids, group } = points.at(reason.vaddr);
      const kind = group === "instruction" || group === "function" ? `${group} breakpoint` : "breakpoint";
      return { reason: kind, description: `Paused on ${kind}`, hitBreakpointIds: ids };
    }
    case "watchpoint":
      return {
        reason: "data breakpoint",
        description: "Paused on a data breakpoint",
        hitBreakpointIds: points.idsOfWatchpoint(reason.watchpoint),
      };
    case "goal":
      return { reason: goal, description: goal === "entry" ? "Paused at the start" : "Paused after a step" };
    case "signal":
      return {
        reason: "exception",
        description: `The next instruction raises ${signalName(reason.signal)}`,
        text: signalName(reason.signal),
      };
    case "fault":
      return {
        reason: "exception",
        description: `The next instruction faults (${reason.fault}) at 0x${reason.vaddr.toString(16)}`,
        text: `${reason.fault} fault`,
      };
    case "begin":
      return { reason: "entry", description: "The beginning of the recording" };
    case "interrupted":
      return { reason: "pause", description: "Paused" };
    case "stuck":
      return { reason: "pause", description: `Cannot go on: ${reason.why}` };
    case "exited":
      return { reason: "pause", description: "The program has ended" };
  }
}
