/*
 * Comparison for binary64. The results are meant to be compared with 0 by the operator that the name says; a number that
 * is none makes every one of them false but __nedf2.
 */
#include "soft-float.h"

/* -1, 0 or 1; `unordered` if either is not a number. */
static int compare(bits64 a, bits64 b, int unordered) {
  if (f64_is_nan(a) || f64_is_nan(b)) {
    return unordered;
  }
  if (((a | b) & ~F64_SIGN) == 0) { /* -0 equals 0 */
    return 0;
  }
  if (((a ^ b) & F64_SIGN) != 0) {
    return (a & F64_SIGN) != 0 ? -1 : 1;
  }
  if (a == b) {
    return 0;
  }
  int a_is_nearer_zero = a < b; /* the bits of magnitudes are in the order of their values */
  int is_negative = (a & F64_SIGN) != 0;
  return a_is_nearer_zero != is_negative ? -1 : 1;
}

int __eqdf2(bits64 a, bits64 b) {
  return compare(a, b, 1) != 0;
}

int __nedf2(bits64 a, bits64 b) {
  return compare(a, b, 1) != 0;
}

int __ltdf2(bits64 a, bits64 b) {
  return compare(a, b, 2);
}

int __ledf2(bits64 a, bits64 b) {
  return compare(a, b, 2);
}

int __gtdf2(bits64 a, bits64 b) {
  return compare(a, b, -2);
}

int __gedf2(bits64 a, bits64 b) {
  return compare(a, b, -2);
}

int __unorddf2(bits64 a, bits64 b) {
  return f64_is_nan(a) || f64_is_nan(b);
}
