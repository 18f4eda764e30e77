/** What replacement policies see of frames: A and D bits out of the page tables, by the reverse map. */
import { PAGE_BYTES } from "../../emulator/bits.ts";
import { isValid, PTE_D, ptePfn } from "../../emulator/pte.ts";
import type { Core } from "../core.ts";
import { findVma } from "./areas.ts";
import { startCleaning } from "./cleaning.ts";
import { Copy, Flight, Frame } from "./frames.ts";
import { pteAddress } from "./page-table.ts";
import { pageNumber } from "./references.ts";
import type { FrameView } from "./replacement/policy.ts";
import { clearUsed, isUsed, Reader } from "./use.ts";

/** A frame is a candidate when it is a resident page, neither pinned nor locked, and (for local replacement) mapped by that space. */
export function frameView(core: () => Core): FrameView {
  return {
    isCandidate(pfn, space) {
      const { frames } = core();
      if (frames.state[pfn] !== Frame.Active || frames.mapped[pfn] === 0 || pfn === frames.pinned) return false;
      if (space >= 0) return isMappedBy(core(), pfn, space) && !isKept(core(), pfn, false);
      return !isKept(core(), pfn, space === -1) && !(space === -1 && isTokenHolders(core(), pfn));
    },
    isAccessed: (pfn) => isUsed(core(), pfn, Reader.Policy),
    clearAccessed: (pfn) => clearUsed(core(), pfn, Reader.Policy),
    isModified(pfn) {
      const { frames } = core();
      const hasCopy = frames.copy[pfn] !== Copy.None || frames.flight[pfn] === Flight.Out;
      return !hasCopy || hasBit(core(), pfn, PTE_D);
    },
    pageOf: (pfn) => pageNumber(core().frames.references, pfn),
    virtualTime: (pfn) => virtualTime(core(), pfn),
    startCleaning: (pfn) => startCleaning(core(), pfn),
  };
}

/** CPU time of the process whose page it is: of the oldest space that maps it. */
function virtualTime(core: Core, pfn: number): number {
  const { references } = core.frames;
  let cycles = 0;
  let first = Number.POSITIVE_INFINITY;
  for (let node = references.head[pfn]; node >= 0; node = references.next(node)) {
    const id = references.spaceAt(node);
    if (id < 0 || id >= first) continue;
    first = id;
    cycles = core.spaces.get(id)?.cpuCycles ?? 0;
  }
  return cycles;
}

/** Some space has locked the page, or (when minima count) would fall below its working-set minimum without it. */
function isKept(core: Core, pfn: number, minimaCount: boolean): boolean {
  const { references } = core.frames;
  for (let node = references.head[pfn]; node >= 0; node = references.next(node)) {
    const space = core.spaces.get(references.spaceAt(node));
    if (space === undefined) continue;
    if (minimaCount && space.residentPages <= space.residentMinimumPages) return true;
    if (space.lockedPages > 0 && findVma(space, references.vpnAt(node) * PAGE_BYTES)?.locked === true) return true;
  }
  return false;
}

/** A page of whoever has the swap token (progress.ts). */
function isTokenHolders({ frames, token }: Core, pfn: number): boolean {
  if (token.spaceId < 0) return false;
  const { references } = frames;
  for (let node = references.head[pfn]; node >= 0; node = references.next(node))
    if (references.spaceAt(node) === token.spaceId) return true;
  return false;
}

function hasBit(core: Core, pfn: number, bit: number): boolean {
  const { references } = core.frames;
  for (let node = references.head[pfn]; node >= 0; node = references.next(node)) {
    const space = core.spaces.get(references.spaceAt(node));
    if (space === undefined) continue;
    const pte = core.ram.i32[pteAddress(core.ram, space.rootPfn, references.vpnAt(node)) / 4];
    if (isValid(pte) && (pte & bit) !== 0) return true;
  }
  return false;
}

function isMappedBy(core: Core, pfn: number, spaceId: number): boolean {
  const space = core.spaces.get(spaceId);
  if (space === undefined) return false;
  const { references } = core.frames;
  for (let node = references.head[pfn]; node >= 0; node = references.next(node)) {
    if (references.spaceAt(node) !== spaceId) continue;
    const pte = core.ram.readWord(pteAddress(core.ram, space.rootPfn, references.vpnAt(node)));
    if (isValid(pte) && ptePfn(pte) === pfn) return true;
  }
  return false;
}
