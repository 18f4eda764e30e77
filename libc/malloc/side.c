/*
 * The `side` allocator: metadata in side tables, none in or beside the blocks (see side.h).
 *
 * Requests up to 2 KiB take a slot of the next size class, larger ones a run of whole pages, first fit. An arena
 * without any page in use goes back to the kernel unless it is the only one. Left out: threads, and growing runs in
 * place across arenas.
 */
#include "side.h"

#include <string.h>

#define ARENA_BYTES (1024U * 1024U)
#define LARGEST_SLOT_BYTES 2048U

static const uint16_t class_bytes[] = {16,  32,  48,  64,  80,  96,  112, 128,  160,  192,  224, 256,
                                       320, 384, 448, 512, 672, 816, 1024, 1360, 2048};

enum { CLASS_COUNT = sizeof class_bytes / sizeof class_bytes[0] };

static struct arena *lowest_arena;
static struct page *open_slabs[CLASS_COUNT]; /* with at least one free slot */

static char *page_start(const struct arena *arena, const struct page *page) {
  return arena->start + (size_t)(page - arena->pages) * PAGE_BYTES;
}

static uint32_t slots_of(const struct page *slab) {
  return PAGE_BYTES / class_bytes[slab->size_class];
}

static int has_free_slot(const struct page *slab) {
  return slab->used_slots < slots_of(slab);
}

static int class_for(size_t bytes) {
  int size_class = 0;
  while (class_bytes[size_class] < bytes) {
    size_class++;
  }
  return size_class;
}

static size_t pages_for(size_t bytes) {
  return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
}

/* -- arenas ---------------------------------------------------------------------------------------------------- */

static struct arena *arena_of(const void *vaddr) {
  for (struct arena *arena = lowest_arena; arena != 0; arena = arena->next) {
    if ((uintptr_t)vaddr - (uintptr_t)arena->start < arena->page_count * PAGE_BYTES) {
      return arena;
    }
  }
  return 0;
}

static struct page *page_of(struct arena *arena, const void *vaddr) {
  return &arena->pages[((uintptr_t)vaddr - (uintptr_t)arena->start) / PAGE_BYTES];
}

/* The arena that a record belongs to: records lie inside arenas' books. */
static struct arena *arena_of_record(const struct page *page) {
  struct arena *arena = lowest_arena;
  while (page < arena->pages || page >= arena->pages + arena->page_count) {
    arena = arena->next;
  }
  return arena;
}

static struct arena *new_arena(size_t page_count) {
  size_t bytes = page_count * PAGE_BYTES < ARENA_BYTES ? ARENA_BYTES : page_count * PAGE_BYTES;
  size_t books_bytes = __round_up(sizeof(struct arena) + bytes / PAGE_BYTES * sizeof(struct page), PAGE_BYTES);
  struct arena *arena = __pages_map(books_bytes); /* zero: all pages free */
  char *start = arena != 0 ? __pages_map(bytes) : 0;
  if (start == 0) {
    if (arena != 0) {
      __pages_unmap(arena, books_bytes);
    }
    return 0;
  }
  arena->start = start;
  arena->page_count = bytes / PAGE_BYTES;
  arena->books_bytes = books_bytes;
  struct arena **link = &lowest_arena;
  while (*link != 0 && (*link)->start < start) {
    link = &(*link)->next;
  }
  arena->next = *link;
  *link = arena;
  return arena;
}

/* One ordinary arena stays, so that a program that frees its last block does not go to the kernel again and again. */
static int is_worth_keeping(const struct arena *arena) {
  int is_only = arena == lowest_arena && arena->next == 0;
  return arena->used_pages > 0 || (is_only && arena->page_count * PAGE_BYTES <= ARENA_BYTES);
}

static void drop_arena(struct arena *arena) {
  struct arena **link = &lowest_arena;
  while (*link != arena) {
    link = &(*link)->next;
  }
  *link = arena->next;
  __pages_unmap(arena->start, arena->page_count * PAGE_BYTES);
  __pages_unmap(arena, arena->books_bytes);
}

/* -- runs of pages --------------------------------------------------------------------------------------------- */

