/** System calls on open files beyond read and write: readv and writev at a position, copies between files, sync, locks. */
import { Errno, RESTART, type SyscallName } from "../abi.ts";
import type { Core } from "../core.ts";
import { CHUNK_BYTES, MAX_FILE_BYTES, readContent } from "../fs/content.ts";
import { AT_FDCWD, isReadable, isWritable, Open, PATH_BYTES_MAX } from "../fs/flags.ts";
import { type FileInode, type Inode, isDirectory } from "../fs/inode.ts";
import { readFile, writeFile } from "../fs/input-output.ts";
import { lockFile } from "../fs/locks.ts";
import { descriptorOf } from "../fs/open-file.ts";
import { lookup } from "../fs/path.ts";
import { progressOf } from "../fs/transfer.ts";
import { flushFile } from "../mm/page-cache.ts";
import { punchFile } from "../mm/truncate.ts";
import { prepareUser, readUserString, readUserWords, writeUserWords } from "../mm/user-memory.ts";
import { permitsFileBytes } from "../proc/limits.ts";
import type { OpenFile, Process } from "../proc/process.ts";
import { fileCalls, joined, readSegments, setLength, transferBytes } from "./files.ts";
import type { SyscallHandler } from "./handler.ts";

const preadv: SyscallHandler = (core, p, a) => {
  const position = joined(a[3], a[4]);
  if (position < 0) return -Errno.EINVAL;
  const file = descriptorOf(p, a[0])?.file;
  if (!file) return -Errno.EBADF;
  const span = readSegments(core, p, a[1], a[2]);
  return typeof span === "number" ? span : readFile(core, p, file, span, position);
};

const pwritev: SyscallHandler = (core, p, a) => {
  const position = joined(a[3], a[4]);
  if (position < 0) return -Errno.EINVAL;
  const file = descriptorOf(p, a[0])?.file;
  if (!file) return -Errno.EBADF;
  const span = readSegments(core, p, a[1], a[2]);
  return typeof span === "number" ? span : writeFile(core, p, file, span, position);
};

/** RWF_HIPRI, RWF_DSYNC and RWF_SYNC ask for nothing that would not happen anyway; the others would change what happens. */
const HARMLESS_FLAGS = 0x7;

/** A position of −1 is the file's own, which then moves. */
const withFlags =
  (call: SyscallHandler, plain: SyscallHandler): SyscallHandler =>
  (core, p, a) => {
    if (a[5] & ~HARMLESS_FLAGS) return -Errno.ENOTSUP;
    return a[3] === -1 && a[4] === -1 ? plain(core, p, a) : call(core, p, a);
  };

/** Most bytes that one call moves, so that a sparse file of 2 GiB does not keep the machine in one call (sendfile(2) allows fewer). */
const COPY_BYTES_MAX = 16 << 20;

/**
 * From a regular file to any file, without passing through the process's memory. Where in the file it has come to is written
 * down every time it sleeps, so that a call that a signal cuts short has told the truth.
 */
const sendfile64: SyscallHandler = (core, p, a) => {
  const output = descriptorOf(p, a[0])?.file;
  const input = descriptorOf(p, a[1])?.file;
  if (!output || !input || !isReadable(input.flags) || !isWritable(output.flags)) return -Errno.EBADF;
  const inode = core.fs.inode(input.inode);
  if (output.flags & Open.Append) return -Errno.EINVAL;
  if (a[2] !== 0 && inode?.kind === "fifo") return -Errno.ESPIPE;
  if (inode?.kind !== "file" && inode?.kind !== "generated") return -Errno.EINVAL;
  const done = progressOf(core, p);
  const given = a[2] === 0 ? input.offset : readOffset(core, p, a[2]);
  if (given < 0) return given;
  const start = given - done;
  const length = inode.kind === "file" ? inode.content.bytes : inode.bytes.length;
  const bytes = Math.max(0, Math.min(transferBytes(a[3]), length - start, COPY_BYTES_MAX));
  if (inode.kind === "file") flushFile(core, inode.number);
  const read = (at: number, dst: Uint8Array): void => {
    if (inode.kind === "file") readContent(inode.content, start + at, dst);
    else dst.set(inode.bytes.subarray(start + at, start + at + dst.length));
  };
  const result = bytes === 0 ? 0 : writeFile(core, p, output, { segments: [{ vaddr: 0, bytes }], bytes, read }, -1);
  const moved = result === RESTART ? (p.restart?.progress ?? 0) : Math.max(0, result);
  if (a[2] === 0) input.offset = start + moved;
  // It was writable a moment ago, and nothing has been taken from the process since.
  else if (moved !== done) writeUserWords(core, p, a[2], Int32Array.of(start + moved, 0));
  return result;
};

