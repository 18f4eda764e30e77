/* Atomic access to words as functions, for objects whose compiler was not told of the A extension (names of GCC's libatomic). */
#include <stdbool.h>
#include <stdint.h>

#include "lock.h"

NAMED(uint32_t, atomic_load_4, (const volatile void *object, int order)) {
  (void)order;
  return __atomic_load_n((const volatile uint32_t *)object, __ATOMIC_SEQ_CST);
}

NAMED(void, atomic_store_4, (volatile void *object, uint32_t value, int order)) {
  (void)order;
  __atomic_store_n((volatile uint32_t *)object, value, __ATOMIC_SEQ_CST);
}

NAMED(uint32_t, atomic_exchange_4, (volatile void *object, uint32_t value, int order)) {
  (void)order;
  return __atomic_exchange_n((volatile uint32_t *)object, value, __ATOMIC_SEQ_CST);
}

NAMED(bool, atomic_compare_exchange_4, (volatile void *object, void *expected, uint32_t desired, int success, int failure)) {
  (void)success;
  (void)failure;
  return __atomic_compare_exchange_n((volatile uint32_t *)object, (uint32_t *)expected, desired, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST);
}

#define OPERATION(op)                                                                       \
  NAMED(uint32_t, atomic_fetch_##op##_4, (volatile void *object, uint32_t value, int order)) { \
    (void)order;                                                                            \
    return __atomic_fetch_##op((volatile uint32_t *)object, value, __ATOMIC_SEQ_CST);       \
  }                                                                                         \
  NAMED(uint32_t, atomic_##op##_fetch_4, (volatile void *object, uint32_t value, int order)) { \
    (void)order;                                                                            \
    return __atomic_##op##_fetch((volatile uint32_t *)object, value, __ATOMIC_SEQ_CST);     \
  }

OPERATION(add)
OPERATION(sub)
OPERATION(and)
OPERATION(or)
OPERATION(xor)
OPERATION(nand)
