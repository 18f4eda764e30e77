/* File status. riscv32 has statx only; its structure is converted to POSIX's. */
#include <fcntl.h>
#include <sys/stat.h>

#include "../internal/libc.h"

struct statx_time {
  long long seconds;
  unsigned int nanoseconds;
  int reserved;
};

/* Linux struct statx, 256 bytes. */
struct statx {
  unsigned int mask;
  unsigned int blksize;
  unsigned long long attributes;
  unsigned int nlink;
  unsigned int uid;
  unsigned int gid;
  unsigned short mode;
  unsigned short spare;
  unsigned long long ino;
  unsigned long long size;
  unsigned long long blocks;
  unsigned long long attributes_mask;
  struct statx_time atime;
  struct statx_time btime;
  struct statx_time ctime;
  struct statx_time mtime;
  unsigned int rdev_major;
  unsigned int rdev_minor;
  unsigned int dev_major;
  unsigned int dev_minor;
  unsigned long long spares[14];
};

#define STATX_BASIC_STATS 0x7ffU

/* Linux's packing of a device number: minor low 8 bits, major 12 bits, then the rest of both. */
static dev_t device(unsigned int major, unsigned int minor) {
  return ((dev_t)(major & 0xfffff000) << 32) | ((dev_t)(major & 0xfff) << 8) | ((dev_t)(minor & 0xffffff00) << 12) |
         (minor & 0xff);
}

static void convert_time(struct timespec *to, const struct statx_time *from) {
  to->tv_sec = from->seconds;
  to->tv_nsec = (long)from->nanoseconds;
}

int fstatat(int dirfd, const char *path, struct stat *to, int flags) {
  struct statx from;
  if (__result(__sys_statx(dirfd, path, (unsigned int)flags, STATX_BASIC_STATS, &from)) < 0) {
    return -1;
  }
  to->st_dev = device(from.dev_major, from.dev_minor);
  to->st_ino = from.ino;
  to->st_mode = from.mode;
  to->st_nlink = from.nlink;
  to->st_uid = from.uid;
  to->st_gid = from.gid;
  to->st_rdev = device(from.rdev_major, from.rdev_minor);
  to->st_size = (off_t)from.size;
  to->st_blksize = (blksize_t)from.blksize;
  to->st_blocks = (blkcnt_t)from.blocks;
  convert_time(&to->st_atim, &from.atime);
  convert_time(&to->st_mtim, &from.mtime);
  convert_time(&to->st_ctim, &from.ctime);
  return 0;
}

int stat(const char *path, struct stat *to) {
  return fstatat(AT_FDCWD, path, to, 0);
}

int lstat(const char *path, struct stat *to) {
  return fstatat(AT_FDCWD, path, to, AT_SYMLINK_NOFOLLOW);
}

int fstat(int fd, struct stat *to) {
  return fstatat(fd, "", to, AT_EMPTY_PATH);
}

int mkdir(const char *path, mode_t mode) {
  return __result(__sys_mkdirat(AT_FDCWD, path, mode));
}

mode_t umask(mode_t mask) {
  return (mode_t)__sys_umask(mask);
}
