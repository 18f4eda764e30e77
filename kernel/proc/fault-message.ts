/** Tells people what a program did wrong when a fault ends it: what, where, and where to look. */
import { hex } from "../../emulator/bits.ts";
import type { Access } from "../../emulator/trap.ts";
import type { Core } from "../core.ts";
import { areaAbove, findVma, permissionsOf } from "../mm/areas.ts";
import { readPte } from "../mm/page-table.ts";
import { SoftwarePte, softwareKind, softwareValue } from "../mm/software-pte.ts";
import type { AddressSpace } from "../mm/vma.ts";

const VERBS: Record<Access, string> = { load: "read from", store: "write to", execute: "execute at" };
/** An access this far below the lowest place of the stack is still taken for a stack that has grown too far. */
const NEAR_STACK_BYTES = 0x10_0000;

/** For a fault that an area allows and that cannot be resolved: nothing there to show, or a page that is lost. */
export function explainBus(core: Core, space: AddressSpace, vaddr: number): string {
  const pte = readPte(core.ram, space.rootPfn, vaddr >>> 12);
  if (softwareKind(pte) === SoftwarePte.Swap)
    return `it used ${hex(vaddr)}, and the swap device cannot read that page (slot ${softwareValue(pte)}): its contents are lost`;
  return `it used ${hex(vaddr)}, which lies beyond the end of the file that is mapped there`;
}

/** For the first access to a page that VirtualAlloc or VirtualProtect has made a guard (PAGE_GUARD). */
export const explainGuard = (vaddr: number, access: Access, pc: number): string =>
  `it tried to ${VERBS[access]} ${hex(vaddr)} (pc ${hex(pc)}), on a guard page (PAGE_GUARD): the first access raises an alarm, which it does not handle`;

/** One sentence or two for a fault that no area allows. */
export function explainSegv(space: AddressSpace, vaddr: number, access: Access, pc: number): string {
  const what = `it tried to ${VERBS[access]} ${hex(vaddr)} (pc ${hex(pc)})`;
  const vma = findVma(space, vaddr);
  if (vma !== undefined) {
    const where = `${vma.name === "" ? "an area" : vma.name} with rights ${permissionsOf(vma)}`;
    if (access === "execute")
      return `${what}, which lies in ${where}: the program has jumped into data; check function pointers and return addresses`;
    return `${what}, which lies in ${where}; ${vma.prot === 0 ? "that area is a guard" : "constants and code cannot be written"}`;
  }
  const above = areaAbove(space, vaddr);
  if (above?.growsDown && above.end - vaddr < space.stackLimitBytes + NEAR_STACK_BYTES) {
    const kib = space.stackLimitBytes / 1024;
    return `${what}, just below its stack, which may not grow past ${kib} KiB: look for endless recursion or large local arrays, or raise the limit`;
  }
  if (vaddr < 4096) return `${what}: a null pointer was followed; nothing is ever mapped there`;
  return `${what}, where nothing is reserved: the pointer was never valid, or its memory has been given back`;
}
