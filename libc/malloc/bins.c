/*
 * The `bins` allocator: boundary tags, segregated bins, splitting, coalescing, a heap grown by sbrk below and mappings
 * for large requests above. The layout of a block is drawn in bins-block.h, the bins in bins-index.c.
 *
 * The end of the heap is the top: free space in no bin, from which a block is cut only if no bin has one. It is never
 * empty, so every block has a header after it:
 *
 *   heap.start                                             heap.top            heap end
 *   | block | block | block | … | block | foreign | block | top ……………………………… |
 *
 * Left out: threads, and returning pages from the middle of the heap.
 *
 * This file is the policy and the row of blocks in one place, which is why it is longer than the others.
 */
#include <string.h>

#include "bins-block.h"

static struct {
  struct block *start; /* null until the first request */
  struct block *top;
  char *reserved_end;  /* where the break was after the last call of ours */
} heap;

static struct {
  size_t mmap_threshold;
  size_t trim_threshold;
  size_t top_pad;
} policy = {128 * 1024, 128 * 1024, 128 * 1024};

/* -- policy, as predicates ------------------------------------------------------------------------------------- */

static int deserves_own_mapping(size_t bytes) {
  return bytes >= policy.mmap_threshold;
}

/* A remainder too small to be a block stays inside the block. */
static int is_worth_splitting(size_t have, size_t needed) {
  return have - needed >= MIN_BLOCK_BYTES;
}

static int fits_in_top(size_t needed) {
  return heap.top != 0 && block_bytes(heap.top) >= needed + MIN_TOP_BYTES;
}

static int is_worth_trimming(void) {
  return block_bytes(heap.top) >= policy.trim_threshold && block_bytes(heap.top) > policy.top_pad + PAGE_BYTES;
}

/* -- the top --------------------------------------------------------------------------------------------------- */

/* The largest size of a top at `top`, given where the break is. */
static size_t bytes_to_break(const struct block *top) {
  return (size_t)(heap.reserved_end - (char *)top) & ~(size_t)(PAYLOAD_ALIGNMENT - 1);
}

/*
 * Somebody else moved the break: what they took becomes a foreign block, made of the top's last bytes and the gap, and
 * the rest of the old top an ordinary free block.
 */
static void fence_off(struct block *new_top) {
  struct block *old_top = heap.top;
  size_t old_bytes = block_bytes(old_top);
  size_t free_bytes = old_bytes >= MIN_BLOCK_BYTES + MIN_TOP_BYTES ? old_bytes - MIN_TOP_BYTES : 0;
  struct block *fence = (struct block *)((char *)old_top + free_bytes);
  uint32_t flags = BLOCK_USED | BLOCK_FOREIGN;
  if (free_bytes == 0) {
    flags |= old_top->tag & BLOCK_PREVIOUS_USED;
  } else {
    set_header(old_top, free_bytes, old_top->tag & BLOCK_PREVIOUS_USED);
    __bins_insert(old_top);
  }
  set_header(fence, (size_t)((char *)new_top - (char *)fence), flags);
}

/* Reserves at least `bytes` more, in whole pages; a generous reservation costs no frame until it is touched. */
static int grow_top(size_t bytes) {
  uintptr_t old_end = (uintptr_t)__heap_end();
  size_t grown_bytes = __round_up(old_end + bytes + policy.top_pad, PAGE_BYTES) - old_end;
  char *start = __heap_grow(grown_bytes);
  if (start == 0) {
    grown_bytes = __round_up(old_end + bytes, PAGE_BYTES) - old_end;
    start = __heap_grow(grown_bytes);
    if (start == 0) {
      return 0;
    }
  }
  int is_contiguous = heap.top != 0 && start == heap.reserved_end;
  heap.reserved_end = start + grown_bytes;
  if (is_contiguous) {
    set_header(heap.top, bytes_to_break(heap.top), heap.top->tag & BLOCK_FLAGS);
    return 1;
  }
  /* The first header lies so that its payload is aligned. */
  char *first = (char *)__round_up((uintptr_t)start + HEADER_BYTES, PAYLOAD_ALIGNMENT) - HEADER_BYTES;
  struct block *new_top = (struct block *)first;
  if (heap.top != 0) {
    fence_off(new_top);
  } else {
    heap.start = new_top;
  }
  heap.top = new_top;
  set_header(new_top, bytes_to_break(new_top), BLOCK_PREVIOUS_USED);
  return 1;
}

