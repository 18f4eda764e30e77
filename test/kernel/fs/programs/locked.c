/* Locks on ranges of a file: which one is in the way, what becomes one lock, and who would wait for ever. argv[1]: an empty directory. */
#include "call.h"

enum { GETLK = 12, SETLK = 13, SETLKW = 14, READ_LOCK = 0, WRITE_LOCK = 1, UNLOCK = 2 };
static struct { short type, whence; int pad; long long start, length; int pid, rest; } range;
static int fds[2], back[2];

static long lock(long fd, long command, int type, long start, long length) {
  memset(&range, 0, sizeof range);
  range.type = type;
  range.start = start;
  range.length = length;
  return C3(FCNTL, fd, command, &range);
}
static void in_the_way(const char *what, long fd, int type, long start, long length) {
  show(what, lock(fd, GETLK, type, start, length));
  show(" type", range.type);
  show(" start", range.type == UNLOCK ? 0 : range.start);
  show(" length", range.type == UNLOCK ? 0 : range.length);
}
static char byte;
static void tell(int *pipe) { C3(WRITE, pipe[1], &byte, 1); }
static void listen(int *pipe) { C3(READ, pipe[0], &byte, 1); }

int main(int argc, char **argv) {
  C1(CHDIR, argv[1]);
  long fd = C4(OPENAT, HERE, "l", 0102, 0600);
  C2(PIPE2, fds, 0);
  C2(PIPE2, back, 0);
  long child = call(CLONE, 17, 0, 0, 0, 0, 0);
  if (child == 0) {
    lock(fd, SETLK, READ_LOCK, 20, 5);
    lock(fd, SETLK, WRITE_LOCK, 10, 5);
    lock(fd, SETLK, READ_LOCK, 1, 5);
    lock(fd, SETLK, READ_LOCK, 6, 4);
    lock(fd, SETLK, WRITE_LOCK, 15, 2);
    tell(fds);
    listen(back);
    lock(fd, SETLK, UNLOCK, 12, 1);
    tell(fds);
    listen(back);
    /* The parent has 100 and waits for 1: waiting for 100 would never end. */
    long long some[2] = {0, 30000000};
    C4(NANOSLEEP, 1, 0, some, 0);
    long result = lock(fd, SETLKW, WRITE_LOCK, 100, 1);
    lock(fd, SETLK, UNLOCK, 0, 0);
    C1(EXIT_GROUP, -result);
  }
  listen(fds);
  in_the_way("the first from the start", fd, WRITE_LOCK, 0, 0);
  in_the_way("against reading", fd, READ_LOCK, 0, 0);
  in_the_way("behind it", fd, WRITE_LOCK, 18, 0);
  in_the_way("between them", fd, WRITE_LOCK, 17, 3);
  tell(back);
  listen(fds);
  in_the_way("what is left before a hole", fd, READ_LOCK, 0, 0);
  in_the_way("and behind it", fd, READ_LOCK, 12, 0);
  show("mine", lock(fd, SETLK, WRITE_LOCK, 100, 1));
  show("not mine", lock(fd, SETLK, WRITE_LOCK, 1, 1));
  tell(back);
  show("waited for", lock(fd, SETLKW, WRITE_LOCK, 1, 1));
  long info[32];
  memset(info, 0, sizeof info);
  C5(WAITID, 1, child, info, 4, 0);
  show("the child was refused with", info[5]);
  return 0;
}
