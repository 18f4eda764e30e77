/* Named pipes: how they are made and opened, who waits for whom, and what a pipe may hold. argv[1]: an empty directory. */
#include "call.h"

enum {
  MKNODAT = 33, SETITIMER = 103, SET_PIPE_SIZE = 1031, GET_PIPE_SIZE = 1032, F_SETFL = 4,
  NONBLOCK = 04000, RDWR = 2, CREAT = 0100, EXCL = 0200, TRUNC = 01000, PATH = 010000000,
  FIFO = 010000, DIRECTORY = 040000, FILE = 0100000,
};
static char buffer[8192];

static long open_as(const char *name, long flags) { return C4(OPENAT, HERE, name, flags, 0644); }
static long make(const char *name, long mode) { return C4(MKNODAT, HERE, name, mode, 0); }
static long poll_now(long fd) {
  struct { int fd; short events, revents; } wanted = {(int)fd, 0x7fff & ~0x20, 0};
  long long now[2] = {0, 0};
  long ready = C5(PPOLL, &wanted, 1, now, 0, 8);
  return ready < 0 ? ready : wanted.revents & (1 | 4 | 8 | 16);
}
static long mode_of(const char *name) {
  static struct { u32 mask, blksize; u64 attributes; u32 nlink, uid, gid; unsigned short mode, spare; } s[8];
  long result = C5(STATX, HERE, name, 0x100, 0x7ff, s);
  return result < 0 ? result : s[0].mode;
}
static long wait_for(long child) {
  long info[32];
  memset(info, 0, sizeof info);
  C5(WAITID, 1, child, info, 4, 0);
  return info[5];
}
static long fork_child(void) { return call(CLONE, 17, 0, 0, 0, 0, 0); }
static void on_alarm(int signal) { (void)signal; }

static void making(void) {
  C1(UMASK, 022);
  show("pipe", make("p", FIFO | 0666));
  show("its mode", mode_of("p"));
  show("again", make("p", FIFO | 0666));
  show("file", make("f", FILE | 0640));
  show("its mode", mode_of("f"));
  show("no type", make("g", 0600));
  show("its mode", mode_of("g"));
  show("directory", make("d", DIRECTORY | 0700));
  show("unknown type", make("d", 0110000 | 0700));
  show("over a file", make("f", FIFO | 0600));
  show("no directory", make("none/p", FIFO | 0600));
  show("trailing slash", make("q/", FIFO | 0600));
  show("below a file", make("f/p", FIFO | 0600));
  show("link", C5(LINKAT, HERE, "p", HERE, "l", 0));
  show("rename over a file", C5(RENAMEAT2, HERE, "l", HERE, "f", 0));
  show("is a pipe", mode_of("f"));
  show("rename over a pipe", C5(RENAMEAT2, HERE, "g", HERE, "p", 0));
  show("is a file", mode_of("p"));
  show("unlink", C3(UNLINKAT, HERE, "p", 0));
  show("unlink the last", C3(UNLINKAT, HERE, "f", 0));
}

static void without_waiting(void) {
  make("p", FIFO | 0600);
  show("writer alone", open_as("p", 1 | NONBLOCK));
  long r = open_as("p", NONBLOCK);
  show("poll before any writer", poll_now(r));
  show("read before any writer", C3(READ, r, buffer, 10));
  long w = open_as("p", 1 | NONBLOCK);
  show("poll with a writer", poll_now(r));
  show("read with a writer", C3(READ, r, buffer, 10));
  show("write", C3(WRITE, w, "abc", 3));
  show("writer's poll", poll_now(w));
  C1(CLOSE, w);
  show("poll after it", poll_now(r));
  show("read", C3(READ, r, buffer, 10));
  show("poll at the end", poll_now(r));
  long late = open_as("p", NONBLOCK);
  show("poll of a later reader", poll_now(late));
  C1(CLOSE, late);
  w = open_as("p", 1);
  C1(CLOSE, r);
  show("poll without readers", poll_now(w));
  show("size of a seek", C5(LLSEEK, w, 0, 0, buffer, 0));
  show("length", call(FTRUNCATE, w, 10, 0, 0, 0, 0));
  show("map", call(MMAP2, 0, 4096, 1, 2, w, 0));
  C1(CLOSE, w);
  long both = open_as("p", RDWR);
  show("both ends", both >= 0);
  show("poll of both", poll_now(both));
  C3(WRITE, both, "xyz", 3);
  show("from itself", C3(READ, both, buffer, 10));
  C1(CLOSE, both);
  show("exclusive", open_as("p", RDWR | CREAT | EXCL));
  long truncated = open_as("p", RDWR | CREAT | TRUNC);
  show("truncating", truncated >= 0);
  C1(CLOSE, truncated);
  long place = open_as("p", PATH);
  show("its place alone", place >= 0);
  C1(CLOSE, place);
}

