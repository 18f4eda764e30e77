/**
 * POSIX message queues (mq_overview(7)): mq_open and its companions. A queue is an inode that a name of its own kind refers to, and its
 * descriptor an ordinary one: close, dup, fork and poll are those of all files. fs/posix-queue.ts has the messages.
 */
import { Errno, RESTART, type SyscallName } from "../abi.ts";
import { BOOT_EPOCH_SECONDS } from "../config.ts";
import type { Core } from "../core.ts";
import { isReadable, isWritable, NAME_BYTES_MAX, Open, PATH_BYTES_MAX } from "../fs/flags.ts";
import { type QueueInode, utf8Bytes } from "../fs/inode.ts";
import { descriptorOf, freeDescriptor, installDescriptor, notify, openInode } from "../fs/open-file.ts";
import { chargedBytes, insert, isFull, type PosixQueue, PRIORITIES } from "../fs/posix-queue.ts";
import { waitOn } from "../fs/transfer.ts";
import {
  prepareUser,
  readUser,
  readUserString,
  readUserWords,
  writeUser,
  writeUserWord,
  writeUserWords,
} from "../mm/user-memory.ts";
import type { OpenFile, Process } from "../proc/process.ts";
import { Resource } from "../proc/resources.ts";
import { postSignal, SIGNALS } from "../proc/signals.ts";
import { processByPid } from "../proc/threads.ts";
import { deadlineAt, NO_DEADLINE } from "./deadlines.ts";
import type { SyscallHandler } from "./handler.ts";
import { Notify, readSignalEvent, type SignalEvent } from "./sigevent.ts";

/** Sizes of a queue that is made without attributes (/proc/sys/fs/mqueue/msg_default, msgsize_default). */
const DEFAULT_SIZES = { maxMessages: 10, maxMessageBytes: 8192 };
/**
 * The most that may be asked for. Messages are copied as a whole, and even the smallest machine has frames for one of 64 KiB; Linux lets root ask
 * for 16 MiB.
 */
const MOST_SIZES = { maxMessages: 65536, maxMessageBytes: 1 << 16 };
/** All queues together, whatever RLIMIT_MSGQUEUE says: their messages are in the host's memory. */
const MOST_BYTES = 64 << 20;

/** Words of struct mq_attr: flags, most messages, most bytes of one, messages; the rest is room. */
const ATTRIBUTE_WORDS = 8;

/** si_code of a notification (SI_MESGQ). */
const FROM_QUEUE = -3;

const receiveChannel = (inode: number): string => `queue:${inode}:receive`;
const sendChannel = (inode: number): string => `queue:${inode}:send`;

// ---- names ----

/** A queue's name, which is one component of a path, or −errno; RESTART. */
function readName(core: Core, p: Process, vaddr: number): string | number {
  const name = readUserString(core, p, vaddr, PATH_BYTES_MAX);
  if (typeof name === "number") return name;
  if (name === "") return -Errno.ENOENT;
  if (name.includes("/") || name === "." || name === "..") return -Errno.EACCES;
  return utf8Bytes(name) > NAME_BYTES_MAX ? -Errno.ENAMETOOLONG : name;
}

const mq_open: SyscallHandler = (core, p, a) => {
  const [nameVaddr, flags, mode, attributesVaddr] = a;
  const attributes = new Int32Array(ATTRIBUTE_WORDS);
  if (attributesVaddr !== 0) {
    const outcome = readUserWords(core, p, attributesVaddr, attributes);
    if (outcome !== 0) return outcome;
  }
  const name = readName(core, p, nameVaddr);
  if (typeof name === "number") return name;
  const fd = freeDescriptor(p);
  if (fd < 0) return fd;
  const known = core.fs.queues.get(name);
  const creates = (flags & Open.Create) !== 0;
  if (known === undefined && !creates) return -Errno.ENOENT;
  if (known !== undefined && creates && (flags & Open.Exclusive) !== 0) return -Errno.EEXIST;
  if ((flags & Open.AccessMode) === Open.AccessMode) return -Errno.EINVAL;
  const sizes = attributesVaddr === 0 ? DEFAULT_SIZES : { maxMessages: attributes[1], maxMessageBytes: attributes[2] };
  const inode = known ?? makeQueue(core, p, name, mode, sizes);
  if (inode < 0) return inode;
  const file = openInode(core, inode, flags & (Open.AccessMode | Open.NonBlock), `/${name}`);
  return installDescriptor(p, file, true);
};

