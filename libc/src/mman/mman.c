/* Mappings. */
#include <errno.h>
#include <sys/mman.h>

#include "../internal/libc.h"

/* mmap2 counts the offset in pages, so that it fits one register. */
void *mmap(void *vaddr, size_t bytes, int protection, int flags, int fd, off_t offset) {
  if ((offset & (off_t)(PAGE_BYTES - 1)) != 0 || offset < 0) {
    errno = EINVAL;
    return MAP_FAILED;
  }
  unsigned long raw =
      __sys_mmap2((unsigned long)vaddr, bytes, protection, flags, fd, (unsigned int)(offset / (off_t)PAGE_BYTES));
  return (void *)__result((int)raw);
}

int munmap(void *vaddr, size_t bytes) {
  return __result(__sys_munmap((unsigned long)vaddr, bytes));
}

int mprotect(void *vaddr, size_t bytes, int protection) {
  return __result(__sys_mprotect((unsigned long)vaddr, bytes, protection));
}

int madvise(void *vaddr, size_t bytes, int advice) {
  return __result(__sys_madvise((unsigned long)vaddr, bytes, advice));
}

int msync(void *vaddr, size_t bytes, int flags) {
  return __result(__sys_msync((unsigned long)vaddr, bytes, flags));
}

int mlock(const void *vaddr, size_t bytes) {
  return __result(__sys_mlock((unsigned long)vaddr, bytes));
}

int munlock(const void *vaddr, size_t bytes) {
  return __result(__sys_munlock((unsigned long)vaddr, bytes));
}

int mlockall(int flags) {
  return __result(__sys_mlockall(flags));
}

int munlockall(void) {
  return __result(__sys_munlockall());
}

/* One byte a page; its lowest bit tells whether the page is in memory. */
int mincore(void *vaddr, size_t bytes, unsigned char *resident) {
  return __result(__sys_mincore((unsigned long)vaddr, bytes, resident));
}
