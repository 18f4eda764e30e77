/**
 * The file system's state: every inode, the terminal, the host's input streams. One tree in memory (a tmpfs), with
 * devices in /dev and the computed files of /proc (kernel/fs/proc) as its only other "mounts".
 *
 * Plain data behind methods that keep its books: link counts, holds, and the bounds that keep a guest from filling the
 * host's memory. What it starts with is put in by kernel/fs/root-image.ts; walking paths is kernel/fs/path.ts, moving
 * bytes kernel/fs/input-output.ts; the books of pipes and message queues are pipe-book.ts and queue-book.ts.
 */

import { Errno } from "../abi.ts";
import { KernelPanic } from "../panic.ts";
import { copyTerminal, emptyTerminal, type Terminal } from "../tty/terminal.ts";
import {
  chunksNeeded,
  contentOf,
  contiguousContent,
  emptyContent,
  MAX_FILE_BYTES,
  punchContent,
  readContent,
  truncateContent,
  writeContent,
} from "./content.ts";
import { Folder, type FolderSnapshot } from "./folder.ts";
import {
  copyInode,
  type DeviceName,
  type DirectoryInode,
  type FifoInode,
  type FileInode,
  type Inode,
  type StoredInode,
} from "./inode.ts";
import { emptyPipe } from "./pipe.ts";
import { PipeBook, type PipeBookSnapshot } from "./pipe-book.ts";
import type { PosixQueue } from "./posix-queue.ts";
import { PROC_FIRST, procInode } from "./proc/nodes.ts";
import { QueueBook, type QueueBookSnapshot } from "./queue-book.ts";
import { isSealed, Seal } from "./seals.ts";
import { trampolinePage } from "./trampoline.ts";

/** Inode number of the root directory. */
export const ROOT_INODE = 1;
/** Chunks of 4 KiB that all files together may hold at least, the root image and the text of open /proc files included: 64 MiB. */
export const CAPACITY_CHUNKS = 16384;
/** Chunks that are left for programs, however large the root image is: 32 MiB. */
const SPARE_CHUNKS = 8192;
/** Inodes and names that may exist at once. */
export const MAX_INODES = 65536;
export const MAX_NAMES = 131072;

/** Bytes from the host that no program has read yet, and whether more can come. */
export interface HostInput {
  /** In order of arrival; never changed in place. */
  chunks: Uint8Array[];
  /** Bytes of the first chunk that have been read. */
  taken: number;
  ended: boolean;
}

export interface FileSystemSnapshot {
  readonly inodes: readonly StoredInode[];
  readonly nextInode: number;
  readonly usedChunks: number;
  readonly names: number;
  readonly pipes: PipeBookSnapshot;
  readonly trampolineInode: number;
  readonly terminal: Terminal;
  readonly stdin: HostInput;
  readonly folder: FolderSnapshot;
  readonly queues: QueueBookSnapshot;
}

/** Bytes of zeros that the host gets at a time for a hole. */
const PUNCH_BYTES = 1 << 16;

const DEVICES: readonly DeviceName[] = ["null", "zero", "full", "random", "urandom", "tty", "console"];

export class FileSystem {
  /** The one terminal, tty0. */
  terminal: Terminal = emptyTerminal();
  /** The host's standard input, for programs that are run without a terminal. */
  stdin: HostInput = { chunks: [], taken: 0, ended: false };
  /** File of the page with the instructions that a signal handler returns to; mapped by exec as "[vdso]". */
  trampolineInode = 0;
  /** Chunks that all files together may hold. */
  capacityChunks = CAPACITY_CHUNKS;

