/* Advisory locks: flock on open files, lockf on ranges. */
#include <errno.h>
#include <sys/file.h>
#include <unistd.h>

#include "../internal/libc.h"

int flock(int fd, int operation) {
  return __result(__sys_flock(fd, operation));
}

/* The range begins at the file's offset; 0 bytes mean: to the end, however far it grows. */
int lockf(int fd, int command, off_t bytes) {
  struct flock lock = {F_WRLCK, SEEK_CUR, 0, bytes, 0};
  switch (command) {
  case F_ULOCK:
    lock.l_type = F_UNLCK;
    return fcntl(fd, F_SETLK, &lock);
  case F_LOCK:
    return fcntl(fd, F_SETLKW, &lock);
  case F_TLOCK:
    return fcntl(fd, F_SETLK, &lock);
  case F_TEST:
    if (fcntl(fd, F_GETLK, &lock) < 0) {
      return -1;
    }
    if (lock.l_type == F_UNLCK || lock.l_pid == getpid()) {
      return 0;
    }
    errno = EACCES;
    return -1;
  default:
    errno = EINVAL;
    return -1;
  }
}
