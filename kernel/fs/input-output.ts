/**
 * Reading and writing open files of every kind, and whether they are ready to be. The calls in kernel/sys check
 * descriptors and gather arguments; what a read or write then does, and when it sleeps, is here.
 */
import { Errno, RESTART, Signal } from "../abi.ts";
import type { Core } from "../core.ts";
import { flushFile, refreshFile } from "../mm/page-cache.ts";
import { encodeUtf8 } from "../mm/user-memory.ts";
import { permitsFileBytes } from "../proc/limits.ts";
import type { OpenFile, Process } from "../proc/process.ts";
import { Resource } from "../proc/resources.ts";
import { isTurnOver } from "../proc/scheduler.ts";
import { postThreadSignal, SignalCode } from "../proc/signals.ts";
import { pollTerminal, readTerminal, writeTerminal } from "../tty/device.ts";
import { MAX_FILE_BYTES, readContent } from "./content.ts";
import { readDevice, writeDevice } from "./devices.ts";
import type { HostInput } from "./file-system.ts";
import { isReadable, isWritable, Open, Poll } from "./flags.ts";
import type { DeviceInode, FifoInode, FileInode, GeneratedInode } from "./inode.ts";
import { notify, pipeChannel } from "./open-file.ts";
import {
  appendPacket,
  appendPipe,
  consumePipe,
  dropBegun,
  PIPE_ATOMIC_BYTES,
  PIPE_CAPACITY_BYTES,
  type Pipe,
  peekPipe,
  pipeRoom,
  readableBytes,
} from "./pipe.ts";
import { isFull, type PosixQueue, statusText } from "./posix-queue.ts";
import { CONTROL_BYTES_MAX, controlText, setControl } from "./proc/controls.ts";
import { isControl, isOwnControl, procNode } from "./proc/nodes.ts";
import { isPagemap } from "./proc/open.ts";
import { processText, readPagemap } from "./proc/process.ts";
import { setProcessControl } from "./proc/process-controls.ts";
import { ownerOf, shownProcess } from "./proc/tree.ts";
import { writableEnd } from "./seals.ts";
import {
  type Emptied,
  emptySpan,
  fillSpan,
  gather,
  interrupted,
  partOf,
  progressOf,
  type Span,
  storeInSpan,
  waitOn,
} from "./transfer.ts";

/** Bytes of a regular file that one piece of a write may have. */
const FILE_PIECE_BYTES = 4096;

/**
 * Reads into a span: from `position`, or from the file's own offset, which then moves, when it is −1. Returns the bytes
 * read, −errno or RESTART.
 */
export function readFile(core: Core, p: Process, file: OpenFile, span: Span, position: number): number {
  const inode = core.fs.inode(file.inode);
  if (position >= 0 && inode?.kind === "fifo") return -Errno.ESPIPE;
  if (!isReadable(file.flags)) return -Errno.EBADF;
  switch (inode?.kind) {
    case "file":
    case "generated":
      return readStored(core, p, file, inode, span, position);
    case "fifo":
      return readPipe(core, p, file, inode, span);
    case "device":
      return position >= 0 && !isSeekable(inode) ? -Errno.ESPIPE : readFromDevice(core, p, file, inode, span);
    case "queue":
      return readMade(core, p, file, encodeUtf8(statusText(inode.queue)), span, position);
    case "directory":
      return -Errno.EISDIR;
    case "proc":
      if (isControl(procNode(inode.number))) return readControl(core, p, file, span, position);
      return isPagemap(procNode(inode.number)) ? readPages(core, p, file, span, position) : -Errno.EISDIR;
    default:
      return -Errno.EINVAL;
  }
}

/** Writes a span: as readFile. */
export function writeFile(core: Core, p: Process, file: OpenFile, span: Span, position: number): number {
  const inode = core.fs.inode(file.inode);
  if (position >= 0 && inode?.kind === "fifo") return -Errno.ESPIPE;
  if (!isWritable(file.flags)) return -Errno.EBADF;
  switch (inode?.kind) {
    case "file":
      return writeStored(core, p, file, inode, span, position);
    case "fifo":
      return writePipe(core, p, file, inode, span);
    case "device":
      return position >= 0 && !isSeekable(inode) ? -Errno.ESPIPE : writeToDevice(core, p, file, inode, span);
    case "proc":
      return writeControl(core, p, file, span);
    default:
      return -Errno.EINVAL;
  }
}

/** lseek and pread make sense on it. */
export function isSeekable(inode: DeviceInode): boolean {
  return inode.device !== "tty" && inode.device !== "console" && !inode.device.startsWith("std");
}

