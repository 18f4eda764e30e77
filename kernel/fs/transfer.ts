/**
 * Moving bytes between a file and a process's memory, in pieces that lie within one page, so that a transfer of any
 * length comes to its end even when memory is tiny. What has been moved is remembered in p.restart whenever the process
 * has to sleep; the call, executed again, goes on from there.
 */
import { PAGE_BYTES, PAGE_MASK } from "../../emulator/bits.ts";
import { RESTART } from "../abi.ts";
import type { Core } from "../core.ts";
import { readUser, writeUser } from "../mm/user-memory.ts";
import type { Process } from "../proc/process.ts";
import { isTurnOver } from "../proc/scheduler.ts";
import { sleepUnlessSignalled } from "../proc/signals.ts";

/** Pieces that are moved in one go: 64 KiB, 16 times what a pipe promises not to mix with others' bytes. */
const PIECES_AT_ONCE = 16;

/** A range of user memory. */
export interface Segment {
  readonly vaddr: number;
  readonly bytes: number;
}

/** The memory that a read fills or a write empties, in order. */
export interface Span {
  readonly segments: readonly Segment[];
  readonly bytes: number;
  /** A write of bytes that the kernel has itself (sendfile): copies those from `at` on; the segment is at 0 then. */
  readonly read?: (at: number, dst: Uint8Array) => void;
}

export const spanOf = (vaddr: number, bytes: number): Span => ({ segments: [{ vaddr, bytes }], bytes });

/** The part of a span that begins `done` bytes in, and ends with its segment, its page or after `most` bytes. */
function pieceAt(span: Span, done: number, most: number): Segment {
  let before = 0;
  for (const { vaddr, bytes } of span.segments) {
    if (done < before + bytes) {
      const at = vaddr + done - before;
      return { vaddr: at, bytes: Math.min(before + bytes - done, PAGE_BYTES - (at & PAGE_MASK), most) };
    }
    before += bytes;
  }
  return { vaddr: 0, bytes: 0 };
}

/** Bytes that the present call has already moved, before it slept. */
export function progressOf(core: Core, p: Process): number {
  return p.inCall && p.restart?.number === core.hart.x[17] ? p.restart.progress : 0;
}

/** The deadline that the present call set before it slept, or −1. */
export function deadlineOf(core: Core, p: Process): number {
  return p.inCall && p.restart?.number === core.hart.x[17] ? p.restart.deadlineCycles : -1;
}

/** Remembers how far the call has come. */
export function remember(core: Core, p: Process, progress: number, deadlineCycles = -1): void {
  p.restart = { number: core.hart.x[17], progress, deadlineCycles };
}

/** Sleeps on a channel with the progress remembered. */
export function waitOn(core: Core, p: Process, channel: string, progress: number, deadlineCycles = -1): number {
  remember(core, p, progress, deadlineCycles);
  return sleepUnlessSignalled(core, p, channel, deadlineCycles);
}

/** Where a read's bytes come from. `consume` follows a `peek` whose bytes have arrived; it returns whether to go on. */
export interface Source {
  peek(dst: Uint8Array): number;
  consume(count: number): boolean;
}

/** Fills a span from a source until one of them ends. Returns the bytes moved in all, −EFAULT or RESTART. */
export function fillSpan(core: Core, p: Process, span: Span, source: Source): number {
  let done = progressOf(core, p);
  for (let pieces = 0; done < span.bytes; pieces++) {
    if (pieces >= PIECES_AT_ONCE && isTurnOver(core, p)) return interrupted(core, p, done, RESTART);
    const piece = pieceAt(span, done, PAGE_BYTES);
    const bytes = new Uint8Array(piece.bytes);
    const count = source.peek(bytes);
    if (count === 0) break;
    const outcome = writeUser(core, p, piece.vaddr, bytes.subarray(0, count));
    if (outcome !== 0) return interrupted(core, p, done, outcome);
    done += count;
    if (!source.consume(count)) break;
  }
  return done;
}

/**
 * Stores bytes in a span from its byte `from` on, page by page. What came of it: how many went, and why it stopped. After RESTART all of them are to
 * be stored anew, since others may have come between: whoever gave them away has to keep them until then.
 */
export function storeInSpan(core: Core, p: Process, span: Span, from: number, bytes: Uint8Array): Emptied {
  let done = 0;
  while (done < bytes.length) {
    const piece = pieceAt(span, from + done, bytes.length - done);
    const outcome = writeUser(core, p, piece.vaddr, bytes.subarray(done, done + piece.bytes));
    if (outcome !== 0) return { done, outcome };
    done += piece.bytes;
  }
  return { done, outcome: 0 };
}

/** Where a write's bytes go. */
export interface Sink {
  /** Bytes that can be taken now; 0 ends the write for the moment. */
  room(): number;
  /** Takes bytes; 0, or −errno with nothing taken. */
  put(bytes: Uint8Array): number;
}

/** What came of emptying a span, or of filling it: bytes moved in all, and why it stopped: 0, −errno, or RESTART (already asleep). */
export interface Emptied {
  readonly done: number;
  readonly outcome: number;
}

/** Reads from what a span describes: the process's memory, or bytes that the kernel has itself. */
function readSpan(core: Core, p: Process, span: Span, vaddr: number, dst: Uint8Array): number {
  if (span.read === undefined) return readUser(core, p, vaddr, dst);
  span.read(vaddr, dst);
  return 0;
}

/** Empties a span into a sink until it is empty, or the sink is full or fails. */
export function emptySpan(core: Core, p: Process, span: Span, sink: Sink): Emptied {
  let done = progressOf(core, p);
  for (let pieces = 0; done < span.bytes; pieces++) {
    const room = sink.room();
    if (room === 0) break;
    const piece = pieceAt(span, done, room);
    const bytes = new Uint8Array(piece.bytes);
    const isLate = pieces >= PIECES_AT_ONCE && isTurnOver(core, p);
    let outcome = isLate ? RESTART : readSpan(core, p, span, piece.vaddr, bytes);
    if (outcome === RESTART) remember(core, p, done);
    else if (outcome === 0) outcome = sink.put(bytes);
    if (outcome !== 0) return { done, outcome };
    done += piece.bytes;
  }
  return { done, outcome: 0 };
}

/** What a call returns that has moved `done` bytes and then met `outcome`. */
export function interrupted(core: Core, p: Process, done: number, outcome: number): number {
  if (outcome === RESTART) remember(core, p, done);
  else if (done > 0) return done;
  return outcome;
}

/** The part of a span that begins `done` bytes in and has at most `most`. */
export function partOf(span: Span, done: number, most: number): Span {
  const segments: Segment[] = [];
  let [skipped, left] = [done, Math.min(most, span.bytes - done)];
  for (const { vaddr, bytes } of span.segments) {
    const taken = Math.max(0, Math.min(bytes - skipped, left));
    if (taken > 0) segments.push({ vaddr: vaddr + skipped, bytes: taken });
    skipped = Math.max(0, skipped - bytes);
    left -= taken;
  }
  return { ...span, segments, bytes: Math.min(most, span.bytes - done) };
}

/** All bytes of a short span in one array, or −EFAULT or RESTART. */
export function gather(core: Core, p: Process, span: Span): Uint8Array | number {
  const bytes = new Uint8Array(span.bytes);
  let done = 0;
  for (const segment of span.segments) {
    const outcome = readSpan(core, p, span, segment.vaddr, bytes.subarray(done, done + segment.bytes));
    if (outcome !== 0) return outcome;
    done += segment.bytes;
  }
  return bytes;
}
