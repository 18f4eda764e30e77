/**
 * Copying between the kernel and a process's memory.
 *
 * The kernel reads the process's page table as the walker would, and where that finds no translation it takes the very
 * fault path that an instruction of the program would have taken: demand-zero pages appear, copy-on-write pages are
 * copied, swapped pages are fetched. It uses no TLB entry, so `p` need not be on the CPU.
 *
 * Results: 0 done; −EFAULT, no such memory or not permitted; RESTART, `p` now sleeps until a page or frame arrives. After
 * RESTART part of the bytes may have been copied: a caller for which that matters first makes the range present with
 * prepareUser, or works in pieces and records its progress in p.restart. Memory smaller than the range can make a long
 * prepareUser starve, so long transfers go in pieces.
 */
import { PAGE_BYTES, PAGE_MASK } from "../../emulator/bits.ts";
import { PTE_A, PTE_D, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X, ptePfn } from "../../emulator/pte.ts";
import type { Access } from "../../emulator/trap.ts";
import { Errno, RESTART } from "../abi.ts";
import type { Core } from "../core.ts";
import { charge } from "../counters.ts";
import { isFailing } from "../failing.ts";
import type { Process } from "../proc/process.ts";
import { USER_END } from "./address-space.ts";
import { handlePageFault } from "./fault.ts";
import { pteAddress } from "./page-table.ts";

/** Bits that a PTE must have for an access. "execute" is for making pages present that can only be executed. */
const NEED: Readonly<Record<Access, number>> = {
  load: PTE_V | PTE_U | PTE_R,
  store: PTE_V | PTE_U | PTE_R | PTE_W,
  execute: PTE_V | PTE_U | PTE_X,
};

/** True when [vaddr, vaddr + bytes) lies in user space; decides nothing about mappings. */
export const isUserRange = (vaddr: number, bytes: number): boolean =>
  vaddr >= 0 && bytes >= 0 && vaddr + bytes <= USER_END;

/**
 * Physical address of a byte, faulting its page in. Negative: −EFAULT or RESTART. Sets A and D as the hardware would.
 */
function resolve(core: Core, p: Process, vaddr: number, access: Access): number {
  const need = NEED[access];
  for (;;) {
    const paddr = pteAddress(core.ram, p.space.rootPfn, vaddr >>> 12);
    const pte = paddr < 0 ? 0 : core.ram.readWord(paddr);
    if ((pte & need) === need) {
      const after = (pte | (access === "store" ? PTE_A | PTE_D : PTE_A)) >>> 0;
      if (after !== pte) {
        core.ram.writeWord(paddr, after);
        if (core.sink.enabled) core.sink.emit({ kind: "pte-update", paddr, before: pte, after });
      }
      return ptePfn(pte) * PAGE_BYTES + (vaddr & PAGE_MASK);
    }
    const outcome = handlePageFault(core, p, vaddr, access);
    if (outcome === "waiting") return RESTART;
    if (outcome === "segv" || outcome === "bus" || outcome === "guard") return -Errno.EFAULT;
  }
}

/** Makes every page of a range present with the rights for `access` ("load" or "store"), or says why not. */
export function prepareUser(core: Core, p: Process, vaddr: number, bytes: number, access: Access): number {
  vaddr = vaddr >>> 0;
  if (!isUserRange(vaddr, bytes)) return -Errno.EFAULT;
  if (bytes === 0) return 0;
  for (let at = vaddr; at < vaddr + bytes; at = at - (at & PAGE_MASK) + PAGE_BYTES) {
    const paddr = resolve(core, p, at, access);
    if (paddr < 0) return paddr;
  }
  return 0;
}

/** Copies dst.length bytes from the process into `dst`. */
export function readUser(core: Core, p: Process, vaddr: number, dst: Uint8Array): number {
  return transfer(core, p, vaddr >>> 0, dst, "load");
}

/** Copies `src` into the process. */
export function writeUser(core: Core, p: Process, vaddr: number, src: Uint8Array): number {
  return transfer(core, p, vaddr >>> 0, src, "store");
}

function transfer(core: Core, p: Process, vaddr: number, bytes: Uint8Array, access: Access): number {
  if (!isUserRange(vaddr, bytes.length) || isFailing(core, "copy")) return -Errno.EFAULT;
  for (let done = 0; done < bytes.length; ) {
    const paddr = resolve(core, p, vaddr + done, access);
    if (paddr < 0) return paddr;
    const length = Math.min(bytes.length - done, PAGE_BYTES - (paddr & PAGE_MASK));
    if (access === "load") bytes.set(core.ram.u8.subarray(paddr, paddr + length), done);
    else core.ram.u8.set(bytes.subarray(done, done + length), paddr);
    done += length;
  }
  charge(core, Math.ceil(bytes.length / 64) * core.costs.copyLine);
  return 0;
}

