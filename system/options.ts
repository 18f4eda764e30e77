/**
 * The choices a person has about a machine: one row each, from which the command line, the page's settings and share
 * links take names, ranges, defaults and messages.
 */

import { DEFAULT_CONFIG, FAIL_KINDS, type KernelConfig, SWAPPINESS_MOST } from "../kernel/config.ts";
import { COST_PROFILE_NAMES } from "../kernel/costs.ts";
import { SMALLEST_LIMIT } from "../kernel/mm/vma.ts";

/** Everything that, with program and input, determines a run. */
export interface MachineConfig extends KernelConfig {
  /** TLB sets (a power of two) and ways in each set. */
  readonly tlbSets: number;
  readonly tlbWays: number;
  readonly tlbReplacement: "fifo" | "lru" | "random";
  /** The run stops, with a message, after so many user instructions; Infinity: never. */
  readonly maxInstructions: number;
}

export const DEFAULT_MACHINE_CONFIG: MachineConfig = {
  ...DEFAULT_CONFIG,
  tlbSets: 16,
  tlbWays: 4,
  tlbReplacement: "fifo",
  maxInstructions: Number.POSITIVE_INFINITY,
};

/** The field of MachineConfig that an option sets, or a message that says what was wrong and what would be right. */
export type Parsed =
  | { readonly ok: true; readonly fields: Partial<MachineConfig> }
  | { readonly ok: false; readonly message: string };

export interface OptionRow {
  /** Name without dashes. */
  readonly name: string;
  /** Placeholder of the value in help. */
  readonly value: string;
  /** One line for people. */
  readonly meaning: string;
  /** The choices, when there are few. */
  readonly choices?: readonly string[];
  /** The default as a person would type it. */
  readonly byDefault: string;
  parse(text: string): Parsed;
}

const failure = (message: string): Parsed => ({ ok: false, message });
const success = (fields: Partial<MachineConfig>): Parsed => ({ ok: true, fields });

function wholeNumber(
  name: string,
  least: number,
  most: number,
  unit: string,
  set: (n: number) => Partial<MachineConfig>,
): (text: string) => Parsed {
  return (text) => {
    const n = /^(0x[0-9a-f]+|\d+)$/i.test(text.trim()) ? Number(text) : Number.NaN;
    if (Number.isNaN(n))
      return failure(
        `--${name} takes a whole number of ${unit}, not "${text}"; for example --${name} ${least < 64 ? 64 : least}`,
      );
    if (n < least || n > most)
      return failure(`--${name} ${text} is out of range: it takes ${least} to ${most} ${unit}`);
    return success(set(n));
  };
}

function oneOf<T extends string>(
  name: string,
  choices: readonly T[],
  set: (choice: T) => Partial<MachineConfig>,
): (text: string) => Parsed {
  return (text) => {
    const choice = choices.find((c) => c === text.trim());
    return choice === undefined
      ? failure(`--${name} takes one of ${choices.join(", ")}; "${text}" is none of them`)
      : success(set(choice));
  };
}

const TLB_MOST_ENTRIES = 4096;

function parseTlb(text: string): Parsed {
  const match = /^(\d+)x(\d+)$/i.exec(text.trim());
  if (match === null) return failure(`--tlb takes SETSxWAYS, for example --tlb 16x4, not "${text}"`);
  const sets = Number(match[1]);
  const ways = Number(match[2]);
  if (sets < 1 || sets > 1024 || (sets & (sets - 1)) !== 0)
    return failure(`--tlb ${text}: the number of sets must be a power of two from 1 to 1024`);
  if (ways < 1 || ways > 64 || sets * ways > TLB_MOST_ENTRIES)
    return failure(`--tlb ${text}: the number of ways must be 1 to 64, and at most ${TLB_MOST_ENTRIES} entries in all`);
  // A fetch and a load that straddles two pages need three translations at once to make progress.
  if (sets * ways < 4)
    return failure(`--tlb ${text}: at least 4 entries in all, since one instruction can need three pages at once`);
  return success({ tlbSets: sets, tlbWays: ways });
}

function parseFail(text: string): Parsed {
  const [kind, number] = text.trim().split(":");
  const failKind = FAIL_KINDS.find((name) => name === kind && name !== "none");
  const failAt = /^\d+$/.test(number ?? "") ? Number(number) : 0;
  if (failKind === undefined || !(failAt >= 1 && failAt <= Number.MAX_SAFE_INTEGER))
    return failure(
      `--fail takes frame, slot, transfer or copy with a number from 1, for example --fail frame:12, not "${text}"`,
    );
  return success({ failKind, failAt });
}

