/*
 * The end of the data segment. The brk call returns the new end, or the old one if it could not be moved; it has no
 * error number, so ENOMEM is made up here.
 */
#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "../internal/libc.h"

static uintptr_t current_break; /* 0 until the kernel was asked */

static int move_break(uintptr_t wanted) {
  uintptr_t end = __sys_brk(wanted);
  current_break = end;
  if (end != wanted) {
    errno = ENOMEM;
    return -1;
  }
  return 0;
}

int brk(void *end) {
  return move_break((uintptr_t)end);
}

void *sbrk(intptr_t bytes) {
  if (current_break == 0) {
    current_break = __sys_brk(0);
  }
  uintptr_t before = current_break;
  uintptr_t after = before + (uintptr_t)bytes;
  int wraps = bytes > 0 ? after < before : after > before;
  if (bytes != 0 && wraps) {
    errno = ENOMEM;
    return (void *)-1;
  }
  if (bytes != 0 && move_break(after) < 0) {
    return (void *)-1;
  }
  return (void *)before;
}
