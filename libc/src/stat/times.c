/* Setting a file's times in microseconds and in seconds. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <utime.h>

/* Microseconds to what utimensat takes. */
static int set_times(int dirfd, const char *path, const struct timeval times[2], int flags) {
  struct timespec precise[2];
  for (int i = 0; times != 0 && i < 2; i++) {
    if (times[i].tv_usec < 0 || times[i].tv_usec >= 1000000) {
      errno = EINVAL;
      return -1;
    }
    precise[i].tv_sec = times[i].tv_sec;
    precise[i].tv_nsec = times[i].tv_usec * 1000;
  }
  const struct timespec *given = times != 0 ? precise : 0;
  return path != 0 ? utimensat(dirfd, path, given, flags) : futimens(dirfd, given);
}

int utimes(const char *path, const struct timeval times[2]) {
  return set_times(AT_FDCWD, path, times, 0);
}

int lutimes(const char *path, const struct timeval times[2]) {
  return set_times(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

int futimes(int fd, const struct timeval times[2]) {
  return set_times(fd, 0, times, 0);
}

int utime(const char *path, const struct utimbuf *times) {
  if (times == 0) {
    return utimes(path, 0);
  }
  struct timeval precise[2] = {{times->actime, 0}, {times->modtime, 0}};
  return utimes(path, precise);
}