/*
 * Gives whole pages at the end back, all but `pad` bytes of the top. Only the end can go: a block in use there pins
 * everything below it. Nor can it go if somebody else moved the break.
 */
static int shrink_top(size_t pad) {
  if (heap.top == 0 || (char *)__heap_end() != heap.reserved_end) {
    return 0;
  }
  uintptr_t kept_end = __round_up((uintptr_t)heap.top + MIN_TOP_BYTES + pad, PAGE_BYTES);
  if (kept_end >= (uintptr_t)heap.reserved_end || !__heap_shrink((uintptr_t)heap.reserved_end - kept_end)) {
    return 0;
  }
  heap.reserved_end = (char *)kept_end;
  set_header(heap.top, bytes_to_break(heap.top), heap.top->tag & BLOCK_FLAGS);
  return 1;
}

/* Cuts a block off the top's front, growing the top first if it is too small. */
static struct block *take_from_top(size_t needed) {
  if (!fits_in_top(needed)) {
    size_t have = heap.top != 0 ? block_bytes(heap.top) : 0;
    /* If the new part turns out not to join the old one, the old one is no help. */
    int may_join = heap.top != 0 && (char *)__heap_end() == heap.reserved_end;
    size_t missing = needed + MIN_TOP_BYTES + PAYLOAD_ALIGNMENT - (may_join ? have : 0);
    if (!grow_top(missing) || !fits_in_top(needed)) {
      return 0;
    }
  }
  struct block *block = heap.top;
  size_t rest = block_bytes(block) - needed;
  set_header(block, needed, (block->tag & BLOCK_PREVIOUS_USED) | BLOCK_USED);
  heap.top = block_after(block);
  set_header(heap.top, rest, BLOCK_PREVIOUS_USED);
  return block;
}

int __bins_is_in_heap(const struct block *block) {
  int is_aligned = ((uintptr_t)block + HEADER_BYTES) % PAYLOAD_ALIGNMENT == 0;
  return is_aligned && block >= heap.start && block <= heap.top;
}

/* -- neighbours ------------------------------------------------------------------------------------------------ */

static void set_previous_used(struct block *block, int used) {
  uint32_t flags = block->tag & BLOCK_FLAGS & ~BLOCK_PREVIOUS_USED;
  set_header(block, block_bytes(block), flags | (used ? BLOCK_PREVIOUS_USED : 0));
}

/* The header behind a block must be sound, or the block's owner wrote past its end. */
static struct block *checked_after(struct block *block) {
  struct block *after = block_after(block);
  if (!__bins_is_in_heap(after) || !is_sealed(after)) {
    __malloc_abort("the header after this block was overwritten (a write past the end of the block?)",
                   payload_of(block));
  }
  return after;
}

/* Merges a block, not in use and in no bin, with its free neighbours, and puts the result in a bin or into the top. */
static void give_back(struct block *block) {
  size_t bytes = block_bytes(block);
  struct block *after = checked_after(block);
  set_header(block, bytes, block->tag & BLOCK_PREVIOUS_USED); /* stays behind, marked free, if merged away */
  if (!is_previous_used(block)) {
    block = block_before(block);
    __bins_remove(block);
    bytes += block_bytes(block);
  }
  if (after == heap.top) {
    bytes += block_bytes(after);
    set_header(block, bytes, block->tag & BLOCK_PREVIOUS_USED);
    heap.top = block;
    return;
  }
  if (!is_used(after)) {
    __bins_remove(after);
    bytes += block_bytes(after);
  }
  set_header(block, bytes, block->tag & BLOCK_PREVIOUS_USED);
  set_previous_used(block_after(block), 0);
  __bins_insert(block);
}

/* Cuts a used block down to `needed` bytes if the rest is worth it. */
static void split_off_rest(struct block *block, size_t needed) {
  size_t have = block_bytes(block);
  if (is_worth_splitting(have, needed)) {
    set_header(block, needed, block->tag & BLOCK_FLAGS);
    struct block *rest = block_after(block);
    set_header(rest, have - needed, BLOCK_USED | BLOCK_PREVIOUS_USED);
    give_back(rest);
  }
}

/* Takes a free block out of its bin and into use. */
static struct block *take_from_bin(struct block *block, size_t needed) {
  __bins_remove(block);
  set_header(block, block_bytes(block), block->tag | BLOCK_USED);
  set_previous_used(block_after(block), 1);
  split_off_rest(block, needed);
  return block;
}

