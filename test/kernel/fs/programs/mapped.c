/* Files that get shorter, or holes, while they are mapped and read; names that change places. argv[1]: an empty directory. */
#include "call.h"

enum { PAGE = 4096, MAP_SHARED = 1, MAP_PRIVATE = 2, RW = 3, FALLOCATE = 47, PRCTL = 167 };
static char buffer[PAGE];
static u64 position;

static long map(long fd, long flags, long pages) { return call(MMAP2, 0, pages * PAGE, RW, flags, fd, 0); }
static long seek(long fd, long to, long whence) {
  position = 0;
  long result = C5(LLSEEK, fd, 0, to, &position, whence);
  return result ? result : (long)position;
}
static void fill(long fd, long pages) {
  memset(buffer, 'x', PAGE);
  for (long i = 0; i < pages; i++) call(PWRITE, fd, (long)buffer, PAGE, i * PAGE, 0, 0);
}

/* Signal and code with which a child ends that touches an address. */
static void touch(const char *what, volatile char *at, int writes) {
  long child = call(CLONE, 17, 0, 0, 0, 0, 0);
  if (child == 0) {
    if (writes) *at = 1;
    C1(EXIT_GROUP, *at == 0 ? 1 : 2);
  }
  long info[32];
  memset(info, 0, sizeof info);
  C5(WAITID, 1, child, info, 4, 0);
  show(what, info[5]);
}

static void truncated(const char *what, long flags) {
  long fd = C4(OPENAT, HERE, "m", 01102, 0644);
  fill(fd, 4);
  char *m = (char *)map(fd, flags, 8);
  text(what);
  text("\n");
  show("first", m[0]);
  m[PAGE] = 'a';
  m[3 * PAGE] = 'b';
  touch("beyond the end", m + 4 * PAGE, 0);
  show("shorter", call(FTRUNCATE, fd, PAGE + 100, 0, 0, 0, 0));
  show("before the end", m[PAGE]);
  show("behind the end in its page", m[PAGE + 200] == 0 || flags == MAP_PRIVATE);
  touch("a page that was there", m + 2 * PAGE, 0);
  touch("a page that was written", m + 3 * PAGE, 0);
  touch("and written again", m + 3 * PAGE, 1);
  show("longer", call(FTRUNCATE, fd, 6 * PAGE, 0, 0, 0, 0));
  show("zeros", m[3 * PAGE]);
  show("and further", m[5 * PAGE]);
  touch("beyond the new end", m + 6 * PAGE, 0);
  C2(MUNMAP, m, 8 * PAGE);
  C1(CLOSE, fd);
}

/* /dev/zero is anonymous memory; other devices cannot be mapped. */
static void zero_device(void) {
  long fd = C4(OPENAT, HERE, "/dev/zero", 2, 0);
  volatile char *own = (char *)map(fd, MAP_PRIVATE, 2), *both = (char *)map(fd, MAP_SHARED, 2);
  show("zeros", own[0] == 0 && both[PAGE] == 0);
  long child = call(CLONE, 17, 0, 0, 0, 0, 0);
  if (child == 0) {
    own[0] = both[0] = 5;
    C1(EXIT_GROUP, 0);
  }
  C5(WAITID, 1, child, 0, 4, 0);
  show("private", own[0]);
  show("shared", both[0]);
  C1(CLOSE, fd);
  fd = C4(OPENAT, HERE, "/dev/null", 2, 0);
  show("null", call(MMAP2, 0, PAGE, RW, MAP_PRIVATE, fd, 0));
  C1(CLOSE, fd);
}