/**
 * From one regular file to another, or to another place in the same one. A call whose turn is over ends with what it has copied, for a file
 * that is copied into itself may be longer when it goes on.
 */
const copy_file_range: SyscallHandler = (core, p, a) => {
  const input = descriptorOf(p, a[0])?.file;
  const output = descriptorOf(p, a[2])?.file;
  if (!input || !output) return -Errno.EBADF;
  const words = new Int32Array(4);
  const first = a[1] === 0 ? 0 : readWritable(core, p, a[1], words.subarray(0, 2));
  const outcome = first !== 0 || a[3] === 0 ? first : readWritable(core, p, a[3], words.subarray(2));
  if (outcome !== 0) return outcome;
  if (a[5] !== 0) return -Errno.EINVAL;
  const from = a[1] === 0 ? input.offset : joined(words[0], words[1]);
  const to = a[3] === 0 ? output.offset : joined(words[2], words[3]);
  const bytes = copiedBytes(core, p, { input, from, output, to, wanted: a[4] >>> 0 });
  if (bytes <= 0) return bytes;
  const { content } = core.fs.inode(input.inode) as FileInode;
  const read = (at: number, dst: Uint8Array): void => void readContent(content, from + at, dst);
  const written = writeFile(core, p, output, { segments: [{ vaddr: 0, bytes }], bytes, read }, to);
  const result = written === RESTART ? (p.restart?.progress ?? 0) : written;
  if (result <= 0) return result;
  // They were writable a moment ago, and nothing has been taken from the process since.
  if (a[1] === 0) input.offset = from + result;
  else writeUserWords(core, p, a[1], words64(from + result));
  if (a[3] === 0) output.offset = to + result;
  else writeUserWords(core, p, a[3], words64(to + result));
  return result;
};

/** What copy_file_range is asked for. */
interface Copying {
  readonly input: OpenFile;
  readonly from: number;
  readonly output: OpenFile;
  readonly to: number;
  readonly wanted: number;
}

/** How many bytes copy_file_range can copy, or −errno; in the order of Linux's generic_copy_file_checks. */
function copiedBytes(core: Core, p: Process, { input, from, output, to, wanted }: Copying): number {
  const [source, target] = [core.fs.inode(input.inode), core.fs.inode(output.inode)];
  if (!source || !target) return -Errno.EBADF;
  if (isDirectory(source) || isDirectory(target)) return -Errno.EISDIR;
  if (!isRegular(source) || !isRegular(target)) return -Errno.EINVAL;
  if (!isReadable(input.flags) || !isWritable(output.flags) || (output.flags & Open.Append) !== 0) return -Errno.EBADF;
  if (source.kind !== "file" || target.kind !== "file") return -Errno.EXDEV;
  // As numbers without a sign: what lies before the start must not come round to it.
  if ([from, to].some((offset) => offset < 0 && offset + wanted >= 0)) return -Errno.EOVERFLOW;
  flushFile(core, source.number);
  const bytes = Math.max(0, Math.min(wanted, source.content.bytes - Math.max(0, from)));
  if (to >= 0 && !permitsFileBytes(core, p, to + 1)) return -Errno.EFBIG;
  if (to >= MAX_FILE_BYTES) return -Errno.EFBIG;
  if (source === target && from < to + bytes && to < from + bytes) return -Errno.EINVAL;
  return from < 0 || to < 0 ? -Errno.EINVAL : Math.min(bytes, COPY_BYTES_MAX);
}

/** A file with bytes, stored or made. */
const isRegular = (inode: Inode): boolean =>
  inode.kind === "file" || inode.kind === "generated" || (inode.kind === "proc" && inode.type === "file");

