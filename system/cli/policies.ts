/**
 * `faultline policies TRACE`: a reference string under every replacement policy, with OPT as the bound. The policies are the
 * kernel's own, run by kernel/mm/replacement/simulate.ts. docs/policies.md says what the tables mean.
 */
import { COST_PROFILES, type CostProfile, costOf } from "../../kernel/mm/replacement/cost-profiles.ts";
import { SIMULATED_POLICIES, type Simulation, simulate } from "../../kernel/mm/replacement/simulate.ts";
import { missRatioCurve } from "../../kernel/mm/replacement/stack-distance.ts";
import { workingSetCurve } from "../../kernel/mm/replacement/working-set-curve.ts";
import { CommandFailure } from "./failure.ts";
import { type ReferenceString, referenceString } from "./reference-string.ts";

export interface PolicyOptions {
  /** Numbers of frames, between commas. */
  readonly frames?: string;
  /** Names of policies, between commas; all without it. */
  readonly only?: string;
  /** WSClock's window, in references. */
  readonly tau?: string;
  /** Name of a profile in COST_PROFILES. */
  readonly costs?: string;
  readonly csv?: boolean;
}

/** Longest list of frames, and most frames. */
const MOST_FRAMES = 4096;

/** What is printed: each policy's run with each number of frames, and what they cost if that was asked. */
interface Comparison {
  readonly references: ReferenceString;
  readonly frames: readonly number[];
  readonly rows: ReadonlyMap<string, readonly Simulation[]>;
  readonly costs: CostProfile | null;
  /** LRU's miss ratio with 1, 2, … frames. */
  readonly curve: readonly number[];
}

/** What the command prints. Throws CommandFailure for a trace or option that is none. */
export function policiesText(trace: string, options: PolicyOptions): string {
  const references = referenceString(trace);
  const { pages, writes } = references;
  const curve = missRatioCurve(pages);
  const frames = options.frames === undefined ? usualFrames(curve.length) : frameList(options.frames);
  const tau = options.tau === undefined ? undefined : wholeNumber("--tau", options.tau, Number.MAX_SAFE_INTEGER);
  const costs = costProfile(options.costs);
  const rows = new Map<string, readonly Simulation[]>();
  for (const policy of policyList(options.only)) {
    const settings = { writes, keepSteps: false, ...(tau === undefined ? {} : { tau }) };
    rows.set(
      policy,
      frames.map((count) => simulate(policy, pages, count, settings)!),
    );
  }
  const comparison = { references, frames, rows, costs, curve };
  return options.csv === true ? csv(comparison) : table(comparison);
}

function policyList(only: string | undefined): readonly string[] {
  if (only === undefined) return SIMULATED_POLICIES;
  const names = only.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !(SIMULATED_POLICIES as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new CommandFailure(
      `--only: no policy is called ${unknown}`,
      `there are ${SIMULATED_POLICIES.join(", ")}; write several with commas between`,
    );
  return names;
}

function costProfile(name: string | undefined): CostProfile | null {
  if (name === undefined) return null;
  if (Object.hasOwn(COST_PROFILES, name)) return COST_PROFILES[name as keyof typeof COST_PROFILES];
  throw new CommandFailure(
    `--costs: there is no profile ${name}`,
    `there is ${Object.keys(COST_PROFILES).join(", ")}, as in --costs nyu`,
  );
}

/** Without --frames: powers of two up to the number of distinct pages, and that number. */
function usualFrames(pages: number): number[] {
  const frames: number[] = [];
  for (let count = 1; count < pages; count *= 2) frames.push(count);
  return [...frames, pages].slice(-8);
}

const frameList = (text: string): number[] =>
  text.split(",").map((word) => wholeNumber("--frames", word, MOST_FRAMES, "like --frames 3,4"));

function wholeNumber(option: string, text: string, most: number, example = "like 20"): number {
  const count = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isInteger(count) || count < 1 || count > most)
    throw new CommandFailure(`${option}: "${text}" is no whole number from 1 to ${most}`, `give one, ${example}`);
  return count;
}

const cell = (value: string | number): string => String(value).padStart(9);
const row = (name: string | number, cells: readonly (string | number)[]): string =>
  String(name).padEnd(14) + cells.map(cell).join("");
/** Lines of a curve that are shown in the table; CSV has all. */
const SHOWN = 16;

function table({ references, frames, rows, costs, curve }: Comparison): string {
  const { pages } = references;
  const lines = [`${pages.length} references to ${curve.length} pages; misses, by number of frames`];
  lines.push(row("policy", frames));
  for (const [policy, runs] of rows)
    lines.push(
      row(
        policy,
        runs.map(({ misses }) => misses),
      ),
    );
  if (costs !== null) {
    lines.push("", "cost", row("policy", frames));
    for (const [policy, runs] of rows)
      lines.push(
        row(
          policy,
          runs.map((run) => costOf(run, costs, references)),
        ),
      );
  }
  lines.push("", "LRU miss ratio by stack distance", row("frames", ["ratio"]));
  for (const [index, ratio] of curve.entries()) {
    if (index >= SHOWN && index !== curve.length - 1) continue;
    lines.push(`${row(index + 1, [ratio.toFixed(4)])} ${"#".repeat(Math.round(ratio * 40))}`);
  }
  lines.push("", "working set of the last τ references", row("tau", ["pages", "misses"]));
  for (const { tau, meanPages, missRatio } of workingSetCurve(pages, usualTaus(pages.length)))
    lines.push(row(tau, [meanPages.toFixed(2), missRatio.toFixed(4)]));
  return lines.join("\n") + "\n";
}

/** Powers of two up to the length of the string. */
function usualTaus(length: number): number[] {
  const taus: number[] = [];
  for (let tau = 1; tau <= length; tau *= 2) taus.push(tau);
  return taus;
}

/** One line for each policy and number of frames; the curves as policies lru-stack and working-set. */
function csv({ references, frames, rows, costs, curve }: Comparison): string {
  const { pages } = references;
  const lines = [`policy,frames,misses,miss_ratio,evictions,page_ins,page_outs${costs === null ? "" : ",cost"}`];
  const ratioOf = (misses: number): string => (misses / pages.length).toFixed(6);
  const end = costs === null ? "" : ",";
  for (const [policy, runs] of rows) {
    for (const [i, run] of runs.entries()) {
      const { misses, evictions, pageIns, pageOuts } = run;
      const cost = costs === null ? "" : `,${costOf(run, costs, references)}`;
      lines.push(`${policy},${frames[i]},${misses},${ratioOf(misses)},${evictions},${pageIns},${pageOuts}${cost}`);
    }
  }
  for (const [index, ratio] of curve.entries()) {
    const misses = Math.round(ratio * pages.length);
    lines.push(`lru-stack,${index + 1},${misses},${ratioOf(misses)},,,${end}`);
  }
  for (const { tau, meanPages, missRatio } of workingSetCurve(pages, usualTaus(pages.length))) {
    const misses = Math.round(missRatio * pages.length);
    lines.push(`working-set-${tau},${meanPages.toFixed(4)},${misses},${ratioOf(misses)},,,${end}`);
  }
  return lines.join("\n") + "\n";
}
