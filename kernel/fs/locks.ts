/**
 * Advisory locks: fcntl's on ranges of a file, which belong to a process (its descriptor table) or, with F_OFD_SETLK, to an
 * open file, and flock's on a whole file, which belong to an open file. Locks on ranges do not see flock's.
 *
 * Left out: leases, mandatory locks.
 */
import { Errno } from "../abi.ts";
import type { Core } from "../core.ts";
import { readUser, writeUser } from "../mm/user-memory.ts";
import type { FileTable, LockHolder, OpenFile, Process, RecordLock } from "../proc/process.ts";
import { wake } from "../proc/scheduler.ts";
import { sleepUnlessSignalled } from "../proc/signals.ts";
import { Fcntl, isReadable, isWritable, Seek } from "./flags.ts";
import { sizeBytes } from "./inode.ts";

/** struct flock64: l_type and l_whence (16 bits each), l_start at 8, l_len at 16, l_pid at 24. */
const FLOCK_BYTES = 32;
const PID_OFFSET = 24;
const LockType = { Read: 0, Write: 1, Unlock: 2 } as const;
/** Locks that one process, or one open file, may hold. */
const MAX_LOCKS = 1024;

/** Channel of those who wait for a lock on a file. */
const lockChannel = (inode: number): string => `lock:${inode}`;

/** Every descriptor table in use, once. */
function tables(core: Core): Set<FileTable> {
  return new Set([...core.processes.values()].map(({ files }) => files));
}

/** Whoever has locks on ranges, and open files that once had some, each once. */
function holders(core: Core): Set<LockHolder> {
  const found = new Set<LockHolder>();
  for (const table of tables(core)) {
    found.add(table);
    for (const slot of table.slots) if (slot?.file.ranges !== undefined) found.add(slot.file.ranges);
  }
  return found;
}

/** What F_GETLK tells of a lock that belongs to an open file, and what l_pid must not be then (fcntl(2)). */
const NO_PROCESS = -1;

/** fcntl's F_GETLK, F_SETLK and F_SETLKW, and the same for open files, F_OFD_*. 0, −errno, or RESTART. */
export function recordLock(core: Core, p: Process, file: OpenFile, command: number, vaddr: number): number {
  const bytes = new Uint8Array(FLOCK_BYTES);
  const outcome = readUser(core, p, vaddr, bytes);
  if (outcome !== 0) return outcome;
  const view = new DataView(bytes.buffer);
  const type = view.getInt16(0, true);
  if (type < LockType.Read || type > LockType.Unlock) return -Errno.EINVAL;
  const range = rangeOf(core, file, view);
  if (typeof range === "number") return range;
  const isOfFile = command >= Fcntl.GetFileLock && command <= Fcntl.SetFileLockWait;
  const pid = isOfFile ? NO_PROCESS : p.tgid;
  const wanted: RecordLock = { inode: file.inode, ...range, isWrite: type === LockType.Write, pid };
  const asks = command === Fcntl.GetLock || command === Fcntl.GetFileLock;
  if (!asks && type !== LockType.Unlock && !(wanted.isWrite ? isWritable(file.flags) : isReadable(file.flags)))
    return -Errno.EBADF;
  if (isOfFile && view.getInt32(PID_OFFSET, true) !== 0) return -Errno.EINVAL;
  const own: LockHolder = isOfFile ? (file.ranges ??= { locks: [] }) : p.files;
  if (asks) {
    if (type === LockType.Unlock && !isOfFile) return -Errno.EINVAL;
    describe(view, type === LockType.Unlock ? ownLock(own, wanted) : conflicting(core, own, wanted));
    return writeUser(core, p, vaddr, bytes);
  }
  if (type === LockType.Unlock) {
    replaceRange(own, wanted, false);
    wake(core, lockChannel(file.inode));
    return 0;
  }
  const holder = holderOf(core, own, wanted);
  if (holder !== null) {
    if (command === Fcntl.SetLock || command === Fcntl.SetFileLock) return -Errno.EAGAIN;
    // An open file waits for nobody: several processes may have it, and each can go on without the others.
    if (!isOfFile && isDeadlock(core, p.files, holder)) return -Errno.EDEADLK;
    p.restart = { number: core.hart.x[17], progress: 0, deadlineCycles: -1, ...(isOfFile ? {} : { lock: wanted }) };
    return sleepUnlessSignalled(core, p, lockChannel(file.inode));
  }
  if (own.locks.length >= MAX_LOCKS) return -Errno.ENOLCK;
  replaceRange(own, wanted, true);
  // A write lock that becomes a read lock lets others in.
  wake(core, lockChannel(file.inode));
  return 0;
}

/** The half-open range that a struct flock means; a length of 0 reaches to any end, a negative one lies before the start. */
function rangeOf(core: Core, file: OpenFile, view: DataView): { start: number; end: number } | number {
  const whence = view.getInt16(2, true);
  const number = (at: number): number => view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
  const inode = core.fs.inode(file.inode);
  if (!inode) return -Errno.EBADF;
  if (whence < Seek.Set || whence > Seek.End) return -Errno.EINVAL;
  const base = whence === Seek.Set ? 0 : whence === Seek.Current ? file.offset : sizeBytes(inode);
  const from = base + number(8);
  const length = number(16);
  const [start, end] =
    length < 0 ? [from + length, from] : [from, length === 0 ? Number.POSITIVE_INFINITY : from + length];
  return start < 0 ? -Errno.EINVAL : { start, end };
}

const overlap = (a: RecordLock, b: RecordLock): boolean => a.inode === b.inode && a.start < b.end && b.start < a.end;

const stands = (lock: RecordLock, wanted: RecordLock): boolean =>
  overlap(lock, wanted) && (lock.isWrite || wanted.isWrite);