/* First page of the first `count` free pages in a row of which the first starts at a multiple of `alignment`. */
static struct page *find_run(struct arena *arena, size_t count, size_t alignment) {
  if (arena->page_count - arena->used_pages < count) {
    return 0;
  }
  size_t free_in_row = 0;
  for (size_t i = 0; i < arena->page_count; i++) {
    struct page *page = &arena->pages[i];
    int may_start = ((uintptr_t)page_start(arena, page) & (alignment - 1)) == 0;
    if (page->kind != PAGE_FREE) {
      free_in_row = 0;
    } else if (free_in_row > 0 || may_start) {
      free_in_row++;
      if (free_in_row == count) {
        return &arena->pages[i + 1 - count];
      }
    }
  }
  return 0;
}

static void mark_run(struct arena *arena, struct page *first, size_t count) {
  first->kind = PAGE_RUN_START;
  first->run_pages = (uint32_t)count;
  for (size_t i = 1; i < count; i++) {
    first[i].kind = PAGE_RUN_REST;
  }
  arena->used_pages += (uint32_t)count;
}

/* Takes pages out of use; the arena may vanish with the last of them. */
static void free_pages(struct arena *arena, struct page *first, size_t count) {
  for (size_t i = 0; i < count; i++) {
    first[i].kind = PAGE_FREE;
  }
  arena->used_pages -= (uint32_t)count;
  if (!is_worth_keeping(arena)) {
    drop_arena(arena);
  }
}

/* A run of `count` pages; the arena comes back in *owner. */
static struct page *take_run(size_t count, size_t alignment, struct arena **owner) {
  for (struct arena *arena = lowest_arena; arena != 0; arena = arena->next) {
    struct page *first = find_run(arena, count, alignment);
    if (first != 0) {
      mark_run(arena, first, count);
      *owner = arena;
      return first;
    }
  }
  size_t slack = alignment > PAGE_BYTES ? alignment / PAGE_BYTES : 0;
  struct arena *arena = new_arena(count + slack);
  if (arena == 0) {
    return 0;
  }
  struct page *first = find_run(arena, count, alignment);
  mark_run(arena, first, count);
  *owner = arena;
  return first;
}

/* -- slabs ----------------------------------------------------------------------------------------------------- */

static void open_slab(struct page *slab) {
  struct page **list = &open_slabs[slab->size_class];
  slab->previous = 0;
  slab->next = *list;
  if (*list != 0) {
    (*list)->previous = slab;
  }
  *list = slab;
}

static void close_slab(struct page *slab) {
  if (slab->previous != 0) {
    slab->previous->next = slab->next;
  } else {
    open_slabs[slab->size_class] = slab->next;
  }
  if (slab->next != 0) {
    slab->next->previous = slab->previous;
  }
}

static struct page *new_slab(int size_class) {
  struct arena *arena;
  struct page *slab = take_run(1, PAGE_BYTES, &arena);
  if (slab != 0) {
    slab->kind = PAGE_SLAB;
    slab->size_class = (uint8_t)size_class;
    slab->used_slots = 0;
    memset(slab->bitmap, 0, sizeof slab->bitmap);
    open_slab(slab);
  }
  return slab;
}

/* The lowest free slot of a slab that has one. */
static uint32_t first_free_slot(const struct page *slab) {
  uint32_t word = 0;
  while (slab->bitmap[word] == ~0U) {
    word++;
  }
  uint32_t slot = word * 32;
  for (uint32_t bits = slab->bitmap[word]; (bits & 1) != 0; bits >>= 1) {
    slot++;
  }
  return slot;
}

static void *take_slot(int size_class) {
  struct page *slab = open_slabs[size_class];
  if (slab == 0) {
    slab = new_slab(size_class);
    if (slab == 0) {
      return 0;
    }
  }
  uint32_t slot = first_free_slot(slab);
  slab->bitmap[slot / 32] |= 1U << (slot % 32);
  slab->used_slots++;
  if (!has_free_slot(slab)) {
    close_slab(slab);
  }
  return page_start(arena_of_record(slab), slab) + slot * class_bytes[size_class];
}

static void free_slot(struct arena *arena, struct page *slab, uint32_t slot) {
  int was_full = !has_free_slot(slab);
  slab->bitmap[slot / 32] &= ~(1U << (slot % 32));
  slab->used_slots--;
  if (was_full) {
    open_slab(slab);
  }
  if (slab->used_slots == 0) {
    close_slab(slab);
    free_pages(arena, slab, 1);
  }
}

