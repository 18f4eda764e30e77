/* Pipes of packets (O_DIRECT): what one read gets, how many fit, and what becomes of a pipe that is of both kinds. */
#include "call.h"

enum { DIRECT = 040000, NON_BLOCK = 04000, GETFL = 3, SETFL = 4, SET_SIZE = 1031, BYTES = 10000 };
static char from[BYTES], to[BYTES];
static int fds[2];

static long get(u32 count) {
  memset(to, 0, BYTES);
  return C3(READ, fds[0], to, count);
}
static void got(const char *what, u32 count, u32 begin) {
  long n = get(count);
  u32 different = 0;
  for (long i = 0; i < n; i++) different += to[i] != from[begin + i];
  show(what, n);
  if (n > 0) show(" differing", different);
}
static long put(u32 begin, u32 count) { return C3(WRITE, fds[1], from + begin, count); }

int main(int argc, char **argv) {
  for (u32 i = 0; i < BYTES; i++) from[i] = (char)(i * 7 + (i >> 8) * 13 + 1);
  show("pipe", C2(PIPE2, fds, DIRECT | NON_BLOCK));
  show("flags", C2(FCNTL, fds[1], GETFL) & (DIRECT | NON_BLOCK));
  put(0, 10);
  put(100, 20);
  put(200, 0);
  put(300, 30);
  int waiting = 0;
  C3(IOCTL, fds[0], 0x541b, &waiting);
  show("waiting", waiting);
  got("one packet", BYTES, 0);
  got("a part of one", 5, 100);
  got("the next", BYTES, 300);
  got("none", BYTES, 0);
  show("more than a packet has", put(0, BYTES));
  got("the first part", BYTES, 0);
  got("the second", BYTES, 4096);
  got("the rest", BYTES, 8192);
  struct { void *base; u32 bytes; } iov[3] = {{from, 3}, {from + 3, 5000}, {from + 5003, 10}};
  show("of three buffers", C3(WRITEV, fds[1], iov, 3));
  struct { void *base; u32 bytes; } two[2] = {{to, 4000}, {to + 4000, 6000}};
  show("into two", C3(READV, fds[0], two, 2));
  show("and what is left", C3(READV, fds[0], two, 2));

  long fitted = 0;
  while (put(0, 1) == 1) fitted++;
  show("packets of a byte", fitted);
  show("one more", put(0, 1));
  struct { int fd; short events, found; } wanted = {fds[1], 4, 0};
  u64 now[2] = {0, 0};
  show("ready for writing", C5(PPOLL, &wanted, 1, now, 0, 8));
  show("a smaller pipe", C3(FCNTL, fds[1], SET_SIZE, 4096));
  got("one", BYTES, 0);
  show("ready for writing", C5(PPOLL, &wanted, 1, now, 0, 8));
  show("another that fits in part", put(0, BYTES));
  for (long i = 1; i < fitted; i++) get(BYTES);
  got("that part", BYTES, 0);
  got("no more", BYTES, 0);

  put(20, 10);
  put(30, 10);
  show("as bytes", C3(FCNTL, fds[1], SETFL, NON_BLOCK));
  put(40, 10);
  put(50, 10);
  got("a packet", BYTES, 20);
  got("a packet", BYTES, 30);
  got("bytes", BYTES, 40);

  /* A reader that waits, and a writer that does. */
  C3(FCNTL, fds[0], SETFL, 0);
  C3(FCNTL, fds[1], SETFL, DIRECT);
  long child = call(CLONE, 17, 0, 0, 0, 0, 0);
  if (child == 0) {
    C1(CLOSE, fds[0]);
    long written = 0;
    for (int i = 0; i < 12; i++) written += put(0, BYTES);
    C1(EXIT_GROUP, written != 12 * BYTES);
  }
  C1(CLOSE, fds[1]);
  long n, packets = 0, total = 0;
  while ((n = get(BYTES)) > 0) {
    packets++;
    total += n;
  }
  show("packets", packets);
  show("bytes", total);
  long info[32];
  memset(info, 0, sizeof info);
  C5(WAITID, 1, child, info, 4, 0);
  show("the writer's", info[5]);
  return 0;
}
