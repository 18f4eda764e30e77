/* errno, and how a raw system-call result becomes it. */
#include <errno.h>

#include "../internal/libc.h"

int errno;

int __result(int raw) {
  if ((unsigned int)raw > -4096U) {
    errno = -raw;
    return -1;
  }
  return raw;
}
