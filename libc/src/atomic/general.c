/*
 * Atomic access to objects of any size, as compilers call it for structs (names of GCC's libatomic). All accesses to an object have to use
 * the same means: what has up to 4 bytes and is aligned is loaded, stored and swapped as a whole word or part of one, everything
 * else under a lock.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "lock.h"

/* Is the object in one word, aligned to its size? */
static bool is_in_word(const volatile void *object, size_t bytes) {
  return (bytes == 1 || bytes == 2 || bytes == 4) && (uintptr_t)object % bytes == 0;
}

static volatile uint32_t *word_of(const volatile void *object) {
  return (volatile uint32_t *)((uintptr_t)object & ~(uintptr_t)3);
}

/* The place of a part in a copy of its word. */
static unsigned char *part_in(uint32_t *word, const volatile void *object) {
  return (unsigned char *)word + ((uintptr_t)object & 3);
}

static bool swap_word(const volatile void *object, uint32_t *seen, uint32_t next) {
  return __atomic_compare_exchange_n(word_of(object), seen, next, true, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

NAMED(void, atomic_load, (size_t bytes, const volatile void *object, void *result, int order)) {
  (void)order;
  if (is_in_word(object, bytes)) {
    uint32_t word = __atomic_load_n(word_of(object), __ATOMIC_SEQ_CST);
    memcpy(result, part_in(&word, object), bytes);
    return;
  }
  int *lock = __atomic_lock_of(object);
  memcpy(result, (const void *)object, bytes);
  __atomic_unlock(lock);
}

/* Puts the value in and the old one into `result`, when that is wanted. */
static void exchange(size_t bytes, volatile void *object, const void *value, void *result) {
  unsigned char old[4];
  if (is_in_word(object, bytes)) {
    uint32_t seen = __atomic_load_n(word_of(object), __ATOMIC_RELAXED);
    uint32_t next;
    do {
      next = seen;
      memcpy(old, part_in(&seen, object), bytes);
      memcpy(part_in(&next, object), value, bytes);
    } while (!swap_word(object, &seen, next));
    if (result != 0) {
      memcpy(result, old, bytes);
    }
    return;
  }
  int *lock = __atomic_lock_of(object);
  if (result != 0) {
    memcpy(result, (const void *)object, bytes);
  }
  memcpy((void *)object, value, bytes);
  __atomic_unlock(lock);
}

NAMED(void, atomic_store, (size_t bytes, volatile void *object, const void *value, int order)) {
  (void)order;
  exchange(bytes, object, value, 0);
}

NAMED(void, atomic_exchange, (size_t bytes, volatile void *object, const void *value, void *result, int order)) {
  (void)order;
  exchange(bytes, object, value, result);
}

NAMED(bool, atomic_compare_exchange,
      (size_t bytes, volatile void *object, void *expected, const void *desired, int success, int failure)) {
  (void)success;
  (void)failure;
  if (is_in_word(object, bytes)) {
    uint32_t seen = __atomic_load_n(word_of(object), __ATOMIC_RELAXED);
    uint32_t next;
    do {
      next = seen;
      if (memcmp(part_in(&seen, object), expected, bytes) != 0) {
        memcpy(expected, part_in(&seen, object), bytes);
        return false;
      }
      memcpy(part_in(&next, object), desired, bytes);
    } while (!swap_word(object, &seen, next));
    return true;
  }
  int *lock = __atomic_lock_of(object);
  bool is_same = memcmp((const void *)object, expected, bytes) == 0;
  if (is_same) {
    memcpy((void *)object, desired, bytes);
  } else {
    memcpy(expected, (const void *)object, bytes);
  }
  __atomic_unlock(lock);
  return is_same;
}

NAMED(bool, atomic_is_lock_free, (size_t bytes, const volatile void *object)) {
  return is_in_word(object, bytes);
}
