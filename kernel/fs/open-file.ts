/**
 * Open files and descriptor tables: what open, dup, fork, exec and exit do to them. An open file holds its inode, and
 * counts as a reader or writer of its pipe, from the first descriptor to the last.
 */
import { Errno } from "../abi.ts";
import type { Core } from "../core.ts";
import type { Descriptor, FileTable, OpenFile, Process } from "../proc/process.ts";
import { Resource } from "../proc/resources.ts";
import { wake } from "../proc/scheduler.ts";
import { isReadable, isWritable, Open } from "./flags.ts";
import type { Inode } from "./inode.ts";
import { dropLocks, releaseLocks } from "./locks.ts";

/** Most descriptors that a process can have, whatever its limit says. /proc numbers leave room for as many. */
export const MAX_DESCRIPTORS = 1024;

/** Channel of those who wait for any of several files (ppoll). */
export const POLL_CHANNEL = "poll";

/** Tells sleepers that a file has become readable or writable: those of the file's own channel and those who poll. */
export function notify(core: Core, channel: string): void {
  wake(core, channel);
  wake(core, POLL_CHANNEL);
}

export const pipeChannel = (inode: number): string => `pipe:${inode}`;

/** A new open file, held by nobody yet: give it to `installDescriptor`, or `releaseFile` it. */
export function openInode(core: Core, inode: number, flags: number, path: string): OpenFile {
  core.fs.hold(inode);
  const file: OpenFile = { users: 0, flags, offset: 0, inode, path };
  const pipe = pipeOf(core.fs.inode(inode));
  if (pipe && isReadable(flags)) pipe.readers++;
  if (pipe && isWritable(flags)) {
    pipe.writers++;
    pipe.writerOpens++;
  }
  return file;
}

const pipeOf = (inode: Inode | undefined) => (inode?.kind === "fifo" ? inode.pipe : null);

/** One descriptor fewer; with the last the file is closed. */
export function releaseFile(core: Core, file: OpenFile): void {
  if (--file.users > 0) return;
  releaseLocks(core, file);
  const pipe = pipeOf(core.fs.inode(file.inode));
  if (pipe && isReadable(file.flags)) pipe.readers--;
  if (pipe && isWritable(file.flags)) pipe.writers--;
  core.fs.release(file.inode);
  if (pipe) notify(core, pipeChannel(file.inode));
}

/** Descriptors that `p` may have: its limit, as far as the machine goes along. */
export const descriptorLimit = (p: Process): number => Math.min(MAX_DESCRIPTORS, p.limits[Resource.OpenFiles].soft);

/** The lowest free slot from `lowest` on, or −EMFILE. */
export function freeDescriptor(p: Process, lowest = 0): number {
  const limit = descriptorLimit(p);
  for (let fd = lowest; fd < limit; fd++) if (!p.files.slots[fd]) return fd;
  return -Errno.EMFILE;
}

/** Puts an open file in the lowest free slot from `lowest` on; −EMFILE when there is none. */
export function installDescriptor(p: Process, file: OpenFile, closeOnExec: boolean, lowest = 0): number {
  const fd = freeDescriptor(p, lowest);
  if (fd >= 0) putDescriptor(p.files, fd, { file, closeOnExec });
  return fd;
}

/** Fills one slot that is free. */
export function putDescriptor(table: FileTable, fd: number, descriptor: Descriptor): void {
  while (table.slots.length < fd) table.slots.push(null);
  table.slots[fd] = descriptor;
  descriptor.file.users++;
}

/** The descriptor, or null: EBADF. */
export function descriptorOf(p: Process, fd: number): Descriptor | null {
  return fd >= 0 && fd < p.files.slots.length ? p.files.slots[fd] : null;
}

export function closeDescriptor(core: Core, table: FileTable, fd: number): void {
  const descriptor = table.slots[fd];
  if (!descriptor) return;
  table.slots[fd] = null;
  dropLocks(core, table, descriptor.file.inode);
  dropWatcher(core, table, descriptor.file.inode);
  releaseFile(core, descriptor.file);
}

/** A process that closes a message queue is not told of its messages any more. */
function dropWatcher(core: Core, table: FileTable, number: number): void {
  const inode = core.fs.inode(number);
  if (inode?.kind !== "queue" || inode.queue.watcher === null) return;
  const { tgid } = inode.queue.watcher;
  for (const p of core.processes.values()) if (p.tgid === tgid && p.files === table) inode.queue.watcher = null;
}

/** Fork: a copy of the table whose descriptors share the open files. */
export function forkFiles(table: FileTable): FileTable {
  for (const slot of table.slots) if (slot) slot.file.users++;
  return { users: 1, locks: [], slots: table.slots.map((slot) => (slot ? { ...slot } : null)) };
}

/** One user of the table fewer (exit); with the last all its descriptors are closed. */
export function releaseFiles(core: Core, table: FileTable): void {
  if (--table.users > 0) return;
  for (let fd = 0; fd < table.slots.length; fd++) closeDescriptor(core, table, fd);
  table.slots = [];
}

/** Exec: closes what was opened with O_CLOEXEC. The caller has made sure that the table is not shared. */
export function closeOnExec(core: Core, table: FileTable): void {
  for (let fd = 0; fd < table.slots.length; fd++) if (table.slots[fd]?.closeOnExec) closeDescriptor(core, table, fd);
}

/** Descriptors 0, 1 and 2 of a first process on the host's standard streams: character devices, no terminal. */
export function openHostStreams(core: Core, p: Process): void {
  for (const stream of ["stdin", "stdout", "stderr"] as const) {
    const flags = (stream === "stdin" ? Open.ReadOnly : Open.WriteOnly) | Open.LargeFile;
    installDescriptor(p, openInode(core, core.fs.deviceInode(stream), flags, `/dev/${stream}`), false);
  }
}

/** Descriptors 0, 1 and 2 of a first process on /dev/tty, which becomes the controlling terminal of its session. */
export function openTerminal(core: Core, p: Process): void {
  const file = openInode(core, core.fs.deviceInode("tty"), Open.ReadWrite | Open.LargeFile, "/dev/tty");
  for (let fd = 0; fd < 3; fd++) installDescriptor(p, file, false);
  p.tty = 0;
  core.fs.terminal.session = p.sid;
  core.fs.terminal.foreground = p.pgid;
}