function parseWatermarks(text: string): Parsed {
  const match = /^(\d{1,6}),(\d{1,6}),(\d{1,6})$/.exec(text.trim());
  if (match === null)
    return failure(`--watermarks takes three numbers of frames that rise, like --watermarks 8,16,32, not "${text}"`);
  const [min, low, high] = match.slice(1).map(Number);
  if (min > low || low > high || high > 131072)
    return failure(`--watermarks ${text}: the numbers must rise, and be at most 131072 frames, as in 8,16,32`);
  return success({ minWatermarkFrames: min, lowWatermarkFrames: low, availableTargetFrames: high });
}

function parseWorkingSet(text: string): Parsed {
  const match = /^(\d{1,6}),(\d{1,6})$/.exec(text.trim());
  if (match === null)
    return failure(`--working-set takes a minimum and a maximum in pages, like --working-set 8,64, not "${text}"`);
  const [workingSetMinimumPages, workingSetMaximumPages] = match.slice(1).map(Number);
  const isPossible =
    workingSetMaximumPages === 0 || workingSetMaximumPages >= Math.max(SMALLEST_LIMIT, workingSetMinimumPages);
  if (!isPossible)
    return failure(`--working-set ${text}: the maximum is at least ${SMALLEST_LIMIT} and the minimum, or 0 for none`);
  return success({ workingSetMinimumPages, workingSetMaximumPages });
}

function parsePff(text: string): Parsed {
  if (text.trim() === "off") return success({ pffLowCycles: 0, pffHighCycles: 0 });
  const match = /^(\d{1,12}),(\d{1,12})$/.exec(text.trim());
  if (match === null)
    return failure(`--pff takes two numbers of cycles that rise, like --pff 10000,100000, or off; not "${text}"`);
  const [pffLowCycles, pffHighCycles] = match.slice(1).map(Number);
  if (pffHighCycles < Math.max(1, pffLowCycles))
    return failure(`--pff ${text}: the second number is at least 1 and at least the first, as in 10000,100000`);
  return success({ pffLowCycles, pffHighCycles });
}

function parseWriter(text: string): Parsed {
  const match = /^(\d{1,6}),(\d{1,4})$/.exec(text.trim());
  if (match === null)
    return failure(`--writer takes a number of pages and a batch, like --writer 64,16, not "${text}"`);
  const [writerThresholdPages, writerBatchPages] = match.slice(1).map(Number);
  if (writerThresholdPages > 131072 || writerBatchPages < 1 || writerBatchPages > 1024)
    return failure(`--writer ${text}: at most 131072 pages, and a batch of 1 to 1024`);
  return success({ writerThresholdPages, writerBatchPages });
}

