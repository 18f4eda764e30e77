/*
 * Segregated bins: free blocks of the `bins` allocator, by size.
 *
 *   bin 0 … 30    one size each: 32, 48, … 512 bytes
 *   bin 31 … 95   ranges, four to each doubling: 512–640, 640–768, 768–896, 896–1024, 1024–1280, …; the last takes
 *                 everything from 32 MiB
 *
 * A bin is a doubly linked list; a freed block goes to its front. A bitmap tells which bins are empty, so that the
 * search skips them. The search takes the smallest block that fits, the most recently freed one among equals.
 */
#include "bins-block.h"

enum {
  EXACT_BINS = 31,
  BIN_COUNT = 96,
  BITMAP_WORDS = BIN_COUNT / 32,
  LARGEST_EXACT_BYTES = 512,
  LOG2_LARGEST_EXACT = 9,
};

static struct block *bins[BIN_COUNT];
static uint32_t bitmap[BITMAP_WORDS]; /* bit i: bin i holds a block */
static size_t free_blocks;

static int floor_log2(size_t n) {
  int log = 0;
  while (n > 1) {
    n >>= 1;
    log++;
  }
  return log;
}

static int bin_of(size_t bytes) {
  if (bytes <= LARGEST_EXACT_BYTES) {
    return (int)(bytes / 16) - 2;
  }
  int log = floor_log2(bytes);
  int quarter = (int)(bytes >> (log - 2)) & 3;
  int bin = EXACT_BINS + (log - LOG2_LARGEST_EXACT) * 4 + quarter;
  return bin < BIN_COUNT ? bin : BIN_COUNT - 1;
}

void __bins_insert(struct block *block) {
  int bin = bin_of(block_bytes(block));
  block->previous = 0;
  block->next = bins[bin];
  if (block->next != 0) {
    block->next->previous = block;
  }
  bins[bin] = block;
  bitmap[bin / 32] |= 1U << (bin % 32);
  *footer_of(block) = (uint32_t)block_bytes(block);
  free_blocks++;
}

static void complain_about(struct block *block) {
  __malloc_abort("the books inside this free block were overwritten (a write after free, or past the end of the block "
                 "in front)",
                 payload_of(block));
}

static int may_be_link(const struct block *link) {
  return link == 0 || __bins_is_in_heap(link);
}

/* The links must agree from both sides: a write into a freed block mostly hits them first. */
static int are_links_sound(const struct block *block, int bin) {
  if (!may_be_link(block->previous) || !may_be_link(block->next)) {
    return 0;
  }
  int front = block->previous == 0 ? bins[bin] == block : block->previous->next == block;
  return front && (block->next == 0 || block->next->previous == block);
}

void __bins_remove(struct block *block) {
  int bin = bin_of(block_bytes(block));
  if (!is_sealed(block) || !are_links_sound(block, bin)) {
    complain_about(block);
  }
  if (block->previous != 0) {
    block->previous->next = block->next;
  } else {
    bins[bin] = block->next;
  }
  if (block->next != 0) {
    block->next->previous = block->previous;
  }
  if (bins[bin] == 0) {
    bitmap[bin / 32] &= ~(1U << (bin % 32));
  }
  free_blocks--;
}

/* The first bin from `bin` on that holds a block, or -1. */
static int next_bin(int bin) {
  int word = bin / 32;
  uint32_t bits = bitmap[word] & (~0U << (bin % 32));
  while (bits == 0) {
    if (++word == BITMAP_WORDS) {
      return -1;
    }
    bits = bitmap[word];
  }
  int first = word * 32;
  while ((bits & 1) == 0) {
    bits >>= 1;
    first++;
  }
  return first;
}

static struct block *smallest_fit(int bin, size_t bytes) {
  struct block *best = 0;
  for (struct block *block = bins[bin]; block != 0; block = block->next) {
    if (!may_be_link(block->next)) {
      complain_about(block);
    }
    size_t have = block_bytes(block);
    if (have == bytes) {
      return block;
    }
    if (have > bytes && (best == 0 || have < block_bytes(best))) {
      best = block;
    }
  }
  return best;
}

/* The block stays in its bin. Null if none fits. */
struct block *__bins_find(size_t bytes) {
  for (int bin = bin_of(bytes); bin < BIN_COUNT && (bin = next_bin(bin)) >= 0; bin++) {
    struct block *block = smallest_fit(bin, bytes);
    if (block != 0) {
      return block;
    }
  }
  return 0;
}

size_t __bins_count(void) {
  return free_blocks;
}