// ---- files ----

function readStored(
  core: Core,
  p: Process,
  file: OpenFile,
  inode: FileInode | GeneratedInode,
  span: Span,
  position: number,
): number {
  let at = position >= 0 ? position + progressOf(core, p) : file.offset;
  if (inode.kind === "file") flushFile(core, inode.number);
  inode.atimeCycles = core.hart.cycles;
  return fillSpan(core, p, span, {
    peek: (dst) => (inode.kind === "file" ? readContent(inode.content, at, dst) : readText(inode.bytes, at, dst)),
    consume: (count) => {
      at += count;
      if (position < 0) file.offset = at;
      return true;
    },
  });
}

/** Reads from a text that was just made. */
function readMade(core: Core, p: Process, file: OpenFile, text: Uint8Array, span: Span, position: number): number {
  let at = position >= 0 ? position + progressOf(core, p) : file.offset;
  return fillSpan(core, p, span, {
    peek: (dst) => readText(text, at, dst),
    consume: (count) => {
      at += count;
      if (position < 0) file.offset = at;
      return true;
    },
  });
}

/** /proc/PID/pagemap, made entry by entry as it is read. */
function readPages(core: Core, p: Process, file: OpenFile, span: Span, position: number): number {
  const owner = ownerOf(core, procNode(file.inode));
  if (!owner) return -Errno.ESRCH;
  let at = position >= 0 ? position + progressOf(core, p) : file.offset;
  if (at % 8 !== 0 || span.bytes % 8 !== 0) return -Errno.EINVAL;
  return fillSpan(core, p, span, {
    peek: (dst) => readPagemap(core, owner, at, dst),
    consume: (count) => {
      at += count;
      if (position < 0) file.offset = at;
      return true;
    },
  });
}

/** A file of /proc/sys/vm that is open for writing, too: its text as it is now. */
function readControl(core: Core, p: Process, file: OpenFile, span: Span, position: number): number {
  const node = procNode(file.inode);
  const owner = node.inside === "pid" ? shownProcess(core, node.pid) : undefined;
  if (node.inside === "pid" && !owner) return -Errno.ESRCH;
  const text = encodeUtf8(
    owner && isOwnControl(node) ? processText(core, owner, node.name) : controlText(core, node.name, owner),
  );
  return readMade(core, p, file, text, span, position);
}

function writeControl(core: Core, p: Process, file: OpenFile, span: Span): number {
  if (span.bytes > CONTROL_BYTES_MAX) return -Errno.EINVAL;
  const bytes = gather(core, p, span);
  if (typeof bytes === "number") return bytes;
  const node = procNode(file.inode);
  const owner = node.inside === "pid" ? shownProcess(core, node.pid) : undefined;
  if (node.inside === "pid" && !owner) return -Errno.ESRCH;
  const text = String.fromCharCode(...bytes);
  const outcome =
    owner && isOwnControl(node)
      ? setProcessControl(core, owner, node.name, text)
      : setControl(core, node.name, text, owner);
  return outcome === 0 ? bytes.length : outcome;
}

function readText(text: Uint8Array, at: number, dst: Uint8Array): number {
  const part = text.subarray(at, at + dst.length);
  dst.set(part);
  return part.length;
}

function writeStored(core: Core, p: Process, file: OpenFile, inode: FileInode, span: Span, position: number): number {
  const start = position >= 0 ? position + progressOf(core, p) : file.offset;
  let at = file.flags & Open.Append ? inode.content.bytes : start;
  if (span.bytes > 0 && at >= MAX_FILE_BYTES) return -Errno.EFBIG;
  const most = Math.min(MAX_FILE_BYTES, p.limits[Resource.FileSize].soft);
  if (span.bytes > 0 && at >= most) {
    permitsFileBytes(core, p, at + 1);
    return -Errno.EFBIG;
  }
  const end = span.bytes > 0 ? writableEnd(inode, at, span.bytes - progressOf(core, p)) : most;
  if (end < 0) return end;
  const { done, outcome } = emptySpan(core, p, span, {
    room: () => Math.min(FILE_PIECE_BYTES, Math.min(most, end) - at),
    put: (bytes) => {
      flushFile(core, inode.number);
      const refusal = core.fs.write(inode, at, bytes, core.hart.cycles);
      if (refusal !== 0) return refusal;
      refreshFile(core, inode.number, at, bytes.length);
      at += bytes.length;
      if (position < 0) file.offset = at;
      return 0;
    },
  });
  return outcome === 0 ? done : interrupted(core, p, done, outcome);
}

// ---- pipes ----

