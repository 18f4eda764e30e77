/* Names in the file system. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../internal/libc.h"

int access(const char *path, int mode) {
  return __result(__sys_faccessat(WORKING_DIRECTORY, path, (unsigned int)mode));
}

int chdir(const char *path) {
  return __result(__sys_chdir(path));
}

/* Without a buffer the result is on the heap, with as many bytes as the path needs. */
char *getcwd(char *to, size_t bytes) {
  char path[1024];
  if (to == 0) {
    if (__result(__sys_getcwd(path, sizeof path)) < 0) {
      return 0;
    }
    return strdup(path);
  }
  if (bytes == 0) {
    errno = EINVAL;
    return 0;
  }
  return __result(__sys_getcwd(to, bytes)) < 0 ? 0 : to;
}

int link(const char *from, const char *to) {
  return __result(__sys_linkat(WORKING_DIRECTORY, from, WORKING_DIRECTORY, to, 0));
}

int symlink(const char *target, const char *path) {
  return __result(__sys_symlinkat(target, WORKING_DIRECTORY, path));
}

ssize_t readlink(const char *path, char *to, size_t bytes) {
  return __result(__sys_readlinkat(WORKING_DIRECTORY, path, to, bytes));
}

int unlink(const char *path) {
  return __result(__sys_unlinkat(WORKING_DIRECTORY, path, 0));
}

int rmdir(const char *path) {
  return __result(__sys_unlinkat(WORKING_DIRECTORY, path, AT_REMOVEDIR));
}

int truncate(const char *path, off_t bytes) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) {
    return -1;
  }
  int result = ftruncate(fd, bytes);
  int error = errno;
  close(fd);
  errno = error;
  return result;
}

int fsync(int fd) {
  return __result(__sys_fsync(fd));
}

int fdatasync(int fd) {
  return __result(__sys_fdatasync(fd));
}

void sync(void) {
  __sys_sync();
}

int fchdir(int fd) {
  return __result(__sys_fchdir(fd));
}

int faccessat(int dirfd, const char *path, int mode, int flags) {
  int raw = flags == 0 ? __sys_faccessat(dirfd, path, (unsigned int)mode)
                       : __sys_faccessat2(dirfd, path, (unsigned int)mode, (unsigned int)flags);
  return __result(raw);
}

int linkat(int from_dirfd, const char *from, int to_dirfd, const char *to, int flags) {
  return __result(__sys_linkat(from_dirfd, from, to_dirfd, to, (unsigned int)flags));
}

int symlinkat(const char *target, int dirfd, const char *path) {
  return __result(__sys_symlinkat(target, dirfd, path));
}

ssize_t readlinkat(int dirfd, const char *path, char *to, size_t bytes) {
  return __result(__sys_readlinkat(dirfd, path, to, bytes));
}

int unlinkat(int dirfd, const char *path, int flags) {
  return __result(__sys_unlinkat(dirfd, path, (unsigned int)flags));
}

int renameat(int from_dirfd, const char *from, int to_dirfd, const char *to) {
  return __result(__sys_renameat2(from_dirfd, from, to_dirfd, to, 0));
}