/** Someone else whose locks stand in the way, or null. */
function holderOf(core: Core, own: LockHolder, wanted: RecordLock): LockHolder | null {
  for (const holder of holders(core))
    if (holder !== own && holder.locks.some((lock) => stands(lock, wanted))) return holder;
  return null;
}

/** The first lock of someone else that stands in the way, from the file's start, or null. */
function conflicting(core: Core, own: LockHolder, wanted: RecordLock): RecordLock | null {
  return holderOf(core, own, wanted)?.locks.find((lock) => stands(lock, wanted)) ?? null;
}

/** F_OFD_GETLK with F_UNLCK asks for the first lock that the open file has itself (Linux 6.6). */
const ownLock = (own: LockHolder, wanted: RecordLock): RecordLock | null =>
  own.locks.find((lock) => overlap(lock, wanted)) ?? null;

/** Links of a chain of waiters that are followed (Linux's MAX_DEADLK_ITERATIONS). */
const DEADLOCK_STEPS = 10;

/** Does `holder` wait, by way of however many others, for `own`, who is about to wait for it? */
function isDeadlock(core: Core, own: FileTable, holder: LockHolder): boolean {
  let at: LockHolder | null = holder;
  for (let step = 0; step < DEADLOCK_STEPS && at !== null; step++) {
    const wanted = waitedFor(core, at);
    if (wanted === null) return false;
    at = holderOf(core, at, wanted);
    if (at === own) return true;
  }
  return false;
}

/** The lock that a process of this table waits for, or null: so for all open files. */
function waitedFor(core: Core, holder: LockHolder): RecordLock | null {
  for (const { files, state, restart } of core.processes.values())
    if (files === holder && state === "blocked" && restart?.lock !== undefined) return restart.lock;
  return null;
}

/** F_GETLK's answer: the lock in the way, from the file's start, or that there is none. */
function describe(view: DataView, lock: RecordLock | null): void {
  if (lock === null) {
    view.setInt16(0, LockType.Unlock, true);
    return;
  }
  const length = lock.end === Number.POSITIVE_INFINITY ? 0 : lock.end - lock.start;
  view.setInt16(0, lock.isWrite ? LockType.Write : LockType.Read, true);
  view.setInt16(2, Seek.Set, true);
  [lock.start, length].forEach((value, i) => {
    view.setUint32(8 + 8 * i, value % 2 ** 32, true);
    view.setUint32(12 + 8 * i, Math.floor(value / 2 ** 32), true);
  });
  view.setInt32(PID_OFFSET, lock.pid, true);
}

/**
 * Takes a range out of a holder's locks on a file, splitting them, and adds the new lock if it is one. They stay in order, and two
 * of a kind that touch are one.
 */
function replaceRange(holder: LockHolder, range: RecordLock, isLock: boolean): void {
  const kept = holder.locks.flatMap((lock) => {
    if (!overlap(lock, range)) return [lock];
    const before = { ...lock, end: range.start };
    const after = { ...lock, start: range.end };
    return [before, after].filter(({ start, end }) => start < end);
  });
  const sorted = (isLock ? [...kept, range] : kept).sort((a, b) => a.inode - b.inode || a.start - b.start);
  holder.locks = [];
  for (const lock of sorted) {
    const last = holder.locks[holder.locks.length - 1];
    const touches = last?.inode === lock.inode && last.isWrite === lock.isWrite && last.end === lock.start;
    if (touches) holder.locks[holder.locks.length - 1] = { ...lock, start: last.start };
    else holder.locks.push(lock);
  }
}

/** A process has closed a descriptor of a file: all its locks on ranges of it are gone (fcntl(2), "Record locks"). */
export function dropLocks(core: Core, table: FileTable, inode: number): void {
  if (table.locks.length === 0) return;
  table.locks = table.locks.filter((lock) => lock.inode !== inode);
  wake(core, lockChannel(inode));
}

/** flock's operations. */
const Flock = { Shared: 1, Exclusive: 2, NonBlocking: 4, Unlock: 8, Mandatory: 32 } as const;

/** flock: a lock on a whole file, of an open file. 0, −errno, or RESTART. */
export function lockFile(core: Core, p: Process, file: OpenFile, operation: number): number {
  // LOCK_MAND was taken away in Linux 5.18: asking for it succeeds and does nothing.
  if ((operation & Flock.Mandatory) !== 0) return 0;
  const kind = operation & ~Flock.NonBlocking;
  if (kind !== Flock.Shared && kind !== Flock.Exclusive && kind !== Flock.Unlock) return -Errno.EINVAL;
  // A conversion gives the old lock up first (flock(2)).
  if (file.lock !== undefined) releaseLock(core, file);
  if (kind === Flock.Unlock) return 0;
  const wanted = kind === Flock.Exclusive ? "exclusive" : "shared";
  for (const table of tables(core)) {
    for (const slot of table.slots) {
      const other = slot?.file;
      if (!other || other === file || other.inode !== file.inode || other.lock === undefined) continue;
      if (other.lock === "shared" && wanted === "shared") continue;
      if ((operation & Flock.NonBlocking) !== 0) return -Errno.EAGAIN;
      return sleepUnlessSignalled(core, p, lockChannel(file.inode));
    }
  }
  file.lock = wanted;
  return 0;
}

/** The last descriptor of an open file is gone, and with it all locks that are the open file's own. */
export function releaseLocks(core: Core, file: OpenFile): void {
  releaseLock(core, file);
  if (file.ranges === undefined) return;
  delete file.ranges;
  wake(core, lockChannel(file.inode));
}

/** flock's lock of an open file is gone. */
function releaseLock(core: Core, file: OpenFile): void {
  if (file.lock === undefined) return;
  delete file.lock;
  wake(core, lockChannel(file.inode));
}
