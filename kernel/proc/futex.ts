/**
 * Futexes: words of user memory that threads sleep on. A key names the word whatever address it is reached by: in
 * memory that several processes share it is the object and the offset, else the address space and the address. Waiters are
 * blocked processes whose channel is the key; whoever wakes one also decides its result, so that a wake-up cannot get lost
 * between two executions of its ecall.
 */
import { Errno } from "../abi.ts";
import type { Core } from "../core.ts";
import { findVma } from "../mm/areas.ts";
import { readUserWords, writeUserWord } from "../mm/user-memory.ts";
import type { Process } from "./process.ts";
import { makeReady } from "./scheduler.ts";

/** Channel of those who wait on a word. A private futex is never looked for in other address spaces. */
export function futexKey(p: Process, vaddr: number, isPrivate: boolean): string {
  const vma = isPrivate ? undefined : findVma(p.space, vaddr);
  if (vma?.shared) {
    const { backing } = vma;
    const at = vaddr - vma.start;
    if (backing.kind === "shared") return `futex:object:${backing.object}:${backing.offset + at}`;
    if (backing.kind === "file") return `futex:file:${backing.inode}:${backing.offset + at}`;
  }
  return `futex:${p.space.id}:${vaddr}`;
}

/** Those who wait on a word, who has waited longest first. */
export function waiters(core: Core, key: string, bitset: number): Process[] {
  const found: Process[] = [];
  for (const p of core.processes.values()) {
    if (p.state === "blocked" && p.channel === key && ((p.restart?.bitset ?? -1) & bitset) !== 0) found.push(p);
  }
  return found.sort((a, b) => a.sinceCycles - b.sinceCycles);
}

/** Wakes up to `most` of those who wait on a word with one of `bitset`'s bits. Returns how many. */
export function wakeFutex(core: Core, key: string, most: number, bitset = -1): number {
  const woken = waiters(core, key, bitset).slice(0, Math.max(0, most));
  for (const p of woken) {
    if (p.restart !== null) p.restart.result = 0;
    makeReady(core, p);
  }
  return woken.length;
}

/** Lets up to `most` of those who wait on one word wait on another. Returns how many. */
export function requeueFutex(core: Core, from: string, to: string, most: number): number {
  const moved = waiters(core, from, -1).slice(0, Math.max(0, most));
  for (const p of moved) p.channel = to;
  return moved.length;
}

/** Bits of the word of a robust or a priority-inheriting futex (include/uapi/linux/futex.h). */
export const FutexWord = { Waiters: 0x8000_0000 | 0, OwnerDied: 0x4000_0000, TidMask: 0x3fff_ffff } as const;
/** Entries of a list that are looked at (ROBUST_LIST_LIMIT). */
const ROBUST_LIMIT = 2048;

/**
 * A thread ends: the robust mutexes that it still holds (struct robust_list_head: next, offset of the word from its list
 * node, node being changed) are marked, and who waits for one is woken. 0, or RESTART; a list that cannot be read ends where it
 * cannot. May be executed again: a word that has been marked names no owner any more.
 *
 * Left out: mutexes of a thread that a signal ends; their pages may have to be fetched first, and it cannot wait.
 */
export function releaseRobustFutexes(core: Core, p: Process): number {
  if (p.robustListVaddr === 0) return 0;
  const head = new Int32Array(3);
  const outcome = readUserWords(core, p, p.robustListVaddr, head);
  if (outcome !== 0) return outcome === -Errno.EFAULT ? 0 : outcome;
  const [, offset, changing] = head;
  const next = head.slice(0, 1);
  for (let i = 0; i < ROBUST_LIMIT; i++) {
    const node = next[0] & ~1;
    if (node === 0 || node >>> 0 === p.robustListVaddr) break;
    const read = readUserWords(core, p, node, next);
    const marked = read !== 0 ? read : markDead(core, p, node + offset);
    if (marked !== 0) return marked === -Errno.EFAULT ? 0 : marked;
  }
  const last = (changing & ~1) === 0 ? 0 : markDead(core, p, (changing & ~1) + offset);
  return last === -Errno.EFAULT ? 0 : last;
}

/** 0, −EFAULT or RESTART. */
function markDead(core: Core, p: Process, vaddr: number): number {
  const word = new Int32Array(1);
  const outcome = readUserWords(core, p, vaddr, word);
  if (outcome !== 0 || (word[0] & FutexWord.TidMask) !== p.pid) return outcome;
  const written = writeUserWord(core, p, vaddr, (word[0] & FutexWord.Waiters) | FutexWord.OwnerDied);
  if (written === 0 && (word[0] & FutexWord.Waiters) !== 0) rouseNext(core, p, vaddr >>> 0);
  return written;
}

/**
 * Wakes the next one to try for a mutex whose owner has died. Private waiters stand under another key only in memory
 * that is shared. Who waits in FUTEX_LOCK_PI has no result yet: it executes its call again and takes the word.
 */
function rouseNext(core: Core, p: Process, vaddr: number): void {
  const shared = futexKey(p, vaddr, false);
  const key = waiters(core, shared, -1).length > 0 ? shared : futexKey(p, vaddr, true);
  const [next] = waiters(core, key, -1);
  if (next !== undefined) makeReady(core, next);
}
