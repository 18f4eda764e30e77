/**
 * `faultline policies TRACE`: a reference string under every replacement policy, with OPT as the bound.
 *
 * TRACE is a file, or the string itself: page numbers between commas or blanks (`1,2,3,4,1,2`), or what --record-trace
 * has written; of that each change of page by a process is one reference, because a page that is used again at once cannot
 * miss. The policies are the kernel's own, run by kernel/mm/replacement/simulate.ts; CLOCK's bit is set on load.
 */
import { existsSync, readFileSync } from "node:fs";
import { SIMULATED_POLICIES, simulate } from "../../kernel/mm/replacement/simulate.ts";
import { missRatioCurve } from "../../kernel/mm/replacement/stack-distance.ts";
import { parseReferenceTrace } from "../export/reference-trace.ts";
import { CommandFailure } from "./failure.ts";

export interface PolicyOptions {
  /** Numbers of frames, between commas. */
  readonly frames?: string;
  readonly csv?: boolean;
}

/** Most references that are simulated; every policy looks at each of them once for each number of frames. */
const MOST_REFERENCES = 200_000;
/** Longest list of frames. */
const MOST_FRAMES = 4096;

/** What the command prints. Throws CommandFailure for a trace or option that is none. */
export function policiesText(trace: string, options: PolicyOptions): string {
  const references = referenceString(trace);
  const curve = missRatioCurve(references);
  const frames = options.frames === undefined ? usualFrames(curve.length) : frameList(options.frames);
  const misses = new Map(
    SIMULATED_POLICIES.map((policy) => [
      policy,
      frames.map((count) => simulate(policy, references, count)?.misses ?? 0),
    ]),
  );
  return options.csv === true ? csv(references, frames, misses, curve) : table(references, frames, misses, curve);
}

/** Reads the reference string: a file's, or the argument itself. */
export function referenceString(trace: string): number[] {
  const isFile = existsSync(trace);
  if (!isFile && !/^[\d\s,]+$/.test(trace))
    throw new CommandFailure(`there is no file ${trace}`, "give a file, or page numbers like 1,2,3,4,1,2");
  const text = isFile ? readFileSync(trace, "utf8") : trace;
  const references = text.startsWith("# faultline reference trace") ? recorded(text, trace) : numbers(text, trace);
  if (references.length === 0)
    throw new CommandFailure(`${trace} has no references`, "it needs at least one page number");
  if (references.length > MOST_REFERENCES)
    throw new CommandFailure(
      `${trace} has ${references.length} references, more than ${MOST_REFERENCES}`,
      "record a shorter run",
    );
  return references;
}

/** Pages of different processes are different pages. */
function recorded(text: string, trace: string): number[] {
  try {
    const pages: number[] = [];
    for (const { pid, vpn } of parseReferenceTrace(text)) {
      const page = pid * 0x100000 + vpn;
      if (page !== pages[pages.length - 1]) pages.push(page);
    }
    return pages;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CommandFailure(`${trace}: ${error.message}`, "run faultline run --record-trace FILE again");
  }
}

function numbers(text: string, trace: string): number[] {
  const words = text
    .split("\n")
    .map((line) => line.replace(/#.*/, ""))
    .join(" ")
    .split(/[\s,]+/)
    .filter((word) => word !== "");
  return words.map((word, index) => {
    if (!/^\d+$/.test(word))
      throw new CommandFailure(`${trace}: reference ${index + 1} is ${word}, no page number`, "write 1,2,3 or 1 2 3");
    return Number(word);
  });
}

/** Without --frames: powers of two up to the number of distinct pages, and that number. */
function usualFrames(pages: number): number[] {
  const frames: number[] = [];
  for (let count = 1; count < pages; count *= 2) frames.push(count);
  return [...frames, pages].slice(-8);
}

function frameList(text: string): number[] {
  return text.split(",").map((word) => {
    const count = Number(word);
    if (!Number.isInteger(count) || count < 1 || count > MOST_FRAMES)
      throw new CommandFailure(
        `--frames: ${word} is no number of frames`,
        `give 1 to ${MOST_FRAMES}, like --frames 3,4`,
      );
    return count;
  });
}

type Misses = ReadonlyMap<string, readonly number[]>;

function table(references: readonly number[], frames: readonly number[], misses: Misses, curve: readonly number[]) {
  const cell = (value: string | number): string => String(value).padStart(8);
  const lines = [`${references.length} references to ${curve.length} pages; misses, by number of frames`];
  lines.push("policy".padEnd(14) + frames.map(cell).join(""));
  for (const [policy, counts] of misses) lines.push(policy.padEnd(14) + counts.map(cell).join(""));
  lines.push("", "LRU miss ratio by stack distance", "frames".padEnd(14) + "ratio".padStart(8));
  for (const [index, ratio] of curve.entries()) {
    const bar = "#".repeat(Math.round(ratio * 40));
    if (index < 16 || index === curve.length - 1)
      lines.push(`${String(index + 1).padEnd(14)}${cell(ratio.toFixed(4))} ${bar}`);
  }
  return lines.join("\n") + "\n";
}

/** One line for each policy and number of frames; the curve of all lengths as policy lru-stack. */
function csv(
  references: readonly number[],
  frames: readonly number[],
  misses: Misses,
  curve: readonly number[],
): string {
  const lines = ["policy,frames,misses,miss_ratio"];
  for (const [policy, counts] of misses) {
    for (const [i, count] of counts.entries()) {
      lines.push(`${policy},${frames[i]},${count},${(count / references.length).toFixed(6)}`);
    }
  }
  for (const [index, ratio] of curve.entries()) {
    const count = Math.round(ratio * references.length);
    lines.push(`lru-stack,${index + 1},${count},${ratio.toFixed(6)}`);
  }
  return lines.join("\n") + "\n";
}
