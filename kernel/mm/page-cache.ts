/**
 * Shared mappings of files: the pages that all mappings of a file have in common, and their way back into the file.
 *
 * A file that is mapped MAP_SHARED has one SharedObject, which holds its pages by index as it would anonymous ones. What
 * differs: a page's first contents come from the file, and a page that has been written goes back to the file, not to
 * swap. That happens when its last mapping goes (unmapping, trimming, exit), at msync, and before read(2) or a private
 * mapping looks at the file; write(2) and truncation (truncate.ts) bring resident pages up to date. So everyone always sees one file.
 *
 * Files live in memory, so writing one takes no device; a copy of the page is charged. When the file system is full, the
 * page keeps its contents like an anonymous one (swap included), and later attempts try again.
 */
import { PAGE_BYTES, pageCeil } from "../../emulator/bits.ts";
import { isValid, PTE_D } from "../../emulator/pte.ts";
import { Errno } from "../abi.ts";
import type { Core } from "../core.ts";
import { charge } from "../counters.ts";
import { sizeBytes } from "../fs/inode.ts";
import { Copy, Flight } from "./frames.ts";
import { fencePage, pteAddress, writePte } from "./page-table.ts";
import { SoftwarePte, softwareKind, softwareValue } from "./software-pte.ts";
import type { SharedObject } from "./vma.ts";

/** The object of a file that is mapped shared at the moment, or undefined. */
export function fileObject(core: Core, inode: number): SharedObject | undefined {
  for (const object of core.sharedObjects.values()) if (object.inode === inode) return object;
  return undefined;
}

/** Is the frame a page of a file that is mapped shared? */
export const isFilePage = (core: Core, pfn: number): boolean => filePage(core, pfn) !== null;

/** The file object that a frame is a page of, with the page's index, or null. */
function filePage(core: Core, pfn: number): { object: SharedObject; index: number } | null {
  const { references } = core.frames;
  for (let node = references.head[pfn]; node >= 0; node = references.next(node)) {
    const id = references.spaceAt(node);
    if (id >= 0) continue;
    const object = core.sharedObjects.get(-id);
    return object === undefined || object.inode < 0 ? null : { object, index: references.vpnAt(node) };
  }
  return null;
}

/** Bytes of a file now, 0 when it is gone. */
export function fileBytes(core: Core, inode: number): number {
  const found = core.fs.inode(inode);
  return found?.kind === "file" ? sizeBytes(found) : 0;
}

/** Is page `index` of the object beyond the end of its file? Anonymous objects have no end. */
export const isBeyondFile = (core: Core, object: SharedObject, index: number): boolean =>
  object.inode >= 0 && index * PAGE_BYTES >= pageCeil(fileBytes(core, object.inode));

/** Stores a page's bytes into its file, up to the file's end. 0, or −errno: it is full, say. */
function store(core: Core, object: SharedObject, index: number, page: Uint8Array): number {
  const inode = core.fs.inode(object.inode);
  if (inode?.kind !== "file") return -Errno.EIO;
  const bytes = Math.min(PAGE_BYTES, sizeBytes(inode) - index * PAGE_BYTES);
  charge(core, core.costs.fileOut);
  return bytes <= 0 ? 0 : core.fs.write(inode, index * PAGE_BYTES, page.slice(0, bytes), core.hart.cycles);
}

/** An unmapped page without a copy goes back to its file, if it is a file's. Returns whether the file has it now. */
export function writeBack(core: Core, pfn: number): boolean {
  const page = filePage(core, pfn);
  return page !== null && store(core, page.object, page.index, core.ram.frame(pfn)) === 0;
}

/**
 * Every page of the file that has been written since becomes part of the file; pages stay mapped, with D clear. 0, or the first
 * −errno with which a page did not get there: it is tried again next time.
 */
export function flushFile(core: Core, inode: number): number {
  const object = core.sharedObjects.size === 0 ? undefined : fileObject(core, inode);
  if (object === undefined) return 0;
  let outcome = 0;
  for (const [index, held] of object.pages) {
    const place = softwareValue(held);
    if (softwareKind(held) === SoftwarePte.Swap) {
      const bytes = core.swap.bytes(place);
      if (bytes === undefined || core.swap.isUnreadable(place)) continue;
      const stored = store(core, object, index, bytes);
      outcome ||= stored;
    } else if (isWritten(core, place)) {
      const stored = store(core, object, index, core.ram.frame(place));
      if (stored === 0) settle(core, place);
      outcome ||= stored;
    }
  }
  return outcome;
}

function isWritten(core: Core, pfn: number): boolean {
  return core.frames.copy[pfn] === Copy.None || core.view.isModified(pfn);
}

/** The file has the page now: every D bit is cleared, so that the next store shows. */
function settle(core: Core, pfn: number): void {
  const { frames } = core;
  // A page that once could not be written back has a slot, or is on its way to one: swap stays its copy.
  if (frames.slot[pfn] >= 0 || frames.flight[pfn] !== Flight.None) return;
  if (frames.mapped[pfn] > 0) frames.copy[pfn] = Copy.File;
  for (const { space: id, vpn } of frames.references.list(pfn)) {
    const space = core.spaces.get(id);
    if (space === undefined) continue;
    const paddr = pteAddress(core.ram, space.rootPfn, vpn);
    const pte = core.ram.readWord(paddr);
    if (!isValid(pte) || (pte & PTE_D) === 0) continue;
    writePte(core, space, vpn, paddr, (pte & ~PTE_D) >>> 0);
    fencePage(core, space, vpn);
  }
}

/** The file has changed by write(2) or truncation from `offset` on: resident pages show it. */
export function refreshFile(core: Core, inode: number, offset: number, bytes: number): void {
  const object = core.sharedObjects.size === 0 ? undefined : fileObject(core, inode);
  if (object === undefined) return;
  const last = Math.floor((offset + bytes - 1) / PAGE_BYTES);
  for (const [index, held] of object.pages) {
    if (index * PAGE_BYTES + PAGE_BYTES <= offset || index > last) continue;
    const isSwapped = softwareKind(held) === SoftwarePte.Swap;
    // Bytes on the device are replaced as a whole: snapshots share them.
    const page = isSwapped ? new Uint8Array(PAGE_BYTES) : core.ram.frame(softwareValue(held));
    const got = core.fs.readInode(inode, index * PAGE_BYTES, page);
    page.fill(0, got);
    if (isSwapped) core.swap.replaceBytes(softwareValue(held), page);
  }
}
