/**
 * Where `faultline policies` gets its reference string: the argument itself, a file of page numbers, or what --record-trace
 * has written. Of the latter each change of page by a process is one reference, because a page that is used again at once
 * cannot miss.
 */
import { existsSync, readFileSync } from "node:fs";
import { parseReferenceTrace } from "../export/reference-trace.ts";
import { CommandFailure } from "./failure.ts";

export interface ReferenceString {
  /** Page of each reference; pages of different processes are different pages. */
  readonly pages: readonly number[];
  /** Whether it writes. */
  readonly writes: readonly boolean[];
  /** References, repeated ones to the same page included. */
  readonly accesses: number;
  /** How often the next reference is another process's. */
  readonly contextSwitches: number;
}

/** Most references that are simulated; every policy looks at each of them once for each number of frames. */
const MOST_REFERENCES = 200_000;

/** Reads the reference string: a file's, or the argument itself. Throws CommandFailure. */
export function referenceString(trace: string): ReferenceString {
  const isFile = existsSync(trace);
  if (!isFile && !/^[\dw\s,]+$/.test(trace))
    throw new CommandFailure(`there is no file ${trace}`, "give a file, or page numbers like 1,2,3,4,1,2");
  const text = isFile ? readFileSync(trace, "utf8") : trace;
  const references = text.startsWith("# faultline reference trace") ? recorded(text, trace) : numbers(text, trace);
  const { length } = references.pages;
  if (length === 0) throw new CommandFailure(`${trace} has no references`, "it needs at least one page number");
  if (length > MOST_REFERENCES)
    throw new CommandFailure(`${trace} has ${length} references, more than ${MOST_REFERENCES}`, "record a shorter run");
  return references;
}

function recorded(text: string, trace: string): ReferenceString {
  const pages: number[] = [];
  const writes: boolean[] = [];
  let [accesses, contextSwitches, lastPid] = [0, 0, 0];
  try {
    for (const { pid, vpn, access } of parseReferenceTrace(text)) {
      const page = pid * 0x100000 + vpn;
      accesses++;
      if (lastPid !== 0 && lastPid !== pid) contextSwitches++;
      lastPid = pid;
      if (page !== pages[pages.length - 1]) {
        pages.push(page);
        writes.push(false);
      }
      if (access === "w") writes[writes.length - 1] = true;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CommandFailure(`${trace}: ${error.message}`, "run faultline run --record-trace FILE again");
  }
  return { pages, writes, accesses, contextSwitches };
}

function numbers(text: string, trace: string): ReferenceString {
  const words = text
    .split("\n")
    .map((line) => line.replace(/#.*/, ""))
    .join(" ")
    .split(/[\s,]+/)
    .filter((word) => word !== "");
  const pages = words.map((word, index) => {
    if (!/^\d{1,15}w?$/.test(word))
      throw new CommandFailure(
        `${trace}: reference ${index + 1} is ${word}, no page number`,
        "write 1,2,3 or 1 2 3, and 2w for a reference that writes",
      );
    return Number.parseInt(word, 10);
  });
  return { pages, writes: words.map((word) => word.endsWith("w")), accesses: pages.length, contextSwitches: 0 };
}