/* -- the interface --------------------------------------------------------------------------------------------- */

/* Where a payload stands in the books. */
struct place {
  struct arena *arena;
  struct page *page;
  uint32_t slot; /* in a slab */
};

static struct place checked_place(void *payload) {
  struct place place;
  place.slot = 0;
  place.arena = arena_of(payload);
  if (place.arena == 0) {
    __malloc_abort("not in any arena", payload);
  }
  place.page = page_of(place.arena, payload);
  uint32_t offset = (uint32_t)((char *)payload - page_start(place.arena, place.page));
  switch (place.page->kind) {
  case PAGE_SLAB: {
    uint32_t slot_bytes = class_bytes[place.page->size_class];
    place.slot = offset / slot_bytes;
    if (offset % slot_bytes != 0 || place.slot >= slots_of(place.page)) {
      __malloc_abort("not the start of a block", payload);
    }
    if ((place.page->bitmap[place.slot / 32] >> (place.slot % 32) & 1) == 0) {
      __malloc_abort("freed already (double free)", payload);
    }
    break;
  }
  case PAGE_RUN_START:
    if (offset != 0) {
      __malloc_abort("not the start of a block", payload);
    }
    break;
  case PAGE_FREE:
    __malloc_abort("freed already (double free)", payload);
    break;
  default:
    __malloc_abort("not the start of a block", payload);
  }
  return place;
}

static void *allocate_run(size_t bytes, size_t alignment) {
  struct arena *arena;
  struct page *first = take_run(pages_for(bytes), alignment, &arena);
  return first != 0 ? page_start(arena, first) : 0;
}

static void *side_allocate(size_t bytes) {
  if (bytes <= LARGEST_SLOT_BYTES) {
    return take_slot(class_for(bytes));
  }
  return allocate_run(bytes, PAGE_BYTES);
}

static void *side_allocate_zeroed(size_t bytes) {
  void *payload = side_allocate(bytes);
  return payload != 0 ? memset(payload, 0, bytes) : 0;
}

/* A slab starts at a page, so slots of a power-of-two class lie at multiples of their size. */
static void *side_allocate_aligned(size_t alignment, size_t bytes) {
  size_t wanted = bytes > alignment ? bytes : alignment;
  if (wanted <= LARGEST_SLOT_BYTES) {
    size_t power = MIN_SLOT_BYTES;
    while (power < wanted) {
      power *= 2;
    }
    return take_slot(class_for(power));
  }
  return allocate_run(bytes == 0 ? 1 : bytes, alignment > PAGE_BYTES ? alignment : PAGE_BYTES);
}

static void side_release(void *payload) {
  struct place place = checked_place(payload);
  if (place.page->kind == PAGE_SLAB) {
    free_slot(place.arena, place.page, place.slot);
  } else {
    free_pages(place.arena, place.page, place.page->run_pages);
  }
}

static size_t side_usable_bytes(void *payload) {
  struct place place = checked_place(payload);
  return place.page->kind == PAGE_SLAB ? class_bytes[place.page->size_class] : place.page->run_pages * PAGE_BYTES;
}

/* Gives a run another length in place; 0 if the pages behind it are taken. */
static int resize_run(struct place place, size_t pages) {
  size_t have = place.page->run_pages;
  if (pages < have) {
    place.page->run_pages = (uint32_t)pages;
    free_pages(place.arena, place.page + pages, have - pages);
    return 1;
  }
  size_t index = (size_t)(place.page - place.arena->pages);
  for (size_t i = have; i < pages; i++) {
    if (index + i >= place.arena->page_count || place.page[i].kind != PAGE_FREE) {
      return 0;
    }
  }
  place.arena->used_pages -= (uint32_t)have;
  mark_run(place.arena, place.page, pages);
  return 1;
}

