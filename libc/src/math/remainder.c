/* Remainders (C11 7.12.10): always exact, by long division of the significands. */
#include <errno.h>
#include <math.h>

#include "../runtime/soft-float.h"
#include "double-bits.h"

/* |x| modulo |y|; the low bits of the integer quotient in *quotient. Both finite, y not zero. */
static double magnitude_modulo(double x, double y, unsigned int *quotient) {
  int x_exponent;
  int y_exponent;
  *quotient = 0;
  x = fabs(x);
  y = fabs(y);
  if (x < y) {
    return x;
  }
  uint64_t rest = __f64_normalize(bits_of(x), &x_exponent);
  uint64_t divisor = __f64_normalize(bits_of(y), &y_exponent);
  for (int step = x_exponent - y_exponent;; step--) {
    *quotient <<= 1;
    if (rest >= divisor) {
      rest -= divisor;
      *quotient |= 1;
    }
    if (step == 0) {
      break;
    }
    rest <<= 1;
  }
  if (rest == 0) {
    return 0;
  }
  int shift = __clzdi2(rest) - 1; /* the result has no more bits than y: rounding is exact */
  return from_bits(__f64_round(0, y_exponent + 10 - shift, rest << shift));
}

static int is_settled(double x, double y, double *result) {
  if (isnan(x) || isnan(y)) {
    *result = NAN;
    return 1;
  }
  if (isinf(x) || y == 0) {
    errno = EDOM;
    *result = NAN;
    return 1;
  }
  *result = x;
  return isinf(y) || x == 0;
}

double fmod(double x, double y) {
  double result;
  unsigned int quotient;
  if (is_settled(x, y, &result)) {
    return result;
  }
  return copysign(magnitude_modulo(x, y, &quotient), x);
}

/* The quotient is rounded to the nearest integer, half to even. */
double remquo(double x, double y, int *quotient) {
  double result;
  unsigned int low_bits;
  *quotient = 0;
  if (is_settled(x, y, &result)) {
    return result;
  }
  double rest = magnitude_modulo(x, y, &low_bits);
  double magnitude = fabs(y);
  double distance = magnitude - rest; /* compare this way: twice the rest might overflow */
  if (rest > distance || (rest == distance && (low_bits & 1))) {
    rest = -distance;
    low_bits++;
  }
  *quotient = (int)(low_bits & 0x7fffffff);
  if (signbit(x) != signbit(y)) {
    *quotient = -*quotient;
  }
  return rest == 0 ? copysign(0, x) : signbit(x) ? -rest : rest;
}

double remainder(double x, double y) {
  int quotient;
  return remquo(x, y, &quotient);
}
