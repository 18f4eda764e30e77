/* Atomic access to 8 bytes, which no instruction of RV32 changes in one step: under a lock. Names as GCC's objects call them. */
#include <stdbool.h>
#include <stdint.h>

#include "lock.h"

#define BYTES 8
#define TYPE uint64_t
#include "names.h"

/* Replaces the object by what `expression` makes of `old` and `value`. */
#define CHANGE(object, expression)            \
  int *lock = __atomic_lock_of(object);       \
  TYPE old = *(volatile TYPE *)object;        \
  *(volatile TYPE *)object = (expression);    \
  __atomic_unlock(lock)

PART(TYPE, atomic_load_, (const volatile void *object, int order)) {
  (void)order;
  int *lock = __atomic_lock_of(object);
  TYPE value = *(const volatile TYPE *)object;
  __atomic_unlock(lock);
  return value;
}

PART(void, atomic_store_, (volatile void *object, TYPE value, int order)) {
  (void)order;
  CHANGE(object, value);
  (void)old;
}

PART(TYPE, sync_val_compare_and_swap_, (volatile void *object, TYPE expected, TYPE desired)) {
  CHANGE(object, old == expected ? desired : old);
  return old;
}

PART(bool, sync_bool_compare_and_swap_, (volatile void *object, TYPE expected, TYPE desired)) {
  CHANGE(object, old == expected ? desired : old);
  return old == expected;
}

PART(bool, atomic_compare_exchange_, (volatile void *object, void *expected, TYPE desired, int success, int failure)) {
  (void)success;
  (void)failure;
  TYPE *wanted = expected;
  CHANGE(object, old == *wanted ? desired : old);
  bool is_same = old == *wanted;
  if (!is_same) {
    *wanted = old;
  }
  return is_same;
}

#include "operations.h"
