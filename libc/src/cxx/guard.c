/*
 * C++: objects of static storage inside functions are made once (Itanium C++ ABI 3.3.3). The guard's first byte says
 * that the object exists; the second, that its constructor is running. There are no threads to wait for.
 */
#include <stdlib.h>

#include "../internal/libc.h"

int __cxa_guard_acquire(unsigned char *guard) {
  if (guard[0] != 0) {
    return 0;
  }
  if (guard[1] != 0) {
    __complain("C++: the constructor of a static object needs the object itself\n");
    abort();
  }
  guard[1] = 1;
  return 1;
}

void __cxa_guard_release(unsigned char *guard) {
  guard[0] = 1;
  guard[1] = 0;
}

void __cxa_guard_abort(unsigned char *guard) {
  guard[1] = 0;
}

/* Stands in virtual tables for functions without a body. */
void __cxa_pure_virtual(void) {
  __complain("C++: a pure virtual function was called\n");
  abort();
}

void __cxa_deleted_virtual(void) {
  __complain("C++: a deleted virtual function was called\n");
  abort();
}
