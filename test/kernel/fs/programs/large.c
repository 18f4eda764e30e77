/* Transfers larger than the machine's memory is meant to be: one call each, checked byte by byte. */
#include "call.h"

enum { BYTES = 360000, PIPED = 150000 };
static unsigned char from[BYTES], to[BYTES];

static unsigned char pattern(u32 i) { return (unsigned char)(i * 7 + (i >> 8) * 13 + (i >> 16)); }
static u32 differing(u32 bytes) {
  u32 count = 0;
  for (u32 i = 0; i < bytes; i++) count += to[i] != pattern(i);
  return count;
}

int main(int argc, char **argv) {
  C1(CHDIR, argv[1]);
  for (u32 i = 0; i < BYTES; i++) from[i] = pattern(i);
  long fd = C4(OPENAT, HERE, "large", 0102, 0600), high = 0;
  show("write", C3(WRITE, fd, from, BYTES));
  C5(LLSEEK, fd, 0, 0, &high, 0);
  struct { void *base; u32 bytes; } iov[3] = {{to, 1001}, {to + 1001, 199998}, {to + 200999, BYTES}};
  iov[2].bytes = BYTES - 200999;
  show("readv", C3(READV, fd, iov, 3));
  show("differing", differing(BYTES));
  show("pwrite", call(PWRITE, fd, (long)from, BYTES, BYTES, 0, 0));
  memset(to, 0, BYTES);
  show("pread", call(PREAD, fd, (long)to, BYTES, BYTES, 0, 0));
  show("differing", differing(BYTES));
  memset(to, 0, PIPED);
  int fds[2];
  C2(PIPE2, fds, 0);
  if (C5(CLONE, 17, 0, 0, 0, 0) == 0) {
    C1(CLOSE, fds[0]);
    C1(EXIT_GROUP, C3(WRITE, fds[1], from, PIPED) != PIPED);
  }
  C1(CLOSE, fds[1]);
  long n, total = 0;
  while ((n = C3(READ, fds[0], to + total, BYTES - total)) > 0) total += n;
  show("piped", total);
  show("differing", differing(PIPED));
  u32 info[32];
  C5(WAITID, 0, 0, info, 4, 0);
  show("child", info[5]);
  return 0;
}
