/* Calls that take or fill memory of the program, one after the other, by number: each has to work or fail with an errno that fits. */
#include "sane.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static long words[512];
static char bytes[8192];
static char *path = "/tmp/g", *other = "/tmp/h";

#define CALL(name, ...) sane(syscall(SYS_##name, __VA_ARGS__), #name)

static void files(void) {
  /* Left over from the first time, when taking them away failed. */
  syscall(SYS_unlinkat, AT_FDCWD, "/tmp/l", 0);
  syscall(SYS_unlinkat, AT_FDCWD, "/tmp/d", AT_REMOVEDIR);
  int fd = CALL(openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_TRUNC, 0644);
  if (fd == -1) return;
  struct iovec parts[2] = {{bytes, 5000}, {bytes + 5000, 1000}};
  CALL(writev, fd, parts, 2);
  CALL(pwrite64, fd, bytes, 100, 8000, 0);
  CALL(pread64, fd, bytes, 4000, 100, 0);
  CALL(_llseek, fd, 0, 0, words, 0);
  CALL(readv, fd, parts, 2);
  CALL(statx, AT_FDCWD, path, 0, 0x7ff, words);
  CALL(fstatfs64, fd, 88, words);
  int out = CALL(openat, AT_FDCWD, other, O_RDWR | O_CREAT | O_TRUNC, 0644);
  if (out != -1) {
    words[0] = words[1] = 0;
    CALL(sendfile64, out, fd, words, 5000);
    CALL(close, out);
  }
  CALL(ftruncate64, fd, 100, 0);
  CALL(close, fd);
  if (CALL(symlinkat, path, AT_FDCWD, "/tmp/l") == 0) {
    CALL(readlinkat, AT_FDCWD, "/tmp/l", bytes, 100);
    CALL(unlinkat, AT_FDCWD, "/tmp/l", 0);
  }
  if (CALL(mkdirat, AT_FDCWD, "/tmp/d", 0755) == 0) CALL(unlinkat, AT_FDCWD, "/tmp/d", AT_REMOVEDIR);
  fd = CALL(openat, AT_FDCWD, "/tmp", O_RDONLY | O_DIRECTORY, 0);
  if (fd != -1) {
    CALL(getdents64, fd, bytes, sizeof bytes);
    CALL(close, fd);
  }
  fd = CALL(openat, AT_FDCWD, "/proc/self/maps", O_RDONLY, 0);
  if (fd != -1) {
    CALL(read, fd, bytes, sizeof bytes);
    CALL(close, fd);
  }
  CALL(getcwd, bytes, sizeof bytes);
  syscall(SYS_unlinkat, AT_FDCWD, path, 0); /* they need not be there */
  syscall(SYS_unlinkat, AT_FDCWD, other, 0);
}

static void asking(void) {
  CALL(uname, bytes);
  CALL(sysinfo, words);
  CALL(times, words);
  CALL(getrusage, 0, words);
  CALL(clock_gettime64, 1, words);
  CALL(clock_getres_time64, 1, words);
  CALL(prlimit64, 0, 3, 0, words);
  CALL(getrandom, bytes, 5000, 0);
  CALL(sched_getaffinity, 0, 4, words);
  CALL(getgroups, 16, words);
  words[0] = 0;
  words[1] = 0;
  CALL(rt_sigprocmask, 2, words, words + 2, 8);
  CALL(rt_sigpending, words, 8);
  words[0] = words[1] = words[2] = words[3] = 0;
  CALL(clock_nanosleep_time64, 1, 0, words, 0);
}

static void waiting(void) {
  int ends[2];
  if (sane(syscall(SYS_pipe2, ends, O_NONBLOCK), "pipe2") == -1) return;
  CALL(write, ends[1], bytes, 5000);
  struct pollfd one = {ends[0], POLLIN, 0};
  words[0] = words[1] = words[2] = words[3] = 0;
  CALL(ppoll_time64, &one, 1, words, 0, 8);
  words[8] = 1 << ends[0];
  words[9] = 0;
  CALL(pselect6_time64, ends[0] + 1, words + 8, 0, 0, words, 0);
  CALL(read, ends[0], bytes, 5000);
  CALL(close, ends[0]);
  CALL(close, ends[1]);
}

static void shared(void) {
  int id = CALL(shmget, 0, 3 * PAGE, 01600);
  if (id != -1) {
    char *p = (char *)syscall(SYS_shmat, id, 0, 0);
    if (sane((long)p, "shmat") != -1) {
      p[0] = 1;
      p[2 * PAGE] = 2;
      pid_t child = sane(fork(), "fork");
      if (child == 0) {
        expect(p[2 * PAGE], 2, "segment in the child");
        p[PAGE] = 3;
        _exit(0);
      }
      reap(child);
      expect(p[0], 1, "segment");
      CALL(shmctl, id, 2, words);
      CALL(shmdt, p);
    }
    syscall(SYS_shmctl, id, 0, 0);
  }
  id = CALL(msgget, 0, 01600);
  if (id != -1) {
    words[0] = 1;
    if (CALL(msgsnd, id, words, 600, 04000) == 0) CALL(msgrcv, id, words, 600, 0, 04000);
    syscall(SYS_msgctl, id, 0, 0);
  }
  id = CALL(semget, 0, 1, 01600);
  if (id != -1) {
    short operation[3] = {0, 1, 0};
    CALL(semtimedop_time64, id, operation, 1, 0);
    syscall(SYS_semctl, id, 0, 0, 0);
  }
}

int main(void) {
  files();
  asking();
  waiting();
  shared();
  /* The same with everything on the standby and modified lists, and in swap: each access of the kernel is a fault. */
  madvise((void *)((unsigned long)bytes & -PAGE), 3 * PAGE, MADV_PAGEOUT);
  files();
  asking();
  return 0;
}
