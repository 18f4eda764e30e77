/*
 * Atomic access to 1 and 2 bytes by compare-and-swap on the word around them. Always in sequentially consistent order, which is right for
 * every order asked for. Define BYTES and TYPE first.
 */
#include <stdbool.h>
#include <stdint.h>

#include "lock.h"
#include "names.h"

static volatile uint32_t *word_of(volatile void *object) {
  return (volatile uint32_t *)((uintptr_t)object & ~(uintptr_t)3);
}

static unsigned shift_of(volatile void *object) {
  return ((uintptr_t)object & 3) * 8;
}

/* The word with its part replaced. */
static uint32_t with_part(uint32_t word, TYPE part, unsigned shift) {
  uint32_t mask = (uint32_t)(TYPE)~0U << shift;
  return (word & ~mask) | ((uint32_t)part << shift);
}

static bool swap_word(volatile uint32_t *word, uint32_t *seen, uint32_t next) {
  return __atomic_compare_exchange_n(word, seen, next, true, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

PART(TYPE, atomic_load_, (const volatile void *object, int order)) {
  (void)order;
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  TYPE value = *(const volatile TYPE *)object;
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  return value;
}

PART(void, atomic_store_, (volatile void *object, TYPE value, int order)) {
  (void)order;
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  *(volatile TYPE *)object = value;
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Replaces the part by what `expression` makes of `old` and `value`; gives the old one. */
#define CHANGE(object, expression)                                       \
  volatile uint32_t *word = word_of(object);                             \
  unsigned shift = shift_of(object);                                     \
  uint32_t seen = __atomic_load_n(word, __ATOMIC_RELAXED);               \
  TYPE old;                                                              \
  do {                                                                   \
    old = (TYPE)(seen >> shift);                                         \
  } while (!swap_word(word, &seen, with_part(seen, (TYPE)(expression), shift)))

#include "operations.h"

/* The part that was there; it has been replaced if it was the expected one. */
static TYPE swap_part(volatile void *object, TYPE expected, TYPE desired) {
  volatile uint32_t *word = word_of(object);
  unsigned shift = shift_of(object);
  uint32_t seen = __atomic_load_n(word, __ATOMIC_RELAXED);
  TYPE old;
  do {
    old = (TYPE)(seen >> shift);
    if (old != expected) {
      break;
    }
  } while (!swap_word(word, &seen, with_part(seen, desired, shift)));
  return old;
}

PART(bool, atomic_compare_exchange_, (volatile void *object, void *expected, TYPE desired, int success, int failure)) {
  (void)success;
  (void)failure;
  TYPE wanted = *(TYPE *)expected;
  TYPE old = swap_part(object, wanted, desired);
  if (old != wanted) {
    *(TYPE *)expected = old;
  }
  return old == wanted;
}

PART(TYPE, sync_val_compare_and_swap_, (volatile void *object, TYPE expected, TYPE desired)) {
  return swap_part(object, expected, desired);
}

PART(bool, sync_bool_compare_and_swap_, (volatile void *object, TYPE expected, TYPE desired)) {
  return swap_part(object, expected, desired) == expected;
}
