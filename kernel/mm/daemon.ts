/**
 * The page daemon: when fewer frames than the low watermark are available, takes pages away from processes until those
 * available, on the modified list and on their way to swap reach the high one. Writing them is the modified-page writer's
 * part. Which pages go, the replacement policy says; with trimming by age it is those that their own process has not used
 * for longest, oldest first, over all processes.
 *
 * With local replacement nobody may take a page from another process, so there is no daemon: each process replaces its own.
 */
import type { Core } from "../core.ts";
import { charge, count } from "../counters.ts";
import { Frame } from "./frames.ts";
import { trimFrame } from "./pages.ts";
import { ANYONE, chooseVictim, tellVictim } from "./reclaim.ts";
import { isOfFile, nextKind, type PageKind } from "./swappiness.ts";
import { oldestPages, sampleWorkingSets } from "./working-set.ts";

const REASON = "fewer frames than the low watermark are available";

export function balance(core: Core): void {
  const { frames, swap, watermarks, config } = core;
  if (frames.availableFrames >= watermarks.low || config.replacementScope === "local") return;
  let leaving = frames.count[Frame.Modified];
  for (const transfer of swap.queue) if (transfer.direction === "out") leaving += transfer.pfns.length;
  const missing = watermarks.high - frames.availableFrames - leaving;
  if (missing <= 0) return;
  const trimmed = config.trimming === "age" ? trimOldest(core, missing) : trimByPolicy(core, missing);
  if (trimmed === 0) return;
  count(core, "task.daemon.runs");
  count(core, "task.daemon.pages", trimmed);
}

function trimByPolicy(core: Core, wanted: number): number {
  for (let trimmed = 0; trimmed < wanted; trimmed++) {
    const victim = chooseVictim(core, ANYONE, REASON);
    if (victim < 0) return trimmed;
    trimFrame(core, victim);
  }
  return wanted;
}

function trimOldest(core: Core, wanted: number): number {
  sampleWorkingSets(core);
  const pages = oldestPages(core);
  // Places in `pages` by kind, the oldest last.
  const waiting: Record<Exclude<PageKind, "any">, number[]> = { file: [], anonymous: [] };
  for (let at = pages.length - 1; at >= 0; at--) waiting[isOfFile(core, pages[at].pfn) ? "file" : "anonymous"].push(at);
  const { file, anonymous } = waiting;
  let trimmed = 0;
  let scanned = 0;
  /** The oldest page of a kind that may go, or undefined. Asked anew for each page: a space that has come down to its minimum gives no more. */
  const take = (kind: PageKind): (typeof pages)[number] | undefined => {
    for (;;) {
      const older = (file.at(-1) ?? pages.length) < (anonymous.at(-1) ?? pages.length) ? file : anonymous;
      const at = (kind === "any" ? older : waiting[kind]).pop();
      if (at === undefined) return undefined;
      scanned++;
      if (core.view.isCandidate(pages[at].pfn, ANYONE)) return pages[at];
    }
  };
  for (; trimmed < wanted; trimmed++) {
    const page = take(nextKind(core)) ?? take("any");
    if (page === undefined) break;
    const { pfn, ageCycles } = page;
    tellVictim(core, pfn, "age", scanned, `${REASON}; not used for ${ageCycles} cycles of its process's time`);
    trimFrame(core, pfn);
  }
  charge(core, scanned * core.costs.victimScan);
  return trimmed;
}
