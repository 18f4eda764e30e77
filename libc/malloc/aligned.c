/* Blocks at larger alignments than malloc's: aligned_alloc (C11 7.22.3.1), posix_memalign and the older names. */
#include <errno.h>
#include <stdlib.h>

#include "allocator.h"

static int is_power_of_two(size_t n) {
  return n != 0 && (n & (n - 1)) == 0;
}

void *memalign(size_t alignment, size_t bytes) {
  if (!is_power_of_two(alignment)) {
    errno = EINVAL;
    return 0;
  }
  if (alignment <= PAYLOAD_ALIGNMENT) {
    return malloc(bytes);
  }
  if (bytes > MAX_REQUEST_BYTES || alignment > MAX_REQUEST_BYTES - bytes) {
    errno = ENOMEM;
    return 0;
  }
  void *payload = __allocator()->allocate_aligned(alignment, bytes);
  if (payload == 0) {
    errno = ENOMEM;
    return 0;
  }
  __malloc_counts.allocations++;
  return payload;
}

/* C17 no longer demands that `bytes` be a multiple of the alignment. */
void *aligned_alloc(size_t alignment, size_t bytes) {
  return memalign(alignment, bytes);
}

/* Returns the error instead of setting errno. */
int posix_memalign(void **block, size_t alignment, size_t bytes) {
  if (!is_power_of_two(alignment) || alignment % sizeof(void *) != 0) {
    return EINVAL;
  }
  int error = errno;
  void *payload = memalign(alignment, bytes);
  errno = error;
  if (payload == 0) {
    return ENOMEM;
  }
  *block = payload;
  return 0;
}

void *valloc(size_t bytes) {
  return memalign(PAGE_BYTES, bytes);
}
