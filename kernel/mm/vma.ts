/**
 * Address spaces and their virtual memory areas: the reservation side of memory. A VMA promises that a range means
 * something; it owns no frame. Plain data, sorted by start, never overlapping, adjacent equal areas merged.
 */
import type { Asid, Pfn } from "../../emulator/bits.ts";

/** Fewest pages that a limit may leave: an instruction on two pages that copies between two others, and the stack. */
export const SMALLEST_LIMIT = 8;

/** Protection bits, as in mmap's prot. */
export const Prot = { Read: 1, Write: 2, Execute: 4 } as const;

/** What fills a page of the area at its first touch. */
export type Backing =
  | { readonly kind: "anonymous" }
  /** Memory shared by every space that maps it, anonymous or a file's (MAP_SHARED): page i is page `offset`/4096 + i of a SharedObject. */
  | {
      readonly kind: "shared";
      readonly object: number;
      readonly offset: number;
      /** Maps a file that was opened for reading only: mprotect may not make it writable. */
      readonly isReadOnly: boolean;
    }
  /**
   * Private mapping of a file: page i shows file bytes from `offset` + i × 4096; beyond `fileBytes` (a program's segment)
   * zeros, beyond the file's end nothing. mmap's mappings have no bound but the file's end: Infinity.
   */
  | {
      readonly kind: "file";
      readonly inode: number;
      readonly path: string;
      readonly offset: number;
      readonly fileBytes: number;
    };

export interface Vma {
  /** First address (page aligned) and one past the last. */
  start: number;
  end: number;
  prot: number;
  readonly shared: boolean;
  readonly backing: Backing;
  /** "[heap]", "[stack]", a file's path, or "" : as /proc/PID/maps shows it. */
  readonly name: string;
  /** The stack: grows down on a fault just below it, to the limit. */
  readonly growsDown: boolean;
  /** Does it count in the commit charge (commit.ts)? "exempt": not even if it becomes writable (MAP_NORESERVE). */
  readonly charge: Charge;
  /** mlock: replacement and trimming leave its pages alone. */
  readonly locked: boolean;
  /** The VirtualAlloc that this is a part of; committed when it is charged, else only reserved. Null: not one. */
  readonly allocation: VirtualAllocation | null;
  /** PAGE_GUARD: the rights that the first access to a page gives it, in place of none (`prot` is 0). Null: no guard. */
  readonly guarded: number | null;
  /** What madvise has asked of fork: bits of AtFork. */
  readonly atFork: number;
  /** All its pages count as written since clear_refs was told 4, touched or not: so it is from the area's beginning on (VM_SOFTDIRTY). */
  softDirty: boolean;
}

/** Leave: a child does not get the area (MADV_DONTFORK). Wipe: it finds zeros there (MADV_WIPEONFORK). */
export const AtFork = { Leave: 1, Wipe: 2 } as const;

export type Charge = "none" | "charged" | "exempt";

/** What is decided when an area is made and hardly ever needs saying: see completeVma. */
export type NewVma = Omit<Vma, "charge" | "locked" | "allocation" | "guarded" | "atFork" | "softDirty"> & Partial<Vma>;

/** What VirtualAlloc has reserved in one call, whatever has been committed of it since. */
export interface VirtualAllocation {
  /** Tells two allocations apart that once began at the same address. */
  readonly id: number;
  readonly base: number;
  /** PAGE_* as given when it was reserved. */
  readonly protect: number;
}

/**
 * Memory that several areas map. Anonymous, or the pages of a file that is mapped MAP_SHARED. It outlives each single mapping, so it holds references to its pages itself, in the form of
 * software PTEs (what Windows calls prototype PTEs): a page that one process has written and then unmapped is still there
 * for the others.
 */
export interface SharedObject {
  readonly id: number;
  /** The file whose pages these are (page-cache.ts), or −1. The object holds it. */
  readonly inode: number;
  /** Pages of the areas, over all spaces, that map it, and 1 for a segment that has not been removed. */
  users: number;
  /** Software PTE (transition or swap) of each page that exists, by page index. */
  readonly pages: Map<number, number>;
  /** Pages of the commit charge that it stands for. */
  readonly committedPages: number;
  /** What shmget made of it: it lives unmapped, too, until IPC_RMID. */
  readonly segment?: SharedSegment;
}

/** A System V shared memory segment (sys/segments.ts). Its id is its object's. */
export interface SharedSegment {
  readonly id: number;
  /** IPC_PRIVATE (0) once it has been removed. */
  key: number;
  readonly bytes: number;
  mode: number;
  readonly creatorPid: number;
  lastPid: number;
  /** Cycles of the last shmat, shmdt and shmctl; NEVER (−1): not yet. */
  attachCycles: number;
  detachCycles: number;
  changeCycles: number;
  isRemoved: boolean;
}

/** Areas in order, in pieces (area-list.ts). */
export interface AreaList {
  readonly pieces: Vma[][];
  length: number;
}

export interface AddressSpace {
  /** Identity for channels, reverse maps and the working-set books. */
  readonly id: number;
  /** The process that it was made for, as events name it. */
  ownerPid: number;
  /** Processes (threads) that use it. */
  users: number;
  readonly asid: Asid;
  /** Frame of the root page table, as it stands in satp. */
  readonly rootPfn: Pfn;
  readonly areas: AreaList;
  /** The heap: [brkStart, brk). brk need not be page aligned. */
  brkStart: number;
  brk: number;
  /** mmap searches downwards from here. */
  mmapTop: number;
  /** Highest address of the stack and how far it may grow, in bytes. */
  stackTop: number;
  /** As long as setrlimit allowed when the program was started. */
  stackLimitBytes: number;
  /** User pages with V=1, and the most there ever were. */
  residentPages: number;
  peakResidentPages: number;
  /** Most resident pages allowed before it replaces its own (local replacement); Infinity when unlimited. */
  residentLimitPages: number;
  /** Frames that hold this space's page tables, root included. */
  pageTablePages: number;
  /** Pages reserved over all VMAs. */
  reservedPages: number;
  /** Of these, pages that count in the commit charge. */
  committedPages: number;
  /** Of these, pages that mlock keeps resident. */
  lockedPages: number;
  /** mlockall(MCL_FUTURE): areas to come are locked too. */
  locksFuture: boolean;
  /** Global replacement prefers others' pages while no more than this many are resident; 0 when nothing is asked. */
  residentMinimumPages: number;
  /** Page priority of what it maps from now on, 0 … 7 (frames.ts). */
  pagePriority: number;
  /** Pages now in swap slots. */
  swappedPages: number;
  /** Its virtual time: cycles in user mode of all processes that use it. */
  cpuCycles: number;
  /** Virtual time at which each page was last seen in use, by vpn; kept while working sets are sampled. */
  readonly lastUse: Map<number, number>;
  /** Pages that MEM_RESET has marked, by vpn: has the page been replaced by zeros since? (reset.ts) */
  readonly resetPages: Map<number, "kept" | "lost">;
  /** The last fault that page-fault-frequency control has counted: its virtual time and page. */
  faultCycles: number;
  faultVpn: number;
  /** Virtual time of the last sample. */
  sampledCycles: number;
}
