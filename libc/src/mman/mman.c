/* Mappings. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

/* The new place is looked at with MREMAP_FIXED and MREMAP_DONTUNMAP only. */
void *mremap(void *vaddr, size_t old_bytes, size_t new_bytes, int flags, ...) {
  unsigned long to = 0;
  if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) {
    va_list args;
    va_start(args, flags);
    to = (unsigned long)va_arg(args, void *);
    va_end(args);
  }
  return (void *)__result((int)__sys_mremap((unsigned long)vaddr, old_bytes, new_bytes, (unsigned int)flags, to));
}

int mlock2(const void *vaddr, size_t bytes, int flags) {
  return __result(__sys_mlock2((unsigned long)vaddr, bytes, (unsigned int)flags));
}

/* Advice that may change nothing a program can see: POSIX's DONTNEED keeps the contents, Linux's does not. */
int posix_madvise(void *vaddr, size_t bytes, int advice) {
  return advice == POSIX_MADV_DONTNEED ? 0 : -__sys_madvise((unsigned long)vaddr, bytes, advice);
}

/* Shared memory by name is a file in /dev/shm; a name has no slash but in front. */
static int shared_path(const char *name, char path[NAME_MAX + 10]) {
  while (*name == '/') {
    name++;
  }
  size_t length = strlen(name);
  if (length == 0 || strchr(name, '/') != 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
    errno = EINVAL;
    return -1;
  }
  if (length > NAME_MAX) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(path, "/dev/shm/");
  strcat(path, name);
  return 0;
}

int shm_open(const char *name, int flags, mode_t mode) {
  char path[NAME_MAX + 10];
  return shared_path(name, path) < 0 ? -1 : open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, mode);
}

int shm_unlink(const char *name) {
  char path[NAME_MAX + 10];
  return shared_path(name, path) < 0 ? -1 : unlink(path);
}
