/* Making directories and other files. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../internal/libc.h"

int mkdirat(int dirfd, const char *path, mode_t mode) {
  return __result(__sys_mkdirat(dirfd, path, mode));
}

/* The kernel makes neither named pipes nor device files; a plain file is what open makes. */
int mknod(const char *path, mode_t mode, dev_t device) {
  (void)device;
  if ((mode & S_IFMT) != 0 && !S_ISREG(mode)) {
    errno = EPERM;
    return -1;
  }
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 07777);
  return fd < 0 ? -1 : close(fd);
}

int mkfifo(const char *path, mode_t mode) {
  return mknod(path, (mode & 07777) | S_IFIFO, 0);
}
