/**
 * The commit charge: how much memory the kernel has promised, against how much there is.
 *
 * A page is charged when somebody may write to it and nobody else keeps a copy: private writable areas, shared anonymous
 * memory (once, whoever maps it), and whatever VirtualAlloc has committed. Reservations, read-only files, PROT_NONE and
 * MAP_NORESERVE cost nothing. The charge is a sum over areas, so it cannot drift from what is mapped.
 *
 * Linux's three modes (vm.overcommit_memory) decide about brk, mmap, mprotect, mremap, fork and stacks:
 *
 *     0  heuristic   refuse only a single request that is larger than all of RAM and swap
 *     1  always      grant everything; whoever touches too much meets the out-of-memory killer (the default here: the
 *                    machine is small, and programs written for large ones reserve freely)
 *     2  never       the sum may not exceed swap + overcommit_ratio % of RAM
 *
 * VirtualAlloc has one rule in every mode, Windows': commits beyond RAM + swap fail, reservations never do.
 */
import type { Core } from "../core.ts";
import { Frame } from "./frames.ts";
import { Prot, type Vma } from "./vma.ts";

export const Overcommit = { Heuristic: 0, Always: 1, Never: 2 } as const;

/** Does an area of this kind count at all? A private page that can be written has no other copy. */
export const isAccountable = (vma: Pick<Vma, "prot" | "shared">): boolean =>
  !vma.shared && (vma.prot & Prot.Write) !== 0;

/** Pages promised over the whole machine. */
export function committedPages(core: Core): number {
  let pages = 0;
  for (const space of core.spaces.values()) pages += space.committedPages;
  for (const object of core.sharedObjects.values()) pages += object.committedPages;
  return pages;
}

/** All pages that there are for programs: frames that are not the kernel's own, and swap slots. */
export const physicalPages = (core: Core): number =>
  core.config.frames - core.frames.count[Frame.Kernel] + core.config.swapSlots;

/** What CommitLimit in /proc/meminfo says: the bound of mode 2. */
export function commitLimitPages(core: Core): number {
  const ram = core.config.frames - core.frames.count[Frame.Kernel];
  return Math.floor((ram * core.variables.overcommitRatio) / 100) + core.config.swapSlots;
}

/** May so many more pages be promised, by the mode in force? */
export function mayCommit(core: Core, pages: number): boolean {
  switch (core.variables.overcommitMode) {
    case Overcommit.Always:
      return true;
    case Overcommit.Never:
      return pages <= 0 || committedPages(core) + pages <= commitLimitPages(core);
    default:
      return pages <= physicalPages(core);
  }
}

/** May VirtualAlloc commit so many more? Never more than there is. */
export const mayCommitVirtual = (core: Core, pages: number): boolean =>
  committedPages(core) + pages <= physicalPages(core);

/** Pages that are locked, in all address spaces. */
export function lockedPages(core: Core): number {
  let pages = 0;
  for (const space of core.spaces.values()) pages += space.lockedPages;
  return pages;
}

/**
 * Would so many more locked pages leave too little for everyone else? Half of RAM may be locked; Linux has RLIMIT_MEMLOCK
 * for this, and root no limit at all.
 */
export const exceedsLocks = (core: Core, pages: number): boolean => lockedPages(core) + pages > core.config.frames / 2;
