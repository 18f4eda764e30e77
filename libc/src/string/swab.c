/* Exchanging the bytes of each pair (POSIX.1-2008). */
#include <unistd.h>

void swab(const void *from, void *to, ssize_t bytes) {
  const char *source = from;
  char *target = to;
  for (; bytes > 1; bytes -= 2, source += 2, target += 2) {
    char first = source[0];
    target[0] = source[1];
    target[1] = first;
  }
}
