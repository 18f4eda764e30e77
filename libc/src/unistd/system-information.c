/* Facts about the system and this process's use of it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../internal/libc.h"

int getpagesize(void) {
  return (int)PAGE_BYTES;
}

int uname(struct utsname *to) {
  return __result(__sys_uname(to));
}

int sysinfo(struct sysinfo *to) {
  return __result(__sys_sysinfo(to));
}

clock_t times(struct tms *to) {
  return __result(__sys_times(to));
}

ssize_t getrandom(void *to, size_t bytes, unsigned int flags) {
  return __result(__sys_getrandom(to, bytes, flags));
}

int getentropy(void *to, size_t bytes) {
  if (bytes > 256) {
    errno = EIO;
    return -1;
  }
  return getrandom(to, bytes, 0) == (ssize_t)bytes ? 0 : -1;
}

int gethostname(char *name, size_t bytes) {
  struct utsname names;
  if (uname(&names) < 0) {
    return -1;
  }
  if (strlcpy(name, names.nodename, bytes) >= bytes) {
    errno = ENAMETOOLONG;
    return -1;
  }
  return 0;
}

static long pages(unsigned long units, unsigned int unit_bytes) {
  return (long)((unsigned long long)units * unit_bytes / PAGE_BYTES);
}

long sysconf(int name) {
  struct sysinfo info;
  switch (name) {
  case _SC_ARG_MAX:
    return 131072;
  case _SC_CLK_TCK:
    return 100;
  case _SC_OPEN_MAX: {
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) < 0 ? -1 : (long)limit.rlim_cur;
  }
  case _SC_PAGESIZE:
    return PAGE_BYTES;
  case _SC_NPROCESSORS_CONF:
  case _SC_NPROCESSORS_ONLN:
    return 1;
  case _SC_PHYS_PAGES:
    return sysinfo(&info) < 0 ? -1 : pages(info.totalram, info.mem_unit);
  case _SC_AVPHYS_PAGES:
    return sysinfo(&info) < 0 ? -1 : pages(info.freeram, info.mem_unit);
  default:
    errno = EINVAL;
    return -1;
  }
}

/* The kernel's struct rusage has 32-bit times on riscv32. */
struct kernel_rusage {
  long user_seconds;
  long user_microseconds;
  long system_seconds;
  long system_microseconds;
  long counts[14];
};

int getrusage(int who, struct rusage *to) {
  struct kernel_rusage usage;
  if (__result(__sys_getrusage(who, &usage)) < 0) {
    return -1;
  }
  to->ru_utime.tv_sec = usage.user_seconds;
  to->ru_utime.tv_usec = usage.user_microseconds;
  to->ru_stime.tv_sec = usage.system_seconds;
  to->ru_stime.tv_usec = usage.system_microseconds;
  memcpy(&to->ru_maxrss, usage.counts, sizeof usage.counts);
  return 0;
}

int getrlimit(int resource, struct rlimit *to) {
  return __result(__sys_prlimit64(0, resource, 0, to));
}

int setrlimit(int resource, const struct rlimit *from) {
  return __result(__sys_prlimit64(0, resource, (void *)from, 0));
}

char *getlogin(void) {
  return getuid() == 0 ? "root" : 0;
}
