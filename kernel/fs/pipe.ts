/**
 * Pipes: a bounded first-in first-out of bytes between open files. Plain data and pure functions; who sleeps and who is
 * woken is decided in kernel/fs/input-output.ts.
 *
 * A ring of 64 KiB as in Linux (pipe(7)), or what F_SETPIPE_SZ has asked for: a write of up to PIPE_BUF bytes goes in whole
 * or not at all. The ring grows in powers of two from one page, so that an idle pipe costs little.
 *
 * What is written with O_DIRECT goes in as packets, of PIPE_BUF bytes at most: a read ends with the first one, and what it
 * leaves of it is gone. The bytes of all lie in the ring; beside it stands where packets begin and end. What was written
 * without O_DIRECT before a packet is read with it, at most; Linux even makes them one in its page and loses the packet's end.
 */

/** What a new pipe holds, and the most that F_SETPIPE_SZ gives (/proc/sys/fs/pipe-max-size). */
export const PIPE_CAPACITY_BYTES = 65536;
export const PIPE_CAPACITY_MAX_BYTES = 1 << 20;
/** Writes of up to this many bytes are atomic (POSIX PIPE_BUF, Linux's value). */
export const PIPE_ATOMIC_BYTES = 4096;

/** Bytes that were written with O_DIRECT. */
export interface Packet {
  /** Where they begin, counted from the pipe's oldest byte. */
  readonly start: number;
  /** How many are still there, at least 1. */
  readonly bytes: number;
  /** Some have been read. */
  readonly isBegun: boolean;
}

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
  /** In order; never changed in place. */
  packets: readonly Packet[];
}

export const emptyPipe = (): Pipe => ({
  capacityBytes: PIPE_CAPACITY_BYTES,
  ring: new Uint8Array(0),
  head: 0,
  bytes: 0,
  readers: 0,
  writers: 0,
  writerOpens: 0,
  packets: [],
});

/** Bytes of the capacity that are taken: a packet takes a page, as on Linux. */
export const takenBytes = ({ bytes, packets }: Pipe): number =>
  packets.reduce((sum, packet) => sum + PIPE_ATOMIC_BYTES - packet.bytes, bytes);

export const pipeRoom = (pipe: Pipe): number => pipe.capacityBytes - takenBytes(pipe);

/** Bytes that one read may have: up to the end of the first packet. */
export function readableBytes({ bytes, packets }: Pipe): number {
  return packets.length === 0 ? bytes : packets[0].start + packets[0].bytes;
}

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

/** Copies the oldest bytes, up to the end of the first packet, into `dst` and leaves them there; returns how many. */
export const peekPipe = (pipe: Pipe, dst: Uint8Array): number => copyOldest(pipe, dst, readableBytes(pipe));

function copyOldest(pipe: Pipe, dst: Uint8Array, most: number): number {
  const count = Math.min(dst.length, most);
  const first = Math.min(count, pipe.ring.length - pipe.head);
  dst.set(pipe.ring.subarray(pipe.head, pipe.head + first));
  dst.set(pipe.ring.subarray(0, count - first), first);
  return count;
}

/** Drops the oldest `count` bytes, which end with the first packet at the latest. Returns whether they end there. */
export function consumePipe(pipe: Pipe, count: number): boolean {
  pipe.bytes -= count;
  pipe.head = pipe.bytes === 0 ? 0 : (pipe.head + count) % pipe.ring.length;
  if (pipe.packets.length === 0) return false;
  const [first, ...others] = pipe.packets.map((packet) => ({ ...packet, start: packet.start - count }));
  const taken = Math.max(0, -first.start);
  const isOver = taken === first.bytes;
  const rest = { start: first.start + taken, bytes: first.bytes - taken, isBegun: first.isBegun || taken > 0 };
  pipe.packets = isOver ? others : [rest, ...others];
  return isOver;
}

/** A read is over: what it has left of a packet is gone. */
export function dropBegun(pipe: Pipe): void {
  const [first] = pipe.packets;
  if (first?.isBegun) consumePipe(pipe, first.bytes);
}

/** Appends one packet, for which the caller has made sure there is a page of room. */
export function appendPacket(pipe: Pipe, src: Uint8Array): void {
  pipe.packets = [...pipe.packets, { start: pipe.bytes, bytes: src.length, isBegun: false }];
  appendPipe(pipe, src);
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
  copyOldest(pipe, ring, pipe.bytes);
  pipe.ring = ring;
  pipe.head = 0;
}
