/*
 * Blocks of the `bins` allocator: boundary tags (Knuth, The Art of Computer Programming, volume 1, 2.5).
 *
 * The heap is a row of blocks without gaps. Each begins with a header of 8 bytes; only a free block uses more of itself
 * for the books. Block sizes are multiples of 16, so the four lowest bits of the size carry flags.
 *
 *              in use                                free
 *        +--------------------------+          +--------------------------+
 *   0    | tag: bytes | F M P U     |          | tag: bytes | F M P 0     |   header
 *   4    | seal                     |          | seal                     |
 *        +--------------------------+          +--------------------------+
 *   8    | payload, 16-aligned      |          | next block in its bin    |
 *  12    |                          |          | previous block in bin    |
 *        |                          |          |                          |
 *        |                          |          | (bytes once used)        |
 *        |                          |          |                          |
 *        |                          |          | size of this block       |   footer
 *        +--------------------------+          +--------------------------+
 *
 *   U  used            this block is in use
 *   P  previous used   the block in front is in use; if it is not, its footer lies right in front of this header
 *   M  mapped          this block has a mapping of its own and is not in the row
 *   F  foreign         memory that somebody else took with sbrk in between
 *
 * The seal is a checksum of tag and address. A header that does not match its seal was overwritten, or never was one.
 * Headers that disappear when neighbours merge stay behind marked free, so that a second free of them is recognised for
 * as long as nobody has written over them.
 */
#ifndef _MALLOC_BINS_BLOCK_H
#define _MALLOC_BINS_BLOCK_H

#include "allocator.h"

struct block {
  uint32_t tag;
  uint32_t seal;
  struct block *next; /* this and the next member only while free */
  struct block *previous;
};

#define BLOCK_USED 1U
#define BLOCK_PREVIOUS_USED 2U
#define BLOCK_MAPPED 4U
#define BLOCK_FOREIGN 8U
#define BLOCK_FLAGS 15U

#define HEADER_BYTES 8U
#define FOOTER_BYTES 4U

/* Header, two links and footer, rounded up to the unit of sizes. */
#define MIN_BLOCK_BYTES 32U

/* The top needs no more than a header, because it is in no bin. */
#define MIN_TOP_BYTES 16U

#define SEAL_PATTERN 0x5ea1b10cU

static inline size_t block_bytes(const struct block *block) {
  return block->tag & ~BLOCK_FLAGS;
}

static inline int is_used(const struct block *block) {
  return (block->tag & BLOCK_USED) != 0;
}

static inline int is_previous_used(const struct block *block) {
  return (block->tag & BLOCK_PREVIOUS_USED) != 0;
}

static inline int is_mapped(const struct block *block) {
  return (block->tag & BLOCK_MAPPED) != 0;
}

static inline uint32_t seal_for(const struct block *block, uint32_t tag) {
  return tag ^ (uint32_t)(uintptr_t)block ^ SEAL_PATTERN;
}

static inline int is_sealed(const struct block *block) {
  return block->seal == seal_for(block, block->tag);
}

/* Writes a header. */
static inline void set_header(struct block *block, size_t bytes, uint32_t flags) {
  block->tag = (uint32_t)bytes | flags;
  block->seal = seal_for(block, block->tag);
}

static inline void *payload_of(struct block *block) {
  return (char *)block + HEADER_BYTES;
}

static inline struct block *block_of(void *payload) {
  return (struct block *)((char *)payload - HEADER_BYTES);
}

static inline struct block *block_after(struct block *block) {
  return (struct block *)((char *)block + block_bytes(block));
}

static inline uint32_t *footer_of(struct block *block) {
  return (uint32_t *)((char *)block + block_bytes(block) - FOOTER_BYTES);
}

/* Only if the block in front is free. */
static inline struct block *block_before(struct block *block) {
  uint32_t bytes = ((uint32_t *)block)[-1];
  return (struct block *)((char *)block - bytes);
}

/* The size of the block that a request needs. */
static inline size_t block_bytes_for(size_t request_bytes) {
  size_t bytes = __round_up(request_bytes + HEADER_BYTES, PAYLOAD_ALIGNMENT);
  return bytes < MIN_BLOCK_BYTES ? MIN_BLOCK_BYTES : bytes;
}

/* bins.c: true if a header may stand at this address, so that it is safe to look at. */
int __bins_is_in_heap(const struct block *block);

/* bins-index.c: free blocks by size. */
void __bins_insert(struct block *block);
void __bins_remove(struct block *block);
struct block *__bins_find(size_t bytes);
size_t __bins_count(void);

/* bins-mapped.c: blocks with mappings of their own. */
struct block *__bins_map(size_t bytes);
void __bins_unmap(struct block *block);
struct block *__bins_remap(struct block *block, size_t bytes);
/* Visits the mapped blocks with start <= address < end. */
int __bins_walk_mapped(uintptr_t start, uintptr_t end,
                       int (*visit)(const struct malloc_block *block, void *context), void *context);

#endif
