/** The files of /proc/PID that can be written: clear_refs and oom_score_adj (proc(5)), and page_priority. */

import { PAGE_BYTES } from "../../../emulator/bits.ts";
import { isValid, ptePfn } from "../../../emulator/pte.ts";
import { Errno } from "../../abi.ts";
import type { Core } from "../../core.ts";
import { areasOf } from "../../mm/areas.ts";
import { PRIORITIES } from "../../mm/frames.ts";
import { forEachPte } from "../../mm/page-table.ts";
import { clearSoftDirty } from "../../mm/soft-dirty.ts";
import { Reader, takeAccessed } from "../../mm/use.ts";
import type { Vma } from "../../mm/vma.ts";
import type { Process } from "../../proc/process.ts";

/**
 * What may be written to clear_refs: forget that pages were used, of all areas, of anonymous ones, of files; that they were
 * written; how many there were at most.
 */
const Clear = { All: 1, Anonymous: 2, Files: 3, SoftDirty: 4, Peak: 5 } as const;
const ADJUST_MAX = 1000;

/** A program has written `text` to a file of process `p`. 0 or −errno. */
export function setProcessControl(core: Core, p: Process, name: string, text: string): number {
  const match = /^[ \t]*(-?[0-9]+)[ \t]*\n?$/.exec(text);
  if (match === null) return -Errno.EINVAL;
  const value = Number(match[1]);
  if (name === "oom_score_adj") {
    if (Math.abs(value) > ADJUST_MAX) return -Errno.EINVAL;
    p.oomScoreAdjust = value;
    return 0;
  }
  if (name === "page_priority") {
    if (value < 0 || value >= PRIORITIES) return -Errno.EINVAL;
    if (p.space.id === 0) return -Errno.ESRCH;
    p.space.pagePriority = value;
    return 0;
  }
  if (value < Clear.All || value > Clear.Peak) return -Errno.EINVAL;
  if (p.state === "zombie") return -Errno.ESRCH;
  const { space } = p;
  if (value === Clear.Peak) space.peakResidentPages = space.residentPages;
  if (value === Clear.SoftDirty) clearSoftDirty(core, space);
  if (value >= Clear.SoftDirty) return 0;
  const isMeant = ({ backing }: Vma): boolean =>
    value === Clear.All || (backing.kind === "file") === (value === Clear.Files);
  for (const vma of areasOf(p.space)) if (isMeant(vma)) clearAccessed(core, p, vma);
  return 0;
}

/** smaps has taken note of an area's use; who else learns from A bits still will (use.ts). */
function clearAccessed(core: Core, p: Process, vma: Vma): void {
  const { ram } = core;
  forEachPte(ram, p.space.rootPfn, vma.start / PAGE_BYTES, vma.end / PAGE_BYTES, (vpn, paddr, pte) => {
    if (!isValid(pte)) return;
    takeAccessed(core, p.space, vpn, paddr, ptePfn(pte));
    core.frames.used[ptePfn(pte)] &= ~Reader.Referenced;
  });
}
