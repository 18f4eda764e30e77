/* How allocators get memory from the kernel and give it back: sbrk, mmap, munmap, each counted. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../src/internal/libc.h"
#include "allocator.h"

struct malloc_counts __malloc_counts;
size_t __reserved_bytes;
size_t __peak_reserved_bytes;

static void note_reserved(size_t bytes) {
  __reserved_bytes += bytes;
  if (__reserved_bytes > __peak_reserved_bytes) {
    __peak_reserved_bytes = __reserved_bytes;
  }
}

void *__heap_grow(size_t bytes) {
  void *start = sbrk((intptr_t)bytes);
  if (start == (void *)-1) {
    return 0;
  }
  __malloc_counts.grow_calls++;
  note_reserved(bytes);
  return start;
}

int __heap_shrink(size_t bytes) {
  if (sbrk(-(intptr_t)bytes) == (void *)-1) {
    return 0;
  }
  __malloc_counts.trim_calls++;
  __reserved_bytes -= bytes;
  return 1;
}

void *__heap_end(void) {
  return sbrk(0);
}

void *__pages_map(size_t bytes) {
  void *start = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) {
    return 0;
  }
  __malloc_counts.map_calls++;
  note_reserved(bytes);
  return start;
}

int __pages_unmap(void *vaddr, size_t bytes) {
  if (munmap(vaddr, bytes) < 0) {
    return 0;
  }
  __malloc_counts.unmap_calls++;
  __reserved_bytes -= bytes;
  return 1;
}

void __malloc_abort(const char *problem, const void *payload) {
  __complain("malloc (");
  __complain(__allocator()->name);
  __complain("): block at ");
  __complain_hex((unsigned long)payload);
  __complain(": ");
  __complain(problem);
  __complain("\n");
  abort();
}
