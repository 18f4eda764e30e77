/**
 * Do the file system's books agree with each other and with the processes that use it? For tests and for the kernel
 * sanitizer, between two traps. Throws KernelPanic at the first disagreement.
 *
 *   - an inode's links are the names that refer to it, and every name refers to an inode
 *   - an inode's holds are the open files and the address spaces that refer to it; without links and holds it is gone
 *   - an open file's users are the descriptors that refer to it
 *   - a pipe's readers and writers are its open files, and its packets lie in order within its bytes
 *   - the totals of names, pipes, what they may hold beyond the usual, and chunks are right
 */

import type { Core } from "../core.ts";
import { areasOf } from "../mm/areas.ts";
import { KernelPanic } from "../panic.ts";
import type { FileTable, OpenFile } from "../proc/process.ts";
import type { FileSystem } from "./file-system.ts";
import { isReadable, isWritable } from "./flags.ts";
import type { StoredInode } from "./inode.ts";
import { extraBytes, type Pipe } from "./pipe.ts";
import { chargedBytes } from "./posix-queue.ts";
import { PROC_FIRST } from "./proc/nodes.ts";

/** The books of the file system alone. */
export function checkBooks(fs: FileSystem): void {
  const links = new Map<number, number>();
  const totals = { names: 0, pipes: 0, chunks: 0, extraPipeBytes: 0, queueBytes: 0 };
  for (const inode of fs.storedInodes()) {
    if (inode.kind === "fifo") {
      totals.pipes++;
      totals.extraPipeBytes += extraBytes(inode.pipe.capacityBytes);
    }
    totals.chunks += chunksOf(inode);
    if (inode.kind === "queue") totals.queueBytes += chargedBytes(inode.queue);
    if (inode.kind !== "directory") continue;
    for (const [name, entry] of inode.entries) {
      totals.names++;
      links.set(entry.inode, (links.get(entry.inode) ?? 0) + 1);
      if (entry.inode < PROC_FIRST && !fs.inode(entry.inode))
        throw new KernelPanic(`the name ${name} refers to no inode`);
    }
  }
  for (const number of fs.queues.values()) {
    if (fs.inode(number)?.kind !== "queue") throw new KernelPanic(`inode ${number} is named as a message queue`);
    links.set(number, (links.get(number) ?? 0) + 1);
  }
  for (const inode of fs.storedInodes()) {
    const counted = links.get(inode.number) ?? 0;
    if (inode.kind !== "directory" && inode.links !== counted) {
      throw new KernelPanic(`inode ${inode.number} has ${counted} names and counts ${inode.links}`);
    }
    if (inode.links === 0 && inode.holds === 0) throw new KernelPanic(`inode ${inode.number} is unreachable`, inode);
  }
  for (const [number, { parent, name }] of fs.folder.homes()) {
    const directory = fs.inode(parent);
    if (directory?.kind !== "directory" || directory.entries.get(name)?.inode !== number)
      throw new KernelPanic(`inode ${number} of the host's folder is not where the folder's books say: ${name}`);
  }
  const { names, pipes, usedChunks, extraPipeBytes } = fs.usage;
  const isPipesWrong = pipes !== totals.pipes || extraPipeBytes !== totals.extraPipeBytes;
  const isQueuesWrong = fs.queueBytes !== totals.queueBytes;
  if (names !== totals.names || isPipesWrong || isQueuesWrong || usedChunks !== totals.chunks) {
    throw new KernelPanic("the totals of the file system are wrong", { counted: totals, kept: fs.usage });
  }
}

/** Chunks that an inode is charged for. */
function chunksOf(inode: StoredInode): number {
  if (inode.kind === "generated") return Math.ceil(inode.bytes.length / 4096);
  return inode.kind === "file" ? inode.content.chunks.size : 0;
}

/** The books of the file system against the processes' descriptors and mappings. */
export function checkFiles(core: Core): void {
  checkBooks(core.fs);
  const users = countUsers(core);
  const holds = new Map<number, number>();
  const hold = (inode: number): void => void holds.set(inode, (holds.get(inode) ?? 0) + 1);
  for (const [file, count] of users) {
    if (file.users !== count) throw new KernelPanic(`${file.path} has ${count} descriptors and counts ${file.users}`);
    hold(file.inode);
  }
  for (const space of core.spaces.values()) {
    const mapped = new Set<number>();
    for (const { backing } of areasOf(space)) if (backing.kind === "file") mapped.add(backing.inode);
    mapped.forEach(hold);
  }
  for (const object of core.sharedObjects.values()) if (object.inode >= 0) hold(object.inode);
  for (const inode of core.fs.storedInodes()) {
    // Devices and the trampoline are held by the file system itself.
    const own = inode.kind === "device" || inode.number === core.fs.trampolineInode ? 1 : 0;
    const counted = (holds.get(inode.number) ?? 0) + own;
    if (inode.holds !== counted)
      throw new KernelPanic(`inode ${inode.number} is held ${counted} times and counts ${inode.holds}`);
    if (inode.kind === "fifo") checkPipe(inode.number, inode.pipe, [...users.keys()]);
  }
}

function countUsers(core: Core): Map<OpenFile, number> {
  const users = new Map<OpenFile, number>();
  const tables = new Set<FileTable>();
  for (const p of core.processes.values()) if (p.state !== "zombie") tables.add(p.files);
  for (const table of tables) {
    for (const slot of table.slots) if (slot) users.set(slot.file, (users.get(slot.file) ?? 0) + 1);
  }
  return users;
}

function checkPipe(inode: number, pipe: Pipe, files: readonly OpenFile[]): void {
  const ends = files.filter((file) => file.inode === inode);
  const readers = ends.filter(({ flags }) => isReadable(flags)).length;
  const writers = ends.filter(({ flags }) => isWritable(flags)).length;
  if (pipe.readers !== readers || pipe.writers !== writers) {
    throw new KernelPanic(`pipe ${inode} has ${readers} readers and ${writers} writers`, pipe);
  }
  let end = 0;
  for (const packet of pipe.packets) {
    const fits = packet.start >= end && packet.bytes > 0 && packet.start + packet.bytes <= pipe.bytes;
    if (!fits) throw new KernelPanic(`pipe ${inode} has packets that overlap, or bytes it has not`, pipe);
    end = packet.start + packet.bytes;
  }
}
