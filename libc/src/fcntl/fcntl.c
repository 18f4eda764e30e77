/* Opening files and setting their flags. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>

#include "../internal/libc.h"

int openat(int dirfd, const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & O_CREAT) {
    va_list args;
    va_start(args, flags);
    mode = va_arg(args, mode_t);
    va_end(args);
  }
  return __result(__sys_openat(dirfd, path, flags | O_LARGEFILE, mode));
}

int open(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & O_CREAT) {
    va_list args;
    va_start(args, flags);
    mode = va_arg(args, mode_t);
    va_end(args);
  }
  return openat(WORKING_DIRECTORY, path, flags, mode);
}

int creat(const char *path, mode_t mode) {
  return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int fcntl(int fd, int command, ...) {
  va_list args;
  va_start(args, command);
  unsigned long argument = va_arg(args, unsigned long);
  va_end(args);
  return __result(__sys_fcntl64(fd, command, argument));
}

/* Advice changes nothing here: files lie in memory. The errors are POSIX's, and they are returned. */
int posix_fadvise(int fd, off_t offset, off_t bytes, int advice) {
  (void)offset;
  if (fcntl(fd, F_GETFD) < 0) {
    return EBADF;
  }
  return bytes < 0 || advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE ? EINVAL : 0;
}

int posix_fallocate(int fd, off_t offset, off_t bytes) {
  int raw = __sys_fallocate(fd, 0, (unsigned int)offset, (unsigned int)(offset >> 32), (unsigned int)bytes,
                            (unsigned int)(bytes >> 32));
  return -raw;
}
