/*
 * Comparison for binary32. The results are meant to be compared with 0 by the operator that the name says; a number that
 * is none makes every one of them false but __nesf2.
 */
#include "soft-float.h"

/* -1, 0 or 1; `unordered` if either is not a number. */
static int compare(bits32 a, bits32 b, int unordered) {
  if (f32_is_nan(a) || f32_is_nan(b)) {
    return unordered;
  }
  if (((a | b) & ~F32_SIGN) == 0) { /* -0 equals 0 */
    return 0;
  }
  if (((a ^ b) & F32_SIGN) != 0) {
    return (a & F32_SIGN) != 0 ? -1 : 1;
  }
  if (a == b) {
    return 0;
  }
  int a_is_nearer_zero = a < b; /* the bits of magnitudes are in the order of their values */
  int is_negative = (a & F32_SIGN) != 0;
  return a_is_nearer_zero != is_negative ? -1 : 1;
}

int __eqsf2(bits32 a, bits32 b) {
  return compare(a, b, 1) != 0;
}

int __nesf2(bits32 a, bits32 b) {
  return compare(a, b, 1) != 0;
}

int __ltsf2(bits32 a, bits32 b) {
  return compare(a, b, 2);
}

int __lesf2(bits32 a, bits32 b) {
  return compare(a, b, 2);
}

int __gtsf2(bits32 a, bits32 b) {
  return compare(a, b, -2);
}

int __gesf2(bits32 a, bits32 b) {
  return compare(a, b, -2);
}

int __unordsf2(bits32 a, bits32 b) {
  return f32_is_nan(a) || f32_is_nan(b);
}
