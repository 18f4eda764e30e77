/* Making directories and other files. */
#include <fcntl.h>
#include <sys/stat.h>

#include "../internal/libc.h"

int mkdirat(int dirfd, const char *path, mode_t mode) {
  return __result(__sys_mkdirat(dirfd, path, mode));
}

/* Plain files and named pipes; the kernel makes no device files. */
int mknodat(int dirfd, const char *path, mode_t mode, dev_t device) {
  return __result(__sys_mknodat(dirfd, path, mode, (unsigned)device));
}

int mknod(const char *path, mode_t mode, dev_t device) {
  return mknodat(AT_FDCWD, path, mode, device);
}

int mkfifoat(int dirfd, const char *path, mode_t mode) {
  return mknodat(dirfd, path, (mode & 07777) | S_IFIFO, 0);
}

int mkfifo(const char *path, mode_t mode) {
  return mknod(path, (mode & 07777) | S_IFIFO, 0);
}