/** The inode of a new queue, or −errno. */
function makeQueue(core: Core, p: Process, name: string, mode: number, sizes: typeof DEFAULT_SIZES): number {
  const { maxMessages, maxMessageBytes } = sizes;
  if (maxMessages <= 0 || maxMessages > MOST_SIZES.maxMessages) return -Errno.EINVAL;
  if (maxMessageBytes <= 0 || maxMessageBytes > MOST_SIZES.maxMessageBytes) return -Errno.EINVAL;
  const queue: PosixQueue = { maxMessages, maxMessageBytes, messages: [], watcher: null };
  const limit = Math.min(MOST_BYTES, p.limits[Resource.MessageQueues].soft);
  if (core.fs.queueBytes + chargedBytes(queue) > limit) return -Errno.EMFILE;
  const inode = core.fs.makeQueue(name, mode & 0o777 & ~p.fs.umask, queue, core.hart.cycles);
  return inode?.number ?? -Errno.ENOSPC;
}

const mq_unlink: SyscallHandler = (core, p, a) => {
  const name = readName(core, p, a[0]);
  if (typeof name === "number") return name;
  if (!core.fs.queues.has(name)) return -Errno.ENOENT;
  core.fs.unlinkQueue(name);
  return 0;
};

// ---- messages ----

/** An open queue. Null: the descriptor is that of something else, or of nothing. */
function openQueue(core: Core, p: Process, fd: number): { readonly file: OpenFile; readonly inode: QueueInode } | null {
  const file = descriptorOf(p, fd)?.file;
  const inode = file && core.fs.inode(file.inode);
  return file && inode?.kind === "queue" ? { file, inode } : null;
}

/** The queue is full, or empty: −EAGAIN, −ETIMEDOUT, or sleep until it no longer is. */
function waitFor(core: Core, p: Process, file: OpenFile, channel: string, deadline: number): number {
  if ((file.flags & Open.NonBlock) !== 0) return -Errno.EAGAIN;
  if (deadline !== NO_DEADLINE && core.hart.cycles >= deadline) return -Errno.ETIMEDOUT;
  return waitOn(core, p, channel, 0, deadline);
}

const mq_timedsend_time64: SyscallHandler = (core, p, a) => {
  const [fd, vaddr, length, priority, timeVaddr] = [a[0], a[1] >>> 0, a[2] >>> 0, a[3] >>> 0, a[4]];
  const deadline = deadlineAt(core, p, timeVaddr, BOOT_EPOCH_SECONDS);
  if (deadline < NO_DEADLINE) return deadline + 1;
  if (priority >= PRIORITIES) return -Errno.EINVAL;
  const opened = openQueue(core, p, fd);
  if (opened === null || !isWritable(opened.file.flags)) return -Errno.EBADF;
  const { file, inode } = opened;
  const { queue } = inode;
  if (length > queue.maxMessageBytes) return -Errno.EMSGSIZE;
  const bytes = new Uint8Array(length);
  const outcome = readUser(core, p, vaddr, bytes);
  if (outcome !== 0) return outcome;
  if (isFull(queue)) return waitFor(core, p, file, sendChannel(inode.number), deadline);
  const wasEmpty = queue.messages.length === 0;
  insert(queue, { priority, bytes });
  if (wasEmpty && !isAwaited(core, inode.number)) tellWatcher(core, p, queue);
  notify(core, receiveChannel(inode.number));
  return 0;
};

/** Somebody sleeps in mq_receive: that takes the message, and no notification is due. */
function isAwaited(core: Core, inode: number): boolean {
  const channel = receiveChannel(inode);
  for (const { state, channel: sleepsOn } of core.processes.values())
    if (state === "blocked" && sleepsOn === channel) return true;
  return false;
}