/** Reads words (little-endian, alignment not required) into `dst`. */
export function readUserWords(core: Core, p: Process, vaddr: number, dst: Int32Array): number {
  return readUser(core, p, vaddr, new Uint8Array(dst.buffer, dst.byteOffset, dst.byteLength));
}

/** Writes words into the process. */
export function writeUserWords(core: Core, p: Process, vaddr: number, src: Int32Array): number {
  return writeUser(core, p, vaddr, new Uint8Array(src.buffer, src.byteOffset, src.byteLength));
}

/** Reads one word into dst[0]; the result says whether it succeeded. */
export function readUserWord(core: Core, p: Process, vaddr: number, dst: Int32Array): number {
  return readUserWords(core, p, vaddr, dst.subarray(0, 1));
}

/** Writes one word. */
export function writeUserWord(core: Core, p: Process, vaddr: number, value: number): number {
  return writeUserWords(core, p, vaddr, Int32Array.of(value));
}

/**
 * Reads a string that ends in a 0 byte within `maxBytes` (the 0 included). Negative: −EFAULT, −ENAMETOOLONG, RESTART.
 * Bytes are decoded as UTF-8; malformed ones are kept, too (see decodeUtf8).
 */
export function readUserString(core: Core, p: Process, vaddr: number, maxBytes: number): string | number {
  const bytes = readUserBytesToNul(core, p, vaddr >>> 0, maxBytes);
  return typeof bytes === "number" ? bytes : decodeUtf8(bytes);
}

/** As readUserString, but the bytes without the final 0. */
export function readUserBytesToNul(core: Core, p: Process, vaddr: number, maxBytes: number): Uint8Array | number {
  const found: number[] = [];
  if (isFailing(core, "copy")) return -Errno.EFAULT;
  for (let at = vaddr >>> 0; found.length < maxBytes; ) {
    if (!isUserRange(at, 1)) return -Errno.EFAULT;
    const paddr = resolve(core, p, at, "load");
    if (paddr < 0) return paddr;
    const end = Math.min(paddr - (paddr & PAGE_MASK) + PAGE_BYTES, paddr + maxBytes - found.length);
    for (let byte = paddr; byte < end; byte++) {
      const value = core.ram.u8[byte];
      if (value === 0) return Uint8Array.from(found);
      found.push(value);
    }
    at += end - paddr;
  }
  return -Errno.ENAMETOOLONG;
}

/** Where a byte that is no part of UTF-8 stands in a string: at U+DC00 + byte, which no well-formed text has (as PEP 383). */
const ESCAPED_BYTE = 0xdc00;
/** Smallest code that deserves so many bytes behind the first. */
const SMALLEST = [0, 0x80, 0x800, 0x10000];

/** Bytes behind the first of a character of UTF-8 (RFC 3629); −1: no character begins so. */
function continuationBytes(first: number): number {
  if (first < 0x80) return 0;
  if (first >= 0xc2 && first < 0xe0) return 1;
  if (first >= 0xe0 && first < 0xf0) return 2;
  return first >= 0xf0 && first < 0xf5 ? 3 : -1;
}

/** The character at `at`, which has `more` bytes behind the first; −1 if it is malformed. */
function characterAt(bytes: Uint8Array, at: number, more: number): number {
  let code = more === 0 ? bytes[at] : bytes[at] & (0x3f >> more);
  if (at + more >= bytes.length) return -1;
  for (let i = at + 1; i <= at + more; i++) {
    if ((bytes[i] & 0xc0) !== 0x80) return -1;
    code = (code << 6) | (bytes[i] & 0x3f);
  }
  const isSurrogate = code >= 0xd800 && code < 0xe000;
  return code < SMALLEST[more] || code > 0x10ffff || isSurrogate ? -1 : code;
}

/** UTF-8 without TextDecoder, which is a host API. encodeUtf8 gives every sequence of bytes back, malformed ones too. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; ) {
    const more = continuationBytes(bytes[i]);
    const code = more < 0 ? -1 : characterAt(bytes, i, more);
    text += code < 0 ? String.fromCharCode(ESCAPED_BYTE + bytes[i]) : String.fromCodePoint(code);
    i += code < 0 ? 1 : more + 1;
  }
  return text;
}

/** UTF-8 without TextEncoder. */
export function encodeUtf8(text: string): Uint8Array {
  const out: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0x80) out.push(code);
    else if (code >= ESCAPED_BYTE + 0x80 && code <= ESCAPED_BYTE + 0xff) out.push(code - ESCAPED_BYTE);
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else out.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
  }
  return Uint8Array.from(out);
}
