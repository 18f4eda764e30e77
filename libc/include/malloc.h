/*
 * What lies behind malloc: options, statistics, and a walk over every block.
 *
 * The environment variable MALLOC chooses the allocator when a program starts: `bins` (default), `side`, `first-fit`.
 */
#ifndef _MALLOC_H
#define _MALLOC_H

#include <stddef.h>

/* Options for mallopt; they concern the `bins` allocator. Values in bytes. */
#define M_TRIM_THRESHOLD (-1) /* give the top back when at least this much of it is free; -1 means never */
#define M_TOP_PAD (-2)        /* reserve this much more than asked for whenever the heap grows */
#define M_MMAP_THRESHOLD (-3) /* requests of at least this many bytes get a mapping of their own */

/* Member names as elsewhere; all in bytes unless they count blocks. */
struct mallinfo2 {
  size_t arena;    /* reserved from the kernel by sbrk (or in arenas), now */
  size_t ordblks;  /* number of free blocks */
  size_t smblks;   /* 0 */
  size_t hblks;    /* number of blocks with a mapping of their own */
  size_t hblkhd;   /* bytes in them */
  size_t usmblks;  /* highest total of arena + hblkhd so far */
  size_t fsmblks;  /* 0 */
  size_t uordblks; /* bytes in blocks in use, books included */
  size_t fordblks; /* bytes in free blocks */
  size_t keepcost; /* bytes at the top that a trim could give back */
};

/* How often the program asked the allocator, and the allocator the kernel. */
struct malloc_counts {
  unsigned long allocations; /* malloc, calloc, aligned_alloc, …, realloc to a new block */
  unsigned long releases;    /* free, and realloc away from an old block */
  unsigned long grow_calls;  /* sbrk upwards */
  unsigned long trim_calls;  /* sbrk downwards */
  unsigned long map_calls;   /* mmap */
  unsigned long unmap_calls; /* munmap */
};

enum malloc_block_kind {
  MALLOC_BLOCK_USED = 1,
  MALLOC_BLOCK_FREE,
  MALLOC_BLOCK_TOP,     /* the free space at the end of the heap */
  MALLOC_BLOCK_MAPPED,  /* in use, with a mapping of its own */
  MALLOC_BLOCK_FOREIGN, /* memory between two parts of the heap that somebody else took with sbrk */
};

struct malloc_block {
  void *start;          /* first byte, books included */
  size_t bytes;         /* to the next block */
  void *payload;        /* what malloc returned or would return */
  size_t payload_bytes; /* what malloc_usable_size says */
  enum malloc_block_kind kind;
};

#ifdef __cplusplus
extern "C" {
#endif

void *memalign(size_t alignment, size_t bytes);
void *valloc(size_t bytes);
size_t malloc_usable_size(void *payload);

/* Returns 1, or 0 when the chosen allocator has no such option or the value makes no sense. */
int mallopt(int option, int value);
struct mallinfo2 mallinfo2(void);
struct malloc_counts malloc_counts(void);
void malloc_stats(void);
/* Gives free memory at the top back to the kernel but for `pad` bytes. 1 if anything went back. */
int malloc_trim(size_t pad);

/* The name of the chosen allocator. */
const char *malloc_name(void);

/*
 * Calls `visit` for every block in order of address; stops early and returns what `visit` returned if that is not 0.
 * `visit` must not allocate or free.
 */
int malloc_walk(int (*visit)(const struct malloc_block *block, void *context), void *context);

/* Checks all the allocator's books; prints what is wrong and aborts if something is. */
void malloc_check(void);

#ifdef __cplusplus
}
#endif

#endif
