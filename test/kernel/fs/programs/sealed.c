/* Files without a name from memfd_create, and what their seals forbid. argv[1]: an empty directory. */
#include "call.h"

enum {
  FALLOCATE = 47, MPROTECT = 226, MEMFD = 279, ADD_SEALS = 1033, GET_SEALS = 1034, PAGE = 4096,
  SEAL = 1, SHRINK = 2, GROW = 4, WRITES = 8, FUTURE = 16, MAP_SHARED = 1, MAP_PRIVATE = 2,
};
static char buffer[3 * PAGE];

static long make(long flags, long bytes) {
  long fd = C2(MEMFD, "kept", flags);
  call(FTRUNCATE, fd, bytes, 0, 0, 0, 0);
  return fd;
}
static long add(long fd, long seals) { return C3(FCNTL, fd, ADD_SEALS, seals); }
static long map(long fd, long prot, long flags) { return call(MMAP2, 0, PAGE, prot, flags, fd, 0); }
static void unmap(long at) {
  if (at > 0 || at < -4096) C2(MUNMAP, at, PAGE);
}
static long failed(long at) { return at < 0 && at >= -4096 ? at : 0; }
static long put(long fd, long bytes, long at) { return call(PWRITE, fd, (long)buffer, bytes, at, 0, 0); }

/* Everything that seals can forbid, on a file of two pages and 100 bytes. */
static void everything(const char *what, long seals) {
  text(what);
  text("\n");
  long fd = make(2, 2 * PAGE + 100);
  show("add", add(fd, seals));
  show("seals", C3(FCNTL, fd, GET_SEALS, 0));
  show("write inside", put(fd, 10, 0));
  show("write nothing", put(fd, 0, 0));
  show("write to the end", put(fd, 100, 2 * PAGE));
  show("write past the end", put(fd, 200, 2 * PAGE));
  show("write across the last page", put(fd, PAGE, PAGE + PAGE / 2));
  show("write behind the end", put(fd, 10, 3 * PAGE));
  show("shorter", call(FTRUNCATE, fd, PAGE, 0, 0, 0, 0));
  show("longer", call(FTRUNCATE, fd, 4 * PAGE, 0, 0, 0, 0));
  show("as long", call(FTRUNCATE, fd, 2 * PAGE + 100, 0, 0, 0, 0));
  show("allocate", call(FALLOCATE, fd, 0, 0, 5 * PAGE, 0, 0));
  show("punch", call(FALLOCATE, fd, 3, 0, 0, PAGE, 0));
  long at = map(fd, 3, MAP_SHARED);
  show("map to write", failed(at));
  unmap(at);
  at = map(fd, 3, MAP_PRIVATE);
  show("map privately", failed(at));
  unmap(at);
  show("read", call(PREAD, fd, (long)buffer, 10, 0, 0, 0));
  C1(CLOSE, fd);
}

static void mapped(void) {
  long fd = make(2, PAGE);
  volatile char *at = (char *)map(fd, 3, MAP_SHARED);
  show("busy", add(fd, WRITES));
  show("not in future", add(fd, FUTURE));
  at[0] = 'x';
  show("an old mapping writes", C3(READ, fd, buffer, 1) == 1 && buffer[0] == 'x');
  long again = map(fd, 1, MAP_SHARED);
  show("a new one cannot be made to", C3(MPROTECT, again, PAGE, 3));
  unmap(again);
  unmap((long)at);
  show("free", add(fd, WRITES | SEAL));
  show("sealed", add(fd, SHRINK));
  C1(CLOSE, fd);
}

int main(int argc, char **argv) {
  C1(CHDIR, argv[1]);
  for (int i = 0; i < 250; i++) buffer[i] = 'n';
  show("unknown flag", C2(MEMFD, "x", 0x100));
  show("bad name", C2(MEMFD, 4, 0));
  show("long name", C2(MEMFD, buffer, 0));
  buffer[249] = 0;
  show("not too long", C2(MEMFD, buffer, 1) > 0);
  long plain = make(0, PAGE);
  show("not to be sealed", add(plain, WRITES));
  show("its seals", C3(FCNTL, plain, GET_SEALS, 0));
  show("unknown seal", add(make(2, 0), 0x1000));
  int fds[2];
  C2(PIPE2, fds, 0);
  show("of a pipe", C3(FCNTL, fds[1], GET_SEALS, 0));
  show("for a pipe", add(fds[1], WRITES));
  show("for who may not write", add(fds[0], WRITES));
  everything("none", 0);
  everything("shrink", SHRINK);
  everything("grow", GROW);
  everything("write", WRITES);
  everything("write in future", FUTURE);
  everything("all", SHRINK | GROW | WRITES | FUTURE | SEAL);
  mapped();
  show("a name for it", C5(LINKAT, make(0, 1), "", HERE, "named", 0x1000));
  return 0;
}