function tellWatcher(core: Core, sender: Process, queue: PosixQueue): void {
  const { watcher } = queue;
  queue.watcher = null;
  const target = watcher && processByPid(core, watcher.tgid);
  if (!watcher || !target || watcher.signal === 0) return;
  postSignal(core, target, watcher.signal, { code: FROM_QUEUE, senderPid: sender.tgid, status: watcher.value });
}

const mq_timedreceive_time64: SyscallHandler = (core, p, a) => {
  const [fd, vaddr, length, priorityVaddr, timeVaddr] = [a[0], a[1] >>> 0, a[2] >>> 0, a[3], a[4]];
  const deadline = deadlineAt(core, p, timeVaddr, BOOT_EPOCH_SECONDS);
  if (deadline < NO_DEADLINE) return deadline + 1;
  const opened = openQueue(core, p, fd);
  if (opened === null || !isReadable(opened.file.flags)) return -Errno.EBADF;
  const { file, inode } = opened;
  const { queue } = inode;
  if (length < queue.maxMessageBytes) return -Errno.EMSGSIZE;
  const [message] = queue.messages;
  if (message === undefined) return waitFor(core, p, file, receiveChannel(inode.number), deadline);
  const { bytes, priority } = message;
  const ready = prepareUser(core, p, vaddr, bytes.length, "store");
  if (ready === RESTART) return ready;
  const written = priorityVaddr === 0 ? 0 : writeUserWord(core, p, priorityVaddr, priority);
  if (written === RESTART) return written;
  // As on Linux, a message that cannot be stored is lost.
  queue.messages.shift();
  notify(core, sendChannel(inode.number));
  return ready || written || writeUser(core, p, vaddr, bytes) || bytes.length;
};

// ---- notification and attributes ----

/** Asks to be told no longer. */
const NOTHING: SignalEvent = { value: 0, signal: 0, notify: Notify.None, tid: 0 };

const mq_notify: SyscallHandler = (core, p, a) => {
  const [fd, sigevent] = a;
  const wanted = sigevent === 0 ? NOTHING : readSignalEvent(core, p, sigevent);
  if (typeof wanted === "number") return wanted;
  const { value, signal, notify: how } = wanted;
  if (how !== Notify.None && how !== Notify.Signal && how !== Notify.Thread) return -Errno.EINVAL;
  if (how === Notify.Signal && (signal < 0 || signal > SIGNALS)) return -Errno.EINVAL;
  // The C library's thread would wait at a socket, of which there are none.
  if (how === Notify.Thread) return -Errno.EBADF;
  const opened = openQueue(core, p, fd);
  if (opened === null) return -Errno.EBADF;
  const { queue } = opened.inode;
  if (sigevent === 0) {
    if (queue.watcher?.tgid === p.tgid) queue.watcher = null;
    return 0;
  }
  if (queue.watcher !== null) return -Errno.EBUSY;
  queue.watcher = { tgid: p.tgid, signal: how === Notify.Signal ? signal : 0, value };
  return 0;
};

const mq_getsetattr: SyscallHandler = (core, p, a) => {
  const [fd, newVaddr, oldVaddr] = a;
  const wanted = new Int32Array(ATTRIBUTE_WORDS);
  if (newVaddr !== 0) {
    const outcome = readUserWords(core, p, newVaddr, wanted);
    if (outcome !== 0) return outcome;
    if ((wanted[0] & ~Open.NonBlock) !== 0) return -Errno.EINVAL;
  }
  const opened = openQueue(core, p, fd);
  if (opened === null) return -Errno.EBADF;
  const { file, inode } = opened;
  const { maxMessages, maxMessageBytes, messages } = inode.queue;
  const before = file.flags & Open.NonBlock;
  const old = Int32Array.of(before, maxMessages, maxMessageBytes, messages.length, 0, 0, 0, 0);
  const written = oldVaddr === 0 ? 0 : writeUserWords(core, p, oldVaddr, old);
  if (written === RESTART) return written;
  if (newVaddr !== 0) file.flags = (file.flags & ~Open.NonBlock) | wanted[0];
  return written;
};

export const posixQueueCalls = {
  mq_getsetattr,
  mq_notify,
  mq_open,
  mq_timedreceive_time64,
  mq_timedsend_time64,
  mq_unlink,
} satisfies Partial<Record<SyscallName, SyscallHandler>>;
