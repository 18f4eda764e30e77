/*
 * malloc, calloc, realloc, free (C11 7.22.3): argument checks and errno, then on to the chosen allocator.
 *
 * A program may define these four itself; a linker then leaves this file out and everything in libc uses the program's.
 */
#include <errno.h>
#include <stdlib.h>

#include "allocator.h"

static void *fail(void) {
  errno = ENOMEM;
  return 0;
}

void *malloc(size_t bytes) {
  void *payload = bytes > MAX_REQUEST_BYTES ? 0 : __allocator()->allocate(bytes);
  if (payload == 0) {
    return fail();
  }
  __malloc_counts.allocations++;
  return payload;
}

void *calloc(size_t count, size_t bytes) {
  if (bytes != 0 && count > MAX_REQUEST_BYTES / bytes) {
    return fail();
  }
  void *payload = __allocator()->allocate_zeroed(count * bytes);
  if (payload == 0) {
    return fail();
  }
  __malloc_counts.allocations++;
  return payload;
}

void free(void *payload) {
  if (payload != 0) {
    int error = errno; /* free must not change it, and trimming may call the kernel */
    __malloc_counts.releases++;
    __allocator()->release(payload);
    errno = error;
  }
}

/* realloc(p, 0) frees and returns null, as most systems do; C11 leaves it open. */
void *realloc(void *payload, size_t bytes) {
  if (payload == 0) {
    return malloc(bytes);
  }
  if (bytes == 0) {
    free(payload);
    return 0;
  }
  void *moved = bytes > MAX_REQUEST_BYTES ? 0 : __allocator()->resize(payload, bytes);
  if (moved == 0) {
    return fail();
  }
  if (moved != payload) {
    __malloc_counts.allocations++;
    __malloc_counts.releases++;
  }
  return moved;
}

void *reallocarray(void *payload, size_t count, size_t bytes) {
  if (bytes != 0 && count > MAX_REQUEST_BYTES / bytes) {
    return fail();
  }
  return realloc(payload, count * bytes);
}
