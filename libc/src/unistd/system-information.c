/* Facts about the system and this process's use of it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
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
  case _SC_NGROUPS_MAX:
    return 65536;
  case _SC_STREAM_MAX:
    return FOPEN_MAX;
  case _SC_TZNAME_MAX:
    return 6;
  case _SC_JOB_CONTROL:
  case _SC_SAVED_IDS:
    return 1;
  case _SC_VERSION:
  case _SC_MONOTONIC_CLOCK:
    return _POSIX_VERSION;
  case _SC_LINE_MAX:
    return 2048;
  case _SC_IOV_MAX:
    return IOV_MAX;
  case _SC_GETGR_R_SIZE_MAX:
  case _SC_GETPW_R_SIZE_MAX:
    return 1024;
  case _SC_LOGIN_NAME_MAX:
    return 256;
  case _SC_TTY_NAME_MAX:
    return 32;
  case _SC_HOST_NAME_MAX:
    return 64;
  case _SC_CHILD_MAX: {
    struct rlimit limit;
    return getrlimit(RLIMIT_NPROC, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY ? -1 : (long)limit.rlim_cur;
  }
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

int getpriority(int which, id_t who) {
  int raw = __sys_getpriority(which, (int)who);
  return raw < 0 ? __result(raw) : 20 - raw; /* the kernel tells 20 − nice, which is never negative */
}

int setpriority(int which, id_t who, int priority) {
  return __result(__sys_setpriority(which, (int)who, priority));
}

int nice(int increment) {
  errno = 0;
  int priority = getpriority(PRIO_PROCESS, 0);
  if (priority == -1 && errno != 0) {
    return -1;
  }
  if (setpriority(PRIO_PROCESS, 0, priority + increment) < 0) {
    if (errno == EACCES) {
      errno = EPERM;
    }
    return -1;
  }
  return getpriority(PRIO_PROCESS, 0);
}

int getdtablesize(void) {
  return (int)sysconf(_SC_OPEN_MAX);
}

int getdomainname(char *name, size_t bytes) {
  struct utsname names;
  if (bytes == 0 || uname(&names) < 0) {
    errno = EINVAL;
    return -1;
  }
  strlcpy(name, names.domainname, bytes);
  return 0;
}

long gethostid(void) {
  return 0;
}

/* The limits of this system's files; of a path or descriptor only its existence is looked at. */
static long limit_of(int name) {
  switch (name) {
  case _PC_LINK_MAX:
    return 127;
  case _PC_MAX_CANON:
  case _PC_MAX_INPUT:
    return 255;
  case _PC_NAME_MAX:
    return NAME_MAX;
  case _PC_PATH_MAX:
    return PATH_MAX;
  case _PC_PIPE_BUF:
    return PIPE_BUF;
  case _PC_CHOWN_RESTRICTED:
  case _PC_NO_TRUNC:
    return 1;
  case _PC_VDISABLE:
    return 0;
  default:
    errno = EINVAL;
    return -1;
  }
}

long pathconf(const char *path, int name) {
  return access(path, F_OK) < 0 ? -1 : limit_of(name);
}

long fpathconf(int fd, int name) {
  return fcntl(fd, F_GETFD) < 0 ? -1 : limit_of(name);
}

size_t confstr(int name, char *to, size_t bytes) {
  if (name != _CS_PATH) {
    errno = EINVAL;
    return 0;
  }
  return (size_t)snprintf(to, bytes, "/bin:/usr/bin") + 1;
}

int getloadavg(double loads[], int count) {
  struct sysinfo info;
  if (sysinfo(&info) < 0) {
    return -1;
  }
  int known = count < 3 ? count : 3;
  for (int i = 0; i < known; i++) {
    loads[i] = (double)info.loads[i] / 65536;
  }
  return known;
}
