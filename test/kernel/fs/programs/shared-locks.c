/* Locks on ranges that belong to an open file (F_OFD_*), among themselves and with those of a process. argv[1]: an empty directory. */
#include "call.h"

enum { GETLK = 12, SETLK = 13, OFD_GETLK = 36, OFD_SETLK = 37, OFD_SETLKW = 38, READ_LOCK = 0, WRITE_LOCK = 1, UNLOCK = 2 };
static struct { short type, whence; int pad; long long start, length; int pid, rest; } range;
static int fds[2];

static long lock(long fd, long command, int type, long start, long length) {
  memset(&range, 0, sizeof range);
  range.type = type;
  range.start = start;
  range.length = length;
  return C3(FCNTL, fd, command, &range);
}
static void in_the_way(const char *what, long fd, long command, int type, long start, long length) {
  show(what, lock(fd, command, type, start, length));
  show(" type", range.type);
  show(" start", range.type == UNLOCK ? 0 : range.start);
  show(" length", range.type == UNLOCK ? 0 : range.length);
  show(" of an open file", range.type != UNLOCK && range.pid == -1);
}

int main(int argc, char **argv) {
  char byte = 0;
  C1(CHDIR, argv[1]);
  long a = C4(OPENAT, HERE, "l", 0102, 0600);
  long b = C4(OPENAT, HERE, "l", 02, 0);
  long reader = C4(OPENAT, HERE, "l", 0, 0);
  C2(PIPE2, fds, 0);
  show("one open file", lock(a, OFD_SETLK, WRITE_LOCK, 0, 10));
  show("another", lock(b, OFD_SETLK, WRITE_LOCK, 5, 10));
  in_the_way("what is in its way", b, OFD_GETLK, READ_LOCK, 0, 0);
  in_the_way("its own is not", a, OFD_GETLK, WRITE_LOCK, 0, 0);
  show("nor is it for a copy of the descriptor", lock(C1(DUP, a), OFD_SETLK, READ_LOCK, 8, 4));
  in_the_way("but it is for its process", a, GETLK, WRITE_LOCK, 0, 0);
  show(" which is refused", lock(a, SETLK, READ_LOCK, 0, 1));
  show(" and has what is free", lock(a, SETLK, WRITE_LOCK, 50, 1));
  show(" against its own open file", lock(a, OFD_SETLK, READ_LOCK, 50, 1));
  show("for writing without the right to", lock(reader, OFD_SETLK, WRITE_LOCK, 90, 1));
  show("no such kind", lock(a, OFD_SETLK, 3, 0, 1));
  range.type = WRITE_LOCK;
  range.pid = 1;
  show("for a process", C3(FCNTL, a, OFD_SETLK, &range));
  show(" asked", C3(FCNTL, a, OFD_GETLK, &range));
  show("closing another descriptor of the file", C1(CLOSE, reader));
  in_the_way("leaves the open file's", b, OFD_GETLK, READ_LOCK, 0, 0);
  in_the_way("but not the process's", b, OFD_GETLK, READ_LOCK, 50, 1);

  long child = call(CLONE, 17, 0, 0, 0, 0, 0);
  if (child == 0) {
    /* The open file is the parent's, too: so are its locks. */
    show("in a child", lock(a, OFD_SETLK, WRITE_LOCK, 0, 1));
    show("what the parent's other file may not have", lock(b, OFD_SETLK, READ_LOCK, 0, 1));
    C3(WRITE, fds[1], &byte, 1);
    long long some[2] = {0, 30000000};
    C4(NANOSLEEP, 1, 0, some, 0);
    C1(EXIT_GROUP, -lock(a, OFD_SETLK, UNLOCK, 0, 0));
  }
  C3(READ, fds[0], &byte, 1);
  show("waited for", lock(b, OFD_SETLKW, WRITE_LOCK, 0, 0));
  long info[32];
  memset(info, 0, sizeof info);
  C5(WAITID, 1, child, info, 4, 0);
  show("unlocked by the child", info[5]);
  show("the other has lost it", lock(a, OFD_SETLK, READ_LOCK, 3, 1));
  show("closed", C1(CLOSE, b));
  show("free", lock(a, OFD_SETLK, READ_LOCK, 3, 1));
  return 0;
}