function readPipe(core: Core, p: Process, file: OpenFile, inode: FifoInode, span: Span): number {
  const { pipe, number } = inode;
  if (span.bytes === 0) return 0;
  if (pipe.bytes === 0) {
    const done = progressOf(core, p);
    if (done > 0 || pipe.writers === 0) return done;
    return file.flags & Open.NonBlock ? -Errno.EAGAIN : waitOn(core, p, pipeChannel(number), 0);
  }
  const { done, outcome } = takeFromPipe(core, p, pipe, span);
  if (outcome !== RESTART) dropBegun(pipe);
  notify(core, pipeChannel(number));
  return outcome === 0 ? done : interrupted(core, p, done, outcome);
}

/** Bytes of a pipe that one reader gets without another one's coming between. */
const UNDIVIDED_BYTES = PIPE_CAPACITY_BYTES;

/**
 * Fills a span from a pipe, until it is full or the pipe is empty, or up to the end of the first packet. Bytes leave the pipe only when they have
 * arrived: the memory that they go to may have to be fetched first, and who else reads meanwhile must not get the other half of them.
 */
function takeFromPipe(core: Core, p: Process, pipe: Pipe, span: Span): Emptied {
  let done = progressOf(core, p);
  for (let isPacketOver = false; !isPacketOver && done < span.bytes && pipe.bytes > 0; ) {
    if (done >= UNDIVIDED_BYTES && isTurnOver(core, p)) return { done, outcome: RESTART };
    const bytes = new Uint8Array(Math.min(readableBytes(pipe), span.bytes - done, UNDIVIDED_BYTES));
    peekPipe(pipe, bytes);
    const stored = storeInSpan(core, p, span, done, bytes);
    if (stored.outcome === RESTART) return { done, outcome: RESTART };
    isPacketOver = consumePipe(pipe, stored.done);
    done += stored.done;
    if (stored.outcome !== 0) return { done, outcome: stored.outcome };
  }
  return { done, outcome: 0 };
}

function writePipe(core: Core, p: Process, file: OpenFile, inode: FifoInode, span: Span): number {
  const { pipe, number } = inode;
  if (span.bytes === 0) return 0;
  if (pipe.readers === 0) return breakPipe(core, p);
  const isBlocking = (file.flags & Open.NonBlock) === 0;
  if ((file.flags & Open.Direct) !== 0) return writePackets(core, p, inode, span, isBlocking);
  if (span.bytes <= PIPE_ATOMIC_BYTES) {
    const bytes = gather(core, p, span);
    if (typeof bytes === "number") return bytes;
    if (pipeRoom(pipe) < bytes.length) return isBlocking ? waitOn(core, p, pipeChannel(number), 0) : -Errno.EAGAIN;
    appendPipe(pipe, bytes);
    notify(core, pipeChannel(number));
    return bytes.length;
  }
  const { done, outcome } = emptySpan(core, p, span, {
    room: () => pipeRoom(pipe),
    put: (bytes) => {
      appendPipe(pipe, bytes);
      return 0;
    },
  });
  notify(core, pipeChannel(number));
  if (outcome !== 0) return interrupted(core, p, done, outcome);
  if (done === span.bytes) return done;
  if (isBlocking) return waitOn(core, p, pipeChannel(number), done);
  return done > 0 ? done : -Errno.EAGAIN;
}

/** A write with O_DIRECT: in packets of PIPE_BUF bytes, and one of what is left. */
function writePackets(core: Core, p: Process, { pipe, number }: FifoInode, span: Span, isBlocking: boolean): number {
  let done = progressOf(core, p);
  let outcome = 0;
  while (outcome === 0 && done < span.bytes && pipeRoom(pipe) >= PIPE_ATOMIC_BYTES) {
    const bytes = gather(core, p, partOf(span, done, PIPE_ATOMIC_BYTES));
    if (typeof bytes === "number") outcome = bytes;
    else {
      appendPacket(pipe, bytes);
      done += bytes.length;
    }
  }
  notify(core, pipeChannel(number));
  if (outcome !== 0) return interrupted(core, p, done, outcome);
  if (done === span.bytes) return done;
  if (isBlocking) return waitOn(core, p, pipeChannel(number), done);
  return done > 0 ? done : -Errno.EAGAIN;
}

/** Nobody can read any more: SIGPIPE, and −EPIPE for who survives it, or the bytes that had already gone in. */
function breakPipe(core: Core, p: Process): number {
  postThreadSignal(core, p, Signal.SIGPIPE, { code: SignalCode.Kernel });
  const done = progressOf(core, p);
  return done > 0 ? done : -Errno.EPIPE;
}

