/**
 * Resource limits (getrlimit(2)). All sixteen are kept, inherited and shown; a program meets those that bound something here:
 *
 *     CPU      seconds of CPU time: SIGXCPU, SIGKILL (cpu-limit.ts)
 *     FSIZE    a file's length by write, truncation, fallocate: SIGXFSZ and −EFBIG
 *     DATA     private writable memory by brk, mmap, mprotect: −ENOMEM
 *     STACK    how far the stack grows, from the next growth on
 *     RSS      the maximum of the working set (Linux has had no use for it since 2.4.30)
 *     NOFILE   descriptors: −EMFILE
 *     AS       the size of the address space: −ENOMEM
 *     MSGQUEUE bytes that all POSIX message queues may ever hold: −EMFILE
 *     SIGPENDING  timers of timer_create: −EAGAIN
 *
 * CORE bounds nothing, for there are no core files: wait statuses never have the core-dump bit. NPROC, MEMLOCK, NICE and RTPRIO
 * do not bind root on Linux either, and everybody is root here. LOCKS and RTTIME are only kept.
 */
import { PAGE_BYTES } from "../../emulator/bits.ts";
import { Signal } from "../abi.ts";
import type { Core } from "../core.ts";
import { MMAP_TOP, STACK_TOP } from "../mm/address-space.ts";
import { areasOf } from "../mm/areas.ts";
import { Prot, type Vma } from "../mm/vma.ts";
import type { Process } from "./process.ts";
import { Resource, UNLIMITED } from "./resources.ts";
import { postThreadSignal, SignalCode } from "./signals.ts";

/** Would `pages` more break the limit on the size of the address space? */
export const exceedsSpace = (p: Process, pages: number): boolean =>
  (p.space.reservedPages + pages) * PAGE_BYTES > p.limits[Resource.AddressSpace].soft;

/** Private writable memory that is no stack: what Linux counts as data. */
export const isData = (vma: Pick<Vma, "prot" | "shared" | "growsDown">): boolean =>
  !vma.shared && !vma.growsDown && (vma.prot & Prot.Write) !== 0;

/** Would `pages` more of data break the limit on it? */
export function exceedsData(p: Process, pages: number): boolean {
  const { soft } = p.limits[Resource.Data];
  if (soft >= UNLIMITED || pages <= 0) return false;
  let bytes = pages * PAGE_BYTES;
  for (const vma of areasOf(p.space)) if (isData(vma)) bytes += vma.end - vma.start;
  return bytes > soft;
}

/** May a file of `p` be as long as that? If not, SIGXFSZ is on its way, and the call fails with EFBIG. */
export function permitsFileBytes(core: Core, p: Process, bytes: number): boolean {
  if (bytes <= p.limits[Resource.FileSize].soft || p.limits[Resource.FileSize].soft >= UNLIMITED) return true;
  postThreadSignal(core, p, Signal.SIGXFSZ, { code: SignalCode.User });
  return false;
}

/** How far the stack of a program of `p` may grow, in bytes: as its limit says, and as there is room for. */
export const stackLimitBytes = (p: Process): number =>
  Math.min(p.limits[Resource.Stack].soft, STACK_TOP - MMAP_TOP - PAGE_BYTES * 16);
