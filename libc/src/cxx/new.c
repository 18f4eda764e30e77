/*
 * C++: operator new and delete under their mangled names (Itanium C++ ABI 5.1; size_t is `j` on ILP32). Exceptions do not
 * exist here: the forms that should throw std::bad_alloc say so and abort.
 */
#include <stdlib.h>

#include "../internal/libc.h"

/* new of 0 bytes yields a pointer of its own, and malloc(0) does. */
void *_Znwj(size_t bytes) {
  void *object = malloc(bytes);
  if (object == 0) {
    __complain("operator new: no memory for ");
    __complain_decimal(bytes);
    __complain(" bytes\n");
    abort();
  }
  return object;
}

void *_Znaj(size_t bytes) {
  return _Znwj(bytes);
}

/* operator new(std::size_t, std::nothrow_t const&) */
void *_ZnwjRKSt9nothrow_t(size_t bytes, const void *nothrow) {
  (void)nothrow;
  return malloc(bytes);
}

void *_ZnajRKSt9nothrow_t(size_t bytes, const void *nothrow) {
  (void)nothrow;
  return malloc(bytes);
}

/* operator new(std::size_t, std::align_val_t) */
void *_ZnwjSt11align_val_t(size_t bytes, size_t alignment) {
  void *object = aligned_alloc(alignment, bytes);
  if (object == 0) {
    __complain("operator new: no memory for an aligned object\n");
    abort();
  }
  return object;
}

void *_ZnajSt11align_val_t(size_t bytes, size_t alignment) {
  return _ZnwjSt11align_val_t(bytes, alignment);
}

/* operator delete, plain and for arrays, with and without size and alignment: free knows both. */
void _ZdlPv(void *object) {
  free(object);
}

void _ZdaPv(void *object) {
  free(object);
}

void _ZdlPvj(void *object, size_t bytes) {
  (void)bytes;
  free(object);
}

void _ZdaPvj(void *object, size_t bytes) {
  (void)bytes;
  free(object);
}

void _ZdlPvRKSt9nothrow_t(void *object, const void *nothrow) {
  (void)nothrow;
  free(object);
}

void _ZdaPvRKSt9nothrow_t(void *object, const void *nothrow) {
  (void)nothrow;
  free(object);
}

void _ZdlPvSt11align_val_t(void *object, size_t alignment) {
  (void)alignment;
  free(object);
}

void _ZdaPvSt11align_val_t(void *object, size_t alignment) {
  (void)alignment;
  free(object);
}

void _ZdlPvjSt11align_val_t(void *object, size_t bytes, size_t alignment) {
  (void)bytes;
  (void)alignment;
  free(object);
}

void _ZdaPvjSt11align_val_t(void *object, size_t bytes, size_t alignment) {
  (void)bytes;
  (void)alignment;
  free(object);
}
