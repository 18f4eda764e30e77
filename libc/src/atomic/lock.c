/* A few locks for all objects: an object's address chooses one. Who finds it taken lets others run. */
#include "lock.h"

#include <sched.h>
#include <stdint.h>

#define LOCKS 16

static int locks[LOCKS];

int *__atomic_lock_of(const volatile void *object) {
  int *lock = &locks[(uintptr_t)object / 8 % LOCKS];
  while (__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE) != 0) {
    sched_yield();
  }
  return lock;
}

void __atomic_unlock(int *lock) {
  __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}
