/*
 * The `first-fit` allocator: the smallest thing that works. One row of blocks, each with a header that says how long it
 * is and whether it is in use; a search from the start for the first free block that is long enough, merging free
 * neighbours on its way. No bins, no footers, no trimming, no mappings: compare it with `bins`.
 *
 *   | bytes | state | payload, 16-aligned … | bytes | state | payload … |  end
 *   0       4       8
 */
#include <string.h>

#include "allocator.h"

struct block {
  uint32_t bytes; /* header included; a multiple of 16 */
  uint32_t state;
};

/* Uncommon values, so that an overwritten header is noticed. */
#define STATE_USED 0x05edf1f0U
#define STATE_FREE 0x0f4eef1fU

#define HEADER_BYTES 8U
#define GROWTH_BYTES (64U * 1024U)

static struct block *first;
static struct block *end; /* where the next block would begin */

static struct block *after(const struct block *block) {
  return (struct block *)((char *)block + block->bytes);
}

static struct block *block_of(void *payload) {
  struct block *block = (struct block *)((char *)payload - HEADER_BYTES);
  if (((uintptr_t)payload & (PAYLOAD_ALIGNMENT - 1)) != 0 || block < first || block >= end) {
    __malloc_abort("not the start of a block", payload);
  }
  if (block->state == STATE_FREE) {
    __malloc_abort("freed already (double free)", payload);
  }
  if (block->state != STATE_USED) {
    __malloc_abort("not the start of a block, or its header was overwritten", payload);
  }
  return block;
}

static void merge_with_following(struct block *block) {
  for (struct block *next = after(block); next < end && next->state == STATE_FREE; next = after(block)) {
    block->bytes += next->bytes;
  }
}

/* Makes a free block of `bytes` at the end of the heap, more if that saves calls. Null if the kernel refuses. */
static struct block *grow(size_t bytes) {
  size_t grown_bytes = __round_up(bytes + PAYLOAD_ALIGNMENT, GROWTH_BYTES);
  char *start = __heap_grow(grown_bytes);
  if (start == 0) {
    return 0;
  }
  if (first == 0) {
    first = (struct block *)(__round_up((uintptr_t)start + HEADER_BYTES, PAYLOAD_ALIGNMENT) - HEADER_BYTES);
    end = first;
  }
  struct block *block = end;
  if (start > (char *)end + PAYLOAD_ALIGNMENT) { /* somebody else took the bytes between: a block that stays in use */
    block->bytes = (uint32_t)__round_up((size_t)(start - (char *)end), PAYLOAD_ALIGNMENT);
    block->state = STATE_USED;
    block = after(block);
  }
  block->bytes = (uint32_t)((size_t)(start + grown_bytes - (char *)block) & ~(size_t)(PAYLOAD_ALIGNMENT - 1));
  block->state = STATE_FREE;
  end = after(block);
  return block;
}

/* Cuts the rest off if it can hold a header and 8 bytes. */
static void split(struct block *block, size_t needed) {
  if (block->bytes - needed >= PAYLOAD_ALIGNMENT) {
    struct block *rest = (struct block *)((char *)block + needed);
    rest->bytes = block->bytes - (uint32_t)needed;
    rest->state = STATE_FREE;
    block->bytes = (uint32_t)needed;
  }
}

static size_t block_bytes_for(size_t bytes) {
  return __round_up((bytes == 0 ? 1 : bytes) + HEADER_BYTES, PAYLOAD_ALIGNMENT);
}

static struct block *find(size_t needed) {
  for (struct block *block = first; block != 0 && block < end; block = after(block)) {
    if (block->state == STATE_FREE) {
      merge_with_following(block);
      if (block->bytes >= needed) {
        return block;
      }
    }
  }
  return grow(needed);
}

static void *first_fit_allocate(size_t bytes) {
  size_t needed = block_bytes_for(bytes);
  struct block *block = find(needed);
  if (block == 0) {
    return 0;
  }
  split(block, needed);
  block->state = STATE_USED;
  return (char *)block + HEADER_BYTES;
}

static void *first_fit_allocate_zeroed(size_t bytes) {
  void *payload = first_fit_allocate(bytes);
  return payload != 0 ? memset(payload, 0, bytes) : 0;
}

static void *first_fit_allocate_aligned(size_t alignment, size_t bytes) {
  char *payload = first_fit_allocate(bytes + alignment + PAYLOAD_ALIGNMENT);
  if (payload == 0) {
    return 0;
  }
  struct block *block = block_of(payload);
  size_t front_bytes = __round_up((uintptr_t)payload, alignment) - (uintptr_t)payload;
  if (front_bytes != 0) { /* a multiple of 16, so the front is a block of its own */
    split(block, front_bytes);
    struct block *aligned = after(block);
    block->state = STATE_FREE;
    aligned->state = STATE_USED;
    block = aligned;
  }
  split(block, block_bytes_for(bytes));
  return (char *)block + HEADER_BYTES;
}

static void first_fit_release(void *payload) {
  block_of(payload)->state = STATE_FREE;
}

static size_t first_fit_usable_bytes(void *payload) {
  return block_of(payload)->bytes - HEADER_BYTES;
}

static void *first_fit_resize(void *payload, size_t bytes) {
  struct block *block = block_of(payload);
  size_t needed = block_bytes_for(bytes);
  size_t old_bytes = block->bytes - HEADER_BYTES;
  merge_with_following(block);
  if (block->bytes >= needed) {
    split(block, needed);
    return payload;
  }
  void *moved = first_fit_allocate(bytes);
  if (moved != 0) {
    memcpy(moved, payload, old_bytes < bytes ? old_bytes : bytes);
    first_fit_release(payload);
  }
  return moved;
}

static int first_fit_walk(int (*visit)(const struct malloc_block *block, void *context), void *context) {
  int result = 0;
  for (struct block *block = first; result == 0 && block != 0 && block < end; block = after(block)) {
    struct malloc_block seen;
    seen.start = block;
    seen.bytes = block->bytes;
    seen.payload = (char *)block + HEADER_BYTES;
    seen.payload_bytes = block->bytes - HEADER_BYTES;
    seen.kind = block->state == STATE_USED ? MALLOC_BLOCK_USED : MALLOC_BLOCK_FREE;
    result = visit(&seen, context);
  }
  return result;
}

static size_t first_fit_trimmable_bytes(void) {
  return 0;
}

static int first_fit_trim(size_t pad) {
  (void)pad;
  return 0;
}

static int first_fit_set_option(int option, int value) {
  (void)option;
  (void)value;
  return 0;
}

static void first_fit_check(void) {
  for (struct block *block = first; block != 0 && block != end; block = after(block)) {
    int is_state = block->state == STATE_USED || block->state == STATE_FREE;
    if (block > end || !is_state || block->bytes == 0 || block->bytes % PAYLOAD_ALIGNMENT != 0) {
      __malloc_abort("header overwritten", (char *)block + HEADER_BYTES);
    }
  }
}

const struct allocator __first_fit_allocator = {
    "first-fit",
    first_fit_allocate,
    first_fit_allocate_zeroed,
    first_fit_allocate_aligned,
    first_fit_release,
    first_fit_resize,
    first_fit_usable_bytes,
    first_fit_walk,
    first_fit_trimmable_bytes,
    first_fit_trim,
    first_fit_set_option,
    first_fit_check,
};