  /** The host's folder that this is a copy of, if it is one. */
  readonly folder = new Folder((inode) => this.#inodes.get(inode)?.kind === "fifo");

  #inodes = new Map<number, StoredInode>();
  #nextInode = ROOT_INODE;
  #usedChunks = 0;
  #names = 0;
  readonly #pipes = new PipeBook();
  readonly #queues = new QueueBook();
  /** Inodes of the devices, the host's streams included; the same in every file system. */
  readonly #devices = new Map<DeviceName, number>();

  constructor() {
    const root = this.#add({
      ...this.#fields(0o755, 0),
      kind: "directory",
      entries: new Map(),
      nextCookie: 2,
      parent: ROOT_INODE,
    });
    root.links = 2;
    const dev = this.makeDirectory(root as DirectoryInode, "dev", 0o755, 0);
    for (const device of DEVICES) this.#makeDevice(dev, device);
    this.makeSymlink(dev, "fd", "/proc/self/fd", 0);
    for (const [fd, name] of ["stdin", "stdout", "stderr"].entries())
      this.makeSymlink(dev, name, `/proc/self/fd/${fd}`, 0);
    this.makeDirectory(dev, "shm", 0o1777, 0);
    const proc = this.makeDirectory(root as DirectoryInode, "proc", 0o555, 0);
    this.#mountProc(root as DirectoryInode, proc);
    this.makeDirectory(root as DirectoryInode, "tmp", 0o1777, 0);
    for (const device of ["stdin", "stdout", "stderr"] as const) {
      this.#addDevice(device, 0o600);
    }
    const page = trampolinePage();
    const trampoline = this.#add({ ...this.#fields(0o555, 0), kind: "file", content: contentOf(page) });
    trampoline.holds = 1;
    this.#usedChunks += 1;
    this.trampolineInode = trampoline.number;
  }

  // ---- looking up ----

  /** The inode, or undefined when it is gone. Places in /proc always are. */
  inode(number: number): Inode | undefined {
    return number >= PROC_FIRST ? procInode(number) : this.#inodes.get(number);
  }

  get root(): DirectoryInode {
    const root = this.#inodes.get(ROOT_INODE);
    if (root?.kind !== "directory") throw new KernelPanic("the root directory is gone");
    return root;
  }

  /** Inode of a device; there is always one. */
  deviceInode(device: DeviceName): number {
    return this.#devices.get(device)!;
  }

  /** All bytes of a regular file in one array that must not be changed; undefined when there is no such file. */
  inodeBytes(number: number): Uint8Array | undefined {
    const inode = this.inode(number);
    return inode?.kind === "file" ? contiguousContent(inode.content) : undefined;
  }

  /** Copies file bytes from `offset` into `dst` (to fill a page of a mapping); returns how many, 0 when it is gone. */
  readInode(number: number, offset: number, dst: Uint8Array): number {
    const inode = this.inode(number);
    return inode?.kind === "file" ? readContent(inode.content, offset, dst) : 0;
  }

  /** Every inode that is stored, for the checker (check.ts). */
  storedInodes(): Iterable<StoredInode> {
    return this.#inodes.values();
  }

  /** Chunks and inodes in use, for statistics. */
  get usage(): {
    readonly usedChunks: number;
    readonly inodes: number;
    readonly names: number;
    readonly pipes: number;
    readonly extraPipeBytes: number;
  } {
    const { count: pipes, extraBytes: extraPipeBytes } = this.#pipes;
    return { usedChunks: this.#usedChunks, inodes: this.#inodes.size, names: this.#names, pipes, extraPipeBytes };
  }

  // ---- making ---- (each returns undefined when a bound is reached: ENOSPC)

  /** The number that the next inode will have. */
  get nextInode(): number {
    return this.#nextInode;
  }

  /** The root image is in: with a large one the file system is larger. */
  leaveRoom(): void {
    this.capacityChunks = Math.max(CAPACITY_CHUNKS, this.#usedChunks + SPARE_CHUNKS);
  }

  canAdd(): boolean {
    return this.#inodes.size < MAX_INODES && this.#names < MAX_NAMES;
  }

  makeFile(
    parent: DirectoryInode,
    name: string,
    permissions: number,
    nowCycles: number,
    content = emptyContent(),
  ): FileInode {
    const inode: FileInode = { ...this.#fields(permissions, nowCycles), kind: "file", content };
    this.#usedChunks += content.chunks.size;
    this.#add(inode);
    this.link(parent, name, inode, nowCycles);
    return inode;
  }

  /** A file that no directory names; it lives while somebody holds it. */
  makeNameless(permissions: number, nowCycles: number): FileInode {
    const inode: FileInode = { ...this.#fields(permissions, nowCycles), kind: "file", content: emptyContent() };
    this.#add(inode);
    return inode;
  }

  makeDirectory(parent: DirectoryInode, name: string, permissions: number, nowCycles: number): DirectoryInode {
    const fields = this.#fields(permissions, nowCycles);
    const inode: DirectoryInode = {
      ...fields,
      kind: "directory",
      entries: new Map(),
      nextCookie: 2,
      parent: parent.number,
    };
    this.#add(inode);
    this.link(parent, name, inode, nowCycles);
    // Its own "." is the second name, its ".." one more for the parent.
    inode.links = 2;
    parent.links++;
    return inode;
  }

  makeSymlink(parent: DirectoryInode, name: string, target: string, nowCycles: number): void {
    const inode = this.#add({ ...this.#fields(0o777, nowCycles), kind: "symlink", target });
    this.link(parent, name, inode, nowCycles);
  }

  /** A pipe without a name, not yet held by anyone. Undefined when there are too many. */
  makePipe(nowCycles: number, permissions = 0o600): StoredInode | undefined {
    if (this.#pipes.isFull || this.#inodes.size >= MAX_INODES) return undefined;
    this.#pipes.made();
    return this.#add({ ...this.#fields(permissions, nowCycles), kind: "fifo", pipe: emptyPipe() });
  }

  /** A named pipe. Undefined when there are too many. */
  makeFifo(parent: DirectoryInode, name: string, permissions: number, nowCycles: number): StoredInode | undefined {
    const inode = this.makePipe(nowCycles, permissions);
    if (inode) this.link(parent, name, inode, nowCycles);
    return inode;
  }

  /** Bytes that all message queues together are charged for (chargedBytes). */
  get queueBytes(): number {
    return this.#queues.bytes;
  }

  /** Inodes of the POSIX message queues that have a name. */
  get queues(): ReadonlyMap<string, number> {
    return this.#queues.names;
  }

  /** A message queue under a name that none has. The caller has checked limits. Undefined when there are too many inodes. */
  makeQueue(name: string, permissions: number, queue: PosixQueue, nowCycles: number): StoredInode | undefined {
    if (!this.canAdd()) return undefined;
    const inode = this.#add({ ...this.#fields(permissions, nowCycles), kind: "queue", queue });
    inode.links = 1;
    this.#queues.made(name, inode.number, queue);
    return inode;
  }

  /** Takes a message queue its name. It goes when nobody has it open. */
  unlinkQueue(name: string): void {
    const inode = this.#inodes.get(this.queues.get(name) ?? -1);
    this.#queues.unname(name);
    if (!inode) return;
    inode.links--;
    this.#collect(inode);
  }

  /** F_SETPIPE_SZ: the new size, or −errno. */
  resizePipe({ pipe }: FifoInode, bytes: number): number {
    return this.#pipes.resize(pipe, bytes);
  }

  /** The text of a /proc file for one open. Undefined when memory for it would pass the bound. */
  makeGenerated(node: number, bytes: Uint8Array, nowCycles: number): StoredInode | undefined {
    const chunks = Math.ceil(bytes.length / 4096);
    if (this.#usedChunks + chunks > this.capacityChunks || this.#inodes.size >= MAX_INODES) return undefined;
    this.#usedChunks += chunks;
    return this.#add({ ...this.#fields(0o444, nowCycles), kind: "generated", bytes, node });
  }

  // ---- names ----

  link(parent: DirectoryInode, name: string, inode: StoredInode, nowCycles: number): void {
    parent.entries.set(name, { inode: inode.number, cookie: parent.nextCookie++ });
    inode.links++;
    inode.ctimeCycles = nowCycles;
    this.#names++;
    this.#touch(parent, nowCycles);
    this.folder.named(parent.number, name, inode.number);
  }

  /** Removes a name; the inode goes with its last name and last hold. A directory must be empty. */
  unlink(parent: DirectoryInode, name: string, nowCycles: number): void {
    const entry = parent.entries.get(name);
    if (!entry) throw new KernelPanic(`unlink of a missing name ${name}`);
    parent.entries.delete(name);
    this.#names--;
    this.#touch(parent, nowCycles);
    const inode = this.#inodes.get(entry.inode);
    if (!inode) return;
    inode.ctimeCycles = nowCycles;
    inode.links--;
    if (inode.kind === "directory") {
      inode.links = 0;
      parent.links--;
    }
    this.folder.unnamed(inode.number, parent.number, name, () => this.#otherName(inode));
    this.#collect(inode);
  }

  /** Moves a name, replacing what the new name meant before. The caller has checked kinds and loops. */
  rename(from: DirectoryInode, name: string, to: DirectoryInode, newName: string, nowCycles: number): void {
    const entry = from.entries.get(name);
    if (!entry) throw new KernelPanic(`rename of a missing name ${name}`);
    if (to.entries.has(newName)) this.unlink(to, newName, nowCycles);
    from.entries.delete(name);
    to.entries.set(newName, { inode: entry.inode, cookie: to.nextCookie++ });
    this.#touch(from, nowCycles);
    this.#touch(to, nowCycles);
    const inode = this.#inodes.get(entry.inode);
    if (!inode) return;
    this.folder.renamed(inode.number, { parent: from.number, name }, { parent: to.number, name: newName });
    inode.ctimeCycles = nowCycles;
    if (inode.kind === "directory" && from !== to) {
      inode.parent = to.number;
      from.links--;
      to.links++;
    }
  }

  /** Two names change what they mean (RENAME_EXCHANGE). The caller has checked loops. */
  exchange(a: DirectoryInode, name: string, b: DirectoryInode, other: string, nowCycles: number): void {
    const [first, second] = [a.entries.get(name), b.entries.get(other)];
    if (!first || !second) throw new KernelPanic(`exchange of a missing name ${name} or ${other}`);
    a.entries.set(name, { inode: second.inode, cookie: first.cookie });
    b.entries.set(other, { inode: first.inode, cookie: second.cookie });
    for (const { number, from, to } of [
      { number: first.inode, from: a, to: b },
      { number: second.inode, from: b, to: a },
    ]) {
      const inode = this.#inodes.get(number);
      if (!inode) continue;
      inode.ctimeCycles = nowCycles;
      if (inode.kind !== "directory" || from === to) continue;
      inode.parent = to.number;
      from.links--;
      to.links++;
    }
    this.#touch(a, nowCycles);
    this.#touch(b, nowCycles);
  }

  // ---- holds ----

  /** Keeps an inode alive while an open file or a mapping refers to it. */
  hold(number: number): void {
    const inode = this.#inodes.get(number);
    if (inode) inode.holds++;
  }

  release(number: number): void {
    const inode = this.#inodes.get(number);
    if (!inode) return;
    if (inode.holds <= 0) throw new KernelPanic(`inode ${number} released once too often`);
    inode.holds--;
    if (inode.holds === 0) this.folder.closed(number);
    this.#collect(inode);
  }

  // ---- content ----

  /** Writes into a file. −errno, with nothing changed, when it would grow past the bounds or the host refuses. */
  write(inode: FileInode, offset: number, src: Uint8Array, nowCycles: number): number {
    if (offset + src.length > MAX_FILE_BYTES) return -Errno.EFBIG;
    const needed = chunksNeeded(inode.content, offset, src.length);
    if (this.#usedChunks + needed > this.capacityChunks) return -Errno.ENOSPC;
    const refusal = this.folder.ask(inode.number, { kind: "write", offset, bytes: src });
    if (refusal !== 0) return refusal;
    this.#usedChunks += needed;
    writeContent(inode.content, offset, src);
    this.#touch(inode, nowCycles);
    return 0;
  }

  /** Sets a file's length. −errno, with nothing changed, when the host refuses. */
  truncate(inode: FileInode, bytes: number, nowCycles: number): number {
    const change = bytes < inode.content.bytes ? Seal.Shrink : bytes > inode.content.bytes ? Seal.Grow : 0;
    if (isSealed(inode, change)) return -Errno.EPERM;
    const refusal = this.folder.ask(inode.number, { kind: "truncate", bytes });
    if (refusal !== 0) return refusal;
    const before = inode.content.chunks.size;
    truncateContent(inode.content, bytes);
    this.#usedChunks += inode.content.chunks.size - before;
    this.#touch(inode, nowCycles);
    return 0;
  }

  /** Makes bytes [start, end) a hole; the host's file gets zeros there. −errno when the host refuses. */
  punch(inode: FileInode, start: number, end: number, nowCycles: number): number {
    if (isSealed(inode, Seal.Write | Seal.FutureWrite)) return -Errno.EPERM;
    const stop = this.folder.has(inode.number) ? Math.min(end, inode.content.bytes) : start;
    for (let offset = start; offset < stop; offset += PUNCH_BYTES) {
      const bytes = new Uint8Array(Math.min(PUNCH_BYTES, stop - offset));
      const refusal = this.folder.ask(inode.number, { kind: "write", offset, bytes });
      if (refusal !== 0) return refusal;
    }
    const before = inode.content.chunks.size;
    punchContent(inode.content, start, end);
    this.#usedChunks += inode.content.chunks.size - before;
    this.#touch(inode, nowCycles);
    return 0;
  }

  snapshot(): FileSystemSnapshot {
    return {
      inodes: [...this.#inodes.values()].map(copyInode),
      nextInode: this.#nextInode,
      usedChunks: this.#usedChunks,
      names: this.#names,
      pipes: this.#pipes.snapshot(),
      trampolineInode: this.trampolineInode,
      terminal: copyTerminal(this.terminal),
      stdin: { ...this.stdin, chunks: this.stdin.chunks.slice() },
      folder: this.folder.snapshot(),
      queues: this.#queues.snapshot(),
    };
  }

  /** Goes back to a snapshot, which stays usable. */
  restore(snapshot: FileSystemSnapshot): void {
    this.#inodes = new Map(snapshot.inodes.map((inode) => [inode.number, copyInode(inode)]));
    this.#nextInode = snapshot.nextInode;
    this.#usedChunks = snapshot.usedChunks;
    this.#names = snapshot.names;
    this.#pipes.restore(snapshot.pipes);
    this.trampolineInode = snapshot.trampolineInode;
    this.terminal = copyTerminal(snapshot.terminal);
    this.stdin = { ...snapshot.stdin, chunks: snapshot.stdin.chunks.slice() };
    this.folder.restore(snapshot.folder);
    this.#queues.restore(snapshot.queues);
  }

  // ---- inside ----

  #fields(permissions: number, nowCycles: number) {
    return {
      number: this.#nextInode++,
      permissions: permissions & 0o7777,
      links: 0,
      holds: 0,
      atimeCycles: nowCycles,
      mtimeCycles: nowCycles,
      ctimeCycles: nowCycles,
      btimeCycles: nowCycles,
    };
  }

  #add(inode: StoredInode): StoredInode {
    this.#inodes.set(inode.number, inode);
    return inode;
  }

  #addDevice(device: DeviceName, permissions: number): StoredInode {
    const inode = this.#add({ ...this.#fields(permissions, 0), kind: "device", device });
    inode.holds = 1;
    this.#devices.set(device, inode.number);
    return inode;
  }

  #makeDevice(dev: DirectoryInode, device: DeviceName): void {
    this.link(dev, device, this.#addDevice(device, device === "console" ? 0o600 : 0o666), 0);
  }

  /** The name "proc" means the computed tree, in place of the directory made for it. */
  #mountProc(root: DirectoryInode, placeholder: DirectoryInode): void {
    const entry = root.entries.get("proc")!;
    root.entries.set("proc", { inode: PROC_FIRST, cookie: entry.cookie });
    this.#inodes.delete(placeholder.number);
  }

  /** Some name of an inode, for the folder, when the one it knew has gone. */
  #otherName(inode: StoredInode): { parent: number; name: string } | undefined {
    if (inode.links === 0) return undefined;
    for (const directory of this.#inodes.values()) {
      if (directory.kind !== "directory") continue;
      for (const [name, entry] of directory.entries)
        if (entry.inode === inode.number) return { parent: directory.number, name };
    }
    return undefined;
  }

  #touch(inode: StoredInode, nowCycles: number): void {
    inode.mtimeCycles = nowCycles;
    inode.ctimeCycles = nowCycles;
  }

  /** Removes an inode that nothing refers to any more. */
  #collect(inode: StoredInode): void {
    if (inode.links > 0 || inode.holds > 0) return;
    this.#inodes.delete(inode.number);
    if (inode.kind === "file") this.#usedChunks -= inode.content.chunks.size;
    if (inode.kind === "generated") this.#usedChunks -= Math.ceil(inode.bytes.length / 4096);
    if (inode.kind === "fifo") this.#pipes.gone(inode.pipe);
    if (inode.kind === "queue") this.#queues.gone(inode.queue);
  }
}
