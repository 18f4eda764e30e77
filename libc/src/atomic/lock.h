/* What the functions behind atomic objects share. */
#ifndef _ATOMIC_LOCK_H
#define _ATOMIC_LOCK_H

/*
 * A function whose name in the object file is one that compilers treat as a builtin of their own, so that it could not be written
 * in C as it is.
 */
#define NAMED(type, name, parameters)                    \
  type __##name##_function parameters __asm__("__" #name); \
  type __##name##_function parameters

/*
 * Takes the lock that an address belongs to, and gives it back. Between the two only loads and stores may stand: a signal handler
 * that uses the same object meanwhile would wait for ever, as with every library of this kind.
 */
int *__atomic_lock_of(const volatile void *object);
void __atomic_unlock(int *lock);

#endif