static void holes(void) {
  long fd = C4(OPENAT, HERE, "h", 01102, 0644);
  fill(fd, 6);
  char *m = (char *)map(fd, MAP_SHARED, 6);
  m[2 * PAGE + 5] = 'y';
  show("punch without keep", call(FALLOCATE, fd, 2, PAGE, 0, PAGE, 0));
  show("punch", call(FALLOCATE, fd, 3, 2 * PAGE, 0, 2 * PAGE, 0));
  show("zero", m[2 * PAGE + 5]);
  show("punch a part", call(FALLOCATE, fd, 3, 10, 0, 20, 0));
  show("kept", m[9]);
  show("punched", m[10]);
  show("punched", m[29]);
  show("kept", m[30]);
  show("punch beyond the end", call(FALLOCATE, fd, 3, 9 * PAGE, 0, PAGE, 0));
  show("size", seek(fd, 0, 2));
  show("data from 0", seek(fd, 0, 3));
  show("hole from 0", seek(fd, 0, 4));
  show("data from the hole", seek(fd, 2 * PAGE + 7, 3));
  show("hole in the hole", seek(fd, 2 * PAGE + 7, 4));
  show("hole at the end", seek(fd, 4 * PAGE, 4));
  show("data at the end", seek(fd, 6 * PAGE, 3));
  show("hole beyond", seek(fd, 7 * PAGE, 4));
  call(FTRUNCATE, fd, 9 * PAGE, 0, 0, 0, 0);
  show("no data to the end", seek(fd, 6 * PAGE, 3));
  C1(CLOSE, fd);
}

static void exchange(void) {
  C3(MKDIRAT, HERE, "d", 0755);
  C3(MKDIRAT, HERE, "d/e", 0755);
  long fd = C4(OPENAT, HERE, "d/f", 0101, 0644);
  C3(WRITE, fd, "inner", 5);
  C1(CLOSE, fd);
  fd = C4(OPENAT, HERE, "g", 0101, 0644);
  C3(WRITE, fd, "outer!", 6);
  C1(CLOSE, fd);
  show("exchange files", C5(RENAMEAT2, HERE, "g", HERE, "d/f", 2));
  fd = C4(OPENAT, HERE, "g", 0, 0);
  show("inner", C3(READ, fd, buffer, 100));
  C1(CLOSE, fd);
  show("exchange with a missing name", C5(RENAMEAT2, HERE, "g", HERE, "missing", 2));
  show("exchange with a part of itself", C5(RENAMEAT2, HERE, "d", HERE, "d/e", 2));
  show("exchange file and directory", C5(RENAMEAT2, HERE, "g", HERE, "d/e", 2));
  show("now a directory", C4(OPENAT, HERE, "g", 0200000, 0) >= 0);
  show("both flags", C5(RENAMEAT2, HERE, "g", HERE, "d/e", 3));
  u32 st[64];
  C5(STATX, HERE, "d", 0, 0x7ff, st);
  show("links", st[4]);
}

/* A child that asked for it gets a signal when its parent ends. */
static void orphan(void) {
  int ready[2], told[2];
  C2(PIPE2, ready, 0);
  C2(PIPE2, told, 0);
  long parent = call(CLONE, 17, 0, 0, 0, 0, 0);
  if (parent == 0) {
    if (call(CLONE, 17, 0, 0, 0, 0, 0) == 0) {
      C1(CLOSE, told[0]);
      int signal = 0;
      C5(PRCTL, 1, 10, 0, 0, 0);
      C5(PRCTL, 2, &signal, 0, 0, 0);
      C3(WRITE, told[1], &signal, 4);
      C3(WRITE, ready[1], "x", 1);
      for (;;) C4(PPOLL, 0, 0, 0, 0);
    }
    C3(READ, ready[0], buffer, 1);
    C1(EXIT_GROUP, 0);
  }
  C1(CLOSE, told[1]);
  C5(WAITID, 1, parent, 0, 4, 0);
  int signal = 0;
  show("told", C3(READ, told[0], &signal, 4));
  show("signal", signal);
  show("the pipe ends with the orphan", C3(READ, told[0], &signal, 4));
  show("bad signal", C5(PRCTL, 1, 65, 0, 0, 0));
}

int main(int argc, char **argv) {
  C1(CHDIR, argv[1]);
  truncated("shared", MAP_SHARED);
  truncated("private", MAP_PRIVATE);
  zero_device();
  holes();
  exchange();
  orphan();
  return 0;
}