static void *side_resize(void *payload, size_t bytes) {
  struct place place = checked_place(payload);
  size_t have = side_usable_bytes(payload);
  int is_small = bytes <= LARGEST_SLOT_BYTES;
  if (place.page->kind == PAGE_SLAB) {
    if (is_small && class_for(bytes) == place.page->size_class) {
      return payload;
    }
  } else if (!is_small && resize_run(place, pages_for(bytes))) {
    return payload;
  }
  void *moved = side_allocate(bytes);
  if (moved != 0) {
    memcpy(moved, payload, have < bytes ? have : bytes);
    side_release(payload);
  }
  return moved;
}

static int visit_slab(const struct arena *arena, const struct page *slab,
                      int (*visit)(const struct malloc_block *block, void *context), void *context) {
  uint32_t slot_bytes = class_bytes[slab->size_class];
  for (uint32_t slot = 0; slot < slots_of(slab); slot++) {
    struct malloc_block seen;
    seen.start = page_start(arena, slab) + slot * slot_bytes;
    seen.bytes = slot_bytes;
    seen.payload = seen.start;
    seen.payload_bytes = slot_bytes;
    seen.kind = slab->bitmap[slot / 32] >> (slot % 32) & 1 ? MALLOC_BLOCK_USED : MALLOC_BLOCK_FREE;
    int result = visit(&seen, context);
    if (result != 0) {
      return result;
    }
  }
  return 0;
}

/* Free pages in a row are shown as one free block; a slab's last bytes that make no slot are not shown. */
static int walk_arena(const struct arena *arena, int (*visit)(const struct malloc_block *block, void *context),
                      void *context) {
  size_t pages;
  for (size_t i = 0; i < arena->page_count; i += pages) {
    const struct page *page = &arena->pages[i];
    int result;
    pages = 1;
    if (page->kind == PAGE_SLAB) {
      result = visit_slab(arena, page, visit, context);
    } else {
      struct malloc_block seen;
      seen.kind = page->kind == PAGE_RUN_START ? MALLOC_BLOCK_USED : MALLOC_BLOCK_FREE;
      if (page->kind == PAGE_RUN_START) {
        pages = page->run_pages;
      } else {
        while (i + pages < arena->page_count && page[pages].kind == PAGE_FREE) {
          pages++;
        }
      }
      seen.start = page_start(arena, page);
      seen.bytes = pages * PAGE_BYTES;
      seen.payload = seen.start;
      seen.payload_bytes = seen.bytes;
      result = visit(&seen, context);
    }
    if (result != 0) {
      return result;
    }
  }
  return 0;
}

static int side_walk(int (*visit)(const struct malloc_block *block, void *context), void *context) {
  int result = 0;
  for (const struct arena *arena = lowest_arena; arena != 0 && result == 0; arena = arena->next) {
    result = walk_arena(arena, visit, context);
  }
  return result;
}

static size_t side_trimmable_bytes(void) {
  return 0;
}

/* Empty arenas go back as soon as they are empty, but for the last one. */
static int side_trim(size_t pad) {
  if (pad == 0 && lowest_arena != 0 && lowest_arena->next == 0 && lowest_arena->used_pages == 0) {
    drop_arena(lowest_arena);
    return 1;
  }
  return 0;
}

static int side_set_option(int option, int value) {
  (void)option;
  (void)value;
  return 0;
}

static void side_check(void) {
  for (struct arena *arena = lowest_arena; arena != 0; arena = arena->next) {
    uint32_t used_pages = 0;
    for (uint32_t i = 0; i < arena->page_count; i++) {
      const struct page *page = &arena->pages[i];
      uint32_t used_slots = 0;
      used_pages += page->kind != PAGE_FREE;
      for (uint32_t slot = 0; page->kind == PAGE_SLAB && slot < slots_of(page); slot++) {
        used_slots += page->bitmap[slot / 32] >> (slot % 32) & 1;
      }
      if (page->kind == PAGE_SLAB && (used_slots != page->used_slots || used_slots == 0)) {
        __malloc_abort("a slab counts its slots wrongly", page_start(arena, page));
      }
    }
    if (used_pages != arena->used_pages) {
      __malloc_abort("an arena counts its pages wrongly", arena->start);
    }
  }
}

const struct allocator __side_allocator = {
    "side",
    side_allocate,
    side_allocate_zeroed,
    side_allocate_aligned,
    side_release,
    side_resize,
    side_usable_bytes,
    side_walk,
    side_trimmable_bytes,
    side_trim,
    side_set_option,
    side_check,
};