// ---- devices ----

function readFromDevice(core: Core, p: Process, file: OpenFile, inode: DeviceInode, span: Span): number {
  switch (inode.device) {
    case "tty":
    case "console":
      return readTerminal(core, p, file, span);
    case "stdin":
      return readHost(core, p, file, span);
    case "stdout":
    case "stderr":
      return -Errno.EIO;
    default:
      return readDevice(core, p, inode.device, span);
  }
}

function writeToDevice(core: Core, p: Process, file: OpenFile, inode: DeviceInode, span: Span): number {
  switch (inode.device) {
    case "tty":
    case "console":
      return writeTerminal(core, p, file, span);
    case "stdin":
      return -Errno.EIO;
    case "stdout":
    case "stderr":
      return writeHost(core, p, inode.device, span);
    default:
      return writeDevice(inode.device, span);
  }
}

const STDIN_CHANNEL = "stdin";

/** Reads the host's standard input, and sleeps until some has been delivered or it has ended. */
function readHost(core: Core, p: Process, file: OpenFile, span: Span): number {
  const { stdin } = core.fs;
  if (span.bytes === 0) return 0;
  if (stdin.chunks.length === 0) {
    const done = progressOf(core, p);
    if (done > 0 || stdin.ended) return done;
    return file.flags & Open.NonBlock ? -Errno.EAGAIN : waitOn(core, p, STDIN_CHANNEL, 0);
  }
  return fillSpan(core, p, span, {
    peek: (dst) => peekHost(stdin, dst),
    consume: (count) => {
      stdin.taken += count;
      if (stdin.taken < stdin.chunks[0].length) return true;
      stdin.chunks.shift();
      stdin.taken = 0;
      return true;
    },
  });
}

function peekHost(input: HostInput, dst: Uint8Array): number {
  if (input.chunks.length === 0) return 0;
  const part = input.chunks[0].subarray(input.taken, input.taken + dst.length);
  dst.set(part);
  return part.length;
}

function writeHost(core: Core, p: Process, stream: "stdout" | "stderr", span: Span): number {
  const { done, outcome } = emptySpan(core, p, span, {
    room: () => FILE_PIECE_BYTES,
    put: (bytes) => {
      core.host.output(stream, bytes);
      return 0;
    },
  });
  return outcome === 0 ? done : interrupted(core, p, done, outcome);
}

// ---- readiness ----

const ALWAYS = Poll.In | Poll.ReadNormal | Poll.Out | Poll.WriteNormal;

/** Bits of POLLIN, POLLOUT, POLLERR and POLLHUP that hold for an open file now. */
export function readiness(core: Core, file: OpenFile): number {
  const inode = core.fs.inode(file.inode);
  if (inode?.kind === "fifo") return pipeReadiness(file, inode);
  if (inode?.kind === "queue") return queueReadiness(inode.queue);
  if (inode?.kind !== "device") return ALWAYS;
  if (inode.device === "tty" || inode.device === "console") return pollTerminal(core.fs.terminal);
  if (inode.device !== "stdin") return ALWAYS;
  const { stdin } = core.fs;
  return stdin.chunks.length > 0 || stdin.ended ? Poll.In | Poll.ReadNormal : 0;
}

function pipeReadiness(file: OpenFile, { pipe }: FifoInode): number {
  let bits = 0;
  if (isReadable(file.flags)) {
    if (pipe.bytes > 0) bits |= Poll.In | Poll.ReadNormal;
    if (pipe.writers === 0 && file.writerOpensBefore !== pipe.writerOpens) bits |= Poll.HangUp;
  }
  if (isWritable(file.flags)) {
    if (pipe.readers === 0) bits |= Poll.Error;
    if (pipeRoom(pipe) >= PIPE_ATOMIC_BYTES) bits |= Poll.Out | Poll.WriteNormal;
  }
  return bits;
}

const queueReadiness = (queue: PosixQueue): number =>
  (queue.messages.length > 0 ? Poll.In | Poll.ReadNormal : 0) | (isFull(queue) ? 0 : Poll.Out | Poll.WriteNormal);

/** Bytes that a read would find, for FIONREAD; −1 when the file does not say. */
export function waitingBytes(core: Core, file: OpenFile): number {
  const inode = core.fs.inode(file.inode);
  if (inode?.kind === "fifo") return inode.pipe.bytes;
  if (inode?.kind === "file") return Math.max(0, inode.content.bytes - file.offset);
  if (inode?.kind !== "device" || inode.device !== "stdin") return -1;
  const { chunks, taken } = core.fs.stdin;
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0) - taken;
}