/* The block that a payload belongs to, after checks that catch most wrong pointers and most overwritten headers. */
static struct block *checked_block(void *payload) {
  struct block *block = block_of(payload);
  if (((uintptr_t)payload & (PAYLOAD_ALIGNMENT - 1)) != 0) {
    __malloc_abort("not the start of a block: malloc returns multiples of 16 only", payload);
  }
  if (!is_sealed(block)) {
    __malloc_abort("not the start of a block, or its header was overwritten", payload);
  }
  if (!is_used(block)) {
    __malloc_abort("freed already (double free)", payload);
  }
  if (!is_mapped(block) && (block < heap.start || block >= heap.top || (block->tag & BLOCK_FOREIGN) != 0)) {
    __malloc_abort("not in the heap", payload);
  }
  return block;
}

/* -- the interface --------------------------------------------------------------------------------------------- */

static struct block *allocate_in_heap(size_t needed) {
  struct block *free_block = __bins_find(needed);
  return free_block != 0 ? take_from_bin(free_block, needed) : take_from_top(needed);
}

static void *bins_allocate(size_t bytes) {
  size_t needed = block_bytes_for(bytes);
  struct block *block = 0;
  if (deserves_own_mapping(needed)) {
    block = __bins_map(needed);
  }
  if (block == 0) {
    block = allocate_in_heap(needed);
  }
  if (block == 0) { /* the break cannot move: something lies in its way */
    block = __bins_map(needed);
  }
  return block != 0 ? payload_of(block) : 0;
}

/* Fresh mappings are zero already, and writing zeros would only take frames. */
static void *bins_allocate_zeroed(size_t bytes) {
  void *payload = bins_allocate(bytes);
  if (payload != 0 && !is_mapped(block_of(payload))) {
    memset(payload, 0, bytes);
  }
  return payload;
}

/*
 * Allocates enough that an aligned payload lies inside with either nothing or a whole free block in front, then gives
 * front and rest back.
 */
static void *bins_allocate_aligned(size_t alignment, size_t bytes) {
  size_t needed = block_bytes_for(bytes);
  struct block *block = allocate_in_heap(needed + alignment + MIN_BLOCK_BYTES);
  if (block == 0) {
    return 0;
  }
  uintptr_t payload = (uintptr_t)payload_of(block);
  if ((payload & (alignment - 1)) != 0) {
    uintptr_t aligned = __round_up(payload + MIN_BLOCK_BYTES, alignment);
    size_t front_bytes = aligned - payload;
    struct block *front = block;
    size_t rest_bytes = block_bytes(block) - front_bytes;
    set_header(front, front_bytes, front->tag & BLOCK_FLAGS);
    block = block_after(front);
    set_header(block, rest_bytes, BLOCK_USED | BLOCK_PREVIOUS_USED);
    give_back(front);
  }
  split_off_rest(block, needed);
  return payload_of(block);
}

static void bins_release(void *payload) {
  struct block *block = checked_block(payload);
  if (is_mapped(block)) {
    __bins_unmap(block);
    return;
  }
  give_back(block);
  if (is_worth_trimming()) {
    shrink_top(policy.top_pad);
  }
}

/* Tries to reach `needed` bytes by taking in what lies behind; 0 if that is in use or too small. */
static int grow_in_place(struct block *block, size_t needed) {
  size_t have = block_bytes(block);
  struct block *after = checked_after(block);
  if (after == heap.top) {
    struct block *taken = take_from_top(needed - have);
    if (taken == 0) {
      return 0;
    }
    if (taken != after) { /* the heap went on elsewhere */
      give_back(taken);
      return 0;
    }
    taken->seal = 0; /* becomes payload: no header any more */
    set_header(block, needed, block->tag & BLOCK_FLAGS);
    return 1;
  }
  if (is_used(after) || have + block_bytes(after) < needed) {
    return 0;
  }
  __bins_remove(after);
  set_header(block, have + block_bytes(after), block->tag & BLOCK_FLAGS);
  set_previous_used(block_after(block), 1);
  split_off_rest(block, needed);
  return 1;
}

static size_t bins_usable_bytes(void *payload) {
  struct block *block = checked_block(payload);
  return block_bytes(block) - HEADER_BYTES - (is_mapped(block) ? HEADER_BYTES : 0);
}

