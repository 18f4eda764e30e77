/*
 * Books of the `side` allocator. All of them lie in mappings of their own, away from the blocks: the allocator never
 * touches a block, so the first access to a fresh page is the program's own.
 *
 * Memory comes in arenas, mappings of whole pages. An arena's record lists its pages:
 *
 *   record (in the books):    | link | start | pages | … | page 0 | page 1 | page 2 | …  one struct page each
 *   arena (the memory):                                  | page   | page   | page   | …  blocks and nothing else
 *
 * A page is free, belongs to a run (one large block of whole pages), or is a slab: cut into equal slots of one size
 * class, with a bit for each slot in the page's record.
 */
#ifndef _MALLOC_SIDE_H
#define _MALLOC_SIDE_H

#include "allocator.h"

enum page_kind {
  PAGE_FREE,
  PAGE_RUN_START, /* first page of a block of `run_pages` pages */
  PAGE_RUN_REST,
  PAGE_SLAB,
};

enum {
  MIN_SLOT_BYTES = 16,
  BITMAP_WORDS = PAGE_BYTES / MIN_SLOT_BYTES / 32,
};

struct page {
  uint8_t kind;
  uint8_t size_class;  /* of a slab */
  uint16_t used_slots; /* of a slab */
  uint32_t run_pages;  /* of a run's first page */
  struct page *next;   /* slabs of the same class that have a free slot */
  struct page *previous;
  uint32_t bitmap[BITMAP_WORDS]; /* bit i: slot i is in use */
};

struct arena {
  struct arena *next; /* in order of address */
  char *start;
  uint32_t page_count;
  uint32_t used_pages;
  size_t books_bytes; /* of the mapping that holds this record */
  struct page pages[]; /* page_count of them */
};

#endif
