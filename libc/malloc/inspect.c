/* Looking behind malloc: options, statistics, walks (see malloc.h). */
#include <stdio.h>
#include <string.h>

#include "allocator.h"

size_t malloc_usable_size(void *payload) {
  return payload == 0 ? 0 : __allocator()->usable_bytes(payload);
}

int mallopt(int option, int value) {
  return __allocator()->set_option(option, value);
}

int malloc_trim(size_t pad) {
  return __allocator()->trim(pad);
}

const char *malloc_name(void) {
  return __allocator()->name;
}

int malloc_walk(int (*visit)(const struct malloc_block *block, void *context), void *context) {
  return __allocator()->walk(visit, context);
}

void malloc_check(void) {
  __allocator()->check();
}

struct malloc_counts malloc_counts(void) {
  return __malloc_counts;
}

static int add_block(const struct malloc_block *block, void *context) {
  struct mallinfo2 *info = context;
  switch (block->kind) {
  case MALLOC_BLOCK_USED:
    info->uordblks += block->bytes;
    break;
  case MALLOC_BLOCK_MAPPED:
    info->uordblks += block->bytes;
    info->hblks++;
    info->hblkhd += block->bytes;
    break;
  case MALLOC_BLOCK_FREE:
  case MALLOC_BLOCK_TOP:
    info->fordblks += block->bytes;
    info->ordblks++;
    break;
  case MALLOC_BLOCK_FOREIGN:
    break;
  }
  return 0;
}

struct mallinfo2 mallinfo2(void) {
  struct mallinfo2 info;
  memset(&info, 0, sizeof info);
  __allocator()->walk(add_block, &info);
  info.arena = __reserved_bytes - info.hblkhd;
  info.usmblks = __peak_reserved_bytes;
  info.keepcost = __allocator()->trimmable_bytes();
  return info;
}

void malloc_stats(void) {
  struct mallinfo2 info = mallinfo2();
  struct malloc_counts counts = __malloc_counts;
  fprintf(stderr,
          "allocator            %s\n"
          "reserved             %u bytes (peak %u), of which %u in %u own mappings\n"
          "in use               %u bytes, books included\n"
          "free                 %u bytes in %u blocks, %u of them at the top\n"
          "calls by the program %lu allocations, %lu releases\n"
          "calls to the kernel  %lu sbrk up, %lu sbrk down, %lu mmap, %lu munmap\n",
          malloc_name(), info.arena + info.hblkhd, info.usmblks, info.hblkhd, info.hblks, info.uordblks, info.fordblks,
          info.ordblks, info.keepcost, counts.allocations, counts.releases, counts.grow_calls, counts.trim_calls,
          counts.map_calls, counts.unmap_calls);
}
