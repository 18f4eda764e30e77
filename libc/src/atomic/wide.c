/* Atomic access to 8 bytes, which no instruction of RV32 changes in one step: under a lock. Names as GCC's objects call them. */
#include <stdbool.h>
#include <stdint.h>

#include "lock.h"

/* Replaces the object by what `expression` makes of `old` and `value`. */
#define CHANGE(object, expression)                    \
  int *lock = __atomic_lock_of(object);               \
  uint64_t old = *(volatile uint64_t *)object;        \
  *(volatile uint64_t *)object = (expression);        \
  __atomic_unlock(lock)

NAMED(uint64_t, atomic_load_8, (const volatile void *object, int order)) {
  (void)order;
  int *lock = __atomic_lock_of(object);
  uint64_t value = *(const volatile uint64_t *)object;
  __atomic_unlock(lock);
  return value;
}

NAMED(void, atomic_store_8, (volatile void *object, uint64_t value, int order)) {
  (void)order;
  CHANGE(object, value);
  (void)old;
}

NAMED(uint64_t, atomic_exchange_8, (volatile void *object, uint64_t value, int order)) {
  (void)order;
  CHANGE(object, value);
  return old;
}

NAMED(uint64_t, sync_lock_test_and_set_8, (volatile void *object, uint64_t value)) {
  CHANGE(object, value);
  return old;
}

NAMED(uint64_t, sync_val_compare_and_swap_8, (volatile void *object, uint64_t expected, uint64_t desired)) {
  CHANGE(object, old == expected ? desired : old);
  return old;
}

NAMED(bool, sync_bool_compare_and_swap_8, (volatile void *object, uint64_t expected, uint64_t desired)) {
  CHANGE(object, old == expected ? desired : old);
  return old == expected;
}

NAMED(bool, atomic_compare_exchange_8, (volatile void *object, void *expected, uint64_t desired, int success, int failure)) {
  (void)success;
  (void)failure;
  uint64_t *wanted = expected;
  CHANGE(object, old == *wanted ? desired : old);
  bool is_same = old == *wanted;
  if (!is_same) {
    *wanted = old;
  }
  return is_same;
}

#define OPERATION(op, expression)                                                              \
  NAMED(uint64_t, atomic_fetch_##op##_8, (volatile void *object, uint64_t value, int order)) { \
    (void)order;                                                                               \
    CHANGE(object, expression);                                                                \
    return old;                                                                                \
  }                                                                                            \
  NAMED(uint64_t, atomic_##op##_fetch_8, (volatile void *object, uint64_t value, int order)) { \
    (void)order;                                                                               \
    CHANGE(object, expression);                                                                \
    return (expression);                                                                       \
  }                                                                                            \
  NAMED(uint64_t, sync_fetch_and_##op##_8, (volatile void *object, uint64_t value)) {          \
    CHANGE(object, expression);                                                                \
    return old;                                                                                \
  }                                                                                            \
  NAMED(uint64_t, sync_##op##_and_fetch_8, (volatile void *object, uint64_t value)) {          \
    CHANGE(object, expression);                                                                \
    return (expression);                                                                       \
  }

OPERATION(add, old + value)
OPERATION(sub, old - value)
OPERATION(and, old & value)
OPERATION(or, old | value)
OPERATION(xor, old ^ value)
OPERATION(nand, ~(old & value))
