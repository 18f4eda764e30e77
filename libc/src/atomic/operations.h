/*
 * The operations that give the old value or the new one, and exchange, for objects of BYTES bytes and type TYPE. Define
 * CHANGE(object, expression) first: it replaces the object by what the expression makes of `old`, which it declares, and `value`.
 */
#define OPERATION(op, expression)                                                           \
  PART(TYPE, atomic_fetch_##op##_, (volatile void *object, TYPE value, int order)) {        \
    (void)order;                                                                            \
    CHANGE(object, expression);                                                             \
    return old;                                                                             \
  }                                                                                         \
  PART(TYPE, atomic_##op##_fetch_, (volatile void *object, TYPE value, int order)) {        \
    (void)order;                                                                            \
    CHANGE(object, expression);                                                             \
    return (TYPE)(expression);                                                              \
  }                                                                                         \
  PART(TYPE, sync_fetch_and_##op##_, (volatile void *object, TYPE value)) {                 \
    CHANGE(object, expression);                                                             \
    return old;                                                                             \
  }                                                                                         \
  PART(TYPE, sync_##op##_and_fetch_, (volatile void *object, TYPE value)) {                 \
    CHANGE(object, expression);                                                             \
    return (TYPE)(expression);                                                              \
  }

OPERATION(add, old + value)
OPERATION(sub, old - value)
OPERATION(and, old & value)
OPERATION(or, old | value)
OPERATION(xor, old ^ value)
OPERATION(nand, ~(old & value))

PART(TYPE, atomic_exchange_, (volatile void *object, TYPE value, int order)) {
  (void)order;
  CHANGE(object, value);
  return old;
}

PART(TYPE, sync_lock_test_and_set_, (volatile void *object, TYPE value)) {
  CHANGE(object, value);
  return old;
}
