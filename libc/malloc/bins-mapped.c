/*
 * Large blocks of the `bins` allocator, each with a mapping of its own: free gives the pages back at once.
 *
 *   mapping:  | next | previous | tag | seal | payload … to the end of the last page |
 *             0      4          8     12     16
 *
 * The blocks are linked in order of address, so that a walk meets them so. The kernel mostly hands out mappings
 * downwards, so a new one goes in front of the list and the search for its place is short.
 */
#include "bins-block.h"

struct mapping {
  struct mapping *next;
  struct mapping *previous;
  struct block block; /* its two links are payload already */
};

enum { LINK_BYTES = 8 };

static struct mapping *lowest;

static struct mapping *mapping_of(struct block *block) {
  return (struct mapping *)((char *)block - LINK_BYTES);
}

static void link_in(struct mapping *mapping) {
  struct mapping *before = 0;
  struct mapping *after = lowest;
  while (after != 0 && after < mapping) {
    before = after;
    after = after->next;
  }
  mapping->previous = before;
  mapping->next = after;
  if (before != 0) {
    before->next = mapping;
  } else {
    lowest = mapping;
  }
  if (after != 0) {
    after->previous = mapping;
  }
}

static void unlink_from(struct mapping *mapping) {
  if (mapping->previous != 0) {
    mapping->previous->next = mapping->next;
  } else {
    lowest = mapping->next;
  }
  if (mapping->next != 0) {
    mapping->next->previous = mapping->previous;
  }
}

/* `bytes` as block_bytes_for returned them. The block's size says how far it reaches: to the end of the mapping. */
struct block *__bins_map(size_t bytes) {
  size_t mapped_bytes = __round_up(bytes + LINK_BYTES, PAGE_BYTES);
  struct mapping *mapping = __pages_map(mapped_bytes);
  if (mapping == 0) {
    return 0;
  }
  set_header(&mapping->block, mapped_bytes, BLOCK_USED | BLOCK_PREVIOUS_USED | BLOCK_MAPPED);
  link_in(mapping);
  return &mapping->block;
}

void __bins_unmap(struct block *block) {
  struct mapping *mapping = mapping_of(block);
  unlink_from(mapping);
  __pages_unmap(mapping, block_bytes(block));
}

/* Shrinks by whole pages in place; null if that is not enough, because the block has to grow. */
struct block *__bins_remap(struct block *block, size_t bytes) {
  size_t have = block_bytes(block);
  size_t wanted = __round_up(bytes + LINK_BYTES, PAGE_BYTES);
  if (wanted > have) {
    return 0;
  }
  if (wanted < have && __pages_unmap((char *)mapping_of(block) + wanted, have - wanted)) {
    set_header(block, wanted, block->tag & BLOCK_FLAGS);
  }
  return block;
}

int __bins_walk_mapped(uintptr_t start, uintptr_t end,
                       int (*visit)(const struct malloc_block *block, void *context), void *context) {
  for (struct mapping *mapping = lowest; mapping != 0; mapping = mapping->next) {
    if ((uintptr_t)mapping >= start && (uintptr_t)mapping < end) {
      struct malloc_block seen;
      seen.start = mapping;
      seen.bytes = block_bytes(&mapping->block);
      seen.payload = payload_of(&mapping->block);
      seen.payload_bytes = seen.bytes - LINK_BYTES - HEADER_BYTES;
      seen.kind = MALLOC_BLOCK_MAPPED;
      int result = visit(&seen, context);
      if (result != 0) {
        return result;
      }
    }
  }
  return 0;
}
