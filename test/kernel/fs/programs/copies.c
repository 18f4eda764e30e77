/* copy_file_range and sendfile: what is copied, where the offsets are then, what is refused; close_range. argv[1]: an empty directory. */
#include "call.h"

enum { SENDFILE = 71, COPY = 285, CLOSE_RANGE = 436, GETFD = 1, BYTES = 300000 };
static char bytes[BYTES], found[BYTES];

static long long at(long fd) {
  long long offset = -1;
  C5(LLSEEK, fd, 0, 0, &offset, 1);
  return offset;
}
static void rewind_(long fd) {
  long long offset;
  C5(LLSEEK, fd, 0, 0, &offset, 0);
}
static long copy(long in, long long *in_offset, long out, long long *out_offset, u32 length, u32 flags) {
  return call(COPY, in, (long)in_offset, out, (long)out_offset, (long)length, (long)flags);
}
static u32 differing(long fd, u32 from, u32 count) {
  u32 different = 0;
  memset(found, 0, BYTES);
  call(PREAD, fd, (long)found, BYTES, 0, 0, 0);
  for (u32 i = 0; i < count; i++) different += found[from + i] != bytes[i];
  return different;
}
static void closing(void) {
  int fds[6];
  for (int i = 0; i < 6; i += 2) C2(PIPE2, fds + i, 0);
  show("marked", C3(CLOSE_RANGE, fds[1], fds[2], 4));
  show(" not before", C2(FCNTL, fds[0], GETFD));
  show(" from", C2(FCNTL, fds[1], GETFD));
  show(" to", C2(FCNTL, fds[2], GETFD));
  show(" not behind", C2(FCNTL, fds[3], GETFD));
  show("closed", C3(CLOSE_RANGE, fds[2], fds[4], 0));
  show(" not before", C2(FCNTL, fds[1], GETFD));
  show(" from", C2(FCNTL, fds[2], GETFD));
  show(" to", C2(FCNTL, fds[4], GETFD));
  show(" not behind", C2(FCNTL, fds[5], GETFD));
  show("in a table of its own", C3(CLOSE_RANGE, fds[5], fds[5], 2));
  show(" the descriptor", C2(FCNTL, fds[5], GETFD));
  show("none of them open", C3(CLOSE_RANGE, 500, -1, 0));
  show("the wrong way round", C3(CLOSE_RANGE, 7, 6, 0));
  show("unknown flag", C3(CLOSE_RANGE, 500, 600, 1));
}

int main(int argc, char **argv) {
  C1(CHDIR, argv[1]);
  for (u32 i = 0; i < BYTES; i++) bytes[i] = (char)(i * 7 + (i >> 8) * 13);
  long in = C4(OPENAT, HERE, "in", 0102, 0600), out = C4(OPENAT, HERE, "out", 0102, 0600);
  C3(WRITE, in, bytes, BYTES);
  rewind_(in);
  show("a part", copy(in, 0, out, 0, 1000, 0));
  show(" it was at", (long)at(in));
  show(" and at", (long)at(out));
  show(" differing", differing(out, 0, 1000));
  long long from = 0, to = 5000;
  show("places", copy(in, &from, out, &to, 6000, 0));
  show(" then", (long)from);
  show(" then", (long)to);
  show(" and as before", (long)at(in));
  show(" and as before", (long)at(out));
  show(" differing", differing(out, 5000, 6000));
  long total = 0, moved;
  from = 0;
  rewind_(out);
  while ((moved = copy(in, &from, out, 0, BYTES, 0)) > 0) total += moved;
  show("all of it", total);
  show(" the end", moved);
  show(" differing", differing(out, 0, BYTES));
  from = 0, to = 100;
  show("over itself", copy(in, &from, in, &to, 101, 0));
  show("beside itself", copy(in, &from, in, &to, 100, 0));
  from = BYTES - 10, to = BYTES;
  show("what it has at its end", copy(in, &from, in, &to, 4000, 0));
  from = BYTES + 10, to = 0;
  show("from its end on", copy(in, &from, out, &to, 10, 0));
  show("no bytes", copy(in, 0, out, 0, 0, 0));
  from = -1;
  show("before the start", copy(in, &from, out, &to, 10, 0));
  from = 0x7fffffffffffffff;
  show("beyond all numbers", copy(in, &from, out, &to, 10, 0));
  show("offset nowhere", copy(in, (long long *)8, out, 0, 10, 0));
  show("unknown flag", copy(in, 0, out, 0, 10, 1));
  show("no such descriptor", copy(in, 0, 99, 0, 10, 0));
  long reader = C4(OPENAT, HERE, "in", 0, 0), adder = C4(OPENAT, HERE, "out", 02001, 0), directory = C4(OPENAT, HERE, ".", 0, 0);
  show("to one for reading", copy(in, 0, reader, 0, 10, 0));
  show("from one for writing", copy(adder, 0, out, 0, 10, 0));
  show("to one for appending", copy(in, 0, adder, 0, 10, 0));
  show("from a directory", copy(directory, 0, out, 0, 10, 0));
  int fds[2];
  C2(PIPE2, fds, 0);
  show("to a pipe", copy(in, 0, fds[1], 0, 10, 0));
  /* What has been stored through a mapping is copied, too. */
  C2(FTRUNCATE, out, 0);
  rewind_(out);
  char *map = (char *)call(MMAP2, 0, 4096, 3, 1, in, 0);
  from = 0;
  map[0] = bytes[0] = 'm';
  show("a mapped file", copy(in, &from, out, 0, 10, 0));
  show(" differing", differing(out, 0, 10));
  map[1] = bytes[1] = 'n';
  from = 0;
  C2(FTRUNCATE, out, 0);
  rewind_(out);
  show("by sendfile", C4(SENDFILE, out, in, 0, 0));
  rewind_(in);
  show("by sendfile", C4(SENDFILE, out, in, 0, 10));
  show(" differing", differing(out, 0, 10));
  C2(FTRUNCATE, in, 40 << 20);
  from = 0;
  to = 20 << 20;
  show("over itself, far apart", copy(in, &from, in, &to, 40 << 20, 0));
  closing();
  return 0;
}