static void *bins_resize(void *payload, size_t bytes) {
  struct block *block = checked_block(payload);
  size_t needed = block_bytes_for(bytes);
  if (is_mapped(block)) {
    if (deserves_own_mapping(needed) && __bins_remap(block, needed) != 0) {
      return payload;
    }
  } else if (needed <= block_bytes(block)) {
    split_off_rest(block, needed);
    return payload;
  } else if (grow_in_place(block, needed)) {
    return payload;
  }
  void *moved = bins_allocate(bytes);
  if (moved != 0) {
    size_t old_bytes = bins_usable_bytes(payload);
    memcpy(moved, payload, old_bytes < bytes ? old_bytes : bytes);
    bins_release(payload);
  }
  return moved;
}

static enum malloc_block_kind kind_of(const struct block *block) {
  if (block == heap.top) {
    return MALLOC_BLOCK_TOP;
  }
  if ((block->tag & BLOCK_FOREIGN) != 0) {
    return MALLOC_BLOCK_FOREIGN;
  }
  return is_used(block) ? MALLOC_BLOCK_USED : MALLOC_BLOCK_FREE;
}

static int walk_heap(int (*visit)(const struct malloc_block *block, void *context), void *context) {
  for (struct block *block = heap.start; block != 0; block = block == heap.top ? 0 : block_after(block)) {
    struct malloc_block seen;
    seen.start = block;
    seen.bytes = block_bytes(block);
    seen.payload = payload_of(block);
    seen.payload_bytes = seen.bytes - HEADER_BYTES;
    seen.kind = kind_of(block);
    int result = visit(&seen, context);
    if (result != 0) {
      return result;
    }
  }
  return 0;
}

/* Mappings may lie below the heap or above it. */
static int bins_walk(int (*visit)(const struct malloc_block *block, void *context), void *context) {
  uintptr_t middle = (uintptr_t)heap.start;
  int result = __bins_walk_mapped(0, middle, visit, context);
  if (result == 0) {
    result = walk_heap(visit, context);
  }
  return result != 0 ? result : __bins_walk_mapped(middle, UINTPTR_MAX, visit, context);
}

static size_t bins_trimmable_bytes(void) {
  return heap.top != 0 ? block_bytes(heap.top) : 0;
}

static int bins_set_option(int option, int value) {
  switch (option) {
  case M_TRIM_THRESHOLD: /* -1 becomes the largest size: never */
    policy.trim_threshold = (size_t)value;
    return 1;
  case M_TOP_PAD:
    if (value < 0 || value >= 0x40000000) {
      return 0;
    }
    policy.top_pad = (size_t)value;
    return 1;
  case M_MMAP_THRESHOLD:
    policy.mmap_threshold = (size_t)value;
    return 1;
  default:
    return 0;
  }
}

/* Every header sealed, flags and footers in agreement, no two free neighbours, as many free blocks as the bins hold. */
static void bins_check(void) {
  size_t free_count = 0;
  int previous_used = 1;
  for (struct block *block = heap.start; block != 0 && block != heap.top; block = block_after(block)) {
    if (block > heap.top || !is_sealed(block)) {
      __malloc_abort("header overwritten", payload_of(block));
    }
    if (is_previous_used(block) != previous_used) {
      __malloc_abort("the flag for the block in front is wrong", payload_of(block));
    }
    if (!is_used(block)) {
      free_count++;
      if (!previous_used) {
        __malloc_abort("two free blocks side by side", payload_of(block));
      }
      if (*footer_of(block) != block_bytes(block)) {
        __malloc_abort("header and footer disagree", payload_of(block));
      }
    }
    previous_used = is_used(block);
  }
  if (heap.top != 0 && (!is_sealed(heap.top) || !previous_used || block_bytes(heap.top) != bytes_to_break(heap.top))) {
    __malloc_abort("the top is wrong", payload_of(heap.top));
  }
  if (free_count != __bins_count()) {
    __malloc_abort("the bins hold another number of blocks than the heap", payload_of(heap.start));
  }
}

const struct allocator __bins_allocator = {
    "bins",
    bins_allocate,
    bins_allocate_zeroed,
    bins_allocate_aligned,
    bins_release,
    bins_resize,
    bins_usable_bytes,
    bins_walk,
    bins_trimmable_bytes,
    shrink_top,
    bins_set_option,
    bins_check,
};
