/**
 * The blocks of a stopped program's malloc, read from its memory: what `malloc_walk` would visit, without running anything.
 * The books' places and layouts come from the debug information of libc/malloc; the meaning of a tag or a state is that of
 * bins-block.h, first-fit.c and side.h. A program from elsewhere has another malloc, or none; the message then says so.
 */
import { hex } from "../../emulator/bits.ts";
import type { DebugInfo, DebugType } from "../../toolchain/dwarf/read.ts";
import { readMemory, readNumber } from "../inspect.ts";
import type { Machine } from "../machine.ts";
import { bare, sizeOf } from "./scalars.ts";
import type { Image } from "./symbols.ts";

export interface HeapBlock {
  /** What malloc returned, or would return. */
  readonly vaddr: number;
  /** What malloc_usable_size says. */
  readonly bytes: number;
  /** `top`: free, at the end of the heap; `mapped`: in use, with a mapping of its own; `foreign`: somebody else's sbrk. */
  readonly state: "used" | "free" | "top" | "mapped" | "foreign";
}

export interface HeapBlocks {
  /** Name of the allocator, as in MALLOC; null when there is none to look into. */
  readonly allocator: string | null;
  /** In order of address. */
  readonly blocks: readonly HeapBlock[];
  /** Why the list is empty or ends early; null when it is whole. */
  readonly problem: string | null;
}

/** More than any walk through sane books visits. */
const MOST_BLOCKS = 1_000_000;
const PAGE_BYTES = 4096;

/** bins-block.h */
const BINS = { headerBytes: 8, flags: 15, used: 1, foreign: 8, linkBytes: 8, sealPattern: 0x5ea1b10c } as const;
/** first-fit.c */
const FIRST_FIT = { headerBytes: 8, used: 0x05edf1f0, free: 0x0f4eef1f } as const;
/** enum page_kind of side.h */
const SIDE = { free: 0, runStart: 1, slab: 3 } as const;

/** The books are damaged, or not in memory: the walk ends here. */
class BrokenBooks extends Error {}

/** Reads the allocator's own structures. */
class Books {
  private readonly debug: DebugInfo;
  private readonly machine: Machine;
  private readonly pid: number;

  constructor(debug: DebugInfo, machine: Machine, pid: number) {
    this.debug = debug;
    this.machine = machine;
    this.pid = pid;
  }

  /** A static variable of a file of libc/malloc: users may have globals of the same name. Null when it is not linked in. */
  variable(file: string, name: string): { readonly vaddr: number; readonly type: DebugType | null } | null {
    const found = this.debug.globals.find((v) => v.name === name && v.file.endsWith(`malloc/${file}`));
    const at = found && this.debug.locate(found, 0, { register: () => null, readWord: () => null, cfa: null });
    return at?.kind === "memory" ? { vaddr: at.vaddr >>> 0, type: found!.type } : null;
  }

  number(vaddr: number, bytes: 1 | 2 | 4 = 4): number {
    const value = readNumber(this.machine, this.pid, vaddr, bytes);
    if (value === null) throw new BrokenBooks(`the books lead to ${hex(vaddr)}, where nothing is mapped`);
    return value;
  }

  /** Offset and type of a struct's member. */
  member(type: DebugType | null, name: string): { readonly offset: number; readonly type: DebugType | null } {
    const t = bare(type);
    const found = t?.kind === "struct" ? t.members.find((m) => m.name === name) : undefined;
    if (found === undefined) throw new BrokenBooks(`the program's malloc has other books: no member ${name}`);
    return found;
  }

  field(vaddr: number, type: DebugType | null, name: string): number {
    const { offset, type: of } = this.member(type, name);
    const bytes = sizeOf(of);
    return this.number(vaddr + offset, bytes === 1 || bytes === 2 ? bytes : 4);
  }
}

/** What a pointer or an array is of. */
function targetOf(type: DebugType | null): DebugType | null {
  const t = bare(type);
  return t?.kind === "pointer" ? t.to : t?.kind === "array" ? t.of : null;
}

type Walk = (books: Books) => Generator<HeapBlock>;

function* walkBins(books: Books): Generator<HeapBlock> {
  const heap = books.variable("bins.c", "heap");
  if (heap === null) return;
  const start = books.field(heap.vaddr, heap.type, "start");
  const mapped = [...walkMapped(books)];
  yield* mapped.filter(({ vaddr }) => vaddr < start);
  if (start !== 0) {
    const top = books.field(heap.vaddr, heap.type, "top");
    const block = targetOf(books.member(heap.type, "start").type);
    for (let at = start; ; ) {
      const tag = sealedTag(books, at, block);
      const bytes = (tag & ~BINS.flags) >>> 0;
      if (bytes === 0 || at > top) throw new BrokenBooks(`the header at ${hex(at)} was overwritten: no size`);
      const isUsed = (tag & BINS.used) !== 0;
      const state = at === top ? "top" : (tag & BINS.foreign) !== 0 ? "foreign" : isUsed ? "used" : "free";
      yield { vaddr: at + BINS.headerBytes, bytes: bytes - BINS.headerBytes, state };
      if (at === top) break;
      at += bytes;
    }
  }
  yield* mapped.filter(({ vaddr }) => vaddr >= start);
}

function sealedTag(books: Books, vaddr: number, block: DebugType | null): number {
  const tag = books.field(vaddr, block, "tag");
  if (books.field(vaddr, block, "seal") !== (tag ^ vaddr ^ BINS.sealPattern) >>> 0)
    throw new BrokenBooks(
      `the header at ${hex(vaddr)} was overwritten: its seal does not match; \`who *${hex(vaddr)}\` finds the writer`,
    );
  return tag;
}

