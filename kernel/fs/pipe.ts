/**
 * Pipes: a bounded first-in first-out of bytes between open files. Plain data and pure functions; who sleeps and who is
 * woken is decided in kernel/fs/input-output.ts.
 *
 * A ring of 64 KiB as in Linux (pipe(7)), or what F_SETPIPE_SZ has asked for: a write of up to PIPE_BUF bytes goes in whole
 * or not at all. The ring grows in powers of two from one page, so that an idle pipe costs little.
 */

/** What a new pipe holds, and the most that F_SETPIPE_SZ gives (/proc/sys/fs/pipe-max-size). */
export const PIPE_CAPACITY_BYTES = 65536;
export const PIPE_CAPACITY_MAX_BYTES = 1 << 20;
/** Writes of up to this many bytes are atomic (POSIX PIPE_BUF, Linux's value). */
export const PIPE_ATOMIC_BYTES = 4096;

export interface Pipe {
  /** A power of two, at least a page. */
  capacityBytes: number;
  /** Its length is a power of two, at most the capacity; empty until the first byte. */
  ring: Uint8Array;
  /** Index of the oldest byte, and how many there are. */
  head: number;
  bytes: number;
  /** Open files for reading and for writing. */
  readers: number;
  writers: number;
  /** How often it has been opened for writing. */
  writerOpens: number;
}

export const emptyPipe = (): Pipe => ({
  capacityBytes: PIPE_CAPACITY_BYTES,
  ring: new Uint8Array(0),
  head: 0,
  bytes: 0,
  readers: 0,
  writers: 0,
  writerOpens: 0,
});

export const pipeRoom = (pipe: Pipe): number => pipe.capacityBytes - pipe.bytes;

/** The capacity that F_SETPIPE_SZ gives who asks for so many bytes: whole pages, a power of two. */
export function roundCapacity(bytes: number): number {
  let capacity = PIPE_ATOMIC_BYTES;
  while (capacity < bytes) capacity *= 2;
  return capacity;
}

/** What a capacity is above the one that a pipe starts with. */
export const extraBytes = (capacityBytes: number): number => Math.max(0, capacityBytes - PIPE_CAPACITY_BYTES);

/** Gives a pipe another capacity, which its bytes fit into. */
export function setCapacity(pipe: Pipe, bytes: number): void {
  pipe.capacityBytes = bytes;
  if (pipe.ring.length > bytes) moveRing(pipe, bytes);
}

/** Copies the oldest bytes into `dst` and leaves them there; returns how many. */
export function peekPipe(pipe: Pipe, dst: Uint8Array): number {
  const count = Math.min(dst.length, pipe.bytes);
  const first = Math.min(count, pipe.ring.length - pipe.head);
  dst.set(pipe.ring.subarray(pipe.head, pipe.head + first));
  dst.set(pipe.ring.subarray(0, count - first), first);
  return count;
}

/** Drops the oldest `count` bytes. */
export function consumePipe(pipe: Pipe, count: number): void {
  pipe.bytes -= count;
  pipe.head = pipe.bytes === 0 ? 0 : (pipe.head + count) % pipe.ring.length;
}

/** Appends `src`, for which the caller has made sure there is room. */
export function appendPipe(pipe: Pipe, src: Uint8Array): void {
  if (pipe.bytes + src.length > pipe.ring.length) growRing(pipe, pipe.bytes + src.length);
  const tail = (pipe.head + pipe.bytes) % pipe.ring.length;
  const first = Math.min(src.length, pipe.ring.length - tail);
  pipe.ring.set(src.subarray(0, first), tail);
  pipe.ring.set(src.subarray(first), 0);
  pipe.bytes += src.length;
}

function growRing(pipe: Pipe, bytes: number): void {
  let capacity = Math.max(PIPE_ATOMIC_BYTES, pipe.ring.length);
  while (capacity < bytes) capacity *= 2;
  moveRing(pipe, capacity);
}

function moveRing(pipe: Pipe, capacity: number): void {
  const ring = new Uint8Array(capacity);
  peekPipe(pipe, ring);
  pipe.ring = ring;
  pipe.head = 0;
}
