/*
 * The interface that every allocator behind malloc implements, and what they share.
 *
 * malloc.c holds the standard functions and hands each call to the allocator that was chosen at start. An allocator
 * keeps books of blocks; it knows of pages only that the kernel hands them out, through the four functions at the end.
 */
#ifndef _MALLOC_ALLOCATOR_H
#define _MALLOC_ALLOCATOR_H

#include <malloc.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Every payload's address is a multiple of 16, the alignment of the widest scalar (max_align_t is long double, a
 * binary128 of 16 bytes), as C11 7.22.3 demands. Coursework that assumes 8 is satisfied too.
 */
#define PAYLOAD_ALIGNMENT 16U

/* No request above this can succeed: differences of pointers must fit ptrdiff_t. */
#define MAX_REQUEST_BYTES 0x7fff0000U

#define PAGE_BYTES 4096U

struct allocator {
  const char *name;
  /* A block with room for `bytes` (0 counts as 1), or null. The caller sets errno. */
  void *(*allocate)(size_t bytes);
  /* The same, all bytes zero. */
  void *(*allocate_zeroed)(size_t bytes);
  /* The same, at a multiple of `alignment`, a power of two above PAYLOAD_ALIGNMENT. */
  void *(*allocate_aligned)(size_t alignment, size_t bytes);
  /* Takes a block back. Never called with null. Complains and aborts if `payload` is no block in use. */
  void (*release)(void *payload);
  /* Makes a block larger or smaller, in place or elsewhere; null if there is no room, and the block stays. */
  void *(*resize)(void *payload, size_t bytes);
  size_t (*usable_bytes)(void *payload);
  int (*walk)(int (*visit)(const struct malloc_block *block, void *context), void *context);
  /* Bytes at the end of the heap that trim could give back. */
  size_t (*trimmable_bytes)(void);
  int (*trim)(size_t pad);
  /* 1 if the option was set. */
  int (*set_option)(int option, int value);
  /* Complains and aborts if the books do not add up. */
  void (*check)(void);
};

extern const struct allocator __bins_allocator;
extern const struct allocator __side_allocator;
extern const struct allocator __first_fit_allocator;

/* The allocator of this process; chosen at the first call by the environment variable MALLOC. */
const struct allocator *__allocator(void);

/* What the program asked for, and what the kernel was asked for. */
extern struct malloc_counts __malloc_counts;
/* Bytes reserved from the kernel at present, and the highest value so far. */
extern size_t __reserved_bytes;
extern size_t __peak_reserved_bytes;

static inline size_t __round_up(size_t bytes, size_t unit) {
  return (bytes + unit - 1) & ~(unit - 1);
}

/* Says what is wrong with the block at `payload`, by allocator and address, and aborts. */
void __malloc_abort(const char *problem, const void *payload);

/* The only ways to the kernel. They count; the pointers are null when the kernel refuses. */
void *__heap_grow(size_t bytes);
int __heap_shrink(size_t bytes);
void *__heap_end(void);
void *__pages_map(size_t bytes);
int __pages_unmap(void *vaddr, size_t bytes);

#endif
