/**
 * The number conventions that the whole machine rests on.
 *
 * A 32-bit register value lives in an `Int32Array`; wherever it has to be read as unsigned (to compare, to index, to
 * print) it goes through `>>> 0`. Addresses, page numbers and frame numbers are always non-negative JS numbers.
 * Physical addresses have 34 bits in Sv32, so they are built by multiplication, never by a shift.
 */

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Virtual page number: `vaddr >>> 12`, 0 … 2^20 − 1. */
export type Vpn = Brand<number, "Vpn">;
/** Physical frame number: `paddr / 4096`, 0 … 2^22 − 1. RAM starts at physical address 0, so it is also the index in the frame database. */
export type Pfn = Brand<number, "Pfn">;
/** Process id, ≥ 1. Pid 0 stands for the kernel and its idle task. */
export type Pid = Brand<number, "Pid">;
/** Index of a page-sized slot on the swap device. */
export type SwapSlot = Brand<number, "SwapSlot">;
/** Address-space identifier as it stands in satp, 0 … 511. */
export type Asid = Brand<number, "Asid">;

/** log2 of the page size. */
export const PAGE_SHIFT = 12;
/** Bytes in a page and in a frame. */
export const PAGE_BYTES = 4096;
/** Mask of the offset inside a page. */
export const PAGE_MASK = PAGE_BYTES - 1;

/** Virtual page number of an unsigned virtual address. */
export const vpnOf = (vaddr: number): Vpn => (vaddr >>> PAGE_SHIFT) as Vpn;
/** Frame number of a physical address (up to 34 bits). */
export const pfnOf = (paddr: number): Pfn => Math.floor(paddr / PAGE_BYTES) as Pfn;
/** First virtual address of a page. */
export const vaddrOf = (vpn: Vpn): number => (vpn << PAGE_SHIFT) >>> 0;
/** First physical address of a frame. */
export const paddrOf = (pfn: Pfn): number => pfn * PAGE_BYTES;
/** Rounds an unsigned address down to a page boundary. */
export const pageFloor = (vaddr: number): number => (vaddr & ~PAGE_MASK) >>> 0;
/** Rounds up to a page boundary; the result may be 2^32. */
export const pageCeil = (vaddr: number): number => Math.ceil(vaddr / PAGE_BYTES) * PAGE_BYTES;

/** `0x` and eight hexadecimal digits (more for wider physical addresses). */
export const hex = (value: number, digits = 8): string =>
  "0x" + (value < 0 ? value >>> 0 : value).toString(16).padStart(digits, "0");

/** Fails to compile when a union is not switched over exhaustively; throws if reached at run time. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