/** All options, in the order in which help shows them. `policies` are the names of kernel/mm/replacement. */
export function optionRows(policies: readonly string[]): readonly OptionRow[] {
  const d = DEFAULT_MACHINE_CONFIG;
  const zeroings = ["idle", "background", "on-demand", "off"] as const;
  const switches = ["on", "off"] as const;
  const scopes = ["global", "local"] as const;
  const trimmings = ["policy", "age"] as const;
  const replacements = ["fifo", "lru", "random"] as const;
  return [
    {
      name: "frames",
      value: "N",
      meaning: "RAM, in frames of 4 KiB",
      byDefault: String(d.frames),
      parse: wholeNumber("frames", 64, 131072, "frames", (frames) => ({ frames })),
    },
    {
      name: "swap",
      value: "N",
      meaning: "swap device, in slots of 4 KiB (0: none)",
      byDefault: String(d.swapSlots),
      parse: wholeNumber("swap", 0, 1048576, "slots", (swapSlots) => ({ swapSlots })),
    },
    {
      name: "swap-cluster",
      value: "N",
      meaning: "most pages that one transfer writes to swap, to neighbouring slots",
      byDefault: String(d.swapCluster),
      parse: wholeNumber("swap-cluster", 1, 64, "pages", (swapCluster) => ({ swapCluster })),
    },
    {
      name: "swap-read-ahead",
      value: "N",
      meaning: "slots of the window that is read when one page of it is fetched (1: no read-ahead)",
      byDefault: String(d.swapReadAhead),
      parse: wholeNumber("swap-read-ahead", 1, 64, "slots", (swapReadAhead) => ({ swapReadAhead })),
    },
    {
      name: "costs",
      value: "NAME",
      meaning: "what things cost in virtual time",
      choices: COST_PROFILE_NAMES,
      byDefault: d.costs,
      parse: oneOf("costs", COST_PROFILE_NAMES, (costs) => ({ costs })),
    },
    {
      name: "tlb",
      value: "SETSxWAYS",
      meaning: "shape of the TLB",
      byDefault: `${d.tlbSets}x${d.tlbWays}`,
      parse: parseTlb,
    },
    {
      name: "tlb-replacement",
      value: "NAME",
      meaning: "which way of a TLB set is replaced",
      choices: replacements,
      byDefault: d.tlbReplacement,
      parse: oneOf("tlb-replacement", replacements, (tlbReplacement) => ({ tlbReplacement })),
    },
    {
      name: "replacement",
      value: "NAME",
      meaning: "page-replacement policy",
      choices: policies,
      byDefault: d.replacement,
      parse: oneOf("replacement", policies, (replacement) => ({ replacement })),
    },
    {
      name: "tau",
      value: "N",
      meaning: "window τ of working sets, in cycles of a process's own CPU time (WSClock goes by it)",
      byDefault: String(d.tauCycles),
      parse: wholeNumber("tau", 1, 1e12, "cycles", (tauCycles) => ({ tauCycles })),
    },
    {
      name: "replacement-scope",
      value: "WHOSE",
      meaning: "whose pages a fault without a free frame may take: anybody's, or its own process's",
      choices: scopes,
      byDefault: d.replacementScope,
      parse: oneOf("replacement-scope", scopes, (replacementScope) => ({ replacementScope })),
    },
    {
      name: "trimming",
      value: "HOW",
      meaning: "what the page daemon trims: by the policy, or the pages that were not used for longest",
      choices: trimmings,
      byDefault: d.trimming,
      parse: oneOf("trimming", trimmings, (trimming) => ({ trimming })),
    },
    {
      name: "swappiness",
      value: "N",
      meaning: "which pages go first: of files (0) or anonymous ones (200); 60: as the policy says",
      byDefault: String(d.swappiness),
      parse: wholeNumber("swappiness", 0, SWAPPINESS_MOST, "parts of 200", (swappiness) => ({ swappiness })),
    },
    {
      name: "working-set",
      value: "MIN,MAX",
      meaning: "limits of every process's working set in pages, to begin with (MAX 0: none)",
      byDefault: "0,0",
      parse: parseWorkingSet,
    },
    {
      name: "ws-sample",
      value: "N",
      meaning: "measure working sets every so many cycles (0: never)",
      byDefault: String(d.workingSetSampleCycles),
      parse: wholeNumber("ws-sample", 0, 1e12, "cycles", (workingSetSampleCycles) => ({ workingSetSampleCycles })),
    },
    {
      name: "pff",
      value: "LOW,HIGH",
      meaning: "cycles of own time between faults below which a working set's maximum grows, above which it shrinks",
      byDefault: "off",
      parse: parsePff,
    },
    {
      name: "load-control",
      value: "ON",
      meaning: "suspend processes while the machine thrashes",
      choices: switches,
      byDefault: d.loadControl ? "on" : "off",
      parse: oneOf("load-control", switches, (choice) => ({ loadControl: choice === "on" })),
    },
    {
      name: "zeroing",
      value: "WHEN",
      meaning: "who zeroes freed frames; off is DANGEROUS: processes see old bytes",
      choices: zeroings,
      byDefault: d.zeroing,
      parse: oneOf("zeroing", zeroings, (zeroing) => ({ zeroing })),
    },
    {
      name: "zero-rate",
      value: "N",
      meaning: "most frames a second that the idle task zeroes (0: as many as it can)",
      byDefault: String(d.zeroingRate),
      parse: wholeNumber("zero-rate", 0, 1_000_000, "frames a second", (zeroingRate) => ({ zeroingRate })),
    },
    {
      name: "watermarks",
      value: "MIN,LOW,HIGH",
      meaning: "available frames below which a fault gives up a page itself, and the page daemon starts and stops",
      byDefault: "a 128th, 64th and 32nd of RAM",
      parse: parseWatermarks,
    },
    {
      name: "writer",
      value: "PAGES,BATCH",
      meaning: "modified pages at which the modified-page writer starts, and how many it writes at once",
      byDefault: `a 16th of RAM,${d.writerBatchPages}`,
      parse: parseWriter,
    },
    {
      name: "seed",
      value: "N",
      meaning: "seed of everything random",
      byDefault: String(d.seed),
      parse: wholeNumber("seed", 0, 0xffffffff, "(32 bits)", (seed) => ({ seed })),
    },
    {
      name: "quantum",
      value: "N",
      meaning: "cycles a process runs before the next one's turn",
      byDefault: String(d.quantumCycles),
      parse: wholeNumber("quantum", 1000, 1_000_000_000, "cycles", (quantumCycles) => ({ quantumCycles })),
    },
    {
      name: "fail",
      value: "WHAT:N",
      meaning: "the N-th attempt at WHAT fails: frame, slot, transfer or copy",
      byDefault: "nothing",
      parse: parseFail,
    },
    {
      name: "max-instructions",
      value: "N",
      meaning: "stop after so many user instructions",
      byDefault: "no limit",
      parse: wholeNumber("max-instructions", 1, Number.MAX_SAFE_INTEGER, "instructions", (maxInstructions) => ({
        maxInstructions,
      })),
    },
  ];
}