static void waiting(void) {
  /* Either end may come first; a writer that has gone again was there. */
  for (int late = 0; late < 2; late++) {
    long child = fork_child();
    if (child == 0) {
      long long some[2] = {0, 20000000};
      if (late) C4(NANOSLEEP, 1, 0, some, 0);
      long r = open_as("p", 0), sum = 0, n;
      while ((n = C3(READ, r, buffer, 4)) > 0) sum += n;
      C1(EXIT_GROUP, n < 0 ? 99 : sum);
    }
    long w = open_as("p", 1);
    show("written", C3(WRITE, w, "0123456789", 10));
    C1(CLOSE, w);
    show("read by the child", wait_for(child));
  }
  /* Two readers wait, one writer serves both. */
  long one = fork_child();
  if (one == 0) C1(EXIT_GROUP, C3(READ, open_as("p", 0), buffer, 1));
  long two = fork_child();
  if (two == 0) C1(EXIT_GROUP, C3(READ, open_as("p", 0), buffer, 1));
  long long some[2] = {0, 50000000};
  C4(NANOSLEEP, 1, 0, some, 0);
  long w = open_as("p", 1 | NONBLOCK);
  show("they can be met without waiting", w >= 0);
  show("written", C3(WRITE, w, "ab", 2));
  show("one", wait_for(one));
  show("two", wait_for(two));
  C1(CLOSE, w);
}

static void interrupted(void) {
  struct { void *handler; long flags; u32 mask[2]; } action = {(void *)on_alarm, 0, {0, 0}};
  C4(SIGACTION, 14, &action, 0, 8);
  long timer[4] = {0, 0, 0, 20000};
  C3(SETITIMER, 0, timer, 0);
  show("interrupted", open_as("p", 0));
  show("nobody is left", open_as("p", 1 | NONBLOCK));
  long child = fork_child();
  if (child == 0) C1(EXIT_GROUP, open_as("p", 1));
  long long some[2] = {0, 20000000};
  C4(NANOSLEEP, 1, 0, some, 0);
  C2(KILL, child, 9);
  show("killed", wait_for(child));
  long r = open_as("p", NONBLOCK);
  show("no writer", C3(READ, r, buffer, 1));
  C1(CLOSE, r);
}

static void sizes(void) {
  int fds[2];
  C2(PIPE2, fds, NONBLOCK);
  show("as made", C3(FCNTL, fds[0], GET_PIPE_SIZE, 0));
  show("one byte", C3(FCNTL, fds[0], SET_PIPE_SIZE, 1));
  show("no byte", C3(FCNTL, fds[0], SET_PIPE_SIZE, 0));
  show("fills", C3(WRITE, fds[1], buffer, 8192));
  show("full", C3(WRITE, fds[1], buffer, 1));
  show("a little more", C3(FCNTL, fds[1], SET_PIPE_SIZE, 4097));
  show("fills again", C3(WRITE, fds[1], buffer, 8192));
  show("too little", C3(FCNTL, fds[1], SET_PIPE_SIZE, 4096));
  show("drained", C3(READ, fds[0], buffer, 5000));
  show("odd", C3(FCNTL, fds[1], SET_PIPE_SIZE, 70000));
  show("kept", C3(READ, fds[0], buffer, 8192));
  show("largest", C3(FCNTL, fds[1], SET_PIPE_SIZE, 1 << 20));
  show("negative", C3(FCNTL, fds[1], SET_PIPE_SIZE, -1));
  show("size", C3(FCNTL, fds[1], GET_PIPE_SIZE, 0));
  show("of a file", C3(FCNTL, open_as("x", RDWR | CREAT), GET_PIPE_SIZE, 0));
  show("for a file", C3(FCNTL, open_as("x", RDWR), SET_PIPE_SIZE, 4096));
}

int main(int argc, char **argv) {
  C1(CHDIR, argv[1]);
  making();
  without_waiting();
  waiting();
  interrupted();
  sizes();
  return 0;
}