function* walkMapped(books: Books): Generator<HeapBlock> {
  const lowest = books.variable("bins-mapped.c", "lowest");
  if (lowest === null) return;
  const mapping = targetOf(lowest.type);
  const { offset, type } = books.member(mapping, "block");
  for (let at = books.number(lowest.vaddr); at !== 0; at = books.field(at, mapping, "next")) {
    const bytes = (sealedTag(books, at + offset, type) & ~BINS.flags) >>> 0;
    yield {
      vaddr: at + offset + BINS.headerBytes,
      bytes: bytes - BINS.linkBytes - BINS.headerBytes,
      state: "mapped",
    };
  }
}

function* walkFirstFit(books: Books): Generator<HeapBlock> {
  const first = books.variable("first-fit.c", "first");
  const last = books.variable("first-fit.c", "end");
  if (first === null || last === null) return;
  const block = targetOf(first.type);
  const end = books.number(last.vaddr);
  for (let at = books.number(first.vaddr); at !== 0 && at < end; ) {
    const bytes = books.field(at, block, "bytes");
    const state = books.field(at, block, "state");
    if (bytes === 0 || bytes % 16 !== 0 || (state !== FIRST_FIT.used && state !== FIRST_FIT.free))
      throw new BrokenBooks(`the header at ${hex(at)} was overwritten; \`who *${hex(at)}\` finds the writer`);
    const isUsed = state === FIRST_FIT.used;
    yield {
      vaddr: at + FIRST_FIT.headerBytes,
      bytes: bytes - FIRST_FIT.headerBytes,
      state: isUsed ? "used" : "free",
    };
    at += bytes;
  }
}

function* walkSide(books: Books): Generator<HeapBlock> {
  const lowest = books.variable("side.c", "lowest_arena");
  const classes = books.variable("side.c", "class_bytes");
  if (lowest === null || classes === null) return;
  const arena = targetOf(lowest.type);
  const pages = books.member(arena, "pages");
  const page = targetOf(pages.type);
  const recordBytes = sizeOf(page);
  const bitmap = books.member(page, "bitmap").offset;
  for (let at = books.number(lowest.vaddr); at !== 0; at = books.field(at, arena, "next")) {
    const start = books.field(at, arena, "start");
    const count = books.field(at, arena, "page_count");
    const kindOf = (i: number): number => books.field(at + pages.offset + i * recordBytes, page, "kind");
    for (let i = 0; i < count; ) {
      const record = at + pages.offset + i * recordBytes;
      const vaddr = start + i * PAGE_BYTES;
      const kind = kindOf(i);
      if (kind === SIDE.slab) {
        const bytes = books.number(classes.vaddr + 2 * books.field(record, page, "size_class"), 2);
        if (bytes === 0) throw new BrokenBooks(`the record at ${hex(record)} was overwritten: no size class`);
        for (let slot = 0; (slot + 1) * bytes <= PAGE_BYTES; slot++) {
          const isUsed = ((books.number(record + bitmap + 4 * (slot >>> 5)) >>> (slot & 31)) & 1) === 1;
          yield { vaddr: vaddr + slot * bytes, bytes, state: isUsed ? "used" : "free" };
        }
        i++;
        continue;
      }
      let length = kind === SIDE.runStart ? books.field(record, page, "run_pages") : 1;
      if (kind === SIDE.free) while (i + length < count && kindOf(i + length) === SIDE.free) length++;
      if (length === 0 || (kind !== SIDE.runStart && kind !== SIDE.free))
        throw new BrokenBooks(`the record at ${hex(record)} was overwritten`);
      yield { vaddr, bytes: length * PAGE_BYTES, state: kind === SIDE.runStart ? "used" : "free" };
      i += length;
    }
  }
}

const WALKS: Readonly<Record<string, Walk>> = { bins: walkBins, "first-fit": walkFirstFit, side: walkSide };

/** The blocks of a process. Damaged books give the blocks in front of the damage, and say where it is. */
export function heapBlocks(machine: Machine, pid: number, image: Image | null): HeapBlocks {
  const none = (problem: string): HeapBlocks => ({ allocator: null, blocks: [], problem });
  const hasMalloc = image?.named("malloc") !== undefined;
  if (image === null) return none("the blocks of its malloc are not known: the program's file is not at hand");
  if (image.debug === null && !hasMalloc) return none("no blocks: the program has no symbol malloc (or was stripped)");
  const books = image.debug === null ? null : new Books(image.debug, machine, pid);
  const chosen = books?.variable("choose.c", "chosen") ?? null;
  if (books === null || chosen === null)
    return none(
      hasMalloc
        ? "the blocks are not known: the program's malloc is not that of this machine's libc, or has no debug information"
        : "no blocks: the program does not use malloc",
    );
  const blocks: HeapBlock[] = [];
  let allocator: string | null = null;
  try {
    const interfaceVaddr = books.number(chosen.vaddr);
    if (interfaceVaddr === 0) return none("no blocks: malloc was not called yet");
    const name = readMemory(machine, pid, books.number(interfaceVaddr), 16);
    allocator = new TextDecoder().decode(name.subarray(0, Math.max(0, name.indexOf(0))));
    if (!Object.hasOwn(WALKS, allocator)) return none(`the program's allocator "${allocator}" is not known here`);
    for (const block of WALKS[allocator](books)) {
      if (blocks.length >= MOST_BLOCKS) throw new BrokenBooks("there is no end to the blocks");
      blocks.push(block);
    }
    return { allocator, blocks, problem: null };
  } catch (error) {
    if (error instanceof BrokenBooks) return { allocator, blocks, problem: error.message };
    throw error;
  }
}