/** A 64-bit offset that can be written back. Negative: −errno or RESTART. */
function readOffset(core: Core, p: Process, vaddr: number): number {
  const words = new Int32Array(2);
  const outcome = readWritable(core, p, vaddr, words);
  if (outcome !== 0) return outcome;
  const offset = joined(words[0], words[1]);
  return offset < 0 || offset > MAX_FILE_BYTES ? -Errno.EINVAL : offset;
}

/** Reads words that can be written back. 0, −errno or RESTART. */
function readWritable(core: Core, p: Process, vaddr: number, words: Int32Array): number {
  const ready = prepareUser(core, p, vaddr, words.byteLength, "store");
  return ready !== 0 ? ready : readUserWords(core, p, vaddr, words);
}

const words64 = (value: number): Int32Array => Int32Array.of(value, Math.floor(value / 2 ** 32));

/** Files are in memory: what has been written is as safe as it will ever be; the host looks after its folder itself. */
const sync: SyscallHandler = () => 0;

const fsync: SyscallHandler = (core, p, a) => {
  const file = descriptorOf(p, a[0])?.file;
  if (!file || file.flags & Open.Path) return -Errno.EBADF;
  const inode = core.fs.inode(file.inode);
  if (!inode || (inode.kind !== "file" && !isDirectory(inode))) return -Errno.EINVAL;
  return flushFile(core, inode.number) || core.fs.folder.ask(inode.number, { kind: "synchronize" });
};

const truncate64: SyscallHandler = (core, p, a) => {
  const path = readUserString(core, p, a[0], PATH_BYTES_MAX);
  if (typeof path === "number") return path;
  const bytes = joined(a[1], a[2]);
  if (bytes < 0) return -Errno.EINVAL;
  const inode = lookup(core, p, AT_FDCWD, path, true);
  if (typeof inode === "number") return inode;
  if (isDirectory(inode)) return -Errno.EISDIR;
  if (inode.kind !== "file") return inode.kind === "proc" ? -Errno.EACCES : -Errno.EINVAL;
  return setLength(core, p, inode, bytes);
};

/** Makes a file long enough, or a hole in it. Room is not set aside: a file's bytes take it when they are written. */
const fallocate: SyscallHandler = (core, p, a) => {
  const file = descriptorOf(p, a[0])?.file;
  if (!file || file.flags & Open.Path) return -Errno.EBADF;
  const [offset, length] = [joined(a[2], a[3]), joined(a[4], a[5])];
  if (offset < 0 || length <= 0) return -Errno.EINVAL;
  const punches = a[1] === (KEEP_SIZE | PUNCH_HOLE);
  if (a[1] & ~KEEP_SIZE && !punches) return -Errno.ENOTSUP;
  if (!isWritable(file.flags)) return -Errno.EBADF;
  const inode = core.fs.inode(file.inode);
  if (inode?.kind === "fifo") return -Errno.ESPIPE;
  if (inode?.kind !== "file") return -Errno.ENODEV;
  if (punches) return punchFile(core, inode, offset, length);
  if (offset + length > MAX_FILE_BYTES) return -Errno.EFBIG;
  const grows = a[1] === 0 && offset + length > inode.content.bytes;
  if (grows && !permitsFileBytes(core, p, offset + length)) return -Errno.EFBIG;
  const { usedChunks } = core.fs.usage;
  if (Math.ceil(length / CHUNK_BYTES) > core.fs.capacityChunks - usedChunks) return -Errno.ENOSPC;
  if (!grows) return 0;
  return core.fs.truncate(inode, offset + length, core.hart.cycles);
};

/** FALLOC_FL_*. */
const KEEP_SIZE = 1;
const PUNCH_HOLE = 2;

const flock: SyscallHandler = (core, p, a) => {
  const file = descriptorOf(p, a[0])?.file;
  return file && (file.flags & Open.Path) === 0 ? lockFile(core, p, file, a[1]) : -Errno.EBADF;
};

export const transferCalls = {
  copy_file_range,
  fdatasync: fsync,
  flock,
  fsync,
  fallocate,
  preadv,
  preadv2: withFlags(preadv, fileCalls.readv),
  pwritev,
  pwritev2: withFlags(pwritev, fileCalls.writev),
  sendfile64,
  sync,
  truncate64,
} satisfies Partial<Record<SyscallName, SyscallHandler>>;
