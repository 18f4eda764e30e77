/**
 * Pipes: a bounded first-in first-out of bytes between open files. Plain data and pure functions; who sleeps and who is
 * woken is decided in kernel/fs/input-output.ts.
 *
 * A ring of 64 KiB as in Linux (pipe(7)): a write of up to PIPE_BUF bytes goes in whole or not at all. The ring grows
 * in powers of two from one page, so that an idle pipe costs little. Packet mode and F_SETPIPE_SZ are left out.
 */

export const PIPE_CAPACITY_BYTES = 65536;
/** Writes of up to this many bytes are atomic (POSIX PIPE_BUF, Linux's value). */
export const PIPE_ATOMIC_BYTES = 4096;

export interface Pipe {
  /** Its length is a power of two, at most the capacity; empty until the first byte. */
  ring: Uint8Array;
  /** Index of the oldest byte, and how many there are. */
  head: number;
  bytes: number;
  /** Open files for reading and for writing. */
  readers: number;
  writers: number;
}

export const emptyPipe = (): Pipe => ({ ring: new Uint8Array(0), head: 0, bytes: 0, readers: 0, writers: 0 });

export const pipeRoom = (pipe: Pipe): number => PIPE_CAPACITY_BYTES - pipe.bytes;

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
  const ring = new Uint8Array(capacity);
  peekPipe(pipe, ring);
  pipe.ring = ring;
  pipe.head = 0;
}
