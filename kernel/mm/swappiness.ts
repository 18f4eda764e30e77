/**
 * vm.swappiness: do pages of files go, or anonymous ones?
 *
 * Anonymous pages need swap before their frames can be used for something else; pages of files that have not been written do
 * not. Linux keeps the two on lists of their own and divides its scanning between them in the ratio swappiness : 200 − swappiness.
 * Here one policy has all pages, and what a policy does by itself is what this machine is for. So the default of 60 leaves it
 * alone, and other values restrict a share of its choices:
 *
 *     below 60   (60 − s) of 60 choices are among pages of files:          all of them at 0
 *     60         every choice is among all pages
 *     above 60   (s − 60) of 140 choices are among anonymous pages:        all of them at 200
 *
 * The shares are spread evenly by adding up, without chance. When there is no page of the kind that is asked for, the choice is
 * among all: so at 0 an anonymous page goes only when no page of a file can, as on Linux. As there, anonymous pages are not
 * preferred while swap is full. And an instruction whose own pages take each other's places (progress.ts) is let alone.
 *
 * Source: Documentation/admin-guide/sysctl/vm.rst, swappiness; mm/vmscan.c, get_scan_count (6.1).
 */
import { SWAPPINESS_DEFAULT, SWAPPINESS_MOST } from "../config.ts";
import type { Core } from "../core.ts";
import { Copy } from "./frames.ts";
import { isFilePage } from "./page-cache.ts";
import { isTakingTurns } from "./progress.ts";
import type { FrameView } from "./replacement/policy.ts";

/** Among which pages a victim is looked for first. */
export type PageKind = "any" | "file" | "anonymous";

/** Would the frame's page come back from its file? The others are anonymous: private memory, written copies of a file's pages, shared memory. */
export function isOfFile(core: Core, pfn: number): boolean {
  return isFilePage(core, pfn) || (core.frames.copy[pfn] === Copy.File && !core.view.isModified(pfn));
}

/** The kind of the next victim. Each call counts as one choice. */
export function nextKind(core: Core): PageKind {
  const { variables, swap } = core;
  const { swappiness } = variables;
  if (swappiness === SWAPPINESS_DEFAULT) return "any";
  const isLow = swappiness < SWAPPINESS_DEFAULT;
  const whole = isLow ? SWAPPINESS_DEFAULT : SWAPPINESS_MOST - SWAPPINESS_DEFAULT;
  variables.swappinessSum += Math.abs(swappiness - SWAPPINESS_DEFAULT);
  if (variables.swappinessSum < whole) return "any";
  variables.swappinessSum -= whole;
  if (isTakingTurns(core)) return "any";
  if (isLow) return "file";
  return swap.freeSlots > 0 ? "anonymous" : "any";
}

/** What a policy may see when only pages of one kind shall go. */
export function viewOf(core: Core, kind: PageKind): FrameView {
  const { view } = core;
  if (kind === "any") return view;
  return {
    ...view,
    isCandidate: (pfn, space) => view.isCandidate(pfn, space) && isOfFile(core, pfn) === (kind === "file"),
  };
}
