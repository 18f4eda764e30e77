/**
 * Page-table entries of Sv32: how a word in RAM says where a page lies and what may be done with it.
 *
 *      31          20 19          10 9   8  7   6   5   4   3   2   1   0
 *     ┌──────────────┬──────────────┬─────┬───┬───┬───┬───┬───┬───┬───┬───┐
 *     │    PPN[1]    │    PPN[0]    │ RSW │ D │ A │ G │ U │ X │ W │ R │ V │
 *     └──────────────┴──────────────┴─────┴───┴───┴───┴───┴───┴───┴───┴───┘
 *        12 bits        10 bits       software's own
 *
 * V clear: the other 31 bits belong to software, and the hardware looks at none of them. V set, R = W = X = 0: a pointer
 * to the next table. V set, any of R, W, X: a leaf. W without R is reserved; so are D, A and U in a pointer.
 * A leaf in the root table maps 4 MiB (a superpage), and its PPN[0] must be 0.
 *
 * Source: RISC-V privileged specification 20240411, sections 10.3.1 and 10.3.2.
 */
import type { Pfn } from "./bits.ts";

/** Valid. */
export const PTE_V = 1 << 0;
/** Loads allowed. */
export const PTE_R = 1 << 1;
/** Stores allowed. */
export const PTE_W = 1 << 2;
/** Instruction fetch allowed. */
export const PTE_X = 1 << 3;
/** User mode may use the page. */
export const PTE_U = 1 << 4;
/** Global: belongs to every address space. */
export const PTE_G = 1 << 5;
/** Accessed since this bit was last cleared. */
export const PTE_A = 1 << 6;
/** Written since this bit was last cleared. */
export const PTE_D = 1 << 7;
/** The two bits of a valid PTE that hardware leaves to software. */
export const PTE_RSW = 3 << 8;
/** All flag bits, the software bits included: everything below the frame number. */
export const PTE_FLAGS = 0x3ff;

/** Bytes in a PTE. */
export const PTE_BYTES = 4;
/** Entries in one table: a table fills one frame. */
export const PTES_PER_TABLE = 1024;
/** Pages in a superpage. */
export const SUPERPAGE_PAGES = 1024;

/** The frame number in a PTE (a valid one, or a pointer), 0 … 2^22 − 1. */
export const ptePfn = (pte: number): Pfn => (pte >>> 10) as Pfn;
/** A PTE of frame number and flags, as an unsigned word. */
export const makePte = (pfn: number, flags: number): number => ((pfn << 10) | (flags & PTE_FLAGS)) >>> 0;
/** The hardware may use this entry at all. */
export const isValid = (pte: number): boolean => (pte & PTE_V) !== 0;
/** The entry maps memory; a valid entry that is no leaf points to a table. */
export const isLeaf = (pte: number): boolean => (pte & (PTE_R | PTE_W | PTE_X)) !== 0;
/** A valid entry whose combination of bits the specification reserves: using it is a page fault. */
export const isReserved = (pte: number): boolean =>
  isLeaf(pte) ? (pte & (PTE_R | PTE_W)) === PTE_W : (pte & (PTE_D | PTE_A | PTE_U)) !== 0;

/** Index into the root table (level 1) or into a leaf table (level 0) for a virtual address. */
export const tableIndex = (vaddr: number, level: 0 | 1): number =>
  level === 1 ? vaddr >>> 22 : (vaddr >>> 12) & (PTES_PER_TABLE - 1);

/** `rwxugad` with `-` for each bit that is clear; `invalid` for an entry without V. For people. */
export function describePte(pte: number): string {
  if (!isValid(pte)) return "invalid";
  const letters: [number, string][] = [
    [PTE_R, "r"],
    [PTE_W, "w"],
    [PTE_X, "x"],
    [PTE_U, "u"],
    [PTE_G, "g"],
    [PTE_A, "a"],
    [PTE_D, "d"],
  ];
  return letters.map(([bit, letter]) => ((pte & bit) !== 0 ? letter : "-")).join("");
}
