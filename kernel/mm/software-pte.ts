/**
 * What an invalid PTE means. With V clear the hardware looks at no other bit (privileged specification 20240411, section
 * 10.3.1), so the kernel keeps there what it has to know about a page that is reserved but not present:
 *
 *      31                    10 9       4 3   1   0
 *     ┌────────────────────────┬─────────┬─────┬─────┐
 *     │         value          │  0 C 0  │kind │ V=0 │     C: bit 8, PTE_SOFT_CLEAN, in kinds 3 and 4 only
 *     └────────────────────────┴─────────┴─────┴─────┘
 *
 *     kind 0  nothing is reserved here (the whole word is 0)
 *     kind 1  demand-zero: the first touch gets a page of zeros
 *     kind 2  file: the first touch gets the page of the file that the VMA names
 *     kind 3  swap: the page is in swap slot `value`
 *     kind 4  transition: the page is in frame `value`, which is on the standby or modified list or under transfer
 *     kind 5  guard: reserved without any access (PROT_NONE)
 *
 * `value` stands where a valid PTE has its frame number. A PTE has one of these kinds wherever a leaf table exists; where
 * none exists yet the VMA alone says it, and the table is filled in when a fault first needs it.
 */

export const SoftwarePte = { None: 0, DemandZero: 1, File: 2, Swap: 3, Transition: 4, Guard: 5 } as const;

/** Names by kind, as views show them. */
export const SOFTWARE_PTE_NAMES = ["none", "demand-zero", "file", "swap", "transition", "guard"] as const;

/** Builds an invalid PTE, unsigned. `value`: 0 … 2^22 − 1. */
export const softwarePte = (kind: number, value = 0): number => ((value << 10) | (kind << 1)) >>> 0;
/** Kind of an invalid PTE. */
export const softwareKind = (pte: number): number => (pte >>> 1) & 7;
/** Slot or frame in an invalid PTE. */
export const softwareValue = (pte: number): number => pte >>> 10;

/**
 * In a PTE that names a page, valid or not (bit 8 is software's in both): this mapping has not been written through since
 * /proc/PID/clear_refs was last told 4. Such a PTE never has W, so that the next store faults and takes the bit away
 * (soft-dirty.ts). Linux keeps the contrary, a soft-dirty bit; this way round a PTE is what it was while nobody asks.
 */
export const PTE_SOFT_CLEAN = 1 << 8;

export const DEMAND_ZERO_PTE = softwarePte(SoftwarePte.DemandZero);
export const FILE_PTE = softwarePte(SoftwarePte.File);
export const GUARD_PTE = softwarePte(SoftwarePte.Guard);
