/* Changing what a file is: permissions, owner, times. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../internal/libc.h"

int fchmodat(int dirfd, const char *path, mode_t mode, int flags) {
  if (flags == 0) {
    return __result(__sys_fchmodat(dirfd, path, mode));
  }
  return __result(__sys_fchmodat2(dirfd, path, mode, (unsigned int)flags));
}

int chmod(const char *path, mode_t mode) {
  return fchmodat(WORKING_DIRECTORY, path, mode, 0);
}

int fchmod(int fd, mode_t mode) {
  return __result(__sys_fchmod(fd, mode));
}

int fchownat(int dirfd, const char *path, uid_t user, gid_t group, int flags) {
  return __result(__sys_fchownat(dirfd, path, (int)user, (int)group, (unsigned int)flags));
}

int chown(const char *path, uid_t user, gid_t group) {
  return fchownat(WORKING_DIRECTORY, path, user, group, 0);
}

int lchown(const char *path, uid_t user, gid_t group) {
  return fchownat(WORKING_DIRECTORY, path, user, group, AT_SYMLINK_NOFOLLOW);
}

int fchown(int fd, uid_t user, gid_t group) {
  return __result(__sys_fchown(fd, (int)user, (int)group));
}

/* The kernel's times have 64-bit members; without times it is now. */
static int set_times(int dirfd, const char *path, const struct timespec times[2], int flags) {
  struct __kernel_timespec wide[2];
  if (times == 0) {
    return __result(__sys_utimensat_time64(dirfd, path, 0, (unsigned int)flags));
  }
  for (int i = 0; i < 2; i++) {
    wide[i].seconds = times[i].tv_sec;
    wide[i].nanoseconds = times[i].tv_nsec;
  }
  return __result(__sys_utimensat_time64(dirfd, path, wide, (unsigned int)flags));
}

int utimensat(int dirfd, const char *path, const struct timespec times[2], int flags) {
  if (path == 0) {
    errno = EINVAL;
    return -1;
  }
  return set_times(dirfd, path, times, flags);
}

int futimens(int fd, const struct timespec times[2]) {
  return set_times(fd, 0, times, 0);
}
