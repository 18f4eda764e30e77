/* Limits on the size of files and the number of descriptors. */
#include "call.h"

struct action { void *handler; unsigned long flags; u32 mask[2]; };
enum { FALLOCATE = 47, PRLIMIT = 261, FSIZE = 1, CORE = 4, NPROC = 6, NOFILE = 7, XFSZ = 25, RDWR_CREAT = 0102, APPEND = 02000 };

static volatile int seen;
static char buffer[4096];

static void on(int signal) { seen += signal == XFSZ; }
static void install(void *handler) {
  struct action a = {handler, 0, {0, 0}};
  C4(SIGACTION, XFSZ, &a, 0, 8);
}
static long limit(int resource, u64 soft, u64 hard) {
  u64 wanted[2] = {soft, hard};
  return C4(PRLIMIT, 0, resource, wanted, 0);
}
static u64 soft_of(int resource) {
  u64 old[2] = {77, 77};
  C4(PRLIMIT, 0, resource, 0, old);
  return old[0];
}
static long length_of(int fd) {
  long long at = 0;
  C5(LLSEEK, fd, 0, 0, &at, 2);
  return (long)at;
}

int main(int argc, char **argv) {
  C1(CHDIR, argv[1]);
  int fd = (int)C4(OPENAT, HERE, "limited", RDWR_CREAT, 0600);
  install(on);
  show("limit", limit(FSIZE, 5000, -1));
  show("is", (long)soft_of(FSIZE));
  show("write", C3(WRITE, fd, buffer, 4096));
  show("write up to it", C3(WRITE, fd, buffer, 4096));
  show("signals", seen);
  show("write beyond", C3(WRITE, fd, buffer, 1));
  show("signals", seen);
  show("write nothing beyond", C3(WRITE, fd, buffer, 0));
  show("pwrite beyond", C5(PWRITE, fd, buffer, 10, 6000, 0));
  show("pwrite below", C5(PWRITE, fd, buffer, 10, 100, 0));
  show("signals", seen);
  show("truncate beyond", C3(FTRUNCATE, fd, 6000, 0));
  show("truncate to it", C3(FTRUNCATE, fd, 5000, 0));
  show("truncate below", C3(FTRUNCATE, fd, 3000, 0));
  show("signals", seen);
  show("allocate beyond", call(FALLOCATE, fd, 0, 0, 0, 6000, 0));
  show("signals", seen);
  show("length", length_of(fd));
  int end = (int)C4(OPENAT, HERE, "limited", 1 | APPEND, 0);
  show("append", C3(WRITE, end, buffer, 4096));
  show("append more", C3(WRITE, end, buffer, 4096));
  install((void *)1);
  show("ignored", C3(WRITE, end, buffer, 1));
  /* A file that is longer already may be written below the limit, and cut. */
  show("no limit", limit(FSIZE, -1, -1));
  show("grow", C3(FTRUNCATE, fd, 9000, 0));
  show("limit", limit(FSIZE, 5000, -1));
  show("cut to 8000", C3(FTRUNCATE, fd, 8000, 0));
  show("length", length_of(fd));
  show("pwrite below", C5(PWRITE, fd, buffer, 4096, 4000, 0));
  show("limit", limit(FSIZE, -1, -1));
  long pipe_[2];
  show("soft above hard", limit(FSIZE, 10, 9));
  show("core", limit(CORE, 0, 0));
  show("core is", (long)soft_of(CORE));
  show("descriptors", limit(NOFILE, 10, 1024));
  show("dup3 at the limit", C3(DUP3, fd, 10, 0));
  show("dup3 below", C3(DUP3, fd, 9, 0));
  show("fcntl at the limit", C3(FCNTL, fd, 0, 10));
  show("bad resource", limit(16, 1, 1));
  install(0);
  long child = C5(CLONE, 17, 0, 0, 0, 0);
  if (child == 0) {
    limit(FSIZE, 5000, -1);
    C5(PWRITE, fd, buffer, 1, 5000, 0);
    C1(EXIT_GROUP, 0);
  }
  static u32 info[32];
  C5(WAITID, 1, child, info, 4, 0);
  show("ended by", (int)info[5]);
  return 0;
}
