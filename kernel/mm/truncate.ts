/**
 * A file gets shorter, or a hole, while it is mapped. Pages that lie wholly beyond the new end are taken away from every
 * mapping at once, private copies included, as Linux does (unmap_mapping_range with even_cows): the next access finds no
 * page of the file there and ends in SIGBUS. A page that the end cuts stays, and shows zeros behind the end.
 */

import { PAGE_BYTES, pageCeil } from "../../emulator/bits.ts";
import type { Core } from "../core.ts";
import { type FileInode, sizeBytes } from "../fs/inode.ts";
import { dropRange } from "./address-space.ts";
import { areasOf } from "./areas.ts";
import { fileObject, flushFile, refreshFile } from "./page-cache.ts";
import { dropSlot, freeFrame, reservedPte, tellFreed } from "./pages.ts";
import { SoftwarePte, softwareKind, softwareValue } from "./software-pte.ts";
import type { SharedObject } from "./vma.ts";

/** Changes a file's length. −errno, with nothing changed, when it is a host's file and the host refuses. */
export function truncateFile(core: Core, inode: FileInode, bytes: number): number {
  const before = sizeBytes(inode);
  flushFile(core, inode.number);
  const refusal = core.fs.truncate(inode, bytes, core.hart.cycles);
  if (refusal !== 0) return refusal;
  if (bytes < before) dropBeyond(core, inode.number, pageCeil(bytes));
  const first = Math.min(before, bytes);
  refreshFile(core, inode.number, first, Math.max(before, bytes) - first + PAGE_BYTES);
  return 0;
}

/** Makes bytes [offset, offset + length) of a file a hole; its shared mappings show zeros there. 0 or −errno. */
export function punchFile(core: Core, inode: FileInode, offset: number, length: number): number {
  flushFile(core, inode.number);
  const refusal = core.fs.punch(inode, offset, offset + length, core.hart.cycles);
  refreshFile(core, inode.number, offset, length);
  return refusal;
}

/** Takes every page of the file from byte `end` on away from who maps it; `end` is a page boundary. */
function dropBeyond(core: Core, inode: number, end: number): void {
  const object = core.sharedObjects.size === 0 ? undefined : fileObject(core, inode);
  for (const space of core.spaces.values()) {
    for (const vma of areasOf(space)) {
      const { backing } = vma;
      const isOfFile =
        backing.kind === "file" ? backing.inode === inode : backing.kind === "shared" && backing.object === object?.id;
      if (!isOfFile || backing.kind === "anonymous") continue;
      const start = Math.max(vma.start, vma.start + end - backing.offset);
      if (start < vma.end) dropRange(core, space, start, vma.end, reservedPte(vma));
    }
  }
  if (object !== undefined) forgetPages(core, object, end / PAGE_BYTES);
}

/** The object lets go of its own pages from `firstPage` on, which nobody maps any more. */
function forgetPages(core: Core, object: SharedObject, firstPage: number): void {
  const freed: number[] = [];
  for (const [index, pte] of [...object.pages]) {
    if (index < firstPage) continue;
    object.pages.delete(index);
    const place = softwareValue(pte);
    if (softwareKind(pte) === SoftwarePte.Swap) dropSlot(core, place, -object.id, index);
    else {
      core.frames.references.remove(place, -object.id, index);
      if (core.frames.references.count[place] === 0 && freeFrame(core, place)) freed.push(place);
    }
  }
  for (const pfn of freed) tellFreed(core, pfn);
}
