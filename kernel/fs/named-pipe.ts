/**
 * Opening a named pipe: who opens one end sleeps until somebody opens the other (fifo(7)).
 *
 * Who sleeps is neither a reader nor a writer yet. Whoever comes to the other end opens for all who sleep there: each gets
 * its descriptor, which is the result of its call. So none can miss one who has come and gone before it runs again, and a
 * signal that ends its sleep leaves nothing behind.
 */
import { Errno } from "../abi.ts";
import type { Core } from "../core.ts";
import type { Process } from "../proc/process.ts";
import { makeReady } from "../proc/scheduler.ts";
import { isReadable, isWritable, OPENING_FLAGS, Open } from "./flags.ts";
import type { FifoInode } from "./inode.ts";
import { freeDescriptor, installDescriptor, openInode } from "./open-file.ts";
import { waitOn } from "./transfer.ts";

type End = "reader" | "writer";

/** Channel of those who wait, to become readers or writers, for the other end to be opened. */
const openChannel = (inode: number, end: End): string => `open-${end}:${inode}`;

/** Opens a pipe for `p`: its new descriptor, −errno or RESTART. */
export function openPipe(core: Core, p: Process, inode: FifoInode, flags: number, path: string): number {
  const { number, pipe } = inode;
  const [reads, writes] = [isReadable(flags), isWritable(flags)];
  const isOtherOpen = reads ? pipe.writers > 0 : pipe.readers > 0;
  const isOneEnd = reads !== writes;
  const waiting = openChannel(number, reads ? "writer" : "reader");
  // What has no name has been opened by /proc/PID/fd: a pipe that pipe2 made, which is never waited for.
  if (inode.links > 0 && isOneEnd && !isOtherOpen && sleepers(core, waiting).length === 0) {
    if ((flags & Open.NonBlock) === 0) {
      const result = waitOn(core, p, openChannel(number, reads ? "reader" : "writer"), 0);
      if (p.restart !== null) p.restart.opening = { flags, path };
      return result;
    }
    if (writes) return -Errno.ENXIO;
  }
  const before = pipe.writerOpens;
  const fd = install(core, p, number, flags, path);
  if (fd < 0) return fd;
  if (reads) admit(core, number, "writer");
  if (writes) admit(core, number, "reader");
  const file = p.files.slots[fd]?.file;
  if (file && inode.links > 0 && isOneEnd && reads && pipe.writers === 0) file.writerOpensBefore = before;
  return fd;
}

function sleepers(core: Core, channel: string): Process[] {
  return [...core.processes.values()].filter((q) => q.state === "blocked" && q.channel === channel);
}

/** Opens for everybody who waits to become a reader, or a writer. */
function admit(core: Core, inode: number, end: End): void {
  for (const q of sleepers(core, openChannel(inode, end))) {
    if (q.restart?.opening === undefined) continue;
    q.restart.result = install(core, q, inode, q.restart.opening.flags, q.restart.opening.path);
    makeReady(core, q);
  }
}

function install(core: Core, p: Process, inode: number, flags: number, path: string): number {
  const fd = freeDescriptor(p);
  if (fd < 0) return fd;
  const file = openInode(core, inode, flags & ~OPENING_FLAGS, path);
  return installDescriptor(p, file, (flags & Open.CloseOnExec) !== 0);
}
