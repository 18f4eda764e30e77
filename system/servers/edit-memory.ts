/**
 * A debugger's stores into a process's memory, entered into the run's log so that the run can be repeated.
 *
 * Only a page that is in RAM and belongs to this address space alone (or is shared on purpose) can be written: a page that is
 * shared copy-on-write, in swap, in a file or not there yet would need the kernel's fault path, which a debugger must not set off.
 * The PTE's D bit is set too, as the hardware would, or replacement would take the page for clean and lose the bytes.
 */
import { PAGE_BYTES, PAGE_MASK } from "../../emulator/bits.ts";
import { isValid, PTE_D, ptePfn } from "../../emulator/pte.ts";
import { findVma } from "../../kernel/mm/areas.ts";
import { pteAddress } from "../../kernel/mm/page-table.ts";
import { processOf } from "../inspect.ts";
import type { Timeline } from "../timeline.ts";

/** Null, or why it cannot be done; then nothing has been written. */
export function writeMemory(timeline: Timeline, pid: number, vaddr: number, bytes: Uint8Array): string | null {
  const { machine } = timeline;
  const p = processOf(machine, pid);
  if (p === undefined || p.state === "zombie") return `there is no process ${pid}`;
  const parts: { pte: number; paddr: number; bytes: Uint8Array }[] = [];
  for (let done = 0; done < bytes.length; ) {
    const at = vaddr + done;
    const page = `page 0x${(at & ~PAGE_MASK).toString(16)} of process ${pid}`;
    const pte = at > 0xffffffff ? -1 : pteAddress(machine.ram, p.space.rootPfn, at >>> 12);
    const value = pte < 0 ? 0 : machine.ram.readWord(pte);
    if (!isValid(value)) return `${page} is not in memory; let the program touch it first`;
    const pfn = ptePfn(value);
    const isShared = findVma(p.space, at)?.shared === true;
    if (!isShared && machine.kernel.core.frames.references.count[pfn] > 1)
      return `${page} is shared copy-on-write; let the program write to it first`;
    const length = Math.min(bytes.length - done, PAGE_BYTES - (at & PAGE_MASK));
    parts.push({ pte, paddr: pfn * PAGE_BYTES + (at & PAGE_MASK), bytes: bytes.slice(done, done + length) });
    done += length;
  }
  for (const part of parts) {
    const before = machine.ram.readWord(part.pte);
    if ((before & PTE_D) === 0) {
      timeline.edit({
        kind: "memory",
        paddr: part.pte,
        bytes: new Uint8Array(new Int32Array([before | PTE_D]).buffer),
      });
    }
    timeline.edit({ kind: "memory", paddr: part.paddr, bytes: part.bytes });
  }
  return null;
}
