/* Reading, writing and closing files by descriptor. */
#include <unistd.h>

#include "../internal/libc.h"

#include <sys/uio.h>

ssize_t read(int fd, void *to, size_t bytes) {
  return __result(__sys_read(fd, to, bytes));
}

ssize_t write(int fd, const void *from, size_t bytes) {
  return __result(__sys_write(fd, from, bytes));
}

ssize_t pread(int fd, void *to, size_t bytes, off_t offset) {
  return __result(__sys_pread64(fd, to, bytes, (unsigned int)offset, (unsigned int)(offset >> 32)));
}

ssize_t pwrite(int fd, const void *from, size_t bytes, off_t offset) {
  return __result(__sys_pwrite64(fd, from, bytes, (unsigned int)offset, (unsigned int)(offset >> 32)));
}

ssize_t readv(int fd, const struct iovec *parts, int count) {
  return __result(__sys_readv(fd, (void *)parts, count));
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  return __result(__sys_writev(fd, (void *)parts, count));
}

off_t lseek(int fd, off_t offset, int whence) {
  off_t position;
  int failed = __sys__llseek(fd, (unsigned int)(offset >> 32), (unsigned int)offset, &position, whence);
  return __result(failed) < 0 ? -1 : position;
}

int close(int fd) {
  return __result(__sys_close(fd));
}

int ftruncate(int fd, off_t bytes) {
  return __result(__sys_ftruncate64(fd, (unsigned int)bytes, (unsigned int)(bytes >> 32)));
}
